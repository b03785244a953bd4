//! A policy with its header values made, and one exchange under it.
//!
//! What an adapter does, in order:
//!
//! 1. Once for a policy: [`PreparedPolicy::new`].
//! 2. For each request, before anything else sees it: [`PreparedPolicy::begin`]. If that gives a
//!    [`Question`], have the user answer it.
//! 3. [`Exchange::answer`]: a status to answer with at once, with an empty body; or none, and then
//!    call the handler.
//! 4. [`Exchange::write`] on the headers of whatever response came of it, error or not.

#[cfg(feature = "tracing")]
use crate::adapter::refusal;
use crate::adapter::response::{ResponseHeader, ResponseHeaders};
use crate::adapter::value::Value;
use crate::adapter::vary::{self, VaryNames};
use crate::engine::decide::is_options;
use crate::engine::decision::{Consulted, Headers, Methods, Plan, ResponseHeaderSet, Step, VaryOn};
#[cfg(feature = "tracing")]
use crate::engine::decision::{Decision, Reason};
use crate::engine::methods::SAFELISTED;
use crate::engine::policy::{Compiled, Policy};
use crate::engine::question::AskedOrigin;
use crate::engine::request::{OriginLines, Request, RequestHeader};
use http::HeaderName;
use std::fmt;
use std::sync::Arc;

/// A policy ready to answer, with all its header values made in one library's type `V`.
///
/// ```
/// use cors_core::{Policy, PreparedPolicy};
/// use http::{HeaderValue, Request, Response};
///
/// let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
/// let prepared = PreparedPolicy::<HeaderValue>::new(policy);
///
/// let request = Request::get("/").header("origin", "https://app.example.com").body(()).unwrap();
/// let exchange = prepared.begin(&request).unasked();
/// let mut response = match exchange.answer() {
///     Some(status) => Response::builder().status(status).body("").unwrap(),
///     None => Response::new("from the handler"),
/// };
/// exchange.write(response.headers_mut());
/// assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example.com");
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone)]
pub struct PreparedPolicy<V>(Arc<Prepared<V>>);

struct Prepared<V> {
    policy: Policy,
    /// `Access-Control-Allow-Origin`, unless it echoes the request's.
    origin: Option<V>,
    credentials: Option<V>,
    methods: V,
    safelisted_methods: V,
    headers: Option<V>,
    max_age: Option<V>,
    expose: Option<V>,
    truth: V,
    vary: Vary<V>,
    /// What follows from a request that is no preflight, if that is always the same.
    constant: Option<Plan>,
}

/// The lists of a policy's `Vary`.
struct Vary<V> {
    /// On cacheable answers, by [`cacheable_index`].
    cacheable: [VaryNames<V>; 8],
    options: VaryNames<V>,
}

fn cacheable_index(consulted: Consulted, fetch_site: bool) -> usize {
    usize::from(consulted.closure) | usize::from(consulted.ask) << 1 | usize::from(fetch_site) << 2
}

