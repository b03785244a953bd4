//! Every row of the test API on every adapter, over real sockets and from an allowed origin: the answer has the handler's
//! headers and the CORS headers, also with errors, 304, 404, 405 and streams.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::support;
use xtask::client::{Request, Response, open, send};
use xtask::options::Adapter;
use xtask::running::Running;

const ORIGIN: (&str, &str) = ("Origin", "https://app.example.com");

const POLICY: &str = r#"
allow_origins = ["https://*.example.com", "https://example.org"]
allow_methods = ["PUT", "PURGE"]
allow_headers = ["content-type", "authorization"]
expose_headers = ["x-request-id"]
allow_credentials = true
"#;

/// Each row becomes a test per adapter: `axum::the_websocket_echoes` and so on.
macro_rules! rows {
    ($($row:ident)*) => {
        rows! { axum Axum: $($row)* }
        rows! { actix Actix: $($row)* }
        rows! { warp Warp: $($row)* }
    };
    ($name:ident $adapter:ident: $($row:ident)*) => {
        mod $name {
            $(
                #[test]
                fn $row() {
                    super::$row(&super::Api::start(xtask::options::Adapter::$adapter, stringify!($row)));
                }
            )*
        }
    };
}

rows! {
    echo_answers_any_method_but_options
    options_reaches_the_handler_unless_it_is_a_preflight
    what_handlers_set_is_merged_or_replaced
    the_cookie_is_set_and_those_sent_are_told
    errors_of_handlers_and_middleware_are_readable
    preflights_do_not_meet_authentication
    the_stream_comes_in_chunks
    what_is_cached_is_validated
    the_redirect_leads_to_the_echo
    the_websocket_echoes
    another_origin_gets_the_answer_but_may_not_read_it
    a_connection_serves_request_after_request
}

struct Api {
    adapter: &'static str,
    addr: SocketAddr,
    _server: Running,
}

impl Api {
    fn start(adapter: Adapter, row: &str) -> Self {
        Self::under(POLICY, adapter.name(), row)
    }

    fn under(policy: &str, adapter: &'static str, name: &str) -> Self {
        let policy = support::policy_file(&format!("{adapter}-{name}"), policy);
        let server = support::serve(adapter, &policy, "127.0.0.1:0");
        Self { adapter, addr: server.addr(), _server: server }
    }

    /// Sends a request from the allowed origin and requires a readable answer.
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

fn echo_answers_any_method_but_options(api: &Api) {
    for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "patch", "PURGE"] {
        let response = api.ask(method, "/echo?q=1", &[("X-Twice", "1"), ("X-Twice", "2")]);
        assert_eq!(response.status(), 200, "{method}");
        assert_eq!(response.header("content-type"), Some("application/json"));
        assert_eq!(response.header("x-request-id"), Some("demo"));
        assert_eq!(response.header("x-secret"), Some("hidden"));
        let wanted = format!(
            r#"{{"adapter":"{}","method":"{method}","path":"/echo","headers":{{"host":"{}","origin":"{}","x-twice":"1, 2"}}}}"#,
            api.adapter, api.addr, ORIGIN.1
        );
        assert_eq!(response.text(), wanted);
    }
    assert_eq!(api.ask("HEAD", "/echo", &[]).header("x-request-id"), Some("demo"));
}

fn options_reaches_the_handler_unless_it_is_a_preflight(api: &Api) {
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

    let policy = format!("{POLICY}preflight_continue = true");
    let continued = Api::under(&policy, api.adapter, "continued");
    let request = Request { method: "OPTIONS", target: "/options", headers: &headers };
    let preflight = send(continued.addr, request).unwrap();
    assert_eq!((preflight.status(), preflight.header("x-handler")), (200, Some("yes")));
    assert_eq!(preflight.header("access-control-allow-origin"), Some(ORIGIN.1));
}

