//! What the tests of Go's `net/http` (`csrf_test.go`) and of tower-http's `csrf` module (0.7) expect of
//! their protections against forged requests, compared with `disallowed_origin = "forbid-unsafe"`.
//! Where ours decides otherwise on purpose, the row says why.

use crate::support::respond;
use cors_core::{DisallowedOrigin, Policy};
use http::Request;

/// A test of a peer, and its policy.
struct Test {
    name: &'static str,
    /// The origins that may send anything.
    trusted: &'static [&'static str],
    rows: &'static [Row],
}

/// A request, and what becomes of it.
struct Row {
    name: &'static str,
    method: &'static str,
    uri: &'static str,
    host: Option<&'static str>,
    origin: Option<&'static [u8]>,
    site: Option<&'static [u8]>,
    /// Whether the peer calls the handler.
    passes: bool,
    /// Why ours decides otherwise.
    differs: Option<&'static str>,
}

impl Row {
    const fn new(name: &'static str, method: &'static str, passes: bool) -> Self {
        let host = Some("example.com");
        Self { name, method, uri: "/", host, origin: None, site: None, passes, differs: None }
    }

    const fn post(name: &'static str, passes: bool) -> Self {
        Self::new(name, "POST", passes)
    }

    const fn uri(self, uri: &'static str) -> Self {
        Self { uri, ..self }
    }

    const fn host(self, host: &'static str) -> Self {
        Self { host: Some(host), ..self }
    }

    const fn no_host(self) -> Self {
        Self { host: None, ..self }
    }

    const fn origin(self, origin: &'static str) -> Self {
        self.raw_origin(origin.as_bytes())
    }

    const fn raw_origin(self, origin: &'static [u8]) -> Self {
        Self { origin: Some(origin), ..self }
    }

    const fn site(self, site: &'static str) -> Self {
        self.raw_site(site.as_bytes())
    }

    const fn raw_site(self, site: &'static [u8]) -> Self {
        Self { site: Some(site), ..self }
    }

    const fn differs(self, why: &'static str) -> Self {
        Self { differs: Some(why), ..self }
    }

