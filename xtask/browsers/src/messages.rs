//! The guide's page of messages in the engines themselves: pages that print what the model does not say, and each
//! engine's own list of errors.

#[path = "../../../cors-core/tests/browser/messages/engines.rs"]
mod engines;
#[cfg(test)]
#[path = "../../../cors-core/tests/browser/messages/outside.rs"]
mod outside;
mod scenes;
mod server;

use std::collections::BTreeSet;
use std::fs;

use cors_core::browser::Engine;
use serde_json::Value;
use xtask::client;

use crate::capabilities::Spaces;
use crate::console::in_firefox;
use crate::engines::in_each;
use crate::home::Home;
use crate::install::webkit_library;
use crate::patience::wait_until;
use crate::{Session, printing};
use scenes::{SCENES, Scene, Target};
use server::Servers;

/// Runs only these tests, in each engine.
pub async fn run(engines: &[Engine]) -> Result<(), String> {
    in_each(engines, "messages", run_in).await
}

/// Returns how many messages there were. Adds a line to `faults` for each that did not appear.
pub async fn run_in(engine: Engine, faults: &mut Vec<String>) -> Result<usize, String> {
    let mut session = match engine {
        Engine::WebKit => None,
        _ => Some(Session::start_distrusting(engine).await?),
    };
    let mut count = 0;
    for scene in SCENES {
        let stage = Stage::set(scene).await?;
        let wanted = stage.lines(engine);
        if wanted.is_empty() {
            continue;
        }
        count += wanted.len();
        let printed = match &mut session {
            Some(session) => stage.play(session, &wanted).await?,
            None => {
                let (page, wanted) = (stage.page.clone(), wanted.clone());
                let playing =
                    tokio::task::spawn_blocking(move || printing::of_page(&page, &wanted));
                playing.await.map_err(|error| error.to_string())??
            }
        };
        let missing: Vec<_> = wanted.iter().filter(|line| !is_printed(line, &printed)).collect();
        if !missing.is_empty() {
            faults.push(format!("{}: {printed:#?} lacks {missing:#?}", scene.name));
        }
    }
    if engine == Engine::Chromium {
        count += 1;
        faults.extend(wrong_space().await?);
    }
    faults.extend(own_errors(engine, session.as_ref()).await?);
    Ok(count)
}

/// The engine prints more around it.
fn is_printed(line: &str, printed: &BTreeSet<String>) -> bool {
    printed.iter().any(|printed| printed.contains(line))
}

/// A scene with its servers and its page.
struct Stage {
    scene: &'static Scene,
    page: String,
    /// Of the page, if it is a file.
    folder: Option<Home>,
    servers: Servers,
}

impl Stage {
    async fn set(scene: &'static Scene) -> Result<Self, String> {
        let servers = Servers::start(scene).await.map_err(|error| format!("no server: {error}"))?;
        if scene.target != Target::Files {
            return Ok(Self { scene, page: servers.page(), folder: None, servers });
        }
        let folder = Home::new().map_err(|error| format!("no folder: {error}"))?;
        for (name, text) in [("page.html", scene.body), ("app.js", ""), ("data.json", "1")] {
            fs::write(folder.path().join(name), text).map_err(|error| error.to_string())?;
        }
        let page = format!("file://{}/page.html", folder.path().display());
        Ok(Self { scene, page, folder: Some(folder), servers })
    }

    /// What this engine prints, here instead of on the page's hosts.
    fn lines(&self, engine: Engine) -> Vec<String> {
        let origin = self.page.rsplit_once('/').map_or("", |(origin, _)| origin);
        let folder =
            self.folder.as_ref().map(|folder| format!("file://{}/", folder.path().display()));
        let lines = self.scene.lines.iter().filter(|(of, _)| *of == engine);
        let here = |line: &str| {
            let line = line.replace("https://api.example/", &self.servers.url);
            let line = line.replace("wss://api.example/", &self.servers.url);
            let line = line.replace("https://app.example.com", origin);
            line.replace("file:///home/me/", folder.as_deref().unwrap_or_default())
        };
        lines.map(|(_, line)| here(line)).collect()
    }

    async fn play(
        &self,
        session: &mut Session,
        wanted: &[String],
    ) -> Result<BTreeSet<String>, String> {
        let gone = session.client().goto(&self.page).await;
        gone.map_err(|error| format!("{}: {error}", self.page))?;
        printed(session, wanted).await
    }
}

/// What the session prints until it has printed everything wanted.
async fn printed(session: &mut Session, wanted: &[String]) -> Result<BTreeSet<String>, String> {
    let mut printed = BTreeSet::new();
    wait_until(async || {
        printed.extend(session.console().await?.unwrap_or_default());
        Ok(wanted.iter().all(|line| is_printed(line, &printed)))
    })
    .await?;
    Ok(printed)
}

/// A script that expects the server in another address space.
async fn wrong_space() -> Result<Option<String>, String> {
    let stage = Stage::set(scenes::WRONG_SPACE).await?;
    let Servers { address, closed, .. } = stage.servers;
    let mut session =
        Session::start_in_spaces(Engine::Chromium, Spaces([closed, closed, address])).await?;
    let wanted = stage.lines(Engine::Chromium);
    let printed = stage.play(&mut session, &wanted).await?;
    Ok((!is_printed(&wanted[0], &printed)).then(|| format!("{printed:#?} lacks {wanted:#?}")))
}

