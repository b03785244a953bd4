//! One request and its response under a policy.
//!
//! An adapter takes these steps for each request:
//!
//! 1. Call [`Source::begin`](crate::adapter::Source::begin) before anything else sees the request. If
//!    it returns a question, let the user's check answer it.
//! 2. Call [`Exchange::short_circuit`]. If it returns a status, respond with it and an empty body.
//!    Otherwise, put what [`Exchange::take_decided`] returns in the request's extensions, and call the
//!    handler.
//! 3. Call [`Exchange::write`] with the headers of the response, even if it is an error.

use crate::adapter::decided::Decided;
use crate::adapter::response::{ResponseHeader, ResponseHeaders, is_cors_response_header};
use crate::adapter::value::FieldValue;
use crate::adapter::values::Values;
use crate::adapter::vary::{self, VaryNames};
use crate::engine::decision::{Headers, Methods, Plan, ResponseHeaderSet, VaryOn};
use crate::engine::policy::Compiled;
use crate::engine::request::{FirstLine, RequestHead, RequestHeader};
use http::StatusCode;
use std::fmt;
use std::sync::Arc;

/// One request and its response under a policy. It borrows nothing, so a future can hold it while the
/// handler runs. Replacing the policy in the meantime does not affect it.
#[derive(Clone)]
#[must_use]
pub struct Exchange<V> {
    /// `None` if no policy applies.
    values: Option<Arc<Values<V>>>,
    plan: Plan,
    /// The request's origin, if the response echoes it.
    origin: Option<V>,
    /// What else `Vary` names.
    also: VaryNames<V>,
    /// Whether `also` replaces the policy's names.
    instead: bool,
    /// Boxed, because every request moves an `Exchange`.
    rare: Option<Box<Rare<V>>>,
}

/// What few exchanges have.
#[derive(Clone, Debug)]
struct Rare<V> {
    /// The requested method and headers, if the response echoes them.
    method: Option<V>,
    headers: Option<V>,
    /// For the handler.
    decided: Option<Decided>,
}

impl<V> Exchange<V> {
    #[inline]
    fn with(plan: Plan) -> Self {
        let (also, instead) = (VaryNames::NONE, false);
        Self { values: None, plan, origin: None, also, instead, rare: None }
    }

    fn rare(&mut self) -> &mut Rare<V> {
        let none = || Box::new(Rare { method: None, headers: None, decided: None });
        self.rare.get_or_insert_with(none)
    }

    /// An exchange to which no policy applies: it leaves the response alone.
    ///
    /// ```
    /// use cors_core::adapter::{Exchange, VaryNames};
    /// use http::{HeaderMap, HeaderValue, header::ORIGIN};
    ///
    /// let exchange = Exchange::<HeaderValue>::passthrough();
    /// assert_eq!(exchange.short_circuit(), None);
    ///
    /// // The closure that chose no policy looked at the origin.
    /// let mut headers = HeaderMap::new();
    /// exchange.vary_also(VaryNames::new([ORIGIN])).write(&mut headers);
    /// assert_eq!(headers["vary"], "Origin");
    /// assert_eq!(headers.len(), 1);
    /// ```
    pub fn passthrough() -> Self {
        let plan = Plan { status: None, headers: ResponseHeaderSet::None, vary: VaryOn::NOTHING };
        Self::with(plan)
    }

    /// Replaces the names that the policy alone leads to.
    pub(super) fn vary_instead(mut self, names: VaryNames<V>) -> Self {
        (self.also, self.instead) = (names, true);
        self
    }

    pub(super) fn pass_on(&mut self, decided: Decided) {
        self.rare().decided = Some(decided);
    }

    /// The decision, if the handler should get it: put it in the request's extensions before you call
    /// the handler.
    ///
    /// ```
    /// use cors_core::adapter::{Decided, Head, Source};
    /// use cors_core::{Decision, Policy};
    /// use http::{HeaderValue, Request};
    ///
    /// type Select = dyn Fn(&Head<'_>) -> Option<Policy> + Send + Sync;
    /// let source = Source::<HeaderValue, Select>::fixed(Policy::public()).with_decision();
    /// let mut request = Request::get("/").header("origin", "https://a.test").body(()).unwrap();
    /// let mut exchange = source.begin(&request, |_, _| None).without_asking();
    /// if let Some(decided) = exchange.take_decided() {
    ///     assert_eq!(decided.decision(), Decision::Simple);
    ///     request.extensions_mut().insert(decided);
    /// }
    /// assert!(request.extensions().get::<Decided>().is_some());
    /// ```
    #[inline]
    pub fn take_decided(&mut self) -> Option<Decided> {
        self.rare.as_mut()?.decided.take()
    }

