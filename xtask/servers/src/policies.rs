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
    /// The policy of the request's host. The test API then has the route `/answer`, which answers as its query says;
    /// only tests use it.
    ByHost(Arc<Hosts>),
    /// No policy and no layer, to measure the cost of the layer.
    None,
}

/// Policies by host name. A host without one gets no CORS handling.
#[derive(Debug, Default)]
pub struct Hosts(RwLock<HashMap<String, Policy>>);

impl Hosts {
    /// No host has a policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a host's policy for all later requests.
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
