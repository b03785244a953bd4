//! The kinds of findings, each with its reason and its fix.

use super::origins::{pattern_fix, pattern_reason};
use super::regexes::{WHOLE_ORIGIN, mismatch_fix, mismatch_reason, proof_limit};
use crate::origin::fault::{ProofLimit, RegexMismatch};
use crate::origin::pattern::{Meant, PatternFault};

/// What every kind of finding can say of itself.
pub trait FindingKind {
    /// Why the value will not do: lower case, no full stop.
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
        /// What was likely meant, if that is plain and the policy takes it.
        meant: Option<Meant>,
    },
    /// `*` beside other origins.
    AnyOriginWithOthers,
    /// `*` and `disallowed_origin = "forbid"`: no origin is disallowed.
    AnyOriginForbids,
    /// `*` with credentials, which browsers refuse.
    AnyOriginWithCredentials,
    /// `*` beside a closure or `ask`, which would never be asked.
    AnyOriginWithQuestion,
    /// An `http:` origin with credentials.
    InsecureOriginWithCredentials,
    /// Subdomains of a public suffix with credentials.
    PublicSuffixWithCredentials {
        /// The public suffix.
        suffix: String,
    },
    /// A pattern or a regular expression with credentials that reaches subdomains, in a build
    /// without the feature `public-suffix`.
    NoPublicSuffixList,
    /// A regular expression with credentials that may leave the registrable domains it names.
    UnboundedRegexWithCredentials {
        /// An origin of another domain that it would let in, if one was found.
        lets_in: Option<String>,
        /// The narrower entry that was likely meant, as a TOML file has it.
        meant: Option<String>,
    },
    /// A regular expression with credentials of which it was not found out whether it may leave
    /// the registrable domains it names.
    UnprovenRegexWithCredentials {
        /// What was reached.
        limit: ProofLimit,
    },
    /// A regular expression with credentials that lets in an insecure origin.
    InsecureRegexWithCredentials {
        /// Such an origin, if one was found.
        lets_in: Option<String>,
    },
    /// `null` in the list.
    NullOrigin,
    /// A method that is no token.
    InvalidMethod {
        /// What to write for the entry: the methods that it holds.
        meant: Option<String>,
    },
    /// CONNECT, TRACE or TRACK.
    ForbiddenMethod,
    /// A method that browsers write in another case.
    MethodCase {
        /// The method as browsers send it.
        meant: &'static str,
    },
    /// A header name that is no token.
    InvalidHeaderName {
        /// What to write for the entry: the names that it holds.
        meant: Option<String>,
    },
    /// `Access-Control-Request-Method` or `-Headers` as a request header of a script.
    CorsRequestHeader,
    /// `Set-Cookie` or `Set-Cookie2` exposed.
    SetCookieExposed,
    /// `*` exposed with credentials.
    AnyExposedWithCredentials,
    /// `max_age` over a day.
    MaxAgeTooLarge,
    /// `max_age` that is no whole number of seconds.
    MaxAgeFraction,
    /// `preflight_status` that is no success.
    PreflightStatusOutOfRange,
    /// `preflight_status` where the handler chooses the status.
    PreflightStatusWithContinue,
    /// A regular expression that does not compile.
    InvalidRegex {
        /// What the compiler says.
        message: String,
    },
    /// A regular expression whose automaton would be too large.
    RegexTooLarge,
    /// The regular expressions of the policy, up to this one, take too much work. Those behind it
    /// are not judged.
    RegexBudgetSpent,
    /// A regular expression that matches no origin that a browser could send.
    RegexMatchesNoOrigin {
        /// In what its matches differ from origins, as far as that was found out.
        why: Vec<RegexMismatch>,
        /// The entry that was likely meant, as a TOML file has it.
        meant: Option<String>,
    },
    /// A regular expression without the feature `regex`.
    RegexUnavailable,
    /// No such key.
    UnknownKey {
        /// The key that was likely meant, or a key with its value.
        suggestion: Option<&'static str>,
    },
    /// A table around keys that belong at the top level.
    WrappedKeys,
    /// A value of another type than the key takes.
    WrongType {
        /// What the key takes.
        expected: &'static str,
        /// The value that was likely meant, as a policy file has it.
        meant: Option<String>,
    },
    /// A key that stands twice.
    DuplicateKey,
    /// A file that cannot be parsed.
    Syntax {
        /// What the parser says, and at which column.
        message: String,
    },
    /// A file in another format than its name says.
    OtherFormat {
        /// The format it seems to have.
        format: &'static str,
    },
    /// A file with far more values than a policy of its size can have.
    TooManyValues,
}

