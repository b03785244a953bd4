//! The floor: the right headers, made beforehand, and nothing that decides.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, VARY,
};
use http::{HeaderMap, HeaderValue};

use crate::answer::Answer;

/// The headers of one answer, in one library's type of values.
#[derive(Clone, Debug)]
pub struct FloorHeaders<V> {
    /// `Vary`, which is added to the handler's.
    pub vary: Option<V>,
    /// `Access-Control-Allow-Origin`.
    pub origin: Option<V>,
    /// `Access-Control-Allow-Credentials`.
    pub credentials: Option<V>,
    /// `Access-Control-Expose-Headers`.
    pub expose: Option<V>,
    /// `Access-Control-Allow-Methods`.
    pub methods: Option<V>,
    /// `Access-Control-Allow-Headers`.
    pub headers: Option<V>,
    /// `Access-Control-Max-Age`.
    pub max_age: Option<V>,
}

impl<V> FloorHeaders<V> {
    /// What an answer holds beyond that of the bare service.
    ///
    /// The values live as long as the program, as constants would.
    pub fn of(answer: &Answer, bare: &Answer, value: impl Fn(&'static str) -> V) -> &'static Self {
        let added = |name: &str| {
            let line = answer.get(name).find(|line| !bare.get(name).any(|own| own == *line));
            line.map(|line| value(line.to_owned().leak()))
        };
        let headers = Self {
            vary: added("vary"),
            origin: added("access-control-allow-origin"),
            credentials: added("access-control-allow-credentials"),
            expose: added("access-control-expose-headers"),
            methods: added("access-control-allow-methods"),
            headers: added("access-control-allow-headers"),
            max_age: added("access-control-max-age"),
        };
        Box::leak(Box::new(headers))
    }

    /// No headers at all.
    pub fn none() -> &'static Self {
        Box::leak(Box::new(Self {
            vary: None,
            origin: None,
            credentials: None,
            expose: None,
            methods: None,
            headers: None,
            max_age: None,
        }))
    }
}

impl FloorHeaders<HeaderValue> {
    /// Writes them.
    pub fn write(&self, headers: &mut HeaderMap) {
        if let Some(value) = &self.vary {
            headers.append(VARY, value.clone());
        }
        if let Some(value) = &self.origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, value.clone());
        }
        if let Some(value) = &self.credentials {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, value.clone());
        }
        if let Some(value) = &self.expose {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, value.clone());
        }
        if let Some(value) = &self.methods {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, value.clone());
        }
        if let Some(value) = &self.headers {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, value.clone());
        }
        if let Some(value) = &self.max_age {
            headers.insert(ACCESS_CONTROL_MAX_AGE, value.clone());
        }
    }
}

impl FloorHeaders<actix_web::http::header::HeaderValue> {
    /// Writes them in actix-web's own type.
    pub fn write_actix(&self, headers: &mut actix_web::http::header::HeaderMap) {
        use actix_web::http::header;
        if let Some(value) = &self.vary {
            headers.append(header::VARY, value.clone());
        }
        if let Some(value) = &self.origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value.clone());
        }
        if let Some(value) = &self.credentials {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, value.clone());
        }
        if let Some(value) = &self.expose {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, value.clone());
        }
        if let Some(value) = &self.methods {
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, value.clone());
        }
        if let Some(value) = &self.headers {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, value.clone());
        }
        if let Some(value) = &self.max_age {
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_an_answer_has_beyond_the_bare_one() {
        let answer = |lines: &[(&'static str, &'static str)]| {
            Answer::new(200, lines.iter().map(|(name, value)| (*name, value.as_bytes())))
        };
        let bare = answer(&[("vary", "Accept-Encoding"), ("content-type", "text/plain")]);
        let ours = answer(&[
            ("vary", "Accept-Encoding"),
            ("vary", "Origin"),
            ("access-control-allow-origin", "https://a.example"),
            ("access-control-max-age", "600"),
            ("content-type", "text/plain"),
        ]);
        let mut headers = HeaderMap::new();
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.insert("content-type", HeaderValue::from_static("text/plain"));
        FloorHeaders::of(&ours, &bare, HeaderValue::from_static).write(&mut headers);
        let mut response = http::Response::new(());
        *response.headers_mut() = headers;
        assert_eq!(Answer::of(&response), ours);

        let mut headers = HeaderMap::new();
        FloorHeaders::none().write(&mut headers);
        assert!(headers.is_empty());
    }
}
