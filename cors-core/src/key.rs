//! The keys of a policy file.

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
    OwnHosts = "own_hosts",
    RefusedPreflight = "refused_preflight",
    AllowInsecureOrigins = "danger.allow_insecure_origins",
    AllowPublicSuffixSubdomains = "danger.allow_public_suffix_subdomains",
    AllowUnboundedRegex = "danger.allow_unbounded_regex",
    AllowNullOrigin = "danger.allow_null_origin",
    ReflectAnyOrigin = "danger.reflect_any_origin",
}

/// A key's index, or the number of keys for anything else.
pub(crate) fn slot(key: Option<Key>) -> usize {
    key.map_or(Key::ALL.len(), |key| key as usize)
}
