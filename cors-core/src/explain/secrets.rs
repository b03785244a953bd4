//! Conceals tokens and cookies.

use super::{Change, Event, Explanation, Fix, InCookie};
use crate::browser::{CookieRefusal, Fetch, Taken, Verdict};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use http::header::{LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Request, Response, Uri};
use std::fmt;
use url::{Url, form_urlencoded};

const CONCEALED: &str = "...";

/// Parts of the names of request headers and parameters that hold secrets.
const SECRET: [&str; 13] = [
    "auth",
    "cookie",
    "credential",
    "csrf",
    "dpop",
    "key",
    "jwt",
    "passw",
    "pwd",
    "secret",
    "session",
    "signature",
    "token",
];

/// A shorter value is only removed from where it is known to be: it could be part of any word.
const MIN_LEN: usize = 6;

/// Values that [`Explanation::conceal_secrets`] conceals, of six bytes or more.
#[derive(Clone)]
pub struct Secrets(AhoCorasick);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

impl Secrets {
    /// The secrets of requests and their responses: values of parameters and headers whose names say
    /// so, passwords in URLs, and what cookies are set to.
    ///
    /// ```
    /// use cors_core::explain::Secrets;
    /// use http::{Request, Response};
    ///
    /// let request = Request::builder().uri("https://api.example/?token=opensesame").body(())?;
    /// let secrets = Secrets::of([(&request, &Response::new(()))]);
    /// assert_eq!(secrets.conceal("the server logs opensesame"), "the server logs ...");
    /// # Ok::<(), http::Error>(())
    /// ```
    pub fn of<'e>(
        exchanges: impl IntoIterator<Item = (&'e Request<()>, &'e Response<()>)>,
    ) -> Self {
        let (mut values, mut public) = (Vec::new(), Vec::new());
        for (request, response) in exchanges {
            values.extend(of_request(request));
            values.extend(of_response(&request.uri().to_string(), response.headers()));
            public.extend(public_of(request));
        }
        Self::from_values(values, public)
    }

    /// No secret is part of what is public: a fix has to name the origin.
    fn from_values(mut values: Vec<String>, mut public: Vec<String>) -> Self {
        public.sort_unstable();
        public.dedup();
        values.retain(|value| value.len() >= MIN_LEN);
        let mut forms: Vec<_> = values.iter().flat_map(|value| forms(value)).collect();
        let is_public = |form: &str| public.iter().any(|text| text.contains(form));
        forms.retain(|form| form.len() >= MIN_LEN && !is_public(form));
        forms.sort_unstable();
        forms.dedup();
        let mut search = AhoCorasick::builder();
        // The longest, so that none is removed in part.
        let search = search.match_kind(MatchKind::LeftmostLongest);
        let found = search.kind(Some(AhoCorasickKind::NoncontiguousNFA)).build(forms);
        Self(found.expect("the input fits into memory, so its parts have 32-bit numbers"))
    }

    /// The text without these values.
    pub fn conceal(&self, text: &str) -> String {
        let mut text = text.to_owned();
        self.text(&mut text);
        text
    }

    /// Conceals secrets where they are known to be, and returns them.
    pub(super) fn take(explanation: &mut Explanation, others: &[&str]) -> Self {
        let mut values: Vec<String> = others.iter().map(|value| (*value).to_owned()).collect();
        values.extend(of_urls(&explanation.fetch));
        values.extend(of_fetch(&mut explanation.fetch));
        values.extend(of_cookies(&mut explanation.fetch.cookies));
        if let Some(Fix { fetch, .. }) = &mut explanation.fix {
            values.extend(of_urls(fetch));
            values.extend(of_fetch(fetch));
            of_cookies(&mut fetch.cookies);
        }
        let mut public = vec![explanation.fetch.serialized_origin()];
        let mut url = String::new();
        for event in &mut explanation.events {
            match event {
                Event::Sent(request) => {
                    url = request.uri().to_string();
                    values.extend(of_request(request));
                    public.extend(public_of(request));
                    conceal_headers(request.headers_mut());
                }
                Event::Received(response) => {
                    values.extend(of_response(&url, response.headers()));
                    conceal_cookies(response.headers_mut());
                }
                _ => {}
            }
        }
        Self::from_values(values, public)
    }

    pub(super) fn remove_from(&self, explanation: &mut Explanation) {
        self.fetch(&mut explanation.fetch);
        for event in &mut explanation.events {
            match event {
                Event::Step(taken) => self.taken(taken),
                Event::Sent(request) => {
                    self.uri(request.uri_mut());
                    self.headers(request.headers_mut());
                }
                Event::Received(response) => self.headers(response.headers_mut()),
                Event::Unanswered(why) => self.text(why),
            }
        }
        match &mut explanation.verdict {
            Verdict::Readable(readable) => {
                conceal_cookies(&mut readable.headers);
                self.headers(&mut readable.headers);
            }
            Verdict::Failed(taken) => self.taken(taken),
            _ => {}
        }
        for of in &mut explanation.engines {
            of.console.iter_mut().for_each(|text| self.text(text));
            of.cookies.iter_mut().for_each(|cookie| self.cookie(cookie));
        }
        explanation.cookie_advice.iter_mut().for_each(|line| self.text(line));
        if let Some(text) = &mut explanation.refused {
            self.text(text);
        }
        let Some(fix) = &mut explanation.fix else { return };
        self.fetch(&mut fix.fetch);
        for change in &mut fix.changes {
            match change {
                Change::Script(what) | Change::Page(what) | Change::Server(what) => self.text(what),
                Change::Answer { to, lines } => {
                    self.text(to);
                    lines.iter_mut().for_each(|line| self.text(line));
                }
                Change::Set { .. } | Change::Add { .. } => {}
            }
        }
    }

    fn text(&self, text: &mut String) {
        if self.0.is_match(&*text) {
            let mut concealed = String::new();
            self.0.replace_all_with(text, &mut concealed, |_, _, concealed| {
                concealed.push_str(CONCEALED);
                true
            });
            *text = concealed;
        }
    }

    fn fetch(&self, fetch: &mut Fetch) {
        self.text(&mut fetch.url);
        fetch.headers.iter_mut().for_each(|(_, value)| self.text(value));
    }

    fn taken(&self, taken: &mut Taken) {
        self.text(&mut taken.says);
    }

    fn cookie(&self, cookie: &mut InCookie) {
        self.text(&mut cookie.request);
        if let Some(
            CookieRefusal::OtherPath(text)
            | CookieRefusal::ForeignDomain(text)
            | CookieRefusal::PublicSuffix(text),
        ) = &mut cookie.fate.refusal
        {
            self.text(text);
        }
    }

    fn uri(&self, uri: &mut Uri) {
        let mut text = uri.to_string();
        self.text(&mut text);
        if let Ok(concealed) = text.parse() {
            *uri = concealed;
        }
    }

    fn headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            let text = text_of(value.as_bytes());
            if self.0.is_match(&text) {
                *value = header_value(&self.conceal(&text));
            }
        }
    }
}

