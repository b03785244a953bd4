//! A policy per request: by host, by path, by a declared header. What the selector may look at is
//! in the cache's key: the URL, or a header that `Vary` names.

mod common;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderName;
use actix_web::http::{Method, Version};
use actix_web::middleware::{Next, from_fn};
use actix_web::test::init_service;
use actix_web::{App, Error, HttpMessage, HttpResponse, web};
use common::{APP, Ask, Counter, EVIL, Failure, Row, check, get, handled, only, preflight};
use common::{request, send};
use cors_actix::{CorsLayer, Head, Policy};

const TENANT: HeaderName = HeaderName::from_static("x-tenant");

const A: &str = "https://a.example";
const B: &str = "https://b.example";
const READ_BY_A: &str = "access-control-allow-origin: https://a.example";
const READ_BY_B: &str = "access-control-allow-origin: https://b.example";
const VARY: &str = "vary: x-tenant";

/// A policy whose answers are constant: so whatever stands in `Vary` is the selector's.
fn constant(origin: &str) -> Policy {
    only(&[origin])
}

async fn own() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("access-control-allow-origin", "https://handler.example"))
        .insert_header(("vary", "accept"))
        .finish()
}

async fn fails(_: ServiceRequest, _: Next<impl MessageBody>) -> Result<ServiceResponse, Error> {
    Err(Failure(400).into())
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/plain").to(handled))
        .service(web::resource("/own").to(own))
        .service(web::resource("/error").wrap(from_fn(fails)).to(handled));
}

async fn wearing<F>(
    names: impl IntoIterator<Item = HeaderName>,
    select: F,
) -> impl Service<actix_http::Request, Response = ServiceResponse<impl MessageBody>, Error = Error>
where
    F: Fn(&Head<'_>) -> Option<Policy> + Send + Sync + 'static,
{
    init_service(
        App::new().configure(routes).wrap(CorsLayer::select_reading(names, select).unwrap()),
    )
    .await
}

#[actix_web::test]
async fn by_host() {
    let (a, b) = (constant(A), constant(B));
    let app = wearing([], move |head| match head.authority()? {
        "a.test" => Some(a.clone()),
        "b.test:8443" => Some(b.clone()),
        _ => None,
    })
    .await;
    let host = |host| request("GET", "/plain", &[("host", host), ("origin", A)]);
    let twice = request("GET", "/plain", &[("host", "a.test"), ("host", "a.test")]);
    let forwarded = [("forwarded", "host=a.test"), ("x-forwarded-host", "a.test"), ("origin", A)];
    check(
        &app,
        [
            ("Host", host("a.test"), 200, &[READ_BY_A]),
            ("Host with a port", host("b.test:8443"), 200, &[READ_BY_B]),
            (":authority", get("http://a.test/plain", A), 200, &[READ_BY_A]),
            ("another port", host("b.test"), 200, &[]),
            ("a longer host", host("a.test.evil.test"), 200, &[]),
            ("no host", get("/plain", A), 200, &[]),
            ("two hosts", twice, 200, &[]),
            ("what anyone may send", request("GET", "/plain", &forwarded), 200, &[]),
        ],
    )
    .await;
}

#[actix_web::test]
async fn by_path() {
    let (a, b) = (constant(A), constant(B));
    let app = wearing([], move |head| {
        Some(if head.path().starts_with("/own") { a.clone() } else { b.clone() })
    })
    .await;
    check(
        &app,
        [
            ("one", get("/plain", B), 200, &[READ_BY_B]),
            (
                "the other, merged with the handler's",
                get("/own", B),
                200,
                &[READ_BY_A, "vary: accept"],
            ),
            ("404", get("/none", B), 404, &[READ_BY_B]),
            ("an error", get("/error", B), 400, &[READ_BY_B]),
        ],
    )
    .await;
    let answer = send(&app, &preflight("/own", A, "PUT")).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some(A));
}

