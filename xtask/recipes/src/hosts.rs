//! Starts each server, as it is with a fault, or with a recipe in place of that.

mod process;
mod rust;

use std::net::SocketAddr;

use cors_cli::server::Server;
use xtask::running::Running;

use crate::case::Case;

/// A server that listens. Dropping this ends it, except for those in this process.
#[derive(Debug)]
pub struct Host {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The process, unless it is ours.
    pub process: Option<Running>,
}

/// Starts the server with the fault, or with the recipe instead.
pub fn start(server: Server, case: Case, recipe: Option<&str>) -> Result<Host, String> {
    match server {
        Server::Nginx | Server::Apache => {
            let upstream = rust::upstream(case == Case::Doubled)?;
            process::proxy(server, case, recipe, upstream)
        }
        Server::Express | Server::FastApi | Server::Flask => process::app(server, case, recipe),
        Server::TowerHttp => rust::tower_http::start(case, recipe),
        Server::ActixCors => rust::actix_cors::start(case, recipe),
        Server::Warp => rust::warp::start(case, recipe),
        Server::Ours => rust::ours::start(case, recipe),
    }
}
