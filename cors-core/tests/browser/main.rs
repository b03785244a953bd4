//! The model of a browser, everything built on it, and policies judged by it.
#![cfg(feature = "browser")]

#[macro_use]
#[path = "../common/set.rs"]
mod set;
mod caches;
#[path = "../common/cases.rs"]
mod cases;
mod console;
mod cookies;
mod diff;
mod explain;
#[cfg(feature = "strategies")]
mod explain_server;
mod forged;
mod initiators;
mod law;
#[cfg(feature = "strategies")]
mod laws;
mod local_network;
mod messages;
mod naive;
mod own_hosts;
mod presets;
mod steps;
#[cfg(feature = "strategies")]
mod strategies;
mod world;
mod wpt;
