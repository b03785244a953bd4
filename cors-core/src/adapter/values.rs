//! The header values of a policy, in one library's type.

use crate::adapter::value::FieldValue;
use crate::adapter::vary::VaryNames;
use crate::engine::decision::{Consulted, Plan, VaryOn};
use crate::engine::methods::SAFELISTED;
use crate::engine::policy::{Compiled, Policy};
use crate::engine::request::RequestHeader;
use http::HeaderName;
use std::sync::Arc;

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
    pub(super) constant: Option<Plan>,
}

/// The possible values of `Vary`, by [`VaryOn::index`].
pub(super) struct Vary<V>([VaryNames<V>; VaryOn::COUNT]);

/// The first clone of a value may move it to the heap, and a clone is cheaper to clone. So it is made
/// now, not during a request.
#[inline(never)]
fn value<V: FieldValue>(text: &str) -> V {
    V::of_text(text).clone()
}

impl<V: FieldValue> Values<V> {
    /// The policy's values, made on first use.
    pub(super) fn of(policy: &Policy) -> &Arc<Self> {
        policy.kept().get_or_make(|| Arc::new(Self::new(policy.compiled())))
    }

    fn new(policy: &Compiled) -> Self {
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
            constant: (policy.is_constant() && policy.own_hosts.is_none())
                .then(|| policy.constant()),
        }
    }
}

impl<V: FieldValue> Values<V> {
    /// Whether all requests other than preflights get the same headers here, and the other policy
    /// has these values.
    pub(super) fn are_constant_like(&self, other: &Self) -> bool {
        let simple = |values: &Self| {
            let values = [&values.origin, &values.credentials, &values.expose];
            values.map(|value| value.as_ref().map(|value| value.as_ref().to_vec()))
        };
        let vary = VaryOn::cacheable(Consulted::default(), false);
        self.vary.on(vary).names().is_empty() && simple(self) == simple(other)
    }
}

impl<V: FieldValue> Vary<V> {
    fn new(policy: &Compiled) -> Self {
        let header = |header: RequestHeader| HeaderName::from_static(header.as_str());
        let closure = policy.closure.as_ref().map_or(&[][..], |closure| &closure.names);
        let asks = policy.asks.as_deref().unwrap_or_default();
        let cacheable = |(consulted, fetch_site): (Consulted, bool)| {
            let mut names = Vec::new();
            if !policy.is_constant() {
                names.push(header(RequestHeader::Origin));
            }
            if consulted.closure {
                names.extend_from_slice(closure);
            }
            if consulted.ask {
                names.extend_from_slice(asks);
            }
            if fetch_site {
                names.push(header(RequestHeader::FetchSite));
            }
            names
        };
        let mut options = Vec::new();
        for (name, is_read) in [
            (RequestHeader::Origin, true),
            (RequestHeader::RequestMethod, true),
            (RequestHeader::RequestHeaders, policy.reads_request_headers()),
            (RequestHeader::RequestPrivateNetwork, policy.private_network),
            (RequestHeader::FetchSite, policy.forbids()),
        ] {
            if is_read {
                options.push(header(name));
            }
        }
        options.extend_from_slice(closure);
        options.extend_from_slice(asks);
        Self(VaryOn::all().map(|on| {
            VaryNames::new(match on {
                VaryOn::NOTHING => Vec::new(),
                VaryOn::OPTIONS => options.clone(),
                on => cacheable(on.read()),
            })
        }))
    }

    #[inline]
    pub(super) fn on(&self, on: VaryOn) -> &VaryNames<V> {
        &self.0[on.index()]
    }
}
