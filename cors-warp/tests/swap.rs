//! A policy swapped while requests run: each answer is the work of one policy alone.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use common::{APP, App, EVIL, both, compare, cors, get, lines, preflight};
use cors_warp::{CorsLayer, Handle, Policy};
use http::Method;
use tokio::sync::{Notify, Semaphore};
use warp::Filter;

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
    for app in both(&CorsLayer::shared(handle.clone()), warp::any().map(|| "")) {
        for _ in 0..2 {
            handle.store(narrow());
            app.check([
                ("narrow", get("/", APP), 200, NARROW),
                ("narrow, elsewhere", get("/", EVIL), 200, &["vary: origin"]),
                ("narrow, preflight", preflight("/", APP, "PUT"), 204, NARROW_PREFLIGHT),
            ])
            .await;
            handle.store(wide());
            app.check([
                ("wide", get("/", APP), 200, WIDE),
                ("wide, elsewhere", get("/", EVIL), 200, WIDE),
                ("wide, preflight", preflight("/", APP, "PUT"), 204, WIDE_PREFLIGHT),
            ])
            .await;
        }
    }
}

#[tokio::test]
async fn a_request_ends_under_the_policy_it_began_with() {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let routes = {
        let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
        warp::any().then(move || {
            let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
            async move {
                entered.notify_one();
                leave.acquire().await.unwrap().forget();
                ""
            }
        })
    };
    let handle = Handle::new(narrow());
    for app in both(&CorsLayer::shared(handle.clone()), routes) {
        handle.store(narrow());
        let running = tokio::spawn({
            let app = app.clone();
            async move { app.send(get("/", APP)).await }
        });
        entered.notified().await;
        handle.store(wide());
        leave.add_permits(2);
        compare("the one under way", &running.await.unwrap(), 200, NARROW);
        compare("the one after", &app.send(get("/", APP)).await, 200, WIDE);
        // The permit of the notification that nobody waited for.
        entered.notified().await;
    }
}

/// A task that swaps the two policies as fast as it can.
struct Swapping {
    done: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<usize>,
}

impl Swapping {
    fn start(handle: &Handle) -> Self {
        let (handle, done) = (handle.clone(), Arc::new(AtomicBool::new(false)));
        let task = tokio::spawn({
            let done = Arc::clone(&done);
            let (narrow, wide) = (narrow(), wide());
            async move {
                let mut swaps = 0;
                while !done.load(Ordering::Relaxed) {
                    for policy in [&wide, &narrow] {
                        handle.store(policy.clone());
                        swaps += 1;
                        tokio::task::yield_now().await;
                    }
                }
                swaps
            }
        });
        Self { done, task }
    }

    async fn stop(self) {
        self.done.store(true, Ordering::Relaxed);
        assert!(self.task.await.unwrap() > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_answer_mixes_two() {
    let handle = Handle::new(narrow());
    // Swaps come before, within and after the handler.
    let routes = warp::any().then(|| async {
        tokio::task::yield_now().await;
        ""
    });
    for app in both(&CorsLayer::shared(handle.clone()), routes) {
        under_load(&handle, &app).await;
    }
}

async fn under_load(handle: &Handle, app: &App) {
    let swapping = Swapping::start(handle);
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move {
                for _ in 0..250 {
                    let response = app.send(get("/", APP)).await;
                    assert_eq!(response.status(), 200);
                    let actual = cors(response.headers());
                    assert!([NARROW, WIDE].contains(&&*lines(&actual)), "{actual:?}");
                    let response = app.send(preflight("/", APP, "PUT")).await;
                    assert_eq!(response.status(), 204);
                    let answer = cors(response.headers());
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
    swapping.stop().await;
}

/// The same over sockets, where a request that failed would be seen as one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_request_fails() {
    let handle = Handle::new(narrow());
    let layer = CorsLayer::shared(handle.clone());
    let addresses = common::serve_both(&layer, warp::any().map(|| "handled")).await;
    let swapping = Swapping::start(&handle);
    let workers: Vec<_> = [addresses, addresses]
        .into_iter()
        .flatten()
        .map(|address| {
            tokio::spawn(async move {
                for _ in 0..50 {
                    let response = common::over_socket(address, get("/", APP)).await;
                    let actual = cors(response.headers());
                    assert!([NARROW, WIDE].contains(&&*lines(&actual)), "{actual:?}");
                    assert_eq!(response.status(), 200);
                    assert_eq!(response.body(), b"handled");
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    swapping.stop().await;
}
