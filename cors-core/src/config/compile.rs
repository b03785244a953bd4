//! Compiles plain data into a policy, with every check.

mod hosts;
mod origins;

use crate::config::{Config, Danger, DisallowedOrigin};
use crate::engine::headers::{self, AllowHeaders, NON_WILDCARD};
use crate::engine::methods::{self, AllowMethods};
use crate::engine::names::{Case, Names, is_token};
use crate::engine::policy::{Compiled, Policy, Warnings};
use crate::engine::question::Closure;
use crate::error::{
    Capped, ConfigError, ConfigErrors, ErrorKind, Finding, FindingKind, Warning, WarningKind,
};
use crate::key::Key;
use crate::origin::MAX_LEN;
use http::{HeaderName, StatusCode};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// The longest `max_age`: a day, as in Firefox. No browser keeps an answer longer.
const MAX_AGE: Duration = Duration::from_secs(86_400);
/// The limit in Chromium.
const MAX_AGE_CHROMIUM: Duration = Duration::from_secs(7_200);

impl Policy {
    /// Checks and compiles `config`.
    ///
    /// # Errors
    /// Lists every problem at once.
    pub fn new(config: &Config) -> Result<Self, ConfigErrors> {
        compile(config, None, None).into_policy()
    }
}

impl TryFrom<Config> for Policy {
    type Error = ConfigErrors;

    fn try_from(config: Config) -> Result<Self, ConfigErrors> {
        Self::new(&config)
    }
}

impl TryFrom<&Config> for Policy {
    type Error = ConfigErrors;

    fn try_from(config: &Config) -> Result<Self, ConfigErrors> {
        Self::new(config)
    }
}

/// A compiled policy, with errors that keep it from being used, and warnings.
#[derive(Debug)]
pub(crate) struct Judgement {
    pub(super) compiled: Compiled,
    /// In the order of keys, then of entries.
    pub(crate) errors: Capped<ConfigError>,
    /// How many warnings there are, kept or not.
    #[cfg_attr(not(feature = "file"), expect(dead_code, reason = "only `file::check` counts"))]
    pub(crate) warning_count: usize,
}

impl Judgement {
    #[cfg(feature = "file")]
    pub(crate) fn warnings(&self) -> &[Warning] {
        &self.compiled.warnings.0
    }

    pub(crate) fn into_policy(self) -> Result<Policy, ConfigErrors> {
        if self.errors.total() == 0 {
            Ok(Policy::from_compiled(self.compiled))
        } else {
            Err(ConfigErrors::new(self.errors))
        }
    }
}

pub(crate) fn compile(
    config: &Config,
    closure: Option<Closure>,
    asks: Option<Vec<HeaderName>>,
) -> Judgement {
    let mut findings = Findings { errors: Capped::new(), warnings: Capped::new() };
    let asked = closure.is_some() || asks.is_some();
    let (origins, needed) = origins::compile(config, asked, &mut findings);
    let methods = compile_methods(config, &mut findings);
    let headers = compile_headers(config, &mut findings);
    let expose = compile_expose(config, &mut findings);
    let own_hosts = hosts::compile(config, &mut findings);
    check_body_methods(config, &methods, &headers, &mut findings);
    check_max_age(config, &mut findings);
    if config.allow_private_network {
        findings.warn(Key::AllowPrivateNetwork, "true", WarningKind::PrivateNetworkUnasked);
    }
    check_preflight_status(config, &mut findings);
    check_danger(config.danger, needed, &mut findings);
    let Findings { mut errors, mut warnings } = findings;
    errors.sort_by_key(Finding::position);
    warnings.sort_by_key(Finding::position);
    let warning_count = warnings.total();
    // Destructured, so that you cannot forget a new key. The lists are compiled above.
    let Config {
        allow_origins: _,
        allow_methods: _,
        allow_headers: _,
        expose_headers: _,
        own_hosts: _,
        allow_credentials: credentials,
        max_age,
        allow_private_network: private_network,
        preflight_status,
        preflight_continue,
        disallowed_origin,
        refused_preflight,
        danger,
    } = *config;
    let compiled = Compiled {
        origins: Arc::new(origins),
        methods,
        headers,
        expose,
        credentials,
        max_age,
        private_network,
        preflight_status: preflight_status.and_then(|status| StatusCode::from_u16(status).ok()),
        preflight_continue,
        disallowed_origin,
        own_hosts,
        refused_preflight,
        danger,
        closure,
        asks,
        warnings: Warnings(warnings.into_kept()),
    };
    Judgement { compiled, errors, warning_count }
}

