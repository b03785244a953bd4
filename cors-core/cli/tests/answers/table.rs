//! The table of servers: each row is a fetch, the answers that it gets, and what a browser makes of it.
//!
//! The files beside this one have the rows. An answer is a status and header lines, or text that is sent as it is,
//! one byte for each character. The key of an answer is the request's method and URL; a path is one of `$API`.

use std::collections::BTreeMap;

use cors_core::browser::{
    Body, CredentialsMode, Crossorigin, Fetch, Initiator, Mode, RedirectMode,
};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, Version};
use serde::Deserialize;

use super::content;

/// A fetch and its answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Row {
    pub name: String,
    /// `null`, or `own` for a page of the API itself.
    pub origin: Option<String>,
    url: Option<String>,
    /// What makes the request, if it is not a call of `fetch`.
    pub initiator: Option<String>,
    pub crossorigin: Option<String>,
    method: Option<String>,
    headers: Vec<String>,
    pub body: bool,
    pub credentials: Option<String>,
    pub mode: Option<String>,
    pub redirect: Option<String>,
    pub upload: bool,
    /// A cookie that the browser has for the API.
    pub cookie: Option<String>,
    /// The step that fails.
    pub step: Option<String>,
    /// `opaque`, `opaque-redirect`, `opened`, `loaded` or `sent`, if no step fails and the response is
    /// not readable.
    pub verdict: Option<String>,
    preflight: Option<String>,
    /// The requests, if they are not the preflight and what it is for.
    sends: Option<Vec<String>>,
    /// Where the client differs from browsers.
    note: Option<String>,
    /// Whether browsers do the same over their own sockets.
    pub browsers: bool,
    /// Engines that do something else, as the note says.
    pub except: Vec<String>,
    answers: BTreeMap<String, Answer>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Answer {
    /// The status, and header lines.
    Lines(Vec<String>),
    /// What is sent as it is. If it is empty, the connection is closed.
    Raw(String),
}

/// Who plays the parts.
#[derive(Clone, Debug)]
pub struct Hosts {
    /// The page's host and port.
    pub page: String,
    /// The API's port on this machine.
    pub api: u16,
    /// The port of another API.
    pub other: u16,
}

/// What scripts send as a body.
pub const BODY: &str = "text";

/// Every row.
pub fn rows() -> Vec<Row> {
    #[derive(Deserialize)]
    struct Table {
        row: Vec<Row>,
    }
    let files = [
        // First, before browsers have cookies.
        include_str!("initiators.toml"),
        include_str!("origin.toml"),
        include_str!("credentials.toml"),
        include_str!("preflights.toml"),
        include_str!("redirects.toml"),
        include_str!("modes.toml"),
        include_str!("wire.toml"),
    ];
    let table = |text| toml::from_str::<Table>(text).unwrap_or_else(|error| panic!("{error}"));
    files.into_iter().flat_map(|text| table(text).row).collect()
}

