//! The two handwritten baselines. This file is a module of both `tower` and `actix`, with the types of
//! their versions of `http`.

use std::collections::HashSet;

use foldhash::fast::RandomState;
use regex::bytes::Regex;

use super::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderName, HeaderValue, ORIGIN, VARY,
};
use super::http::{Method, StatusCode};
use crate::policy::{self, HEADERS, METHODS};
use crate::rows::{APP, PolicyKind, Row};

type Lines = &'static [(HeaderName, HeaderValue)];

/// A stand-in for a CORS layer.
pub trait ByHand {
    /// Data from the request that the response needs.
    type Begun: Send + 'static;

    /// Reads a request. Returns a status if it answers instead of the service.
    fn begin(
        &'static self,
        method: &Method,
        headers: &HeaderMap,
    ) -> (Option<StatusCode>, Self::Begun);

    /// Writes the headers of the response.
    fn end(&self, begun: Self::Begun, headers: &mut HeaderMap);
}

/// The right headers, made in advance, whatever the request.
pub struct Floor(Option<StatusCode>, Lines);

/// The minimum that a correct layer must do under one policy.
pub struct Necessary {
    kind: PolicyKind,
    listed: &'static HashSet<Vec<u8>, RandomState>,
    regex: Option<Regex>,
    /// All lines, if none depends on the request.
    constant: Option<Lines>,
    simple: Lines,
    preflight: Lines,
    vary: HeaderValue,
    vary_options: HeaderValue,
}

/// The data from a request that a correct layer needs.
#[derive(Default)]
pub struct Kept {
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

/// Values and lines live as long as the program, like constants.
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

#[inline]
fn write(lines: Lines, headers: &mut HeaderMap) {
    for (name, value) in lines {
        headers.insert(name.clone(), value.clone());
    }
}

impl Floor {
    /// Sends these lines, with this status if the layer answers.
    pub fn new(status: Option<u16>, headers: &[(String, String)]) -> &'static Self {
        let status = status.map(|status| StatusCode::from_u16(status).expect("it was one"));
        Box::leak(Box::new(Self(status, lines(headers))))
    }
}

impl ByHand for Floor {
    type Begun = ();

    #[inline]
    fn begin(&'static self, _: &Method, _: &HeaderMap) -> (Option<StatusCode>, ()) {
        (self.0, ())
    }

    #[inline]
    fn end(&self, (): (), headers: &mut HeaderMap) {
        write(self.1, headers);
    }
}

impl ByHand for Necessary {
    type Begun = Kept;

    #[inline]
    fn begin(&'static self, method: &Method, headers: &HeaderMap) -> (Option<StatusCode>, Kept) {
        let options = *method == Method::OPTIONS;
        if let (false, Some(lines)) = (options, self.constant) {
            return (None, Kept { lines, ..Kept::default() });
        }
        let vary = if options { &self.vary_options } else { &self.vary };
        let mut kept = Kept { vary: Some(vary), ..Kept::default() };
        let Some(origin) = only(headers, ORIGIN) else { return (None, kept) };
        let preflight = options && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if !self.allows(origin.as_bytes()) {
            let forbidden = matches!(self.kind, PolicyKind::Forbid(_))
                && only(headers, HeaderName::from_static("sec-fetch-site"))
                    .is_none_or(|site| site != "same-origin" && site != "none");
            return ((preflight || forbidden).then_some(StatusCode::FORBIDDEN), kept);
        }
        kept.origin = Some(origin.clone());
        kept.lines = self.simple;
        if preflight {
            kept.lines = self.preflight;
            kept.names = self.echo(headers);
        }
        (preflight.then_some(StatusCode::NO_CONTENT), kept)
    }

    #[inline]
    fn end(&self, kept: Kept, headers: &mut HeaderMap) {
        let is_own = |name: &&HeaderName| name.as_str().starts_with("access-control-");
        while let Some(name) = headers.keys().find(is_own).cloned() {
            headers.remove(name);
        }
        let vary = kept.vary.map(|vary| {
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
        set(ACCESS_CONTROL_ALLOW_ORIGIN, kept.origin);
        set(ACCESS_CONTROL_ALLOW_HEADERS, kept.names);
        write(kept.lines, headers);
    }
}

impl Necessary {
    /// The baseline for a row's policy.
    pub fn new(row: &Row) -> &'static Self {
        let kind = row.policy;
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
        let (vary, also, sent) = match kind {
            PolicyKind::Forbid(_) => ("Origin, Sec-Fetch-Site", ", Sec-Fetch-Site", 4),
            PolicyKind::AnyHeader(_) => ("Origin", ", Access-Control-Request-Headers", 3),
            _ => ("Origin", "", 4),
        };
        Box::leak(Box::new(Self {
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

    /// One hash and one comparison, if the policy is a list.
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

    /// The names that a preflight asks for, if the answer repeats them. Otherwise the answer is the same
    /// whether they are allowed or not.
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
        let by_hand = Necessary::new(&row);
        let (method, headers) = head(&row);
        let (_, begun) = by_hand.begin(&method, &headers);
        let mut own = HeaderMap::new();
        own.insert(ACCESS_CONTROL_ALLOW_ORIGIN, value("*"));
        own.append(VARY, value("Accept"));
        own.append(VARY, value("Accept-Encoding"));
        by_hand.end(begun, &mut own);
        let lines: Vec<_> = own.iter().map(|(name, value)| (name.as_str(), value)).collect();
        assert_eq!(lines, [("vary", &value("Accept, Accept-Encoding, Origin"))]);
    }
}
