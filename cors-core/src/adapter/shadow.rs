//! A second policy that judges the same requests and changes nothing.

use crate::adapter::decided::Decided;
use crate::adapter::exchange::Exchange;
use crate::adapter::response::{ResponseHeader, ResponseHeaders};
use crate::adapter::value::FieldValue;
use crate::adapter::values::Values;
use crate::diff::{Answer, Asked, Diff};
use crate::engine::decision::Step;
use crate::engine::policy::Policy;
use crate::engine::request::{FirstLine, RequestHead, RequestHeader};
use std::iter;
use std::sync::Arc;

#[derive(Clone)]
pub(super) struct Shadow {
    newer: Policy,
    report: Arc<dyn Fn(&Diff) + Send + Sync>,
}

impl Shadow {
    pub(super) fn new(newer: Policy, report: impl Fn(&Diff) + Send + Sync + 'static) -> Self {
        Self { newer, report: Arc::new(report) }
    }

    pub(super) fn report(&self, diff: &Diff) {
        (self.report)(diff);
    }

    /// What a browser would get otherwise, if anything. `verdict` is the answer to the older policy's
    /// question, if there was one.
    pub(super) fn diff<R: RequestHead<Value: FieldValue>>(
        &self,
        decided: &Decided,
        request: &R,
        exchange: &Exchange<R::Value>,
        verdict: Option<bool>,
    ) -> Option<Diff> {
        let origin = FirstLine::of(request, RequestHeader::Origin);
        let newer = self.newer.compiled();
        let outcome = match newer.begin(request, origin.as_ref()) {
            Step::Ask { allowed, .. } if verdict == Some(true) => allowed,
            step => step.without_asking(),
        };
        let values = Values::of(&self.newer);
        let again = Exchange::of(newer, values, request, origin.clone(), outcome.plan);
        let answers = [
            Answer {
                policy: decided.policy().compiled(),
                decision: decided.decision(),
                status: exchange.short_circuit(),
                headers: written(exchange.clone()),
            },
            Answer {
                policy: newer,
                decision: newer.decision(request, outcome.found),
                status: outcome.plan.status,
                headers: written(again),
            },
        ];
        Asked { origin: origin.map(|lines| lines.first.as_ref()) }.diff(&answers)
    }
}

fn written<V: FieldValue>(exchange: Exchange<V>) -> CorsHeaders<V> {
    let mut headers = CorsHeaders(Default::default());
    exchange.write(&mut headers);
    headers
}

/// The CORS headers of an answer, without `Vary`.
pub(crate) struct CorsHeaders<V>([Option<V>; ResponseHeader::Vary as usize]);

impl<V: AsRef<[u8]>> CorsHeaders<V> {
    pub(crate) fn get(&self, name: ResponseHeader) -> Option<&[u8]> {
        self.0.get(name as usize)?.as_ref().map(AsRef::as_ref)
    }
}

impl<V: 'static> ResponseHeaders<V> for CorsHeaders<V> {
    fn names(&self) -> impl Iterator<Item = &str> {
        iter::empty()
    }

    fn remove_cors(&mut self) {}

    fn append(&mut self, name: ResponseHeader, value: V) {
        if let Some(header) = self.0.get_mut(name as usize) {
            *header = Some(value);
        }
    }

    fn vary(&self) -> impl Iterator<Item = &V> {
        iter::empty()
    }

    fn set_vary(&mut self, _: V) {}
}
