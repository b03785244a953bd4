//! The migration table of the crate page: what `warp::cors()` does, and what is done here instead.
//! A row that a new warp changes fails here.

use std::panic::catch_unwind;
use std::time::Duration;

use crate::common::{
    self, APP, App, Counter, EVIL, bare, both, builder, compare, get, preflight, request,
};
use cors_warp::{CorsLayer, DisallowedOrigin, ErrorKind, Policy, RefusedPreflight};
use http::Method;
use warp::filters::cors::Builder;
use warp::{Filter, Reply};

fn item() -> impl Filter<Extract = (impl Reply,), Error = warp::Rejection> + Clone {
    warp::path("item").map(|| {
        let reply = warp::reply::with_header("item", "vary", "accept");
        warp::reply::with_header(reply, "access-control-max-age", "7")
    })
}

fn theirs(cors: Builder) -> App {
    bare(item().with(cors))
}

fn ours(policy: Policy) -> [App; 2] {
    both(&CorsLayer::new(policy), item())
}

fn read_by(origin: &str) -> String {
    format!("access-control-allow-origin: {origin}")
}

fn panics<T>(builder: impl FnOnce(Builder) -> T) -> bool {
    catch_unwind(std::panic::AssertUnwindSafe(|| drop(builder(warp::cors())))).is_err()
}

#[tokio::test]
async fn origins() {
    let credentials = "access-control-allow-credentials: true";
    // Nothing listed is everything allowed, with credentials too; and a handler's own stays.
    for any in [warp::cors(), warp::cors().allow_any_origin()] {
        let wanted = [credentials, &read_by(EVIL), "access-control-max-age: 7", "vary: accept"];
        let app = theirs(any.allow_credentials(true));
        app.check([("echoed", get("/item", EVIL), 200, &wanted)]).await;
    }
    let none = Policy::builder().build().unwrap_err();
    assert!(
        none.errors().iter().any(|error| matches!(error.kind(), ErrorKind::NoOrigins)),
        "{none}"
    );

    for app in ours(Policy::builder().allow_origins(["*"]).build().unwrap()) {
        app.check([("a literal", get("/item", EVIL), 200, &[&read_by("*"), "vary: accept"])]).await;
    }
    let echo = Policy::builder().allow_origins(["*"]).allow_credentials(true);
    assert!(echo.clone().build().is_err());
    for app in ours(echo.danger(|danger| danger.reflect_any_origin = true).build().unwrap()) {
        let wanted = [credentials, &read_by(EVIL), "vary: accept, origin"];
        app.check([("echoed", get("/item", EVIL), 200, &wanted)]).await;
    }

    assert!(panics(|cors| cors.allow_origin("app.example.com")));
    let faults = Policy::builder().allow_origins(["app.example.com", "nor this"]).build();
    assert_eq!(faults.unwrap_err().errors().len(), 2);
}

#[tokio::test]
async fn methods_and_headers() {
    let cors = || warp::cors().allow_origin(APP);
    let app = theirs(cors().allow_method("PUT").allow_header("x-a").expose_header("x-b"));
    let wanted = [
        "access-control-allow-headers: x-a",
        "access-control-allow-methods: PUT",
        &read_by(APP),
        "access-control-expose-headers: x-b",
    ];
    app.check([
        ("200, and what is exposed", preflight("/item", APP, "PUT"), 200, &wanted),
        ("POST is not listed", preflight("/item", APP, "POST"), 403, &[]),
    ])
    .await;
    let policy = Policy::builder()
        .allow_origins([APP, "https://other.example"])
        .allow_methods([Method::PUT])
        .allow_headers(["x-a"])
        .expose_headers(["x-b"])
        .preflight_status(200);
    let wanted = [
        "access-control-allow-headers: x-a",
        "access-control-allow-methods: PUT, GET, HEAD, POST",
        &read_by(APP),
        "vary: origin, access-control-request-method",
    ];
    for app in ours(policy.build().unwrap()) {
        app.check([
            ("200", preflight("/item", APP, "PUT"), 200, &wanted),
            ("POST always passes", preflight("/item", APP, "POST"), 200, &wanted),
        ])
        .await;
    }

    assert!(panics(|cors| cors.allow_method("no token")));
    assert!(panics(|cors| cors.allow_header("no token")));
    assert!(panics(|cors| cors.expose_header("no token")));
    let faults = builder().allow_headers(["no token"]).expose_headers(["no token"]).build();
    assert_eq!(faults.unwrap_err().errors().len(), 2);
}

#[tokio::test]
async fn max_age() {
    let app = theirs(warp::cors().allow_method("GET").max_age(Duration::from_secs(90_000)));
    let response = app.send(preflight("/item", APP, "GET")).await;
    assert_eq!(response.headers()["access-control-max-age"], "90000");
    assert!(builder().max_age(Duration::from_secs(90_000)).build().is_err());
}

#[tokio::test]
async fn what_is_not_allowed() {
    let handled = Counter::default();
    let seen = handled.clone();
    let item = warp::path("item").map(move || {
        seen.add();
        "item"
    });
    let app = bare(item.clone().with(warp::cors().allow_origin(APP).allow_method("PUT")));
    app.check([
        ("a disallowed origin", get("/item", EVIL), 403, &[]),
        ("a refused method", preflight("/item", APP, "DELETE"), 403, &[]),
    ])
    .await;
    assert_eq!(handled.take(), 0);
    // A rejection is a recover's to find, and another filter's to try.
    let other = warp::path("item").map(|| "another");
    let app = bare(item.clone().with(warp::cors().allow_origin(APP)).or(other));
    assert_eq!(common::text(app.send(get("/item", EVIL)).await).await, "another");

    for app in both(&CorsLayer::new(common::policy()), item.clone()) {
        compare("called, unreadable", &app.send(get("/item", EVIL)).await, 200, common::REFUSED);
        assert_eq!(handled.take(), 1);
        let explained = app.send(preflight("/item", APP, "DELETE")).await;
        compare("explained", &explained, 204, common::PREFLIGHT);
    }
    let strict = builder()
        .disallowed_origin(DisallowedOrigin::Forbid)
        .refused_preflight(RefusedPreflight::Conceal);
    for app in both(&CorsLayer::new(strict.build().unwrap()), item) {
        assert_eq!(app.send(get("/item", EVIL)).await.status(), 403);
        assert_eq!(app.send(preflight("/item", APP, "DELETE")).await.status(), 403);
        assert_eq!(handled.take(), 0);
        let own = [("origin", "https://api.example"), ("host", "api.example")];
        assert_eq!(app.send(request("GET", "/item", &own)).await.status(), 200, "the API's own");
        assert_eq!(handled.take(), 1);
    }
}
