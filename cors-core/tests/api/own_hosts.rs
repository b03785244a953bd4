//! `own_hosts` with every combination of its inputs, compared with a direct implementation of the rule.

#[cfg(feature = "strategies")]
use crate::cases::cases;
use crate::support::{request, respond};
use cors_core::{Decision, DisallowedOrigin, Policy, Reason, WarningKind};
use http::Request;

const LISTS: [&[&str]; 6] = [
    &["api.test"],
    &["api.test:8443", "other.test"],
    &["*.api.test"],
    &["localhost:*", "127.0.0.1:*", "[::1]:*"],
    &["*.api.test:*", "api.test:*"],
    &["192.0.2.1", "[2001:db8::1]:3000"],
];

const AUTHORITIES: [&str; 42] = [
    "api.test",
    "API.Test",
    "api.test:",
    "api.test:80",
    "api.test:443",
    "api.test:8443",
    "api.test:08443",
    "api.test:8443x",
    "api.test.",
    "x.api.test",
    "X.api.test:443",
    "y.x.api.test",
    ".api.test",
    "x..api.test",
    "xapi.test",
    "x.api.test:8443",
    "other.test",
    "other.test:8443",
    "localhost",
    "LOCALHOST:3000",
    "localhost:0",
    "localhost:99999",
    "x.localhost",
    "localhost.",
    "127.0.0.1",
    "127.0.0.1:8080",
    "127.1",
    "[::1]",
    "[::1]:80",
    "[::1]:8080",
    "[0:0:0:0:0:0:0:1]",
    "::1",
    "192.0.2.1",
    "192.0.2.1:80",
    "[2001:db8::1]:3000",
    "[2001:DB8::1]:3000",
    "[2001:db8::1]",
    "evil.example",
    "user@api.test",
    "api.test/",
    "https://api.test",
    "",
];

/// The pairs of a list's entry and an authority that it names.
fn is_own(list: &[&str], authority: &str) -> bool {
    let lower = authority.to_ascii_lowercase();
    let (host, port) = match lower.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (&*lower, ""),
    };
    let is_port =
        port.is_empty() || port.parse::<u16>().is_ok_and(|number| number.to_string() == port);
    let is_host = !host.contains(['/', '@']) && (!host.contains(':') || host.starts_with('['));
    list.iter().any(|entry| {
        let (named, wanted) = match entry.rsplit_once(':') {
            Some((named, wanted)) if !wanted.contains(']') => (named, wanted),
            _ => (*entry, ""),
        };
        let matches_port = match wanted {
            "*" => is_port,
            "" => ["", "80", "443"].contains(&port),
            wanted => wanted == port,
        };
        let matches_host = match named.strip_prefix('*') {
            Some(end) => host
                .strip_suffix(end)
                .is_some_and(|front| front.split('.').all(|label| !label.is_empty())),
            None => host == named,
        };
        is_host && matches_port && matches_host
    })
}

fn policy(list: &[&str], disallowed: DisallowedOrigin) -> Policy {
    let builder = Policy::for_origins(["https://a.test"]).disallowed_origin(disallowed);
    builder.own_hosts(list).build().unwrap()
}

/// A request for a foreign host gets 403 and not one header, whatever it is.
#[test]
fn what_is_refused() {
    let kinds: [(&str, &[&str]); 6] = [
        ("GET", &[]),
        ("GET", &["origin: https://a.test"]),
        ("POST", &["origin: https://b.test", "sec-fetch-site: same-origin"]),
        ("OPTIONS", &["origin: https://a.test", "access-control-request-method: PUT"]),
        ("OPTIONS", &[]),
        ("GET", &["origin: https://a.test", "upgrade: websocket"]),
    ];
    let [mut own, mut foreign] = [0, 0];
    for list in LISTS {
        for disallowed in [DisallowedOrigin::Forward, DisallowedOrigin::Forbid] {
            let policy = policy(list, disallowed);
            let open = Policy::new(&set!(policy.config(), own_hosts = None));
            let open = open.unwrap();
            for authority in AUTHORITIES {
                let host = format!("host: {authority}");
                for (method, lines) in kinds {
                    let lines: Vec<&str> = lines.iter().copied().chain([&*host]).collect();
                    let request = request(method, &lines);
                    let what = format!("{list:?}: {method} {lines:?}");
                    if is_own(list, authority) {
                        own += 1;
                        assert_eq!(respond(&policy, &request), respond(&open, &request), "{what}");
                    } else {
                        foreign += 1;
                        assert_eq!(respond(&policy, &request), (Some(403), vec![]), "{what}");
                        let reason = Reason::HostNotOwn(authority.as_bytes());
                        assert_eq!(policy.decide(&request), Decision::Reject(reason), "{what}");
                    }
                }
            }
        }
    }
    assert!(own > 300 && foreign > 300, "{own} {foreign}");
}

