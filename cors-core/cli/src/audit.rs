//! `audit URL`: who can read a URL, found out from outside.
//!
//! Nothing here opens a connection: [`audit`] asks through a closure, so that tests answer in the
//! same process. Every request is safe or a preflight, and there are at most [`MAX_REQUESTS`].

mod anyone;
mod bases;
mod errors;
mod finding;
mod headers;
mod json;
mod near;
mod pace;
mod preflights;
mod prober;
mod refused;
mod sarif;
mod target;
mod text;

use std::collections::HashSet;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use cors_core::explain::Secrets;
use http::{Request, Response};

use crate::args::Audit as Options;
use crate::client::Client;
use crate::input::WHITESPACE;
use crate::output::print;
use bases::Bases;
use prober::Prober;

pub use finding::{Finding, Id, Severity};
pub use pace::{MIN_GAP, paced};
pub use prober::{MAX_REQUESTS, Reader, USER_AGENT};
pub use target::Target;

/// What sends a request. `Err` says why there is no answer.
pub type Send<'a> = dyn FnMut(&Request<()>) -> Result<Response<()>, String> + 'a;

/// What was found out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Audit {
    /// The URL.
    pub url: String,
    /// How many requests were sent.
    pub sent: usize,
    /// The origins that were tried and can read, in the order in which they were tried.
    pub readers: Vec<Reader>,
    /// Errors first, then warnings, then notes.
    pub findings: Vec<Finding>,
    /// Why it ended early, if it did: the server asked for a pause, or did not answer.
    pub stopped: Option<String>,
    /// What was not tried, a sentence each: the requests were not enough, or no origin that may read
    /// is known.
    pub untried: Vec<String>,
}

impl Audit {
    /// Whether there is neither an error nor a warning, and the server answered to the end.
    pub fn passes(&self) -> bool {
        self.stopped.is_none() && self.findings.iter().all(|f| f.severity == Severity::Note)
    }

    fn conceal(&mut self, secrets: &Secrets) {
        let conceal = |text: &mut String| *text = secrets.conceal(text);
        conceal(&mut self.url);
        for Finding { why, fix, fetch, .. } in &mut self.findings {
            [why, fix, &mut fetch.url].into_iter().for_each(conceal);
        }
        self.stopped.iter_mut().for_each(conceal);
    }

    /// For people. Control characters are escaped.
    pub fn to_text(&self) -> String {
        text::to_text(self)
    }

    /// One JSON object, by `schemas/audit.schema.json`.
    pub fn to_json(&self) -> String {
        json::to_json(self)
    }

    /// A SARIF 2.1.0 log with one run.
    pub fn to_sarif(&self) -> String {
        sarif::to_sarif(self)
    }
}

/// Finds out who can read the target. `progress` gets the count of requests before each.
pub fn audit(target: &Target, send: &mut Send<'_>, progress: &mut dyn FnMut(usize)) -> Audit {
    let mut prober = Prober::new(target, send, progress);
    let findings = judge(target, &mut prober);
    let url = target.url().to_string();
    let (sent, readers) = (prober.sent(), prober.readers().to_vec());
    let secrets = secrets(target, &prober);
    let (stopped, untried) = prober.end(target);
    let mut audit = Audit { url, sent, readers, findings, stopped, untried };
    audit.conceal(&secrets);
    audit
}

/// What neither a report nor a log of CI may show.
fn secrets(target: &Target, prober: &Prober<'_>) -> Secrets {
    let (mut first, no_answer) = (Request::new(()), Response::new(()));
    if let Ok(uri) = target.url().as_str().parse() {
        *first.uri_mut() = uri;
    }
    let exchanges = prober.exchanges().iter().map(|(request, response)| (request, response));
    Secrets::of(exchanges.chain([(&first, &no_answer)]))
}

/// What matters more is asked first, and each part has its share of the requests.
fn judge(target: &Target, prober: &mut Prober<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let anyone = anyone::judge(target, prober, &mut findings);
    let bases = Bases::find(target, &anyone, prober);
    preflights::judge(target, &bases, prober, &mut findings);
    let lost = errors::judge(target, &bases, prober, &mut findings);
    refused::judge(target, &bases, &lost, prober, &mut findings);
    near::judge(target, &bases, &anyone, prober, &mut findings);
    headers::judge(target, prober, &mut findings);
    findings.sort_by_key(|finding| (finding.severity, finding.id));
    let mut known = HashSet::new();
    findings.retain(|finding| known.insert((finding.id, finding.origin.clone())));
    findings
}

/// `Err` is what is wrong with the usage.
pub(crate) fn run(options: &Options) -> Result<ExitCode, String> {
    let target = target(options)?;
    let client = Client::new(&options.connection, USER_AGENT)?;
    let start = Instant::now();
    // Headers alone: a body can take as long as the server likes.
    let ask = |request: &Request<()>| client.head(request);
    let mut send = paced(ask, move || start.elapsed(), thread::sleep);
    let is_shown = std::io::stderr().is_terminal();
    let mut progress = |sent: usize| {
        if is_shown {
            eprint!("\r{} of at most {MAX_REQUESTS} requests", sent + 1);
            let _ = std::io::stderr().flush();
        }
    };
    let audit = audit(&target, &mut send, &mut progress);
    if is_shown {
        // Erases the line.
        eprint!("\r\x1b[K");
    }
    print(&match (options.json, options.sarif) {
        (true, _) => audit.to_json(),
        (_, true) => audit.to_sarif(),
        _ => audit.to_text(),
    });
    Ok(if audit.passes() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the flags name. `Err` is what is wrong with the usage.
fn target(options: &Options) -> Result<Target, String> {
    let mut headers = Vec::new();
    for line in &options.headers {
        // Any part of a line without a colon could be the secret.
        let (name, value) = line.split_once(':').ok_or("--header: write NAME: VALUE")?;
        headers.push((name.trim().to_owned(), value.trim_matches(WHITESPACE).to_owned()));
    }
    Target::new(&options.url, options.allow.clone(), options.methods.clone(), headers)
}