impl<V: Value> PreparedPolicy<V> {
    /// Makes the header values of a policy.
    pub fn new(policy: Policy) -> Self {
        let compiled = policy.compiled();
        let value = |text: &str| {
            let value = V::of_text(text);
            // The first clone of such a value may move it to the heap; now, not during a request.
            drop(value.clone());
            value
        };
        let origin = if compiled.origins.any {
            (!compiled.reflects()).then_some("*")
        } else {
            compiled.origins.one_origin().filter(|_| compiled.is_constant())
        };
        let prepared = Prepared {
            origin: origin.map(value),
            credentials: compiled.credentials.then(|| value("true")),
            methods: value(&compiled.methods.list()),
            safelisted_methods: value(&SAFELISTED.join(",")),
            headers: compiled.headers.list().as_deref().map(value),
            max_age: compiled.max_age.map(|age| value(&age.as_secs().to_string())),
            expose: (!compiled.expose.is_empty()).then(|| value(&compiled.expose.join(","))),
            truth: value("true"),
            vary: Vary::new(compiled),
            constant: compiled.is_constant().then(|| compiled.constant()),
            policy,
        };
        Self(Arc::new(prepared))
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// Decides on a request, and keeps of it what the response will echo. Looks no further into it
    /// than the answer depends on it.
    ///
    /// With the feature `tracing`, a refusal is one event; that of a question, once it is answered.
    pub fn begin<R: Request<Value = V>>(&self, request: &R) -> Begun<V> {
        #[cfg(feature = "tracing")]
        let reasons = refusal::wanted();
        #[cfg(not(feature = "tracing"))]
        let reasons = false;
        if let Some(plan) = self.0.constant
            && !reasons
            && !is_options(request)
        {
            return Begun::Decided(self.exchange(request, None, plan));
        }
        let origin = OriginLines::of(request);
        let compiled = self.0.policy.compiled();
        match compiled.begin(request, origin.as_ref()) {
            Step::Decided(outcome) => {
                #[cfg(feature = "tracing")]
                if reasons
                    && let Decision::Reject(reason) = compiled.decision(request, outcome.found)
                {
                    refusal::emit(
                        origin.as_ref().map_or(&[], |lines| lines.first.as_ref()),
                        reason,
                    );
                }
                Begun::Decided(self.exchange(request, origin, outcome.plan))
            }
            Step::Ask { origin: asked, allowed, refused } => {
                let names = compiled.asks.as_deref().unwrap_or_default();
                let asked_origin = AskedOrigin::new(asked.as_str(), names, request);
                let pending = Pending {
                    #[cfg(feature = "tracing")]
                    rejects: matches!(
                        compiled.decision(request, refused.found),
                        Decision::Reject(_)
                    )
                    .then(|| asked.as_str().to_owned()),
                    allowed: self.exchange(request, origin.clone(), allowed.plan),
                    refused: self.exchange(request, origin, refused.plan),
                };
                Begun::Ask(Question(Box::new((asked_origin, pending))))
            }
        }
    }

    #[inline]
    fn exchange<R: Request<Value = V>>(
        &self,
        request: &R,
        origin: Option<OriginLines<'_, V>>,
        plan: Plan,
    ) -> Exchange<V> {
        let echoes_origin = plan.headers != ResponseHeaderSet::None && self.0.origin.is_none();
        let echoes = match plan.headers {
            ResponseHeaderSet::Preflight { methods, headers, .. } => {
                self.echoes(request, methods, headers)
            }
            _ => None,
        };
        let origin = origin.filter(|_| echoes_origin).map(|lines| lines.first.clone());
        Exchange { policy: Some(self.clone()), plan, origin, echoes, also: None }
    }

    fn echoes<R: Request<Value = V>>(
        &self,
        request: &R,
        methods: Methods,
        headers: Headers,
    ) -> Option<Box<Echoes<V>>> {
        let first = |name| request.lines(name).next().cloned();
        let method = match methods {
            Methods::Echo => first(RequestHeader::RequestMethod),
            Methods::Policy | Methods::Safelisted => None,
        };
        let headers = match headers {
            Headers::EchoVerbatim => first(RequestHeader::RequestHeaders),
            Headers::EchoAllowed => self.allowed_headers(request),
            Headers::Policy | Headers::Omit => None,
        };
        (method.is_some() || headers.is_some()).then(|| Box::new(Echoes { method, headers }))
    }

    fn allowed_headers<R: Request<Value = V>>(&self, request: &R) -> Option<V> {
        let lines = request.lines(RequestHeader::RequestHeaders).map(AsRef::as_ref);
        let allowed = self.0.policy.compiled().headers.allowed_of(lines);
        (!allowed.is_empty()).then(|| V::of_bytes(&allowed))
    }
}

/// A policy, prepared or not: what the layers of adapters and a `Handle` take.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "not a `Policy`",
    note = "`Policy::builder() … .build()?` makes a `Policy`, and so does `Policy::new(&config)?`"
)]
pub trait IntoPrepared<V> {
    /// Makes the header values, unless they are made.
    fn into_prepared(self) -> PreparedPolicy<V>;
}

