//! One of the compared policies.
use super::Witness;
use crate::browser::{Browser, Verdict, serve};
use crate::config::{Config, OriginEntry};
use crate::engine::decision::Decision;
use crate::engine::policy::{Compiled, Policy};
#[cfg(feature = "regex")]
use crate::origin::Origin;
#[cfg(feature = "regex")]
use crate::origin::regex::OriginRegex;
use http::header::ORIGIN;
use http::{HeaderValue, Request, Response};
use std::collections::HashSet;
use std::time::Duration;

/// One of the policies.
pub(super) struct Side<'c> {
    policy: Policy,
    pub(super) config: &'c Config,
    pub(super) listed: HashSet<&'c OriginEntry>,
}

impl<'c> Side<'c> {
    pub(super) fn new(policy: &Policy, config: &'c Config) -> Self {
        Self { policy: policy.clone(), config, listed: config.allow_origins.iter().collect() }
    }

    pub(super) fn policy(&self) -> &Compiled {
        self.policy.compiled()
    }

    pub(super) fn allows(&self, origin: &str) -> bool {
        let request = Request::get("/").header(ORIGIN, origin).body(());
        request.is_ok_and(|request| self.policy.decide(&request) == Decision::Simple)
    }

    /// Whether the fetch succeeds and the script sees the witness's header.
    pub(super) fn shows(&self, witness: &Witness) -> bool {
        let ended = Browser::new().fetch(&witness.fetch, Duration::ZERO, |request| {
            serve(&self.policy, request, |_| {
                let mut response = Response::new(());
                if let Some(name) = &witness.sees {
                    response.headers_mut().insert(name, HeaderValue::from_static("1"));
                }
                response
            })
        });
        match (ended.verdict, &witness.sees) {
            (Verdict::Readable(response), Some(name)) => response.headers.contains_key(name),
            (verdict, None) => verdict.is_readable(),
            _ => false,
        }
    }

    #[cfg(feature = "regex")]
    pub(super) fn regexes(&self) -> impl ExactSizeIterator<Item = &OriginRegex> {
        self.policy().origins.regexes.iter().map(|(_, regex)| regex)
    }

    #[cfg(feature = "regex")]
    pub(super) fn has_regexes(&self) -> bool {
        self.regexes().len() > 0
    }

    #[cfg(not(feature = "regex"))]
    pub(super) fn has_regexes(&self) -> bool {
        false
    }

    /// A pattern in the list that matches this origin, preferably a wide one.
    #[cfg(feature = "regex")]
    pub(super) fn pattern_matching(&self, origin: &str) -> Option<String> {
        let parsed = Origin::parse(origin.as_bytes()).ok()?;
        let (scheme, host) = (parsed.scheme(), parsed.host());
        let port = &origin[scheme.len() + "://".len() + host.len()..];
        let dots = host.bytes().enumerate().rev().filter(|(_, byte)| *byte == b'.');
        let starred = dots.map(|(dot, _)| format!("*{}", &host[dot..]));
        let hosts = starred.chain([host.to_owned()]);
        hosts
            .flat_map(|host| [":*", port].map(|port| format!("{scheme}://{host}{port}")))
            .find(|pattern| self.listed.contains(&OriginEntry::from(pattern)))
    }
}
