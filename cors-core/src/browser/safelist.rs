//! Which request headers a script may set, and which of them need a preflight.
//!
//! [Fetch, headers](https://fetch.spec.whatwg.org/#terminology-headers)

use crate::engine::headers::{is_forbidden_request, is_preflights_own, trim};
use crate::engine::methods;

/// Names as the script wrote them, with values as bytes.
pub(super) type HeaderList = Vec<(String, Vec<u8>)>;

/// The maximum total length of all safelisted headers' values.
const MAX_ALL_VALUES: usize = 1024;

/// The maximum length of one value.
const MAX_VALUE: usize = 128;

const SAFELISTED_TYPES: [&str; 3] =
    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

/// [Fetch, CORS-unsafe request-header names](https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names):
/// in lower case, sorted, with duplicates.
pub(super) fn unsafe_names(headers: &HeaderList, client_hints: bool) -> Vec<String> {
    let (safelisted, not): (Vec<_>, Vec<_>) = headers.iter().partition(|(name, value)| {
        is_safelisted(name, value) || client_hints && is_client_hint(name)
    });
    let size: usize = safelisted.iter().map(|(_, value)| value.len()).sum();
    let too_many = safelisted.into_iter().filter(|_| size > MAX_ALL_VALUES);
    let all = not.into_iter().chain(too_many);
    let mut names: Vec<_> = all.map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort();
    names
}

/// [Fetch, CORS-safelisted request-header](https://fetch.spec.whatwg.org/#cors-safelisted-request-header)
pub(super) fn is_safelisted(name: &str, value: &[u8]) -> bool {
    if value.len() > MAX_VALUE {
        return false;
    }
    match name.to_ascii_lowercase().as_str() {
        "accept" => !value.iter().any(is_unsafe_byte),
        "accept-language" | "content-language" => value.iter().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b' ' | b'*' | b',' | b'-' | b'.' | b';' | b'=')
        }),
        "content-type" => {
            let essence = mime_essence(value);
            !value.iter().any(is_unsafe_byte)
                && SAFELISTED_TYPES
                    .iter()
                    .any(|listed| essence.eq_ignore_ascii_case(listed.as_bytes()))
        }
        "range" => is_range_from_somewhere(value),
        _ => false,
    }
}

/// Headers that Chromium safelists in addition to the standard.
fn is_client_hint(name: &str) -> bool {
    ["save-data", "dpr", "width", "viewport-width", "downlink"]
        .iter()
        .any(|listed| listed.eq_ignore_ascii_case(name))
}

/// [Fetch, CORS-unsafe request-header byte](https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte)
fn is_unsafe_byte(b: &u8) -> bool {
    b.is_ascii_control() && *b != b'\t'
        || matches!(
            b,
            b'"' | b'(' | b')' | b':' | b'<' | b'>' | b'?' | b'@' | b'['..=b']' | b'{' | b'}'
        )
}

/// The type and subtype of a MIME type.
/// [MIME Sniffing, parse a MIME type](https://mimesniff.spec.whatwg.org/#parse-a-mime-type)
fn mime_essence(value: &[u8]) -> &[u8] {
    value.split(|b| *b == b';').next().unwrap_or_default().trim_ascii()
}

/// `bytes=0-` or `bytes=0-499`, but not `bytes=-500`.
/// [Fetch, parse a single range header value](https://fetch.spec.whatwg.org/#simple-range-header-value)
fn is_range_from_somewhere(value: &[u8]) -> bool {
    let range = str::from_utf8(value).ok().and_then(|value| value.strip_prefix("bytes="));
    let Some((start, end)) = range.and_then(|range| range.split_once('-')) else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    // Digits without leading zeros compare like numbers: by length, then by text.
    let number = |text: &str| {
        let text = text.trim_start_matches('0').to_owned();
        (text.len(), text)
    };
    !start.is_empty()
        && digits(start)
        && digits(end)
        && (end.is_empty() || number(start) <= number(end))
}

