//! Starts each server, as it is with a fault, or with a recipe in place of that.

mod process;
mod rust;

use std::net::SocketAddr;
use std::path::PathBuf;

use cors_cli::server::Server;
use xtask::running::Running;

use crate::case::Case;
use crate::install;

/// A server that listens. Dropping this ends it, except for those in this process.
#[derive(Debug)]
pub struct Host {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The process, unless it is ours.
    pub process: Option<Running>,
}

/// Where programs are installed, and servers find their files.
pub fn folder() -> PathBuf {
    xtask::workspace().join("target/recipes")
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

/// The program that the server needs, or a sentence that says what is missing.
pub fn program(server: Server) -> Result<Option<PathBuf>, String> {
    let (candidates, package): (&[&str], &str) = match server {
        Server::Nginx => (&["/usr/sbin/nginx"], "nginx"),
        Server::Apache => (&["/usr/sbin/apache2"], "apache2"),
        Server::Express => (&["/usr/bin/node", "/usr/local/bin/node"], "node"),
        _ => (&[], ""),
    };
    let installed = match server {
        Server::TowerHttp | Server::ActixCors | Server::Warp | Server::Ours => return Ok(None),
        Server::FastApi | Server::Flask => install::is_installed("python", &install::PYTHON),
        Server::Express => install::is_installed("node", &install::NODE),
        Server::Nginx | Server::Apache => true,
    };
    if !installed {
        return Err(format!("{server} is not installed below target/recipes"));
    }
    if matches!(server, Server::FastApi | Server::Flask) {
        return Ok(Some(folder().join("python/bin/python")));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).map(|folder| folder.join(package));
    let mut found = in_path.chain(candidates.iter().map(PathBuf::from));
    match found.find(|program| program.is_file()) {
        Some(program) => Ok(Some(program)),
        None => Err(format!("{package} is not installed")),
    }
}
