//! The matrix: stories made by hand, each against every adapter.

use cors_core::browser::{Body, CredentialsMode, Fetch, Mode, RedirectMode};
use cors_core::{Builder, Danger, DisallowedOrigin, OriginEntry, Policy, RefusedPreflight};
use std::time::Duration;

use crate::judge::Story;
use crate::{Job, Outcome};

/// The page whose origin most policies allow.
pub const APP: &str = "https://app.example.com";
const DEV: &str = "https://x.example.dev";
const EVIL: &str = "https://evilexample.com";
const INSECURE: &str = "http://app.example.com";
const LOCAL: &str = "http://localhost:3000";

/// A story, and what has to come of each of its fetches in every engine.
#[derive(Debug)]
pub struct Row {
    /// What is told.
    pub story: Story,
    /// Whether each fetch is readable. With a WebSocket, whether it opens and echoes.
    pub readable: Vec<bool>,
    /// What else has to hold of the outcomes.
    pub holds: fn(&[Outcome]) -> bool,
}

fn row(name: &str, policy: Builder, page: &str, fetches: Vec<(Job, bool)>) -> Row {
    let by_page = |(job, readable): (Job, bool)| {
        let origin = if job.fetch.origin == "null" { "null" } else { page };
        (job.with(Fetch { origin: origin.to_owned(), ..job.fetch.clone() }), readable)
    };
    let (jobs, readable) = fetches.into_iter().map(by_page).unzip();
    let policy = policy.build().unwrap_or_else(|errors| panic!("{name}: {errors}"));
    Row {
        story: Story { name: name.to_owned(), policy, page: page.to_owned(), jobs },
        readable,
        holds: |_| true,
    }
}

impl Row {
    fn holds(self, holds: fn(&[Outcome]) -> bool) -> Self {
        Self { holds, ..self }
    }
}

fn yes(fetch: Fetch) -> (Job, bool) {
    (Job::from(&fetch), true)
}

fn no(fetch: Fetch) -> (Job, bool) {
    (Job::from(&fetch), false)
}

/// From the page itself, or as a page without an origin of its own.
fn to(path: &str) -> Fetch {
    Fetch::new(APP, format!("https://$HOST{path}"))
}

fn sandboxed(path: &str) -> Fetch {
    Fetch { origin: "null".to_owned(), ..to(path) }
}

fn echo() -> Fetch {
    to("/echo")
}

fn with(name: &str, value: &str) -> Fetch {
    echo().header(name, value)
}

fn include(fetch: Fetch) -> Fetch {
    fetch.credentials(CredentialsMode::Include)
}

fn list() -> Builder {
    Policy::builder()
        .allow_origins([APP, "https://*.example.dev", "http://localhost:*"])
        .allow_methods(["PUT", "PATCH"])
        .allow_headers(["content-type", "x-a"])
        .expose_headers(["x-request-id"])
        .max_age(Duration::from_secs(60))
}

fn lone() -> Builder {
    Policy::builder().allow_origins([APP]).allow_methods(["PUT"])
}

fn any() -> Builder {
    Policy::builder()
        .allow_origins(["*"])
        .allow_methods(["*"])
        .allow_headers(["*"])
        .expose_headers(["*"])
}

fn null() -> Builder {
    let danger = Danger { allow_null_origin: true, ..Danger::default() };
    Policy::builder().allow_origins([APP, "null"]).allow_methods(["PUT"]).danger(danger)
}

fn header<'o>(outcome: &'o Outcome, name: &str) -> Option<&'o str> {
    outcome.readable()?.header(name)
}

/// Every row.
pub fn rows() -> Vec<Row> {
    [origins(), preflights(), headers(), credentials(), redirects(), handlers(), modes(), keys()]
        .into_iter()
        .flatten()
        .collect()
}

