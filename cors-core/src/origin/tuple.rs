//! One origin: the text of an `Origin` header, parsed.
//!
//! Only the grammar of a *serialized tuple origin* belongs here, nothing about policies. The
//! grammar is what the URL Standard's serializer can produce. It distinguishes an origin that no
//! browser can send from one that is merely not allowed.
//!
//! | text | well-formed | why |
//! |---|---|---|
//! | `https://app.example.com` | yes | |
//! | `https://app.example.com:8443` | yes | |
//! | `https://app.example.com:443` | no | serializers omit the default port |
//! | `https://app.example.com/` | no | an origin ends with its host or port |
//! | `https://App.example.com` | no | hosts are serialized in lower case |
//! | `https://app.example.com.` | yes | but no `*.` pattern matches it |
//! | `http://127.0.0.1` | yes | |
//! | `http://127.1` | no | serialized as `127.0.0.1` |
//! | `http://[::1]` | yes | |
//! | `app://.` | yes | hosts of schemes that are not special are opaque: any text, in any case |
//! | `null` | no | the serialization of an opaque origin, not of a tuple origin |
//!
//! A label that starts with `xn--` is not decoded: browsers send only valid ones, and invalid ones
//! cannot make a pattern match more.
//!
//! Standards: [HTML, serialization of an origin][html], [URL, host serializing][url].
//!
//! [html]: https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
//! [url]: https://url.spec.whatwg.org/#host-serializing

use super::fault::OriginFault;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The maximum length of an `Origin`, in bytes: scheme, host and port.
///
/// A DNS name has at most 253 characters (RFC 1035, 2.3.4), and a port at most 6 with its colon.
/// The rest is ample for the scheme.
///
/// ```
/// use cors_core::{MAX_ORIGIN_LEN, Origin, OriginFault};
///
/// let long = format!("https://{}", "a".repeat(MAX_ORIGIN_LEN));
/// assert_eq!(Origin::parse(long.as_bytes()), Err(OriginFault::TooLong));
/// ```
pub const MAX_LEN: usize = 512;

/// A well-formed tuple origin, such as `https://app.example.com:8443`.
///
/// ```
/// use cors_core::Origin;
///
/// let origin = Origin::parse(b"https://app.example.com:8443").unwrap();
/// assert_eq!(origin.scheme(), "https");
/// assert_eq!(origin.host(), "app.example.com");
/// assert_eq!(origin.port(), Some(8443));
/// let fault = Origin::parse(b"https://app.example.com/").unwrap_err();
/// assert_eq!(fault.to_string(), "an origin ends with its host or port");
/// ```
///
/// [HTML, origin](https://html.spec.whatwg.org/multipage/browsers.html#concept-origin-tuple)
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin<'a> {
    text: &'a str,
    scheme_len: usize,
    host_end: usize,
    port: Option<u16>,
}

impl AsRef<[u8]> for Origin<'_> {
    fn as_ref(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

impl<'a> Origin<'a> {
    /// Parses the value of an `Origin` header.
    ///
    /// # Errors
    /// The first difference from what the URL Standard's serializer can produce for a tuple origin.
    /// `null` is an error.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, OriginFault> {
        Self::split(bytes)?.parse()
    }

    /// The error that [`parse`](Self::parse) would return, if any.
    #[inline]
    pub(crate) fn check(bytes: &[u8]) -> Result<(), OriginFault> {
        Self::split(bytes)?.check().map(drop)
    }

    #[inline]
    fn split(bytes: &[u8]) -> Result<Split<'_>, OriginFault> {
        if bytes.len() > MAX_LEN {
            return Err(OriginFault::TooLong);
        }
        Split::of(bytes).ok_or_else(|| match bytes.is_ascii() {
            true => OriginFault::NoScheme,
            false => OriginFault::NotAscii,
        })
    }

    /// The whole origin.
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// The scheme, without `://`.
    pub fn scheme(&self) -> &'a str {
        &self.text[..self.scheme_len]
    }

    /// The host. An IPv6 address has its brackets.
    pub fn host(&self) -> &'a str {
        &self.text[self.scheme_len + "://".len()..self.host_end]
    }

    /// The port, if it is not the scheme's default.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The explicit port, or else the scheme's default, if it has one.
    ///
    /// ```
    /// use cors_core::Origin;
    ///
    /// let port = |text: &str| Origin::parse(text.as_bytes()).unwrap().port_or_default();
    /// assert_eq!(port("https://app.example.com"), Some(443));
    /// assert_eq!(port("https://app.example.com:8443"), Some(8443));
    /// assert_eq!(port("tauri://localhost"), None);
    /// ```
    pub fn port_or_default(&self) -> Option<u16> {
        self.port.or_else(|| default_port(self.scheme()))
    }

    /// Whether someone on the network can impersonate this origin: `http:` with a host other than
    /// this machine. Schemes of installed apps are not insecure.
    ///
    /// [Secure Contexts, potentially trustworthy origin](https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy)
    ///
    /// ```
    /// use cors_core::Origin;
    ///
    /// let insecure = |text: &str| Origin::parse(text.as_bytes()).unwrap().is_insecure();
    /// assert!(insecure("http://app.example.com"));
    /// assert!(!insecure("https://app.example.com") && !insecure("http://localhost:8080"));
    /// ```
    pub fn is_insecure(&self) -> bool {
        self.scheme() == "http" && !is_loopback(self.host())
    }
}

