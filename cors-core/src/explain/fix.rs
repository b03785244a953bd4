//! What to change so that a fetch becomes readable: found by trying.

use super::{last_sent, run};
use crate::browser::{CredentialsMode, Fetch, Mode, RedirectMode, Step, Verdict};
use crate::compile::compile;
use crate::config::{Config, KEYS, OriginEntry};
use crate::decision::{Decision, Reason};
use crate::error::{ConfigErrors, ErrorKind, Warning, WarningKind};
use crate::headers::elements;
use crate::policy::Policy;
use http::header::ACCESS_CONTROL_REQUEST_HEADERS;
use http::{Request, Response};
use std::fmt;
use url::Url;

/// What to change so that the script may read. It has been tried: under the changed policy the
/// changed fetch is readable.
///
/// Printed, it is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    changes: Vec<Change>,
    cautions: Vec<String>,
    config: Config,
    fetch: Fetch,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Set a key of the policy to this value, as a policy file in TOML has it.
    Set {
        /// The key, such as `allow_headers`.
        key: &'static str,
        /// Its whole value.
        value: String,
    },
    /// Add an entry to a key whose list is too long to show.
    Add {
        /// The key, such as `allow_origins`.
        key: &'static str,
        /// The entry, quoted.
        entry: String,
    },
    /// Change the script's call.
    Script(String),
}

impl Fix {
    /// The changes: at least one.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What the changes do besides: what a `danger` key lets happen, who or what is left out.
    pub fn cautions(&self) -> &[String] {
        &self.cautions
    }

    /// The policy as it is then, closures and questions aside.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The fetch as it is then.
    pub fn fetch(&self) -> &Fetch {
        &self.fetch
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set { key, value } => write!(f, "{key} = {value}"),
            Self::Add { key, entry } => write!(f, "add {entry} to {key}"),
            Self::Script(what) => write!(f, "in the script: {what}"),
        }
    }
}

impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, change) in self.changes.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{change}")?;
        }
        if !self.cautions.is_empty() {
            write!(f, " (but {})", self.cautions.join("; "))?;
        }
        Ok(())
    }
}

/// More changes than any fetch needs: each failing step is passed by one or two.
const MAX_CHANGES: usize = 16;

/// A list that is longer is not shown whole.
const MAX_SHOWN: usize = 6;

pub(super) fn find(
    policy: &Policy,
    fetch: &Fetch,
    handler: &dyn Fn(&Request<()>) -> Response<()>,
) -> Option<Fix> {
    let before = policy.config();
    let mut attempt = Attempt { config: before.clone(), fetch: fetch.clone(), script: Vec::new() };
    for _ in 0..MAX_CHANGES {
        let compiled = policy.compiled();
        let judged = compile(&attempt.config, compiled.closure.clone(), compiled.asks.clone());
        match judged.into_policy() {
            Err(errors) => attempt.settle(&errors)?,
            Ok(policy) => {
                let (ended, events) = run(&policy, &attempt.fetch, handler);
                if ended.verdict.is_readable() {
                    return attempt.into_fix(&before);
                }
                attempt.change(&policy, &ended.verdict, last_sent(&events))?;
            }
        }
    }
    None
}

struct Attempt {
    config: Config,
    fetch: Fetch,
    script: Vec<String>,
}

impl Attempt {
    /// Changes what the last attempt failed at. None: nothing here can change it.
    fn change(
        &mut self,
        policy: &Policy,
        verdict: &Verdict,
        sent: Option<&Request<()>>,
    ) -> Option<()> {
        let step = match verdict {
            Verdict::Readable(_) => return None,
            Verdict::Opaque => return self.mode_cors(),
            Verdict::OpaqueRedirect => return self.redirect_follow(),
            Verdict::Failed(taken) => taken.step,
        };
        match step {
            Step::NoCorsMethod
            | Step::SameOriginMode
            | Step::RequestStream
            | Step::NoCorsRedirectMode
            | Step::ResourcePolicy => self.mode_cors(),
            Step::RedirectModeError => self.redirect_follow(),
            Step::RequestBody => self.method("POST".to_owned()),
            Step::UrlCredentials => self.url(|url| {
                let _ = url.set_username("");
                let _ = url.set_password(None);
            }),
            Step::MixedContent => self.url(|url| {
                let _ = url.set_scheme("https");
            }),
            Step::PreflightStatus => {
                self.config.preflight_continue.then(|| self.config.preflight_continue = false)
            }
            Step::AllowOriginMissing
            | Step::AllowOriginMismatch
            | Step::AllowCredentials
            | Step::PreflightAllowOriginMissing
            | Step::PreflightAllowOriginMismatch
            | Step::PreflightAllowCredentials
            | Step::PreflightMethod
            | Step::PreflightAuthorization
            | Step::PreflightHeader => self.allow(policy, sent?),
            _ => None,
        }
    }

