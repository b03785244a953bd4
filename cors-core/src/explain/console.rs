//! The engines' console messages for a failure, word for word as seen in Chromium 156, Firefox ESR
//! 153 and WebKitGTK 2.50.
//!
//! An engine that checks in another order than the standard reports what it checked first. If
//! several headers are refused, Chromium names any of them; here it is the first.

mod unsent;

use super::{Event, is_preflight, last_sent};
use crate::browser::{Engine, Fetch, RedirectMode, Step, Verdict, get};
use crate::engine::headers::elements;
use crate::engine::names::is_token;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    HeaderName, LOCATION, ORIGIN,
};
use http::{HeaderMap, Request, Response};
use url::Url;

/// The message of each engine that has one. Each line is a message of its own.
pub(super) fn messages(
    fetch: &Fetch,
    verdict: &Verdict,
    events: &[Event],
) -> Vec<(Engine, String)> {
    let Verdict::Failed(failed) = verdict else { return Vec::new() };
    if last_sent(events).is_none() {
        return unsent::messages(failed.step, fetch);
    }
    let Some(exchange) = Exchange::last(fetch, events) else { return Vec::new() };
    let all = [
        (Engine::Chromium, exchange.chromium(failed.step)),
        (Engine::Firefox, exchange.firefox(failed.step)),
        (Engine::WebKit, exchange.webkit(failed.step)),
    ];
    all.into_iter().filter_map(|(engine, message)| Some((engine, message?))).collect()
}

fn initiator(fetch: &Fetch) -> &'static str {
    if fetch.upload_listener { "XMLHttpRequest" } else { "fetch" }
}

/// The parts of the last request and its response that appear in messages.
struct Exchange<'e> {
    fetch: &'e Fetch,
    page: String,
    first_url: String,
    url: String,
    request: &'e Request<()>,
    response: &'e Response<()>,
}

