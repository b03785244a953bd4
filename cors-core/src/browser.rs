//! The client side of the Fetch Standard as a pure function: what does a conforming browser send,
//! and may the page read the response?
//!
//! A [`Fetch`] is a script's call, or what an element or another [`Initiator`] requests. A
//! [`Browser`] turns it into requests, one [`Turn`] after another. You pass in the responses. It ends
//! with a [`Verdict`] and every [`Step`] of the standard that led to it:
//!
//! ```
//! use cors_core::browser::{Browser, Fetch, Step, Turn, Verdict};
//! use http::Response;
//! use std::time::Duration;
//!
//! let mut browser = Browser::new();
//! let now = Duration::ZERO; // from an arbitrary epoch, for the preflight cache
//! let fetch = Fetch::new("https://app.example.com", "https://api.example/").method("PUT");
//!
//! let mut turn = browser.start(&fetch, now);
//! let ended = loop {
//!     match turn {
//!         Turn::Send(sending) => {
//!             assert!(sending.is_preflight());
//!             assert_eq!(sending.request().headers()["access-control-request-method"], "PUT");
//!             let response = Response::builder()
//!                 .header("access-control-allow-origin", "https://app.example.com")
//!                 .body(())
//!                 .unwrap();
//!             turn = sending.respond(&mut browser, &response, now);
//!         }
//!         Turn::Done(ended) => break ended,
//!     }
//! };
//! assert_eq!(ended.verdict.failed_step(), Some(Step::PreflightMethod));
//! ```
//!
//! [`Browser::fetch`] runs that loop against a server in the same process, and [`serve`] is a
//! server under a policy. [`near_misses`] are origins to try on a server whose policy you do not
//! know.
//!
//! The model covers everything that decides what a `fetch`, an `XMLHttpRequest`, an element with a
//! URL, a font, an `EventSource`, a `WebSocket` or a beacon sends to an HTTP(S) URL, and whether the
//! page may read the response; and cookies, in a browser [as it is installed](Browser::as_installed).
//! It does not cover authentication ([`Sending::includes_credentials`] says whether it is sent), HTTP
//! caching, service workers, referrers, Content Security Policy, HSTS, embedder policies, and URLs that
//! no server answers, such as `data:`. Nor does it judge what a response contains: browsers also refuse a stylesheet, a
//! module or an event stream of another type or status, an image or a font that they cannot decode,
//! a frame that `X-Frame-Options` forbids, and a `no-cors` response whose type does not fit
//! ([opaque response blocking](https://whatpr.org/fetch/1442.html#orb)). Mixed content is a request
//! from an `https:` page to an `http:` host other than this machine, as in every engine.
//!
//! Standard: [Fetch](https://fetch.spec.whatwg.org/), as of 2026-07-02.

mod address_space;
mod cache;
mod check;
mod cookies;
mod engine;
mod fetch;
mod filter;
mod initiator;
mod lists;
mod local_network;
mod machine;
mod near;
mod preflight;
mod redirect;
mod request;
mod safelist;
mod server;
mod settled;
mod site;
mod step;
mod verdict;
mod written;

pub use address_space::AddressSpace;
pub use cookies::{CookieFate, CookieRefusal, SameSite};
pub use engine::Engine;
pub use fetch::{Body, CredentialsMode, Fetch, Mode, RedirectMode};
pub use filter::Shared;
pub use initiator::{Crossorigin, Initiator};
pub(crate) use lists::get;
pub use machine::{Ended, Sending, Turn};
pub use near::{NearMiss, NearMissKind, near_misses};
pub use redirect::is_redirect_status;
pub(crate) use request::header_bytes;
pub(crate) use server::accept;
pub use server::serve;
pub use step::{Step, Taken};
pub use verdict::{Readable, Verdict};

use cache::PreflightCache;
use cookies::{Context, Jar};
use engine::Departures;
use http::HeaderValue;
use local_network::LocalNetworkAccess;
use site::PageOrigin;
use std::time::Duration;
use url::Url;

/// A browser: its CORS-preflight cache, its departures from the standard, and what it does about the
/// local network.
#[derive(Clone, Debug)]
pub struct Browser {
    cache: PreflightCache,
    departures: Departures,
    local_network: LocalNetworkAccess,
    cookies: Option<Box<Jar>>,
}

impl Browser {
    /// A browser that conforms to the standard.
    pub fn new() -> Self {
        Self {
            cache: PreflightCache::default(),
            departures: Departures::NONE,
            local_network: LocalNetworkAccess::Ignored,
            cookies: None,
        }
    }

    /// A browser with the engine's known departures from the standard.
    ///
    /// ```
    /// use cors_core::browser::{Browser, Engine, Fetch};
    /// use http::Response;
    /// use std::time::Duration;
    ///
    /// let fetch = Fetch::new("https://a.test", "https://b.test/").header("authorization", "x");
    /// let star = |_: &http::Request<()>| {
    ///     Response::builder()
    ///         .header("access-control-allow-origin", "*")
    ///         .header("access-control-allow-headers", "*")
    ///         .body(())
    ///         .unwrap()
    /// };
    /// let may_read = |mut browser: Browser| {
    ///     browser.fetch(&fetch, Duration::ZERO, star).verdict.is_readable()
    /// };
    /// assert!(!may_read(Browser::new()));
    /// assert!(may_read(Browser::like(Engine::Chromium)));
    /// ```
    pub fn like(engine: Engine) -> Self {
        Self { departures: Departures::of(engine), ..Self::new() }
    }

