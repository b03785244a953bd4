//! What a layer's hooks see, and when.

use crate::cases::cases;
use crate::support::{answer, request};
use cors_core::adapter::{Begun, Decided, Source};
use cors_core::strategies::{policies, requests};
use cors_core::{Decision, Policy, Reason};
use http::{HeaderValue, Method, Request};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

type Select = dyn Fn(&()) -> Option<Policy>;
type Layer = Source<HeaderValue, Select>;
type Seen<T> = Arc<Mutex<Vec<T>>>;

/// The layer with an observer that collects.
fn observed(layer: Layer) -> (Layer, Seen<Decided>) {
    let seen = Seen::default();
    let keep = Arc::clone(&seen);
    (layer.observe(move |decided| keep.lock().unwrap().push(decided.clone())), seen)
}

/// The layer of a policy with a shadow, and the reports.
fn shadowed(layer: Layer, newer: &Policy) -> (Layer, Seen<String>) {
    let reports = Seen::default();
    let keep = Arc::clone(&reports);
    (layer.shadow(newer, move |diff| keep.lock().unwrap().push(diff.to_string())), reports)
}

fn respond(layer: &Layer, request: &Request<()>) -> (Option<u16>, Vec<String>) {
    answer(layer.begin(request, |_, _| None).without_asking())
}

#[test]
fn a_decision_is_bounded() {
    let (layer, seen) =
        observed(Layer::fixed(Policy::for_origins("https://a.test").build().unwrap()));
    for length in [100, 512, 513, 60_000] {
        respond(&layer, &request("GET", &[&format!("origin: {}", "\t".repeat(length))]));
        let decided = seen.lock().unwrap().pop().unwrap();
        let Decision::Reject(Reason::OriginMalformed(value)) = decided.decision() else {
            panic!("{decided:?}");
        };
        assert_eq!(value.len(), length.min(512));
        assert!(decided.to_string().len() < 300 && !decided.to_string().contains('\t'));
    }
}

/// The decision of a question is made when it is answered, or never.
#[test]
fn a_question_is_decided_by_its_answer() {
    let policy = Policy::for_origins("https://a.test").build().unwrap();
    let (layer, seen) = observed(Layer::asking(policy).with_decision());
    let request = request("GET", &["origin: https://b.test"]);
    let pending = || match layer.begin(&request, |_, _| None) {
        Begun::Ask(asked) => asked.1,
        Begun::Decided(exchange) => panic!("{exchange:?}"),
    };
    drop(pending());
    assert!(seen.lock().unwrap().is_empty());
    for allowed in [true, false] {
        let mut exchange = pending().resolve(allowed);
        assert_eq!(exchange.take_decided().unwrap().is_allowed(), allowed);
        assert!(exchange.take_decided().is_none());
        let decided = seen.lock().unwrap().pop().unwrap();
        assert_eq!(decided.is_allowed(), allowed);
        assert!(seen.lock().unwrap().is_empty());
    }
}

