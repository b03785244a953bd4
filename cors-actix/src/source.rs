//! Where a layer takes the policy of a request from.

use actix_web::dev::ServiceRequest;

use crate::bridge::Asking;
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
    pub(crate) fn begin(&self, request: &ServiceRequest) -> Exchange {
        let asking = Asking(request.head());
        match self {
            Self::Fixed(policy) => policy.begin(&asking).unasked(),
            Self::Shared(handle) => handle.load().begin(&asking).unasked(),
            Self::Selected(selector) => {
                let exchange = match selector.select(request) {
                    Some(policy) => policy.begin(&asking).unasked(),
                    None => Exchange::unhandled(),
                };
                exchange.vary_also(selector.vary().clone())
            }
        }
    }
}
