//! The keys that do not affect what scripts may read.

use super::Beside;
use crate::config::{Config, Danger, DisallowedOrigin, RefusedPreflight};

/// The keys that differ, in the order of a policy file.
pub(super) fn differences(older: &Config, newer: &Config) -> Vec<Beside> {
    let pairs = keys(older).into_iter().zip(keys(newer));
    pairs
        .filter(|(older, newer)| older.value != newer.value)
        .map(|(older, newer)| Beside {
            key: older.key,
            older: older.value,
            newer: newer.value,
            means: older.means,
        })
        .collect()
}

struct Key {
    key: &'static str,
    /// Or the default, if the key is absent.
    value: String,
    means: &'static str,
}

/// Every key except those that [`Diff`](super::Diff) compares by fetches. The compiler demands new
/// keys here.
fn keys(config: &Config) -> Vec<Key> {
    let Config {
        allow_origins: _,
        allow_methods: _,
        allow_headers: _,
        expose_headers: _,
        allow_credentials: _,
        max_age,
        allow_private_network,
        preflight_status,
        preflight_continue,
        disallowed_origin,
        refused_preflight,
        danger,
    } = config;
    let Danger {
        allow_insecure_origins,
        allow_public_suffix_subdomains,
        allow_unbounded_regex,
        allow_null_origin,
        reflect_any_origin,
    } = danger;
    let none = || "none".to_owned();
    let keys = [
        (
            "max_age",
            max_age.map_or_else(none, |age| age.as_secs().to_string()),
            "how long browsers keep a preflight's answer",
        ),
        (
            "allow_private_network",
            allow_private_network.to_string(),
            "the answer to browsers that ask before they access a private network",
        ),
        (
            "preflight_status",
            preflight_status.unwrap_or(204).to_string(),
            "the status of a preflight's answer",
        ),
        (
            "preflight_continue",
            preflight_continue.to_string(),
            "whether the handler sees the preflights that are allowed",
        ),
        (
            "disallowed_origin",
            match disallowed_origin {
                DisallowedOrigin::Forward => "\"forward\"",
                DisallowedOrigin::Forbid => "\"forbid\"",
            }
            .to_owned(),
            "whether requests from other origins, such as a form's, are refused or reach the handler",
        ),
        (
            "refused_preflight",
            match refused_preflight {
                RefusedPreflight::Explain => "\"explain\"",
                RefusedPreflight::Conceal => "\"conceal\"",
            }
            .to_owned(),
            "whether the answer to a refused preflight shows what is allowed",
        ),
        (
            "danger.allow_insecure_origins",
            allow_insecure_origins.to_string(),
            "whether http: origins may have credentials",
        ),
        (
            "danger.allow_public_suffix_subdomains",
            allow_public_suffix_subdomains.to_string(),
            "whether all subdomains of a public suffix may have credentials",
        ),
        (
            "danger.allow_unbounded_regex",
            allow_unbounded_regex.to_string(),
            "whether an unbounded regular expression may have credentials",
        ),
        (
            "danger.allow_null_origin",
            allow_null_origin.to_string(),
            "whether the origin null may be allowed",
        ),
        (
            "danger.reflect_any_origin",
            reflect_any_origin.to_string(),
            "whether \"*\" may have credentials",
        ),
    ];
    keys.map(|(key, value, means)| Key { key, value, means }).into()
}