fn origins() -> Vec<Row> {
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
        from("the one origin", lone(), APP, true),
        from("not the one origin", lone(), EVIL, false),
        from("any origin", any(), EVIL, true),
        row("no origin of its own", list(), APP, vec![no(sandboxed("/echo"))]),
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

fn regex() -> Builder {
    Policy::builder().allow_origins([OriginEntry::regex(r"https://[a-z0-9]+\.example\.org")])
}

fn preflights() -> Vec<Row> {
    let json = |method: &str| echo().method(method).header("content-type", "application/json");
    vec![
        row(
            "methods",
            list(),
            APP,
            vec![
                yes(echo().method("HEAD")),
                yes(echo().method("POST").body(Body::Text)),
                yes(echo().method("put")),
                yes(echo().method("PATCH")),
                no(echo().method("patch")),
                no(echo().method("DELETE")),
                no(echo().method("QUERY")),
            ],
        ),
        row(
            "any method",
            any(),
            APP,
            vec![
                yes(echo().method("patch")),
                yes(echo().method("DELETE")),
                yes(echo().method("CHICKEN")),
            ],
        ),
        row(
            "any method, with credentials",
            any_with_credentials(),
            APP,
            vec![
                yes(include(echo().method("DELETE"))),
                yes(include(echo().method("patch"))),
                yes(include(with("x-b", "1").header("x-c", "2"))),
            ],
        ),
        row("a JSON body", list(), APP, vec![yes(json("POST").body(Body::Text))]),
        row(
            "a JSON body that is not allowed",
            lone(),
            APP,
            vec![no(json("POST").body(Body::Text))],
        ),
        row("a preflight from another site", list(), EVIL, vec![no(echo().method("PUT"))]),
        row(
            "cached while max-age lasts",
            list(),
            APP,
            vec![
                yes(echo().method("PUT")),
                yes(echo().method("PUT")),
                yes(with("x-a", "1")),
                yes(echo().method("PATCH")),
            ],
        ),
        row(
            "not cached",
            list().max_age(Duration::ZERO),
            APP,
            vec![yes(echo().method("PUT")), yes(echo().method("PUT"))],
        ),
        row(
            "an upload with a listener",
            list(),
            APP,
            vec![
                yes(echo().method("POST").body(Body::Text).upload_listener(true)),
                no(echo().method("DELETE").body(Body::Text).upload_listener(true)),
            ],
        ),
        row(
            "a refusal that is concealed",
            list().refused_preflight(RefusedPreflight::Conceal),
            APP,
            vec![yes(echo().method("PUT")), no(echo().method("DELETE")), no(with("x-b", "1"))],
        ),
        row("status 200", list().preflight_status(200), APP, vec![yes(echo().method("PUT"))]),
        row("status 299", list().preflight_status(299), APP, vec![yes(echo().method("PUT"))]),
        row(
            "a handler that answers preflights",
            list().preflight_continue(true),
            APP,
            vec![yes(to("/options").method("PUT").mode(Mode::Cors)), no(echo().method("PUT"))],
        ),
    ]
}

fn any_with_credentials() -> Builder {
    Policy::builder()
        .allow_origins([APP])
        .allow_methods(["*"])
        .allow_headers(["*"])
        .allow_credentials(true)
}

fn headers() -> Vec<Row> {
    let star = || Policy::builder().allow_origins(["*"]).allow_headers(["*", "authorization"]);
    vec![
        row(
            "request headers",
            list(),
            APP,
            vec![
                yes(with("X-A", "1")),
                no(with("x-b", "1")),
                no(with("x-a", "1").header("x-b", "1")),
                yes(with("accept", "text/html")),
                no(with("accept", "text/html(1)")),
                no(with("accept", &"a".repeat(129))),
                yes(with("accept-language", "en, de;q=0.5")),
                no(with("accept-language", "en_US")),
                yes(with("content-language", "de")),
                yes(with("range", "bytes=0-9")),
                no(with("range", "bytes=-9")),
                no(with("authorization", "Bearer x")),
            ],
        ),
        row(
            "content types",
            lone(),
            APP,
            vec![
                yes(echo()
                    .method("POST")
                    .body(Body::Text)
                    .header("content-type", "text/plain;charset=ascii")),
                yes(echo().method("POST").body(Body::Text).header("content-type", "TEXT/plain")),
                yes(echo()
                    .method("POST")
                    .body(Body::Text)
                    .header("content-type", "multipart/form-data; boundary=x")),
                no(echo().method("POST").body(Body::Text).header("content-type", "text/html")),
                no(echo()
                    .method("POST")
                    .body(Body::Text)
                    .header("content-type", "text/plain;charset=\"utf-8\"")),
                yes(echo().method("POST").body(Body::Bytes)),
            ],
        ),
        row("any header", any(), APP, vec![yes(with("x-whatever", "1"))]),
        row(
            "any header but authorization",
            any(),
            APP,
            vec![no(with("authorization", "Bearer x"))],
        ),
        row(
            "any header but authorization, beside others",
            any(),
            APP,
            vec![no(with("authorization", "Bearer x").header("x-a", "1"))],
        ),
        row(
            "authorization beside any",
            star(),
            APP,
            vec![yes(with("authorization", "x").header("x-a", "1"))],
        ),
        row(
            "headers that are the browser's",
            list(),
            APP,
            vec![yes(with("cookie", "a=b")
                .header("host", "x")
                .header("sec-x", "1")
                .header("x-http-method", "TRACE"))],
        ),
        row("exposed headers", list(), APP, vec![yes(echo())]).holds(|o| {
            header(&o[0], "x-request-id") == Some("demo") && header(&o[0], "x-secret").is_none()
        }),
        row("nothing exposed", lone(), APP, vec![yes(echo())])
            .holds(|o| header(&o[0], "x-request-id").is_none()),
        row("everything exposed", any(), APP, vec![yes(echo()), yes(to("/cookie"))]).holds(|o| {
            header(&o[0], "x-secret") == Some("hidden") && header(&o[1], "set-cookie").is_none()
        }),
    ]
}

fn credentials() -> Vec<Row> {
    let allowed = || list().allow_origins([APP]).allow_credentials(true);
    let reflecting = Danger { reflect_any_origin: true, ..Danger::default() };
    vec![
        row(
            "credentials",
            allowed(),
            APP,
            vec![
                yes(echo()),
                yes(echo().credentials(CredentialsMode::Omit)),
                yes(include(echo())),
                yes(include(echo().method("PUT"))),
            ],
        ),
        row(
            "credentials that are not allowed",
            list(),
            APP,
            vec![no(include(echo())), no(include(echo().method("PUT")))],
        ),
        row(
            "credentials under a star",
            any(),
            APP,
            vec![no(include(echo())), no(include(echo().method("PUT")))],
        ),
        row(
            "credentials of any site",
            Policy::builder().allow_origins(["*"]).allow_credentials(true).danger(reflecting),
            EVIL,
            vec![yes(include(echo())), yes(echo())],
        ),
        row(
            "a cookie comes back where it is included",
            allowed(),
            APP,
            vec![
                yes(include(to("/cookie"))),
                yes(include(to("/cookie"))),
                yes(to("/cookie")),
                yes(to("/cookie").credentials(CredentialsMode::Omit)),
            ],
        )
        .holds(|o| {
            let has = |index: usize| {
                o[index].readable().is_some_and(|r: &crate::Response| r.body.contains("sid"))
            };
            !has(0) && has(1) && !has(2) && !has(3)
        }),
    ]
}

fn redirects() -> Vec<Row> {
    let redirect = |status: u16, host: &str| {
        to(&format!("/answer?status={status}&location=https%3A%2F%2F{host}%2Fecho%3Fid%3D$ID"))
    };
    vec![
        row(
            "a redirect within the server",
            list(),
            APP,
            vec![
                yes(redirect(302, "$HOST")),
                yes(redirect(307, "$HOST").method("PUT")),
                yes(redirect(303, "$HOST").method("PUT")),
                yes(redirect(301, "$HOST").method("POST").body(Body::Text)),
                no(redirect(302, "$HOST").redirect(RedirectMode::Error)),
                no(redirect(302, "$HOST").redirect(RedirectMode::Manual)),
            ],
        ),
        row("a redirect to a third origin", list(), APP, vec![no(redirect(302, "$THIRD"))]),
        row(
            "a redirect to a third origin, null allowed",
            null(),
            APP,
            vec![yes(redirect(302, "$THIRD"))],
        ),
        row(
            "a redirect of a PUT to a third origin",
            any(),
            APP,
            vec![yes(redirect(307, "$THIRD").method("PUT"))],
        ),
        row(
            "authorization is left behind",
            any().allow_headers(["*", "authorization"]),
            APP,
            vec![yes(redirect(302, "$THIRD").header("authorization", "x").header("x-a", "1"))],
        ),
        row("a redirect from another site", list(), EVIL, vec![no(redirect(302, "$HOST"))]),
        row(
            "a redirect to nowhere",
            list(),
            APP,
            vec![
                no(to("/answer?status=302&location=https%3A%2F%2F%5B")),
                no(to("/answer?status=302&location=mailto%3Aa%40b.example")),
                yes(to("/answer?status=302")),
            ],
        ),
    ]
}

fn handlers() -> Vec<Row> {
    vec![
        row(
            "errors and what is not there",
            list(),
            APP,
            vec![
                yes(to("/error")),
                yes(to("/middleware-error")),
                yes(to("/nothing-here")),
                yes(to("/auth")),
                yes(to("/echo").method("HEAD")),
            ],
        )
        .holds(|o| {
            let statuses: Vec<_> =
                o.iter().filter_map(Outcome::readable).map(|r| r.status).collect();
            statuses.len() == 5
                && statuses[0] == 500
                && statuses[2..4] == [404, 401]
                && o[0].readable().is_some_and(|error| !error.body.is_empty())
        }),
        row(
            "errors for another site",
            list(),
            EVIL,
            vec![no(to("/error")), no(to("/nothing-here"))],
        ),
        row("a handler with CORS headers of its own", list(), APP, vec![yes(to("/own"))]),
        row(
            "a handler with CORS headers of its own, for another site",
            list(),
            EVIL,
            vec![no(to("/own"))],
        ),
        row("a handler that varies", list(), APP, vec![yes(to("/vary")), yes(to("/vary-star"))]),
        // A page that is late finds all of it at once: now and then, not five times.
        row("a stream", list(), APP, vec![(Job::from(&to("/stream")).in_chunks(), true); 5])
            .holds(|o| o.iter().filter_map(Outcome::readable).any(|response| response.chunks > 1)),
        row("a cached answer", list(), APP, vec![yes(to("/cached")), yes(to("/cached"))]),
        row(
            "a handler's redirect",
            list(),
            APP,
            vec![yes(to("/answer?status=302&location=%2Fecho%3Fid%3D$ID"))],
        ),
        row(
            "OPTIONS that is no preflight",
            list().allow_methods(["OPTIONS"]),
            APP,
            vec![yes(to("/options").method("OPTIONS"))],
        )
        .holds(|o| o[0].readable().is_some_and(|response| response.status == 200)),
    ]
}

fn modes() -> Vec<Row> {
    let socket = |allowed| (Job::from(&Fetch::new(APP, "wss://$HOST/ws")).as_web_socket(), allowed);
    vec![
        row(
            "no-cors",
            list(),
            APP,
            vec![
                no(echo().mode(Mode::NoCors)),
                no(echo().mode(Mode::NoCors).method("POST").body(Body::Text)),
                no(echo().mode(Mode::NoCors).method("PUT")),
            ],
        )
        .holds(|o| o[..2] == [Outcome::Opaque, Outcome::Opaque]),
        row("same-origin", list(), APP, vec![no(echo().mode(Mode::SameOrigin))]),
        row("a WebSocket", list(), APP, vec![socket(true)]),
        row("a WebSocket from another site", list(), EVIL, vec![socket(true)]),
        row("a WebSocket that is forbidden", forbid(), EVIL, vec![socket(false)]),
        row("a WebSocket that is not forbidden", forbid(), APP, vec![socket(true)]),
        row(
            "what no script can ask for",
            list(),
            APP,
            vec![
                no(echo().method("TRACE")),
                no(echo().method("a b")),
                no(with("x a", "1")),
                no(with("x-a", "\u{100}")),
                no(echo().body(Body::Text)),
                no(Fetch::new(APP, "https://u:p@$HOST/echo")),
                no(Fetch::new(APP, "https://$HOST:6000/echo")),
                no(Fetch::new(APP, "ftp://$HOST/echo")),
                no(Fetch::new(APP, "http://$HOST/echo")),
            ],
        ),
    ]
}

fn forbid() -> Builder {
    list().disallowed_origin(DisallowedOrigin::Forbid)
}

fn keys() -> Vec<Row> {
    vec![
        row("forbidden", forbid(), EVIL, vec![no(echo()), no(echo().method("PUT"))]),
        row("not forbidden", forbid(), APP, vec![yes(echo()), yes(echo().method("PUT"))]),
        row(
            "private networks",
            list().allow_private_network(true),
            APP,
            vec![yes(echo().method("PUT"))],
        ),
        row(
            "no max-age",
            Policy::builder().allow_origins([APP]).allow_methods(["PUT"]),
            APP,
            vec![yes(echo().method("PUT")), yes(echo().method("PUT"))],
        ),
    ]
}
