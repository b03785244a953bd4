//! `disallowed_origin = "forbid"` and `"forbid-unsafe"` with every combination of their inputs, compared
//! with a direct implementation of the rule.

use crate::support::{request, respond};
use cors_core::{Decision, DisallowedOrigin, Policy, Reason};
use std::collections::BTreeSet;

const ALLOWED: &str = "https://a.test";

/// The lines of `Sec-Fetch-Site`.
const SITES: [&[&str]; 15] = [
    &[],
    &["same-origin"],
    &["none"],
    &["same-site"],
    &["cross-site"],
    &[""],
    &["Same-Origin"],
    &["NONE"],
    &["Cross-Site"],
    &["same-origin, none"],
    &["anything"],
    &["same-origin", "same-origin"],
    &["none", "same-origin"],
    &["cross-site", "cross-site"],
    &["same-origin", "cross-site"],
];

/// The lines of `Origin`, and the hosts for which it is the server's own origin.
const ORIGINS: [(&[&str], &[&str]); 15] = [
    (&[], &[]),
    (&[ALLOWED], &[]),
    (&["http://api.test"], &["api.test", "API.test", "api.test:", "api.test:80"]),
    (&["https://api.test"], &["api.test", "API.test", "api.test:", "api.test:443"]),
    (&["http://api.test:8443"], &["api.test:8443"]),
    (&["https://api.test:8443"], &["api.test:8443"]),
    (&["https://[::1]"], &["[::1]"]),
    (&["foo://api.test"], &[]),
    (&["foo://api.test:8443"], &[]),
    (&["https://other.test"], &[]),
    (&["null"], &[]),
    (&[""], &[]),
    (&["https://api.test/"], &[]),
    (&["https://API.test"], &[]),
    (&["https://api.test", "https://api.test"], &[]),
];

const HOSTS: [&[&str]; 10] = [
    &[],
    &["api.test"],
    &["API.test"],
    &["api.test:"],
    &["api.test:80"],
    &["api.test:443"],
    &["api.test:8443"],
    &["[::1]"],
    &["null"],
    &["api.test", "api.test"],
];

/// Each method, and whether it is safe.
const METHODS: [(&str, bool); 11] = [
    ("GET", true),
    ("HEAD", true),
    ("OPTIONS", true),
    ("TRACE", true),
    ("POST", false),
    ("PUT", false),
    ("PATCH", false),
    ("DELETE", false),
    ("CONNECT", false),
    ("get", false),
    ("QUERY", false),
];

/// The lines of `Upgrade`, and whether they ask for a WebSocket.
const UPGRADES: [(&[&str], bool); 6] = [
    (&[], false),
    (&["websocket"], true),
    (&["WebSocket"], true),
    (&["h2c, websocket"], true),
    (&["h2c", "websocket"], true),
    (&["websockets, h2c"], false),
];

/// Whether the rule refuses a request.
fn is_refused(
    site: &[&str],
    origin: (&[&str], &[&str]),
    host: &[&str],
    is_safe: bool,
    is_forbidden: bool,
) -> bool {
    let (origin, own) = origin;
    match (origin, site) {
        ([ALLOWED], _) => false,
        ([_, ..], _) if !is_forbidden => false,
        ([], _) => !is_safe && site.iter().any(|site| ["cross-site", "same-site"].contains(site)),
        (_, ["same-origin" | "none"]) => false,
        (_, [_, ..]) => true,
        (_, []) => !matches!(host, [host] if own.contains(host)),
    }
}

/// The request's lines.
fn lines(site: &[&str], origin: &[&str], host: &[&str], preflight: bool) -> Vec<String> {
    let all = [("sec-fetch-site", site), ("origin", origin), ("host", host)];
    let mut lines: Vec<_> = all
        .into_iter()
        .flat_map(|(name, values)| values.iter().map(move |value| format!("{name}: {value}")))
        .collect();
    lines.extend(preflight.then(|| "access-control-request-method: GET".to_owned()));
    lines
}

/// Also, `Vary` names `Sec-Fetch-Site` if and only if the answer depends on it, and always for
/// `OPTIONS`.
#[test]
fn what_is_refused() {
    for mode in [DisallowedOrigin::Forbid, DisallowedOrigin::ForbidUnsafe] {
        for (method, is_safe) in METHODS {
            for host in HOSTS {
                // Neither depends on the other.
                let upgrades = if host == ["api.test"] { &UPGRADES[..] } else { &UPGRADES[..1] };
                for (upgrade, is_web_socket) in upgrades {
                    for preflight in [false, true] {
                        let is_safe = is_safe && !is_web_socket;
                        what_is_refused_of(mode, method, is_safe, host, upgrade, preflight);
                    }
                }
            }
        }
    }
}

fn what_is_refused_of(
    mode: DisallowedOrigin,
    method: &str,
    is_safe: bool,
    host: &[&str],
    upgrade: &[&str],
    preflight: bool,
) {
    let policy =
        Policy::builder().allow_origins([ALLOWED]).disallowed_origin(mode).build().unwrap();
    let is_forbidden =
        mode == DisallowedOrigin::Forbid || preflight && method == "OPTIONS" || !is_safe;
    for (origin, own) in ORIGINS {
        let mut seen = BTreeSet::new();
        let mut varies = BTreeSet::new();
        for site in SITES {
            let mut lines = lines(site, origin, host, preflight);
            lines.extend(upgrade.iter().map(|value| format!("upgrade: {value}")));
            let what = format!("{mode:?} {method} {lines:?}");
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let request = request(method, &lines);
            let refused = is_refused(site, (origin, own), host, is_safe, is_forbidden);
            let (status, headers) = respond(&policy, &request);
            assert_eq!(status == Some(403), refused, "{what}");
            let is_served = match policy.decide(&request) {
                Decision::NotCors => origin != [ALLOWED],
                Decision::Simple | Decision::Preflight => origin == [ALLOWED],
                Decision::Reject(Reason::CrossOrigin(value)) => {
                    assert!(origin.is_empty(), "{what}");
                    assert!([&b"cross-site"[..], b"same-site"].contains(&value));
                    false
                }
                // Served, and unreadable.
                Decision::Reject(_) => {
                    assert!(!origin.is_empty(), "{what}");
                    !is_forbidden
                }
            };
            assert_eq!(is_served, !refused, "{what}");
            let is_read = headers.iter().any(|line| line.contains("allow-origin"));
            assert_eq!(is_read, origin == [ALLOWED], "{what}");
            seen.insert(refused);
            varies.insert(headers.last().unwrap().contains("Sec-Fetch-Site"));
        }
        let depends = method == "OPTIONS" || seen.len() == 2;
        let what = format!("{mode:?} {method} {origin:?} {host:?} {upgrade:?}");
        assert_eq!(varies, BTreeSet::from([depends]), "{what}");
    }
}

/// Without `forbid`, the layer refuses no actual request.
#[test]
fn what_is_not_refused_otherwise() {
    let policy = Policy::builder().allow_origins([ALLOWED]).build().unwrap();
    for lines in
        [&["sec-fetch-site: cross-site"][..], &["origin: https://b.test", "upgrade: websocket"]]
    {
        assert_eq!(respond(&policy, &request("POST", lines)).0, None, "{lines:?}");
    }
}