/// What a browser gets instead, for each change of a policy that makes a difference.
#[test]
fn what_a_shadow_says() {
    use cors_core::{Builder, DisallowedOrigin, RefusedPreflight};
    type Change = fn(Builder) -> Builder;
    let changes: [(&str, Change); 13] = [
        ("origins", |it| it.allow_origins(["https://b.test"])),
        ("methods", |it| it.allow_methods(["PATCH"])),
        ("headers", |it| it.allow_headers(["x-b"])),
        ("expose", |it| it.expose_headers(["x-f"])),
        ("credentials", |it| it.allow_credentials(true)),
        ("max age", |it| it.max_age(std::time::Duration::from_secs(60))),
        ("private network", |it| it.allow_private_network(true)),
        ("status", |it| it.preflight_status(200)),
        ("continue", |it| it.preflight_continue(true)),
        ("forbid", |it| it.disallowed_origin(DisallowedOrigin::Forbid)),
        ("conceal", |it| it.refused_preflight(RefusedPreflight::Conceal)),
        ("own hosts", |it| it.own_hosts(["api.test"])),
        ("other hosts", |it| it.own_hosts(["other.test"])),
    ];
    let preflight = |origin: &str, method: &str, header: &str| {
        request(
            "OPTIONS",
            &[
                origin,
                "host: api.test",
                &format!("access-control-request-method: {method}"),
                &format!("access-control-request-headers: {header}"),
                "access-control-request-private-network: true",
            ],
        )
    };
    let [a, b] = ["origin: https://a.test", "origin: https://b.test"];
    let requests = [
        ("GET by a", request("GET", &[a, "host: api.test"])),
        ("GET by b", request("GET", &[b, "host: api.test"])),
        ("GET by none", request("GET", &["host: api.test"])),
        ("PUT by a", preflight(a, "PUT", "x-a")),
        ("PATCH by a", preflight(a, "PATCH", "x-a")),
        ("x-b by a", preflight(a, "PUT", "x-b")),
        ("PUT by b", preflight(b, "PUT", "x-a")),
        ("OPTIONS", request("OPTIONS", &["host: api.test"])),
    ];
    let older = Policy::for_origins("https://a.test")
        .allow_methods(["PUT"])
        .allow_headers(["x-a"])
        .expose_headers(["x-e"]);
    let mut text = String::new();
    for (change, changed) in changes {
        let newer = changed(older.clone()).build().unwrap();
        let (layer, reports) = shadowed(Layer::fixed(older.clone().build().unwrap()), &newer);
        let (back, reversed) = shadowed(Layer::fixed(newer), &older.clone().build().unwrap());
        for (name, request) in &requests {
            for (direction, layer, reports) in
                [("to", &layer, &reports), ("from", &back, &reversed)]
            {
                respond(layer, request);
                for report in reports.lock().unwrap().drain(..) {
                    text += &format!("{direction} {change}, {name}:\n{report}\n");
                }
            }
        }
    }
    expect_test::expect_file!["shadow.txt"].assert_eq(&text);
}

/// A refusal and a success differ in their status, which needs no line of its own.
#[test]
fn a_list_explains_another_status() {
    let older = Policy::for_origins("https://a.test")
        .refused_preflight(cors_core::RefusedPreflight::Conceal);
    let newer = older.clone().allow_methods("PATCH").build().unwrap();
    let (layer, reports) = shadowed(Layer::fixed(older.build().unwrap()), &newer);
    let preflight =
        request("OPTIONS", &["origin: https://a.test", "access-control-request-method: PATCH"]);
    respond(&layer, &preflight);
    let reports = reports.lock().unwrap();
    assert_eq!(reports.len(), 1);
    assert!(reports[0].starts_with("+ allow_methods \"PATCH\": ") && !reports[0].contains('\n'));
}

/// One answer counts for both policies. If only the newer asks, it is no.
#[test]
fn a_shadow_gets_the_same_answer() {
    let [a, b] = ["https://a.test", "https://b.test"];
    let policy = |origin: &str| Policy::for_origins(origin).build().unwrap();
    let reported = |layer: Layer, newer: &Policy, origin: &str, allowed: bool| {
        let (layer, reports) = shadowed(layer, newer);
        let request = request("GET", &[&format!("origin: {origin}")]);
        answer(match layer.begin(&request, |_, _| None) {
            Begun::Ask(asked) => asked.1.resolve(allowed),
            Begun::Decided(exchange) => exchange,
        });
        let reports = reports.lock().unwrap();
        !reports.is_empty()
    };
    for allowed in [true, false] {
        // Both ask about this origin.
        assert!(!reported(Layer::asking(policy(a)), &policy(b), "https://c.test", allowed));
        // Only one lists it, and the other asks.
        assert_eq!(reported(Layer::asking(policy(a)), &policy(b), b, allowed), !allowed);
        assert!(reported(Layer::asking(policy(a)), &policy(b), a, allowed));
        // No policy asks unless the one in force does.
        assert!(!reported(Layer::fixed(policy(a)), &policy(b), "https://c.test", allowed));
        assert!(!reported(Layer::fixed(policy(a)), &policy(a).asking(), "https://c.test", allowed));
    }
}

fn lines<'a>(answer: &'a (Option<u16>, Vec<String>), name: &str) -> Option<&'a str> {
    answer.1.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// What a browser gets of an answer: the status; and if the page may read, the headers that count.
