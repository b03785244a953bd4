//! Serialized origins: random ones, and those that match a policy's entries.

use super::regexes::origins_of_regexes;
use super::text;
use crate::engine::policy::Policy;
use crate::origin::pattern::{Pattern, Port};
use crate::origin::{MAX_LEN, default_port, write_ipv6};
use proptest::prelude::*;
use proptest::sample::select;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The origins of the small world, around the patterns of [`configs`](super::configs()).
const WORLD: [&str; 15] = [
    "https://a.test",
    "https://b.a.test",
    "https://a.test:8443",
    "https://c.b.a.test",
    "http://a.test",
    "http://b.a.test",
    "https://ba.test",
    "https://a.test.",
    "https://b.test",
    "https://x.b.test",
    "https://x.b.test:81",
    "https://evil.test",
    "http://localhost",
    "http://localhost:3000",
    "tauri://localhost",
];

const SCHEMES: [&str; 6] = ["https", "http", "tauri", "capacitor", "chrome-extension", "app"];

/// Serialized origins, as browsers send them: tuple origins with many schemes, hosts and ports, and
/// sometimes `null`.
///
/// [HTML, serialization of an origin](https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin)
pub fn origins() -> impl Strategy<Value = String> + use<> {
    prop_oneof![9 => tuple_origins(), 1 => Just("null".to_owned())]
}

fn tuple_origins() -> impl Strategy<Value = String> + use<> {
    let scheme = prop_oneof![4 => Just("https"), 2 => Just("http"), 1 => select(&SCHEMES[..])];
    let anywhere = (scheme, host(), port())
        .prop_map(|(scheme, host, port)| format!("{scheme}://{host}{}", colon(scheme, port)));
    prop_oneof![1 => text(&WORLD), 1 => anywhere]
}

fn host() -> impl Strategy<Value = String> {
    let label = prop_oneof![
        2 => text(&["a", "b", "www", "api", "evil", "xn--mnchen-3ya", "a_b"]),
        1 => "[a-z0-9]([a-z0-9_-]{0,8}[a-z0-9])?",
    ];
    // The last label is not a number, which would make the host an IPv4 address.
    let domain =
        text(&["test", "example.com", "com", "co.uk", "github.io", "localhost", "intranet"]);
    let name = (prop::collection::vec(label, 0..4), domain).prop_map(|(labels, domain)| {
        labels.into_iter().chain([domain]).collect::<Vec<_>>().join(".")
    });
    let v4 = prop_oneof![Just(Ipv4Addr::LOCALHOST), any::<u32>().prop_map(Ipv4Addr::from)];
    let v6 = prop_oneof![Just(Ipv6Addr::LOCALHOST), any::<u128>().prop_map(Ipv6Addr::from)];
    let v6 = v6.prop_map(|address| {
        let mut host = String::from("[");
        write_ipv6(address, &mut host).expect("writing to a String cannot fail");
        host + "]"
    });
    prop_oneof![8 => name, 1 => v4.prop_map(|address| address.to_string()), 1 => v6]
}

fn port() -> impl Strategy<Value = Option<u16>> {
    prop_oneof![
        4 => Just(None),
        2 => select(&[3000, 8443, 80, 443][..]).prop_map(Some),
        1 => any::<u16>().prop_map(Some),
    ]
}

/// The port as a serializer writes it: empty if it is the scheme's default.
fn colon(scheme: &str, port: Option<u16>) -> String {
    let port = port.filter(|port| default_port(scheme) != Some(*port));
    port.map_or_else(String::new, |port| format!(":{port}"))
}

/// Origins that match entries of the policy: one to three labels for `*.`, a port or none for `:*`,
/// some matches of a regular expression, and any origin for `*`.
///
/// Closures are ignored. A policy with nothing else gets random origins, allowed or not.
///
/// ```
/// use cors_core::{Policy, strategies::origins_of};
/// use proptest::prelude::*;
///
/// let policy = Policy::builder().allow_origins(["https://*.example.com"]).build()?;
/// proptest!(|(origin in origins_of(&policy))| {
///     prop_assert!(origin.starts_with("https://") && origin.ends_with(".example.com"));
/// });
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
pub fn origins_of(policy: &Policy) -> impl Strategy<Value = String> + use<> {
    let compiled = policy.compiled();
    if compiled.reflects() && !compiled.danger.allow_null_origin {
        return tuple_origins().boxed();
    }
    let patterns: Vec<String> = compiled.origins.patterns.iter().map(str::to_owned).collect();
    let of_patterns = (!patterns.is_empty()).then(|| origins_of_patterns(patterns));
    match (of_patterns, origins_of_regexes(policy)) {
        (Some(patterns), Some(regexes)) => prop_oneof![2 => patterns, 1 => regexes].boxed(),
        (Some(patterns), None) => patterns.boxed(),
        (None, Some(regexes)) => regexes,
        (None, None) => origins().boxed(),
    }
}

fn origins_of_patterns(patterns: Vec<String>) -> impl Strategy<Value = String> {
    let label = prop_oneof![text(&["a", "b", "www", "x-1"]), "[a-z0-9_]{1,8}"];
    let labels = prop::collection::vec(label, 1..=3).prop_map(|labels| labels.join("."));
    (select(patterns), labels, port())
        .prop_map(|(pattern, labels, port)| instance(&pattern, &labels, port))
}

/// An origin that matches a pattern, with these labels and this port in place of wildcards.
pub(crate) fn instance(pattern: &str, labels: &str, port: Option<u16>) -> String {
    let (scheme, subdomains, host, wanted) = match Pattern::parse(pattern) {
        Ok(Pattern::Tuple { scheme, subdomains, host, port }) => (scheme, subdomains, host, port),
        Ok(Pattern::AnyHost { scheme }) => {
            let origin = format!("{scheme}://{labels}");
            return if origin.len() > MAX_LEN { format!("{scheme}://a") } else { origin };
        }
        Ok(Pattern::Null) | Err(_) => return pattern.to_owned(),
    };
    let write = |labels: &str, port| {
        let labels = if subdomains { format!("{labels}.") } else { String::new() };
        let port = match wanted {
            Port::Exact(port) => port.to_owned(),
            Port::Any => colon(scheme, port),
        };
        format!("{scheme}://{labels}{host}{port}")
    };
    let origin = write(labels, port);
    // For the longest patterns, only the shortest instance fits.
    if origin.len() > MAX_LEN { write("a", None) } else { origin }
}
