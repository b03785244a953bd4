//! What a browser makes of a running server.

use std::net::SocketAddr;
use std::time::Duration;

use cors_cli::server::Answer;
use cors_core::browser::{Browser, Fetch, Turn, Verdict};
use http::{Request, Response, StatusCode};
use xtask::client;

/// A fetch and its end.
#[derive(Debug)]
pub struct Explained {
    /// `None` if the script may read; otherwise why not.
    pub failure: Option<String>,
    /// The names of the headers that the script sees.
    pub visible: Vec<String>,
    /// What was sent, and the answers.
    pub exchanges: Vec<(Request<()>, Response<()>)>,
    bodies: Vec<Vec<u8>>,
}

impl Explained {
    /// Whether the script may read, and sees these headers.
    pub fn is_readable(&self, exposed: &[&str]) -> bool {
        let sees = |name: &&str| self.visible.iter().any(|visible| visible == name);
        self.failure.is_none() && exposed.iter().all(sees)
    }

    /// The status of the last answer.
    pub fn status(&self) -> Option<StatusCode> {
        self.exchanges.last().map(|(_, response)| response.status())
    }

    /// The answers, from which to tell the server.
    pub fn answers(&self) -> Vec<Answer<'_>> {
        let both = self.exchanges.iter().zip(&self.bodies);
        both.map(|((_, response), body)| Answer::new(response).with_body(body)).collect()
    }
}

/// Sends what a browser would. The error is why the server cannot be asked.
pub fn explain(addr: SocketAddr, fetch: &Fetch) -> Result<Explained, String> {
    let mut browser = Browser::new();
    let (mut exchanges, mut bodies) = (Vec::new(), Vec::new());
    let mut turn = browser.start(fetch, Duration::ZERO);
    let ended = loop {
        match turn {
            Turn::Done(ended) => break ended,
            Turn::Send(sending) => {
                let request = sending.request().clone();
                let (response, body) = send(addr, &request)?;
                exchanges.push((request, response.clone()));
                bodies.push(body);
                turn = sending.respond(&mut browser, &response, Duration::ZERO);
            }
        }
    };
    let (failure, visible) = match &ended.verdict {
        Verdict::Readable(readable) => {
            (None, readable.headers.keys().map(|name| name.as_str().to_owned()).collect())
        }
        Verdict::Failed(taken) => (Some(taken.step.id().to_owned()), Vec::new()),
        other => (Some(format!("{other:?}")), Vec::new()),
    };
    Ok(Explained { failure, visible, exchanges, bodies })
}

/// Sends one request.
pub fn send(addr: SocketAddr, request: &Request<()>) -> Result<(Response<()>, Vec<u8>), String> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let lines: Vec<_> =
        request.headers().iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    let lines: Vec<_> = lines.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let method = request.method().as_str();
    let answer = client::send(addr, client::Request { method, target, headers: &lines })
        .map_err(|error| format!("{method} {target}: {error}"))?;
    let mut response = Response::builder().status(answer.status());
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let response = response.body(()).map_err(|error| format!("{method} {target}: {error}"))?;
    Ok((response, answer.body))
}