#[derive(Debug)]
struct Findings {
    errors: Capped<ConfigError>,
    warnings: Capped<Warning>,
}

impl Findings {
    #[cold]
    fn error(&mut self, key: Key, value: &str, kind: ErrorKind) {
        self.errors.push(Some(key), Finding::new(key, None, value, kind));
    }

    #[cold]
    fn warn(&mut self, key: Key, value: &str, kind: WarningKind) {
        self.warnings.push(Some(key), Finding::new(key, None, value, kind));
    }
}

/// One entry of a list, with its index for findings.
#[derive(Clone, Copy)]
struct Entry<'c> {
    key: Key,
    index: usize,
    /// The length of the list.
    len: usize,
    text: &'c str,
}

impl Entry<'_> {
    #[cold]
    fn error(&self, kind: ErrorKind, findings: &mut Findings) {
        self.error_with(quote(self.text), kind, findings);
    }

    #[cold]
    fn error_with(&self, value: String, kind: ErrorKind, findings: &mut Findings) {
        findings.errors.push(Some(self.key), self.finding(value, kind));
    }

    #[cold]
    fn warn(&self, kind: WarningKind, findings: &mut Findings) {
        findings.warnings.push(Some(self.key), self.finding(quote(self.text), kind));
    }

    /// Warns about a name that was probably meant as a pattern. Its characters are valid in a token,
    /// so it only matches itself. Beside `*`, such a name makes no difference.
    fn warn_of_literal(&self, any: bool, or_any: bool, findings: &mut Findings) -> bool {
        let is_operator = |c: &char| matches!(c, '*' | '+' | '^' | '$' | '|');
        let found = self.text.chars().find(is_operator);
        let Some(character) = found.filter(|_| !any) else { return false };
        self.warn(WarningKind::LiteralName { character, or_any }, findings);
        true
    }

    fn finding<K: FindingKind>(&self, value: String, kind: K) -> Finding<K> {
        Finding::of_entry(self.key, self.index, self.len, value, kind)
    }
}

/// The names of request headers that a closure or question reads, each once; or every name that is
/// not one. `*` is not one either: `Vary` has to list what is read.
pub(crate) fn header_names(
    key: &'static str,
    names: &[String],
) -> Result<Vec<HeaderName>, Vec<ConfigError>> {
    let (mut errors, mut valid) = (Vec::new(), Vec::with_capacity(names.len()));
    for (index, text) in names.iter().enumerate() {
        match HeaderName::from_bytes(text.as_bytes()) {
            Ok(name) if text != "*" => {
                if !valid.contains(&name) {
                    valid.push(name);
                }
            }
            _ => {
                let kind = ErrorKind::InvalidHeaderName { meant: None };
                let index = (names.len() > 1).then_some(index);
                errors.push(Finding::new(key.to_owned(), index, quote(text), kind));
            }
        }
    }
    if errors.is_empty() { Ok(valid) } else { Err(errors) }
}

/// Quotes a text, truncated to the length of the longest origin.
fn quote(text: &str) -> String {
    match text.char_indices().nth(MAX_LEN) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

fn entries<'c>(key: Key, list: &'c [String]) -> impl Iterator<Item = Entry<'c>> {
    let len = list.len();
    list.iter().enumerate().map(move |(index, text)| Entry { key, index, len, text })
}

/// What to write for an invalid name that has white space around it, or is several names with
/// separators between them. `accept` returns a name as you should write it.
fn meant_name(entry: Entry<'_>, accept: &dyn Fn(&str) -> Option<&str>) -> Option<String> {
    let accept = |part: &str| accept(part).filter(|_| is_token(part.as_bytes())).map(quote);
    meant(entry, &[',', ';'], &accept)
}

