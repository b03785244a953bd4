//! A compiled policy, and how it decides.

use crate::engine::decision::{Decision, Step};
use crate::engine::headers::AllowHeaders;
use crate::engine::methods::AllowMethods;
use crate::engine::question::Closure;
use crate::engine::request::{OriginLines, Request};
use crate::engine::settings::{Danger, DisallowedOrigin, RefusedPreflight};
use crate::error::Warning;
use crate::origin::set::Origins;
use http::HeaderName;
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
#[derive(Clone, Debug, PartialEq)]
pub struct Policy(Arc<Compiled>);

/// What `compile` makes of a [`Config`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Compiled {
    pub(crate) origins: Arc<Origins>,
    pub(crate) methods: AllowMethods,
    pub(crate) headers: AllowHeaders,
    pub(crate) expose: Vec<Box<str>>,
    pub(crate) credentials: bool,
    pub(crate) max_age: Option<Duration>,
    pub(crate) private_network: bool,
    pub(crate) preflight_status: Option<u16>,
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
        Self(Arc::new(compiled))
    }

    pub(crate) fn compiled(&self) -> &Compiled {
        &self.0
    }

    /// Decides on a request. Allocates nothing, whatever the request holds.
    ///
    /// Where the policy [asks](Self::asking), the question counts as answered with no; who can
    /// ask uses [`PreparedPolicy::begin`](crate::PreparedPolicy::begin).
    pub fn decide<'r, R: Request>(&self, request: &'r R) -> Decision<'r> {
        let outcome = match self.0.begin(request, OriginLines::of(request).as_ref()) {
            Step::Decided(outcome) => outcome,
            Step::Ask { refused, .. } => refused,
        };
        self.0.decision(request, outcome.found)
    }

    /// The same policy, which asks about well-formed origins that nothing else in it allows.
    ///
    /// A policy of `*` has nothing to ask; one that asks already is given back as it is.
    pub fn asking(&self) -> Self {
        if self.asks() { self.clone() } else { self.asking_reading([]) }
    }

    /// Like [`asking`](Self::asking), where the answer also depends on these request headers.
    pub fn asking_reading(&self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        let names = names.into_iter().collect();
        let asks = if self.0.origins.any { None } else { Some(names) };
        Self::from_compiled(Compiled { asks, ..Compiled::clone(&self.0) })
    }

    /// Whether the policy asks.
    pub fn asks(&self) -> bool {
        self.0.asks.is_some()
    }

    /// What was doubtful about the config that the policy was made of.
    pub fn warnings(&self) -> &[Warning] {
        &self.0.warnings.0
    }
}
