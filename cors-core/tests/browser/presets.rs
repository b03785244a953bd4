//! Presets: what the clients they are for send works in the browser model, and nothing else does.

use crate::forged::{Proxy, Trick, browsers, reached, requests};
use cors_core::browser::{Body, Browser, Fetch, Initiator, Mode, Verdict, serve};
use cors_core::{Builder, Policy};
use http::{HeaderName, Method, Response};
use std::time::Duration;

/// Everything that an MCP client sends: the revision 2026-07-28, and those with sessions.
fn mcp_requests(page: &str, url: &str) -> Vec<Fetch> {
    let fetch = |method: &str, headers: &[(&str, &str)]| {
        let mut fetch = Fetch::new(page, url).method(method);
        for (name, value) in headers {
            fetch = fetch.header(*name, *value);
        }
        if method == "POST" { fetch.body(Body::Text) } else { fetch }
    };
    let accept = ("accept", "application/json, text/event-stream");
    let json = ("content-type", "application/json");
    let token = ("authorization", "Bearer x");
    let version = ("mcp-protocol-version", "2026-07-28");
    let session = ("mcp-session-id", "1868a90c");
    vec![
        fetch("POST", &[accept, json]),
        fetch(
            "POST",
            &[accept, json, token, version, ("mcp-method", "tools/call"), ("mcp-name", "hello")],
        ),
        fetch("POST", &[accept, json, version, session]),
        fetch("GET", &[("accept", "text/event-stream"), version, session, ("last-event-id", "7")]),
        fetch("DELETE", &[version, session]),
    ]
}

/// The response headers that the page sees, or `None` if it cannot read.
fn seen(policy: &Policy, browser: &mut Browser, fetch: &Fetch) -> Option<Vec<String>> {
    let ended = browser.fetch(fetch, Duration::ZERO, |request| {
        serve(policy, request, |_| {
            let response = Response::builder().header("mcp-session-id", "1868a90c");
            response.header("www-authenticate", "Bearer").header("x-other", "1").body(()).unwrap()
        })
    });
    let Verdict::Readable(read) = ended.verdict else { return None };
    let names = read.headers.keys().map(HeaderName::to_string);
    Some(names.filter(|name| !name.starts_with("access-control") && name != "vary").collect())
}

#[test]
fn mcp_clients_work_and_other_pages_reach_nothing() {
    let local = Policy::builder().local_server().mcp().build().unwrap();
    let public = Policy::for_origins("https://chat.example").own_hosts("mcp.example").mcp();
    let public = public.build().unwrap();
    for (policy, page, host) in [
        (&local, "http://localhost:6274", "http://localhost:3000"),
        (&local, "http://127.0.0.1:8080", "http://[::1]:3000"),
        (&local, "http://[::1]", "http://127.0.0.1"),
        (&public, "https://chat.example", "https://mcp.example"),
    ] {
        assert!(policy.warnings().is_empty(), "{:?}", policy.warnings());
        for fetch in mcp_requests(page, &format!("{host}/mcp")) {
            for mut browser in browsers() {
                let seen = seen(policy, &mut browser, &fetch);
                let wanted = ["mcp-session-id", "www-authenticate"].map(str::to_owned);
                assert_eq!(seen.as_deref(), Some(&wanted[..]), "{fetch}");
            }
        }
        for evil in ["https://evil.example", "http://evil.example", "null"] {
            refuses(policy, evil, host);
        }
    }
}

/// A page of the attacker's, whose name leads to the server by now.
#[test]
fn a_rebound_page_reaches_nothing() {
    let local = Policy::builder().local_server().build().unwrap();
    for rebound in ["http://evil.example:3000", "http://evil.example", "https://evil.example"] {
        refuses(&local, rebound, rebound);
    }
}

fn refuses(policy: &Policy, page: &str, host: &str) {
    let url = format!("{host}/transfer");
    for fetch in requests(page, host).into_iter().chain(mcp_requests(page, &url)) {
        for mut browser in browsers() {
            let reached = reached(policy, Proxy::None, Trick::None, &mut browser, &fetch);
            // Elements may name no origin. Then only a foreign name for the server gives them away.
            let fetch_is_cors = fetch.initiator == Initiator::Fetch && fetch.mode == Mode::Cors;
            let is_refused = match page == host || fetch_is_cors {
                true => reached.is_empty(),
                false => reached.iter().all(|method| [Method::GET, Method::HEAD].contains(method)),
            };
            assert!(is_refused, "{fetch}: {reached:?}");
        }
    }
}

/// Presets keep what you set before, in any order, and their own settings.
#[test]
fn presets_add_up() {
    let presets: [fn(Builder) -> Builder; 3] =
        [Builder::local_server, Builder::mcp, Builder::grpc_web];
    for first in presets {
        for second in presets {
            let base = Policy::for_origins("https://a.test").own_hosts("api.test");
            let base = base.allow_headers(["x-a"]).allow_methods(["PUT"]).expose_headers(["x-b"]);
            let once = second(first(base.clone())).build().unwrap();
            let twice = second(first(second(first(base)))).build().unwrap();
            assert_eq!(once, twice);
            let config = once.config();
            assert_eq!(config.allow_headers[0], "x-a");
            assert_eq!(config.allow_methods[0], "PUT");
            assert_eq!(config.expose_headers[0], "x-b");
            assert!(once.allows("https://a.test"));
            assert_eq!(config.own_hosts.unwrap()[0], "api.test");
        }
    }
    // What contradicts a preset is an error, not silence.
    assert!(Policy::for_origins("*").local_server().build().is_err());
    assert!(Policy::for_origins("*").own_hosts("api.test").mcp().build().is_err());
    for builder in [Policy::for_origins("https://a.test").mcp(), Policy::for_origins("*").mcp()] {
        let errors = builder.build().unwrap_err();
        let is_missing = |error: &&cors_core::ConfigError| error.key() == "own_hosts";
        assert_eq!(errors.errors().iter().filter(is_missing).count(), 1, "{errors}");
    }
}
