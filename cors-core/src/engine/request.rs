//! What a decision may look at: the request's method, authority and headers, and nothing else.

use http::header::{
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HOST, HeaderMap, HeaderName,
    HeaderValue, ORIGIN, ValueIter,
};
use http::{Method, Uri, request};

/// The request headers that a decision looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestHeader {
    /// `Origin`. [Fetch](https://fetch.spec.whatwg.org/#origin-header)
    Origin,
    /// `Access-Control-Request-Method`. [Fetch](https://fetch.spec.whatwg.org/#http-access-control-request-method)
    RequestMethod,
    /// `Access-Control-Request-Headers`. [Fetch](https://fetch.spec.whatwg.org/#http-access-control-request-headers)
    RequestHeaders,
    /// `Access-Control-Request-Private-Network`. [Private Network Access](https://wicg.github.io/private-network-access/)
    RequestPrivateNetwork,
    /// `Sec-Fetch-Site`. [Fetch Metadata](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)
    FetchSite,
}

impl RequestHeader {
    /// The name in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::RequestMethod => "access-control-request-method",
            Self::RequestHeaders => "access-control-request-headers",
            Self::RequestPrivateNetwork => "access-control-request-private-network",
            Self::FetchSite => "sec-fetch-site",
        }
    }
}

/// A request, lent for the time of a decision.
///
/// Implemented for [`http::request::Parts`], [`http::Request`] and `(&Method, &Uri, &HeaderMap)`;
/// for another library's types, a few lines do it.
pub trait Request {
    /// The library's header value. Bytes, not text: a hostile header need not be text.
    type Value: AsRef<[u8]>;

    /// The method, as it was sent.
    fn method(&self) -> &str;

    /// Every line of one header, in the order in which they came.
    fn lines(&self, name: RequestHeader) -> impl Iterator<Item = &Self::Value>;

    /// The first line of any header: only closures and questions look at those that they name.
    fn header(&self, name: &str) -> Option<&[u8]>;

    /// The authority that the request was sent to: `:authority` of HTTP/2, that of an
    /// absolute-form target, or else `Host` if it came once.
    fn authority(&self) -> Option<&[u8]>;
}

/// A request's `Origin`, read once.
#[derive(Clone, Debug)]
pub(crate) struct OriginLines<'r, V> {
    pub(crate) first: &'r V,
    /// Whether there is more than one line.
    pub(crate) repeated: bool,
}

impl<'r, V> OriginLines<'r, V> {
    /// None if there is no `Origin`.
    #[inline]
    pub(crate) fn of<R: Request<Value = V>>(request: &'r R) -> Option<Self> {
        let mut lines = request.lines(RequestHeader::Origin);
        let first = lines.next()?;
        Some(Self { first, repeated: lines.next().is_some() })
    }
}

const REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static(RequestHeader::RequestPrivateNetwork.as_str());
const FETCH_SITE: HeaderName = HeaderName::from_static(RequestHeader::FetchSite.as_str());

impl Request for (&Method, &Uri, &HeaderMap) {
    type Value = HeaderValue;

    #[inline]
    fn method(&self) -> &str {
        self.0.as_str()
    }

    #[inline]
    fn lines(&self, name: RequestHeader) -> impl Iterator<Item = &HeaderValue> {
        lines(self.2, name)
    }

    fn header(&self, name: &str) -> Option<&[u8]> {
        header(self.2, name)
    }

    fn authority(&self) -> Option<&[u8]> {
        authority(self.1, self.2)
    }
}

impl Request for request::Parts {
    type Value = HeaderValue;

    #[inline]
    fn method(&self) -> &str {
        self.method.as_str()
    }

    #[inline]
    fn lines(&self, name: RequestHeader) -> impl Iterator<Item = &HeaderValue> {
        lines(&self.headers, name)
    }

    fn header(&self, name: &str) -> Option<&[u8]> {
        header(&self.headers, name)
    }

    fn authority(&self) -> Option<&[u8]> {
        authority(&self.uri, &self.headers)
    }
}

impl<B> Request for http::Request<B> {
    type Value = HeaderValue;

    #[inline]
    fn method(&self) -> &str {
        self.method().as_str()
    }

    #[inline]
    fn lines(&self, name: RequestHeader) -> impl Iterator<Item = &HeaderValue> {
        lines(self.headers(), name)
    }

    fn header(&self, name: &str) -> Option<&[u8]> {
        header(self.headers(), name)
    }

    fn authority(&self) -> Option<&[u8]> {
        authority(self.uri(), self.headers())
    }
}

#[inline]
fn lines(headers: &HeaderMap, name: RequestHeader) -> ValueIter<'_, HeaderValue> {
    let name = match name {
        RequestHeader::Origin => &ORIGIN,
        RequestHeader::RequestMethod => &ACCESS_CONTROL_REQUEST_METHOD,
        RequestHeader::RequestHeaders => &ACCESS_CONTROL_REQUEST_HEADERS,
        RequestHeader::RequestPrivateNetwork => &REQUEST_PRIVATE_NETWORK,
        RequestHeader::FetchSite => &FETCH_SITE,
    };
    headers.get_all(name).iter()
}

fn header<'m>(headers: &'m HeaderMap, name: &str) -> Option<&'m [u8]> {
    headers.get(name).map(HeaderValue::as_bytes)
}

fn authority<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Option<&'r [u8]> {
    if let Some(authority) = uri.authority() {
        return Some(authority.as_str().as_bytes());
    }
    let mut hosts = headers.get_all(HOST).iter();
    hosts.next().filter(|_| hosts.next().is_none()).map(HeaderValue::as_bytes)
}
