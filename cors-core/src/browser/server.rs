//! A server under a policy, for the model of the browser.

use crate::adapter::prepared::PreparedPolicy;
use http::{HeaderValue, Request, Response, StatusCode};

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
/// let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?.into();
/// let fetch = Fetch::new("https://app.example.com", "https://api.example/");
/// let ended = Browser::new().fetch(&fetch, Duration::ZERO, |request| {
///     serve(&policy, request, |_| Response::new(()))
/// });
/// assert!(ended.verdict.is_readable());
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
pub fn serve<B: Default>(
    policy: &PreparedPolicy<HeaderValue>,
    request: &Request<()>,
    handler: impl FnOnce(&Request<()>) -> Response<B>,
) -> Response<B> {
    let exchange = policy.begin(request).unasked();
    let mut response = match exchange.answer() {
        Some(status) => {
            let mut response = Response::new(B::default());
            *response.status_mut() =
                StatusCode::from_u16(status).expect("a policy answers with a valid status");
            response
        }
        None => handler(request),
    };
    exchange.write(response.headers_mut());
    response
}
