//! The two handwritten baselines. This file is a module of both `tower` and `actix`, with the types of
//! their versions of `http`.
#![allow(clippy::useless_conversion, reason = "it is one with the map of actix alone")]

use std::collections::HashSet;

use cors_core::Origin;
use foldhash::fast::RandomState;

use super::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use super::http::{Method, StatusCode, Uri};
use crate::contender::Answer;
use crate::policy::{self, OriginRegex};
use crate::rows::{APP, PolicyKind, Row};

/// A stand-in for a CORS layer.
pub trait ByHand: Clone + Sync + 'static {
    /// What the response needs to know of the request.
    type Kept: Clone + Send + 'static;

    /// Reads a request. Returns a status if it answers instead of the service.
    fn begin(&self, _: &Method, _: &Uri, _: &HeaderMap) -> (Option<StatusCode>, Self::Kept);

    /// Writes the headers of the response.
    fn end(&self, kept: Self::Kept, headers: &mut HeaderMap);
}

/// The right headers, made in advance, whatever the request.
#[derive(Clone)]
pub struct Floor(Option<StatusCode>, Vec<(HeaderName, HeaderValue)>);

/// The least that a correct layer must do under one policy.
#[derive(Clone)]
pub struct Necessary {
    kind: PolicyKind,
    /// Whether simple answers are the same for all requests.
    is_constant: bool,
    listed: &'static HashSet<Vec<u8>, RandomState>,
    regex: OriginRegex,
}

/// What the least layer keeps of a request.
#[derive(Clone)]
pub struct Kept {
    options: bool,
    /// Whether `Sec-Fetch-Site` had a say.
    site: bool,
    lines: Lines,
    origin: Option<HeaderValue>,
    names: Option<HeaderValue>,
}

#[derive(Clone, Copy, PartialEq)]
enum Lines {
    Nothing,
    Simple,
    Preflight,
}

// Statics, because a constant would be made and dropped at each look-up.
static ASKING: HeaderName = header::ORIGIN;
static ASKED_METHOD: HeaderName = header::ACCESS_CONTROL_REQUEST_METHOD;
static ASKED_HEADERS: HeaderName = header::ACCESS_CONTROL_REQUEST_HEADERS;
static SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

const STAR: HeaderValue = HeaderValue::from_static("*");
const ONE_ORIGIN: HeaderValue = HeaderValue::from_static(APP);
const TRUE: HeaderValue = HeaderValue::from_static("true");
const EXPOSED: HeaderValue = HeaderValue::from_static("x-request-id");
const METHODS: HeaderValue = HeaderValue::from_static("PUT,DELETE,GET,HEAD,POST");
const HEADERS: HeaderValue = HeaderValue::from_static("content-type,authorization,x-request-id");
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");
const VARY_METHOD: HeaderValue = HeaderValue::from_static("Origin, Access-Control-Request-Method");

/// The method, path and headers of a row's request.
pub fn head(row: &Row) -> (Method, Uri, HeaderMap) {
    let line = |(name, value)| {
        (HeaderName::from_static(name), HeaderValue::from_maybe_shared(value).expect("it is ASCII"))
    };
    let method = if row.preflight.is_some() { Method::OPTIONS } else { Method::GET };
    (method, Uri::from_static(row.path), row.headers().into_iter().map(line).collect())
}

/// What a response says.
pub fn answer(status: StatusCode, headers: &HeaderMap) -> Answer {
    let line = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let mut headers: Vec<_> = headers.iter().map(line).collect();
    headers.sort_by(|(name, _), (other, _)| name.cmp(other));
    Answer { status: status.as_u16(), headers }
}

impl Floor {
    /// Sends the lines of an answer, with its status if the layer answers.
    pub fn new(row: &Row, answer: &Answer) -> &'static Self {
        let line = |(name, value): &(String, String)| {
            let value = HeaderValue::from_static(value.clone().leak());
            (name.parse().expect("it was a name"), value)
        };
        let status = StatusCode::from_u16(answer.status).expect("it was one");
        let lines = answer.headers.iter().map(line).collect();
        Box::leak(Box::new(Self(row.is_answered().then_some(status), lines)))
    }
}

