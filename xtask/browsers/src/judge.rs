//! One story told twice: by a real browser, and by the model, against the same servers.
//!
//! The model's requests go over a socket of their own, so that no handler is described a second
//! time: whatever the server answers, the model says what a browser makes of it.

use std::collections::BTreeSet;
use std::time::Duration;

use cors_core::Policy;
use cors_core::browser::{Browser, Fetch, Verdict};
use http::{HeaderName, HeaderValue, Request};
use xtask::client;
use xtask::options::Adapter;

use crate::{Adapters, Job, Log, Outcome, Seen, Session};

/// Fetches by one page, one after the other, of one server under one policy.
///
/// In the URLs, and in values of headers, `$HOST` is the server's name and `$THIRD` another name of it under the same
/// policy, for redirects. Each URL has the query `id=$ID`.
#[derive(Clone, Debug)]
pub struct Story {
    /// What it is about.
    pub name: String,
    /// The policy of both names.
    pub policy: Policy,
    /// The page's origin.
    pub page: String,
    /// What the page does.
    pub jobs: Vec<Job>,
}

/// What the stories are told against.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'s> {
    /// The servers.
    pub adapters: &'s Adapters,
    /// What reached them from the browser.
    pub log: &'s Log,
}

impl Stage<'_> {
    /// Tells a story against one adapter. Each line is a disagreement. An error is not the story's: the browser does
    /// not do as it is told.
    pub async fn tell(
        self,
        session: &mut Session,
        story: &Story,
        adapter: Adapter,
        id: &str,
    ) -> Result<Told, String> {
        let host = format!("{id}.{}.test", adapter.name());
        let third = format!("third-{id}.{}.test", adapter.name());
        for name in [&host, &third] {
            self.adapters.hosts().set(name, story.policy.clone());
        }
        let place =
            |text: &str| text.replace("$HOST", &host).replace("$THIRD", &third).replace("$ID", id);
        let jobs: Vec<Job> =
            story.jobs.iter().map(|job| job.with(placed(&job.fetch, &place))).collect();
        let outcomes = session.run(&story.page, &jobs).await?;
        let seen = self.log.take(id);

        let mut browser = Browser::like(session.engine());
        let mut sent = Vec::new();
        let mut faults = Vec::new();
        for (job, outcome) in jobs.iter().zip(&outcomes) {
            // A WebSocket's handshake is no fetch: what is wanted of it stands in the story.
            let Some(verdict) = self.model(&mut browser, job, adapter, &mut sent) else { continue };
            if let Some(fault) = outcome_fault(&verdict, outcome) {
                faults.push(format!("{}: {fault}", job.fetch));
            }
        }
        let seen: Vec<_> =
            seen.iter().filter(|seen| !seen.is_handshake()).map(Line::of_seen).collect();
        if seen != sent {
            let list =
                |lines: &[Line]| lines.iter().map(Line::to_string).collect::<Vec<_>>().join("; ");
            faults.push(format!("sent [{}], and the model sends [{}]", list(&seen), list(&sent)));
        }
        Ok(Told { outcomes, faults })
    }

    /// What the model makes of it, with a line for each request that it sends.
    fn model(
        self,
        browser: &mut Browser,
        job: &Job,
        adapter: Adapter,
        sent: &mut Vec<Line>,
    ) -> Option<Verdict> {
        if job.is_web_socket() {
            return None;
        }
        let ended = browser.fetch(&job.fetch, Duration::ZERO, |request| {
            sent.push(Line::of_sent(request));
            self.ask(adapter, request)
        });
        Some(ended.verdict)
    }

    fn ask(self, adapter: Adapter, request: &Request<()>) -> http::Response<()> {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let lines: Vec<(String, String)> = request
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let headers: Vec<(&str, &str)> =
            lines.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let method = request.method().as_str();
        let addr = self.adapters.upstreams().of(adapter);
        let sent = client::Request { method, target, headers: &headers };
        let answer = client::send(addr, sent).expect("our own server answers");
        let mut response = http::Response::new(());
        *response.status_mut() = http::StatusCode::from_u16(answer.status()).expect("a status");
        for (name, value) in &answer.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
            let value = HeaderValue::from_str(value).expect("a header value");
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// How it went.
#[derive(Debug)]
pub struct Told {
    /// What the browser's page saw.
    pub outcomes: Vec<Outcome>,
    /// In what browser and model disagree.
    pub faults: Vec<String>,
}

fn placed(fetch: &Fetch, place: &impl Fn(&str) -> String) -> Fetch {
    let url = place(&fetch.url);
    let id = if url.contains('?') { "&id=$ID" } else { "?id=$ID" };
    let (url, fragment) = match url.split_once('#') {
        Some((url, fragment)) => (url.to_owned(), format!("#{fragment}")),
        None => (url, String::new()),
    };
    Fetch { url: format!("{url}{}{fragment}", place(id)), ..fetch.clone() }
}

/// What matters of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    method: String,
    host: String,
    origin: Option<String>,
    asked_method: Option<String>,
    asked_headers: Option<String>,
}

