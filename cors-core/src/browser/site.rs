//! Origins and sites of pages and URLs, and whether a URL is trustworthy.

use crate::origin::public_suffix::registrable_domain;
use crate::origin::{Origin, is_loopback};
use url::Url;

/// [HTML, origin](https://html.spec.whatwg.org/multipage/browsers.html#concept-origin)
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PageOrigin {
    Tuple(String),
    /// Serialized as `null`, and never the same as another.
    Opaque,
}

impl PageOrigin {
    /// The origin of a page with this URL or origin.
    pub(super) fn of(text: &str) -> Self {
        // App schemes have origins too, but the URL Standard does not know them.
        if let Ok(origin) = Origin::parse(text.as_bytes()) {
            return Self::Tuple(origin.as_str().to_owned());
        }
        match Url::parse(text).map(|url| url.origin()) {
            Ok(origin) if origin.is_tuple() => Self::Tuple(origin.ascii_serialization()),
            _ => Self::Opaque,
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Tuple(text) => text,
            Self::Opaque => "null",
        }
    }

    /// [HTML, same origin](https://html.spec.whatwg.org/multipage/browsers.html#same-origin)
    pub(super) fn is_same_origin(&self, url: &Url) -> bool {
        *self == Self::Tuple(origin_of(url))
    }

    /// [HTML, same site](https://html.spec.whatwg.org/multipage/browsers.html#same-site)
    pub(super) fn is_same_site(&self, url: &Url) -> bool {
        self.is_schemelessly_same_site(url)
            && self.parsed().is_some_and(|origin| origin.scheme() == url.scheme())
    }

    /// [HTML, schemelessly same site](https://html.spec.whatwg.org/multipage/browsers.html#schemelessly-same-site)
    pub(super) fn is_schemelessly_same_site(&self, url: &Url) -> bool {
        let site = |host| registrable_domain(host).unwrap_or(host);
        match (self.parsed(), url.host_str()) {
            (Some(origin), Some(host)) => site(origin.host()) == site(host),
            _ => false,
        }
    }

    pub(super) fn is_https(&self) -> bool {
        self.parsed().is_some_and(|origin| origin.scheme() == "https")
    }

    /// Whether a page of it is a
    /// [secure context](https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy).
    pub(super) fn is_secure(&self) -> bool {
        self.parsed().is_some_and(|origin| origin.scheme() != "http" || is_loopback(origin.host()))
    }

    /// The host, if it has one.
    pub(super) fn host(&self) -> Option<&str> {
        match self {
            Self::Tuple(text) => Origin::parse(text.as_bytes()).ok().map(|origin| origin.host()),
            Self::Opaque => None,
        }
    }

    /// [HTML, site](https://html.spec.whatwg.org/multipage/browsers.html#site), serialized.
    pub(super) fn site(&self) -> String {
        match self.parsed() {
            Some(origin) => {
                let site = registrable_domain(origin.host()).unwrap_or(origin.host());
                format!("{}://{site}", origin.scheme())
            }
            None => "null".to_owned(),
        }
    }

    fn parsed(&self) -> Option<Origin<'_>> {
        match self {
            Self::Tuple(text) => Origin::parse(text.as_bytes()).ok(),
            Self::Opaque => None,
        }
    }
}

/// The serialized origin of a URL with an HTTP(S) scheme.
pub(super) fn origin_of(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// [Secure Contexts, potentially trustworthy URL](https://w3c.github.io/webappsec-secure-contexts/#is-url-trustworthy)
pub(super) fn is_potentially_trustworthy(url: &Url) -> bool {
    url.scheme() == "https" || url.host_str().is_some_and(is_loopback)
}

/// [Fetch Metadata, Sec-Fetch-Site](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)
pub(super) fn fetch_site(origin: &PageOrigin, urls: &[Url]) -> &'static str {
    let mut site = "same-origin";
    for url in urls.iter().filter(|url| !origin.is_same_origin(url)) {
        if !origin.is_same_site(url) {
            return "cross-site";
        }
        site = "same-site";
    }
    site
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn pages() {
        for (page, origin) in [
            ("https://app.example.com", "https://app.example.com"),
            ("HTTPS://App.example.com:443/path?q", "https://app.example.com"),
            ("tauri://localhost", "tauri://localhost"),
            ("https://münchen.example/", "https://xn--mnchen-3ya.example"),
            ("null", "null"),
            ("data:text/html,x", "null"),
            ("file:///tmp/x.html", "null"),
            ("", "null"),
        ] {
            assert_eq!(PageOrigin::of(page).as_str(), origin, "{page}");
        }
    }

    /// Not even as one with the same URL.
    #[test]
    fn an_opaque_origin_is_the_same_as_no_other() {
        let page = PageOrigin::of("data:text/html,x");
        assert!(!page.is_same_origin(&url("data:text/html,x")));
        assert!(PageOrigin::of("https://a.test").is_same_origin(&url("https://a.test/x")));
    }

    #[test]
    fn sites() {
        for (page, to, site) in [
            ("https://a.test", "https://a.test/x", "same-origin"),
            ("https://www.example.co.uk", "https://api.example.co.uk:81/", "same-site"),
            ("https://a.co.uk", "https://b.co.uk/", "cross-site"),
            ("http://a.example.com", "https://a.example.com/", "cross-site"),
            ("http://127.0.0.1:1", "http://127.0.0.1:2/", "same-site"),
            ("http://localhost:1", "http://127.0.0.1:1/", "cross-site"),
            ("null", "https://a.test/", "cross-site"),
        ] {
            assert_eq!(fetch_site(&PageOrigin::of(page), &[url(to)]), site, "{page} {to}");
        }
        let detour = [url("https://a.test/"), url("https://b.test/"), url("https://a.test/")];
        assert_eq!(fetch_site(&PageOrigin::of("https://a.test"), &detour), "cross-site");
    }
}
