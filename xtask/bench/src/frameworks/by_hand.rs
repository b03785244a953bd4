//! The two floors, written by hand. This file is a module of `tower` and of `actix`, once in the
//! types of each version of `http`.

use std::collections::HashSet;

use foldhash::fast::RandomState;
use regex::bytes::Regex;

use super::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderName, HeaderValue, ORIGIN, VARY,
};
use super::http::{Method, StatusCode};
use crate::frameworks::Make;
use crate::policy::{self, HEADERS, METHODS};
use crate::rows::{APP, PolicyKind, Row};

type Lines = &'static [(HeaderName, HeaderValue)];

/// What takes the place of a CORS layer: the right headers, made beforehand, whatever is asked; or the least
/// that a correct layer does under one policy.
#[derive(Debug)]
pub struct ByHand {
    beforehand: Option<Begun>,
    kind: PolicyKind,
    listed: &'static HashSet<Vec<u8>, RandomState>,
    regex: Option<Regex>,
    /// All lines, where none depends on the request.
    constant: Option<Lines>,
    simple: Lines,
    preflight: Lines,
    vary: HeaderValue,
    vary_options: HeaderValue,
}

/// What is kept of a request for its response.
#[derive(Clone, Debug, Default)]
pub struct Begun {
    /// The status, if the layer answers instead of the service.
    pub status: Option<StatusCode>,
    vary: Option<&'static HeaderValue>,
    origin: Option<HeaderValue>,
    names: Option<HeaderValue>,
    lines: Lines,
}

/// The method and headers of a row's request.
pub fn head(row: &Row) -> (Method, HeaderMap) {
    let line = |(name, value)| {
        let value = HeaderValue::from_maybe_shared(value).expect("it is ASCII");
        (HeaderName::from_static(name), value)
    };
    let method = Method::from_bytes(row.method().as_bytes()).expect("it is a token");
    (method, row.headers().into_iter().map(line).collect())
}

/// Values and lines live as long as the program, as constants do.
fn value(text: &str) -> HeaderValue {
    HeaderValue::from_static(text.to_owned().leak())
}

fn lines(lines: &[(impl AsRef<str>, impl AsRef<str>)]) -> Lines {
    let line = |(name, text): &(_, _)| {
        (AsRef::<str>::as_ref(name).parse().expect("it is a name"), value(AsRef::as_ref(text)))
    };
    lines.iter().map(line).collect::<Vec<_>>().leak()
}

/// The only line of a header.
#[inline]
#[allow(clippy::useless_conversion, reason = "it is one in the older version of `http` alone")]
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut lines = headers.get_all(name).into_iter();
    lines.next().filter(|_| lines.next().is_none())
}

