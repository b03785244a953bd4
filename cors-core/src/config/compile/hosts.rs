//! The checks of `own_hosts`.

use super::{Entry, Findings, entries, meant, quote};
use crate::config::{Config, DisallowedOrigin, OriginEntry};
use crate::engine::own_hosts::{OwnHosts, SCHEME};
use crate::engine::policy::Policy;
use crate::error::{ErrorKind, HostFault, Warning, WarningKind};
use crate::key::Key;
use crate::origin::pattern::{self, Meant, Pattern, PatternFault, Port};
use crate::origin::set::PatternsBuilder;
use crate::origin::{OriginFault, is_loopback, public_suffix, split_scheme};
use std::net::IpAddr;

const KEY: Key = Key::OwnHosts;

pub(super) fn compile(config: &Config, findings: &mut Findings) -> Option<OwnHosts> {
    let Some(list) = &config.own_hosts else {
        warn_of_rebinding(config, findings);
        return None;
    };
    if list.is_empty() {
        findings.error(KEY, "[]", ErrorKind::NoOwnHosts);
    }
    let mut patterns = PatternsBuilder::with_capacity(list.len());
    let mut valid: Vec<Entry<'_>> = Vec::with_capacity(list.len());
    for entry in entries(KEY, list) {
        let text = format!("{SCHEME}{}", entry.text);
        match parse(entry.text, &text) {
            Ok(pattern) => {
                patterns.add(&text, &pattern);
                if let Pattern::Tuple { subdomains: true, host, .. } = pattern
                    && (public_suffix::HAS_LIST || !host.contains('.'))
                    && public_suffix::is_shared(host)
                {
                    entry.warn(WarningKind::PublicSuffix { suffix: host.to_owned() }, findings);
                }
                valid.push(entry);
            }
            Err(fault) => {
                let meant = meant(entry, &[',', ';', '"', '\''], &meant_host);
                entry.error(ErrorKind::InvalidHost { fault, meant }, findings);
            }
        }
    }
    let (patterns, repeated) = patterns.build();
    for index in repeated {
        valid[index].warn(WarningKind::Duplicate, findings);
    }
    Some(OwnHosts(patterns))
}

/// `whole` is the text as an origin.
fn parse<'t>(text: &str, whole: &'t str) -> Result<Pattern<'t>, HostFault> {
    if text.trim() != text {
        return Err(HostFault::Pattern(PatternFault::WhiteSpace));
    }
    if text.contains(['"', '\'']) {
        return Err(HostFault::Pattern(PatternFault::Quotes));
    }
    if split_scheme(text).is_some() {
        return Err(HostFault::Scheme);
    }
    match Pattern::parse(whole) {
        Ok(Pattern::Tuple { port: Port::Exact(":0"), .. }) => {
            Err(HostFault::Pattern(PatternFault::Origin(OriginFault::BadPort)))
        }
        Ok(Pattern::Tuple { port: Port::Exact(":80"), .. }) => {
            Err(HostFault::Pattern(PatternFault::Origin(OriginFault::DefaultPort)))
        }
        Ok(pattern) => Ok(pattern),
        Err(PatternFault::AnyHost) => Err(HostFault::Any),
        Err(fault) => Err(HostFault::Pattern(pattern::diagnose(whole, fault).0)),
    }
}

/// The quoted host that a text without separators means.
fn meant_host(text: &str) -> Option<String> {
    let bare = split_scheme(text).map_or(text, |(_, rest)| rest);
    let bare = &bare[..bare.find(['/', '?', '#']).unwrap_or(bare.len())];
    let bare = bare.strip_suffix(":80").unwrap_or(bare);
    let whole = format!("{SCHEME}{bare}");
    let meant = match parse(bare, &whole) {
        Ok(_) => return Some(quote(bare)),
        Err(HostFault::Pattern(fault)) => pattern::diagnose(&whole, fault).1.into_iter().next()?,
        Err(_) => return None,
    };
    let Meant::Entry(whole) = meant else { return None };
    let host = whole.strip_prefix(SCHEME)?;
    parse(host, &whole).is_ok().then(|| quote(host))
}

/// With `disallowed_origin = "forbid"`, a request that comes from the server's own pages passes. A
/// page passes for one if its name can be made to lead to a server on this machine.
fn warn_of_rebinding(config: &Config, findings: &mut Findings) {
    let is_local = |entry: &OriginEntry| match entry {
        OriginEntry::Pattern(text) => {
            matches!(Pattern::parse(text), Ok(Pattern::Tuple { host, .. }) if is_loopback(host))
        }
        OriginEntry::Regex(_) => false,
    };
    let forbids = config.disallowed_origin != DisallowedOrigin::Forward;
    let list = &config.allow_origins;
    if forbids && !list.is_empty() && list.iter().all(is_local) {
        findings.warnings.push(Some(Key::DisallowedOrigin), unset(config));
    }
}

impl Policy {
    /// The warning for a server that listens on this address, unless it is among the policy's
    /// [`warnings`](Self::warnings): on loopback, a policy that forbids disallowed origins needs
    /// `own_hosts` too. Otherwise, a page whose name an attacker leads to this machine passes for the
    /// server's own.
    ///
    /// ```
    /// # use cors_core::{DisallowedOrigin, Policy};
    /// let builder = Policy::for_origins("https://app.example.com")
    ///     .disallowed_origin(DisallowedOrigin::Forbid);
    /// let policy = builder.clone().build()?;
    /// assert_eq!(policy.warning_at([192, 0, 2, 1].into()), None);
    /// let warning = policy.warning_at([127, 0, 0, 1].into()).unwrap();
    /// assert!(warning.fix().starts_with("add own_hosts = "));
    /// let policy = builder.own_hosts(["localhost:*", "127.0.0.1:*"]).build()?;
    /// assert_eq!(policy.warning_at([127, 0, 0, 1].into()), None);
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn warning_at(&self, address: IpAddr) -> Option<Warning> {
        let compiled = self.compiled();
        if !address.is_loopback() || !compiled.forbids() || compiled.own_hosts.is_some() {
            return None;
        }
        let is_known = |known: &Warning| *known.kind() == WarningKind::OwnHostsUnset;
        if self.warnings().iter().any(is_known) {
            return None;
        }
        let disallowed_origin = compiled.disallowed_origin;
        Some(unset(&Config { disallowed_origin, ..Config::default() }))
    }
}

fn unset(config: &Config) -> Warning {
    let value = config.shown(Key::DisallowedOrigin).to_string();
    Warning::new(Key::DisallowedOrigin, None, value, WarningKind::OwnHostsUnset)
}
