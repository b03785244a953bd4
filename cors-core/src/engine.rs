//! The decision: what a compiled policy says about a request.
//!
//! The engine reads requests through a trait, so it knows no framework's types. It writes nothing: a
//! decision says what to do, and [`adapter`](crate::adapter) does it.

pub(crate) mod decide;
pub(crate) mod decision;
pub(crate) mod headers;
mod kept;
pub(crate) mod methods;
pub(crate) mod names;
pub(crate) mod own_hosts;
pub(crate) mod policy;
pub(crate) mod question;
pub(crate) mod request;
pub(crate) mod settings;
