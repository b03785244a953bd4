//! Tests of the adapter for warp. `shared` has those that every adapter passes, the others what only warp has.

mod common;
mod from_warp_cors;
mod mistakes;
mod placement;
mod reach;
mod responses;
mod select;
#[cfg(feature = "server")]
mod serve;
mod shared;
mod types;