    /// Allows what the policy's own verdict on the last request says is not allowed.
    fn allow(&mut self, policy: &Policy, sent: &Request<()>) -> Option<()> {
        match policy.decide(sent) {
            Decision::Reject(Reason::OriginNotAllowed(origin)) => {
                let origin = String::from_utf8_lossy(origin).into_owned();
                if self.config.allow_origins == [OriginEntry::from("*")] {
                    // Only `null` is not reflected.
                    self.config.danger.allow_null_origin = true;
                    return Some(());
                }
                self.allow_origin(origin)
            }
            Decision::Reject(Reason::MethodNotAllowed(method)) => {
                let method = String::from_utf8_lossy(method).into_owned();
                let upper = method.to_ascii_uppercase();
                let means_upper = upper == "PATCH" || self.config.allow_methods.contains(&upper);
                if means_upper && method != upper {
                    return self.method(upper);
                }
                self.config.allow_methods.push(method);
                Some(())
            }
            Decision::Reject(Reason::HeaderNotAllowed(_)) => {
                let lines = sent.headers().get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
                let names = lines.flat_map(|line| elements(line.as_bytes()));
                let refused = names.filter(|name| !policy.compiled().headers.allows(name));
                let refused = refused.map(|name| String::from_utf8_lossy(name).into_owned());
                self.config.allow_headers.extend(refused);
                Some(())
            }
            // To the server it was no request of another origin, which no browser leads to.
            Decision::Reject(_) | Decision::NotCors => None,
            _ if self.fetch.credentials == CredentialsMode::Include
                && !self.config.allow_credentials =>
            {
                self.config.allow_credentials = true;
                Some(())
            }
            _ => None,
        }
    }

    fn allow_origin(&mut self, origin: String) -> Option<()> {
        // A host may hold a `*`, which in an entry would stand for others.
        if origin.contains('*') {
            return None;
        }
        self.config.allow_origins.push(origin.into());
        Some(())
    }

    /// Settles what a change before has made an error of the policy.
    fn settle(&mut self, errors: &ConfigErrors) -> Option<()> {
        let kind = errors.errors().first()?.kind();
        let danger = &mut self.config.danger;
        match kind {
            ErrorKind::AnyOriginWithCredentials => {
                self.config.allow_origins.clear();
                return self.allow_origin(self.fetch.serialized_origin());
            }
            ErrorKind::AnyExposedWithCredentials => {
                self.config.expose_headers.retain(|name| name != "*");
                return Some(());
            }
            ErrorKind::NullOrigin => danger.allow_null_origin = true,
            ErrorKind::InsecureOriginWithCredentials
            | ErrorKind::InsecureRegexWithCredentials { .. } => {
                danger.allow_insecure_origins = true
            }
            ErrorKind::PublicSuffixWithCredentials { .. } => {
                danger.allow_public_suffix_subdomains = true;
            }
            ErrorKind::UnboundedRegexWithCredentials { .. }
            | ErrorKind::UnprovenRegexWithCredentials { .. } => danger.allow_unbounded_regex = true,
            _ => return None,
        }
        Some(())
    }

    fn mode_cors(&mut self) -> Option<()> {
        self.fetch.mode = Mode::Cors;
        self.script.push("mode: \"cors\"".to_owned());
        Some(())
    }

    fn redirect_follow(&mut self) -> Option<()> {
        self.fetch.redirect = RedirectMode::Follow;
        self.script.push("redirect: \"follow\"".to_owned());
        Some(())
    }

    fn method(&mut self, method: String) -> Option<()> {
        self.script.push(format!("method: {method:?}"));
        self.fetch.method = method;
        Some(())
    }

    fn url(&mut self, change: impl FnOnce(&mut Url)) -> Option<()> {
        let mut url = Url::parse(&self.fetch.url).ok()?;
        change(&mut url);
        let url = String::from(url);
        if url == self.fetch.url {
            return None;
        }
        self.script.push(format!("the URL {url:?}"));
        self.fetch.url = url;
        Some(())
    }

    fn into_fix(self, before: &Config) -> Option<Fix> {
        let keys = KEYS.iter().flat_map(|key| changes_of(key, before, &self.config));
        let script = self.script.into_iter().map(Change::Script);
        let changes: Vec<Change> = script.chain(keys).collect();
        let cautions = cautions(before, &self.config);
        let fix = Fix { changes, cautions, config: self.config, fetch: self.fetch };
        (!fix.changes.is_empty()).then_some(fix)
    }
}

