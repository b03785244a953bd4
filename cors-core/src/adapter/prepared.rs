//! A policy with its header values in one library's type.

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
use crate::engine::policy::{Compiled, Policy};
use crate::engine::question::AskedOrigin;
use crate::engine::request::{FirstLine, RequestHead, RequestHeader};
use crate::origin::Origin;
use std::fmt;
use std::sync::Arc;

/// A policy with its header values: what a layer holds if it has only one policy.
///
/// The values are made once per policy and type, and kept with the policy. Preparing the same policy
/// again, or a clone of it, only increments a counter.
///
/// ```
/// use cors_core::{Policy, adapter::Prepared};
/// use http::{HeaderValue, Request, Response};
///
/// let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
/// let prepared = Prepared::<HeaderValue>::new(policy);
///
/// let request = Request::get("/").header("origin", "https://app.example.com").body(()).unwrap();
/// let exchange = prepared.begin(&request).without_asking();
/// let mut response = Response::new("from the handler");
/// exchange.write(response.headers_mut());
/// assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.com");
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone)]
pub struct Prepared<V> {
    policy: Policy,
    values: Arc<Values<V>>,
}

impl<V: FieldValue> Prepared<V> {
    /// Prepares a policy.
    pub fn new(policy: Policy) -> Self {
        let values = Arc::clone(values(&policy));
        Self { policy, values }
    }

    /// Prepares the policy, and lets it [ask](Policy::asking) if it does not already.
    pub fn asking(policy: Policy) -> Self {
        Self::new(policy.asking())
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    #[inline]
    pub(super) fn begin_with<R: RequestHead<Value = V>>(
        &self,
        hooks: &Hooks,
        request: &R,
    ) -> Begun<V> {
        begin(&self.policy, &self.values, hooks, request)
    }

    pub(super) fn compiled(&self) -> &Compiled {
        self.policy.compiled()
    }

    pub(super) fn values(&self) -> &Arc<Values<V>> {
        &self.values
    }

    /// Decides on a request. See [`Policy::begin`].
    #[inline]
    pub fn begin<R: RequestHead<Value = V>>(&self, request: &R) -> Begun<V> {
        self.begin_with(&Hooks::NONE, request)
    }
}

impl Policy {
    /// Decides on a request, and copies from it what the response echoes. Reads no more of the request
    /// than the answer depends on.
    ///
    /// With the feature `tracing`, each refusal is one event. If there is a question, the event follows
    /// the answer.
    ///
    /// ```
    /// use cors_core::Policy;
    /// use http::{Request, Response};
    ///
    /// let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
    /// let request = Request::get("/").header("origin", "https://app.example.com").body(()).unwrap();
    /// let exchange = policy.begin(&request).without_asking();
    /// let mut response = match exchange.short_circuit() {
    ///     Some(status) => Response::builder().status(status).body("").unwrap(),
    ///     None => Response::new("from the handler"),
    /// };
    /// exchange.write(response.headers_mut());
    /// assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.com");
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    #[inline]
    pub fn begin<R: RequestHead<Value: FieldValue>>(&self, request: &R) -> Begun<R::Value> {
        self.begin_with(&Hooks::NONE, request)
    }

