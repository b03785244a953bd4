//! Which pages may read.

use super::*;

pub fn rows() -> Vec<Row> {
    let from = |name, policy, page, readable| {
        row(name, policy, page, vec![(Job::from(&echo()), readable)])
    };
    vec![
        from("an origin of the list", list(), APP, true),
        from("a subdomain", list(), DEV, true),
        from("two labels in front", list(), "https://a.b.example.dev", true),
        from("the domain itself", list(), "https://example.dev", false),
        from("a look-alike suffix", list(), "https://evilexample.dev", false),
        from("another site", list(), EVIL, false),
        from("another scheme", list(), INSECURE, false),
        from("another port", list(), "https://app.example.com:8443", false),
        from("any port of localhost", list(), LOCAL, true),
        from("a trailing dot", list(), "https://app.example.com.", false),
        from("any port of localhost, by another scheme", list(), "https://localhost:3000", false),
        from(
            "a subdomain by another scheme",
            only("https://*.example.org"),
            "http://x.example.org",
            false,
        ),
        from("a subdomain at another port", list(), "https://x.example.dev:8443", false),
        from("a subdomain with an underscore", list(), "https://a_b.example.dev", true),
        from("a look-alike prefix", list(), "https://app.example.com.evil.test", false),
        from("a non-ASCII name", only(IDN), IDN, true),
        from("an IPv4 address", only(IPV4), IPV4, true),
        from("an IPv6 address", only(IPV6), IPV6, true),
        from("the one origin", lone(), APP, true),
        from("not the one origin", lone(), EVIL, false),
        from("any origin", any(), EVIL, true),
        row(
            "no origin of its own",
            list(),
            APP,
            vec![no(sandboxed("/echo")), no(sandboxed("/echo").method("PUT"))],
        ),
        row(
            "no origin of its own, allowed",
            null(),
            APP,
            vec![yes(sandboxed("/echo")), yes(sandboxed("/echo").method("PUT"))],
        ),
        row("no origin of its own, any", any(), APP, vec![yes(sandboxed("/echo"))]),
        from("a regular expression", regex(), "https://a1.example.org", true),
        from("beside a regular expression", regex(), "https://a1.example.org.evil.test", false),
    ]
}

/// In the spelling that browsers send.
const IDN: &str = "https://xn--bcher-kva.example";
const IPV4: &str = "https://192.0.2.7:8443";
const IPV6: &str = "https://[2001:db8::7]";

fn only(origin: &str) -> Builder {
    Policy::builder().allow_origins([origin])
}

fn regex() -> Builder {
    Policy::builder().allow_origins([OriginEntry::regex(r"https://[a-z0-9]+\.example\.org")])
}
