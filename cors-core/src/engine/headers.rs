//! Which request headers a policy allows, and the list that a preflight asks for.
//!
//! [Fetch, headers](https://fetch.spec.whatwg.org/#terminology-headers)

use crate::engine::names::{Names, is_token};

/// The limit on all `Access-Control-Request-Headers` lines together, in bytes. A longer list is
/// refused unread. No browser's list is this long, however a proxy splits it into lines.
pub(crate) const MAX_LIST: usize = 4096;

/// The limit on lines: enough for each byte of [`MAX_LIST`] on a line of its own, with an empty line
/// between any two.
const MAX_LINES: usize = 2 * MAX_LIST;

/// `*` never covers `authorization`.
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

/// Fields that the registry's documents define only for requests. Some, such as `accept` and
/// `accept-encoding`, are missing because servers may send them too.
/// [RFC 9110, 18.4](https://www.rfc-editor.org/rfc/rfc9110#section-18.4)
const REQUEST_ONLY: [&str; 27] = [
    "accept-charset",
    "accept-language",
    "authorization",
    "cookie",
    "cookie2",
    "depth",
    "dnt",
    "early-data",
    "expect",
    "forwarded",
    "from",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-event-id",
    "max-forwards",
    "origin",
    "prefer",
    "proxy-authorization",
    "range",
    "referer",
    "te",
    "upgrade-insecure-requests",
    "user-agent",
];

/// Fields that the registry's documents define only for responses. `expires`, for example, is missing
/// because scripts store it with uploads.
const RESPONSE_ONLY: [&str; 27] = [
    "accept-ch",
    "accept-patch",
    "accept-post",
    "accept-ranges",
    "age",
    "allow",
    "alt-svc",
    "clear-site-data",
    "content-security-policy",
    "content-security-policy-report-only",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "etag",
    "location",
    "permissions-policy",
    "preference-applied",
    "referrer-policy",
    "retry-after",
    "server",
    "server-timing",
    "strict-transport-security",
    "timing-allow-origin",
    "vary",
    "www-authenticate",
    "x-content-type-options",
    "x-frame-options",
];

/// Whether scripts may always read the response header.
pub(crate) fn is_safelisted_response(name: &str) -> bool {
    is_one_of(name, &SAFELISTED_RESPONSE)
}

/// Whether only browsers set the request header, so that no preflight asks for it.
pub(crate) fn is_forbidden_request(name: &str) -> bool {
    is_one_of(name, &FORBIDDEN_REQUEST)
        || ["proxy-", "sec-"].iter().any(|prefix| has_prefix(name, prefix))
}

/// Whether preflights themselves use the header. Only browsers set these too.
pub(crate) fn is_preflights_own(name: &str) -> bool {
    is_one_of(name, &["access-control-request-headers", "access-control-request-method"])
}

/// Whether the field is defined only for requests, so there is no reason to expose it.
pub(crate) fn is_request_only(name: &str) -> bool {
    is_one_of(name, &REQUEST_ONLY)
        || ["access-control-request-", "sec-ch-", "sec-fetch-"].iter().any(|p| has_prefix(name, p))
}

/// Whether the field is defined only for responses, so scripts have no reason to send it.
pub(crate) fn is_response_only(name: &str) -> bool {
    is_one_of(name, &RESPONSE_ONLY) || is_cors_response(name)
}

/// Whether the protocol uses the header in responses.
pub(crate) fn is_cors_response(name: &str) -> bool {
    is_one_of(name, &["access-control-expose-headers", "access-control-max-age"])
        || has_prefix(name, "access-control-allow-")
}

/// [Fetch, forbidden response-header name](https://fetch.spec.whatwg.org/#forbidden-response-header-name)
pub(crate) fn is_set_cookie(name: &str) -> bool {
    is_one_of(name, &["set-cookie", "set-cookie2"])
}

fn is_one_of(name: &str, list: &[&str]) -> bool {
    list.iter().any(|listed| listed.eq_ignore_ascii_case(name))
}