impl<'e> Exchange<'e> {
    fn last(fetch: &'e Fetch, events: &'e [Event]) -> Option<Self> {
        let sent = |event: &'e Event| match event {
            Event::Sent(request) => Some(request),
            _ => None,
        };
        let response = events.iter().rev().find_map(|event| match event {
            Event::Received(response) => Some(response),
            _ => None,
        })?;
        let first_url = events.iter().find_map(sent)?.uri().to_string();
        let request = last_sent(events)?;
        let url = request.uri().to_string();
        Some(Self { fetch, page: fetch.serialized_origin(), first_url, url, request, response })
    }

    fn is_preflight(&self) -> bool {
        is_preflight(self.request)
    }

    fn is_redirect(&self) -> bool {
        self.response.status().is_redirection() && self.response.headers().contains_key(LOCATION)
    }

    /// What browsers call the caller.
    fn initiator(&self) -> &'static str {
        initiator(self.fetch)
    }

    /// The requested method.
    fn method(&self) -> String {
        text(self.request.headers(), &ACCESS_CONTROL_REQUEST_METHOD).unwrap_or_default()
    }

    fn header(&self, name: &HeaderName) -> String {
        text(self.response.headers(), name).unwrap_or_default()
    }

    fn allows_any_origin(&self) -> bool {
        self.header(&ACCESS_CONTROL_ALLOW_ORIGIN) == "*"
    }

    fn lines(&self, name: &HeaderName) -> usize {
        self.response.headers().get_all(name).iter().count()
    }

    /// Where the response redirects to.
    fn target(&self) -> String {
        let location = self.header(&LOCATION);
        let url = Url::parse(&self.url).and_then(|url| url.join(&location));
        url.map_or(location, String::from)
    }

    /// The URL of the page.
    fn page_url(&self) -> String {
        Url::parse(&self.fetch.origin).map_or_else(|_| self.fetch.origin.clone(), String::from)
    }

    /// The name of the first malformed list of the preflight's response, its value, and the first
    /// element that is not a token.
    fn malformed_list(&self) -> Option<(&'static str, String, String)> {
        let lists = [
            ("Access-Control-Allow-Methods", ACCESS_CONTROL_ALLOW_METHODS),
            ("Access-Control-Allow-Headers", ACCESS_CONTROL_ALLOW_HEADERS),
        ];
        lists.into_iter().find_map(|(shown, name)| {
            let value = get(self.response.headers(), &name)?;
            let element = elements(&value).find(|e| !e.is_empty() && !is_token(e))?;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            Some((shown, text(&value), text(element)))
        })
    }

    /// The first requested header that is not allowed.
    fn refused_header(&self) -> Option<String> {
        let asked = text(self.request.headers(), &ACCESS_CONTROL_REQUEST_HEADERS)?;
        let allowed = self.header(&ACCESS_CONTROL_ALLOW_HEADERS);
        let is_allowed =
            |name: &&[u8]| elements(allowed.as_bytes()).any(|a| a.eq_ignore_ascii_case(name));
        let refused = elements(asked.as_bytes()).find(|name| !is_allowed(name))?;
        Some(String::from_utf8_lossy(refused).into_owned())
    }

    fn chromium(&self, step: Step) -> Option<String> {
        let reason = match step {
            _ if self.is_preflight() && self.is_redirect() => {
                "Redirect is not allowed for a preflight request.".to_owned()
            }
            Step::PreflightAllowOriginMissing | Step::AllowOriginMissing => {
                "No 'Access-Control-Allow-Origin' header is present on the requested resource."
                    .to_owned()
            }
            Step::PreflightAllowOriginMismatch | Step::AllowOriginMismatch
                if self.allows_any_origin() =>
            {
                "The value of the 'Access-Control-Allow-Origin' header in the response must not be \
                 the wildcard '*' when the request's credentials mode is 'include'."
                    .to_owned()
            }
            Step::PreflightAllowOriginMismatch | Step::AllowOriginMismatch => {
                let hint = match self.fetch.upload_listener {
                    true => "",
                    false => " Have the server send the header with a valid value.",
                };
                format!("The 'Access-Control-Allow-Origin' header {}.{hint}", self.mismatch()?)
            }
            Step::PreflightListSyntax => format!(
                "Cannot parse {} response header field in preflight response.",
                self.malformed_list()?.0
            ),
            Step::PreflightAllowCredentials | Step::AllowCredentials => format!(
                "The value of the 'Access-Control-Allow-Credentials' header in the response is \
                 '{}' which must be 'true' when the request's credentials mode is 'include'.",
                self.header(&ACCESS_CONTROL_ALLOW_CREDENTIALS)
            ),
            Step::PreflightStatus => "It does not have HTTP ok status.".to_owned(),
            Step::PreflightMethod => format!(
                "Method {} is not allowed by Access-Control-Allow-Methods in preflight response.",
                self.method()
            ),
            Step::PreflightHeader | Step::PreflightAuthorization => format!(
                "Request header field {} is not allowed by Access-Control-Allow-Headers in \
                 preflight response.",
                self.refused_header()?
            ),
            Step::RedirectCredentials => {
                "Redirect location '' contains a username and password, which is disallowed for \
                 cross-origin requests."
                    .to_owned()
            }
            Step::RedirectScheme if is_unsafe_redirect(&self.target()) => {
                return Some(failed_to_load("UNSAFE_REDIRECT"));
            }
            Step::RedirectScheme => {
                let (to, from) = (self.header(&LOCATION), &self.first_url);
                return Some(format!(
                    "Access to {} at '{to}' (redirected from '{from}') from origin '{}' has been \
                     blocked by CORS policy: Cross origin requests are only supported for protocol \
                     schemes: chrome, chrome-experimental-site-token-provider, chrome-extension, \
                     chrome-untrusted, data, http, https, isolated-app.",
                    self.initiator(),
                    self.page
                ));
            }
            Step::RedirectLocation if self.lines(&LOCATION) > 1 => {
                return Some(failed_to_load("RESPONSE_HEADERS_MULTIPLE_LOCATION"));
            }
            Step::RedirectLocation => return Some(failed_to_load("INVALID_REDIRECT")),
            Step::BadPort => return Some(failed_to_load("UNSAFE_PORT")),
            Step::SameOriginMode => {
                return Some(format!(
                    "Unsafe attempt to load URL {} from frame with URL {}. Domains, protocols and \
                     ports must match.",
                    self.target(),
                    self.page_url()
                ));
            }
            Step::LocalNetworkAccess => {
                let from = format!(" (redirected from '{}')", self.first_url);
                return Some(unsent::not_secure(self.fetch, &self.target(), &from));
            }
            Step::RedirectCount => return Some(failed_to_load("TOO_MANY_REDIRECTS")),
            Step::RedirectBody => return Some(failed_to_load("INVALID_ARGUMENT")),
            Step::RedirectModeError => return Some(failed_to_load("FAILED")),
            Step::ResourcePolicy => {
                let which = match &*self.header(&RESOURCE_POLICY) {
                    "same-site" => "NotSameSite",
                    _ => "NotSameOrigin",
                };
                return Some(failed_to_load(&format!("BLOCKED_BY_RESPONSE.{which}")));
            }
            _ => return None,
        };
        let by_check = matches!(
            step,
            Step::PreflightAllowOriginMissing
                | Step::PreflightAllowOriginMismatch
                | Step::PreflightAllowCredentials
                | Step::PreflightStatus
        );
        let preflight = match by_check {
            true => "Response to preflight request doesn't pass access control check: ",
            false => "",
        };
        let from = match self.url == self.first_url {
            true => String::new(),
            false => format!(" (redirected from '{}')", self.first_url),
        };
        let (url, page) = (&self.url, &self.page);
        Some(format!(
            "Access to {} at '{url}'{from} from origin '{page}' has been blocked by CORS policy: \
             {preflight}{reason}",
            self.initiator()
        ))
    }

    /// What is wrong with the origin, in Chromium's words.
    fn mismatch(&self) -> Option<String> {
        let value = get(self.response.headers(), &ACCESS_CONTROL_ALLOW_ORIGIN)?;
        let shown = match String::from_utf8(value) {
            Ok(text) => text,
            // As Latin-1.
            Err(error) => error.into_bytes().into_iter().map(char::from).collect(),
        };
        Some(if shown.contains([' ', ',']) {
            format!("contains multiple values '{shown}', but only one is allowed")
        } else if shown != "null" && Url::parse(&shown).is_err() {
            format!("contains the invalid value '{shown}'")
        } else {
            format!("has a value '{shown}' that is not equal to the supplied origin")
        })
    }

    fn firefox(&self, step: Step) -> Option<String> {
        let blocked = |url: &str, reason: &str| {
            format!(
                "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote \
                 resource at {url}. (Reason: {reason}"
            )
        };
        let no_success = "CORS request did not succeed). Status code: (null).";
        let status = self.response.status().as_u16();
        let reason = match step {
            Step::PreflightAllowOriginMissing | Step::AllowOriginMissing => format!(
                "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: {status}."
            ),
            Step::PreflightAllowOriginMismatch | Step::AllowOriginMismatch
                if self.lines(&ACCESS_CONTROL_ALLOW_ORIGIN) > 1 =>
            {
                "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).".to_owned()
            }
            Step::PreflightAllowOriginMismatch | Step::AllowOriginMismatch
                if self.allows_any_origin() =>
            {
                "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is \
                 ‘*’)."
                    .to_owned()
            }
            Step::PreflightAllowOriginMismatch | Step::AllowOriginMismatch => format!(
                "CORS header ‘Access-Control-Allow-Origin’ does not match ‘{}’).",
                self.header(&ACCESS_CONTROL_ALLOW_ORIGIN)
            ),
            Step::PreflightAllowCredentials | Step::AllowCredentials => {
                "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).".to_owned()
            }
            Step::PreflightStatus => {
                format!("CORS preflight response did not succeed). Status code: {status}.")
            }
            Step::PreflightListSyntax => {
                let (name, _, element) = self.malformed_list()?;
                format!("invalid token ‘{element}’ in CORS header ‘{name}’).")
            }
            Step::PreflightMethod => {
                "Did not find method in CORS header ‘Access-Control-Allow-Methods’).".to_owned()
            }
            Step::PreflightHeader | Step::PreflightAuthorization => format!(
                "header ‘{}’ is not allowed according to header ‘Access-Control-Allow-Headers’ \
                 from CORS preflight response).",
                self.refused_header()?
            ),
            Step::ResourcePolicy => {
                return Some(format!(
                    "The resource at “{}” was blocked due to its Cross-Origin-Resource-Policy \
                     header (or lack thereof). See \
                     https://developer.mozilla.org/docs/Web/HTTP/Cross-Origin_Resource_Policy_(CORP)#",
                    self.url
                ));
            }
            Step::SameOriginMode => {
                let (page, to) = (self.page_url(), self.target());
                return Some(format!(
                    "Security Error: Content at {page} may not load data from {to}."
                ));
            }
            Step::RedirectScheme if is_unsafe_redirect(&self.target()) => {
                let to = self.target();
                let refused = match to.starts_with("data:") {
                    true => {
                        format!("Redirecting to data: URI not allowed (Blocked loading of: “{to}”)")
                    }
                    false => format!(
                        "Security Error: Content at {} may not load or link to {to}.",
                        self.url
                    ),
                };
                return Some(format!("{refused}\n{}", blocked(&self.url, no_success)));
            }
            Step::RedirectScheme => {
                let target = blocked(&self.header(&LOCATION), "CORS request not http).");
                return Some(format!("{target}\n{}", blocked(&self.url, no_success)));
            }
            Step::RedirectLocation
            | Step::RedirectCount
            | Step::RedirectCredentials
            | Step::BadPort => {
                return Some(blocked(&self.url, no_success));
            }
            _ => return None,
        };
        let mut lines = Vec::new();
        if step == Step::PreflightStatus && self.is_redirect() {
            lines.push(blocked(&self.url, "CORS request external redirect not allowed)."));
        }
        lines.push(match reason.starts_with("Credential") {
            true => blocked(&format!("‘{}’", self.url), &reason),
            false => blocked(&self.url, &reason),
        });
        let by_check = step != Step::PreflightStatus;
        let unsuccessful = match (self.is_preflight(), self.is_redirect()) {
            (true, true) if by_check => 2,
            (false, true) if self.fetch.redirect != RedirectMode::Follow => 0,
            (false, false) => 0,
            _ => 1,
        };
        lines.extend((0..unsuccessful).map(|_| blocked(&self.url, no_success)));
        Some(lines.join("\n"))
    }

    fn webkit(&self, step: Step) -> Option<String> {
        let status = self.response.status();
        let origin = text(self.request.headers(), &ORIGIN).unwrap_or_default();
        let reason = match step {
            _ if self.is_preflight() && !status.is_success() => {
                format!("Preflight response is not successful. Status code: {}", status.as_u16())
            }
            Step::PreflightAllowOriginMismatch | Step::AllowOriginMismatch
                if self.allows_any_origin() =>
            {
                "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true."
                    .to_owned()
            }
            Step::PreflightAllowOriginMismatch | Step::AllowOriginMismatch
                if self.header(&ACCESS_CONTROL_ALLOW_ORIGIN).contains(',') =>
            {
                "Access-Control-Allow-Origin cannot contain more than one origin.".to_owned()
            }
            Step::PreflightListSyntax => {
                let (name, value, _) = self.malformed_list()?;
                format!("Header {name} has an invalid value: {value}")
            }
            Step::BadPort => return unsent::restricted_port(&self.target()),
            Step::SameOriginMode => {
                let to = self.target();
                return Some(format!(
                    "Unsafe attempt to load URL {to} from origin {}. Domains, protocols and ports \
                     must match.\n{}",
                    self.page,
                    webkit_cannot_load(&to)
                ));
            }
            Step::PreflightAllowOriginMissing
            | Step::AllowOriginMissing
            | Step::PreflightAllowOriginMismatch
            | Step::AllowOriginMismatch => format!(
                "Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {}",
                status.as_u16()
            ),
            Step::PreflightAllowCredentials | Step::AllowCredentials => {
                "Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\"."
                    .to_owned()
            }
            Step::PreflightMethod => {
                let method = self.method();
                format!("Method {method} is not allowed by Access-Control-Allow-Methods.")
            }
            Step::PreflightHeader | Step::PreflightAuthorization => {
                let name = self.refused_header()?;
                let written = self.fetch.headers.iter().map(|(name, _)| name);
                let name = written.clone().find(|n| n.eq_ignore_ascii_case(&name)).unwrap_or(&name);
                format!(
                    "Request header field {name} is not allowed by Access-Control-Allow-Headers."
                )
            }
            Step::ResourcePolicy => format!(
                "Cancelled load to {} because it violates the resource's \
                 Cross-Origin-Resource-Policy response header.",
                self.url
            ),
            Step::RedirectModeError => {
                format!("Not allowed to follow a redirection while loading {}", self.url)
            }
            Step::RedirectCount => "Load cannot follow more than 20 redirections".to_owned(),
            Step::RedirectScheme if self.target().starts_with("ftp:") => {
                return Some(format!("FTP URLs are disabled\n{}", webkit_cannot_load(&self.url)));
            }
            Step::RedirectLocation | Step::RedirectScheme => {
                "not allowed to follow a cross-origin CORS redirection with non CORS scheme"
                    .to_owned()
            }
            Step::RedirectCredentials => {
                format!("redirection URL {} has credentials", self.header(&LOCATION))
            }
            _ => return None,
        };
        let is_of_redirect = !self.is_preflight()
            && self.is_redirect()
            && !matches!(step, Step::RedirectModeError | Step::RedirectCount);
        let reason = match is_of_redirect {
            true => format!(
                "Cross-origin redirection to {} denied by Cross-Origin Resource Sharing policy: \
                 {reason}",
                without_credentials(&self.target())
            ),
            false => reason,
        };
        let cannot = match self.fetch.upload_listener {
            true => {
                format!("XMLHttpRequest cannot load {} due to access control checks.", self.url)
            }
            false => webkit_cannot_load(&self.url),
        };
        Some(format!("{reason}\n{cannot}"))
    }
}

/// Whether Chromium and Firefox refuse the scheme for more than CORS.
fn is_unsafe_redirect(url: &str) -> bool {
    url.starts_with("data:") || url.starts_with("file:")
}

fn failed_to_load(error: &str) -> String {
    format!("Failed to load resource: net::ERR_{error}")
}

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

fn webkit_cannot_load(url: &str) -> String {
    format!("Fetch API cannot load {url} due to access control checks.")
}

fn without_credentials(url: &str) -> String {
    match (url.split_once("://"), url.split_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
        _ => url.to_owned(),
    }
}

/// All lines of the header, joined.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    get(headers, name).map(|value| String::from_utf8_lossy(&value).into_owned())
}
