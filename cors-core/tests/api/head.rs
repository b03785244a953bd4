//! What a selecting closure sees of a request.

use crate::support::{request, written};
use cors_core::Policy;
use cors_core::adapter::{Head, Source};
use http::{HeaderMap, HeaderValue, Method, Request, Version};

type Select = dyn Fn(&Head<'_>) -> Option<Policy> + Send + Sync;

#[test]
fn all_but_the_headers_that_were_not_declared() {
    let select: Box<Select> = Box::new(|head| {
        assert_eq!((head.method(), head.version()), (&Method::PUT, Version::HTTP_11));
        assert_eq!((head.uri().path(), head.authority()), ("/a", Some("api.test:81")));
        assert_eq!(head.extensions().get(), Some(&7_u8));
        assert_eq!(head.header("x-tenant").map(HeaderValue::as_bytes), Some(&b"one"[..]));
        let lines: Vec<_> = head.header_lines("X-Tenant").map(HeaderValue::as_bytes).collect();
        assert_eq!(lines, [b"one", b"two"]);
        assert!(head.header("cookie").is_none() && head.header_lines("cookie").next().is_none());
        Some(Policy::public())
    });
    let source = Source::selected_reading("x-tenant", select).unwrap();
    let mut request = Request::put("/a")
        .header("host", "api.test:81")
        .header("x-tenant", "one")
        .header("x-tenant", "two")
        .header("cookie", "a=1")
        .body(())
        .unwrap();
    request.extensions_mut().insert(7_u8);
    let exchange = source
        .begin(&request, |select, declared| select(&Head::new(&request, declared)))
        .without_asking();
    let mut headers = HeaderMap::new();
    exchange.write(&mut headers);
    assert_eq!(headers["access-control-allow-origin"], "*");
    assert_eq!(headers["vary"], "X-Tenant");
}

/// Whatever a preflight asks for, the closure sees one valid method or nothing.
#[test]
fn the_requested_method() {
    let origin = "origin: https://app.example.com";
    let asks = |method: &str| format!("access-control-request-method: {method}");
    for (method, lines, seen, looked) in [
        ("PUT", vec![origin], "PUT", false),
        ("PUT", vec![origin, &asks("GET")], "PUT", false),
        ("OPTIONS", vec![], "OPTIONS", true),
        ("OPTIONS", vec![origin], "OPTIONS", true),
        ("OPTIONS", vec![&asks("PUT")], "OPTIONS", true),
        ("OPTIONS", vec![origin, &asks("PUT")], "PUT", true),
        ("OPTIONS", vec![origin, &asks("put")], "put", true),
        ("OPTIONS", vec![origin, &asks("")], "", true),
        ("OPTIONS", vec![origin, &asks("P UT")], "", true),
        ("OPTIONS", vec![origin, &asks("PUT"), &asks("PUT")], "", true),
        ("OPTIONS", vec!["origin: ", &asks("PUT")], "PUT", true),
    ] {
        let select: Box<Select> = Box::new(move |head| {
            assert_eq!(head.requested_method(), seen);
            None
        });
        let request = request(method, &lines);
        let exchange = Source::selected(select)
            .begin(&request, |select, declared| select(&Head::new(&request, declared)))
            .without_asking();
        let vary = if looked { "vary: Origin, Access-Control-Request-Method" } else { "" };
        assert_eq!(written(exchange, &[]).join(""), vary, "{method} {lines:?}");
    }
}

#[test]
fn the_uri_of_http_2_has_the_authority() {
    let select: Box<Select> = Box::new(|head| {
        assert_eq!((head.authority(), head.version()), (Some("api.test"), Version::HTTP_2));
        None
    });
    let request = Request::get("https://api.test/a").version(Version::HTTP_2);
    let request = request.header("host", "other.test").body(()).unwrap();
    let exchange = Source::selected(select)
        .begin(&request, |select, declared| select(&Head::new(&request, declared)))
        .without_asking();
    let mut headers = HeaderMap::new();
    exchange.write(&mut headers);
    assert!(headers.is_empty());
}