    #[inline]
    pub(super) fn begin_with<R: RequestHead<Value: FieldValue>>(
        &self,
        hooks: &Hooks,
        request: &R,
    ) -> Begun<R::Value> {
        begin(self, values(self), hooks, request)
    }
}

/// The policy's values, made on first use.
pub(super) fn values<V: FieldValue>(policy: &Policy) -> &Arc<Values<V>> {
    policy.kept().get_or_make(|| Arc::new(Values::new(policy.compiled())))
}

#[inline]
fn begin<R: RequestHead<Value: FieldValue>>(
    policy: &Policy,
    values: &Arc<Values<R::Value>>,
    hooks: &Hooks,
    request: &R,
) -> Begun<R::Value> {
    let compiled = policy.compiled();
    if let Some(plan) = values.constant
        && hooks.are_none()
        && !wants_reasons()
        && !is_options(request)
    {
        return Begun::Decided(exchange(compiled, values, request, None, plan));
    }
    let origin = FirstLine::of(request, RequestHeader::Origin);
    match compiled.begin(request, origin.as_ref()) {
        Step::Decided(outcome) => {
            Begun::Decided(decided(policy, values, hooks, request, origin, outcome))
        }
        Step::Ask { origin: asked, allowed, refused } => {
            let outcomes = [allowed, refused];
            Begun::Ask(Box::new(ask(policy, values, hooks, request, origin, asked, outcomes)))
        }
    }
}

/// The question that the answer depends on, and the exchange that waits for it.
#[cold]
fn ask<R: RequestHead<Value: FieldValue>>(
    policy: &Policy,
    values: &Arc<Values<R::Value>>,
    hooks: &Hooks,
    request: &R,
    origin: Option<FirstLine<'_, R::Value>>,
    asked: Origin<'_>,
    [allowed, refused]: [Outcome; 2],
) -> (AskedOrigin, Pending<R::Value>) {
    let compiled = policy.compiled();
    let names = compiled.asks.as_deref().unwrap_or_default();
    let [yes, no] = [allowed, refused]
        .map(|outcome| exchange(compiled, values, request, origin.clone(), outcome.plan));
    let note = |outcome: Outcome, exchange, verdict| {
        hooks.note(policy, request, outcome.found, exchange, Some(verdict))
    };
    let notes = note(allowed, &yes, true).zip(note(refused, &no, false));
    let pending = Pending {
        notes: notes.map(|(yes, no)| Box::new([yes, no])),
        #[cfg(feature = "tracing")]
        rejects: matches!(compiled.decision(request, refused.found), Decision::Reject(_))
            .then(|| asked.as_str().to_owned()),
        allowed: yes,
        refused: no,
    };
    (AskedOrigin::new(asked.as_str(), names, request), pending)
}

#[cfg(feature = "tracing")]
fn wants_reasons() -> bool {
    refusal::wanted()
}

#[cfg(not(feature = "tracing"))]
fn wants_reasons() -> bool {
    false
}

/// What follows from an outcome.
#[inline(always)]
pub(super) fn decided<R: RequestHead<Value: FieldValue>>(
    policy: &Policy,
    values: &Arc<Values<R::Value>>,
    hooks: &Hooks,
    request: &R,
    origin: Option<FirstLine<'_, R::Value>>,
    outcome: Outcome,
) -> Exchange<R::Value> {
    let compiled = policy.compiled();
    #[cfg(feature = "tracing")]
    if wants_reasons()
        && let Decision::Reject(reason) = compiled.decision(request, outcome.found)
    {
        refusal::emit(origin.as_ref().map_or(&[], |lines| lines.first.as_ref()), reason);
    }
    if hooks.are_none() {
        return exchange(compiled, values, request, origin, outcome.plan);
    }
    observed(policy, values, hooks, request, origin, outcome)
}

/// What follows from an outcome that somebody wants to know. Apart, because to tell it, an exchange
/// has to be in memory.
#[inline(never)]
fn observed<R: RequestHead<Value: FieldValue>>(
    policy: &Policy,
    values: &Arc<Values<R::Value>>,
    hooks: &Hooks,
    request: &R,
    origin: Option<FirstLine<'_, R::Value>>,
    outcome: Outcome,
) -> Exchange<R::Value> {
    let mut exchange = exchange(policy.compiled(), values, request, origin, outcome.plan);
    if let Some(note) = hooks.note(policy, request, outcome.found, &exchange, None) {
        note.tell(&mut exchange);
    }
    exchange
}

#[inline(always)]
pub(super) fn exchange<R: RequestHead<Value: FieldValue>>(
    policy: &Compiled,
    values: &Arc<Values<R::Value>>,
    request: &R,
    origin: Option<FirstLine<'_, R::Value>>,
    plan: Plan,
) -> Exchange<R::Value> {
    let mut exchange = Exchange::new(Arc::clone(values), plan);
    if plan.headers != ResponseHeaderSet::None
        && values.origin.is_none()
        && let Some(lines) = origin
    {
        exchange.echo_origin(lines.first.clone());
    }
    match plan.headers {
        ResponseHeaderSet::None
        | ResponseHeaderSet::Simple
        | ResponseHeaderSet::Preflight {
            methods: Methods::Policy, headers: Headers::Policy, ..
        } => {}
        ResponseHeaderSet::Preflight { methods, headers, .. } => {
            let (method, headers) = echoed(policy, request, methods, headers);
            exchange.echo(method, headers);
        }
    }
    exchange
}

/// The requested method and headers, as far as the response echoes them.
fn echoed<R: RequestHead<Value: FieldValue>>(
    policy: &Compiled,
    request: &R,
    methods: Methods,
    headers: Headers,
) -> (Option<R::Value>, Option<R::Value>) {
    let first = |name| request.lines(name).next().cloned();
    let method = match methods {
        Methods::Echo => first(RequestHeader::RequestMethod),
        Methods::Policy | Methods::Safelisted => None,
    };
    let headers = match headers {
        Headers::EchoVerbatim => first(RequestHeader::RequestHeaders),
        Headers::EchoAllowed => {
            let lines = request.lines(RequestHeader::RequestHeaders).map(AsRef::as_ref);
            let allowed = policy.headers.allowed_of(lines);
            (!allowed.is_empty()).then(|| R::Value::of_bytes(allowed))
        }
        Headers::Policy | Headers::Omit => None,
    };
    (method, headers)
}

impl<V> fmt::Debug for Prepared<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Prepared").field(&self.policy).finish()
    }
}
