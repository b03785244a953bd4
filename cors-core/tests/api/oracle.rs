//! The compiled sets compared with slow, obvious ones, on generated input.

use crate::cases::cases;
use crate::support::request;
use cors_core::{Decision, MAX_ORIGIN_LEN, Origin, Policy, Reason};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Whether one pattern matches, directly by the documentation.
pub(crate) fn matches(pattern: &str, origin: &str) -> bool {
    if origin.len() > MAX_ORIGIN_LEN {
        return false;
    }
    if !pattern.contains('*') {
        return pattern == origin;
    }
    if Origin::parse(origin.as_bytes()).is_err() {
        return false;
    }
    if let Some(scheme) = pattern.strip_suffix("://*") {
        return origin.starts_with(&format!("{scheme}://")) && origin == without_port(origin);
    }
    let (pattern, origin) = match pattern.strip_suffix(":*") {
        Some(pattern) => (pattern, without_port(origin)),
        None => (pattern, origin.to_owned()),
    };
    let Some((scheme, domain)) = pattern.split_once("*.") else { return pattern == origin };
    let Some(host_and_port) = origin.strip_prefix(scheme) else { return false };
    let Some(labels) = host_and_port.strip_suffix(&format!(".{domain}")) else { return false };
    !labels.contains(':') && labels.split('.').all(|label| !label.is_empty())
}

fn without_port(origin: &str) -> String {
    let origin = Origin::parse(origin.as_bytes()).unwrap();
    format!("{}://{}", origin.scheme(), origin.host())
}

fn host() -> impl Strategy<Value = String> {
    vec(select(&["a", "b", "aa", "x-y", "test", "com", "xn--a"][..]), 1..5)
        .prop_map(|labels| labels.join("."))
}

fn pattern() -> impl Strategy<Value = String> {
    let scheme = select(&["https", "http", "app"][..]);
    let star = select(&["", "", "*."][..]);
    let port = select(&["", "", ":81", ":*"][..]);
    let tuple = (scheme, star, host(), port)
        .prop_map(|(scheme, star, host, port)| format!("{scheme}://{star}{host}{port}"));
    prop_oneof![8 => tuple, 1 => text(&["app://*", "app://.", "app://A.b", "x-app://*"])]
}

fn text(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(of).prop_map(str::to_owned)
}

/// Matches, near misses, and texts that are not origins.
fn origin() -> impl Strategy<Value = String> {
    let port = select(&["", "", ":81", ":82", ":443", ":*", ":"][..]);
    let before =
        select(&["", "", "", "a.", "z.", "evil", ".", "a..", "*.", "A.", "u@", "%61."][..]);
    let after = select(&["", "", "", "", ".", "/", ".evil", " "][..]);
    let scheme = select(&["https", "https", "http", "app", "x-app", "HTTPS"][..]);
    (scheme, before, host(), after, port).prop_map(|(scheme, before, host, after, port)| {
        format!("{scheme}://{before}{host}{after}{port}")
    })
}

/// The names of a list, by the letter of RFC 9110, 5.6.1.2.
fn names(lines: &[String]) -> Vec<String> {
    let all = lines.join(",");
    let names = all.split(',').map(|name| name.trim_matches([' ', '\t']).to_ascii_lowercase());
    names.filter(|name| !name.is_empty()).collect()
}

pub(crate) fn serialized(url: &url::Url) -> Option<String> {
    if ["http", "https", "ws", "wss", "ftp"].contains(&url.scheme()) {
        return Some(url.origin().ascii_serialization());
    }
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    Some(format!("{}://{}{port}", url.scheme(), url.host_str()?))
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn origins(patterns in vec(pattern(), 1..8), others in vec(origin(), 1..20)) {
        let policy = Policy::builder().allow_origins(&patterns).allow_methods(["X"]).build().unwrap();
        for origin in others.iter().chain(&patterns) {
            let line = format!("origin: {origin}");
            let allowed = policy.decide(&request("GET", &[&line])) == Decision::Simple;
            // Trailing spaces of a header value are lost on the way.
            let wanted = patterns.iter().any(|pattern| matches(pattern, origin));
            prop_assert_eq!(allowed, wanted, "{:?} {:?}", patterns, origin);
        }
    }

    #[test]
    fn an_exact_pattern_matches_itself_as_a_request(patterns in vec(pattern(), 1..8)) {
        for pattern in patterns.iter().filter(|pattern| !pattern.contains('*')) {
            let policy = Policy::builder().allow_origins([pattern]).build().unwrap();
            let line = format!("origin: {pattern}");
            let request = request("GET", &[&line]);
            prop_assert_eq!(policy.decide(&request), Decision::Simple);
            prop_assert!(Origin::parse(pattern.as_bytes()).is_ok());
        }
    }

    #[test]
    fn header_lists(
        listed in proptest::sample::subsequence(&["x-a", "x-b", "x-long-name", "y", "accept"][..], 0..=5),
        lines in vec("[xXaAbBy ,\t-]{0,12}|x-long-name|ACCEPT,,y| x-a\t", 0..5),
    ) {
        let policy = Policy::builder().allow_origins(["*"]).allow_headers(&listed).build().unwrap();
        let mut head = vec!["origin: null".to_owned(), "access-control-request-method: GET".to_owned()];
        head.extend(lines.iter().map(|line| format!("access-control-request-headers: {line}")));
        let head: Vec<&str> = head.iter().map(String::as_str).collect();
        let request = request("OPTIONS", &head);
        let refused = names(&lines).into_iter().find(|name| !listed.contains(&name.as_str()));
        match (policy.decide(&request), refused) {
            (Decision::Preflight, None) => {}
            (Decision::Reject(Reason::HeaderNotAllowed(found)), Some(name)) => {
                prop_assert_eq!(found.to_ascii_lowercase(), name.as_bytes());
            }
            (decision, refused) => prop_assert!(false, "{:?} where {:?} is refused", decision, refused),
        }
    }

    /// A text parses as an origin if and only if the URL Standard's own serializer returns it,
    /// except for labels that start with `xn--`, which are not decoded. For schemes that are not
    /// special, the standard serializes the host and leaves origins to browsers.
    #[test]
    fn the_host_grammar_is_that_of_urls(
        scheme in select(&["http", "https", "ws", "wss", "ftp", "app", "x-y+z.1"][..]),
        host in "[a-zA-Z0-9_.~!$&'()*+,;=`{}\"<>^|%# -]{1,12}|[0-9a-fx]{1,3}(\\.[0-9a-fx]{1,3}){0,4}\\.?|\\[[0-9a-fA-F:.]{2,20}\\]|[a-z]{1,5}(\\.[a-z]{0,3}){0,3}",
        port in select(&["", "", ":80", ":443", ":21", ":0", ":081", ":65535", ":65536", ":"][..]),
    ) {
        prop_assume!(!host.to_ascii_lowercase().contains("xn--"));
        let text = format!("{scheme}://{host}{port}");
        let by_url = url::Url::parse(&text).ok().and_then(|url| serialized(&url));
        prop_assert_eq!(Origin::parse(text.as_bytes()).is_ok(), by_url.as_ref() == Some(&text), "{}: {:?}", text, by_url);
    }
}
