//! HTTP responses, as curl and browsers show them.

use std::borrow::Cow;

use http::header::{CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{HeaderMap, Response, StatusCode, Version};

use super::{check_size, shown};

const MAX_RESPONSES: usize = 64;
const MAX_HEADERS: usize = 1000;

/// The answers in a file, in their order. `Err` is one line.
///
/// It takes what `curl -i`, `curl -iL` and `curl -v` print, and what browsers show: HTTP/1 and
/// `:status: 200`, with or without bodies, CR LF or LF. Interim answers and those of a proxy that
/// opens a tunnel are left out.
pub fn responses(bytes: &[u8]) -> Result<Vec<Response<()>>, String> {
    check_size(bytes.len())?;
    let text = without_mark(bytes);
    if text.trim_ascii().is_empty() {
        return Err("empty; write into it what curl -i prints".to_owned());
    }
    let text = match received(&text) {
        Some(received) => Cow::Owned(received),
        None => text,
    };
    let mut text = Text { all: &text, at: 0 };
    text.skip_introduction()?;
    let mut responses = Vec::new();
    for count in 0.. {
        text.skip_blank_lines();
        if text.at == text.all.len() {
            break;
        }
        if count == MAX_RESPONSES {
            return Err(format!("more than {MAX_RESPONSES} answers; shorten it"));
        }
        let head = text.head(count == 0)?;
        text.skip_body(&head.headers);
        if !head.is_interim() {
            let mut response = Response::new(());
            *response.status_mut() = head.status;
            *response.version_mut() = head.version;
            *response.headers_mut() = head.headers;
            responses.push(response);
        }
    }
    if responses.is_empty() {
        return Err("only interim answers; copy the final one too".to_owned());
    }
    Ok(responses)
}

/// Removes the byte order mark. Windows PowerShell writes UTF-16.
fn without_mark(bytes: &[u8]) -> Cow<'_, [u8]> {
    let decoded = |from: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| from(*pair)).collect();
        Cow::Owned(String::from_utf16_lossy(&units).into_bytes())
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => Cow::Borrowed(rest),
        [0xFF, 0xFE, rest @ ..] => decoded(u16::from_le_bytes, rest),
        [0xFE, 0xFF, rest @ ..] => decoded(u16::from_be_bytes, rest),
        bytes => Cow::Borrowed(bytes),
    }
}

/// The head lines that `curl -v` marks with `<`. `None` if there are none.
fn received(text: &[u8]) -> Option<Vec<u8>> {
    let mut received = Vec::new();
    let mut is_head = false;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let Some(line) = line.strip_prefix(b"<") else { continue };
        let line = line.strip_prefix(b" ").unwrap_or(line);
        is_head |= status_line(line).is_some();
        if is_head {
            received.extend(line);
            is_head = !line.trim_ascii().is_empty();
        }
    }
    (!received.is_empty()).then_some(received)
}

struct Head {
    version: Version,
    status: StatusCode,
    /// A proxy's answer to CONNECT.
    is_tunnel: bool,
    headers: HeaderMap,
}

impl Head {
    fn is_interim(&self) -> bool {
        // After 101, HTTP ends.
        self.is_tunnel || self.status.is_informational() && self.status.as_u16() != 101
    }
}

/// `HTTP/1.1 200 OK`, `HTTP/2 200` or `:status: 200`.
fn status_line(line: &[u8]) -> Option<(Version, StatusCode, &[u8])> {
    let (version, rest) = match line.strip_prefix(b":status:") {
        Some(rest) => (Version::HTTP_2, rest),
        None => {
            let (protocol, rest) = line.split_at_checked(5)?;
            if !protocol.eq_ignore_ascii_case(b"HTTP/") {
                return None;
            }
            let end = rest.iter().take(4).position(|byte| matches!(byte, b' ' | b'\t'))?;
            let version = match &rest[..end] {
                b"1.0" => Version::HTTP_10,
                b"1.1" => Version::HTTP_11,
                b"2" | b"2.0" => Version::HTTP_2,
                b"3" | b"3.0" => Version::HTTP_3,
                _ => return None,
            };
            (version, &rest[end..])
        }
    };
    let (status, reason) = status(rest.trim_ascii_start())?;
    Some((version, status, reason))
}

/// `200 OK`
fn status(text: &[u8]) -> Option<(StatusCode, &[u8])> {
    let (digits, reason) = text.split_at_checked(3)?;
    if reason.first().is_some_and(|byte| !byte.is_ascii_whitespace()) {
        return None;
    }
    Some((StatusCode::from_bytes(digits).ok()?, reason.trim_ascii()))
}

/// A header, whose name is a token.
fn header_line(line: &[u8]) -> Option<(HeaderName, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::from_bytes(&line[..colon]).ok()?;
    Some((name, line[colon + 1..].trim_ascii()))
}

fn shown_line(line: &[u8]) -> String {
    shown(&String::from_utf8_lossy(line))
}

