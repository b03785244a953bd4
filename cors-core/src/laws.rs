//! Laws to assert about your own policy: which origins can read, judged by a model of a browser.
//!
//! Each takes one line in a test and panics with a fetch that breaks it:
//!
//! ```
//! use cors_core::browser::{CredentialsMode, Fetch};
//! use cors_core::{Policy, laws};
//!
//! let policy = Policy::builder()
//!     .allow_origins(["https://app.example.com", "https://*.example.dev"])
//!     .allow_methods(["PUT"])
//!     .allow_credentials(true)
//!     .build()?;
//! laws::only_these_origins_can_read(&policy, ["https://app.example.com", "https://*.example.dev"]);
//! laws::no_origin_outside(&policy, ["example.com", "example.dev"]);
//! laws::credentials_never_without_tls(&policy);
//! let put = Fetch::new("https://app.example.com", "https://api.example.com/item/1").method("PUT");
//! laws::readable(&policy, &put.clone().credentials(CredentialsMode::Include));
//! laws::not_readable(&policy, &put.header("x-debug", "1"));
//! # Ok::<(), cors_core::ConfigErrors>(())
//! ```
//!
//! ```text
//! only_these_origins_can_read: https://evil.example.com can read
//!   fetch("https://api.example/") from https://evil.example.com
//!   because allow_origins has "https://*.example.com"
//! ```
//!
//! A standard-conforming [`Browser`] fetches from [`serve`]. For patterns the laws are exact: they
//! find every entry that breaks one. For regular expressions they are exact within limits, by their
//! automata; beyond the limits, they try origins that the expression matches. A
//! [closure](crate::Builder::allow_origin_if) can only be tried, with the headers of a plain GET
//! and generated origins: random ones, and [`near_misses`](crate::strategies::near_misses) of the
//! policy's patterns and the law's. There are 1000, or as many as the environment variable
//! `PROPTEST_CASES` says, and they are the same each time. `ask` is answered with no.
//!
//! This module has only laws that a policy can break. This crate's own tests cover the rest.

use crate::browser::{
    Browser, CredentialsMode, Ended, Fetch, Step, Verdict, accept, near_misses, serve,
};
use crate::config::{Config, OriginEntry};
use crate::engine::policy::Policy;
use crate::error::{ErrorKind, FindingKind};
use crate::origin::Origin;
use crate::origin::pattern::{self, Meant, Pattern, Port};
use crate::origin::public_suffix::is_shared;
#[cfg(feature = "regex")]
use crate::origin::regex::{OriginRegex, Proof, RegexFault, Remainder, Steps};
use crate::strategies::{around, instance, origins, origins_of};
use http::{Response, header::ORIGIN};
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, RngAlgorithm, TestError, TestRng, TestRunner};
use std::cell::RefCell;
use std::time::Duration;

/// The default of `fetch` comes first, for the shortest message.
const MODES: [CredentialsMode; 3] =
    [CredentialsMode::SameOrigin, CredentialsMode::Include, CredentialsMode::Omit];

/// Only origins that match these patterns can read anything, in any credentials mode.
///
/// The patterns are those of a policy file: `https://app.example.com`, `https://*.example.dev`,
/// `http://localhost:*`, `null`. `*` is not allowed, since it would assert nothing. An empty list
/// asserts that no origin can read. Here `*.` also matches empty labels, which no resolvable name
/// has, so that a closure that only checks the end of the host passes.
///
/// # Panics
/// If another origin can read, or if a pattern is invalid.
#[track_caller]
pub fn only_these_origins_can_read<I>(policy: &Policy, patterns: I)
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    let law = "only_these_origins_can_read";
    let texts: Vec<String> = patterns.into_iter().map(|text| text.as_ref().to_owned()).collect();
    let mut patterns = Vec::new();
    for text in &texts {
        match Pattern::parse(text) {
            Ok(pattern) => patterns.push(pattern),
            Err(fault) => {
                let (fault, meant) = pattern::diagnose(text, fault);
                let meant = meant.into_iter().find(|meant| matches!(meant, Meant::Entry(_)));
                let kind = ErrorKind::InvalidOrigin { fault, meant };
                panic!("{law}: {text:?} is not a pattern: {}; {}", kind.reason(), kind.fix())
            }
        }
    }
    let is_outside = |origin: &str| !patterns.iter().any(|pattern| matches(pattern, origin));
    let within = texts.iter().map(|text| Within::Pattern(text)).collect();
    let policy = &policy.at_any_host();
    let found = Search { policy, near: &texts, within, modes: &MODES }.find(is_outside);
    if let Some(fetch) = found {
        panic!("{law}: {} can read{}", fetch.origin, shown(policy, &fetch));
    }
}

