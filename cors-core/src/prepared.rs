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

use crate::config::{DisallowedOrigin, RefusedPreflight};
use crate::decision::{
    Consulted, Headers, Methods, Outcome, Plan, ResponseHeaderSet, Step, VaryOn,
};
#[cfg(feature = "tracing")]
use crate::decision::{Decision, Reason};
use crate::methods::SAFELISTED;
use crate::policy::{Compiled, Policy};
use crate::question::AskedOrigin;
#[cfg(feature = "tracing")]
use crate::refusal;
use crate::request::{Request, RequestHeader};
use crate::response::{ResponseHeader, ResponseHeaders};
use crate::value::Value;
use crate::vary::VaryNames;
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
            policy,
        };
        Self(Arc::new(prepared))
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// Decides on a request, and keeps of it what the response will echo.
    ///
    /// With the feature `tracing`, a refusal is one event; that of a question, once it is answered.
    pub fn begin<R: Request<Value = V>>(&self, request: &R) -> Begun<V> {
        match self.0.policy.begin(request) {
            Step::Decided(outcome) => {
                #[cfg(feature = "tracing")]
                if let Decision::Reject(reason) = outcome.decision {
                    let origin = request.lines(RequestHeader::Origin).next();
                    refusal::emit(origin.map(AsRef::as_ref).unwrap_or_default(), reason);
                }
                Begun::Decided(self.exchange(request, outcome))
            }
            Step::Ask { origin, allowed, refused } => {
                let names = self.0.policy.compiled().asks.as_deref().unwrap_or_default();
                Begun::Ask(Question {
                    asked: AskedOrigin::new(origin.as_str(), names, request),
                    pending: Pending {
                        allowed: self.exchange(request, allowed),
                        #[cfg(feature = "tracing")]
                        rejects: matches!(refused.decision, Decision::Reject(_))
                            .then(|| origin.as_str().to_owned()),
                        refused: self.exchange(request, refused),
                    },
                })
            }
        }
    }

    fn exchange<R: Request<Value = V>>(&self, request: &R, outcome: Outcome<'_>) -> Exchange<V> {
        let Plan { status, headers, vary } = outcome.plan;
        let first = |name| request.lines(name).next().cloned();
        let origin = match &self.0.origin {
            _ if headers == ResponseHeaderSet::None => None,
            Some(fixed) => Some(fixed.clone()),
            None => first(RequestHeader::Origin),
        };
        let set = match headers {
            ResponseHeaderSet::None => Written::Nothing,
            ResponseHeaderSet::Simple => Written::Simple,
            ResponseHeaderSet::Preflight { methods, headers, private_network } => {
                let methods = match methods {
                    Methods::Policy => Some(self.0.methods.clone()),
                    Methods::Safelisted => Some(self.0.safelisted_methods.clone()),
                    Methods::Echo => first(RequestHeader::RequestMethod),
                };
                let headers = match headers {
                    Headers::Policy => self.0.headers.clone(),
                    Headers::EchoVerbatim => first(RequestHeader::RequestHeaders),
                    Headers::EchoAllowed => self.allowed_headers(request),
                    Headers::Omit => None,
                };
                Written::Preflight { methods, headers, private_network }
            }
        };
        Exchange {
            under: Some(Under { policy: self.clone(), vary, origin, set }),
            status,
            also: None,
        }
    }

    fn allowed_headers<R: Request<Value = V>>(&self, request: &R) -> Option<V> {
        let lines = request.lines(RequestHeader::RequestHeaders).map(AsRef::as_ref);
        let allowed = self.0.policy.compiled().headers.allowed_of(lines);
        (!allowed.is_empty()).then(|| V::of_bytes(&allowed))
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
        let forbid = policy.disallowed_origin == DisallowedOrigin::Forbid;
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
        let reads_headers = policy.refused_preflight == RefusedPreflight::Conceal
            || policy.preflight_continue
            || policy.headers.any;
        let options = [RequestHeader::Origin, RequestHeader::RequestMethod]
            .into_iter()
            .chain(reads_headers.then_some(RequestHeader::RequestHeaders))
            .chain(policy.private_network.then_some(RequestHeader::RequestPrivateNetwork))
            .chain(forbid.then_some(RequestHeader::FetchSite))
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
pub struct Question<V> {
    asked: AskedOrigin,
    pending: Pending<V>,
}

impl<V> Question<V> {
    /// What is asked.
    pub fn asked(&self) -> &AskedOrigin {
        &self.asked
    }

    /// What is asked, for the user's future to own, and what waits for its answer.
    pub fn into_parts(self) -> (AskedOrigin, Pending<V>) {
        (self.asked, self.pending)
    }

    /// Answers at once.
    pub fn answer(self, allow: bool) -> Exchange<V> {
        self.pending.answer(allow)
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
    under: Option<Under<V>>,
    status: Option<u16>,
    also: Option<VaryNames<V>>,
}

#[derive(Clone, Debug)]
struct Under<V> {
    policy: PreparedPolicy<V>,
    vary: VaryOn,
    origin: Option<V>,
    set: Written<V>,
}

#[derive(Clone, Debug)]
enum Written<V> {
    Nothing,
    Simple,
    Preflight { methods: Option<V>, headers: Option<V>, private_network: bool },
}

impl<V> Exchange<V> {
    /// An exchange that no policy handles: the response is left as it is.
    pub fn unhandled() -> Self {
        Self { under: None, status: None, also: None }
    }

    /// Names further request headers in `Vary`: those by which the policy was chosen.
    pub fn vary_also(mut self, names: VaryNames<V>) -> Self {
        self.also = Some(names);
        self
    }

    /// The status to answer with at once, with an empty body. None: the handler is called.
    pub fn answer(&self) -> Option<u16> {
        self.status
    }
}

impl<V: Value> Exchange<V> {
    /// Writes the CORS headers of a response: whatever the handler set of them is replaced, and
    /// `Vary` is merged.
    pub fn write(self, headers: &mut impl ResponseHeaders<V>) {
        if let Some(under) = self.under {
            let prepared = &*under.policy.0;
            headers.remove_cors();
            prepared.vary.on(under.vary).merge_into(headers);
            let mut insert = |name, value: Option<V>| {
                if let Some(value) = value {
                    headers.insert(name, value);
                }
            };
            insert(ResponseHeader::AllowOrigin, under.origin);
            if !matches!(under.set, Written::Nothing) {
                insert(ResponseHeader::AllowCredentials, prepared.credentials.clone());
            }
            match under.set {
                Written::Nothing => {}
                Written::Simple => insert(ResponseHeader::ExposeHeaders, prepared.expose.clone()),
                Written::Preflight { methods, headers, private_network } => {
                    insert(ResponseHeader::AllowMethods, methods);
                    insert(ResponseHeader::AllowHeaders, headers);
                    insert(ResponseHeader::MaxAge, prepared.max_age.clone());
                    let truth = private_network.then(|| prepared.truth.clone());
                    insert(ResponseHeader::AllowPrivateNetwork, truth);
                }
            }
        }
        if let Some(names) = self.also {
            names.merge_into(headers);
        }
    }
}
