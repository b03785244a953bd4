//! A server that does what their README says with each decision.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use cors_core::{Config, DisallowedOrigin, OriginEntry, Policy, RefusedPreflight};
use peers::servers::tower_http::{ours, routes, serve};
use peers::servers::{Pair, Server, Unsaid, exact, has_star, is_any, predicate};
use theirs::{AllowHeaders, AllowOrigin, Cors, CorsDecision, HeaderList};

/// Both servers under a policy.
pub fn pair(config: &Config, policy: &Policy) -> Result<Pair, Unsaid> {
    if config.refused_preflight == RefusedPreflight::Conceal {
        return Err("it does not see that a method or a header is refused");
    }
    if config.disallowed_origin == DisallowedOrigin::ForbidUnsafe {
        return Err("it does not see which requests are safe");
    }
    if config.preflight_continue {
        return Err("it answers every preflight itself");
    }
    if config.preflight_status.is_some_and(|status| status != 204) {
        return Err("its preflights have the status 204");
    }
    for (list, unsaid) in [
        (&config.allow_methods, "it takes no * for methods"),
        (&config.expose_headers, "it takes no * for exposed headers"),
    ] {
        if has_star(list) {
            return Err(unsaid);
        }
    }
    let (config, own) = (config.clone(), policy.clone());
    let peer = Server::build(move || {
        let cors = Arc::new(cors(&config, &own));
        let forbids = config.disallowed_origin == DisallowedOrigin::Forbid;
        serve(routes().layer(from_fn(move |request, next| {
            let cors = Arc::clone(&cors);
            async move { answer(&cors, forbids, request, next).await }
        })))
    });
    Ok(Pair { ours: ours(policy), peer })
}

/// The policy in their words.
pub fn cors(config: &Config, policy: &Policy) -> Cors {
    // It needs a list.
    let methods = config.allow_methods.iter().map(String::as_str).chain(["GET", "HEAD", "POST"]);
    let mut cors = Cors::builder()
        .allow_origin(origins(config, policy))
        .allow_methods(methods)
        .allow_credentials(config.allow_credentials)
        .allow_private_network(config.allow_private_network);
    let names = &config.allow_headers;
    // Without credentials, a list may contain `*`.
    if has_star(names) && (names.len() == 1 || config.allow_credentials) {
        cors = cors.allow_headers(AllowHeaders::Any);
    } else if !names.is_empty() {
        cors = cors.allow_headers(AllowHeaders::list(names));
    }
    if !config.expose_headers.is_empty() {
        cors = cors.expose_headers(&config.expose_headers);
    }
    if let Some(max_age) = config.max_age {
        cors = cors.max_age(max_age);
    }
    cors.build().expect("it has origins and methods")
}

fn origins(config: &Config, policy: &Policy) -> AllowOrigin {
    if is_any(config) {
        return AllowOrigin::Any;
    }
    if let Some(list) = exact(config) {
        return AllowOrigin::exact(list);
    }
    if let Some(list) = suffixes(config) {
        return AllowOrigin::suffix(list);
    }
    let allows = predicate(policy);
    AllowOrigin::predicate(move |origin: &[u8]| allows(origin))
}

/// What it has for subdomains, if the list has only `https://*.` and domains.
fn suffixes(config: &Config) -> Option<Vec<&str>> {
    let suffixes = config.allow_origins.iter().map(|entry| match entry {
        OriginEntry::Pattern(text) => {
            let suffix = text.strip_prefix("https://*")?;
            (suffix.starts_with('.') && !suffix.contains(['*', ':'])).then_some(suffix)
        }
        _ => None,
    });
    suffixes.collect()
}

/// Their decision about a request.
pub fn evaluate(cors: &Cors, method: &str, headers: &HeaderMap) -> CorsDecision {
    let value = |name| headers.get(name).map(HeaderValue::as_bytes);
    cors.evaluate(
        method.as_bytes(),
        value("origin"),
        value("access-control-request-method"),
        value("access-control-request-headers"),
        value("access-control-request-private-network") == Some(b"true"),
    )
}

/// Adds their header lines. Those that a handler set stay.
pub fn write(list: HeaderList, headers: &mut HeaderMap) {
    for (name, value) in list {
        let name = HeaderName::from_bytes(&name).expect("it is a name");
        headers.append(name, HeaderValue::from_maybe_shared(value).expect("it has no line breaks"));
    }
}

async fn answer(cors: &Cors, forbids: bool, request: Request, next: Next) -> Response {
    match evaluate(cors, request.method().as_str(), request.headers()) {
        CorsDecision::Rejected if forbids => StatusCode::FORBIDDEN.into_response(),
        CorsDecision::NotCors | CorsDecision::Rejected => next.run(request).await,
        CorsDecision::Simple(list) => {
            let mut response = next.run(request).await;
            write(list, response.headers_mut());
            response
        }
        CorsDecision::Preflight(list) => {
            let mut response = StatusCode::NO_CONTENT.into_response();
            write(list, response.headers_mut());
            response
        }
    }
}
