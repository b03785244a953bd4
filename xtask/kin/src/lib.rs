//! The `cors-core` of crates.io, which is somebody else's, beside ours: the same cases as for the peers, and the
//! instructions of a decision.
//!
//! `cargo xtask peers --kin` and `cargo xtask bench --kin` become the program `kin` of this package.

pub mod count;
pub mod examples;
pub mod server;

use peers::peer::Peer;

/// Their decisions, on axum.
pub const KIN: Peer = Peer {
    name: "the other cors-core",
    package: "cors-core",
    lock: "xtask/kin/Cargo.lock",
    pair: server::pair,
};
