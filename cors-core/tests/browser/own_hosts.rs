//! DNS rebinding: an attacker's name leads to the server, so that its pages are the server's own to a
//! browser. With `own_hosts`, no request of such a page reaches the handler.

use crate::forged::{Proxy, Trick, browsers, reached, requests};
use cors_core::browser::Fetch;
use cors_core::explain::explain;
use cors_core::{DisallowedOrigin, Policy};

fn policy(disallowed: DisallowedOrigin, own_hosts: bool) -> Policy {
    let builder = Policy::for_origins(["http://localhost:5173"])
        .allow_methods(["PUT", "DELETE", "PATCH"])
        .allow_headers(["content-type"])
        .disallowed_origin(disallowed);
    match own_hosts {
        true => builder.own_hosts(["localhost:*", "127.0.0.1:*", "[::1]:*"]).build().unwrap(),
        false => builder.build().unwrap(),
    }
}

/// The page and the name that it sends requests to.
const REBOUND: [(&str, &str); 6] = [
    ("http://evil.example:3000", "http://evil.example:3000"),
    ("http://evil.example", "http://evil.example"),
    ("http://localhost.evil.example:3000", "http://localhost.evil.example:3000"),
    ("http://localhost:5173", "http://evil.example:3000"),
    ("https://evil.example", "http://evil.example:3000"),
    ("null", "http://evil.example:3000"),
];

fn count(policy: &Policy, page: &str, host: &str) -> usize {
    let fetches = requests(page, host);
    let sent = fetches.iter().flat_map(|fetch| browsers().map(move |browser| (fetch, browser)));
    sent.map(|(fetch, mut browser)| {
        reached(policy, Proxy::None, Trick::None, &mut browser, fetch).len()
    })
    .sum()
}

#[test]
fn no_rebound_page_reaches_the_handler() {
    for disallowed in
        [DisallowedOrigin::Forward, DisallowedOrigin::Forbid, DisallowedOrigin::ForbidUnsafe]
    {
        let [guarded, open] = [true, false].map(|own_hosts| policy(disallowed, own_hosts));
        for (page, host) in REBOUND {
            assert_eq!(count(&guarded, page, host), 0, "{disallowed:?} {page} {host}");
        }
        // Without the key, `forbid` takes a rebound page for the server's own.
        let (page, host) = REBOUND[0];
        assert!(count(&open, page, host) > 0, "{disallowed:?}");
        // The server's own pages, and those allowed, work as before.
        for page in ["http://localhost:3000", "http://localhost:5173"] {
            let reached =
                [&guarded, &open].map(|policy| count(policy, page, "http://localhost:3000"));
            assert!(
                reached[0] > 0 && reached[0] == reached[1],
                "{disallowed:?} {page} {reached:?}"
            );
        }
    }
}

/// The page reads the refusal, since the server is of its own origin; `explain` says what it is.
#[test]
fn a_refusal_that_can_be_read_is_explained() {
    let policy = policy(DisallowedOrigin::Forward, true);
    let page = "http://evil.example:3000";
    let text = explain(&policy, &Fetch::new(page, format!("{page}/"))).to_string();
    assert!(text.contains("< 403 Forbidden\n"), "{text}");
    assert!(text.contains("the policy: host not own: \"evil.example:3000\""), "{text}");
}

#[test]
fn a_local_server_is_warned() {
    let warnings = |builder: cors_core::Builder| builder.build().unwrap().warnings().len();
    let local = || Policy::for_origins(["http://localhost:5173", "http://[::1]:*"]);
    let forbid = DisallowedOrigin::ForbidUnsafe;
    assert_eq!(warnings(local().disallowed_origin(forbid)), 1);
    assert_eq!(warnings(local()), 0);
    assert_eq!(warnings(local().disallowed_origin(forbid).own_hosts("localhost:*")), 0);
    let both = local().allow_origin("https://app.example.com").disallowed_origin(forbid);
    assert_eq!(warnings(both), 0);
    let policy = local().disallowed_origin(forbid).build().unwrap();
    assert_eq!(
        policy.warnings()[0].to_string(),
        "disallowed_origin = \"forbid-unsafe\": a page whose name an attacker leads to this machine (DNS rebinding) passes for the server's own; add own_hosts = [\"localhost:*\", \"127.0.0.1:*\", \"[::1]:*\"]"
    );
}
