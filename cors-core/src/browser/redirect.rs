//! How a redirect changes a request.
//!
//! [Fetch, HTTP-redirect fetch](https://fetch.spec.whatwg.org/#concept-http-redirect-fetch)

use super::engine::Departures;
use super::fetch::{Body, Mode};
use super::lists::get;
use super::request::{Request, Tainting, includes_credentials};
use super::site::origin_of;
use super::step::{Step, Taken};
use crate::engine::headers::NON_WILDCARD;
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use url::Url;

/// [Fetch, request's redirect count](https://fetch.spec.whatwg.org/#concept-request-redirect-count)
const MAX_REDIRECTS: usize = 20;

/// [Fetch, request-body-header name](https://fetch.spec.whatwg.org/#request-body-header-name)
const BODY_HEADERS: [&str; 4] =
    ["content-encoding", "content-language", "content-location", "content-type"];

/// Whether a response with this status redirects. Not every 3xx does.
///
/// [Fetch, redirect status](https://fetch.spec.whatwg.org/#redirect-status)
///
/// ```
/// use cors_core::browser::is_redirect_status;
/// use http::StatusCode;
///
/// assert!(is_redirect_status(StatusCode::PERMANENT_REDIRECT));
/// assert!(!is_redirect_status(StatusCode::NOT_MODIFIED));
/// ```
pub fn is_redirect_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Changes the request into the next one. `None` if there is no `Location`, so the response is
/// final.
pub(super) fn follow(
    request: &mut Request,
    status: StatusCode,
    response: &HeaderMap,
    departures: &Departures,
) -> Result<Option<Taken>, Taken> {
    let Some(location) = location(request.url(), response, departures)? else { return Ok(None) };
    let fail = |step, says: &str| Err(Taken::failed(step, format!("to {location}{says}")));
    if !matches!(location.scheme(), "http" | "https") {
        return fail(Step::RedirectScheme, "");
    }
    if request.urls.len() > MAX_REDIRECTS {
        return fail(Step::RedirectCount, ", after 20 redirects");
    }
    let foreign = request.mode == Mode::Cors && !request.origin.is_same_origin(&location);
    let forbids_credentials =
        foreign || request.tainting == Tainting::Cors || departures.no_redirect_with_credentials;
    if includes_credentials(&location) && forbids_credentials {
        return fail(Step::RedirectCredentials, "");
    }
    if status != StatusCode::SEE_OTHER && request.body == Body::Stream {
        return fail(Step::RedirectBody, ", and the stream is used up");
    }
    let before = request.unsafe_names();
    let mut says = format!("{} to {location}", status.as_u16());
    let becomes_get = match status.as_u16() {
        301 | 302 => request.method == "POST",
        303 => !matches!(&*request.method, "GET" | "HEAD"),
        _ => false,
    };
    if becomes_get {
        request.method = "GET".to_owned();
        request.body = Body::None;
        BODY_HEADERS.into_iter().for_each(|name| request.delete(name));
        says += ", as GET";
    }
    let is_foreign = origin_of(request.url()) != origin_of(&location);
    if is_foreign && request.has(NON_WILDCARD) {
        request.delete(NON_WILDCARD);
        says += ", without authorization";
    }
    if departures.preflight_lists_dropped {
        request.dropped = before.into_iter().filter(|name| !request.has(name)).collect();
    }
    request.urls.push(location);
    if request.serialized_origin() != request.origin.as_str() {
        says += ", and the origin is null from here on";
    }
    Ok(Some(Taken::passed(Step::Redirect, says)))
}

/// [Fetch, location URL](https://fetch.spec.whatwg.org/#concept-response-location-url)
pub(super) fn location(
    base: &Url,
    response: &HeaderMap,
    departures: &Departures,
) -> Result<Option<Url>, Taken> {
    let Some(line) = response.get(LOCATION) else { return Ok(None) };
    let failure = || Taken::failed(Step::RedirectLocation, format!("Location is {line:?}"));
    let mut others = response.get_all(LOCATION).iter().skip(1);
    let is_one = departures.locations_are_joined
        || others.all(|other| departures.equal_locations_are_one && other == line);
    if !is_one {
        return Err(failure());
    }
    let bytes = match departures.locations_are_joined {
        true => get(response, &LOCATION).unwrap_or_default(),
        false => line.as_bytes().to_vec(),
    };
    if bytes.is_empty() && departures.empty_location_is_none {
        return Ok(None);
    }
    let text = match departures.location_is_latin1 {
        true => bytes.into_iter().map(char::from).collect(),
        false => String::from_utf8_lossy(&bytes).into_owned(),
    };
    let mut url = base.join(&text).map_err(|_| failure())?;
    if url.fragment().is_none() {
        url.set_fragment(base.fragment());
    }
    Ok(Some(url))
}
