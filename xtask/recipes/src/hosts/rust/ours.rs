//! axum with our layer. Its recipe is a policy file, which is read when the server starts.

use axum::Router;
use axum::middleware::from_fn;
use cors_axum::CorsLayer;
use cors_core::Policy;

use super::{authorize, routes, serve_axum};
use crate::case::{Case, OTHER, PAGE};
use crate::hosts::Host;

pub(in crate::hosts) fn start(case: Case, recipe: Option<&str>) -> Result<Host, String> {
    let fault = match case {
        Case::Simple => format!("allow_origins = ['{OTHER}']"),
        Case::Credentials => format!(
            "allow_origins = ['{PAGE}']\nallow_methods = ['PUT']\nallow_headers = ['content-type']"
        ),
        _ => format!("allow_origins = ['{PAGE}', '{OTHER}']"),
    };
    let policy = Policy::from_toml(recipe.unwrap_or(&fault)).map_err(|error| error.to_string())?;
    let layer = CorsLayer::new(policy);
    let with_fault: Router = match case {
        // Only around the routes.
        Case::Errors => routes().route_layer(layer.clone()),
        Case::Auth => routes().layer(layer.clone()).layer(from_fn(authorize)),
        _ => routes().layer(layer.clone()),
    };
    serve_axum(match (recipe, case) {
        (None, _) => with_fault,
        (Some(_), Case::Auth) => routes().layer(from_fn(authorize)).layer(layer),
        (Some(_), _) => routes().layer(layer),
    })
}
