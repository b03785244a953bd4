//! From a request under a policy to an exchange, or to a question.

use crate::adapter::exchange::Exchange;
use crate::adapter::hooks::{Hooks, Note};
#[cfg(feature = "tracing")]
use crate::adapter::refusal;
use crate::adapter::value::FieldValue;
use crate::adapter::values::Values;
use crate::engine::decide::is_options;
#[cfg(feature = "tracing")]
use crate::engine::decision::{Decision, Reason};
use crate::engine::decision::{Outcome, Plan, Step};
use crate::engine::policy::Policy;
use crate::engine::question::AskedOrigin;
use crate::engine::request::{FirstLine, RequestHead, RequestHeader};
use crate::origin::Origin;
use std::sync::Arc;

/// What [`Policy::begin`](crate::Policy::begin) returns: a decision, or a question.
///
/// ```
/// use cors_core::adapter::{Begun, Pending};
/// use cors_core::{AskedOrigin, Policy};
/// use http::{HeaderMap, Request};
///
/// let policy = Policy::for_origins(["https://app.example.com"]).build()?.asking();
/// let request = Request::get("/").header("origin", "https://partner.example").body(()).unwrap();
/// let exchange = match policy.begin(&request) {
///     Begun::Decided(exchange) => exchange,
///     Begun::Ask(asked) => {
///         let (question, pending): (AskedOrigin, Pending<_>) = *asked;
///         // Here, your database answers.
///         pending.resolve(question.origin() == "https://partner.example")
///     }
/// };
/// let mut headers = HeaderMap::new();
/// exchange.write(&mut headers);
/// assert_eq!(headers["access-control-allow-origin"], "https://partner.example");
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "an adapter has to handle every case")]
pub enum Begun<V> {
    /// The request is decided.
    Decided(Exchange<V>),
    /// The policy [asks](crate::Policy::asking) about the origin. Get an answer, and resolve the
    /// [`Pending`] exchange with it.
    Ask(Box<(AskedOrigin, Pending<V>)>),
}

impl<V> Begun<V> {
    /// Continues without an answer: an origin that the policy asks about is refused.
    #[inline]
    pub fn without_asking(self) -> Exchange<V> {
        match self {
            Self::Decided(exchange) => exchange,
            Self::Ask(asked) => asked.1.resolve(false),
        }
    }
}

/// An exchange that waits for an answer.
#[derive(Debug)]
#[must_use]
pub struct Pending<V> {
    allowed: Exchange<V>,
    refused: Exchange<V>,
    /// What the hooks see of each, if there are any.
    notes: Option<Box<[Note; 2]>>,
    /// The origin, if it is rejected when the answer is no.
    #[cfg(feature = "tracing")]
    rejects: Option<String>,
}

impl<V> Pending<V> {
    /// Continues with the answer: whether the origin is allowed.
    pub fn resolve(self, allow: bool) -> Exchange<V> {
        #[cfg(feature = "tracing")]
        if let Some(origin) = self.rejects.as_deref().map(str::as_bytes).filter(|_| !allow) {
            refusal::emit(origin, Reason::OriginNotAllowed(origin));
        }
        let mut exchange = if allow { self.allowed } else { self.refused };
        if let Some(notes) = self.notes {
            let [allowed, refused] = *notes;
            let note = if allow { allowed } else { refused };
            note.report(&mut exchange);
        }
        exchange
    }
}

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

    /// The same for a layer with hooks. Not inlined, because they need the exchange in memory.
    #[inline(never)]
    fn observed(&self, origin: OriginLines<'r, R>, outcome: Outcome) -> Exchange<R::Value> {
        let mut exchange = self.exchange(origin, outcome.plan);
        let note = self.hooks.note(self.policy, self.request, outcome.found, &exchange, None);
        if let Some(note) = note {
            note.report(&mut exchange);
        }
        exchange
    }

    #[inline(always)]
    fn exchange(&self, origin: OriginLines<'r, R>, plan: Plan) -> Exchange<R::Value> {
        Exchange::of(self.policy.compiled(), self.values, self.request, origin, plan)
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