/// What the changes do besides letting this script read.
fn cautions(before: &Config, after: &Config) -> Vec<String> {
    // A danger key that nothing needs is warned of.
    let in_effect = |config: &Config| -> Vec<String> {
        let set = |key: &str| danger_of(config, key);
        let policy = Policy::new(config).ok();
        let warnings = policy.as_ref().map(Policy::warnings).unwrap_or_default();
        let needless = |key: &str| {
            let same = |warning: &Warning| warning.key() == key;
            warnings.iter().any(|warning| {
                same(warning) && matches!(warning.kind(), WarningKind::NeedlessDanger)
            })
        };
        let keys = KEYS.iter().filter(|key| set(key) && !needless(key));
        keys.map(|key| (*key).to_owned()).collect()
    };
    let already = in_effect(before);
    let mut cautions: Vec<String> = in_effect(after)
        .iter()
        .filter(|key| !already.contains(key))
        .map(|key| consequence(key).to_owned())
        .collect();
    let star = OriginEntry::from("*");
    if before.allow_origins.contains(&star) && !after.allow_origins.contains(&star) {
        cautions.push("no other origin can then read".to_owned());
    }
    let exposes_all = |config: &Config| config.expose_headers.iter().any(|name| name == "*");
    if exposes_all(before) && !exposes_all(after) {
        cautions.push("scripts then see only the headers that are listed".to_owned());
    }
    cautions
}

fn danger_of(config: &Config, key: &str) -> bool {
    match key {
        "danger.allow_insecure_origins" => config.danger.allow_insecure_origins,
        "danger.allow_public_suffix_subdomains" => config.danger.allow_public_suffix_subdomains,
        "danger.allow_unbounded_regex" => config.danger.allow_unbounded_regex,
        "danger.allow_null_origin" => config.danger.allow_null_origin,
        "danger.reflect_any_origin" => config.danger.reflect_any_origin,
        _ => false,
    }
}

/// What a danger key lets happen.
fn consequence(key: &str) -> &'static str {
    match key {
        "danger.allow_insecure_origins" => {
            "anyone on the network can then read with the user's cookies"
        }
        "danger.allow_public_suffix_subdomains" => {
            "whoever registers a name there can then read with the user's cookies"
        }
        "danger.allow_unbounded_regex" => {
            "whatever else the regular expression matches can then read with the user's cookies"
        }
        "danger.allow_null_origin" => "any page can then read that puts a frame into a sandbox",
        _ => "every site can then read with the user's cookies",
    }
}

/// The changes from one config to another in this key.
fn changes_of(key: &'static str, before: &Config, after: &Config) -> Vec<Change> {
    let flag = |of: &dyn Fn(&Config) -> bool| match of(before) == of(after) {
        true => Vec::new(),
        false => vec![Change::Set { key, value: of(after).to_string() }],
    };
    let list = |before: Vec<String>, after: Vec<String>| {
        if before == after {
            return Vec::new();
        }
        match after.strip_prefix(&*before) {
            Some(added) if after.len() > MAX_SHOWN => {
                added.iter().map(|entry| Change::Add { key, entry: entry.clone() }).collect()
            }
            _ => vec![Change::Set { key, value: format!("[{}]", after.join(", ")) }],
        }
    };
    match key {
        "allow_origins" => list(entries(before), entries(after)),
        "allow_methods" => list(quoted(&before.allow_methods), quoted(&after.allow_methods)),
        "allow_headers" => list(quoted(&before.allow_headers), quoted(&after.allow_headers)),
        "expose_headers" => list(quoted(&before.expose_headers), quoted(&after.expose_headers)),
        "allow_credentials" => flag(&|config| config.allow_credentials),
        "preflight_continue" => flag(&|config| config.preflight_continue),
        _ => flag(&|config| danger_of(config, key)),
    }
}

fn quoted(list: &[String]) -> Vec<String> {
    list.iter().map(|name| quote(name)).collect()
}

/// [TOML, basic string](https://toml.io/en/v1.0.0#string)
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if character.is_control() => quoted += &format!("\\u{:04X}", u32::from(character)),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

fn entries(config: &Config) -> Vec<String> {
    let entry = |entry: &OriginEntry| match entry {
        OriginEntry::Pattern(pattern) => quote(pattern),
        OriginEntry::Regex(regex) => format!("{{ regex = {} }}", quote(regex)),
    };
    config.allow_origins.iter().map(entry).collect()
}
