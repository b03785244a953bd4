//! A fetch as a state machine: send a request, take a response, end with a verdict.
//!
//! ```text
//!            start                    respond                respond
//!   Fetch ----------> Send(preflight) -------> Send(request) -------> Done(verdict)
//!              |                         |        ^      |               ^   ^
//!              +-- none needed ----------|--------+      +-- redirect -->|   |
//!              |                         |        (after a preflight,    |   |
//!              |                         |         if one is needed)     |   |
//!              |                         +-- refused --------------------+   |
//!              +-- refused by the browser itself -----------------------------+
//! ```

use super::Browser;
use super::check::{Of, cors_check, resource_policy_check};
use super::cookies::{Context, CookieFate, Cookies};
use super::engine::Departures;
use super::fetch::{Fetch, Mode, RedirectMode};
use super::filter::Shared;
use super::initiator::Initiator;
use super::local_network;
use super::preflight;
use super::redirect::{self, is_redirect_status};
use super::request::{Request, Tainting};
use super::site::is_potentially_trustworthy;
use super::step::{Step, Taken};
use super::verdict::{Readable, Verdict};
use crate::origin::ports::is_bad_port;
use http::{HeaderMap, HeaderValue, StatusCode};
use std::time::Duration;
use url::Host;

/// What happens next.
#[derive(Clone, Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "the caller has to handle every turn")]
pub enum Turn {
    /// Send a request, and respond to it.
    Send(Sending),
    /// The fetch has ended.
    Done(Ended),
}

/// A request on its way.
///
/// ```
/// use cors_core::browser::{Browser, CredentialsMode, Engine, Fetch, Sending, Turn};
/// use std::time::Duration;
///
/// let mut browser = Browser::as_installed(Engine::Chromium);
/// let fetch = Fetch::new("https://app.example.com", "https://api.example.com/")
///     .credentials(CredentialsMode::Include)
///     .cookie("id=1; Secure");
/// let Turn::Send(sending) = browser.start(&fetch, Duration::ZERO) else { unreachable!() };
/// assert!(sending.includes_credentials() && !sending.is_preflight());
/// let cookies = |sending: &Sending| sending.cookie_header().unwrap().to_owned();
/// assert_eq!(cookies(&sending), "id=1");
///
/// // The server is down.
/// let Turn::Done(ended) = sending.fail(&mut browser) else { unreachable!() };
/// assert!(ended.verdict.failed_step().is_some());
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Sending {
    flight: Box<Flight>,
    sent: http::Request<()>,
    of: Of,
    cookies: Cookies,
}

/// A fetch that has ended.
///
/// ```
/// use cors_core::browser::{Browser, Ended, Fetch, RedirectMode, Step};
/// use http::Response;
/// use std::time::Duration;
///
/// let fetch = Fetch::new("https://app.example.com", "https://app.example.com/old")
///     .redirect(RedirectMode::Error);
/// let moved = |_: &_| Response::builder().status(302).header("location", "/new").body(()).unwrap();
/// let ended: Ended = Browser::new().fetch(&fetch, Duration::ZERO, moved);
/// assert_eq!(ended.verdict.failed_step(), Some(Step::RedirectModeError));
/// assert!(ended.steps.last().unwrap().failed);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// The result for the script.
    pub verdict: Verdict,
    /// Every step that the browser took. If one failed, it is the last.
    pub steps: Vec<Taken>,
}

/// The state between requests.
#[derive(Clone, Debug)]
struct Flight {
    request: Request,
    steps: Vec<Taken>,
    /// Whether main fetch requires a preflight. Then a failure clears the cache.
    with_preflight: bool,
    /// Cookies of earlier visits that the browser refused.
    unkept: Vec<CookieFate>,
}

impl Browser {
    /// Starts a fetch. `now` is measured from an arbitrary epoch shared by all fetches of this
    /// browser.
    pub fn start(&mut self, fetch: &Fetch, now: Duration) -> Turn {
        let mut steps = Vec::new();
        match Request::new(fetch, &self.departures, &mut steps) {
            Ok(request) => {
                let unkept = self.remember(fetch, request.url(), now);
                Flight { request, steps, with_preflight: false, unkept }.main_fetch(self, now)
            }
            Err(failure) => ended(steps, failure),
        }
    }

    /// Runs a fetch to its end.
    pub fn fetch<B>(
        &mut self,
        fetch: &Fetch,
        now: Duration,
        mut server: impl FnMut(&http::Request<()>) -> http::Response<B>,
    ) -> Ended {
        let mut turn = self.start(fetch, now);
        loop {
            match turn {
                Turn::Send(sending) => {
                    let response = server(sending.request());
                    turn = sending.respond(self, &response, now);
                }
                Turn::Done(ended) => return ended,
            }
        }
    }
}