/// In UTF-8, or if it is not, in Latin-1.
fn text_of(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| latin1(bytes), str::to_owned)
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// A value as it may be printed: as it is or in a URL, in UTF-8 or in Latin-1, read as one of them,
/// quoted or not.
fn forms(value: &str) -> Vec<String> {
    let decoded = decoded(value);
    let in_url = form_urlencoded::byte_serialize(decoded.as_bytes()).collect::<String>();
    let with_spaces = in_url.replace('+', "%20");
    let mut forms = vec![in_url, with_spaces];
    for text in [value, &decoded] {
        if let Ok(url) = Url::parse(&format!("http://a/?{text}")) {
            forms.extend(url.query().map(str::to_owned));
        }
        let in_latin1: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
        for bytes in [Some(text.as_bytes()), in_latin1.as_deref()].into_iter().flatten() {
            let read = [String::from_utf8_lossy(bytes).into_owned(), latin1(bytes)];
            let mut quoted: Vec<_> = read.iter().map(|text| format!("{text:?}")).collect();
            quoted.extend(HeaderValue::from_bytes(bytes).iter().map(|value| format!("{value:?}")));
            forms.extend(quoted.iter().map(|text| text[1..text.len() - 1].to_owned()));
            forms.extend(read);
        }
    }
    forms
}

/// What `%XX` stands for.
fn decoded(text: &str) -> String {
    let escaped = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    let decoded = form_urlencoded::parse(escaped.as_bytes()).next();
    decoded.map_or_else(String::new, |(text, _)| text.into_owned())
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(CONCEALED))
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // Azure's, which is part of many words.
    name == "sig" || SECRET.iter().any(|part| name.contains(part))
}

