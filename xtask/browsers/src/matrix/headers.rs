//! Headers of requests, and of responses.

use super::*;

pub fn rows() -> Vec<Row> {
    let star = || Policy::builder().allow_origins(["*"]).allow_headers(["*", "authorization"]);
    vec![
        row(
            "request headers",
            list(),
            APP,
            vec![
                yes(with("X-A", "1")),
                yes(with("x-a", "")),
                yes(with("x-a", "1").header("X-A", "2")),
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
                yes(with("range", "bytes=5-")),
                no(with("range", "bytes=0-1,3-4")),
                no(with("content-language", "de_DE")),
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
                yes(echo()
                    .method("POST")
                    .body(Body::Text)
                    .header("content-type", "application/x-www-form-urlencoded")),
                no(echo()
                    .method("POST")
                    .body(Body::Text)
                    .header("content-type", format!("text/plain;{}", "a".repeat(118)))),
            ],
        ),
        row("any header", any(), APP, vec![yes(with("x-whatever", "1"))]),
        row(
            "many headers",
            any(),
            APP,
            vec![yes(["x-c", "X-B", "x-d", "x-a", "accept", "x-bb"]
                .into_iter()
                .fold(echo(), |fetch, name| fetch.header(name, "1")))],
        ),
        row("a client hint", list().allow_headers(["dpr"]), APP, vec![yes(with("dpr", "2"))]),
        row(
            "authorization in the list",
            lone().allow_headers(["Authorization"]),
            APP,
            vec![
                yes(with("authorization", "Bearer x")),
                yes(to("/auth").header("authorization", "x")),
            ],
        ),
        row(
            "any header but authorization",
            any(),
            APP,
            vec![no(with("authorization", "Bearer x"))],
        ),
        row(
            "any header but authorization, with others",
            any(),
            APP,
            vec![no(with("authorization", "Bearer x").header("x-a", "1"))],
        ),
        row(
            "authorization in addition to any header",
            star(),
            APP,
            vec![yes(with("authorization", "x").header("x-a", "1"))],
        ),
        row(
            "headers that only the browser sets",
            list(),
            APP,
            vec![yes(with("cookie", "a=b")
                .header("host", "x")
                .header("sec-x", "1")
                .header("x-http-method", "TRACE"))],
        ),
        row(
            "several values of one name",
            any().allow_headers(["*", "authorization"]).max_age(Duration::from_secs(600)),
            APP,
            VALUES.into_iter().flat_map(set_twice).collect(),
        ),
        row(
            "several values of one name, without a preflight",
            list(),
            "https://$HOST",
            VALUES.into_iter().map(|(name, values)| yes(set_to(echo(), name, values))).collect(),
        ),
        row("a User-Agent set by the script", any(), APP, vec![yes(with("user-agent", "x"))]),
        row("exposed headers", list(), APP, vec![yes(echo())]).holds(|o| {
            header(&o[0], "x-request-id") == Some("demo") && header(&o[0], "x-secret").is_none()
        }),
        row("nothing exposed", lone(), APP, vec![yes(echo())])
            .holds(|o| header(&o[0], "x-request-id").is_none()),
        row(
            "headers that are visible without being exposed",
            lone(),
            APP,
            vec![yes(to("/answer?header=cache-control:no-store&header=content-language:de\
                         &header=expires:0&header=last-modified:0&header=pragma:x&header=etag:x"))],
        )
        .holds(|o| {
            let seen = ["cache-control", "content-language", "expires", "last-modified", "pragma"];
            seen.iter().all(|name| header(&o[0], name).is_some()) && header(&o[0], "etag").is_none()
        }),
        row("everything exposed", any(), APP, vec![yes(echo()), yes(to("/cookie"))]).holds(|o| {
            header(&o[0], "x-secret") == Some("hidden") && header(&o[1], "set-cookie").is_none()
        }),
    ]
}

/// Headers that a script sets more than once: those for which Firefox sends only one value, and others.
const VALUES: [(&str, &[&str]); 15] = [
    ("authorization", &["a", "b"]),
    ("content-disposition", &["a", "b"]),
    ("content-type", &["text/plain", "text/html"]),
    ("content-type", &["", "text/plain", "text/plain"]),
    ("from", &["a", "b"]),
    ("if-modified-since", &["Mon, 01 Jan 2024 00:00:00 GMT", "Tue, 02 Jan 2024 00:00:00 GMT"]),
    ("if-unmodified-since", &["Mon, 01 Jan 2024 00:00:00 GMT", "Tue, 02 Jan 2024 00:00:00 GMT"]),
    ("location", &["a", "b"]),
    ("max-forwards", &["1", "2"]),
    ("accept", &["text/html", "text/css"]),
    ("accept-language", &["en", "", "de"]),
    ("if-match", &["a", "b"]),
    ("x-a", &["1", "2", "1"]),
    ("x-a", &["1", ""]),
    ("x-a", &["", "1", "", "2", "3"]),
];

fn set_to(fetch: Fetch, name: &str, values: &[&str]) -> Fetch {
    values.iter().fold(fetch, |fetch, value| fetch.header(name, *value))
}

/// With `fetch`, without and with a body, and with `XMLHttpRequest`.
fn set_twice((name, values): (&str, &[&str])) -> [(Job, bool); 3] {
    let post = echo().method("POST").body(Body::Bytes);
    let upload = post.clone().upload_listener(true);
    [echo(), post, upload].map(|fetch| yes(set_to(fetch, name, values)))
}
