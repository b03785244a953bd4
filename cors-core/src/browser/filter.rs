//! Which headers a script sees of a response that it may read.
//!
//! [Fetch, filtered response](https://fetch.spec.whatwg.org/#concept-filtered-response)

use super::lists::extract_tokens;
use super::request::{Request, Tainting};
use crate::engine::headers::{SAFELISTED_RESPONSE, is_set_cookie};
use http::HeaderMap;
use http::header::ACCESS_CONTROL_EXPOSE_HEADERS;

/// Which response headers a script sees, if present.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "all or a list: Fetch knows no third")]
pub enum Shared {
    /// All except `set-cookie`.
    All,
    /// These, in lower case.
    Names(Vec<String>),
}

impl Shared {
    /// [Fetch, main fetch, step 14.1](https://fetch.spec.whatwg.org/#concept-main-fetch)
    pub(super) fn of(request: &Request, response: &HeaderMap) -> Self {
        let exposed = extract_tokens(response, &ACCESS_CONTROL_EXPOSE_HEADERS);
        let exposed = exposed.values();
        let star = !request.has_credentials() && exposed.iter().any(|name| name == "*");
        if star || request.tainting == Tainting::Basic {
            return Self::All;
        }
        let mut names: Vec<String> =
            SAFELISTED_RESPONSE.iter().map(|name| (*name).to_owned()).collect();
        for name in exposed.iter().map(|name| name.to_ascii_lowercase()) {
            if !names.contains(&name) && !is_set_cookie(&name) {
                names.push(name);
            }
        }
        Self::Names(names)
    }

    /// Whether the script sees the header with this name, in lower case.
    ///
    /// ```
    /// use cors_core::browser::Shared;
    ///
    /// assert!(Shared::All.shows("etag") && !Shared::All.shows("set-cookie"));
    /// let listed = Shared::Names(vec!["x-request-id".into()]);
    /// assert!(listed.shows("x-request-id") && !listed.shows("etag"));
    /// ```
    pub fn shows(&self, name: &str) -> bool {
        match self {
            Self::All => !is_set_cookie(name),
            Self::Names(names) => names.iter().any(|listed| listed == name),
        }
    }

    /// Only the headers that the script sees.
    pub(super) fn filter(&self, response: &HeaderMap) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in response.iter().filter(|(name, _)| self.shows(name.as_str())) {
            headers.append(name, value.clone());
        }
        headers
    }
}
