//! The origin parser, and patterns.

use super::matches;
use crate::origin::pattern::Pattern;
use crate::origin::{MAX_LEN, Origin, default_port};
use crate::strategies::instance;
use crate::{Config, Decision, ErrorKind, Policy};
use http::{HeaderValue, Request, header::ORIGIN};
use url::Url;

/// The bytes are an origin, or a pattern, a line feed and an origin.
///
/// An origin equals its joined parts and what the URL Standard's serializer returns. A pattern
/// builds a policy that allows its instances, and the other origin if and only if the definition
/// says so. A text that is not a pattern builds no policy, and every suggested replacement is a
/// pattern.
pub fn origin(bytes: &[u8]) {
    let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let second = lines.next().unwrap_or(first);
    parser(second);
    if let Ok(text) = str::from_utf8(first) {
        patterns(text, second);
    }
}

fn parser(bytes: &[u8]) {
    let parsed = Origin::parse(bytes);
    if let Ok(origin) = parsed {
        let port = origin.port().map_or_else(String::new, |port| format!(":{port}"));
        let joined = format!("{}://{}{port}", origin.scheme(), origin.host());
        assert_eq!((joined.as_bytes(), origin.as_str().as_bytes()), (bytes, bytes));
        assert_eq!(Origin::parse(joined.as_bytes()), parsed);
    }
    let Ok(text) = str::from_utf8(bytes) else {
        return assert!(parsed.is_err());
    };
    // Labels that begin with `xn--` are not decoded.
    if text.len() <= MAX_LEN && !text.to_ascii_lowercase().contains("xn--") {
        let by_url = Url::parse(text).ok().and_then(|url| serialized(&url));
        assert_eq!(parsed.is_ok(), by_url.as_deref() == Some(text), "{text:?}: {by_url:?}");
    }
}

/// The origin that browsers send for the page. For schemes that are not special, the URL Standard
/// makes the origin opaque and only serializes the host.
fn serialized(url: &Url) -> Option<String> {
    if default_port(url.scheme()).is_some() {
        return Some(url.origin().ascii_serialization());
    }
    let host = url.host_str().filter(|host| !host.is_empty() && url.scheme() != "file")?;
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    Some(format!("{}://{host}{port}", url.scheme()))
}

fn patterns(text: &str, other: &[u8]) {
    let policy = Policy::new(&Config::new([text]));
    let Ok(parsed) = Pattern::parse(text) else {
        let Err(errors) = policy else { return assert_eq!(text, "*") };
        let kind = errors.errors()[0].kind();
        let ErrorKind::InvalidOrigin { meant, .. } = kind else { panic!("{text:?}: {kind:?}") };
        if let Some(meant) = meant {
            let mended = Policy::new(&Config::new(meant.entries()));
            return assert!(mended.is_ok(), "{text:?} is mended to {meant}");
        }
        return;
    };
    let dangerous;
    let policy = match policy {
        Ok(policy) => policy,
        Err(_) => {
            dangerous = Config {
                danger: crate::Danger { allow_null_origin: true, ..Default::default() },
                ..Config::new([text])
            };
            Policy::new(&dangerous).unwrap_or_else(|errors| panic!("{text:?}: {errors}"))
        }
    };
    let allows = |origin: HeaderValue| {
        let mut request = Request::new(());
        request.headers_mut().insert(ORIGIN, origin);
        policy.decide(&request) == Decision::Simple
    };
    for labels in ["a", "b-1.a"] {
        for port in [None, Some(0), Some(3000)] {
            let origin = instance(text, labels, port);
            assert_eq!(parsed.is_exact(), origin == text, "{origin}");
            assert!(matches(&parsed, &origin), "{text:?}: {origin}");
            let origin = HeaderValue::from_str(&origin).expect("an origin is ASCII");
            assert!(allows(origin.clone()), "{text:?}: {origin:?}");
        }
    }
    if let Ok(value) = HeaderValue::from_bytes(other) {
        let wanted = str::from_utf8(other).is_ok_and(|other| matches(&parsed, other));
        assert_eq!(allows(value), wanted, "{text:?}: {:?}", other.escape_ascii().to_string());
    }
}