impl Sending {
    fn new(flight: Flight, sent: http::Request<()>, of: Of, cookies: Cookies) -> Self {
        Self { flight: Box::new(flight), sent, of, cookies }
    }

    /// The request to send, without cookies and the like.
    pub fn request(&self) -> &http::Request<()> {
        &self.sent
    }

    /// What becomes of each cookie that the browser has of the URL's site. Empty if the request does not
    /// include credentials, or the browser keeps no cookies.
    pub fn cookies(&self) -> &[CookieFate] {
        &self.cookies.fates
    }

    /// The `Cookie` header, which [`request`](Self::request) lacks.
    pub fn cookie_header(&self) -> Option<&HeaderValue> {
        self.cookies.header.as_ref()
    }

    /// What becomes of each cookie that this response sets. [`respond`](Self::respond) keeps them.
    ///
    /// ```
    /// use cors_core::browser::{Browser, CredentialsMode, Engine, Fetch, Turn};
    /// use http::Response;
    /// use std::time::Duration;
    ///
    /// let fetch = Fetch::new("https://app.example.com", "https://api.example/");
    /// let fetch = fetch.credentials(CredentialsMode::Include);
    /// let mut browser = Browser::as_installed(Engine::Chromium);
    /// let Turn::Send(sending) = browser.start(&fetch, Duration::ZERO) else { unreachable!() };
    /// let response = Response::builder().header("set-cookie", "id=1; SameSite=Lax").body(()).unwrap();
    /// let fates = sending.set_cookies(&browser, &response, Duration::ZERO);
    /// assert!(!fates[0].is_accepted() && fates[0].refusal.as_ref().unwrap().is_about_sites());
    /// ```
    pub fn set_cookies<B>(
        &self,
        browser: &Browser,
        response: &http::Response<B>,
        now: Duration,
    ) -> Vec<CookieFate> {
        let Some(mut jar) = browser.cookies.clone().filter(|_| self.includes_credentials()) else {
            return Vec::new();
        };
        jar.receive(&self.flight.context(), response.headers(), now)
    }

    /// Whether it is a preflight.
    pub fn is_preflight(&self) -> bool {
        self.of == Of::Preflight
    }

    /// Whether cookies and the like are sent with it. Never with a preflight.
    pub fn includes_credentials(&self) -> bool {
        !self.is_preflight() && self.flight.request.includes_credentials()
    }

    /// The steps so far.
    pub fn steps(&self) -> &[Taken] {
        &self.flight.steps
    }

    /// Continues with the server's response.
    pub fn respond<B>(
        self,
        browser: &mut Browser,
        response: &http::Response<B>,
        now: Duration,
    ) -> Turn {
        let (status, headers) = (response.status(), response.headers());
        if let Some(jar) = browser.cookies.as_mut().filter(|_| self.includes_credentials()) {
            jar.receive(&self.flight.context(), headers, now);
        }
        match self.of {
            Of::Preflight => self.flight.after_preflight(browser, status, headers, now),
            Of::Response => self.flight.after_response(browser, status, headers, now),
        }
    }

    /// Continues without a response.
    pub fn fail(self, browser: &mut Browser) -> Turn {
        let failure = Taken::failed(Step::Network, "no answer");
        self.flight.network_error(browser, failure)
    }
}

impl Flight {
    /// [Fetch, main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch)
    fn main_fetch(mut self, browser: &mut Browser, now: Duration) -> Turn {
        self.upgrade_if_needed(browser);
        if let Err(failure) = self.may_be_sent(browser) {
            return self.network_error(browser, failure);
        }
        let request = &mut self.request;
        let is_unchecked = request.initiator.is_unchecked();
        let basic =
            request.tainting == Tainting::Basic && request.origin.is_same_origin(request.url());
        request.tainting = match request.mode {
            _ if basic || is_unchecked => Tainting::Basic,
            Mode::NoCors => Tainting::Opaque,
            Mode::Cors | Mode::SameOrigin => Tainting::Cors,
        };
        self.steps.push(Taken::passed(
            Step::ResponseTainting,
            match self.request.tainting {
                Tainting::Basic if is_unchecked => "basic, because CORS does not apply",
                Tainting::Basic => "basic, because it is the page's own origin",
                Tainting::Cors => "cors, because it is another origin",
                Tainting::Opaque => "opaque, because the mode is no-cors",
            },
        ));
        match local_network::check(browser.local_network, &self.request) {
            Some(Ok(asks)) if !self.steps.contains(&asks) => self.steps.push(asks),
            Some(Err(failure)) => return self.network_error(browser, failure),
            _ => {}
        }
        if self.request.tainting == Tainting::Cors {
            self.preflight_if_needed(browser, now)
        } else {
            self.send_request(browser, now)
        }
    }

