//! What a decision is, and what the adapter does about it.

use crate::origin::Origin;
use http::StatusCode;
use std::fmt;

/// What a policy says about a request.
///
/// It borrows only what it quotes from the request. For the headers that follow, see
/// [`Exchange`](crate::adapter::Exchange).
///
/// [Fetch, HTTP requests](https://fetch.spec.whatwg.org/#http-requests)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "code that handles decisions should not compile when there is a new one"
)]
pub enum Decision<'r> {
    /// No `Origin`, or one that `disallowed_origin = "forbid"` recognizes as the server's own.
    NotCors,
    /// An actual request from an allowed origin.
    Simple,
    /// A preflight that asks only for what is allowed.
    Preflight,
    /// The host is not in `own_hosts`, the origin is not allowed, or a preflight asks for a method or header that is not, or
    /// `disallowed_origin = "forbid"` finds that another origin sent the request.
    Reject(Reason<'r>),
}

#[cfg(feature = "browser")]
impl Decision<'_> {
    /// Whether the request has an origin that is allowed, whatever else is refused.
    pub(crate) fn allows_origin(&self) -> bool {
        match self {
            Self::Simple | Self::Preflight => true,
            Self::NotCors => false,
            Self::Reject(reason) => matches!(
                reason,
                Reason::MethodNotAllowed(_)
                    | Reason::MethodMalformed(_)
                    | Reason::MethodRepeated
                    | Reason::HeaderNotAllowed(_)
                    | Reason::HeadersTooLong
            ),
        }
    }
}

/// Why a request is rejected, with the offending part of the request.
///
/// The bytes come from the client: escape and truncate them before you log them, as `Display` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason<'r> {
    /// A well-formed origin, or `null`, that the policy does not allow.
    OriginNotAllowed(&'r [u8]),
    /// An `Origin` that no browser sends: empty, too long, or not a serialized origin.
    OriginMalformed(&'r [u8]),
    /// More than one `Origin`.
    OriginRepeated,
    /// No `Origin`, a `Sec-Fetch-Site` of `cross-site` or `same-site`, and a method that is not safe or
    /// a WebSocket's handshake. Only with `disallowed_origin = "forbid"` or `"forbid-unsafe"`.
    CrossOrigin(&'r [u8]),
    /// The request is for a host that is not in `own_hosts`; empty if it names none, or several.
    HostNotOwn(&'r [u8]),
    /// The requested method is not allowed.
    MethodNotAllowed(&'r [u8]),
    /// The requested method is not a token.
    MethodMalformed(&'r [u8]),
    /// More than one `Access-Control-Request-Method`.
    MethodRepeated,
    /// This is the first requested header that is not allowed.
    HeaderNotAllowed(&'r [u8]),
    /// `Access-Control-Request-Headers` is longer than the limit.
    HeadersTooLong,
}

impl<'r> Reason<'r> {
    /// A short description of the reason.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::OriginNotAllowed(_) => "origin not allowed",
            Self::OriginMalformed(_) => "origin malformed",
            Self::OriginRepeated => "origin repeated",
            Self::HostNotOwn(_) => "host not own",
            Self::CrossOrigin(_) => "cross-origin without an origin",
            Self::MethodNotAllowed(_) => "method not allowed",
            Self::MethodMalformed(_) => "method malformed",
            Self::MethodRepeated => "method repeated",
            Self::HeaderNotAllowed(_) => "header not allowed",
            Self::HeadersTooLong => "headers too long",
        }
    }

    /// The same reason, about other bytes.
    pub(crate) fn about<'o>(&self, value: &'o [u8]) -> Reason<'o> {
        match self {
            Self::OriginNotAllowed(_) => Reason::OriginNotAllowed(value),
            Self::OriginMalformed(_) => Reason::OriginMalformed(value),
            Self::OriginRepeated => Reason::OriginRepeated,
            Self::CrossOrigin(_) => Reason::CrossOrigin(value),
            Self::HostNotOwn(_) => Reason::HostNotOwn(value),
            Self::MethodNotAllowed(_) => Reason::MethodNotAllowed(value),
            Self::MethodMalformed(_) => Reason::MethodMalformed(value),
            Self::MethodRepeated => Reason::MethodRepeated,
            Self::HeaderNotAllowed(_) => Reason::HeaderNotAllowed(value),
            Self::HeadersTooLong => Reason::HeadersTooLong,
        }
    }

    /// The offending bytes, if there are any.
    pub fn value(&self) -> Option<&'r [u8]> {
        match *self {
            Self::OriginNotAllowed(value)
            | Self::OriginMalformed(value)
            | Self::CrossOrigin(value)
            | Self::HostNotOwn(value)
            | Self::MethodNotAllowed(value)
            | Self::MethodMalformed(value)
            | Self::HeaderNotAllowed(value) => Some(value),
            Self::OriginRepeated | Self::MethodRepeated | Self::HeadersTooLong => None,
        }
    }
}

/// Safe to log: the value is escaped and truncated.
///
/// ```
/// use cors_core::Reason;
///
/// let reason = Reason::HeaderNotAllowed(b"x-evil\nadmin: logged in");
/// assert_eq!(reason.to_string(), r#"header not allowed: "x-evil\nadmin: logged in""#);
/// ```
impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())?;
        match self.value() {
            Some(value) => write!(f, ": \"{}\"", Escaped(value)),
            None => Ok(()),
        }
    }
}

