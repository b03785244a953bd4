//! Every request type gives the same view of a request.

use crate::support::request;
use cors_core::adapter::{RequestHead, RequestHeader};
use http::{HeaderValue, Method};

/// Everything that a decision may read.
fn seen<R: RequestHead<Value = HeaderValue>>(request: &R) -> Vec<String> {
    let text =
        |value: Option<&[u8]>| value.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let mut seen = vec![
        request.method().to_owned(),
        format!("{:?}", text(request.authority())),
        format!("{:?} {:?}", text(request.header("x-tenant")), text(request.header("x-other"))),
    ];
    for header in [
        RequestHeader::Origin,
        RequestHeader::RequestMethod,
        RequestHeader::RequestHeaders,
        RequestHeader::RequestPrivateNetwork,
        RequestHeader::FetchSite,
        RequestHeader::Upgrade,
    ] {
        let lines = request.lines(header).map(|line| line.to_str().unwrap());
        seen.push(format!("{}: {:?}", header.as_str(), lines.collect::<Vec<_>>()));
    }
    seen
}

#[test]
fn all_types_say_the_same() {
    let mut whole = request(
        "OPTIONS",
        &[
            "origin: https://a.test",
            "origin: https://b.test",
            "access-control-request-method: PUT",
            "access-control-request-headers: x-a",
            "access-control-request-headers: x-b",
            "access-control-request-private-network: true",
            "sec-fetch-site: cross-site",
            "upgrade: websocket",
            "host: by.host",
            "x-tenant: one",
            "x-tenant: two",
        ],
    );
    for (uri, authority) in
        [("/path", "Some(\"by.host\")"), ("https://by.target:81/path", "Some(\"by.target:81\")")]
    {
        *whole.uri_mut() = uri.parse().unwrap();
        let wanted = [
            "OPTIONS",
            authority,
            "Some(\"one\") None",
            "origin: [\"https://a.test\", \"https://b.test\"]",
            "access-control-request-method: [\"PUT\"]",
            "access-control-request-headers: [\"x-a\", \"x-b\"]",
            "access-control-request-private-network: [\"true\"]",
            "sec-fetch-site: [\"cross-site\"]",
            "upgrade: [\"websocket\"]",
        ];
        assert_eq!(seen(&whole), wanted);
        assert_eq!(seen(&(whole.method(), whole.uri(), whole.headers())), wanted);
        assert_eq!(seen(&whole.clone().into_parts().0), wanted);
    }
    whole.headers_mut().append("host", HeaderValue::from_static("again"));
    *whole.uri_mut() = "/path".parse().unwrap();
    *whole.method_mut() = Method::GET;
    assert_eq!(whole.authority(), None, "two are ambiguous");
}
