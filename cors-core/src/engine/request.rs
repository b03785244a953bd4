//! What a decision may read of a request: the method, the authority and the headers.

use http::header::{
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HOST, HeaderMap, HeaderName,
    HeaderValue, ORIGIN, UPGRADE, ValueIter,
};
use http::{Method, Uri, request};

/// A request header that a decision reads.
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
    /// `Host`. [RFC 9110, 7.2](https://www.rfc-editor.org/rfc/rfc9110#section-7.2)
    Host,
    /// `Sec-Fetch-Site`. [Fetch Metadata](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)
    FetchSite,
    /// `Upgrade`. [RFC 9110, 7.8](https://www.rfc-editor.org/rfc/rfc9110#section-7.8)
    Upgrade,
}

impl RequestHeader {
    /// The name, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::RequestMethod => "access-control-request-method",
            Self::RequestHeaders => "access-control-request-headers",
            Self::RequestPrivateNetwork => "access-control-request-private-network",
            Self::Host => "host",
            Self::FetchSite => "sec-fetch-site",
            Self::Upgrade => "upgrade",
        }
    }
}

/// A borrowed request, as a decision sees it.
///
/// Implemented for [`http::request::Parts`], [`http::Request`] and `(&Method, &Uri, &HeaderMap)`. For
/// another library's types, you need a few lines.
///
/// ```
/// use cors_core::adapter::{RequestHead, RequestHeader};
/// use cors_core::{Decision, Policy};
///
/// /// A request over HTTP/1.1. Names of headers are in lower case.
/// struct Received {
///     method: String,
///     headers: Vec<(String, Vec<u8>)>,
/// }
///
/// impl RequestHead for Received {
///     type Value = Vec<u8>;
///
///     fn method(&self) -> &str {
///         &self.method
///     }
///
///     fn lines(&self, name: RequestHeader) -> impl Iterator<Item = &Vec<u8>> {
///         let lines = self.headers.iter().filter(move |(known, _)| known == name.as_str());
///         lines.map(|(_, value)| value)
///     }
///
///     fn header(&self, name: &str) -> Option<&[u8]> {
///         self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &value[..])
///     }
///
///     // The target is only a path.
///     fn target_authority(&self) -> Option<&[u8]> {
///         None
///     }
/// }
///
/// let line = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
/// let request = Received {
///     method: "GET".to_owned(),
///     headers: vec![line("host", "api.example"), line("origin", "https://app.example.com")],
/// };
/// let policy = Policy::for_origins("https://app.example.com").build()?;
/// assert_eq!(policy.decide(&request), Decision::Simple);
/// assert_eq!(request.authority(), Some(&b"api.example"[..]));
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
pub trait RequestHead {
    /// The library's header value, as bytes: a hostile header may not be text.
    type Value: AsRef<[u8]>;

    /// The method, as sent.
    fn method(&self) -> &str;

    /// Every line of a header, in the order received.
    fn lines(&self, name: RequestHeader) -> impl Iterator<Item = &Self::Value>;

    /// The first line of any header. Closures and questions read the headers that they name here.
    fn header(&self, name: &str) -> Option<&[u8]>;

    /// The authority in the request's target: HTTP/2's `:authority`, or that of an absolute-form
    /// target. Never take it from a header such as `Forwarded`, which anyone can send.
    fn target_authority(&self) -> Option<&[u8]>;

    /// The authority that the request was sent to: the target's if it has one, otherwise that of
    /// `Host` if it was sent once.
    fn authority(&self) -> Option<&[u8]> {
        self.target_authority().or_else(|| {
            let mut hosts = self.lines(RequestHeader::Host);
            hosts.next().filter(|_| hosts.next().is_none()).map(AsRef::as_ref)
        })
    }
}

/// The parts of an `http` 1 request that [`RequestHead`] needs, so that you need not assemble a request
/// for a decision.
pub type RequestParts<'r> = (&'r Method, &'r Uri, &'r HeaderMap);

/// The first line of a request's header, and whether there are more.
#[derive(Clone, Debug)]
pub(crate) struct FirstLine<'r, V> {
    pub(crate) first: &'r V,
    /// Whether there is more than one line.
    pub(crate) repeated: bool,
}

impl<'r, V> FirstLine<'r, V> {
    /// `None` if the header is not present.
    #[inline]
    pub(crate) fn of<R: RequestHead<Value = V>>(
        request: &'r R,
        name: RequestHeader,
    ) -> Option<Self> {
        let mut lines = request.lines(name);
        let first = lines.next()?;
        Some(Self { first, repeated: lines.next().is_some() })
    }
}

const REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static(RequestHeader::RequestPrivateNetwork.as_str());
const FETCH_SITE: HeaderName = HeaderName::from_static(RequestHeader::FetchSite.as_str());

impl RequestHead for RequestParts<'_> {
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

    fn target_authority(&self) -> Option<&[u8]> {
        authority(self.1)
    }
}

impl RequestHead for request::Parts {
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

    fn target_authority(&self) -> Option<&[u8]> {
        authority(&self.uri)
    }
}

impl<B> RequestHead for http::Request<B> {
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

    fn target_authority(&self) -> Option<&[u8]> {
        authority(self.uri())
    }
}

#[inline]
fn lines(headers: &HeaderMap, name: RequestHeader) -> ValueIter<'_, HeaderValue> {
    let name = match name {
        RequestHeader::Origin => &ORIGIN,
        RequestHeader::RequestMethod => &ACCESS_CONTROL_REQUEST_METHOD,
        RequestHeader::RequestHeaders => &ACCESS_CONTROL_REQUEST_HEADERS,
        RequestHeader::RequestPrivateNetwork => &REQUEST_PRIVATE_NETWORK,
        RequestHeader::Host => &HOST,
        RequestHeader::FetchSite => &FETCH_SITE,
        RequestHeader::Upgrade => &UPGRADE,
    };
    headers.get_all(name).iter()
}

fn header<'m>(headers: &'m HeaderMap, name: &str) -> Option<&'m [u8]> {
    headers.get(name).map(HeaderValue::as_bytes)
}

fn authority(uri: &Uri) -> Option<&[u8]> {
    uri.authority().map(|authority| authority.as_str().as_bytes())
}
