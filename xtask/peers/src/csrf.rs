//! `tower_http::csrf` beside `disallowed_origin = "forbid-unsafe"`: which of a request's handlers run.

use std::collections::BTreeMap;
use std::fmt::Write;

use cors_core::strategies::hostile_headers;
use cors_core::{DisallowedOrigin, Origin, Policy};
use http::{HeaderName, HeaderValue, Method, Request};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner};
use tower_http::csrf::CsrfLayer;

use crate::routes::Route;
use crate::servers::tower_http::{routes, serve};
use crate::servers::{Serve, Server};

/// The only origin that may send anything.
const ALLOWED: &str = "https://a.test";

macro_rules! kinds {
    ($($variant:ident $name:literal $meaning:literal)*) => {
        /// A kind of difference.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $(#[doc = $meaning] $variant,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it means.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

kinds! {
    WebSocketPasses "web-socket-passes"
        "Any page can open a WebSocket, since its handshake is a GET. [RFC 6455, 10.2](https://www.rfc-editor.org/rfc/rfc6455#section-10.2)"
    PreflightPasses "preflight-passes"
        "A preflight from an origin that is not allowed reaches the handler, which may answer it."
    MalformedOriginPasses "malformed-origin-passes"
        "An `Origin` that no browser sends passes: empty, repeated, or with a path or default port. [Fetch, `Origin` header](https://fetch.spec.whatwg.org/#origin-header)"
    RepeatedSitePasses "repeated-site-passes"
        "Of several `Sec-Fetch-Site` or `Host` lines, the first decides. Ours refuses the request, since a client and not a browser added the others."
    EmptySitePasses "empty-site-passes"
        "An empty `Sec-Fetch-Site`, which no browser sends, counts as absent."
    OwnOriginStopped "own-origin-stopped"
        "Without `Sec-Fetch-Site`, the server's own page is refused if `Host` has upper-case letters or the default port. [RFC 9110, 4.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-4.2.3)"
    UnknownSiteStopped "unknown-site-stopped"
        "A request without `Origin` is refused if `Sec-Fetch-Site` has an unknown value, which servers are to ignore. [Fetch Metadata, `Sec-Fetch-Site`](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)"
    TraceStopped "trace-stopped"
        "TRACE counts as unsafe. No browser sends it. [RFC 9110, 9.2.1](https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1)"
}

/// What a request shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Both call the handler, or neither does.
    Same {
        /// Whether they call it.
        handled: bool,
    },
    /// One calls it; `None` if the reason is unknown.
    Differs(Option<Kind>),
}

/// The results of a search.
#[derive(Debug, Default)]
pub struct Findings {
    /// How many requests both handled.
    pub passed: usize,
    /// How many requests both refused.
    pub refused: usize,
    /// How many requests differ, by kind.
    pub found: BTreeMap<Kind, usize>,
    /// Requests that differ without a kind.
    pub unknown: Vec<String>,
}

/// Our server and the peer's.
fn servers() -> [Server; 2] {
    let ours = || -> Serve {
        let policy = Policy::for_origins(ALLOWED).disallowed_origin(DisallowedOrigin::ForbidUnsafe);
        let policy = policy.build().expect("an exact origin is valid");
        serve(routes().layer(cors_axum::CorsLayer::new(policy)))
    };
    let peer = || -> Serve {
        let layer = CsrfLayer::new().add_trusted_origin(ALLOWED).expect("it is an origin");
        serve(routes().layer(layer))
    };
    [Server::build(ours), Server::build(peer)]
}

/// Sends the request to both servers.
pub fn look(request: &Request<()>) -> Seen {
    look_at(&servers(), request)
}

fn look_at(servers: &[Server; 2], request: &Request<()>) -> Seen {
    let handles = |server: &Server| server.answer(request).map(|answer| answer.is_handled);
    match servers.each_ref().map(handles) {
        [Ok(ours), Ok(peer)] if ours == peer => Seen::Same { handled: ours },
        [Ok(ours), Ok(_)] => Seen::Differs(kind(request, ours)),
        // A panic.
        _ => Seen::Differs(None),
    }
}

fn lines<'r>(request: &'r Request<()>, name: &str) -> Vec<&'r [u8]> {
    request.headers().get_all(name).iter().map(HeaderValue::as_bytes).collect()
}

