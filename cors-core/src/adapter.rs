//! What an adapter is made of: a request to read, a response to write, and the exchange between them.

#[cfg(feature = "swap")]
pub(crate) mod handle;
pub(crate) mod prepared;
#[cfg(feature = "tracing")]
pub(crate) mod refusal;
pub(crate) mod response;
pub(crate) mod value;
pub(crate) mod vary;
