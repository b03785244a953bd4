//! What an engine prints to its console.

use std::collections::BTreeSet;

use cors_core::browser::Engine;
use fantoccini::Client;
use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// The messages since the last call, without their positions. `None` if the engine's driver does not give them.
pub async fn messages(
    engine: Engine,
    client: &Client,
) -> Result<Option<BTreeSet<String>>, CmdError> {
    match engine {
        Engine::Chromium => {
            let entries = client.issue_cmd(Command("se/log", json!({ "type": "browser" }))).await?;
            let text = |entry: &Value| entry["message"].as_str().map(in_chromium);
            Ok(Some(entries.as_array().into_iter().flatten().filter_map(text).collect()))
        }
        Engine::Firefox => {
            let messages = in_firefox(client, FIREFOX, Vec::new()).await?;
            let text = |message: &Value| message.as_str().map(str::to_owned);
            Ok(Some(messages.as_array().into_iter().flatten().filter_map(text).collect()))
        }
        _ => Ok(None),
    }
}

/// Runs a script with the privileges of Firefox itself.
pub async fn in_firefox(
    client: &Client,
    script: &str,
    arguments: Vec<Value>,
) -> Result<Value, CmdError> {
    client.issue_cmd(Command("moz/context", json!({ "context": "chrome" }))).await?;
    let result = client.execute(script, arguments).await;
    client.issue_cmd(Command("moz/context", json!({ "context": "content" }))).await?;
    result
}

/// Errors of this page and not of the browser.
const FIREFOX: &str = "
    const all = Services.console.getMessageArray();
    Services.console.reset();
    return all.filter((one) => one instanceof Ci.nsIScriptError).map((one) => one.errorMessage);
";

/// Without the file, line and column before it. Characters outside ASCII are escaped.
fn in_chromium(message: &str) -> String {
    let (_, rest) = message.split_once(' ').unwrap_or_default();
    let (at, text) = rest.split_once(' ').unwrap_or_default();
    let is_position =
        !at.is_empty() && at.bytes().all(|b| b.is_ascii_digit() || b":-".contains(&b));
    let mut text = if is_position { text } else { message }.trim_end().to_owned();
    while let Some(at) = text.find("\\u") {
        let code = text.get(at + 2..at + 6).and_then(|code| u32::from_str_radix(code, 16).ok());
        let Some(character) = code.and_then(char::from_u32) else { break };
        text.replace_range(at..at + 6, character.encode_utf8(&mut [0; 4]));
    }
    text
}

/// A command of an engine's driver.
#[derive(Debug)]
pub struct Command(pub &'static str, pub Value);

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.1.to_string()))
    }
}
