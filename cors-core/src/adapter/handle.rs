//! A policy that can be swapped while requests run.

use crate::adapter::prepared::{IntoPrepared, PreparedPolicy};
use arc_swap::ArcSwap;
use std::fmt;
use std::sync::Arc;

/// A shared place for a policy. Clones share it; a request ends under the policy it began with.
///
/// ```
/// use cors_core::{Handle, Policy};
/// use http::HeaderValue;
///
/// let policy = |origin: &str| Policy::builder().allow_origins([origin]).build();
/// let handle = Handle::<HeaderValue>::new(policy("https://old.example")?);
/// let elsewhere = handle.clone();
/// elsewhere.store(policy("https://new.example")?);
/// assert_eq!(handle.load().policy(), &policy("https://new.example")?);
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
pub struct Handle<V>(Arc<ArcSwap<PreparedPolicy<V>>>);

impl<V> Handle<V> {
    /// A place that holds `policy`.
    pub fn new(policy: impl IntoPrepared<V>) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(policy.into_prepared())))
    }

    /// The policy that is in force now.
    pub fn load(&self) -> PreparedPolicy<V>
    where
        V: Clone,
    {
        PreparedPolicy::clone(&self.0.load())
    }

    /// Puts another policy in force, for requests that begin from now on.
    pub fn store(&self, policy: impl IntoPrepared<V>) {
        self.0.store(Arc::new(policy.into_prepared()));
    }
}

impl<V> Clone for Handle<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V> fmt::Debug for Handle<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&self.0.load()).finish()
    }
}
