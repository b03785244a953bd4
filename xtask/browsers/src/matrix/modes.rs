//! Modes, WebSockets, and the server's own page.

use super::*;

pub fn rows() -> Vec<Row> {
    let socket = |page| Fetch::web_socket(page, "wss://$HOST/ws");
    vec![
        row(
            "no-cors",
            list(),
            APP,
            vec![
                no(echo().mode(Mode::NoCors)),
                no(echo().mode(Mode::NoCors).method("POST").body(Body::Text)),
                no(with("x-b", "1").mode(Mode::NoCors)),
                no(echo().mode(Mode::NoCors).method("PUT")),
                no(echo().mode(Mode::NoCors).redirect(RedirectMode::Manual)),
                no(to("/answer?header=cross-origin-resource-policy:same-origin")
                    .mode(Mode::NoCors)),
            ],
        )
        .holds(|o| {
            o[..3].iter().all(|outcome| *outcome == Outcome::Opaque)
                && o[3..].iter().all(|outcome| matches!(outcome, Outcome::Failed { .. }))
        }),
        row("same-origin", list(), APP, vec![no(echo().mode(Mode::SameOrigin))]),
        row("a WebSocket", list(), APP, vec![yes(socket(APP))]),
        row("a WebSocket from another site", list(), EVIL, vec![yes(socket(APP))]),
        row("a WebSocket that is forbidden", forbid(), EVIL, vec![no(socket(APP))]),
        row("a WebSocket that is not forbidden", forbid(), APP, vec![yes(socket(APP))]),
        row("a WebSocket from a sandbox", forbid(), APP, vec![no(socket("null"))]),
        row("a WebSocket from the server's own page", forbid(), OWN, vec![yes(socket(APP))]),
        row("the server's own page", list(), OWN, own()),
        row("the server's own page, others forbidden", forbid(), OWN, own()),
        row(
            "fetches that no script can make",
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

/// The server's own origin. The policy does not apply to requests from its pages.
const OWN: &str = "https://$HOST";

fn own() -> Vec<(Job, bool)> {
    vec![
        yes(echo()),
        yes(echo().method("POST").body(Body::Text)),
        yes(echo().method("DELETE").header("x-b", "1")),
        yes(echo().mode(Mode::SameOrigin)),
        yes(to("/cookie")),
        yes(to("/cookie?again")),
    ]
}
