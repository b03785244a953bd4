//! The table of servers that `cors explain` is tested with, in real browsers: their sockets take the same bytes.

#[path = "../../../cors-core/cli/tests/answers/content.rs"]
pub(crate) mod content;
#[path = "../../../cors-core/cli/tests/answers/server.rs"]
mod server;
#[path = "../../../cors-core/cli/tests/answers/table.rs"]
#[expect(dead_code, reason = "the command line needs more of a row")]
mod table;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use cors_core::browser::{Browser, Engine, Fetch, Initiator, Turn, Verdict};
use cors_core::explain::explain_server;
use http::Request;

use crate::judge::outcome_fault;
use crate::line::{Line, Sent};
use crate::model::Answered;
use crate::patience::wait_until;
use crate::{Job, Outcome, Seen, Session, page, printing};
use server::{Received, Servers};
use table::{Hosts, Row};

/// How many rows one browser without a driver takes.
const AT_ONCE: usize = 60;

/// Runs all rows, or only those of initiators other than `fetch`. Returns how many there were. Adds a line to `faults` for each disagreement.
pub async fn run(
    engine: Engine,
    only_initiators: bool,
    faults: &mut Vec<String>,
) -> Result<usize, String> {
    let is_wanted = |row: &Row| row.initiator.is_some() || !only_initiators;
    let rows = table::rows().into_iter().filter(|row| is_wanted(row) && is_told(row, engine));
    let rows: Vec<_> = rows.map(Arc::new).collect();
    let start = |row, page| {
        Servers::start(row, page, page::file).map_err(|error| format!("no server: {error}"))
    };
    let pages = start(Arc::default(), String::new())?;
    let page = format!("localhost:{}", pages.hosts.api);
    let mut session = Session::start_directly(engine).await?;
    let mut count = 0;
    for row in &rows {
        let servers = start(Arc::clone(row), page.clone())?;
        let found = tell(&mut session, row, &servers).await?;
        faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", row.name)));
        count += 1;
    }
    if engine == Engine::WebKit {
        print_in_webkit(&rows, &page, start, faults).await?;
    }
    Ok(count)
}

/// Compares what WebKit prints, for the rows with this page.
async fn print_in_webkit(
    rows: &[Arc<Row>],
    page: &str,
    start: impl Fn(Arc<Row>, String) -> Result<Servers, String>,
    faults: &mut Vec<String>,
) -> Result<(), String> {
    // What it prints of a beacon comes too late to tell which.
    let is_of_page = |row: &&Arc<Row>| {
        row.origin.as_deref() != Some("own") && row.initiator.as_deref() != Some("beacon")
    };
    let rows: Vec<_> = rows.iter().filter(is_of_page).cloned().collect();
    for rows in rows.chunks(AT_ONCE) {
        let running = rows.iter().map(|row| start(Arc::clone(row), page.to_owned()));
        let running = running.collect::<Result<Vec<_>, _>>()?;
        let fetches: Vec<_> = rows.iter().zip(&running).map(|(r, s)| r.fetch(&s.hosts)).collect();
        let jobs: Vec<_> = fetches.iter().map(Job::from).collect();
        let origin = format!("http://{page}");
        let printing = tokio::task::spawn_blocking(move || printing::messages(&origin, &jobs));
        let printed = printing.await.map_err(|error| error.to_string())??;
        for (((row, servers), fetch), printed) in
            rows.iter().zip(&running).zip(&fetches).zip(&printed)
        {
            let mut wanted = console(Engine::WebKit, row, &servers.hosts, fetch);
            // The script catches exceptions.
            wanted.retain(|line| !line.starts_with("TypeError: "));
            let is_silent = row.step.as_deref() == Some("network");
            let found = difference(&wanted, printed).filter(|_| !is_silent);
            faults.extend(found.map(|fault| format!("{}: {fault}", row.name)));
        }
    }
    Ok(())
}

fn is_told(row: &Row, engine: Engine) -> bool {
    row.browsers && !row.except.contains(&engine.name().to_lowercase())
}