/// What to write for an invalid entry, in TOML: its parts as `accept` returns them, if it accepts all.
fn meant(
    entry: Entry<'_>,
    separators: &[char],
    accept: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    // Too long for a message.
    if entry.text.len() > MAX_LEN {
        return None;
    }
    let mut parts = Vec::new();
    for part in entry.text.split(|c: char| c.is_whitespace() || separators.contains(&c)) {
        if !part.is_empty() {
            parts.push(accept(part)?);
        }
    }
    match &*parts {
        [] => None,
        [_, _, ..] if entry.len == 1 => Some(format!("[{}]", parts.join(", "))),
        _ => Some(parts.join(", ")),
    }
}

fn has_star(list: &[String]) -> bool {
    list.iter().any(|name| name == "*")
}

/// Compiles a list of names that `check` accepts. Warns about duplicates, and about names that `*`
/// covers, and leaves them out.
fn compile_names(
    key: Key,
    list: &[String],
    case: Case,
    findings: &mut Findings,
    covered: &dyn Fn(&str) -> bool,
    check: &dyn Fn(Entry<'_>, &mut Findings) -> bool,
) -> Vec<Box<str>> {
    let any = has_star(list);
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    for entry in entries(key, list) {
        if entry.text != "*" && !check(entry, findings) {
            continue;
        }
        if !seen.insert(case.folded(entry.text)) {
            entry.warn(WarningKind::Duplicate, findings);
        } else if any && entry.text != "*" && covered(entry.text) {
            entry.warn(WarningKind::CoveredByAny, findings);
        } else if entry.text != "*" {
            names.push(entry.text.into());
        }
    }
    names
}

fn compile_methods(config: &Config, findings: &mut Findings) -> AllowMethods {
    let any = has_star(&config.allow_methods);
    let check = |entry: Entry<'_>, findings: &mut Findings| {
        let method = entry.text;
        if !is_token(method.as_bytes()) {
            let meant = meant_name(entry, &|name| match methods::normalized(name) {
                None => (!methods::is_forbidden(name.as_bytes())).then_some(name),
                normalized => normalized,
            });
            entry.error(ErrorKind::InvalidMethod { meant }, findings);
        } else if methods::is_forbidden(method.as_bytes()) {
            entry.error(ErrorKind::ForbiddenMethod, findings);
        } else if let Some(meant) = methods::normalized(method) {
            entry.error(ErrorKind::MethodCase { meant }, findings);
        } else {
            // A longer one does not fit in a message.
            if !entry.warn_of_literal(any, true, findings)
                && method.len() <= MAX_LEN
                && method.bytes().any(|b| b.is_ascii_lowercase())
            {
                let meant = method.to_ascii_uppercase();
                entry.warn(WarningKind::LowerCaseMethod { meant }, findings);
            }
            return true;
        }
        false
    };
    let list = &config.allow_methods;
    let names =
        compile_names(Key::AllowMethods, list, Case::Sensitive, findings, &|_| true, &check);
    AllowMethods { any, names: Names::new(names, Case::Sensitive) }
}

fn compile_headers(config: &Config, findings: &mut Findings) -> AllowHeaders {
    let any = has_star(&config.allow_headers);
    let check = |entry: Entry<'_>, findings: &mut Findings| {
        if !is_token(entry.text.as_bytes()) {
            let meant =
                meant_name(entry, &|name| (!headers::is_preflights_own(name)).then_some(name));
            entry.error(ErrorKind::InvalidHeaderName { meant }, findings);
        } else if headers::is_preflights_own(entry.text) {
            entry.error(ErrorKind::CorsRequestHeader, findings);
        } else if headers::is_forbidden_request(entry.text) {
            entry.warn(WarningKind::ForbiddenRequestHeader, findings);
        } else {
            if !any && headers::is_response_only(entry.text) {
                entry.warn(WarningKind::ResponseHeaderAllowed, findings);
            }
            entry.warn_of_literal(any, true, findings);
            return true;
        }
        false
    };
    let covered = |name: &str| !name.eq_ignore_ascii_case(NON_WILDCARD);
    let list = &config.allow_headers;
    let names =
        compile_names(Key::AllowHeaders, list, Case::Insensitive, findings, &covered, &check);
    AllowHeaders { any, names: Names::new(names, Case::Insensitive) }
}

