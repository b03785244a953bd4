//! What `explain` reads in place of flags: answers and calls that were copied from a browser or
//! from a terminal.

mod curl;
mod fetch_call;
mod js;
mod response;
mod shell;

pub use curl::curl;
pub use fetch_call::fetch_call;
pub use response::responses;

use cors_core::browser::{CredentialsMode, Fetch};
use http::HeaderName;
use url::Url;

/// The longest input, in bytes.
pub(crate) const MAX_SIZE: usize = 1 << 20;

/// What may surround the value of a header.
///
/// [Fetch, HTTP whitespace](https://fetch.spec.whatwg.org/#http-whitespace)
pub(crate) const WHITESPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// A `fetch`, and what the command line or the call says about sending it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The call. Its origin is empty if the text does not name the page.
    pub fetch: Fetch,
    /// The bytes of the body.
    pub body: Option<Vec<u8>>,
    /// Cookies for the URL, each `NAME=VALUE`.
    pub cookies: Vec<String>,
    /// Accept any certificate.
    pub insecure: bool,
    /// Addresses to connect to, each `HOST:PORT:ADDRESS`.
    pub resolve: Vec<String>,
    /// What has no effect on the call: flags, options and further calls.
    pub ignored: Vec<String>,
}

impl Call {
    /// A GET with the defaults of `fetch(url)`, from a page that is not known yet.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            fetch: Fetch::new("", url),
            body: None,
            cookies: Vec::new(),
            insecure: false,
            resolve: Vec::new(),
            ignored: Vec::new(),
        }
    }

    /// Adds the cookies of a `Cookie` header.
    fn add_cookies(&mut self, list: &str) {
        let cookies = list.split(';').map(str::trim).filter(|cookie| !cookie.is_empty());
        self.cookies.extend(cookies.map(str::to_owned));
    }

    /// Keeps the headers that the script set, and learns the page and the cookies from the others.
    fn take_headers(&mut self, mut headers: Vec<(String, String)>) {
        // As browsers do.
        for (_, value) in &mut headers {
            *value = value.trim_matches(WHITESPACE).to_owned();
        }
        let has = |name: &str, value: &str| {
            headers.iter().any(|(n, v)| n.eq_ignore_ascii_case(name) && v == value)
        };
        let bypasses_cache = has("pragma", "no-cache") && has("cache-control", "no-cache");
        let (mut referrer, mut method, mut names) = (None, None, Vec::new());
        for (name, value) in headers {
            match &*name.to_ascii_lowercase() {
                "origin" => self.fetch.origin = value,
                "referer" => referrer = Some(value),
                "cookie" => self.add_cookies(&value),
                "access-control-request-method" => method = Some(value),
                "access-control-request-headers" => {
                    names.extend(value.split(',').map(|name| name.trim().to_owned()));
                }
                // Of the developer tools, if they disable the cache.
                "pragma" | "cache-control" if bypasses_cache => {}
                lower if is_from_browser(lower, &value) => {}
                _ => self.fetch.headers.push((name, value)),
            }
        }
        if let Some(referrer) = referrer {
            self.take_referrer(&referrer);
        }
        // A copied preflight means the fetch that it was for.
        if let (Some(method), "OPTIONS") = (method, &*self.fetch.method) {
            self.fetch.method = method;
            names.retain(|name| {
                HeaderName::from_bytes(name.as_bytes()).is_ok()
                    && !is_from_browser(&name.to_ascii_lowercase(), "x")
            });
            self.fetch.headers.extend(names.into_iter().map(|name| (name, "x".to_owned())));
        }
    }

    /// The page is the referrer's, if no `Origin` names it.
    fn take_referrer(&mut self, referrer: &str) {
        if let (true, Ok(page)) = (self.fetch.origin.is_empty(), Url::parse(referrer))
            && page.has_host()
        {
            self.fetch.origin = page.origin().ascii_serialization();
        }
    }

    /// A line or a call that carries cookies was made with `include`.
    fn include_if_cookies(&mut self) {
        if !self.cookies.is_empty() {
            self.fetch.credentials = CredentialsMode::Include;
        }
    }
}