    /// The same, with what the engine does about servers on this machine and in the local network.
    /// Where the user is asked, a passed [`Step::LocalNetworkAccess`] says so, and the user agrees.
    ///
    /// ```
    /// use cors_core::browser::{Browser, Engine, Fetch, Step, serve};
    /// use cors_core::Policy;
    /// use http::Response;
    /// use std::time::Duration;
    ///
    /// let fetch = Fetch::new("https://app.example.com", "http://localhost:3000/");
    /// let mut chromium = Browser::with_local_network_access(Engine::Chromium);
    /// let ended = chromium.fetch(&fetch, Duration::ZERO, |request| {
    ///     serve(&Policy::public(), request, |_| Response::new(()))
    /// });
    /// assert!(ended.verdict.is_readable());
    /// assert!(ended.steps.iter().any(|taken| taken.step == Step::LocalNetworkAccess));
    /// ```
    pub fn with_local_network_access(engine: Engine) -> Self {
        Self { local_network: LocalNetworkAccess::of(engine), ..Self::like(engine) }
    }

    /// A browser that conforms to the standard, and says where the engines ask the user.
    pub(crate) fn telling_local_network_access() -> Self {
        Self { local_network: LocalNetworkAccess::Told, ..Self::new() }
    }

    /// The same, with the engine's rules for cookies, and none yet. [`Sending::cookies`] says which go
    /// along, and [`Sending::set_cookies`] which a response sets.
    ///
    /// ```
    /// use cors_core::browser::{Browser, CredentialsMode, Engine, Fetch, Turn};
    /// use std::time::Duration;
    ///
    /// let fetch = Fetch::new("https://app.example", "https://api.test/")
    ///     .credentials(CredentialsMode::Include)
    ///     .cookie("sid=1"); // set when the user was at api.test
    /// let fate = |engine| {
    ///     match Browser::as_installed(engine).start(&fetch, Duration::ZERO) {
    ///         Turn::Send(sending) => sending.cookies()[0].to_string(),
    ///         Turn::Done(_) => unreachable!(),
    ///     }
    /// };
    /// assert_eq!(
    ///     fate(Engine::Chromium),
    ///     "sid: no SameSite, which counts as Lax, and the page is on another site",
    /// );
    /// assert_eq!(fate(Engine::WebKit), "sid");
    /// ```
    pub fn as_installed(engine: Engine) -> Self {
        let cookies = Some(Box::new(Jar::of(engine)));
        Self { cookies, ..Self::with_local_network_access(engine) }
    }

    /// Keeps what this response sets if the user opens `url`, which makes it a page of its own.
    /// Returns what becomes of each cookie.
    ///
    /// ```
    /// use cors_core::browser::{Browser, Engine};
    /// use http::Response;
    /// use std::time::Duration;
    ///
    /// let mut browser = Browser::as_installed(Engine::Firefox);
    /// let login = Response::builder().header("set-cookie", "id=1; Secure; HttpOnly").body(()).unwrap();
    /// let fates = browser.visit("https://api.example/login", &login, Duration::ZERO);
    /// assert!(fates[0].is_accepted());
    ///
    /// let cookies = browser.cookies_of_visit("https://api.example/", Duration::ZERO);
    /// assert_eq!(cookies.unwrap(), "id=1");
    /// ```
    pub fn visit<B>(
        &mut self,
        url: &str,
        response: &http::Response<B>,
        now: Duration,
    ) -> Vec<CookieFate> {
        let (Some(jar), Ok(parsed)) = (&mut self.cookies, Url::parse(url)) else {
            return Vec::new();
        };
        let (page, urls) = (PageOrigin::of(url), [parsed]);
        jar.receive(&Context::new(&page, &urls), response.headers(), now)
    }

    /// The `Cookie` header that goes along if the user opens `url`.
    pub fn cookies_of_visit(&mut self, url: &str, now: Duration) -> Option<HeaderValue> {
        let (jar, parsed) = (self.cookies.as_mut()?, Url::parse(url).ok()?);
        let (page, urls) = (PageOrigin::of(url), [parsed]);
        jar.send(&Context::new(&page, &urls), now).header
    }

    /// Keeps the cookies of an earlier visit to `url`. Returns those that it refuses.
    fn remember(&mut self, fetch: &Fetch, url: &Url, now: Duration) -> Vec<CookieFate> {
        let Some(jar) = &mut self.cookies else { return Vec::new() };
        let (page, urls) = (PageOrigin::of(url.as_str()), [url.clone()]);
        let lines = fetch.cookies.iter();
        let fates =
            lines.map(|line| jar.set_line(&Context::new(&page, &urls), line.as_bytes(), now));
        fates.filter(|fate| !fate.is_accepted()).collect()
    }
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}
