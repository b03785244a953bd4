//! A policy swapped while requests run: each answer is the work of one policy alone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use cors_core::{Handle, Policy};

use super::app::App;
use crate::{APP, Adapter, EVIL, Way, compare, cors, get, lines, preflight};

/// One origin of several, with credentials.
fn narrow() -> Policy {
    let policy = Policy::builder()
        .allow_origins([APP, "https://other.example"])
        .allow_methods(["PUT"])
        .allow_credentials(true)
        .expose_headers(["x-narrow"])
        .build();
    policy.unwrap()
}

/// Every origin, without.
fn wide() -> Policy {
    let policy = Policy::builder()
        .allow_origins(["*"])
        .allow_methods(["DELETE"])
        .allow_headers(["x-wide"])
        .expose_headers(["x-wide"])
        .build();
    policy.unwrap()
}

const NARROW: &[&str] = &[
    "access-control-allow-credentials: true",
    "access-control-allow-origin: https://app.example.com",
    "access-control-expose-headers: x-narrow",
    "vary: origin",
];
const WIDE: &[&str] = &["access-control-allow-origin: *", "access-control-expose-headers: x-wide"];

const NARROW_PREFLIGHT: &[&str] = &[
    "access-control-allow-credentials: true",
    "access-control-allow-methods: PUT, GET, HEAD, POST",
    "access-control-allow-origin: https://app.example.com",
    "vary: origin, access-control-request-method",
];
const WIDE_PREFLIGHT: &[&str] = &[
    "access-control-allow-headers: x-wide",
    "access-control-allow-methods: DELETE, GET, HEAD, POST",
    "access-control-allow-origin: *",
    "vary: origin, access-control-request-method",
];

pub(crate) fn the_next_request_is_under_the_next_policy<A: Adapter>() {
    let handle = Handle::new(narrow());
    let app = App::start::<A>(Way::Shared(handle.clone()));
    // Both over new connections and over one that stays open.
    let mut open = app.connect();
    for _ in 0..2 {
        handle.store(narrow());
        app.check([
            ("narrow", get("/item", APP), 200, NARROW),
            ("narrow, elsewhere", get("/item", EVIL), 200, &["vary: origin"]),
            ("narrow, preflight", preflight("/item", APP, "PUT"), 204, NARROW_PREFLIGHT),
        ]);
        compare("narrow, open", &open.send(&get("/item", APP)), 200, NARROW);
        handle.store(wide());
        app.check([
            ("wide", get("/item", APP), 200, WIDE),
            ("wide, elsewhere", get("/item", EVIL), 200, WIDE),
            ("wide, preflight", preflight("/item", APP, "PUT"), 204, WIDE_PREFLIGHT),
        ]);
        compare("wide, open", &open.send(&get("/item", APP)), 200, WIDE);
    }
}

pub(crate) fn a_request_ends_under_the_policy_it_began_with<A: Adapter>() {
    let handle = Handle::new(narrow());
    let app = App::start::<A>(Way::Shared(handle.clone()));
    let mut running = app.begin(&get("/hold", APP));
    app.api.wait_for_held();
    handle.store(wide());
    app.api.release(2);
    compare("the one under way", &running.head(), 200, NARROW);
    compare("the one after", &app.send(get("/hold", APP)), 200, WIDE);
}

pub(crate) fn no_answer_mixes_two<A: Adapter>() {
    let handle = Handle::new(narrow());
    let app = App::start::<A>(Way::Shared(handle.clone()));
    let done = AtomicBool::new(false);
    let send_requests = || {
        let mut connection = app.connect();
        for _ in 0..100 {
            let actual = connection.send(&get("/item", APP));
            assert_eq!((actual.status, &*actual.body), (200, &b"handled"[..]));
            let actual = cors(&actual);
            assert!([NARROW, WIDE].contains(&&*lines(&actual)), "{actual:?}");
            let answer = connection.send(&preflight("/item", APP, "PUT"));
            assert_eq!(answer.status, 204);
            let answer = cors(&answer);
            assert!([NARROW_PREFLIGHT, WIDE_PREFLIGHT].contains(&&*lines(&answer)), "{answer:?}");
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            let (narrow, wide) = (narrow(), wide());
            // Swaps come before, within and after the handler.
            while !done.load(Ordering::Relaxed) {
                for policy in [&wide, &narrow] {
                    handle.store(policy.clone());
                    thread::yield_now();
                }
            }
        });
        let clients: Vec<_> = (0..4).map(|_| scope.spawn(send_requests)).collect();
        let ended: Vec<_> = clients.into_iter().map(|client| client.join()).collect();
        done.store(true, Ordering::Relaxed);
        assert!(ended.iter().all(Result::is_ok));
    });
}