/// Whether the browser sets this header by itself, so that a copy has it though the script does
/// not. The name is in lower case.
fn is_from_browser(name: &str, value: &str) -> bool {
    match name {
        "accept" => value == "*/*" || value.starts_with("text/html,application/xhtml+xml"),
        "cache-control" => value == "max-age=0",
        "accept-charset"
        | "accept-encoding"
        | "accept-language"
        | "access-control-request-headers"
        | "access-control-request-method"
        | "alt-used"
        | "connection"
        | "content-length"
        | "cookie"
        | "cookie2"
        | "date"
        | "dnt"
        | "expect"
        | "host"
        | "if-modified-since"
        | "if-none-match"
        | "keep-alive"
        | "origin"
        | "priority"
        | "purpose"
        | "referer"
        | "save-data"
        | "set-cookie"
        | "te"
        | "trailer"
        | "transfer-encoding"
        | "upgrade"
        | "upgrade-insecure-requests"
        | "user-agent"
        | "via"
        | "x-client-data" => true,
        // Client hints of before `sec-ch-`.
        "device-memory" | "downlink" | "dpr" | "ect" | "rtt" | "viewport-width" | "width" => true,
        _ => ["sec-", "proxy-", ":"].iter().any(|prefix| name.starts_with(prefix)),
    }
}

/// A URL with which `fetch` can be called from any page. `what` names its source.
pub(crate) fn check_url(what: &str, url: &str) -> Result<Url, String> {
    // Without a scheme, it would point to the page's own server, which needs no CORS.
    if scheme(url).is_empty() {
        // What follows may be a copied command, with its headers.
        let url = shown_url(url.split_whitespace().next().unwrap_or_default());
        return Err(format!("{what} {url}: write the whole URL, like https://api.example/"));
    }
    let parsed = Url::parse(url).map_err(|error| format!("{what} {}: {error}", shown_url(url)))?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        // The password is not printed.
        let host = parsed.host_str().unwrap_or_default();
        return Err(format!(
            "{what}: leave out the user name and password before {host}; fetch refuses them in a URL"
        ));
    }
    if !matches!(parsed.scheme(), "http" | "https") {
        let url = shown_url(url);
        return Err(format!("{what} {url}: write an http or https URL; CORS is for no other"));
    }
    Ok(parsed)
}

/// Checks that this is an origin, as a browser sends it. `what` names its source.
pub(crate) fn check_origin(what: &str, origin: &str) -> Result<(), String> {
    let Some((scheme, rest)) = origin.split_once("://") else { return Ok(()) };
    let authority = rest.split(['/', '?', '#', ';', ',', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.is_empty() {
        let origin = shown_url(origin);
        return Err(format!("{what} {origin}: write an origin, such as https://app.example.com"));
    }
    if host != authority {
        // The password is not printed.
        return Err(format!("{what}: write {scheme}://{host}, without user name and password"));
    }
    if host != rest {
        let origin = shown_url(origin);
        return Err(format!("{what} {origin}: write {scheme}://{host}, which is the origin"));
    }
    Ok(())
}

/// What may be a URL, for a message, without its parts that may hold secrets.
pub(crate) fn shown_url(url: &str) -> String {
    quoted(&public_part(url))
}

/// A text, for a message, without what may be a password.
fn shown(text: &str) -> String {
    quoted(text.rsplit('@').next().unwrap_or_default())
}

/// The start of a text, in one line.
fn quoted(text: &str) -> String {
    const LENGTH: usize = 80;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// What may be a URL, with `…` for its parts that may hold secrets.
pub(crate) fn public_part(url: &str) -> String {
    let scheme = scheme(url);
    let rest = &url[scheme.len()..];
    let (start, more) = rest.split_at(rest.find(['?', '#', ';']).unwrap_or(rest.len()));
    let more = match more {
        "" => "",
        // The user's password may have one of these characters.
        _ if more.contains('@') => return format!("{scheme}…"),
        _ => "…",
    };
    match start.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}…@{host}{more}"),
        None => format!("{scheme}{start}{more}"),
    }
}

/// The scheme with its `://`, or nothing.
fn scheme(url: &str) -> &str {
    let is_of_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    match url.split_once("://") {
        Some((scheme, rest)) if !scheme.is_empty() && scheme.chars().all(is_of_scheme) => {
            &url[..url.len() - rest.len()]
        }
        _ => "",
    }
}

/// `Err` if the input is too long.
fn check_size(length: usize) -> Result<(), String> {
    if length > MAX_SIZE {
        return Err(format!("more than {} MiB; shorten it", MAX_SIZE >> 20));
    }
    Ok(())
}
