//! Tests of the adapter for actix-web. `shared` has those that every adapter passes, the others what only actix-web has.

mod ask;
mod common;
mod mistakes;
mod placement;
mod responses;
mod select;
mod shared;
mod types;
