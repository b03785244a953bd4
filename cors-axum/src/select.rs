//! A policy per request: what the selecting closure may see, and what that costs in `Vary`.

use std::fmt;
use std::sync::Arc;

use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version};

use crate::{PreparedPolicy, VaryNames};

/// A request as the closure of [`CorsLayer::select`](crate::CorsLayer::select) sees it.
///
/// A cache tells requests apart by their URL, and by the headers that [`Vary`] names. So the
/// closure may look at the URL freely, and at a header only if it was declared: the layer then
/// adds the name to `Vary`.
///
/// ```
/// use axum::http::HeaderName;
/// use cors_axum::{CorsLayer, Policy, PreparedPolicy};
///
/// const TENANT: HeaderName = HeaderName::from_static("x-tenant");
///
/// let acme = Policy::builder().allow_origins(["https://acme.example"]).build()?;
/// let acme = PreparedPolicy::new(acme);
/// let layer = CorsLayer::select([TENANT], move |head| {
///     assert!(head.header("cookie").is_none(), "not declared, so not seen");
///     (head.header(TENANT)? == "acme").then(|| acme.clone())
/// });
/// # drop(layer);
/// # Ok::<(), cors_axum::ConfigErrors>(())
/// ```
///
/// [`Vary`]: https://www.rfc-editor.org/rfc/rfc9110#name-vary
#[derive(Clone, Copy)]
pub struct Head<'a> {
    method: &'a Method,
    uri: &'a Uri,
    authority: Option<&'a [u8]>,
    version: Version,
    extensions: &'a Extensions,
    headers: &'a HeaderMap,
    names: &'a [HeaderName],
}

impl<'a> Head<'a> {
    /// The request's method: `OPTIONS` for a preflight, not the method that it asks about.
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// The request's URI as the layer finds it. Over HTTP/1.1 it mostly holds a path alone: the
    /// host is [`authority`](Self::authority). axum takes the prefix of a nested router off; the
    /// whole stays in the extension `axum::extract::OriginalUri`.
    pub fn uri(&self) -> &'a Uri {
        self.uri
    }

    /// Host and port that the request is for, as the client wrote them: those of the URI
    /// (HTTP/2's `:authority`), else the `Host` header.
    ///
    /// No declaration is needed, since they belong to the [target URI], by which caches keep
    /// their answers. None if the request names no host, or more than one, or one that is no
    /// text.
    ///
    /// [target URI]: https://www.rfc-editor.org/rfc/rfc9110#name-determining-the-target-reso
    pub fn authority(&self) -> Option<&'a str> {
        str::from_utf8(self.authority?).ok()
    }

    /// The version of HTTP that the request came by.
    pub fn version(&self) -> Version {
        self.version
    }

    /// What outer layers and the server know of the request: axum's `MatchedPath`, the peer's
    /// address.
    ///
    /// If such a value was itself read off a header (a user from a cookie), declare that header.
    pub fn extensions(&self) -> &'a Extensions {
        self.extensions
    }

    /// The first line of a header, if its name was declared; of any other, none. The case of
    /// `name` does not matter.
    pub fn header(&self, name: impl AsRef<str>) -> Option<&'a HeaderValue> {
        self.headers.get(self.declared(name.as_ref())?)
    }

    /// Every line of a header, if its name was declared; of any other, none.
    pub fn header_lines(&self, name: impl AsRef<str>) -> impl Iterator<Item = &'a HeaderValue> {
        let headers = self.headers;
        self.declared(name.as_ref()).into_iter().flat_map(|name| headers.get_all(name))
    }

    fn declared(&self, name: &str) -> Option<&'a HeaderName> {
        self.names.iter().find(|declared| declared.as_str().eq_ignore_ascii_case(name))
    }
}

impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The headers stay out: they may hold credentials, and the closure may not see them.
        f.debug_struct("Head")
            .field("method", self.method)
            .field("uri", self.uri)
            .field("version", &self.version)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

/// The closure, with the headers that it declared.
#[derive(Clone)]
pub(crate) struct Selector {
    names: Arc<[HeaderName]>,
    vary: VaryNames,
    select: Arc<Select>,
}

type Select = dyn Fn(&Head<'_>) -> Option<PreparedPolicy> + Send + Sync;

impl Selector {
    pub(crate) fn new<F>(names: impl IntoIterator<Item = HeaderName>, select: F) -> Self
    where
        F: Fn(&Head<'_>) -> Option<PreparedPolicy> + Send + Sync + 'static,
    {
        let names: Arc<[HeaderName]> = names.into_iter().collect();
        let vary = VaryNames::new(names.iter().cloned());
        Self { names, vary, select: Arc::new(select) }
    }

    pub(crate) fn select<B>(&self, request: &Request<B>) -> Option<PreparedPolicy> {
        (self.select)(&Head {
            method: request.method(),
            uri: request.uri(),
            authority: cors_core::Request::authority(request),
            version: request.version(),
            extensions: request.extensions(),
            headers: request.headers(),
            names: &self.names,
        })
    }

    pub(crate) fn vary(&self) -> &VaryNames {
        &self.vary
    }
}

impl fmt::Debug for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Selector").field("names", &self.names).finish_non_exhaustive()
    }
}
