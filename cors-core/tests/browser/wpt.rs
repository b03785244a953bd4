//! Facts from [web-platform-tests](https://github.com/web-platform-tests/wpt): a page's fetch, the
//! server's response, and the expected result.
//!
//! A row that deliberately expects something other than its test says so and why: search for
//! `.differs(`.
//!
//! # Where rows come from
//!
//! Commits of web-platform-tests:
//!
//! - `cors/`: 15b6c1ed (basic), 2177a7cb (credentials-flag), 14ff0a75 (safelisted request headers),
//!   4e336903 (parsing of `Access-Control-Expose-Headers`), 22f2f605 (late-upload-events), 8e490f1f
//!   (origin), dde7ddff (remote-origin), e7020d14 (preflight-cache, status), e81eb7fc
//!   (preflight-failure), 81f7e836 (client hints, redirect-origin, redirect-userinfo,
//!   request-headers), 9ffeed4d (redirect-preflight), 319516d2 (redirect-preflight-2,
//!   response-headers), a9747558 (simple-requests), 7521c85d (simple-requests-ch), 6fcca5e0
//!   (status-async), 2e1553c1 (status-preflight);
//! - `fetch/api/cors/`: 7521c85d, 8cc44e82, 27c3122c (response validation), 12dcb6d6 (expose-star),
//!   c7dd2a7d (not-cors-safelisted.json), 0f33d6f7 (data: frame);
//! - `fetch/api/redirect/`: 7521c85d, 8cc44e82, acf5a3ad (method), d09aedb7 (schemes), 9c93468c
//!   (upload);
//! - `fetch/cross-origin-resource-policy/`: 8cc44e82;
//! - `fetch/api/request/request-bad-port`: 26abb2f7;
//! - `xhr/`: 8cc44e82, 7521c85d;
//! - `service-workers/`: 81f7e836.
//!
//! Newer tests and files that are not listed are as imported by Chromium (in
//! `third_party/blink/web_tests/external/wpt`) and Servo (in `tests/wpt`).
//!
//! # What is missing
//!
//! Tests that need more of a browser than the CORS protocol: the HTTP cache, cookies by value,
//! referrers, service workers. And responses that `http` cannot represent: NUL, form feed and
//! vertical tab in a value.

mod cache;
mod preflights;
mod redirects;
mod responses;

use cors_core::browser::{Browser, CredentialsMode, Fetch, Mode, Sending, Turn, Verdict};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::time::Duration;

/// The page, which defines what is same-origin.
const PAGE: &str = "http://web.test";
const PORT: &str = "http://web.test:8001";
const HTTPS: &str = "https://web.test:8443";
const REMOTE: &str = "http://www1.web.test";
const REMOTE2: &str = "http://www2.web.test";
const REMOTE_PORT: &str = "http://www1.web.test:8001";
const REMOTE_HTTPS: &str = "https://www1.web.test:8443";
const OTHER_SITE: &str = "http://not-web.test";

const STAR: &str = "Access-Control-Allow-Origin: *";
const ECHO: &str = "Access-Control-Allow-Origin: http://web.test";
const NULL: &str = "Access-Control-Allow-Origin: null";
const CREDENTIALS: &str = "Access-Control-Allow-Credentials: true";

const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];

/// A test: fetches of one browser, one after another.
struct Case {
    /// The file in web-platform-tests.
    wpt: &'static str,
    case: String,
    visits: Vec<Visit>,
    differs: Option<&'static str>,
}

