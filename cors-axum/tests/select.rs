//! A policy per request: by host, by path, by a declared header. What the selector may look at is
//! in the cache's key: the URL, or a header that `Vary` names.

mod common;

use axum::Router;
use axum::body::Body;
use axum::extract::OriginalUri;
use axum::http::{HeaderName, Method, Request, Version};
use axum::routing::any;
use common::{APP, Counter, EVIL, Row, check, get, only, preflight, request, send};
use cors_axum::{CorsLayer, Head, Policy};

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

fn wearing<F>(names: impl IntoIterator<Item = HeaderName>, select: F) -> Router
where
    F: Fn(&Head<'_>) -> Option<Policy> + Send + Sync + 'static,
{
    let own = [("access-control-allow-origin", "https://handler.example"), ("vary", "accept")];
    Router::new()
        .route("/plain", any(|| async { "plain" }))
        .route("/own", any(move || async move { own }))
        .layer(CorsLayer::select_reading(names, select).unwrap())
}

#[tokio::test]
async fn by_host() {
    let (a, b) = (constant(A), constant(B));
    let app = wearing([], move |head| match head.authority()? {
        "a.test" => Some(a.clone()),
        "b.test:8443" => Some(b.clone()),
        _ => None,
    });
    let host = |host| request("GET", "/plain", &[("host", host), ("origin", A)]);
    let twice = request("GET", "/plain", &[("host", "a.test"), ("host", "a.test")]);
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
        ],
    )
    .await;
}

#[tokio::test]
async fn by_path() {
    let (a, b) = (constant(A), constant(B));
    let app = wearing([], move |head| {
        Some(if head.uri().path().starts_with("/own") { a.clone() } else { b.clone() })
    });
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
        ],
    )
    .await;
    let response = send(&app, preflight("/own", A, "PUT")).await;
    assert_eq!(response.headers()["access-control-allow-origin"], A);
}

#[tokio::test]
async fn by_method_version_and_extension() {
    #[derive(Clone)]
    struct Internal;
    let a = constant(A);
    let app = wearing([], move |head| {
        let is_public = head.extensions().get::<Internal>().is_none();
        let is_new = head.version() == Version::HTTP_2;
        (is_public && is_new && head.method() == Method::GET).then(|| a.clone())
    });
    let over_http_2 = |mut request: Request<Body>| {
        *request.version_mut() = Version::HTTP_2;
        request
    };
    let mut internal = get("/plain", A);
    internal.extensions_mut().insert(Internal);
    check(
        &app,
        [
            ("all", over_http_2(get("/plain", A)), 200, &[READ_BY_A]),
            ("version", get("/plain", A), 200, &[]),
            ("method", over_http_2(request("POST", "/plain", &[("origin", A)])), 200, &[]),
            ("extension", over_http_2(internal), 200, &[]),
        ],
    )
    .await;
}

#[tokio::test]
async fn by_the_whole_path_inside_a_nested_router() {
    let a = constant(A);
    let inner = wearing([], move |head| {
        let OriginalUri(whole) = head.extensions().get::<OriginalUri>()?;
        assert_eq!(head.uri().path(), "/plain", "axum takes the prefix off");
        (whole.path() == "/a/plain").then(|| a.clone())
    });
    let app = Router::new().nest("/a", inner.clone()).nest("/b", inner);
    check(
        &app,
        [
            ("one", get("/a/plain", A), 200, &[READ_BY_A]),
            ("the other", get("/b/plain", A), 200, &[]),
        ],
    )
    .await;
}

