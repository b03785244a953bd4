//! What each adapter's module returns when it starts a server.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use cors_core::Policy;

/// Threads per server. Tests send few requests at a time; two threads are enough to reveal wrong sharing.
pub const WORKERS: usize = 2;

/// Puts another policy in force for all later requests.
pub type Swap = Arc<dyn Fn(Policy) + Send + Sync>;

/// A started server.
pub struct Started {
    /// Completes only if the server cannot continue. It need not be `Send`: the runtime's own thread polls it.
    pub running: Pin<Box<dyn Future<Output = io::Result<()>>>>,
    /// Works with [`Policies::One`](crate::Policies::One); has no effect with the others.
    pub swap: Swap,
}

impl fmt::Debug for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Started").finish_non_exhaustive()
    }
}
