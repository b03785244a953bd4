//! Compares our layers with those of `tower-http`, `actix-cors` and warp: random fetches under random
//! policies run through both in the same server, and the model of a browser judges both. Random requests
//! also run through `tower_http::csrf`, beside `disallowed_origin = "forbid-unsafe"`.
//!
//! `cargo xtask peers` becomes the program `peers` of this package.

pub mod answer;
pub mod case;
pub mod class;
pub mod compare;
pub mod csrf;
pub mod examples;
pub mod options;
pub mod page;
pub mod peer;
pub mod report;
pub mod routes;
pub mod search;
pub mod servers;
pub mod shrink;
pub mod vary;
