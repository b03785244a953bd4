//! What a selecting closure sees of a request, in the types of `http` 1.

use crate::adapter::source::Declared;
use crate::engine::request::{RequestHead, RequestParts};
use http::{Extensions, HeaderValue, Method, Uri, Version};
use std::fmt;

/// A request as the closure of a layer's `select` sees it.
///
/// A cache tells requests apart by their URL, and by the headers that [`Vary`] names. So the closure
/// may look at the URL freely, and at a header only if it was declared: the layer then adds the name
/// to `Vary`.
///
/// [`Vary`]: https://www.rfc-editor.org/rfc/rfc9110#name-vary
#[derive(Clone, Copy)]
pub struct Head<'a> {
    parts: RequestParts<'a>,
    version: Version,
    extensions: &'a Extensions,
    declared: Declared<'a>,
}

impl<'a> Head<'a> {
    /// The head of a request, with the headers that the closure has declared.
    pub fn new<B>(request: &'a http::Request<B>, declared: Declared<'a>) -> Self {
        let parts = (request.method(), request.uri(), request.headers());
        Self::of_parts(parts, request.version(), request.extensions(), declared)
    }

    /// The same of a framework's own type of requests, in its parts.
    pub fn of_parts(
        parts: RequestParts<'a>,
        version: Version,
        extensions: &'a Extensions,
        declared: Declared<'a>,
    ) -> Self {
        Self { parts, version, extensions, declared }
    }

    /// The request's method: `OPTIONS` for a preflight, not the method that it asks about.
    pub fn method(&self) -> &'a Method {
        self.parts.0
    }

    /// The request's URI as the layer finds it. Over HTTP/1.1 it mostly holds a path alone: the host
    /// is [`authority`](Self::authority).
    pub fn uri(&self) -> &'a Uri {
        self.parts.1
    }

    /// Host and port that the request is for, as the client wrote them: those of the URI (HTTP/2's
    /// `:authority`), else the `Host` header. `None` if the request names no host, or more than one,
    /// or one that is not text.
    ///
    /// It needs no declaration: it belongs to the [target URI], by which caches keep their answers.
    ///
    /// [target URI]: https://www.rfc-editor.org/rfc/rfc9110#name-determining-the-target-reso
    pub fn authority(&self) -> Option<&str> {
        str::from_utf8(self.parts.authority()?).ok()
    }

    /// The version of HTTP that the request came by.
    pub fn version(&self) -> Version {
        self.version
    }

    /// What outer layers and the server know of the request, such as the peer's address.
    ///
    /// If such a value was itself read off a header (a user from a cookie), declare that header.
    pub fn extensions(&self) -> &'a Extensions {
        self.extensions
    }

    /// The first line of a header if you declared its name, else `None`. The case of `name` does not
    /// matter.
    pub fn header(&self, name: impl AsRef<str>) -> Option<&'a HeaderValue> {
        self.header_lines(name).next()
    }

    /// Every line of a header if you declared its name, else nothing.
    pub fn header_lines(&self, name: impl AsRef<str>) -> impl Iterator<Item = &'a HeaderValue> {
        let name = Some(name.as_ref()).filter(|name| self.declared.contains(name));
        let headers = self.parts.2;
        name.map(|name| headers.get_all(name)).into_iter().flatten()
    }
}

impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the headers: they may hold credentials, and the closure may not see them.
        f.debug_struct("Head")
            .field("method", self.parts.0)
            .field("uri", self.parts.1)
            .field("version", &self.version)
            .field("declared", &self.declared)
            .finish_non_exhaustive()
    }
}
