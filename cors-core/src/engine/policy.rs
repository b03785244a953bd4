//! The compiled policy.

use crate::engine::decision::Decision;
use crate::engine::headers::AllowHeaders;
use crate::engine::kept::Kept;
use crate::engine::methods::AllowMethods;
use crate::engine::own_hosts::OwnHosts;
use crate::engine::question::Closure;
use crate::engine::request::{FirstLine, RequestHead, RequestHeader};
use crate::engine::settings::{Danger, DisallowedOrigin, RefusedPreflight};
use crate::error::Warning;
use crate::origin::set::Origins;
use http::{HeaderName, StatusCode};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A checked and compiled policy. Cheap to clone and share.
///
/// ```
/// use cors_core::{Decision, Policy, Reason};
/// use http::Request;
///
/// let policy = Policy::builder()
///     .allow_origins(["https://app.example.com"])
///     .allow_methods(["PUT"])
///     .build()?;
///
/// let preflight = |method: &str| {
///     Request::options("/")
///         .header("origin", "https://app.example.com")
///         .header("access-control-request-method", method)
///         .body(())
///         .unwrap()
/// };
/// assert_eq!(policy.decide(&preflight("PUT")), Decision::Preflight);
/// assert_eq!(
///     policy.decide(&preflight("PATCH")),
///     Decision::Reject(Reason::MethodNotAllowed(b"PATCH"))
/// );
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone)]
pub struct Policy(Arc<Shared>);

struct Shared {
    compiled: Compiled,
    kept: Kept,
}

/// The result of compiling a `Config`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Compiled {
    pub(crate) origins: Arc<Origins>,
    pub(crate) methods: AllowMethods,
    pub(crate) headers: AllowHeaders,
    pub(crate) expose: Vec<Box<str>>,
    pub(crate) credentials: bool,
    pub(crate) max_age: Option<Duration>,
    pub(crate) private_network: bool,
    pub(crate) preflight_status: Option<StatusCode>,
    pub(crate) preflight_continue: bool,
    pub(crate) disallowed_origin: DisallowedOrigin,
    /// `None` for any.
    pub(crate) own_hosts: Option<OwnHosts>,
    pub(crate) refused_preflight: RefusedPreflight,
    pub(crate) danger: Danger,
    pub(crate) closure: Option<Closure>,
    /// The headers that the question names, if the policy asks.
    pub(crate) asks: Option<Vec<HeaderName>>,
    pub(crate) warnings: Warnings,
}

/// Warnings are about the text that a policy came from, not about its decisions: equal policies may
/// differ in them.
#[derive(Clone, Debug)]
pub(crate) struct Warnings(pub(crate) Vec<Warning>);

impl PartialEq for Warnings {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Policy {
    pub(crate) fn from_compiled(compiled: Compiled) -> Self {
        Self(Arc::new(Shared { compiled, kept: Kept::default() }))
    }

    #[inline]
    pub(crate) fn compiled(&self) -> &Compiled {
        &self.0.compiled
    }

    /// What adapters keep with the policy.
    pub(crate) fn kept(&self) -> &Kept {
        &self.0.kept
    }

    /// Decides on a request. Never allocates, whatever the request contains.
    ///
    /// If the policy [asks](Self::asking), the answer counts as no. If you can ask, use
    /// [`Policy::begin`].
    pub fn decide<'r, R: RequestHead>(&self, request: &'r R) -> Decision<'r> {
        let step =
            self.compiled().begin(request, FirstLine::of(request, RequestHeader::Origin).as_ref());
        self.compiled().decision(request, step.without_asking().found)
    }

    /// Whether pages on this origin may read what you serve under the policy. Use it in tests, and in
    /// WebSocket handlers: browsers do not apply CORS to WebSockets. They send cookies with every
    /// handshake, whatever `allow_credentials` says, so do not use a policy of `*` there, and list
    /// your own origin too.
    ///
    /// `origin` is the value of an `Origin` header; it may be `null`. A
    /// [closure](crate::Builder::allow_origin_if_reading) sees none of the headers that it reads, and
    /// a [question](Self::asking) is answered with no.
    ///
    /// ```
    /// # use cors_core::Policy;
    /// let policy = Policy::builder().allow_origins(["https://*.example.com"]).build()?;
    /// assert!(policy.allows("https://app.example.com"));
    /// assert!(!policy.allows("https://example.com.evil.test"));
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn allows(&self, origin: impl AsRef<[u8]>) -> bool {
        let request = OriginAlone(origin.as_ref());
        let step = self
            .compiled()
            .begin_at_own(&request, FirstLine::of(&request, RequestHeader::Origin).as_ref());
        self.compiled().decision(&request, step.without_asking().found) == Decision::Simple
    }

    /// The same policy, but it asks about well-formed origins that nothing else in it allows.
    ///
    /// A policy of `*` never needs to ask. A policy that already asks is returned unchanged.
    pub fn asking(&self) -> Self {
        if self.asks() || self.compiled().origins.any {
            return self.clone();
        }
        Self::from_compiled(Compiled { asks: Some(Vec::new()), ..self.compiled().clone() })
    }

    /// The same policy for a server that may be reached by any name.
    #[cfg(feature = "browser")]
    pub(crate) fn at_any_host(&self) -> Self {
        match &self.compiled().own_hosts {
            None => self.clone(),
            Some(_) => Self::from_compiled(Compiled { own_hosts: None, ..self.compiled().clone() }),
        }
    }

    /// Whether the policy asks.
    pub fn asks(&self) -> bool {
        self.compiled().asks.is_some()
    }

    /// Doubtful parts of the config that the policy was made from.
    pub fn warnings(&self) -> &[Warning] {
        &self.compiled().warnings.0
    }
}

/// A request of which only the origin is known.
struct OriginAlone<'r>(&'r [u8]);

impl<'r> RequestHead for OriginAlone<'r> {
    type Value = &'r [u8];

    fn method(&self) -> &str {
        "GET"
    }

    fn lines(&self, name: RequestHeader) -> impl Iterator<Item = &&'r [u8]> {
        (name == RequestHeader::Origin).then_some(&self.0).into_iter()
    }

    fn header(&self, _: &str) -> Option<&[u8]> {
        None
    }

    fn target_authority(&self) -> Option<&[u8]> {
        None
    }
}

impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.compiled() == other.compiled()
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Policy").field(self.compiled()).finish()
    }
}

/// An owned or borrowed policy: what layers and handles take.
///
/// ```
/// use cors_core::{IntoPolicy, Policy};
///
/// fn lets_in(policy: impl IntoPolicy) -> bool {
///     policy.into_policy().allows("https://app.example.com")
/// }
/// let policy = Policy::for_origins("https://app.example.com").build()?;
/// assert!(lets_in(&policy) && lets_in(policy));
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "not a `Policy`",
    note = "`Policy::builder() … .build()?` makes a `Policy`, and so does `Policy::new(&config)?`"
)]
pub trait IntoPolicy {
    /// Returns the policy.
    fn into_policy(self) -> Policy;
}

impl IntoPolicy for Policy {
    fn into_policy(self) -> Policy {
        self
    }
}

/// Only increments a counter.
impl IntoPolicy for &Policy {
    fn into_policy(self) -> Policy {
        self.clone()
    }
}
