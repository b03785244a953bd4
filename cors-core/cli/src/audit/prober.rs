//! Sends what a browser would send, each request once, and judges the answers by the model.

use std::collections::HashMap;
use std::time::Duration;

use cors_core::browser::{Browser, CredentialsMode, Fetch, Taken, Turn, Verdict};
use cors_core::explain::explain_server;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, AUTHORIZATION, ORIGIN, USER_AGENT as USER_AGENT_HEADER,
};
use http::{HeaderValue, Method, Request, Response, StatusCode};

use super::{Send, Target};

/// No audit sends more.
pub const MAX_REQUESTS: usize = 64;

/// Names the tool to the server.
pub const USER_AGENT: &str = concat!("cors-audit/", env!("CARGO_PKG_VERSION"));

/// Requests without an answer, after which the audit stops.
const MAX_FAILURES: usize = 3;

/// A fetch that is redirected more often is not followed to its end.
const MAX_REDIRECTS: usize = 3;

/// Browsers follow this many.
pub(super) const ALL_REDIRECTS: usize = 20;

pub(super) struct Prober<'a> {
    send: &'a mut Send<'a>,
    progress: &'a mut dyn FnMut(usize),
    url: String,
    /// Headers that a plain GET needs for an answer that is not 401 or 403.
    headers: Vec<(String, String)>,
    answers: HashMap<Key, Option<Response<()>>>,
    /// In the order of sending.
    exchanges: Vec<(Request<()>, Response<()>)>,
    sent: usize,
    readers: Vec<Reader>,
    /// How many may be sent until the next call of `allow`.
    limit: usize,
    /// What they are for.
    part: &'static str,
    max_redirects: usize,
    failures: usize,
    stopped: Option<String>,
    /// Parts for which they were not enough.
    cut: Vec<&'static str>,
    is_redirected_more: bool,
    has_no_base: bool,
}

/// Two requests are the same if these are.
type Key = (Method, String, Vec<(String, Vec<u8>)>);

/// A fetch and its end.
#[derive(Clone, Debug)]
pub(super) struct Tried {
    pub(super) fetch: Fetch,
    pub(super) outcome: Outcome,
    /// The last answer.
    pub(super) answer: Option<Response<()>>,
    /// Whether a redirect was followed.
    pub(super) is_redirected: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The script can read the answer; or if a preflight was tried, it passes.
    Passes,
    Fails(Taken),
    /// No answer, or the request was not sent.
    Unknown,
}

/// An origin whose pages can read the URL.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reader {
    /// The origin.
    pub origin: String,
    /// Whether they can with credentials.
    pub credentials: bool,
}

/// What a page of one origin can read, with credentials and without.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) origin: String,
    pub(super) with: Tried,
    pub(super) without: Tried,
}

impl Reading {
    pub(super) fn passes_with(&self) -> bool {
        self.with.outcome == Outcome::Passes
    }

    pub(super) fn passes_without(&self) -> bool {
        self.without.outcome == Outcome::Passes
    }

    pub(super) fn passes(&self) -> bool {
        self.passes_with() || self.passes_without()
    }

    /// Whether the answer is for everyone, on purpose: it has one `*`.
    pub(super) fn is_public(&self) -> bool {
        self.passes_without() && self.without.answer.as_ref().is_some_and(is_public)
    }

    /// The fetch that passes, the worse one first.
    pub(super) fn best(&self) -> &Tried {
        if self.passes_with() { &self.with } else { &self.without }
    }
}

impl Tried {
    pub(super) fn status(&self) -> Option<StatusCode> {
        self.answer.as_ref().map(Response::status)
    }

    /// What the browser says about the failed fetch.
    pub(super) fn says(&self) -> String {
        match &self.outcome {
            Outcome::Passes => "the script can read the answer".to_owned(),
            Outcome::Fails(taken) => taken.says.clone(),
            Outcome::Unknown => "there was no answer".to_owned(),
        }
    }
}

