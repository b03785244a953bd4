//! Why a browser said no, and how to fix it.
//!
//! ```
//! use cors_core::Policy;
//! use cors_core::browser::Fetch;
//! use cors_core::explain::explain;
//!
//! let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
//! let fetch = Fetch::new("https://app.example.com", "https://api.example/")
//!     .method("POST")
//!     .header("content-type", "application/json");
//!
//! let explanation = explain(&policy, &fetch);
//! assert!(!explanation.is_readable());
//! assert_eq!(explanation.failed().unwrap().step.id(), "preflight-header");
//!
//! let fix = explanation.fix().unwrap();
//! assert_eq!(fix.to_string(), r#"allow_headers = ["content-type"]"#);
//! let fixed = Policy::new(fix.config())?;
//! assert!(explain(&fixed, fix.fetch()).is_readable());
//! # Ok::<(), cors_core::ConfigErrors>(())
//! ```

mod console;
mod fix;
mod text;

use crate::browser::{Browser, Ended, Engine, Fetch, Taken, Turn, Verdict, serve};
use crate::engine::decision::Decision;
use crate::engine::policy::Policy;
use http::{Request, Response};
use std::time::Duration;

pub use fix::{Change, Fix};
pub use text::InColor;

/// What a browser does with a fetch under a policy, and why.
///
/// It prints as a page of text. For a terminal, use [`in_color`](Self::in_color).
#[derive(Clone, Debug)]
pub struct Explanation {
    fetch: Fetch,
    events: Vec<Event>,
    verdict: Verdict,
    preflight: Preflight,
    refused: Option<String>,
    console: Vec<(Engine, String)>,
    fix: Option<Fix>,
}

/// A step, a request, or a response.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// The browser took a step of the standard.
    Step(Taken),
    /// The browser sent a request.
    Sent(Request<()>),
    /// The server answered.
    Received(Response<()>),
}

/// The result of a fetch's preflights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a preflight is missing, passes, or fails")]
pub enum Preflight {
    /// None was sent.
    None,
    /// All passed.
    Passed,
    /// The last one failed.
    Failed,
}

impl Preflight {
    /// The name in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Passed => "passed",
            Self::Failed => "failed",
        }
    }
}

/// Explains a fetch under a policy. The handler answers 200.
pub fn explain(policy: &Policy, fetch: &Fetch) -> Explanation {
    explain_with(policy, fetch, &|_| Response::new(()))
}

/// Explains a fetch under a policy with your own handler, which must always give the same response
/// to the same request.
pub fn explain_with(
    policy: &Policy,
    fetch: &Fetch,
    handler: &dyn Fn(&Request<()>) -> Response<()>,
) -> Explanation {
    let (Ended { verdict, .. }, events) = run(policy, fetch, handler);
    let sent: Vec<_> = events.iter().filter_map(Event::preflight).collect();
    let preflight = match &verdict {
        _ if sent.is_empty() => Preflight::None,
        Verdict::Failed(_) if last_sent(&events).is_some_and(is_preflight) => Preflight::Failed,
        _ => Preflight::Passed,
    };
    Explanation {
        fetch: fetch.clone(),
        refused: last_sent(&events).and_then(|request| match policy.decide(request) {
            Decision::Reject(reason) => Some(reason.to_string()),
            _ => None,
        }),
        console: console::messages(fetch, &verdict, &events),
        fix: fix::find(policy, fetch, handler),
        events,
        verdict,
        preflight,
    }
}

/// Runs the fetch in a browser with empty caches.
fn run(
    policy: &Policy,
    fetch: &Fetch,
    handler: &dyn Fn(&Request<()>) -> Response<()>,
) -> (Ended, Vec<Event>) {
    let mut browser = Browser::new();
    let mut events = Vec::new();
    let mut known = 0;
    let mut turn = browser.start(fetch, Duration::ZERO);
    loop {
        let steps = match &turn {
            Turn::Send(sending) => sending.steps(),
            Turn::Done(ended) => &ended.steps,
        };
        events.extend(steps[known..].iter().cloned().map(Event::Step));
        known = steps.len();
        match turn {
            Turn::Send(sending) => {
                let response = serve(policy, sending.request(), |request| handler(request));
                events.push(Event::Sent(sending.request().clone()));
                events.push(Event::Received(response.clone()));
                turn = sending.respond(&mut browser, &response, Duration::ZERO);
            }
            Turn::Done(ended) => return (ended, events),
        }
    }
}

impl Event {
    fn preflight(&self) -> Option<&Request<()>> {
        match self {
            Self::Sent(request) if is_preflight(request) => Some(request),
            _ => None,
        }
    }
}

fn is_preflight(request: &Request<()>) -> bool {
    // Scripts cannot set this header.
    request.headers().contains_key(http::header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn last_sent(events: &[Event]) -> Option<&Request<()>> {
    events.iter().rev().find_map(|event| match event {
        Event::Sent(request) => Some(request),
        _ => None,
    })
}

impl Explanation {
    /// The explained fetch.
    pub fn fetch(&self) -> &Fetch {
        &self.fetch
    }

    /// Whether the script may read.
    pub fn is_readable(&self) -> bool {
        self.verdict.is_readable()
    }

    /// The result for the script.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The step that failed, if one did.
    pub fn failed(&self) -> Option<&Taken> {
        match &self.verdict {
            Verdict::Failed(taken) => Some(taken),
            _ => None,
        }
    }

    /// The result of the preflights.
    pub fn preflight(&self) -> Preflight {
        self.preflight
    }

    /// Why the policy refused the last request, if it did.
    pub fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// Steps, requests and responses in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The console message of each engine that prints one.
    pub fn console(&self) -> &[(Engine, String)] {
        &self.console
    }

    /// What to change so that the script may read: the policy, the script, the page, or the rest of
    /// the server. `None` if it may read already.
    pub fn fix(&self) -> Option<&Fix> {
        self.fix.as_ref()
    }
}
