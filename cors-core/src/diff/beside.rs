//! The keys that do not affect what scripts may read.

use super::Beside;
use crate::config::Config;
use crate::key::Key;

/// The keys that differ, in the order of a policy file.
pub(super) fn differences(older: &Config, newer: &Config) -> Vec<Beside> {
    let differs = |key: &Key| {
        let (key, means) = (*key, means(*key)?);
        let [older, newer] = [older, newer].map(|config| config.shown(key).to_string());
        (older != newer).then(|| Beside { key: key.name(), older, newer, means })
    };
    Key::ALL.iter().filter_map(differs).collect()
}

/// What the key is about; `None` for keys that [`Diff`](super::Diff) compares by fetches.
pub(super) fn means(key: Key) -> Option<&'static str> {
    let means = match key {
        Key::AllowOrigins
        | Key::AllowMethods
        | Key::AllowHeaders
        | Key::ExposeHeaders
        | Key::AllowCredentials => return None,
        Key::MaxAge => "how long browsers keep a preflight's answer",
        Key::AllowPrivateNetwork => {
            "the answer to browsers that ask before they access a private network"
        }
        Key::PreflightStatus => "the status of a preflight's answer",
        Key::PreflightContinue => "whether the handler sees the preflights that are allowed",
        Key::DisallowedOrigin => {
            "whether requests from other origins, such as a form's, are refused or reach the handler"
        }
        Key::OwnHosts => "the hosts that the server answers for",
        Key::RefusedPreflight => "whether the answer to a refused preflight shows what is allowed",
        Key::AllowInsecureOrigins => "whether http: origins may have credentials",
        Key::AllowPublicSuffixSubdomains => {
            "whether all subdomains of a public suffix may have credentials"
        }
        Key::AllowUnboundedRegex => "whether an unbounded regular expression may have credentials",
        Key::AllowNullOrigin => "whether the origin null may be allowed",
        Key::ReflectAnyOrigin => "whether \"*\" may have credentials",
    };
    Some(means)
}