/// [Fetch, forbidden request-header](https://fetch.spec.whatwg.org/#forbidden-request-header)
pub(super) fn is_forbidden(name: &str, value: &[u8]) -> bool {
    is_forbidden_request(name)
        || is_preflights_own(name)
        || ["x-http-method", "x-http-method-override", "x-method-override"]
            .iter()
            .any(|listed| listed.eq_ignore_ascii_case(name))
            && split(value).any(methods::is_forbidden)
}

/// [Fetch, no-CORS-safelisted request-header](https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header)
pub(super) fn is_no_cors_safelisted(name: &str, value: &[u8]) -> bool {
    !name.eq_ignore_ascii_case("range") && is_safelisted(name, value)
}

/// [Fetch, get, decode, and split](https://fetch.spec.whatwg.org/#header-value-get-decode-and-split):
/// commas inside quotes do not split.
fn split(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    value
        .split(move |b| {
            match b {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ => return *b == b',' && !quoted,
            }
            false
        })
        .map(trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safelisted() {
        for (name, value) in [
            ("accept", "*/*"),
            ("ACCEPT", "text/html;q=0.8, */*\t"),
            ("accept-language", "en-US,en;q=0.5, *"),
            ("content-language", "de"),
            ("content-type", "text/plain"),
            ("Content-Type", "TEXT/PLAIN;charset=utf-8"),
            ("content-type", "text/plain ;"),
            ("content-type", "multipart/form-data; boundary=x"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("range", "bytes=0-"),
            ("range", "bytes=0100-200"),
            ("accept", ""),
        ] {
            assert!(is_safelisted(name, value.as_bytes()), "{name}: {value}");
        }
        let long = "a".repeat(MAX_VALUE + 1);
        for (name, value) in [
            ("accept", "text/html(1)"),
            ("accept", "a\\b"),
            ("accept", "a\u{7f}"),
            ("accept", long.as_str()),
            ("accept-language", "en_US"),
            ("accept-language", "en+x"),
            ("accept-language", "en/x"),
            ("content-type", "application/json"),
            ("content-type", "text/plain, application/json"),
            ("content-type", "text"),
            ("content-type", ""),
            ("content-type", "text/plain;charset=\"utf-8\""),
            ("range", "bytes=-500"),
            ("range", "bytes=9-10,20-"),
            ("range", "bytes=10-9"),
            ("range", "bytes = 0-"),
            ("range", "items=0-"),
            ("x-a", ""),
            ("authorization", ""),
        ] {
            assert!(!is_safelisted(name, value.as_bytes()), "{name}: {value}");
        }
    }

    #[test]
    fn all_values_together() {
        let headers = |count: usize| -> HeaderList {
            (0..count).map(|_| ("Accept".to_owned(), vec![b'a'; MAX_VALUE])).collect()
        };
        assert!(unsafe_names(&headers(8), false).is_empty());
        assert_eq!(unsafe_names(&headers(9), false), ["accept"; 9]);
    }

    #[test]
    fn forbidden() {
        for (name, value) in [
            ("Host", ""),
            ("sec-fetch-site", ""),
            ("Proxy-x", ""),
            ("cookie", ""),
            ("Access-Control-Request-Method", ""),
            ("X-HTTP-Method-Override", "GET, trace"),
            ("x-method-override", "\"a,b\",TRACK"),
            ("x-method-override", "a\\,TRACE"),
        ] {
            assert!(is_forbidden(name, value.as_bytes()), "{name}: {value}");
        }
        for (name, value) in [
            ("access-control-allow-origin", "*"),
            ("x-http-method", "PUT"),
            ("x-http-method", "\"a\\\",TRACE,b\""),
            ("user-agent", "x"),
        ] {
            assert!(!is_forbidden(name, value.as_bytes()), "{name}: {value}");
        }
    }
}
