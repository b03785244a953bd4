//! What the layers cost, beside a bare service, a hand-written floor and the peers.
//!
//! `cargo xtask bench` turns into the program `bench` of this package, which starts itself once for
//! each framework, so that none measures in another's heap.

pub mod allocating;
pub mod answer;
pub mod building;
pub mod chart;
pub mod child;
pub mod contender;
pub mod counting;
pub mod difference;
pub mod directory;
pub mod figures;
pub mod floor;
pub mod frameworks;
pub mod handler;
pub mod machine;
pub mod policy;
pub mod report;
pub mod request;
pub mod rows;
pub mod run;
pub mod sockets;
pub mod spread;
pub mod swapping;
pub mod table;
pub mod timing;
pub mod verdict;
