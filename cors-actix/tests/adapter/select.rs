//! What only actix-web's requests have for a selector.

use crate::common::{check, get, handled, only, request};
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, Version};
use actix_web::middleware::{Next, from_fn};
use actix_web::test::init_service;
use actix_web::{App, Error, HttpMessage, web};
use cors_actix::{CorsLayer, Head, Policy};

const A: &str = "https://a.example";
const B: &str = "https://b.example";
const READ_BY_A: &str = "access-control-allow-origin: https://a.example";

fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/plain").to(handled)).service(web::resource("/own").to(handled));
}

async fn service<F>(
    select: F,
) -> impl Service<actix_http::Request, Response = ServiceResponse<impl MessageBody>, Error = Error>
where
    F: Fn(&Head<'_>) -> Option<Policy> + Send + Sync + 'static,
{
    init_service(App::new().configure(routes).wrap(CorsLayer::select(select))).await
}

/// What actix-web's server answers with 400 itself, a test's service does not.
#[actix_web::test]
async fn by_host() {
    let a = only(&[A]);
    let app = service(move |head| (head.authority()? == "a.test").then(|| a.clone())).await;
    let get = |uri| request("GET", uri, &[("origin", A)]).without("host");
    let twice = get("/plain").with("host", "a.test").with("host", "a.test");
    check(
        &app,
        [
            (":authority alone", get("http://a.test/plain"), 200, &[READ_BY_A]),
            ("no host", get("/plain"), 200, &[]),
            ("two hosts", twice, 200, &[]),
        ],
    )
    .await;
}

#[actix_web::test]
async fn the_path_is_the_routers() {
    let a = only(&[A]);
    let app = service(move |head| {
        assert_ne!(head.uri().path(), "/own", "as it came");
        (head.path() == "/own").then(|| a.clone())
    })
    .await;
    check(
        &app,
        [
            ("escaped", get("/%6fwn", B), 200, &[READ_BY_A]),
            ("a slash stays escaped, for the router too", get("/%2fown", B), 404, &[]),
            ("a query is not a path", get("/plain?/own", B), 200, &[]),
        ],
    )
    .await;
}

#[actix_web::test]
async fn by_method_version_and_extension() {
    #[derive(Clone)]
    struct Internal;
    let a = only(&[A]);
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
    let a = only(&[A]);
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