/// Why only ours calls the handler, or only the peer's does.
fn kind(request: &Request<()>, ours: bool) -> Option<Kind> {
    let (origin, site) = (lines(request, "origin"), lines(request, "sec-fetch-site"));
    let method = request.method();
    if ours {
        return match (&*origin, &*site) {
            _ if *method == Method::TRACE => Some(Kind::TraceStopped),
            ([], [..]) => {
                let known: [&[u8]; 2] = [b"cross-site", b"same-site"];
                (!site.iter().any(|site| known.contains(site))).then_some(Kind::UnknownSiteStopped)
            }
            ([origin], []) => {
                let origin = Origin::parse(origin).ok()?;
                let host = request.headers().get("host")?.to_str().ok()?.to_ascii_lowercase();
                let host =
                    host.strip_suffix(if origin.scheme() == "http" { ":80" } else { ":443" });
                let host = host.map_or_else(
                    || lines(request, "host")[0].to_ascii_lowercase(),
                    |host| host.into(),
                );
                let authority = origin.as_str().split_once("://")?.1;
                (host == authority.as_bytes()).then_some(Kind::OwnOriginStopped)
            }
            _ => None,
        };
    }
    let is_asked = !lines(request, "access-control-request-method").is_empty();
    let is_malformed = |origin: &&[u8]| *origin != b"null" && Origin::parse(origin).is_err();
    if *method == Method::OPTIONS && is_asked && !origin.is_empty() {
        Some(Kind::PreflightPasses)
    } else if [Method::GET, Method::HEAD, Method::OPTIONS].contains(method) {
        (!lines(request, "upgrade").is_empty()).then_some(Kind::WebSocketPasses)
    } else if origin.len() > 1 || origin.iter().any(is_malformed) {
        Some(Kind::MalformedOriginPasses)
    } else if site.len() > 1 || lines(request, "host").len() > 1 {
        Some(Kind::RepeatedSitePasses)
    } else if *site == [b""] {
        Some(Kind::EmptySitePasses)
    } else {
        None
    }
}

/// A request for each kind.
pub fn examples() -> Vec<(Kind, Request<()>)> {
    let own = ("origin", "https://api.example");
    let evil = ("origin", "https://evil.example");
    [
        (Kind::WebSocketPasses, "GET", &[evil, ("upgrade", "websocket")][..]),
        (Kind::PreflightPasses, "OPTIONS", &[evil, ("access-control-request-method", "PUT")]),
        (Kind::MalformedOriginPasses, "POST", &[("origin", "https://api.example/page")]),
        (Kind::MalformedOriginPasses, "POST", &[("origin", ALLOWED), evil]),
        (
            Kind::RepeatedSitePasses,
            "POST",
            &[evil, ("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")],
        ),
        (Kind::EmptySitePasses, "POST", &[own, ("sec-fetch-site", "")]),
        (Kind::OwnOriginStopped, "POST", &[own, ("host", "api.example:443")]),
        (Kind::UnknownSiteStopped, "POST", &[("sec-fetch-site", "cross-origin")]),
        (Kind::TraceStopped, "TRACE", &[("sec-fetch-site", "cross-site")]),
    ]
    .map(|(kind, method, lines)| {
        let mut request = Request::builder().method(method).uri(Route::Ok.path());
        if !lines.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "api.example");
        }
        for (name, value) in lines {
            request = request.header(*name, *value);
        }
        (kind, request.body(()).expect("the examples are requests"))
    })
    .into()
}

