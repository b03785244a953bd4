//! A policy with its header values in one library's type.

use crate::adapter::begin::{Begin, Begun};
use crate::adapter::hooks::Hooks;
use crate::adapter::value::FieldValue;
use crate::adapter::values::Values;
use crate::engine::policy::{Compiled, Policy};
use crate::engine::request::RequestHead;
use std::fmt;
use std::sync::Arc;

/// A policy with its header values: what a layer holds if it has only one policy.
///
/// The values are made once per policy and type, and kept with the policy. Preparing the same policy
/// again, or a clone of it, only increments a counter.
///
/// ```
/// use cors_core::{Policy, adapter::Prepared};
/// use http::{HeaderValue, Request, Response};
///
/// let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
/// let prepared = Prepared::<HeaderValue>::new(policy);
///
/// let request = Request::get("/").header("origin", "https://app.example.com").body(()).unwrap();
/// let exchange = prepared.begin(&request).without_asking();
/// let mut response = Response::new("from the handler");
/// exchange.write(response.headers_mut());
/// assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.com");
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone)]
pub struct Prepared<V> {
    policy: Policy,
    values: Arc<Values<V>>,
}

impl<V: FieldValue> Prepared<V> {
    /// Prepares a policy.
    pub fn new(policy: Policy) -> Self {
        let values = Arc::clone(Values::of(&policy));
        Self { policy, values }
    }

    /// Prepares the policy, and lets it [ask](Policy::asking) if it does not already.
    pub fn asking(policy: Policy) -> Self {
        Self::new(policy.asking())
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    #[inline]
    pub(super) fn begin_with<R: RequestHead<Value = V>>(
        &self,
        hooks: &Hooks,
        request: &R,
    ) -> Begun<V> {
        self.with(hooks, request).begin()
    }

    #[inline]
    pub(super) fn with<'r, R: RequestHead<Value = V>>(
        &'r self,
        hooks: &'r Hooks,
        request: &'r R,
    ) -> Begin<'r, R> {
        Begin { policy: &self.policy, values: &self.values, hooks, request }
    }

    pub(super) fn compiled(&self) -> &Compiled {
        self.policy.compiled()
    }

    pub(super) fn values(&self) -> &Arc<Values<V>> {
        &self.values
    }

    /// Decides on a request. See [`Policy::begin`].
    #[inline]
    pub fn begin<R: RequestHead<Value = V>>(&self, request: &R) -> Begun<V> {
        self.begin_with(&Hooks::NONE, request)
    }
}

impl Policy {
    /// Decides on a request, and copies from it what the response echoes. Reads no more of the request
    /// than the answer depends on.
    ///
    /// With the feature `tracing`, each refusal is one event. If there is a question, the event follows
    /// the answer.
    ///
    /// ```
    /// use cors_core::Policy;
    /// use http::{Request, Response};
    ///
    /// let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
    /// let request = Request::get("/").header("origin", "https://app.example.com").body(()).unwrap();
    /// let exchange = policy.begin(&request).without_asking();
    /// let mut response = match exchange.short_circuit() {
    ///     Some(status) => Response::builder().status(status).body("").unwrap(),
    ///     None => Response::new("from the handler"),
    /// };
    /// exchange.write(response.headers_mut());
    /// assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.com");
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    #[inline]
    pub fn begin<R: RequestHead<Value: FieldValue>>(&self, request: &R) -> Begun<R::Value> {
        self.begin_with(&Hooks::NONE, request)
    }

    #[inline]
    pub(super) fn begin_with<R: RequestHead<Value: FieldValue>>(
        &self,
        hooks: &Hooks,
        request: &R,
    ) -> Begun<R::Value> {
        Begin { policy: self, values: Values::of(self), hooks, request }.begin()
    }
}

impl<V> fmt::Debug for Prepared<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Prepared").field(&self.policy).finish()
    }
}