    /// [Mixed Content, upgrade](https://w3c.github.io/webappsec-mixed-content/#upgrade-algorithm)
    fn upgrade_if_needed(&mut self, browser: &Browser) {
        let Request { initiator, origin, urls, .. } = &mut self.request;
        let is_mixed = *initiator == Initiator::Image && origin.is_https();
        let Some(url) = urls.last_mut().filter(|_| is_mixed) else { return };
        let is_exempt = match url.host() {
            Some(Host::Domain(name)) => browser.local_network.allows_http(name),
            _ => true,
        };
        if url.scheme() == "http" && !is_exempt && !is_potentially_trustworthy(url) {
            let _ = url.set_scheme("https");
            self.steps.push(Taken::passed(Step::Upgrade, format!("the URL becomes {url}")));
        }
    }

    fn may_be_sent(&self, browser: &Browser) -> Result<(), Taken> {
        let request = &self.request;
        let url = request.url();
        let fail = |step, says: String| Err(Taken::failed(step, says));
        if let Some(port) = url.port().filter(|port| is_bad_port(*port)) {
            return fail(Step::BadPort, format!("port {port}"));
        }
        let Browser { departures, local_network, .. } = browser;
        let is_image = request.initiator == Initiator::Image;
        let loopback_is_mixed = departures.loopback_is_mixed_content && !is_image;
        let is_trusted = is_potentially_trustworthy(url) && !loopback_is_mixed
            || local_network.allows_http(url.host_str().unwrap_or_default());
        if request.origin.is_https() && url.scheme() == "http" && !is_trusted {
            return fail(Step::MixedContent, format!("{url} from a page over https"));
        }
        let own = request.initiator.is_unchecked()
            || request.tainting == Tainting::Basic && request.origin.is_same_origin(url);
        if !own && request.mode == Mode::SameOrigin {
            return fail(Step::SameOriginMode, format!("{url} is another origin"));
        }
        if !own && request.mode == Mode::NoCors && request.redirect != RedirectMode::Follow {
            let says = format!("redirect mode {}", request.redirect.as_str());
            return fail(Step::NoCorsRedirectMode, says);
        }
        if !matches!(url.scheme(), "http" | "https") {
            return fail(Step::UrlScheme, format!("{url} is not fetched over HTTP"));
        }
        Ok(())
    }

    /// [Fetch, HTTP fetch, step 4.1](https://fetch.spec.whatwg.org/#concept-http-fetch)
    fn preflight_if_needed(mut self, browser: &mut Browser, now: Duration) -> Turn {
        let request = &self.request;
        let names = request.unsafe_names();
        let listed = names.join(",");
        let mut reasons = Vec::new();
        if request.use_preflight {
            reasons.push("the use-CORS-preflight flag is set".to_owned());
        }
        if !request.is_method_safelisted() {
            reasons.push(format!("{} is not CORS-safelisted", request.method));
        }
        if !names.is_empty() {
            let are = if names.len() == 1 { "is" } else { "are" };
            reasons.push(format!("{listed} {are} not CORS-safelisted"));
        }
        if reasons.is_empty() {
            let says = "no, because method and headers are CORS-safelisted";
            self.steps.push(Taken::passed(Step::PreflightNeeded, says));
            return self.send_request(browser, now);
        }
        self.with_preflight = true;
        browser.cache.expire(now);
        let Browser { cache, departures, .. } = &*browser;
        let exempt = request.is_exempt_from_cache() && !request.use_preflight;
        let known = !request.skips_cache
            && (exempt || cache.matches_method(request, departures))
            && names.iter().all(|name| cache.matches_header(request, name, departures));
        if !names.is_empty() {
            self.steps.push(Taken::passed(Step::UnsafeHeaderNames, listed));
        }
        let says = format!("yes: {}", reasons.join("; "));
        self.steps.push(Taken::passed(Step::PreflightNeeded, says));
        if known {
            let says = "a cached preflight allows it";
            self.steps.push(Taken::passed(Step::PreflightCache, says));
            return self.send_request(browser, now);
        }
        match self.request.to_preflight(self.preflight_origin(browser)) {
            Ok(sent) => Turn::Send(Sending::new(self, sent, Of::Preflight, Cookies::default())),
            Err(failure) => self.network_error(browser, failure),
        }
    }

    fn preflight_origin(&self, browser: &Browser) -> &str {
        if browser.departures.preflight_names_page {
            self.request.origin.as_str()
        } else {
            self.request.serialized_origin()
        }
    }

