//! The checks of `allow_origins`, and the danger keys that it needs.

use super::{Entry, Findings, check_any};
use crate::config::{Config, Danger, OriginEntry};
use crate::error::{Capped, ErrorKind, WarningKind};
use crate::key::Key;
use crate::origin::Origin;
use crate::origin::pattern::{self, Meant, Pattern};
use crate::origin::public_suffix;
#[cfg(feature = "regex")]
use crate::origin::regex::{self, OriginRegex, Proof, RegexFault, Spent, Steps, Unproven};
use crate::origin::set::{Origins, Patterns, PatternsBuilder};
#[cfg(feature = "regex")]
use std::collections::HashSet;

const KEY: Key = Key::AllowOrigins;

/// The compiled list, and the danger keys without which it would be an error. `asked` says whether a
/// closure or question may allow other origins too.
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
        advised: 0,
        findings,
    };
    if list.is_empty() && !asked {
        compiler.findings.error(KEY, "[]", ErrorKind::NoOrigins);
    }
    // The answer may allow an insecure origin.
    compiler.needed.allow_insecure_origins = asked && config.allow_credentials;
    if any {
        check_any(config, asked, compiler.findings);
        compiler.needed.reflect_any_origin = config.allow_credentials;
        compiler.needed.allow_null_origin = config.allow_credentials;
        if config.allow_credentials
            && config.danger.reflect_any_origin
            && config.danger.allow_null_origin
        {
            compiler.findings.warn(Key::AllowNullOrigin, "true", WarningKind::NullOriginAllowed);
        }
    }
    let mut origins = Origins { any, ..Origins::default() };
    let mut patterns = PatternsBuilder::with_capacity(list.len());
    // For each pattern of the set, its index in the list, and whether it is an exact origin.
    let mut added: Vec<(usize, bool)> = Vec::with_capacity(list.len());
    for (index, entry) in list.iter().enumerate() {
        let at = |text| Entry { key: KEY, index, len: list.len(), text };
        match entry {
            OriginEntry::Pattern(text) if text == "*" => compiler.star(at(text)),
            OriginEntry::Pattern(text) => {
                if let Some(pattern) = compiler.pattern(at(text)) {
                    patterns.add(text, &pattern);
                    added.push((index, pattern.is_exact()));
                }
            }
            OriginEntry::Regex(text) => compiler.regex(at(text), added.len(), &mut origins),
        }
    }
    let (patterns, repeated) = patterns.build();
    let text_at = |index: usize| match &list[index] {
        OriginEntry::Pattern(text) | OriginEntry::Regex(text) => text.as_str(),
    };
    let mut is_repeated = repeated.iter().peekable();
    for (nth, (index, is_exact)) in added.into_iter().enumerate() {
        let entry = Entry { key: KEY, index, len: list.len(), text: text_at(index) };
        if is_repeated.next_if(|repeated| **repeated == nth).is_some() {
            entry.warn(WarningKind::Duplicate, compiler.findings);
        } else if is_exact && compiler.is_covered(entry.text, &patterns, &origins) {
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

fn is_star(entry: &OriginEntry) -> bool {
    matches!(entry, OriginEntry::Pattern(text) if text == "*")
}

struct Compiler<'c> {
    config: &'c Config,
    needed: Danger,
    /// The number of `*` entries so far.
    stars: usize,
    only_stars: bool,
    #[cfg(feature = "regex")]
    budget: RegexBudget,
    /// How many regular expressions were tried for advice.
    advised: usize,
    findings: &'c mut Findings,
}

/// Trying a regular expression is slow, and nobody reads more advice than this.
const MAX_ADVISED: usize = 32;

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
                let (fault, meant) = pattern::diagnose(entry.text, fault);
                let meant = meant.into_iter().find_map(|meant| self.advisable(meant));
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
            let known = public_suffix::HAS_LIST || !host.contains('.');
            self.needed.allow_public_suffix_subdomains |= *credentials;
            if !credentials && known {
                entry.warn(WarningKind::PublicSuffix { suffix }, self.findings);
            } else if *credentials && !danger.allow_public_suffix_subdomains {
                let kind = if known {
                    ErrorKind::PublicSuffixWithCredentials { suffix }
                } else {
                    ErrorKind::NoPublicSuffixList
                };
                entry.error(kind, self.findings);
            }
        }
        self.doubts(entry, &pattern);
        Some(pattern)
    }

    /// Whether a wider entry matches an exact origin.
    fn is_covered(&mut self, text: &str, patterns: &Patterns, origins: &Origins) -> bool {
        patterns.covers(text)
            || origins.has_regexes()
                && Origin::parse(text.as_bytes())
                    .is_ok_and(|origin| self.is_matched_by_regex(origin, origins))
    }

    #[cfg(not(feature = "regex"))]
    fn is_matched_by_regex(&mut self, _: Origin<'_>, _: &Origins) -> bool {
        false
    }

    /// Finds nothing once the budget is spent: this is only for a warning.
    #[cfg(feature = "regex")]
    fn is_matched_by_regex(&mut self, origin: Origin<'_>, origins: &Origins) -> bool {
        let steps = &mut self.budget.steps;
        steps.left() > 0
            && origins
                .regexes
                .iter()
                .any(|(_, regex)| regex.is_match_within(origin.as_str(), steps).unwrap_or(false))
    }

    /// Warns if the pattern matches no browser's origin, or more than it appears to.
    fn doubts(&mut self, entry: Entry<'_>, pattern: &Pattern<'_>) {
        let (scheme, host) = match *pattern {
            Pattern::Null => return,
            Pattern::AnyHost { scheme } => (scheme, ""),
            Pattern::Tuple { scheme, host, .. } => (scheme, host),
        };
        if let Some(likely) = pattern::misspelt(scheme) {
            let text = format!("{likely}{}", &entry.text[scheme.len()..]);
            let meant = Pattern::parse(&text).is_ok().then_some(text);
            let meant = meant.filter(|text| self.passes(&Meant::Entry(text.clone()), false));
            return entry.warn(WarningKind::MisspeltScheme { meant }, self.findings);
        }
        if pattern.has_bad_port() {
            entry.warn(WarningKind::BlockedPort, self.findings);
        }
        if host.bytes().any(|byte| byte.is_ascii_uppercase()) && !host.contains('%') {
            let meant = entry.text.to_ascii_lowercase();
            entry.warn(WarningKind::UpperCaseHost { meant }, self.findings);
        }
        if self.config.allow_credentials && matches!(pattern, Pattern::AnyHost { .. }) {
            entry.warn(WarningKind::AnyHostWithCredentials, self.findings);
        }
    }

    /// Returns the advice only if following it leads to no other error.
    fn advisable(&mut self, meant: Meant) -> Option<Meant> {
        let Meant::Regex { regex, shared, .. } = &meant else {
            return self.passes(&meant, false).then_some(meant);
        };
        self.advised += 1;
        if self.advised > MAX_ADVISED {
            return None;
        }
        if self.passes(&meant, false) {
            return Some(meant);
        }
        let (regex, shared) = (regex.clone(), shared.clone());
        let meant = Meant::Regex { regex, needs_danger: shared.is_some(), shared };
        self.passes(&meant, true).then_some(meant)
    }

    fn passes(&self, meant: &Meant, unbounded: bool) -> bool {
        let Config { allow_credentials, mut danger, .. } = *self.config;
        danger.allow_unbounded_regex |=
            unbounded && matches!(meant, Meant::Regex { needs_danger: true, .. });
        let allow_origins = meant.entries();
        let config = Config { allow_origins, allow_credentials, danger, ..Config::default() };
        let mut findings = Findings { errors: Capped::new(), warnings: Capped::new() };
        compile(&config, false, &mut findings);
        findings.errors.total() == 0
    }

    #[cfg(not(feature = "regex"))]
    fn regex(&mut self, entry: Entry<'_>, _: usize, _: &mut Origins) {
        entry.error(ErrorKind::RegexUnavailable, self.findings);
    }

    /// `before` is the number of patterns before it.
    #[cfg(feature = "regex")]
    fn regex(&mut self, entry: Entry<'_>, before: usize, origins: &mut Origins) {
        if !self.budget.texts.insert(entry.text.to_owned()) {
            return entry.warn(WarningKind::Duplicate, self.findings);
        }
        let judged = self.budget.within(|steps| judge(entry.text, self.config, steps));
        let Ok(judged) = judged else {
            // Only once: it is the same for all that follow.
            if !std::mem::replace(&mut self.budget.is_spent, true) {
                entry.error(ErrorKind::RegexBudgetSpent, self.findings);
            }
            return;
        };
        self.needed.allow_unbounded_regex |= judged.needed.allow_unbounded_regex;
        self.needed.allow_insecure_origins |= judged.needed.allow_insecure_origins;
        if let Some(warning) = judged.warning {
            entry.warn(warning, self.findings);
        }
        for error in judged.errors {
            entry.error(error, self.findings);
        }
        origins.regexes.extend(judged.regex.map(|regex| (before, regex)));
    }
}

