//! The requests: some that browsers send, and some that no browser would.

use std::iter::repeat_n;

use xtask::client::Request;

const APP: (&str, &str) = ("Origin", "https://app.example.com");
const SUBDOMAIN: (&str, &str) = ("Origin", "https://a.b.app.example.com");
const OTHER: (&str, &str) = ("Origin", "https://other.example");
const EVIL: (&str, &str) = ("Origin", "https://evilapp.example.com");
const NULL: (&str, &str) = ("Origin", "null");
const PUT: (&str, &str) = ("Access-Control-Request-Method", "PUT");
const TYPE: (&str, &str) = ("Access-Control-Request-Headers", "content-type");
const SECRET: (&str, &str) = ("Access-Control-Request-Headers", "content-type,x-secret");

/// Sent one after another on a kept connection. The answer to the first tells the two policies
/// apart.
pub const KEPT: &[Request<'static>] = &[
    get("/echo", &[APP]),
    get("/echo", &[]),
    get("/echo", &[SUBDOMAIN]),
    get("/echo", &[OTHER]),
    get("/echo", &[EVIL]),
    get("/echo", &[NULL]),
    get("/vary", &[APP]),
    get("/vary-star", &[OTHER]),
    get("/own", &[APP]),
    get("/error", &[APP]),
    get("/missing", &[APP]),
    get("/redirect", &[OTHER]),
    get("/stream", &[APP]),
    Request { method: "HEAD", target: "/echo", headers: &[APP] },
    Request { method: "POST", target: "/echo", headers: &[APP, ("Content-Length", "0")] },
    preflight(&[APP, PUT]),
    preflight(&[APP, PUT, TYPE]),
    preflight(&[OTHER, PUT, SECRET]),
    preflight(&[APP, PUT, SECRET]),
    preflight(&[EVIL, PUT]),
    preflight(&[APP, ("Access-Control-Request-Method", "PATCH")]),
    Request { method: "OPTIONS", target: "/options", headers: &[APP] },
];

const fn get(target: &'static str, headers: &'static [(&str, &str)]) -> Request<'static> {
    Request { method: "GET", target, headers }
}

const fn preflight(headers: &'static [(&str, &str)]) -> Request<'static> {
    Request { method: "OPTIONS", target: "/echo", headers }
}

/// Each needs its own connection, which ends after it.
pub fn hostile() -> Vec<Vec<u8>> {
    let list = |name: &str| format!("Access-Control-Request-Headers: {name}");
    let preflight = |more: Vec<u8>| {
        let method = b"Origin: https://app.example.com\r\nAccess-Control-Request-Method: PUT\r\n";
        raw("OPTIONS", &[&method[..], &more].concat())
    };
    let distinct: Vec<String> = (0..400).map(|i| format!("x-{i:06}")).collect();
    vec![
        raw("GET", b"Origin: \xff\xfe\x80\x01"),
        raw("GET", b"Origin:"),
        raw("GET", b"Origin: https://app.example.com, https://other.example"),
        raw(
            "GET",
            repeat_n("Origin: https://app.example.com", 64)
                .collect::<Vec<_>>()
                .join("\r\n")
                .as_bytes(),
        ),
        raw("GET", format!("Origin: https://{}.example.com", "a".repeat(7000)).as_bytes()),
        raw("GET", format!("Origin: https://{}example.com", "a.".repeat(200)).as_bytes()),
        raw("\u{2603}", b"Origin: https://app.example.com"),
        raw("GET", b"Or igin: https://app.example.com"),
        preflight(list(&",".repeat(6000)).into_bytes()),
        preflight(list(&distinct.join(",")).into_bytes()),
        preflight(b"Access-Control-Request-Headers: \xf0\x9f\x98\x80,\x80".to_vec()),
        preflight(b"Access-Control-Request-Method: *".to_vec()),
        b"\x00\x01\x02 garbage\r\n\r\n".to_vec(),
        b"OPTIONS /echo HTTP/1.1\r\nHost: a\r\nOrigin: https://app".to_vec(),
        Vec::new(),
    ]
}

/// A request with these header lines.
fn raw(method: &str, lines: &[u8]) -> Vec<u8> {
    let start = format!("{method} /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
    [start.as_bytes(), lines, b"\r\n\r\n"].concat()
}
