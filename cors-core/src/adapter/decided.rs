//! A decision that outlives its request: what hooks and handlers get.

use crate::engine::decision::Decision;
use crate::engine::policy::Policy;
use crate::origin::MAX_LEN;
use std::fmt;
use std::sync::Arc;

/// What a layer decided on a request. Cheap to clone.
///
/// Observers get it. With the layer's `with_decision`, so do handlers, in the request's extensions.
#[derive(Clone)]
pub struct Decided {
    policy: Policy,
    /// Without the offending bytes.
    decision: Decision<'static>,
    bytes: Option<Arc<[u8]>>,
}

impl Decided {
    pub(super) fn new(policy: &Policy, decision: Decision<'_>) -> Self {
        let (decision, bytes) = match decision {
            Decision::NotCors => (Decision::NotCors, None),
            Decision::Simple => (Decision::Simple, None),
            Decision::Preflight => (Decision::Preflight, None),
            Decision::Reject(reason) => (Decision::Reject(reason.about(&[])), reason.value()),
        };
        let bytes = bytes.map(|bytes| Arc::from(&bytes[..bytes.len().min(MAX_LEN)]));
        Self { policy: policy.clone(), decision, bytes }
    }

    /// The decision. A reason's value is cut to [`MAX_ORIGIN_LEN`](crate::MAX_ORIGIN_LEN) bytes.
    ///
    /// A handler sees [`Decision::Reject`] if the origin is not allowed and the policy serves such
    /// requests all the same, and [`Decision::Preflight`] with `preflight_continue`.
    pub fn decision(&self) -> Decision<'_> {
        match self.decision {
            Decision::Reject(reason) => {
                Decision::Reject(reason.about(self.bytes.as_deref().unwrap_or_default()))
            }
            decision => decision,
        }
    }

    /// Whether the request has an `Origin`, and the policy allows it and all that a preflight asks for.
    ///
    /// It is false without `Origin`, and for the server's own pages unless the policy lists their
    /// origin.
    pub fn is_allowed(&self) -> bool {
        matches!(self.decision, Decision::Simple | Decision::Preflight)
    }

    /// The policy that decided.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

/// Safe to log: offending values are escaped and truncated.
impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decision() {
            Decision::NotCors => f.write_str("not CORS"),
            Decision::Simple => f.write_str("allowed"),
            Decision::Preflight => f.write_str("preflight allowed"),
            Decision::Reject(reason) => reason.fmt(f),
        }
    }
}

impl fmt::Debug for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decided({self})")
    }
}
