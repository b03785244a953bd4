//! Runs the same story in a real browser and in the model, against the same servers.
//!
//! The model sends its requests over its own socket. So we need not describe handlers twice:
//! whatever the server answers, the model says what a browser makes of it.

use std::collections::BTreeSet;

use cors_core::Policy;
use cors_core::browser::{Engine, Fetch, Initiator, Verdict};
use http::HeaderName;
use xtask::options::Adapter;

use crate::line::Line;
use crate::model::{Answered, Model};
use crate::patience::wait_until;
use crate::{Adapters, Job, Log, Outcome, Session};

/// Fetches by one page, in order, to one server under one policy.
///
/// In URLs and in the page's origin, `$HOST` is the server's name; `$THIRD` is another name for it with the same
/// policy, for redirects. Each URL gets the query `id=$ID`.
#[derive(Clone, Debug)]
pub struct Story {
    /// What the story is about.
    pub name: String,
    /// The policy under both names.
    pub policy: Policy,
    /// The page's origin.
    pub page: String,
    /// What the page does.
    pub jobs: Vec<Job>,
}

/// What the stories run against.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'s> {
    /// The servers.
    pub adapters: &'s Adapters,
    /// What reached the servers from the browser.
    pub log: &'s Log,
}

impl Stage<'_> {
    /// Runs a story against one adapter. Each fault is a disagreement. An error is not about the story: the browser
    /// could not run it.
    pub async fn tell(
        self,
        session: &mut Session,
        story: &Story,
        adapter: Adapter,
        id: &str,
    ) -> Result<Told, String> {
        let placed = self.place(story, adapter, id);
        let outcomes = session.run(&placed.page, &placed.jobs).await?;
        let mut faults = Vec::new();
        let mut model = Model::new(self.adapters.upstreams().of(adapter), session.engine());
        for (job, outcome) in placed.jobs.iter().zip(&outcomes) {
            let fault = match model.fetch(&job.fetch) {
                Ok(answered) => outcome_fault(&answered, outcome),
                Err(fault) => Some(fault),
            };
            faults.extend(fault.map(|fault| format!("{}: {fault}", job.fetch)));
        }
        let is_beacon = |job: &Job| job.fetch.initiator == Initiator::Beacon;
        if placed.jobs.iter().any(is_beacon) {
            wait_until(async || Ok(self.log.count(id) >= model.sent.len())).await?;
        }
        let seen = self.log.take(id);
        let names = model.sent.iter().map(|sent| &*sent.set).chain(std::iter::repeat(&[][..]));
        let seen: Vec<_> =
            seen.iter().zip(names).map(|(seen, set)| Line::of_seen(seen, set)).collect();
        let sent: Vec<_> = model.sent.iter().map(Line::of_sent).collect();
        if seen != sent {
            let list =
                |lines: &[Line]| lines.iter().map(Line::to_string).collect::<Vec<_>>().join("; ");
            let alike = seen.iter().zip(&sent).take_while(|(seen, sent)| seen == sent).count();
            let (seen, sent) = (list(&seen[alike..]), list(&sent[alike..]));
            faults.push(format!(
                "after {alike} equal requests the browser sends [{seen}], and the model sends [{sent}]"
            ));
        }
        Ok(Told { outcomes, faults })
    }

    /// What the model alone makes of a story: each verdict, and the shape of each request.
    pub fn foretell(
        self,
        engine: Engine,
        story: &Story,
        adapter: Adapter,
        id: &str,
    ) -> Result<Vec<String>, String> {
        let placed = self.place(story, adapter, id);
        let mut model = Model::new(self.adapters.upstreams().of(adapter), engine);
        let mut lines = Vec::new();
        for job in &placed.jobs {
            lines.push(kind_and_step(&model.fetch(&job.fetch)?.verdict));
        }
        lines.extend(model.sent.iter().map(|sent| Line::of_sent(sent).shape()));
        Ok(lines)
    }

    /// Sets the policy and replaces the placeholders in the story.
    fn place(self, story: &Story, adapter: Adapter, id: &str) -> Placed {
        let host = format!("{id}.{}.test", adapter.name());
        let third = format!("third-{id}.{}.test", adapter.name());
        for name in [&host, &third] {
            self.adapters.hosts().set(name, story.policy.clone());
        }
        let place =
            |text: &str| text.replace("$HOST", &host).replace("$THIRD", &third).replace("$ID", id);
        let jobs = story.jobs.iter().map(|job| job.with(placed(&job.fetch, &place))).collect();
        Placed { page: place(&story.page), jobs }
    }
}

