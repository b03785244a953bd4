//! What to change so that a fetch becomes readable, found by trying.

mod attempt;
pub(super) mod headers;
mod script;

use super::answers::run;
use super::{Event, last_sent};
use crate::browser::{Browser, CredentialsMode, Ended, Fetch, serve};
use crate::config::compile::compile;
use crate::config::shown::Shown;
use crate::config::{Config, OriginEntry};
use crate::engine::policy::Policy;
use crate::error::{Warning, WarningKind};
use crate::key::Key;
use attempt::Attempt;
use http::{Request, Response};
use script::Script;
use std::fmt;

/// What to change so that the script may read.
///
/// It has been [tried](Self::is_tried): the changed fetch is readable under the changed policy, or
/// with the changed answers. Only a problem in the rest of the server, such as a redirect, and
/// answers that the server has not given yet cannot be tried.
///
/// It prints as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub(super) changes: Vec<Change>,
    cautions: Vec<String>,
    config: Option<Config>,
    pub(super) fetch: Fetch,
    is_tried: bool,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Set a key of the policy to this value, in TOML.
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
    /// Answer a request with this status and these headers.
    Answer {
        /// The request: its method and URL.
        to: String,
        /// Header lines, and in front of them the status if it is another. At least one.
        lines: Vec<String>,
    },
    /// Change the script's call.
    Script(String),
    /// Change the page: its HTML or CSS, or where it is.
    Page(String),
    /// Change the rest of the server.
    Server(String),
}

impl Fix {
    /// The changes: at least one.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Side effects of the changes: what a `danger` key permits, or what is no longer allowed.
    ///
    /// ```
    /// use cors_core::Policy;
    /// use cors_core::browser::Fetch;
    /// use cors_core::explain::{Change, explain};
    ///
    /// let policy = Policy::for_origins("https://app.example.com").build()?;
    /// let explanation = explain(&policy, &Fetch::new("null", "https://api.example/"));
    /// let fix = explanation.fix().unwrap();
    /// assert!(fix.is_tried());
    /// assert!(matches!(fix.changes()[0], Change::Set { key: "allow_origins", .. }));
    /// assert_eq!(fix.cautions().len(), 1);
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn cautions(&self) -> &[String] {
        &self.cautions
    }

    /// The changed policy, without closures and `ask`. `None` if a server answered whose policy is
    /// unknown.
    pub fn config(&self) -> Option<&Config> {
        self.config.as_ref()
    }

    /// The changed fetch. If the script has a choice, such as another method, this is an example.
    pub fn fetch(&self) -> &Fetch {
        &self.fetch
    }

    /// Whether the changed fetch proved readable after the changes.
    pub fn is_tried(&self) -> bool {
        self.is_tried
    }

