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

/// Whether a text is a type and a subtype, with well-formed parameters.
/// [RFC 2045, 5.1](https://www.rfc-editor.org/rfc/rfc2045#section-5.1)
pub(super) fn is_media_type(text: &str) -> bool {
    let rest = &mut &*text;
    if !(token(rest) && sign(rest, '/') && token(rest)) {
        return false;
    }
    while !rest.trim_start_matches(' ').is_empty() {
        let is_parameter =
            sign(rest, ';') && token(rest) && sign(rest, '=') && (token(rest) || quoted(rest));
        if !is_parameter {
            return false;
        }
    }
    true
}

/// Takes this sign from the front, after spaces.
fn sign(rest: &mut &str, sign: char) -> bool {
    let after = rest.trim_start_matches(' ').strip_prefix(sign);
    *rest = after.unwrap_or(rest);
    after.is_some()
}

fn token(rest: &mut &str) -> bool {
    let text = rest.trim_start_matches(' ');
    let is_other = |c: char| !c.is_ascii_graphic() || "()<>@,;:\\\"/[]?=".contains(c);
    let (token, after) = text.split_at(text.find(is_other).unwrap_or(text.len()));
    *rest = after;
    !token.is_empty()
}

fn quoted(rest: &mut &str) -> bool {
    if !sign(rest, '"') {
        return false;
    }
    let mut is_escaped = false;
    let end = rest.find(|c| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    });
    *rest = end.map_or("", |end| &rest[end + 1..]);
    end.is_some()
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
    fn media_types() {
        for text in [
            "a/b",
            " a / b ;c=d",
            "text/plain;charset=utf-8",
            "a/b;c=\"; \\\" d\"",
            "a/b ; c = d; e=f ",
            "a/b;c=\"\"",
        ] {
            assert!(is_media_type(text), "{text}");
        }
        for text in [
            "",
            "1",
            "a/",
            "/b",
            "a b/c",
            "a/b c",
            "a/b;",
            "a/b;c",
            "a/b;c=",
            "a/b;=d",
            "a/b;c=\"d",
            "a/b;c=\"\\\"",
            "a/b/c",
            "a/(b)",
            "a/b\tc",
            "a/b;c=d e",
        ] {
            assert!(!is_media_type(text), "{text}");
        }
    }

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
