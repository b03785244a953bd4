//! Origins that almost match a pattern, and the mistake in a server's check that lets each one in.

use crate::origin::pattern::{Pattern, Port};
use crate::origin::{Origin, default_port, public_suffix, punycode};

/// An origin that almost matches another, or a pattern. [`near_misses`] makes them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NearMiss {
    /// The value of the `Origin` header.
    pub origin: String,
    /// How it differs.
    pub kind: NearMissKind,
}

/// How a [`NearMiss`] differs, and with it what a server that takes it does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NearMissKind {
    /// `https://evilexample.com`: the server looks at the end alone.
    Suffix,
    /// `https://example.com.evil.test`: the server looks at the start alone.
    Prefix,
    /// `https://evilexample.com.evil.test`: the server looks for the host anywhere.
    Substring,
    /// `https://appxexample.com`: in a regular expression, a `.` that matches any character.
    UnescapedDot,
    /// `https://evil.example.com`: a subdomain.
    Subdomain,
    /// `https://com`: the domain above.
    Parent,
    /// `http://example.com`: another scheme.
    Scheme,
    /// `https://example.com:8443`: another port.
    Port,
    /// `null`: the origin of sandboxed frames and files.
    Null,
    /// `https://example.com.`: a different host for browsers.
    TrailingDot,
    /// `https://xample.com`: a part is missing.
    Cut,
    /// `https://examp1e.com`: letters that look alike, in ASCII or Punycode.
    LookAlike,
    /// `https://.example.com`: another host that browsers could send.
    Other,
    /// No browser sends this.
    Malformed,
}

/// Origins that almost match an origin or a pattern of a policy, those that browsers send first.
///
/// They have a label removed or added at either end, other text before or after the host, a letter
/// in place of a dot, another scheme or port, or lookalike letters. [`NearMissKind::Malformed`]
/// ones have the default port spelled out, upper case, user info, a path, white
/// space, percent-escapes, or are two origins. Each is a valid header value in UTF-8.
///
/// ```
/// use cors_core::browser::{NearMiss, NearMissKind, near_misses};
///
/// let misses: Vec<NearMiss> = near_misses("https://app.example.com");
/// let of = |kind| misses.iter().find(|miss| miss.kind == kind).map(|miss| &*miss.origin);
/// assert_eq!(of(NearMissKind::Suffix), Some("https://evilapp.example.com"));
/// assert_eq!(of(NearMissKind::Prefix), Some("https://app.example.com.evil.test"));
/// assert_eq!(of(NearMissKind::UnescapedDot), Some("https://appxexample.com"));
/// ```
pub fn near_misses(pattern: &str) -> Vec<NearMiss> {
    let mut misses = match Pattern::parse(pattern) {
        Ok(Pattern::Tuple { scheme, subdomains, host, port }) => {
            of_tuple(scheme, subdomains, host, port)
        }
        Ok(Pattern::AnyHost { scheme }) => of_any_host(scheme),
        Ok(Pattern::Null) | Err(_) => of_null(),
    };
    // An address has no labels to add or cut, and schemes of apps take almost any host.
    for miss in &mut misses {
        let is_sent = miss.origin == "null" || Origin::parse(miss.origin.as_bytes()).is_ok();
        match (is_sent, miss.kind) {
            (true, NearMissKind::Malformed) => miss.kind = NearMissKind::Other,
            (false, _) => miss.kind = NearMissKind::Malformed,
            (true, _) => {}
        }
    }
    misses
}

impl<'a> Origin<'a> {
    /// The domain that its owner registered: `example.co.uk` for `https://app.example.co.uk`. IP
    /// addresses and public suffixes have none.
    ///
    /// [URL, registrable domain](https://url.spec.whatwg.org/#host-registrable-domain)
    ///
    /// ```
    /// use cors_core::Origin;
    ///
    /// let origin = Origin::parse(b"https://app.example.co.uk:8443").unwrap();
    /// assert_eq!(origin.registrable_domain(), Some("example.co.uk"));
    /// assert_eq!(Origin::parse(b"https://127.0.0.1").unwrap().registrable_domain(), None);
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "browser")))]
    pub fn registrable_domain(&self) -> Option<&'a str> {
        public_suffix::registrable_domain(self.host())
    }
}

fn near(kind: NearMissKind) -> impl Fn(String) -> NearMiss {
    move |origin| NearMiss { origin, kind }
}

