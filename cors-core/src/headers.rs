//! Which request headers a policy allows, and the list in which a preflight asks for them.
//!
//! [Fetch, headers](https://fetch.spec.whatwg.org/#terminology-headers)

use crate::names::{Names, is_token};

/// As much of all `Access-Control-Request-Headers` lines together as is ever read, in bytes;
/// beyond it the preflight is refused unread. More than any browser's list, however a proxy has
/// cut it into lines.
pub(crate) const MAX_LIST: usize = 4096;

/// As many lines as are ever looked at: each byte of [`MAX_LIST`] in a line of its own, and as many
/// empty ones between them.
const MAX_LINES: usize = 2 * MAX_LIST;

/// `authorization` is never covered by `*`.
/// [Fetch, CORS non-wildcard request-header name](https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name)
pub(crate) const NON_WILDCARD: &str = "authorization";

/// [Fetch, CORS-safelisted response-header name](https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name)
pub(crate) const SAFELISTED_RESPONSE: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];

/// [Fetch, forbidden request-header](https://fetch.spec.whatwg.org/#forbidden-request-header)
const FORBIDDEN_REQUEST: [&str; 19] = [
    "accept-charset",
    "accept-encoding",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Whether scripts may read the response header without a word in any policy.
pub(crate) fn is_safelisted_response(name: &str) -> bool {
    SAFELISTED_RESPONSE.iter().any(|listed| listed.eq_ignore_ascii_case(name))
}

/// Whether browsers keep the request header to themselves, so that no preflight asks for it.
pub(crate) fn is_forbidden_request(name: &str) -> bool {
    FORBIDDEN_REQUEST.iter().any(|listed| listed.eq_ignore_ascii_case(name))
        || ["proxy-", "sec-"].iter().any(|prefix| has_prefix(name, prefix))
}

/// Whether it is one of the protocol's own headers.
pub(crate) fn is_cors(name: &str) -> bool {
    has_prefix(name, "access-control-")
}

/// [Fetch, forbidden response-header name](https://fetch.spec.whatwg.org/#forbidden-response-header-name)
pub(crate) fn is_set_cookie(name: &str) -> bool {
    ["set-cookie", "set-cookie2"].iter().any(|listed| listed.eq_ignore_ascii_case(name))
}

fn has_prefix(name: &str, prefix: &str) -> bool {
    name.as_bytes()
        .split_at_checked(prefix.len())
        .is_some_and(|(start, _)| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// What `allow_headers` has become.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AllowHeaders {
    pub(crate) any: bool,
    pub(crate) names: Names,
}

/// What a preflight asks for, judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskedHeaders<'r> {
    /// Every name may be sent; `verbatim` if one line holds just the names and their commas.
    Allowed { verbatim: bool },
    /// The first name that may not.
    Refused(&'r [u8]),
    /// Longer than [`MAX_LIST`].
    TooLong,
}

impl AllowHeaders {
    pub(crate) fn allows(&self, name: &[u8]) -> bool {
        self.names.contains(name)
            || self.any
                && is_token(name)
                && name != b"*"
                && !name.eq_ignore_ascii_case(NON_WILDCARD.as_bytes())
    }

    /// Judges the lines of `Access-Control-Request-Headers`: in any order and case, over any
    /// number of lines, with optional white space and empty elements, as proxies leave them.
    pub(crate) fn judge<'r, L>(&self, lines: impl Fn() -> L) -> AskedHeaders<'r>
    where
        L: Iterator<Item = &'r [u8]>,
    {
        let mut length = 0;
        let mut verbatim = true;
        for (i, line) in lines().enumerate() {
            length += line.len();
            if length > MAX_LIST || i == MAX_LINES {
                return AskedHeaders::TooLong;
            }
            verbatim = i == 0;
        }
        for element in lines().flat_map(elements) {
            verbatim &= !element.is_empty();
            if !element.is_empty() && !self.allows(element) {
                return AskedHeaders::Refused(element);
            }
        }
        AskedHeaders::Allowed { verbatim }
    }

    /// Those of the names asked for that may be sent, joined. The lines were [judged](Self::judge)
    /// not to be too long.
    pub(crate) fn allowed_of<'r>(&self, lines: impl Iterator<Item = &'r [u8]>) -> Vec<u8> {
        let mut joined = Vec::new();
        for name in lines.flat_map(elements).filter(|name| self.allows(name)) {
            if !joined.is_empty() {
                joined.push(b',');
            }
            joined.extend_from_slice(name);
        }
        joined
    }

    /// The value of `Access-Control-Allow-Headers` where it is the same for every preflight.
    pub(crate) fn list(&self) -> Option<String> {
        let star = self.any.then_some("*");
        let all: Vec<&str> = star.into_iter().chain(self.names.iter()).collect();
        (!all.is_empty()).then(|| all.join(","))
    }
}

/// The elements of a list, without the white space around them.
/// [RFC 9110, 5.6.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1.2)
pub(crate) fn elements(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|b| *b == b',').map(trim)
}

