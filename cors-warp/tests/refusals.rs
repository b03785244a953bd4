//! With the feature `tracing`, what a log holds of a refusal.

#![cfg(feature = "tracing")]

mod common;
#[path = "../../cors-axum/tests/common/log.rs"]
mod log;

use common::{both, layer, request};
use log::{Log, REQUESTS};
use warp::Filter;

#[tokio::test]
async fn one_event_for_each_refusal() {
    for app in both(&layer(), warp::any().map(warp::reply)) {
        let (log, _guard) = Log::start();
        let long = "x".repeat(10_000);
        let last = ("GET", &[("origin", long.as_str())][..]);
        for (method, headers) in REQUESTS.into_iter().chain([last]) {
            app.send(request(method, "/", headers)).await;
        }
        log.check();
    }
}
