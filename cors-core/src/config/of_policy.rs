//! The config that builds a policy.

use super::{Config, OriginEntry};
use crate::engine::policy::Policy;
use crate::origin::set::Origins;

impl Policy {
    /// A config that builds an equal policy, except for closures and questions. It leaves out the
    /// duplicate and superfluous names that the policy dropped with a warning.
    pub fn config(&self) -> Config {
        let policy = self.compiled();
        let star = |any: bool| any.then(|| "*".to_owned());
        let owned = |name: &str| name.to_owned();
        Config {
            allow_origins: policy.origins.entries(),
            allow_methods: star(policy.methods.any)
                .into_iter()
                .chain(policy.methods.names.iter().map(owned))
                .collect(),
            allow_headers: star(policy.headers.any)
                .into_iter()
                .chain(policy.headers.names.iter().map(owned))
                .collect(),
            expose_headers: policy.expose.iter().map(|name| owned(name)).collect(),
            allow_credentials: policy.credentials,
            max_age: policy.max_age,
            allow_private_network: policy.private_network,
            preflight_status: policy.preflight_status.map(|status| status.as_u16()),
            preflight_continue: policy.preflight_continue,
            disallowed_origin: policy.disallowed_origin,
            own_hosts: policy.own_hosts.as_ref().map(|hosts| hosts.iter().map(owned).collect()),
            refused_preflight: policy.refused_preflight,
            danger: policy.danger,
        }
    }
}

impl Origins {
    /// The list, as it was in the config.
    fn entries(&self) -> Vec<OriginEntry> {
        let mut entries: Vec<OriginEntry> = Vec::with_capacity(self.patterns.len() + 1);
        entries.extend(self.any.then(|| OriginEntry::from("*")));
        entries.extend(self.patterns.iter().map(OriginEntry::from));
        #[cfg(feature = "regex")]
        for (inserted, (before, regex)) in self.regexes.iter().enumerate() {
            entries.insert(before + inserted, OriginEntry::regex(regex.as_str()));
        }
        entries
    }
}