    /// The status to respond with at once, with an empty body: for a preflight or a refusal. If this
    /// is `None`, call the handler.
    #[inline]
    pub fn short_circuit(&self) -> Option<StatusCode> {
        self.plan.status
    }
}

impl<V: FieldValue> Exchange<V> {
    /// With what the answer to `request` echoes.
    #[inline(always)]
    pub(super) fn of<R: RequestHead<Value = V>>(
        policy: &Compiled,
        values: &Arc<Values<V>>,
        request: &R,
        origin: Option<FirstLine<'_, V>>,
        plan: Plan,
    ) -> Self {
        let mut exchange = Self { values: Some(Arc::clone(values)), ..Self::with(plan) };
        if plan.headers != ResponseHeaderSet::None
            && values.origin.is_none()
            && let Some(lines) = origin
        {
            exchange.origin = Some(lines.first.clone());
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
                exchange.echo(policy, request, methods, headers);
            }
        }
        exchange
    }

    /// Copies the requested method and headers, as far as the response echoes them.
    fn echo<R: RequestHead<Value = V>>(
        &mut self,
        policy: &Compiled,
        request: &R,
        methods: Methods,
        headers: Headers,
    ) {
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
                (!allowed.is_empty()).then(|| V::of_bytes(allowed))
            }
            Headers::Policy | Headers::Omit => None,
        };
        if method.is_some() || headers.is_some() {
            let rare = self.rare();
            (rare.method, rare.headers) = (method, headers);
        }
    }

    /// Adds names of request headers to `Vary`: those that the choice of the policy depends on. Further
    /// calls add to these names; call it once for a request, because joining two lists takes a while.
    pub fn vary_also(mut self, names: VaryNames<V>) -> Self {
        self.also = if self.also.is_empty() { names } else { self.also.and(&names) };
        self
    }

    /// Writes the CORS headers of the response, and removes any that the handler set. `Vary` becomes
    /// one line: the handler's lines in order, then the missing names. `Vary: *` stays as it is.
    pub fn write(mut self, headers: &mut impl ResponseHeaders<V>) {
        let plan = self.plan;
        let own = self.values.as_ref().map(|values| values.vary.on(plan.vary));
        let (mut has_cors, mut has_vary) = (false, false);
        for name in headers.names() {
            has_cors |= is_cors_response_header(name);
            has_vary |= name == ResponseHeader::Vary.as_str();
        }
        if has_cors && own.is_some() {
            headers.remove_cors();
        }
        let own = own.filter(|_| !self.instead);
        if self.values.is_some() || !self.also.is_empty() {
            vary::merge([own, Some(&self.also)], !has_vary, headers);
        }
        let Some(values) = &self.values else { return };
        let allows = plan.headers != ResponseHeaderSet::None;
        if let Some(origin) = self.origin.take() {
            headers.append(ResponseHeader::AllowOrigin, origin);
        } else if allows && let Some(origin) = &values.origin {
            headers.append(ResponseHeader::AllowOrigin, origin.clone());
        }
        let mut append = |name, value: Option<&V>| {
            if let Some(value) = value {
                headers.append(name, value.clone());
            }
        };
        if allows {
            append(ResponseHeader::AllowCredentials, values.credentials.as_ref());
        }
        match plan.headers {
            ResponseHeaderSet::None => {}
            ResponseHeaderSet::Simple => {
                append(ResponseHeader::ExposeHeaders, values.expose.as_ref());
            }
            ResponseHeaderSet::Preflight { methods, headers, private_network } => {
                let rare = self.rare.as_deref();
                let methods = match methods {
                    Methods::Policy => Some(&values.methods),
                    Methods::Safelisted => Some(&values.safelisted_methods),
                    Methods::Echo => rare.and_then(|rare| rare.method.as_ref()),
                };
                let headers = match headers {
                    Headers::Policy => values.headers.as_ref(),
                    _ => rare.and_then(|rare| rare.headers.as_ref()),
                };
                append(ResponseHeader::AllowMethods, methods);
                append(ResponseHeader::AllowHeaders, headers);
                append(ResponseHeader::MaxAge, values.max_age.as_ref());
                append(
                    ResponseHeader::AllowPrivateNetwork,
                    private_network.then_some(&values.truth),
                );
            }
        }
    }
}

impl<V: fmt::Debug> fmt::Debug for Exchange<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("plan", &self.plan)
            .field("origin", &self.origin)
            .field("rare", &self.rare)
            .finish_non_exhaustive()
    }
}