/// Sends `count` random requests. The same seed gives the same requests.
pub fn search(count: usize, seed: u64) -> Findings {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Runs::default(), rng);
    let (servers, requests) = (servers(), requests());
    let mut findings = Findings::default();
    for _ in 0..count {
        let request = requests.new_tree(&mut runner).expect("none is filtered").current();
        match look_at(&servers, &request) {
            Seen::Same { handled: true } => findings.passed += 1,
            Seen::Same { handled: false } => findings.refused += 1,
            Seen::Differs(Some(kind)) => *findings.found.entry(kind).or_default() += 1,
            Seen::Differs(None) => findings.unknown.push(shown(&request)),
        }
    }
    findings
}

const METHODS: [&str; 8] = ["GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "DELETE", "QUERY"];

const LINES: [(&str, &[&str]); 5] = [
    (
        "origin",
        &[
            ALLOWED,
            "https://evil.example",
            "https://api.example",
            "http://api.example",
            "https://api.example:443",
            "https://api.example:8443",
            "https://api.example/",
            "https://API.example",
            "app://api.example",
            "null",
            "",
        ],
    ),
    ("sec-fetch-site", &["same-origin", "none", "cross-site", "same-site", "", "Same-Origin", "x"]),
    (
        "host",
        &["api.example", "API.example", "api.example:443", "api.example:80", "api.example:8443"],
    ),
    ("upgrade", &["websocket", "WebSocket, h2c"]),
    ("access-control-request-method", &["PUT"]),
];

/// Requests of any client. Most have at most one line of each header.
fn requests() -> impl Strategy<Value = Request<()>> {
    let lines = LINES.map(|(name, values)| {
        let is_rare = name == "upgrade" || name.starts_with("access-control");
        let count = if is_rare {
            prop_oneof![6 => Just(0usize), 1 => Just(1)].boxed()
        } else {
            prop_oneof![4 => Just(0usize), 12 => Just(1), 1 => Just(2)].boxed()
        };
        count.prop_flat_map(move |count| vec(select(values), count)).boxed()
    });
    let hostile = prop_oneof![12 => Just(None), 1 => hostile_headers().prop_map(Some)];
    (select(&METHODS[..]), Vec::from(lines), hostile).prop_map(|(method, lines, hostile)| {
        let mut request = Request::builder().method(method).uri(Route::Ok.path());
        for ((name, _), values) in LINES.iter().zip(lines) {
            for value in values {
                request = request.header(HeaderName::from_static(name), value);
            }
        }
        let mut request = request.body(()).expect("the lines are valid");
        request.headers_mut().extend(hostile.unwrap_or_default());
        request
    })
}

fn shown(request: &Request<()>) -> String {
    let mut text = request.method().to_string();
    for (name, value) in request.headers() {
        let value = value.as_bytes().escape_ascii().to_string();
        let _ = write!(text, "; {name}: {}", &value[..value.len().min(60)]);
    }
    text
}

/// How often each kind was found.
pub fn table(findings: &Findings) -> String {
    let Findings { passed, refused, .. } = findings;
    let mut text = format!("tower-http csrf: both pass {passed} requests and refuse {refused}\n");
    for (kind, count) in &findings.found {
        let _ = writeln!(text, "  {count}: {}", kind.name());
    }
    text
}

/// The page's part: the kinds, each with its examples.
pub fn page() -> String {
    let mut text = "| kind | what it means | for example |\n|---|---|---|\n".to_owned();
    for kind in Kind::ALL {
        let mut examples = examples();
        examples.retain(|(of, request)| of == kind && look(request) == Seen::Differs(Some(*kind)));
        let examples: Vec<_> =
            examples.iter().map(|(_, request)| format!("`{}`", shown(request))).collect();
        let (name, meaning) = (kind.name(), kind.meaning());
        let _ = writeln!(text, "| `{name}` | {meaning} | {} |", examples.join("<br>"));
    }
    text
}
