//! Policies and requests, made so that they meet often: a small world of names and origins.

use cors_core::{Config, Danger, DisallowedOrigin, OriginEntry, Policy, RefusedPreflight};
use http::Request;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::time::Duration;

const PATTERNS: [&str; 9] = [
    "https://a.test",
    "https://b.a.test",
    "https://a.test:8443",
    "https://*.a.test",
    "https://*.b.test:*",
    "http://localhost:*",
    "http://a.test",
    "tauri://localhost",
    "null",
];

/// Origins around [`PATTERNS`]: what they match, near misses, and what no browser sends.
pub const ORIGINS: [&str; 22] = [
    "https://a.test",
    "https://a.test:443",
    "https://a.test:8443",
    "https://a.test.",
    "https://a.test/",
    "https://b.a.test",
    "https://c.b.a.test",
    "https://.a.test",
    "https://ba.test",
    "https://evil.test",
    "http://a.test",
    "http://b.a.test",
    "https://x.b.test:81",
    "https://x.b.test",
    "https://b.test",
    "http://localhost",
    "http://localhost:3000",
    "tauri://localhost",
    "null",
    "NULL",
    "",
    "https://A.test",
];

const METHODS: [&str; 7] = ["PUT", "PATCH", "patch", "DELETE", "QUERY", "GET", "POST"];
const HEADERS: [&str; 6] = ["content-type", "authorization", "x-a", "x-b", "accept", "x-bb"];

fn list(names: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let some = subsequence(names, 0..=names.len());
    (some, prop::bool::weighted(0.3)).prop_map(|(names, any)| {
        let star = any.then_some("*");
        star.into_iter().chain(names).map(str::to_owned).collect()
    })
}

fn origins() -> impl Strategy<Value = Vec<OriginEntry>> {
    prop_oneof![
        1 => Just(vec![OriginEntry::from("*")]),
        2 => select(&PATTERNS[..]).prop_map(|one| vec![one.into()]),
        4 => subsequence(&PATTERNS[..], 1..=PATTERNS.len()).prop_shuffle()
            .prop_map(|some| some.into_iter().map(OriginEntry::from).collect()),
    ]
}

pub fn danger() -> impl Strategy<Value = Danger> {
    any::<[bool; 5]>().prop_map(|[insecure, suffix, regex, null, reflect]| Danger {
        allow_insecure_origins: insecure,
        allow_public_suffix_subdomains: suffix,
        allow_unbounded_regex: regex,
        allow_null_origin: null,
        reflect_any_origin: reflect,
    })
}

/// Any config of this world, most of which build.
pub fn config() -> impl Strategy<Value = Config> {
    let flags =
        (prop::bool::weighted(0.4), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let lists = (list(&METHODS), list(&HEADERS), list(&["x-id", "etag", "content-type"]));
    let numbers = (option::of(0..=86_400u64), option::of(200..=299u16));
    (origins(), lists, flags, numbers, danger()).prop_map(
        |(allow_origins, lists, flags, numbers, danger)| {
            let (credentials, private_network, goes_on, forbid, conceal) = flags;
            Config {
                allow_origins,
                allow_methods: lists.0,
                allow_headers: lists.1,
                expose_headers: lists.2,
                allow_credentials: credentials,
                max_age: numbers.0.map(Duration::from_secs),
                allow_private_network: private_network,
                preflight_status: numbers.1.filter(|_| !goes_on),
                preflight_continue: goes_on,
                disallowed_origin: if forbid {
                    DisallowedOrigin::Forbid
                } else {
                    DisallowedOrigin::Forward
                },
                refused_preflight: if conceal {
                    RefusedPreflight::Conceal
                } else {
                    RefusedPreflight::Explain
                },
                danger,
            }
        },
    )
}

/// A policy that builds.
pub fn policy() -> impl Strategy<Value = Policy> {
    config().prop_filter_map("the config is in error", |config| Policy::new(&config).ok())
}

/// The lines of one request header: mostly none or one.
fn lines(
    name: &'static str,
    value: impl Strategy<Value = String>,
) -> impl Strategy<Value = Vec<String>> {
    let count = prop_oneof![2 => Just(0usize), 5 => Just(1), 1 => Just(2)];
    (count, vec(value, 2)).prop_map(move |(count, values)| {
        values.into_iter().take(count).map(|value| format!("{name}: {value}")).collect()
    })
}

fn text(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(of).prop_map(str::to_owned)
}

/// A request, as its method and header lines.
pub fn request_lines() -> impl Strategy<Value = (&'static str, Vec<String>)> {
    let names = vec(
        select(&["content-type", "X-A", "x-b", "authorization", "*", "", "x c", "x-bb"][..]),
        0..4,
    )
    .prop_map(|names| names.join(", "));
    let headers = (
        lines("origin", text(&ORIGINS)),
        lines(
            "access-control-request-method",
            text(&["PUT", "PATCH", "patch", "GET", "TRACE", "", "a b"]),
        ),
        lines("access-control-request-headers", names),
        lines("access-control-request-private-network", text(&["true", "false"])),
        lines("sec-fetch-site", text(&["same-origin", "none", "cross-site"])),
    );
    (select(&["GET", "POST", "OPTIONS", "OPTIONS", "PUT"][..]), headers)
        .prop_map(|(method, h)| (method, [h.0, h.1, h.2, h.3, h.4].concat()))
}

pub fn build(method: &str, lines: &[String]) -> Request<()> {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    crate::support::request(method, &lines)
}
