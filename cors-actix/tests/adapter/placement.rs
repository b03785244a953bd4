//! The same requests get the same answers wherever you apply the layer: to an app, a scope, a
//! resource.

use crate::common::{
    APP, BARE, PREFLIGHT, SIMPLE, check, get, handled, policy, preflight, request, rows,
};
use actix_web::test::init_service;
use actix_web::{App, Resource, web};
use cors_actix::CorsLayer;

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
