//! Runs every example as a program, and sends what a browser would.

mod actix_env;
mod by_decision;
mod clap_env;
mod client;
mod database;
mod grpc_web;
mod hello;
mod hot_reload;
mod hyper_bare;
mod tenants_ask;
mod tenants_swap;
mod warp_wrappers;