#[actix_web::test]
async fn the_path_is_the_routers() {
    let a = constant(A);
    let app = wearing([], move |head| {
        assert_ne!(head.uri().path(), "/own", "as it came");
        (head.path() == "/own").then(|| a.clone())
    })
    .await;
    check(
        &app,
        [
            ("escaped", get("/%6fwn", B), 200, &[READ_BY_A, "vary: accept"]),
            ("a slash stays escaped, for the router too", get("/%2fown", B), 404, &[]),
            ("a query is no path", get("/plain?/own", B), 200, &[]),
        ],
    )
    .await;
}

#[actix_web::test]
async fn by_method_version_and_extension() {
    #[derive(Clone)]
    struct Internal;
    let a = constant(A);
    let layer = CorsLayer::select(move |head| {
        let is_public = head.extensions().get::<Internal>().is_none();
        let is_new = head.version() == Version::HTTP_2;
        (is_public && is_new && head.method() == Method::GET).then(|| a.clone())
    });
    let marks = |mut request: ServiceRequest, next: Next<_>| async move {
        if request.query_string() == "internal" {
            request.extensions_mut().insert(Internal);
        }
        if request.query_string() != "old" {
            request.head_mut().version = Version::HTTP_2;
        }
        next.call(request).await
    };
    let app = init_service(App::new().configure(routes).wrap(layer).wrap(from_fn(marks))).await;
    check(
        &app,
        [
            ("all", get("/plain", A), 200, &[READ_BY_A]),
            ("version", get("/plain?old", A), 200, &[]),
            ("method", request("POST", "/plain", &[("origin", A)]), 200, &[]),
            ("extension", get("/plain?internal", A), 200, &[]),
        ],
    )
    .await;
}

#[actix_web::test]
async fn by_the_whole_path_inside_a_scope() {
    let a = constant(A);
    let layer = CorsLayer::select(move |head| {
        assert_eq!(head.path(), head.uri().path());
        (head.path() == "/a/plain").then(|| a.clone())
    });
    let scope = |path| web::scope(path).configure(routes).wrap(layer.clone());
    let app = init_service(App::new().service(scope("/a")).service(scope("/b"))).await;
    check(
        &app,
        [
            ("one", get("/a/plain", A), 200, &[READ_BY_A]),
            ("the other", get("/b/plain", A), 200, &[]),
        ],
    )
    .await;
}

#[actix_web::test]
async fn by_a_declared_header() {
    let (a, b) = (constant(A), only(&[B, "https://c.example"]));
    let app = wearing([TENANT], move |head| match head.header(TENANT)?.as_bytes() {
        b"a" => Some(a.clone()),
        b"b" => Some(b.clone()),
        _ => None,
    })
    .await;
    let tenant =
        |uri, origin, tenant| request("GET", uri, &[("origin", origin), ("x-tenant", tenant)]);
    let options = |tenant| preflight("/plain", B, "GET").with("x-tenant", tenant);
    let own = ["access-control-allow-origin: https://handler.example", "vary: accept, x-tenant"];
    let rows: [Row<'_>; 12] = [
        ("a constant policy", tenant("/plain", A, "a"), 200, &[READ_BY_A, VARY]),
        (
            "one of several origins",
            tenant("/plain", B, "b"),
            200,
            &[READ_BY_B, "vary: origin, x-tenant"],
        ),
        ("its other origins", tenant("/plain", A, "b"), 200, &["vary: origin, x-tenant"]),
        (
            "not CORS",
            request("GET", "/plain", &[("x-tenant", "b")]),
            200,
            &["vary: origin, x-tenant"],
        ),
        ("None by value", tenant("/plain", A, "c"), 200, &[VARY]),
        ("None by absence", get("/plain", A), 200, &[VARY]),
        ("None: the handler's own stays", tenant("/own", A, "c"), 200, &own),
        ("404", tenant("/none", A, "a"), 404, &[READ_BY_A, VARY]),
        ("an error", tenant("/error", B, "b"), 400, &[READ_BY_B, "vary: origin, x-tenant"]),
        ("None: an error", tenant("/error", B, "c"), 400, &[VARY]),
        (
            "preflight",
            options("b"),
            204,
            &[
                "access-control-allow-methods: GET, HEAD, POST",
                READ_BY_B,
                "vary: origin, access-control-request-method, x-tenant",
            ],
        ),
        ("None: a preflight goes through", options("c"), 200, &[VARY]),
    ];
    check(&app, rows).await;
}

