//! `tower_http::cors`, on axum.

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::any;
use cors_core::{Config, DisallowedOrigin, Policy, RefusedPreflight};
use http::{HeaderName, HeaderValue, Method, Request};
use tower::ServiceExt;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer, ExposeHeaders};

use super::{Pair, Serve, Server, Unsaid, exact, has_star, is_any, predicate, ready};
use crate::answer::Answer;
use crate::routes::{OWN_HEADERS, Route, handle, is_handled};

pub(crate) fn pair(config: &Config, policy: &Policy) -> Result<Pair, Unsaid> {
    let layer = layer(config, policy)?;
    Ok(Pair { ours: ours(policy), peer: Server::build(|| serve(routes().layer(layer()))) })
}

/// The server behind our layer.
pub fn ours(policy: &Policy) -> Server {
    Server::build(|| serve(routes().layer(cors_axum::CorsLayer::new(policy.clone()))))
}

/// The routes, behind no layer.
pub fn routes() -> Router {
    let ok = || async {
        handle();
        OWN_HEADERS
    };
    let error = || async {
        handle();
        StatusCode::INTERNAL_SERVER_ERROR
    };
    Router::new().route(Route::Ok.path(), any(ok)).route(Route::Error.path(), any(error))
}

/// Calls the router for each request.
pub fn serve(router: Router) -> Serve {
    Box::new(move |request| {
        let (parts, ()) = request.clone().into_parts();
        let request = Request::from_parts(parts, Body::empty());
        let (response, is_handled) = is_handled(|| ready(router.clone().oneshot(request)));
        let Ok(response) = response;
        let (parts, _) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, is_handled }
    })
}

/// Call this only where panics are caught.
fn layer(config: &Config, policy: &Policy) -> Result<impl FnOnce() -> CorsLayer + use<>, Unsaid> {
    if config.disallowed_origin == DisallowedOrigin::Forbid {
        return Err("it does not refuse requests");
    }
    if config.refused_preflight == RefusedPreflight::Conceal {
        return Err("it answers every preflight with 200");
    }
    if config.preflight_continue {
        return Err("it answers every preflight itself");
    }
    if config.preflight_status.is_some_and(|status| status != 200) {
        return Err("its preflights have the status 200");
    }
    let credentials = config.allow_credentials;
    let headers = &config.allow_headers;
    if has_star(headers) && headers.iter().any(|n| n.eq_ignore_ascii_case("authorization")) {
        return Err("with * it takes no other header");
    }
    let (config, policy) = (config.clone(), policy.clone());
    Ok(move || {
        let names = |names: &[String]| -> Vec<HeaderName> {
            names.iter().map(|name| name.parse().expect("the policy was built")).collect()
        };
        let methods = || -> Vec<Method> {
            config.allow_methods.iter().map(|name| name.parse().expect("it is a token")).collect()
        };
        let origin = match exact(&config) {
            _ if is_any(&config) && credentials => AllowOrigin::mirror_request(),
            _ if is_any(&config) => AllowOrigin::any(),
            Some(list) => AllowOrigin::list(
                list.into_iter().map(|text| HeaderValue::from_str(text).expect("it is ASCII")),
            ),
            None => {
                let allows = predicate(&policy);
                AllowOrigin::predicate(move |origin, _| allows(origin.as_bytes()))
            }
        };
        let mut layer = CorsLayer::new().allow_origin(origin);
        // `*` with credentials panics; its documentation says what to write instead.
        if has_star(&config.allow_methods) {
            layer = layer.allow_methods(match credentials {
                true => AllowMethods::mirror_request(),
                false => AllowMethods::any(),
            });
        } else if !config.allow_methods.is_empty() {
            layer = layer.allow_methods(methods());
        }
        if has_star(&config.allow_headers) {
            layer = layer.allow_headers(match credentials {
                true => AllowHeaders::mirror_request(),
                false => AllowHeaders::any(),
            });
        } else if !config.allow_headers.is_empty() {
            layer = layer.allow_headers(names(&config.allow_headers));
        }
        if has_star(&config.expose_headers) {
            layer = layer.expose_headers(ExposeHeaders::any());
        } else if !config.expose_headers.is_empty() {
            layer = layer.expose_headers(names(&config.expose_headers));
        }
        if let Some(max_age) = config.max_age {
            layer = layer.max_age(max_age);
        }
        layer.allow_credentials(credentials).allow_private_network(config.allow_private_network)
    })
}
