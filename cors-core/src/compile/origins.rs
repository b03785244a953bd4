//! The checks of `allow_origins`, and which danger keys they need.

use super::{Entry, Findings, check_any};
use crate::config::{Config, Danger, OriginEntry};
use crate::error::{ErrorKind, WarningKind};
use crate::origin::Origin;
use crate::origins::{Origins, Patterns, PatternsBuilder};
use crate::pattern::{self, Pattern};
use crate::public_suffix;
#[cfg(feature = "regex")]
use crate::regex::{OriginRegex, RegexFault};
#[cfg(feature = "regex")]
use std::collections::HashSet;

const KEY: &str = "allow_origins";

/// The compiled list, and the danger keys without which it would be an error. `asked`: a closure
/// or question may allow other origins as well.
pub(super) fn compile(config: &Config, asked: bool, findings: &mut Findings) -> (Origins, Danger) {
    let list = &config.allow_origins;
    let any = list.iter().any(is_star);
    let mut compiler = Compiler {
        config,
        needed: Danger::default(),
        stars: 0,
        only_stars: list.iter().all(is_star),
        #[cfg(feature = "regex")]
        budget: RegexBudget::default(),
        findings,
    };
    if list.is_empty() && !asked {
        compiler.findings.error(KEY, "[]", ErrorKind::NoOrigins);
    }
    // Whoever answers may allow an insecure origin.
    compiler.needed.allow_insecure_origins = asked && config.allow_credentials;
    if any {
        check_any(config, asked, compiler.findings);
        compiler.needed.reflect_any_origin = config.allow_credentials;
        compiler.needed.allow_null_origin = config.allow_credentials;
        if config.allow_credentials
            && config.danger.reflect_any_origin
            && config.danger.allow_null_origin
        {
            compiler.findings.warn(
                "danger.allow_null_origin",
                "true",
                WarningKind::NullOriginAllowed,
            );
        }
    }
    let mut origins = Origins { any, ..Origins::default() };
    let mut patterns = PatternsBuilder::with_capacity(list.len());
    // The index in the list of each pattern that goes into the set.
    let mut indices: Vec<usize> = Vec::with_capacity(list.len());
    for (index, entry) in list.iter().enumerate() {
        let at = |text| Entry { key: KEY, index, len: list.len(), text };
        match entry {
            OriginEntry::Pattern(text) if text == "*" => compiler.star(at(text)),
            OriginEntry::Pattern(text) => {
                if let Some(pattern) = compiler.pattern(at(text)) {
                    patterns.add(text, &pattern);
                    indices.push(index);
                }
            }
            OriginEntry::Regex(text) => compiler.regex(at(text), indices.len(), &mut origins),
        }
    }
    let (patterns, repeated) = patterns.build();
    let text_at = |index: usize| match &list[index] {
        OriginEntry::Pattern(text) | OriginEntry::Regex(text) => text.as_str(),
    };
    let mut is_repeated = repeated.iter().peekable();
    for (added, index) in indices.iter().copied().enumerate() {
        let entry = Entry { key: KEY, index, len: list.len(), text: text_at(index) };
        if is_repeated.next_if(|repeated| **repeated == added).is_some() {
            entry.warn(WarningKind::Duplicate, compiler.findings);
        } else if is_covered(entry.text, &patterns, &origins) {
            entry.warn(WarningKind::CoveredOrigin, compiler.findings);
        }
    }
    #[cfg(feature = "regex")]
    for (before, _) in &mut origins.regexes {
        *before -= repeated.partition_point(|index| index < before);
    }
    origins.patterns = patterns;
    (origins, compiler.needed)
}

/// Whether `text` is an exact origin that something wider in the list matches.
fn is_covered(text: &str, patterns: &Patterns, origins: &Origins) -> bool {
    let covered = patterns.covers(text)
        || Origin::parse(text.as_bytes()).is_ok_and(|origin| origins.matches_regex(origin));
    covered && Pattern::parse(text).is_ok_and(|pattern| pattern.is_exact())
}

fn is_star(entry: &OriginEntry) -> bool {
    matches!(entry, OriginEntry::Pattern(text) if text == "*")
}

struct Compiler<'c> {
    config: &'c Config,
    needed: Danger,
    /// How many entries so far are `*`.
    stars: usize,
    only_stars: bool,
    #[cfg(feature = "regex")]
    budget: RegexBudget,
    findings: &'c mut Findings,
}

