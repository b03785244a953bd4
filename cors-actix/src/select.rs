//! A policy per request: what the selecting closure may see, and what that costs in `Vary`.

use std::cell::Ref;
use std::fmt;
use std::sync::Arc;

use actix_web::HttpMessage;
use actix_web::dev::{Extensions, ServiceRequest};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, Uri, Version};

use crate::bridge::Asking;
use crate::{PreparedPolicy, VaryNames};

/// A request as the closure of [`CorsLayer::select`](crate::CorsLayer::select) sees it.
///
/// A cache tells requests apart by their URL, and by the headers that [`Vary`] names. So the
/// closure may look at the URL freely, and at a header only if it was declared: the layer then
/// adds the name to `Vary`.
///
/// ```
/// use actix_web::http::header::HeaderName;
/// use cors_actix::{CorsLayer, Policy, PreparedPolicy};
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
/// # Ok::<(), cors_actix::ConfigErrors>(())
/// ```
///
/// [`Vary`]: https://www.rfc-editor.org/rfc/rfc9110#name-vary
#[derive(Clone, Copy)]
pub struct Head<'a> {
    request: &'a ServiceRequest,
    names: &'a [HeaderName],
}

impl<'a> Head<'a> {
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
    pub fn authority(&self) -> Option<&'a str> {
        str::from_utf8(Asking(self.request.head()).authority()?).ok()
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

    /// The first line of a header, if its name was declared; of any other, none. The case of
    /// `name` does not matter.
    pub fn header(&self, name: impl AsRef<str>) -> Option<&'a HeaderValue> {
        self.request.headers().get(self.declared(name.as_ref())?)
    }

    /// Every line of a header, if its name was declared; of any other, none.
    pub fn header_lines(&self, name: impl AsRef<str>) -> impl Iterator<Item = &'a HeaderValue> {
        let headers = self.request.headers();
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
            .field("method", self.method())
            .field("uri", self.uri())
            .field("version", &self.version())
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
        let vary = VaryNames::new(names.iter().map(|name| {
            let name = http::HeaderName::from_bytes(name.as_str().as_bytes());
            name.expect("both versions of `http` have the tokens of RFC 9110 as names")
        }));
        Self { names, vary, select: Arc::new(select) }
    }

    pub(crate) fn select(&self, request: &ServiceRequest) -> Option<PreparedPolicy> {
        (self.select)(&Head { request, names: &self.names })
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