/// The result of judging a regex by itself.
#[cfg(feature = "regex")]
#[derive(Default)]
struct Judged {
    regex: Option<OriginRegex>,
    needed: Danger,
    warning: Option<WarningKind>,
    errors: Vec<ErrorKind>,
}

#[cfg(feature = "regex")]
fn judge(text: &str, config: &Config, steps: &mut Steps) -> Result<Judged, Spent> {
    let refused = |kind| Judged { errors: vec![kind], ..Judged::default() };
    let regex = match OriginRegex::compile(text, steps) {
        Ok(regex) => regex,
        Err(RegexFault::Invalid(message)) => {
            return Ok(refused(ErrorKind::InvalidRegex { message }));
        }
        Err(RegexFault::TooLarge) => return Ok(refused(ErrorKind::RegexTooLarge)),
    };
    let Config { allow_credentials: credentials, danger, .. } = config;
    let passes = |regex: &OriginRegex, steps: &mut Steps| {
        !credentials
            || regex::prove(regex, steps).is_ok_and(|Proof { unbounded, insecure, .. }| {
                (unbounded.is_none() || danger.allow_unbounded_regex)
                    && (insecure.is_none() || danger.allow_insecure_origins)
            })
    };
    if regex.is_empty(steps) {
        let (why, meant) = regex::mismatch(&regex, steps, passes);
        return Ok(refused(ErrorKind::RegexMatchesNoOrigin { why, meant }));
    }
    let mut judged = Judged::default();
    if *credentials {
        let Proof { unbounded, insecure, needs_list } = regex::prove(&regex, steps)?;
        judged.needed.allow_unbounded_regex = unbounded.is_some();
        judged.needed.allow_insecure_origins = insecure.is_some();
        let unbounded = unbounded.filter(|_| !danger.allow_unbounded_regex);
        judged.errors.extend(unbounded.map(|unproven| match unproven {
            _ if needs_list => ErrorKind::NoPublicSuffixList,
            Unproven::Limit(limit) => ErrorKind::UnprovenRegexWithCredentials { limit },
            Unproven::LetsIn(lets_in) => {
                let passes_pattern = |pattern: &Pattern<'_>| {
                    let is_shared = matches!(pattern, Pattern::Tuple { subdomains: true, host, .. }
                        if public_suffix::is_shared(host));
                    !is_shared && (!pattern.is_insecure() || danger.allow_insecure_origins)
                };
                let meant = regex::narrower(&regex, steps, passes_pattern, passes);
                ErrorKind::UnboundedRegexWithCredentials { lets_in, meant }
            }
        }));
        let insecure = insecure.filter(|_| !danger.allow_insecure_origins);
        let insecure = insecure.map(|lets_in| ErrorKind::InsecureRegexWithCredentials { lets_in });
        judged.errors.extend(insecure);
    } else if regex::unescaped_dot(text) {
        judged.warning = Some(WarningKind::UnescapedDot);
    }
    judged.regex = Some(regex);
    Ok(judged)
}

/// The limit on what all regular expressions of a policy cost together: to compile, to prove, and to
/// compare with the list. It protects the process from a hostile policy file.
#[cfg(feature = "regex")]
struct RegexBudget {
    texts: HashSet<String>,
    steps: Steps,
    /// Whether some regex was not judged.
    is_spent: bool,
}

#[cfg(feature = "regex")]
impl Default for RegexBudget {
    fn default() -> Self {
        Self { texts: HashSet::new(), steps: Steps::new(Steps::OF_A_POLICY), is_spent: false }
    }
}

#[cfg(feature = "regex")]
impl RegexBudget {
    /// Judges one regex, if the budget allows.
    fn within(
        &mut self,
        judge: impl FnOnce(&mut Steps) -> Result<Judged, Spent>,
    ) -> Result<Judged, Spent> {
        let before = self.steps.left();
        if self.is_spent || before < Steps::OF_A_REGEX {
            return Err(Spent);
        }
        let judged = judge(&mut self.steps);
        let _ = self.steps.take(Steps::OF_A_REGEX.saturating_sub(before - self.steps.left()));
        judged
    }
}
