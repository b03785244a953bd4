//! Laws that hold for every policy and every request.

use crate::cases::cases;
use crate::support::{answer, request, request_of_bytes, respond};
use cors_core::adapter::{Head, Source};
use cors_core::strategies::{configs, near_misses, origins_of, policies, requests};
use cors_core::{Decision, OriginEntry, Policy, Reason};
use http::header::HOST;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;

/// The names in the `vary` lines of a response.
fn vary(headers: &[String]) -> BTreeSet<String> {
    let lines = headers.iter().filter_map(|line| line.strip_prefix("vary: "));
    lines.flat_map(|line| line.split(", ")).map(str::to_ascii_lowercase).collect()
}

/// The answer without `vary`.
fn cors(answer: &(Option<u16>, Vec<String>)) -> (Option<u16>, Vec<&String>) {
    (answer.0, answer.1.iter().filter(|line| !line.starts_with("vary")).collect())
}

type Select = dyn Fn(&Head<'_>) -> Option<Policy> + Send + Sync;

/// The answer of a layer.
fn respond_by(
    source: &Source<HeaderValue, Select>,
    request: &Request<()>,
) -> (Option<u16>, Vec<String>) {
    let begun = source.begin(request, |select, declared| select(&Head::new(request, declared)));
    answer(begun.without_asking())
}

fn first_allowing(policies: &[Policy]) -> Option<Source<HeaderValue, Select>> {
    Source::first_allowing(policies).ok()
}

/// Whether the policy refuses the request's host.
fn is_foreign(policy: &Policy, request: &Request<()>) -> bool {
    matches!(policy.decide(request), Decision::Reject(Reason::HostNotOwn(_)))
}

/// Whether two requests have the same lines of each header in `names`.
fn alike(a: &Request<()>, b: &Request<()>, names: &BTreeSet<String>) -> bool {
    let lines = |request: &Request<()>, name: &str| -> Vec<_> {
        request.headers().get_all(name).iter().cloned().collect()
    };
    names.iter().all(|name| lines(a, name) == lines(b, name))
}

/// The first request, with every header that is not in `names` taken from another. `Host` is a part of
/// the URL.
fn merged(first: &Request<()>, other: &Request<()>, names: &BTreeSet<String>) -> Request<()> {
    let named = |(name, _): &(&HeaderName, _)| *name == HOST || names.contains(name.as_str());
    let lines = first.headers().iter().filter(named);
    let lines = lines.chain(other.headers().iter().filter(|line| !named(line)));
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(name, value.clone());
    }
    let mut request = first.clone();
    *request.headers_mut() = headers;
    request
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn vary_is_sound(policy in policies(), first in requests(), other in requests()) {
        let answer = respond(&policy, &first);
        let names = vary(&answer.1);
        let second = merged(&first, &other, &names);
        prop_assert!(alike(&first, &second, &names));
        let again = respond(&policy, &second);
        prop_assert_eq!(cors(&answer), cors(&again));
    }

    #[test]
    fn vary_is_sound_under_rules_by_method(
        policies in [policies(), policies()],
        rules in vec(prop::option::of(0..2usize), 4),
        first in requests(),
        other in requests(),
    ) {
        let rule = move |method: &str| {
            let row = ["GET", "PUT", "PATCH"].iter().position(|known| *known == method);
            rules[row.unwrap_or(3)].map(|index| policies[index].clone())
        };
        let select = rule.clone();
        let select: Box<Select> = Box::new(move |head| select(head.requested_method()));
        let source = Source::selected(select);
        let answer = respond_by(&source, &first);
        let names = vary(&answer.1);
        let second = merged(&first, &other, &names);
        let again = respond_by(&source, &second);
        prop_assert_eq!(cors(&answer), cors(&again));
        if first.method() == Method::OPTIONS {
            prop_assert!(names.contains("access-control-request-method"), "{:?}", answer);
        } else {
            let alone = rule(first.method().as_str()).map(|policy| respond(&policy, &first));
            prop_assert_eq!(answer, alone.unwrap_or_default());
        }
    }

    #[test]
    fn the_first_policy_that_allows_the_origin_decides(
        policies in vec(policies(), 1..4),
        first in requests(),
        other in requests(),
    ) {
        let last = policies.len() - 1;
        let wide = |policy: &Policy| {
            let config = policy.config();
            let null = !config.allow_credentials || config.danger.allow_null_origin;
            config.allow_origins == [OriginEntry::from("*")] && null
        };
        let Some(source) = first_allowing(&policies) else {
            prop_assert!(policies[..last].iter().any(wide));
            return Ok(());
        };
        prop_assert!(!policies[..last].iter().any(wide));

        if policies.iter().any(|policy| is_foreign(policy, &first)) {
            prop_assert_eq!(respond_by(&source, &first), (Some(403), vec![]));
            return Ok(());
        }
        let mut get = first.clone();
        *get.method_mut() = Method::GET;
        let allows = |policy: &Policy| policy.decide(&get) == Decision::Simple;
        let decider = policies.iter().position(allows).unwrap_or(last);
        let alone = respond(&policies[decider], &first);
        let answer = respond_by(&source, &first);
        prop_assert_eq!(cors(&answer), cors(&alone));

        let names = vary(&answer.1);
        if first.method() == Method::OPTIONS {
            let all = policies.iter().flat_map(|policy| vary(&respond(policy, &first).1));
            prop_assert_eq!(&names, &all.collect::<BTreeSet<_>>());
        } else {
            let mut wanted = vary(&alone.1);
            wanted.extend(names.contains("origin").then(|| "origin".to_owned()));
            prop_assert_eq!(&names, &wanted);
        }
        let second = merged(&first, &other, &names);
        let again = respond_by(&source, &second);
        prop_assert_eq!(cors(&answer), cors(&again));
    }

    #[test]
    fn vary_on_options_is_one_list(policy in policies(), first in requests(), other in requests()) {
        prop_assume!(!is_foreign(&policy, &first) && !is_foreign(&policy, &other));
        let answers = [first, other].map(|mut request| {
            *request.method_mut() = Method::OPTIONS;
            vary(&respond(&policy, &request).1)
        });
        prop_assert_eq!(&answers[0], &answers[1]);
        prop_assert!(answers[0].contains("origin"));
    }

    #[test]
    fn a_config_comes_back(config in configs()) {
        if let Ok(policy) = Policy::new(&config) {
            let again = Policy::new(&policy.config()).unwrap();
            prop_assert_eq!(&again, &policy);
            prop_assert_eq!(again.config(), policy.config());
        }
    }

    #[test]
    fn a_config_that_came_back_decides_alike(policy in policies(), request in requests()) {
        let again = Policy::new(&policy.config()).unwrap();
        prop_assert_eq!(again.decide(&request), policy.decide(&request));
        prop_assert_eq!(respond(&again, &request), respond(&policy, &request));
    }

    #[test]
    fn order_and_case_of_lists_do_not_matter(
        config in configs(),
        request in requests(),
        rotate in 0..5usize,
    ) {
        let Ok(policy) = Policy::new(&config) else { return Ok(()) };
        let mut other = config;
        let by = |len: usize| if len == 0 { 0 } else { rotate % len };
        other.allow_origins.reverse();
        let at = by(other.allow_methods.len());
        other.allow_methods.rotate_left(at);
        let at = by(other.allow_headers.len());
        other.allow_headers.rotate_left(at);
        for name in &mut other.allow_headers {
            *name = name.to_ascii_uppercase();
        }
        let other = Policy::new(&other).unwrap();
        prop_assert_eq!(policy.decide(&request), other.decide(&request));
        prop_assert_eq!(respond(&policy, &request).0, respond(&other, &request).0);
    }

    #[test]
    fn order_case_and_cut_of_the_request_do_not_matter(
        policy in policies(),
        names in vec(prop::sample::select(&["content-type", "x-a", "x-b", "authorization", "x-bb"][..]), 0..6),
        cut in 0..6usize,
    ) {
        const HEAD: [&str; 2] = ["origin: https://a.test", "access-control-request-method: PUT"];
        let line = format!("access-control-request-headers: {}", names.join(","));
        let plain = request("OPTIONS", &[HEAD[0], HEAD[1], &line]);
        let mut shuffled = names.clone();
        shuffled.reverse();
        let cut = cut.min(shuffled.len());
        let upper = |names: &[&str]| {
            format!("access-control-request-headers: ,{}\t,", names.join(" , ,").to_ascii_uppercase())
        };
        let (first, second) = (upper(&shuffled[..cut]), upper(&shuffled[cut..]));
        let wild = request("OPTIONS", &[HEAD[0], HEAD[1], &first, &second]);
        let passes = |request| policy.decide(request) == Decision::Preflight;
        prop_assert_eq!(passes(&plain), passes(&wild));
    }

    #[test]
    fn a_danger_key_never_takes_a_permission_away(
        config in configs(),
        more in configs().prop_map(|config| config.danger),
        request in requests(),
    ) {
        let Ok(policy) = Policy::new(&config) else { return Ok(()) };
        let less = config.danger;
        let wider = set!(
            config,
            danger.allow_insecure_origins = less.allow_insecure_origins || more.allow_insecure_origins,
            danger.allow_public_suffix_subdomains = true,
            danger.allow_unbounded_regex = less.allow_unbounded_regex || more.allow_unbounded_regex,
            danger.allow_null_origin = less.allow_null_origin || more.allow_null_origin,
            danger.reflect_any_origin = less.reflect_any_origin || more.reflect_any_origin,
        );
        let wider = Policy::new(&wider).expect("no danger key is an error");
        if matches!(policy.decide(&request), Decision::Simple | Decision::Preflight) {
            prop_assert_eq!(wider.decide(&request), policy.decide(&request));
        }
    }

    #[test]
    fn any_bytes_get_an_answer(
        policy in policies(),
        origins in vec(vec(prop_oneof![32..=126u8, 128..=255u8], 0..40), 0..3),
        methods in vec(vec(prop_oneof![32..=126u8, 128..=255u8], 0..10), 0..3),
        names in vec(vec(prop_oneof![Just(b','), Just(b'\t'), 32..=126u8, 128..=255u8], 0..60), 0..4),
    ) {
        let line = |name: &str, value: &[u8]| [name.as_bytes(), b": ", value].concat();
        let lines: Vec<Vec<u8>> = origins.iter().map(|value| line("origin", value))
            .chain(methods.iter().map(|value| line("access-control-request-method", value)))
            .chain(names.iter().map(|value| line("access-control-request-headers", value)))
            .collect();
        for method in ["GET", "OPTIONS"] {
            let request = request_of_bytes(method, lines.iter().map(Vec::as_slice));
            let (status, headers) = respond(&policy, &request);
            let rejected = matches!(policy.decide(&request), Decision::Reject(_));
            prop_assert!(status != Some(403) || rejected);
            prop_assert!(headers.iter().filter(|line| line.starts_with("access-control-allow-origin")).count() <= 1);
        }
    }
}