fn noticed(
    request: &Request<()>,
    answer: &(Option<u16>, Vec<String>),
) -> (Option<u16>, Vec<String>) {
    let list = |name: &str| {
        let names = lines(answer, name).unwrap_or_default().to_owned();
        let is_methods = name == "access-control-allow-methods";
        let names = if is_methods { names } else { names.to_ascii_lowercase() };
        let names: BTreeSet<_> = names.split(',').map(str::to_owned).collect();
        format!("{names:?}")
    };
    let one = |name: &str| lines(answer, name).unwrap_or_default().to_owned();
    let mut origins = request.headers().get_all("origin").iter();
    let origin = origins.next().map(HeaderValue::as_bytes);
    let allowed = lines(answer, "access-control-allow-origin").map(str::as_bytes);
    // No browser repeats it.
    let is_one = origins.next().is_none();
    let reads = origin.is_some() && (allowed == Some(b"*") || allowed == origin && is_one);
    if !reads {
        return (answer.0, Vec::new());
    }
    let headers = vec![
        one("access-control-allow-credentials"),
        list("access-control-expose-headers"),
        list("access-control-allow-methods"),
        list("access-control-allow-headers"),
        one("access-control-max-age"),
        one("access-control-allow-private-network"),
    ];
    (answer.0, headers)
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn observers_see_what_the_policy_decides(policy in policies(), request in requests()) {
        let (layer, seen) = observed(Layer::fixed(policy.clone()));
        let (layer, again) = observed(layer.with_decision());
        let begun = layer.begin(&request, |_, _| None);
        let mut exchange = begun.without_asking();
        let passed_on = exchange.take_decided();
        prop_assert_eq!(passed_on.is_some(), exchange.short_circuit().is_none());
        prop_assert_eq!(answer(exchange), respond(&Layer::fixed(policy.clone()), &request));
        let seen = std::mem::take(&mut *seen.lock().unwrap());
        prop_assert_eq!((seen.len(), again.lock().unwrap().len()), (1, 1));
        for decided in seen.iter().chain(&passed_on) {
            prop_assert_eq!(decided.decision(), policy.decide(&request));
            prop_assert_eq!(decided.policy(), &policy);
        }
    }

    /// A report for each request for which a browser gets something else, and no other.
    #[test]
    fn a_shadow_reports_what_differs(
        older in policies(),
        newer in policies(),
        request in requests(),
        is_near in any::<bool>(),
        change in 0..9u8,
    ) {
        // Random policies differ in everything, so that one key is rarely all there is to report.
        let newer = if is_near { near(&older, change).unwrap_or(newer) } else { newer };
        let (layer, reports) = shadowed(Layer::fixed(older.clone()), &newer);
        let answered = respond(&layer, &request);
        let plain = respond(&Layer::fixed(older.clone()), &request);
        prop_assert_eq!(&answered, &plain, "a shadow changes nothing");
        let other = respond(&Layer::fixed(newer.clone()), &request);
        let [got, instead] = [&answered, &other].map(|answer| noticed(&request, answer));
        let reports = reports.lock().unwrap();
        prop_assert!(reports.len() <= 1);
        let echoes = |policy: &Policy| {
            let config = policy.config();
            let lists = [config.allow_methods, config.allow_headers];
            lists.iter().any(|list| list.iter().any(|name| name == "*"))
        };
        if got == instead {
            prop_assert!(reports.is_empty(), "{:?}", reports);
        } else if request.method() != Method::OPTIONS || !(echoes(&older) || echoes(&newer)) {
            // An echo differs from a list even where both allow the same.
            prop_assert_eq!(reports.len(), 1, "{:?} {:?}", got, instead);
        }
        let text = reports.join("");
        prop_assert!(text.bytes().all(|byte| byte == b'\n' || (32..127).contains(&byte)));
        prop_assert!(text.len() < 8_000);
    }
}

/// The policy with one key changed, if that makes a policy.
fn near(policy: &Policy, change: u8) -> Option<Policy> {
    let mut config = policy.config();
    match change {
        0 => config.allow_methods.push("PATCH".to_owned()),
        1 => config.allow_headers.push("x-near".to_owned()),
        2 => config.expose_headers.push("x-near".to_owned()),
        3 => config.allow_credentials = !config.allow_credentials,
        4 => config.max_age = Some(std::time::Duration::from_secs(7)),
        5 => config.preflight_continue = !config.preflight_continue,
        6 => config.allow_private_network = !config.allow_private_network,
        7 => {
            use cors_core::RefusedPreflight::{Conceal, Explain};
            let conceals = config.refused_preflight == Conceal;
            config.refused_preflight = if conceals { Explain } else { Conceal };
        }
        _ => {
            use cors_core::DisallowedOrigin::{Forbid, Forward};
            let forwards = config.disallowed_origin == Forward;
            config.disallowed_origin = if forwards { Forbid } else { Forward };
        }
    }
    Policy::new(&config).ok()
}
