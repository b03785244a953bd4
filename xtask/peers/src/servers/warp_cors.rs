//! `warp::cors`.

use std::convert::Infallible;

use axum::body::Bytes;
use cors_core::{Config, Policy, RefusedPreflight};
use http::Request;
use http_body_util::Empty;
use tower::{Service, ServiceExt};
use tower_layer::Layer;
use warp::reject::{self, Reject};
use warp::reply::Response;
use warp::{Filter, Rejection, Reply};

use super::{Pair, Serve, Server, Unsaid, exact, has_star, is_any, ready};
use crate::answer::Answer;
use crate::routes::{OWN_HEADERS, handle, is_handled};

pub(crate) fn pair(config: &Config, policy: &Policy) -> Result<Pair, Unsaid> {
    let ours = Server::build(|| {
        serve(cors_warp::CorsLayer::new(policy.clone()).layer(warp::service(routes())))
    });
    let wrapper = wrapper(config)?;
    Ok(Pair { ours, peer: Server::build(|| serve(warp::service(routes().with(wrapper())))) })
}

#[derive(Debug)]
struct Failed;

impl Reject for Failed {}

fn routes() -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone + Send + Sync {
    let ok = warp::path!("ok").map(|| {
        handle();
        let mut response = warp::reply().into_response();
        for (name, value) in OWN_HEADERS {
            response.headers_mut().insert(name, value.parse().expect("it is ASCII"));
        }
        response
    });
    let error = warp::path!("error").and_then(|| async {
        handle();
        Err::<Response, Rejection>(reject::custom(Failed))
    });
    ok.or(error)
}

fn serve<S>(service: S) -> Serve
where
    S: Service<Request<Empty<Bytes>>, Response = Response, Error = Infallible> + Clone + 'static,
{
    Box::new(move |request| {
        let (parts, ()) = request.clone().into_parts();
        let request = Request::from_parts(parts, Empty::new());
        let (response, is_handled) = is_handled(|| ready(service.clone().oneshot(request)));
        let Ok(response) = response;
        let (parts, _) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, is_handled }
    })
}

/// Call this only where panics are caught.
fn wrapper(config: &Config) -> Result<impl FnOnce() -> warp::cors::Builder + use<>, Unsaid> {
    if config.refused_preflight == RefusedPreflight::Conceal {
        return Err("it answers refused preflights with 403");
    }
    if config.preflight_continue {
        return Err("it answers every preflight itself");
    }
    if config.preflight_status.is_some_and(|status| status != 200) {
        return Err("its preflights have the status 200");
    }
    if config.allow_private_network {
        return Err("it does not support private networks");
    }
    if !is_any(config) && exact(config).is_none() {
        return Err("it has neither patterns nor predicates");
    }
    for (list, unsaid) in [
        (&config.allow_methods, "it takes no * for methods"),
        (&config.allow_headers, "it takes no * for headers"),
        (&config.expose_headers, "it takes no * for exposed headers"),
    ] {
        if has_star(list) {
            return Err(unsaid);
        }
    }
    let config = config.clone();
    Ok(move || {
        let methods = config.allow_methods.iter().map(String::as_str);
        let cors = warp::cors()
            // It allows only listed methods.
            .allow_methods(methods.chain(["GET", "HEAD", "POST"]))
            .allow_headers(&config.allow_headers)
            .expose_headers(&config.expose_headers)
            .allow_credentials(config.allow_credentials);
        let cors = match config.max_age {
            Some(max_age) => cors.max_age(max_age),
            None => cors,
        };
        match exact(&config) {
            Some(list) if !is_any(&config) => cors.allow_origins(list),
            _ => cors.allow_any_origin(),
        }
    })
}
