//! A policy with its header values in one library's type.

use crate::adapter::exchange::{Begun, Echoes, Exchange, Pending};
#[cfg(feature = "tracing")]
use crate::adapter::refusal;
use crate::adapter::value::FieldValue;
use crate::adapter::vary::VaryNames;
use crate::engine::decide::is_options;
#[cfg(feature = "tracing")]
use crate::engine::decision::Decision;
use crate::engine::decision::{Consulted, Headers, Methods, Plan, ResponseHeaderSet, Step, VaryOn};
use crate::engine::methods::SAFELISTED;
use crate::engine::policy::{Compiled, Policy};
use crate::engine::question::AskedOrigin;
use crate::engine::request::{OriginLines, RequestHead, RequestHeader};
use http::HeaderName;
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

/// Every header value that a response under the policy can need.
pub(super) struct Values<V> {
    /// `Access-Control-Allow-Origin`, unless it echoes the request's origin.
    pub(super) origin: Option<V>,
    pub(super) credentials: Option<V>,
    pub(super) methods: V,
    pub(super) safelisted_methods: V,
    pub(super) headers: Option<V>,
    pub(super) max_age: Option<V>,
    pub(super) expose: Option<V>,
    pub(super) truth: V,
    pub(super) vary: Vary<V>,
    /// The plan for requests that are not preflights, if it is always the same.
    constant: Option<Plan>,
}

/// The possible values of `Vary`.
pub(super) struct Vary<V> {
    /// For cacheable responses, by [`cacheable_index`].
    cacheable: [VaryNames<V>; 8],
    options: VaryNames<V>,
}

fn cacheable_index(consulted: Consulted, fetch_site: bool) -> usize {
    usize::from(consulted.closure) | usize::from(consulted.ask) << 1 | usize::from(fetch_site) << 2
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

    /// Decides on a request. See [`Policy::begin`].
    #[inline]
    pub fn begin<R: RequestHead<Value = V>>(&self, request: &R) -> Begun<V> {
        begin(self.policy.compiled(), &self.values, request)
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
        begin(self.compiled(), values(self), request)
    }
}

/// The policy's values, made on first use.
fn values<V: FieldValue>(policy: &Policy) -> &Arc<Values<V>> {
    policy.kept().get_or_make(|| Arc::new(Values::new(policy.compiled())))
}

#[inline]
fn begin<R: RequestHead<Value: FieldValue>>(
    policy: &Compiled,
    values: &Arc<Values<R::Value>>,
    request: &R,
) -> Begun<R::Value> {
    #[cfg(feature = "tracing")]
    let reasons = refusal::wanted();
    #[cfg(not(feature = "tracing"))]
    let reasons = false;
    if let Some(plan) = values.constant
        && !reasons
        && !is_options(request)
    {
        return Begun::Decided(exchange(policy, values, request, None, plan));
    }
    let origin = OriginLines::of(request);
    match policy.begin(request, origin.as_ref()) {
        Step::Decided(outcome) => {
            #[cfg(feature = "tracing")]
            if reasons && let Decision::Reject(reason) = policy.decision(request, outcome.found) {
                refusal::emit(origin.as_ref().map_or(&[], |lines| lines.first.as_ref()), reason);
            }
            Begun::Decided(exchange(policy, values, request, origin, outcome.plan))
        }
        Step::Ask { origin: asked, allowed, refused } => {
            let names = policy.asks.as_deref().unwrap_or_default();
            let asked_origin = AskedOrigin::new(asked.as_str(), names, request);
            let pending = Pending {
                #[cfg(feature = "tracing")]
                rejects: matches!(policy.decision(request, refused.found), Decision::Reject(_))
                    .then(|| asked.as_str().to_owned()),
                allowed: exchange(policy, values, request, origin.clone(), allowed.plan),
                refused: exchange(policy, values, request, origin, refused.plan),
            };
            Begun::Ask(Box::new((asked_origin, pending)))
        }
    }
}

