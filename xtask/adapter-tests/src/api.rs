//! The API that every harness serves. What it answers is decided here; the harness turns replies and
//! failures into the framework's own.

use std::pin::Pin;
use std::sync::{Arc, Mutex, mpsc as blocking};
use std::task::{Context, Poll};
use std::{fmt, io};

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::{Semaphore, mpsc};

use crate::{Counter, Request};

/// What the handlers of the API do. Clones are of the same API: the harness has one, the test another.
#[derive(Clone, Debug)]
pub struct Api {
    pub(crate) auth: Counter,
    pub(crate) handler: Counter,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    enter: blocking::Sender<()>,
    entered: Mutex<blocking::Receiver<()>>,
    leave: Semaphore,
    chunk: Mutex<Option<mpsc::Sender<Bytes>>>,
    chunks: Mutex<Option<mpsc::Receiver<Bytes>>>,
}

const OK: u16 = 200;

const OWN: &[(&str, &str)] = &[
    ("access-control-allow-origin", "https://handler.example"),
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-methods", "DELETE"),
    ("access-control-allow-headers", "x-handler"),
    ("access-control-allow-private-network", "true"),
    ("access-control-expose-headers", "x-handler"),
    ("access-control-max-age", "86400"),
];

const OWN_ERROR: &[(&str, &str)] = &[
    ("access-control-allow-origin", "https://handler.example"),
    ("access-control-allow-credentials", "true"),
    ("vary", "Accept-Encoding"),
];

const OWN_TWICE: &[(&str, &str)] = &[
    ("access-control-allow-origin", "https://a.example"),
    ("access-control-allow-origin", "https://b.example"),
];

const OWN_VARY: &[(&str, &str)] =
    &[("access-control-allow-origin", "https://handler.example"), ("vary", "accept")];

/// Of `/headers`.
pub(crate) const OTHERS: &[(&str, &str)] = &[
    ("set-cookie", "a=1"),
    ("set-cookie", "b=2"),
    ("x-request-id", "7"),
    ("timing-allow-origin", "*"),
    ("etag", "\"v1\""),
];

