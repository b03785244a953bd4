//! Conceals tokens and cookies.

use super::{Change, Event, Explanation, Fix, InCookie};
use crate::browser::{CookieRefusal, Fetch, Taken, Verdict};
use http::header::{LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Uri};
use std::fmt;

const CONCEALED: &str = "...";

/// Parts of the names of request headers and parameters that hold secrets.
const SECRET: [&str; 13] = [
    "auth",
    "cookie",
    "credential",
    "csrf",
    "dpop",
    "key",
    "jwt",
    "passw",
    "pwd",
    "secret",
    "session",
    "signature",
    "token",
];

/// A shorter value is only removed from where it is known to be: it could be part of any word.
const MIN_LEN: usize = 6;

/// Values that [`Explanation::conceal_secrets`] conceals, of six bytes or more.
// The longest first, so that none is removed in part.
#[derive(Clone)]
pub struct Secrets(Vec<String>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

impl Secrets {
    /// The text without these values.
    pub fn conceal(&self, text: &str) -> String {
        let mut text = text.to_owned();
        self.text(&mut text);
        text
    }

    /// Conceals secrets where they are known to be, and returns them.
    pub(super) fn take(explanation: &mut Explanation, others: &[&str]) -> Self {
        let mut values: Vec<String> = others.iter().map(|value| (*value).to_owned()).collect();
        values.extend(of_urls(&explanation.fetch));
        values.extend(of_fetch(&mut explanation.fetch));
        values.extend(of_cookies(&mut explanation.fetch.cookies));
        if let Some(Fix { fetch, .. }) = &mut explanation.fix {
            values.extend(of_urls(fetch));
            values.extend(of_fetch(fetch));
            of_cookies(&mut fetch.cookies);
        }
        let mut url = String::new();
        for event in &mut explanation.events {
            match event {
                Event::Sent(request) => {
                    url = request.uri().to_string();
                    values.extend(of_url(&url));
                    of_request(request.headers_mut());
                }
                Event::Received(response) => {
                    for location in response.headers().get_all(LOCATION) {
                        let location = String::from_utf8_lossy(location.as_bytes());
                        values.extend(of_urls(&Fetch::new(&*url, location)));
                    }
                    values.extend(of_response(response.headers_mut()));
                }
                _ => {}
            }
        }
        values.retain(|value| value.len() >= MIN_LEN);
        let mut values: Vec<String> = values.iter().flat_map(|value| forms(value)).collect();
        values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        values.dedup();
        Self(values)
    }

    pub(super) fn remove_from(&self, explanation: &mut Explanation) {
        self.text(&mut explanation.fetch.url);
        for event in &mut explanation.events {
            match event {
                Event::Step(taken) => self.taken(taken),
                Event::Sent(request) => self.uri(request.uri_mut()),
                Event::Received(response) => self.headers(response.headers_mut()),
                Event::Unanswered(why) => self.text(why),
            }
        }
        match &mut explanation.verdict {
            Verdict::Readable(readable) => {
                of_response(&mut readable.headers);
                self.headers(&mut readable.headers);
            }
            Verdict::Failed(taken) => self.taken(taken),
            _ => {}
        }
        for of in &mut explanation.engines {
            of.console.iter_mut().for_each(|text| self.text(text));
            of.cookies.iter_mut().for_each(|cookie| self.cookie(cookie));
        }
        explanation.cookie_advice.iter_mut().for_each(|line| self.text(line));
        if let Some(text) = &mut explanation.refused {
            self.text(text);
        }
        let Some(fix) = &mut explanation.fix else { return };
        self.text(&mut fix.fetch.url);
        for change in &mut fix.changes {
            match change {
                Change::Script(what) | Change::Page(what) | Change::Server(what) => self.text(what),
                Change::Answer { to, lines } => {
                    self.text(to);
                    lines.iter_mut().for_each(|line| self.text(line));
                }
                Change::Set { .. } | Change::Add { .. } => {}
            }
        }
    }

    fn text(&self, text: &mut String) {
        for value in &self.0 {
            if text.contains(value) {
                *text = text.replace(value, CONCEALED);
            }
        }
    }

    fn taken(&self, taken: &mut Taken) {
        self.text(&mut taken.says);
    }

    fn cookie(&self, cookie: &mut InCookie) {
        self.text(&mut cookie.request);
        if let Some(
            CookieRefusal::OtherPath(text)
            | CookieRefusal::ForeignDomain(text)
            | CookieRefusal::PublicSuffix(text),
        ) = &mut cookie.fate.refusal
        {
            self.text(text);
        }
    }

    fn uri(&self, uri: &mut Uri) {
        let mut text = uri.to_string();
        self.text(&mut text);
        if let Ok(concealed) = text.parse() {
            *uri = concealed;
        }
    }

    fn headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            let mut text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            let before = text.clone();
            self.text(&mut text);
            if text != before {
                *value = header_value(&text);
            }
        }
    }
}

