//! The kinds of errors, each with its reason and its fix.

use super::hosts::{HostFault, host_fix};
use super::origins::pattern_fix;
use super::regexes::{WHOLE_ORIGIN, mismatch_fix, mismatch_reason, proof_limit};
use crate::origin::OriginFault;
use crate::origin::fault::{ProofLimit, RegexMismatch};
use crate::origin::pattern::{Meant, PatternFault};

/// What every kind of finding says about itself.
pub trait FindingKind {
    /// Why the value is wrong, in lower case and without a full stop.
    fn reason(&self) -> String;
    /// What to write instead.
    fn fix(&self) -> String;
}

/// Why a policy cannot be built.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// `allow_origins` is absent or empty.
    NoOrigins,
    /// An entry of `allow_origins` is not a pattern.
    InvalidOrigin {
        /// What is wrong with it.
        fault: PatternFault,
        /// What you likely meant, if that is clear and the policy accepts it.
        meant: Option<Meant>,
    },
    /// `*` together with other origins.
    AnyOriginWithOthers,
    /// `*` and `disallowed_origin = "forbid"`: no origin is disallowed.
    AnyOriginForbids,
    /// `*` with credentials, which browsers refuse.
    AnyOriginWithCredentials,
    /// `*` together with a closure or `ask`, which would never be called.
    AnyOriginWithQuestion,
    /// An `http:` origin with credentials.
    InsecureOriginWithCredentials,
    /// Subdomains of a public suffix with credentials.
    PublicSuffixWithCredentials {
        /// The public suffix.
        suffix: String,
    },
    /// A pattern or regular expression that covers subdomains, with credentials, in a build
    /// without the feature `public-suffix`.
    NoPublicSuffixList,
    /// A regular expression with credentials that may match outside the registrable domains it
    /// names.
    UnboundedRegexWithCredentials {
        /// An origin of another domain that it matches, if one was found.
        lets_in: Option<String>,
        /// The narrower entry that you likely meant, in TOML.
        meant: Option<String>,
    },
    /// A regular expression with credentials that could not be proven to stay inside the
    /// registrable domains it names.
    UnprovenRegexWithCredentials {
        /// The limit that ended the proof.
        limit: ProofLimit,
    },
    /// A regular expression with credentials that matches an insecure origin.
    InsecureRegexWithCredentials {
        /// Such an origin, if one was found.
        lets_in: Option<String>,
    },
    /// `null` in the list.
    NullOrigin,
    /// A method that is not a token.
    InvalidMethod {
        /// The methods in the entry, written correctly.
        meant: Option<String>,
    },
    /// `own_hosts` is an empty list.
    NoOwnHosts,
    /// `own_hosts` is not set, although [`Builder::mcp`](crate::Builder::mcp) needs it.
    OwnHostsMissing,
    /// An entry of `own_hosts` is not a host pattern.
    InvalidHost {
        /// What is wrong with it.
        fault: HostFault,
        /// What you likely meant, in TOML.
        meant: Option<String>,
    },
    /// CONNECT, TRACE or TRACK.
    ForbiddenMethod,
    /// A method that browsers send in another case.
    MethodCase {
        /// The method as browsers send it.
        meant: &'static str,
    },
    /// A header name that is not a token.
    InvalidHeaderName {
        /// The names in the entry, written correctly.
        meant: Option<String>,
    },
    /// `Access-Control-Request-Method` or `-Headers` in `allow_headers`.
    CorsRequestHeader,
    /// `Set-Cookie` or `Set-Cookie2` exposed.
    SetCookieExposed,
    /// `*` exposed with credentials.
    AnyExposedWithCredentials,
    /// `max_age` over a day.
    MaxAgeTooLarge,
    /// `max_age` is not a whole number of seconds.
    MaxAgeFraction,
    /// `preflight_status` is outside 200 to 299.
    PreflightStatusOutOfRange,
    /// `preflight_status` together with `preflight_continue`.
    PreflightStatusWithContinue,
    /// A regular expression that does not compile.
    InvalidRegex {
        /// What the compiler says.
        message: String,
    },
    /// A regular expression whose automaton would be too large.
    RegexTooLarge,
    /// The policy's regular expressions, up to this one, take too much work. Later ones are not
    /// checked.
    RegexBudgetSpent,
    /// A regular expression that matches no origin that a browser could send.
    RegexMatchesNoOrigin {
        /// How its matches differ from origins, as far as known.
        why: Vec<RegexMismatch>,
        /// The entry that you likely meant, in TOML.
        meant: Option<String>,
    },
    /// A regular expression in a build without the feature `regex`.
    RegexUnavailable,
    /// A list of policies, without one.
    NoPolicies,
    /// A policy that never decides.
    NeverDecides {
        /// The index of an earlier policy, which allows every origin.
        after: usize,
    },
    /// An unknown key.
    UnknownKey {
        /// The key that you likely meant, or a key with its value.
        suggestion: Option<&'static str>,
    },
    /// An environment variable that no key is set by.
    UnknownVariable {
        /// The variable that you likely meant, or a variable with its value.
        suggestion: Option<String>,
    },
    /// An environment variable whose value is not Unicode.
    NotUnicode,
    /// A regular expression in an environment variable, or an entry that needs one.
    RegexInVariable,
    /// A table around keys that belong at the top level.
    WrappedKeys,
    /// A value of the wrong type.
    WrongType {
        /// What the key takes.
        expected: &'static str,
        /// The value that you likely meant, as written in a policy file.
        meant: Option<String>,
    },
    /// A key that occurs twice.
    DuplicateKey,
    /// A file that cannot be parsed.
    Syntax {
        /// The parser's message, with the column.
        message: String,
    },
    /// A file whose content does not match its extension.
    OtherFormat {
        /// The format that it seems to have.
        format: &'static str,
    },
    /// A file with far more values than a policy of its size needs.
    TooManyValues,
}

