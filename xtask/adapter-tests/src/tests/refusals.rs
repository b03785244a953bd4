//! With the feature `tracing`, what a log holds of a refusal.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::app::App;
use crate::log::Log;
use crate::{Adapter, builder, get, preflight};

/// So that each test finds its own events in the log of the process.
static TESTS: AtomicUsize = AtomicUsize::new(0);

pub(crate) fn one_event_for_each_refusal<A: Adapter>() {
    let log = Log::start();
    let id = format!("log-{}-", TESTS.fetch_add(1, Ordering::Relaxed));
    let allowed = format!("https://{id}.example.com");
    let app = App::new::<A>(builder().allow_origins([&*allowed]).build().unwrap());

    let asks = |method| preflight("/item", &allowed, method);
    let requests = [
        get("/item", &allowed),
        asks("PUT"),
        get("/item", &format!("https://{id}.example\tadmin")),
        asks("DELETE"),
        asks("PUT").with("access-control-request-headers", "a\"b"),
        get("/item", &(id.clone() + &"x".repeat(10_000))),
    ];
    for request in requests {
        app.send(request);
    }
    let cut = "x".repeat(128 - id.len());
    assert_eq!(
        log.of(&id),
        [
            format!(
                r#"INFO cors: refused origin=https://{id}.example\tadmin reason="origin malformed""#
            ),
            format!(
                r#"INFO cors: refused origin={allowed} method=DELETE reason="method not allowed""#
            ),
            format!(
                r#"INFO cors: refused origin={allowed} header=a\"b reason="header not allowed""#
            ),
            format!(r#"INFO cors: refused origin={id}{cut}... reason="origin malformed""#),
        ]
    );
}
