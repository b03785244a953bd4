//! Tests of the public interface.

#[macro_use]
#[path = "../common/set.rs"]
mod set;
#[cfg(all(feature = "regex", feature = "strategies"))]
mod advice;
mod allocations;
mod builder;
#[path = "../common/cases.rs"]
mod cases;
mod csrf_vectors;
mod decisions;
mod errors;
mod forbid;
mod handle;
mod head;
#[cfg(feature = "strategies")]
mod hooks;
mod oracle;
mod own_hosts;
#[cfg(feature = "strategies")]
mod properties;
mod questions;
mod requests;
mod suffixes;
mod support;
mod vars;
mod vary;
