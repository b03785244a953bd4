//! A policy swapped while requests run: each answer is the work of one policy alone.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::http::Method;
use axum::routing::any;
use common::{APP, EVIL, check, compare, cors, get, lines, preflight, send};
use cors_axum::{CorsLayer, Handle, Policy};
use tokio::sync::{Notify, Semaphore};

/// One origin of several, with credentials.
fn narrow() -> Policy {
    let policy = Policy::builder()
        .allow_origins([APP, "https://other.example"])
        .allow_methods([Method::PUT])
        .allow_credentials(true)
        .expose_headers(["x-narrow"])
        .build();
    policy.unwrap()
}

/// Every origin, without.
fn wide() -> Policy {
    let policy = Policy::builder()
        .allow_origins(["*"])
        .allow_methods([Method::DELETE])
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

#[tokio::test]
async fn the_next_request_is_under_the_next_policy() {
    let handle = Handle::new(narrow());
    let app = Router::new().route("/", any(|| async {})).layer(CorsLayer::shared(handle.clone()));
    for _ in 0..2 {
        handle.store(narrow());
        check(
            &app,
            [
                ("narrow", get("/", APP), 200, NARROW),
                ("narrow, elsewhere", get("/", EVIL), 200, &["vary: origin"]),
                ("narrow, preflight", preflight("/", APP, "PUT"), 204, NARROW_PREFLIGHT),
            ],
        )
        .await;
        handle.store(wide());
        check(
            &app,
            [
                ("wide", get("/", APP), 200, WIDE),
                ("wide, elsewhere", get("/", EVIL), 200, WIDE),
                ("wide, preflight", preflight("/", APP, "PUT"), 204, WIDE_PREFLIGHT),
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn a_request_ends_under_the_policy_it_began_with() {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let handler = {
        let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
        move || async move {
            entered.notify_one();
            leave.acquire().await.unwrap().forget();
        }
    };
    let handle = Handle::new(narrow());
    let app = Router::new().route("/", any(handler)).layer(CorsLayer::shared(handle.clone()));

    let running = tokio::spawn({
        let app = app.clone();
        async move { send(&app, get("/", APP)).await }
    });
    entered.notified().await;
    handle.store(wide());
    leave.add_permits(2);
    compare("the one under way", &running.await.unwrap(), 200, NARROW);
    compare("the one after", &send(&app, get("/", APP)).await, 200, WIDE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_answer_mixes_two() {
    let handle = Handle::new(narrow());
    // Swaps come before, within and after the handler.
    let handler = || async { tokio::task::yield_now().await };
    let app = Router::new().route("/", any(handler)).layer(CorsLayer::shared(handle.clone()));

    let done = Arc::new(AtomicBool::new(false));
    let swapper = tokio::spawn({
        let (handle, done) = (handle.clone(), Arc::clone(&done));
        let (narrow, wide) = (narrow(), wide());
        async move {
            while !done.load(Ordering::Relaxed) {
                for policy in [&wide, &narrow] {
                    handle.store(policy.clone());
                    tokio::task::yield_now().await;
                }
            }
        }
    });
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move {
                for _ in 0..250 {
                    let actual = cors(send(&app, get("/", APP)).await.headers());
                    assert!([NARROW, WIDE].contains(&&*lines(&actual)), "{actual:?}");
                    let answer = send(&app, preflight("/", APP, "PUT")).await;
                    let answer = cors(answer.headers());
                    assert!(
                        [NARROW_PREFLIGHT, WIDE_PREFLIGHT].contains(&&*lines(&answer)),
                        "{answer:?}"
                    );
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    swapper.await.unwrap();
}