fn has_prefix(name: &str, prefix: &str) -> bool {
    name.as_bytes()
        .split_at_checked(prefix.len())
        .is_some_and(|(start, _)| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// The compiled `allow_headers`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AllowHeaders {
    pub(crate) any: bool,
    pub(crate) names: Names,
}

/// The verdict on a preflight's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskedHeaders<'r> {
    /// Every name is allowed. `verbatim` if one line holds only the names and their commas.
    Allowed { verbatim: bool },
    /// The first name that is not allowed.
    Refused(&'r [u8]),
    /// Longer than [`MAX_LIST`].
    TooLong,
}

impl AllowHeaders {
    pub(crate) fn allows(&self, name: &[u8]) -> bool {
        let is_covered = || {
            is_token(name) && name != b"*" && !name.eq_ignore_ascii_case(NON_WILDCARD.as_bytes())
        };
        self.any && is_covered() || self.names.contains(name)
    }

    /// Judges the lines of `Access-Control-Request-Headers`. Proxies may reorder names, change their
    /// case, split lines, and add white space and empty elements.
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
        for element in lines().filter(|line| !self.any || !is_plain(line)).flat_map(elements) {
            verbatim &= !element.is_empty();
            if !element.is_empty() && !self.allows(element) {
                return AskedHeaders::Refused(element);
            }
        }
        AskedHeaders::Allowed { verbatim }
    }

    /// The requested names that are allowed, joined. Call this only if [`judge`](Self::judge) did not
    /// find the lines too long.
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

    /// The value of `Access-Control-Allow-Headers`, if it is the same for every preflight.
    pub(crate) fn list(&self) -> Option<String> {
        let star = self.any.then_some("*");
        let all: Vec<&str> = star.into_iter().chain(self.names.iter()).collect();
        (!all.is_empty()).then(|| all.join(","))
    }
}

/// Whether a line holds only names that `*` covers, with one comma between any two. It may err towards
/// no: the letter `z` is left out, because of `authorization`.
///
/// Every byte is looked at, so that the compiler can look at many at once.
fn is_plain(line: &[u8]) -> bool {
    let is_plain = |byte: u8| matches!(byte, b'a'..=b'y' | b'0'..=b'9' | b'-' | b',');
    let Some((last, rest)) = line.split_last() else { return false };
    let pairs = rest.iter().zip(&line[1..]);
    let odd = pairs.fold(line[0] == b',' || *last == b',' || !is_plain(*last), |odd, (a, b)| {
        odd | !is_plain(*a) | (*a == b',') & (*b == b',')
    });
    !odd
}

/// The elements of a list, without surrounding white space.
/// [RFC 9110, 5.6.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1.2)
pub(crate) fn elements(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|b| *b == b',').map(trim)
}

/// Removes surrounding tabs and spaces.
pub(crate) fn trim(mut element: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = element {
        element = rest;
    }
    element
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::names::Case;

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
    fn plain_lines() {
        for line in ["x", "x-a", "a,b,c", "x-0,9-y"] {
            assert!(is_plain(line.as_bytes()), "{line}");
        }
        let odd = [",", ",x", "x,", "x,,y", "x,,,y", "z", "a,z", "z,a", "zz", "A", "a b", "a b c"];
        for line in odd.into_iter().chain([""]) {
            assert!(!is_plain(line.as_bytes()), "{line}");
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

    /// The two lists contradict neither each other nor what browsers do.
    #[test]
    fn fields_of_one_side_alone() {
        for name in REQUEST_ONLY {
            assert!(is_request_only(name) && !is_response_only(name), "{name}");
            assert!(!is_safelisted_response(name) && !is_set_cookie(name), "{name}");
        }
        for name in RESPONSE_ONLY {
            assert!(is_response_only(name) && !is_request_only(name), "{name}");
            assert!(!is_forbidden_request(name) && !is_preflights_own(name), "{name}");
        }
        for list in [&REQUEST_ONLY[..], &RESPONSE_ONLY] {
            assert!(list.is_sorted() && list.iter().all(|name| is_token(name.as_bytes())));
        }
        // Either side may send these.
        let either = SAFELISTED_RESPONSE.into_iter().chain([
            "accept",
            "accept-encoding",
            "content-disposition",
            "date",
            "link",
            "via",
            "x-csrf-token",
            "x-request-id",
        ]);
        for name in either {
            assert!(!is_request_only(name) && !is_response_only(name), "{name}");
        }
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
