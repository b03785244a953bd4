//! What the closure of `select` sees of a request.

use std::cell::Ref;
use std::fmt;

use actix_web::HttpMessage;
use actix_web::dev::{Extensions, ServiceRequest};
use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, Uri, Version};

use cors_core::adapter::{Declared, RequestHead};

use crate::bridge::Asking;

/// A request as the closure of [`CorsLayer::select`](crate::CorsLayer::select) sees it.
///
/// Caches distinguish requests by their URL and by the headers that [`Vary`] names. So the closure
/// always sees the URL, but only the headers that you declare, which the layer adds to `Vary`.
///
/// [`Vary`]: https://www.rfc-editor.org/rfc/rfc9110#name-vary
#[derive(Clone, Copy)]
pub struct Head<'a> {
    request: &'a ServiceRequest,
    asking: Asking<'a>,
    declared: Declared<'a>,
}

impl<'a> Head<'a> {
    pub(crate) fn new(request: &'a ServiceRequest, declared: Declared<'a>) -> Self {
        Self { request, asking: Asking(request.head()), declared }
    }

    /// The request's method: `OPTIONS` for a preflight. For the method that the preflight asks for, call
    /// [`requested_method`](Self::requested_method).
    pub fn method(&self) -> &'a Method {
        self.request.method()
    }

    /// The method that the policy is asked about: the one that a preflight asks for, otherwise the
    /// request's own. Use it for rules by method, such as GET for every origin and PUT for one: a
    /// preflight must be answered under the policy of the request that follows it.
    ///
    /// You need not declare anything. If you look at this for an `OPTIONS` request, the answer's `Vary`
    /// names `Origin` and `Access-Control-Request-Method`; other answers stay as they are. It is empty
    /// if a preflight asks for no valid method, or for more than one, which every policy refuses.
    pub fn requested_method(&self) -> &str {
        self.declared.requested_method(&self.asking)
    }

    /// The path, as actix-web's router matches it: with all percent-escapes decoded except `%25`,
    /// `%2F` and `%2B`. In a scope, this is still the whole path.
    ///
    /// Choose by this path, not by that of [`uri`](Self::uri): to the router, `/%61dmin` *is*
    /// `/admin`.
    pub fn path(&self) -> &'a str {
        self.request.match_info().as_str()
    }

    /// The request's URI, unchanged, with the path's percent-escapes. Over HTTP/1.1, it is usually
    /// only a path: for the host, call [`authority`](Self::authority).
    pub fn uri(&self) -> &'a Uri {
        self.request.uri()
    }

    /// The host and port that the request is for, as the client wrote them: from the URI (HTTP/2's
    /// `:authority`) if it has them, otherwise from the `Host` header. Never from `Forwarded`, which
    /// anyone can send.
    ///
    /// You need not declare them: they are part of the [target URI], which is a cache's key. `None`
    /// if the request names no host or more than one, or if the host is not valid UTF-8.
    ///
    /// [target URI]: https://www.rfc-editor.org/rfc/rfc9110#name-determining-the-target-reso
    pub fn authority(&self) -> Option<&str> {
        str::from_utf8(self.asking.authority()?).ok()
    }

    /// The request's version of HTTP.
    pub fn version(&self) -> Version {
        self.request.version()
    }

    /// What the server and outer middleware attached to the request.
    ///
    /// If a value comes from a header, such as a user from a cookie, declare that header.
    pub fn extensions(&self) -> Ref<'a, Extensions> {
        self.request.extensions()
    }

    /// The first line of the header, or `None` if you did not declare its name. `name` is not
    /// case-sensitive.
    pub fn header(&self, name: impl AsRef<str>) -> Option<&'a HeaderValue> {
        self.header_lines(name).next()
    }

    /// Every line of the header, or nothing if you did not declare its name.
    pub fn header_lines(&self, name: impl AsRef<str>) -> impl Iterator<Item = &'a HeaderValue> {
        let name = Some(name.as_ref()).filter(|name| self.declared.contains(name));
        let headers = self.request.headers();
        name.map(|name| headers.get_all(name)).into_iter().flatten()
    }
}

impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the headers, which may hold credentials that the closure must not see.
        f.debug_struct("Head")
            .field("method", self.method())
            .field("uri", self.uri())
            .field("version", &self.version())
            .field("declared", &self.declared)
            .finish_non_exhaustive()
    }
}
