//! A policy that you can replace while requests run.

use crate::engine::policy::{IntoPolicy, Policy};
use arc_swap::{ArcSwap, Guard};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A shared slot for a policy. Clones share the slot. A request keeps the policy it started with.
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
    /// Makes a handle that holds `policy`.
    pub fn new(policy: impl IntoPolicy) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(policy.into_policy())))
    }

    /// Borrows the current policy. To keep it, clone it.
    pub fn load(&self) -> impl Deref<Target = Policy> + use<> {
        Loaded(self.0.load())
    }

    /// Replaces the policy for requests that start from now on.
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
