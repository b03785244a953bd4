//! A policy that you can replace while requests run.

use crate::engine::policy::{IntoPolicy, Policy};
use arc_swap::{ArcSwap, Guard};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A shared place for a policy. Clones share it; a request ends under the policy it began with.
///
/// ```
/// use cors_core::{Handle, Policy};
///
/// let policy = |origin: &str| Policy::builder().allow_origins([origin]).build();
/// let handle = Handle::new(policy("https://old.example")?);
/// let elsewhere = handle.clone();
/// elsewhere.store(policy("https://new.example")?);
/// assert_eq!(*handle.load(), policy("https://new.example")?);
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone)]
pub struct Handle(Arc<ArcSwap<Policy>>);

impl Handle {
    /// A place that holds `policy`.
    pub fn new(policy: impl IntoPolicy) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(policy.into_policy())))
    }

    /// The policy that is in force now, lent: clone it to keep it.
    pub fn load(&self) -> impl Deref<Target = Policy> + use<> {
        Loaded(self.0.load())
    }

    /// Puts another policy in force, for requests that begin from now on.
    pub fn store(&self, policy: impl IntoPolicy) {
        self.0.store(Arc::new(policy.into_policy()));
    }
}

struct Loaded(Guard<Arc<Policy>>);

impl Deref for Loaded {
    type Target = Policy;

    fn deref(&self) -> &Policy {
        &self.0
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&*self.load()).finish()
    }
}
