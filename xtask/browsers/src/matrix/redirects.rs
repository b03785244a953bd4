//! Redirects within a server, and to another origin.

use super::*;

pub fn rows() -> Vec<Row> {
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
                yes(redirect(308, "$HOST").method("PUT")),
                yes(redirect(302, "$HOST").method("PUT")),
                yes(redirect(307, "$HOST").method("POST").body(Body::Text)),
                no(redirect(302, "$HOST").mode(Mode::NoCors)),
                no(redirect(302, "u:p@$HOST")),
                yes(redirect(301, "$HOST").method("POST").body(Body::Text)),
                no(redirect(302, "$HOST").redirect(RedirectMode::Error)),
                no(redirect(302, "$HOST").redirect(RedirectMode::Manual)),
            ],
        ),
        row(
            "a redirect to a third origin",
            list(),
            APP,
            vec![no(redirect(302, "$THIRD")), no(redirect(307, "$THIRD").method("PUT"))],
        ),
        row("a redirect there and back", list(), APP, vec![no(there_and_back())]),
        row("a redirect there and back, null allowed", null(), APP, vec![yes(there_and_back())]),
        row(
            "a redirect to an unencrypted URL",
            list(),
            APP,
            vec![no(to("/answer?status=302&location=http%3A%2F%2F$HOST%2Fecho%3Fid%3D$ID"))],
        ),
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

/// A redirect through the third origin.
fn there_and_back() -> Fetch {
    to("/answer?status=302&location=https%3A%2F%2F$THIRD%2Fanswer%3Fid%3D$ID%26status%3D302\
        %26location%3Dhttps%253A%252F%252F$HOST%252Fecho%253Fid%253D$ID")
}
