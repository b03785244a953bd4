//! The keys of a policy file.

/// Every key of a policy file, in its order.
pub(crate) const KEYS: [&str; 16] = [
    "allow_origins",
    "allow_methods",
    "allow_headers",
    "expose_headers",
    "allow_credentials",
    "max_age",
    "allow_private_network",
    "preflight_status",
    "preflight_continue",
    "disallowed_origin",
    "refused_preflight",
    "danger.allow_insecure_origins",
    "danger.allow_public_suffix_subdomains",
    "danger.allow_unbounded_regex",
    "danger.allow_null_origin",
    "danger.reflect_any_origin",
];

/// Where a key stands among all, those of the builder alone last.
pub(crate) fn key_order(key: &str) -> usize {
    KEYS.iter().position(|known| *known == key).unwrap_or(KEYS.len())
}
