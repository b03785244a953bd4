//! The parts that adapters are made of: traits to read a request and write a response, the source of
//! the policy, and the exchange that connects them.
//!
//! You need this module to serve with a framework that has no adapter yet. Implement [`RequestHead`]
//! and [`ResponseHeaders`] for the framework's types, unless it uses `http` 1: both are implemented for
//! its types. Keep a [`Source`] in your layer, and follow the steps of [`exchange`] for each request.

mod begin;
mod decided;
pub mod exchange;
pub(crate) mod handle;
mod head;
mod hooks;
mod prepared;
#[cfg(feature = "tracing")]
mod refusal;
mod response;
mod several;
#[cfg(feature = "browser")]
pub(crate) mod shadow;
mod source;
mod value;
mod values;
mod vary;

pub use crate::engine::request::{RequestHead, RequestHeader, RequestParts};
pub use begin::{Begun, Pending};
pub use decided::Decided;
pub use exchange::Exchange;
pub use head::Head;
pub use prepared::Prepared;
pub use response::{ResponseHeader, ResponseHeaders, is_cors_response_header};
pub use source::{Declared, Source};
pub use value::FieldValue;
pub use vary::VaryNames;