impl<'a> Prober<'a> {
    pub(super) fn new(
        target: &Target,
        send: &'a mut Send<'a>,
        progress: &'a mut dyn FnMut(usize),
    ) -> Self {
        Self {
            send,
            progress,
            url: target.url().to_string(),
            headers: Vec::new(),
            answers: HashMap::new(),
            exchanges: Vec::new(),
            sent: 0,
            readers: Vec::new(),
            limit: 0,
            part: "",
            max_redirects: MAX_REDIRECTS,
            failures: 0,
            stopped: None,
            cut: Vec::new(),
            is_redirected_more: false,
            has_no_base: false,
        }
    }

    pub(super) fn sent(&self) -> usize {
        self.sent
    }

    /// The origins that can read, of those that were tried.
    pub(super) fn readers(&self) -> &[Reader] {
        &self.readers
    }

    /// Why it stopped, and what was not tried.
    pub(super) fn end(self, target: &Target) -> (Option<String>, Vec<String>) {
        let mut untried = Vec::new();
        if !self.cut.is_empty() {
            let fewer = match (target.allow().len(), target.methods().len()) {
                (2.., _) => ": name fewer origins with --allow",
                (_, 2..) => ": name fewer methods with --method",
                _ => "",
            };
            let parts = self.cut.join(", ");
            untried.push(format!("there were not enough requests for {parts}{fewer}."));
        }
        if self.is_redirected_more {
            untried.push(format!("some redirects were followed only {MAX_REDIRECTS} times."));
        }
        if self.has_no_base && self.stopped.is_none() {
            let says = "no near misses of an origin that may read were tried, since none is \
                        known: name one with --allow.";
            untried.push(says.to_owned());
        }
        (self.stopped, untried)
    }

    /// Lets the next part send this many requests.
    pub(super) fn allow(&mut self, requests: usize, part: &'static str) {
        self.limit = (self.sent + requests).min(MAX_REQUESTS);
        self.part = part;
    }

    /// No origin that may read is known.
    pub(super) fn note_no_base(&mut self) {
        self.has_no_base = true;
    }

    /// Sends these with every GET of the URL from now on.
    pub(super) fn set_headers(&mut self, headers: &[(String, String)]) {
        self.headers = headers.to_vec();
    }

    /// Everything that was sent and answered.
    pub(super) fn exchanges(&self) -> &[(Request<()>, Response<()>)] {
        &self.exchanges
    }

    /// A GET of the URL, by a page of this origin.
    pub(super) fn get(&self, origin: &str) -> Fetch {
        let mut fetch = Fetch::new(origin, &self.url);
        fetch.headers.clone_from(&self.headers);
        fetch
    }

    /// What this origin can read. Both modes look the same on the wire, where we have no cookies.
    pub(super) fn read(&mut self, origin: &str) -> Reading {
        let fetch = self.get(origin);
        let with = self.run(&fetch.clone().credentials(CredentialsMode::Include), false);
        let without = self.run(&fetch, false);
        let reading = Reading { origin: origin.to_owned(), with, without };
        if reading.passes() && self.readers.iter().all(|known| known.origin != origin) {
            let credentials = reading.passes_with();
            self.readers.push(Reader { origin: reading.origin.clone(), credentials });
        }
        reading
    }

    /// As [`read`](Self::read), but follows redirects as far as a browser does.
    pub(super) fn read_to_the_end(&mut self, origin: &str) -> Reading {
        self.max_redirects = ALL_REDIRECTS;
        let reading = self.read(origin);
        self.max_redirects = MAX_REDIRECTS;
        reading
    }

    /// How to make a fetch readable, by the answers that are known.
    pub(super) fn explained(&self, fetch: &Fetch) -> Option<String> {
        let explanation = explain_server(fetch, &mut |sending| {
            let known = self.answers.get(&key(sending.request())).cloned().flatten();
            known.ok_or_else(|| "not sent".to_owned())
        });
        explanation.fix().map(ToString::to_string)
    }

