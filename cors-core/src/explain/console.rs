//! The engines' console messages for a failure, word for word as seen in Chromium 156, Firefox ESR
//! 153 and WebKitGTK 2.50.
//!
//! An engine that checks in another order than the standard reports what it checked first. If
//! several headers are refused, Chromium names any of them; here it is the first.

mod chromium;
mod firefox;
mod initiators;
mod unsent;
mod webkit;

use super::{Event, is_preflight, last_sent};
use crate::browser::{
    Engine, Fetch, Initiator, RedirectMode, Step, Taken, Verdict, get, is_redirect_status,
};
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
    let Verdict::Failed(Taken { step, .. }) = verdict else { return Vec::new() };
    let fetch = &*fetch.settled();
    let messages = match (Exchange::last(fetch, events), last_sent(events)) {
        (Some(exchange), _) => exchange.messages(*step),
        (None, None) => unsent::messages(*step, fetch),
        (None, Some(_)) => return Vec::new(),
    };
    let all = Engine::ALL.into_iter().zip(messages);
    all.filter_map(|(engine, message)| Some((engine, message?))).collect()
}

/// The messages of Chromium, Firefox and WebKit.
type Messages = [Option<String>; 3];

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

    fn messages(&self, step: Step) -> Messages {
        match self.fetch.initiator {
            Initiator::WebSocket => {
                let status = self.response.status().as_u16();
                initiators::of_socket(self.fetch, step, Some(status))
            }
            Initiator::Frame => [None, None, None],
            _ => [self.chromium(step), self.in_firefox(step), self.webkit(step)],
        }
    }

    /// The reason, and what Firefox prints of the initiator.
    fn in_firefox(&self, step: Step) -> Option<String> {
        let reason = self.firefox(step);
        let is_by_cors = reason.as_ref().is_some_and(|line| line.starts_with("Cross-Origin "));
        let more = initiators::in_firefox(self.fetch, &self.first_url, is_by_cors);
        initiators::lines([reason, more])
    }

    /// What WebKit prints of the initiator after the reason.
    fn webkit_cannot_load(&self, reason: &str, url: &str) -> String {
        if self.fetch.initiator == Initiator::Beacon {
            return format!("{reason}\nBeacon API cannot load {url}. {reason}");
        }
        match initiators::in_webkit(self.fetch, &self.first_url, url) {
            Some(line) => format!("{reason}\n{line}"),
            None => reason.to_owned(),
        }
    }

    fn is_preflight(&self) -> bool {
        is_preflight(self.request)
    }

    fn is_redirect(&self) -> bool {
        is_redirect_status(self.response.status()) && self.response.headers().contains_key(LOCATION)
    }

    /// What browsers call the caller.
    fn initiator(&self) -> &'static str {
        initiators::in_chromium(self.fetch)
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
        initiators::serialized(&self.fetch.origin)
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
}

/// Whether Chromium and Firefox refuse the scheme for more than CORS.
fn is_unsafe_redirect(url: &str) -> bool {
    url.starts_with("data:") || url.starts_with("file:")
}

fn failed_to_load(error: &str) -> String {
    format!("Failed to load resource: net::ERR_{error}")
}

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

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
