//! The servers over real sockets.

mod api;
mod by_host;
mod http2;
mod life;
mod nginx;
mod support;
mod vary;
