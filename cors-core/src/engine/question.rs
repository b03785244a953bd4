//! A user's own check of an origin: a closure, or a question that the user of an adapter answers.
//!
//! Both run only for well-formed origins that no pattern allows, at most once per request. They see
//! the origin and the request headers that they name. `Vary` lists these names, so no cache can serve
//! one answer for another.

use crate::engine::request::RequestHead;
use crate::origin::Origin;
use http::HeaderName;
use std::fmt;
use std::sync::Arc;

/// The request headers that a closure names.
///
/// ```
/// use cors_core::{NamedHeaders, Policy};
/// use http::Request;
///
/// let policy = Policy::builder()
///     .allow_origin_if_reading(["x-tenant"], |origin, headers: &NamedHeaders<'_>| {
///         // `Vary` names `x-tenant`, and nothing else can be read.
///         assert_eq!(headers.get("cookie"), None);
///         headers.get("x-tenant") == Some(b"acme") && origin.host().ends_with(".acme.example")
///     })
///     .build()?;
/// let request = Request::get("/")
///     .header("origin", "https://app.acme.example")
///     .header("x-tenant", "acme")
///     .header("cookie", "id=1")
///     .body(())
///     .unwrap();
/// assert_eq!(policy.decide(&request), cors_core::Decision::Simple);
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
pub struct NamedHeaders<'r> {
    names: &'r [HeaderName],
    find: &'r dyn Fn(&str) -> Option<&'r [u8]>,
}

impl<'r> NamedHeaders<'r> {
    /// The first line of the header, or `None` if the closure did not name it or the request lacks it.
    pub fn get(&self, name: &str) -> Option<&'r [u8]> {
        let named = self.names.iter().any(|known| known.as_str().eq_ignore_ascii_case(name));
        if named { (self.find)(name) } else { None }
    }
}

impl fmt::Debug for NamedHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NamedHeaders").field(&self.names).finish()
    }
}

type Check = dyn Fn(Origin<'_>, &NamedHeaders<'_>) -> bool + Send + Sync;

/// A closure that may allow an origin, and the headers that it names.
#[derive(Clone)]
pub(crate) struct Closure {
    pub(crate) names: Vec<HeaderName>,
    pub(crate) check: Arc<Check>,
}

impl Closure {
    pub(crate) fn allows<R: RequestHead>(&self, origin: Origin<'_>, request: &R) -> bool {
        let find = |name: &str| request.header(name);
        (self.check)(origin, &NamedHeaders { names: &self.names, find: &find })
    }
}

impl PartialEq for Closure {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.check, &other.check) && self.names == other.names
    }
}

impl fmt::Debug for Closure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closure").field("names", &self.names).finish_non_exhaustive()
    }
}

/// The question for an asynchronous check: may this origin read?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedOrigin {
    origin: String,
    headers: Vec<(HeaderName, Vec<u8>)>,
}

impl AskedOrigin {
    pub(crate) fn new<R: RequestHead>(origin: &str, names: &[HeaderName], request: &R) -> Self {
        let value = |name: &HeaderName| {
            request.header(name.as_str()).map(|value| (name.clone(), value.to_vec()))
        };
        Self { origin: origin.to_owned(), headers: names.iter().filter_map(value).collect() }
    }

    /// The origin. It is well-formed, and at most 512 bytes long.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The value of a request header, if you named it when you built the policy.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let named =
            self.headers.iter().find(|(known, _)| known.as_str().eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_slice())
    }
}

/// The answer of a check: yes, no, or an error, which counts as no.
///
/// ```
/// use cors_core::IntoVerdict;
///
/// assert!(true.allowed());
/// assert!(Ok::<_, &str>(true).allowed());
/// assert!(!Err("the database is down").allowed());
/// ```
pub trait IntoVerdict {
    /// Whether the origin is allowed.
    fn allowed(self) -> bool;
}

impl IntoVerdict for bool {
    fn allowed(self) -> bool {
        self
    }
}

impl<E> IntoVerdict for Result<bool, E> {
    fn allowed(self) -> bool {
        self.unwrap_or(false)
    }
}
