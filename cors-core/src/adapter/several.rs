//! Several policies for the same requests: the first that allows a request's origin decides.

use crate::adapter::exchange::Exchange;
use crate::adapter::hooks::Hooks;
use crate::adapter::prepared::Prepared;
use crate::adapter::value::FieldValue;
use crate::adapter::vary::VaryNames;
use crate::engine::decide::is_options;
use crate::engine::decision::VaryOn;
use crate::engine::policy::{Compiled, IntoPolicy, Policy};
use crate::engine::request::{FirstLine, RequestHead, RequestHeader};
use crate::error::{ConfigErrors, ErrorKind, Finding};
use crate::key::Key;
use crate::origin::{MAX_LEN, Origin};
use http::HeaderName;
use http::header::ORIGIN;
use std::fmt;

/// At least one policy.
pub(super) struct Several<V> {
    ranked: Vec<Ranked<V>>,
    /// What `Vary` names on the answer to any `OPTIONS` request.
    options: VaryNames<V>,
    /// Whether a policy before the last has a check of its own.
    has_checks: bool,
}

struct Ranked<V> {
    prepared: Prepared<V>,
    /// What the choice of this policy depends on, by the policies before it that ran their checks:
    /// none, those that take insecure origins, or all.
    chosen_by: [VaryNames<V>; 3],
}

impl<V: FieldValue> Several<V> {
    pub(super) fn new(policies: impl IntoIterator<Item: IntoPolicy>) -> Result<Self, ConfigErrors> {
        let policies: Vec<Policy> = policies.into_iter().map(IntoPolicy::into_policy).collect();
        if let Some(errors) = faults(&policies) {
            return Err(errors);
        }
        let prepared: Vec<_> = policies.into_iter().map(Prepared::new).collect();
        let options = prepared.iter().flat_map(|one| one.values().vary.on(VaryOn::OPTIONS).names());
        let options = VaryNames::new(options.cloned());
        let is_constant =
            prepared.iter().all(|one| one.values().are_constant_like(prepared[0].values()));
        let last = prepared.len() - 1;
        let has_checks = prepared[..last].iter().any(|one| !checks(one).is_empty());
        let chosen_by = |index: usize| {
            [0, 1, 2].map(|ran| {
                let before = prepared[..index].iter();
                let before =
                    before.filter(|one| ran == 2 || ran == 1 && !one.compiled().needs_tls());
                let origin = (!is_constant).then_some(ORIGIN);
                VaryNames::new(origin.into_iter().chain(before.flat_map(checks)))
            })
        };
        let chosen: Vec<_> = (0..=last).map(chosen_by).collect();
        let ranked = prepared.into_iter().zip(chosen);
        let ranked = ranked.map(|(prepared, chosen_by)| Ranked { prepared, chosen_by }).collect();
        Ok(Self { ranked, options, has_checks })
    }

    pub(super) fn begin<R: RequestHead<Value = V>>(
        &self,
        hooks: &Hooks,
        request: &R,
    ) -> Exchange<V> {
        let origin = FirstLine::of(request, RequestHeader::Origin);
        // All have the same server.
        let refuses = |one: &&Ranked<V>| one.prepared.compiled().foreign_host(request).is_some();
        if let Some(Ranked { prepared, .. }) = self.ranked.iter().find(refuses) {
            let outcome = prepared.compiled().begin(request, origin.as_ref()).without_asking();
            return prepared.with(hooks, request).decided(origin, outcome);
        }
        let last = self.ranked.len() - 1;
        // Without an origin, nobody is asked.
        let mut index = if origin.is_some() { 0 } else { last };
        loop {
            let Ranked { prepared, chosen_by } = &self.ranked[index];
            let step = prepared.compiled().begin_at_own(request, origin.as_ref());
            let outcome = step.without_asking();
            if index < last && !outcome.found.allows_origin() {
                index += 1;
                continue;
            }
            let ran = if self.has_checks { checks_run_for(origin.as_ref()) } else { 0 };
            let exchange = prepared.with(hooks, request).decided(origin, outcome);
            return match is_options(request) {
                true => exchange.vary_instead(self.options.clone()),
                false => exchange.vary_also(chosen_by[ran].clone()),
            };
        }
    }
}

impl<V> fmt::Debug for Several<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ranked.iter().map(|ranked| &ranked.prepared)).finish()
    }
}

/// The headers that a policy's own checks read.
fn checks<V: FieldValue>(prepared: &Prepared<V>) -> Vec<HeaderName> {
    let Compiled { closure, asks, .. } = prepared.compiled();
    let closure = closure.iter().flat_map(|closure| &closure.names);
    closure.chain(asks.iter().flatten()).cloned().collect()
}

/// Which policies run their checks for this origin, as an index of [`Ranked::chosen_by`].
fn checks_run_for<V: AsRef<[u8]>>(origin: Option<&FirstLine<'_, V>>) -> usize {
    let one = origin.filter(|lines| !lines.repeated).map(|lines| lines.first.as_ref());
    match one.map(Origin::parse) {
        Some(Ok(origin)) if origin.is_insecure() => 1,
        Some(Ok(_)) => 2,
        _ => 0,
    }
}

fn faults(policies: &[Policy]) -> Option<ConfigErrors> {
    const KEY: &str = "first_allowing";
    if policies.is_empty() {
        let error = Finding::new(KEY.to_owned(), None, "[]", ErrorKind::NoPolicies);
        return Some(vec![error].into());
    }
    let allows_all = policies.iter().position(|policy| policy.compiled().allows_all())?;
    let later = policies.iter().enumerate().skip(allows_all + 1);
    let errors: Vec<_> = later
        .map(|(index, policy)| {
            let mut origins = policy.config().shown(Key::AllowOrigins).to_string();
            if let Some((end, _)) = origins.char_indices().nth(MAX_LEN) {
                origins.truncate(end);
                origins.push('…');
            }
            let kind = ErrorKind::NeverDecides { after: allows_all };
            Finding::new(KEY.to_owned(), Some(index), origins, kind)
        })
        .collect();
    (!errors.is_empty()).then(|| errors.into())
}
