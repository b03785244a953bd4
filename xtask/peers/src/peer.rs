//! The peers, and the policies that cannot be written for them.

use std::fmt;

use xtask::workspace;

/// Another library's layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// `tower_http::cors`, on axum.
    TowerHttp,
    /// `actix_cors`, on actix-web.
    ActixCors,
    /// `warp::cors`.
    WarpCors,
}

impl Peer {
    /// All peers.
    pub const ALL: [Self; 3] = [Self::TowerHttp, Self::ActixCors, Self::WarpCors];

    /// The crate that contains it.
    pub fn package(self) -> &'static str {
        match self {
            Self::TowerHttp => "tower-http",
            Self::ActixCors => "actix-cors",
            Self::WarpCors => "warp",
        }
    }

    /// The newest version in `Cargo.lock`, which is the one compared: another package may need an
    /// older one.
    pub fn version(self) -> Result<String, String> {
        let path = workspace().join("Cargo.lock");
        let text =
            std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let lock: toml::Table =
            toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let packages = lock.get("package").and_then(|list| list.as_array());
        let package = packages.into_iter().flatten().rev().find(|package| {
            package.get("name").and_then(|name| name.as_str()) == Some(self.package())
        });
        let version = package.and_then(|package| package.get("version")?.as_str());
        version.map(str::to_owned).ok_or_else(|| format!("{}: no {self}", path.display()))
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TowerHttp => "tower-http",
            Self::ActixCors => "actix-cors",
            Self::WarpCors => "warp::cors",
        })
    }
}

/// Why a policy cannot be written for a peer.
pub type Unsaid = &'static str;
