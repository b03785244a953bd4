//! What the tests of this folder share: a policy, requests, and the CORS headers of a response as
//! lines of text.

// Each test file is a crate of its own and uses a part of this one.
#![allow(dead_code)]

#[path = "../../../cors-axum/tests/common/wanted.rs"]
mod wanted;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_http::Request;
use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use actix_web::{Error, HttpResponse, ResponseError};
use cors_actix::{Builder, Policy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub use wanted::*;

/// A request in text, to be sent to a service or over a socket.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: String,
    pub uri: String,
    pub headers: Vec<(String, String)>,
}

impl Ask {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    pub fn test(&self) -> TestRequest {
        let method = Method::from_bytes(self.method.as_bytes()).unwrap();
        let mut request = TestRequest::with_uri(&self.uri).method(method);
        for (name, value) in &self.headers {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            request = request.append_header((name.as_str(), value));
        }
        request
    }
}

pub fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Ask {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Ask { method: method.to_owned(), uri: uri.to_owned(), headers: headers.collect() }
}

pub fn get(uri: &str, origin: &str) -> Ask {
    request("GET", uri, &[("origin", origin)])
}

pub fn preflight(uri: &str, origin: &str, method: &str) -> Ask {
    let headers = [("origin", origin), ("access-control-request-method", method)];
    request("OPTIONS", uri, &headers)
}

/// A response, whole.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// The service answers the request; of an error actix-web's server makes a response, and so does
/// this.
pub async fn send<S, B>(service: &S, request: &Ask) -> Answer
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    let response = match service.call(request.test().to_request()).await {
        Ok(response) => HttpResponse::from(response).map_into_boxed_body(),
        Err(error) => error.error_response(),
    };
    whole(response).await
}

pub async fn whole(response: HttpResponse) -> Answer {
    let (head, body) = response.into_parts();
    let body = to_bytes(body).await.unwrap().to_vec();
    Answer { status: head.status().as_u16(), headers: head.headers().clone(), body }
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
pub type Row<'a> = (&'a str, Ask, u16, &'a [&'a str]);

/// Sends each row's request and compares.
pub async fn check<S, B, const N: usize>(service: &S, rows: [Row<'_>; N])
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    for (what, request, status, wanted) in rows {
        let answer = send(service, &request).await;
        compare(what, &answer, status, wanted);
    }
}

pub fn compare(what: &str, answer: &Answer, status: u16, wanted: &[&str]) {
    let got = cors(&answer.headers);
    assert_eq!((answer.status, lines(&got)), (status, wanted.to_vec()), "{what}");
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

/// A handler that answers 200.
pub async fn handled() -> &'static str {
    "handled"
}

/// A way of failing of one's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failure(pub u16);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failed")
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0).unwrap()
    }
}

/// Serves on a port of this machine's own choosing, until the test ends. A macro, since the type
/// of an app has no name.
#[macro_export]
macro_rules! serve {
    ($workers:expr, $factory:expr) => {{
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = actix_web::HttpServer::new($factory).workers($workers).disable_signals();
        actix_web::rt::spawn(server.listen(listener).unwrap().run());
        address
    }};
}

/// A connection over which a request has been written, as a client without a library of its own
/// would.
pub async fn connect(address: SocketAddr, request: &Ask) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    write(&mut stream, request).await;
    stream
}

pub async fn write(stream: &mut TcpStream, request: &Ask) {
    let mut head = format!("{} {} HTTP/1.1\r\nhost: api.example\r\n", request.method, request.uri);
    for (name, value) in &request.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
}

/// Reads a response's head, and no byte more.
pub async fn read_head(stream: &mut TcpStream) -> Answer {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        headers.append(name.parse().unwrap(), value.parse().unwrap());
    }
    Answer { status, headers, body: Vec::new() }
}

/// One request over one connection, which stays open: head, and a body of known length.
pub async fn over_open_socket(stream: &mut TcpStream, request: &Ask) -> Answer {
    write(stream, request).await;
    let mut answer = read_head(stream).await;
    let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
    answer.body = vec![0; length];
    stream.read_exact(&mut answer.body).await.unwrap();
    answer
}

/// One request over one connection: head and, since the server then closes, all of the body.
pub async fn over_socket(address: SocketAddr, request: Ask) -> Answer {
    let mut stream = connect(address, &request.with("connection", "close")).await;
    let mut answer = read_head(&mut stream).await;
    stream.read_to_end(&mut answer.body).await.unwrap();
    answer
}