/// The target's authority decides if there is one, and otherwise the only `Host`.
#[test]
fn which_authority_decides() {
    let policy = policy(&["api.test"], DisallowedOrigin::Forward);
    let cases: [(&str, &[&str], bool); 9] = [
        ("/", &["api.test"], true),
        ("/", &["evil.example"], false),
        ("/", &[], false),
        ("/", &["api.test", "api.test"], false),
        ("/", &["api.test", "evil.example"], false),
        ("http://api.test/", &[], true),
        ("http://evil.example/", &["api.test"], false),
        ("http://api.test/", &["evil.example"], true),
        ("http://API.test:443/", &["api.test", "api.test"], true),
    ];
    for (target, hosts, own) in cases {
        let mut request = Request::get(target);
        for host in hosts {
            request = request.header("host", *host);
        }
        let request = request.body(()).unwrap();
        assert_eq!(respond(&policy, &request).0, (!own).then_some(403), "{target} {hosts:?}");
    }
}

/// Whether an origin is allowed is not a question of the host.
#[test]
fn an_origin_alone_is_judged_alone() {
    let policy = policy(&["api.test"], DisallowedOrigin::Forward);
    assert!(policy.allows("https://a.test"));
    assert!(!policy.allows("https://api.test"));
}

/// A policy of `*` has one answer for all, except for foreign hosts.
#[test]
fn a_constant_answer_is_for_own_hosts_alone() {
    let policy = Policy::for_origins("*").own_hosts("api.test").build().unwrap();
    let allow = "access-control-allow-origin: *".to_owned();
    assert_eq!(respond(&policy, &request("GET", &["host: api.test"])), (None, vec![allow]));
    assert_eq!(respond(&policy, &request("GET", &["host: b.test"])), (Some(403), vec![]));
}

