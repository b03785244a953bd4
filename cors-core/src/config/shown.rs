//! What a config says about each key.

use super::{Config, Danger, DisallowedOrigin, OriginEntry, RefusedPreflight};
use crate::engine::policy::Policy;
use crate::key::Key;
use std::fmt;

/// The value of a key, as in a policy file in TOML.
#[derive(PartialEq)]
pub(crate) enum Shown {
    List(Vec<String>),
    One(String),
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(entries) => write!(f, "[{}]", entries.join(", ")),
            Self::One(value) => f.write_str(value),
        }
    }
}

impl Config {
    /// The key's value, or its default.
    pub(crate) fn shown(&self, key: Key) -> Shown {
        let Self {
            allow_origins,
            allow_methods,
            allow_headers,
            expose_headers,
            allow_credentials,
            max_age,
            allow_private_network,
            preflight_status,
            preflight_continue,
            disallowed_origin,
            own_hosts,
            refused_preflight,
            danger,
        } = self;
        let Danger {
            allow_insecure_origins,
            allow_public_suffix_subdomains,
            allow_unbounded_regex,
            allow_null_origin,
            reflect_any_origin,
        } = danger;
        let names = |list: &[String]| Shown::List(list.iter().map(|name| quote(name)).collect());
        Shown::One(match key {
            Key::AllowOrigins => return Shown::List(allow_origins.iter().map(origin).collect()),
            Key::AllowMethods => return names(allow_methods),
            Key::AllowHeaders => return names(allow_headers),
            Key::ExposeHeaders => return names(expose_headers),
            Key::AllowCredentials => allow_credentials.to_string(),
            Key::MaxAge => match max_age {
                None => "none".to_owned(),
                // With a fraction it makes no policy: what reads this refuses it too.
                Some(age) => age.as_secs_f64().to_string(),
            },
            Key::AllowPrivateNetwork => allow_private_network.to_string(),
            Key::PreflightStatus => preflight_status.unwrap_or(204).to_string(),
            Key::PreflightContinue => preflight_continue.to_string(),
            Key::DisallowedOrigin => quote(match disallowed_origin {
                DisallowedOrigin::Forward => "forward",
                DisallowedOrigin::Forbid => "forbid",
                DisallowedOrigin::ForbidUnsafe => "forbid-unsafe",
            }),
            Key::OwnHosts => match own_hosts {
                Some(hosts) => return names(hosts),
                None => "none".to_owned(),
            },
            Key::RefusedPreflight => quote(match refused_preflight {
                RefusedPreflight::Explain => "explain",
                RefusedPreflight::Conceal => "conceal",
            }),
            Key::AllowInsecureOrigins => allow_insecure_origins.to_string(),
            Key::AllowPublicSuffixSubdomains => allow_public_suffix_subdomains.to_string(),
            Key::AllowUnboundedRegex => allow_unbounded_regex.to_string(),
            Key::AllowNullOrigin => allow_null_origin.to_string(),
            Key::ReflectAnyOrigin => reflect_any_origin.to_string(),
        })
    }
}

/// Prints the keys that are set, one per line, as in a policy file in TOML.
///
/// ```
/// use cors_core::Policy;
///
/// let policy = Policy::for_origins("https://app.example.com").allow_credentials(true).build()?;
/// let text = "allow_origins = [\"https://app.example.com\"]\nallow_credentials = true\n";
/// assert_eq!(policy.config().to_string(), text);
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = Self::default();
        for key in Key::ALL.iter().copied() {
            let shown = self.shown(key);
            // The default is 204 too, so compare whether it is set.
            let is_status = key == Key::PreflightStatus && self.preflight_status.is_some();
            if is_status || shown != default.shown(key) {
                writeln!(f, "{} = {shown}", key.name())?;
            }
        }
        Ok(())
    }
}

/// Prints its [config](Self::config) as a policy file in TOML.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.config().fmt(f)
    }
}

impl Danger {
    /// Each key, whether it is set, and what it permits.
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
                "everything else the regular expression matches can then read with the user's cookies",
            ),
            (
                Key::AllowNullOrigin,
                allow_null_origin,
                "any page can then read from a sandboxed frame",
            ),
            (
                Key::ReflectAnyOrigin,
                reflect_any_origin,
                "every site can then read with the user's cookies",
            ),
        ]
    }
}

fn origin(entry: &OriginEntry) -> String {
    match entry {
        OriginEntry::Pattern(pattern) => quote(pattern),
        OriginEntry::Regex(regex) => format!("{{ regex = {} }}", quote(regex)),
    }
}

/// [TOML, basic string](https://toml.io/en/v1.0.0#string)
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if character.is_control() => quoted += &format!("\\u{:04X}", u32::from(character)),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
