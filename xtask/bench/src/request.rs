//! Requests, as a browser sends them and a server reads them.

use axum::body::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// As much of a list as is sent, in bytes.
const KIB: usize = 1024;

/// A request header that every policy allows.
pub const ALLOWED_HEADER: &str = "x-request-id";

/// What the right answer lets the browser do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The script may go on, or read.
    Allowed,
    /// It may not.
    Refused,
}

/// What differs between the requests of the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// `Origin`.
    pub origin: Option<&'static str>,
    /// `Access-Control-Request-Method`, of a preflight.
    pub request_method: Option<&'static str>,
    /// `Access-Control-Request-Headers`.
    pub request_headers: Option<RequestHeaders>,
}

/// What a preflight asks for in `Access-Control-Request-Headers`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestHeaders {
    /// What the policy allows, as a browser asks for it.
    Allowed,
    /// One name more, that it does not allow.
    Refused,
    /// So many KiB of commas.
    Commas(usize),
    /// Of names of one letter.
    Letters(usize),
    /// Of names that are all different.
    Distinct(usize),
    /// Of one name that the policy allows.
    Repeated(usize),
}

impl RequestHeaders {
    /// The lists that no browser sends, by their length.
    pub const LISTS: [fn(usize) -> Self; 4] =
        [Self::Commas, Self::Letters, Self::Distinct, Self::Repeated];

    /// What it is made of.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Allowed => "what is allowed",
            Self::Refused => "one that is not",
            Self::Commas(_) => "commas",
            Self::Letters(_) => "one-letter names",
            Self::Distinct(_) => "distinct names",
            Self::Repeated(_) => "one allowed name",
        }
    }

    /// The list itself.
    pub fn text(&self) -> String {
        let filled = |kib: &usize, name: &dyn Fn(usize) -> String| {
            let mut list = String::new();
            for i in 0.. {
                let name = name(i);
                if list.len() + name.len() + 1 > kib * KIB {
                    break;
                }
                if !list.is_empty() {
                    list.push(',');
                }
                list.push_str(&name);
            }
            list
        };
        match self {
            Self::Allowed => "content-type,x-request-id".to_owned(),
            Self::Refused => "content-type,x-request-id,x-secret".to_owned(),
            Self::Commas(kib) => ",".repeat(kib * KIB),
            Self::Letters(kib) => filled(kib, &|i| char::from(b'a' + (i % 26) as u8).to_string()),
            Self::Distinct(kib) => filled(kib, &|i| format!("x-{i:05}")),
            Self::Repeated(kib) => filled(kib, &|_| ALLOWED_HEADER.to_owned()),
        }
    }
}

impl Ask {
    /// A page of the API's own origin asks.
    pub fn same_origin() -> Self {
        Self { origin: None, request_method: None, request_headers: None }
    }

    /// A script of this origin asks.
    pub fn get(origin: &'static str) -> Self {
        Self { origin: Some(origin), ..Self::same_origin() }
    }

    /// A browser asks, for a script of this origin.
    pub fn preflight(origin: &'static str) -> Self {
        let request_headers = Some(RequestHeaders::Allowed);
        Self { request_method: Some("PUT"), request_headers, ..Self::get(origin) }
    }

    /// For another method.
    pub fn method(self, method: &'static str) -> Self {
        Self { request_method: Some(method), ..self }
    }

    /// For other headers.
    pub fn headers(self, headers: RequestHeaders) -> Self {
        Self { request_headers: Some(headers), ..self }
    }

    /// What the policy with the allowed headers answers to the list.
    pub fn expected(&self) -> Expected {
        match self.request_headers {
            None | Some(RequestHeaders::Allowed) => Expected::Allowed,
            Some(RequestHeaders::Commas(kib) | RequestHeaders::Repeated(kib)) if kib <= 4 => {
                Expected::Allowed
            }
            Some(_) => Expected::Refused,
        }
    }

    /// The method of the request itself.
    pub fn own_method(&self) -> Method {
        if self.request_method.is_some() { Method::OPTIONS } else { Method::GET }
    }

    /// The headers, in the order in which Chromium sends them.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let site = if self.origin.is_some() { "cross-site" } else { "same-origin" };
        let agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/140.0.0.0 Safari/537.36";
        [
            ("host", Some("api.example.org".to_owned())),
            ("connection", Some("keep-alive".to_owned())),
            ("access-control-request-method", self.request_method.map(str::to_owned)),
            (
                "access-control-request-headers",
                self.request_headers.as_ref().map(RequestHeaders::text),
            ),
            ("origin", self.origin.map(str::to_owned)),
            ("user-agent", Some(agent.to_owned())),
            ("accept", Some("*/*".to_owned())),
            ("sec-fetch-mode", Some("cors".to_owned())),
            ("sec-fetch-site", Some(site.to_owned())),
            ("sec-fetch-dest", Some("empty".to_owned())),
            ("referer", Some("https://app.example.com/".to_owned())),
            ("accept-encoding", Some("gzip, deflate, br, zstd".to_owned())),
            ("accept-language", Some("en-GB,en;q=0.9".to_owned())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    /// The values as servers hold them: slices of what was read from the connection.
    pub fn slices(&self) -> Vec<(&'static str, Bytes)> {
        let lines = self.lines();
        let read: String = lines.iter().map(|(_, value)| value.as_str()).collect();
        let read = Bytes::from(read);
        let mut at = 0;
        let slice = |(name, value): &(&'static str, String)| {
            let start = at;
            at += value.len();
            (*name, read.slice(start..at))
        };
        lines.iter().map(slice).collect()
    }

    /// The same, for frameworks that take `http` 1.
    pub fn header_map(&self) -> HeaderMap {
        let line = |(name, value)| {
            let value = HeaderValue::from_maybe_shared(value).expect("it is visible ASCII");
            (HeaderName::from_static(name), value)
        };
        self.slices().into_iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::APP;

    #[test]
    fn lists_fill_what_they_are_to_fill() {
        for list in RequestHeaders::LISTS {
            for kib in [1, 4, 60] {
                let text = list(kib).text();
                let least = kib * KIB - ALLOWED_HEADER.len() - 1;
                assert!((least..=kib * KIB).contains(&text.len()), "{kib} KiB: {}", text.len());
            }
        }
        assert_eq!(RequestHeaders::Letters(1).text()[..8], *"a,b,c,d,");
        assert_eq!(RequestHeaders::Distinct(1).text()[..16], *"x-00000,x-00001,");
        let distinct = RequestHeaders::Distinct(60).text();
        let names: std::collections::HashSet<_> = distinct.split(',').collect();
        assert_eq!(names.len(), distinct.split(',').count());
    }

    #[test]
    fn what_is_read_is_what_a_browser_sends() {
        let ask = Ask::preflight(APP);
        assert_eq!(ask.own_method(), Method::OPTIONS);
        let headers = ask.header_map();
        assert_eq!(headers.len(), 13);
        assert_eq!(headers["origin"], APP);
        assert_eq!(headers["access-control-request-method"], "PUT");
        assert_eq!(headers["access-control-request-headers"], "content-type,x-request-id");
        assert_eq!(headers["sec-fetch-site"], "cross-site");

        let ask = Ask::same_origin();
        assert_eq!(ask.own_method(), Method::GET);
        let headers = ask.header_map();
        assert_eq!(headers.len(), 10);
        assert!(!headers.contains_key("origin"));
        assert_eq!(headers["sec-fetch-site"], "same-origin");
    }
}
