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
//! let fixed = Policy::new(fix.config().unwrap())?;
//! assert!(explain(&fixed, fix.fetch()).is_readable());
//! # Ok::<(), cors_core::ConfigErrors>(())
//! ```

mod answers;
mod console;
mod cookies;
mod fix;
mod login;
mod messages;
mod secrets;
mod text;

use crate::browser::{
    Browser, Ended, Engine, Fetch, Sending, Shared, Step, Taken, Verdict, accept, serve,
};
use crate::engine::decision::Decision;
use crate::engine::policy::Policy;
use answers::{Answer, Answers, Asked, Counts, run};
use http::{Request, Response};

pub use cookies::{CookieWay, InCookie};
pub use fix::{Change, Fix};
pub use login::redirects_to_login;
pub use messages::{Section, sections_of};
pub use secrets::Secrets;
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
    engines: [InEngine; 3],
    fix: Option<Fix>,
    cookie_advice: Vec<String>,
    /// Whether a server answered, and not a policy.
    is_of_server: bool,
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
    /// No response came, and why.
    Unanswered(String),
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

/// What one engine does with the fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InEngine {
    /// The engine.
    pub engine: Engine,
    /// Whether the page may read; of a frame or a beacon, whether it loads or arrives. Where engines
    /// depart from the standard, they differ.
    pub reads: Reads,
    /// What the console prints, each message on a line of its own. `None` if it prints nothing.
    pub console: Option<String>,
    /// What it does with cookies, in the order of the requests. Empty if no request includes
    /// credentials, or there are no cookies: those that answers set, and [`Fetch::cookies`].
    pub cookies: Vec<InCookie>,
}

/// Whether a script may read in one engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "yes, no, or up to the user")]
pub enum Reads {
    /// It may.
    Yes,
    /// It may not.
    No,
    /// It may if the user agrees: the server is on this machine or in the local network.
    Asks,
}

/// Explains a fetch under a policy. The handler answers 200, and accepts every WebSocket.
pub fn explain(policy: &Policy, fetch: &Fetch) -> Explanation {
    explain_with(policy, fetch, &accept)
}

/// Explains a fetch under a policy with your own handler, which must always give the same response
/// to the same request.
///
/// ```
/// use cors_core::Policy;
/// use cors_core::browser::Fetch;
/// use cors_core::explain::{Event, Reads, explain_with};
/// use http::Response;
///
/// let policy = Policy::for_origins("https://app.example.com").expose_headers("etag").build()?;
/// let fetch = Fetch::new("https://app.example.com", "https://api.example/");
/// let handler = |_: &_| Response::builder().header("etag", "\"1\"").body(()).unwrap();
/// let explanation = explain_with(&policy, &fetch, &handler);
/// assert!(explanation.engines().iter().all(|engine| engine.reads == Reads::Yes));
/// let received = explanation.events().iter().find_map(|event| match event {
///     Event::Received(response) => Some(response),
///     _ => None,
/// });
/// assert_eq!(received.unwrap().headers()["access-control-expose-headers"], "etag");
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
pub fn explain_with(
    policy: &Policy,
    fetch: &Fetch,
    handler: &dyn Fn(&Request<()>) -> Response<()>,
) -> Explanation {
    let mut server = |sending: &Sending| Ok(serve(policy, sending.request(), handler));
    let (ended, events, _) = run(Browser::telling_local_network_access(), fetch, &mut server);
    let engines = Engine::ALL.map(|engine| in_engine(engine, fetch, &mut server));
    let refused = last_sent(&events).and_then(|request| match policy.decide(request) {
        Decision::Reject(reason) => Some(reason.to_string()),
        _ => None,
    });
    let fix = fix::find(policy, fetch, handler);
    Explanation { refused, fix, ..Explanation::new(fetch, ended, events, engines) }
}

