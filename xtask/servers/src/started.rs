//! What an adapter's module is to start with, and what it gives back.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use cors_core::Policy;

/// Threads that serve. Requests here come one at a time, or a handful; two show what is shared wrongly.
pub const WORKERS: usize = 2;

/// Puts another policy in force for the requests that begin from now on.
pub type Swap = Arc<dyn Fn(Policy) + Send + Sync>;

/// A server that an adapter's module has started.
pub struct Started {
    /// Resolves only when the server cannot go on. Polled on the runtime's own thread, so it need not be `Send`.
    pub running: Pin<Box<dyn Future<Output = io::Result<()>>>>,
    /// Of use under [`Policies::One`](crate::Policies::One); without effect under the others.
    pub swap: Swap,
}

impl fmt::Debug for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Started").finish_non_exhaustive()
    }
}