#[inline]
fn exchange<R: RequestHead<Value: FieldValue>>(
    policy: &Compiled,
    values: &Arc<Values<R::Value>>,
    request: &R,
    origin: Option<OriginLines<'_, R::Value>>,
    plan: Plan,
) -> Exchange<R::Value> {
    let echoes_origin = plan.headers != ResponseHeaderSet::None && values.origin.is_none();
    let echoes = match plan.headers {
        ResponseHeaderSet::Preflight { methods, headers, .. } => {
            echoes(policy, request, methods, headers)
        }
        _ => None,
    };
    let origin = origin.filter(|_| echoes_origin).map(|lines| lines.first.clone());
    Exchange::new(Arc::clone(values), plan, origin, echoes)
}

fn echoes<R: RequestHead<Value: FieldValue>>(
    policy: &Compiled,
    request: &R,
    methods: Methods,
    headers: Headers,
) -> Option<Box<Echoes<R::Value>>> {
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
            (!allowed.is_empty()).then(|| R::Value::of_bytes(&allowed))
        }
        Headers::Policy | Headers::Omit => None,
    };
    (method.is_some() || headers.is_some()).then(|| Box::new(Echoes { method, headers }))
}

impl<V: FieldValue> Values<V> {
    fn new(policy: &Compiled) -> Self {
        let value = |text: &str| {
            let value = V::of_text(text);
            // The first clone of a value may move it to the heap. Do it now, not during a request.
            drop(value.clone());
            value
        };
        let origin = if policy.origins.any {
            (!policy.reflects()).then_some("*")
        } else {
            policy.origins.one_origin().filter(|_| policy.is_constant())
        };
        Self {
            origin: origin.map(value),
            credentials: policy.credentials.then(|| value("true")),
            methods: value(&policy.methods.list()),
            safelisted_methods: value(&SAFELISTED.join(",")),
            headers: policy.headers.list().as_deref().map(value),
            max_age: policy.max_age.map(|age| value(&age.as_secs().to_string())),
            expose: (!policy.expose.is_empty()).then(|| value(&policy.expose.join(","))),
            truth: value("true"),
            vary: Vary::new(policy),
            constant: policy.is_constant().then(|| policy.constant()),
        }
    }
}

impl<V> fmt::Debug for Prepared<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Prepared").field(&self.policy).finish()
    }
}

impl<V: FieldValue> Vary<V> {
    fn new(policy: &Compiled) -> Self {
        let header = |header: RequestHeader| HeaderName::from_static(header.as_str());
        let closure = policy.closure.as_ref().map(|closure| &closure.names);
        let named = |names: Option<&Vec<HeaderName>>, consulted: bool| {
            names.filter(|_| consulted).cloned().unwrap_or_default()
        };
        let cacheable = |index: usize| {
            let has = |bit: usize| index & 1 << bit != 0;
            let origin = (!policy.is_constant()).then_some(RequestHeader::Origin);
            let fetch_site = has(2).then_some(RequestHeader::FetchSite);
            let names = origin.map(header).into_iter();
            let names = names.chain(named(closure, has(0)));
            let names = names.chain(named(policy.asks.as_ref(), has(1)));
            VaryNames::new(names.chain(fetch_site.map(header)))
        };
        let options = [RequestHeader::Origin, RequestHeader::RequestMethod]
            .into_iter()
            .chain(policy.reads_request_headers().then_some(RequestHeader::RequestHeaders))
            .chain(policy.private_network.then_some(RequestHeader::RequestPrivateNetwork))
            .chain(policy.forbids().then_some(RequestHeader::FetchSite))
            .map(header)
            .chain(named(closure, true))
            .chain(named(policy.asks.as_ref(), true));
        Self { cacheable: std::array::from_fn(cacheable), options: VaryNames::new(options) }
    }

    pub(super) fn on(&self, on: VaryOn) -> &VaryNames<V> {
        match on {
            VaryOn::Options => &self.options,
            VaryOn::Cacheable { consulted, fetch_site } => {
                &self.cacheable[cacheable_index(consulted, fetch_site)]
            }
        }
    }
}