impl FindingKind for ErrorKind {
    fn reason(&self) -> String {
        let text = match self {
            Self::NoOrigins => "no origin is allowed, so nothing can be read",
            Self::OwnHostsMissing => {
                "DNS rebinding makes an attacker's page look like the server's own if it takes any host"
            }
            Self::NoOwnHosts => "the server has no host, so every request is refused",
            Self::InvalidHost { fault, .. } => return fault.to_string(),
            Self::InvalidOrigin { fault: PatternFault::Origin(OriginFault::BadPort), .. } => {
                "a port is a number from 0 to 65535, or \"*\""
            }
            Self::InvalidOrigin { fault, .. } => return fault.to_string(),
            Self::AnyOriginWithOthers => "\"*\" already allows every origin",
            Self::AnyOriginForbids => "\"*\" disallows no origin",
            Self::AnyOriginWithCredentials => "browsers refuse \"*\" with credentials",
            Self::AnyOriginWithQuestion => {
                "\"*\" allows every origin, so there is none to ask about"
            }
            Self::InsecureOriginWithCredentials => {
                "anyone on the network can impersonate an http: origin and would read with the user's cookies"
            }
            Self::PublicSuffixWithCredentials { suffix } => {
                return format!(
                    "anyone can register a name under {suffix:?} and would read with the user's cookies"
                );
            }
            Self::NoPublicSuffixList => {
                "this build lacks the Public Suffix List, so it cannot tell whether anyone can register such a subdomain"
            }
            Self::UnboundedRegexWithCredentials { lets_in: Some(origin), .. } => {
                return format!(
                    "with credentials, every match must end in a registrable domain that the pattern names, but this one lets in {origin:?}"
                );
            }
            Self::UnboundedRegexWithCredentials { lets_in: None, .. } => {
                "with credentials, every match must end in a registrable domain that the pattern names, and this could not be proven"
            }
            Self::UnprovenRegexWithCredentials { limit } => {
                return format!(
                    "with credentials, every match must end in a registrable domain that the pattern names, and this could not be proven within {}",
                    proof_limit(*limit)
                );
            }
            Self::InsecureRegexWithCredentials { lets_in: Some(origin) } => {
                return format!(
                    "with credentials, no match may be insecure, but this one lets in {origin:?}"
                );
            }
            Self::InsecureRegexWithCredentials { lets_in: None } => {
                "with credentials, no match may be insecure, and this could not be proven"
            }
            Self::NullOrigin => "any page can get the origin null with a sandboxed frame",
            Self::InvalidMethod { .. } => {
                "a method is a token of letters, digits and !#$%&'*+-.^_`|~"
            }
            Self::ForbiddenMethod => "browsers never let scripts send this method",
            Self::MethodCase { .. } => {
                "methods are case-sensitive, and browsers send this one in upper case"
            }
            Self::InvalidHeaderName { .. } => {
                "a header name is a token of letters, digits and !#$%&'*+-.^_`|~"
            }
            Self::CorsRequestHeader => "only the browser sets it, in preflights",
            Self::SetCookieExposed => "browsers never let scripts read it",
            Self::AnyExposedWithCredentials => {
                "with credentials, browsers read \"*\" as a header name"
            }
            Self::MaxAgeTooLarge => "no browser caches a preflight for longer than 86400 seconds",
            Self::MaxAgeFraction => "the header takes whole seconds",
            Self::PreflightStatusOutOfRange => {
                "browsers accept a preflight only if its status is 200 to 299"
            }
            Self::PreflightStatusWithContinue => {
                "with preflight_continue, the handler chooses the status"
            }
            Self::InvalidRegex { message } => {
                return format!("not a regular expression: {message}");
            }
            Self::RegexTooLarge => "its automaton would exceed 1 MiB",
            Self::RegexBudgetSpent => {
                "with this one, the policy's regular expressions exceed their shared limit of 33554432 steps, so it and the later ones were not checked"
            }
            Self::RegexMatchesNoOrigin { why, .. } => {
                let why: Vec<&str> = why.iter().map(|why| mismatch_reason(*why)).collect();
                return match &*why {
                    [] => {
                        "no origin that a browser can send matches the whole expression".to_owned()
                    }
                    why => format!("no origin matches it: {}", why.join(", and ")),
                };
            }
            Self::RegexUnavailable => "this build does not support regular expressions",
            Self::NoPolicies => "there is no policy to decide",
            Self::NeverDecides { after } => {
                return format!(
                    "it never decides, since the policy at {after} allows every origin"
                );
            }
            Self::UnknownKey { .. } => "no such key",
            Self::UnknownVariable { .. } => "no key has this variable",
            Self::NotUnicode => "the value is not Unicode",
            Self::RegexInVariable => {
                "a variable cannot hold a regular expression, because commas separate its entries"
            }
            Self::WrappedKeys => "the keys of a policy belong at the top level, not in a table",
            Self::WrongType { expected, .. } => return format!("the key takes {expected}"),
            Self::DuplicateKey => "the key is already set",
            Self::Syntax { message } => return message.clone(),
            Self::OtherFormat { format } => {
                return format!("a policy file is TOML or JSON, but this looks like {format}");
            }
            Self::TooManyValues => {
                "no policy of this size has this many values, so reading stopped here"
            }
        };
        text.to_owned()
    }

