//! The tests that every adapter passes: one body, run against each framework over sockets.
//!
//! An adapter implements [`Adapter`] in its tests and calls [`adapter_tests!`], which makes a
//! `#[test]` of each. The harness serves the [`Api`] in the framework's idiom with the adapter's layer
//! around it; requests, policies and expected answers are all here.

mod api;
mod client;
mod log;
mod server;
mod tests;
mod wanted;

pub use api::{Answered, Api, Body, Chunks, Failure, Reply};
pub use client::{Answer, Connection, Counter, HasHead, Request};
pub use client::{compare, cors, get, lines, preflight, request};
pub use server::{Server, Stopped};
pub use wanted::*;

#[doc(hidden)]
pub use tests::run;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use cors_core::adapter::Decided;
use cors_core::{AskedOrigin, Handle, Policy};

/// One way of applying an adapter's layer.
pub trait Adapter {
    /// Whether the layer sees the framework's own 404s and 405s.
    const SEES_REJECTIONS: bool = true;
    /// Whether the server itself answers 400 to a request with no `Host`, or with two.
    const CHECKS_HOST: bool = false;
    /// Whether handlers get the layer's decision.
    const PASSES_DECISION: bool = true;
    /// The framework's status for a path that it knows with other methods.
    const METHOD_NOT_ALLOWED: u16 = 405;

    /// Serves `api` on loopback, inside a layer that takes its policy from `way` and has the hooks:
    /// [`hooked!`] adds them.
    fn start(way: Way, hooks: Hooks, api: Api) -> Server;
}

/// The ways of giving a layer its policy: a constructor for each.
#[allow(missing_docs, reason = "the names say it")]
pub enum Way {
    New(Policy),
    Shared(Handle),
    FirstAllowing(Vec<Policy>),
    /// `select` if there are no names, otherwise `select_reading`, with [`select!`] of the closure.
    Select(Vec<&'static str>, Select),
    Ask(Policy, Ask),
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Way").finish_non_exhaustive()
    }
}

/// What else a layer does: nothing by default.
#[derive(Clone, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Hooks {
    pub observers: Vec<Observer>,
    /// Policies to judge by as well, and what gets the reports.
    pub shadows: Vec<(Policy, Report)>,
    pub with_decision: bool,
}

/// Gets every decision.
pub type Observer = Arc<dyn Fn(&Decided) + Send + Sync>;

/// Gets the text of each report.
pub type Report = Arc<dyn Fn(String) + Send + Sync>;

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}

/// Adds [`Hooks`] to any layer of an adapter.
#[macro_export]
macro_rules! hooked {
    ($layer:expr, $hooks:expr) => {{
        let (mut layer, hooks): (_, $crate::Hooks) = ($layer, $hooks);
        for observer in hooks.observers {
            layer = layer.observe(move |decided| observer(decided));
        }
        if hooks.with_decision {
            layer = layer.with_decision();
        }
        #[cfg(feature = "shadow")]
        for (policy, report) in hooks.shadows {
            layer = layer.shadow(policy, move |diff| report(diff.to_string()));
        }
        layer
    }};
}

/// Selects a policy.
pub type Select = Arc<dyn Fn(&Seen<'_>) -> Option<Policy> + Send + Sync>;

/// Answers for an origin.
pub type Ask = Arc<dyn Fn(AskedOrigin) -> Verdict + Send + Sync>;

/// The future of an [`Ask`].
pub type Verdict = Pin<Box<dyn Future<Output = Result<bool, &'static str>> + Send>>;

/// What the closure of a `select` sees of a request, without the framework's types. See [`select!`].
#[derive(Clone, Copy)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Seen<'a> {
    pub method: &'a str,
    pub requested_method: &'a dyn Fn() -> String,
    pub path: &'a str,
    pub query: Option<&'a str>,
    pub authority: Option<&'a str>,
    /// The adapter's own type.
    pub head: &'a dyn fmt::Debug,
    pub header: &'a dyn Fn(&str) -> Option<String>,
    pub header_lines: &'a dyn Fn(&str) -> Vec<String>,
}

impl fmt::Debug for Seen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head.fmt(f)
    }
}

/// Makes the closure that an adapter's `select` takes out of a [`Select`].
#[macro_export]
macro_rules! select {
    ($select:expr) => {{
        let select: $crate::Select = $select;
        move |head| {
            select(&$crate::Seen {
                method: head.method().as_str(),
                requested_method: &|| head.requested_method().to_owned(),
                path: head.uri().path(),
                query: head.uri().query(),
                authority: head.authority(),
                head,
                header: &|name| Some(head.header(name)?.to_str().unwrap().to_owned()),
                header_lines: &|name| {
                    let lines = head.header_lines(name);
                    lines.map(|line| line.to_str().unwrap().to_owned()).collect()
                },
            })
        }
    }};
}

/// Makes a `#[test]` of each test, for one [`Adapter`] that is in scope by this name.
#[macro_export]
macro_rules! adapter_tests {
    ($adapter:ident) => {
        $crate::each_test! { $crate::adapter_tests { $adapter } }
    };
    ({ $adapter:ident } $($(#[$meta:meta])* $group:ident { $($test:ident)* })*) => {$(
        $(#[$meta])*
        mod $group {
            use super::$adapter;

            $(#[test]
            fn $test() {
                $crate::run::$group::$test::<$adapter>();
            })*
        }
    )*};
}
