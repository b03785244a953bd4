//! Conceals tokens and cookies.

use super::{Change, Event, Explanation};
use crate::browser::{Fetch, Verdict};
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};

const CONCEALED: &str = "...";

/// Parts of the names of request headers that hold secrets.
const SECRET: [&str; 8] =
    ["auth", "cookie", "credential", "key", "password", "secret", "session", "token"];

pub(super) fn conceal(explanation: &mut Explanation) {
    // An invalid value is also in the step that refuses it, and its encoded form in the fix.
    let mut values = of_fetch(&mut explanation.fetch);
    if let Some(fix) = &mut explanation.fix {
        values.extend(of_fetch(&mut fix.fetch));
        for change in &mut fix.changes {
            if let Change::Script(what) = change {
                remove(what, &values);
            }
        }
    }
    for event in &mut explanation.events {
        match event {
            Event::Step(taken) => remove(&mut taken.says, &values),
            Event::Sent(request) => of_request(request.headers_mut()),
            Event::Received(response) => of_response(response.headers_mut()),
            Event::Unanswered(_) => {}
        }
    }
    match &mut explanation.verdict {
        Verdict::Readable(readable) => of_response(&mut readable.headers),
        Verdict::Failed(taken) => remove(&mut taken.says, &values),
        _ => {}
    }
}

/// Removes the quoted values.
fn remove(text: &mut String, values: &[String]) {
    for value in values {
        *text = text.replace(&format!("{value:?}"), &format!("{CONCEALED:?}"));
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.iter().any(|part| name.contains(part))
}

/// A scheme such as `Bearer` stays.
fn concealed(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme, _)) => format!("{scheme} {CONCEALED}"),
        None => CONCEALED.to_owned(),
    }
}

/// Returns the concealed values.
fn of_fetch(fetch: &mut Fetch) -> Vec<String> {
    let secrets = fetch.headers.iter_mut().filter(|(name, _)| is_secret(name));
    secrets
        .map(|(_, value)| {
            let shown = concealed(value);
            std::mem::replace(value, shown)
        })
        .collect()
}

fn of_request(headers: &mut HeaderMap) {
    for (name, value) in headers.iter_mut() {
        if is_secret(name.as_str()) {
            let shown = concealed(&String::from_utf8_lossy(value.as_bytes()));
            *value = HeaderValue::from_str(&shown).unwrap_or(HeaderValue::from_static(CONCEALED));
        }
    }
}

/// The cookie's name and attributes stay.
fn of_response(headers: &mut HeaderMap) {
    for (name, value) in headers.iter_mut() {
        if *name != SET_COOKIE {
            continue;
        }
        let line = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let (pair, attributes) = line.split_once(';').unwrap_or((&line, ""));
        let name = pair.split_once('=').map_or("", |(name, _)| name);
        let separator = if attributes.is_empty() { "" } else { ";" };
        let shown = format!("{name}={CONCEALED}{separator}{attributes}");
        *value = HeaderValue::from_str(&shown).unwrap_or(HeaderValue::from_static(CONCEALED));
    }
}
