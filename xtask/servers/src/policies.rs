//! Which policy a server serves under: one that can be swapped, one for each host, or none.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use cors_core::Policy;

use crate::started::Swap;

/// Which policy a server serves under.
#[derive(Clone, Debug)]
pub enum Policies {
    /// This one, until another is swapped in.
    One(Policy),
    /// That of the request's host. The test API has the route `/answer` then, which answers what it is asked to:
    /// it is for tests alone.
    ByHost(Arc<Hosts>),
    /// None, and no layer either: for measuring what the layer costs.
    None,
}

/// Policies by host name; a host that has none gets no CORS handling.
#[derive(Debug, Default)]
pub struct Hosts(RwLock<HashMap<String, Policy>>);

impl Hosts {
    /// No host has a policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a host its policy, for requests that begin from now on.
    pub fn set(&self, host: &str, policy: Policy) {
        let mut hosts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        hosts.insert(host.to_ascii_lowercase(), policy);
    }

    /// The policy of a host.
    pub fn get(&self, host: &str) -> Option<Policy> {
        let hosts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        hosts.get(&host.to_ascii_lowercase()).cloned()
    }
}

impl Policies {
    /// Whether the test API has `/answer`.
    pub(crate) fn has_answer(&self) -> bool {
        matches!(self, Self::ByHost(_))
    }

    /// The layer for axum, and for warp, whose layer is the same one.
    pub(crate) fn tower_layer(self) -> (Option<cors_axum::CorsLayer>, Swap) {
        match self {
            Self::One(policy) => {
                let handle = cors_axum::Handle::new(policy);
                let layer = cors_axum::CorsLayer::shared(handle.clone());
                (Some(layer), Arc::new(move |policy| handle.store(policy)))
            }
            Self::ByHost(hosts) => {
                let layer =
                    cors_axum::CorsLayer::select(move |head| hosts.get(host(head.authority()?)));
                (Some(layer), Arc::new(drop))
            }
            Self::None => (None, Arc::new(drop)),
        }
    }

    /// The layer for actix-web.
    pub(crate) fn actix_layer(self) -> (Option<cors_actix::CorsLayer>, Swap) {
        match self {
            Self::One(policy) => {
                let handle = cors_actix::Handle::new(policy);
                let layer = cors_actix::CorsLayer::shared(handle.clone());
                (Some(layer), Arc::new(move |policy| handle.store(policy)))
            }
            Self::ByHost(hosts) => {
                let layer =
                    cors_actix::CorsLayer::select(move |head| hosts.get(host(head.authority()?)));
                (Some(layer), Arc::new(drop))
            }
            Self::None => (None, Arc::new(drop)),
        }
    }
}

/// An authority without its port.
fn host(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_port_is_no_part_of_the_host() {
        for (authority, host) in [
            ("a.test", "a.test"),
            ("a.test:80", "a.test"),
            ("a.test:", "a.test"),
            ("[::1]", "[::1]"),
            ("[::1]:80", "[::1]"),
        ] {
            assert_eq!(super::host(authority), host);
        }
    }
}
