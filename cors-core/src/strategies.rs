//! [`proptest`] strategies for origins, requests, configs, and whole fetches.
//!
//! They draw names and origins from a small world, so that policies often match requests. They
//! shrink to short values: `https://a.test`, GET, no headers.
//!
//! ```
//! use cors_core::strategies::{origins_of, policies};
//! use proptest::prelude::*;
//!
//! proptest!(|((policy, origin) in policies().prop_flat_map(|policy| {
//!     let origin = origins_of(&policy);
//!     (Just(policy), origin)
//! }))| {
//!     prop_assert!(policy.allows(&origin));
//! });
//! ```
//!
//! To assert something about your policy, see [`laws`](crate::laws).

mod configs;
mod fetches;
mod near;
mod origins;
mod regexes;
mod requests;

pub use configs::{configs, policies};
pub use fetches::{fetches, fetches_near};
pub use near::near_misses;
pub use origins::{origins, origins_of};
pub use requests::{hostile_headers, preflights, requests};

pub(crate) use near::around;
pub(crate) use origins::instance;

use proptest::sample::select;
use proptest::strategy::Strategy;

/// One of these. The first is the simplest.
fn text(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(of).prop_map(str::to_owned)
}
