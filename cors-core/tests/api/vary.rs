//! `Vary` is one line, whatever the handler set.

use crate::cases::cases;
use crate::support::request;
use cors_core::adapter::{Exchange, Source, VaryNames};
use cors_core::{DisallowedOrigin, Policy};
use http::header::{COOKIE, HeaderMap, HeaderName, HeaderValue, ORIGIN, VARY};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const TENANT: HeaderName = HeaderName::from_static("x-tenant");

/// Exchanges with lists of all kinds, each with a name.
fn exchanges() -> Vec<(&'static str, Exchange<HeaderValue>)> {
    let list = || Policy::builder().allow_origins(["https://a.test", "https://b.test"]);
    let begin = |policy: cors_core::Builder, method: &str| {
        let policy = policy.build().unwrap();
        policy.begin(&request(method, &["origin: https://c.test"])).without_asking()
    };
    let also = |names: &[HeaderName]| VaryNames::new(names.iter().cloned());
    let constant = || Policy::builder().allow_origins(["*"]);
    vec![
        ("constant", begin(constant(), "GET")),
        ("a name", begin(list(), "GET")),
        ("names", begin(list().disallowed_origin(DisallowedOrigin::Forbid), "OPTIONS")),
        ("a selector's names alone", begin(constant(), "GET").vary_also(also(&[TENANT]))),
        ("a selector's names too", begin(list(), "GET").vary_also(also(&[TENANT, ORIGIN]))),
        ("a selector's, the same", begin(list(), "GET").vary_also(also(&[ORIGIN]))),
        ("a selector without names", begin(list(), "GET").vary_also(also(&[]))),
        ("no policy, a selector's names", Exchange::passthrough().vary_also(also(&[TENANT]))),
    ]
}

/// An adapter may add names more than once, and to the answer of several policies.
#[test]
fn names_are_added_to_those_that_are_there() {
    type Select = dyn Fn() -> Option<Policy> + Send + Sync;
    let list = |origin| Policy::for_origins([origin]).build().unwrap();
    let policies = [list("https://a.test"), list("https://b.test")];
    let source = Source::<HeaderValue, Select>::first_allowing(policies).unwrap();
    for (method, policy_names) in
        [("GET", &b"Origin"[..]), ("OPTIONS", b"Origin, Access-Control-Request-Method")]
    {
        let begun = source.begin(&request(method, &["origin: https://c.test"]), |_, _| None);
        let mut exchange = begun.without_asking();
        assert_eq!(written(&exchange, &[]), [policy_names]);
        for name in [TENANT, ORIGIN, COOKIE] {
            exchange = exchange.vary_also(VaryNames::new([name]));
        }
        let all = [policy_names, b", X-Tenant, Cookie"].concat();
        assert_eq!(written(&exchange, &[]), [all], "{method}");
    }
}

fn written(exchange: &Exchange<HeaderValue>, lines: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(VARY, HeaderValue::from_bytes(line).unwrap());
    }
    exchange.clone().write(&mut headers);
    headers.get_all(VARY).iter().map(|value| value.as_bytes().to_vec()).collect()
}

fn trim(mut bytes: &[u8]) -> Vec<u8> {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes.to_vec()
}

fn elements(lines: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let all = lines.join(&b","[..]);
    all.split(|byte| *byte == b',').map(trim).filter(|element| !element.is_empty()).collect()
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    const NAMES: [&str; 12] = [
        "Origin",
        "ORIGIN",
        "X-Origin",
        "x-tenant",
        "Sec-Fetch-Site",
        "accept-encoding",
        "Accept",
        "*",
        "",
        " ",
        "\t\t",
        "* *",
    ];
    let byte = prop_oneof![Just(b'\t'), 32..=126u8, 128..=255u8];
    let element = prop_oneof![
        6 => select(&NAMES[..]).prop_map(|name| name.as_bytes().to_vec()),
        1 => vec(byte, 0..6),
    ];
    let separator = select(&[",", ", ", "\t, ", ",,"][..]);
    prop_oneof![
        8 => (vec(element, 0..4), separator)
            .prop_map(|(elements, separator)| elements.join(separator.as_bytes())),
        1 => select(&["*", " *\t"][..]).prop_map(|star| star.as_bytes().to_vec()),
    ]
}

