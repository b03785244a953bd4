//! What one policy lets scripts read that another does not, and a fetch that shows it.
//!
//! ```
//! use cors_core::Policy;
//!
//! let older = Policy::builder()
//!     .allow_origins(["https://app.example.com"])
//!     .allow_methods(["PUT", "PATCH"])
//!     .build()?;
//! let newer = Policy::builder()
//!     .allow_origins(["https://app.example.com", "https://*.example.dev"])
//!     .allow_methods(["PUT"])
//!     .build()?;
//! assert_eq!(
//!     older.diff(&newer).to_string(),
//!     r#"+ allow_origins "https://*.example.dev": fetch("https://api.example/") from https://x.example.dev
//! - allow_methods "PATCH": fetch("https://api.example/", { method: "PATCH" }) from https://app.example.com"#,
//! );
//! # Ok::<(), cors_core::ConfigErrors>(())
//! ```
//!
//! # What is compared
//!
//! Which origins may read, with which methods and request headers, which response headers they see,
//! and whether with credentials. An entry that the other policy covers in other words is no
//! difference: `https://a.test` where `https://*.test` stands, a method where `*` stands, `GET`.
//!
//! What changes nothing of that is no difference either: `max_age`, `preflight_status`,
//! `preflight_continue` (the handler is taken to answer 200), `disallowed_origin`,
//! `refused_preflight`, `allow_private_network`, and the `danger` keys, which only let other keys
//! stand. One of these does more: beside `*` and credentials, `danger.allow_null_origin` lets
//! `null` read.
//!
//! # How exact it is
//!
//! A [`Difference`] with a witness was tried: the [browser](crate::browser) ran the fetch against
//! both policies. Patterns are compared exactly: an origin with a label and a port that neither
//! policy names stands for all. So are regular expressions, by their automata, within limits; beyond
//! them, a [`Difference`] without a witness says that it is not known. So a diff is empty only where
//! scripts may read the same.
//!
//! Closures and `ask` cannot be compared. To a closure the origins of the witnesses are put like
//! any others, and what it says of one is taken for what it says of all that a pattern matches;
//! `ask` is answered with no, as by [`Policy::decide`]. Origins are compared up to
//! [`MAX_ORIGIN_LEN`](crate::MAX_ORIGIN_LEN).

use crate::browser::{Browser, CredentialsMode, Fetch, Verdict, serve};
use crate::config::{Config, OriginEntry};
use crate::decision::Decision;
use crate::headers::MAX_LIST;
use crate::origin::{Origin, default_port};
use crate::pattern::{Pattern, Port};
use crate::policy::{Compiled, Policy};
use crate::prepared::PreparedPolicy;
#[cfg(feature = "regex")]
use crate::regex::{OriginRegex, Remainder};
use http::header::ORIGIN;
use http::{HeaderName, HeaderValue, Request, Response};
use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

/// What is fetched, unless it is the page's own host.
const API: &str = "https://api.example/";

/// How two policies differ in what scripts may read. Printed, a line for each difference, `+` for
/// what the newer allows and `-` for what it no longer does; without any, nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// What the newer policy allows and the older does not.
    pub allows: Vec<Difference>,
    /// What the older policy allows and the newer does not.
    pub no_longer: Vec<Difference>,
}

/// An entry of one policy that allows what the other does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The key of the policy file.
    pub key: &'static str,
    /// The entry as it stands in the file: `"https://*.example.dev"`, `{ regex = "…" }`, `true`.
    pub value: String,
    /// What shows it. None: nothing was found that does, nor that there is nothing.
    pub witness: Option<Witness>,
}

/// A fetch that succeeds under one policy and not under the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The fetch.
    pub fetch: Fetch,
    /// The response header that the script sees under one policy and not under the other. None:
    /// the script may read the response or not.
    pub sees: Option<HeaderName>,
}

impl Policy {
    /// What a newer policy lets scripts read that this one does not, and the other way round.
    /// [What is compared, and how exactly](crate::diff)
    ///
    /// In a test, it holds one policy against another that is written down:
    ///
    /// ```
    /// # use cors_core::Policy;
    /// # let served = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
    /// let agreed = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
    /// let diff = agreed.diff(&served);
    /// assert!(diff.is_empty(), "{diff}");
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    ///
    /// The cost grows with the number of entries that stand in one policy alone.
    pub fn diff(&self, newer: &Policy) -> Diff {
        let [older_config, newer_config] = [self.config(), newer.config()];
        let fresh = Fresh::new([&older_config, &newer_config]);
        let [older, newer] = [Side::new(self, &older_config), Side::new(newer, &newer_config)];
        Diff {
            allows: Comparison::new(&newer, &older, &fresh).differences(),
            no_longer: Comparison::new(&older, &newer, &fresh).differences(),
        }
    }
}