impl<V: Value> IntoPrepared<V> for Policy {
    fn into_prepared(self) -> PreparedPolicy<V> {
        PreparedPolicy::new(self)
    }
}

impl<V: Value> IntoPrepared<V> for &Policy {
    fn into_prepared(self) -> PreparedPolicy<V> {
        PreparedPolicy::new(self.clone())
    }
}

impl<V> IntoPrepared<V> for PreparedPolicy<V> {
    fn into_prepared(self) -> Self {
        self
    }
}

/// What the closure of an adapter's `select` returns: an `Option<PreparedPolicy>`.
///
/// Not an `Option<Policy>`: its header values would be made anew for each request.
#[diagnostic::on_unimplemented(
    message = "the closure of `select` returns `{Self}` instead of `Option<PreparedPolicy>`",
    label = "not an `Option<PreparedPolicy>`",
    note = "prepare each policy once, outside the closure: `let site = PreparedPolicy::new(policy);`",
    note = "return `Some(site.clone())`, which only counts up, or `None` for no policy"
)]
pub trait SelectedPolicy<V> {
    /// The policy, if there is one.
    fn into_selected(self) -> Option<PreparedPolicy<V>>;
}

impl<V> SelectedPolicy<V> for Option<PreparedPolicy<V>> {
    #[inline]
    fn into_selected(self) -> Self {
        self
    }
}

impl<V: Value> From<Policy> for PreparedPolicy<V> {
    fn from(policy: Policy) -> Self {
        Self::new(policy)
    }
}

impl<V: Value> From<&Policy> for PreparedPolicy<V> {
    fn from(policy: &Policy) -> Self {
        Self::new(policy.clone())
    }
}

impl<V> fmt::Debug for PreparedPolicy<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PreparedPolicy").field(&self.0.policy).finish()
    }
}

impl<V: Value> Vary<V> {
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

    fn on(&self, on: VaryOn) -> &VaryNames<V> {
        match on {
            VaryOn::Options => &self.options,
            VaryOn::Cacheable { consulted, fetch_site } => {
                &self.cacheable[cacheable_index(consulted, fetch_site)]
            }
        }
    }
}

/// A request that has been looked at: decided, or waiting for an answer.
#[derive(Debug)]
#[must_use]
pub enum Begun<V> {
    /// Nothing is left to ask.
    Decided(Exchange<V>),
    /// The policy [asks](Policy::asking) about the origin.
    Ask(Question<V>),
}

impl<V> Begun<V> {
    /// The exchange where nobody answers questions: the answer is no.
    #[inline]
    pub fn unasked(self) -> Exchange<V> {
        match self {
            Self::Decided(exchange) => exchange,
            Self::Ask(question) => question.answer(false),
        }
    }
}

/// A question that is answered once, before the handler runs.
#[derive(Debug)]
#[must_use]
pub struct Question<V>(Box<(AskedOrigin, Pending<V>)>);

impl<V> Question<V> {
    /// What is asked.
    pub fn asked(&self) -> &AskedOrigin {
        &self.0.0
    }

    /// What is asked, for the user's future to own, and what waits for its answer.
    pub fn into_parts(self) -> (AskedOrigin, Pending<V>) {
        *self.0
    }

    /// Answers at once.
    pub fn answer(self, allow: bool) -> Exchange<V> {
        self.0.1.answer(allow)
    }
}

/// An exchange that waits for an answer.
#[derive(Debug)]
#[must_use]
pub struct Pending<V> {
    allowed: Exchange<V>,
    refused: Exchange<V>,
    /// The origin, if a no rejects it.
    #[cfg(feature = "tracing")]
    rejects: Option<String>,
}

