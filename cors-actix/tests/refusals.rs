//! With the feature `tracing`, what a log holds of a refusal.

#![cfg(feature = "tracing")]

mod common;
#[path = "../../cors-axum/tests/common/log.rs"]
mod log;

use actix_web::App;
use actix_web::test::init_service;
use common::{policy, request, send};
use cors_actix::CorsLayer;
use log::{Log, REQUESTS};

#[actix_web::test]
async fn one_event_for_each_refusal() {
    let app = init_service(App::new().wrap(CorsLayer::new(policy()))).await;
    let (log, _guard) = Log::start();
    let long = "x".repeat(10_000);
    let last = ("GET", &[("origin", long.as_str())][..]);
    for (method, headers) in REQUESTS.into_iter().chain([last]) {
        send(&app, &request(method, "/", headers)).await;
    }
    log.check();
}