#[tokio::test]
async fn by_a_declared_header() {
    let (a, b) = (constant(A), only(&[B, "https://c.example"]));
    let app = wearing([TENANT], move |head| match head.header(TENANT)?.as_bytes() {
        b"a" => Some(a.clone()),
        b"b" => Some(b.clone()),
        _ => None,
    });
    let tenant =
        |uri, origin, tenant| request("GET", uri, &[("origin", origin), ("x-tenant", tenant)]);
    let options = |tenant| {
        let mut request = preflight("/plain", B, "GET");
        request.headers_mut().insert(TENANT, tenant);
        request
    };
    let own = ["access-control-allow-origin: https://handler.example", "vary: accept, x-tenant"];
    let rows: [Row<'_>; 10] = [
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
        (
            "preflight",
            options("b".parse().unwrap()),
            204,
            &[
                "access-control-allow-methods: GET, HEAD, POST",
                READ_BY_B,
                "vary: origin, access-control-request-method, x-tenant",
            ],
        ),
        ("None: a preflight goes through", options("c".parse().unwrap()), 200, &[VARY]),
    ];
    check(&app, rows).await;
}

#[tokio::test]
async fn a_name_is_not_repeated_in_vary() {
    let policy = only(&[A, B]);
    let names =
        [HeaderName::from_static("accept"), HeaderName::from_static("origin"), TENANT, TENANT];
    let app = wearing(names, move |head| head.header("origin").map(|_| policy.clone()));
    check(
        &app,
        [
            (
                "policy's and selector's",
                get("/plain", A),
                200,
                &[READ_BY_A, "vary: origin, accept, x-tenant"],
            ),
            ("handler's too", get("/own", A), 200, &[READ_BY_A, "vary: accept, origin, x-tenant"]),
        ],
    )
    .await;
}

#[tokio::test]
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
        assert_eq!(head.version(), axum::http::Version::HTTP_11);
        assert!(!format!("{head:?}").contains("secret"), "no header's value is printed");
        None
    });
    let request = request(
        "GET",
        "/plain",
        &[
            ("origin", A),
            ("host", "a.test"),
            ("cookie", "secret"),
            ("x-tenant", "a"),
            ("x-tenant", "b"),
            ("x-tenant2", "secret"),
        ],
    );
    send(&app, request).await;
    assert_eq!(looks.take(), 1, "once a request");
}

#[tokio::test]
async fn none_leaves_the_response_alone() {
    let app = wearing([], |_| None);
    for (origin, path) in [(APP, "/own"), (EVIL, "/own")] {
        let own = ["access-control-allow-origin: https://handler.example", "vary: accept"];
        check(&app, [("the handler's own", get(path, origin), 200, &own)]).await;
    }
    let response = send(&app, preflight("/plain", APP, "PUT")).await;
    let whole = axum::body::to_bytes(response.into_body(), 100).await.unwrap();
    assert_eq!(whole, "plain", "the handler answers its own OPTIONS");
}

/// Soundness: requests that are alike in what `Vary` names get the same CORS headers.
#[tokio::test]
async fn vary_is_sound() {
    let policies: [Policy; 2] =
        [constant(A), Policy::builder().allow_origins([A, B]).build().unwrap()];
    let app = wearing([TENANT], move |head| {
        let tenant: usize = head.header(TENANT)?.to_str().ok()?.parse().ok()?;
        policies.get(tenant).cloned()
    });
    let mut requests: Vec<Request<Body>> = Vec::new();
    for tenant in [None, Some("0"), Some("1"), Some("2")] {
        for origin in [None, Some(A), Some(B), Some(EVIL)] {
            let mut headers = Vec::new();
            headers.extend(tenant.map(|tenant| ("x-tenant", tenant)));
            headers.extend(origin.map(|origin| ("origin", origin)));
            requests.push(request("GET", "/plain", &headers));
        }
    }
    let mut answers = Vec::new();
    for request in requests {
        let headers = request.headers().clone();
        let answer = send(&app, request).await;
        answers.push((headers, common::cors(answer.headers())));
    }
    let mut compared = 0;
    for (one, answer) in &answers {
        let vary = answer.iter().find_map(|line| line.strip_prefix("vary: ")).unwrap();
        let alike = |other: &axum::http::HeaderMap| {
            vary.split(", ").all(|name| one.get(name) == other.get(name))
        };
        for (_, other) in answers.iter().filter(|(headers, _)| alike(headers)) {
            assert_eq!(answer, other, "{one:?}");
            compared += 1;
        }
    }
    assert!(compared > answers.len(), "some pairs are alike");
}
