//! Servers with the same routes in each framework, behind our layer and behind the peer's.

pub(crate) mod actix_cors;
pub mod tower_http;
pub(crate) mod warp_cors;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cors_core::{Config, OriginEntry, Policy};
use http::Request;

use crate::answer::Answer;

/// A server in this process.
pub type Serve = Box<dyn Fn(&Request<()>) -> Answer>;

/// Why a policy cannot be written for a peer.
pub type Unsaid = &'static str;

/// Two servers that differ only in their layer.
pub struct Pair {
    /// Behind our layer.
    pub ours: Server,
    /// Behind the peer's.
    pub peer: Server,
}

/// A server, or its panic message if it cannot be built.
pub struct Server(Result<Serve, String>);

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Server").field(&self.0.as_ref().err()).finish()
    }
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pair").field("ours", &self.ours).field("peer", &self.peer).finish()
    }
}

impl Server {
    /// Builds a server and catches panics.
    pub fn build(build: impl FnOnce() -> Serve) -> Self {
        Self(caught(build))
    }

    /// The panic message if it could not be built.
    pub fn fault(&self) -> Option<&str> {
        self.0.as_ref().err().map(String::as_str)
    }

    /// The answer, or the message of a panic.
    pub fn answer(&self, request: &Request<()>) -> Result<Answer, String> {
        let serve = self.0.as_ref().map_err(String::clone)?;
        caught(|| serve(request))
    }
}

/// The result, or the message of a panic.
fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
        text.unwrap_or("a panic without a message").to_owned()
    })
}

/// The output of a future that does not wait.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a server waits"),
    }
}

/// The origins, if the list has only exact ones.
pub fn exact(config: &Config) -> Option<Vec<&str>> {
    let exact = config.allow_origins.iter().map(|entry| match entry {
        OriginEntry::Pattern(text) if !text.contains('*') => Some(text.as_str()),
        _ => None,
    });
    exact.collect()
}

/// Whether any origin is allowed.
pub fn is_any(config: &Config) -> bool {
    config.allow_origins.iter().any(|entry| *entry == OriginEntry::from("*"))
}

/// Whether any name is.
pub fn has_star(names: &[String]) -> bool {
    names.iter().any(|name| name == "*")
}

/// A predicate that is exactly as strict as the policy.
pub fn predicate(policy: &Policy) -> impl Fn(&[u8]) -> bool + Clone + Send + Sync + 'static {
    let policy = policy.clone();
    move |origin| {
        let request = Request::get("/").header("origin", origin).body(());
        request.is_ok_and(|request| policy.decide(&request) == cors_core::Decision::Simple)
    }
}
