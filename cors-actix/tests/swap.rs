//! A policy swapped while requests run: each answer is the work of one policy alone.

mod common;

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use actix_web::http::Method;
use actix_web::test::init_service;
use actix_web::{App, rt, web};
use common::{
    APP, EVIL, check, compare, cors, get, handled, lines, over_open_socket, preflight, send,
};
use cors_actix::{CorsLayer, Handle, Policy};
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

#[actix_web::test]
async fn the_next_request_is_under_the_next_policy() {
    let handle = Handle::new(narrow());
    let app =
        App::new().service(web::resource("/").to(handled)).wrap(CorsLayer::shared(handle.clone()));
    let app = init_service(app).await;
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

#[actix_web::test]
async fn a_request_ends_under_the_policy_it_began_with() {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let handler = {
        let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
        move || {
            let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
            async move {
                entered.notify_one();
                leave.acquire().await.unwrap().forget();
                "handled"
            }
        }
    };
    let handle = Handle::new(narrow());
    let app =
        App::new().service(web::resource("/").to(handler)).wrap(CorsLayer::shared(handle.clone()));
    let app = Rc::new(init_service(app).await);

    let running = rt::spawn({
        let app = Rc::clone(&app);
        async move { send(&*app, &get("/", APP)).await }
    });
    entered.notified().await;
    handle.store(wide());
    leave.add_permits(2);
    compare("the one under way", &running.await.unwrap(), 200, NARROW);
    compare("the one after", &send(&*app, &get("/", APP)).await, 200, WIDE);
}

#[actix_web::test]
async fn no_answer_mixes_two() {
    let handle = Handle::new(narrow());
    let layer = CorsLayer::shared(handle.clone());
    // Swaps come before, within and after the handler, on every worker.
    let address = serve!(2, move || {
        let handler = || async {
            tokio::task::yield_now().await;
            "handled"
        };
        App::new().service(web::resource("/").to(handler)).wrap(layer.clone())
    });

    let done = Arc::new(AtomicBool::new(false));
    let swapper = thread::spawn({
        let (done, narrow, wide) = (Arc::clone(&done), narrow(), wide());
        move || {
            let mut swaps = 0_usize;
            while !done.load(Ordering::Relaxed) {
                for policy in [&wide, &narrow] {
                    handle.store(policy.clone());
                    swaps += 1;
                }
            }
            swaps
        }
    });
    let clients: Vec<_> = (0..8)
        .map(|_| {
            rt::spawn(async move {
                let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
                for _ in 0..150 {
                    let actual = over_open_socket(&mut stream, &get("/", APP)).await;
                    assert_eq!((actual.status, &*actual.body), (200, &b"handled"[..]));
                    let actual = cors(&actual.headers);
                    assert!([NARROW, WIDE].contains(&&*lines(&actual)), "{actual:?}");

                    let answer = over_open_socket(&mut stream, &preflight("/", APP, "PUT")).await;
                    assert_eq!(answer.status, 204);
                    let answer = cors(&answer.headers);
                    assert!(
                        [NARROW_PREFLIGHT, WIDE_PREFLIGHT].contains(&&*lines(&answer)),
                        "{answer:?}"
                    );
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    assert!(swapper.join().unwrap() > 2400, "more swaps than requests");
}
