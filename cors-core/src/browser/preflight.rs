//! What a preflight response allows.
//!
//! [Fetch, CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)

use super::check::{Of, cors_check};
use super::engine::{DEFAULT_MAX_AGE, Departures};
use super::lists::{Extracted, Seconds, extract_seconds, extract_tokens};
use super::redirect::is_redirect_status;
use super::request::Request;
use super::step::{Step, Taken};
use crate::engine::headers::NON_WILDCARD;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, HeaderName,
};
use http::{HeaderMap, StatusCode};
use std::time::Duration;

/// The cacheable part of a preflight that passed.
#[derive(Clone, Debug)]
pub(super) struct Allows {
    pub(super) methods: Vec<String>,
    pub(super) headers: Vec<String>,
    pub(super) max_age: Duration,
}

/// [Fetch, CORS-preflight fetch, step 7](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)
pub(super) fn judge(
    request: &Request,
    origin: &str,
    status: StatusCode,
    response: &HeaderMap,
    departures: &Departures,
) -> Result<Allows, Taken> {
    cors_check(request, origin, response, Of::Preflight)?;
    if !status.is_success() {
        let what = if is_redirect_status(status) {
            ", and preflights do not follow redirects"
        } else {
            ""
        };
        return Err(Taken::failed(Step::PreflightStatus, format!("status {status}{what}")));
    }
    let methods = list(response, &ACCESS_CONTROL_ALLOW_METHODS)?;
    let headers = list(response, &ACCESS_CONTROL_ALLOW_HEADERS)?;
    let methods = match methods {
        Extracted::Absent if request.use_preflight => vec![request.method.clone()],
        methods => methods.values().to_vec(),
    };
    let headers = headers.values().to_vec();
    // With credentials, `*` is a name like any other.
    let has_star = |list: &[String]| !request.has_credentials() && list.iter().any(|n| n == "*");

    if !methods.contains(&request.method) && !request.is_method_safelisted() && !has_star(&methods)
    {
        let says = format!("{} is not in {}", request.method, shown("Methods", &methods));
        return Err(Taken::failed(Step::PreflightMethod, says));
    }
    let is_listed = |name: &str| headers.iter().any(|listed| listed.eq_ignore_ascii_case(name));
    let says = |name: &str| format!("{name} is not in {}", shown("Headers", &headers));
    let covered = departures.star_covers_authorization && has_star(&headers);
    if request.has(NON_WILDCARD) && !is_listed(NON_WILDCARD) && !covered {
        return Err(Taken::failed(Step::PreflightAuthorization, says(NON_WILDCARD)));
    }
    let refused = |name: &&String| !is_listed(name) && !has_star(&headers);
    if let Some(name) = request.unsafe_names().iter().find(refused) {
        return Err(Taken::failed(Step::PreflightHeader, says(name)));
    }
    let max_age = match extract_seconds(response, &ACCESS_CONTROL_MAX_AGE) {
        Seconds::Absent => DEFAULT_MAX_AGE,
        Seconds::Malformed => departures.malformed_max_age,
        Seconds::Value(seconds) => Duration::from_secs(seconds),
    };
    Ok(Allows { methods, headers, max_age: max_age.min(departures.max_age_limit) })
}

fn list(response: &HeaderMap, name: &HeaderName) -> Result<Extracted, Taken> {
    match extract_tokens(response, name) {
        Extracted::Failure(element) => {
            Err(Taken::failed(Step::PreflightListSyntax, format!("{element:?} in {name}")))
        }
        list => Ok(list),
    }
}

fn shown(of: &str, list: &[String]) -> String {
    match list {
        [] => format!("Access-Control-Allow-{of}, which is empty or absent"),
        _ if list.len() > 12 => {
            let (shown, rest) = list.split_at(10);
            format!("Access-Control-Allow-{of}: {} and {} more", shown.join(","), rest.len())
        }
        _ => format!("Access-Control-Allow-{of}: {}", list.join(",")),
    }
}