/// Its password, and values of its parameters, as they are written. A fragment may have some too.
fn of_url(url: &str) -> Vec<String> {
    let authority = url.split_once("//").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    let user = authority.and_then(|authority| authority.rsplit_once('@')).map(|(user, _)| user);
    // A user without a password may be a token.
    let password = user.map(|user| user.split_once(':').map_or(user, |(_, password)| password));
    let (path, rest) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    let of_path = path.split(['/', ';']);
    // A semicolon separates, or is part of a value.
    let of_query = rest.split(['?', '#', '&']).chain(rest.split(['?', '#', '&', ';']));
    let parameters = of_path.chain(of_query).filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        is_secret(&decoded(name)).then_some(value)
    });
    password.into_iter().chain(parameters).map(str::to_owned).collect()
}

/// As the URL is written, and as the browser reads it.
fn of_urls(fetch: &Fetch) -> Vec<String> {
    let mut values = of_url(&fetch.url);
    values.extend(fetch.absolute_url().iter().flat_map(|url| of_url(url)));
    values
}

/// A scheme such as `Bearer` stays.
fn concealed(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme, _)) => format!("{scheme} {CONCEALED}"),
        None => CONCEALED.to_owned(),
    }
}

/// Returns the concealed values, without their schemes.
fn of_fetch(fetch: &mut Fetch) -> Vec<String> {
    let secrets = fetch.headers.iter_mut().filter(|(name, _)| is_secret(name));
    let values = secrets.flat_map(|(_, value)| {
        let shown = concealed(value);
        with_and_without_scheme(&std::mem::replace(value, shown))
    });
    values.collect()
}

fn with_and_without_scheme(value: &str) -> impl Iterator<Item = String> + use<> {
    let rest = value.split_once(' ').map(|(_, rest)| rest.to_owned());
    [Some(value.to_owned()), rest].into_iter().flatten()
}

/// Of a request's URL and headers.
fn of_request(request: &Request<()>) -> Vec<String> {
    let secrets = request.headers().iter().filter(|(name, _)| is_secret(name.as_str()));
    let values = secrets.flat_map(|(_, value)| with_and_without_scheme(&text_of(value.as_bytes())));
    values.chain(of_url(&request.uri().to_string())).collect()
}

/// The page's origin, and the server's host.
fn public_of(request: &Request<()>) -> impl Iterator<Item = String> + use<> {
    let origin = request.headers().get(ORIGIN).map(|origin| text_of(origin.as_bytes()));
    origin.into_iter().chain(request.uri().host().map(str::to_owned))
}

fn conceal_headers(headers: &mut HeaderMap) {
    for (name, value) in headers.iter_mut() {
        if is_secret(name.as_str()) {
            *value = header_value(&concealed(&text_of(value.as_bytes())));
        }
    }
}

/// Conceals the values of lines of `Set-Cookie`, and returns them.
fn of_cookies(lines: &mut [String]) -> Vec<String> {
    let values = lines.iter_mut().map(|line| {
        let value = of_line(line);
        *line = concealed_line(line);
        value
    });
    values.collect()
}

fn of_line(line: &str) -> String {
    let pair = line.split(';').next().unwrap_or_default();
    pair.split_once('=').map_or(pair, |(_, value)| value).trim().to_owned()
}

/// The cookie's name and attributes stay.
fn concealed_line(line: &str) -> String {
    let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
    let name = pair.split_once('=').map_or("", |(name, _)| name);
    let separator = if attributes.is_empty() { "" } else { ";" };
    format!("{name}={CONCEALED}{separator}{attributes}")
}

/// Of where a response to this URL redirects, and of its cookies.
fn of_response(url: &str, headers: &HeaderMap) -> Vec<String> {
    let lines = |name| headers.get_all(name).iter().map(|line| text_of(line.as_bytes()));
    let locations = lines(LOCATION).flat_map(|to| of_urls(&Fetch::new(url, to)));
    locations.chain(lines(SET_COOKIE).map(|line| of_line(&line))).collect()
}

fn conceal_cookies(headers: &mut HeaderMap) {
    for (_, value) in headers.iter_mut().filter(|(name, _)| *name == SET_COOKIE) {
        *value = header_value(&concealed_line(&text_of(value.as_bytes())));
    }
}
