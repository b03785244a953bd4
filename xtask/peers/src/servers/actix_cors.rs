//! `actix_cors`, on actix-web.

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::error::ErrorInternalServerError;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, Error, HttpResponse, web};
use cors_core::{Config, DisallowedOrigin, Policy, RefusedPreflight};
use http::{HeaderMap, Request, StatusCode};

use super::{Pair, Serve, Server, Unsaid, exact, has_star, is_any, predicate, ready};
use crate::answer::Answer;
use crate::routes::{OWN_HEADERS, Route, handle, is_handled};

pub(crate) fn pair(config: &Config, policy: &Policy) -> Result<Pair, Unsaid> {
    let ours = Server::build(|| {
        let layer = cors_actix::CorsLayer::new(policy.clone());
        serve(ready(init_service(App::new().configure(routes).wrap(layer))))
    });
    let layer = layer(config, policy)?;
    let peer =
        Server::build(|| serve(ready(init_service(App::new().configure(routes).wrap(layer())))));
    Ok(Pair { ours, peer })
}

fn routes(app: &mut web::ServiceConfig) {
    app.route(Route::Ok.path(), web::to(ok)).route(Route::Error.path(), web::to(error));
}

async fn ok() -> HttpResponse {
    handle();
    let mut response = HttpResponse::Ok();
    for header in OWN_HEADERS {
        response.insert_header(header);
    }
    response.finish()
}

async fn error() -> Result<HttpResponse, Error> {
    handle();
    Err(ErrorInternalServerError("it failed"))
}

fn serve<S, B>(app: S) -> Serve
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    Box::new(move |request| {
        let (response, is_handled) = is_handled(|| ready(app.call(converted(request))));
        // The dispatcher turns errors into responses if no middleware does.
        let response = match response {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => HttpResponse::from_error(error),
        };
        let headers: HeaderMap = response
            .headers()
            .iter()
            .map(|(name, value)| {
                let name = http::HeaderName::from_bytes(name.as_ref()).expect("it was a name");
                (name, http::HeaderValue::from_bytes(value.as_bytes()).expect("it was a value"))
            })
            .fold(HeaderMap::new(), |mut headers, (name, value)| {
                headers.append(name, value);
                headers
            });
        let status = StatusCode::from_u16(response.status().as_u16()).expect("it was a status");
        Answer { status, headers, is_handled }
    })
}

fn converted(request: &Request<()>) -> actix_http::Request {
    let method = request.method().as_str().parse().expect("it was a method");
    let mut converted = TestRequest::with_uri(&request.uri().to_string()).method(method);
    for (name, value) in request.headers() {
        let name: HeaderName = name.as_str().parse().expect("it was a name");
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("it was a value");
        converted = converted.append_header((name, value));
    }
    converted.to_request()
}

/// Call this only where panics are caught.
fn layer(config: &Config, policy: &Policy) -> Result<impl FnOnce() -> Cors + use<>, Unsaid> {
    if config.refused_preflight == RefusedPreflight::Conceal {
        return Err("it answers refused preflights with 400");
    }
    if config.preflight_continue {
        return Err("it answers every preflight itself");
    }
    if config.preflight_status.is_some_and(|status| status != 200) {
        return Err("its preflights have the status 200");
    }
    if config.allow_private_network {
        return Err("its support for private networks is a draft feature");
    }
    let (config, policy) = (config.clone(), policy.clone());
    Ok(move || {
        let forbids = config.disallowed_origin == DisallowedOrigin::Forbid;
        let mut cors = Cors::default().block_on_origin_mismatch(forbids);
        if is_any(&config) {
            cors = cors.allow_any_origin();
            if !config.allow_credentials {
                cors = cors.send_wildcard();
            }
        } else if let Some(list) = exact(&config) {
            cors = list.into_iter().fold(cors, Cors::allowed_origin);
        } else {
            let allows = predicate(&policy);
            cors = cors.allowed_origin_fn(move |origin, _| allows(origin.as_bytes()));
        }
        cors = match has_star(&config.allow_methods) {
            true => cors.allow_any_method(),
            // It allows only listed methods.
            false => {
                let listed = config.allow_methods.iter().map(String::as_str);
                cors.allowed_methods(listed.chain(["GET", "HEAD", "POST"]))
            }
        };
        cors = match has_star(&config.allow_headers) {
            true => cors.allow_any_header(),
            false => cors.allowed_headers(&config.allow_headers),
        };
        cors = match has_star(&config.expose_headers) {
            true => cors.expose_any_header(),
            false => cors.expose_headers(&config.expose_headers),
        };
        if let Some(max_age) = config.max_age {
            cors = cors.max_age(max_age.as_secs() as usize);
        }
        if config.allow_credentials { cors.supports_credentials() } else { cors }
    })
}
