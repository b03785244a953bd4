//! From a request under a policy to an exchange, or to a question.

use crate::adapter::exchange::{Begun, Exchange, Pending};
use crate::adapter::hooks::Hooks;
#[cfg(feature = "tracing")]
use crate::adapter::refusal;
use crate::adapter::value::FieldValue;
use crate::adapter::values::Values;
use crate::engine::decide::is_options;
#[cfg(feature = "tracing")]
use crate::engine::decision::Decision;
use crate::engine::decision::{Headers, Methods, Outcome, Plan, ResponseHeaderSet, Step};
use crate::engine::policy::Policy;
use crate::engine::question::AskedOrigin;
use crate::engine::request::{FirstLine, RequestHead, RequestHeader};
use crate::origin::Origin;
use std::sync::Arc;

/// A request, and everything that has a say about it.
pub(super) struct Begin<'r, R: RequestHead> {
    pub(super) policy: &'r Policy,
    /// The policy's.
    pub(super) values: &'r Arc<Values<R::Value>>,
    pub(super) hooks: &'r Hooks,
    pub(super) request: &'r R,
}

type OriginLines<'r, R> = Option<FirstLine<'r, <R as RequestHead>::Value>>;

impl<'r, R: RequestHead<Value: FieldValue>> Begin<'r, R> {
    #[inline]
    pub(super) fn begin(self) -> Begun<R::Value> {
        if let Some(plan) = self.values.constant
            && self.hooks.are_none()
            && !wants_reasons()
            && !is_options(self.request)
        {
            return Begun::Decided(self.exchange(None, plan));
        }
        let origin = FirstLine::of(self.request, RequestHeader::Origin);
        match self.policy.compiled().begin(self.request, origin.as_ref()) {
            Step::Decided(outcome) => Begun::Decided(self.decided(origin, outcome)),
            Step::Ask { origin: asked, allowed, refused } => {
                Begun::Ask(Box::new(self.ask(origin, asked, [allowed, refused])))
            }
        }
    }

    /// The question that the answer depends on, and the exchange that waits for it.
    #[cold]
    fn ask(
        &self,
        origin: OriginLines<'r, R>,
        asked: Origin<'_>,
        [allowed, refused]: [Outcome; 2],
    ) -> (AskedOrigin, Pending<R::Value>) {
        let names = self.policy.compiled().asks.as_deref().unwrap_or_default();
        let [yes, no] =
            [allowed, refused].map(|outcome| self.exchange(origin.clone(), outcome.plan));
        let note = |outcome: Outcome, exchange, verdict| {
            self.hooks.note(self.policy, self.request, outcome.found, exchange, Some(verdict))
        };
        let notes = note(allowed, &yes, true).zip(note(refused, &no, false));
        let pending = Pending {
            notes: notes.map(|(yes, no)| Box::new([yes, no])),
            #[cfg(feature = "tracing")]
            rejects: matches!(self.decision(refused), Decision::Reject(_))
                .then(|| asked.as_str().to_owned()),
            allowed: yes,
            refused: no,
        };
        (AskedOrigin::new(asked.as_str(), names, self.request), pending)
    }

    /// What follows from an outcome.
    #[inline(always)]
    pub(super) fn decided(
        &self,
        origin: OriginLines<'r, R>,
        outcome: Outcome,
    ) -> Exchange<R::Value> {
        #[cfg(feature = "tracing")]
        if wants_reasons()
            && let Decision::Reject(reason) = self.decision(outcome)
        {
            refusal::emit(origin.as_ref().map_or(&[], |lines| lines.first.as_ref()), reason);
        }
        if self.hooks.are_none() {
            return self.exchange(origin, outcome.plan);
        }
        self.observed(origin, outcome)
    }

    #[cfg(feature = "tracing")]
    fn decision(&self, outcome: Outcome) -> Decision<'r> {
        self.policy.compiled().decision(self.request, outcome.found)
    }

    /// What follows from an outcome that somebody wants to know. Apart, because to tell it, an exchange
    /// has to be in memory.
    #[inline(never)]
    fn observed(&self, origin: OriginLines<'r, R>, outcome: Outcome) -> Exchange<R::Value> {
        let mut exchange = self.exchange(origin, outcome.plan);
        let note = self.hooks.note(self.policy, self.request, outcome.found, &exchange, None);
        if let Some(note) = note {
            note.tell(&mut exchange);
        }
        exchange
    }

    #[inline(always)]
    pub(super) fn exchange(&self, origin: OriginLines<'r, R>, plan: Plan) -> Exchange<R::Value> {
        let mut exchange = Exchange::new(Arc::clone(self.values), plan);
        if plan.headers != ResponseHeaderSet::None
            && self.values.origin.is_none()
            && let Some(lines) = origin
        {
            exchange.echo_origin(lines.first.clone());
        }
        match plan.headers {
            ResponseHeaderSet::None
            | ResponseHeaderSet::Simple
            | ResponseHeaderSet::Preflight {
                methods: Methods::Policy,
                headers: Headers::Policy,
                ..
            } => {}
            ResponseHeaderSet::Preflight { methods, headers, .. } => {
                let (method, headers) = self.echoed(methods, headers);
                exchange.echo(method, headers);
            }
        }
        exchange
    }

    /// The requested method and headers, as far as the response echoes them.
    fn echoed(&self, methods: Methods, headers: Headers) -> (Option<R::Value>, Option<R::Value>) {
        let first = |name| self.request.lines(name).next().cloned();
        let method = match methods {
            Methods::Echo => first(RequestHeader::RequestMethod),
            Methods::Policy | Methods::Safelisted => None,
        };
        let headers = match headers {
            Headers::EchoVerbatim => first(RequestHeader::RequestHeaders),
            Headers::EchoAllowed => {
                let lines = self.request.lines(RequestHeader::RequestHeaders).map(AsRef::as_ref);
                let allowed = self.policy.compiled().headers.allowed_of(lines);
                (!allowed.is_empty()).then(|| R::Value::of_bytes(allowed))
            }
            Headers::Policy | Headers::Omit => None,
        };
        (method, headers)
    }
}

#[cfg(feature = "tracing")]
fn wants_reasons() -> bool {
    refusal::wanted()
}

#[cfg(not(feature = "tracing"))]
fn wants_reasons() -> bool {
    false
}
