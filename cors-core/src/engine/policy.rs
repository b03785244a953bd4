//! A compiled policy, and how it decides.

use crate::engine::decision::{Decision, Step};
use crate::engine::headers::AllowHeaders;
use crate::engine::kept::Kept;
use crate::engine::methods::AllowMethods;
use crate::engine::question::Closure;
use crate::engine::request::{OriginLines, RequestHead, RequestHeader};
use crate::engine::settings::{Danger, DisallowedOrigin, RefusedPreflight};
use crate::error::Warning;
use crate::origin::set::Origins;
use http::{HeaderName, StatusCode};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A policy that has been checked and compiled. Cheap to clone, and free to share.
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

/// What `compile` makes of a `Config`.
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
    pub(crate) refused_preflight: RefusedPreflight,
    pub(crate) danger: Danger,
    pub(crate) closure: Option<Closure>,
    /// The headers that a question names, if there is one.
    pub(crate) asks: Option<Vec<HeaderName>>,
    pub(crate) warnings: Warnings,
}

/// About the text that a policy came from, not about what it decides: equal policies may differ in
/// them.
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

    /// Decides on a request. Allocates nothing, whatever the request holds.
    ///
    /// Where the policy [asks](Self::asking), the question counts as answered with no; who can
    /// ask uses [`Policy::begin`].
    pub fn decide<'r, R: RequestHead>(&self, request: &'r R) -> Decision<'r> {
        let outcome = match self.compiled().begin(request, OriginLines::of(request).as_ref()) {
            Step::Decided(outcome) => outcome,
            Step::Ask { refused, .. } => refused,
        };
        self.compiled().decision(request, outcome.found)
    }

    /// Whether pages of this origin may read what is served under the policy: for handlers of
    /// WebSockets, which browsers do not hold to CORS, and for tests.
    ///
    /// `origin` is the value of an `Origin` header, `null` included. A
    /// [closure](crate::Builder::allow_origin_if_reading) finds none of the headers that it reads,
    /// and the answer to a [question](Self::asking) is no.
    ///
    /// ```
    /// # use cors_core::Policy;
    /// let policy = Policy::builder().allow_origins(["https://*.example.com"]).build()?;
    /// assert!(policy.allows("https://app.example.com"));
    /// assert!(!policy.allows("https://example.com.evil.test"));
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn allows(&self, origin: impl AsRef<[u8]>) -> bool {
        self.decide(&OriginAlone(origin.as_ref())) == Decision::Simple
    }

    /// The same policy, which asks about well-formed origins that nothing else in it allows.
    ///
    /// A policy of `*` has nothing to ask; one that asks already is given back as it is.
    pub fn asking(&self) -> Self {
        if self.asks() || self.compiled().origins.any {
            return self.clone();
        }
        Self::from_compiled(Compiled { asks: Some(Vec::new()), ..self.compiled().clone() })
    }

    /// Whether the policy asks.
    pub fn asks(&self) -> bool {
        self.compiled().asks.is_some()
    }

    /// What was doubtful about the config that the policy was made of.
    pub fn warnings(&self) -> &[Warning] {
        &self.compiled().warnings.0
    }
}

/// A request of which nothing is known but its origin.
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

/// A policy, given away or lent: what layers and handles take.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "not a `Policy`",
    note = "`Policy::builder() … .build()?` makes a `Policy`, and so does `Policy::new(&config)?`"
)]
pub trait IntoPolicy {
    /// The policy itself.
    fn into_policy(self) -> Policy;
}

impl IntoPolicy for Policy {
    fn into_policy(self) -> Policy {
        self
    }
}

/// Counts up the policy's references.
impl IntoPolicy for &Policy {
    fn into_policy(self) -> Policy {
        self.clone()
    }
}
