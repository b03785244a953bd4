//! axum: a router with the layer applied, called as `axum::serve` calls it.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::{Route, get, post};
use cors_axum::CorsLayer;
use http::StatusCode;
use tower_layer::layer_fn;

use super::tower::by_hand::{ByHand, Floor, Necessary};
use super::tower::{around, cloned, own_headers};
use super::{Made, Make};
use crate::policy;
use crate::rows::{BODY, Row};

pub fn make(row: &Row, make: Make) -> Made {
    let router = match make {
        Make::Bare => router(),
        Make::Ours => router().layer(CorsLayer::new(policy::ours(row.policy))),
        Make::Peer => router().layer(policy::tower_http(row.policy)?),
        Make::Floor(status, lines) => by_hand(Floor::new(status, &lines)),
        Make::Necessary => by_hand(Necessary::new(row)),
    };
    Ok(cloned::<_, Body, _>(row, router))
}

fn by_hand(by_hand: &'static impl ByHand) -> Router {
    router().layer(layer_fn(move |inner: Route| around(by_hand, inner)))
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
