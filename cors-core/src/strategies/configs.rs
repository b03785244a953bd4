//! Policies, as data and built.

use super::{origins, text};
use crate::config::{Config, Danger, DisallowedOrigin, OriginEntry, RefusedPreflight};
use crate::engine::policy::Policy;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::time::Duration;

/// The patterns of the small world.
const PATTERNS: [&str; 10] = [
    "https://a.test",
    "https://b.a.test",
    "https://a.test:8443",
    "https://*.a.test",
    "https://*.b.test:*",
    "http://localhost:*",
    "http://a.test",
    "tauri://localhost",
    "app://*",
    "null",
];

/// Invalid patterns.
const FAULTS: [&str; 4] = ["https://a.test/", "https://a.*", "https://*", ""];

const METHODS: [&str; 7] = ["PUT", "DELETE", "PATCH", "patch", "QUERY", "GET", "POST"];
const HEADERS: [&str; 6] = ["content-type", "x-a", "authorization", "x-b", "accept", "x-bb"];
const EXPOSED: [&str; 3] = ["x-id", "etag", "content-type"];

const OWN_HOSTS: [&str; 4] = ["api.example", "*.test", "localhost:*", "a.test"];

/// Some of the names, possibly after a `*`.
fn list(names: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let some = subsequence(names, 0..=names.len());
    (some, prop::bool::weighted(0.3)).prop_map(|(names, any)| {
        let star = any.then_some("*");
        star.into_iter().chain(names).map(str::to_owned).collect()
    })
}

fn allow_origins() -> impl Strategy<Value = Vec<OriginEntry>> {
    let some = subsequence(&PATTERNS[..], 1..=PATTERNS.len()).prop_shuffle();
    let beside = prop_oneof![
        16 => Just(None),
        2 => origins().prop_map(Some),
        1 => text(&FAULTS).prop_map(Some),
    ];
    prop_oneof![
        4 => select(&PATTERNS[..]).prop_map(|one| vec![one.into()]),
        8 => (some, beside).prop_map(|(some, beside)| {
            some.into_iter().map(OriginEntry::from).chain(beside.map(OriginEntry::from)).collect()
        }),
        2 => Just(vec![OriginEntry::from("*")]),
    ]
}

fn danger() -> impl Strategy<Value = Danger> {
    any::<[bool; 5]>().prop_map(|[insecure, suffix, regex, null, reflect]| Danger {
        allow_insecure_origins: insecure,
        allow_public_suffix_subdomains: suffix,
        allow_unbounded_regex: regex,
        allow_null_origin: null,
        reflect_any_origin: reflect,
    })
}

/// `None` mostly: with own hosts, only requests for those get any further.
fn own_hosts() -> impl Strategy<Value = Option<Vec<String>>> {
    let some = subsequence(&OWN_HOSTS[..], 1..=OWN_HOSTS.len()).prop_shuffle();
    let some = some.prop_map(|hosts| hosts.into_iter().map(str::to_owned).collect());
    prop_oneof![4 => Just(None), 1 => some.prop_map(Some)]
}

/// Configs of any kind, most of which build.
///
/// ```
/// use cors_core::Policy;
/// use cors_core::strategies::configs;
/// use proptest::prelude::*;
///
/// proptest!(|(config in configs())| {
///     if let Ok(policy) = Policy::new(&config) {
///         prop_assert_eq!(Policy::new(&policy.config())?, policy);
///     }
/// });
/// ```
pub fn configs() -> impl Strategy<Value = Config> + use<> {
    let lists = (list(&METHODS), list(&HEADERS), list(&EXPOSED));
    let flags = (prop::bool::weighted(0.4), any::<[bool; 3]>());
    let disallowed = prop_oneof![
        2 => Just(DisallowedOrigin::Forward),
        1 => Just(DisallowedOrigin::Forbid),
        1 => Just(DisallowedOrigin::ForbidUnsafe),
    ];
    let max_age = prop_oneof![8 => 0..=86_400u64, 1 => any::<u64>()];
    let status = prop_oneof![8 => 200..=299u16, 1 => any::<u16>()];
    let numbers = (prop::option::of(max_age), prop::option::of(status));
    let refusals = (disallowed, own_hosts());
    (allow_origins(), lists, flags, numbers, refusals, danger()).prop_map(
        |(allow_origins, lists, (credentials, flags), (max_age, status), refusals, danger)| {
            let (disallowed_origin, own_hosts) = refusals;
            let [private_network, goes_on, conceal] = flags;
            Config {
                allow_origins,
                allow_methods: lists.0,
                allow_headers: lists.1,
                expose_headers: lists.2,
                allow_credentials: credentials,
                max_age: max_age.map(Duration::from_secs),
                allow_private_network: private_network,
                preflight_status: status.filter(|_| !goes_on),
                preflight_continue: goes_on,
                disallowed_origin,
                own_hosts,
                refused_preflight: match conceal {
                    true => RefusedPreflight::Conceal,
                    false => RefusedPreflight::Explain,
                },
                danger,
            }
        },
    )
}

/// Policies: every [config](configs) that builds.
pub fn policies() -> impl Strategy<Value = Policy> + use<> {
    configs().prop_filter_map("the config is in error", |config| Policy::new(&config).ok())
}