    fn fix(&self) -> String {
        let text = match self {
            Self::NoOrigins => {
                "list the origins that may read, or write \"*\" for a public resource"
            }
            Self::InvalidOrigin { fault, meant } => return pattern_fix(*fault, meant.as_ref()),
            Self::OwnHostsMissing => {
                "name the hosts by which clients reach the server, as in own_hosts([\"mcp.example.com\"]), or call local_server() if it is on this machine"
            }
            Self::NoOwnHosts => "list the hosts, or remove own_hosts",
            Self::InvalidHost { fault, meant } => return host_fix(*fault, meant.as_deref()),
            Self::AnyOriginWithOthers => "write \"*\" alone, or remove it",
            Self::AnyOriginForbids => "list the origins, or remove disallowed_origin",
            Self::AnyOriginWithCredentials => {
                "list the origins (danger.reflect_any_origin = true would let every site read with the user's cookies)"
            }
            Self::AnyOriginWithQuestion => {
                "list the origins to allow without asking, or remove the question"
            }
            Self::InsecureOriginWithCredentials => {
                "write https: (danger.allow_insecure_origins = true would let anyone on the network read with the user's cookies)"
            }
            Self::PublicSuffixWithCredentials { .. } => {
                "name the registrable domain (danger.allow_public_suffix_subdomains = true would let all its registrants read with the user's cookies)"
            }
            Self::NoPublicSuffixList => {
                "enable the feature \"public-suffix\" of cors-core, or list the origins"
            }
            Self::UnboundedRegexWithCredentials { meant: Some(meant), .. } => {
                return format!(
                    "write {meant} (danger.allow_unbounded_regex = true would let such origins read with the user's cookies)"
                );
            }
            Self::UnprovenRegexWithCredentials { .. } => {
                "write several shorter ones with smaller repeat counts, or patterns such as \"https://*.example.com\" (danger.allow_unbounded_regex = true would skip the proof)"
            }
            Self::UnboundedRegexWithCredentials { meant: None, .. } => {
                "spell out the domain after an escaped dot, as in \"https://[a-z]+\\\\.example\\\\.com\" (danger.allow_unbounded_regex = true would let such origins read with the user's cookies)"
            }
            Self::InsecureRegexWithCredentials { .. } => {
                "start with \"https://\" (danger.allow_insecure_origins = true would let anyone on the network read with the user's cookies)"
            }
            Self::NullOrigin => {
                "remove it (danger.allow_null_origin = true would let any page read from a sandboxed frame)"
            }
            Self::InvalidMethod { meant: Some(meant) }
            | Self::InvalidHeaderName { meant: Some(meant) }
            | Self::WrongType { meant: Some(meant), .. } => return format!("write {meant}"),
            Self::InvalidMethod { meant: None } => {
                "write the method as clients send it, such as \"PUT\""
            }
            Self::ForbiddenMethod | Self::CorsRequestHeader | Self::SetCookieExposed => "remove it",
            Self::MethodCase { meant } => return format!("write {meant:?}"),
            Self::InvalidHeaderName { meant: None } => {
                "write the name alone, such as \"content-type\""
            }
            Self::AnyExposedWithCredentials => "list the headers",
            Self::MaxAgeTooLarge => "write 86400 or less",
            Self::MaxAgeFraction => "write whole seconds",
            Self::PreflightStatusOutOfRange => {
                "write 204, or 200 for clients that accept nothing else"
            }
            Self::PreflightStatusWithContinue => "remove one of the two",
            Self::InvalidRegex { .. } => "correct the regular expression",
            Self::RegexTooLarge => {
                "write several shorter ones with smaller repeat counts, or patterns"
            }
            Self::RegexBudgetSpent => {
                "write fewer, shorter ones with smaller repeat counts, or patterns"
            }
            Self::RegexMatchesNoOrigin { meant: Some(meant), .. } => {
                return format!("write {meant}");
            }
            Self::RegexMatchesNoOrigin { why, meant: None } => {
                why.first().map_or(WHOLE_ORIGIN, |why| mismatch_fix(*why))
            }
            Self::RegexUnavailable => {
                "enable the feature \"regex\" of cors-core, or write patterns"
            }
            Self::NoPolicies => "pass at least one, the last for origins that no other allows",
            Self::NeverDecides { .. } => "put the policy that allows every origin last",
            Self::UnknownKey { suggestion: Some(key) } => return format!("write {key}"),
            Self::UnknownKey { suggestion: None } => "remove it",
            Self::UnknownVariable { suggestion: Some(name) } => return format!("write {name}"),
            Self::UnknownVariable { suggestion: None } => "unset it, or read another prefix",
            Self::NotUnicode => "write it in UTF-8",
            Self::RegexInVariable => {
                "write origins and patterns such as \"https://*.example.com\", or put the policy in a file"
            }
            Self::WrappedKeys => "move the keys to the top level",
            Self::WrongType { expected, meant: None } => return format!("write {expected}"),
            Self::DuplicateKey => "keep one of the two",
            Self::Syntax { .. } => "correct the file",
            Self::OtherFormat { format: "JSON" } => "rename the file to end in .json",
            Self::OtherFormat { format: "TOML" } => "rename the file to end in .toml",
            Self::OtherFormat { .. } => {
                "write it as TOML, such as allow_origins = [\"https://app.example.com\"]"
            }
            Self::TooManyValues => "write fewer values",
        };
        text.to_owned()
    }
}