/// The parts of a text that may be an origin, where they would be if it is one.
#[derive(Clone, Copy)]
pub(crate) struct Split<'a> {
    bytes: &'a [u8],
    scheme_len: usize,
    host_end: usize,
}

impl<'a> Split<'a> {
    /// `None` if there is no `://`.
    #[inline]
    pub(crate) fn of(bytes: &'a [u8]) -> Option<Self> {
        let scheme_len = match bytes {
            [b'h', b't', b't', b'p', b's', b':', b'/', b'/', ..] => "https".len(),
            _ => scheme_len(bytes)?,
        };
        let host = &bytes[scheme_len + "://".len()..];
        let after = if host.first() == Some(&b'[') { b']' } else { b':' };
        let end = host.iter().position(|byte| *byte == after);
        let host_len = end.map_or(host.len(), |end| end + usize::from(after == b']'));
        Some(Self { bytes, scheme_len, host_end: scheme_len + "://".len() + host_len })
    }

    #[inline]
    pub(crate) fn scheme(&self) -> &'a [u8] {
        &self.bytes[..self.scheme_len]
    }

    #[inline]
    pub(crate) fn host(&self) -> &'a [u8] {
        &self.bytes[self.scheme_len + "://".len()..self.host_end]
    }

    /// The end of the text, from a position in its host: with its port and without.
    #[inline]
    pub(crate) fn end_from(&self, start: usize) -> [&'a [u8]; 2] {
        let start = self.scheme_len + "://".len() + start;
        [&self.bytes[start..], &self.bytes[start..self.host_end]]
    }

    /// The text without its port.
    #[inline]
    pub(crate) fn without_port(&self) -> &'a [u8] {
        &self.bytes[..self.host_end]
    }

    pub(crate) fn has_port(&self) -> bool {
        self.host_end < self.bytes.len()
    }

    /// Whether the host begins with labels, up to a dot. If all other parts are those of an origin, the
    /// text is one.
    #[inline]
    pub(crate) fn has_labels_before(&self, dot: usize) -> bool {
        let (mut has, mut is_empty, mut before) = (Kinds(0), false, b'.');
        for byte in &self.host()[..=dot] {
            has = has.and(Kinds(KINDS[usize::from(*byte)]));
            is_empty |= *byte == b'.' && before == b'.';
            before = *byte;
        }
        let is_odd = has.any(Kinds::UPPER_CASE | Kinds::PERCENT);
        let is_opaque = || default_port(self.scheme()).is_none();
        !is_empty && !has.any(Kinds::FORBIDDEN) && (!is_odd || is_opaque())
    }

    /// The origin, if the text is one.
    pub(crate) fn parse(self) -> Result<Origin<'a>, OriginFault> {
        let port = self.check()?;
        let text = str::from_utf8(self.bytes).map_err(|_| OriginFault::NotAscii)?;
        Ok(Origin { text, scheme_len: self.scheme_len, host_end: self.host_end, port })
    }

    /// Whether the text is an origin, and its port: all that most requests need.
    pub(crate) fn check(self) -> Result<Option<u16>, OriginFault> {
        if !self.bytes.is_ascii() {
            return Err(OriginFault::NotAscii);
        }
        let scheme = self.scheme();
        let default_port = default_port(scheme);
        if default_port.is_none() {
            check_scheme(scheme)?;
        }
        let (host, port) = (self.host(), &self.bytes[self.host_end..]);
        let has = Kinds::of(host);
        let everywhere = if port.is_empty() { has } else { has.and(Kinds::of(port)) };
        // Not earlier, because the path and the user information may contain a colon.
        if everywhere.any(Kinds::PATH) {
            return Err(OriginFault::Path);
        }
        if everywhere.any(Kinds::USER_INFO) {
            return Err(OriginFault::UserInfo);
        }
        check_host(host, default_port.is_some(), has)?;
        match port {
            [] => Ok(None),
            [b':', digits @ ..] => check_port(digits, default_port).map(Some),
            _ => Err(OriginFault::BadIpv6),
        }
    }
}