impl ByHand {
    /// What `make` names, for a row.
    pub fn new(row: &Row, make: Make) -> &'static Self {
        let beforehand = match make {
            Make::Floor(status, headers) => Some(Begun {
                status: status.map(|status| StatusCode::from_u16(status).expect("it was one")),
                lines: lines(&headers),
                ..Begun::default()
            }),
            _ => None,
        };
        let origin = |origin| ("access-control-allow-origin", origin);
        let credentials = ("access-control-allow-credentials", "true");
        let expose = ("access-control-expose-headers", "x-request-id");
        let (methods, names) = (METHODS.join(","), HEADERS.join(","));
        let preflight = [
            credentials,
            ("access-control-allow-methods", &methods),
            ("access-control-max-age", "600"),
            ("access-control-allow-headers", &names),
        ];
        let (vary, also, sent) = match row.policy {
            PolicyKind::Forbid(_) => ("Origin, Sec-Fetch-Site", ", Sec-Fetch-Site", 4),
            PolicyKind::AnyHeader(_) => ("Origin", ", Access-Control-Request-Headers", 3),
            _ => ("Origin", "", 4),
        };
        let kind = row.policy;
        Box::leak(Box::new(Self {
            beforehand,
            kind,
            listed: &policy::built(kind).1,
            regex: (kind == PolicyKind::Regex).then(policy::anchored),
            constant: match kind {
                PolicyKind::Any => Some(lines(&[origin("*"), expose])),
                PolicyKind::Origins(1) => Some(lines(&[origin(APP), credentials, expose])),
                _ => None,
            },
            simple: lines(&[credentials, expose]),
            preflight: lines(&preflight[..sent]),
            vary: value(vary),
            vary_options: value(&format!("Origin, Access-Control-Request-Method{also}")),
        }))
    }

    /// Looks at a request.
    #[inline]
    pub fn begin(&'static self, method: &Method, headers: &HeaderMap) -> Begun {
        if let Some(begun) = &self.beforehand {
            return begun.clone();
        }
        let options = *method == Method::OPTIONS;
        if let (false, Some(lines)) = (options, self.constant) {
            return Begun { lines, ..Begun::default() };
        }
        let vary = if options { &self.vary_options } else { &self.vary };
        let mut begun = Begun { vary: Some(vary), ..Begun::default() };
        let Some(origin) = only(headers, ORIGIN) else { return begun };
        let preflight = options && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if !self.allows(origin.as_bytes()) {
            let forbidden = matches!(self.kind, PolicyKind::Forbid(_))
                && only(headers, HeaderName::from_static("sec-fetch-site"))
                    .is_none_or(|site| site != "same-origin" && site != "none");
            begun.status = (preflight || forbidden).then_some(StatusCode::FORBIDDEN);
            return begun;
        }
        begun.origin = Some(origin.clone());
        begun.lines = self.simple;
        if preflight {
            begun.status = Some(StatusCode::NO_CONTENT);
            begun.lines = self.preflight;
            begun.names = self.echo(headers);
        }
        begun
    }

    /// Writes the headers of the response.
    #[inline]
    pub fn end(&self, begun: Begun, headers: &mut HeaderMap) {
        if self.beforehand.is_none() {
            let is_own = |name: &&HeaderName| name.as_str().starts_with("access-control-");
            while let Some(name) = headers.keys().find(is_own).cloned() {
                headers.remove(name);
            }
        }
        let vary = begun.vary.map(|vary| {
            let mut line = Vec::new();
            for own in headers.get_all(VARY) {
                line = [&line, own.as_bytes(), b", "].concat();
            }
            if line.is_empty() {
                return vary.clone();
            }
            HeaderValue::try_from([&line, vary.as_bytes()].concat()).expect("both were values")
        });
        let mut set = |name, value: Option<HeaderValue>| {
            if let Some(value) = value {
                headers.insert(name, value);
            }
        };
        set(VARY, vary);
        set(ACCESS_CONTROL_ALLOW_ORIGIN, begun.origin);
        set(ACCESS_CONTROL_ALLOW_HEADERS, begun.names);
        for (name, value) in begun.lines {
            headers.insert(name.clone(), value.clone());
        }
    }

    /// One hash and one comparison, where the policy is a list.
    #[inline]
    fn allows(&self, origin: &[u8]) -> bool {
        let is_host = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
        let host = || origin.strip_prefix(b"https://");
        match self.kind {
            PolicyKind::Subdomains(_) => host().is_some_and(|host| {
                let mut dots = (0..host.len()).filter(|i| host[*i] == b'.');
                dots.any(|dot| self.listed.contains(&host[dot + 1..]))
            }),
            PolicyKind::Regex => self.regex.as_ref().is_some_and(|regex| regex.is_match(origin)),
            PolicyKind::Any => true,
            PolicyKind::Echo => host().is_some_and(|host| host.iter().all(is_host)),
            _ => self.listed.contains(origin),
        }
    }

    /// The names that a preflight asks for, if the answer repeats them. Whether the others are allowed it
    /// does not tell: that answer is the same.
    #[inline]
    fn echo(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let PolicyKind::AnyHeader(_) = self.kind else { return None };
        let names = only(headers, ACCESS_CONTROL_REQUEST_HEADERS)?;
        let is_token = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let mut each = names.as_bytes().split(|byte| *byte == b',');
        let are_allowed = names.len() <= 4096
            && each.all(|name| name != b"authorization" && name.iter().all(is_token));
        are_allowed.then(|| names.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows;

    #[test]
    fn what_a_handler_has_set_gives_way_and_its_vary_is_kept() {
        let row = rows::named("not allowed, of 100");
        let by_hand = ByHand::new(&row, Make::Necessary);
        let (method, headers) = head(&row);
        let begun = by_hand.begin(&method, &headers);
        let mut own = HeaderMap::new();
        own.insert(ACCESS_CONTROL_ALLOW_ORIGIN, value("*"));
        own.append(VARY, value("Accept"));
        own.append(VARY, value("Accept-Encoding"));
        by_hand.end(begun, &mut own);
        let lines: Vec<_> = own.iter().map(|(name, value)| (name.as_str(), value)).collect();
        assert_eq!(lines, [("vary", &value("Accept, Accept-Encoding, Origin"))]);
    }
}
