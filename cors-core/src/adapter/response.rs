//! The protocol's response headers, and how an adapter writes them.

use http::header::{HeaderMap, HeaderName, HeaderValue, VARY};

/// A response header that an [`Exchange`](crate::adapter::Exchange) writes.
///
/// [Fetch, HTTP responses](https://fetch.spec.whatwg.org/#http-responses)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseHeader {
    /// `Access-Control-Allow-Origin`
    AllowOrigin,
    /// `Access-Control-Allow-Credentials`
    AllowCredentials,
    /// `Access-Control-Allow-Methods`
    AllowMethods,
    /// `Access-Control-Allow-Headers`
    AllowHeaders,
    /// `Access-Control-Allow-Private-Network`
    AllowPrivateNetwork,
    /// `Access-Control-Expose-Headers`
    ExposeHeaders,
    /// `Access-Control-Max-Age`
    MaxAge,
    /// `Vary`
    Vary,
}

impl ResponseHeader {
    /// The name, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AllowOrigin => "access-control-allow-origin",
            Self::AllowCredentials => "access-control-allow-credentials",
            Self::AllowMethods => "access-control-allow-methods",
            Self::AllowHeaders => "access-control-allow-headers",
            Self::AllowPrivateNetwork => "access-control-allow-private-network",
            Self::ExposeHeaders => "access-control-expose-headers",
            Self::MaxAge => "access-control-max-age",
            Self::Vary => "vary",
        }
    }
}

/// Mutable access to a response's headers. Implemented for [`http::HeaderMap`]; for another library's
/// map, you need a few lines.
///
/// ```
/// use cors_core::Policy;
/// use cors_core::adapter::{ResponseHeader, ResponseHeaders, is_cors_response_header};
/// use http::{HeaderValue, Request};
///
/// /// Names in lower case, with their values.
/// struct Lines(Vec<(&'static str, HeaderValue)>);
///
/// impl ResponseHeaders<HeaderValue> for Lines {
///     fn names(&self) -> impl Iterator<Item = &str> {
///         self.0.iter().map(|(name, _)| *name)
///     }
///
///     fn remove_cors(&mut self) {
///         self.0.retain(|(name, _)| !is_cors_response_header(name));
///     }
///
///     fn append(&mut self, name: ResponseHeader, value: HeaderValue) {
///         self.0.push((name.as_str(), value));
///     }
///
///     fn vary(&self) -> impl Iterator<Item = &HeaderValue> {
///         self.0.iter().filter(|(name, _)| *name == "vary").map(|(_, value)| value)
///     }
///
///     fn set_vary(&mut self, value: HeaderValue) {
///         self.0.retain(|(name, _)| *name != "vary");
///         self.append(ResponseHeader::Vary, value);
///     }
/// }
///
/// let policy = Policy::for_origins(["https://a.example", "https://b.example"]).build()?;
/// let request = Request::get("/").header("origin", "https://a.example").body(()).unwrap();
/// let mut lines = Lines(vec![
///     ("vary", HeaderValue::from_static("accept-encoding")),
///     ("access-control-allow-origin", HeaderValue::from_static("*")),
/// ]);
/// policy.begin(&request).without_asking().write(&mut lines);
/// assert_eq!(lines.0, [
///     ("vary", HeaderValue::from_static("accept-encoding, Origin")),
///     ("access-control-allow-origin", HeaderValue::from_static("https://a.example")),
/// ]);
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
pub trait ResponseHeaders<V: 'static> {
    /// The names of all headers, in lower case. The order does not matter, and a name may repeat.
    fn names(&self) -> impl Iterator<Item = &str>;

    /// Removes every header for which [`is_cors_response_header`] returns true.
    fn remove_cors(&mut self);

    /// Adds a header that is not present.
    fn append(&mut self, name: ResponseHeader, value: V);

    /// The lines of `Vary`.
    fn vary(&self) -> impl Iterator<Item = &V>;

    /// Replaces all lines of `Vary` by this one.
    fn set_vary(&mut self, value: V);
}

/// Whether the policy controls the response header with this lower-case name:
/// `Access-Control-Allow-*`, `Access-Control-Expose-Headers` and `Access-Control-Max-Age`.
///
/// ```
/// use cors_core::adapter::{ResponseHeader, is_cors_response_header};
///
/// assert!(is_cors_response_header(ResponseHeader::AllowOrigin.as_str()));
/// assert!(is_cors_response_header("access-control-allow-anything"));
/// assert!(!is_cors_response_header("vary"));
/// ```
#[inline]
pub fn is_cors_response_header(name: &str) -> bool {
    // Comparing an array of known length needs no call. This runs for every header of a response.
    name.as_bytes().split_first_chunk().is_some_and(|(start, rest)| {
        start == b"access-control-"
            && (rest.starts_with(b"allow-") || matches!(rest, b"expose-headers" | b"max-age"))
    })
}

const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static(ResponseHeader::AllowPrivateNetwork.as_str());

impl ResponseHeaders<HeaderValue> for HeaderMap {
    #[inline]
    fn names(&self) -> impl Iterator<Item = &str> {
        self.keys().map(HeaderName::as_str)
    }

    fn remove_cors(&mut self) {
        // One at a time: there is no `retain`, and a handler rarely sets even one.
        while let Some(name) =
            self.keys().find(|name| is_cors_response_header(name.as_str())).cloned()
        {
            self.remove(name);
        }
    }

    // Always, so that `name` is a constant at each call.
    #[inline(always)]
    fn append(&mut self, name: ResponseHeader, value: HeaderValue) {
        use http::header;
        let name = match name {
            ResponseHeader::AllowOrigin => header::ACCESS_CONTROL_ALLOW_ORIGIN,
            ResponseHeader::AllowCredentials => header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            ResponseHeader::AllowMethods => header::ACCESS_CONTROL_ALLOW_METHODS,
            ResponseHeader::AllowHeaders => header::ACCESS_CONTROL_ALLOW_HEADERS,
            ResponseHeader::AllowPrivateNetwork => ALLOW_PRIVATE_NETWORK,
            ResponseHeader::ExposeHeaders => header::ACCESS_CONTROL_EXPOSE_HEADERS,
            ResponseHeader::MaxAge => header::ACCESS_CONTROL_MAX_AGE,
            ResponseHeader::Vary => VARY,
        };
        HeaderMap::append(self, name, value);
    }

    #[inline]
    fn vary(&self) -> impl Iterator<Item = &HeaderValue> {
        self.get_all(VARY).iter()
    }

    #[inline]
    fn set_vary(&mut self, value: HeaderValue) {
        HeaderMap::insert(self, VARY, value);
    }
}
