//! The CORS-preflight cache.
//!
//! [Fetch, CORS-preflight cache](https://fetch.spec.whatwg.org/#cors-preflight-cache)

use super::request::Request;
use crate::headers::NON_WILDCARD;
use std::time::Duration;
use url::Url;

/// What a preflight allowed, and until when.
#[derive(Clone, Debug, Default)]
pub(super) struct PreflightCache(Vec<Entry>);

/// [Fetch, cache entry](https://fetch.spec.whatwg.org/#concept-cache). The network partition key is
/// left out: all pages of one browser are taken for the same top-level site.
#[derive(Clone, Debug)]
struct Entry {
    origin: String,
    url: Url,
    expires: Duration,
    credentials: bool,
    allows: Allowed,
}

/// What an entry is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Allowed {
    Method(String),
    Header(String),
}

impl PreflightCache {
    /// Removes what has expired.
    pub(super) fn expire(&mut self, now: Duration) {
        self.0.retain(|entry| now < entry.expires);
    }

    /// [Fetch, method cache entry match](https://fetch.spec.whatwg.org/#concept-cache-match-method)
    pub(super) fn matches_method(&self, request: &Request) -> bool {
        self.matching(request).any(|entry| entry.matches_method(&request.method))
    }

    /// [Fetch, header-name cache entry match](https://fetch.spec.whatwg.org/#concept-cache-match-header)
    pub(super) fn matches_header(
        &self,
        request: &Request,
        name: &str,
        star_covers_authorization: bool,
    ) -> bool {
        self.matching(request).any(|entry| entry.matches_header(name, star_covers_authorization))
    }

    /// Keeps what a preflight allowed until `expires`.
    pub(super) fn store(
        &mut self,
        request: &Request,
        methods: &[String],
        headers: &[String],
        expires: Duration,
    ) {
        for method in methods {
            let allows = Allowed::Method(method.clone());
            self.put(request, expires, allows, |entry| entry.matches_method(method));
        }
        for header in headers {
            let allows = Allowed::Header(header.clone());
            self.put(request, expires, allows, |entry| entry.matches_header(header, false));
        }
    }

    /// [Fetch, clear cache entries](https://fetch.spec.whatwg.org/#concept-cache-clear)
    pub(super) fn clear(&mut self, request: &Request) {
        self.0.retain(|entry| !entry.is_about(request));
    }

    fn matching(&self, request: &Request) -> impl Iterator<Item = &Entry> {
        self.0.iter().filter(|entry| entry.matches(request))
    }

    /// Renews the entries that match, or makes one.
    fn put(
        &mut self,
        request: &Request,
        expires: Duration,
        allows: Allowed,
        is_match: impl Fn(&Entry) -> bool,
    ) {
        let mut known = false;
        for entry in self.0.iter_mut().filter(|entry| entry.matches(request) && is_match(entry)) {
            entry.expires = expires;
            known = true;
        }
        if !known {
            self.0.push(Entry {
                origin: request.serialized_origin().to_owned(),
                url: request.url().clone(),
                expires,
                credentials: request.has_credentials(),
                allows,
            });
        }
    }
}

impl Entry {
    fn is_about(&self, request: &Request) -> bool {
        self.origin == request.serialized_origin() && self.url == *request.url()
    }

    /// [Fetch, cache entry match](https://fetch.spec.whatwg.org/#concept-cache-match)
    fn matches(&self, request: &Request) -> bool {
        self.is_about(request) && (self.credentials || !request.has_credentials())
    }

    fn matches_method(&self, method: &str) -> bool {
        matches!(&self.allows, Allowed::Method(listed) if listed == method || listed == "*")
    }

    fn matches_header(&self, name: &str, star_covers_authorization: bool) -> bool {
        let covered = star_covers_authorization || !name.eq_ignore_ascii_case(NON_WILDCARD);
        matches!(
            &self.allows,
            Allowed::Header(listed)
                if listed.eq_ignore_ascii_case(name) || listed == "*" && covered
        )
    }
}
