//! What one policy has that another lacks.

use super::fresh::{Fresh, fresh};
use super::side::Side;
use super::{Difference, Witness};
use crate::browser::{CredentialsMode, Fetch};
use crate::config::OriginEntry;
use crate::engine::headers::MAX_LIST;
use crate::engine::policy::Compiled;
use crate::key::Key;
#[cfg(feature = "regex")]
use crate::origin::regex::Remainder;
use http::HeaderName;
use std::collections::HashSet;

/// What an entry matches and the other policy does not allow.
enum Beyond {
    Nothing,
    /// At least this one.
    Origin(String),
    Unknown,
}

/// Finds what one policy has and the other lacks.
pub(super) struct Comparison<'a, 'c> {
    has: &'a Side<'c>,
    lacks: &'a Side<'c>,
    fresh: &'a Fresh,
    /// How many more places in automata may be visited.
    #[cfg(feature = "regex")]
    places: usize,
}

/// The limits for one entry and for all together.
#[cfg(feature = "regex")]
const MAX_PLACES: [usize; 2] = [1 << 15, 1 << 19];

/// How many patterns of the other policy are subtracted from one entry at most.
#[cfg(feature = "regex")]
const MAX_SUBTRACTED: usize = 64;

impl<'a, 'c> Comparison<'a, 'c> {
    pub(super) fn new(has: &'a Side<'c>, lacks: &'a Side<'c>, fresh: &'a Fresh) -> Self {
        Self {
            has,
            lacks,
            fresh,
            #[cfg(feature = "regex")]
            places: MAX_PLACES[1],
        }
    }

    pub(super) fn differences(mut self) -> Vec<Difference> {
        let mut found = self.in_origins();
        let others = in_the_rest(self.has.policy(), self.lacks.policy());
        if others.is_empty() {
            return found;
        }
        // Without an origin that can show a difference, it is not known whether there is one.
        let origin = self.witnesses_origin();
        for (key, value, witness) in others {
            let witness = origin.as_ref().map(|origin| witness.at(origin));
            if witness.as_ref().is_none_or(|witness| self.is_true(witness)) {
                found.push(Difference { key: key.name(), value, witness });
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
                    (Key::AllowNullOrigin, "true".to_owned())
                }
                OriginEntry::Pattern(text) => (Key::AllowOrigins, format!("{text:?}")),
                OriginEntry::Regex(text) => (Key::AllowOrigins, format!("{{ regex = {text:?} }}")),
            };
            found.push(Difference { key: key.name(), value, witness });
        }
        found
    }

    /// An origin that both policies allow, or else one that only this policy allows.
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
        // A pattern that matches an origin with fresh names matches all origins that differ only in
        // those names. This does not hold for a regex, so its origins have to be searched.
        let is_one = matches!(entry, OriginEntry::Pattern(text) if !text.contains('*'));
        let is_covered = |origin: &String| {
            if lacks.has_regexes() && !is_one {
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

    /// Repeatedly takes the shortest remaining origin and subtracts the other policy's pattern that
    /// matches it. `None` if a limit was reached.
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
            match self.lacks.pattern_matching(&origin) {
                Some(pattern) => rest.subtract_pattern(&pattern).ok()?,
                None => rest.subtract_origin(&origin).ok()?,
            }
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

    /// Visits no more places than are left.
    #[cfg(feature = "regex")]
    fn within<T>(&mut self, look: impl FnOnce(&Self, &mut usize) -> Option<T>) -> Option<T> {
        let granted = MAX_PLACES[0].min(self.places);
        let mut left = granted;
        let found = if granted > 0 { look(self, &mut left) } else { None };
        self.places -= granted - left;
        found
    }
}

/// What the keys other than `allow_origins` allow in one policy and not in the other, as witnesses
/// without an origin.
pub(super) fn in_the_rest(has: &Compiled, lacks: &Compiled) -> Vec<(Key, String, Witness)> {
    let get = || Fetch::new(String::new(), String::new());

    let listed = |name: &str| lacks.methods.allows(name.as_bytes());
    let any = has.methods.any && !lacks.methods.any;
    let methods = beyond_list(any, has.methods.names.iter(), "X-WITNESS", listed);
    let methods = methods.into_iter().map(|(entry, method)| {
        (Key::AllowMethods, format!("{entry:?}"), Witness::of(get().method(method)))
    });

    let listed = |name: &str| lacks.headers.allows(name.as_bytes());
    let any = has.headers.any && !lacks.headers.any;
    // Every policy refuses a preflight with a longer name.
    let names = has.headers.names.iter().filter(|name| name.len() <= MAX_LIST);
    let headers = beyond_list(any, names, "x-witness", listed);
    let headers = headers.into_iter().map(|(entry, name)| {
        let value = unsafe_value(&name);
        (Key::AllowHeaders, format!("{entry:?}"), Witness::of(get().header(name, value)))
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
        Some((Key::ExposeHeaders, format!("{entry:?}"), Witness { fetch: get(), sees }))
    });

    let credentials = (has.credentials && !lacks.credentials).then(|| {
        let fetch = get().credentials(CredentialsMode::Include);
        (Key::AllowCredentials, "true".to_owned(), Witness::of(fetch))
    });
    methods.chain(headers).chain(exposed).chain(credentials).collect()
}

/// The entries of a list that the other list does not cover, each with a name that only it allows.
/// `any` says that only this list has a `*`.
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

/// A value with which the header needs a preflight.
/// [Fetch, CORS-safelisted request-header](https://fetch.spec.whatwg.org/#cors-safelisted-request-header)
fn unsafe_value(name: &str) -> &'static str {
    match name.to_ascii_lowercase().as_str() {
        "accept" | "accept-language" | "content-language" => "\"",
        "content-type" => "application/json",
        "range" => "bytes=-1",
        _ => "1",
    }
}