struct Text<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Text<'a> {
    fn rest(&self) -> &'a [u8] {
        &self.all[self.at..]
    }

    /// The line at a position without its end, and where the next one begins.
    fn line_at(&self, at: usize) -> (&'a [u8], usize) {
        let rest = &self.all[at..];
        let (line, next) = match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => (&rest[..end], at + end + 1),
            None => (rest, self.all.len()),
        };
        (line.strip_suffix(b"\r").unwrap_or(line), next)
    }

    fn skip_blank_lines(&mut self) {
        let blanks = self.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.at += blanks;
    }

    /// Skips what is before the first answer: a prompt, a summary, a progress meter.
    fn skip_introduction(&mut self) -> Result<(), String> {
        self.skip_blank_lines();
        let (first, _) = self.line_at(self.at);
        // WebKit writes `200 OK` if it does not know the protocol.
        if status_line(first).or(status(first).map(|(s, r)| (Version::HTTP_11, s, r))).is_some() {
            return Ok(());
        }
        let next = self.next_head(self.at, false);
        let before = &self.all[self.at..next];
        let is_control = |byte: &u8| byte.is_ascii_control() && !b"\t\n\r\x1b".contains(byte);
        if before.iter().any(is_control) || str::from_utf8(before).is_err() {
            return Err("binary data, not the text of HTTP answers".to_owned());
        }
        if next == self.all.len() || header_line(first).is_some() || is_cut_status(first) {
            return Err(format!(
                "it begins with {}; begin with a status line, such as HTTP/1.1 200 OK",
                shown_line(first)
            ));
        }
        self.at = next;
        Ok(())
    }

    /// The status line and the headers.
    fn head(&mut self, is_first: bool) -> Result<Head, String> {
        let (line, next) = self.line_at(self.at);
        let unknown = || status(line).filter(|_| is_first).map(|(s, r)| (Version::HTTP_11, s, r));
        let (version, status, reason) = status_line(line)
            .or_else(unknown)
            .ok_or_else(|| format!("{} is cut off or not a status line", shown_line(line)))?;
        let is_tunnel =
            status == StatusCode::OK && reason.eq_ignore_ascii_case(b"connection established");
        self.at = next;

        let mut lines: Vec<(HeaderName, Vec<u8>)> = Vec::new();
        loop {
            let (line, next) = self.line_at(self.at);
            // Some views have no empty line between answers.
            if self.at == self.all.len() || status_line(line).is_some() {
                break;
            }
            self.at = next;
            if line.is_empty() {
                break;
            }
            if line.starts_with(b":") {
                continue;
            }
            if let (Some((_, value)), b' ' | b'\t') = (lines.last_mut(), line[0]) {
                value.push(b' ');
                value.extend(line.trim_ascii());
                continue;
            }
            let (name, value) = header_line(line)
                .ok_or_else(|| format!("{} is cut off or not a header", shown_line(line)))?;
            if lines.len() == MAX_HEADERS {
                return Err(format!("an answer with more than {MAX_HEADERS} header lines"));
            }
            lines.push((name, value.to_vec()));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let value = HeaderValue::from_bytes(value.trim_ascii())
                .map_err(|_| format!("the value of {name} has a control character"))?;
            headers.append(name, value);
        }
        Ok(Head { version, status, is_tunnel, headers })
    }

    /// Skips the body, if there is one: a browser shows none, whatever the headers say.
    fn skip_body(&mut self, headers: &HeaderMap) {
        let length =
            headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let by_length = length.and_then(|length: usize| self.at.checked_add(length));
        let is_chunked = headers.contains_key(TRANSFER_ENCODING);
        let by_chunks = || if is_chunked { self.end_of_chunks() } else { None };
        let framed = by_length.or_else(by_chunks).filter(|end| self.is_boundary(*end));
        self.at = framed.unwrap_or_else(|| self.next_head(self.at, true));
    }

    /// Whether nothing follows, or an answer.
    fn is_boundary(&self, at: usize) -> bool {
        let Some(rest) = self.all.get(at..) else { return false };
        let at = self.all.len() - rest.trim_ascii_start().len();
        at == self.all.len() || status_line(self.short_line(at).0).is_some()
    }

    /// Where the chunks end, if curl was asked for them.
    fn end_of_chunks(&self) -> Option<usize> {
        let mut at = self.at;
        loop {
            let (line, next) = self.line_at(at);
            let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
            let size = usize::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
            at = next;
            if size == 0 {
                return Some(at);
            }
            at = at.checked_add(size).filter(|at| *at < self.all.len())?;
            let (end, next) = self.line_at(at);
            if !end.is_empty() {
                return None;
            }
            at = next;
        }
    }

    /// The next answer, or the end.
    ///
    /// It begins a line, or follows a body without a line end. There, a header has to follow, since
    /// text may mention a status line.
    fn next_head(&self, from: usize, within_lines: bool) -> usize {
        let is_head = |at: &usize| match *at == from || self.all[*at - 1] == b'\n' {
            true => status_line(self.short_line(*at).0).is_some(),
            false => {
                let (line, next) = self.short_line(*at);
                within_lines
                    && line.starts_with(b"HTTP/")
                    && status_line(line).is_some()
                    && next.is_some_and(|next| header_line(self.short_line(next).0).is_some())
            }
        };
        let is_near = |at: &usize| matches!(self.all[*at], b'H' | b'h' | b':');
        (from..self.all.len()).filter(is_near).find(is_head).unwrap_or(self.all.len())
    }

    /// The start of the line at a position, and where the next one begins if it is near. This keeps
    /// the cost of a search linear.
    fn short_line(&self, at: usize) -> (&'a [u8], Option<usize>) {
        const LENGTH: usize = 256;
        let rest = &self.all[at..];
        let rest = &rest[..rest.len().min(LENGTH)];
        match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => (&rest[..end], Some(at + end + 1)),
            None => (rest, None),
        }
    }
}

/// Whether a status line begins here.
fn is_cut_status(line: &[u8]) -> bool {
    line.len() >= 4 && line[..4].eq_ignore_ascii_case(b"HTTP")
}