    fn request(&self) -> Request<()> {
        let mut request = Request::builder().method(self.method).uri(self.uri);
        let lines = [("host", self.host.map(str::as_bytes))];
        for (name, value) in
            lines.into_iter().chain([("origin", self.origin), ("sec-fetch-site", self.site)])
        {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        request.body(()).unwrap()
    }
}

const ATTACKER: &str = "https://attacker.example";
const OWN: &str = "https://example.com";
const TRUSTED: &str = "https://trusted.example";
/// Not Unicode.
const BYTES: &[u8] = &[0xff, 0xfe];

const NO_ORIGIN: &str = "`Origin` is malformed: no browser leaves it empty";
const DEFAULT_PORT: &str = "`Origin` is malformed: browsers leave the default port out";
const SAME_PORT: &str = "a host with the default port is the same host";
const UNKNOWN_SITE: &str = "a value that Fetch Metadata does not know is to be ignored";

const TESTS: &[Test] = &[
    Test {
        name: "net/http TestCrossOriginProtectionSecFetchSite",
        trusted: &[],
        rows: &[
            Row::post("same-origin allowed", true).site("same-origin"),
            Row::post("none allowed", true).site("none"),
            Row::post("cross-site blocked", false).site("cross-site"),
            Row::post("same-site blocked", false).site("same-site"),
            Row::post("no header with no origin", true),
            Row::post("no header with matching origin", true).origin(OWN),
            Row::post("no header with mismatched origin", false).origin(ATTACKER),
            Row::post("no header with null origin", false).origin("null"),
            Row::new("GET allowed", "GET", true).site("cross-site"),
            Row::new("HEAD allowed", "HEAD", true).site("cross-site"),
            Row::new("OPTIONS allowed", "OPTIONS", true).site("cross-site"),
            Row::new("PUT blocked", "PUT", false).site("cross-site"),
        ],
    },
    Test {
        name: "net/http TestCrossOriginProtectionTrustedOriginBypass",
        trusted: &[TRUSTED],
        rows: &[
            Row::post("trusted origin without sec-fetch-site", true).origin(TRUSTED),
            Row::post("trusted origin with cross-site", true).origin(TRUSTED).site("cross-site"),
            Row::post("untrusted origin without sec-fetch-site", false).origin(ATTACKER),
            Row::post("untrusted origin with cross-site", false)
                .origin(ATTACKER)
                .site("cross-site"),
        ],
    },
    Test {
        // The router applies the layer. A path without it is none of the layer's business.
        name: "net/http TestCrossOriginProtectionPatternBypass, paths with protection",
        trusted: &[],
        rows: &[
            Row::post("non-bypass path without sec-fetch-site", false)
                .uri("/api/")
                .origin(ATTACKER),
            Row::post("non-bypass path with cross-site", false)
                .uri("/api/")
                .origin(ATTACKER)
                .site("cross-site"),
            Row::post("redirect to non-bypass path with ..", false)
                .uri("/foo/../api/bar")
                .origin(ATTACKER),
            Row::post("redirect to non-bypass path with trailing slash", false)
                .uri("/api")
                .origin(ATTACKER),
            Row::post("non-wildcard", false).uri("/only/123/foo").origin(ATTACKER),
        ],
    },
    Test {
        name: "net/http TestCrossOriginProtectionSetDenyHandler",
        trusted: &[],
        rows: &[Row::post("POST", false).site("cross-site"), Row::new("GET", "GET", true)],
    },
    Test {
        name: "net/http TestCrossOriginProtectionAddingBypassesConcurrently, before",
        trusted: &[],
        rows: &[Row::post("POST", false).origin("https://concurrent.example").site("cross-site")],
    },
    Test {
        name: "net/http TestCrossOriginProtectionAddingBypassesConcurrently, after",
        trusted: &["https://concurrent.example"],
        rows: &[Row::post("POST", true).origin("https://concurrent.example").site("cross-site")],
    },
    Test {
        name: "net/http TestCrossOriginProtectionServer",
        trusted: &[TRUSTED],
        rows: &[
            Row::post("cross-site", false)
                .host("127.0.0.1:8080")
                .origin(ATTACKER)
                .site("cross-site"),
            Row::post("same-origin", true).host("127.0.0.1:8080").site("same-origin"),
            Row::post("origin matches host", true)
                .host("127.0.0.1:8080")
                .origin("http://127.0.0.1:8080"),
            Row::post("trusted origin", true).host("127.0.0.1:8080").origin(TRUSTED),
            Row::post("untrusted origin", false).host("127.0.0.1:8080").origin(ATTACKER),
        ],
    },
    Test {
        name: "tower-http test_service_*",
        trusted: &[OWN],
        rows: &[
            Row::new("allows_safe_method", "GET", true).uri("/foo").no_host(),
            Row::post("allows_post_from_trusted_origin", true).no_host().origin(OWN),
            Row::post("rejects_post_from_untrusted_origin", false)
                .no_host()
                .origin("https://malicious.example"),
        ],
    },
    Test {
        name: "tower-http test_middleware_bypass, paths with protection",
        trusted: &[],
        rows: &[
            Row::post("non-bypass path without sec-fetch-site", false)
                .uri("https://example.com/api")
                .origin(ATTACKER),
            Row::post("non-bypass path with cross-site", false)
                .uri("https://example.com/api")
                .origin(ATTACKER)
                .site("cross-site"),
        ],
    },
    Test {
        name: "tower-http test_middleware_origin_host_port_match",
        trusted: &[],
        rows: &[
            Row::post("default port both sides", true).origin(OWN),
            Row::post("same non-default port both sides", true)
                .host("example.com:8443")
                .origin("https://example.com:8443"),
            Row::post("explicit default port both sides", true)
                .host("example.com:443")
                .origin("https://example.com:443")
                .differs(DEFAULT_PORT),
            Row::post("mismatched non-default ports", false)
                .host("example.com:8443")
                .origin("https://example.com:8444"),
            Row::post("origin has explicit default, host implicit", false)
                .origin("https://example.com:443"),
            Row::post("host has explicit default, origin implicit", false)
                .host("example.com:443")
                .origin(OWN)
                .differs(SAME_PORT),
            Row::post("host implicit, origin explicit non-default", false)
                .origin("https://example.com:8443"),
            Row::post("missing host, uri authority implicit, origin explicit non-default", false)
                .uri("https://example.com/path")
                .no_host()
                .origin("https://example.com:8443"),
            Row::post("malformed host header compared verbatim", false)
                .uri("/path")
                .host("not a valid authority")
                .origin(OWN),
            Row::post("request-target authority wins over host header (match)", true)
                .uri("https://example.com/path")
                .host("other.example")
                .origin(OWN),
            Row::post("origin matching host header but not authority is rejected", false)
                .uri("https://example.com/path")
                .host("other.example")
                .origin("https://other.example"),
            Row::post("missing host, uri carries authority (match)", true)
                .uri("https://example.com/path")
                .no_host()
                .origin(OWN),
            Row::post("missing host, uri authority mismatch", false)
                .uri("https://other.example/path")
                .no_host()
                .origin(OWN),
            Row::post("missing host and no uri authority", false)
                .uri("/path")
                .no_host()
                .origin(OWN),
            Row::post("scheme-less origin does not match host even if bytes agree", false)
                .host("example.com:8443")
                .origin("example.com:8443"),
            Row::post("non-http origin scheme does not enter host fallback", false)
                .host("example.com:8443")
                .origin("ftp://example.com:8443"),
        ],
    },
    Test {
        name: "tower-http test_middleware_sec_fetch_site",
        trusted: &[],
        rows: &[
            Row::new("same-origin allowed", "GET", true).site("same-origin"),
            Row::post("none allowed", true).site("none"),
            Row::post("cross-site blocked", false).site("cross-site"),
            Row::post("same-site blocked", false).site("same-site"),
            Row::post("no header with no origin", true),
            Row::post("no header with matching origin", true).origin(OWN),
            Row::post("no header with mismatched origin", false).origin(ATTACKER),
            Row::post("no header with null origin", false).origin("null"),
            Row::new("GET allowed", "GET", true).site("cross-site"),
            Row::new("HEAD allowed", "HEAD", true).site("cross-site"),
            Row::new("OPTIONS allowed", "OPTIONS", true).site("cross-site"),
            Row::new("PUT blocked", "PUT", false).site("cross-site"),
            Row::post("non-decodable origin without sec-fetch-site rejected", false)
                .raw_origin(BYTES),
            Row::post("non-decodable sec-fetch-site without origin rejected", false)
                .raw_site(BYTES)
                .differs(UNKNOWN_SITE),
            Row::post("empty sec-fetch-site without origin allowed", true).site(""),
            Row::post("empty origin without sec-fetch-site allowed", true)
                .origin("")
                .differs(NO_ORIGIN),
        ],
    },
    Test {
        name: "tower-http test_middleware_trusted_origin_bypass",
        trusted: &[TRUSTED],
        rows: &[
            Row::post("trusted origin without sec-fetch-site", true).origin(TRUSTED),
            Row::post("trusted origin with cross-site", true).origin(TRUSTED).site("cross-site"),
            Row::post("untrusted origin without sec-fetch-site", false).origin(ATTACKER),
            Row::post("untrusted origin with cross-site", false)
                .origin(ATTACKER)
                .site("cross-site"),
        ],
    },
    Test {
        name: "tower-http test_middleware_trusted_origin_strict_byte_match",
        trusted: &[OWN, "https://example.com:8443"],
        rows: &[
            Row::post("exact match trusted", true)
                .host("other.example")
                .origin(OWN)
                .site("cross-site"),
            Row::post("exact match with non-default port", true)
                .host("other.example")
                .origin("https://example.com:8443")
                .site("cross-site"),
            Row::post("bare trusted not matched by explicit-default-port origin", false)
                .host("other.example")
                .origin("https://example.com:443")
                .site("cross-site"),
        ],
    },
];

fn policy(trusted: &[&str], disallowed: DisallowedOrigin) -> Policy {
    // Every policy allows an origin.
    let trusted = if trusted.is_empty() { &["https://app.test"] } else { trusted };
    Policy::for_origins(trusted).disallowed_origin(disallowed).build().unwrap()
}

fn passes(policy: &Policy, row: &Row) -> bool {
    let (status, _) = respond(policy, &row.request());
    assert!(matches!(status, None | Some(403)), "{}", row.name);
    status.is_none()
}

#[test]
fn the_same_verdicts_as_the_peers() {
    let mut differences = Vec::new();
    for test in TESTS {
        let policy = policy(test.trusted, DisallowedOrigin::ForbidUnsafe);
        for row in test.rows {
            let what = format!("{}: {}", test.name, row.name);
            assert_eq!(passes(&policy, row) == row.passes, row.differs.is_none(), "{what}");
            differences.extend(row.differs);
        }
    }
    // Each reason once: the first two are stricter than the peers, the others are not.
    assert_eq!(differences, [DEFAULT_PORT, SAME_PORT, UNKNOWN_SITE, NO_ORIGIN]);
}

/// Go's bypassed patterns and tower-http's predicate are routes without the layer, or with another policy.
#[test]
fn paths_without_protection() {
    let policy = policy(&[], DisallowedOrigin::Forward);
    for row in [
        Row::post("bypass path without sec-fetch-site", true).uri("/bypass/").origin(ATTACKER),
        Row::post("bypass path with cross-site", true)
            .uri("/bypass/")
            .origin(ATTACKER)
            .site("cross-site"),
        Row::post("redirect to bypass path without ..", true)
            .uri("/foo/../bypass/bar")
            .origin(ATTACKER),
        Row::post("redirect to bypass path with trailing slash", true)
            .uri("/bypass")
            .origin(ATTACKER),
        Row::post("wildcard bypass", true).uri("/only/123").origin(ATTACKER),
        Row::post("test_middleware_bypass_applies_when_origin_unparseable", true)
            .uri("https://example.com/bypass")
            .raw_origin(BYTES),
    ] {
        assert_eq!(passes(&policy, &row), row.passes, "{}", row.name);
    }
}

/// `TestCrossOriginProtectionAddTrustedOriginErrors` of Go, and `test_parse_origin_accepts` and
/// `test_parse_origin_rejects` of tower-http: an origin, and whether the peer takes it.
#[test]
fn the_same_origins_are_errors() {
    for (origin, is_valid) in [
        ("https://example.com", true),
        ("https://example.com:8080", true),
        ("https://example.com:8443", true),
        ("http://example.com", true),
        ("example.com", false),
        ("https://", false),
        ("https://example.com/", false),
        ("https://example.com/path", false),
        ("https://example.com?query=value", false),
        ("https://example.com/path?query=value", false),
        ("https://example.com#fragment", false),
        ("https://example.com/#fragment", false),
        ("https://example.com/path#fragment", false),
        ("https://ex ample.com", false),
        ("", false),
        ("null", false),
        ("not a valid url", false),
        ("file:///", false),
        ("file://host/path", false),
        ("mailto:x@y.z", false),
        ("javascript:alert(1)", false),
        ("https://ümlaut.de", false),
        ("https://日本.jp", false),
    ] {
        assert_eq!(Policy::for_origins(origin).build().is_ok(), is_valid, "{origin}");
    }
    // tower-http takes these, and they never match: here they are errors.
    for origin in ["HTTPS://Example.COM", "https://Example.COM", "https://example.com:443"] {
        assert!(Policy::for_origins(origin).build().is_err(), "{origin}");
    }
}
