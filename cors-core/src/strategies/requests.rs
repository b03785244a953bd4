//! Requests as a server receives them, and headers as an attacker may send them.

use super::{origins, text};
use crate::engine::request::RequestHeader;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// `Origin` headers that no browser sends.
const MALFORMED: [&str; 7] = [
    "https://A.test",
    "https://a.test/",
    "https://a.test:443",
    "https://.a.test",
    "https://u@a.test",
    "NULL",
    "",
];

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "OPTIONS", "HEAD"];
const ASKED_METHODS: [&str; 8] = ["PUT", "PATCH", "patch", "GET", "DELETE", "TRACE", "a b", ""];
const ASKED_HEADERS: [&str; 8] =
    ["x-a", "content-type", "X-A", "x-b", "authorization", "x-bb", "*", "x c"];

const HOSTS: [&str; 5] = ["api.example", "A.test:443", "localhost:3000", "evil.example", ""];

/// A header and the values of its lines.
type Lines = (RequestHeader, Vec<String>);

fn origin() -> impl Strategy<Value = String> {
    prop_oneof![4 => origins(), 1 => text(&MALFORMED)]
}

fn names() -> impl Strategy<Value = String> {
    let names = prop_oneof![6 => select(&ASKED_HEADERS[..]), 1 => Just("")];
    vec(names, 0..4).prop_map(|names| names.join(", "))
}

/// No line or one, rarely two.
fn lines(
    header: RequestHeader,
    value: impl Strategy<Value = String>,
) -> impl Strategy<Value = Lines> {
    let count = prop_oneof![2 => Just(0usize), 5 => Just(1), 1 => Just(2)];
    (count, vec(value, 2)).prop_map(move |(count, mut values)| {
        values.truncate(count);
        (header, values)
    })
}

fn one(
    header: RequestHeader,
    value: impl Strategy<Value = String>,
) -> impl Strategy<Value = Lines> {
    value.prop_map(move |value| (header, vec![value]))
}

fn uri() -> impl Strategy<Value = Uri> {
    let uris =
        ["/", "/item/1?q", "https://api.example/", "https://a.test/", "http://localhost:3000/"];
    prop_oneof![2 => Just("/"), 1 => select(uris.to_vec())].prop_map(Uri::from_static)
}

fn request(method: Method, uri: Uri, headers: impl IntoIterator<Item = Lines>) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    for (header, values) in headers {
        let name = HeaderName::from_static(header.as_str());
        for value in values.iter().filter_map(|value| HeaderValue::from_str(value).ok()) {
            request.headers_mut().append(&name, value);
        }
    }
    request
}

/// Requests of any kind: CORS or not, preflight or not, with any of the headers that a policy
/// reads, sometimes twice.
pub fn requests() -> impl Strategy<Value = Request<()>> + use<> {
    let method = prop_oneof![2 => select(&METHODS[..]), 1 => Just("OPTIONS")];
    let headers = (
        lines(RequestHeader::Origin, origin()),
        lines(RequestHeader::RequestMethod, text(&ASKED_METHODS)),
        lines(RequestHeader::RequestHeaders, names()),
        lines(RequestHeader::RequestPrivateNetwork, text(&["true", "false"])),
        lines(RequestHeader::FetchSite, text(&["cross-site", "same-site", "same-origin", "none"])),
        lines(RequestHeader::Host, text(&HOSTS)),
    );
    (method, uri(), headers).prop_map(|(method, uri, h)| {
        let method = Method::from_bytes(method.as_bytes()).expect("each is a token");
        request(method, uri, [h.0, h.1, h.2, h.3, h.4, h.5])
    })
}

/// Preflights from any origin, for any method and headers.
///
/// [Fetch, CORS-preflight request](https://fetch.spec.whatwg.org/#cors-preflight-request)
pub fn preflights() -> impl Strategy<Value = Request<()>> + use<> {
    let headers = (
        one(RequestHeader::Origin, origin()),
        one(RequestHeader::RequestMethod, text(&ASKED_METHODS)),
        lines(RequestHeader::RequestHeaders, names()),
        lines(RequestHeader::RequestPrivateNetwork, text(&["true"])),
    );
    (uri(), headers).prop_map(|(uri, h)| request(Method::OPTIONS, uri, [h.0, h.1, h.2, h.3]))
}

/// Anything that HTTP can carry in the headers that a policy reads: lines that are repeated, empty,
/// very long (sometimes up to 64 KiB), full of commas, or not ASCII.
///
/// ```
/// use cors_core::Policy;
/// use cors_core::strategies::hostile_headers;
/// use proptest::prelude::*;
///
/// proptest!(|(headers in hostile_headers())| {
///     let mut request = http::Request::new(());
///     *request.headers_mut() = headers;
///     let policy = Policy::for_origins(["https://app.example.com"]).build().unwrap();
///     // It does not panic.
///     let _ = policy.decide(&request);
/// });
/// ```
pub fn hostile_headers() -> impl Strategy<Value = HeaderMap> + use<> {
    const NAMES: [&str; 6] = [
        RequestHeader::Origin.as_str(),
        RequestHeader::RequestMethod.as_str(),
        RequestHeader::RequestHeaders.as_str(),
        RequestHeader::RequestPrivateNetwork.as_str(),
        RequestHeader::FetchSite.as_str(),
        "host",
    ];
    let count = prop_oneof![4 => Just(1usize), 2 => Just(0), 1 => 2..4usize, 1 => 4..40usize];
    let lines = (vec(hostile_value(), 1..4), count)
        .prop_map(|(values, count)| values.into_iter().cycle().take(count).collect::<Vec<_>>());
    vec(lines, NAMES.len()).prop_map(|lines| {
        let mut headers = HeaderMap::new();
        for (name, values) in NAMES.into_iter().zip(lines) {
            for value in values {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        headers
    })
}

fn hostile_value() -> impl Strategy<Value = HeaderValue> {
    const LONGEST: usize = 64 << 10;
    let byte = || prop_oneof![1 => Just(b'\t'), 6 => 32..=126u8, 3 => 128..=255u8];
    let plausible =
        prop_oneof![origin(), text(&ASKED_METHODS), names()].prop_map(String::into_bytes);
    let times = |part: Vec<u8>, times: usize| part.repeat(times.min(LONGEST / part.len().max(1)));
    let list = prop_oneof![
        Just(b",".to_vec()),
        Just(b" ,\t".to_vec()),
        Just(b"x-a,".to_vec()),
        vec(byte(), 1..8),
    ];
    prop_oneof![
        6 => plausible,
        3 => vec(byte(), 0..40),
        1 => Just(Vec::new()),
        2 => (list.clone(), 1..40usize).prop_map(move |(part, count)| times(part, count)),
        1 => (list, 1..=LONGEST).prop_map(move |(part, count)| times(part, count)),
    ]
    .prop_map(|bytes| HeaderValue::from_bytes(&bytes).expect("no control characters but the tab"))
}