impl Diff {
    /// Whether scripts may read the same under both policies.
    pub fn is_empty(&self) -> bool {
        self.allows.is_empty() && self.no_longer.is_empty()
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let allows = self.allows.iter().map(|difference| ('+', difference));
        let no_longer = self.no_longer.iter().map(|difference| ('-', difference));
        for (i, (sign, difference)) in allows.chain(no_longer).enumerate() {
            let newline = if i > 0 { "\n" } else { "" };
            write!(f, "{newline}{sign} {difference}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.key, self.value)?;
        match &self.witness {
            Some(witness) => write!(f, "{witness}"),
            None => f.write_str("not known, since no fetch was found that shows a difference"),
        }
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.fetch)?;
        match &self.sees {
            Some(name) => write!(f, " sees {name}"),
            None => Ok(()),
        }
    }
}

impl Witness {
    fn of(fetch: Fetch) -> Self {
        Self { fetch, sees: None }
    }

    /// A plain GET from this origin.
    fn from_origin(origin: &str) -> Self {
        Self::of(Fetch::new(String::new(), String::new())).at(origin)
    }

    /// The same from this origin, to a URL of another.
    fn at(mut self, origin: &str) -> Self {
        let own = Origin::parse(origin.as_bytes()).is_ok_and(|page| page.host() == "api.example");
        self.fetch.url = if own { "https://api.test/".to_owned() } else { API.to_owned() };
        self.fetch.origin = origin.to_owned();
        self
    }
}

/// One of the policies.
struct Side<'c> {
    prepared: PreparedPolicy<HeaderValue>,
    config: &'c Config,
    listed: HashSet<&'c OriginEntry>,
}

impl<'c> Side<'c> {
    fn new(policy: &Policy, config: &'c Config) -> Self {
        Self { prepared: policy.into(), config, listed: config.allow_origins.iter().collect() }
    }

    fn policy(&self) -> &Compiled {
        self.prepared.policy().compiled()
    }

    fn allows(&self, origin: &str) -> bool {
        let request = Request::get("/").header(ORIGIN, origin).body(());
        request.is_ok_and(|request| self.prepared.policy().decide(&request) == Decision::Simple)
    }

    /// Whether the fetch succeeds, and the script sees what the witness says it does.
    fn shows(&self, witness: &Witness) -> bool {
        let ended = Browser::new().fetch(&witness.fetch, Duration::ZERO, |request| {
            serve(&self.prepared, request, |_| {
                let mut response = Response::new(());
                if let Some(name) = &witness.sees {
                    response.headers_mut().insert(name, HeaderValue::from_static("1"));
                }
                response
            })
        });
        match (ended.verdict, &witness.sees) {
            (Verdict::Readable(response), Some(name)) => response.headers.contains_key(name),
            (verdict, None) => verdict.is_readable(),
            _ => false,
        }
    }

    #[cfg(feature = "regex")]
    fn regexes(&self) -> impl ExactSizeIterator<Item = &OriginRegex> {
        self.policy().origins.regexes.iter().map(|(_, regex)| regex)
    }

    #[cfg(feature = "regex")]
    fn has_regexes(&self) -> bool {
        self.regexes().len() > 0
    }

    #[cfg(not(feature = "regex"))]
    fn has_regexes(&self) -> bool {
        false
    }

    /// A pattern in the list that matches this origin, a wide one first.
    #[cfg(feature = "regex")]
    fn pattern_matching(&self, origin: &str) -> Option<String> {
        let parsed = Origin::parse(origin.as_bytes()).ok()?;
        let (scheme, host) = (parsed.scheme(), parsed.host());
        let port = &origin[parsed.without_port().len()..];
        let dots = host.bytes().enumerate().rev().filter(|(_, byte)| *byte == b'.');
        let starred = dots.map(|(dot, _)| format!("*{}", &host[dot..]));
        let hosts = starred.chain([host.to_owned()]);
        hosts
            .flat_map(|host| [":*", port].map(|port| format!("{scheme}://{host}{port}")))
            .find(|pattern| self.listed.contains(&OriginEntry::from(pattern)))
    }
}