impl Api {
    /// The paths that [`handle`](Self::handle) answers, whatever the method. Anything else gets the
    /// framework's own 404.
    pub const PATHS: [&'static str; 17] = [
        "/item",
        "/auth/item",
        "/echo",
        "/decided",
        "/error",
        "/middleware-error",
        "/cached",
        "/redirect",
        "/vary",
        "/vary-origin",
        "/vary-star",
        "/own",
        "/own-error",
        "/own-twice",
        "/own-vary",
        "/headers",
        "/hold",
    ];
    /// The paths that it answers to `GET`. Other methods get the framework's own 405.
    pub const GET_PATHS: [&'static str; 2] = ["/read", "/stream"];
    /// A WebSocket that echoes text, by the framework alone.
    pub const WEBSOCKET: &'static str = "/ws";

    pub(crate) fn new() -> Self {
        let (enter, entered) = blocking::channel();
        let (chunk, chunks) = mpsc::channel(1);
        let shared = Shared {
            enter,
            entered: Mutex::new(entered),
            leave: Semaphore::new(0),
            chunk: Mutex::new(Some(chunk)),
            chunks: Mutex::new(Some(chunks)),
        };
        Self { auth: Counter::default(), handler: Counter::default(), shared: Arc::new(shared) }
    }

    /// What the middleware between layer and handlers does: `None` passes the request on.
    /// `is_authorized` is whether the request has `authorization`.
    pub fn before(&self, path: &str, is_authorized: bool) -> Option<Answered> {
        self.auth.add();
        match path {
            "/middleware-error" => Some(Err(Failure { status: 400, headers: &[] })),
            "/auth/item" if !is_authorized => Some(Ok(Reply::new(401, &[], ""))),
            _ => None,
        }
    }

    /// What the handlers do.
    pub async fn handle(&self, request: Request) -> Answered {
        self.handler.add();
        // So that a change of the policy may come while it runs.
        tokio::task::yield_now().await;
        let (path, query) = request.uri.split_once('?').unwrap_or((&request.uri, ""));
        let origin = request.header("origin").unwrap_or_default();
        Ok(match path {
            "/echo" => {
                let body = format!("{} {query} {origin} {}", request.method, request.body);
                Reply { body: Body::Text(body), ..Reply::new(OK, &[], "") }
            }
            "/decided" => {
                let decided = request.header("decided").unwrap_or("nothing").to_owned();
                Reply { body: Body::Text(decided), ..Reply::new(OK, &[], "") }
            }
            "/error" => return Err(Failure { status: 500, headers: &[] }),
            "/own-error" => return Err(Failure { status: 409, headers: OWN_ERROR }),
            "/cached" => {
                let is_known = request.header("if-none-match") == Some("\"v1\"");
                Reply::new(if is_known { 304 } else { OK }, &[("etag", "\"v1\"")], "")
            }
            "/redirect" => Reply::new(303, &[("location", "/item")], ""),
            "/vary" => Reply::new(OK, &[("vary", "Accept-Encoding")], ""),
            "/vary-origin" => Reply::new(OK, &[("vary", "Accept-Encoding, ORIGIN")], ""),
            "/vary-star" => Reply::new(OK, &[("vary", "*")], ""),
            "/own" => Reply::new(OK, OWN, ""),
            "/own-twice" => Reply::new(OK, OWN_TWICE, ""),
            "/own-vary" => Reply::new(OK, OWN_VARY, ""),
            "/headers" => Reply::new(201, OTHERS, "body"),
            "/hold" => {
                self.shared.enter.send(()).unwrap();
                self.shared.leave.acquire().await.unwrap().forget();
                Reply::new(OK, &[], "")
            }
            "/stream" => {
                let chunks = self.shared.chunks.lock().unwrap().take().expect("asked once");
                Reply { body: Body::Chunks(Chunks(chunks)), ..Reply::new(OK, &[], "") }
            }
            _ => Reply::new(OK, &[("x-handler", "yes")], "handled"),
        })
    }

    /// Waits until a handler holds a request.
    pub(crate) fn wait_for_held(&self) {
        self.shared.entered.lock().unwrap().recv().unwrap();
    }

    /// Lets the handlers of as many requests go on.
    pub(crate) fn release(&self, requests: usize) {
        self.shared.leave.add_permits(requests);
    }

    /// Sends a chunk of the stream.
    pub(crate) fn send_chunk(&self, chunk: impl Into<Bytes>) {
        let sender = self.shared.chunk.lock().unwrap();
        sender.as_ref().expect("not ended").blocking_send(chunk.into()).unwrap();
    }

    pub(crate) fn end_stream(&self) {
        self.shared.chunk.lock().unwrap().take();
    }
}

/// A reply, or the framework's own way of failing.
pub type Answered = Result<Reply, Failure>;

/// A response that a handler makes.
#[derive(Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Reply {
    pub status: u16,
    pub headers: &'static [(&'static str, &'static str)],
    pub body: Body,
}

/// A response's body.
#[derive(Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Body {
    Text(String),
    Chunks(Chunks),
}

impl Reply {
    fn new(status: u16, headers: &'static [(&'static str, &'static str)], body: &str) -> Self {
        Self { status, headers, body: Body::Text(body.to_owned()) }
    }

    /// The reply as a response of `http` 1.
    pub fn into_http(self) -> http::Response<Body> {
        let mut response = http::Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(*name, *value);
        }
        response.body(self.body).unwrap()
    }
}

/// What the framework makes an empty response of, if a handler or a middleware fails with it.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Failure {
    pub status: u16,
    pub headers: &'static [(&'static str, &'static str)],
}

impl From<Failure> for Reply {
    fn from(failure: Failure) -> Self {
        Self::new(failure.status, failure.headers, "")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed with {}", self.status)
    }
}

impl std::error::Error for Failure {}

/// A body that the test sends chunk by chunk.
#[derive(Debug)]
pub struct Chunks(mpsc::Receiver<Bytes>);

impl Stream for Chunks {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|chunk| chunk.map(Ok))
    }
}