/// Explains a fetch by what a server answers, whatever it runs.
///
/// `server` gets each request that a browser sends, and returns the response, or why there is none.
/// Send it exactly as it is, with the cookies that [`Sending::includes_credentials`] asks for, and do
/// not follow redirects: the browser does. An engine that departs from the standard may send one
/// more. Where two send the same, it is sent once.
///
/// The [fix](Explanation::fix) says which headers the server has to send.
///
/// ```
/// use cors_core::browser::Fetch;
/// use cors_core::explain::explain_server;
/// use http::Response;
///
/// let fetch = Fetch::new("https://app.example.com", "https://api.example/");
/// let explanation = explain_server(&fetch, &mut |_| {
///     Ok(Response::builder().header("access-control-allow-origin", "*, *").body(()).unwrap())
/// });
/// assert_eq!(
///     explanation.fix().unwrap().to_string(),
///     "on the answer to GET https://api.example/: \
///      Access-Control-Allow-Origin: https://app.example.com, instead of \"*, *\"; Vary: Origin",
/// );
/// ```
pub fn explain_server(
    fetch: &Fetch,
    server: &mut dyn FnMut(&Sending) -> Result<Response<()>, String>,
) -> Explanation {
    let mut answers = Answers::default();
    let (ended, events, _) = run(Browser::telling_local_network_access(), fetch, &mut |sending| {
        let answer = server(sending);
        answers.record(sending.request(), answer)
    });
    let engines = Engine::ALL.map(|engine| {
        let mut counts = Counts::default();
        in_engine(engine, fetch, &mut |sending| {
            let asked = Asked::of(sending.request());
            let n = counts.count(&asked);
            match answers.get(&asked, n) {
                Some(known) => known.clone(),
                None => {
                    let answer = server(sending);
                    answers.record(sending.request(), answer)
                }
            }
        })
    });
    let fix = fix::headers::find(fetch, &answers);
    Explanation { fix, is_of_server: true, ..Explanation::new(fetch, ended, events, engines) }
}

