//! The core's traits for actix-web's types, which are `http` 0.2 and a header map of its own. The core
//! implements them only for `http` 1.

use actix_web::dev;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use cors_core::adapter::{
    RequestHead, RequestHeader, ResponseHeader, ResponseHeaders, is_cors_response_header,
};

use crate::Exchange;

// Constants, because a `&str` key is parsed at each look-up.
const REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static(RequestHeader::RequestPrivateNetwork.as_str());
const FETCH_SITE: HeaderName = HeaderName::from_static(RequestHeader::FetchSite.as_str());
const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static(ResponseHeader::AllowPrivateNetwork.as_str());

/// The request, as the engine reads it.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'r>(pub(crate) &'r dev::RequestHead);

impl RequestHead for Asking<'_> {
    type Value = HeaderValue;

    fn method(&self) -> &str {
        self.0.method.as_str()
    }

    fn lines(&self, name: RequestHeader) -> impl Iterator<Item = &HeaderValue> {
        let name = match name {
            RequestHeader::Origin => &header::ORIGIN,
            RequestHeader::RequestMethod => &header::ACCESS_CONTROL_REQUEST_METHOD,
            RequestHeader::RequestHeaders => &header::ACCESS_CONTROL_REQUEST_HEADERS,
            RequestHeader::RequestPrivateNetwork => &REQUEST_PRIVATE_NETWORK,
            RequestHeader::Host => &header::HOST,
            RequestHeader::FetchSite => &FETCH_SITE,
            RequestHeader::Upgrade => &header::UPGRADE,
            // A header that the core reads and this list does not have yet.
            other => &HeaderName::from_static(other.as_str()),
        };
        self.0.headers.get_all(name)
    }

    fn header(&self, name: &str) -> Option<&[u8]> {
        self.0.headers.get(name).map(HeaderValue::as_bytes)
    }

    fn target_authority(&self) -> Option<&[u8]> {
        self.0.uri.authority().map(|authority| authority.as_str().as_bytes())
    }
}

/// The response headers, as the engine writes them.
struct Answering<'r>(&'r mut HeaderMap);

impl ResponseHeaders<HeaderValue> for Answering<'_> {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(HeaderName::as_str)
    }

    fn remove_cors(&mut self) {
        self.0.retain(|name, _| !is_cors_response_header(name.as_str()));
    }

    fn append(&mut self, name: ResponseHeader, value: HeaderValue) {
        let name = match name {
            ResponseHeader::AllowOrigin => header::ACCESS_CONTROL_ALLOW_ORIGIN,
            ResponseHeader::AllowCredentials => header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            ResponseHeader::AllowMethods => header::ACCESS_CONTROL_ALLOW_METHODS,
            ResponseHeader::AllowHeaders => header::ACCESS_CONTROL_ALLOW_HEADERS,
            ResponseHeader::AllowPrivateNetwork => ALLOW_PRIVATE_NETWORK,
            ResponseHeader::ExposeHeaders => header::ACCESS_CONTROL_EXPOSE_HEADERS,
            ResponseHeader::MaxAge => header::ACCESS_CONTROL_MAX_AGE,
            ResponseHeader::Vary => header::VARY,
            other => HeaderName::from_static(other.as_str()),
        };
        self.0.append(name, value);
    }

    fn vary(&self) -> impl Iterator<Item = &HeaderValue> {
        self.0.get_all(&header::VARY)
    }

    fn set_vary(&mut self, value: HeaderValue) {
        self.0.insert(header::VARY, value);
    }
}

/// Writes the response headers.
pub(crate) fn write(exchange: Exchange, headers: &mut HeaderMap) {
    exchange.write(&mut Answering(headers));
}
