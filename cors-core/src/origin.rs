//! Which origins a policy allows: one origin, one pattern, one regular expression, and the compiled
//! set of them all.
//!
//! Text in, yes or no out. Nothing here knows about requests, settings or credentials.

pub(crate) mod entry;
pub(crate) mod fault;
pub(crate) mod pattern;
pub(crate) mod ports;
pub(crate) mod public_suffix;
pub(crate) mod punycode;
#[cfg(feature = "regex")]
pub(crate) mod regex;
pub(crate) mod set;
mod tuple;

pub use fault::OriginFault;
pub(crate) use tuple::*;
pub use tuple::{MAX_LEN, Origin};
