//! The CORS-preflight cache.
//!
//! [Fetch, CORS-preflight cache](https://fetch.spec.whatwg.org/#cors-preflight-cache)

use super::engine::Departures;
use super::preflight::Allows;
use super::request::Request;
use crate::engine::headers::NON_WILDCARD;
use std::time::Duration;
use url::Url;

/// What preflights allowed, and until when.
#[derive(Clone, Debug, Default)]
pub(super) struct PreflightCache(Vec<Entry>);

/// [Fetch, cache entry](https://fetch.spec.whatwg.org/#concept-cache), without the network
/// partition key: all pages of one browser count as the same top-level site.
#[derive(Clone, Debug)]
struct Entry {
    origin: String,
    url: Url,
    expires: Duration,
    credentials: bool,
    allows: Allowed,
}

/// What an entry allows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Allowed {
    Method(String),
    Header(String),
    /// A preflight passed, whatever it allowed.
    Preflight,
}

impl PreflightCache {
    /// Removes expired entries.
    pub(super) fn expire(&mut self, now: Duration) {
        self.0.retain(|entry| now < entry.expires);
    }

    /// [Fetch, method cache entry match](https://fetch.spec.whatwg.org/#concept-cache-match-method)
    pub(super) fn matches_method(&self, request: &Request, departures: &Departures) -> bool {
        let exempt = departures.cache_exempts_uploads && request.is_exempt_from_cache();
        self.0.iter().any(|entry| {
            entry.matches(request, departures) && (exempt || entry.allows_method(&request.method))
        })
    }

    /// [Fetch, header-name cache entry match](https://fetch.spec.whatwg.org/#concept-cache-match-header)
    pub(super) fn matches_header(
        &self,
        request: &Request,
        name: &str,
        departures: &Departures,
    ) -> bool {
        self.0.iter().any(|entry| {
            entry.matches(request, departures) && entry.allows_header(name, departures)
        })
    }

    /// Stores what a preflight allowed.
    pub(super) fn store(
        &mut self,
        request: &Request,
        allows: &Allows,
        now: Duration,
        departures: &Departures,
    ) {
        if is_apart(request, departures) {
            return;
        }
        if departures.cache_replaces {
            self.clear(request);
        }
        let expires = now.saturating_add(allows.max_age);
        if departures.cache_exempts_uploads {
            let entry = Entry::new(request, expires, Allowed::Preflight);
            self.put(entry, |entry| {
                entry.matches(request, departures) && entry.allows == Allowed::Preflight
            });
        }
        let kept = |name: &&String| *name != "*" || !departures.cache_has_no_star;
        for method in allows.methods.iter().filter(kept) {
            let entry = Entry::new(request, expires, Allowed::Method(method.clone()));
            self.put(entry, |entry| {
                entry.matches(request, departures) && entry.allows_method(method)
            });
        }
        for header in allows.headers.iter().filter(kept) {
            let entry = Entry::new(request, expires, Allowed::Header(header.clone()));
            self.put(entry, |entry| {
                entry.matches(request, departures) && entry.allows_header(header, departures)
            });
        }
    }

    /// [Fetch, clear cache entries](https://fetch.spec.whatwg.org/#concept-cache-clear)
    pub(super) fn clear(&mut self, request: &Request) {
        self.0.retain(|entry| !entry.is_about(request));
    }

    /// Renews the entries that match, or adds the new one.
    fn put(&mut self, new: Entry, is_match: impl Fn(&Entry) -> bool) {
        let mut known = false;
        for entry in self.0.iter_mut().filter(|entry| is_match(entry)) {
            entry.expires = new.expires;
            known = true;
        }
        if !known {
            self.0.push(new);
        }
    }
}

/// Whether a redirect gave the request an origin of its own, which no other request has.
fn is_apart(request: &Request, departures: &Departures) -> bool {
    departures.cache_keeps_redirects_apart && request.is_redirect_tainted()
}

impl Entry {
    fn new(request: &Request, expires: Duration, allows: Allowed) -> Self {
        Self {
            origin: request.serialized_origin().to_owned(),
            url: request.url().clone(),
            expires,
            credentials: request.has_credentials(),
            allows,
        }
    }

    fn is_about(&self, request: &Request) -> bool {
        self.origin == request.serialized_origin() && self.url == *request.url()
    }

    /// [Fetch, cache entry match](https://fetch.spec.whatwg.org/#concept-cache-match)
    fn matches(&self, request: &Request, departures: &Departures) -> bool {
        let asked = request.has_credentials();
        self.is_about(request)
            && !is_apart(request, departures)
            && (self.credentials == asked
                || self.credentials && !departures.cache_keeps_credentials_apart)
    }

    fn allows_method(&self, method: &str) -> bool {
        matches!(&self.allows, Allowed::Method(listed) if listed == method || listed == "*")
    }

    fn allows_header(&self, name: &str, departures: &Departures) -> bool {
        let covered =
            departures.cached_star_covers_authorization || !name.eq_ignore_ascii_case(NON_WILDCARD);
        matches!(
            &self.allows,
            Allowed::Header(listed)
                if listed.eq_ignore_ascii_case(name) || listed == "*" && covered
        )
    }
}
