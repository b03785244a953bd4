//! axum with `tower-http`.

use axum::Router;
use axum::middleware::from_fn;
use http::{HeaderName, HeaderValue, Method};
use tower_http::cors::{Any, CorsLayer};

use super::{authorize, routes, serve_axum, texts};
use crate::case::{Case, OTHER, PAGE};
use crate::hosts::Host;

texts!(
    "tower-http",
    CorsLayer,
    cors(),
    Simple simple,
    Preflight preflight,
    Credentials credentials,
    Errors errors,
    Auth auth,
    Exposed exposed
);

pub(in crate::hosts) fn start(case: Case, recipe: Option<&str>) -> Result<Host, String> {
    let authorized = match case {
        Case::Auth => routes().layer(from_fn(authorize)),
        _ => routes(),
    };
    serve_axum(match recipe {
        Some(recipe) => authorized.layer(layer_of(case, recipe)?),
        None => with_fault(case),
    })
}

fn with_fault(case: Case) -> Router {
    let layer = CorsLayer::new();
    let page = HeaderValue::from_static(PAGE);
    match case {
        Case::Simple => routes().layer(layer.allow_origin([HeaderValue::from_static(OTHER)])),
        Case::Preflight => routes().layer(layer.allow_origin([page])),
        Case::Credentials => routes().layer(
            layer
                .allow_origin([page])
                .allow_methods([Method::PUT])
                .allow_headers([HeaderName::from_static("content-type")]),
        ),
        // Only around the routes.
        Case::Errors => routes().route_layer(layer.allow_origin([page])),
        Case::Auth => {
            routes().layer(layer.allow_origin([page]).allow_headers(Any)).layer(from_fn(authorize))
        }
        Case::Exposed | Case::Doubled => routes().layer(layer.allow_origin([page])),
    }
}
