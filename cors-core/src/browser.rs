//! The Fetch Standard's client side as a pure function: what does a conforming browser send, and
//! may the script read what comes back?
//!
//! A [`Fetch`] is what a script asks for. A [`Browser`] makes requests of it, one [`Turn`] after the
//! other, is given the responses by its caller, and ends with a [`Verdict`] and every [`Step`] of
//! the standard that led to it:
//!
//! ```
//! use cors_core::browser::{Browser, Fetch, Step, Turn, Verdict};
//! use http::Response;
//! use std::time::Duration;
//!
//! let mut browser = Browser::new();
//! let now = Duration::ZERO; // since any moment: the preflight cache needs it
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
//! Where the server is at hand, [`Browser::fetch`] runs that loop, and [`serve`] is a server under
//! a policy.
//!
//! In scope: everything by which the standard decides what a `fetch` or an `XMLHttpRequest` to an
//! HTTP(S) URL sends and who may read the response. Out of scope: cookies and authentication
//! themselves ([`Sending::includes_credentials`] tells whether they go along), HTTP caching, service
//! workers, referrers, Content Security Policy, HSTS, embedder policies, and `data:` and other
//! URLs that no server answers. Mixed content is what a page over `https:` asks of a host that is
//! not this machine over `http:`, as in every engine.
//!
//! Standard: [Fetch](https://fetch.spec.whatwg.org/), as of 2026-07-02.

mod cache;
mod check;
mod engine;
mod fetch;
mod filter;
mod lists;
mod machine;
mod preflight;
mod redirect;
mod request;
mod safelist;
mod server;
mod site;
mod step;

pub use engine::Engine;
pub use fetch::{Body, CredentialsMode, Fetch, Mode, RedirectMode};
pub use filter::Shared;
pub use machine::{Ended, Readable, Sending, Turn, Verdict};
pub(crate) use request::header_bytes;
pub use server::serve;
pub use step::{Step, Taken};

use cache::PreflightCache;
use engine::Departures;

/// A browser: its CORS-preflight cache, and where it departs from the standard.
#[derive(Clone, Debug)]
pub struct Browser {
    cache: PreflightCache,
    departures: Departures,
}

impl Browser {
    /// A browser that does what the standard says.
    pub fn new() -> Self {
        Self { cache: PreflightCache::default(), departures: Departures::NONE }
    }

    /// A browser that departs from the standard where the engine is known to.
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
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}