/// Only origins at one of these domains or their subdomains can read.
///
/// `localhost` and addresses count as hosts like any other. `null` has no host.
///
/// ```should_panic
/// use cors_core::{Policy, laws};
///
/// let policy = Policy::builder().allow_origins(["https://example.com", "http://localhost:*"]);
/// laws::no_origin_outside(&policy.build().unwrap(), ["example.com"]);
/// ```
///
/// # Panics
/// If another origin can read, or if an argument is not a domain or is a public suffix, such as
/// `co.uk`.
#[track_caller]
pub fn no_origin_outside<I>(policy: &Policy, domains: I)
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    let law = "no_origin_outside";
    let domains: Vec<String> = domains.into_iter().map(|name| name.as_ref().to_owned()).collect();
    for domain in &domains {
        let origin = format!("https://{domain}");
        let is_host = Origin::parse(origin.as_bytes()).is_ok_and(|origin| origin.host() == domain);
        if !is_host || domain.split('.').any(str::is_empty) {
            panic!("{law}: {domain:?} is not a domain");
        }
        if is_shared(domain) {
            panic!("{law}: anyone can register a name under {domain:?}");
        }
    }
    let is_outside = |origin: &str| match Origin::parse(origin.as_bytes()) {
        Ok(origin) => !domains.iter().any(|domain| is_at_or_below(origin.host(), domain)),
        Err(_) => true,
    };
    let near: Vec<String> = domains
        .iter()
        .flat_map(|domain| [format!("https://{domain}"), format!("https://*.{domain}")])
        .collect();
    let within = domains.iter().map(|domain| Within::Domain(domain)).collect();
    let policy = &policy.at_any_host();
    let found = Search { policy, near: &near, within, modes: &MODES }.find(is_outside);
    if let Some(fetch) = found {
        panic!("{law}: {} can read{}", fetch.origin, shown(policy, &fetch));
    }
}

/// No `http:` origin can read with credentials, unless it is on this machine: anyone on the network
/// can impersonate one.
///
/// The schemes of installed apps are not [insecure](Origin::is_insecure). Nor is `null`; the other
/// two laws find it.
///
/// # Panics
/// If an insecure origin can read with credentials.
#[track_caller]
pub fn credentials_never_without_tls(policy: &Policy) {
    let is_insecure =
        |origin: &str| Origin::parse(origin.as_bytes()).is_ok_and(|origin| origin.is_insecure());
    let modes = &[CredentialsMode::Include];
    let policy = &policy.at_any_host();
    let search = Search { policy, near: &[], within: Vec::new(), modes };
    if let Some(fetch) = search.find(is_insecure) {
        let shown = shown(policy, &fetch);
        panic!("credentials_never_without_tls: {} can read with credentials{shown}", fetch.origin);
    }
}

/// The page that makes this fetch can read the response; its WebSocket opens, its frame loads, its
/// beacon arrives.
///
/// The server's handler answers 200, or accepts a WebSocket.
///
/// # Panics
/// If it cannot, with the failed step of the standard, its rule, and a link. Also if no page has
/// such an origin, or the URL is not absolute.
#[track_caller]
pub fn readable(policy: &Policy, fetch: &Fetch) {
    assert_is_well_spelt("readable", fetch);
    match run(policy, fetch).verdict {
        Verdict::Readable(_) | Verdict::Opened | Verdict::Loaded | Verdict::Sent => {}
        Verdict::Failed(taken) => {
            let (id, section, url) = (taken.step.id(), taken.step.section(), taken.step.url());
            let (says, rule) = (taken.says, taken.step.rule());
            panic!("readable: fails at {id}: {says}\n  {fetch}\n  {section}: {rule}\n  {url}")
        }
        Verdict::Opaque | Verdict::OpaqueRedirect => {
            panic!("readable: the response is opaque\n  {fetch}")
        }
    }
}

/// The page that makes this fetch cannot read the response, either because of the policy or because
/// the browser sends nothing. Its WebSocket does not open.
///
/// # Panics
/// If it can. Also if no page has such an origin, or the URL is not absolute.
#[track_caller]
pub fn not_readable(policy: &Policy, fetch: &Fetch) {
    assert_is_well_spelt("not_readable", fetch);
    if run(policy, fetch).verdict.is_readable() {
        panic!("not_readable: the response can be read{}", shown(policy, fetch));
    }
}

/// A misspelt fetch would pass under any policy.
#[track_caller]
fn assert_is_well_spelt(law: &str, fetch: &Fetch) {
    if fetch.serialized_origin() == "null" && fetch.origin != "null" {
        let page = &fetch.origin;
        panic!(
            "{law}: {page:?} is not the origin of a page; write it like https://app.example.com"
        );
    }
    if !fetch.url.contains("://") {
        panic!("{law}: {:?} is relative to the page; write an absolute URL", fetch.url);
    }
}

