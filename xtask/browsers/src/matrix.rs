//! The matrix: handwritten stories, each run against every adapter.

mod credentials;
mod handlers;
mod headers;
pub mod initiators;
mod keys;
mod modes;
mod origins;
mod preflights;
mod redirects;

use std::time::Duration;

use cors_core::browser::{Body, CredentialsMode, Fetch, Mode, RedirectMode};
use cors_core::{Builder, DisallowedOrigin, OriginEntry, Policy, RefusedPreflight};

use crate::judge::Story;
use crate::{Job, Outcome};

/// The page whose origin most policies allow.
const APP: &str = "https://app.example.com";
const DEV: &str = "https://x.example.dev";
const EVIL: &str = "https://evilexample.com";
const INSECURE: &str = "http://app.example.com";
const LOCAL: &str = "http://localhost:3000";

/// A story with the expected outcome of each fetch in every engine.
#[derive(Debug)]
pub struct Row {
    /// The story.
    pub story: Story,
    /// Whether each fetch is readable; for a WebSocket, whether it opens and echoes.
    pub readable: Vec<bool>,
    /// What else must hold of the outcomes.
    pub holds: fn(&[Outcome]) -> bool,
}

fn row(name: &str, policy: Builder, page: &str, fetches: Vec<(Job, bool)>) -> Row {
    let by_page = |(job, readable): (Job, bool)| {
        let mut fetch = job.fetch.clone();
        if fetch.origin != "null" {
            page.clone_into(&mut fetch.origin);
        }
        (job.with(fetch), readable)
    };
    let (jobs, readable) = fetches.into_iter().map(by_page).unzip();
    let policy = policy.build().unwrap_or_else(|errors| panic!("{name}: {errors}"));
    Row {
        story: Story { name: name.to_owned(), policy, page: page.to_owned(), jobs },
        readable,
        holds: |_| true,
    }
}

impl Row {
    fn holds(self, holds: fn(&[Outcome]) -> bool) -> Self {
        Self { holds, ..self }
    }
}

fn yes(fetch: Fetch) -> (Job, bool) {
    (Job::from(&fetch), true)
}

fn no(fetch: Fetch) -> (Job, bool) {
    (Job::from(&fetch), false)
}

/// A fetch by the page itself; see [`sandboxed`] for one from an opaque origin.
fn to(path: &str) -> Fetch {
    Fetch::new(APP, format!("https://$HOST{path}"))
}

fn sandboxed(path: &str) -> Fetch {
    Fetch::new("null", format!("https://$HOST{path}"))
}

fn echo() -> Fetch {
    to("/echo")
}

fn with(name: &str, value: &str) -> Fetch {
    echo().header(name, value)
}

fn include(fetch: Fetch) -> Fetch {
    fetch.credentials(CredentialsMode::Include)
}

fn list() -> Builder {
    Policy::builder()
        .allow_origins([APP, "https://*.example.dev", "http://localhost:*"])
        .allow_methods(["PUT", "PATCH"])
        .allow_headers(["content-type", "x-a"])
        .expose_headers(["x-request-id"])
        .max_age(Duration::from_secs(60))
}

fn lone() -> Builder {
    Policy::builder().allow_origins([APP]).allow_methods(["PUT"])
}

fn any() -> Builder {
    Policy::builder()
        .allow_origins(["*"])
        .allow_methods(["*"])
        .allow_headers(["*"])
        .expose_headers(["*"])
}

fn forbid() -> Builder {
    list().disallowed_origin(DisallowedOrigin::Forbid)
}

fn null() -> Builder {
    Policy::builder()
        .allow_origins([APP, "null"])
        .allow_methods(["PUT"])
        .danger(|danger| danger.allow_null_origin = true)
}

fn header<'o>(outcome: &'o Outcome, name: &str) -> Option<&'o str> {
    outcome.readable()?.header(name)
}

/// Every row.
pub fn rows() -> Vec<Row> {
    [
        origins::rows(),
        preflights::rows(),
        headers::rows(),
        credentials::rows(),
        redirects::rows(),
        handlers::rows(),
        modes::rows(),
        keys::rows(),
        initiators::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// The minimum number of different fetches: deliberate repetitions (a cache, a stream) do not
    /// count.
    const WANTED: usize = 200;

    #[test]
    fn enough_fetches_differ() {
        let rows = rows();
        let names: HashSet<_> = rows.iter().map(|row| &*row.story.name).collect();
        assert_eq!(names.len(), rows.len(), "two rows have one name");
        let different: HashSet<_> = rows
            .iter()
            .flat_map(|Row { story, .. }| {
                let under = format!("{:?} {}", story.policy.config(), story.page);
                story.jobs.iter().map(move |job| format!("{under} {job:?}"))
            })
            .collect();
        assert!(different.len() >= WANTED, "{} of {WANTED}", different.len());
    }
}