/// The scheme, and what follows its `://`.
pub(crate) fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let len = scheme_len(text.as_bytes())?;
    Some((&text[..len], &text[len + "://".len()..]))
}

fn scheme_len(bytes: &[u8]) -> Option<usize> {
    bytes.windows("://".len()).position(|three| three == b"://")
}

/// How many labels a name has.
pub(crate) fn labels(host: &str) -> usize {
    1 + host.bytes().filter(|byte| *byte == b'.').count()
}

impl fmt::Debug for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.text, f)
    }
}

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// The default port of a special scheme.
/// [URL, special scheme](https://url.spec.whatwg.org/#special-scheme)
pub(crate) fn default_port(scheme: impl AsRef<[u8]>) -> Option<u16> {
    match scheme.as_ref() {
        b"http" | b"ws" => Some(80),
        b"https" | b"wss" => Some(443),
        b"ftp" => Some(21),
        _ => None,
    }
}

/// Whether `host` is this machine: `localhost`, one of its subdomains, or a loopback address.
pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// Whether `host` is an IP address rather than a name.
pub(crate) fn is_ip_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok()
}

pub(crate) fn check_scheme(scheme: &[u8]) -> Result<(), OriginFault> {
    if scheme == b"file" {
        return Err(OriginFault::FileScheme);
    }
    let tail = |b: &u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.');
    if scheme.first().is_some_and(u8::is_ascii_lowercase) && scheme.iter().all(tail) {
        Ok(())
    } else {
        Err(OriginFault::BadScheme)
    }
}

fn check_port(digits: &[u8], default: Option<u16>) -> Result<u16, OriginFault> {
    // `u16::from_str` also accepts a sign, which no serializer writes.
    let canonical =
        digits.iter().all(u8::is_ascii_digit) && (digits == b"0" || !digits.starts_with(b"0"));
    let port = parse(digits).filter(|_| canonical).ok_or(OriginFault::BadPort)?;
    if default == Some(port) {
        return Err(OriginFault::DefaultPort);
    }
    Ok(port)
}

/// [URL, host parser](https://url.spec.whatwg.org/#concept-host-parser), for hosts that its own
/// serializer returns unchanged.
fn check_host(host: &[u8], is_special: bool, has: Kinds) -> Result<(), OriginFault> {
    if host.is_empty() {
        return Err(OriginFault::NoHost);
    }
    if let Some(inner) = host.strip_prefix(b"[") {
        return check_ipv6(inner.strip_suffix(b"]").ok_or(OriginFault::BadIpv6)?);
    }
    if has.any(Kinds::FORBIDDEN) {
        return Err(OriginFault::BadHost);
    }
    if !is_special {
        // [Opaque](https://url.spec.whatwg.org/#opaque-host): neither a name nor an address.
        return Ok(());
    }
    if has.any(Kinds::UPPER_CASE) {
        return Err(OriginFault::UpperCase);
    }
    if has.any(Kinds::PERCENT) {
        return Err(OriginFault::BadHost);
    }
    if ends_in_number(host) && parse::<Ipv4Addr>(host).is_none() {
        return Err(OriginFault::BadIpv4);
    }
    Ok(())
}

