//! Requests in a short notation, and a policy's answers.

use cors_core::Policy;
use cors_core::adapter::Exchange;
use http::{HeaderMap, HeaderName, HeaderValue, Request};

/// A request from header lines `name: value`. The value may have any bytes that HTTP allows.
pub fn request(method: &str, lines: &[&str]) -> Request<()> {
    request_of_bytes(method, lines.iter().map(|line| line.as_bytes()))
}

/// The same from bytes.
pub fn request_of_bytes<'l>(
    method: &str,
    lines: impl IntoIterator<Item = &'l [u8]>,
) -> Request<()> {
    let mut request = Request::builder().method(method).uri("/path").body(()).unwrap();
    for line in lines {
        let colon = line.iter().position(|b| *b == b':').unwrap();
        let name = HeaderName::from_bytes(&line[..colon]).unwrap();
        let value = line[colon + 1..].strip_prefix(b" ").unwrap_or(&line[colon + 1..]);
        request.headers_mut().append(name, HeaderValue::from_bytes(value).unwrap());
    }
    request
}

/// The exchange under a policy, with `ask` answered with no.
pub fn begin(policy: &Policy, request: &Request<()>) -> Exchange<HeaderValue> {
    policy.begin(request).without_asking()
}

/// The response's header lines `name: value`, sorted, after a handler that set `handler`.
pub fn written(exchange: Exchange<HeaderValue>, handler: &[&str]) -> Vec<String> {
    let mut headers: HeaderMap = request("GET", handler).headers().clone();
    exchange.write(&mut headers);
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut lines: Vec<String> =
        headers.iter().map(|(name, value)| format!("{name}: {}", text(value))).collect();
    lines.sort();
    lines
}

/// The status if the policy answers directly, and the header lines.
pub fn respond(policy: &Policy, request: &Request<()>) -> (Option<u16>, Vec<String>) {
    answer(begin(policy, request))
}

/// The same of an exchange.
pub fn answer(exchange: Exchange<HeaderValue>) -> (Option<u16>, Vec<String>) {
    (exchange.short_circuit().map(|status| status.as_u16()), written(exchange, &[]))
}
