//! What a selecting closure sees of a request.

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
/// A cache tells requests apart by their URL, and by the headers that [`Vary`] names. So the
/// closure may look at the URL freely, and at a header only if it was declared: the layer then
/// adds the name to `Vary`.
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

    /// The request's method: `OPTIONS` for a preflight, not the method that it asks about.
    pub fn method(&self) -> &'a Method {
        self.request.method()
    }

    /// The path as actix-web's router compares it with the routes: percent-escapes are undone, but
    /// for `%25`, `%2F` and `%2B`. It is whole in a scope too.
    ///
    /// Choose by this one: `/%61dmin` *is* `/admin` to the router, and is not to
    /// [`uri`](Self::uri).
    pub fn path(&self) -> &'a str {
        self.request.match_info().as_str()
    }

    /// The request's URI as it came, the path with its percent-escapes. Over HTTP/1.1 it mostly
    /// holds a path alone: the host is [`authority`](Self::authority).
    pub fn uri(&self) -> &'a Uri {
        self.request.uri()
    }

    /// Host and port that the request is for, as the client wrote them: those of the URI
    /// (HTTP/2's `:authority`), else the `Host` header. Not what `Forwarded` says, which anyone
    /// may send.
    ///
    /// No declaration is needed, since they belong to the [target URI], by which caches keep
    /// their answers. None if the request names no host, or more than one, or one that is no
    /// text.
    ///
    /// [target URI]: https://www.rfc-editor.org/rfc/rfc9110#name-determining-the-target-reso
    pub fn authority(&self) -> Option<&str> {
        str::from_utf8(self.asking.authority()?).ok()
    }

    /// The version of HTTP that the request came by.
    pub fn version(&self) -> Version {
        self.request.version()
    }

    /// What outer middleware and the server know of the request.
    ///
    /// If such a value was itself read off a header (a user from a cookie), declare that header.
    pub fn extensions(&self) -> Ref<'a, Extensions> {
        self.request.extensions()
    }

    /// The first line of a header if you declared its name, else `None`. The case of `name` does not
    /// matter.
    pub fn header(&self, name: impl AsRef<str>) -> Option<&'a HeaderValue> {
        self.header_lines(name).next()
    }

    /// Every line of a header if you declared its name, else nothing.
    pub fn header_lines(&self, name: impl AsRef<str>) -> impl Iterator<Item = &'a HeaderValue> {
        let name = Some(name.as_ref()).filter(|name| self.declared.contains(name));
        let headers = self.request.headers();
        name.map(|name| headers.get_all(name)).into_iter().flatten()
    }
}

impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The headers stay out: they may hold credentials, and the closure may not see them.
        f.debug_struct("Head")
            .field("method", self.method())
            .field("uri", self.uri())
            .field("version", &self.version())
            .field("declared", &self.declared)
            .finish_non_exhaustive()
    }
}