/// Each fix that names a host is right.
#[test]
fn each_wrong_host_and_its_fix() {
    let says = |hosts: &[&str]| {
        let built = Policy::for_origins("https://a.test").own_hosts(hosts).build();
        let errors = built.expect_err(&format!("{hosts:?}"));
        assert_eq!(errors.count(), 1, "{errors}");
        for error in &errors {
            assert_eq!(error.key(), "own_hosts");
            let fix = error.fix();
            let meant = fix.strip_prefix("write ").map(|meant| meant.trim_matches(['[', ']']));
            let Some(meant) = meant.and_then(|meant| meant.strip_prefix('"')) else { continue };
            let meant: Vec<&str> = meant.trim_end_matches('"').split("\", \"").collect();
            let built = Policy::for_origins("https://a.test").own_hosts(meant).build();
            built.unwrap_or_else(|errors| panic!("{hosts:?}: {fix}: {errors}"));
        }
        errors.to_string()
    };
    for (hosts, wanted) in [
        (
            &[][..],
            "own_hosts = []: the server has no host, so every request is refused; list the hosts, or remove own_hosts",
        ),
        (
            &["https://api.test"],
            "own_hosts = \"https://api.test\": a host has no scheme; write \"api.test\"",
        ),
        (
            &["wss://api.test:8443/ws?a"],
            "own_hosts = \"wss://api.test:8443/ws?a\": a host has no scheme; write \"api.test:8443\"",
        ),
        (
            &["http://api.test:80/a/b"],
            "own_hosts = \"http://api.test:80/a/b\": a host has no scheme; write \"api.test\"",
        ),
        (
            &["api.test/path"],
            "own_hosts = \"api.test/path\": a host pattern ends with the host or port; write \"api.test\"",
        ),
        (
            &["api.test:0"],
            "own_hosts = \"api.test:0\": a port is a number from 1 to 65535, or \"*\"; write a port such as 8443, or \"*\" for any",
        ),
        (
            &["api.test:99999"],
            "own_hosts = \"api.test:99999\": a port is a number from 1 to 65535, or \"*\"; write a port such as 8443, or \"*\" for any",
        ),
        (
            &["api.test:port"],
            "own_hosts = \"api.test:port\": a port is a number from 1 to 65535, or \"*\"; write a port such as 8443, or \"*\" for any",
        ),
        (
            &["api.test:443"],
            "own_hosts = \"api.test:443\": no port already means 80 and 443; write \"api.test\"",
        ),
        (
            &["api.test:80"],
            "own_hosts = \"api.test:80\": no port already means 80 and 443; write \"api.test\"",
        ),
        (
            &["*"],
            "own_hosts = \"*\": \"*\" names every host, also an attacker's; list the hosts, or remove own_hosts",
        ),
        (
            &["*:8080"],
            "own_hosts = \"*:8080\": \"*\" names every host, also an attacker's; list the hosts, or remove own_hosts",
        ),
        (
            &["api.*"],
            "own_hosts = \"api.*\": \"*\" can replace only whole left-most labels or the port; write a host such as \"api.example.com\" or \"localhost:*\"",
        ),
        (
            &["*.127.0.0.1"],
            "own_hosts = \"*.127.0.0.1\": an IP address has no subdomains; list the addresses",
        ),
        (
            &["API.test"],
            "own_hosts = \"API.test\": browsers send hosts in lower case; write \"api.test\"",
        ),
        (
            &["münchen.test"],
            "own_hosts = \"münchen.test\": browsers send punycode; write \"xn--mnchen-3ya.test\"",
        ),
        (
            &["api.test."],
            "own_hosts = \"api.test.\": browsers treat a host with a trailing dot as a different host; write \"api.test\"",
        ),
        (
            &["user@api.test"],
            "own_hosts = \"user@api.test\": a host has no user name or password; write \"api.test\"",
        ),
        (
            &["::1"],
            "own_hosts = \"::1\": an IPv6 address goes between \"[\" and \"]\"; write \"[::1]\"",
        ),
        (
            &["[::1]]:80"],
            "own_hosts = \"[::1]]:80\": browsers send IPv6 addresses compressed and in lower case; write the address as in \"[::1]:*\"",
        ),
        (
            &["[0:0:0:0:0:0:0:1]"],
            "own_hosts = \"[0:0:0:0:0:0:0:1]\": browsers send IPv6 addresses compressed and in lower case; write \"[::1]\"",
        ),
        (
            &["127.1"],
            "own_hosts = \"127.1\": a host that ends in a number must be an IPv4 address of four decimal numbers; write a host such as \"api.example.com\" or \"localhost:*\"",
        ),
        (
            &[""],
            "own_hosts = \"\": there is no host; write a host such as \"api.example.com\" or \"localhost:*\"",
        ),
        (
            &[" "],
            "own_hosts = \" \": a host contains no white space; write a host such as \"api.example.com\" or \"localhost:*\"",
        ),
        (
            &[" api.test"],
            "own_hosts = \" api.test\": a host contains no white space; write \"api.test\"",
        ),
        (
            &["a.test, b.test:*"],
            "own_hosts = \"a.test, b.test:*\": each host must be its own entry; write [\"a.test\", \"b.test:*\"]",
        ),
        (
            &["a.test", "b.test;c.test"],
            "own_hosts[1] = \"b.test;c.test\": each host must be its own entry; write \"b.test\", \"c.test\"",
        ),
        (
            &["\"api.test\""],
            "own_hosts = \"\\\"api.test\\\"\": a host contains no quotation marks; write \"api.test\"",
        ),
        (
            &["${HOST}"],
            "own_hosts = \"${HOST}\": a placeholder was not filled in; replace it with the value",
        ),
        (
            &["a_b|c"],
            "own_hosts = \"a_b|c\": each host must be its own entry; write a host such as \"api.example.com\" or \"localhost:*\"",
        ),
    ] {
        assert_eq!(says(hosts), wanted);
    }
    let padded = |length: usize| says(&[&format!("a.test{}", " ".repeat(length - 6))]);
    assert!(padded(512).ends_with("; write \"a.test\""));
    assert!(!padded(513).contains("; write \"a.test\""));
    let long = "a.".repeat(300) + "test";
    assert!(says(&[&long]).contains("…: a host has at most 504 bytes; write a host such as"));
}

