//! What the script sees of a response that it may read.
//!
//! [Fetch, filtered response](https://fetch.spec.whatwg.org/#concept-filtered-response)

use super::lists::extract_tokens;
use super::request::{Request, Tainting};
use crate::headers::{is_safelisted_response, is_set_cookie};
use http::HeaderMap;
use http::header::ACCESS_CONTROL_EXPOSE_HEADERS;

/// The response's headers without those that are kept from the script.
pub(super) fn filter(request: &Request, response: &HeaderMap) -> HeaderMap {
    let exposed = extract_tokens(response, &ACCESS_CONTROL_EXPOSE_HEADERS);
    let exposed = exposed.values();
    let all = request.tainting == Tainting::Basic
        || !request.has_credentials() && exposed.iter().any(|name| name == "*");
    let is_seen = |name: &str| {
        !is_set_cookie(name)
            && (all
                || is_safelisted_response(name)
                || exposed.iter().any(|listed| listed.eq_ignore_ascii_case(name)))
    };
    let seen = response.iter().filter(|(name, _)| is_seen(name.as_str()));
    let mut headers = HeaderMap::new();
    for (name, value) in seen {
        headers.append(name, value.clone());
    }
    headers
}