fn compile_expose(config: &Config, findings: &mut Findings) -> Vec<Box<str>> {
    let key = Key::ExposeHeaders;
    let any = has_star(&config.expose_headers);
    let check = |entry: Entry<'_>, findings: &mut Findings| {
        if !is_token(entry.text.as_bytes()) {
            let meant = meant_name(entry, &|name| (!headers::is_set_cookie(name)).then_some(name));
            entry.error(ErrorKind::InvalidHeaderName { meant }, findings);
        } else if headers::is_set_cookie(entry.text) {
            entry.error(ErrorKind::SetCookieExposed, findings);
        } else if headers::is_safelisted_response(entry.text) {
            entry.warn(WarningKind::SafelistedResponseHeader, findings);
        } else {
            if !any && headers::is_request_only(entry.text) {
                entry.warn(WarningKind::RequestHeaderExposed, findings);
            }
            entry.warn_of_literal(any, !config.allow_credentials, findings);
            return true;
        }
        false
    };
    let list = &config.expose_headers;
    let mut names = compile_names(key, list, Case::Insensitive, findings, &|_| true, &check);
    if config.allow_credentials
        && let Some(star) = entries(key, list).find(|entry| entry.text == "*")
    {
        let value = "\"*\" with allow_credentials = true".to_owned();
        star.error_with(value, ErrorKind::AnyExposedWithCredentials, findings);
    }
    if any {
        names.push("*".into());
    }
    names
}

/// A request with a body has a content type, and only three values of it need no permission.
/// [Fetch, CORS-safelisted request-header, `content-type`](https://fetch.spec.whatwg.org/#cors-safelisted-request-header)
fn check_body_methods(
    config: &Config,
    methods: &AllowMethods,
    headers: &AllowHeaders,
    findings: &mut Findings,
) {
    if headers.allows(b"content-type") {
        return;
    }
    let listed =
        ["POST", "PUT", "PATCH"].into_iter().find(|name| methods.names.contains(name.as_bytes()));
    let named = if methods.any { Some("*") } else { listed };
    let mut listed = entries(Key::AllowMethods, &config.allow_methods);
    if let Some(entry) = listed.find(|entry| Some(entry.text) == named) {
        entry.warn(WarningKind::BodyMethodWithoutContentType, findings);
    }
}

fn check_max_age(config: &Config, findings: &mut Findings) {
    let Some(max_age) = config.max_age else { return };
    let (key, seconds) = (Key::MaxAge, max_age.as_secs());
    if max_age.subsec_nanos() > 0 {
        findings.error(key, &format!("{max_age:?}"), ErrorKind::MaxAgeFraction);
    } else if max_age > MAX_AGE {
        findings.error(key, &seconds.to_string(), ErrorKind::MaxAgeTooLarge);
    } else if max_age > MAX_AGE_CHROMIUM {
        findings.warn(key, &seconds.to_string(), WarningKind::MaxAgeOverChromium);
    }
}

fn check_preflight_status(config: &Config, findings: &mut Findings) {
    let Some(status) = config.preflight_status else { return };
    let key = Key::PreflightStatus;
    if !(200..=299).contains(&status) {
        findings.error(key, &status.to_string(), ErrorKind::PreflightStatusOutOfRange);
    }
    if config.preflight_continue {
        let value = format!("{status} with preflight_continue = true");
        findings.error(key, &value, ErrorKind::PreflightStatusWithContinue);
    }
}

/// Warns about each danger key that is set but not needed.
fn check_danger(set: Danger, needed: Danger, findings: &mut Findings) {
    for ((key, set, _), (_, needed, _)) in set.keys().into_iter().zip(needed.keys()) {
        if set && !needed {
            findings.warn(key, "true", WarningKind::NeedlessDanger);
        }
    }
}

/// Finds keys that contradict `*`.
fn check_any(config: &Config, asked: bool, findings: &mut Findings) {
    if config.disallowed_origin != DisallowedOrigin::Forward {
        let word = config.shown(Key::DisallowedOrigin);
        let value = format!("{word} with allow_origins = \"*\"");
        findings.error(Key::DisallowedOrigin, &value, ErrorKind::AnyOriginForbids);
    }
    if config.allow_credentials && !config.danger.reflect_any_origin {
        let value = "true with allow_origins = \"*\"";
        findings.error(Key::AllowCredentials, value, ErrorKind::AnyOriginWithCredentials);
    }
    if asked {
        let value = "\"*\" with a question about other origins";
        findings.error(Key::AllowOrigins, value, ErrorKind::AnyOriginWithQuestion);
    }
}
