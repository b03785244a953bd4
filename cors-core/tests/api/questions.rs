//! The user's own checks: when they are asked, what they see, and the resulting `Vary`.

use crate::support::{request, respond, written};
use cors_core::adapter::{Begun, Source};
use cors_core::{Danger, Decision, DisallowedOrigin, IntoVerdict, Policy};
use http::{HeaderName, HeaderValue, StatusCode};
use std::sync::{Arc, Mutex};

const TENANT: HeaderName = HeaderName::from_static("x-tenant");

/// A policy whose closure always says yes, and the origins that the closure saw.
fn asked_about(credentials: bool, danger: Danger, origins: &[&str]) -> Vec<String> {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let policy = Policy::builder()
        .allow_origins(["https://listed.test"])
        .allow_origin_if(move |origin| {
            seen.lock().unwrap().push(origin.as_str().to_owned());
            true
        })
        .allow_credentials(credentials)
        .danger(|set| *set = danger)
        .build()
        .unwrap();
    for origin in origins {
        let line = format!("origin: {origin}");
        policy.decide(&request("GET", &[&line]));
    }
    asked.lock().unwrap().clone()
}

#[test]
fn only_well_formed_origins_that_no_pattern_allows() {
    let origins = [
        "https://listed.test",
        "https://other.test",
        "http://plain.test",
        "http://localhost:3000",
        "null",
        "",
        "https://other.test/",
        "https://OTHER.test",
        "https://other.test:443",
    ];
    let all = ["https://other.test", "http://plain.test", "http://localhost:3000"];
    assert_eq!(asked_about(false, Danger::default(), &origins), all);
    let secure = ["https://other.test", "http://localhost:3000"];
    assert_eq!(asked_about(true, Danger::default(), &origins), secure);
    let danger = set!(Danger::default(), allow_insecure_origins = true);
    assert_eq!(asked_about(true, danger, &origins), all);
}

#[test]
fn a_closure_sees_the_headers_that_it_names() {
    let policy = Policy::builder()
        .allow_origin_if_reading([TENANT], |origin, headers| {
            assert_eq!(headers.get("cookie"), None, "not named, so hidden");
            headers
                .get("X-Tenant")
                .is_some_and(|tenant| origin.host().as_bytes().starts_with(tenant))
        })
        .build()
        .unwrap();
    let named = "vary: Origin, X-Tenant";
    for (lines, wanted) in [
        (
            &["origin: https://a.test", "x-tenant: a", "cookie: x"][..],
            &["access-control-allow-origin: https://a.test", named][..],
        ),
        (&["origin: https://a.test", "x-tenant: b"], &[named]),
        (&["origin: https://a.test"], &[named]),
        (&["origin: https://a.test/", "x-tenant: a"], &["vary: Origin"]),
        (&[], &["vary: Origin"]),
    ] {
        assert_eq!(respond(&policy, &request("GET", lines)).1, wanted, "{lines:?}");
    }
    let options = respond(&policy, &request("OPTIONS", &[])).1;
    assert_eq!(options, ["vary: Origin, Access-Control-Request-Method, X-Tenant"]);
}

#[test]
fn a_question_waits_for_its_answer() {
    let policy = Policy::builder()
        .allow_origins(["https://listed.test"])
        .ask_reading([TENANT])
        .disallowed_origin(DisallowedOrigin::Forbid)
        .build()
        .unwrap();
    let begin = |lines: &[&str]| policy.begin(&request("GET", lines));

    assert!(matches!(begin(&["origin: https://listed.test"]), Begun::Decided(_)));
    assert!(matches!(begin(&["origin: null"]), Begun::Decided(_)));
    assert!(matches!(begin(&[]), Begun::Decided(_)));

    let ask = || match begin(&["origin: https://a.test", "x-tenant: a", "cookie: x"]) {
        Begun::Ask(question) => question,
        Begun::Decided(exchange) => panic!("{exchange:?}"),
    };
    assert_eq!(ask().0.origin(), "https://a.test");
    assert_eq!(ask().0.header("X-Tenant"), Some(&b"a"[..]));
    assert_eq!(ask().0.header("cookie"), None);

    let yes = ask().1.resolve(true);
    assert_eq!(yes.short_circuit(), None);
    let allowed = ["access-control-allow-origin: https://a.test", "vary: Origin, X-Tenant"];
    assert_eq!(written(yes, &[]), allowed);
    let no = ask().1.resolve(false);
    assert_eq!(no.short_circuit(), Some(StatusCode::FORBIDDEN));
    assert_eq!(written(no, &[]), ["vary: Origin, X-Tenant, Sec-Fetch-Site"]);

    let line = "origin: https://a.test";
    let unasked = begin(&[line]).without_asking();
    assert_eq!(unasked.short_circuit(), Some(StatusCode::FORBIDDEN), "without an answer, it is no");
    assert!(matches!(policy.decide(&request("GET", &[line])), Decision::Reject(_)));
}