#[actix_web::test]
async fn a_name_is_not_repeated_in_vary() {
    let policy = only(&[A, B]);
    let names =
        [HeaderName::from_static("accept"), HeaderName::from_static("origin"), TENANT, TENANT];
    let app = wearing(names, move |head| head.header("origin").map(|_| policy.clone())).await;
    let wanted = [READ_BY_A, "vary: origin, accept, x-tenant"];
    check(
        &app,
        [
            ("policy's and selector's", get("/plain", A), 200, &wanted),
            ("on an error", get("/error", A), 400, &wanted),
            ("handler's too", get("/own", A), 200, &[READ_BY_A, "vary: accept, origin, x-tenant"]),
        ],
    )
    .await;
}

#[actix_web::test]
async fn only_what_is_declared_is_seen() {
    let looks = Counter::default();
    let seen = looks.clone();
    let app = wearing([TENANT], move |head| {
        seen.add();
        for name in ["cookie", "origin", "host", "x-tenan", "x-tenant2", "", "no token"] {
            assert_eq!(head.header(name), None, "{name}");
            assert_eq!(head.header_lines(name).count(), 0, "{name}");
        }
        for name in ["x-tenant", "X-Tenant"] {
            assert_eq!(head.header(name).unwrap(), "a", "the first line");
            assert_eq!(head.header_lines(name).collect::<Vec<_>>(), ["a", "b"]);
        }
        assert_eq!(head.version(), Version::HTTP_11);
        assert!(!format!("{head:?}").contains("secret"), "no header's value is printed");
        None
    })
    .await;
    let request = get("/plain", A)
        .with("host", "a.test")
        .with("cookie", "secret")
        .with("x-tenant", "a")
        .with("x-tenant", "b")
        .with("x-tenant2", "secret");
    send(&app, &request).await;
    assert_eq!(looks.take(), 1, "once a request");
}

#[actix_web::test]
async fn none_leaves_the_response_alone() {
    let app = wearing([], |_| None).await;
    for origin in [APP, EVIL] {
        let own = ["access-control-allow-origin: https://handler.example", "vary: accept"];
        check(&app, [("the handler's own", get("/own", origin), 200, &own)]).await;
    }
    let answer = send(&app, &preflight("/plain", APP, "PUT")).await;
    assert_eq!(answer.body, b"handled", "the handler answers its own OPTIONS");
}

/// Soundness: requests that are alike in what `Vary` names get the same CORS headers.
#[actix_web::test]
async fn vary_is_sound() {
    let policies: [Policy; 2] =
        [constant(A), Policy::builder().allow_origins([A, B]).build().unwrap()];
    let app = wearing([TENANT], move |head| {
        let tenant: usize = head.header(TENANT)?.to_str().ok()?.parse().ok()?;
        policies.get(tenant).cloned()
    })
    .await;
    for uri in ["/plain", "/error"] {
        let mut answers: Vec<(Ask, Vec<String>)> = Vec::new();
        for tenant in [None, Some("0"), Some("1"), Some("2")] {
            for origin in [None, Some(A), Some(B), Some(EVIL)] {
                let mut headers = Vec::new();
                headers.extend(tenant.map(|tenant| ("x-tenant", tenant)));
                headers.extend(origin.map(|origin| ("origin", origin)));
                let request = request("GET", uri, &headers);
                let answer = send(&app, &request).await;
                answers.push((request, common::cors(&answer.headers)));
            }
        }
        let header = |request: &Ask, name: &str| {
            let mut headers = request.headers.iter();
            headers.find(|(known, _)| known == name).map(|(_, value)| value.clone())
        };
        let mut compared = 0;
        for (one, answer) in &answers {
            let vary = answer.iter().find_map(|line| line.strip_prefix("vary: ")).unwrap();
            let alike =
                |other: &Ask| vary.split(", ").all(|name| header(one, name) == header(other, name));
            for (_, other) in answers.iter().filter(|(request, _)| alike(request)) {
                assert_eq!(answer, other, "{one:?}");
                compared += 1;
            }
        }
        assert!(compared > answers.len(), "some pairs are alike");
    }
}
