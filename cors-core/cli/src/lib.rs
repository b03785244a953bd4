//! What the command `cors` consists of. It is for the command and this project's own tools, and
//! promises nothing to others: use `cors_core` instead.
//!
//! Without the feature `command`, it has only what the demo uses, and needs no HTTP client, TLS or flags.

pub mod json;
pub mod policy_file;

#[cfg(feature = "command")]
mod args;
#[cfg(feature = "command")]
pub mod audit;
#[cfg(feature = "command")]
mod check;
#[cfg(feature = "command")]
mod client;
#[cfg(feature = "command")]
mod command;
#[cfg(feature = "command")]
mod diff;
#[cfg(feature = "command")]
mod explain;
#[cfg(feature = "command")]
pub mod fuzz;
#[cfg(feature = "command")]
pub mod input;
#[cfg(feature = "command")]
mod output;
#[cfg(feature = "command")]
pub mod server;

#[cfg(feature = "command")]
pub use command::{explain, run};