/// What a policy says without need, or likely does not mean.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// An exact origin that a pattern of the list covers. Regular expressions are tried as long as
    /// the work that a policy's regular expressions may take together lasts.
    CoveredOrigin,
    /// An entry that stands twice.
    Duplicate,
    /// A request header that browsers never let scripts set.
    ForbiddenRequestHeader,
    /// A response header that scripts may read anyway.
    SafelistedResponseHeader,
    /// `null` is allowed.
    NullOriginAllowed,
    /// `max_age` over what Chromium keeps.
    MaxAgeOverChromium,
    /// A method that carries a body, without `content-type`.
    BodyMethodWithoutContentType,
    /// Subdomains of a public suffix, without credentials.
    PublicSuffix {
        /// The public suffix.
        suffix: String,
    },
    /// A name beside `*` that it covers.
    CoveredByAny,
    /// A method in lower case that browsers send as it is.
    LowerCaseMethod {
        /// The method in upper case.
        meant: String,
    },
    /// A danger key that nothing in the policy needs.
    NeedlessDanger,
    /// An unescaped `.` between what look like labels.
    UnescapedDot,
    /// A scheme that is nearly `http` or `https`.
    MisspeltScheme {
        /// The entry with the scheme that was likely meant, if the policy takes it.
        meant: Option<String>,
    },
    /// A port that browsers do not connect to.
    BlockedPort,
    /// An upper-case letter in the host of a scheme other than `http` and `https`.
    UpperCaseHost {
        /// The entry in lower case.
        meant: String,
    },
    /// Any host of a scheme, with credentials.
    AnyHostWithCredentials,
    /// A name with a character that patterns and regular expressions have.
    LiteralName {
        /// The first such character.
        character: char,
        /// Whether `*` alone may be written instead.
        or_any: bool,
    },
    /// A header that only responses have, allowed in requests.
    ResponseHeaderAllowed,
    /// A header that only requests have, exposed.
    RequestHeaderExposed,
}

impl FindingKind for ErrorKind {
    fn reason(&self) -> String {
        let text = match self {
            Self::NoOrigins => "without origins nobody may read",
            Self::InvalidOrigin { fault, .. } => return pattern_reason(*fault).to_owned(),
            Self::AnyOriginWithOthers => "\"*\" allows every origin, so the others say nothing",
            Self::AnyOriginForbids => "with \"*\" no origin is disallowed",
            Self::AnyOriginWithCredentials => "browsers refuse that pair",
            Self::AnyOriginWithQuestion => "with \"*\" no origin is left to ask about",
            Self::InsecureOriginWithCredentials => {
                "anyone on the network can speak for an http: origin, and would read with the user's cookies"
            }
            Self::PublicSuffixWithCredentials { suffix } => {
                return format!(
                    "anyone can register a name below {suffix:?}, and would read with the user's cookies"
                );
            }
            Self::NoPublicSuffixList => {
                "only the Public Suffix List tells whether anyone can register such a subdomain, and this build has none"
            }
            Self::UnboundedRegexWithCredentials { lets_in: Some(origin), .. } => {
                return format!(
                    "with credentials every match must end in a registrable domain that the pattern names, but this lets in {origin:?}"
                );
            }
            Self::UnboundedRegexWithCredentials { lets_in: None, .. } => {
                "with credentials every match must end in a registrable domain that the pattern names, which could not be proven"
            }
            Self::UnprovenRegexWithCredentials { limit } => {
                return format!(
                    "with credentials every match must end in a registrable domain that the pattern names, which was not proven within {}",
                    proof_limit(*limit)
                );
            }
            Self::InsecureRegexWithCredentials { lets_in: Some(origin) } => {
                return format!(
                    "with credentials no match may be insecure, but this lets in {origin:?}"
                );
            }
            Self::InsecureRegexWithCredentials { lets_in: None } => {
                "with credentials no match may be insecure, which could not be proven"
            }
            Self::NullOrigin => "any page can take the origin null, from a sandboxed frame",
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
            Self::CorsRequestHeader => {
                "browsers never let scripts set it, since preflights ask with it"
            }
            Self::SetCookieExposed => "browsers never let scripts read it",
            Self::AnyExposedWithCredentials => {
                "with credentials browsers read \"*\" as the name of a header"
            }
            Self::MaxAgeTooLarge => "at most 86400, since no browser keeps an answer longer",
            Self::MaxAgeFraction => "the header holds whole seconds",
            Self::PreflightStatusOutOfRange => {
                "browsers take a preflight for passed only if its status is 200 to 299"
            }
            Self::PreflightStatusWithContinue => {
                "a preflight that goes on to the handler gets its status there"
            }
            Self::InvalidRegex { message } => {
                return format!("not a regular expression: {message}");
            }
            Self::RegexTooLarge => "the automaton would take more than 1 MiB",
            Self::RegexBudgetSpent => {
                "with this one, the regular expressions of the policy take more work than they may together, 33554432 steps; it and those behind it were not judged"
            }
            Self::RegexMatchesNoOrigin { why, .. } => {
                let why: Vec<&str> = why.iter().map(|why| mismatch_reason(*why)).collect();
                return match &*why {
                    [] => "no origin that a browser could send matches all of it".to_owned(),
                    why => format!("no origin matches it: {}", why.join(", and ")),
                };
            }
            Self::RegexUnavailable => "this build has no regular expressions",
            Self::UnknownKey { .. } => "no such key",
            Self::WrappedKeys => "a policy file has its keys at the top level, not in a table",
            Self::WrongType { expected, .. } => return format!("the key takes {expected}"),
            Self::DuplicateKey => "the key stands in the file already",
            Self::Syntax { message } => return message.clone(),
            Self::OtherFormat { format } => {
                return format!("a policy file is TOML or JSON, and this looks like {format}");
            }
            Self::TooManyValues => {
                "no policy of this size has so many values, so the file is read no further"
            }
        };
        text.to_owned()
    }

