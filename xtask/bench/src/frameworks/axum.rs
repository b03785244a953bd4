//! axum: a router with the layer applied, called as `axum::serve` calls it.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::{Route, get, post};
use cors_axum::CorsLayer;
use http::StatusCode;
use tower_layer::layer_fn;

use super::tower::by_hand::{ByHand, Floor, Necessary};
use super::tower::{Around, cloned, own_headers};
use super::{Made, Who};
use crate::contender::Answer;
use crate::policy;
use crate::rows::{BODY, Row};

pub fn make(row: &Row, who: Who, answer: &Answer) -> Made {
    let router = match who {
        Who::Bare => router(),
        Who::Layer | Who::Floor => by_hand(Floor::new(row, answer)),
        Who::Necessary => by_hand(Necessary::new(row)),
        Who::Ours => router().layer(CorsLayer::new(policy::ours(row.policy))),
        Who::Peer => router().layer(policy::tower_http(row.policy)?),
    };
    Ok(cloned::<Body, _>(row, router))
}

fn by_hand(by_hand: &'static impl ByHand) -> Router {
    router().layer(layer_fn(move |inner: Route| Around(by_hand, inner)))
}

/// The router without CORS.
pub fn router() -> Router {
    let own = own_headers();
    Router::new()
        .route("/", get(|| async { BODY }))
        .route("/headers", get(async move || (own.clone(), BODY)))
        .route("/items", get(|| async { BODY }).post(|| async { StatusCode::CREATED }))
        .route("/items/{id}", get(|Path(id): Path<u64>| async move { id.to_string() }))
        .route("/sessions", post(|| async { StatusCode::CREATED }))
}
