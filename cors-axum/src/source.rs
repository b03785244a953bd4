//! Where a layer takes the policy of a request from.

use crate::select::Selector;
use crate::{Exchange, Handle, PreparedPolicy};

/// Where a layer that asks nobody takes a request's policy from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Fixed(PreparedPolicy),
    Shared(Handle),
    Selected(Selector),
}

impl Source {
    #[inline]
    pub(crate) fn begin<B>(&self, request: &http::Request<B>) -> Exchange {
        match self {
            Self::Fixed(policy) => policy.begin(request).unasked(),
            Self::Shared(handle) => handle.load().begin(request).unasked(),
            Self::Selected(selector) => {
                let policy = selector.select(request);
                let exchange = match policy {
                    Some(policy) => policy.begin(request).unasked(),
                    None => Exchange::unhandled(),
                };
                exchange.vary_also(selector.vary().clone())
            }
        }
    }
}