/// Searches for a page that can read and should not.
struct Search<'p> {
    policy: &'p Policy,
    /// Patterns whose near misses a closure is tried with.
    near: &'p [String],
    /// What the law lets a regular expression match.
    #[cfg_attr(
        not(feature = "regex"),
        expect(dead_code, reason = "for regular expressions alone")
    )]
    within: Vec<Within<'p>>,
    modes: &'p [CredentialsMode],
}

/// Origins that a law allows.
#[cfg_attr(not(feature = "regex"), expect(dead_code, reason = "for regular expressions alone"))]
enum Within<'p> {
    Pattern(&'p str),
    /// The domain and its subdomains, with any scheme and port.
    Domain(&'p str),
}

impl Search<'_> {
    /// A fetch that a page with a `bad` origin can read, if there is one.
    fn find(&self, bad: impl Fn(&str) -> bool) -> Option<Fetch> {
        let breaks = |page: &str| {
            let reads = self.modes.iter().find_map(|mode| reads(self.policy, page, *mode));
            reads.filter(|fetch| bad(&fetch.origin))
        };
        // The plain origins are enough for patterns. Only a closure needs near misses.
        let has_closure = self.policy.compiled().closure.is_some();
        let near =
            self.near.iter().filter(|_| has_closure).flat_map(|pattern| near_misses(pattern));
        let near = near.map(|miss| miss.origin);
        let first = self.plain().chain(near);
        first.into_iter().find_map(|page| breaks(&page)).or_else(|| self.generated(&breaks))
    }

    /// For each entry, an origin that a pattern of the law matches only if it covers the whole
    /// entry; and origins that any policy may allow.
    fn plain(&self) -> impl Iterator<Item = String> {
        let origins = &self.policy.compiled().origins;
        let is_in_law = |text: &str| self.near.iter().any(|pattern| pattern.contains(text));
        let label = numbered("evil").find(|label| !is_in_law(label));
        let label = label.expect("the numbers do not end");
        let port = (3000..=u16::MAX).find(|port| !is_in_law(&format!(":{port}")));
        let of_patterns = origins
            .patterns
            .iter()
            .flat_map(move |pattern| [None, port].map(|port| instance(pattern, &label, port)));
        let anyone = ["https://evil.example", "http://evil.example", "null"].map(str::to_owned);
        of_patterns.chain(self.of_regexes()).chain(anyone)
    }

    /// For each regular expression, the shortest origin that it matches and the law does not allow,
    /// if one is found within the limits.
    #[cfg(feature = "regex")]
    fn of_regexes(&self) -> impl Iterator<Item = String> {
        let within: Vec<OriginRegex> =
            self.within.iter().filter_map(|within| within.regex().ok()).collect();
        let regexes = self.policy.compiled().origins.regexes.iter();
        let outside = regexes.clone().filter_map(|(_, regex)| {
            let mut rest = Remainder::of(regex);
            within.iter().for_each(|within| rest.subtract(within));
            let mut places = MAX_PLACES;
            rest.shortest(&mut places).ok().flatten()
        });
        let proofs = regexes.map(|(_, regex)| {
            crate::origin::regex::prove(regex, &mut Steps::new(Steps::OF_A_POLICY))
        });
        let unproven = proofs.flatten().flat_map(Proof::witnesses);
        // Those that look like an attack come first.
        unproven.chain(outside).collect::<Vec<_>>().into_iter()
    }

    #[cfg(not(feature = "regex"))]
    fn of_regexes(&self) -> [String; 0] {
        []
    }

    fn generated(&self, breaks: &impl Fn(&str) -> Option<Fetch>) -> Option<Fetch> {
        let mut runs = match std::env::var_os("PROPTEST_CASES") {
            Some(_) => Runs::default(),
            None => Runs::with_cases(1000),
        };
        runs.failure_persistence = None;
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let patterns = self.policy.compiled().origins.patterns.iter().map(str::to_owned);
        let near = patterns.chain(self.near.iter().cloned()).collect();
        let pages = prop_oneof![1 => origins(), 1 => origins_of(self.policy), 2 => around(near)];
        // The last failure is the shrunk one.
        let found = RefCell::new(None);
        let result = TestRunner::new_with_rng(runs, rng).run(&pages, |page| match breaks(&page) {
            Some(fetch) => {
                *found.borrow_mut() = Some(fetch);
                Err(TestCaseError::fail("it can read"))
            }
            None => Ok(()),
        });
        match result {
            Ok(()) => None,
            // If a closure panicked, nothing was found. Let it panic again.
            Err(TestError::Fail(_, page)) => found.into_inner().or_else(|| breaks(&page)),
            Err(TestError::Abort(reason)) => panic!("no origins were generated: {reason}"),
        }
    }
}

