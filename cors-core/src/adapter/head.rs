//! What the closure of `select` sees of a request, in the types of `http` 1.

use crate::adapter::source::Declared;
use crate::engine::request::{RequestHead, RequestParts};
use http::{Extensions, HeaderValue, Method, Uri, Version};
use std::fmt;

/// A request as the closure of a layer's `select` sees it.
///
/// Caches distinguish requests by their URL and by the headers that [`Vary`] names. So the closure
/// always sees the URL, but only the headers that you declare, which the layer adds to `Vary`.
///
/// [`Vary`]: https://www.rfc-editor.org/rfc/rfc9110#name-vary
///
/// ```
/// use cors_core::{Policy, adapter::{Head, Source}};
/// use http::{HeaderValue, Request};
///
/// type Select = dyn Fn(&Head<'_>) -> Option<Policy> + Send + Sync;
/// let select = |head: &Head<'_>| {
///     let is_partner = head.header("x-tenant").is_some_and(|tenant| tenant == "partner");
///     // It is not declared, so the closure does not see it: `Vary` would not name it.
///     assert_eq!(head.header("cookie"), None);
///     assert_eq!(head.header_lines("x-tenant").count(), 1);
///     assert_eq!(head.authority().unwrap(), "api.example");
///     assert!(head.extensions().is_empty());
///     is_partner.then(Policy::public)
/// };
/// let source = Source::<HeaderValue, Select>::selected_reading(["x-tenant"], Box::new(select))?;
///
/// let request = Request::get("https://api.example/")
///     .header("origin", "https://app.example.com")
///     .header("x-tenant", "partner")
///     .header("cookie", "id=1")
///     .body(())
///     .unwrap();
/// let begun = source.begin(&request, |select, declared| select(&Head::new(&request, declared)));
/// let exchange = begun.without_asking();
/// let mut headers = http::HeaderMap::new();
/// exchange.write(&mut headers);
/// assert_eq!(headers["access-control-allow-origin"], "*");
/// assert_eq!(headers["vary"], "X-Tenant");
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone, Copy)]
pub struct Head<'a> {
    parts: RequestParts<'a>,
    version: Version,
    extensions: &'a Extensions,
    declared: Declared<'a>,
}

impl<'a> Head<'a> {
    /// The head of `request`, with the headers that the closure declares.
    pub fn new<B>(request: &'a http::Request<B>, declared: Declared<'a>) -> Self {
        let parts = (request.method(), request.uri(), request.headers());
        Self::of_parts(parts, request.version(), request.extensions(), declared)
    }

    /// Like [`new`](Self::new), but from the parts of a framework's own request type.
    pub fn of_parts(
        parts: RequestParts<'a>,
        version: Version,
        extensions: &'a Extensions,
        declared: Declared<'a>,
    ) -> Self {
        Self { parts, version, extensions, declared }
    }

    /// The request's method: `OPTIONS` for a preflight. For the method that the preflight asks for, call
    /// [`requested_method`](Self::requested_method).
    pub fn method(&self) -> &'a Method {
        self.parts.0
    }

    /// The method that the policy is asked about: the one that a preflight asks for, otherwise the
    /// request's own. Use it for rules by method, such as GET for every origin and PUT for one: a
    /// preflight must be answered under the policy of the request that follows it.
    ///
    /// You need not declare anything. If you look at this for an `OPTIONS` request, the answer's `Vary`
    /// names `Origin` and `Access-Control-Request-Method`; other answers stay as they are. It is empty
    /// if a preflight asks for no valid method, or for more than one, which every policy refuses.
    ///
    /// ```
    /// use cors_core::Policy;
    /// use cors_core::adapter::Head;
    ///
    /// let public = Policy::public();
    /// let site = Policy::builder()
    ///     .allow_origins(["https://app.example.com"])
    ///     .allow_methods(["PUT"])
    ///     .build()?;
    /// let select = move |head: &Head<'_>| match head.requested_method() {
    ///     "PUT" => Some(site.clone()),
    ///     _ => Some(public.clone()),
    /// };
    /// # let _ = select;
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn requested_method(&self) -> &str {
        self.declared.requested_method(&self.parts)
    }

    /// The request's URI, as the layer finds it. Over HTTP/1.1, it is usually only a path: for the
    /// host, call [`authority`](Self::authority).
    pub fn uri(&self) -> &'a Uri {
        self.parts.1
    }

    /// The host and port that the request is for, as the client wrote them: from the URI (HTTP/2's
    /// `:authority`) if it has them, otherwise from the `Host` header. `None` if the request names no
    /// host or more than one, or if the host is not valid UTF-8.
    ///
    /// You need not declare them: they are part of the [target URI], which is a cache's key.
    ///
    /// [target URI]: https://www.rfc-editor.org/rfc/rfc9110#name-determining-the-target-reso
    pub fn authority(&self) -> Option<&str> {
        str::from_utf8(self.parts.authority()?).ok()
    }

    /// The request's version of HTTP.
    pub fn version(&self) -> Version {
        self.version
    }

    /// What the server and outer layers attached to the request: in some frameworks, the peer's
    /// address.
    ///
    /// If a value comes from a header, such as a user from a cookie, declare that header.
    pub fn extensions(&self) -> &'a Extensions {
        self.extensions
    }

    /// The first line of the header, or `None` if you did not declare its name. `name` is not
    /// case-sensitive.
    pub fn header(&self, name: impl AsRef<str>) -> Option<&'a HeaderValue> {
        self.header_lines(name).next()
    }

    /// Every line of the header, or nothing if you did not declare its name.
    pub fn header_lines(&self, name: impl AsRef<str>) -> impl Iterator<Item = &'a HeaderValue> {
        let name = Some(name.as_ref()).filter(|name| self.declared.contains(name));
        let headers = self.parts.2;
        name.map(|name| headers.get_all(name)).into_iter().flatten()
    }
}

impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the headers, which may hold credentials that the closure must not see.
        f.debug_struct("Head")
            .field("method", self.parts.0)
            .field("uri", self.parts.1)
            .field("version", &self.version)
            .field("declared", &self.declared)
            .finish_non_exhaustive()
    }
}
