//! Policies and requests, with the exact decision, status and headers.

use crate::support::{begin, request, respond, written};
use cors_core::{Builder, Danger, Decision, DisallowedOrigin, Policy, Reason, RefusedPreflight};
use std::time::Duration;

const A: &str = "origin: https://a.test";
const EVIL: &str = "origin: https://eviltest";
const PUT: &str = "access-control-request-method: PUT";
const VARY_OPTIONS: &str = "vary: Origin, Access-Control-Request-Method";

/// A description, the request, and the expected result.
struct Row<'a> {
    what: &'a str,
    method: &'a str,
    lines: &'a [&'a str],
    decision: Decision<'static>,
    status: Option<u16>,
    headers: &'a [&'a str],
}

fn row<'a>(
    what: &'a str,
    method: &'a str,
    lines: &'a [&'a str],
    (decision, status): (Decision<'static>, Option<u16>),
    headers: &'a [&'a str],
) -> Row<'a> {
    Row { what, method, lines, decision, status, headers }
}

const NOT_CORS: (Decision<'_>, Option<u16>) = (Decision::NotCors, None);
const SIMPLE: (Decision<'_>, Option<u16>) = (Decision::Simple, None);
const PREFLIGHT: (Decision<'_>, Option<u16>) = (Decision::Preflight, Some(204));

fn reject(reason: Reason<'static>, status: u16) -> (Decision<'static>, Option<u16>) {
    (Decision::Reject(reason), Some(status))
}

fn forward(reason: Reason<'static>) -> (Decision<'static>, Option<u16>) {
    (Decision::Reject(reason), None)
}

fn check(policy: Builder, rows: &[Row<'_>]) {
    let policy = policy.build().unwrap();
    for Row { what, method, lines, decision, status, headers } in rows {
        let request = request(method, lines);
        assert_eq!(policy.decide(&request), *decision, "{what}");
        let (answer, written) = respond(&policy, &request);
        assert_eq!(answer, *status, "{what}");
        assert_eq!(written, *headers, "{what}");
    }
}

/// Only preflights check methods and headers. The request itself is not checked.
#[test]
fn the_lists_are_for_preflights() {
    for policy in [
        two(),
        two().allow_methods(["PATCH"]).allow_headers(["x-b"]),
        two().refused_preflight(RefusedPreflight::Conceal),
    ] {
        let policy = policy.build().unwrap();
        let asked = |lines: &[&str]| {
            let lines = [&["origin: https://a.test"], lines].concat();
            matches!(policy.decide(&request("OPTIONS", &lines)), Decision::Reject(_))
        };
        assert!(asked(&["access-control-request-method: PUT"]));
        let headers = "access-control-request-headers: x-a";
        assert!(asked(&["access-control-request-method: POST", headers]));
        for method in ["PUT", "DELETE", "POST"] {
            let sent = request(method, &["origin: https://a.test", "x-a: 1"]);
            assert_eq!(policy.decide(&sent), Decision::Simple, "{method}");
        }
    }
}

fn two() -> Builder {
    // Some tests add credentials.
    let without_list = cfg!(not(feature = "public-suffix"));
    Policy::builder()
        .allow_origins(["https://a.test", "https://*.b.test"])
        .danger(|danger| danger.allow_public_suffix_subdomains = without_list)
}

#[test]
fn a_list_of_origins() {
    let simple = &["access-control-allow-origin: https://a.test", "vary: Origin"];
    check(
        two().allow_methods(["PUT"]).allow_headers(["Content-Type", "X-B"]),
        &[
            row("no origin", "GET", &[], NOT_CORS, &["vary: Origin"]),
            row("allowed", "GET", &[A], SIMPLE, simple),
            row("the method of an actual request does not matter", "PATCH", &[A], SIMPLE, simple),
            row(
                "a subdomain",
                "GET",
                &["origin: https://x.b.test"],
                SIMPLE,
                &["access-control-allow-origin: https://x.b.test", "vary: Origin"],
            ),
            row(
                "a near miss",
                "GET",
                &["origin: https://b.test"],
                forward(Reason::OriginNotAllowed(b"https://b.test")),
                &["vary: Origin"],
            ),
            row(
                "null",
                "GET",
                &["origin: null"],
                forward(Reason::OriginNotAllowed(b"null")),
                &["vary: Origin"],
            ),
            row(
                "empty",
                "GET",
                &["origin: "],
                forward(Reason::OriginMalformed(b"")),
                &["vary: Origin"],
            ),
            row(
                "the same twice",
                "GET",
                &[A, A],
                forward(Reason::OriginRepeated),
                &["vary: Origin"],
            ),
            row(
                "a list in one line",
                "GET",
                &["origin: https://a.test, https://a.test"],
                forward(Reason::OriginMalformed(b"https://a.test, https://a.test")),
                &["vary: Origin"],
            ),
            row(
                "OPTIONS that is not a preflight",
                "OPTIONS",
                &[A],
                SIMPLE,
                &["access-control-allow-origin: https://a.test", VARY_OPTIONS],
            ),
            row("OPTIONS that is not CORS", "OPTIONS", &[PUT], NOT_CORS, &[VARY_OPTIONS]),
            row("a GET with a preflight's header", "GET", &[A, PUT], SIMPLE, simple),
            row("options in lower case is another method", "options", &[A, PUT], SIMPLE, simple),
        ],
    );
}

#[test]
fn preflights() {
    let whole = &[
        "access-control-allow-headers: Content-Type,X-B",
        "access-control-allow-methods: PUT,GET,HEAD,POST",
        "access-control-allow-origin: https://a.test",
        VARY_OPTIONS,
    ];
    let refused = |reason| reject(reason, 204);
    check(
        two().allow_methods(["PUT"]).allow_headers(["Content-Type", "X-B"]).expose_headers(["x-c"]),
        &[
            row("allowed", "OPTIONS", &[A, PUT], PREFLIGHT, whole),
            row(
                "safelisted",
                "OPTIONS",
                &[A, "access-control-request-method: HEAD"],
                PREFLIGHT,
                whole,
            ),
            row(
                "headers in any order, case and number of lines",
                "OPTIONS",
                &[
                    A,
                    PUT,
                    "access-control-request-headers: , x-b\t,",
                    "access-control-request-headers: CONTENT-TYPE",
                ],
                PREFLIGHT,
                whole,
            ),
            row(
                "another method",
                "OPTIONS",
                &[A, "access-control-request-method: DELETE"],
                refused(Reason::MethodNotAllowed(b"DELETE")),
                whole,
            ),
            row(
                "the same in another case",
                "OPTIONS",
                &[A, "access-control-request-method: put"],
                refused(Reason::MethodNotAllowed(b"put")),
                whole,
            ),
            row(
                "no method",
                "OPTIONS",
                &[A, "access-control-request-method: "],
                refused(Reason::MethodMalformed(b"")),
                whole,
            ),
            row(
                "two methods in a line",
                "OPTIONS",
                &[A, "access-control-request-method: PUT, GET"],
                refused(Reason::MethodMalformed(b"PUT, GET")),
                whole,
            ),
            row("two methods", "OPTIONS", &[A, PUT, PUT], refused(Reason::MethodRepeated), whole),
            row(
                "another header",
                "OPTIONS",
                &[A, PUT, "access-control-request-headers: x-b,x-bb"],
                refused(Reason::HeaderNotAllowed(b"x-bb")),
                whole,
            ),
            row(
                "no name passes because it is safelisted",
                "OPTIONS",
                &[A, PUT, "access-control-request-headers: accept"],
                refused(Reason::HeaderNotAllowed(b"accept")),
                whole,
            ),
            row(
                "another origin",
                "OPTIONS",
                &[EVIL, PUT],
                reject(Reason::OriginNotAllowed(b"https://eviltest"), 403),
                &[VARY_OPTIONS],
            ),
            row(
                "a private network that is not allowed",
                "OPTIONS",
                &[A, PUT, "access-control-request-private-network: true"],
                PREFLIGHT,
                whole,
            ),
        ],
    );
}

#[test]
fn all_that_a_preflight_can_carry() {
    let all = &[
        "access-control-allow-credentials: true",
        "access-control-allow-methods: GET,HEAD,POST",
        "access-control-allow-origin: https://a.test",
        "access-control-allow-private-network: true",
        "access-control-max-age: 600",
        "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Private-Network",
    ];
    let without = &[
        "access-control-allow-credentials: true",
        "access-control-allow-methods: GET,HEAD,POST",
        "access-control-allow-origin: https://a.test",
        "access-control-max-age: 600",
        "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Private-Network",
    ];
    const POST: &str = "access-control-request-method: POST";
    const ASK: &str = "access-control-request-private-network: true";
    let ok = (Decision::Preflight, Some(200));
    check(
        two()
            .allow_credentials(true)
            .max_age(Duration::from_secs(600))
            .allow_private_network(true)
            .preflight_status(200)
            .expose_headers(["X-Id", "ETag"]),
        &[
            row("asked for", "OPTIONS", &[A, POST, ASK], ok, all),
            row("not asked for", "OPTIONS", &[A, POST], ok, without),
            row("asked for twice", "OPTIONS", &[A, POST, ASK, ASK], ok, without),
            row(
                "asked for with another value",
                "OPTIONS",
                &[A, POST, "access-control-request-private-network: TRUE"],
                ok,
                without,
            ),
            row(
                "asked for and refused",
                "OPTIONS",
                &[A, PUT, ASK],
                reject(Reason::MethodNotAllowed(b"PUT"), 200),
                all,
            ),
            row(
                "simple",
                "GET",
                &[A],
                SIMPLE,
                &[
                    "access-control-allow-credentials: true",
                    "access-control-allow-origin: https://a.test",
                    "access-control-expose-headers: X-Id,ETag",
                    "vary: Origin",
                ],
            ),
        ],
    );
}

#[test]
fn any_origin() {
    let star = &["access-control-allow-origin: *", "access-control-expose-headers: *"];
    let preflight = &[
        "access-control-allow-headers: *",
        "access-control-allow-methods: *",
        "access-control-allow-origin: *",
        "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    ];
    check(
        Policy::builder()
            .allow_origins(["*"])
            .allow_methods(["*"])
            .allow_headers(["*"])
            .expose_headers(["*"]),
        &[
            row("no origin", "GET", &[], NOT_CORS, star),
            row("an origin", "GET", &[A], SIMPLE, star),
            row("a malformed one", "GET", &["origin: \u{e9}"], SIMPLE, star),
            row("two", "GET", &[A, EVIL], SIMPLE, star),
            row("OPTIONS", "OPTIONS", &[], NOT_CORS, &[star[0], star[1], preflight[3]]),
            row("preflight", "OPTIONS", &[A, PUT], PREFLIGHT, preflight),
            row(
                "any header",
                "OPTIONS",
                &[A, PUT, "access-control-request-headers: x-a, x-b"],
                PREFLIGHT,
                preflight,
            ),
            row(
                "never authorization, nor a literal star, which browsers let cover it",
                "OPTIONS",
                &[A, PUT, "access-control-request-headers: x-a,Authorization, x-b"],
                reject(Reason::HeaderNotAllowed(b"Authorization"), 204),
                &[
                    "access-control-allow-headers: x-a,x-b",
                    preflight[1],
                    preflight[2],
                    preflight[3],
                ],
            ),
            row(
                "an invalid name",
                "OPTIONS",
                &[A, PUT, "access-control-request-headers: x a"],
                reject(Reason::HeaderNotAllowed(b"x a"), 204),
                &[preflight[1], preflight[2], preflight[3]],
            ),
            row(
                "a star is not a name",
                "OPTIONS",
                &[A, PUT, "access-control-request-headers: *"],
                reject(Reason::HeaderNotAllowed(b"*"), 204),
                &[preflight[1], preflight[2], preflight[3]],
            ),
            row(
                "a forbidden method",
                "OPTIONS",
                &[A, "access-control-request-method: TRACE"],
                reject(Reason::MethodNotAllowed(b"TRACE"), 204),
                &[
                    preflight[0],
                    "access-control-allow-methods: GET,HEAD,POST",
                    preflight[2],
                    preflight[3],
                ],
            ),
        ],
    );
}

#[test]
fn any_header_and_authorization() {
    check(
        Policy::builder().allow_origins(["*"]).allow_headers(["*", "Authorization"]),
        &[row(
            "listed with the star",
            "OPTIONS",
            &[
                A,
                "access-control-request-method: GET",
                "access-control-request-headers: authorization,x-a",
            ],
            PREFLIGHT,
            &[
                "access-control-allow-headers: *,Authorization",
                "access-control-allow-methods: GET,HEAD,POST",
                "access-control-allow-origin: *",
                "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
            ],
        )],
    );
}

#[test]
fn stars_with_credentials_are_echoes() {
    const VARY: &str =
        "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    const TRUE: &str = "access-control-allow-credentials: true";
    const ORIGIN: &str = "access-control-allow-origin: https://a.test";
    check(
        two().allow_credentials(true).allow_methods(["*"]).allow_headers(["*"]),
        &[
            row(
                "as they came",
                "OPTIONS",
                &[A, PUT, "access-control-request-headers: X-a, x-b"],
                PREFLIGHT,
                &[
                    TRUE,
                    "access-control-allow-headers: X-a, x-b",
                    "access-control-allow-methods: PUT",
                    ORIGIN,
                    VARY,
                ],
            ),
            row(
                "tidied up",
                "OPTIONS",
                &[
                    A,
                    PUT,
                    "access-control-request-headers: ,X-a ,,",
                    "access-control-request-headers: x-b",
                ],
                PREFLIGHT,
                &[
                    TRUE,
                    "access-control-allow-headers: X-a,x-b",
                    "access-control-allow-methods: PUT",
                    ORIGIN,
                    VARY,
                ],
            ),
            row(
                "no headers",
                "OPTIONS",
                &[A, PUT],
                PREFLIGHT,
                &[TRUE, "access-control-allow-methods: PUT", ORIGIN, VARY],
            ),
            row(
                "the names that would pass",
                "OPTIONS",
                &[
                    A,
                    "access-control-request-method: TRACE",
                    "access-control-request-headers: x-a,authorization,*,x b",
                ],
                reject(Reason::MethodNotAllowed(b"TRACE"), 204),
                &[
                    TRUE,
                    "access-control-allow-headers: x-a",
                    "access-control-allow-methods: GET,HEAD,POST",
                    ORIGIN,
                    VARY,
                ],
            ),
        ],
    );
}

/// The exception of `*` for headers does not apply to methods.
#[test]
fn any_header_and_some_methods() {
    check(
        two().allow_methods(["PUT"]).allow_headers(["*"]),
        &[row(
            "a method that is not listed",
            "OPTIONS",
            &[A, "access-control-request-method: DELETE"],
            reject(Reason::MethodNotAllowed(b"DELETE"), 204),
            &[
                "access-control-allow-headers: *",
                "access-control-allow-methods: PUT,GET,HEAD,POST",
                "access-control-allow-origin: https://a.test",
                "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
            ],
        )],
    );
}

/// Browsers convert none of these, so each is a method of its own.
#[test]
fn methods_that_differ_only_in_case() {
    let policy = two().allow_methods(["PATCH", "patch", "Patch"]).build().unwrap();
    for (method, decision) in [
        ("PATCH", Decision::Preflight),
        ("patch", Decision::Preflight),
        ("Patch", Decision::Preflight),
        ("PAtch", Decision::Reject(Reason::MethodNotAllowed(b"PAtch"))),
    ] {
        let line = format!("access-control-request-method: {method}");
        assert_eq!(policy.decide(&request("OPTIONS", &[A, &line])), decision, "{method}");
    }
}

#[test]
fn any_method_and_some_headers() {
    const A_ALLOWED: &str = "access-control-allow-origin: https://a.test";
    const HEADERS: &str = "access-control-allow-headers: x-a";
    let policy = || two().allow_methods(["*"]).allow_headers(["x-a"]);
    check(
        policy(),
        &[
            row(
                "a method",
                "OPTIONS",
                &[A, PUT],
                PREFLIGHT,
                &[HEADERS, "access-control-allow-methods: *", A_ALLOWED, VARY_OPTIONS],
            ),
            row(
                "a method that no page may send",
                "OPTIONS",
                &[A, "access-control-request-method: TRACE"],
                reject(Reason::MethodNotAllowed(b"TRACE"), 204),
                &[HEADERS, "access-control-allow-methods: GET,HEAD,POST", A_ALLOWED, VARY_OPTIONS],
            ),
        ],
    );
    check(
        policy().allow_credentials(true),
        &[row(
            "a method with credentials",
            "OPTIONS",
            &[A, PUT],
            PREFLIGHT,
            &[
                "access-control-allow-credentials: true",
                HEADERS,
                "access-control-allow-methods: PUT",
                A_ALLOWED,
                VARY_OPTIONS,
            ],
        )],
    );
}

#[test]
fn a_list_of_headers_past_the_limit() {
    let policy = two().allow_methods(["PUT"]).allow_headers(["x"]).build().unwrap();
    let longest = format!("access-control-request-headers: {}", "x,".repeat(2048));
    assert_eq!(policy.decide(&request("OPTIONS", &[A, PUT, &longest])), Decision::Preflight);
    let long = format!("access-control-request-headers: {}", "x,".repeat(30_000));
    let lines = [A, PUT, &long];
    let cases = [
        (two().allow_methods(["PUT"]).allow_headers(["x"]), Some("x")),
        (two().allow_methods(["PUT"]).allow_headers(["*"]), None),
        (two().allow_methods(["PUT"]).allow_headers(["*"]).allow_credentials(true), None),
    ];
    for (policy, allowed) in cases {
        let policy = policy.build().unwrap();
        let request = request("OPTIONS", &lines);
        assert_eq!(policy.decide(&request), Decision::Reject(Reason::HeadersTooLong));
        let (status, headers) = respond(&policy, &request);
        assert_eq!(status, Some(204));
        let header = "access-control-allow-headers: ";
        let found = headers.iter().find_map(|line| line.strip_prefix(header));
        assert_eq!(found, allowed);
    }
}

#[test]
fn one_origin_is_constant() {
    let constant = &[
        "access-control-allow-credentials: true",
        "access-control-allow-origin: https://a.test",
        "access-control-expose-headers: x-a",
    ];
    let one = |origins: &[&str]| {
        Policy::builder()
            .allow_origins(origins.iter().copied())
            .allow_credentials(true)
            .expose_headers(["x-a"])
    };
    for policy in [one(&["https://a.test"]), one(&["https://a.test", "https://a.test"])] {
        check(
            policy,
            &[
                row("no origin", "GET", &[], NOT_CORS, constant),
                row("that one", "GET", &[A], SIMPLE, constant),
                row(
                    "another",
                    "GET",
                    &[EVIL],
                    forward(Reason::OriginNotAllowed(b"https://eviltest")),
                    constant,
                ),
                row(
                    "a preflight from another origin",
                    "OPTIONS",
                    &[EVIL, PUT],
                    reject(Reason::OriginNotAllowed(b"https://eviltest"), 403),
                    &[VARY_OPTIONS],
                ),
            ],
        );
    }
}

#[test]
fn what_keeps_one_origin_from_being_constant() {
    let one = || Policy::builder().allow_origins(["https://a.test"]);
    for (what, policy, vary) in [
        ("a closure", one().allow_origin_if(|_| false), "vary: Origin"),
        ("a question", one().ask(), "vary: Origin"),
        ("forbid", one().disallowed_origin(DisallowedOrigin::Forbid), "vary: Origin"),
        ("another origin", two(), "vary: Origin"),
        #[cfg(feature = "regex")]
        ("a regex", one().allow_origin_regex(r"https://b[0-9]\.test"), "vary: Origin"),
        ("any port", Policy::builder().allow_origins(["http://localhost:*"]), "vary: Origin"),
        ("subdomains", Policy::builder().allow_origins(["https://*.a.test"]), "vary: Origin"),
    ] {
        let policy = policy.build().unwrap();
        assert_eq!(respond(&policy, &request("GET", &[])).1, [vary], "{what}");
    }
}

#[test]
fn null_alone_is_constant() {
    let danger = set!(Danger::default(), allow_null_origin = true);
    let star = &["access-control-allow-origin: null"];
    check(
        Policy::builder().allow_origins(["null"]).danger(|set| *set = danger),
        &[
            row("none", "GET", &[], NOT_CORS, star),
            row("null", "GET", &["origin: null"], SIMPLE, star),
            row("NULL", "GET", &["origin: NULL"], forward(Reason::OriginMalformed(b"NULL")), star),
        ],
    );
}

#[test]
fn reflection() {
    let danger = set!(Danger::default(), reflect_any_origin = true);
    let reflecting = |danger| {
        Policy::builder().allow_origins(["*"]).allow_credentials(true).danger(|set| *set = danger)
    };
    check(
        reflecting(danger),
        &[
            row(
                "well-formed",
                "GET",
                &["origin: http://a.test:81"],
                SIMPLE,
                &[
                    "access-control-allow-credentials: true",
                    "access-control-allow-origin: http://a.test:81",
                    "vary: Origin",
                ],
            ),
            row(
                "malformed",
                "GET",
                &["origin: http://a.test:80"],
                forward(Reason::OriginMalformed(b"http://a.test:80")),
                &["vary: Origin"],
            ),
            row(
                "null needs its own key",
                "GET",
                &["origin: null"],
                forward(Reason::OriginNotAllowed(b"null")),
                &["vary: Origin"],
            ),
        ],
    );
    check(
        reflecting(set!(danger, allow_null_origin = true)),
        &[row(
            "null",
            "GET",
            &["origin: null"],
            SIMPLE,
            &[
                "access-control-allow-credentials: true",
                "access-control-allow-origin: null",
                "vary: Origin",
            ],
        )],
    );
}

#[test]
fn forbid() {
    let refused = || reject(Reason::OriginNotAllowed(b"https://eviltest"), 403);
    const VARY: &str = "vary: Origin, Sec-Fetch-Site";
    const OPTIONS: &str = "vary: Origin, Access-Control-Request-Method, Sec-Fetch-Site";
    check(
        two().disallowed_origin(DisallowedOrigin::Forbid),
        &[
            row("no origin", "GET", &[], NOT_CORS, &["vary: Origin"]),
            row(
                "allowed",
                "GET",
                &[A],
                SIMPLE,
                &["access-control-allow-origin: https://a.test", "vary: Origin"],
            ),
            row("another", "GET", &[EVIL], refused(), &[VARY]),
            row("another's preflight", "OPTIONS", &[EVIL, PUT], refused(), &[OPTIONS]),
            row("another's OPTIONS", "OPTIONS", &[EVIL], refused(), &[OPTIONS]),
            row(
                "according to the browser",
                "GET",
                &[EVIL, "sec-fetch-site: same-origin"],
                NOT_CORS,
                &[VARY],
            ),
            row("without a page", "GET", &[EVIL, "sec-fetch-site: none"], NOT_CORS, &[VARY]),
            row(
                "same site is not enough",
                "GET",
                &[EVIL, "sec-fetch-site: same-site"],
                refused(),
                &[VARY],
            ),
            row(
                "in another case",
                "GET",
                &[EVIL, "sec-fetch-site: Same-Origin"],
                refused(),
                &[VARY],
            ),
            row(
                "said twice",
                "GET",
                &[EVIL, "sec-fetch-site: same-origin", "sec-fetch-site: same-origin"],
                refused(),
                &[VARY],
            ),
            row("the host's own", "POST", &[EVIL, "host: EVILtest"], NOT_CORS, &[VARY]),
            row("with the default port", "POST", &[EVIL, "host: eviltest:443"], NOT_CORS, &[VARY]),
            row("another port", "POST", &[EVIL, "host: eviltest:8443"], refused(), &[VARY]),
            row("another host", "POST", &[EVIL, "host: a.test"], refused(), &[VARY]),
            row("two hosts", "POST", &[EVIL, "host: eviltest", "host: a.test"], refused(), &[VARY]),
            row("no port after its colon", "POST", &[EVIL, "host: eviltest:"], NOT_CORS, &[VARY]),
            row("an invalid port", "POST", &[EVIL, "host: eviltest:99999"], refused(), &[VARY]),
            row("a port with a sign", "POST", &[EVIL, "host: eviltest:+443"], refused(), &[VARY]),
            row(
                "the host's own preflight",
                "OPTIONS",
                &[EVIL, PUT, "host: eviltest"],
                NOT_CORS,
                &[OPTIONS],
            ),
            row(
                "neither http nor https",
                "GET",
                &["origin: app://x", "host: x"],
                reject(Reason::OriginNotAllowed(b"app://x"), 403),
                &[VARY],
            ),
            row(
                "the host's own, but not for the browser",
                "POST",
                &[EVIL, "host: eviltest", "sec-fetch-site: cross-site"],
                refused(),
                &[VARY],
            ),
            row("no origin, and a method that is not safe", "POST", &[], NOT_CORS, &[VARY]),
            row(
                "sent by another origin",
                "POST",
                &["sec-fetch-site: cross-site"],
                reject(Reason::CrossOrigin(b"cross-site"), 403),
                &[VARY],
            ),
            row(
                "sent by another origin, with a safe method",
                "GET",
                &["sec-fetch-site: cross-site"],
                NOT_CORS,
                &["vary: Origin"],
            ),
            row(
                "an IPv6 address",
                "GET",
                &["origin: http://[::1]:81", "host: [::1]:81"],
                NOT_CORS,
                &[VARY],
            ),
            row(
                "an IPv6 address alone",
                "GET",
                &["origin: https://[::1]", "host: [::1]"],
                NOT_CORS,
                &[VARY],
            ),
            row(
                "twice",
                "GET",
                &[EVIL, EVIL, "host: eviltest"],
                reject(Reason::OriginRepeated, 403),
                &[VARY],
            ),
            row(
                "malformed",
                "GET",
                &["origin: https://eviltest/", "host: eviltest"],
                reject(Reason::OriginMalformed(b"https://eviltest/"), 403),
                &[VARY],
            ),
        ],
    );
}

#[test]
fn conceal() {
    const VARY: &str =
        "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    check(
        two().refused_preflight(RefusedPreflight::Conceal),
        &[
            row(
                "method",
                "OPTIONS",
                &[A, PUT],
                reject(Reason::MethodNotAllowed(b"PUT"), 403),
                &[VARY],
            ),
            row(
                "header",
                "OPTIONS",
                &[A, "access-control-request-method: GET", "access-control-request-headers: x"],
                reject(Reason::HeaderNotAllowed(b"x"), 403),
                &[VARY],
            ),
            row(
                "allowed",
                "OPTIONS",
                &[A, "access-control-request-method: GET"],
                PREFLIGHT,
                &[
                    "access-control-allow-methods: GET,HEAD,POST",
                    "access-control-allow-origin: https://a.test",
                    VARY,
                ],
            ),
        ],
    );
    check(
        two()
            .allow_credentials(true)
            .allow_headers(["X-A", "X-B"])
            .refused_preflight(RefusedPreflight::Conceal),
        &[row(
            "a list is sent whole although the headers are read",
            "OPTIONS",
            &[A, "access-control-request-method: GET", "access-control-request-headers: x-a"],
            PREFLIGHT,
            &[
                "access-control-allow-credentials: true",
                "access-control-allow-headers: X-A,X-B",
                "access-control-allow-methods: GET,HEAD,POST",
                "access-control-allow-origin: https://a.test",
                VARY,
            ],
        )],
    );
}

#[test]
fn preflight_continue() {
    const VARY: &str =
        "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    let answer = &[
        "access-control-allow-methods: GET,HEAD,POST",
        "access-control-allow-origin: https://a.test",
        VARY,
    ];
    check(
        two().preflight_continue(true),
        &[
            row(
                "an allowed one goes on",
                "OPTIONS",
                &[A, "access-control-request-method: GET"],
                (Decision::Preflight, None),
                answer,
            ),
            row(
                "a refused one does not",
                "OPTIONS",
                &[A, PUT],
                reject(Reason::MethodNotAllowed(b"PUT"), 204),
                answer,
            ),
        ],
    );
}

#[test]
fn what_the_handler_set() {
    let policy = two().build().unwrap();
    for (what, lines, handler, wanted) in [
        (
            "its CORS headers are replaced",
            &[A][..],
            &[
                "access-control-allow-origin: https://handler.example",
                "access-control-allow-origin: *",
                "access-control-allow-credentials: true",
                "access-control-allow-anything: x",
                "access-control-expose-headers: x",
                "access-control-max-age: 1",
                "access-control-request-method: kept",
                "x-own: kept",
            ][..],
            &[
                "access-control-allow-origin: https://a.test",
                "access-control-request-method: kept",
                "vary: Origin",
                "x-own: kept",
            ][..],
        ),
        ("or removed", &[], &["access-control-allow-origin: *"], &["vary: Origin"]),
        ("Vary is merged", &[], &["vary: Accept-Encoding"], &["vary: Accept-Encoding, Origin"]),
    ] {
        let exchange = begin(&policy, &request("GET", lines));
        assert_eq!(written(exchange, handler), wanted, "{what}");
    }
}