fn what_handlers_set_is_merged_or_replaced(api: &Api) {
    assert_eq!(vary(&api.ask("GET", "/vary", &[])), ["accept-encoding", "origin"]);
    assert!(api.ask("GET", "/vary-star", &[]).values("vary").any(|value| value == "*"));
    // `ask` checks that the handler's own CORS headers are gone.
    assert_eq!(api.ask("GET", "/own", &[]).status(), 200);
}

fn the_cookie_is_set_and_those_sent_are_told(api: &Api) {
    let response = api.ask("GET", "/cookie", &[("Cookie", "sid=1; theme=a=b")]);
    assert_eq!(response.status(), 200);
    assert_eq!(response.header("set-cookie"), Some("sid=1; SameSite=None; Secure"));
    assert!(
        response.text().ends_with(r#","cookies":{"sid":"1","theme":"a=b"}}"#),
        "{}",
        response.text()
    );
}

fn errors_of_handlers_and_middleware_are_readable(api: &Api) {
    for target in ["/error", "/middleware-error"] {
        assert_eq!(api.ask("GET", target, &[]).status(), 500, "{target}");
    }
    assert_eq!(api.ask("GET", "/nowhere", &[]).status(), 404);
    assert_eq!(api.ask("DELETE", "/cached", &[]).status(), 405);
}

fn preflights_do_not_meet_authentication(api: &Api) {
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

fn the_stream_comes_in_chunks(api: &Api) {
    let response = api.ask("GET", "/stream", &[]);
    assert_eq!((response.status(), response.body.len()), (200, 1024 * 1024));
    assert_eq!(response.header("content-length"), None);
    assert!(response.chunks.is_some_and(|chunks| chunks > 1), "{:?}", response.chunks);
}

fn what_is_cached_is_validated(api: &Api) {
    let full = api.ask("GET", "/cached", &[]);
    assert_eq!((full.status(), full.header("etag")), (200, Some("\"v1\"")));
    let validated = api.ask("GET", "/cached", &[("If-None-Match", "\"v1\"")]);
    assert_eq!((validated.status(), validated.header("etag")), (304, Some("\"v1\"")));
    assert_eq!(api.ask("GET", "/cached", &[("If-None-Match", "\"v0\"")]).status(), 200);
}

fn the_redirect_leads_to_the_echo(api: &Api) {
    let response = api.ask("GET", "/redirect", &[]);
    assert_eq!((response.status(), response.header("location")), (302, Some("/echo")));
}

fn the_websocket_echoes(api: &Api) {
    let headers = [
        ORIGIN,
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        // The key and answer from the example in RFC 6455, 1.3.
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

fn another_origin_gets_the_answer_but_may_not_read_it(api: &Api) {
    let headers = [("Origin", "https://evilexample.com")];
    let response =
        send(api.addr, Request { method: "GET", target: "/own", headers: &headers }).unwrap();
    assert_eq!(response.status(), 200);
    let cors = response.headers.iter().filter(|(name, _)| name.starts_with("access-control-"));
    assert_eq!(cors.count(), 0, "{response:?}");
    assert_eq!(vary(&response), ["origin"]);
}

fn a_connection_serves_request_after_request(api: &Api) {
    let request = |origin: &str, more: &str| {
        format!("GET /cached HTTP/1.1\r\nHost: {}\r\nOrigin: {origin}\r\n{more}\r\n", api.addr)
    };
    let (first, second) = ("https://example.org", ORIGIN.1);
    let mut stream = TcpStream::connect(api.addr).unwrap();
    let pipelined = [request(first, ""), request(second, "Connection: close\r\n")].concat();
    stream.write_all(pipelined.as_bytes()).unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK\r\n").count(), 2, "{answers}");
    let allowed = |origin| answers.find(&format!("access-control-allow-origin: {origin}\r\n"));
    assert!(allowed(first).is_some() && allowed(first) < allowed(second), "{answers}");
}
