//! What an adapter is made of: a request to read, a policy's source, and the exchange that writes the
//! response.
//!
//! You need this module to serve with a framework that has no adapter yet. Implement [`RequestHead`]
//! and [`ResponseHeaders`] for the framework's types, unless it uses `http` 1, for which both are
//! implemented. Hold a [`Source`] in the layer, and for each request do what [`exchange`] lists.

pub mod exchange;
#[cfg(feature = "swap")]
pub(crate) mod handle;
mod head;
mod prepared;
#[cfg(feature = "tracing")]
mod refusal;
mod response;
mod source;
mod value;
mod vary;

pub use crate::engine::request::{RequestHead, RequestHeader, RequestParts};
pub use exchange::{Begun, Exchange, Pending};
pub use head::Head;
pub use prepared::Prepared;
pub use response::{ResponseHeader, ResponseHeaders, is_cors_response_header};
pub use source::{Declared, Source};
pub use value::FieldValue;
pub use vary::VaryNames;