/// A client's bytes, safe to log: ASCII without control characters, and truncated.
#[derive(Clone, Copy)]
pub(crate) struct Escaped<'r>(pub(crate) &'r [u8]);

impl Escaped<'_> {
    /// Enough for an ordinary origin.
    const SHOWN: usize = 128;
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.0[..self.0.len().min(Self::SHOWN)];
        let rest = if shown.len() < self.0.len() { "..." } else { "" };
        write!(f, "{}{rest}", shown.escape_ascii())
    }
}

/// What kind of request it is, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) found: Found,
    pub(crate) plan: Plan,
}

/// What kind of request it is, as far as the answer depends on it. Few callers need the reason for a
/// refusal, and they look for it in the request again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    NotCors,
    Simple,
    /// A preflight from an allowed origin, whatever else it asks for.
    Preflight,
    /// An origin that nothing allows: well-formed, malformed, `null` or repeated.
    OriginRefused,
    /// No origin, but another site sent it.
    CrossOrigin,
    HostNotOwn,
}

impl Found {
    /// Whether the request has an origin that is allowed, whatever else is refused.
    pub(crate) fn allows_origin(self) -> bool {
        matches!(self, Self::Simple | Self::Preflight)
    }
}

/// An outcome, or the question that it depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'r> {
    Decided(Outcome),
    Ask { origin: Origin<'r>, allowed: Outcome, refused: Outcome },
}

impl Step<'_> {
    /// The outcome if the question is answered with no.
    pub(crate) fn without_asking(self) -> Outcome {
        match self {
            Self::Decided(outcome) => outcome,
            Self::Ask { refused, .. } => refused,
        }
    }
}

/// What to do. It borrows nothing from the request, so a future can hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The status to respond with at once, or `None` to call the handler.
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: ResponseHeaderSet,
    pub(crate) vary: VaryOn,
}

/// Which CORS headers the response gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseHeaderSet {
    None,
    Simple,
    Preflight { methods: Methods, headers: Headers, private_network: bool },
}

/// `Access-Control-Allow-Methods`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Methods {
    /// The policy's.
    Policy,
    /// The requested one.
    Echo,
    /// The ones that the protocol always allows.
    Safelisted,
}

/// `Access-Control-Allow-Headers`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Headers {
    /// The policy's, if it has any.
    Policy,
    /// The request's line, unchanged.
    EchoVerbatim,
    /// The requested names that are allowed.
    EchoAllowed,
    Omit,
}

/// What the response depends on, and so which request headers `Vary` names: the index of one
/// of the policy's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VaryOn(u8);

impl VaryOn {
    /// Nothing but the URL.
    pub(crate) const NOTHING: Self = Self(8);
    /// An `OPTIONS` request: one list whatever was read, since caches do not keep the answer.
    pub(crate) const OPTIONS: Self = Self(9);
    pub(crate) const COUNT: usize = 10;

    /// All, in the order of their indices.
    pub(crate) fn all() -> [Self; Self::COUNT] {
        std::array::from_fn(|index| Self(index as u8))
    }

    /// Any other request: the checks that ran name further headers, and `Sec-Fetch-Site` may have been
    /// read.
    #[inline]
    pub(crate) fn cacheable(consulted: Consulted, fetch_site: bool) -> Self {
        let Consulted { closure, ask } = consulted;
        Self(u8::from(closure) | u8::from(ask) << 1 | u8::from(fetch_site) << 2)
    }

    /// What [`cacheable`](Self::cacheable) was given.
    pub(crate) fn read(self) -> (Consulted, bool) {
        let has = |bit: u8| self.0 & 1 << bit != 0;
        (Consulted { closure: has(0), ask: has(1) }, has(2))
    }

    #[inline]
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Which of the user's own checks the answer depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Consulted {
    pub(crate) closure: bool,
    pub(crate) ask: bool,
}
