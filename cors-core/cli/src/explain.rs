//! `explain`: what a browser does with one `fetch`, and why.

mod causes;
mod sources;

use std::path::Path;
use std::process::ExitCode;

use cors_core::Policy;
use cors_core::browser::{Body, CredentialsMode, Fetch, Mode, RedirectMode};
use cors_core::explain::{Event, Explanation, explain};

use crate::args::Explain;
use crate::client::Client;
use crate::json::to_json;
use crate::output::{self, escaped, is_colored, print};
use crate::policy_file::judge;
use sources::Live;

/// What the tool calls itself. Browsers send such a header, and some servers refuse requests
/// without.
const USER_AGENT: &str = concat!("Mozilla/5.0 (compatible; cors/", env!("CARGO_PKG_VERSION"), ")");

/// An explanation, and what the tool adds to it.
struct Explained {
    explanation: Explanation,
    /// Where a failure comes from.
    causes: Vec<String>,
}

/// `Err` is what is wrong with the usage.
pub(crate) fn run(options: Explain) -> Result<ExitCode, String> {
    let fetch = fetch(&options)?;
    let policy = match &options.policy {
        None => None,
        Some(file) => {
            let judged = judge(file);
            let Some(policy) = judged.policy else {
                eprintln!("{}", judged.findings.join("\n"));
                return Ok(ExitCode::FAILURE);
            };
            Some(policy)
        }
    };
    let explained = match (&policy, &options.response) {
        (Some(policy), _) if options.url.is_none() => {
            Explained { explanation: explain(policy, &fetch), causes: Vec::new() }
        }
        (_, Some(file)) => of_responses(&fetch, file)?,
        _ => live(&options, &fetch, policy.as_ref())?,
    };
    Ok(show(&explained, options.json))
}

fn of_responses(fetch: &Fetch, file: &Path) -> Result<Explained, String> {
    let responses = Vec::new();
    let _ = file;
    let (explanation, exchanges, notes) = sources::from_file(fetch, responses);
    let mut causes = causes::causes(fetch, &explanation, &exchanges, &mut |_| None);
    causes.extend(notes);
    Ok(Explained { explanation, causes })
}

/// Asks the server, and says what the policy would have answered.
fn live(options: &Explain, fetch: &Fetch, policy: Option<&Policy>) -> Result<Explained, String> {
    let client = Client::new(&options.connection, USER_AGENT)?;
    let body = options.data.as_deref().map(str::as_bytes);
    let live = Live { client: &client, body, cookies: &options.cookies };
    let (explanation, exchanges) = live.explain(fetch);
    let mut causes = causes::causes(fetch, &explanation, &exchanges, &mut |request| {
        client.send(request, None, &[]).ok().map(|received| received.response)
    });
    let Some(policy) = policy else { return Ok(Explained { explanation, causes }) };
    if exchanges.is_empty() && explanation.events().iter().any(|e| matches!(e, Event::Sent(_))) {
        causes.push("so this is what the policy would answer".to_owned());
        return Ok(Explained { explanation: explain(policy, fetch), causes });
    }
    causes.extend(sources::compare(policy, &explanation));
    Ok(Explained { explanation, causes })
}

fn show(explained: &Explained, json: bool) -> ExitCode {
    let Explained { explanation, causes } = explained;
    let explanation = explanation.clone().without_secrets();
    if json {
        let mut said = to_json(&explanation);
        said["causes"] = causes.as_slice().into();
        print(&output::json(&said));
    } else {
        let (page, [bold, plain]) = match is_colored() {
            true => (explanation.in_color().to_string(), ["\x1b[1m", "\x1b[0m"]),
            false => (explanation.to_string(), ["", ""]),
        };
        let mut text = format!("{page}\n");
        if !causes.is_empty() {
            text += &format!("\n{bold}where it comes from{plain}\n");
        }
        for cause in causes {
            text += &format!("  {}\n", escaped(cause));
        }
        print(&text);
    }
    if explanation.is_readable() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The call that the flags describe.
fn fetch(options: &Explain) -> Result<Fetch, String> {
    let origin = options
        .origin
        .clone()
        .ok_or("--origin is missing: write the page's, such as https://app.example.com")?;
    let url = options.url.clone().or_else(|| options.url_flag.clone());
    let mut fetch = Fetch::new(origin, url.unwrap_or_else(|| "https://api.example/".to_owned()))
        .method(options.method.clone().unwrap_or_else(|| "GET".to_owned()))
        .upload_listener(options.upload);
    for line in &options.headers {
        let (name, value) =
            line.split_once(':').ok_or_else(|| format!("--header {line:?}: write NAME:VALUE"))?;
        fetch.headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    if options.data.is_some() {
        fetch.body = Body::Text;
    }
    if let Some(name) = &options.credentials {
        fetch.credentials = one_of("--credentials", name, &CredentialsMode::ALL, |m| m.as_str())?;
    }
    if let Some(name) = &options.mode {
        let modes = [Mode::Cors, Mode::NoCors, Mode::SameOrigin];
        fetch.mode = one_of("--mode", name, &modes, |mode| mode.as_str())?;
    }
    if let Some(name) = &options.redirect {
        let modes = [RedirectMode::Follow, RedirectMode::Error, RedirectMode::Manual];
        fetch.redirect = one_of("--redirect", name, &modes, |mode| mode.as_str())?;
    }
    if fetch.serialized_origin() == "null" && fetch.origin != "null" {
        return Err(format!(
            "--origin {:?}: no page has this origin; write one like https://app.example.com, or null for an opaque origin",
            fetch.origin
        ));
    }
    if fetch.origin.contains('*') {
        return Err(format!("--origin {:?}: write one origin, not a pattern", fetch.origin));
    }
    if !has_scheme(&fetch.url) {
        let flag = if options.url_flag.is_some() { "--url" } else { "URL" };
        return Err(format!(
            "{flag} {:?}: write the whole URL, like https://api.example/",
            fetch.url
        ));
    }
    Ok(fetch)
}

/// The value with this name.
fn one_of<T: Copy>(
    flag: &str,
    name: &str,
    all: &[T],
    name_of: fn(T) -> &'static str,
) -> Result<T, String> {
    all.iter().copied().find(|value| name == name_of(*value)).ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|value| name_of(*value)).collect();
        format!(
            "{flag} {name:?}: write {}",
            names.join(" or ").replacen(" or ", ", ", names.len() - 2)
        )
    })
}

/// A URL without a scheme would point to the page's own server, which needs no CORS.
fn has_scheme(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    })
}