/// Names that stand in neither policy.
struct Fresh {
    label: String,
    /// None where every port is named.
    port: Option<u16>,
}

impl Fresh {
    fn new(configs: [&Config; 2]) -> Self {
        let mut labels = HashSet::new();
        let mut ports = HashSet::from([80, 443, 21]); // no one's port, where it is the default
        for entry in configs.iter().flat_map(|config| &config.allow_origins) {
            let OriginEntry::Pattern(text) = entry else { continue };
            let Ok(Pattern::Tuple { host, port, .. }) = Pattern::parse(text) else { continue };
            labels.extend(host.split('.').filter(|label| label.starts_with('x')));
            if let Port::Exact(port) = port {
                ports.extend(port.strip_prefix(':').and_then(|port| port.parse::<u16>().ok()));
            }
        }
        Self {
            label: fresh("x", |label| labels.contains(label)),
            port: (8080..=u16::MAX).chain(1..8080).find(|port| !ports.contains(port)),
        }
    }

    /// Origins that no pattern matches but `*`.
    fn strangers(&self) -> [String; 2] {
        // No pattern has a wildcard for a whole host, so the second is matched by none.
        [format!("https://{}.example", self.label), format!("https://{}", self.label)]
    }

    /// Origins that stand for all that a pattern matches.
    fn instances(&self, pattern: &str) -> Vec<String> {
        let Ok(Pattern::Tuple { scheme, subdomains, host, port }) = Pattern::parse(pattern) else {
            return vec![pattern.to_owned()];
        };
        let label = if subdomains { format!("{}.", self.label) } else { String::new() };
        let origin = format!("{scheme}://{label}{host}");
        match (port, self.port) {
            (Port::Exact(port), _) => vec![origin + port],
            (Port::Any, Some(port)) => vec![format!("{origin}:{port}")],
            // Each port may be allowed by an entry of its own.
            (Port::Any, None) => (0..=u16::MAX)
                .filter(|port| default_port(scheme) != Some(*port))
                .map(|port| format!("{origin}:{port}"))
                .chain([origin.clone()])
                .collect(),
        }
    }
}

/// The stem, or with the first number at its end with which it is not taken.
fn fresh(stem: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (1_u64..).map(|number| format!("{stem}{number}"));
    let mut names = std::iter::once(stem.to_owned()).chain(numbered);
    names.find(|name| !is_taken(name)).expect("a finite list does not take every number")
}

/// What an entry matches that the other policy does not allow.
enum Beyond {
    Nothing,
    /// This, at least.
    Origin(String),
    Unknown,
}

/// What one policy has that the other lacks.
struct Comparison<'a, 'c> {
    has: &'a Side<'c>,
    lacks: &'a Side<'c>,
    fresh: &'a Fresh,
    /// How much may still be looked at in automata.
    #[cfg(feature = "regex")]
    places: usize,
}

/// For one entry, and for all together.
#[cfg(feature = "regex")]
const MAX_PLACES: [usize; 2] = [1 << 15, 1 << 19];

/// How many patterns of the other policy are subtracted from one entry.
#[cfg(feature = "regex")]
const MAX_SUBTRACTED: usize = 64;

impl<'a, 'c> Comparison<'a, 'c> {
    fn new(has: &'a Side<'c>, lacks: &'a Side<'c>, fresh: &'a Fresh) -> Self {
        Self {
            has,
            lacks,
            fresh,
            #[cfg(feature = "regex")]
            places: MAX_PLACES[1],
        }
    }

    fn differences(mut self) -> Vec<Difference> {
        let mut found = self.in_origins();
        let others = self.in_the_rest();
        if others.is_empty() {
            return found;
        }
        // Without an origin that can show it, it stays open whether there is a difference.
        let origin = self.witnesses_origin();
        for (key, value, witness) in others {
            let witness = origin.as_ref().map(|origin| witness.at(origin));
            if witness.as_ref().is_none_or(|witness| self.is_true(witness)) {
                found.push(Difference { key, value, witness });
            }
        }
        found
    }

    fn is_true(&self, witness: &Witness) -> bool {
        self.has.shows(witness) && !self.lacks.shows(witness)
    }