    /// Runs a fetch to its end, or only its preflight.
    pub(super) fn run(&mut self, fetch: &Fetch, only_preflight: bool) -> Tried {
        let mut browser = Browser::new();
        let mut turn = browser.start(fetch, Duration::ZERO);
        let mut answer = None;
        let mut requests = 0;
        let outcome = loop {
            match turn {
                Turn::Send(sending) if !sending.is_preflight() && only_preflight => {
                    break Outcome::Passes;
                }
                Turn::Send(sending) => {
                    requests += usize::from(!sending.is_preflight());
                    if requests > self.max_redirects + 1 {
                        self.is_redirected_more = true;
                        break Outcome::Unknown;
                    }
                    let Some(response) = self.ask(sending.request()) else {
                        break Outcome::Unknown;
                    };
                    turn = sending.respond(&mut browser, &response, Duration::ZERO);
                    answer = Some(response);
                }
                Turn::Done(ended) => {
                    break match ended.verdict {
                        Verdict::Failed(taken) => Outcome::Fails(taken),
                        _ => Outcome::Passes,
                    };
                }
            }
        };
        Tried { fetch: fetch.clone(), outcome, answer, is_redirected: requests > 1 }
    }

    /// A preflight that no browser sends: with `authorization`.
    pub(super) fn authorized(
        &mut self,
        origin: &str,
        method: &str,
        value: &str,
    ) -> Option<Response<()>> {
        let mut request = Request::new(());
        *request.method_mut() = Method::OPTIONS;
        if let (Ok(uri), Ok(origin)) = (self.url.parse(), HeaderValue::from_str(origin)) {
            *request.uri_mut() = uri;
            request.headers_mut().insert(ORIGIN, origin);
        }
        let host = request.uri().authority().and_then(|host| host.as_str().parse().ok());
        host.map(|host: HeaderValue| request.headers_mut().insert("host", host));
        if let (Ok(value), Ok(method)) =
            (HeaderValue::from_str(value), HeaderValue::from_str(method))
        {
            request.headers_mut().insert(AUTHORIZATION, value);
            request.headers_mut().insert("access-control-request-method", method);
        }
        self.ask(&request)
    }

    /// The answer, sent for once. `None` if there is none, or if nothing more may be sent.
    fn ask(&mut self, request: &Request<()>) -> Option<Response<()>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
            return None;
        }
        let key = key(request);
        if let Some(known) = self.answers.get(&key) {
            return known.clone();
        }
        if self.stopped.is_some() {
            return None;
        }
        if self.sent >= self.limit {
            if !self.cut.contains(&self.part) {
                self.cut.push(self.part);
            }
            return None;
        }
        (self.progress)(self.sent);
        self.sent += 1;
        let mut sent = request.clone();
        sent.headers_mut().insert(USER_AGENT_HEADER, HeaderValue::from_static(USER_AGENT));
        let answer = match (self.send)(&sent) {
            Ok(response) if response.status() == StatusCode::TOO_MANY_REQUESTS => {
                self.stopped = Some("the server answered 429 Too Many Requests".to_owned());
                None
            }
            Ok(response) => {
                self.exchanges.push((request.clone(), response.clone()));
                Some(response)
            }
            Err(reason) => {
                self.failures += 1;
                if self.exchanges.is_empty() || self.failures == MAX_FAILURES {
                    self.stopped = Some(format!("no answer: {reason}"));
                }
                None
            }
        };
        self.answers.insert(key, answer.clone());
        answer
    }
}

/// Whether the answer has one `*`.
pub(super) fn is_public(answer: &Response<()>) -> bool {
    let mut lines = answer.headers().get_all(ACCESS_CONTROL_ALLOW_ORIGIN).iter();
    lines.next().is_some_and(|line| line == "*") && lines.next().is_none()
}

fn key(request: &Request<()>) -> Key {
    let line = |(name, value): (&http::HeaderName, &HeaderValue)| {
        (name.as_str().to_owned(), value.as_bytes().to_vec())
    };
    let mut headers: Vec<_> = request.headers().iter().map(line).collect();
    headers.sort();
    (request.method().clone(), request.uri().to_string(), headers)
}
