//! Every row of the test API over real sockets, asked from an allowed origin: what the handler set is there,
//! and so are the CORS headers, on errors, 304, 404, 405 and streams too.

use std::io::{Read, Write};
use std::net::SocketAddr;

use xtask::client::{Request, Response, open, send};
use xtask::running::Running;

mod support;

const ORIGIN: (&str, &str) = ("Origin", "https://app.example.com");

const POLICY: &str = r#"
allow_origins = ["https://*.example.com", "https://example.org"]
allow_methods = ["PUT", "PURGE"]
allow_headers = ["content-type", "authorization"]
expose_headers = ["x-request-id"]
allow_credentials = true
"#;

struct Api {
    addr: SocketAddr,
    _server: Running,
}

impl Api {
    fn start(name: &str) -> Self {
        let server = support::serve("axum", &support::policy_file(name, POLICY), "127.0.0.1:0");
        Self { addr: server.addr(), _server: server }
    }

    /// Asks from the allowed origin and requires the answer to be readable there.
    fn ask(&self, method: &str, target: &str, more: &[(&str, &str)]) -> Response {
        let headers = [&[ORIGIN], more].concat();
        let response = send(self.addr, Request { method, target, headers: &headers }).unwrap();
        assert_readable(&response);
        response
    }
}

fn assert_readable(response: &Response) {
    assert_eq!(response.header("access-control-allow-origin"), Some(ORIGIN.1), "{response:?}");
    assert_eq!(response.header("access-control-allow-credentials"), Some("true"), "{response:?}");
    assert_eq!(
        response.header("access-control-expose-headers"),
        Some("x-request-id"),
        "{response:?}"
    );
}

fn vary(response: &Response) -> Vec<String> {
    let mut names: Vec<_> = response
        .values("vary")
        .flat_map(|line| line.split(','))
        .map(|name| name.trim().to_lowercase())
        .collect();
    names.sort();
    names
}

#[test]
fn echo_answers_any_method_but_options() {
    let api = Api::start("echo");
    for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "patch", "PURGE"] {
        let response = api.ask(method, "/echo?q=1", &[("X-Twice", "1"), ("X-Twice", "2")]);
        assert_eq!(response.status(), 200, "{method}");
        assert_eq!(response.header("content-type"), Some("application/json"));
        assert_eq!(response.header("x-request-id"), Some("demo"));
        assert_eq!(response.header("x-secret"), Some("hidden"));
        let wanted = format!(
            r#"{{"adapter":"axum","method":"{method}","path":"/echo","headers":{{"host":"{}","origin":"{}","x-twice":"1, 2"}}}}"#,
            api.addr, ORIGIN.1
        );
        assert_eq!(response.text(), wanted);
    }
    assert_eq!(api.ask("HEAD", "/echo", &[]).header("x-request-id"), Some("demo"));
}

#[test]
fn options_reaches_the_handler_unless_it_is_a_preflight() {
    let api = Api::start("options");
    assert_eq!(api.ask("OPTIONS", "/echo", &[]).status(), 405);

    let plain = api.ask("OPTIONS", "/options", &[]);
    assert_eq!((plain.status(), plain.header("x-handler")), (200, Some("yes")));

    let headers = [ORIGIN, ("Access-Control-Request-Method", "PUT")];
    let preflight =
        send(api.addr, Request { method: "OPTIONS", target: "/options", headers: &headers })
            .unwrap();
    assert_eq!((preflight.status(), preflight.header("x-handler")), (204, None));
    assert_eq!(preflight.header("access-control-allow-origin"), Some(ORIGIN.1));
    assert_eq!(preflight.header("content-length"), None);
}

#[test]
fn what_handlers_set_is_merged_or_replaced() {
    let api = Api::start("headers");
    assert_eq!(vary(&api.ask("GET", "/vary", &[])), ["accept-encoding", "origin"]);
    assert!(api.ask("GET", "/vary-star", &[]).values("vary").any(|value| value == "*"));
    // `ask` has seen that the handler's own CORS headers are gone.
    assert_eq!(api.ask("GET", "/own", &[]).status(), 200);
}