    fn in_origins(&mut self) -> Vec<Difference> {
        let mut found = Vec::new();
        for entry in &self.has.config.allow_origins {
            let witness = match self.beyond(entry) {
                Beyond::Nothing => continue,
                Beyond::Origin(origin) => Some(Witness::from_origin(&origin)),
                Beyond::Unknown => None,
            };
            let from_null = witness.as_ref().is_some_and(|witness| witness.fetch.origin == "null");
            let (key, value) = match entry {
                OriginEntry::Pattern(star)
                    if star == "*" && from_null && self.has.policy().reflects() =>
                {
                    ("danger.allow_null_origin", "true".to_owned())
                }
                OriginEntry::Pattern(text) => ("allow_origins", format!("{text:?}")),
                OriginEntry::Regex(text) => ("allow_origins", format!("{{ regex = {text:?} }}")),
            };
            found.push(Difference { key, value, witness });
        }
        found
    }

    /// What the entries of the other keys let through and those of the other policy do not, the
    /// origin left open.
    fn in_the_rest(&self) -> Vec<(&'static str, String, Witness)> {
        let (has, lacks) = (self.has.policy(), self.lacks.policy());
        let get = || Fetch::new(String::new(), String::new());

        let listed = |name: &str| lacks.methods.allows(name.as_bytes());
        let any = has.methods.any && !lacks.methods.any;
        let methods = beyond_list(any, has.methods.names.iter(), "X-WITNESS", listed);
        let methods = methods.into_iter().map(|(entry, method)| {
            ("allow_methods", format!("{entry:?}"), Witness::of(get().method(method)))
        });

        let listed = |name: &str| lacks.headers.allows(name.as_bytes());
        let any = has.headers.any && !lacks.headers.any;
        // A preflight that asks for a longer one is refused by every policy.
        let names = has.headers.names.iter().filter(|name| name.len() <= MAX_LIST);
        let headers = beyond_list(any, names, "x-witness", listed);
        let headers = headers.into_iter().map(|(entry, name)| {
            let value = unsafe_value(&name);
            ("allow_headers", format!("{entry:?}"), Witness::of(get().header(name, value)))
        });

        let other: HashSet<String> =
            lacks.expose.iter().map(|name| name.to_ascii_lowercase()).collect();
        let any_listed = other.contains("*");
        let listed = |name: &str| any_listed || other.contains(&name.to_ascii_lowercase());
        let any = has.expose.iter().any(|name| &**name == "*") && !any_listed;
        let names = has.expose.iter().map(|name| &**name).filter(|name| *name != "*");
        let exposed = beyond_list(any, names, "x-witness", listed);
        let exposed = exposed.into_iter().filter_map(|(entry, name)| {
            let sees = Some(HeaderName::from_bytes(name.as_bytes()).ok()?);
            Some(("expose_headers", format!("{entry:?}"), Witness { fetch: get(), sees }))
        });

        let credentials = (has.credentials && !lacks.credentials).then(|| {
            let fetch = get().credentials(CredentialsMode::Include);
            ("allow_credentials", "true".to_owned(), Witness::of(fetch))
        });
        methods.chain(headers).chain(exposed).chain(credentials).collect()
    }

    /// An origin that both policies allow, else one that only this does.
    fn witnesses_origin(&mut self) -> Option<String> {
        let (has, lacks, strangers) = (self.has, self.lacks, self.fresh.strangers());
        let entries = has.config.allow_origins.iter().chain(&lacks.config.allow_origins);
        let samples = entries.filter_map(|entry| self.sample(entry));
        let mut own = None;
        for origin in samples.chain(strangers).filter(|origin| has.allows(origin)) {
            if lacks.allows(&origin) {
                return Some(origin);
            }
            own.get_or_insert(origin);
        }
        own
    }

    /// An origin that the entry matches.
    fn sample(&mut self, entry: &OriginEntry) -> Option<String> {
        match entry {
            OriginEntry::Pattern(text) => self.fresh.instances(text).into_iter().next(),
            #[cfg(feature = "regex")]
            OriginEntry::Regex(_) => {
                self.within(|comparison, places| comparison.all_of(entry)?.shortest(places).ok()?)
            }
            #[cfg(not(feature = "regex"))]
            OriginEntry::Regex(_) => None,
        }
    }

    fn is_beyond(&self, origin: &str) -> bool {
        !self.lacks.allows(origin) && self.is_true(&Witness::from_origin(origin))
    }