impl ByHand for Floor {
    type Kept = ();

    #[inline]
    fn begin(&self, _: &Method, _: &Uri, _: &HeaderMap) -> (Option<StatusCode>, ()) {
        (self.0, ())
    }

    #[inline]
    fn end(&self, (): (), headers: &mut HeaderMap) {
        for (name, value) in &self.1 {
            // The handler may have set this one alone.
            if *name == header::VARY {
                headers.insert(header::VARY, value.clone());
            } else {
                headers.append(name.clone(), value.clone());
            }
        }
    }
}

impl ByHand for Necessary {
    type Kept = Kept;

    #[inline]
    fn begin(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> (Option<StatusCode>, Kept) {
        let options = *method == Method::OPTIONS;
        let lines = if self.is_constant { Lines::Simple } else { Lines::Nothing };
        let mut kept = Kept { options, site: false, lines, origin: None, names: None };
        if self.is_constant && !options {
            return (None, kept);
        }
        let forbids = matches!(self.kind, PolicyKind::Forbid(_));
        let mut origins = headers.get_all(&ASKING).into_iter();
        let Some(origin) = origins.next() else {
            kept.site = forbids && is_unsafe(method, headers);
            let refused = kept.site && is_from_elsewhere(headers);
            return (refused.then_some(StatusCode::FORBIDDEN), kept);
        };
        let preflight = options && headers.contains_key(&ASKED_METHOD);
        let is_one = origins.next().is_none();
        if self.kind != PolicyKind::Any && !(is_one && self.allows(origin.as_bytes())) {
            kept.site = forbids;
            let refused =
                if forbids { !is_own(origin.as_bytes(), is_one, uri, headers) } else { preflight };
            if refused {
                kept.lines = Lines::Nothing;
            }
            return (refused.then_some(StatusCode::FORBIDDEN), kept);
        }
        if !self.is_constant {
            kept.origin = Some(origin.clone());
        }
        if !preflight {
            kept.lines = Lines::Simple;
            return (None, kept);
        }
        kept.lines = Lines::Preflight;
        if let PolicyKind::AnyHeader(_) = self.kind {
            kept.names = echo(headers);
        }
        (Some(StatusCode::NO_CONTENT), kept)
    }

    #[inline]
    fn end(&self, kept: Kept, headers: &mut HeaderMap) {
        let is_own = |name: &HeaderName| {
            *name == header::VARY || name.as_str().as_bytes().starts_with(b"access-control-")
        };
        // All of them, because to stop at one costs more than it saves: there is rarely any.
        if headers.keys().fold(false, |any, name| any | is_own(name)) {
            remove_cors(headers);
            join(headers, self.vary(&kept));
        } else if let Some(vary) = self.vary(&kept) {
            headers.append(header::VARY, vary);
        }
        if kept.lines == Lines::Nothing {
            return;
        }
        let constant = || if self.kind == PolicyKind::Any { STAR } else { ONE_ORIGIN };
        headers.append(header::ACCESS_CONTROL_ALLOW_ORIGIN, kept.origin.unwrap_or_else(constant));
        if self.kind != PolicyKind::Any {
            headers.append(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        }
        if kept.lines == Lines::Simple {
            headers.append(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
            return;
        }
        headers.append(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.append(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        let any = matches!(self.kind, PolicyKind::AnyHeader(_));
        if let Some(names) = if any { kept.names } else { Some(HEADERS) } {
            headers.append(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
    }
}

impl Necessary {
    /// The baseline for a row's policy.
    pub fn new(row: &Row) -> &'static Self {
        let kind = row.policy;
        let (listed, regex) = (&policy::built(kind).1, OriginRegex::new());
        let is_constant = matches!(kind, PolicyKind::Any | PolicyKind::Origins(1));
        Box::leak(Box::new(Self { kind, is_constant, listed, regex }))
    }

    #[inline]
    fn vary(&self, kept: &Kept) -> Option<HeaderValue> {
        const METHOD_AND_SITE: HeaderValue =
            HeaderValue::from_static("Origin, Access-Control-Request-Method, Sec-Fetch-Site");
        const METHOD_AND_HEADERS: HeaderValue = HeaderValue::from_static(
            "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        );
        Some(match self.kind {
            PolicyKind::Forbid(_) if kept.options => METHOD_AND_SITE,
            PolicyKind::AnyHeader(_) if kept.options => METHOD_AND_HEADERS,
            _ if kept.options => VARY_METHOD,
            _ if self.is_constant => return None,
            _ if kept.site => const { HeaderValue::from_static("Origin, Sec-Fetch-Site") },
            _ => const { HeaderValue::from_static("Origin") },
        })
    }

    #[inline]
    fn allows(&self, origin: &[u8]) -> bool {
        match &self.kind {
            PolicyKind::Subdomains(_) => self.allows_subdomain(origin).unwrap_or(false),
            PolicyKind::Regex => origin.len() <= 512 && self.regex.is_match(origin),
            PolicyKind::Echo => is_well_formed(origin),
            _ => self.listed.contains(origin),
        }
    }

    /// Every listed domain has two labels. Before them, there has to be at least one.
    #[inline]
    fn allows_subdomain(&self, origin: &[u8]) -> Option<bool> {
        let host = origin.strip_prefix(b"https://").filter(|_| origin.len() <= 512)?;
        let top = host.iter().rposition(|byte| *byte == b'.')?;
        let dot = host[..top].iter().rposition(|byte| *byte == b'.')?;
        if !self.listed.contains(&host[dot + 1..]) {
            return Some(false);
        }
        let mut before = b'.';
        Some(host[..=dot].iter().all(|byte| {
            let is_empty = *byte == b'.' && before == b'.';
            before = *byte;
            IS_HOST[usize::from(*byte)] && !is_empty
        }))
    }
}

/// Most names here, anything rarer by the parser.
#[inline]
fn is_well_formed(origin: &[u8]) -> bool {
    let host = origin.strip_prefix(b"https://").filter(|_| origin.len() <= 512).unwrap_or(b"");
    // A last label that may be a number would have to be an address.
    let is_name = matches!(host.last(), Some(b'g'..=b'w' | b'y' | b'z'));
    let is_host = is_name && host.iter().all(|byte| IS_HOST[usize::from(*byte)]);
    is_host || Origin::parse(origin).is_ok()
}

/// By byte: whether it may be part of a name.
static IS_HOST: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        let not = byte.is_ascii_uppercase() || matches!(byte, b'/' | b'?' | b'#' | b'\\' | b'@');
        let never = matches!(byte, b':' | b'%' | b'<' | b'>' | b'[' | b']' | b'^' | b'|');
        table[byte as usize] = !not && !never;
        byte += 1;
    }
    table
};

/// The names that a preflight asks for, if they are allowed.
#[inline]
fn echo(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut lines = headers.get_all(&ASKED_HEADERS).into_iter();
    let line = lines.next()?;
    if lines.next().is_none() && is_plain(line.as_bytes()) {
        return Some(line.clone());
    }
    let lines = || headers.get_all(&ASKED_HEADERS).into_iter().map(HeaderValue::as_bytes);
    if lines().map(<[u8]>::len).sum::<usize>() > 4096 || lines().nth(8192).is_some() {
        return None;
    }
    // A name that can be one of ours as well, except two.
    let is_allowed = |name: &&[u8]| {
        let never = *name == b"*" || name.eq_ignore_ascii_case(b"authorization");
        !never && HeaderName::from_bytes(name).is_ok()
    };
    if lines().nth(1).is_none() && elements(line.as_bytes()).all(|name| is_allowed(&name)) {
        return Some(line.clone());
    }
    let names: Vec<_> = lines().flat_map(elements).filter(is_allowed).collect();
    HeaderValue::from_bytes(&names.join(&b',')).ok().filter(|_| !names.is_empty())
}

/// Whether a list has no white space, no empty element, and nothing that could be `authorization` or
/// `*`. Made for the compiler to judge many bytes at once.
#[inline]
fn is_plain(list: &[u8]) -> bool {
    let is_plain = |byte: u8| {
        (byte.is_ascii_lowercase() & (byte != b'z'))
            | byte.is_ascii_digit()
            | (byte == b'-')
            | (byte == b',')
    };
    let (Some(first), Some(last)) = (list.first(), list.last()) else { return false };
    if list.len() > 4096 || *first == b',' || *last == b',' || !is_plain(*last) {
        return false;
    }
    let pairs = list.iter().zip(&list[1..]);
    pairs.fold(true, |plain, (byte, next)| {
        plain & is_plain(*byte) & !((*byte == b',') & (*next == b','))
    })
}

#[inline]
fn elements(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

fn is_unsafe(method: &Method, headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::UPGRADE).into_iter();
    let mut upgrades = lines.flat_map(|line| elements(line.as_bytes()));
    !matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
        || upgrades.any(|name| name.eq_ignore_ascii_case(b"websocket"))
}

fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let mut sites = headers.get_all(&SITE).into_iter();
    sites.any(|site| site == "cross-site" || site == "same-site")
}

/// Whether a request that is not allowed is from this server's own page.
fn is_own(origin: &[u8], is_one: bool, uri: &Uri, headers: &HeaderMap) -> bool {
    let mut sites = headers.get_all(&SITE).into_iter();
    if let Some(site) = sites.next() {
        return sites.next().is_none() && (site == "same-origin" || site == "none");
    }
    let mut hosts = headers.get_all(header::HOST).into_iter();
    let host = hosts.next().filter(|_| hosts.next().is_none());
    let authority = uri.authority().map(|own| own.as_str()).or_else(|| host?.to_str().ok());
    let (true, Ok(origin), Some(authority)) = (is_one, Origin::parse(origin), authority) else {
        return false;
    };
    let default = if origin.scheme() == "https" { 443 } else { 80 };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, ""),
    };
    let is_digits = port.bytes().all(|byte| byte.is_ascii_digit());
    let port = if port.is_empty() { Some(default) } else { port.parse().ok() };
    matches!(origin.scheme(), "http" | "https")
        && is_digits
        && host.eq_ignore_ascii_case(origin.host())
        && port == origin.port_or_default()
}

/// Removes the handler's own CORS headers.
fn remove_cors(headers: &mut HeaderMap) {
    let is_cors = |name: &&HeaderName| match name.as_str().strip_prefix("access-control-") {
        Some(rest) => rest.starts_with("allow-") || rest == "expose-headers" || rest == "max-age",
        None => false,
    };
    while let Some(name) = headers.keys().find(is_cors).cloned() {
        headers.remove(name);
    }
}

/// Leaves one line of `Vary`: the handler's lines, then what they lack of ours.
fn join(headers: &mut HeaderMap, ours: Option<HeaderValue>) {
    let mut lines = headers.get_all(header::VARY).into_iter().map(HeaderValue::as_bytes);
    let first = lines.next().unwrap_or_default();
    let several = lines.next().map(|_| one_of(headers));
    let own = several.as_deref().unwrap_or(first);
    let has = |name: &[u8]| elements(own).any(|own| own == b"*" || own.eq_ignore_ascii_case(name));
    let ours = ours.as_ref().map_or(&b""[..], HeaderValue::as_bytes);
    let missing = || elements(ours).filter(|name| !name.is_empty() && !has(name));
    let more: usize = missing().map(|name| name.len() + 2).sum();
    if more == 0 && several.is_none() {
        return;
    }
    let mut joined = Vec::with_capacity(own.len() + more);
    if !is_blank(own) {
        joined.extend_from_slice(own);
    }
    for name in missing() {
        if !joined.is_empty() {
            joined.extend_from_slice(b", ");
        }
        joined.extend_from_slice(name);
    }
    headers.insert(header::VARY, HeaderValue::try_from(joined).expect("all parts were values"));
}

/// The handler's lines in one.
fn one_of(headers: &HeaderMap) -> Vec<u8> {
    let lines = || headers.get_all(header::VARY).into_iter().map(HeaderValue::as_bytes);
    if lines().any(|line| line.trim_ascii() == b"*") {
        return b"*".to_vec();
    }
    lines().filter(|line| !is_blank(line)).collect::<Vec<_>>().join(&b", "[..])
}

fn is_blank(line: &[u8]) -> bool {
    elements(line).all(<[u8]>::is_empty)
}
