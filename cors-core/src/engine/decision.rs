//! What a decision is, and what the adapter is to do about it.

use crate::origin::Origin;
use http::StatusCode;
use std::fmt;

/// What a policy says of a request.
///
/// Borrows from the request only what it quotes. What the adapter does about it, and which
/// headers it writes, is in [`Exchange`](crate::adapter::Exchange).
///
/// [Fetch, HTTP requests](https://fetch.spec.whatwg.org/#http-requests)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "code that handles decisions should not compile when there is a new one"
)]
pub enum Decision<'r> {
    /// No `Origin`, or one that `disallowed_origin = "forbid"` finds to be the server's own.
    NotCors,
    /// An actual request from an origin that is allowed.
    Simple,
    /// A preflight of which everything is allowed.
    Preflight,
    /// An origin that is not allowed, or a preflight whose method or header is not; or what
    /// `disallowed_origin = "forbid"` takes for the request of another origin.
    Reject(Reason<'r>),
}

/// Why a request is rejected, with what the request holds there.
///
/// The bytes are the client's: escape and shorten them before they reach a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason<'r> {
    /// A well-formed origin, or `null`, that the policy does not allow.
    OriginNotAllowed(&'r [u8]),
    /// An `Origin` that no browser sends: empty, too long, no serialized origin.
    OriginMalformed(&'r [u8]),
    /// More than one `Origin`.
    OriginRepeated,
    /// No `Origin` with a method that is not safe, where `Sec-Fetch-Site` says that another origin
    /// sent it: `cross-site` or `same-site`. With `disallowed_origin = "forbid"` alone.
    CrossOrigin(&'r [u8]),
    /// The method asked for is not allowed.
    MethodNotAllowed(&'r [u8]),
    /// The method asked for is no token.
    MethodMalformed(&'r [u8]),
    /// More than one `Access-Control-Request-Method`.
    MethodRepeated,
    /// This one of the headers asked for, the first, is not allowed.
    HeaderNotAllowed(&'r [u8]),
    /// More is asked for in `Access-Control-Request-Headers` than is read.
    HeadersTooLong,
}

impl<'r> Reason<'r> {
    /// What is wrong, in a few words.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::OriginNotAllowed(_) => "origin not allowed",
            Self::OriginMalformed(_) => "origin malformed",
            Self::OriginRepeated => "origin repeated",
            Self::CrossOrigin(_) => "cross-origin without an origin",
            Self::MethodNotAllowed(_) => "method not allowed",
            Self::MethodMalformed(_) => "method malformed",
            Self::MethodRepeated => "method repeated",
            Self::HeaderNotAllowed(_) => "header not allowed",
            Self::HeadersTooLong => "headers too long",
        }
    }

    /// The offending bytes, where some can be named.
    pub fn value(&self) -> Option<&'r [u8]> {
        match *self {
            Self::OriginNotAllowed(value)
            | Self::OriginMalformed(value)
            | Self::CrossOrigin(value)
            | Self::MethodNotAllowed(value)
            | Self::MethodMalformed(value)
            | Self::HeaderNotAllowed(value) => Some(value),
            Self::OriginRepeated | Self::MethodRepeated | Self::HeadersTooLong => None,
        }
    }
}

/// Fit for a log: the value is escaped and cut.
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

/// A client's bytes as a log may show them: ASCII without control characters, and not too many.
#[derive(Clone, Copy)]
pub(crate) struct Escaped<'r>(pub(crate) &'r [u8]);

impl Escaped<'_> {
    /// An origin of ordinary length is shown whole.
    const SHOWN: usize = 128;
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.0[..self.0.len().min(Self::SHOWN)];
        let rest = if shown.len() < self.0.len() { "..." } else { "" };
        write!(f, "{}{rest}", shown.escape_ascii())
    }
}

/// What a request was found to be, and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome<'r> {
    pub(crate) found: Found<'r>,
    pub(crate) plan: Plan,
}

/// What a request was found to be, looked into no further than its answer depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found<'r> {
    Decided(Decision<'r>),
    /// An origin that nothing allows: `null`, well-formed or not.
    Unmatched(&'r [u8]),
    /// A preflight from an origin that is allowed, with the same answer whatever it asks for.
    PreflightUnread,
}

/// An outcome, or the question on which it depends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'r> {
    Decided(Outcome<'r>),
    Ask { origin: Origin<'r>, allowed: Outcome<'r>, refused: Outcome<'r> },
}

/// What is to be done: it holds nothing of the request, so that a future can keep it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The status to answer with at once; `None` if the handler is called.
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
    /// The one asked for.
    Echo,
    /// Those that the protocol always allows.
    Safelisted,
}

/// `Access-Control-Allow-Headers`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Headers {
    /// The policy's, if it has any.
    Policy,
    /// The line of the request as it came.
    EchoVerbatim,
    /// Those of the names asked for that are allowed.
    EchoAllowed,
    Omit,
}

/// What the response depends on, and so which request headers `Vary` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VaryOn {
    /// A request with the method OPTIONS: one fixed list for the policy.
    Options,
    /// Any other.
    Cacheable {
        /// Who was asked about the origin, with the headers that they name.
        consulted: Consulted,
        /// Whether `Sec-Fetch-Site` was looked at.
        fetch_site: bool,
    },
}

/// Which of the user's own checks an answer depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Consulted {
    pub(crate) closure: bool,
    pub(crate) ask: bool,
}
