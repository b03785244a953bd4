//! Policies to swap, how a request is answered under each, and which thread freed them.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use cors_axum::PreparedPolicy;
use cors_core::Policy;
use http::{HeaderMap, HeaderName, HeaderValue, Request};

use crate::policy::origins;
use crate::rows::APP;

/// Policies of two kinds, which differ in the headers of their answers.
pub const KINDS: usize = 2;

/// Makes policies of both kinds, with the same origins.
#[derive(Debug)]
pub struct Stock {
    origins: Vec<String>,
    freed: Freed,
}

/// The thread that freed a policy, of every policy that is gone.
type Freed = Arc<Mutex<Vec<ThreadId>>>;

/// Part of a policy, and freed with it.
struct Witness(Freed);

impl Drop for Witness {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(thread::current().id());
    }
}

impl Stock {
    pub fn new(amount: usize) -> Self {
        // So long that an allocator has the system take back what a million of them held, rather than keep it: of
        // freeing a policy that is the worst case.
        let long = |origin: String| match origin.strip_suffix(".com") {
            Some(start) if origin != APP => format!("{start}-of-some-length.com"),
            _ => origin,
        };
        Self { origins: origins(amount).map(long).collect(), freed: Freed::default() }
    }

    pub fn policy(&self, kind: usize) -> PreparedPolicy {
        let witness = Witness(Arc::clone(&self.freed));
        let policy = Policy::builder()
            .allow_origins(&self.origins)
            .expose_headers([["x-first", "x-second"][kind]])
            .allow_credentials(kind == 0)
            // No request asks it: their origin is in the list.
            .allow_origin_if(move |_| {
                let _ = &witness;
                false
            });
        policy.build().expect("the origins are good").into()
    }

    pub fn request(&self) -> Request<()> {
        let request = Request::get("/").header("origin", APP).body(());
        request.expect("origins are header values")
    }

    /// The headers of an answer under a policy of each kind, and no others.
    pub fn answers(&self) -> [HeaderMap; KINDS] {
        [0, 1].map(|kind| {
            let credentials = ("access-control-allow-credentials", "true");
            let fields = [
                ("vary", "Origin"),
                ("access-control-allow-origin", APP),
                ("access-control-expose-headers", ["x-first", "x-second"][kind]),
            ];
            let fields = fields.into_iter().chain((kind == 0).then_some(credentials));
            let field =
                |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
            fields.map(field).collect()
        })
    }

    /// How many policies this thread has freed so far.
    pub fn freed_here(&self) -> usize {
        let freed = self.freed.lock().unwrap_or_else(PoisonError::into_inner);
        freed.iter().filter(|by| **by == thread::current().id()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_freed_by_whoever_holds_it_last() {
        let stock = Stock::new(3);
        let (policy, kept) = (stock.policy(0), stock.policy(1));
        let shared = policy.clone();
        drop(policy);
        assert_eq!(stock.freed_here(), 0);
        drop(shared);
        assert_eq!(stock.freed_here(), 1);
        thread::scope(|scope| scope.spawn(move || drop(kept)).join()).unwrap();
        assert_eq!(stock.freed_here(), 1);
        assert_eq!(stock.freed.lock().unwrap().len(), 2);
    }
}
