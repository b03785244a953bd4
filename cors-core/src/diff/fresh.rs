//! Names that neither policy mentions, which represent everything that a wildcard matches.

use crate::config::{Config, OriginEntry};
use crate::origin::default_port;
use crate::origin::pattern::{Pattern, Port};
use std::collections::HashSet;

/// Names that neither policy mentions.
pub(super) struct Fresh {
    label: String,
    /// `None` if the policies name every port.
    port: Option<u16>,
}

impl Fresh {
    pub(super) fn new(configs: [&Config; 2]) -> Self {
        let mut labels = HashSet::new();
        let mut ports = HashSet::from([80, 443, 21]); // default ports, which origins omit
        for entry in configs.iter().flat_map(|config| &config.allow_origins) {
            let OriginEntry::Pattern(text) = entry else { continue };
            let Ok(Pattern::Tuple { host, port, .. }) = Pattern::parse(text) else { continue };
            labels.extend(host.split('.').filter(|label| label.starts_with('x')));
            if let Port::Exact(port) = port {
                ports.extend(port.strip_prefix(':').and_then(|port| port.parse::<u16>().ok()));
            }
        }
        Self {
            label: fresh("x", |label| labels.contains(label)),
            port: (8080..=u16::MAX).chain(1..8080).find(|port| !ports.contains(port)),
        }
    }

    /// Origins that only `*` matches.
    pub(super) fn strangers(&self) -> [String; 2] {
        // The second matches no pattern, since no wildcard covers a whole host.
        [format!("https://{}.example", self.label), format!("https://{}", self.label)]
    }

    /// Origins that represent everything that a pattern matches.
    pub(super) fn instances(&self, pattern: &str) -> Vec<String> {
        let (scheme, subdomains, host, port) = match Pattern::parse(pattern) {
            Ok(Pattern::Tuple { scheme, subdomains, host, port }) => {
                (scheme, subdomains, host, port)
            }
            Ok(Pattern::AnyHost { scheme }) => return vec![format!("{scheme}://{}", self.label)],
            Ok(Pattern::Null) | Err(_) => return vec![pattern.to_owned()],
        };
        let label = if subdomains { format!("{}.", self.label) } else { String::new() };
        let origin = format!("{scheme}://{label}{host}");
        match (port, self.port) {
            (Port::Exact(port), _) => vec![origin + port],
            (Port::Any, Some(port)) => vec![format!("{origin}:{port}")],
            // A separate entry may allow each port.
            (Port::Any, None) => (0..=u16::MAX)
                .filter(|port| default_port(scheme) != Some(*port))
                .map(|port| format!("{origin}:{port}"))
                .chain([origin.clone()])
                .collect(),
        }
    }
}

/// The stem itself, or with the first number that makes it unique.
pub(super) fn fresh(stem: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (1_u64..).map(|number| format!("{stem}{number}"));
    let mut names = std::iter::once(stem.to_owned()).chain(numbered);
    names.find(|name| !is_taken(name)).expect("a finite list cannot use every number")
}
