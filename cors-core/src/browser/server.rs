//! A server under a policy, for the model of the browser.

use crate::engine::policy::Policy;
use http::header::SEC_WEBSOCKET_KEY;
use http::{Request, Response, StatusCode};

/// A handler that answers 200, and accepts every WebSocket.
pub(crate) fn accept(request: &Request<()>) -> Response<()> {
    let mut response = Response::new(());
    if request.headers().contains_key(SEC_WEBSOCKET_KEY) {
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    }
    response
}

/// Answers a request under a policy, as an adapter would: directly if the policy says so, otherwise
/// with the handler. Then it writes the headers.
///
/// `ask` is answered with no.
///
/// ```
/// use cors_core::browser::{Browser, Fetch, serve};
/// use cors_core::Policy;
/// use http::Response;
/// use std::time::Duration;
///
/// let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
/// let fetch = Fetch::new("https://app.example.com", "https://api.example/");
/// let ended = Browser::new().fetch(&fetch, Duration::ZERO, |request| {
///     serve(&policy, request, |_| Response::new(()))
/// });
/// assert!(ended.verdict.is_readable());
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
pub fn serve<B: Default>(
    policy: &Policy,
    request: &Request<()>,
    handler: impl FnOnce(&Request<()>) -> Response<B>,
) -> Response<B> {
    let exchange = policy.begin(request).without_asking();
    let mut response = match exchange.short_circuit() {
        Some(status) => {
            let mut response = Response::new(B::default());
            *response.status_mut() = status;
            response
        }
        None => handler(request),
    };
    exchange.write(response.headers_mut());
    response
}
