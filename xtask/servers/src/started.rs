//! What an adapter's module is to start with, and what it gives back.

use std::io;
use std::pin::Pin;

use cors_core::Policy;

/// Threads that serve. Requests here come one at a time, or a handful; two show what is shared wrongly.
pub const WORKERS: usize = 2;

/// A server that an adapter's module has started.
pub struct Started {
    /// Resolves only when the server cannot go on. Polled on the runtime's own thread, so it need not be `Send`.
    pub running: Pin<Box<dyn Future<Output = io::Result<()>>>>,
    /// Puts another policy in force for the requests that begin from now on.
    pub swap: Box<dyn Fn(Policy)>,
}
