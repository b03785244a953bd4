//! Where the answers come from: a server, a file, or a policy.

use cors_core::Policy;
use cors_core::adapter::is_cors_response_header;
use cors_core::browser::{Fetch, Sending, serve};
use cors_core::explain::{Event, Explanation, explain_server};
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, HeaderMap};
use http::{Method, Response};

use super::exchange::{Exchange, called, shown_url};
use crate::client::{Client, Received};

/// A server, reached over the network.
pub(super) struct Live<'a> {
    pub(super) client: &'a Client,
    pub(super) body: Option<&'a [u8]>,
    pub(super) cookies: &'a [String],
}

impl Live<'_> {
    pub(super) fn explain(&self, fetch: &Fetch) -> (Explanation, Vec<Exchange>) {
        let mut exchanges = Vec::new();
        let explanation = explain_server(fetch, &mut |sending| {
            let request = sending.request();
            let received = self.client.send(
                request,
                self.body_of(sending),
                self.cookies_of(sending, fetch),
            )?;
            let response = received.response.clone();
            exchanges.push(Exchange { request: request.clone(), received });
            Ok(response)
        });
        (explanation, exchanges)
    }

    /// Redirects that make a GET of it drop the body.
    fn body_of(&self, sending: &Sending) -> Option<&[u8]> {
        let has_none = matches!(*sending.request().method(), Method::GET | Method::HEAD);
        self.body.filter(|_| !has_none && !sending.is_preflight())
    }

    /// Cookies stay with the host that they were given for.
    fn cookies_of(&self, sending: &Sending, fetch: &Fetch) -> &[String] {
        let url = called(fetch);
        let host = url.as_ref().and_then(|url| url.host_str());
        let is_same_host = host == sending.request().uri().host();
        if sending.includes_credentials() && is_same_host { self.cookies } else { &[] }
    }
}

/// The answers of a file, in its order.
pub(super) fn from_file(
    fetch: &Fetch,
    responses: Vec<Response<()>>,
) -> (Explanation, Vec<Exchange>, Vec<String>) {
    let count = responses.len();
    let mut left = responses.into_iter();
    let mut exchanges = Vec::new();
    let explanation = explain_server(fetch, &mut |sending| {
        let request = sending.request();
        let response = left.next().ok_or("the file has no further response")?;
        exchanges.push(Exchange {
            request: request.clone(),
            received: Received { response: response.clone(), body: Vec::new() },
        });
        Ok(response)
    });
    let mut notes = Vec::new();
    if exchanges.first().is_some_and(Exchange::is_preflight) {
        notes.push("the first response of the file is taken as the answer to OPTIONS".to_owned());
    }
    if left.len() > 0 {
        notes.push(format!(
            "the file has {count} responses; a browser uses only the first {}",
            count - left.len()
        ));
    }
    (explanation, exchanges, notes)
}

/// What the server's answers have to do with the policy that should be behind it.
pub(super) fn compare(policy: &Policy, explanation: &Explanation) -> Vec<String> {
    let mut notes = Vec::new();
    let mut events = explanation.events().iter();
    while let Some(event) = events.next() {
        let Event::Sent(request) = event else { continue };
        let Some(Event::Received(response)) = events.next() else { continue };
        let ours: Response<()> = serve(policy, request, |_| Response::new(()));
        let is_preflight = request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        let same_status = !is_preflight || ours.status() == response.status();
        let sent = format!("{} {}", request.method(), shown_url(request));
        if same_status && cors_headers(ours.headers()) == cors_headers(response.headers()) {
            notes.push(format!("{sent}: the answer is what your policy gives"));
            continue;
        }
        let came = match cors_headers(response.headers()).as_slice() {
            [] => "without CORS headers".to_owned(),
            headers => format!("with {}", headers.join(", ")),
        };
        let status =
            if is_preflight { format!("{} ", ours.status().as_u16()) } else { String::new() };
        let would = match cors_headers(ours.headers()).as_slice() {
            [] => "no CORS headers".to_owned(),
            headers => headers.join(", "),
        };
        notes.push(format!(
            "{sent}: your policy would have answered {status}with {would}; what came is {} {came}: it is from something in front of your application, or another policy is in force",
            response.status().as_u16()
        ));
    }
    notes
}

/// The headers that a policy decides, sorted.
fn cors_headers(headers: &HeaderMap) -> Vec<String> {
    let mut lines: Vec<_> = headers
        .iter()
        .filter(|(name, _)| is_cors_response_header(name.as_str()))
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    lines.sort();
    lines
}