impl Hosts {
    /// Replaces the names of the hosts.
    fn place(&self, text: &str) -> String {
        let (page, api, other) = (&self.page, self.api, self.other);
        let names = [
            ("$PAGE", format!("http://{page}")),
            ("$CAPITALS", format!("http://{page}").to_uppercase()),
            ("$HOST", page.clone()),
            ("$API_HOST", format!("127.0.0.1:{api}")),
            ("$API", format!("http://127.0.0.1:{api}")),
            ("$SOCKET", format!("ws://127.0.0.1:{api}")),
            ("$NEAR", format!("http://localhost:{api}")),
            ("$OTHER_HOST", format!("127.0.0.1:{other}")),
            ("$OTHER", format!("http://127.0.0.1:{other}")),
            ("$LONG", "a".repeat(10_000)),
        ];
        names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    /// A method and a URL.
    fn request(&self, key: &str) -> String {
        self.place(&key.replacen(" /", " $API/", 1))
    }
}

impl Row {
    /// The call. The method is as the script writes it.
    pub fn fetch(&self, hosts: &Hosts) -> Fetch {
        let origin = match self.origin.as_deref() {
            Some("own") => hosts.place("$API"),
            Some(origin) => origin.to_owned(),
            None => hosts.place("$PAGE"),
        };
        let body = if self.body { Body::Text } else { Body::None };
        let mut fetch = Fetch::by(self.initiator(), origin, hosts.place(self.url()))
            .method(self.method())
            .body(body)
            .upload_listener(self.upload);
        fetch = match self.crossorigin.as_deref() {
            None => fetch,
            Some("anonymous") => fetch.crossorigin(Some(Crossorigin::Anonymous)),
            Some("use-credentials") => fetch.crossorigin(Some(Crossorigin::UseCredentials)),
            Some(other) => panic!("{}: crossorigin {other}", self.name),
        };
        fetch = match self.credentials.as_deref() {
            None => fetch,
            Some("same-origin") => fetch.credentials(CredentialsMode::SameOrigin),
            Some("include") => fetch.credentials(CredentialsMode::Include),
            Some("omit") => fetch.credentials(CredentialsMode::Omit),
            Some(other) => panic!("{}: credentials {other}", self.name),
        };
        fetch = match self.mode.as_deref() {
            None => fetch,
            Some("no-cors") => fetch.mode(Mode::NoCors),
            Some("same-origin") => fetch.mode(Mode::SameOrigin),
            Some(other) => panic!("{}: mode {other}", self.name),
        };
        fetch = match self.redirect.as_deref() {
            None => fetch,
            Some("error") => fetch.redirect(RedirectMode::Error),
            Some("manual") => fetch.redirect(RedirectMode::Manual),
            Some(other) => panic!("{}: redirect {other}", self.name),
        };
        for line in &self.headers {
            let (name, value) = line.split_once(": ").expect("a header has a name and a value");
            fetch = fetch.header(name, value);
        }
        fetch
    }

    fn url(&self) -> &str {
        self.url.as_deref().unwrap_or("$API/")
    }

    fn method(&self) -> &str {
        let default = if self.initiator() == Initiator::Beacon { "POST" } else { "GET" };
        self.method.as_deref().unwrap_or(default)
    }

    fn initiator(&self) -> Initiator {
        let Some(name) = self.initiator.as_deref() else { return Initiator::Fetch };
        let found = Initiator::ALL.into_iter().find(|initiator| initiator.as_str() == name);
        found.unwrap_or_else(|| panic!("{}: initiator {name}", self.name))
    }

    /// Whether the page got all that its initiator can give.
    pub fn is_success(&self) -> bool {
        let is_seen = matches!(self.verdict.as_deref(), None | Some("opened" | "loaded" | "sent"));
        self.step.is_none() && is_seen
    }

    /// `none`, `passed` or `failed`.
    pub fn preflight(&self) -> &str {
        self.preflight.as_deref().unwrap_or("none")
    }

    /// The method and URL of each request.
    pub fn sends(&self, hosts: &Hosts) -> Vec<String> {
        if let Some(sends) = &self.sends {
            return sends.iter().map(|key| hosts.request(key)).collect();
        }
        let all = ["OPTIONS", self.method()];
        let methods = match self.preflight() {
            "none" => &all[1..],
            "failed" => &all[..1],
            _ => &all[..],
        };
        let url = self.url().replace("$SOCKET", "$API");
        methods.iter().map(|method| hosts.place(&format!("{method} {url}"))).collect()
    }

