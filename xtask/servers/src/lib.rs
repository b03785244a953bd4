//! The test API on each adapter, and the demo. `cargo xtask serve` and `demo` become this program; the browser tests
//! start the servers in their own process.
//!
//! An adapter is a module with `start`, and a line in [`start`].

use tokio::net::TcpListener;
use xtask::options::Adapter;

mod actix;
mod api;
mod axum;
pub mod demo;
mod playground;
mod policies;
pub mod serve;
mod started;
mod warp;

pub use policies::{Hosts, Policies};
pub use started::{Started, Swap};

/// Serves the test API with `adapter` on `listener`.
pub fn start(adapter: Adapter, listener: TcpListener, policies: Policies) -> Started {
    match adapter {
        Adapter::Axum => axum::start(listener, policies),
        Adapter::Actix => actix::start(listener, policies),
        Adapter::Warp => warp::start(listener, policies),
    }
}