    fn after_preflight(
        mut self,
        browser: &mut Browser,
        status: StatusCode,
        response: &HeaderMap,
        now: Duration,
    ) -> Turn {
        let origin = self.preflight_origin(browser);
        match preflight::judge(&self.request, origin, status, response, &browser.departures) {
            Ok(allows) => {
                let Browser { cache, departures, .. } = browser;
                cache.store(&self.request, &allows, now, departures);
                let says = format!("allowed, and cached for {} seconds", allows.max_age.as_secs());
                self.steps.push(Taken::passed(Step::PreflightStored, says));
                self.send_request(browser, now)
            }
            Err(failure) => self.network_error(browser, failure),
        }
    }

    fn context(&self) -> Context<'_> {
        Context::new(&self.request.origin, &self.request.urls)
    }

    fn send_request(mut self, browser: &mut Browser, now: Duration) -> Turn {
        let jar = browser.cookies.as_mut().filter(|_| self.request.includes_credentials());
        let mut cookies = jar.map(|jar| jar.send(&self.context(), now)).unwrap_or_default();
        if self.request.includes_credentials() {
            cookies.fates.append(&mut self.unkept);
        }
        match self.request.to_http() {
            Ok(sent) => Turn::Send(Sending::new(self, sent, Of::Response, cookies)),
            Err(failure) => self.network_error(browser, failure),
        }
    }

    /// [Fetch, HTTP fetch, steps 4.4 to 6](https://fetch.spec.whatwg.org/#concept-http-fetch)
    fn after_response(
        mut self,
        browser: &mut Browser,
        status: StatusCode,
        response: &HeaderMap,
        now: Duration,
    ) -> Turn {
        let request = &self.request;
        let shared = match request.tainting {
            Tainting::Basic => Ok(()),
            Tainting::Opaque => resource_policy_check(request, response),
            Tainting::Cors => {
                let origin = request.serialized_origin();
                cors_check(request, origin, response, Of::Response).map(|says| {
                    self.steps.push(Taken::passed(Step::CorsCheck, says));
                })
            }
        };
        if let Err(failure) = shared {
            return self.network_error(browser, failure);
        }
        if is_redirect_status(status) {
            match self.request.redirect {
                RedirectMode::Error => {
                    let says = format!("status {status}");
                    let failure = Taken::failed(Step::RedirectModeError, says);
                    return self.network_error(browser, failure);
                }
                RedirectMode::Manual => {
                    let Departures { manual_checks_location: checks, .. } = browser.departures;
                    let url = self.request.url();
                    return match redirect::location(url, response, &browser.departures) {
                        Err(failure) if checks => self.network_error(browser, failure),
                        _ => self.end(Verdict::OpaqueRedirect),
                    };
                }
                RedirectMode::Follow => {
                    let departures = &browser.departures;
                    match redirect::follow(&mut self.request, status, response, departures) {
                        Ok(Some(taken)) => {
                            let again = departures.preflight_after_redirect && self.with_preflight;
                            self.request.use_preflight |= again;
                            self.steps.push(taken);
                            return self.main_fetch(browser, now);
                        }
                        Ok(None) => {}
                        Err(failure) => return self.network_error(browser, failure),
                    }
                }
            }
        }
        match self.request.initiator {
            Initiator::WebSocket if status == StatusCode::SWITCHING_PROTOCOLS => {
                return self.end(Verdict::Opened);
            }
            Initiator::WebSocket => {
                let failure = Taken::failed(Step::WebSocketStatus, format!("status {status}"));
                return self.network_error(browser, failure);
            }
            Initiator::Frame => return self.end(Verdict::Loaded),
            Initiator::Beacon => return self.end(Verdict::Sent),
            _ if self.request.tainting == Tainting::Opaque => return self.end(Verdict::Opaque),
            _ => {}
        }
        let shared = Shared::of(&self.request, response);
        let headers = shared.filter(response);
        let mut seen: Vec<_> = headers.keys().map(|name| name.as_str()).collect();
        seen.sort_unstable();
        let says = match &*seen {
            [] => "the script sees none of its headers".to_owned(),
            _ => format!("the script sees {}", seen.join(", ")),
        };
        self.steps.push(Taken::passed(Step::FilterResponse, says));
        self.end(Verdict::Readable(Readable { status, headers, shared }))
    }

    fn network_error(self, browser: &mut Browser, failure: Taken) -> Turn {
        if self.with_preflight && !browser.departures.cache_survives_failure {
            browser.cache.clear(&self.request);
        }
        ended(self.steps, failure)
    }

    fn end(self, verdict: Verdict) -> Turn {
        Turn::Done(Ended { verdict, steps: self.steps })
    }
}

fn ended(mut steps: Vec<Taken>, failure: Taken) -> Turn {
    steps.push(failure.clone());
    Turn::Done(Ended { verdict: Verdict::Failed(failure), steps })
}
