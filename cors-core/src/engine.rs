//! The decision: what a compiled policy says of a request.
//!
//! A request is read through a trait, so no type of a framework is known here, and nothing is written:
//! a decision says what follows, and [`adapter`](crate::adapter) does it.

pub(crate) mod decide;
pub(crate) mod decision;
pub(crate) mod headers;
mod kept;
pub(crate) mod methods;
pub(crate) mod names;
pub(crate) mod policy;
pub(crate) mod question;
pub(crate) mod request;
pub(crate) mod settings;
