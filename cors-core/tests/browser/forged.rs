//! Forged requests: under `forbid` and `forbid-unsafe`, no page that the policy does not allow reaches
//! the handler of a method that is not safe, or a WebSocket. A form's POST is a fetch of mode `no-cors`.

use cors_core::browser::{Body, Browser, CredentialsMode, Engine, Fetch, Initiator, Mode, serve};
use cors_core::{DisallowedOrigin, Policy};
use http::header::{ORIGIN, UPGRADE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use std::time::Duration;

const FORBIDDING: [DisallowedOrigin; 2] =
    [DisallowedOrigin::Forbid, DisallowedOrigin::ForbidUnsafe];

/// Pages of attackers: another site, the same site, another scheme, and opaque origins.
const ATTACKERS: [&str; 6] = [
    "https://evil.example",
    "http://evil.example",
    "https://other.example.com",
    "http://api.example.com",
    "https://api.example.com:8443",
    "null",
];

/// Header fields that a proxy in front of the server removes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proxy {
    None,
    StripsOrigin,
    StripsFetchMetadata,
    StripsBoth,
}

/// What a page does so that the server does not recognise it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trick {
    None,
    /// A referrer policy of `no-referrer`: then `Origin` is `null`, except with CORS and WebSockets.
    /// [Fetch, append a request `Origin` header](https://fetch.spec.whatwg.org/#append-a-request-origin-header)
    HidesItsOrigin,
    /// It asks another server, which redirects with the same method and body.
    Detour,
}

const TRICKS: [Trick; 3] = [Trick::None, Trick::HidesItsOrigin, Trick::Detour];

/// Redirects to what follows `?`. Whatever CORS needs, it says.
const DETOUR: &str = "https://redirects.example/";

fn policy(disallowed: DisallowedOrigin) -> Policy {
    Policy::builder()
        .allow_origins(["https://app.example.com"])
        .allow_methods(["PUT", "DELETE"])
        .allow_headers(["content-type"])
        .allow_credentials(true)
        .disallowed_origin(disallowed)
        .build()
        .unwrap()
}

/// Everything that a page can send, in any case.
pub(crate) fn requests(page: &str, host: &str) -> Vec<Fetch> {
    let url = format!("{host}/transfer");
    let mut all: Vec<_> =
        Initiator::ALL.iter().map(|initiator| Fetch::by(*initiator, page, &*url)).collect();
    for socket in all.iter_mut().filter(|fetch| fetch.initiator == Initiator::WebSocket) {
        socket.url = url.replacen("http", "ws", 1);
    }
    for method in ["GET", "POST", "PUT", "DELETE", "patch"] {
        for mode in [Mode::Cors, Mode::NoCors] {
            let body = if method == "GET" { Body::None } else { Body::Text };
            let fetch = Fetch::new(page, &*url).method(method).mode(mode).body(body);
            all.push(fetch.clone().credentials(CredentialsMode::Include));
            all.push(fetch.header("content-type", "application/json"));
        }
    }
    let json = ("content-type", "application/json");
    all.push(Fetch::beacon(page, &*url).body(Body::Bytes).header(json.0, json.1));
    all
}

/// The methods of the requests that reach the handler.
pub(crate) fn reached(
    policy: &Policy,
    proxy: Proxy,
    trick: Trick,
    browser: &mut Browser,
    fetch: &Fetch,
) -> Vec<Method> {
    let mut reached = Vec::new();
    let mut fetch = fetch.clone();
    if trick == Trick::Detour {
        fetch.url = format!("{DETOUR}?{}", fetch.url);
    }
    let hides = trick == Trick::HidesItsOrigin
        && fetch.settled().mode == Mode::NoCors
        && fetch.initiator != Initiator::WebSocket;
    browser.fetch(&fetch, Duration::ZERO, |request: &Request<()>| {
        if request.uri().to_string().starts_with(DETOUR) {
            return redirected(request);
        }
        let mut request = request.clone();
        let headers = request.headers_mut();
        if hides && headers.contains_key(ORIGIN) {
            headers.insert(ORIGIN, HeaderValue::from_static("null"));
        }
        if matches!(proxy, Proxy::StripsOrigin | Proxy::StripsBoth) {
            headers.remove(ORIGIN);
        }
        if matches!(proxy, Proxy::StripsFetchMetadata | Proxy::StripsBoth) {
            for name in ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "sec-fetch-user"] {
                headers.remove(name);
            }
        }
        serve(policy, &request, |request| {
            let is_handshake = request.headers().contains_key(UPGRADE);
            reached.push(if is_handshake { Method::CONNECT } else { request.method().clone() });
            let mut response = Response::new(());
            if is_handshake {
                *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            }
            response
        })
    });
    reached
}

fn redirected(request: &Request<()>) -> Response<()> {
    let to = request.uri().query().unwrap_or_default();
    let origin = request.headers().get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let is_preflight = request.method() == Method::OPTIONS;
    let mut response = Response::builder()
        .status(if is_preflight { 204 } else { 307 })
        .header("access-control-allow-origin", origin.unwrap_or("*"))
        .header("access-control-allow-credentials", "true")
        .header("access-control-allow-methods", "GET,POST,PUT,DELETE,patch")
        .header("access-control-allow-headers", "content-type");
    if !is_preflight {
        response = response.header("location", to);
    }
    response.body(()).unwrap()
}

pub(crate) fn browsers() -> impl Iterator<Item = Browser> {
    Engine::ALL.into_iter().map(Browser::like).chain([Browser::new()])
}

