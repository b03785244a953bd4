//! The answers of a server, recorded so that no request is sent twice.

use super::cookies::{CookieWay, InCookie};
use super::{Event, is_preflight};
use crate::browser::{Browser, Ended, Fetch, Sending, Turn};
use http::{Method, Request, Response, Uri};
use std::fmt;
use std::time::Duration;

/// A response, or why there is none.
pub(super) type Answer = Result<Response<()>, String>;

/// What tells one recorded request from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) uri: Uri,
    /// A script can send `OPTIONS` too.
    pub(super) is_preflight: bool,
}

impl Asked {
    pub(super) fn of(request: &Request<()>) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            is_preflight: is_preflight(request),
        }
    }
}

/// As people name a request. A script's own `OPTIONS` is not the preflight.
impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.uri)?;
        match self.method == Method::OPTIONS && !self.is_preflight {
            true => f.write_str(" by the script"),
            false => Ok(()),
        }
    }
}

/// What a server answered so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers(Vec<(Asked, Answer)>);

impl Answers {
    pub(super) fn record(&mut self, request: &Request<()>, answer: Answer) -> Answer {
        self.0.push((Asked::of(request), answer.clone()));
        answer
    }

    /// The n-th answer to the same request, or the last.
    pub(super) fn get(&self, asked: &Asked, n: usize) -> Option<&Answer> {
        let mut same = self.0.iter().filter(|(known, _)| known == asked).map(|(_, answer)| answer);
        same.clone().nth(n).or_else(|| same.next_back())
    }
}

/// Counts how often each request was sent.
#[derive(Debug, Default)]
pub(super) struct Counts(Vec<Asked>);

impl Counts {
    /// How often it was sent before.
    pub(super) fn count(&mut self, asked: &Asked) -> usize {
        let before = self.0.iter().filter(|known| *known == asked).count();
        self.0.push(asked.clone());
        before
    }
}

/// Runs the fetch in a browser with empty caches.
pub(super) fn run(
    mut browser: Browser,
    fetch: &Fetch,
    server: &mut dyn FnMut(&Sending) -> Answer,
) -> (Ended, Vec<Event>, Vec<InCookie>) {
    let mut events = Vec::new();
    let mut cookies = Vec::new();
    let mut known = 0;
    let mut turn = browser.start(fetch, Duration::ZERO);
    loop {
        let steps = match &turn {
            Turn::Send(sending) => sending.steps(),
            Turn::Done(ended) => &ended.steps,
        };
        events.extend(steps[known..].iter().cloned().map(Event::Step));
        known = steps.len();
        turn = match turn {
            Turn::Send(sending) => {
                events.push(Event::Sent(sending.request().clone()));
                cookies.extend(InCookie::all(CookieWay::Sent, &sending, sending.cookies()));
                match server(&sending) {
                    Ok(response) => {
                        events.push(Event::Received(response.clone()));
                        let set = sending.set_cookies(&browser, &response, Duration::ZERO);
                        cookies.extend(InCookie::all(CookieWay::Set, &sending, &set));
                        sending.respond(&mut browser, &response, Duration::ZERO)
                    }
                    Err(why) => {
                        events.push(Event::Unanswered(why));
                        sending.fail(&mut browser)
                    }
                }
            }
            Turn::Done(ended) => return (ended, events, cookies),
        };
    }
}
