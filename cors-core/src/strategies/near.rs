//! Origins that almost match an entry of a policy.

use crate::engine::policy::Policy;
use crate::origin::default_port;
use crate::origin::pattern::{Pattern, Port};
use crate::origin::punycode;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Values of an `Origin` header that almost match one of the policy's patterns. Another entry may
/// still allow one.
///
/// They have a label removed or added at either end, garbage before or after the host, another
/// scheme or port, the default port spelled out, upper case, a trailing dot, an empty label,
/// `null`, user info, a path, white space, percent-escapes, two origins, or lookalike letters and
/// their Punycode. Each is a valid header value in UTF-8. If the policy has no patterns, they are
/// near `https://example.com`.
pub fn near_misses(policy: &Policy) -> impl Strategy<Value = String> + use<> {
    around(policy.compiled().origins.patterns.iter().map(str::to_owned).collect())
}

/// The same for any patterns.
pub(crate) fn around(mut patterns: Vec<String>) -> impl Strategy<Value = String> + use<> {
    if patterns.is_empty() {
        patterns.push("https://example.com".to_owned());
    }
    (select(patterns), any::<Index>())
        .prop_map(|(pattern, index)| index.get(&misses(&pattern)).clone())
}

/// All near misses of one pattern, plain ones first.
pub(crate) fn misses(pattern: &str) -> Vec<String> {
    let (scheme, subdomains, host, port) = match Pattern::parse(pattern) {
        Ok(Pattern::Tuple { scheme, subdomains, host, port }) => (scheme, subdomains, host, port),
        Ok(Pattern::AnyHost { scheme }) => {
            let near = ["x://a", "://a:81", "://", "://a/", "://a b", ":a", ":/a", "://u@a"];
            let schemes = ["https://a", "http://a", "//a", "a", "null"].map(str::to_owned);
            let others = [format!("x{scheme}://a"), format!("{}://a", scheme.to_ascii_uppercase())];
            let near = near.map(|rest| format!("{scheme}{rest}"));
            return near.into_iter().chain(others).chain(schemes).collect();
        }
        Ok(Pattern::Null) | Err(_) => {
            let near =
                ["https://null", "NULL", "nul", "nulll", "\"null\"", "null, null", "undefined", ""];
            return near.map(str::to_owned).into();
        }
    };
    let labels = if subdomains { "x." } else { "" };
    let (colon, any_port) = match port {
        Port::Exact(colon) => (colon, false),
        Port::Any => ("", true),
    };
    let plain = format!("{scheme}://{labels}{host}{colon}");
    let with_host = |host: &str| format!("{scheme}://{labels}{host}{colon}");
    let with_port = |port: &str| format!("{scheme}://{labels}{host}:{port}");

    // Browsers could send these.
    let mut misses = vec![
        with_host(&format!("evil{host}")),
        with_host(&format!("{host}.evil.test")),
        with_host(&format!("{host}evil")),
        if subdomains {
            format!("{scheme}://{host}{colon}")
        } else {
            with_host(&format!("x.{host}"))
        },
        with_host(&format!("{host}.")),
        "null".to_owned(),
    ];
    let other_schemes = ["http", "https", "app"].into_iter().filter(|other| *other != scheme);
    misses.extend(other_schemes.map(|other| format!("{other}://{labels}{host}{colon}")));
    let other_ports =
        ["8443", "80", "0"].into_iter().filter(|port| colon.strip_prefix(':') != Some(port));
    misses.extend(other_ports.filter(|_| !any_port).map(with_port));
    if let Some((first, rest)) = host.split_once('.') {
        misses.extend([with_host(rest), with_host(first)]);
    }
    if let Some((rest, _)) = host.rsplit_once('.') {
        misses.push(with_host(rest));
    }
    misses.push(with_host(&host[1..]));
    let alike = look_alikes(host);
    let ascii =
        |host: &String| host.split('.').map(punycode::to_ascii).collect::<Vec<_>>().join(".");
    misses.extend(alike.iter().map(ascii).map(|host| with_host(&host)));

    // No browser sends these.
    misses.extend(alike.iter().filter(|host| !host.is_ascii()).map(|host| with_host(host)));
    misses.extend([
        with_host(&host.to_ascii_uppercase()),
        plain.to_ascii_uppercase(),
        with_host(&format!(".{host}")),
        with_host(&host.replacen('.', "..", 1)),
        format!("{scheme}://.{host}{colon}"),
        with_host(&format!("%{:02x}{}", host.as_bytes()[0], &host[1..])),
        with_host(&host.replacen('.', "%2e", 1)),
        with_port(&default_port(scheme).map_or("00".to_owned(), |port| port.to_string())),
        with_port(""),
        with_port("*"),
        with_port("65536"),
        format!("{scheme}://user@{labels}{host}{colon}"),
        format!("{scheme}://{labels}{host}{colon}@evil.test"),
        format!("{plain}/"),
        format!("{plain}/path"),
        format!("{plain}?query"),
        format!("{plain}#fragment"),
        format!("{plain}\\"),
        format!("{scheme}://evil.test/{plain}"),
        format!("{scheme}://evil.test#.{host}{colon}"),
        format!("{scheme}:/{labels}{host}{colon}"),
        format!("//{labels}{host}{colon}"),
        format!("{labels}{host}{colon}"),
        format!(" {plain}"),
        format!("{plain}\t"),
        format!("{scheme}:// {labels}{host}{colon}"),
        format!("{plain} {plain}"),
        format!("{plain},{plain}"),
        format!("{plain}, https://evil.test"),
    ]);
    // Some changes have no effect: an address has no upper case, a bare name no dot.
    misses.retain(|miss| *miss != plain);
    misses
}

/// The host with one letter replaced by a lookalike, for each pair of lookalikes.
fn look_alikes(host: &str) -> Vec<String> {
    const PAIRS: [(&str, &str); 10] = [
        ("a", "\u{430}"),
        ("e", "\u{435}"),
        ("o", "\u{43e}"),
        ("c", "\u{441}"),
        ("p", "\u{440}"),
        ("i", "\u{131}"),
        ("o", "0"),
        ("l", "1"),
        ("m", "rn"),
        (".", "\u{3002}"),
    ];
    let replaced = PAIRS.iter().map(|(letter, like)| host.replacen(letter, like, 1));
    replaced.filter(|like| like != host).collect()
}
