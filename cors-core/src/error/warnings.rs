//! The kinds of warnings, each with its reason and its fix.

use super::kinds::FindingKind;

/// Something in a policy that has no effect or is likely a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// An exact origin that another entry covers. Regular expressions are tried within the limit
    /// on work that all of a policy's regular expressions share.
    CoveredOrigin,
    /// An entry that occurs twice.
    Duplicate,
    /// A request header that browsers never let scripts set.
    ForbiddenRequestHeader,
    /// A response header that scripts can always read.
    SafelistedResponseHeader,
    /// `null` is allowed.
    NullOriginAllowed,
    /// `max_age` exceeds what Chromium honors.
    MaxAgeOverChromium,
    /// A method that carries a body, without `content-type`.
    BodyMethodWithoutContentType,
    /// Subdomains of a public suffix: in `allow_origins` without credentials, or in `own_hosts`.
    PublicSuffix {
        /// The public suffix.
        suffix: String,
    },
    /// A name that a `*` in the list covers.
    CoveredByAny,
    /// A lower-case method that browsers send unchanged.
    LowerCaseMethod {
        /// The method in upper case.
        meant: String,
    },
    /// A danger key that nothing in the policy needs.
    NeedlessDanger,
    /// `allow_private_network`, which no browser asks for any more.
    PrivateNetworkUnasked,
    /// An unescaped `.` between what look like labels.
    UnescapedDot,
    /// A scheme that looks like a misspelt `http` or `https`.
    MisspeltScheme {
        /// The entry with the scheme that you likely meant, if the policy accepts it.
        meant: Option<String>,
    },
    /// A port that browsers block.
    BlockedPort,
    /// A host with upper-case letters, in a scheme other than `http` and `https`.
    UpperCaseHost {
        /// The entry in lower case.
        meant: String,
    },
    /// A pattern for any host of a scheme, with credentials.
    AnyHostWithCredentials,
    /// A name with a character that has a meaning only in patterns or regular expressions.
    LiteralName {
        /// The first such character.
        character: char,
        /// Whether the policy accepts `*` alone instead.
        or_any: bool,
    },
    /// A response header in `allow_headers`.
    ResponseHeaderAllowed,
    /// A request header in `expose_headers`.
    RequestHeaderExposed,
    /// A server on this machine that forbids disallowed origins, without `own_hosts`.
    OwnHostsUnset,
}

impl FindingKind for WarningKind {
    fn reason(&self) -> String {
        let text = match self {
            Self::CoveredOrigin => "a pattern in the list already covers it",
            Self::Duplicate => "it is already in the list",
            Self::ForbiddenRequestHeader => {
                "browsers never let scripts set it, so no preflight asks for it"
            }
            Self::SafelistedResponseHeader => "scripts can always read it",
            Self::NullOriginAllowed => "any page can get the origin null with a sandboxed frame",
            Self::MaxAgeOverChromium => "Chromium caches preflights for at most 7200 seconds",
            Self::BodyMethodWithoutContentType => {
                "scripts that send JSON must set content-type, which allow_headers lacks"
            }
            Self::PublicSuffix { suffix } => {
                return format!("anyone can register a name under {suffix:?}");
            }
            Self::CoveredByAny => "\"*\" covers it",
            Self::LowerCaseMethod { .. } => {
                "methods are case-sensitive, and browsers send this one as the script wrote it"
            }
            Self::NeedlessDanger => "nothing in the policy needs it",
            Self::PrivateNetworkUnasked => {
                "no browser asks the server any more; they ask the user (Local Network Access)"
            }
            Self::UnescapedDot => "an unescaped dot matches any character",
            Self::MisspeltScheme { .. } => "no browser has pages with this scheme",
            Self::BlockedPort => "browsers block this port",
            Self::UpperCaseHost { .. } => "browsers that lower-case hosts never send it",
            Self::AnyHostWithCredentials => {
                "every app or extension of this scheme would read with the user's cookies"
            }
            Self::LiteralName { character, .. } => {
                return format!("{character:?} inside a name is a literal character");
            }
            Self::ResponseHeaderAllowed => "it is a response header, so no script needs to send it",
            Self::RequestHeaderExposed => "it is a request header, so there is nothing to read",
            Self::OwnHostsUnset => {
                "a page whose name an attacker leads to this machine (DNS rebinding) passes for the server's own"
            }
        };
        text.to_owned()
    }

    fn fix(&self) -> String {
        let text = match self {
            Self::CoveredOrigin
            | Self::Duplicate
            | Self::ForbiddenRequestHeader
            | Self::SafelistedResponseHeader
            | Self::CoveredByAny
            | Self::NeedlessDanger
            | Self::PrivateNetworkUnasked => "remove it",
            Self::NullOriginAllowed => "remove it unless everything it could read is public",
            Self::MaxAgeOverChromium => "write 7200 or less",
            Self::BodyMethodWithoutContentType => "add \"content-type\" to allow_headers",
            Self::PublicSuffix { .. } => "name the registrable domain",
            Self::LowerCaseMethod { meant } => {
                return format!("write {meant:?} if that is what clients send");
            }
            Self::UnescapedDot => "write \"\\\\.\" for a literal dot",
            Self::MisspeltScheme { meant: Some(meant) } => return format!("write {meant:?}"),
            Self::MisspeltScheme { meant: None } => "write https: if you mean a web page",
            Self::BlockedPort => "serve the page on another port",
            Self::UpperCaseHost { meant } => {
                return format!(
                    "write {meant:?}, unless the app really sends its origin as written here"
                );
            }
            Self::AnyHostWithCredentials => "name the hosts, if they are the same in every browser",
            Self::LiteralName { or_any: true, .. } => {
                "list the names you mean, or write \"*\" alone for all"
            }
            Self::LiteralName { or_any: false, .. } => "list the names you mean",
            Self::ResponseHeaderAllowed => "remove it from the script and from the list",
            Self::RequestHeaderExposed => "remove it",
            Self::OwnHostsUnset => {
                "add own_hosts = [\"localhost:*\", \"127.0.0.1:*\", \"[::1]:*\"]"
            }
        };
        text.to_owned()
    }
}