/// A handshake counts as CONNECT.
fn may_change_something(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Over `https:` and to this machine, browsers send `Sec-Fetch-Site`, so that one of both headers is
/// enough.
#[test]
fn no_forged_request_is_handled() {
    for disallowed in FORBIDDING {
        let policy = policy(disallowed);
        for proxy in [Proxy::None, Proxy::StripsOrigin, Proxy::StripsFetchMetadata] {
            for page in ATTACKERS {
                for host in ["https://api.example.com", "http://localhost:3000"] {
                    // Without `Sec-Fetch-Site`, a page of the same host passes: see below.
                    let is_same_host = page == "http://api.example.com";
                    if proxy == Proxy::StripsFetchMetadata && is_same_host {
                        continue;
                    }
                    nothing_is_reached(&policy, proxy, page, host, &TRICKS);
                }
            }
        }
    }
}

/// If another server redirects a request of an allowed page, it is refused too.
#[test]
fn a_redirect_does_not_borrow_a_page() {
    for disallowed in FORBIDDING {
        let policy = policy(disallowed);
        for proxy in [Proxy::None, Proxy::StripsOrigin, Proxy::StripsFetchMetadata] {
            for page in ["https://app.example.com", "https://api.example.com"] {
                let host = "https://api.example.com";
                nothing_is_reached(&policy, proxy, page, host, &[Trick::Detour]);
            }
        }
    }
}

fn nothing_is_reached(policy: &Policy, proxy: Proxy, page: &str, host: &str, tricks: &[Trick]) {
    for fetch in requests(page, host) {
        for trick in tricks {
            for mut browser in browsers() {
                let reached = reached(policy, proxy, *trick, &mut browser, &fetch);
                let changes = reached.iter().any(may_change_something);
                assert!(!changes, "{proxy:?} {trick:?} {fetch} {policy}");
            }
        }
    }
}

/// The same requests do arrive where nothing forbids them, and from an allowed page.
#[test]
fn the_requests_are_real() {
    let forward = policy(DisallowedOrigin::Forward);
    let reaches = |policy: &Policy, page: &str, trick| {
        let requests = requests(page, "https://api.example.com");
        let all = requests
            .iter()
            .flat_map(|fetch| reached(policy, Proxy::None, trick, &mut Browser::new(), fetch));
        all.filter(may_change_something).count()
    };
    // A POST of two kinds, a beacon and a WebSocket need no preflight.
    assert!(reaches(&forward, "https://evil.example", Trick::None) >= 4);
    assert!(reaches(&forward, "https://evil.example", Trick::HidesItsOrigin) >= 4);
    // A WebSocket follows no redirect.
    assert!(reaches(&forward, "https://evil.example", Trick::Detour) >= 3);
    assert!(reaches(&forward, "https://app.example.com", Trick::Detour) >= 3);
    for disallowed in FORBIDDING {
        let allowed = reaches(&policy(disallowed), "https://app.example.com", Trick::None);
        assert!(allowed >= 8, "{disallowed:?}");
    }
}

/// `forbid-unsafe` serves what others may embed. `forbid` refuses it if the browser names the page.
#[test]
fn what_changes_nothing() {
    let page = "https://evil.example";
    let url = "https://api.example.com/logo.svg";
    let count = |disallowed, fetch: &Fetch| {
        reached(&policy(disallowed), Proxy::None, Trick::None, &mut Browser::new(), fetch).len()
    };
    for fetch in [Fetch::image(page, url), Fetch::frame(page, url)] {
        assert_eq!(count(DisallowedOrigin::ForbidUnsafe, &fetch), 1, "{fetch}");
    }
    let fetch = Fetch::new(page, url);
    assert_eq!(count(DisallowedOrigin::ForbidUnsafe, &fetch), 1);
    assert_eq!(count(DisallowedOrigin::Forbid, &fetch), 0);
}

/// What is left, each with the security page's words for it: a form's POST from the page to the host,
/// through the proxy, and whether it reaches the handler.
#[test]
fn what_a_proxy_can_spoil() {
    use Proxy::{None, StripsBoth, StripsFetchMetadata, StripsOrigin};
    const EVIL: &str = "http://evil.example";
    const SAME_HOST: &str = "http://api.example.com";
    const HTTPS: &str = "https://api.example.com";
    const HTTP: &str = "http://api.example.com";
    const LOCAL: &str = "http://localhost:3000";
    for (proxy, page, host, reaches) in [
        (None, EVIL, HTTPS, false),
        (None, EVIL, HTTP, false),
        (None, EVIL, LOCAL, false),
        (StripsOrigin, EVIL, HTTPS, false),
        (StripsOrigin, EVIL, LOCAL, false),
        (StripsFetchMetadata, EVIL, HTTPS, false),
        (StripsFetchMetadata, EVIL, HTTP, false),
        (StripsFetchMetadata, EVIL, LOCAL, false),
        (None, SAME_HOST, HTTPS, false),
        // No `Origin` over `http:`, where browsers send no `Sec-Fetch-Site`.
        (StripsOrigin, EVIL, HTTP, true),
        // No `Sec-Fetch-Site`, and the `http:` page of the same host.
        (StripsFetchMetadata, SAME_HOST, HTTPS, true),
        // Neither.
        (StripsBoth, EVIL, HTTPS, true),
        (StripsBoth, EVIL, HTTP, true),
        (StripsBoth, EVIL, LOCAL, true),
    ] {
        for disallowed in FORBIDDING {
            let fetch = Fetch::new(page, format!("{host}/transfer"));
            let fetch = fetch.method("POST").mode(Mode::NoCors).body(Body::Text);
            for mut browser in browsers() {
                let policy = policy(disallowed);
                let reached = reached(&policy, proxy, Trick::None, &mut browser, &fetch);
                assert_eq!(!reached.is_empty(), reaches, "{proxy:?} {page} {host} {disallowed:?}");
            }
        }
    }
}