/// Only a policy with `ask` asks, and only about an origin that it may allow.
#[test]
fn who_asks_and_about_whom() {
    let closure = Policy::builder().allow_origin_if(|_| false).build().unwrap();
    let asking = Policy::builder().ask().allow_credentials(true).build().unwrap();
    for (policy, origin, asks) in [
        (&closure, "origin: https://a.test", false),
        (&asking, "origin: https://a.test", true),
        (&asking, "origin: http://a.test", false),
    ] {
        let begun = policy.begin(&request("GET", &[origin]));
        assert_eq!(matches!(begun, Begun::Ask(_)), asks, "{origin}: {policy:?}");
    }
}

/// A check of a policy that was consulted before is named as well, wherever it ran.
#[test]
fn vary_names_the_checks_of_those_consulted_before() {
    let reads = |name: &'static str, credentials| {
        let policy = Policy::builder().allow_origins(["https://a.test"]);
        let policy = policy.allow_credentials(credentials);
        policy.allow_origin_if_reading([name], |_, _| false).build().unwrap()
    };
    let asks = Policy::builder().allow_origins(["https://b.test"]).ask_reading(["x-asked"]);
    let policies = [reads("x-one", true), reads("x-two", false), asks.build().unwrap()];
    let last = reads("x-last", false);
    type Select = dyn Fn(&()) -> Option<Policy>;
    let source = Source::<HeaderValue, Select>::first_allowing(policies.iter().chain([&last]));
    let source = source.unwrap();
    let options = "vary: Origin, Access-Control-Request-Method, X-One, X-Two, X-Asked, X-Last";
    for (method, origin, vary) in [
        ("GET", "https://a.test", "vary: Origin"),
        ("GET", "https://b.test", "vary: Origin, X-One, X-Two"),
        ("GET", "https://c.test", "vary: Origin, X-Last, X-One, X-Two, X-Asked"),
        ("GET", "http://c.test", "vary: Origin, X-Last, X-Two, X-Asked"),
        ("GET", "null", "vary: Origin"),
        ("GET", "https://c.test/", "vary: Origin"),
        ("OPTIONS", "https://a.test", options),
        ("OPTIONS", "https://c.test", options),
    ] {
        let request = request(method, &[&format!("origin: {origin}")]);
        let lines = written(source.begin(&request, |_, _| None).without_asking(), &[]);
        assert_eq!(lines.last().unwrap(), vary, "{method} {origin}");
    }
}

#[test]
fn vary_names_only_what_those_who_were_asked_may_read() {
    let policy = Policy::builder()
        .allow_origin_if(|origin| origin.host() == "yes.test")
        .ask_reading([TENANT])
        .build()
        .unwrap();
    let vary = |origin: &str| respond(&policy, &request("GET", &[origin])).1.pop().unwrap();
    assert_eq!(vary("origin: https://yes.test"), "vary: Origin");
    assert_eq!(vary("origin: https://no.test"), "vary: Origin, X-Tenant");
}

#[test]
fn a_policy_can_be_made_to_ask() {
    let built = |origin: &str| Policy::builder().allow_origins([origin]).build().unwrap();
    assert!(built("https://a.test").asking().asks());
    let reading = Policy::builder().ask_reading([TENANT]).build().unwrap();
    assert_eq!(reading.asking(), reading, "`asking` changed what it reads");
    assert!(!built("*").asking().asks(), "there is no origin to ask about");
}

#[test]
fn an_error_counts_as_no() {
    assert!(true.allowed() && Ok::<_, ()>(true).allowed());
    assert!(!false.allowed() && !Ok::<_, ()>(false).allowed() && !Err(()).allowed());
}

#[cfg(feature = "regex")]
#[test]
fn a_regex_must_match_the_whole_of_a_well_formed_origin() {
    use cors_core::OriginEntry;
    let policy = Policy::builder()
        .allow_origins([OriginEntry::regex("https://pr-[0-9]+\\.a\\.test(:[0-9]+)?|https://pr-1")])
        .build()
        .unwrap();
    for (origin, allowed) in [
        ("https://pr-1.a.test", true),
        ("https://pr-1.a.test:81", true),
        ("https://pr-1", true),
        ("https://pr-1.a.test:443", false),
        ("https://pr-1.a.test.evil.test", false),
        ("https://evil.test/https://pr-1.a.test", false),
        ("xhttps://pr-1.a.test", false),
        ("https://pr-.a.test", false),
        ("https://PR-1.a.test", false),
    ] {
        let line = format!("origin: {origin}");
        let request = request("GET", &[&line]);
        assert_eq!(policy.decide(&request) == Decision::Simple, allowed, "{origin}");
    }
}

/// Users rely on this to share a policy.
#[test]
fn policies_can_be_shared() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug + 'static>() {}
    shared::<Policy>();
}
