//! Turns the table's notation into bytes.

/// Expands `request`: the request line, the headers, and after an empty line the body.
///
/// Fills in what a case leaves out: `HTTP/1.1`, `Host` and `Connection: close`.
pub fn message(lines: &[String]) -> Result<Vec<u8>, String> {
    let (first, rest) = lines.split_first().ok_or("`request` is empty")?;
    let mut bytes = expand(first)?;
    if !first.contains(" HTTP/") {
        bytes.extend_from_slice(b" HTTP/1.1");
    }
    bytes.extend_from_slice(b"\r\n");

    let head = rest.iter().position(String::is_empty).unwrap_or(rest.len());
    let (headers, body) = (&rest[..head], rest.get(head + 1..).unwrap_or_default());
    for (name, line) in [("host", "Host: api.test"), ("connection", "Connection: close")] {
        if !headers.iter().any(|header| is_named(header, name)) {
            bytes.extend_from_slice(line.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
    }
    for header in headers {
        bytes.append(&mut expand(header)?);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    for (index, line) in body.iter().enumerate() {
        if index > 0 {
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.append(&mut expand(line)?);
    }
    Ok(bytes)
}

fn is_named(header: &str, name: &str) -> bool {
    header.split(':').next().is_some_and(|found| found.eq_ignore_ascii_case(name))
}

/// `{0xE9}` is that byte, `{60000 x "a,"}` repeats that text; everything else is itself, as UTF-8.
pub fn expand(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        bytes.extend_from_slice(before.as_bytes());
        let (inside, after) =
            after.split_once('}').ok_or_else(|| format!("{{ without }} in {text:?}"))?;
        bytes.append(&mut braced(inside).ok_or_else(|| {
            format!("{{{inside}}}: write {{0xE9}} for a byte or {{100 x \"a\"}} to repeat")
        })?);
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

fn braced(inside: &str) -> Option<Vec<u8>> {
    if let Some(hex) = inside.strip_prefix("0x") {
        return u8::from_str_radix(hex, 16).ok().map(|byte| vec![byte]);
    }
    let (times, quoted) = inside.split_once(" x ")?;
    let text = quoted.strip_prefix('"')?.strip_suffix('"')?;
    // No case needs more, and a typo fails here instead of filling memory.
    let times = times.parse::<usize>().ok().filter(|times| *times <= 1_000_000)?;
    Some(text.repeat(times).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[&str]) -> Vec<u8> {
        message(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn what_no_case_is_about_is_filled_in() {
        assert_eq!(
            lines(&["GET /echo", "Origin: https://a.test"]),
            b"GET /echo HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\nOrigin: https://a.test\r\n\r\n"
        );
        assert_eq!(
            lines(&["GET / HTTP/1.0", "HOST: b", "connection: x", "", "one", "", "two"]),
            b"GET / HTTP/1.0\r\nHOST: b\r\nconnection: x\r\n\r\none\r\n\r\ntwo"
        );
    }

    #[test]
    fn braces() {
        assert_eq!(expand(r#"a{0xE9}b{3 x "c,"}d"#).unwrap(), b"a\xe9bc,c,c,d");
        for wrong in ["{", "{}", "{0xE9", "{0xE99}", "{x}", "{3 x c}", r#"{-1 x "c"}"#] {
            assert!(expand(wrong).is_err(), "{wrong}");
        }
    }
}
