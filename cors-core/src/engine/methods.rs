//! Which methods a policy allows.
//!
//! [Fetch, methods](https://fetch.spec.whatwg.org/#methods)

use crate::engine::names::{Names, is_token};

/// The methods that the protocol always allows.
/// [Fetch, CORS-safelisted method](https://fetch.spec.whatwg.org/#cors-safelisted-method)
pub(crate) const SAFELISTED: [&str; 3] = ["GET", "HEAD", "POST"];

/// The methods that browsers convert to upper case.
/// [Fetch, normalize a method](https://fetch.spec.whatwg.org/#concept-method-normalize)
const NORMALIZED: [&str; 6] = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];

/// [Fetch, forbidden method](https://fetch.spec.whatwg.org/#forbidden-method)
const FORBIDDEN: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

/// Whether browsers refuse to send this method.
pub(crate) fn is_forbidden(method: &[u8]) -> bool {
    FORBIDDEN.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(method))
}

/// What browsers send instead of a method, if they change it.
pub(crate) fn normalized(method: &str) -> Option<&'static str> {
    NORMALIZED.into_iter().find(|name| name.eq_ignore_ascii_case(method) && *name != method)
}

/// The compiled `allow_methods`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AllowMethods {
    pub(crate) any: bool,
    pub(crate) names: Names,
}

impl AllowMethods {
    pub(crate) fn allows(&self, method: &[u8]) -> bool {
        SAFELISTED.iter().any(|name| name.as_bytes() == method)
            || self.names.contains(method)
            || self.any && is_token(method) && method != b"*" && !is_forbidden(method)
    }

    /// The value of `Access-Control-Allow-Methods`, if it is the same for every preflight.
    pub(crate) fn list(&self) -> String {
        if self.any {
            return "*".to_owned();
        }
        let lacking = SAFELISTED.into_iter().filter(|name| !self.names.contains(name.as_bytes()));
        self.names.iter().chain(lacking).collect::<Vec<_>>().join(",")
    }
}
