//! What can be wrong with an origin or a regular expression.

use std::fmt;

/// Why a text is not a serialized tuple origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OriginFault {
    /// Longer than [`MAX_ORIGIN_LEN`](crate::MAX_ORIGIN_LEN).
    TooLong,
    /// Contains a byte above 0x7F.
    NotAscii,
    /// No scheme followed by `://`.
    NoScheme,
    /// The scheme is not a lower-case letter followed by lower-case letters, digits, `+`, `-` and
    /// `.`.
    BadScheme,
    /// `file:` URLs have opaque origins, sent as `null`.
    FileScheme,
    /// There is no host.
    NoHost,
    /// A user name or password before the host.
    UserInfo,
    /// A path, query or fragment after the host or port.
    Path,
    /// The host of a special scheme, such as `https`, contains an upper-case letter.
    UpperCase,
    /// The host contains a character that the URL Standard forbids there.
    BadHost,
    /// The host ends in a number but is not a dotted quad.
    BadIpv4,
    /// The host is in brackets but not an IPv6 address in the URL Standard's compressed form.
    BadIpv6,
    /// The port is not a number from 0 to 65535 without leading zeros.
    BadPort,
    /// The port is the scheme's default, which serializers omit.
    DefaultPort,
}

impl fmt::Display for OriginFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "an origin has at most 512 bytes",
            Self::NotAscii => "browsers send punycode",
            Self::NoScheme => "an origin starts with its scheme",
            Self::BadScheme => "a scheme contains only lower-case letters, digits, +, - and .",
            Self::FileScheme => "browsers send null for files",
            Self::NoHost => "an origin has a host",
            Self::UserInfo => "an origin contains no user name or password",
            Self::Path => "an origin ends with its host or port",
            Self::UpperCase => "browsers send hosts in lower case",
            Self::BadHost => "a host cannot contain such a character",
            Self::BadIpv4 => {
                "a host that ends in a number must be an IPv4 address of four decimal numbers"
            }
            Self::BadIpv6 => "browsers send IPv6 addresses compressed and in lower case",
            Self::BadPort => "a port is a number from 0 to 65535",
            Self::DefaultPort => "browsers omit the default port",
        })
    }
}

impl std::error::Error for OriginFault {}

/// How all matches of a regular expression differ from origins.
///
/// ```
/// # #[cfg(feature = "regex")] {
/// use cors_core::{ErrorKind, OriginEntry, Policy, RegexMismatch};
///
/// let slash = OriginEntry::regex(r"https://[a-z]+\.example\.com/");
/// let errors = Policy::for_origins(slash).build().unwrap_err();
/// let ErrorKind::RegexMatchesNoOrigin { why, .. } = errors.errors()[0].kind() else {
///     unreachable!()
/// };
/// assert_eq!(why[..], [RegexMismatch::Path]);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegexMismatch {
    /// Nothing but anchors.
    Empty,
    /// `null`, which is a separate entry.
    Null,
    /// Leading or trailing white space.
    WhiteSpace,
    /// `/…/`, or other delimiters from another program.
    Delimiters,
    /// No scheme.
    NoScheme,
    /// Something after the host and port, such as a slash.
    Path,
    /// Upper-case letters.
    UpperCase,
    /// The scheme's default port.
    DefaultPort,
}

/// The limit that ended a proof.
///
/// ```
/// # #[cfg(feature = "regex")] {
/// use cors_core::{ErrorKind, OriginEntry, Policy, ProofLimit};
///
/// let names: Vec<String> = (0..=1024).map(|number| number.to_string()).collect();
/// let domains = OriginEntry::regex(format!(r"https://x({})\.com", names.join("|")));
/// let errors = Policy::for_origins(domains).allow_credentials(true).build().unwrap_err();
/// let ErrorKind::UnprovenRegexWithCredentials { limit } = errors.errors()[0].kind() else {
///     unreachable!()
/// };
/// assert_eq!(*limit, ProofLimit::Names);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProofLimit {
    /// The automaton that reads backwards exceeds 1 MiB.
    Table,
    /// There are more than 65536 places to visit.
    Places,
    /// The expression spells out more than 1024 domains or hosts.
    Names,
}