    fn beyond(&mut self, entry: &OriginEntry) -> Beyond {
        let (has, lacks) = (self.has, self.lacks);
        let is_any = matches!(entry, OriginEntry::Pattern(text) if text == "*");
        if !is_any && lacks.listed.contains(entry) {
            return Beyond::Nothing;
        }
        let instances = match entry {
            _ if is_any => self.fresh.strangers().into_iter().chain(["null".to_owned()]).collect(),
            OriginEntry::Pattern(text) => self.fresh.instances(text),
            OriginEntry::Regex(_) => Vec::new(),
        };
        if let Some(origin) = instances.iter().find(|origin| self.is_beyond(origin)) {
            return Beyond::Origin(origin.clone());
        }
        // What matches an origin with names of no policy matches all that differ from it in these.
        // A regex does not, and then the origins have to be searched.
        let is_covered = |origin: &String| {
            if lacks.has_regexes() {
                lacks.policy().origins.patterns.contains(origin.as_bytes())
            } else {
                lacks.allows(origin) || is_any && !has.allows(origin)
            }
        };
        let is_regex = matches!(entry, OriginEntry::Regex(_));
        if lacks.policy().origins.any || !is_regex && instances.iter().all(is_covered) {
            return Beyond::Nothing;
        }
        self.searched(entry)
    }

    #[cfg(not(feature = "regex"))]
    fn searched(&mut self, _: &OriginEntry) -> Beyond {
        Beyond::Unknown
    }

    #[cfg(feature = "regex")]
    fn searched(&mut self, entry: &OriginEntry) -> Beyond {
        self.within(|comparison, places| comparison.search(entry, places))
            .unwrap_or(Beyond::Unknown)
    }

    /// Takes the shortest origin, again and again, and with it all that the other policy's pattern
    /// for it matches. None: out of bounds.
    #[cfg(feature = "regex")]
    fn search(&self, entry: &OriginEntry, places: &mut usize) -> Option<Beyond> {
        let mut rest = self.all_of(entry)?;
        for regex in self.lacks.regexes() {
            rest.subtract(regex);
        }
        for _ in 0..=MAX_SUBTRACTED {
            let Some(origin) = rest.shortest(places).ok()? else { return Some(Beyond::Nothing) };
            if self.is_beyond(&origin) {
                return Some(Beyond::Origin(origin));
            }
            let pattern = self.lacks.pattern_matching(&origin).unwrap_or(origin);
            rest.subtract_pattern(&pattern).ok()?;
        }
        None
    }

    #[cfg(feature = "regex")]
    fn all_of(&self, entry: &OriginEntry) -> Option<Remainder<'a>> {
        match entry {
            OriginEntry::Pattern(text) => Remainder::of_pattern(text).ok(),
            OriginEntry::Regex(text) => {
                let mut regexes = self.has.regexes().chain(self.lacks.regexes());
                regexes.find(|regex| regex.as_str() == text).map(Remainder::of)
            }
        }
    }

    /// Looks at no more places than are left.
    #[cfg(feature = "regex")]
    fn within<T>(&mut self, look: impl FnOnce(&Self, &mut usize) -> Option<T>) -> Option<T> {
        let granted = MAX_PLACES[0].min(self.places);
        let mut left = granted;
        let found = if granted > 0 { look(self, &mut left) } else { None };
        self.places -= granted - left;
        found
    }
}

/// The entries of a list that the other does not cover, each with a name that it alone lets
/// through. `any`: the list has a `*`, and the other has none.
fn beyond_list<'n>(
    any: bool,
    names: impl Iterator<Item = &'n str>,
    stem: &str,
    is_in_other: impl Fn(&str) -> bool,
) -> Vec<(&'n str, String)> {
    let star = any.then(|| ("*", fresh(stem, &is_in_other)));
    let names = names.filter(|name| !is_in_other(name)).map(|name| (name, name.to_owned()));
    star.into_iter().chain(names).collect()
}

/// A value for which a preflight has to ask for the header.
/// [Fetch, CORS-safelisted request-header](https://fetch.spec.whatwg.org/#cors-safelisted-request-header)
fn unsafe_value(name: &str) -> &'static str {
    match name.to_ascii_lowercase().as_str() {
        "accept" | "accept-language" | "content-language" => "\"",
        "content-type" => "application/json",
        "range" => "bytes=-1",
        _ => "1",
    }
}
