//! How the answers to one request differ under two policies, as far as a browser notices.

use super::beside::means;
use super::comparison::in_the_rest;
use super::{Beside, Diff, Difference, Witness};
use crate::adapter::ResponseHeader;
use crate::adapter::shadow::CorsHeaders;
use crate::config::Config;
use crate::engine::decision::{Decision, Escaped, Reason};
use crate::engine::policy::Compiled;
use crate::key::Key;
use http::StatusCode;

/// How many entries of each kind a diff has at most.
const MAX_ENTRIES: usize = 16;

/// The request.
pub(crate) struct Asked<'r> {
    /// The first line of `Origin`.
    pub(crate) origin: Option<&'r [u8]>,
}

/// The answer under a policy.
pub(crate) struct Answer<'r, V> {
    pub(crate) policy: &'r Compiled,
    pub(crate) decision: Decision<'r>,
    /// `None` if the handler chooses it.
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: CorsHeaders<V>,
}

impl Asked<'_> {
    /// What differs between the older and the newer answer; `None` if a browser notices nothing.
    ///
    /// From an origin that neither policy allows, a browser only gets the status.
    pub(crate) fn diff<V: AsRef<[u8]>>(&self, answers: &[Answer<'_, V>; 2]) -> Option<Diff> {
        let [older, newer] = answers;
        let mut diff = Diff::default();
        if older.status == newer.status && older.reads() == newer.reads() && !older.reads() {
            return None;
        }
        if older.is_for_another_host() != newer.is_for_another_host() {
            diff.besides.push(beside(Key::OwnHosts, answers));
            return Some(diff);
        }
        match (self.origin, answers.each_ref().map(Answer::allows_origin)) {
            (Some(origin), [false, true]) => diff.allows.push(allows_origin(origin)),
            (Some(origin), [true, false]) => diff.no_longer.push(allows_origin(origin)),
            (Some(origin), [true, true]) => {
                let origin = Escaped(origin).to_string();
                diff.allows = newer.differences(older, &origin);
                diff.no_longer = older.differences(newer, &origin);
                let keys = [
                    (ResponseHeader::MaxAge, Key::MaxAge),
                    (ResponseHeader::AllowPrivateNetwork, Key::AllowPrivateNetwork),
                ];
                let keys = keys.into_iter().filter(|(header, _)| older.differs(newer, *header));
                let besides = keys.map(|(_, key)| beside(key, answers));
                // Equal if one of the answers conceals them.
                diff.besides.extend(besides.filter(|beside| beside.older != beside.newer));
                diff.besides.extend(status_key(answers).map(|key| beside(key, answers)));
            }
            _ => diff.besides.push(beside(Key::DisallowedOrigin, answers)),
        }
        (!diff.is_empty() || !diff.besides.is_empty()).then_some(diff)
    }
}

impl<V: AsRef<[u8]>> Answer<'_, V> {
    fn allows_origin(&self) -> bool {
        self.decision.allows_origin()
    }

    fn is_for_another_host(&self) -> bool {
        matches!(self.decision, Decision::Reject(Reason::HostNotOwn(_)))
    }

    /// Whether a browser reads the headers.
    fn reads(&self) -> bool {
        self.allows_origin() && self.headers.get(ResponseHeader::AllowOrigin).is_some()
    }

    fn differs(&self, other: &Self, header: ResponseHeader) -> bool {
        self.headers.get(header) != other.headers.get(header)
    }

    /// What this answer lets a page do and the other does not.
    fn differences(&self, other: &Self, origin: &str) -> Vec<Difference> {
        let header = |key: Key| match key {
            Key::AllowMethods => ResponseHeader::AllowMethods,
            Key::AllowHeaders => ResponseHeader::AllowHeaders,
            Key::ExposeHeaders => ResponseHeader::ExposeHeaders,
            _ => ResponseHeader::AllowCredentials,
        };
        let entries = in_the_rest(self.policy, other.policy).into_iter();
        let entries = entries.filter(|(key, ..)| self.differs(other, header(*key)));
        let entries = entries.map(|(key, value, witness)| Difference {
            key: key.name(),
            value,
            witness: Some(witness.at(origin)),
        });
        entries.take(MAX_ENTRIES).collect()
    }
}

fn allows_origin(origin: &[u8]) -> Difference {
    let origin = Escaped(origin).to_string();
    let witness = Some(Witness::from_origin(&origin));
    Difference { key: Key::AllowOrigins.name(), value: format!("\"{origin}\""), witness }
}

/// The key that makes the statuses of a preflight's answers differ, if it is none of the lists.
fn status_key<V>(answers: &[Answer<'_, V>; 2]) -> Option<Key> {
    let [older, newer] = answers;
    let is_refused = |answer: &Answer<'_, V>| matches!(answer.decision, Decision::Reject(_));
    match [older.status, newer.status] {
        [older, newer] if older == newer => None,
        _ if is_refused(older) != is_refused(newer) => None,
        [Some(older), Some(newer)] if older.is_success() && newer.is_success() => {
            Some(Key::PreflightStatus)
        }
        [Some(_), Some(_)] => Some(Key::RefusedPreflight),
        _ => Some(Key::PreflightContinue),
    }
}

fn beside<V>(key: Key, answers: &[Answer<'_, V>; 2]) -> Beside {
    let [older, newer] = answers.each_ref().map(|answer| {
        // Without the lists, which may be long.
        let mut config = Config::new([""; 0]);
        config.max_age = answer.policy.max_age;
        config.allow_private_network = answer.policy.private_network;
        config.preflight_status = answer.policy.preflight_status.map(|status| status.as_u16());
        config.preflight_continue = answer.policy.preflight_continue;
        config.disallowed_origin = answer.policy.disallowed_origin;
        config.refused_preflight = answer.policy.refused_preflight;
        let own_hosts = answer.policy.own_hosts.as_ref();
        config.own_hosts =
            own_hosts.map(|hosts| hosts.iter().take(MAX_ENTRIES).map(str::to_owned).collect());
        config.shown(key).to_string()
    });
    Beside { key: key.name(), older, newer, means: means(key).unwrap_or_default() }
}
