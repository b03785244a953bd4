//! Cookies: which go along with a request, and which an answer sets.
//!
//! [RFC 6265bis](https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html) says how, and
//! [CHIPS](https://datatracker.ietf.org/doc/draft-cutler-httpbis-partitioned-cookies/) what
//! `Partitioned` means. What an engine does about third parties is its own.

mod date;
mod jar;
mod refusal;
mod rules;
mod set_cookie;

use super::site::PageOrigin;
use http::HeaderValue;
use std::fmt;
use url::Url;

pub(super) use jar::Jar;
pub use refusal::CookieRefusal;

/// Which other sites a cookie is sent to.
/// [RFC 6265bis, the SameSite attribute](https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-samesite-attribute)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the specification defines these three")]
pub enum SameSite {
    /// Only to fetches by its own site.
    Strict,
    /// The same, and to links from other sites, which are not fetches.
    Lax,
    /// To fetches by every site.
    None,
}

impl SameSite {
    /// As in `Set-Cookie`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }
}

/// What happened to a cookie: whether it goes along with a request, or whether the browser keeps it.
///
/// As seen in Chromium 156, Firefox ESR 153 and WebKitGTK 2.50, with their own settings:
///
/// | | Chromium | Firefox | WebKit |
/// |---|---|---|---|
/// | without `SameSite`, a cookie counts as | `Lax` | `None` | `None` |
/// | `SameSite=None` needs `Secure` | yes | yes | |
/// | for `SameSite`, `http:` and `https:` are two sites | yes | | |
/// | for `SameSite`, a redirect through another site counts | | yes | unless it leads to the page's own host |
/// | set by a visit to the server, and sent from pages of other sites | yes | no | yes |
/// | set by an answer to a page of another site | kept | kept for pages of that site | refused |
/// | `Partitioned` and the name prefixes have a meaning | yes | yes | |
/// | `__Host-` needs a written `Path=/` | yes | a default of `/` does | |
/// | `Secure` cookies go over `http:` to this machine | yes | yes | |
/// | an answer over `http:` cannot hide a `Secure` cookie | yes | yes | only not replace it |
/// | the longest name and value together, in bytes | 4096 | 4096 | |
/// | longer values of attributes are ignored, in bytes | 1024 | 1024 | |
/// | without `=`, a cookie has only a | value | name | value |
/// | without a name, a cookie is | kept without `=` in its value | refused | kept |
/// | a tab in name or value | refused | kept | ends the line |
/// | the first character that is not ASCII | is kept | is kept | ends the line |
/// | of `Max-Age` and `Expires`, what counts is | `Max-Age` | `Max-Age` | the last |
/// | `Expires` needs a time of day | yes | | yes |
/// | `Max-Age` that deletes, besides numbers up to 0 | | `-` | empty |
///
/// A fetch is never a navigation, so `Lax` and `Strict` are the same, and Chromium's exception for
/// POST does not apply. Preflights neither send nor set cookies. In Chromium, users can block
/// third-party cookies, as Debian's build does; then only `Partitioned` ones pass on other sites.
/// Safari blocks all third-party cookies, unlike WebKitGTK.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CookieFate {
    /// The cookie's name. Empty if it has only a value.
    pub name: String,
    /// Why it is not sent or not kept. `None` if it is.
    pub refusal: Option<CookieRefusal>,
}

impl CookieFate {
    /// Whether it is sent or kept.
    pub fn is_accepted(&self) -> bool {
        self.refusal.is_none()
    }
}

impl fmt::Display for CookieFate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { "(no name)" } else { &self.name };
        match &self.refusal {
            None => f.write_str(name),
            Some(refusal) => write!(f, "{name}: {refusal}"),
        }
    }
}

/// The cookies of one request.
#[derive(Clone, Debug, Default)]
pub(super) struct Cookies {
    pub(super) fates: Vec<CookieFate>,
    pub(super) header: Option<HeaderValue>,
}

/// Who sends a request to where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    page: &'a PageOrigin,
    /// All URLs of the request. The last is the current one.
    urls: &'a [Url],
}

impl<'a> Context<'a> {
    pub(super) fn new(page: &'a PageOrigin, urls: &'a [Url]) -> Self {
        Self { page, urls }
    }

    fn url(&self) -> &'a Url {
        self.urls.last().expect("a request has a URL")
    }

    fn host(&self) -> &'a str {
        self.url().host_str().unwrap_or_default()
    }
}