/// How the engine's own list of errors differs from ours.
async fn own_errors(engine: Engine, session: Option<&Session>) -> Result<Option<String>, String> {
    let list = match engine {
        Engine::Chromium => engines::CHROMIUM,
        Engine::Firefox => engines::FIREFOX,
        _ => engines::WEBKIT,
    };
    let ours: BTreeSet<_> = list.iter().map(|(error, _)| (*error).to_owned()).collect();
    let theirs = match (engine, session) {
        (Engine::Chromium, Some(session)) => of_chromium(session).await?,
        (Engine::Firefox, Some(session)) => of_firefox(session).await?,
        _ => of_webkit(&ours)?,
    };
    let (ours_alone, theirs_alone): (Vec<_>, Vec<_>) =
        (ours.difference(&theirs).collect(), theirs.difference(&ours).collect());
    Ok((ours != theirs).then(|| format!("it lacks {ours_alone:?} and has {theirs_alone:?}")))
}

/// The errors in its protocol, which it serves over HTTP.
async fn of_chromium(session: &Session) -> Result<BTreeSet<String>, String> {
    let capabilities = session.client().capabilities();
    let address = capabilities
        .and_then(|all| all.get("goog:chromeOptions")?.get("debuggerAddress")?.as_str())
        .ok_or("Chromium does not tell where its protocol is")?
        .replace("localhost", "127.0.0.1");
    let address = address.parse().map_err(|error| format!("{address}: {error}"))?;
    let request = client::Request { method: "GET", target: "/json/protocol", headers: &[] };
    let answer = client::send(address, request).map_err(|error| error.to_string())?;
    let protocol: Value =
        serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
    let named = |list: &Value, key: &str, name: &str| {
        let mut all = list.as_array().into_iter().flatten();
        all.find(|item| item[key] == name).cloned().unwrap_or_default()
    };
    let network = named(&protocol["domains"], "domain", "Network");
    Ok(texts(&named(&network["types"], "id", "CorsError")["enum"]))
}

async fn of_firefox(session: &Session) -> Result<BTreeSet<String>, String> {
    let names = in_firefox(session.client(), NAMES, Vec::new()).await;
    Ok(texts(&names.map_err(|error| error.to_string())?))
}

const NAMES: &str = "
    const file = 'chrome://global/locale/security/security.properties';
    const texts = [...Services.strings.createBundle(file).getSimpleEnumeration()];
    return texts.map((text) => text.key).filter((key) => key.startsWith('CORS'));
";

fn texts(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Those of `ours` in its library, and others that look like them.
fn of_webkit(ours: &BTreeSet<String>) -> Result<BTreeSet<String>, String> {
    let library = webkit_library().ok_or("WebKit's library is missing")?;
    let bytes = fs::read(&library).map_err(|error| format!("{}: {error}", library.display()))?;
    let texts = bytes.split(|byte| *byte == 0).filter_map(|text| str::from_utf8(text).ok());
    let is_error = |text: &&str| {
        ours.contains(*text)
            || text.contains("Cross-Origin Resource Sharing policy")
            || text.contains("Access-Control-Allow-") && text.contains(' ')
    };
    Ok(texts.filter(is_error).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../../cors-core/docs/messages.md");

    /// On the page, but no scene makes it.
    const NOT_PRODUCED: [(&str, &str); 6] = [
        ("net::ERR_BLOCKED_BY_CLIENT", "it takes an extension"),
        ("net::ERR_CONNECTION_TIMED_OUT", "it takes minutes"),
        ("net::ERR_CERT_COMMON_NAME_INVALID", "it takes an authority that the machine trusts"),
        ("net::ERR_CERT_DATE_INVALID", "it takes an authority that the machine trusts"),
        ("https://localhost:3000/", "the tests of Local Network Access do"),
        ("https://printer.local/", "the tests of Local Network Access do"),
    ];

    /// The lines of the scenes are the page's, and all that the model does not say.
    #[test]
    fn scenes_have_what_the_model_does_not_say() {
        let scenes = SCENES.iter().chain([scenes::WRONG_SPACE]);
        let lines: Vec<_> = scenes.flat_map(|scene| scene.lines).map(|(_, line)| *line).collect();
        for line in &lines {
            assert!(PAGE.contains(&format!("\n{line}\n")), "not on the page: {line}");
        }
        for (part, why) in outside::OUTSIDE {
            let is_produced = lines.iter().any(|line| line.contains(part));
            let is_listed = NOT_PRODUCED.iter().any(|(listed, _)| part.contains(listed));
            assert!(is_produced != is_listed, "{part} ({why})");
        }
    }

    #[test]
    fn every_error_is_listed_once() {
        for list in [engines::CHROMIUM, engines::FIREFOX, engines::WEBKIT] {
            let names: BTreeSet<_> = list.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), list.len());
        }
    }
}
