//! The peers, and the policies that cannot be written for them.

use std::cmp::Ordering;
use std::fmt;

use cors_core::{Config, Policy};
use xtask::workspace;

use crate::servers::{Pair, Unsaid, actix_cors, tower_http, warp_cors};

/// Another library's layer.
#[derive(Clone, Copy)]
pub struct Peer {
    /// Its name, which no other peer has.
    pub name: &'static str,
    /// The crate that contains it.
    pub package: &'static str,
    /// The lock file with its version, relative to the workspace.
    pub lock: &'static str,
    /// Makes both servers. The peer is set up as its documentation says.
    pub pair: fn(&Config, &Policy) -> Result<Pair, Unsaid>,
}

impl Peer {
    /// `tower_http::cors`, on axum.
    pub const TOWER_HTTP: Self = Self {
        name: "tower-http",
        package: "tower-http",
        lock: "Cargo.lock",
        pair: tower_http::pair,
    };
    /// `actix_cors`, on actix-web.
    pub const ACTIX_CORS: Self = Self {
        name: "actix-cors",
        package: "actix-cors",
        lock: "Cargo.lock",
        pair: actix_cors::pair,
    };
    /// `warp::cors`.
    pub const WARP_CORS: Self =
        Self { name: "warp::cors", package: "warp", lock: "Cargo.lock", pair: warp_cors::pair };

    /// The peers that this workspace can build. `xtask/kin` has another.
    pub const ALL: &[Self] = &[Self::TOWER_HTTP, Self::ACTIX_CORS, Self::WARP_CORS];

    /// Both servers under a policy.
    pub fn servers(self, config: &Config, policy: &Policy) -> Result<Pair, Unsaid> {
        if config.own_hosts.is_some() {
            return Err("it takes requests for any host");
        }
        (self.pair)(config, policy)
    }

    /// The newest version in its lock file, which is the one compared: another package may need an
    /// older one.
    pub fn version(self) -> Result<String, String> {
        let path = workspace().join(self.lock);
        let text =
            std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let lock: toml::Table =
            toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let packages = lock.get("package").and_then(|list| list.as_array());
        let package = packages.into_iter().flatten().rev().find(|package| {
            package.get("name").and_then(|name| name.as_str()) == Some(self.package)
        });
        let version = package.and_then(|package| package.get("version")?.as_str());
        version.map(str::to_owned).ok_or_else(|| format!("{}: no {self}", path.display()))
    }

    /// The crates of these peers with their versions, on one line.
    pub fn versions(peers: &[Self]) -> Result<String, String> {
        let versions = peers.iter().map(|peer| Ok(format!("{} {}", peer.package, peer.version()?)));
        Ok(versions.collect::<Result<Vec<String>, String>>()?.join(", "))
    }
}

impl PartialEq for Peer {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Peer {}

impl PartialOrd for Peer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Peer {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(other.name)
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
