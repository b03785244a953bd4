//! Calls `grpc_web` as a script does. What can the script read?

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use crate::client::{APP, EVIL, start};
use cors_core::browser::{Body, Browser, Fetch, Readable, Step, Turn, Verdict};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

const CHECK: &str = "/grpc.health.v1.Health/Check";

/// Sends what the model of a browser sends, including preflights, to the server.
async fn fetch(addr: SocketAddr, fetch: &Fetch, message: &[u8]) -> (Verdict, Response<Bytes>) {
    let mut browser = Browser::new();
    let mut turn = browser.start(fetch, Duration::ZERO);
    let mut last = Response::default();
    loop {
        turn = match turn {
            Turn::Send(sending) => {
                let body = if sending.is_preflight() { &[] } else { message };
                last = send(addr, sending.request().clone(), body).await;
                sending.respond(&mut browser, &last, Duration::ZERO)
            }
            Turn::Done(ended) => return (ended.verdict, last),
        };
    }
}

async fn send(addr: SocketAddr, request: Request<()>, body: &[u8]) -> Response<Bytes> {
    let stream = TcpStream::connect(addr).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let (mut head, ()) = request.into_parts();
    // Only the path, as servers receive it.
    head.uri = head.uri.path().parse().unwrap();
    let request = Request::from_parts(head, Full::new(Bytes::copy_from_slice(body)));
    let response = sender.send_request(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    drop(sender);
    connection.await.unwrap().unwrap();
    Response::from_parts(head, body)
}

/// A fetch like those of the client library `grpc-web`.
fn call(origin: &str, path: &str) -> Fetch {
    Fetch::new(origin, format!("https://api.example.com{path}"))
        .method("POST")
        .header("Content-Type", "application/grpc-web+proto")
        .header("X-Grpc-Web", "1")
        .header("X-User-Agent", "grpc-web-javascript/0.1")
        .header("grpc-timeout", "5000m")
        .header("authorization", "Bearer token")
        .body(Body::Bytes)
}

/// A message in its frame: a flag, and its length in four bytes.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], length.as_slice(), message].concat()
}

/// The frames of a body: flag and content.
fn frames(mut body: &[u8]) -> Vec<(u8, &[u8])> {
    let mut frames = Vec::new();
    while let Some((head, rest)) = body.split_at_checked(5) {
        let length = u32::from_be_bytes(head[1..].try_into().unwrap());
        let (content, rest) = rest.split_at(length.try_into().unwrap());
        frames.push((head[0], content));
        body = rest;
    }
    frames
}

fn grpc_web() -> (xtask::running::Running, SocketAddr) {
    start(&mut Command::new(env!("CARGO_BIN_EXE_grpc_web")))
}

#[tokio::test]
async fn a_script_reads_the_message_and_the_status_in_its_frame() {
    let (_running, addr) = grpc_web();
    let (verdict, response) = fetch(addr, &call(APP, CHECK), &framed(b"")).await;
    assert!(verdict.is_readable(), "{verdict:?}");
    assert_eq!(response.headers()["content-type"], "application/grpc-web+proto");
    // HealthCheckResponse { status: SERVING }, then the trailers.
    let frames = frames(response.body());
    assert_eq!(frames[0], (0, [0x08, 0x01].as_slice()), "{frames:?}");
    let (flag, trailers) = frames[1];
    assert_eq!((flag, frames.len()), (0x80, 2), "{frames:?}");
    assert!(str::from_utf8(trailers).unwrap().contains("grpc-status:0"), "{trailers:?}");
}

#[tokio::test]
async fn a_script_reads_the_status_of_a_failure_in_the_headers() {
    let (_running, addr) = grpc_web();
    // HealthCheckRequest { service: "x" }, which does not exist; and a path without any service.
    let unknown = fetch(addr, &call(APP, CHECK), &framed(&[0x0a, 0x01, b'x'])).await;
    let missing = fetch(addr, &call(APP, "/no.such.Service/Call"), &framed(b"")).await;
    for ((verdict, response), status) in [(unknown, "5"), (missing, "12")] {
        let Verdict::Readable(Readable { headers, shared, .. }) = verdict else {
            panic!("{verdict:?}")
        };
        assert_eq!(headers["grpc-status"], status, "{response:?}");
        assert!(shared.shows("grpc-message") && shared.shows("grpc-status-details-bin"));
        // The model hides from the script what is not exposed.
        assert!(response.headers().contains_key("vary") && !headers.contains_key("vary"));
    }
}

#[tokio::test]
async fn a_script_elsewhere_does_not_get_past_the_preflight() {
    let (_running, addr) = grpc_web();
    let (verdict, response) = fetch(addr, &call(EVIL, CHECK), &framed(b"")).await;
    assert_eq!(verdict.failed_step(), Some(Step::PreflightAllowOriginMissing), "{verdict:?}");
    assert_eq!(response.status(), 403);

    let other_metadata = call(APP, CHECK).header("x-debug", "1");
    let (verdict, _) = fetch(addr, &other_metadata, &framed(b"")).await;
    assert_eq!(verdict.failed_step(), Some(Step::PreflightHeader), "{verdict:?}");
}
