//! Tests of the adapter for axum. `shared` has those that every adapter passes, the others what only axum has.

mod ask;
mod common;
mod mistakes;
mod placement;
mod responses;
mod select;
mod shared;
mod types;
