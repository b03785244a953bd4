//! The bodies of the fuzz targets. Each reads arbitrary bytes as its kind of input and asserts a
//! law. The bytes come from a fuzzer or from `tests/corpus`.

use std::fmt::Write;

use cors_core::browser::Body;

use crate::input::{Call, check_url, curl, fetch_call, responses};

/// A target. It panics if its law is broken.
pub type Target = fn(&[u8]);

/// Every target with its name.
pub const TARGETS: &[(&str, Target)] =
    &[("curl", read_curl), ("fetch_call", read_fetch_call), ("response", read_response)];

/// A call is sendable, an error is one line, and a call that is printed reads as before.
fn read_curl(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let Some(call) = checked(curl(text)) else { return };
    let line = curl_line(&call);
    let again = curl(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
    assert_eq!(again, Call { ignored: Vec::new(), ..call }, "{line}");
}

/// A call is sendable, and an error is one line.
fn read_fetch_call(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes) {
        checked(fetch_call(text));
    }
}

/// There is an answer or an error of one line. Answers that are printed read as before.
fn read_response(bytes: &[u8]) {
    let Some(read) = checked_line(responses(bytes)) else { return };
    assert!((1..=64).contains(&read.len()));
    let mut printed = Vec::new();
    for response in &read {
        printed.extend(
            format!("{:?} {}\r\n", response.version(), response.status().as_u16()).into_bytes(),
        );
        for (name, value) in response.headers() {
            printed.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        printed.extend(b"\r\n");
    }
    let again = responses(&printed).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again.len(), read.len());
    for (again, read) in again.iter().zip(&read) {
        assert_eq!((again.status(), again.version()), (read.status(), read.version()));
        assert_eq!(again.headers(), read.headers());
    }
}

fn checked(read: Result<Call, String>) -> Option<Call> {
    let call = checked_line(read)?;
    let checked = check_url("URL", &call.fetch.url);
    assert!(checked.is_ok(), "{checked:?}");
    assert!(call.body.is_none() || call.fetch.body != Body::None);
    Some(call)
}

fn checked_line<T>(read: Result<T, String>) -> Option<T> {
    let error = match read {
        Ok(read) => return Some(read),
        Err(error) => error,
    };
    assert!(!error.is_empty() && !error.contains(char::is_control), "{error:?}");
    None
}

/// A call in the quotes of bash. It has the method, headers, credentials and body of a call that
/// [`curl`] reads, and the defaults of `fetch` otherwise.
pub fn curl_line(call: &Call) -> String {
    let mut line =
        format!("curl -g --url {} -X {}", quoted(&call.fetch.url), quoted(&call.fetch.method));
    let mut flag = |flag: &str, value: &str| {
        let _ = write!(line, " \\\n  {flag} {}", quoted(value));
    };
    if !call.fetch.origin.is_empty() {
        flag("-H", &format!("Origin: {}", call.fetch.origin));
    }
    if !call.cookies.is_empty() {
        flag("-H", &format!("Cookie: {}", call.cookies.join("; ")));
    }
    for (name, value) in &call.fetch.headers {
        match &**value {
            "" => flag("-H", &format!("{name};")),
            value => flag("-H", &format!("{name}: {value}")),
        }
    }
    for resolve in &call.resolve {
        flag("--resolve", resolve);
    }
    if call.fetch.body == Body::Bytes {
        flag("-H", "content-type:");
    }
    if let Some(body) = &call.body {
        flag("--data-raw", &String::from_utf8_lossy(body));
    }
    if call.insecure {
        line.push_str(" -k");
    }
    line
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("$'");
    for c in text.chars() {
        let _ = match c {
            '\'' | '\\' => write!(quoted, "\\{c}"),
            ' '..='~' => write!(quoted, "{c}"),
            c => write!(quoted, "\\U{:08x}", u32::from(c)),
        };
    }
    quoted + "'"
}
