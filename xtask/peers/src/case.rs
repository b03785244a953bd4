//! A policy, and requests to a server under it.

use std::fmt;

use cors_core::browser::Fetch;
use cors_core::strategies::{configs, fetches_near, hostile_headers, origins_of, requests};
use cors_core::{Config, DisallowedOrigin, Policy, RefusedPreflight};
use http::Request;
use proptest::prelude::*;
use proptest::sample::select;
use url::Url;

use crate::routes::Route;

/// A test case for both servers.
#[derive(Clone, Debug)]
pub struct Case {
    /// The policy.
    pub config: Config,
    /// The route of the requests.
    pub route: Route,
    /// Who sends the requests.
    pub asks: Asks,
}

/// A script in a browser, or any client.
#[derive(Clone, Debug)]
pub enum Asks {
    /// A script.
    Script(Fetch),
    /// A program that can send anything.
    Anyone(Request<()>),
}

impl Case {
    /// The policy, if the config is valid.
    pub fn policy(&self) -> Option<Policy> {
        Policy::new(&self.config).ok()
    }
}

impl Asks {
    /// The same requests on this route.
    pub fn on(self, route: Route) -> Self {
        match self {
            Self::Script(mut fetch) => {
                if let Ok(mut url) = Url::parse(&fetch.url) {
                    url.set_path(route.path());
                    fetch.url = url.into();
                }
                Self::Script(fetch)
            }
            Self::Anyone(mut request) => {
                *request.uri_mut() = http::Uri::from_static(route.path());
                Self::Anyone(request)
            }
        }
    }
}

/// The policy as text of a policy file, without values that are the default.
pub fn toml_of(config: &Config) -> String {
    let default = toml::Table::try_from(Config::default()).unwrap_or_default();
    let mut table = toml::Table::try_from(config).unwrap_or_default();
    table.retain(|key, value| default.get(key) != Some(value));
    if let (Some(toml::Value::Table(danger)), Some(toml::Value::Table(all))) =
        (table.get_mut("danger"), default.get("danger"))
    {
        danger.retain(|key, value| all.get(key) != Some(value));
    }
    // Tables come last.
    table.to_string().trim_end().to_owned()
}

/// The policy, a blank line, and the request.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", toml_of(&self.config))?;
        match &self.asks {
            Asks::Script(fetch) => write!(f, "{fetch}"),
            Asks::Anyone(request) => write!(f, "{}", Shown(request)),
        }
    }
}

/// A request on one line.
#[derive(Debug)]
pub struct Shown<'r>(pub &'r Request<()>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.method(), self.0.uri())?;
        let listed = |name: &str| {
            ["origin", "sec-fetch-site"].contains(&name) || name.starts_with("access-control-")
        };
        let lines = self.0.headers().iter().filter(|(name, _)| listed(name.as_str()));
        for (name, value) in lines {
            let value: String = value.as_bytes().escape_ascii().to_string();
            let (shown, rest) = value.split_at(value.len().min(60));
            write!(f, "; {name}: {shown}{}", if rest.is_empty() { "" } else { "..." })?;
        }
        Ok(())
    }
}

/// Cases; most of their policies can be written for every peer.
pub fn cases() -> impl Strategy<Value = Case> {
    (configs(), prop::bool::weighted(0.8))
        .prop_map(|(config, plain)| if plain { common(config) } else { config })
        .prop_filter_map("the config has errors", |config| {
            let policy = Policy::new(&config).ok()?;
            Some((config, policy))
        })
        .prop_flat_map(|(config, policy)| {
            let asks = prop_oneof![
                4 => fetches_near(&policy).prop_map(Asks::Script),
                2 => anyone(&policy).prop_map(Asks::Anyone),
            ];
            (Just(config), select(&Route::ALL[..]), asks)
        })
        .prop_map(|(config, route, asks)| Case { config, route, asks: asks.on(route) })
}

/// Only settings that every layer has.
fn common(mut config: Config) -> Config {
    config.own_hosts = None;
    config.allow_private_network = false;
    config.preflight_status = None;
    config.preflight_continue = false;
    config.disallowed_origin = DisallowedOrigin::Forward;
    config.refused_preflight = RefusedPreflight::Explain;
    config
}

/// Requests of any client, mostly from an origin of the policy.
fn anyone(policy: &Policy) -> impl Strategy<Value = Request<()>> + use<> {
    let headers = prop_oneof![
        3 => Just(None),
        1 => hostile_headers().prop_map(Some),
    ];
    let origin = prop::option::of(origins_of(policy));
    (requests(), headers, origin).prop_map(|(mut request, headers, origin)| {
        if let Some(headers) = headers {
            request.headers_mut().extend(headers);
        }
        if let Some(origin) = origin.and_then(|origin| origin.parse().ok()) {
            request.headers_mut().insert("origin", origin);
        }
        request
    })
}
