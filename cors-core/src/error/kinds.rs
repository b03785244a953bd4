//! The kinds of findings, each with its reason and its way out.

use crate::origin::OriginFault;
use crate::pattern::PatternFault;

/// What every kind of finding can say of itself.
pub trait Explain {
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
    /// An entry of `allow_origins` is no pattern.
    InvalidOrigin {
        /// What is wrong with it.
        fault: PatternFault,
        /// The pattern that was likely meant.
        meant: Option<String>,
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
    /// A regular expression with credentials that may leave the registrable domains it names.
    UnboundedRegexWithCredentials {
        /// An origin that it would let in, if one was found.
        lets_in: Option<String>,
    },
    /// A regular expression with credentials that lets in an insecure origin.
    InsecureRegexWithCredentials {
        /// Such an origin, if one was found.
        lets_in: Option<String>,
    },
    /// `null` in the list.
    NullOrigin,
    /// A method that is no token.
    InvalidMethod,
    /// CONNECT, TRACE or TRACK.
    ForbiddenMethod,
    /// A method that browsers write in another case.
    MethodCase {
        /// The method as browsers send it.
        meant: &'static str,
    },
    /// A header name that is no token.
    InvalidHeaderName,
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
    /// A regular expression without the feature `regex`.
    RegexUnavailable,
    /// No such key.
    UnknownKey {
        /// The key that was likely meant.
        suggestion: Option<&'static str>,
    },
    /// A value of another type than the key takes.
    WrongType {
        /// What the key takes.
        expected: &'static str,
    },
    /// A key that stands twice.
    DuplicateKey,
    /// A file that cannot be parsed.
    Syntax {
        /// What the parser says.
        message: String,
    },
}

/// What a policy says without need, or likely does not mean.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// An exact origin that a pattern of the list covers.
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

impl Explain for ErrorKind {
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
            Self::UnboundedRegexWithCredentials { lets_in: Some(origin) } => {
                return format!(
                    "with credentials every match must end in a registrable domain that the pattern names, but this lets in {origin:?}"
                );
            }
            Self::UnboundedRegexWithCredentials { lets_in: None } => {
                "with credentials every match must end in a registrable domain that the pattern names, which could not be proven"
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
            Self::InvalidMethod => "a method is a token of letters, digits and !#$%&'*+-.^_`|~",
            Self::ForbiddenMethod => "browsers never let scripts send this method",
            Self::MethodCase { .. } => {
                "methods are case-sensitive, and browsers send this one in upper case"
            }
            Self::InvalidHeaderName => {
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
            Self::RegexTooLarge => {
                "the automaton would be too large, or those of all regular expressions together"
            }
            Self::RegexUnavailable => "this build has no regular expressions",
            Self::UnknownKey { .. } => "no such key",
            Self::WrongType { expected } => return format!("the key takes {expected}"),
            Self::DuplicateKey => "the key stands in the file already",
            Self::Syntax { message } => return message.clone(),
        };
        text.to_owned()
    }