fn of_any_host(scheme: &str) -> Vec<NearMiss> {
    let rests = ["x://a", "://", "://a/", "://a b", ":a", ":/a", "://u@a"];
    let others = [format!("x{scheme}://a"), format!("{}://a", scheme.to_ascii_uppercase())];
    let schemes = ["https://a", "http://a", "//a", "a"].map(str::to_owned);
    let near_scheme = rests.map(|rest| format!("{scheme}{rest}")).into_iter().chain(others);
    near_scheme
        .chain(schemes)
        .map(near(NearMissKind::Scheme))
        .chain([
            near(NearMissKind::Port)(format!("{scheme}://a:81")),
            near(NearMissKind::Null)("null".to_owned()),
        ])
        .collect()
}

fn of_null() -> Vec<NearMiss> {
    let near = ["https://null", "NULL", "nul", "nulll", "\"null\"", "null, null", "undefined", ""];
    near.map(|origin| NearMiss { origin: origin.to_owned(), kind: NearMissKind::Scheme }).into()
}

fn of_tuple(scheme: &str, subdomains: bool, host: &str, port: Port<'_>) -> Vec<NearMiss> {
    use NearMissKind::{
        Cut, LookAlike, Malformed, Null, Parent, Prefix, Scheme, Subdomain, Substring, Suffix,
        TrailingDot, UnescapedDot,
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
        near(Suffix)(with_host(&format!("evil{host}"))),
        near(Prefix)(with_host(&format!("{host}.evil.test"))),
        near(Prefix)(with_host(&format!("{host}evil"))),
        if subdomains {
            near(Parent)(format!("{scheme}://{host}{colon}"))
        } else {
            near(Subdomain)(with_host(&format!("evil.{host}")))
        },
        near(TrailingDot)(with_host(&format!("{host}."))),
        near(Null)("null".to_owned()),
    ];
    let other_schemes = ["http", "https", "app"].into_iter().filter(|other| *other != scheme);
    misses.extend(
        other_schemes.map(|other| format!("{other}://{labels}{host}{colon}")).map(near(Scheme)),
    );
    let other_ports =
        ["8443", "80", "0"].into_iter().filter(|port| colon.strip_prefix(':') != Some(port));
    misses.extend(other_ports.filter(|_| !any_port).map(with_port).map(near(NearMissKind::Port)));
    if let Some((first, rest)) = host.split_once('.') {
        misses.extend([near(Parent)(with_host(rest)), near(Cut)(with_host(first))]);
    }
    if let Some((rest, _)) = host.rsplit_once('.') {
        misses.push(near(Cut)(with_host(rest)));
    }
    misses.push(near(Cut)(with_host(&host[1..])));
    misses.push(near(Substring)(with_host(&format!("evil{host}.evil.test"))));
    let dots = host.match_indices('.').map(|(dot, _)| [&host[..dot], "x", &host[dot + 1..]]);
    misses.extend(dots.map(|parts| with_host(&parts.concat())).map(near(UnescapedDot)));
    let alike = look_alikes(host);
    let ascii =
        |host: &String| host.split('.').map(punycode::to_ascii).collect::<Vec<_>>().join(".");
    misses.extend(alike.iter().map(ascii).map(|host| with_host(&host)).map(near(LookAlike)));

    // No browser sends these.
    let unicode = alike.iter().filter(|host| !host.is_ascii()).map(|host| with_host(host));
    misses.extend(unicode.map(near(Malformed)));
    misses.extend(
        [
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
        ]
        .map(near(Malformed)),
    );
    // Some changes have no effect: an address has no upper case, a bare name no dot.
    misses.retain(|miss| miss.origin != plain);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_malformed_are_no_origins() {
        for pattern in [
            "https://app.example.com",
            "https://*.example.com",
            "http://localhost:3000",
            "http://localhost:*",
            "https://127.0.0.1",
            "https://[::1]:81",
            "app://.",
            "moz-extension://*",
            "null",
        ] {
            for NearMiss { origin, kind } in near_misses(pattern) {
                let is_origin = origin == "null" || Origin::parse(origin.as_bytes()).is_ok();
                assert_eq!(is_origin, kind != NearMissKind::Malformed, "{pattern}: {origin}");
            }
        }
    }

    #[test]
    fn each_kind_is_there() {
        use NearMissKind::*;
        let all = near_misses("https://app.example.com");
        for kind in [
            Suffix,
            Prefix,
            Substring,
            UnescapedDot,
            Subdomain,
            Parent,
            Scheme,
            Port,
            Null,
            TrailingDot,
            Cut,
            LookAlike,
            Other,
            Malformed,
        ] {
            assert!(all.iter().any(|miss| miss.kind == kind), "{kind:?}");
        }
    }
}
