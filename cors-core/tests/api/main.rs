//! What the crate promises, through its public interface alone.

mod allocations;
mod decisions;
mod errors;
mod generate;
mod oracle;
mod properties;
mod questions;
mod support;