async fn tell(session: &mut Session, row: &Row, servers: &Servers) -> Result<Vec<String>, String> {
    let hosts = &servers.hosts;
    let fetch = row.fetch(hosts);
    let page = if fetch.origin == "null" {
        format!("http://{}", hosts.page)
    } else {
        fetch.origin.clone()
    };
    let mut found = session.run(&page, &[Job::from(&fetch)]).await?;
    let outcome = found.remove(0);

    let engine = session.engine();
    let mut faults = Vec::new();
    let (verdict, sent) = model(engine, row, &fetch, hosts);
    let is_silent = verdict.failed_step().is_some_and(|step| step.id() == "network");
    faults.extend(outcome_fault(
        &Answered { verdict, body: None, has_content: true, before_asking: None },
        &outcome,
    ));
    let names = sent.iter().map(|sent| &*sent.set).chain(std::iter::repeat(&[][..]));
    if fetch.initiator == Initiator::Beacon {
        wait_until(async || Ok(servers.received().len() >= sent.len())).await?;
    }
    let received = servers.received();
    let mut came: Vec<_> =
        received.iter().zip(names).map(|(it, set)| Line::of_seen(&seen(it), set)).collect();
    if is_silent {
        // Browsers try again.
        came.dedup();
    }
    let sent: Vec<_> = sent.iter().map(Line::of_sent).collect();
    if came != sent {
        let list =
            |lines: &[Line]| lines.iter().map(Line::to_string).collect::<Vec<_>>().join("; ");
        faults.push(format!(
            "the browser sends [{}], and the model [{}]",
            list(&came),
            list(&sent)
        ));
    }

    if let Some(printed) = session.console().await? {
        // Its driver does not tell what a sandboxed frame printed.
        let is_unknown = engine == Engine::Chromium && fetch.origin == "null";
        if !is_silent && !is_unknown {
            faults.extend(console_faults(session, row, servers, &fetch, &outcome, printed).await?);
        }
    }
    Ok(faults)
}

async fn console_faults(
    session: &mut Session,
    row: &Row,
    servers: &Servers,
    fetch: &Fetch,
    outcome: &Outcome,
    mut printed: BTreeSet<String>,
) -> Result<Option<String>, String> {
    let wanted = console(session.engine(), row, &servers.hosts, fetch);
    let is_call = matches!(fetch.initiator, Initiator::Fetch | Initiator::XmlHttpRequest);
    if let (Outcome::Failed { message }, true) = (outcome, is_call) {
        printed.insert(message.clone());
    }
    session.await_console(&wanted, &mut printed).await?;
    Ok(difference(&wanted, &printed))
}

fn difference(wanted: &BTreeSet<String>, printed: &BTreeSet<String>) -> Option<String> {
    let missing: Vec<_> = wanted.difference(printed).collect();
    let more: Vec<_> = printed.difference(wanted).filter(|line| !is_general(line)).collect();
    (!missing.is_empty() || !more.is_empty())
        .then(|| format!("the console lacks {missing:#?} and has {more:#?}"))
}

/// What the model says that the console prints.
fn console(engine: Engine, row: &Row, hosts: &Hosts, fetch: &Fetch) -> BTreeSet<String> {
    let mut fetch = fetch.clone();
    if fetch.origin != "null" {
        fetch.origin += page::PATH;
    }
    let explanation = explain_server(&fetch, &mut |sending| row.respond(hosts, sending.request()));
    let of = explanation.engines().iter().find(|of| of.engine == engine);
    let lines = of.and_then(|of| of.console.as_deref()).unwrap_or_default().lines();
    lines.map(str::to_owned).collect()
}

/// Lines that say nothing about the cause, and those of the browser itself.
fn is_general(line: &str) -> bool {
    let begins = [
        "Cross-Origin Request Warning: ",
        "Failed to load resource: net::ERR_FAILED",
        "Failed to load resource: the server responded with a status of",
        "NotAllowedError: PathUtils",
        "TypeError: ",
        // The page looks into a tainted canvas.
        "Unable to get image data from canvas",
        // These name the font as the page does.
        "downloadable font: ",
        "Window.fullScreen attribute is deprecated",
    ];
    begins.iter().any(|begin| line.starts_with(begin))
}

/// What the model of the engine makes of the same answers.
fn model(engine: Engine, row: &Row, fetch: &Fetch, hosts: &Hosts) -> (Verdict, Vec<Sent>) {
    let mut browser = Browser::like(engine);
    let now = Duration::ZERO;
    let mut sent = Vec::new();
    let mut turn = browser.start(fetch, now);
    loop {
        turn = match turn {
            Turn::Send(sending) => {
                let request: &Request<()> = sending.request();
                let reaches = request
                    .uri()
                    .port_u16()
                    .is_some_and(|port| [hosts.api, hosts.other].contains(&port));
                if reaches {
                    sent.push(Sent::new(request.clone(), fetch));
                }
                match row.respond(hosts, request) {
                    Ok(response) => sending.respond(&mut browser, &response, now),
                    Err(_) => sending.fail(&mut browser),
                }
            }
            Turn::Done(ended) => return (ended.verdict, sent),
        };
    }
}

fn seen(received: &Received) -> Seen {
    let Received { method, url, headers, .. } = received.clone();
    Seen { method, url, headers }
}
