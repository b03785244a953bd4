//! Starts an example, and sends what a browser would.

use std::net::SocketAddr;
use std::process::Command;

use xtask::client::{Request, Response, send};
use xtask::running::Running;

pub const APP: &str = "https://app.example.com";
pub const EVIL: &str = "https://evil.example";
pub const ALLOW_ORIGIN: &str = "access-control-allow-origin";

/// Starts a program that listens on a free port.
pub fn start(command: &mut Command) -> (Running, SocketAddr) {
    let running = Running::start(command.env("ADDR", "127.0.0.1:0")).unwrap();
    let addr = running.addr();
    (running, addr)
}

/// A GET from a page of `origin`.
pub fn get(addr: SocketAddr, target: &str, origin: &str) -> Response {
    send(addr, Request { method: "GET", target, headers: &[("Origin", origin)] }).unwrap()
}

/// Whether a preflight allows a page of `origin` to use the method. The answer must have all CORS
/// headers or none.
pub fn preflight(addr: SocketAddr, target: &str, origin: &str, method: &str) -> bool {
    let headers = [("Origin", origin), ("Access-Control-Request-Method", method)];
    let response = send(addr, Request { method: "OPTIONS", target, headers: &headers }).unwrap();
    let allowed = response.header(ALLOW_ORIGIN) == Some(origin);
    let methods = response.header("access-control-allow-methods").unwrap_or_default();
    assert_eq!(response.status(), if allowed { 204 } else { 403 }, "{response:?}");
    assert_eq!(methods.split(',').any(|listed| listed == method), allowed, "{response:?}");
    allowed
}

/// A check for every example: a page of `origin` can read `target` and the error at `missing`, and may
/// PUT. A page of [`EVIL`] cannot do any of that.
pub fn allows_one_and_no_other(addr: SocketAddr, origin: &str, target: &str, missing: &str) {
    for (target, ok) in [(target, true), (missing, false)] {
        let response = get(addr, target, origin);
        assert_eq!(response.status() < 400, ok, "{response:?}");
        assert_eq!(response.header(ALLOW_ORIGIN), Some(origin), "{response:?}");
        let refused = get(addr, target, EVIL);
        assert_eq!(refused.status(), response.status(), "{refused:?}");
        assert_eq!(refused.header(ALLOW_ORIGIN), None, "{refused:?}");
        let varies =
            |response: &Response| response.header("vary").is_some_and(|v| v.contains("Origin"));
        assert!(varies(&response) && varies(&refused), "{response:?} {refused:?}");
    }
    assert!(preflight(addr, target, origin, "PUT"));
    assert!(!preflight(addr, target, EVIL, "PUT"));
}
