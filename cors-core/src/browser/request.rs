//! The standard's *request*: created by `new Request()` from a script's call, and sent as HTTP.
//!
//! [Fetch, requests](https://fetch.spec.whatwg.org/#requests)

use super::address_space::AddressSpace;
use super::engine::{CONDITIONAL, Departures, VALUED_ONCE};
use super::fetch::{Body, CredentialsMode, Fetch, Mode, RedirectMode};
use super::initiator::Initiator;
use super::safelist::{
    HeaderList, is_forbidden, is_media_type, is_no_cors_safelisted, unsafe_names,
};
use super::site::{PageOrigin, fetch_site, is_potentially_trustworthy, origin_of};
use super::step::{Step, Taken};
use crate::engine::methods;
use crate::engine::names::is_token;
use http::header::{
    ACCEPT, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, CONNECTION,
    CONTENT_TYPE, HOST, HeaderName, HeaderValue, ORIGIN, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use http::{HeaderMap, Method, Uri};
use url::Url;

/// [Fetch, request's response tainting](https://fetch.spec.whatwg.org/#concept-request-response-tainting)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tainting {
    Basic,
    Cors,
    Opaque,
}

/// [Fetch, request](https://fetch.spec.whatwg.org/#concept-request)
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) initiator: Initiator,
    pub(super) origin: PageOrigin,
    /// The URL list: the last is the current URL.
    pub(super) urls: Vec<Url>,
    pub(super) method: String,
    pub(super) headers: HeaderList,
    pub(super) mode: Mode,
    pub(super) credentials: CredentialsMode,
    pub(super) redirect: RedirectMode,
    pub(super) body: Body,
    pub(super) use_preflight: bool,
    /// Whether it bypasses the preflight cache.
    pub(super) skips_cache: bool,
    pub(super) tainting: Tainting,
    page_space: AddressSpace,
    /// Of the fetched URL, if its host does not tell.
    target_space: Option<AddressSpace>,
    /// Of the frame that the page is in.
    pub(super) frame_allow: Option<String>,
    /// Headers that a redirect dropped and that preflights still list.
    pub(super) dropped: Vec<String>,
    departures: Departures,
}

impl Request {
    /// [Fetch, new Request()](https://fetch.spec.whatwg.org/#dom-request), and what `fetch` adds
    /// before main fetch.
    pub(super) fn new(
        fetch: &Fetch,
        departures: &Departures,
        taken: &mut Vec<Taken>,
    ) -> Result<Self, Taken> {
        let fetch = &*fetch.settled();
        let initiator = fetch.initiator;
        let mut url = fetch.parsed_url().map_err(|fault| {
            Taken::failed(Step::UrlFailure, format!("{:?}: {fault}", fetch.url))
        })?;
        if initiator == Initiator::WebSocket {
            url = handshake_url(url)?;
        }
        let is_call = matches!(initiator, Initiator::Fetch | Initiator::XmlHttpRequest);
        if is_call && includes_credentials(&url) {
            let says = format!("{:?} contains a user name or password", fetch.url);
            return Err(Taken::failed(Step::UrlCredentials, says));
        }
        let method = method(fetch, taken)?;
        let has_no_body = matches!(&*method, "GET" | "HEAD");
        // Only XMLHttpRequest has upload listeners, and it drops this body.
        // https://xhr.spec.whatwg.org/#the-send()-method
        let body = if fetch.is_xhr() && has_no_body { Body::None } else { fetch.body };
        let listens =
            fetch.upload_listener && (body != Body::None || !departures.listener_needs_body);
        let mut request = Self {
            initiator,
            origin: PageOrigin::of(&fetch.origin),
            urls: vec![url],
            method,
            headers: headers(fetch, departures, taken)?,
            mode: fetch.mode,
            credentials: fetch.credentials,
            redirect: fetch.redirect,
            body,
            use_preflight: listens || body == Body::Stream,
            skips_cache: false,
            tainting: Tainting::Basic,
            page_space: fetch.page_space.unwrap_or_else(|| AddressSpace::of_page(&fetch.origin)),
            target_space: fetch.target_space,
            frame_allow: fetch.frame_allow.clone(),
            dropped: Vec::new(),
            departures: *departures,
        };
        if departures.fonts_are_no_cors && initiator == Initiator::Font {
            (request.mode, request.credentials) = (Mode::NoCors, CredentialsMode::Include);
        }
        // A beacon has no header but the type of its data.
        let is_malformed = |(_, value): &(String, String)| !is_media_type(value);
        if departures.beacons_drop_malformed_types
            && initiator == Initiator::Beacon
            && fetch.headers.iter().any(is_malformed)
        {
            request.headers.clear();
            request.mode = Mode::NoCors;
        }
        if departures.sockets_follow_redirects && initiator == Initiator::WebSocket {
            request.redirect = RedirectMode::Follow;
        }
        let skips_cache = if fetch.is_xhr() {
            departures.conditional_xhr_skips_cache
        } else {
            departures.conditional_fetch_skips_cache
        };
        request.skips_cache = skips_cache && CONDITIONAL.iter().any(|name| request.has(name));
        if body != Body::None && has_no_body {
            let says = format!("{} with a body", request.method);
            return Err(Taken::failed(Step::RequestBody, says));
        }
        if body == Body::Stream && fetch.mode == Mode::NoCors {
            return Err(Taken::failed(Step::RequestStream, "a stream in mode no-cors"));
        }
        if body == Body::Text && !request.has("content-type") {
            request.append("Content-Type", "text/plain;charset=UTF-8");
        }
        if !request.has("accept") {
            request.append("Accept", initiator.accept());
        }
        Ok(request)
    }

