//! Answers that are errors: the headers are lost, or a gateway answered.

use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use http::uri::PathAndQuery;
use http::{Method, StatusCode, Uri};

use super::Probe;
use crate::explain::exchange::Exchange;

/// The headers may be there on a success.
pub(super) fn lost_headers(
    exchanges: &[Exchange],
    last: &Exchange,
    probe: Probe<'_>,
) -> Option<String> {
    let status = last.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let server = |exchange: &Exchange| {
        let uri = exchange.request.uri();
        (uri.scheme().cloned(), uri.authority().cloned())
    };
    let earlier = exchanges
        .iter()
        .any(|exchange| server(exchange) == server(last) && exchange.has_allow_origin());
    let mut elsewhere = || {
        let mut root = last.request.clone();
        *root.method_mut() = Method::GET;
        let mut parts = root.uri().clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::from_static("/"));
        *root.uri_mut() = Uri::from_parts(parts).ok()?;
        probe(&root).filter(|answer| {
            answer.status().is_success()
                && answer.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
        })
    };
    if earlier || elsewhere().is_some() {
        return Some(format!(
            "the headers are lost on errors: the server sends them on other answers, and not with this {}. What went wrong first is that error",
            status.as_u16()
        ));
    }
    let status = status.as_u16();
    Some(match last.unlisted_origin() {
        Some(origin) => format!(
            "the answer is an error, {status}, and a CORS layer probably does not allow the origin {origin} (Vary names Origin): compare it with the layer's policy, scheme and port too"
        ),
        None => format!(
            "the answer is an error, {status}: look for its cause first. An error without CORS headers looks like a CORS problem to the browser"
        ),
    })
}

/// By the status that a gateway answers with.
pub(super) fn gateway(status: StatusCode) -> Option<String> {
    matches!(
        status,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    )
    .then(|| {
        format!(
            "{} usually comes from a gateway in front of the application, which did not answer it",
            status.as_u16()
        )
    })
}