/// Cacheable answers name no header without need: for every name there are two requests that differ
/// only in it and get different answers.
#[test]
fn vary_is_economical() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..200 {
        let policy = policies().new_tree(&mut runner).unwrap().current();
        let policies = std::slice::from_ref(&policy);
        assert_is_economical(&mut runner, policies, |request| respond(&policy, request));
    }
}

#[test]
fn vary_is_economical_of_the_first_allowing() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..200 {
        let policies = vec(policies(), 1..4).new_tree(&mut runner).unwrap().current();
        if let Some(source) = first_allowing(&policies) {
            assert_is_economical(&mut runner, &policies, |request| respond_by(&source, request));
        }
    }
}

fn assert_is_economical(
    runner: &mut TestRunner,
    policies: &[Policy],
    respond: impl Fn(&Request<()>) -> (Option<u16>, Vec<String>),
) {
    let fetch_sites = ["", "same-origin", "cross-site"];
    let mut origins = vec!["-".to_owned()];
    for policy in policies.iter().cycle().take(5 * policies.len()) {
        origins.push(origins_of(policy).new_tree(runner).unwrap().current());
        origins.push(near_misses(policy).new_tree(runner).unwrap().current());
    }
    let answer = |method: &str, origin: &str, fetch_site: &str| {
        let mut lines = vec![format!("origin: {origin}")];
        lines.extend((!fetch_site.is_empty()).then(|| format!("sec-fetch-site: {fetch_site}")));
        lines.retain(|line| line != "origin: -");
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        respond(&request(method, &lines))
    };
    let differs = |answers: Vec<(Option<u16>, Vec<String>)>| {
        answers.iter().any(|one| cors(one) != cors(&answers[0]))
    };
    let all = origins.iter().flat_map(|origin| ["GET", "POST"].map(|method| (method, origin)));
    for (method, origin) in all {
        let names = vary(&answer(method, origin, "").1);
        if names.contains("origin") {
            let answers = origins.iter().map(|origin| answer(method, origin, "")).collect();
            assert!(differs(answers), "{policies:?} name Origin to {method} of {origin}");
        }
        if names.contains("sec-fetch-site") {
            let answers = fetch_sites.iter().map(|site| answer(method, origin, site)).collect();
            assert!(differs(answers), "{policies:?} name Sec-Fetch-Site to {method} of {origin}");
        }
        assert!(names.iter().all(|name| name == "origin" || name == "sec-fetch-site"));
    }
}
