//! Forged requests: under `forbid` and `forbid-unsafe`, no page that the policy does not allow reaches
//! the handler of a method that is not safe, or a WebSocket. A form's POST is a fetch of mode `no-cors`.

use cors_core::browser::{Body, Browser, CredentialsMode, Engine, Fetch, Initiator, Mode, serve};
use cors_core::{DisallowedOrigin, Policy};
use http::header::{HeaderName, ORIGIN, UPGRADE};
use http::{Method, Request, Response, StatusCode};
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
}

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
    browser: &mut Browser,
    fetch: &Fetch,
) -> Vec<Method> {
    let mut reached = Vec::new();
    browser.fetch(fetch, Duration::ZERO, |request: &Request<()>| {
        let mut request = request.clone();
        let strips = |name: &HeaderName| match proxy {
            Proxy::None => false,
            Proxy::StripsOrigin => name == ORIGIN,
            Proxy::StripsFetchMetadata => name.as_str().starts_with("sec-fetch-"),
        };
        let names: Vec<_> = request.headers().keys().filter(|name| strips(name)).cloned().collect();
        for name in names {
            request.headers_mut().remove(name);
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
                    for fetch in requests(page, host) {
                        for mut browser in browsers() {
                            let reached = reached(&policy, proxy, &mut browser, &fetch);
                            let changes = reached.iter().any(may_change_something);
                            assert!(!changes, "{disallowed:?} {proxy:?} {fetch}");
                        }
                    }
                }
            }
        }
    }
}

/// The same requests do arrive where nothing forbids them, and from an allowed page.
#[test]
fn the_requests_are_real() {
    let forward = policy(DisallowedOrigin::Forward);
    let reaches = |policy: &Policy, page: &str| {
        let requests = requests(page, "https://api.example.com");
        let all = requests
            .iter()
            .flat_map(|fetch| reached(policy, Proxy::None, &mut Browser::new(), fetch));
        all.filter(may_change_something).count()
    };
    // A POST of two kinds, a beacon and a WebSocket need no preflight.
    assert!(reaches(&forward, "https://evil.example") >= 4);
    for disallowed in FORBIDDING {
        assert!(reaches(&policy(disallowed), "https://app.example.com") >= 8, "{disallowed:?}");
    }
}

/// `forbid-unsafe` serves what others may embed. `forbid` refuses it if the browser names the page.
#[test]
fn what_changes_nothing() {
    let page = "https://evil.example";
    let url = "https://api.example.com/logo.svg";
    let count = |disallowed, fetch: &Fetch| {
        reached(&policy(disallowed), Proxy::None, &mut Browser::new(), fetch).len()
    };
    for fetch in [Fetch::image(page, url), Fetch::frame(page, url)] {
        assert_eq!(count(DisallowedOrigin::ForbidUnsafe, &fetch), 1, "{fetch}");
    }
    let fetch = Fetch::new(page, url);
    assert_eq!(count(DisallowedOrigin::ForbidUnsafe, &fetch), 1);
    assert_eq!(count(DisallowedOrigin::Forbid, &fetch), 0);
}

/// What is left: a server over `http:` that is not on this machine gets no `Sec-Fetch-Site`. Then a
/// proxy that strips `Origin` lets everything through, and so does a page of the same host, whose
/// scheme the engine cannot know.
#[test]
fn what_a_proxy_can_spoil() {
    let policy = policy(DisallowedOrigin::ForbidUnsafe);
    let post = |page: &str, host: &str| {
        let fetch = Fetch::new(page, format!("{host}/transfer"));
        fetch.method("POST").mode(Mode::NoCors).body(Body::Text)
    };
    let reaches =
        |proxy, fetch: &Fetch| !reached(&policy, proxy, &mut Browser::new(), fetch).is_empty();
    let plain = post("http://evil.example", "http://api.example.com");
    assert!(!reaches(Proxy::None, &plain));
    assert!(reaches(Proxy::StripsOrigin, &plain));
    let same_host = post("http://api.example.com", "https://api.example.com");
    assert!(!reaches(Proxy::None, &same_host));
    assert!(reaches(Proxy::StripsFetchMetadata, &same_host));
}