/// The kinds of bytes in a text.
#[derive(Clone, Copy)]
struct Kinds(u8);

impl Kinds {
    /// Ends an authority.
    const PATH: u8 = 1;
    const USER_INFO: u8 = 1 << 1;
    const UPPER_CASE: u8 = 1 << 2;
    /// A [forbidden host code point](https://url.spec.whatwg.org/#forbidden-host-code-point), or
    /// one that is percent-encoded in an opaque host.
    const FORBIDDEN: u8 = 1 << 3;
    const COLON: u8 = 1 << 4;
    /// Forbidden in domains, but allowed in opaque hosts.
    const PERCENT: u8 = 1 << 5;

    fn of(text: &[u8]) -> Self {
        Self(text.iter().fold(0, |kinds, byte| kinds | KINDS[usize::from(*byte)]))
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn any(self, kinds: u8) -> bool {
        self.0 & kinds != 0
    }
}

/// A table by byte, since every `Origin` that is compared with wildcards goes through here.
static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < kinds.len() {
        kinds[byte] = match byte as u8 {
            b'/' | b'?' | b'#' | b'\\' => Kinds::PATH | Kinds::FORBIDDEN,
            b'@' => Kinds::USER_INFO | Kinds::FORBIDDEN,
            b'A'..=b'Z' => Kinds::UPPER_CASE,
            b':' => Kinds::COLON | Kinds::FORBIDDEN,
            b'%' => Kinds::PERCENT,
            b'<' | b'>' | b'[' | b']' | b'^' | b'|' => Kinds::FORBIDDEN,
            other if !other.is_ascii_graphic() => Kinds::FORBIDDEN,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

/// [URL, ends in a number checker](https://url.spec.whatwg.org/#ends-in-a-number-checker)
fn ends_in_number(host: &[u8]) -> bool {
    let host = host.strip_suffix(b".").unwrap_or(host);
    // Most names end in a letter that cannot end a number, so their last label need not be found.
    if !host.last().is_some_and(|b| b.is_ascii_hexdigit() || *b == b'x') {
        return false;
    }
    let last = host.rsplit(|b| *b == b'.').next().unwrap_or_default();
    last.iter().all(u8::is_ascii_digit)
        || last.strip_prefix(b"0x").is_some_and(|rest| rest.iter().all(u8::is_ascii_hexdigit))
}

fn parse<T: FromStr>(text: &[u8]) -> Option<T> {
    str::from_utf8(text).ok()?.parse().ok()
}

fn check_ipv6(text: &[u8]) -> Result<(), OriginFault> {
    let address = parse(text).ok_or(OriginFault::BadIpv6)?;
    let mut rest = Expect(text);
    write_ipv6(address, &mut rest).map_err(|_| OriginFault::BadIpv6)?;
    if rest.0.is_empty() { Ok(()) } else { Err(OriginFault::BadIpv6) }
}

/// Compares what is written with a text, without allocating.
struct Expect<'a>(&'a [u8]);

impl fmt::Write for Expect<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(part.as_bytes()).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// [URL, IPv6 serializer](https://url.spec.whatwg.org/#concept-ipv6-serializer). Unlike the
/// standard library, it never writes a dotted quad.
pub(crate) fn write_ipv6(address: Ipv6Addr, out: &mut impl fmt::Write) -> fmt::Result {
    let pieces = address.segments();
    let (start, len) = compressed_run(&pieces);
    for (i, piece) in pieces.iter().enumerate() {
        if i == start {
            out.write_str("::")?;
        }
        if (start..start + len).contains(&i) {
            continue;
        }
        if i > 0 && i != start + len {
            out.write_char(':')?;
        }
        write!(out, "{piece:x}")?;
    }
    Ok(())
}

/// The start and length of the first longest run of at least two zero pieces.
fn compressed_run(pieces: &[u16; 8]) -> (usize, usize) {
    let mut best = (pieces.len(), 0);
    let mut i = 0;
    while i < pieces.len() {
        let len = pieces[i..].iter().take_while(|piece| **piece == 0).count();
        if len > best.1.max(1) {
            best = (i, len);
        }
        i += len.max(1);
    }
    best
}

#[cfg(test)]
mod tests;