#[test]
fn the_cookie_is_set_and_those_sent_are_told() {
    let api = Api::start("cookie");
    let response = api.ask("GET", "/cookie", &[("Cookie", "sid=1; theme=a=b")]);
    assert_eq!(response.status(), 200);
    assert_eq!(response.header("set-cookie"), Some("sid=1; SameSite=None; Secure"));
    assert!(
        response.text().ends_with(r#","cookies":{"sid":"1","theme":"a=b"}}"#),
        "{}",
        response.text()
    );
}

#[test]
fn errors_of_handlers_and_middleware_are_readable() {
    let api = Api::start("errors");
    for target in ["/error", "/middleware-error"] {
        assert_eq!(api.ask("GET", target, &[]).status(), 500, "{target}");
    }
    assert_eq!(api.ask("GET", "/nowhere", &[]).status(), 404);
    assert_eq!(api.ask("DELETE", "/cached", &[]).status(), 405);
}

#[test]
fn preflights_do_not_meet_authentication() {
    let api = Api::start("auth");
    assert_eq!(api.ask("GET", "/auth", &[]).status(), 401);
    assert_eq!(api.ask("GET", "/auth", &[("Authorization", "Bearer x")]).status(), 200);

    let asked = [
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "authorization"),
    ];
    let headers = [&[ORIGIN], &asked[..]].concat();
    let preflight =
        send(api.addr, Request { method: "OPTIONS", target: "/auth", headers: &headers }).unwrap();
    assert_eq!(preflight.status(), 204);
}

#[test]
fn the_stream_comes_in_chunks() {
    let response = Api::start("stream").ask("GET", "/stream", &[]);
    assert_eq!((response.status(), response.body.len()), (200, 1024 * 1024));
    assert_eq!(response.header("content-length"), None);
    assert!(response.chunks.is_some_and(|chunks| chunks > 1), "{:?}", response.chunks);
}

#[test]
fn what_is_cached_is_validated() {
    let api = Api::start("cached");
    let full = api.ask("GET", "/cached", &[]);
    assert_eq!((full.status(), full.header("etag")), (200, Some("\"v1\"")));
    let validated = api.ask("GET", "/cached", &[("If-None-Match", "\"v1\"")]);
    assert_eq!((validated.status(), validated.header("etag")), (304, Some("\"v1\"")));
    assert_eq!(api.ask("GET", "/cached", &[("If-None-Match", "\"v0\"")]).status(), 200);
}

#[test]
fn the_redirect_leads_to_the_echo() {
    let response = Api::start("redirect").ask("GET", "/redirect", &[]);
    assert_eq!((response.status(), response.header("location")), (302, Some("/echo")));
}

#[test]
fn the_websocket_echoes() {
    let api = Api::start("ws");
    let headers = [
        ORIGIN,
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        // The pair of key and answer that RFC 6455, 1.3, works out.
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let (response, mut stream) =
        open(api.addr, Request { method: "GET", target: "/ws", headers: &headers }).unwrap();
    assert_eq!(response.status(), 101, "{response:?}");
    assert_eq!(response.header("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_readable(&response);

    // RFC 6455, 5.2: a final text frame, masked with zeros, which leave the text as it is.
    stream.get_mut().write_all(b"\x81\x85\0\0\0\0hello").unwrap();
    let mut frame = [0; 7];
    stream.read_exact(&mut frame).unwrap();
    assert_eq!(&frame, b"\x81\x05hello");
}

#[test]
fn another_origin_gets_the_answer_but_may_not_read_it() {
    let api = Api::start("other");
    let headers = [("Origin", "https://evilexample.com")];
    let response =
        send(api.addr, Request { method: "GET", target: "/own", headers: &headers }).unwrap();
    assert_eq!(response.status(), 200);
    let cors = response.headers.iter().filter(|(name, _)| name.starts_with("access-control-"));
    assert_eq!(cors.count(), 0, "{response:?}");
    assert_eq!(vary(&response), ["origin"]);
}
