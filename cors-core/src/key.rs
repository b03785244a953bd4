//! The keys of a policy file.

use crate::engine::settings::Danger;

macro_rules! keys {
    ($($key:ident = $name:literal,)*) => {
        /// A key of a policy file, in its order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Key {
            $($key,)*
        }

        impl Key {
            pub(crate) const ALL: &[Self] = &[$(Self::$key),*];

            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$key => $name,)*
                }
            }

            pub(crate) fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|key| key.name() == name)
            }
        }
    };
}

keys! {
    AllowOrigins = "allow_origins",
    AllowMethods = "allow_methods",
    AllowHeaders = "allow_headers",
    ExposeHeaders = "expose_headers",
    AllowCredentials = "allow_credentials",
    MaxAge = "max_age",
    AllowPrivateNetwork = "allow_private_network",
    PreflightStatus = "preflight_status",
    PreflightContinue = "preflight_continue",
    DisallowedOrigin = "disallowed_origin",
    RefusedPreflight = "refused_preflight",
    AllowInsecureOrigins = "danger.allow_insecure_origins",
    AllowPublicSuffixSubdomains = "danger.allow_public_suffix_subdomains",
    AllowUnboundedRegex = "danger.allow_unbounded_regex",
    AllowNullOrigin = "danger.allow_null_origin",
    ReflectAnyOrigin = "danger.reflect_any_origin",
}

/// The place of a key among all; the last one is for what is not a key.
pub(crate) fn slot(key: Option<Key>) -> usize {
    key.map_or(Key::ALL.len(), |key| key as usize)
}

impl Danger {
    /// Each key, whether it is set, and what it lets happen.
    pub(crate) fn keys(self) -> [(Key, bool, &'static str); 5] {
        let Self {
            allow_insecure_origins,
            allow_public_suffix_subdomains,
            allow_unbounded_regex,
            allow_null_origin,
            reflect_any_origin,
        } = self;
        [
            (
                Key::AllowInsecureOrigins,
                allow_insecure_origins,
                "anyone on the network can then read with the user's cookies",
            ),
            (
                Key::AllowPublicSuffixSubdomains,
                allow_public_suffix_subdomains,
                "anyone who registers a name there can then read with the user's cookies",
            ),
            (
                Key::AllowUnboundedRegex,
                allow_unbounded_regex,
                "whatever else the regular expression matches can then read with the user's cookies",
            ),
            (
                Key::AllowNullOrigin,
                allow_null_origin,
                "any page can then read that puts a frame into a sandbox",
            ),
            (
                Key::ReflectAnyOrigin,
                reflect_any_origin,
                "every site can then read with the user's cookies",
            ),
        ]
    }
}
