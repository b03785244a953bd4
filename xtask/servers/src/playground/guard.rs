//! Access control.
//!
//! Any page can send requests to this port. With a name that resolves to 127.0.0.1 (DNS rebinding), it can even send
//! same-origin ones. So we check the requested host name and, for the policy editor, also the sender.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{Page, authority};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Allows requests to the page's own name.
pub(super) async fn own_host_alone(
    State(page): State<Arc<Page>>,
    request: Request,
    next: Next,
) -> Response {
    if is_own_host(request.headers(), page.port) {
        return next.run(request).await;
    }
    refused("this page exists only at its own address")
}

/// Allows requests from the playground's script.
pub(super) async fn own_page_alone(
    State(page): State<Arc<Page>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let own_origin = only(headers, &ORIGIN) == Some(page.origin().as_bytes());
    // Old browsers do not send this header.
    let same_origin =
        !headers.contains_key(FETCH_SITE) || only(headers, &FETCH_SITE) == Some(b"same-origin");
    if own_origin && same_origin && is_own_host(headers, page.port) {
        return next.run(request).await;
    }
    refused("only the playground's own page can use this")
}

/// Allows requests to every name of this machine that its pages can have.
pub(super) async fn names_of_this_machine(
    State(page): State<Arc<Page>>,
    request: Request,
    next: Next,
) -> Response {
    let host = only(request.headers(), &HOST).and_then(|host| str::from_utf8(host).ok());
    let suffix = authority("", page.port);
    let name = host.and_then(|host| host.strip_suffix(&*suffix));
    match name {
        Some(name)
            if name == "localhost" || name.ends_with(".localhost") || name == "127.0.0.1" =>
        {
            next.run(request).await
        }
        _ => refused("this page exists only under the names of this machine"),
    }
}

fn is_own_host(headers: &HeaderMap, port: u16) -> bool {
    only(headers, &HOST) == Some(authority("localhost", port).as_bytes())
}

/// The value of a header that appears exactly once.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h [u8]> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.as_bytes())
}

fn refused(why: &'static str) -> Response {
    (StatusCode::FORBIDDEN, why).into_response()
}
