//! A call of `fetch`, as browsers copy it and people write it.

use cors_core::browser::{Body, CredentialsMode, Mode, RedirectMode};

use super::js::{Script, Value};
use super::{Call, check_size, check_url, shown};

/// The fetch that a call in JavaScript means. `Err` is one line.
///
/// Headers that a browser sets itself are left out.
pub fn fetch_call(text: &str) -> Result<Call, String> {
    check_size(text.len())?;
    let mut script = Script::new(text);
    script.skip_blank();
    let at =
        find_call(script.rest()).ok_or("write what the browser copies: fetch(\"https://…\", …)")?;
    let mut script = Script::new(&script.rest()[at..]);
    let url = script.value()?;
    let url = match url.text() {
        Ok(url) => url,
        Err(written) => return Err(format!("the URL is {written}: write it out")),
    };
    check_url("URL", url)?;
    let mut call = Call::new(url);
    if script.next_is(",") && !script.rest().trim_start().starts_with(')') {
        match script.value()? {
            Value::Object(members) => set(&mut call, members)?,
            value if value.is_missing() => {}
            value => {
                let written = value.text().map_or_else(|written| written, shown);
                return Err(format!("the options are {written}: write them out"));
            }
        }
        script.next_is(",");
    }
    if !script.next_is(")") {
        return Err(script.unexpected("a comma or )"));
    }
    if find_call(script.rest()).is_some() {
        call.ignored.push("the calls after the first".to_owned());
    }
    Ok(call)
}

/// Where the arguments of the first call of `fetch` begin.
fn find_call(text: &str) -> Option<usize> {
    text.match_indices("fetch").find_map(|(at, name)| {
        let before = text[..at].chars().next_back();
        let after = &text[at + name.len()..];
        let is_name = before.is_none_or(|c| !(c.is_alphanumeric() || "_$".contains(c)));
        let arguments = after.trim_start().strip_prefix('(').filter(|_| is_name)?;
        Some(text.len() - arguments.len())
    })
}

fn set(call: &mut Call, members: Vec<(String, Value)>) -> Result<(), String> {
    let (mut headers, mut referrer, mut credentials) = (Vec::new(), None, None);
    for (key, value) in members {
        let text = || match value.text() {
            Ok(text) => Ok(text),
            Err(written) => Err(format!("{key} is {written}: write it out")),
        };
        match &*key {
            _ if value.is_missing() => {
                if key.starts_with("...") {
                    call.ignored.push(key);
                }
            }
            "method" => call.fetch.method = text()?.to_owned(),
            "headers" => headers = pairs(value)?,
            "body" => {
                call.fetch.body = Body::Text;
                match value.text() {
                    Ok(text) => call.body = Some(text.as_bytes().to_vec()),
                    Err(written) => call.ignored.push(format!("body: {written}")),
                }
            }
            "mode" => {
                let all = [Mode::Cors, Mode::NoCors, Mode::SameOrigin];
                call.fetch.mode = one_of(&key, text()?, &all, |mode| mode.as_str())?;
            }
            "credentials" => {
                let all = &CredentialsMode::ALL;
                credentials = Some(one_of(&key, text()?, all, |mode| mode.as_str())?);
            }
            "redirect" => {
                let all = [RedirectMode::Follow, RedirectMode::Error, RedirectMode::Manual];
                call.fetch.redirect = one_of(&key, text()?, &all, |mode| mode.as_str())?;
            }
            "referrer" => referrer = Some(text()?.to_owned()),
            // They change nothing here.
            "cache" | "duplex" | "integrity" | "keepalive" | "priority" | "referrerPolicy"
            | "signal" | "window" => {}
            _ => call.ignored.push(key),
        }
    }
    call.take_headers(headers);
    if let Some(referrer) = referrer {
        call.take_referrer(&referrer);
    }
    match credentials {
        Some(credentials) => call.fetch.credentials = credentials,
        None => call.include_if_cookies(),
    }
    Ok(())
}

/// The headers of an object, of an array of pairs, or of `new Headers` with one of them.
fn pairs(value: Value) -> Result<Vec<(String, String)>, String> {
    let text = |name: &str, value: &Value| match value.text() {
        Ok(text) => Ok(text.to_owned()),
        Err(written) => Err(format!("the header {} is {written}: write it out", shown(name))),
    };
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| match name.starts_with("...") {
                true => Err(format!("headers has {}: write it out", shown(&name))),
                false => text(&name, &value).map(|value| (name, value)),
            })
            .collect(),
        Value::Array(pairs) => {
            let pair = |pair: &Value| match pair {
                Value::Array(pair) if pair.len() == 2 => {
                    let name = text("name", &pair[0])?;
                    let value = text(&name, &pair[1])?;
                    Ok((name, value))
                }
                _ => Err("headers: write pairs, like [\"x-a\", \"1\"]".to_owned()),
            };
            pairs.iter().map(pair).collect()
        }
        value => {
            let written = value.text().map_or_else(|written| written, shown);
            Err(format!("headers is {written}: write it out"))
        }
    }
}

fn one_of<T: Copy>(
    key: &str,
    name: &str,
    all: &[T],
    name_of: fn(T) -> &'static str,
) -> Result<T, String> {
    let names = || all.iter().map(|value| name_of(*value)).collect::<Vec<_>>().join(", ");
    all.iter()
        .copied()
        .find(|value| name == name_of(*value))
        .ok_or_else(|| format!("{key} is {}: write one of {}", shown(name), names()))
}
