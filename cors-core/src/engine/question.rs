//! A user's own check of an origin: a closure, or a question that the adapter's user answers.
//!
//! Both are asked only about well-formed origins that no pattern allows, at most once a request.
//! They see the origin and those request headers that they name: what they name stands in `Vary`,
//! and what they do not name they cannot see, so no cache can mix two answers up.

use crate::engine::request::RequestHead;
use crate::origin::Origin;
use http::HeaderName;
use std::fmt;
use std::sync::Arc;

/// The request headers that a closure has named.
pub struct NamedHeaders<'r> {
    names: &'r [HeaderName],
    find: &'r dyn Fn(&str) -> Option<&'r [u8]>,
}

impl<'r> NamedHeaders<'r> {
    /// The value of a header, if it was named and stands in the request. Of several lines, the
    /// first.
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

/// What an asynchronous check is asked: may this origin read?
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

    /// The origin: well-formed, at most 512 bytes.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The value of a request header that was named when the policy was built.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let named =
            self.headers.iter().find(|(known, _)| known.as_str().eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_slice())
    }
}

/// What a check may answer: yes, no, or an error, which counts as no.
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