/// A value as it may be printed: in UTF-8 or in Latin-1, read as one of them, quoted or not.
fn forms(value: &str) -> Vec<String> {
    let latin1: Vec<u8> = value.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
    let mut forms = Vec::new();
    for bytes in [value.as_bytes(), &latin1] {
        let read = [
            String::from_utf8_lossy(bytes).into_owned(),
            bytes.iter().map(|byte| char::from(*byte)).collect(),
        ];
        let mut quoted: Vec<_> = read.iter().map(|text| format!("{text:?}")).collect();
        quoted.extend(HeaderValue::from_bytes(bytes).iter().map(|value| format!("{value:?}")));
        forms.extend(quoted.iter().map(|text| text[1..text.len() - 1].to_owned()));
        forms.extend(read);
    }
    forms
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(CONCEALED))
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // Azure's, which is part of many words.
    name == "sig" || SECRET.iter().any(|part| name.contains(part))
}

/// Its password, and values of its parameters, as they are written. A fragment may have some too.
fn of_url(url: &str) -> Vec<String> {
    let authority = url.split_once("//").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    let user = authority.and_then(|authority| authority.rsplit_once('@'));
    let password = user.and_then(|(user, _)| user.split_once(':'));
    let secret = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        is_secret(name).then(|| value.to_owned())
    };
    let (path, rest) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    let parameters = path.split(['/', ';']).chain(rest.split(['?', '#', '&'])).filter_map(secret);
    password.map(|(_, password)| password.to_owned()).into_iter().chain(parameters).collect()
}

/// As the URL is written, and as the browser reads it.
fn of_urls(fetch: &Fetch) -> Vec<String> {
    let mut values = of_url(&fetch.url);
    values.extend(fetch.absolute_url().iter().flat_map(|url| of_url(url)));
    values
}

/// A scheme such as `Bearer` stays.
fn concealed(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme, _)) => format!("{scheme} {CONCEALED}"),
        None => CONCEALED.to_owned(),
    }
}

/// Returns the concealed values, without their schemes.
fn of_fetch(fetch: &mut Fetch) -> Vec<String> {
    let secrets = fetch.headers.iter_mut().filter(|(name, _)| is_secret(name));
    let values = secrets.flat_map(|(_, value)| {
        let shown = concealed(value);
        let value = std::mem::replace(value, shown);
        let rest = value.split_once(' ').map(|(_, rest)| rest.to_owned());
        [Some(value), rest]
    });
    values.flatten().collect()
}

fn of_request(headers: &mut HeaderMap) {
    for (name, value) in headers.iter_mut() {
        if is_secret(name.as_str()) {
            *value = header_value(&concealed(&String::from_utf8_lossy(value.as_bytes())));
        }
    }
}

/// Conceals the values of lines of `Set-Cookie`, and returns them.
fn of_cookies(lines: &mut [String]) -> Vec<String> {
    let values = lines.iter_mut().map(|line| {
        let pair = line.split(';').next().unwrap_or_default();
        let value = pair.split_once('=').map_or(pair, |(_, value)| value).trim().to_owned();
        *line = of_line(line);
        value
    });
    values.collect()
}

/// The cookie's name and attributes stay.
fn of_line(line: &str) -> String {
    let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
    let name = pair.split_once('=').map_or("", |(name, _)| name);
    let separator = if attributes.is_empty() { "" } else { ";" };
    format!("{name}={CONCEALED}{separator}{attributes}")
}

/// Conceals what `Set-Cookie` sets, and returns it.
fn of_response(headers: &mut HeaderMap) -> Vec<String> {
    let lines = headers.iter_mut().filter(|(name, _)| *name == SET_COOKIE);
    let values = lines.flat_map(|(_, value)| {
        let mut line = [String::from_utf8_lossy(value.as_bytes()).into_owned()];
        let values = of_cookies(&mut line);
        *value = header_value(&line[0]);
        values
    });
    values.collect()
}
