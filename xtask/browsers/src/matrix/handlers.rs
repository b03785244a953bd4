//! What handlers do: errors, their own headers, streams.

use super::*;

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "errors and missing pages",
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
            statuses == [500, 500, 404, 401, 200]
                && o[0].readable().is_some_and(|error| !error.body.is_empty())
        }),
        row("statuses and their bodies", list(), APP, STATUSES.map(|s| yes(status(s))).into())
            .holds(|o| {
                o.iter().zip(STATUSES).all(|(outcome, status)| {
                    outcome.readable().is_some_and(|response| {
                        response.status == status && response.body == format!("status {status}")
                    })
                })
            }),
        row(
            "statuses for another site",
            list(),
            EVIL,
            vec![no(status(401)), no(status(404)), no(status(503))],
        ),
        row("an answer without a body", list(), APP, vec![yes(to("/answer?status=204"))])
            .holds(|o| o[0].readable().is_some_and(|response| response.length == 0)),
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
        row(
            "a handler that allows any origin",
            list(),
            EVIL,
            vec![no(to("/answer?header=access-control-allow-origin:*"))],
        ),
        row(
            "a handler that allows credentials",
            list(),
            APP,
            vec![no(include(to("/answer?header=access-control-allow-credentials:true")))],
        ),
        row("a handler that varies", list(), APP, vec![yes(to("/vary")), yes(to("/vary-star"))]),
        // A slow page may find everything in one chunk: once in a while, but not five times.
        row("a stream", list(), APP, vec![(Job::from(&to("/stream")).in_chunks(), true); 5]).holds(
            |o| {
                let mut streams = o.iter().filter_map(Outcome::readable);
                streams.clone().any(|response| response.chunks > 1)
                    && streams.all(|response| response.length == 1 << 20)
            },
        ),
        row("a cached answer", list(), APP, vec![yes(to("/cached")), yes(to("/cached"))]),
        row(
            "a handler's redirect",
            list(),
            APP,
            vec![yes(to("/answer?status=302&location=%2Fecho%3Fid%3D$ID"))],
        ),
        row(
            "OPTIONS that is not a preflight",
            list().allow_methods(["OPTIONS"]),
            APP,
            vec![yes(to("/options").method("OPTIONS"))],
        )
        .holds(|o| o[0].readable().is_some_and(|response| response.status == 200)),
    ]
}

const STATUSES: [u16; 6] = [400, 401, 403, 404, 500, 503];

fn status(status: u16) -> Fetch {
    to(&format!("/answer?status={status}&body=status+{status}"))
}
