//! What the tests of this folder share: a policy, requests, and the CORS headers of a response as
//! lines of text.

// Each test file is a crate of its own and uses a part of this one.
#![allow(dead_code)]

mod wanted;

use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use cors_axum::{Builder, Policy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::{Service, ServiceExt};

pub use wanted::*;

pub fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

pub fn get(uri: &str, origin: &str) -> Request<Body> {
    request("GET", uri, &[("origin", origin)])
}

pub fn preflight(uri: &str, origin: &str, method: &str) -> Request<Body> {
    let headers = [("origin", origin), ("access-control-request-method", method)];
    request("OPTIONS", uri, &headers)
}

/// A clone of the service, polled ready, answers the request.
pub async fn send<S, B>(service: &S, request: Request<Body>) -> Response<B>
where
    S: Service<Request<Body>, Response = Response<B>, Error: Debug> + Clone,
{
    service.clone().oneshot(request).await.unwrap()
}

/// The CORS headers and `Vary` in lower case, sorted, a line each.
pub fn cors(headers: &HeaderMap) -> Vec<String> {
    let is_cors =
        |name: &HeaderName| name == "vary" || name.as_str().starts_with("access-control-");
    let mut lines: Vec<String> = headers
        .iter()
        .filter(|(name, _)| is_cors(name))
        .map(|(name, value)| format!("{name}: {}", elements(value).join(", ")))
        .map(|line| if line.starts_with("vary") { line.to_lowercase() } else { line })
        .collect();
    lines.sort();
    lines
}

fn elements(value: &HeaderValue) -> Vec<String> {
    value.to_str().unwrap().split(',').map(|element| element.trim().to_owned()).collect()
}

/// A row of a table: a sentence, a request, the status wanted and the exact CORS headers.
pub type Row<'a> = (&'a str, Request<Body>, u16, &'a [&'a str]);

/// Sends each row's request and compares.
pub async fn check<S, B, const N: usize>(service: &S, rows: [Row<'_>; N])
where
    S: Service<Request<Body>, Response = Response<B>, Error: Debug> + Clone,
{
    for (what, request, status, wanted) in rows {
        let response = send(service, request).await;
        compare(what, &response, status, wanted);
    }
}

pub fn compare<B>(what: &str, response: &Response<B>, status: u16, wanted: &[&str]) {
    let got = cors(response.headers());
    assert_eq!((response.status().as_u16(), lines(&got)), (status, wanted.to_vec()), "{what}");
}

pub fn lines(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

/// How often something ran.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicUsize>);

impl Counter {
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// The count since the last look.
    pub fn take(&self) -> usize {
        self.0.swap(0, Ordering::SeqCst)
    }
}

/// Serves the router on a port of this machine's own choosing, until the test's runtime ends.
pub async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

/// A connection over which a request has been written, as a client without a library of its own
/// would.
pub async fn connect(address: SocketAddr, request: &Request<Body>) -> TcpStream {
    let mut head =
        format!("{} {} HTTP/1.1\r\nhost: api.example\r\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        head += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    head += "\r\n";
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Reads a response's head, and no byte more.
pub async fn read_head(stream: &mut TcpStream) -> Response<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let mut response = Response::builder().status(status);
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        response = response.header(name, value);
    }
    response.body(()).unwrap()
}

/// One request over one connection: head and, since the server then closes, all of the body.
pub async fn over_socket(address: SocketAddr, mut request: Request<Body>) -> Response<Vec<u8>> {
    request.headers_mut().insert("connection", HeaderValue::from_static("close"));
    let mut stream = connect(address, &request).await;
    let head = read_head(&mut stream).await;
    let mut body = Vec::new();
    stream.read_to_end(&mut body).await.unwrap();
    head.map(|()| body)
}