/// Without the tabs and spaces around it.
pub(crate) fn trim(mut element: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = element {
        element = rest;
    }
    element
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Case;

    fn allow(names: &[&str]) -> AllowHeaders {
        let any = names.contains(&"*");
        let names = names.iter().filter(|name| **name != "*").map(|name| (*name).into()).collect();
        AllowHeaders { any, names: Names::new(names, Case::Insensitive) }
    }

    fn judge<'r>(allow: &AllowHeaders, lines: &[&'r str]) -> AskedHeaders<'r> {
        allow.judge(|| lines.iter().map(|line| line.as_bytes()))
    }

    #[test]
    fn accepts_and_rejects() {
        let listed = allow(&["Content-Type", "x-a", "X-B"]);
        for (lines, verbatim) in [
            (&["content-type"][..], true),
            (&["CONTENT-TYPE,X-a,x-b"], true),
            (&["x-b, x-a\t,content-type "], true),
            (&["x-a", "x-b"], false),
            (&[",,x-a,,"], false),
            (&[""], false),
            (&["", " ", ",\t,"], false),
            (&["x-a,x-a,x-a"], true),
        ] {
            assert_eq!(judge(&listed, lines), AskedHeaders::Allowed { verbatim }, "{lines:?}");
        }
        for (line, refused) in [
            ("x-c", "x-c"),
            ("x-a,x-c,x-d", "x-c"),
            ("x", "x"),
            ("x-aa", "x-aa"),
            ("x -a", "x -a"),
            ("accept", "accept"),
            ("x-a;x-b", "x-a;x-b"),
            ("*", "*"),
            ("\u{b}x-a", "\u{b}x-a"),
        ] {
            assert_eq!(
                judge(&listed, &[line]),
                AskedHeaders::Refused(refused.as_bytes()),
                "{line}"
            );
        }
    }

    #[test]
    fn any_but_authorization() {
        let any = allow(&["*"]);
        assert_eq!(judge(&any, &["x-whatever"]), AskedHeaders::Allowed { verbatim: true });
        for refused in ["authorization", "Authorization", "*", "a b", "é"] {
            assert_eq!(judge(&any, &[refused]), AskedHeaders::Refused(refused.as_bytes()));
        }
        let listed = allow(&["*", "authorization"]);
        assert_eq!(judge(&listed, &["AUTHORIZATION,x"]), AskedHeaders::Allowed { verbatim: true });
        let echo = any.allowed_of([&b"x-a, authorization"[..], b"*,,x-b"].into_iter());
        assert_eq!(echo, b"x-a,x-b");
    }

    #[test]
    fn limit() {
        let listed = allow(&["a"]);
        let line = "a,".repeat(2048);
        assert_eq!(judge(&listed, &[&line]), AskedHeaders::Allowed { verbatim: false });
        let letters = vec!["a"; 4096];
        assert_eq!(judge(&listed, &letters), AskedHeaders::Allowed { verbatim: false });
        let allowed = AskedHeaders::Allowed { verbatim: false };
        assert_eq!(judge(&listed, &vec![""; MAX_LINES]), allowed);
        assert_eq!(judge(&listed, &vec![""; MAX_LINES + 1]), AskedHeaders::TooLong);
        assert_eq!(judge(&listed, &[&",".repeat(MAX_LIST + 1)]), AskedHeaders::TooLong);
        assert_eq!(judge(&listed, &[&line, &line]), AskedHeaders::TooLong);
    }
}