    /// Says so if the fetch asks for credentials and `reads` without them.
    fn caution_about_credentials(&mut self, fetch: &Fetch, reads: impl FnOnce(&Fetch) -> bool) {
        let without = Fetch { credentials: CredentialsMode::SameOrigin, ..fetch.clone() };
        if fetch.credentials == CredentialsMode::Include && reads(&without) {
            self.cautions.push("without credentials, the script can already read it".to_owned());
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set { key, value } => write!(f, "{key} = {value}"),
            Self::Add { key, entry } => write!(f, "add {entry} to {key}"),
            Self::Answer { to, lines } => {
                write!(f, "on the answer to {to}: {}", lines.join("; "))
            }
            Self::Script(what) => write!(f, "in the script: {what}"),
            Self::Page(what) => f.write_str(what),
            Self::Server(what) => write!(f, "on the server: {what}"),
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

/// More than any fetch needs: each failing step takes one or two changes.
const MAX_CHANGES: usize = 32;

/// Longer lists are not shown whole.
const MAX_SHOWN: usize = 6;

/// `None` if there is nothing to change.
pub(super) fn find(
    policy: &Policy,
    fetch: &Fetch,
    handler: &dyn Fn(&Request<()>) -> Response<()>,
) -> Option<Fix> {
    let mut fix = try_changes(policy, fetch, handler)?;
    fix.caution_about_credentials(fetch, |without| {
        serves(policy, without, handler).0.verdict.is_success()
    });
    Some(fix)
}

fn serves(
    policy: &Policy,
    fetch: &Fetch,
    handler: &dyn Fn(&Request<()>) -> Response<()>,
) -> (Ended, Vec<Event>) {
    let (ended, events, _) =
        run(Browser::new(), fetch, &mut |sending| Ok(serve(policy, sending.request(), handler)));
    (ended, events)
}

fn try_changes(
    policy: &Policy,
    fetch: &Fetch,
    handler: &dyn Fn(&Request<()>) -> Response<()>,
) -> Option<Fix> {
    let before = policy.config();
    let mut attempt = Attempt::new(before.clone(), fetch.clone());
    // The last config that builds.
    let mut valid = before.clone();
    for _ in 0..MAX_CHANGES {
        let compiled = policy.compiled();
        let judged = compile(&attempt.config, compiled.closure.clone(), compiled.asks.clone());
        let changed = match judged.into_policy() {
            Err(errors) => attempt.settle(&errors),
            Ok(policy) => {
                valid.clone_from(&attempt.config);
                let (ended, events) = serves(&policy, &attempt.script.fetch, handler);
                if ended.verdict.is_success() {
                    let is_unchanged = attempt.script.made.is_empty() && valid == before;
                    return (!is_unchanged).then(|| fix(&before, attempt, true));
                }
                attempt.change(&policy, &ended.verdict, last_sent(&events))
            }
        };
        if let Err(last) = changed {
            attempt.script.made.push(last);
            attempt.config = valid;
            return Some(fix(&before, attempt, false));
        }
    }
    attempt.script.made.push(Change::Script("try again after these changes".to_owned()));
    attempt.config = valid;
    Some(fix(&before, attempt, false))
}

fn fix(before: &Config, attempt: Attempt, is_tried: bool) -> Fix {
    let Attempt { config, script: Script { fetch, made } } = attempt;
    let keys = Key::ALL.iter().flat_map(|key| changes_of(*key, before, &config));
    let changes = made.into_iter().chain(keys).collect();
    Fix { changes, cautions: cautions(before, &config), config: Some(config), fetch, is_tried }
}

/// Side effects of the changes.
fn cautions(before: &Config, after: &Config) -> Vec<String> {
    // A danger key without effect has a warning.
    let in_effect = |config: &Config| -> Vec<&str> {
        let policy = Policy::new(config).ok();
        let warnings = policy.as_ref().map(Policy::warnings).unwrap_or_default();
        let needless = |key: Key| {
            let same = |warning: &Warning| warning.known_key() == Some(key);
            warnings.iter().any(|warning| {
                same(warning) && matches!(warning.kind(), WarningKind::NeedlessDanger)
            })
        };
        let keys = config.danger.keys().into_iter();
        keys.filter(|(key, set, _)| *set && !needless(*key)).map(|(.., lets)| lets).collect()
    };
    let already = in_effect(before);
    let mut cautions: Vec<String> = in_effect(after)
        .iter()
        .filter(|lets| !already.contains(lets))
        .map(|lets| (*lets).to_owned())
        .collect();
    let star = OriginEntry::from("*");
    if before.allow_origins.contains(&star) && !after.allow_origins.contains(&star) {
        cautions.push("no other origin can then read".to_owned());
    }
    let exposes_all = |config: &Config| config.expose_headers.iter().any(|name| name == "*");
    if exposes_all(before) && !exposes_all(after) {
        cautions.push("scripts then see only the listed headers".to_owned());
    }
    cautions
}

/// The changes to this key from one config to another.
fn changes_of(key: Key, before: &Config, after: &Config) -> Vec<Change> {
    let [before, after] = [before, after].map(|config| config.shown(key));
    let key = key.name();
    if let (Shown::List(before), Shown::List(after)) = (&before, &after)
        && let Some(added) = after.strip_prefix(before.as_slice())
        && after.len() > MAX_SHOWN
    {
        return added.iter().map(|entry| Change::Add { key, entry: entry.clone() }).collect();
    }
    match before == after {
        true => Vec::new(),
        false => vec![Change::Set { key, value: after.to_string() }],
    }
}