impl Compiler<'_> {
    fn star(&mut self, entry: Entry<'_>) {
        self.stars += 1;
        if self.stars > 1 {
            entry.warn(WarningKind::Duplicate, self.findings);
        } else if !self.only_stars {
            entry.error(ErrorKind::AnyOriginWithOthers, self.findings);
        }
    }

    fn pattern<'t>(&mut self, entry: Entry<'t>) -> Option<Pattern<'t>> {
        let Config { allow_credentials: credentials, danger, .. } = self.config;
        let pattern = match Pattern::parse(entry.text) {
            Ok(pattern) => pattern,
            Err(fault) => {
                let meant = pattern::repair(entry.text);
                entry.error(ErrorKind::InvalidOrigin { fault, meant }, self.findings);
                return None;
            }
        };
        if pattern == Pattern::Null {
            self.needed.allow_null_origin = true;
            if danger.allow_null_origin {
                entry.warn(WarningKind::NullOriginAllowed, self.findings);
            } else {
                entry.error(ErrorKind::NullOrigin, self.findings);
            }
        }
        if *credentials && pattern.is_insecure() {
            self.needed.allow_insecure_origins = true;
            if !danger.allow_insecure_origins {
                entry.error(ErrorKind::InsecureOriginWithCredentials, self.findings);
            }
        }
        if let Pattern::Tuple { subdomains: true, host, .. } = pattern
            && public_suffix::is_shared(host)
        {
            let suffix = host.to_owned();
            self.needed.allow_public_suffix_subdomains |= *credentials;
            if !credentials {
                entry.warn(WarningKind::PublicSuffix { suffix }, self.findings);
            } else if !danger.allow_public_suffix_subdomains {
                entry.error(ErrorKind::PublicSuffixWithCredentials { suffix }, self.findings);
            }
        }
        Some(pattern)
    }

    #[cfg(not(feature = "regex"))]
    fn regex(&mut self, entry: Entry<'_>, _: usize, _: &mut Origins) {
        entry.error(ErrorKind::RegexUnavailable, self.findings);
    }

    /// `before`: how many patterns stand before it.
    #[cfg(feature = "regex")]
    fn regex(&mut self, entry: Entry<'_>, before: usize, origins: &mut Origins) {
        use crate::regex;
        if !self.budget.texts.insert(entry.text.to_owned()) {
            return entry.warn(WarningKind::Duplicate, self.findings);
        }
        let regex = match self.budget.compile(entry.text) {
            Ok(regex) => regex,
            Err(fault) => {
                let kind = match fault {
                    RegexFault::Invalid(message) => ErrorKind::InvalidRegex { message },
                    RegexFault::TooLarge => ErrorKind::RegexTooLarge,
                };
                return entry.error(kind, self.findings);
            }
        };
        let danger = self.config.danger;
        if self.config.allow_credentials {
            let proof = regex::prove(&regex);
            if let Some(lets_in) = proof.unbounded {
                self.needed.allow_unbounded_regex = true;
                if !danger.allow_unbounded_regex {
                    let kind = ErrorKind::UnboundedRegexWithCredentials { lets_in };
                    entry.error(kind, self.findings);
                }
            }
            if let Some(lets_in) = proof.insecure {
                self.needed.allow_insecure_origins = true;
                if !danger.allow_insecure_origins {
                    let kind = ErrorKind::InsecureRegexWithCredentials { lets_in };
                    entry.error(kind, self.findings);
                }
            }
        } else if regex::unescaped_dot(entry.text) {
            entry.warn(WarningKind::UnescapedDot, self.findings);
        }
        origins.regexes.push((before, regex));
    }
}

/// What all regular expressions of a policy may cost together. Each is tried against every origin
/// that no pattern allows, and a hostile policy file must not take the process down.
#[cfg(feature = "regex")]
#[derive(Default)]
struct RegexBudget {
    texts: HashSet<String>,
    spent: usize,
}

#[cfg(feature = "regex")]
impl RegexBudget {
    /// In bytes of tables. An ordinary pattern takes a few thousand.
    const ALL: usize = 4 << 20;
    /// What a pattern costs at least: it bounds how many there can be.
    const ONE: usize = 16 << 10;

    fn compile(&mut self, text: &str) -> Result<OriginRegex, RegexFault> {
        if self.spent > Self::ALL {
            return Err(RegexFault::TooLarge);
        }
        let regex = OriginRegex::new(text);
        self.spent += match &regex {
            Ok(regex) => regex.memory().max(Self::ONE),
            Err(RegexFault::TooLarge) => Self::ALL / 4,
            Err(RegexFault::Invalid(_)) => Self::ONE,
        };
        regex
    }
}