    fn fix(&self) -> String {
        let text = match self {
            Self::NoOrigins => "list the origins that may, or write \"*\" for a public resource",
            Self::InvalidOrigin { meant: Some(meant), .. } => return format!("write {meant:?}"),
            Self::InvalidOrigin { fault, meant: None } => return pattern_fix(*fault).to_owned(),
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
            Self::UnboundedRegexWithCredentials { .. } => {
                "spell out the domain behind an escaped dot, as in \"https://[a-z]+\\\\.example\\\\.com\" (danger.allow_unbounded_regex = true would let such origins read with the user's cookies)"
            }
            Self::InsecureRegexWithCredentials { .. } => {
                "begin with \"https://\" (danger.allow_insecure_origins = true would let anyone on the network read with the user's cookies)"
            }
            Self::NullOrigin => {
                "leave it out (danger.allow_null_origin = true would let any page read that puts a frame into a sandbox)"
            }
            Self::InvalidMethod => "write the method as clients send it, such as \"PUT\"",
            Self::ForbiddenMethod | Self::CorsRequestHeader | Self::SetCookieExposed => {
                "leave it out"
            }
            Self::MethodCase { meant } => return format!("write {meant:?}"),
            Self::InvalidHeaderName => "write the name alone, such as \"content-type\"",
            Self::AnyExposedWithCredentials => "list the headers",
            Self::MaxAgeTooLarge => "write 86400 or less",
            Self::MaxAgeFraction => "write whole seconds",
            Self::PreflightStatusOutOfRange => "write 204, or 200 for clients that know no other",
            Self::PreflightStatusWithContinue => "leave out one of the two",
            Self::InvalidRegex { .. } => "correct the regular expression",
            Self::RegexTooLarge => "write fewer and shorter ones with smaller counts, or patterns",
            Self::RegexUnavailable => {
                "build cors-core with the feature \"regex\", or write patterns"
            }
            Self::UnknownKey { suggestion: Some(key) } => return format!("write {key}"),
            Self::UnknownKey { suggestion: None } => "leave it out",
            Self::WrongType { expected } => return format!("write {expected}"),
            Self::DuplicateKey => "keep one of the two",
            Self::Syntax { .. } => "correct the file",
        };
        text.to_owned()
    }
}

impl Explain for WarningKind {
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

fn pattern_reason(fault: PatternFault) -> &'static str {
    match fault {
        PatternFault::Origin(fault) => origin_reason(fault),
        PatternFault::Empty => "an empty text is no origin",
        PatternFault::WhiteSpace => "an origin holds no white space",
        PatternFault::LoneScheme => "a scheme alone is no origin",
        PatternFault::AnyHost => "\"*\" stands for labels in front of a domain, not for any host",
        PatternFault::Wildcard => "\"*\" stands only for whole left-most labels, or for the port",
        PatternFault::WildcardBeforeIp => "an IP address has no subdomains",
        PatternFault::Unicode => "browsers send punycode",
        PatternFault::TrailingDot => {
            "no trailing dot: browsers take the host with it for another one"
        }
        PatternFault::EmptyLabel => "no label of a host is empty",
        PatternFault::TooLong => "browsers send no origin as long as 512 bytes",
    }
}

fn origin_reason(fault: OriginFault) -> &'static str {
    match fault {
        OriginFault::TooLong => "browsers send no origin as long as 512 bytes",
        OriginFault::NotAscii => "browsers send punycode",
        OriginFault::NoScheme => "an origin begins with its scheme",
        OriginFault::BadScheme => "a scheme is lower-case letters, digits, +, - and .",
        OriginFault::FileScheme => "browsers send null for a file",
        OriginFault::NoHost => "an origin has a host",
        OriginFault::UserInfo => "an origin holds no user name or password",
        OriginFault::Path => "an origin ends with its host or port",
        OriginFault::UpperCase => "browsers send hosts in lower case",
        OriginFault::BadHost => "a host may not hold such a character",
        OriginFault::BadIpv4 => {
            "a host that ends in a number is an IPv4 address of four decimal numbers"
        }
        OriginFault::BadIpv6 => "browsers send IPv6 addresses compressed and in lower case",
        OriginFault::BadPort => "a port is a number from 0 to 65535, or \"*\"",
        OriginFault::DefaultPort => "browsers leave the default port out",
    }
}

fn pattern_fix(fault: PatternFault) -> &'static str {
    match fault {
        PatternFault::LoneScheme | PatternFault::AnyHost => {
            "list the hosts, or write \"*\" alone for a public resource"
        }
        PatternFault::Wildcard => {
            "write it as in \"https://*.example.com\" or \"http://localhost:*\""
        }
        PatternFault::WildcardBeforeIp => "list the addresses",
        PatternFault::Origin(OriginFault::FileScheme) => "leave it out",
        PatternFault::Origin(OriginFault::BadPort) => "write a port such as 8443, or \"*\" for any",
        PatternFault::TooLong => "write a shorter one",
        _ => "write an origin such as \"https://app.example.com\"",
    }
}