/// The result of the handler's lines and our names.
fn check(what: &str, lines: &[Vec<u8>], ours: &[Vec<u8>], got: &[Vec<u8>]) {
    let is_alone = |line: &Vec<u8>| trim(line) == b"*";
    let theirs = elements(lines);
    let has = |name: &[u8]| theirs.iter().any(|listed| listed.eq_ignore_ascii_case(name));
    let shown = |lines: &[Vec<u8>]| -> String {
        lines.iter().map(|line| format!("vary: {}\n", line.escape_ascii())).collect()
    };
    let what = format!("{what}\n{}->\n{}", shown(lines), shown(got));
    let missing: Vec<_> = ours.iter().filter(|name| !has(b"*") && !has(name)).cloned().collect();
    match lines {
        [] => assert_eq!(got.len(), usize::from(!ours.is_empty()), "{what}"),
        _ => assert_eq!(got.len(), 1, "{what}"),
    }
    match lines {
        [one] if missing.is_empty() => assert_eq!(&got[0], one, "{what}"),
        _ if lines.iter().any(is_alone) => assert_eq!(got, [b"*"], "{what}"),
        _ => assert_eq!(elements(got), [theirs, missing].concat(), "{what}"),
    }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn vary_is_one_line(lines in vec(line(), 0..5)) {
        for (what, exchange) in exchanges() {
            let ours = elements(&written(&exchange, &[]));
            let once = written(&exchange, &lines);
            check(what, &lines, &ours, &once);
            prop_assert_eq!(&written(&exchange, &once), &once, "one layer inside another");
        }
        prop_assert_eq!(&written(&Exchange::passthrough(), &lines), &lines, "no policy");
    }
}

#[test]
fn lines_of_handlers() {
    let all = exchanges();
    let exchange = |what: &str| &all.iter().find(|(name, _)| *name == what).unwrap().1;
    let merged = |what: &str, lines: &[&str]| {
        let lines: Vec<_> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
        let written = written(exchange(what), &lines);
        written.into_iter().map(|line| String::from_utf8(line).unwrap()).collect::<Vec<_>>()
    };
    for (lines, wanted) in [
        (&["Accept-Encoding"][..], "Accept-Encoding, Origin"),
        (&["Accept-Encoding", "accept"], "Accept-Encoding, accept, Origin"),
        (&["a,b", "c"], "a,b, c, Origin"),
        (&["origin"], "origin"),
        (&["accept", "ORIGIN,x"], "accept, ORIGIN,x"),
        (&["X-Origin"], "X-Origin, Origin"),
        (&[""], "Origin"),
        (&["", " ,", "a", ""], "a, Origin"),
        (&["*"], "*"),
        (&["a, *"], "a, *"),
        (&["a", "b, *"], "a, b, *"),
        (&["a", "*"], "*"),
        (&["*", "a"], "*"),
        (&["*", "*"], "*"),
        (&["\u{e9}"], "\u{e9}, Origin"),
    ] {
        assert_eq!(merged("a name", lines), [wanted], "{lines:?}");
    }
    let none: [&str; 0] = [];
    for (what, lines, wanted) in [
        ("constant", &[][..], &none[..]),
        ("constant", &["a"], &["a"]),
        ("constant", &["a", "b"], &["a, b"]),
        ("constant", &["", ""], &[""]),
        ("names", &[], &["Origin, Access-Control-Request-Method, Sec-Fetch-Site"]),
        ("names", &["a"], &["a, Origin, Access-Control-Request-Method, Sec-Fetch-Site"]),
        ("names", &["sec-fetch-site"], &["sec-fetch-site, Origin, Access-Control-Request-Method"]),
        ("a selector's names too", &[], &["Origin, X-Tenant"]),
        ("a selector's names too", &["x-tenant", "a"], &["x-tenant, a, Origin"]),
        ("a selector's, the same", &[], &["Origin"]),
        ("no policy, a selector's names", &["a", "b"], &["a, b, X-Tenant"]),
    ] {
        assert_eq!(merged(what, lines), wanted, "{what} {lines:?}");
    }
}

/// A selector's names follow those of each policy, however many there are.
#[test]
fn one_selector_of_many_policies() {
    let also = VaryNames::<HeaderValue>::new([TENANT]);
    for _ in 0..2 {
        for i in 0..10 {
            let name = HeaderName::try_from(format!("x-{i}")).unwrap();
            let policy = Policy::builder().allow_origin_if_reading([name], |_, _| false);
            let policy = policy.build().unwrap();
            let asked = request("GET", &["origin: https://a.test"]);
            let exchange = policy.begin(&asked).without_asking().vary_also(also.clone());
            assert_eq!(written(&exchange, &[]), [format!("Origin, X-{i}, X-Tenant").as_bytes()]);
        }
    }
}

#[test]
fn names_of_vary() {
    let names = VaryNames::<HeaderValue>::new([ORIGIN, TENANT, ORIGIN]);
    assert!(names.contains("Origin") && names.contains("x-tenant") && !names.contains("x-other"));
    assert!(!VaryNames::<HeaderValue>::new([]).contains("origin"));
}