    fn fix(&self) -> String {
        let text = match self {
            Self::NoOrigins => "list the origins that may, or write \"*\" for a public resource",
            Self::InvalidOrigin { fault, meant } => return pattern_fix(*fault, meant.as_ref()),
            Self::AnyOriginWithOthers => "write \"*\" alone, or leave it out",
            Self::AnyOriginForbids => "list the origins, or leave disallowed_origin out",
            Self::AnyOriginWithCredentials => {
                "list the origins (danger.reflect_any_origin = true would let every site read with the user's cookies)"
            }
            Self::AnyOriginWithQuestion => {
                "list the origins that need no asking, or leave the question out"
            }
            Self::InsecureOriginWithCredentials => {
                "write https: (danger.allow_insecure_origins = true would let anyone on the network read with the user's cookies)"
            }
            Self::PublicSuffixWithCredentials { .. } => {
                "name the registrable domain (danger.allow_public_suffix_subdomains = true would let all its registrants read with the user's cookies)"
            }
            Self::NoPublicSuffixList => {
                "build with the feature \"public-suffix\" of cors-core, or list the origins"
            }
            Self::UnboundedRegexWithCredentials { meant: Some(meant), .. } => {
                return format!(
                    "write {meant} (danger.allow_unbounded_regex = true would let such origins read with the user's cookies)"
                );
            }
            Self::UnprovenRegexWithCredentials { .. } => {
                "write several shorter ones with smaller counts, or patterns such as \"https://*.example.com\" (danger.allow_unbounded_regex = true would do without the proof)"
            }
            Self::UnboundedRegexWithCredentials { meant: None, .. } => {
                "spell out the domain behind an escaped dot, as in \"https://[a-z]+\\\\.example\\\\.com\" (danger.allow_unbounded_regex = true would let such origins read with the user's cookies)"
            }
            Self::InsecureRegexWithCredentials { .. } => {
                "begin with \"https://\" (danger.allow_insecure_origins = true would let anyone on the network read with the user's cookies)"
            }
            Self::NullOrigin => {
                "leave it out (danger.allow_null_origin = true would let any page read that puts a frame into a sandbox)"
            }
            Self::InvalidMethod { meant: Some(meant) }
            | Self::InvalidHeaderName { meant: Some(meant) }
            | Self::WrongType { meant: Some(meant), .. } => return format!("write {meant}"),
            Self::InvalidMethod { meant: None } => {
                "write the method as clients send it, such as \"PUT\""
            }
            Self::ForbiddenMethod | Self::CorsRequestHeader | Self::SetCookieExposed => {
                "leave it out"
            }
            Self::MethodCase { meant } => return format!("write {meant:?}"),
            Self::InvalidHeaderName { meant: None } => {
                "write the name alone, such as \"content-type\""
            }
            Self::AnyExposedWithCredentials => "list the headers",
            Self::MaxAgeTooLarge => "write 86400 or less",
            Self::MaxAgeFraction => "write whole seconds",
            Self::PreflightStatusOutOfRange => "write 204, or 200 for clients that know no other",
            Self::PreflightStatusWithContinue => "leave out one of the two",
            Self::InvalidRegex { .. } => "correct the regular expression",
            Self::RegexTooLarge => "write several shorter ones with smaller counts, or patterns",
            Self::RegexBudgetSpent => {
                "write fewer and shorter ones with smaller counts, or patterns"
            }
            Self::RegexMatchesNoOrigin { meant: Some(meant), .. } => {
                return format!("write {meant}");
            }
            Self::RegexMatchesNoOrigin { why, meant: None } => {
                why.first().map_or(WHOLE_ORIGIN, |why| mismatch_fix(*why))
            }
            Self::RegexUnavailable => {
                "build cors-core with the feature \"regex\", or write patterns"
            }
            Self::UnknownKey { suggestion: Some(key) } => return format!("write {key}"),
            Self::UnknownKey { suggestion: None } => "leave it out",
            Self::WrappedKeys => "move its keys out of the table, to the top level",
            Self::WrongType { expected, meant: None } => return format!("write {expected}"),
            Self::DuplicateKey => "keep one of the two",
            Self::Syntax { .. } => "correct the file",
            Self::OtherFormat { format: "JSON" } => "give the file a name that ends in .json",
            Self::OtherFormat { format: "TOML" } => "give the file a name that ends in .toml",
            Self::OtherFormat { .. } => {
                "write it as TOML, such as allow_origins = [\"https://app.example.com\"]"
            }
            Self::TooManyValues => "write fewer and longer ones",
        };
        text.to_owned()
    }
}

