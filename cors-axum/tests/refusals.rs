//! With the feature `tracing`, what a log holds of a refusal.

#![cfg(feature = "tracing")]

mod common;
#[path = "common/log.rs"]
mod log;

use axum::Router;
use common::{policy, request};
use cors_axum::CorsLayer;
use log::{Log, REQUESTS};
use tower::ServiceExt;

#[tokio::test]
async fn one_event_for_each_refusal() {
    let app = Router::new().layer(CorsLayer::new(policy()));
    let (log, _guard) = Log::start();
    let long = "x".repeat(10_000);
    let last = ("GET", &[("origin", long.as_str())][..]);
    for (method, headers) in REQUESTS.into_iter().chain([last]) {
        app.clone().oneshot(request(method, "/", headers)).await.unwrap();
    }
    log.check();
}