fn in_engine(
    engine: Engine,
    fetch: &Fetch,
    server: &mut dyn FnMut(&Sending) -> Answer,
) -> InEngine {
    let browser = Browser::as_installed(engine);
    let (Ended { verdict, steps, .. }, events, cookies) = run(browser, fetch, server);
    let mut messages = console::messages(fetch, &verdict, &events).into_iter();
    let console = messages.find(|(of, _)| *of == engine).map(|(_, message)| message);
    let asks = steps.iter().any(|taken| taken.step == Step::LocalNetworkAccess);
    let reads = match verdict.is_success() {
        true if asks => Reads::Asks,
        true => Reads::Yes,
        false => Reads::No,
    };
    InEngine { engine, reads, console, cookies }
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
    fn new(fetch: &Fetch, ended: Ended, events: Vec<Event>, engines: [InEngine; 3]) -> Self {
        let verdict = ended.verdict;
        let preflight = match &verdict {
            _ if !events.iter().any(|event| event.preflight().is_some()) => Preflight::None,
            Verdict::Failed(_) if last_sent(&events).is_some_and(is_preflight) => Preflight::Failed,
            _ => Preflight::Passed,
        };
        Self {
            fetch: fetch.clone(),
            events,
            verdict,
            preflight,
            cookie_advice: cookies::advice(fetch, &engines),
            engines,
            refused: None,
            fix: None,
            is_of_server: false,
        }
    }

    /// The explained fetch.
    pub fn fetch(&self) -> &Fetch {
        &self.fetch
    }

    /// Whether the page may read the response, or a WebSocket's messages.
    pub fn is_readable(&self) -> bool {
        self.verdict.is_readable()
    }

    /// Whether the page got all that its initiator can give: something to read, a loaded frame, or a
    /// beacon that has arrived.
    pub fn is_success(&self) -> bool {
        self.verdict.is_success()
    }

    /// The same without tokens and cookies, to print or to send on: request headers with names like
    /// `authorization` and `x-api-key`, parameters of the URL with such names, and what `Set-Cookie`
    /// sets, lose their values, wherever else they appear. So do the `others`, such as cookies.
    ///
    /// ```
    /// use cors_core::Policy;
    /// use cors_core::browser::Fetch;
    /// use cors_core::explain::explain;
    ///
    /// let fetch = Fetch::new("https://app.example.com", "https://api.example/")
    ///     .header("authorization", "Bearer 42");
    /// let explanation = explain(&Policy::public(), &fetch).without_secrets(&[]);
    /// assert!(explanation.to_string().contains("\"authorization\": \"Bearer ...\""));
    /// assert!(!explanation.to_string().contains("42"));
    /// ```
    pub fn without_secrets(mut self, others: &[&str]) -> Self {
        self.conceal_secrets(others);
        self
    }

    /// Does what [`without_secrets`](Self::without_secrets) does, and returns the values, to conceal
    /// them in other texts.
    ///
    /// ```
    /// use cors_core::Policy;
    /// use cors_core::browser::Fetch;
    /// use cors_core::explain::explain;
    ///
    /// let fetch = Fetch::new("https://app.example.com", "https://api.example/?token=opensesame");
    /// let secrets = explain(&Policy::public(), &fetch).conceal_secrets(&[]);
    /// assert_eq!(secrets.conceal("the server logs opensesame"), "the server logs ...");
    /// ```
    pub fn conceal_secrets(&mut self, others: &[&str]) -> Secrets {
        let secrets = Secrets::take(self, others);
        secrets.remove_from(self);
        secrets
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
    pub fn console(&self) -> impl Iterator<Item = (Engine, &str)> {
        self.engines.iter().filter_map(|of| Some((of.engine, of.console.as_deref()?)))
    }

    /// The names of the response headers that the script can read: of a server's, those that came,
    /// and under a policy, those that would be readable.
    pub fn headers(&self) -> Vec<&str> {
        let Verdict::Readable(readable) = &self.verdict else { return Vec::new() };
        match &readable.shared {
            Shared::Names(names) if !self.is_of_server => names.iter().map(|n| &**n).collect(),
            _ => {
                let mut names: Vec<_> = readable.headers.keys().map(|name| name.as_str()).collect();
                names.sort_unstable();
                names
            }
        }
    }

    /// The request that no answer came to, if the fetch failed for that.
    ///
    /// ```
    /// use cors_core::browser::Fetch;
    /// use cors_core::explain::explain_server;
    ///
    /// let fetch = Fetch::new("https://app.example.com", "https://api.example/").method("PUT");
    /// let down = explain_server(&fetch, &mut |_| Err("connection refused".to_owned()));
    /// assert_eq!(down.unanswered().unwrap().method(), "OPTIONS");
    /// ```
    pub fn unanswered(&self) -> Option<&Request<()>> {
        let is_last = self.verdict.failed_step() == Some(Step::Network);
        last_sent(&self.events).filter(|_| is_last)
    }

    /// What each engine does.
    pub fn engines(&self) -> &[InEngine; 3] {
        &self.engines
    }

    /// What to do so that cookies which some engine refuses for the page's site pass: a sentence each.
    ///
    /// ```
    /// use cors_core::browser::{CredentialsMode, Fetch};
    /// use cors_core::explain::explain_server;
    /// use http::Response;
    ///
    /// let fetch = Fetch::new("https://app.example.com", "https://api.test/")
    ///     .credentials(CredentialsMode::Include);
    /// let explanation = explain_server(&fetch, &mut |_| {
    ///     Ok(Response::builder().header("set-cookie", "sid=1; SameSite=Lax").body(()).unwrap())
    /// });
    /// assert_eq!(
    ///     explanation.cookie_advice()[0],
    ///     "set it with SameSite=None; Secure in an answer to this page, which passes in Chromium and Firefox",
    /// );
    /// ```
    pub fn cookie_advice(&self) -> &[String] {
        &self.cookie_advice
    }

    /// What to change so that the page may read: the policy, the script, the page, or the rest of
    /// the server. `None` if it is a [success](Self::is_success) already.
    pub fn fix(&self) -> Option<&Fix> {
        self.fix.as_ref()
    }
}