impl<V> Pending<V> {
    /// Whether the origin is allowed.
    pub fn answer(self, allow: bool) -> Exchange<V> {
        #[cfg(feature = "tracing")]
        if let Some(origin) = self.rejects.as_deref().map(str::as_bytes).filter(|_| !allow) {
            refusal::emit(origin, Reason::OriginNotAllowed(origin));
        }
        if allow { self.allowed } else { self.refused }
    }
}

/// One request and its response under a policy. It holds nothing borrowed, so that a future can
/// keep it while the handler runs; and a policy that is swapped meanwhile does not change it.
#[derive(Clone, Debug)]
#[must_use]
pub struct Exchange<V> {
    /// None: no policy handles it.
    policy: Option<PreparedPolicy<V>>,
    plan: Plan,
    /// The request's origin, if the response echoes it.
    origin: Option<V>,
    /// Apart, since few preflights have any, and every request moves an exchange about.
    echoes: Option<Box<Echoes<V>>>,
    also: Option<VaryNames<V>>,
}

/// What the answer to a preflight repeats of it, its origin apart.
#[derive(Clone, Debug)]
struct Echoes<V> {
    method: Option<V>,
    headers: Option<V>,
}

impl<V> Exchange<V> {
    /// An exchange that no policy handles: the response is left as it is.
    pub fn unhandled() -> Self {
        let plan = Plan { status: None, headers: ResponseHeaderSet::None, vary: VaryOn::Options };
        Self { policy: None, plan, origin: None, echoes: None, also: None }
    }

    /// Names further request headers in `Vary`: those by which the policy was chosen.
    pub fn vary_also(mut self, names: VaryNames<V>) -> Self {
        self.also = Some(names);
        self
    }

    /// The status to answer with at once, with an empty body. None: the handler is called.
    pub fn answer(&self) -> Option<u16> {
        self.plan.status
    }
}

impl<V: Value> Exchange<V> {
    /// Writes the CORS headers of a response: whatever the handler set of them is replaced. `Vary`
    /// becomes one line, the handler's lines joined and what they lack; `Vary: *` stays.
    pub fn write(self, headers: &mut impl ResponseHeaders<V>) {
        let names = self.policy.as_ref().map(|policy| policy.0.vary.on(self.plan.vary));
        let also = self.also.as_ref().and_then(VaryNames::if_any);
        if names.is_some() {
            headers.remove_cors();
        }
        if names.is_some() || also.is_some() {
            vary::merge([names, also], headers);
        }
        self.write_allowed(headers);
    }

    fn write_allowed(self, response: &mut impl ResponseHeaders<V>) {
        let Some(policy) = self.policy else { return };
        let prepared = &*policy.0;
        let mut insert = |name, value: Option<V>| {
            if let Some(value) = value {
                response.insert(name, value);
            }
        };
        if self.plan.headers != ResponseHeaderSet::None {
            insert(ResponseHeader::AllowOrigin, self.origin.or_else(|| prepared.origin.clone()));
            insert(ResponseHeader::AllowCredentials, prepared.credentials.clone());
        }
        match self.plan.headers {
            ResponseHeaderSet::None => {}
            ResponseHeaderSet::Simple => {
                insert(ResponseHeader::ExposeHeaders, prepared.expose.clone());
            }
            ResponseHeaderSet::Preflight { methods, headers, private_network } => {
                let (method, echoed) = match self.echoes {
                    Some(echoes) => (echoes.method, echoes.headers),
                    None => (None, None),
                };
                let methods = match methods {
                    Methods::Policy => Some(prepared.methods.clone()),
                    Methods::Safelisted => Some(prepared.safelisted_methods.clone()),
                    Methods::Echo => method,
                };
                let headers =
                    if headers == Headers::Policy { prepared.headers.clone() } else { echoed };
                let truth = private_network.then(|| prepared.truth.clone());
                insert(ResponseHeader::AllowMethods, methods);
                insert(ResponseHeader::AllowHeaders, headers);
                insert(ResponseHeader::MaxAge, prepared.max_age.clone());
                insert(ResponseHeader::AllowPrivateNetwork, truth);
            }
        }
    }
}
