//! The strategies keep what they promise.

use crate::cases::cases;
use cors_core::browser::{Browser, Fetch, Step, Verdict, serve};
use cors_core::strategies::{
    configs, fetches, fetches_near, hostile_headers, near_misses, origins, origins_of, policies,
    preflights, requests,
};
use cors_core::{Danger, Decision, MAX_ORIGIN_LEN, Origin, Policy};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::time::Duration;
use url::Url;

/// Values that are the same each time.
fn sample<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// The smallest value, to which everything shrinks.
fn simplest<S: Strategy>(strategy: &S) -> S::Value {
    let mut tree = strategy.new_tree(&mut TestRunner::deterministic()).unwrap();
    while tree.simplify() {}
    tree.current()
}

/// How many out of a hundred.
fn percent<T>(values: &[T], has: impl Fn(&T) -> bool) -> usize {
    values.iter().filter(|value| has(value)).count() * 100 / values.len()
}

fn is_allowed(policy: &Policy, origin: &str) -> bool {
    policy.allows(origin)
}

fn with<T: Debug, S: Strategy<Value = T>>(
    strategy: impl Fn(&Policy) -> S,
) -> impl Strategy<Value = (Policy, T)> {
    policies().prop_flat_map(move |policy| {
        let values = strategy(&policy);
        (Just(policy), values)
    })
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn origins_are_serialized(origin in origins()) {
        prop_assert!(origin == "null" || Origin::parse(origin.as_bytes()).is_ok(), "{}", origin);
    }

    #[test]
    fn origins_of_a_policy_are_allowed((policy, origin) in with(origins_of)) {
        prop_assert!(is_allowed(&policy, &origin), "{}", origin);
    }

    #[test]
    fn hostile_headers_get_bounded_answers(policy in policies(), headers in hostile_headers()) {
        let lines: usize = headers.values().map(HeaderValue::len).sum();
        let prepared = policy.clone();
        for method in [Method::GET, Method::OPTIONS] {
            let mut request = Request::new(());
            *request.method_mut() = method;
            *request.headers_mut() = headers.clone();
            let exchange = prepared.begin(&request).without_asking();
            let rejects = matches!(policy.decide(&request), Decision::Reject(_));
            prop_assert!(exchange.short_circuit() != Some(StatusCode::FORBIDDEN) || rejects);
            let mut written = HeaderMap::new();
            exchange.write(&mut written);
            let size: usize = written.values().map(HeaderValue::len).sum();
            prop_assert!(written.len() <= 8, "{:?}", written);
            prop_assert!(size <= 1024 + lines.min(16 << 10), "{} bytes for {}", size, lines);
        }
    }

    #[test]
    fn every_fetch_ends((policy, fetch) in with(fetches_near), other in fetches()) {
        for fetch in [fetch, other] {
            let ended = Browser::new().fetch(&fetch, Duration::ZERO, |request| {
                serve(&policy, request, |_| Response::new(()))
            });
            prop_assert_eq!(ended.verdict.failed_step().is_some(), ended.steps.last().is_some_and(|t| t.failed));
        }
    }

    #[test]
    fn preflights_are_preflights(request in preflights()) {
        prop_assert_eq!(request.method(), Method::OPTIONS);
        prop_assert_eq!(request.headers().get_all("origin").iter().count(), 1);
        prop_assert_eq!(request.headers().get_all("access-control-request-method").iter().count(), 1);
    }
}

