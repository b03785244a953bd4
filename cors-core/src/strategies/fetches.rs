//! Fetches by scripts, and what else makes requests.

use super::{near_misses, origins, origins_of, text};
use crate::browser::{Body, CredentialsMode, Fetch, Initiator, Mode, RedirectMode};
use crate::engine::policy::Policy;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const URLS: [&str; 3] =
    ["https://api.example/", "https://api.example/item/1?q#f", "https://api.example:8443/"];

/// URLs of other servers, of the page's own, and URLs that browsers never fetch.
const OTHER_URLS: [&str; 8] = [
    "https://a.test/",
    "http://localhost:3000/",
    "https://b.a.test/",
    "http://api.example/",
    "https://api.example:6000/",
    "https://u:p@api.example/",
    "ftp://api.example/",
    "//",
];

const METHODS: [&str; 12] = [
    "GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "patch", "put", "QUERY", "OPTIONS", "TRACE",
    "a b",
];

/// Headers that are CORS-safelisted, that are not (some only because of their value), and that are
/// never sent.
const HEADERS: [(&str, &str); 16] = [
    ("x-a", "1"),
    ("accept", "text/html"),
    ("content-type", "text/plain"),
    ("content-type", "application/json"),
    ("authorization", "Bearer x"),
    ("X-B", ""),
    ("x-bb", "1"),
    ("accept-language", "en"),
    ("accept-language", "en_US"),
    ("accept", "text/html(1)"),
    ("range", "bytes=0-"),
    ("range", "bytes=-1"),
    ("cookie", "a=b"),
    ("origin", "https://a.test"),
    ("x-\u{e9}", "1"),
    ("x-a", "\u{20ac}"),
];

/// Fetches of any kind and [`Initiator`], by pages of any origin, mostly from `https://api.example`, which has no
/// pages.
pub fn fetches() -> impl Strategy<Value = Fetch> + use<> {
    fetches_with(origins(), Vec::new(), Vec::new())
}

/// Fetches by pages whose origins match the policy or nearly do, with the policy's methods and
/// headers and others.
///
/// ```
/// use cors_core::explain::explain;
/// use cors_core::strategies::{fetches_near, policies};
/// use proptest::prelude::*;
///
/// proptest!(|((policy, fetch) in policies().prop_flat_map(|policy| {
///     let fetches = fetches_near(&policy);
///     (Just(policy), fetches)
/// }))| {
///     let explanation = explain(&policy, &fetch);
///     // What cannot be read for a known reason has a fix.
///     prop_assert!(explanation.failed().is_none() || explanation.fix().is_some());
/// });
/// ```
pub fn fetches_near(policy: &Policy) -> impl Strategy<Value = Fetch> + use<> {
    let pages = prop_oneof![3 => origins_of(policy), 1 => near_misses(policy)];
    let config = policy.config();
    fetches_with(pages, config.allow_methods, config.allow_headers)
}

/// With these methods and headers in addition to those of the small world.
fn fetches_with(
    pages: impl Strategy<Value = String>,
    mut methods: Vec<String>,
    mut headers: Vec<String>,
) -> impl Strategy<Value = Fetch> {
    methods.retain(|method| method != "*");
    methods.insert(0, METHODS[0].to_owned());
    headers.retain(|name| name != "*");
    headers.push("x-a".to_owned());
    let name = (select(headers), any::<bool>()).prop_map(|(name, upper)| match upper {
        true => name.to_ascii_uppercase(),
        false => name,
    });
    let header = prop_oneof![
        1 => name.prop_map(|name| (name, "1".to_owned())),
        2 => select(&HEADERS[..]).prop_map(|(name, value)| (name.to_owned(), value.to_owned())),
        // Too long to be safelisted.
        1 => (120..140usize).prop_map(|len| ("accept".to_owned(), "a".repeat(len))),
    ];
    let headers = prop_oneof![1 => Just(Vec::new()), 1 => vec(header, 0..4)];
    let method = prop_oneof![select(methods), text(&METHODS)];
    let url = prop_oneof![9 => text(&URLS), 1 => text(&OTHER_URLS)];
    let credentials =
        select(&[CredentialsMode::SameOrigin, CredentialsMode::Include, CredentialsMode::Omit][..]);
    let mode =
        prop_oneof![8 => Just(Mode::Cors), 1 => Just(Mode::NoCors), 1 => Just(Mode::SameOrigin)];
    let redirect = prop_oneof![
        8 => Just(RedirectMode::Follow),
        1 => Just(RedirectMode::Error),
        1 => Just(RedirectMode::Manual),
    ];
    let body = prop_oneof![6 => Just(Body::None), 1 => select(&[Body::Text, Body::Bytes, Body::Stream][..])];
    let initiator = prop_oneof![3 => Just(Initiator::Fetch), 1 => select(&Initiator::ALL[..])];
    let rest = (credentials, mode, redirect, body, prop::bool::weighted(0.1), initiator);
    (pages, url, method, headers, rest).prop_map(|(origin, url, method, headers, rest)| {
        let (credentials, mode, redirect, body, upload_listener, initiator) = rest;
        Fetch { headers, upload_listener, initiator, ..Fetch::new(origin, url) }
            .method(method)
            .credentials(credentials)
            .mode(mode)
            .redirect(redirect)
            .body(body)
    })
}
