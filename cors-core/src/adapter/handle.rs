//! A policy that you can replace while requests run.

use crate::engine::policy::{IntoPolicy, Policy};
use std::sync::{Arc, PoisonError, RwLock};
use std::{fmt, mem};

/// A shared slot for a policy. Clones share the slot. A request keeps the policy it started with.
///
/// ```
/// use cors_core::{Handle, Policy};
///
/// let policy = |origin: &str| Policy::builder().allow_origins([origin]).build();
/// let handle = Handle::new(policy("https://old.example")?);
/// let elsewhere = handle.clone();
/// elsewhere.store(policy("https://new.example")?);
/// assert_eq!(handle.load(), policy("https://new.example")?);
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone)]
pub struct Handle(Arc<RwLock<Policy>>);

impl Handle {
    /// Makes a handle that holds `policy`.
    pub fn new(policy: impl IntoPolicy) -> Self {
        Self(Arc::new(RwLock::new(policy.into_policy())))
    }

    /// The current policy. Cloning it only increments a counter.
    pub fn load(&self) -> Policy {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the policy for requests that start from now on.
    pub fn store(&self, policy: impl IntoPolicy) {
        let policy = policy.into_policy();
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let old = mem::replace(&mut *held, policy);
        // Before the old policy is freed, which takes a while if it is long.
        drop(held);
        drop(old);
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&self.load()).finish()
    }
}
