//! The layers beside `tower-http`'s, `actix-cors` and warp's own: policies and fetches by chance go
//! through ours and through a peer's in the same server, and the model of a browser judges both.
//!
//! `cargo xtask peers` turns into the program `peers` of this package.

pub mod answer;
pub mod case;
pub mod class;
pub mod compare;
pub mod examples;
pub mod page;
pub mod peer;
pub mod routes;
pub mod search;
pub mod servers;
pub mod shrink;
pub mod vary;