    pub(super) fn url(&self) -> &Url {
        self.urls.last().expect("the list starts with the fetched URL and only grows")
    }

    /// Where the page is, and where the server of the current URL is.
    pub(super) fn spaces(&self) -> (AddressSpace, AddressSpace) {
        let host = self.url().host_str().unwrap_or_default();
        let is_fetched = host == self.urls[0].host_str().unwrap_or_default();
        let told = self.target_space.filter(|_| is_fetched);
        (self.page_space, told.unwrap_or_else(|| AddressSpace::of_host(host)))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(listed, _)| listed.eq_ignore_ascii_case(name))
    }

    fn append(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.into()));
    }

    pub(super) fn delete(&mut self, name: &str) {
        self.headers.retain(|(listed, _)| !listed.eq_ignore_ascii_case(name));
    }

    pub(super) fn unsafe_names(&self) -> Vec<String> {
        let departures = &self.departures;
        let mut names = unsafe_names(&self.headers, departures.client_hints_are_safelisted);
        names.extend_from_slice(&self.dropped);
        names.sort();
        if !departures.names_are_repeated {
            names.dedup();
        }
        names
    }

    pub(super) fn is_method_safelisted(&self) -> bool {
        methods::SAFELISTED.contains(&&*self.method)
    }

    /// Whether the method needs no cache entry.
    pub(super) fn is_exempt_from_cache(&self) -> bool {
        let wanted = self.departures.cache_wants_head && self.method == "HEAD";
        self.is_method_safelisted() && !wanted
    }

    /// Whether responses must allow credentials.
    pub(super) fn has_credentials(&self) -> bool {
        self.credentials == CredentialsMode::Include
    }

    /// Whether cookies and the like are sent.
    /// [Fetch, HTTP-network-or-cache fetch, 8.3](https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch)
    pub(super) fn includes_credentials(&self) -> bool {
        match self.credentials {
            CredentialsMode::Include => true,
            CredentialsMode::SameOrigin => self.tainting == Tainting::Basic,
            CredentialsMode::Omit => false,
        }
    }

    /// [Fetch, serializing a request origin](https://fetch.spec.whatwg.org/#serializing-a-request-origin)
    pub(super) fn serialized_origin(&self) -> &str {
        if self.is_redirect_tainted() { "null" } else { self.origin.as_str() }
    }

    /// Whether a redirect led from one foreign origin to another.
    /// [Fetch, redirect-taint](https://fetch.spec.whatwg.org/#concept-request-tainted-origin)
    pub(super) fn is_redirect_tainted(&self) -> bool {
        self.urls.windows(2).any(|pair| {
            origin_of(&pair[0]) != origin_of(&pair[1]) && !self.origin.is_same_origin(&pair[0])
        })
    }

    /// The HTTP request to send.
    pub(super) fn to_http(&self) -> Result<http::Request<()>, Taken> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("names were checked");
            self.add(&mut headers, name, header_value(value));
        }
        if let Some(origin) = self.origin_header() {
            headers.append(ORIGIN, header_value(origin.as_bytes()));
        }
        if self.initiator == Initiator::WebSocket {
            for (name, value) in HANDSHAKE {
                headers.append(name, HeaderValue::from_static(value));
            }
        }
        self.send(&self.method, headers)
    }

    /// Adds a header that the script set, or replaces earlier ones.
    fn add(&self, headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
        if !self.departures.values_replace_others {
            headers.append(name, value);
            return;
        }
        match headers.get(&name) {
            Some(_) if name == CONTENT_TYPE && self.body != Body::None => {}
            Some(before)
                if !before.is_empty()
                    && !value.is_empty()
                    && !VALUED_ONCE.contains(&name.as_str()) =>
            {
                headers.append(name, value);
            }
            _ => {
                headers.insert(name, value);
            }
        }
    }

    /// [Fetch, append a request `Origin` header](https://fetch.spec.whatwg.org/#append-a-request-origin-header),
    /// under the default referrer policy.
    fn origin_header(&self) -> Option<&str> {
        let Departures { downgrade_names_origin, .. } = self.departures;
        let is_downgrade =
            !downgrade_names_origin && self.origin.is_https() && self.url().scheme() != "https";
        match self.tainting {
            Tainting::Cors => Some(self.serialized_origin()),
            _ if self.initiator == Initiator::WebSocket => Some(self.origin.as_str()),
            _ if self.names_own_origin() => Some(self.serialized_origin()),
            _ if matches!(&*self.method, "GET" | "HEAD") => None,
            _ if self.mode != Mode::Cors && is_downgrade => Some("null"),
            _ => Some(self.serialized_origin()),
        }
    }

    /// Whether the engine sends an `Origin` header that the standard does not ask for.
    fn names_own_origin(&self) -> bool {
        self.mode == Mode::Cors && self.departures.always_name_origin.contains(&self.initiator)
    }

    /// [Fetch Metadata, Sec-Fetch-Mode](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-mode-header)
    fn fetch_mode(&self) -> &'static str {
        match self.initiator {
            Initiator::WebSocket => "websocket",
            Initiator::Frame => "navigate",
            _ => self.mode.as_str(),
        }
    }

    /// [Fetch, CORS-preflight fetch, steps 1 to 5](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)
    pub(super) fn to_preflight(&self, origin: &str) -> Result<http::Request<()>, Taken> {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT, HeaderValue::from_static("*/*"));
        headers.append(ACCESS_CONTROL_REQUEST_METHOD, header_value(self.method.as_bytes()));
        let names = self.unsafe_names();
        if !names.is_empty() {
            let joined = names.join(",");
            headers.append(ACCESS_CONTROL_REQUEST_HEADERS, header_value(joined.as_bytes()));
        }
        headers.append(ORIGIN, header_value(origin.as_bytes()));
        self.send("OPTIONS", headers)
    }

    fn send(&self, method: &str, mut headers: HeaderMap) -> Result<http::Request<()>, Taken> {
        let url = self.url();
        let mut on_the_wire = url.clone();
        on_the_wire.set_fragment(None);
        // These fail only for URLs without a host, which are never sent.
        let _ = on_the_wire.set_username("");
        let _ = on_the_wire.set_password(None);
        let unsendable = || Taken::failed(Step::Network, format!("cannot connect to {url}"));
        let uri = Uri::try_from(on_the_wire.as_str()).map_err(|_| unsendable())?;
        let host = uri.authority().ok_or_else(unsendable)?.as_str().to_owned();
        headers.append(HOST, header_value(host.as_bytes()));
        if is_potentially_trustworthy(url) {
            let site = fetch_site(&self.origin, &self.urls);
            for (name, value) in [
                ("sec-fetch-dest", self.initiator.destination()),
                ("sec-fetch-mode", self.fetch_mode()),
                ("sec-fetch-site", site),
            ] {
                headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
        }
        let method = Method::from_bytes(method.as_bytes()).expect("the method was checked");
        let mut request = http::Request::new(());
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// The headers of a handshake. Its key is always the example of the RFC.
/// [WebSockets, establish a WebSocket connection](https://websockets.spec.whatwg.org/#concept-websocket-establish)
const HANDSHAKE: [(HeaderName, &str); 4] = [
    (CONNECTION, "Upgrade"),
    (UPGRADE, "websocket"),
    (SEC_WEBSOCKET_VERSION, "13"),
    (SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// The URL of a WebSocket's handshake.
fn handshake_url(mut url: Url) -> Result<Url, Taken> {
    let fail = |says: &str| Err(Taken::failed(Step::WebSocketUrl, format!("{url} {says}")));
    let scheme = match url.scheme() {
        "ws" | "http" => "http",
        "wss" | "https" => "https",
        _ => return fail("has another scheme than ws: and wss:"),
    };
    if url.fragment().is_some() {
        return fail("has a fragment");
    }
    // Both schemes have a host and a default port, so this cannot fail.
    let _ = url.set_scheme(scheme);
    Ok(url)
}

/// [URL, includes credentials](https://url.spec.whatwg.org/#include-credentials)
pub(super) fn includes_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn method(fetch: &Fetch, taken: &mut Vec<Taken>) -> Result<String, Taken> {
    let method = fetch.method.as_str();
    if !is_token(method.as_bytes()) || methods::is_forbidden(method.as_bytes()) {
        return Err(Taken::failed(Step::RequestMethod, format!("{method:?}")));
    }
    let normalized = methods::normalized(method);
    if let Some(upper) = normalized {
        taken.push(Taken::passed(Step::NormalizeMethod, format!("{method} is sent as {upper}")));
    }
    let method = normalized.unwrap_or(method);
    if fetch.mode == Mode::NoCors && !methods::SAFELISTED.contains(&method) {
        return Err(Taken::failed(Step::NoCorsMethod, format!("{method} in mode no-cors")));
    }
    Ok(method.to_owned())
}

/// [Fetch, append to a Headers object](https://fetch.spec.whatwg.org/#concept-headers-append), for
/// each header of the script.
fn headers(
    fetch: &Fetch,
    departures: &Departures,
    taken: &mut Vec<Taken>,
) -> Result<HeaderList, Taken> {
    let mut headers = HeaderList::new();
    for (name, text) in &fetch.headers {
        let invalid = || Taken::failed(Step::RequestHeader, format!("{name:?}: {text:?}"));
        if !is_token(name.as_bytes()) {
            return Err(invalid());
        }
        let value = header_bytes(text).ok_or_else(invalid)?;
        let dropped = match fetch.mode {
            Mode::NoCors => {
                let mut so_far: Vec<&[u8]> = headers
                    .iter()
                    .filter(|(listed, _)| listed.eq_ignore_ascii_case(name))
                    .map(|(_, value)| &**value)
                    .collect();
                so_far.push(&value);
                !is_no_cors_safelisted(name, &so_far.join(&b", "[..]))
            }
            Mode::Cors | Mode::SameOrigin => {
                let is_user_agent = || name.eq_ignore_ascii_case("user-agent");
                is_forbidden(name, &value) || departures.user_agent_is_forbidden && is_user_agent()
            }
        };
        if dropped {
            taken.push(Taken::passed(Step::DropHeader, format!("{name} is not sent")));
            continue;
        }
        let known = headers.iter_mut().find(|(listed, _)| listed.eq_ignore_ascii_case(name));
        // `setRequestHeader` combines: https://xhr.spec.whatwg.org/#the-setrequestheader()-method
        let joined = departures.headers_are_joined || fetch.is_xhr();
        match known.filter(|_| joined) {
            Some((_, so_far)) => *so_far = [so_far, &value[..]].join(&b", "[..]),
            None => headers.push((name.clone(), value)),
        }
    }
    Ok(headers)
}

/// The trimmed value of a header, if it is a
/// [ByteString](https://webidl.spec.whatwg.org/#es-ByteString) and a
/// [header value](https://fetch.spec.whatwg.org/#header-value).
pub(crate) fn header_bytes(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let byte = |character| u8::try_from(character).ok();
    text.chars().map(|c| byte(c).filter(|b| !matches!(b, 0 | b'\n' | b'\r'))).collect()
}

/// Sends control characters as spaces:
/// [RFC 9110, 5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5) lets recipients replace
/// them, and `http` rejects them.
fn header_value(value: &[u8]) -> HeaderValue {
    let sent: Vec<u8> =
        value.iter().map(|b| if b.is_ascii_control() && *b != b'\t' { b' ' } else { *b }).collect();
    HeaderValue::from_bytes(&sent).expect("no control characters are left")
}
