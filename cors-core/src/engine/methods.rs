//! Which methods a policy allows.
//!
//! [Fetch, methods](https://fetch.spec.whatwg.org/#methods)

use crate::engine::names::{Names, is_token};

/// Allowed by the protocol without a word in any policy.
/// [Fetch, CORS-safelisted method](https://fetch.spec.whatwg.org/#cors-safelisted-method)
pub(crate) const SAFELISTED: [&str; 3] = ["GET", "HEAD", "POST"];

/// Browsers write these in upper case whatever the script wrote, and no others.
/// [Fetch, normalize a method](https://fetch.spec.whatwg.org/#concept-method-normalize)
const NORMALIZED: [&str; 6] = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];

/// [Fetch, forbidden method](https://fetch.spec.whatwg.org/#forbidden-method)
const FORBIDDEN: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

/// Whether browsers refuse to send this method.
pub(crate) fn is_forbidden(method: &[u8]) -> bool {
    FORBIDDEN.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(method))
}

/// What browsers make of a method, if that is another one.
pub(crate) fn normalized(method: &str) -> Option<&'static str> {
    NORMALIZED.into_iter().find(|name| name.eq_ignore_ascii_case(method) && *name != method)
}

/// What `allow_methods` has become.
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

    /// The value of `Access-Control-Allow-Methods` where it is the same for every preflight.
    pub(crate) fn list(&self) -> String {
        if self.any {
            return "*".to_owned();
        }
        let lacking = SAFELISTED.into_iter().filter(|name| !self.names.contains(name.as_bytes()));
        self.names.iter().chain(lacking).collect::<Vec<_>>().join(",")
    }
}
