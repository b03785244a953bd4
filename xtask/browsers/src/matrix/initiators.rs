//! What initiators other than `fetch` send and get from the adapters.

use super::*;
use crate::proxy::AS;
use cors_core::browser::{Crossorigin, Initiator};

/// The rows.
pub fn rows() -> Vec<Row> {
    let anonymous = |fetch: Fetch| fetch.crossorigin(Some(Crossorigin::Anonymous));
    let with = |fetch: Fetch| fetch.crossorigin(Some(Crossorigin::UseCredentials));
    let rows = |name: &str, policy: fn() -> Builder, shared: bool| {
        let judged = |fetch: Fetch| if shared { yes(fetch) } else { no(fetch) };
        let fetches = vec![
            judged(include(to("/cookie"))),
            no(by(Initiator::Script)),
            no(by(Initiator::Image)),
            no(by(Initiator::Stylesheet)),
            judged(anonymous(by(Initiator::Script))),
            judged(anonymous(by(Initiator::Image))),
            judged(anonymous(by(Initiator::Stylesheet))),
            judged(with(by(Initiator::Script))),
            judged(with(by(Initiator::Image))),
            judged(with(by(Initiator::Stylesheet))),
            judged(by(Initiator::Module)),
            judged(by(Initiator::EventSource)),
            judged(include(by(Initiator::EventSource))),
            no(by(Initiator::Font)),
            yes(by(Initiator::WebSocket)),
            no(by(Initiator::Frame)),
            // Not before others: nobody waits for it.
            no(by(Initiator::Beacon).body(Body::Text)),
        ];
        row(name, policy(), APP, fetches)
    };
    vec![
        rows("who sends cookies", || lone().allow_credentials(true), true),
        rows(
            "who sends cookies to a server that allows none",
            || list().allow_origins([DEV]),
            false,
        ),
        row(
            "a beacon with a preflight sends cookies",
            lone().allow_credentials(true).allow_headers(["content-type"]),
            APP,
            vec![
                yes(include(to("/cookie"))),
                no(by(Initiator::Beacon).body(Body::Bytes).header("content-type", "a/b")),
            ],
        ),
        beacons("beacons with well-formed types", &["a/b; c=d ", "a/b;c=\"d;\\\" e\"", "a / b"]),
        beacons(
            "beacons with malformed types",
            &["1", "a/", "a/b c", "a/b/c", "a/(b)", "a/b;", "a/b;c", "a/b;c=", "a/b;c=\"d"],
        ),
        row(
            "an image upgraded to https",
            list(),
            APP,
            vec![no(Fetch::image(APP, "http://$HOST/as/image"))],
        ),
    ]
}

/// In Chromium, only well-formed ones need a preflight. Apart, because nobody waits for a beacon.
fn beacons(name: &'static str, types: &[&str]) -> Row {
    let beacon =
        |kind: &&str| no(by(Initiator::Beacon).body(Body::Bytes).header("content-type", *kind));
    // Several at once to a new host open several connections, and with one that Chromium then closes it loses beacons.
    // With and without cookies, it uses other connections.
    let connected = [yes(to("/echo")), no(include(to("/cookie")))];
    let fetches = connected.into_iter().chain(types.iter().map(beacon));
    row(name, lone().allow_headers(["content-type"]), APP, fetches.collect())
}

fn by(initiator: Initiator) -> Fetch {
    let url = match initiator {
        Initiator::WebSocket => "wss://$HOST/ws".to_owned(),
        other => format!("https://$HOST{AS}{}", other.as_str()),
    };
    Fetch::by(initiator, APP, url)
}
