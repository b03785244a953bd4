//! Methods, and the questions and answers of preflights.

use super::*;

pub fn rows() -> Vec<Row> {
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
                yes(echo().method("post").body(Body::Text)),
                no(echo().method("delete")),
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
            "cached only for its URL",
            list(),
            APP,
            vec![yes(echo().method("PUT")), yes(to("/answer").method("PUT"))],
        ),
        row(
            "cached with and without credentials",
            list().allow_origins([APP]).allow_credentials(true),
            APP,
            vec![yes(include(echo().method("PUT"))), yes(echo().method("PUT"))],
        ),
        row(
            "a refusal is not cached",
            list(),
            APP,
            vec![no(echo().method("DELETE")), no(echo().method("DELETE"))],
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
                yes(echo().upload_listener(true)),
                yes(with("x-a", "1").method("POST").body(Body::Bytes).upload_listener(true)),
                no(echo().method("DELETE").body(Body::Text).upload_listener(true)),
            ],
        ),
        row(
            "an upload with a listener, after a preflight for another method",
            any().max_age(Duration::from_secs(60)),
            APP,
            vec![
                yes(echo().method("PUT")),
                yes(echo().method("POST").body(Body::Text).upload_listener(true)),
                yes(echo().method("HEAD").upload_listener(true)),
                yes(echo().upload_listener(true)),
            ],
        ),
        row(
            "an upload with a listener, after a simple request",
            any().max_age(Duration::from_secs(60)),
            APP,
            vec![yes(echo()), yes(echo().method("POST").body(Body::Text).upload_listener(true))],
        ),
        row(
            "a conditional request, after a preflight",
            list().allow_headers(CONDITIONAL.into_iter().chain(["x-a"])),
            APP,
            [with("x-a", "1")]
                .into_iter()
                .chain(conditional())
                .chain([with("x-a", "2")])
                .map(yes)
                .collect(),
        ),
        row(
            "a preflight, after a conditional request",
            list().allow_headers(CONDITIONAL.into_iter().chain(["x-a"])),
            APP,
            vec![yes(with("if-match", "1")), yes(with("x-a", "1")), yes(echo().method("PUT"))],
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
            vec![
                yes(to("/options").method("PUT")),
                no(echo().method("PUT")),
                yes(to("/answer?status=204").method("PUT")),
                no(to("/answer?status=404").method("PUT")),
                no(to("/answer?status=302&location=%2Foptions").method("PUT")),
            ],
        ),
    ]
}

/// Headers that make a request conditional, and one that does not.
const CONDITIONAL: [&str; 6] = [
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "cache-control",
];

/// With `fetch` and with `XMLHttpRequest`.
fn conditional() -> impl Iterator<Item = Fetch> {
    CONDITIONAL.into_iter().flat_map(|name| {
        let fetch = with(name, "1");
        let upload = fetch.clone().method("POST").body(Body::Bytes).upload_listener(true);
        [fetch, upload]
    })
}

fn any_with_credentials() -> Builder {
    Policy::builder()
        .allow_origins([APP])
        .allow_methods(["*"])
        .allow_headers(["*"])
        .allow_credentials(true)
}
