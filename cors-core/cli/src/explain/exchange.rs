//! What was sent and what came, and the URLs of it.

use cors_core::browser::Fetch;
use cors_core::explain::redirects_to_login;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN, VARY,
};
use http::{HeaderValue, Request, Response, StatusCode};
use url::{Position, Url};

use crate::client::Received;
use crate::server::Answer;

/// A request that was sent, and what came.
pub(super) struct Exchange {
    pub(super) request: Request<()>,
    pub(super) received: Received,
}

impl Exchange {
    /// From which to tell the server.
    pub(super) fn answer(&self) -> Answer<'_> {
        Answer::new(&self.received.response).with_body(&self.received.body)
    }

    pub(super) fn pair(&self) -> (Request<()>, Response<()>) {
        (self.request.clone(), self.received.response.clone())
    }

    pub(super) fn is_preflight(&self) -> bool {
        self.request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    }

    pub(super) fn redirects_to_login(&self) -> bool {
        redirects_to_login(&self.request, &self.received.response)
    }

    pub(super) fn url(&self) -> Option<Url> {
        url_of(&self.request)
    }

    pub(super) fn status(&self) -> StatusCode {
        self.received.response.status()
    }

    /// The request header's value.
    pub(super) fn requested(&self, name: HeaderName) -> Option<String> {
        self.request.headers().get(name).map(lossy)
    }

    /// The response header's first line.
    pub(super) fn answered(&self, name: HeaderName) -> Option<String> {
        self.received.response.headers().get(name).map(lossy)
    }

    /// The lines of the response header.
    pub(super) fn lines(&self, name: &HeaderName) -> Vec<String> {
        self.received.response.headers().get_all(name).iter().map(lossy).collect()
    }

    /// The elements of all these lines.
    pub(super) fn list(&self, name: &HeaderName) -> Vec<String> {
        let lines = self.lines(name);
        lines.iter().flat_map(|line| line.split(',')).map(|name| name.trim().to_owned()).collect()
    }

    pub(super) fn has_allow_origin(&self) -> bool {
        self.received.response.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
    }

    pub(super) fn varies_on(&self, name: &HeaderName) -> bool {
        self.list(&VARY).iter().any(|varies| varies.eq_ignore_ascii_case(name.as_str()))
    }

    /// The origin, if the answer depends on it and allows none: then a CORS layer has seen it.
    pub(super) fn unlisted_origin(&self) -> Option<String> {
        self.requested(ORIGIN).filter(|_| !self.has_allow_origin() && self.varies_on(&ORIGIN))
    }
}

fn lossy(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// A URL without its parts that may hold secrets.
pub(super) fn shown(url: &Url) -> String {
    format!(
        "{}{}",
        &url[..Position::BeforeUsername],
        &url[Position::BeforeHost..Position::AfterPath]
    )
}

/// A request's URL without its parts that may hold secrets.
pub(super) fn shown_url(request: &Request<()>) -> String {
    url_of(request).map_or_else(|| request.uri().path().to_owned(), |url| shown(&url))
}

fn url_of(request: &Request<()>) -> Option<Url> {
    Url::parse(&request.uri().to_string()).ok()
}

/// The URL that the script calls.
pub(super) fn called(fetch: &Fetch) -> Option<Url> {
    Url::parse(&fetch.absolute_url()?).ok()
}