/// One fetch and the facts about it.
struct Visit {
    at: Duration,
    fetch: Fetch,
    answers: Vec<http::Response<()>>,
    /// The methods that are sent, preflights as `OPTIONS`.
    sends: Vec<&'static str>,
    ends: Option<Ends>,
    /// Headers that the script sees with this value, or does not see.
    sees: Vec<(&'static str, Option<String>)>,
    /// Headers of the request with this number.
    carries: Vec<(usize, &'static str, Option<String>)>,
    credentials: Option<Vec<bool>>,
}

#[derive(Debug, PartialEq)]
enum Ends {
    Readable(u16),
    Opaque,
    OpaqueRedirect,
    /// It fails at the step with this id.
    Fails(String),
}

fn case(wpt: &'static str, case: impl Into<String>, fetch: Fetch) -> Case {
    Case { wpt, case: case.into(), visits: vec![Visit::new(0, fetch)], differs: None }
}

fn get(origin: &str) -> Fetch {
    fetch(origin, "GET")
}

fn fetch(origin: &str, method: &str) -> Fetch {
    Fetch::new(PAGE, format!("{origin}/")).method(method)
}

fn no_cors(origin: &str) -> Fetch {
    get(origin).mode(Mode::NoCors)
}

/// Like `withCredentials` of `XMLHttpRequest`.
fn with_credentials(fetch: Fetch) -> Fetch {
    fetch.credentials(CredentialsMode::Include)
}

fn header(line: &str) -> (HeaderName, HeaderValue) {
    let (name, value) = line.split_once(':').expect(line);
    // `*` is a name in some tests. White space around the value is kept.
    let value = value.strip_prefix(' ').unwrap_or(value);
    (
        HeaderName::from_bytes(name.as_bytes()).expect(line),
        HeaderValue::from_bytes(value.as_bytes()).expect(line),
    )
}

impl Case {
    fn last(&mut self) -> &mut Visit {
        self.visits.last_mut().expect("a case begins with a visit")
    }

    /// The server's next response.
    fn answer(mut self, status: u16, lines: &[&str]) -> Self {
        let mut response = http::Response::builder().status(status);
        for (name, value) in lines.iter().map(|line| header(line)) {
            response = response.header(name, value);
        }
        self.last().answers.push(response.body(()).unwrap());
        self
    }

    fn ok(self, lines: &[&str]) -> Self {
        self.answer(200, lines)
    }

    /// A redirect to this URL.
    fn to(self, status: u16, location: &str, lines: &[&str]) -> Self {
        let location = format!("Location: {location}");
        self.answer(status, &[&[&*location], lines].concat())
    }

    fn sends(mut self, methods: &[&'static str]) -> Self {
        self.last().sends = methods.to_vec();
        self
    }

    fn ends(mut self, ends: Ends) -> Self {
        self.last().ends = Some(ends);
        self
    }

    fn readable(self, status: u16) -> Self {
        self.ends(Ends::Readable(status))
    }

    fn opaque(self) -> Self {
        self.ends(Ends::Opaque)
    }

    fn fails(self, step: &str) -> Self {
        self.ends(Ends::Fails(step.to_owned()))
    }

    fn sees(mut self, name: &'static str, value: &str) -> Self {
        self.last().sees.push((name, Some(value.to_owned())));
        self
    }

    fn hides(mut self, names: &[&'static str]) -> Self {
        self.last().sees.extend(names.iter().map(|name| (*name, None)));
        self
    }

    fn carries(mut self, request: usize, name: &'static str, value: Option<&str>) -> Self {
        self.last().carries.push((request, name, value.map(str::to_owned)));
        self
    }

    /// `Access-Control-Request-Headers` of the first request, which is a preflight.
    fn asks(self, names: Option<&str>) -> Self {
        self.carries(0, "access-control-request-headers", names)
    }

    /// `Origin` of each request.
    fn origins(self, origins: &[Option<&str>]) -> Self {
        let numbered = origins.iter().enumerate();
        numbered.fold(self, |case, (n, origin)| case.carries(n, "origin", *origin))
    }

    /// Which requests carry cookies.
    fn credentials(mut self, sent: &[bool]) -> Self {
        self.last().credentials = Some(sent.to_vec());
        self
    }

    /// The next fetch, this many milliseconds after the first.
    fn then(mut self, at: u64, fetch: Fetch) -> Self {
        self.visits.push(Visit::new(at, fetch));
        self
    }

    /// Why the row expects something other than its test.
    fn differs(mut self, reason: &'static str) -> Self {
        self.differs = Some(reason);
        self
    }

    fn name(&self) -> String {
        let differs = self.differs.map_or(String::new(), |reason| format!(" (differs: {reason})"));
        format!("{}: {}{differs}", self.wpt, self.case)
    }

    fn faults(&self) -> Vec<String> {
        let mut browser = Browser::new();
        let mut faults = Vec::new();
        for (number, visit) in self.visits.iter().enumerate() {
            let found = visit.faults(&mut browser);
            faults
                .extend(found.iter().map(|it| format!("{}\n  fetch {number}: {it}", self.name())));
        }
        faults
    }
}

impl Visit {
    fn new(at: u64, fetch: Fetch) -> Self {
        Self {
            at: Duration::from_millis(at),
            fetch,
            answers: Vec::new(),
            sends: Vec::new(),
            ends: None,
            sees: Vec::new(),
            carries: Vec::new(),
            credentials: None,
        }
    }

    fn faults(&self, browser: &mut Browser) -> Vec<String> {
        let mut answers = self.answers.iter();
        let (mut sent, mut with_credentials) = (Vec::new(), Vec::new());
        let mut turn = browser.start(&self.fetch, self.at);
        let ended = loop {
            match turn {
                Turn::Done(ended) => break ended,
                Turn::Send(sending) => {
                    sent.push(request_of(&sending));
                    with_credentials.push(sending.includes_credentials());
                    let Some(answer) = answers.next() else {
                        return vec![format!("no answer left for {sent:?}")];
                    };
                    turn = sending.respond(browser, answer, self.at);
                }
            }
        };
        let mut faults = Vec::new();
        let mut compare = |what: String, is: String, wanted: String| {
            if is != wanted {
                faults.push(format!("{what}: {is}, wanted {wanted}"));
            }
        };
        let methods: Vec<_> = sent.iter().map(|request| request.method().as_str()).collect();
        compare("requests".into(), format!("{methods:?}"), format!("{:?}", self.sends));
        let ends = match &ended.verdict {
            Verdict::Readable(readable) => Ends::Readable(readable.status.as_u16()),
            Verdict::Opaque => Ends::Opaque,
            Verdict::OpaqueRedirect => Ends::OpaqueRedirect,
            Verdict::Failed(taken) => Ends::Fails(taken.step.id().to_owned()),
            other => panic!("{other:?}"),
        };
        compare("end".into(), format!("{:?}", Some(ends)), format!("{:?}", self.ends));
        if let Some(wanted) = &self.credentials {
            compare("credentials".into(), format!("{with_credentials:?}"), format!("{wanted:?}"));
        }
        for (number, name, wanted) in &self.carries {
            let is = sent.get(*number).and_then(|it| value(it.headers(), name));
            compare(
                format!("{name} of request {number}"),
                format!("{is:?}"),
                format!("{wanted:?}"),
            );
        }
        for (name, wanted) in &self.sees {
            let is = match &ended.verdict {
                Verdict::Readable(readable) => value(&readable.headers, name),
                _ => None,
            };
            compare(format!("seen {name}"), format!("{is:?}"), format!("{wanted:?}"));
        }
        faults
    }
}

/// A copy, after checking that a preflight looks like one.
fn request_of(sending: &Sending) -> http::Request<()> {
    let request = sending.request();
    let asks = request.headers().contains_key("access-control-request-method");
    assert_eq!(sending.is_preflight(), asks && request.method() == "OPTIONS");
    request.clone()
}

/// All lines of the header, as a script sees them.
fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(name).iter().map(HeaderValue::as_bytes);
    let lines: Vec<_> = lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

fn check(cases: Vec<Case>) {
    let faults: Vec<_> = cases.iter().flat_map(Case::faults).collect();
    let (count, all) = (faults.len(), faults.join("\n"));
    assert!(faults.is_empty(), "{count} faults in {} cases:\n{all}", cases.len());
}

/// Rows have different names.
#[test]
fn names() {
    let tables = [responses::table(), preflights::table(), redirects::table(), cache::table()];
    let mut names: Vec<_> = tables.iter().flatten().map(Case::name).collect();
    names.sort();
    for pair in names.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
}
