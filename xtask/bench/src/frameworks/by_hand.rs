//! The two floors, written by hand. This file is a module of `tower` and of `actix`, once in the
//! types of each version of `http`.

use std::collections::HashSet;
use std::hint::black_box;
use std::sync::Mutex;

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

/// What takes the place of a CORS layer.
#[derive(Debug)]
pub enum ByHand {
    /// The right headers, made beforehand, whatever is asked.
    Floor(Begun),
    /// The least that a correct layer does.
    Necessary(Necessary),
}

/// The least that a correct layer does under one policy.
#[derive(Debug)]
pub struct Necessary {
    kind: PolicyKind,
    listed: HashSet<Vec<u8>, RandomState>,
    regex: Regex,
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
    vary: Option<HeaderValue>,
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

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("it is ASCII")
}

/// Lines that live as long as the program, as constants do.
fn lines(lines: &[(impl AsRef<str>, impl AsRef<str>)]) -> Lines {
    let line = |(name, text): &(_, _)| {
        (AsRef::<str>::as_ref(name).parse().expect("it is a name"), value(AsRef::as_ref(text)))
    };
    lines.iter().map(line).collect::<Vec<_>>().leak()
}

/// The only line of a header.
#[inline]
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut only = None;
    for line in headers.get_all(name) {
        if only.replace(line).is_some() {
            return None;
        }
    }
    only
}

impl ByHand {
    /// What `make` names, for a row.
    pub fn new(row: &Row, make: Make) -> &'static Self {
        static BUILT: Mutex<Vec<(PolicyKind, &ByHand)>> = Mutex::new(Vec::new());
        if let Make::Floor(status, headers) = make {
            let status = status.map(|status| StatusCode::from_u16(status).expect("it was one"));
            let begun = Begun { status, lines: lines(&headers), ..Begun::default() };
            return Box::leak(Box::new(Self::Floor(begun)));
        }
        // Once per process: under valgrind, a list of a million takes long.
        let mut built = BUILT.lock().expect("no holder panics");
        if !built.iter().any(|(kind, _)| *kind == row.policy) {
            let necessary = Self::Necessary(Necessary::new(row.policy));
            built.push((row.policy, Box::leak(Box::new(necessary))));
        }
        built.iter().find(|(kind, _)| *kind == row.policy).expect("it was built").1
    }

    /// Looks at a request.
    #[inline]
    pub fn begin(&'static self, method: &Method, headers: &HeaderMap) -> Begun {
        match self {
            Self::Floor(begun) => begun.clone(),
            Self::Necessary(necessary) => necessary.begin(method, headers),
        }
    }

    /// Writes the headers of the response.
    #[inline]
    pub fn end(&self, begun: Begun, headers: &mut HeaderMap) {
        if matches!(self, Self::Necessary(_)) {
            let is_own = |name: &&HeaderName| name.as_str().starts_with("access-control-");
            while let Some(name) = headers.keys().find(is_own).cloned() {
                headers.remove(name);
            }
        }
        if let Some(vary) = begun.vary {
            let mut line = Vec::new();
            for own in headers.get_all(VARY) {
                line.reserve(64);
                line.extend_from_slice(own.as_bytes());
                line.extend_from_slice(b", ");
            }
            let joined = (!line.is_empty()).then(|| {
                line.extend_from_slice(vary.as_bytes());
                HeaderValue::try_from(line).expect("its parts were values")
            });
            headers.insert(VARY, joined.unwrap_or(vary));
        }
        if let Some(origin) = begun.origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
        if let Some(names) = begun.names {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
        for (name, value) in begun.lines {
            headers.insert(name.clone(), value.clone());
        }
    }
}

impl Necessary {
    fn new(kind: PolicyKind) -> Self {
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
        let (listed, vary, also) = match kind {
            PolicyKind::Origins(n) => (policy::origins(n).collect(), "Origin", ""),
            PolicyKind::Forbid(n) => {
                (policy::origins(n).collect(), "Origin, Sec-Fetch-Site", ", Sec-Fetch-Site")
            }
            PolicyKind::AnyHeader(n) => {
                (policy::origins(n).collect(), "Origin", ", Access-Control-Request-Headers")
            }
            PolicyKind::Subdomains(n) => (policy::domains(n).collect(), "Origin", ""),
            PolicyKind::Regex | PolicyKind::Any | PolicyKind::Echo => (Vec::new(), "Origin", ""),
        };
        let echoes_names = matches!(kind, PolicyKind::AnyHeader(_));
        Self {
            kind,
            listed: listed.into_iter().map(String::into_bytes).collect(),
            regex: policy::anchored(),
            constant: match kind {
                PolicyKind::Any => Some(lines(&[origin("*"), expose])),
                PolicyKind::Origins(1) => Some(lines(&[origin(APP), credentials, expose])),
                _ => None,
            },
            simple: lines(&[credentials, expose]),
            preflight: lines(&preflight[..if echoes_names { 3 } else { 4 }]),
            vary: value(vary),
            vary_options: value(&format!("Origin, Access-Control-Request-Method{also}")),
        }
    }

    #[inline]
    fn begin(&'static self, method: &Method, headers: &HeaderMap) -> Begun {
        let options = *method == Method::OPTIONS;
        if let (false, Some(lines)) = (options, self.constant) {
            return Begun { lines, ..Begun::default() };
        }
        let vary = if options { &self.vary_options } else { &self.vary };
        let mut begun = Begun { vary: Some(vary.clone()), ..Begun::default() };
        let Some(origin) = only(headers, ORIGIN) else { return begun };
        let asked = if options { only(headers, ACCESS_CONTROL_REQUEST_METHOD) } else { None };
        if !self.allows(origin.as_bytes()) {
            let forbidden = matches!(self.kind, PolicyKind::Forbid(_))
                && only(headers, HeaderName::from_static("sec-fetch-site"))
                    .is_none_or(|site| site != "same-origin" && site != "none");
            begun.status = (asked.is_some() || forbidden).then_some(StatusCode::FORBIDDEN);
            return begun;
        }
        begun.origin = Some(origin.clone());
        begun.lines = self.simple;
        if let Some(method) = asked {
            begun.status = Some(StatusCode::NO_CONTENT);
            begun.lines = self.preflight;
            begun.names = self.judge(method, only(headers, ACCESS_CONTROL_REQUEST_HEADERS));
        }
        begun
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
            PolicyKind::Regex => self.regex.is_match(origin),
            PolicyKind::Any => true,
            PolicyKind::Echo => host().is_some_and(|host| host.iter().all(is_host)),
            _ => self.listed.contains(origin),
        }
    }

    /// Judges what a preflight asks for, as a log of refusals needs it: the answer is the same either
    /// way, except that a policy of any header echoes the names.
    #[inline]
    fn judge(&self, method: &HeaderValue, names: Option<&HeaderValue>) -> Option<HeaderValue> {
        let list = names.map_or(&[][..], |names| names.as_bytes());
        let is_token = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let echoes = matches!(self.kind, PolicyKind::AnyHeader(_));
        let is_allowed = |name: &[u8]| match echoes {
            true => name != b"authorization" && name.iter().all(is_token),
            false => HEADERS.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes())),
        };
        let allowed = list.len() <= 4096
            && list
                .split(|byte| *byte == b',')
                .map(<[u8]>::trim_ascii)
                .all(|name| name.is_empty() || is_allowed(name));
        black_box(allowed && METHODS.iter().any(|known| method == known));
        names.filter(|_| echoes && allowed).cloned()
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