/// A story with real names.
struct Placed {
    page: String,
    jobs: Vec<Job>,
}

/// The result of a story.
#[derive(Debug)]
pub struct Told {
    /// What the browser's page saw.
    pub outcomes: Vec<Outcome>,
    /// Where the browser and the model disagree.
    pub faults: Vec<String>,
}

fn placed(fetch: &Fetch, place: &impl Fn(&str) -> String) -> Fetch {
    let url = place(&fetch.url);
    let id = if url.contains('?') { "&id=$ID" } else { "?id=$ID" };
    let (url, fragment) = match url.split_once('#') {
        Some((url, fragment)) => (url.to_owned(), format!("#{fragment}")),
        None => (url, String::new()),
    };
    let mut placed = fetch.clone();
    placed.origin = place(&fetch.origin);
    placed.url = format!("{url}{}{fragment}", place(id));
    placed
}

/// How the browser's outcome differs from the model's, if it does.
pub(crate) fn outcome_fault(answered: &Answered, outcome: &Outcome) -> Option<String> {
    let verdict = &answered.verdict;
    let found = match outcome {
        Outcome::Readable(response) => format!("readable {}", response.status),
        Outcome::Shared if matches!(verdict, Verdict::Readable(_)) => return None,
        Outcome::Used if matches!(verdict, Verdict::Readable(_) | Verdict::Opaque) => return None,
        Outcome::Shared | Outcome::Used => "readable".to_owned(),
        // The requests say whether it arrived.
        Outcome::Sent => return None,
        Outcome::Opened => "opened".to_owned(),
        Outcome::Loaded => "loaded".to_owned(),
        Outcome::Opaque => "opaque".to_owned(),
        Outcome::OpaqueRedirect => "opaque redirect".to_owned(),
        Outcome::Failed { .. } => "failed".to_owned(),
        Outcome::TimedOut => "no outcome in time".to_owned(),
    };
    let wanted = if answered.has_content { kind(verdict) } else { "failed".to_owned() };
    if found != wanted {
        let says = match outcome {
            Outcome::Failed { message } => format!(" ({message})"),
            _ => String::new(),
        };
        return Some(format!("{found}{says}, but in the model {}", kind_and_step(verdict)));
    }
    let (Verdict::Readable(model), Outcome::Readable(real)) = (verdict, outcome) else {
        return None;
    };
    // Only the names: Firefox puts the content type of the tunnel's own answer before that of the
    // first response through it.
    let of_model: BTreeSet<&str> =
        model.headers.keys().map(HeaderName::as_str).filter(|name| is_compared(name)).collect();
    let of_real: BTreeSet<&str> =
        real.headers.iter().map(|(name, _)| &**name).filter(|name| is_compared(name)).collect();
    if of_model != of_real {
        return Some(format!("the script sees {of_real:?}, but in the model {of_model:?}"));
    }
    let body = answered.body.as_deref()?;
    let (begins, length) = (String::from_utf8_lossy(body), body.len());
    (!begins.starts_with(&real.body) || real.length != length).then(|| {
        let read = (real.length, &real.body);
        format!(
            "the script reads a body {read:?}, but the server sent {length} bytes: {begins:.200}"
        )
    })
}

fn kind(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Readable(readable) => format!("readable {}", readable.status.as_u16()),
        Verdict::Opaque => "opaque".to_owned(),
        Verdict::OpaqueRedirect => "opaque redirect".to_owned(),
        Verdict::Opened => "opened".to_owned(),
        Verdict::Loaded => "loaded".to_owned(),
        Verdict::Sent => "sent".to_owned(),
        Verdict::Failed(_) => "failed".to_owned(),
        other => format!("{other:?}"),
    }
}

fn kind_and_step(verdict: &Verdict) -> String {
    let step = verdict.failed_step().map(|step| format!(" at {}", step.id())).unwrap_or_default();
    kind(verdict) + &step
}

/// Skips headers that belong to the connection or change with each answer.
fn is_compared(name: &str) -> bool {
    !["connection", "content-length", "date", "keep-alive", "transfer-encoding"].contains(&name)
}
