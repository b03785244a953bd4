//! One `tracing` event for each refusal, with what you need to find the cause. Allowed requests emit
//! nothing.
//!
//! The target is `cors`, and the level is INFO: refusals are normal, and anyone can cause them.

use crate::engine::decision::{Escaped, Reason};

/// Whether a subscriber is interested.
pub(crate) fn wanted() -> bool {
    tracing::enabled!(target: "cors", tracing::Level::INFO)
}

/// `origin` is the first line of the header.
pub(crate) fn emit(origin: &[u8], reason: Reason<'_>) {
    let value = reason.value().map(Escaped);
    let (method, header) = match reason {
        Reason::MethodNotAllowed(_) | Reason::MethodMalformed(_) => (value, None),
        Reason::HeaderNotAllowed(_) => (None, value),
        _ => (None, None),
    };
    tracing::info!(
        target: "cors",
        origin = %Escaped(origin),
        method = method.map(tracing::field::display),
        header = header.map(tracing::field::display),
        reason = reason.as_str(),
        "refused"
    );
}