fn numbered(label: &str) -> impl Iterator<Item = String> {
    std::iter::once(label.to_owned()).chain((1u64..).map(move |number| format!("{label}{number}")))
}

/// The limit on the search in each regular expression.
#[cfg(feature = "regex")]
const MAX_PLACES: usize = 1 << 16;

#[cfg(feature = "regex")]
impl Within<'_> {
    fn regex(&self) -> Result<OriginRegex, RegexFault> {
        match self {
            Self::Pattern(pattern) => OriginRegex::of_pattern(pattern),
            Self::Domain(domain) => {
                let domain = domain.replace('.', r"\.");
                OriginRegex::new(&format!(r"[^:]+://(?:[^:/]*\.)?{domain}(?::[0-9]+)?"))
            }
        }
    }
}

/// A fetch with which this page can read across origins, if there is one. Its origin is the one
/// sent.
fn reads(policy: &Policy, page: &str, credentials: CredentialsMode) -> Option<Fetch> {
    let fetch = |url| Fetch::new(page, url).credentials(credentials);
    // Two servers, since a page can always read from its own.
    let fetches = ["https://api.example/", "https://other.example/"].map(fetch);
    fetches.into_iter().find_map(|fetch| {
        let mut sent = None;
        let ended = Browser::new().fetch(&fetch, Duration::ZERO, |request| {
            sent = request.headers().get(ORIGIN).cloned();
            serve(policy, request, |_| Response::new(()))
        });
        let origin = sent?.to_str().ok()?.to_owned();
        is_read_across_origins(&ended).then_some(Fetch { origin, ..fetch })
    })
}

fn run(policy: &Policy, fetch: &Fetch) -> Ended {
    Browser::new().fetch(fetch, Duration::ZERO, |request| serve(policy, request, accept))
}

fn is_read_across_origins(ended: &Ended) -> bool {
    ended.verdict.is_readable() && ended.steps.iter().any(|taken| taken.step == Step::CorsCheck)
}

/// The fetch, and an entry that alone makes it readable, if there is one.
fn shown(policy: &Policy, fetch: &Fetch) -> String {
    let mut config = policy.config();
    let entries = std::mem::take(&mut config.allow_origins);
    let is_enough = |entry: &&OriginEntry| {
        let alone = Config { allow_origins: vec![(*entry).clone()], ..config.clone() };
        Policy::new(&alone).is_ok_and(|policy| is_read_across_origins(&run(&policy, fetch)))
    };
    match entries.iter().find(is_enough) {
        Some(OriginEntry::Pattern(text)) => {
            format!("\n  {fetch}\n  because allow_origins has {text:?}")
        }
        Some(OriginEntry::Regex(text)) => {
            format!("\n  {fetch}\n  because allow_origins has {{ regex = {text:?} }}")
        }
        None => format!("\n  {fetch}"),
    }
}

/// Whether a pattern matches an origin, by the definition of patterns. Nothing is compiled, so that
/// the engine does not judge itself.
pub(crate) fn matches(pattern: &Pattern<'_>, text: &str) -> bool {
    let Ok(origin) = Origin::parse(text.as_bytes()) else {
        return *pattern == Pattern::Null && text == "null";
    };
    let (scheme, subdomains, host, port) = match *pattern {
        Pattern::Null => return false,
        Pattern::AnyHost { scheme } => {
            return origin.scheme() == scheme && origin.port().is_none();
        }
        Pattern::Tuple { scheme, subdomains, host, port } => (scheme, subdomains, host, port),
    };
    let hosts = if subdomains {
        origin.host() != host && is_at_or_below(origin.host(), host)
    } else {
        origin.host() == host
    };
    let ports = match port {
        Port::Any => true,
        Port::Exact(port) => {
            port == &text[origin.scheme().len() + "://".len() + origin.host().len()..]
        }
    };
    origin.scheme() == scheme && hosts && ports
}

fn is_at_or_below(host: &str, domain: &str) -> bool {
    match host.strip_suffix(domain) {
        Some("") => true,
        Some(labels) => labels.ends_with('.'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_what_is_no_origin() {
        for (pattern, text, is_match) in [
            ("null", "null", true),
            ("null", "Null", false),
            ("null", "https://a.test", false),
            ("https://a.test", "null", false),
            ("app://*", "null", false),
        ] {
            let pattern = Pattern::parse(pattern).unwrap();
            assert_eq!(matches(&pattern, text), is_match, "{pattern:?} {text}");
        }
    }
}