    /// The bytes that answer a request. `None` if the row has no answer to it.
    pub fn answer(&self, hosts: &Hosts, method: &str, url: &str) -> Option<Vec<u8>> {
        let asked = format!("{method} {url}");
        let (_, answer) = self.answers.iter().find(|(key, _)| hosts.request(key) == asked)?;
        let (kind, content) = content::of(self.initiator());
        let typed = match self.initiator {
            Some(_) => format!("Content-Type: {kind}\r\n"),
            None => String::new(),
        };
        let length = format!("{typed}Content-Length: {}\r\n", content.len());
        let (text, body): (_, &[u8]) = match answer {
            Answer::Raw(text) => (text.clone(), b""),
            Answer::Lines(lines) => {
                let (status, lines) = lines.split_first().expect("a status");
                let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
                let (length, body): (&str, &[u8]) = match &**status {
                    "101" | "204" | "304" => ("", b""),
                    _ if method == "HEAD" => (&length, b""),
                    _ => (&length, content),
                };
                let connection = if status == "101" { "Upgrade" } else { "close" };
                let head = format!(
                    "HTTP/1.1 {status} X\r\n{lines}Connection: {connection}\r\n{length}\r\n"
                );
                (head, body)
            }
        };
        let byte = |character| u8::try_from(character).expect("a character for each byte");
        let head: Vec<u8> = hosts.place(&text).chars().map(byte).collect();
        Some([&head, body].concat())
    }

    /// The same as the model takes it, without a socket.
    pub fn respond(&self, hosts: &Hosts, request: &Request<()>) -> Result<Response<()>, String> {
        let url = request.uri().to_string();
        let bytes = self.answer(hosts, request.method().as_str(), &url).ok_or("no answer")?;
        parse(&bytes, self.initiator()).ok_or_else(|| "not HTTP".to_owned())
    }
}

/// As many header lines as the client takes.
const MAX_LINES: usize = 16 * 1024;

/// And as many bytes.
const MAX_HEAD: usize = 400 * 1024;

/// The head of the final response, as tolerant as browsers are.
fn parse(mut bytes: &[u8], initiator: Initiator) -> Option<Response<()>> {
    while let Some(rest) = bytes.strip_prefix(b"\r\n") {
        bytes = rest;
    }
    loop {
        let (head, rest) = head(bytes)?;
        if bytes.len() - rest.len() > MAX_HEAD {
            return None;
        }
        let response = parse_head(head)?;
        let status = response.status();
        let is_asked = initiator == Initiator::WebSocket;
        if !status.is_informational() || is_asked && status == StatusCode::SWITCHING_PROTOCOLS {
            return Some(response);
        }
        bytes = rest;
    }
}

/// The lines up to the empty one, and what follows.
fn head(bytes: &[u8]) -> Option<(Vec<&[u8]>, &[u8])> {
    let mut lines = Vec::new();
    let mut rest = bytes;
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        rest = &rest[end + 1..];
        if line.is_empty() {
            return Some((lines, rest));
        }
        lines.push(line);
    }
}

/// A line that begins with white space continues the one before.
fn unfolded(lines: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut unfolded: Vec<Vec<u8>> = Vec::new();
    for line in lines {
        match unfolded.last_mut() {
            Some(last) if line.starts_with(b" ") || line.starts_with(b"\t") => {
                last.extend_from_slice(line);
            }
            _ => unfolded.push(line.to_vec()),
        }
    }
    unfolded
}

fn parse_head(lines: Vec<&[u8]>) -> Option<Response<()>> {
    let (status, lines) = lines.split_first()?;
    let version = match status.get(..9)? {
        b"HTTP/1.1 " => Version::HTTP_11,
        b"HTTP/1.0 " => Version::HTTP_10,
        _ => return None,
    };
    let (status, reason) = status[9..].split_at_checked(3)?;
    if !reason.is_empty() && !reason.starts_with(b" ") || lines.len() > MAX_LINES {
        return None;
    }
    let mut response = Response::new(());
    *response.version_mut() = version;
    *response.status_mut() = StatusCode::from_bytes(status).ok()?;
    for line in unfolded(lines) {
        if line.contains(&b'\0') || line.contains(&b'\r') {
            return None;
        }
        // A line that is not a header is skipped.
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(line[..colon].trim_ascii_end());
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().append(name, value);
        }
    }
    let mut lengths = response.headers().get_all(http::header::CONTENT_LENGTH).iter();
    let first = lengths.next();
    let is_number = |value: &HeaderValue| value.as_bytes().iter().all(u8::is_ascii_digit);
    let is_one = lengths.all(|length| Some(length) == first);
    (first.is_none_or(is_number) && is_one).then_some(response)
}