impl Line {
    fn of_seen(seen: &Seen) -> Self {
        let header = |name| seen.header(name).map(str::to_owned);
        let host = seen.url.split('/').nth(2).unwrap_or_default().to_owned();
        Self {
            method: seen.method.clone(),
            host,
            origin: header("origin"),
            asked_method: header("access-control-request-method"),
            asked_headers: header("access-control-request-headers"),
        }
    }

    fn of_sent(request: &Request<()>) -> Self {
        let header = |name: &str| {
            let value = request.headers().get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Self {
            method: request.method().to_string(),
            host: request.uri().authority().map(ToString::to_string).unwrap_or_default(),
            origin: header("origin"),
            asked_method: header("access-control-request-method"),
            asked_headers: header("access-control-request-headers"),
        }
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.host)?;
        for (name, value) in [
            ("origin", &self.origin),
            ("method", &self.asked_method),
            ("headers", &self.asked_headers),
        ] {
            if let Some(value) = value {
                write!(f, " {name}={value}")?;
            }
        }
        Ok(())
    }
}

/// What the browser says otherwise than the model, if anything.
fn outcome_fault(verdict: &Verdict, outcome: &Outcome) -> Option<String> {
    let wanted = kind(verdict);
    let found = match outcome {
        Outcome::Readable(response) => format!("readable {}", response.status),
        Outcome::Opaque => "opaque".to_owned(),
        Outcome::OpaqueRedirect => "opaque redirect".to_owned(),
        Outcome::Failed { .. } => "failed".to_owned(),
        Outcome::TimedOut => "no outcome in time".to_owned(),
    };
    if found != wanted {
        let says = match outcome {
            Outcome::Failed { message } => format!(" ({message})"),
            _ => String::new(),
        };
        let step =
            verdict.failed_step().map(|step| format!(" at {}", step.id())).unwrap_or_default();
        return Some(format!("{found}{says}, and in the model {wanted}{step}"));
    }
    let (Verdict::Readable(model), Outcome::Readable(real)) = (verdict, outcome) else {
        return None;
    };
    // The names alone: Firefox puts the type of a tunnel's own answer before that of the first one
    // that comes through it.
    let of_model: BTreeSet<&str> =
        model.headers.keys().map(HeaderName::as_str).filter(|name| is_compared(name)).collect();
    let of_real: BTreeSet<&str> =
        real.headers.iter().map(|(name, _)| &**name).filter(|name| is_compared(name)).collect();
    (of_model != of_real)
        .then(|| format!("the script sees {of_real:?}, and in the model {of_model:?}"))
}

fn kind(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Readable(readable) => format!("readable {}", readable.status.as_u16()),
        Verdict::Opaque => "opaque".to_owned(),
        Verdict::OpaqueRedirect => "opaque redirect".to_owned(),
        Verdict::Failed(_) => "failed".to_owned(),
    }
}

/// Not what belongs to the connection, or changes from answer to answer.
fn is_compared(name: &str) -> bool {
    !["connection", "content-length", "date", "keep-alive", "transfer-encoding"].contains(&name)
}
