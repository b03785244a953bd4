//! What the crate promises, through its public interface alone.

mod allocations;
mod builder;
#[path = "../common/cases.rs"]
mod cases;
mod decisions;
mod errors;
#[cfg(feature = "swap")]
mod handle;
mod oracle;
#[cfg(feature = "strategies")]
mod properties;
mod questions;
mod requests;
mod suffixes;
mod support;
