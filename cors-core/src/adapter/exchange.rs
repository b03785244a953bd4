//! One request and its response under a policy.
//!
//! What an adapter does, in order:
//!
//! 1. For each request, before anything else sees it: [`Policy::begin`](crate::Policy::begin), or
//!    [`Source::begin`](crate::adapter::Source::begin). If that gives a question, have the user answer it.
//! 2. [`Exchange::short_circuit`]: a status to answer with at once, with an empty body; or `None`, and
//!    then call the handler.
//! 3. [`Exchange::write`] on the headers of whatever response came of it, error or not.

use crate::adapter::prepared::Values;
#[cfg(feature = "tracing")]
use crate::adapter::refusal;
use crate::adapter::response::{ResponseHeader, ResponseHeaders};
use crate::adapter::value::FieldValue;
use crate::adapter::vary::{self, VaryNames};
#[cfg(feature = "tracing")]
use crate::engine::decision::Reason;
use crate::engine::decision::{Headers, Methods, Plan, ResponseHeaderSet, VaryOn};
use crate::engine::question::AskedOrigin;
use http::StatusCode;
use std::fmt;
use std::sync::Arc;

/// A request that has been looked at: decided, or waiting for an answer.
#[derive(Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "an adapter has to handle every case")]
pub enum Begun<V> {
    /// Nothing is left to ask.
    Decided(Exchange<V>),
    /// The policy [asks](crate::Policy::asking) about an origin: have it answered, and tell what waits.
    Ask(Box<(AskedOrigin, Pending<V>)>),
}

impl<V> Begun<V> {
    /// The exchange where nobody can answer: the origin in question is refused.
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
    pub(super) allowed: Exchange<V>,
    pub(super) refused: Exchange<V>,
    /// The origin, if a no rejects it.
    #[cfg(feature = "tracing")]
    pub(super) rejects: Option<String>,
}

impl<V> Pending<V> {
    /// Goes on with the answer: whether the origin is allowed.
    pub fn resolve(self, allow: bool) -> Exchange<V> {
        #[cfg(feature = "tracing")]
        if let Some(origin) = self.rejects.as_deref().map(str::as_bytes).filter(|_| !allow) {
            refusal::emit(origin, Reason::OriginNotAllowed(origin));
        }
        if allow { self.allowed } else { self.refused }
    }
}

/// One request and its response under a policy. It holds nothing borrowed, so that a future can
/// keep it while the handler runs; and a policy that is swapped meanwhile does not change it.
#[derive(Clone)]
#[must_use]
pub struct Exchange<V> {
    /// `None` if no policy handles it.
    values: Option<Arc<Values<V>>>,
    plan: Plan,
    /// The request's origin, if the response echoes it.
    origin: Option<V>,
    /// Boxed: few preflights echo anything, and every request moves an `Exchange`.
    echoes: Option<Box<Echoes<V>>>,
    also: Option<VaryNames<V>>,
}

/// What the answer to a preflight repeats of it, except its origin.
#[derive(Clone, Debug)]
pub(super) struct Echoes<V> {
    pub(super) method: Option<V>,
    pub(super) headers: Option<V>,
}

impl<V> Exchange<V> {
    #[inline]
    pub(super) fn new(
        values: Arc<Values<V>>,
        plan: Plan,
        origin: Option<V>,
        echoes: Option<Box<Echoes<V>>>,
    ) -> Self {
        Self { values: Some(values), plan, origin, echoes, also: None }
    }

    /// An exchange that no policy handles: the response is left as it is.
    pub fn passthrough() -> Self {
        let plan = Plan { status: None, headers: ResponseHeaderSet::None, vary: VaryOn::Options };
        Self { values: None, plan, origin: None, echoes: None, also: None }
    }

    /// Names further request headers in `Vary`: those by which the policy was chosen.
    pub fn vary_also(mut self, names: VaryNames<V>) -> Self {
        self.also = Some(names);
        self
    }

    /// The status to answer with at once, with an empty body: a preflight's, or that of a refusal.
    /// `None` if the handler is to be called.
    #[inline]
    pub fn short_circuit(&self) -> Option<StatusCode> {
        self.plan.status
    }
}

impl<V: FieldValue> Exchange<V> {
    /// Writes the CORS headers of a response in place of any that the handler set. `Vary` becomes
    /// one line: the handler's lines joined, then the names that they lack. `Vary: *` stays.
    pub fn write(self, headers: &mut impl ResponseHeaders<V>) {
        let names = self.values.as_ref().map(|values| values.vary.on(self.plan.vary));
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
        let Some(values) = &self.values else { return };
        let mut insert = |name, value: Option<V>| {
            if let Some(value) = value {
                response.insert(name, value);
            }
        };
        if self.plan.headers != ResponseHeaderSet::None {
            insert(ResponseHeader::AllowOrigin, self.origin.or_else(|| values.origin.clone()));
            insert(ResponseHeader::AllowCredentials, values.credentials.clone());
        }
        match self.plan.headers {
            ResponseHeaderSet::None => {}
            ResponseHeaderSet::Simple => {
                insert(ResponseHeader::ExposeHeaders, values.expose.clone());
            }
            ResponseHeaderSet::Preflight { methods, headers, private_network } => {
                let (method, echoed) = match self.echoes {
                    Some(echoes) => (echoes.method, echoes.headers),
                    None => (None, None),
                };
                let methods = match methods {
                    Methods::Policy => Some(values.methods.clone()),
                    Methods::Safelisted => Some(values.safelisted_methods.clone()),
                    Methods::Echo => method,
                };
                let headers =
                    if headers == Headers::Policy { values.headers.clone() } else { echoed };
                let truth = private_network.then(|| values.truth.clone());
                insert(ResponseHeader::AllowMethods, methods);
                insert(ResponseHeader::AllowHeaders, headers);
                insert(ResponseHeader::MaxAge, values.max_age.clone());
                insert(ResponseHeader::AllowPrivateNetwork, truth);
            }
        }
    }
}

impl<V: fmt::Debug> fmt::Debug for Exchange<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("plan", &self.plan)
            .field("origin", &self.origin)
            .field("echoes", &self.echoes)
            .finish_non_exhaustive()
    }
}
