//! A policy per request: by host, by path, by a declared header. What the selector may look at is
//! in the cache's key: the URL, or a header that `Vary` names.

mod common;

use common::{APP, App, Counter, EVIL, Row};
use common::{around_filter, around_service, both, get, only, preflight, request};
use cors_warp::{CorsLayer, Head, Policy};
use http::{HeaderName, Method};
use warp::{Filter, Rejection, Reply};

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

fn routes() -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    let own = || {
        let reply = warp::reply::with_header("own", "vary", "accept");
        warp::reply::with_header(reply, "access-control-allow-origin", "https://handler.example")
    };
    warp::path("plain").map(|| "plain").or(warp::path("own").map(own))
}

fn wearing<F>(names: impl IntoIterator<Item = HeaderName>, select: F) -> [App; 2]
where
    F: Fn(&Head<'_>) -> Option<Policy> + Send + Sync + 'static,
{
    both(&CorsLayer::select_reading(names, select).unwrap(), routes())
}

#[tokio::test]
async fn by_host() {
    let (a, b) = (constant(A), constant(B));
    let host = |host| request("GET", "/plain", &[("host", host), ("origin", A)]);
    for app in wearing([], move |head| match head.authority()? {
        "a.test" => Some(a.clone()),
        "b.test:8443" => Some(b.clone()),
        _ => None,
    }) {
        let twice = request("GET", "/plain", &[("host", "a.test"), ("host", "a.test")]);
        app.check([
            ("Host", host("a.test"), 200, &[READ_BY_A]),
            ("Host with a port", host("b.test:8443"), 200, &[READ_BY_B]),
            (":authority", get("http://a.test/plain", A), 200, &[READ_BY_A]),
            ("another port", host("b.test"), 200, &[]),
            ("a longer host", host("a.test.evil.test"), 200, &[]),
            ("no host", get("/plain", A), 200, &[]),
            ("two hosts", twice, 200, &[]),
        ])
        .await;
    }
}

#[tokio::test]
async fn by_path_query_and_method() {
    let (a, b) = (constant(A), constant(B));
    for app in wearing([], move |head| match (head.uri().path(), head.uri().query()) {
        _ if head.method() == Method::DELETE => None,
        ("/own", None) | ("/plain", Some("a=%20&b")) => Some(a.clone()),
        _ => Some(b.clone()),
    }) {
        app.check([
            ("one", get("/plain", B), 200, &[READ_BY_B]),
            ("the other, merged", get("/own", B), 200, &[READ_BY_A, "vary: accept"]),
            ("by query", get("/plain?a=%20&b", B), 200, &[READ_BY_A]),
            ("by method", request("DELETE", "/plain", &[]), 200, &[]),
        ])
        .await;
        let response = app.send(preflight("/own", A, "PUT")).await;
        assert_eq!(response.headers()["access-control-allow-origin"], A);
    }
}

/// The path is the whole one, however much of it has been matched.
#[tokio::test]
async fn by_the_whole_path_below_a_prefix() {
    let a = constant(A);
    let layer =
        CorsLayer::select(move |head| (head.uri().path() == "/api/plain").then(|| a.clone()));
    let app = common::bare(warp::path("api").and(cors_warp::filter(&layer, routes())));
    app.check([
        ("one", get("/api/plain", A), 200, &[READ_BY_A]),
        (
            "the other",
            get("/api/own", A),
            200,
            &["access-control-allow-origin: https://handler.example", "vary: accept"],
        ),
    ])
    .await;
}

/// Filters lend no extensions.
#[tokio::test]
async fn by_extension() {
    #[derive(Clone)]
    struct Internal;
    let a = constant(A);
    let layer = CorsLayer::select(move |head| {
        head.extensions().get::<Internal>().is_none().then(|| a.clone())
    });
    let internal = |method| {
        let mut request = request(method, "/plain", &[("origin", A)]);
        request.extensions_mut().insert(Internal);
        request
    };
    let service = around_service(&layer, routes());
    service.check([("seen", internal("GET"), 200, &[])]).await;
    let filter = around_filter(&layer, routes());
    filter.check([("not seen", internal("GET"), 200, &[READ_BY_A])]).await;
}

#[tokio::test]
async fn by_version() {
    let a = constant(A);
    for app in wearing([], move |head| (head.version() == http::Version::HTTP_2).then(|| a.clone()))
    {
        let mut request = get("/plain", A);
        *request.version_mut() = http::Version::HTTP_2;
        app.check([
            ("HTTP/2", request, 200, &[READ_BY_A]),
            ("HTTP/1.1", get("/plain", A), 200, &[]),
        ])
        .await;
    }
}

#[tokio::test]
async fn by_a_declared_header() {
    let (a, b) = (constant(A), only(&[B, "https://c.example"]));
    let tenant =
        |uri, origin, tenant| request("GET", uri, &[("origin", origin), ("x-tenant", tenant)]);
    let options = |tenant| {
        let mut request = preflight("/plain", B, "GET");
        request.headers_mut().insert(TENANT, tenant);
        request
    };
    let own = ["access-control-allow-origin: https://handler.example", "vary: accept, x-tenant"];
    for app in wearing([TENANT], move |head| match head.header(TENANT)?.as_bytes() {
        b"a" => Some(a.clone()),
        b"b" => Some(b.clone()),
        _ => None,
    }) {
        let rows: [Row<'_>; 9] = [
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
        app.check(rows).await;
    }
}

#[tokio::test]
async fn only_what_is_declared_is_seen() {
    let looks = Counter::default();
    let seen = looks.clone();
    for app in wearing([TENANT], move |head| {
        seen.add();
        for name in ["cookie", "origin", "host", "x-tenan", "x-tenant2", "", "no token"] {
            assert_eq!(head.header(name), None, "{name}");
            assert_eq!(head.header_lines(name).count(), 0, "{name}");
        }
        for name in ["x-tenant", "X-Tenant"] {
            assert_eq!(head.header(name).unwrap(), "a", "the first line");
            assert_eq!(head.header_lines(name).collect::<Vec<_>>(), ["a", "b"]);
        }
        None
    }) {
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
        app.send(request).await;
        assert_eq!(looks.take(), 1, "once a request");
    }
}

#[tokio::test]
async fn none_leaves_the_response_alone() {
    for app in wearing([], |_| None) {
        let own = ["access-control-allow-origin: https://handler.example", "vary: accept"];
        app.check([
            ("the handler's own", get("/own", APP), 200, &own),
            ("elsewhere", get("/own", EVIL), 200, &own),
        ])
        .await;
        let response = app.send(preflight("/plain", APP, "PUT")).await;
        assert_eq!(common::text(response).await, "plain", "the handler answers its own OPTIONS");
    }
}

/// Soundness: requests that are alike in what `Vary` names get the same CORS headers.
#[tokio::test]
async fn vary_is_sound() {
    let policies: [Policy; 2] =
        [constant(A), Policy::builder().allow_origins([A, B]).build().unwrap()];
    for app in wearing([TENANT], move |head| {
        let tenant: usize = head.header(TENANT)?.to_str().ok()?.parse().ok()?;
        policies.get(tenant).cloned()
    }) {
        let mut answers = Vec::new();
        for tenant in [None, Some("0"), Some("1"), Some("2")] {
            for origin in [None, Some(A), Some(B), Some(EVIL)] {
                let mut headers = Vec::new();
                headers.extend(tenant.map(|tenant| ("x-tenant", tenant)));
                headers.extend(origin.map(|origin| ("origin", origin)));
                let request = request("GET", "/plain", &headers);
                let headers = request.headers().clone();
                let answer = app.send(request).await;
                answers.push((headers, common::cors(answer.headers())));
            }
        }
        let mut compared = 0;
        for (one, answer) in &answers {
            let vary = answer.iter().find_map(|line| line.strip_prefix("vary: ")).unwrap();
            let alike = |other: &http::HeaderMap| {
                vary.split(", ").all(|name| one.get(name) == other.get(name))
            };
            for (_, other) in answers.iter().filter(|(headers, _)| alike(headers)) {
                assert_eq!(answer, other, "{one:?}");
                compared += 1;
            }
        }
        assert!(compared > answers.len(), "some pairs are alike");
    }
}