/// On this machine, a page whose name leads here passes for the server's own.
#[test]
fn where_the_server_listens() {
    use DisallowedOrigin::{Forbid, ForbidUnsafe, Forward};
    let local = ["127.0.0.1", "127.8.9.10", "::1"];
    for address in local.into_iter().chain(["0.0.0.0", "192.168.0.1", "2001:db8::1"]) {
        for (disallowed, value) in
            [(Forward, None), (Forbid, Some("forbid")), (ForbidUnsafe, Some("forbid-unsafe"))]
        {
            let warning_at = |origin: &str, hosts: Option<&str>| {
                let builder = Policy::for_origins(origin).disallowed_origin(disallowed);
                let builder = hosts.into_iter().fold(builder, |all, host| all.own_hosts(host));
                builder.build().unwrap().warning_at(address.parse().unwrap())
            };
            let wanted = value.filter(|_| local.contains(&address));
            let warned = warning_at("https://a.test", None);
            assert_eq!(warned.is_some(), wanted.is_some(), "{address} {disallowed:?}");
            if let (Some(warning), Some(value)) = (warned, wanted) {
                assert_eq!(*warning.kind(), WarningKind::OwnHostsUnset);
                let start = format!("disallowed_origin = {value:?}: ");
                assert!(warning.to_string().starts_with(&start), "{warning}");
            }
            assert_eq!(warning_at("https://a.test", Some("localhost:*")), None);
            // The policy has the same warning already.
            assert_eq!(warning_at("http://localhost:3000", None), None);
        }
    }
}

/// An attacker can name such a host too.
#[cfg(feature = "public-suffix")]
#[test]
fn hosts_under_a_public_suffix() {
    let warnings = |host: &str| {
        let policy = Policy::for_origins("https://a.test").own_hosts(host).build().unwrap();
        policy.warnings().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    for (host, suffix) in [("*.com", "com"), ("*.github.io:*", "github.io")] {
        let warning = format!(
            "own_hosts = \"{host}\": anyone can register a name under \"{suffix}\"; name the registrable domain"
        );
        assert_eq!(warnings(host), [warning]);
    }
    for host in ["*.example.com", "*.localhost:*", "github.io", "me.github.io"] {
        assert_eq!(warnings(host), [""; 0], "{host}");
    }
}

#[cfg(feature = "strategies")]
mod laws {
    use super::*;
    use cors_core::strategies::{policies, requests};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(cases(1000))]

        /// The key only takes away: what is not refused is as without it.
        #[test]
        fn own_hosts_refuses_or_changes_nothing(policy in policies(), request in requests()) {
            let config = policy.config();
            let open = Policy::new(&set!(config.clone(), own_hosts = None)).unwrap();
            let answer = respond(&policy, &request);
            if let Decision::Reject(Reason::HostNotOwn(_)) = policy.decide(&request) {
                prop_assert!(config.own_hosts.is_some());
                prop_assert_eq!(answer, (Some(403), vec![]));
            } else {
                prop_assert_eq!(policy.decide(&request), open.decide(&request));
                prop_assert_eq!(answer, respond(&open, &request));
            }
        }
    }
}