impl FindingKind for WarningKind {
    fn reason(&self) -> String {
        let text = match self {
            Self::CoveredOrigin => "a pattern of the list covers it",
            Self::Duplicate => "it stands in the list already",
            Self::ForbiddenRequestHeader => {
                "browsers never let scripts set it, so no preflight asks for it"
            }
            Self::SafelistedResponseHeader => "scripts may read it anyway",
            Self::NullOriginAllowed => "any page can take the origin null, from a sandboxed frame",
            Self::MaxAgeOverChromium => "Chromium keeps no answer longer than 7200 seconds",
            Self::BodyMethodWithoutContentType => {
                "scripts that send JSON must set content-type, which allow_headers lacks"
            }
            Self::PublicSuffix { suffix } => {
                return format!("anyone can register a name below {suffix:?}");
            }
            Self::CoveredByAny => "\"*\" covers it",
            Self::LowerCaseMethod { .. } => {
                "methods are case-sensitive, and browsers send this one as the script wrote it"
            }
            Self::NeedlessDanger => "nothing in the policy needs it",
            Self::UnescapedDot => "an unescaped dot matches any character",
            Self::MisspeltScheme { .. } => "no browser has pages of this scheme",
            Self::BlockedPort => "browsers open no page at this port",
            Self::UpperCaseHost { .. } => "browsers that keep hosts in lower case never send it",
            Self::AnyHostWithCredentials => {
                "every app or extension of this scheme would read with the user's cookies"
            }
            Self::LiteralName { character, .. } => {
                return format!("{character:?} inside a name is an ordinary character");
            }
            Self::ResponseHeaderAllowed => "only responses have it, so no script need send it",
            Self::RequestHeaderExposed => "only requests have it, so there is nothing to read",
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
            | Self::NeedlessDanger => "leave it out",
            Self::NullOriginAllowed => "leave it out unless what it reads is public",
            Self::MaxAgeOverChromium => "write 7200 or less",
            Self::BodyMethodWithoutContentType => "add \"content-type\" to allow_headers",
            Self::PublicSuffix { .. } => "name the registrable domain",
            Self::LowerCaseMethod { meant } => {
                return format!("write {meant:?} if that is what is sent");
            }
            Self::UnescapedDot => "write \"\\\\.\" where a dot is meant",
            Self::MisspeltScheme { meant: Some(meant) } => return format!("write {meant:?}"),
            Self::MisspeltScheme { meant: None } => "write https: if a web page is meant",
            Self::BlockedPort => "serve the page at another port",
            Self::UpperCaseHost { meant } => {
                return format!("write {meant:?}, unless the app's origin is seen as you wrote it");
            }
            Self::AnyHostWithCredentials => "name the hosts, if they are the same in every browser",
            Self::LiteralName { or_any: true, .. } => {
                "list the names that are meant, or write \"*\" alone for all"
            }
            Self::LiteralName { or_any: false, .. } => "list the names that are meant",
            Self::ResponseHeaderAllowed => "take it out of the script and of the list",
            Self::RequestHeaderExposed => "leave it out",
        };
        text.to_owned()
    }
}
