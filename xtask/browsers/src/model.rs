//! The model of a browser, with the parts it leaves to us: a connection to the server, and cookies.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use cors_core::browser::{Browser, Engine, Fetch, Sending, Step, Turn, Verdict};
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use xtask::client;

use crate::line::Sent;
use crate::proxy::{initiator_of, target_of};

/// A browser that sends all requests to one server.
pub struct Model {
    server: SocketAddr,
    browser: Browser,
    /// One `name=value` pair per host: no server here sets more.
    cookies: HashMap<String, String>,
    /// All requests so far.
    pub sent: Vec<Sent>,
}

/// The end of a fetch.
pub struct Answered {
    /// What the script can see.
    pub verdict: Verdict,
    /// The body of the last response, unless it repeats headers of the request.
    pub body: Option<Vec<u8>>,
    /// Whether the last response has something that its element can use: our proxy gives a refusal nothing.
    pub has_content: bool,
    /// How many requests the model had sent when it asked the user for Local Network Access.
    pub before_asking: Option<usize>,
}

impl Model {
    pub fn new(server: SocketAddr, engine: Engine) -> Self {
        Self::of(server, Browser::like(engine))
    }

    pub fn of(server: SocketAddr, browser: Browser) -> Self {
        let (cookies, sent) = (HashMap::new(), Vec::new());
        Self { server, browser, cookies, sent }
    }

    /// An error means that the server failed.
    pub fn fetch(&mut self, fetch: &Fetch) -> Result<Answered, String> {
        let now = Duration::ZERO;
        let mut body = None;
        let mut has_content = true;
        let mut before_asking = None;
        let mut turn = self.browser.start(fetch, now);
        loop {
            match turn {
                Turn::Send(sending) => {
                    if sending.steps().iter().any(|it| it.step == Step::LocalNetworkAccess) {
                        before_asking.get_or_insert(self.sent.len());
                    }
                    let request = self.with_cookie(&sending);
                    self.sent.push(Sent::new(request.clone(), fetch));
                    let (response, content) = ask(self.server, &request).map_err(|fault| {
                        format!("{} {}: {fault}", request.method(), request.uri())
                    })?;
                    self.keep_cookie(&sending, &response);
                    body = (!is_echoed(&request)).then_some(content);
                    has_content = initiator_of(request.uri()).is_none()
                        || response.status() == StatusCode::OK;
                    turn = sending.respond(&mut self.browser, &response, now);
                }
                Turn::Done(ended) => {
                    let verdict = ended.verdict;
                    return Ok(Answered { verdict, body, has_content, before_asking });
                }
            }
        }
    }

    fn with_cookie(&self, sending: &Sending) -> Request<()> {
        let mut request = sending.request().clone();
        if let (true, Some(cookie)) =
            (sending.includes_credentials(), self.cookies.get(&host(&request)))
        {
            let cookie = cookie.parse().expect("it comes from a header");
            request.headers_mut().insert(COOKIE, cookie);
        }
        request
    }

    /// Browsers store cookies when the response arrives, even if the script may not read it.
    fn keep_cookie(&mut self, sending: &Sending, response: &Response<()>) {
        let set = response.headers().get(SET_COOKIE).and_then(|set| set.to_str().ok());
        if let (true, Some(set)) = (sending.includes_credentials(), set) {
            let pair = set.split(';').next().unwrap_or_default();
            self.cookies.insert(host(sending.request()), pair.to_owned());
        }
    }
}

fn host(request: &Request<()>) -> String {
    request.uri().host().unwrap_or_default().to_owned()
}

/// Whether the answer repeats headers of the request, which differ in every browser.
fn is_echoed(request: &Request<()>) -> bool {
    matches!(request.uri().path(), "/echo" | "/cookie") || initiator_of(request.uri()).is_some()
}

/// The server's response and its body.
pub(crate) fn ask(
    server: SocketAddr,
    request: &Request<()>,
) -> Result<(Response<()>, Vec<u8>), String> {
    let lines: Vec<(String, String)> = request
        .headers()
        .iter()
        .map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let headers: Vec<(&str, &str)> =
        lines.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let target = target_of(request.uri());
    let method = request.method().as_str();
    let sent = client::Request { method, target: &target, headers: &headers };
    let answer = client::send(server, sent).map_err(|error| error.to_string())?;
    let mut response = Response::new(());
    let invalid = |part: &str| format!("the server's {part} cannot be read: {answer:?}");
    *response.status_mut() =
        StatusCode::from_u16(answer.status()).map_err(|_| invalid("status"))?;
    for (name, value) in &answer.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid("header"))?;
        let value = HeaderValue::from_str(value).map_err(|_| invalid("header"))?;
        response.headers_mut().append(name, value);
    }
    Ok((response, answer.body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_does_not_answer_is_a_fault() {
        let closed = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap()
        };
        let mut model = Model::new(closed, Engine::Chromium);
        let fault = model.fetch(&Fetch::new("https://a.test", "https://b.test/c")).err().unwrap();
        assert!(fault.starts_with("GET https://b.test/c: "), "{fault}");
    }
}
