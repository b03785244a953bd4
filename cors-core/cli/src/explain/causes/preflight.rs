//! Preflights that are refused.

use cors_core::browser::Fetch;
use http::StatusCode;
use http::header::{
    ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    ALLOW, AUTHORIZATION, ORIGIN,
};

use super::Probe;
use super::error::gateway;
use crate::explain::exchange::{Exchange, called};

/// Why authentication must not meet preflights.
pub(super) const COMES_WITHOUT_TOKENS: &str = "Browsers send no tokens or cookies with a preflight, so it has to be answered before anything asks for them";

/// Who answers `OPTIONS`, and why it does not allow the request.
pub(super) fn refused(fetch: &Fetch, last: &Exchange, probe: Probe<'_>) -> Option<String> {
    let status = last.status();
    let code = status.as_u16();
    let allow = last.answered(ALLOW);
    let routing = "The preflight has to be answered before routing";
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            let meets = meets_authentication(fetch, last, probe);
            meets.or_else(|| Some(refused_early(code)))
        }
        StatusCode::FORBIDDEN => {
            let meets = meets_authentication(fetch, last, probe);
            meets.or_else(|| refused_by_layer(last)).or_else(|| Some(refused_early(code)))
        }
        StatusCode::NOT_FOUND => Some(format!(
            "the router has no route for this URL, or none for OPTIONS: it answers {code}. {routing}"
        )),
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
            let allow = allow.map_or_else(String::new, |allow| format!(" (it allows {allow})"));
            Some(format!("the router has no route for OPTIONS: it answers {code}{allow}. {routing}"))
        }
        _ if status.is_client_error() || status.is_server_error() => {
            let may_refuse = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
            let refused = refused_by_layer(last).filter(|_| may_refuse);
            refused.or_else(|| {
                let what = format!("the answer to OPTIONS is an error, {code}: look for its cause first");
                gateway(status).is_none().then_some(what)
            })
        }
        _ if last.has_allow_origin() || !status.is_success() => None,
        _ => refused_by_layer(last).or_else(|| {
            let allow = allow?;
            let origin = last.requested(ORIGIN).unwrap_or_default();
            Some(format!("the framework answers OPTIONS itself (it allows {allow}), and no CORS layer did: there is none for this URL, or it passes on what it does not allow (compare the origin {origin} with its policy, scheme and port too). {routing}"))
        }),
    }
}

/// A method that is written differently somewhere.
pub(super) fn letter_case(last: &Exchange) -> Option<String> {
    let method = last.requested(ACCESS_CONTROL_REQUEST_METHOD)?;
    let names = last.list(&ACCESS_CONTROL_ALLOW_METHODS);
    let other = names.iter().find(|name| name.eq_ignore_ascii_case(&method));
    let upper = method.to_ascii_uppercase();
    if names.contains(&method) || matches!(&*method, "GET" | "HEAD" | "POST") {
        None
    } else if method != upper {
        Some(format!(
            "browsers send the method {method} as it is written: they upper-case only DELETE, GET, HEAD, OPTIONS, POST and PUT. Write {upper} in the script"
        ))
    } else {
        let other = other?;
        Some(format!(
            "methods are case-sensitive: the answer allows {other}, and the browser asks for {method}"
        ))
    }
}

/// What a CORS layer refused in a preflight.
fn refused_by_layer(last: &Exchange) -> Option<String> {
    let origin = last.unlisted_origin()?;
    let mut refused = vec![format!("the origin {origin} (compare scheme and port, too)")];
    // A layer that refuses preflights for a method or header has read both.
    if last.varies_on(&ACCESS_CONTROL_REQUEST_HEADERS) {
        let method = last.requested(ACCESS_CONTROL_REQUEST_METHOD);
        refused.extend(method.map(|method| format!("the method {method}")));
        let headers = last.requested(ACCESS_CONTROL_REQUEST_HEADERS);
        refused.extend(headers.map(|headers| format!("one of the headers {headers}")));
    }
    Some(format!(
        "a CORS layer probably refused the preflight (Vary names Origin): its policy does not allow {}",
        refused.join(", or ")
    ))
}

/// Asks again with the script's token.
fn meets_authentication(fetch: &Fetch, last: &Exchange, probe: Probe<'_>) -> Option<String> {
    // The token is for the server that the script calls, not for those that it redirects to.
    if called(fetch)?.origin() != last.url()?.origin() {
        return None;
    }
    let (_, token) =
        fetch.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    let mut request = last.request.clone();
    request.headers_mut().insert(AUTHORIZATION, token.parse().ok()?);
    let with_token = probe(&request).filter(|response| response.status().is_success())?;
    Some(format!(
        "OPTIONS meets authentication: the answer is {} without the token and {} with it. {COMES_WITHOUT_TOKENS}",
        last.status().as_u16(),
        with_token.status().as_u16()
    ))
}

fn refused_early(status: u16) -> String {
    format!(
        "OPTIONS is refused with {status}, probably by authentication, a firewall or a CSRF check. {COMES_WITHOUT_TOKENS}"
    )
}
