//! Runs `by_decision`.

use std::process::Command;

use xtask::client::{Request, send};

use crate::client::{APP, EVIL, allows_one_and_no_other, get, start};

#[test]
fn handlers_follow_the_decision() {
    let (_running, addr) = start(&mut Command::new(env!("CARGO_BIN_EXE_by_decision")));
    allows_one_and_no_other(addr, APP, "/", "/missing");

    for (origin, timing) in [(APP, Some(APP)), (EVIL, None)] {
        for target in ["/", "/missing"] {
            let response = get(addr, target, origin);
            assert_eq!(response.header("timing-allow-origin"), timing);
            assert_eq!(response.header("vary"), Some("Origin"));
        }
    }
    let no_origin = Request { method: "GET", target: "/", headers: &[] };
    let response = send(addr, no_origin).unwrap();
    assert_eq!((response.status(), response.header("vary")), (200, Some("Origin")));
    assert_eq!(response.header("timing-allow-origin"), None);

    let handshake = |origin: Option<&str>| {
        let mut headers = vec![
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        headers.extend(origin.map(|origin| ("Origin", origin)));
        send(addr, Request { method: "GET", target: "/chat", headers: &headers }).unwrap()
    };
    for origin in [APP, "https://api.example.com"] {
        assert_eq!(handshake(Some(origin)).status(), 101);
    }
    let refused = handshake(Some(EVIL));
    assert_eq!(refused.status(), 403);
    assert_eq!(refused.text(), r#"origin not allowed: "https://evil.example""#);
    assert_eq!(handshake(None).status(), 403);
}