#[test]
fn origins_are_of_many_kinds() {
    let origins = sample(&origins(), 2000);
    let parsed: Vec<_> = origins.iter().filter_map(|o| Origin::parse(o.as_bytes()).ok()).collect();
    assert!((5..15).contains(&percent(&origins, |origin| origin == "null")));
    for (kind, has) in [
        ("https", (|origin| origin.scheme() == "https") as fn(&Origin<'_>) -> bool),
        ("http", |origin| origin.scheme() == "http"),
        ("app", |origin| !origin.scheme().starts_with("http")),
        ("a port", |origin| origin.port().is_some()),
        ("an address", |origin| origin.host().starts_with('[')),
        ("insecure", |origin| origin.is_insecure()),
    ] {
        assert!((2..90).contains(&percent(&parsed, has)), "{kind}");
    }
}

#[test]
fn most_configs_build() {
    let build = percent(&sample(&configs(), 2000), |config| Policy::new(config).is_ok());
    assert!((50..95).contains(&build), "{build}");
}

/// No pattern matches its own near misses.
#[test]
fn near_misses_miss() {
    for pattern in [
        "https://example.com",
        "https://*.example.com",
        "https://a.example.com:8443",
        "https://*.example.com:*",
        "http://localhost:*",
        "http://127.0.0.1",
        "http://[::1]:3000",
        "tauri://localhost",
        "https://x",
    ] {
        let policy = Policy::builder().allow_origins([pattern]).build().unwrap();
        let misses = sample(&near_misses(&policy), 1000);
        let hit = misses.iter().find(|miss| is_allowed(&policy, miss));
        assert_eq!(hit, None, "{pattern}");
        let parses = percent(&misses, |miss| Origin::parse(miss.as_bytes()).is_ok());
        assert!((5..60).contains(&parses), "{pattern}: {parses}");
        assert!(misses.contains(&"null".to_owned()));
    }
}

#[test]
fn near_misses_are_of_many_kinds() {
    let policy = Policy::builder().allow_origins(["https://mail.example.com:8443"]);
    let misses: BTreeSet<_> =
        sample(&near_misses(&policy.build().unwrap()), 3000).into_iter().collect();
    let alike = "https://m\u{430}il.example.com:8443";
    for miss in [
        "https://evilmail.example.com:8443",
        "https://mail.example.com.evil.test:8443",
        "https://evil.mail.example.com:8443",
        "https://example.com:8443",
        "https://MAIL.EXAMPLE.COM:8443",
        "https://mail.example.com.:8443",
        "http://mail.example.com:8443",
        "app://mail.example.com:8443",
        "https://mail.example.com:443",
        "https://mail.example.com:80",
        "https://mai1.example.com:8443",
        "https://rnail.example.com:8443",
        alike,
        &Url::parse(alike).unwrap().origin().ascii_serialization(),
        "https://user@mail.example.com:8443",
        "https://mail.example.com:8443/",
    ] {
        assert!(misses.contains(miss), "{miss}");
    }
}

#[test]
fn near_misses_of_policies_are_mostly_refused() {
    let refused = sample(&with(near_misses), 3000);
    let refused: Vec<_> = refused
        .into_iter()
        .filter(|(policy, _)| !policy.config().allow_origins.contains(&"*".into()))
        .collect();
    assert!((90..100).contains(&percent(&refused, |(policy, miss)| !is_allowed(policy, miss))));
}

#[test]
fn origins_of_any_origin() {
    let any = || Policy::builder().allow_origins(["*"]);
    let reflecting = |allow_null_origin| {
        let danger = set!(
            Danger::default(),
            reflect_any_origin = true,
            allow_null_origin = allow_null_origin
        );
        any().allow_credentials(true).danger(|set| *set = danger)
    };
    for (policy, has_null) in [(any(), true), (reflecting(false), false), (reflecting(true), true)]
    {
        let policy = policy.build().unwrap();
        let origins = sample(&origins_of(&policy), 1000);
        assert!(origins.iter().all(|origin| is_allowed(&policy, origin)), "{policy:?}");
        assert_eq!(origins.contains(&"null".to_owned()), has_null, "{policy:?}");
    }
}

#[test]
fn origins_of_the_longest_patterns() {
    let mut longest = 0;
    for len in MAX_ORIGIN_LEN - 30..=MAX_ORIGIN_LEN - "https://a.".len() {
        let host: String = "abcdefg.".chars().cycle().take(len - 1).chain(['h']).collect();
        let pattern = format!("https://*.{host}");
        let policy = Policy::builder().allow_origins([pattern]).build().unwrap();
        let origins = sample(&origins_of(&policy), 100);
        assert!(origins.iter().all(|origin| is_allowed(&policy, origin)), "{host}");
        let in_full = origins.iter().filter(|origin| !origin.starts_with("https://a."));
        longest = in_full.map(String::len).max().unwrap_or(0).max(longest);
    }
    assert_eq!(longest, MAX_ORIGIN_LEN);
    longest = 0;
    for len in MAX_ORIGIN_LEN - 30..=MAX_ORIGIN_LEN - "://a".len() {
        let pattern = format!("{}://*", "a".repeat(len));
        let policy = Policy::builder().allow_origins([pattern]).build().unwrap();
        let origins = sample(&origins_of(&policy), 100);
        assert!(origins.iter().all(|origin| is_allowed(&policy, origin)), "{len}");
        let in_full = origins.iter().filter(|origin| !origin.ends_with("://a"));
        longest = in_full.map(String::len).max().unwrap_or(0).max(longest);
    }
    assert_eq!(longest, MAX_ORIGIN_LEN);
}

#[cfg(feature = "regex")]
#[test]
fn origins_of_regexes() {
    use cors_core::OriginEntry;

    for (regex, least) in [
        (r"https://[a-z]+\.example\.com", 100),
        (r"https?://(www|app)\.(?i:A)\w{2,3}\.test(:[0-9]{4})?", 100),
        (r"https://.*\.a\.test", 8),
        (r".*", 1),
    ] {
        let entry = OriginEntry::regex(regex);
        let policy = Policy::builder().allow_origins([entry]).build().unwrap();
        let mut origins = sample(&origins_of(&policy), 1000);
        assert!(origins.iter().all(|origin| is_allowed(&policy, origin)), "{regex}");
        origins.sort();
        origins.dedup();
        assert!(origins.len() >= least, "{regex}: {}", origins.len());
    }
}

/// Policies and requests match often enough: every decision occurs.
#[test]
fn requests_are_of_every_kind() {
    let decisions = sample(&(policies(), requests()), 4000);
    let mut kinds = BTreeMap::new();
    for (policy, request) in &decisions {
        let kind = match policy.decide(request) {
            Decision::NotCors => "not CORS",
            Decision::Simple => "simple",
            Decision::Preflight => "preflight",
            Decision::Reject(reason) => reason.as_str(),
        };
        *kinds.entry(kind).or_insert(0) += 1;
    }
    for kind in [
        "not CORS",
        "simple",
        "preflight",
        "origin not allowed",
        "origin malformed",
        "origin repeated",
        "method not allowed",
        "method repeated",
        "header not allowed",
    ] {
        assert!(kinds.get(kind).is_some_and(|count| *count >= 10), "{kind}: {kinds:?}");
    }
}

#[test]
fn hostile_headers_are_hostile() {
    let all = sample(&hostile_headers(), 1000);
    for (kind, has) in [
        ("repeated", (|h| h.keys_len() < h.len()) as fn(&HeaderMap) -> bool),
        ("empty", |h| h.values().any(HeaderValue::is_empty)),
        ("long", |h| h.values().any(|value| value.len() > 60_000)),
        ("not ASCII", |h| h.values().any(|value| !value.as_bytes().is_ascii())),
        ("commas", |h| {
            h.values().any(|v| v.as_bytes().iter().filter(|b| **b == b',').count() > 5000)
        }),
        ("plain", |h| {
            h.get("origin").is_some_and(|origin| Origin::parse(origin.as_bytes()).is_ok())
        }),
    ] {
        assert!(percent(&all, has) >= 1, "{kind}");
    }
    assert!(all.iter().flat_map(HeaderMap::values).all(|value| value.len() <= 64 << 10));
}

#[test]
fn fetches_near_a_policy_ask_for_what_is_on_its_lists() {
    let fetches_of = |names: [&str; 2]| {
        let policy = Policy::builder().allow_origins(["https://a.test"]);
        let policy = policy.allow_methods([names[0]]).allow_headers([names[1]]).build().unwrap();
        sample(&fetches_near(&policy), 1000)
    };
    let has_header = |fetch: &Fetch, name: &str| {
        fetch.headers.iter().any(|(header, _)| header.eq_ignore_ascii_case(name))
    };
    let named = fetches_of(["FROB", "x-frob"]);
    assert!(percent(&named, |fetch| fetch.method == "FROB") >= 10);
    assert!(percent(&named, |fetch| has_header(fetch, "x-frob")) >= 3);
    assert!((5..15).contains(&percent(&named, |fetch| fetch.upload_listener)));
    let any = fetches_of(["*", "*"]);
    assert!(any.iter().all(|fetch| fetch.method != "*" && !has_header(fetch, "*")));
}

/// A fetch near a policy is often readable, and often not, for many kinds of reasons.
#[test]
fn fetches_near_a_policy_meet_it() {
    let mut readable = 0;
    let mut failures = BTreeMap::new();
    for (policy, fetch) in sample(&with(fetches_near), 3000) {
        let ended = Browser::new().fetch(&fetch, Duration::ZERO, |request| {
            serve(&policy, request, |_| Response::new(()))
        });
        match ended.verdict {
            Verdict::Readable(_) => readable += 1,
            verdict => *failures.entry(verdict.failed_step().map(Step::id)).or_insert(0) += 1,
        }
    }
    assert!((500..2000).contains(&readable), "{readable} {failures:?}");
    for id in [
        "allow-origin-missing",
        "preflight-allow-origin-missing",
        "preflight-method",
        "preflight-header",
        "preflight-authorization",
        "allow-credentials",
        "request-method",
        "request-body",
        "same-origin-mode",
    ] {
        assert!(failures.contains_key(&Some(id)), "{id}: {failures:?}");
    }
}

#[test]
fn what_they_shrink_to() {
    assert_eq!(simplest(&origins()), "https://a.test");
    assert_eq!(simplest(&fetches()), Fetch::new("https://a.test", "https://api.example/"));
    let policy = Policy::builder().allow_origins(["https://*.b.test", "https://a.test"]);
    let policy = policy.build().unwrap();
    assert_eq!(simplest(&origins_of(&policy)), "https://a.b.test");
    assert_eq!(simplest(&near_misses(&policy)), "https://x.evilb.test");
    assert_eq!(
        simplest(&fetches_near(&policy)),
        Fetch::new("https://a.b.test", "https://api.example/")
    );
    let request = simplest(&requests());
    assert_eq!((request.method(), request.uri().path()), (&Method::GET, "/"));
    assert!(request.headers().is_empty());
    assert!(simplest(&hostile_headers()).len() <= 6);
    assert!(simplest(&policies()).config().allow_methods.is_empty());
}
