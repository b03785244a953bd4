//! The same requests get the same answers wherever the layer is worn: by an app, a scope, a
//! resource, and over a socket.

mod common;

use actix_web::test::init_service;
use actix_web::{App, Resource, web};
use common::{APP, Answer, BARE, EVIL, PREFLIGHT, REFUSED, REFUSED_PREFLIGHT, Row, SIMPLE};
use common::{check, compare, get, handled, over_socket, policy, preflight, request};
use cors_actix::CorsLayer;

const EXAMPLE_DEV: &[&str] = &[
    "access-control-allow-credentials: true",
    "access-control-allow-origin: https://a.b.example.dev",
    "access-control-expose-headers: x-request-id",
    "vary: origin",
];

/// `OPTIONS` has a `Vary` of its own, the same for all of them.
const SIMPLE_OPTIONS: &[&str] = &[
    "access-control-allow-credentials: true",
    "access-control-allow-origin: https://app.example.com",
    "access-control-expose-headers: x-request-id",
    "vary: origin, access-control-request-method",
];

fn rows(uri: &str) -> [Row<'static>; 22] {
    let asks_header =
        |name| preflight(uri, APP, "PUT").with("access-control-request-headers", name);
    [
        ("not CORS", request("GET", uri, &[]), 200, REFUSED),
        ("not CORS, OPTIONS", request("OPTIONS", uri, &[]), 200, REFUSED_PREFLIGHT),
        ("an allowed origin", get(uri, APP), 200, SIMPLE),
        ("one that a pattern allows", get(uri, "https://a.b.example.dev"), 200, EXAMPLE_DEV),
        ("rubbish after the host", get(uri, "https://app.example.com.evil.example"), 200, REFUSED),
        ("rubbish before the host", get(uri, "https://evilapp.example.com"), 200, REFUSED),
        ("another scheme", get(uri, "http://app.example.com"), 200, REFUSED),
        ("another port", get(uri, "https://app.example.com:444"), 200, REFUSED),
        ("no label for the wildcard", get(uri, "https://example.dev"), 200, REFUSED),
        ("a slash too many", get(uri, "https://app.example.com/"), 200, REFUSED),
        ("null", get(uri, "null"), 200, REFUSED),
        ("empty", get(uri, ""), 200, REFUSED),
        ("a method not listed", request("DELETE", uri, &[("origin", APP)]), 200, SIMPLE),
        ("a preflight", preflight(uri, APP, "PUT"), 204, PREFLIGHT),
        ("a preflight for POST", preflight(uri, APP, "POST"), 204, PREFLIGHT),
        ("a header allowed", asks_header("content-type"), 204, PREFLIGHT),
        // Refused and explained: the lists say what is missing.
        ("a header not allowed", asks_header("x-other"), 204, PREFLIGHT),
        ("a method not allowed", preflight(uri, APP, "DELETE"), 204, PREFLIGHT),
        ("a method in the wrong case", preflight(uri, APP, "put"), 204, PREFLIGHT),
        ("a preflight from elsewhere", preflight(uri, EVIL, "PUT"), 403, REFUSED_PREFLIGHT),
        (
            "a preflight without Origin",
            preflight(uri, APP, "PUT").without("origin"),
            200,
            REFUSED_PREFLIGHT,
        ),
        (
            "OPTIONS, but no preflight",
            request("OPTIONS", uri, &[("origin", APP)]),
            200,
            SIMPLE_OPTIONS,
        ),
    ]
}

/// Answers 200 to every method.
fn endpoint(path: &str) -> Resource {
    web::resource(path).to(handled)
}

#[actix_web::test]
async fn an_app() {
    let app = App::new()
        .service(endpoint("/item"))
        .service(web::resource("/read").route(web::get().to(handled)))
        .wrap(CorsLayer::new(policy()));
    let app = init_service(app).await;
    check(&app, rows("/item")).await;
    check(
        &app,
        [
            ("405", request("PUT", "/read", &[("origin", APP)]), 405, SIMPLE),
            ("404", get("/none", APP), 404, SIMPLE),
            ("404, preflight", preflight("/none", APP, "PUT"), 204, PREFLIGHT),
        ],
    )
    .await;
}

#[actix_web::test]
async fn what_is_added_after_the_layer() {
    let app = App::new().wrap(CorsLayer::new(policy())).service(endpoint("/item"));
    let app = init_service(app).await;
    check(&app, rows("/item")).await;
}

#[actix_web::test]
async fn a_resource() {
    let app = App::new()
        .service(endpoint("/item").wrap(CorsLayer::new(policy())))
        .service(
            web::resource("/read").route(web::get().to(handled)).wrap(CorsLayer::new(policy())),
        )
        .route("/bare", web::get().to(handled));
    let app = init_service(app).await;
    check(&app, rows("/item")).await;
    check(
        &app,
        [
            ("its 405", request("PUT", "/read", &[("origin", APP)]), 405, SIMPLE),
            ("its neighbour is bare", get("/bare", APP), 200, BARE),
        ],
    )
    .await;
}

#[actix_web::test]
async fn a_scope() {
    let api = web::scope("/api")
        .service(endpoint("/item"))
        .service(web::resource("/read").route(web::get().to(handled)))
        .wrap(CorsLayer::new(policy()));
    let app = App::new().service(api).route("/bare", web::get().to(handled));
    let app = init_service(app).await;
    check(&app, rows("/api/item")).await;
    check(
        &app,
        [
            ("405 inside", request("PUT", "/api/read", &[("origin", APP)]), 405, SIMPLE),
            ("404 inside", get("/api/none", APP), 404, SIMPLE),
            ("404 inside, preflight", preflight("/api/none", APP, "PUT"), 204, PREFLIGHT),
            ("a route outside", get("/bare", APP), 200, BARE),
            ("404 outside", get("/none", APP), 404, BARE),
        ],
    )
    .await;
}

#[actix_web::test]
async fn workers_over_a_socket() {
    let cors = CorsLayer::new(policy());
    let address = serve!(2, move || App::new().service(endpoint("/item")).wrap(cors.clone()));
    for (what, request, status, wanted) in rows("/item") {
        let answer: Answer = over_socket(address, request).await;
        compare(what, &answer, status, wanted);
        let has_length = answer.headers.contains_key("content-length");
        let body = if status == 200 { b"handled".as_slice() } else { b"" };
        // RFC 9110, 8.6: no Content-Length on 204.
        assert_eq!((has_length, answer.body.as_slice()), (status != 204, body), "{what}");
    }
}
