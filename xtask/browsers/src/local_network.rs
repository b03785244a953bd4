//! Local Network Access: pages and servers in every address space, with the user's permission and without.
//!
//! Each space is a port of this machine, which settings of Chromium and Firefox put into it. WebKit does not tell spaces
//! apart, and gets the same fetches.

mod rows;

use std::collections::BTreeSet;

use cors_core::Policy;
use cors_core::browser::{AddressSpace, Browser, Engine, Fetch, Initiator, Mode, Verdict, serve};
use cors_core::explain::explain_server;
use http::header::LOCATION;
use http::{Request, Response, StatusCode};
use serde_json::json;
use xtask::options::Adapter;

use crate::capabilities::Spaces;
use crate::console::{Command, in_firefox};
use crate::engines::in_each;
use crate::judge::outcome_fault;
use crate::line::Line;
use crate::model::{Answered, Model};
use crate::patience::wait_until;
use rows::{PAGES, Row, random_rows, rows};

use crate::{Adapters, Job, Log, Outcome, Proxy, Session, page};

/// Whether the user lets pages access the local network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    Denied,
    Granted,
}

/// Runs only these tests, in each engine.
pub async fn run(engines: &[Engine], seed: u64) -> Result<(), String> {
    println!("seed {seed}");
    let adapters = &Adapters::start()?;
    in_each(engines, "fetches of Local Network Access", async |engine, faults| {
        run_in(engine, adapters, seed, false, faults).await
    })
    .await
}

/// Returns how many fetches there were. Adds a line to `faults` for each disagreement.
pub async fn run_in(
    engine: Engine,
    adapters: &Adapters,
    seed: u64,
    only_random: bool,
    faults: &mut Vec<String>,
) -> Result<usize, String> {
    let policy = policy();
    for suffix in ["test", "local", "localhost"] {
        adapters.hosts().set(&format!("api.axum.{suffix}"), policy.clone());
    }
    let log = Log::default();
    let start = || Proxy::start_with_log(adapters.upstreams(), log.clone());
    let servers = [start().await?, start().await?, start().await?];
    let spaces = Spaces(servers.each_ref().map(Proxy::addr));
    let mut session = Session::start_in_spaces(engine, spaces).await?;

    let mut rows = if only_random { Vec::new() } else { rows(spaces) };
    rows.extend(random_rows(spaces, seed)?);
    let mut count = 0;
    if engine == Engine::Firefox {
        faults.extend(prompts(&mut session, &log, spaces).await?);
        count += 1;
    }
    for permission in [Permission::Granted, Permission::Denied] {
        permit(&session, permission, spaces).await?;
        for row in &rows {
            let id = format!("{engine:?}-{count:04}");
            let row = row.with_id(&id);
            let mut model = Model::of(
                adapters.upstreams().of(Adapter::Axum),
                Browser::with_local_network_access(engine),
            );
            let found = tell(&mut session, &mut model, &log, &row, permission, &id).await?;
            let line = |fault| format!("{permission:?}, {}, {}: {fault}", row.page, row.job.fetch);
            faults.extend(found.into_iter().map(line));
            count += 1;
        }
    }
    Ok(count)
}

/// Allows every fetch here.
fn policy() -> Policy {
    let policy = Policy::builder().allow_origins(["*"]).allow_methods(["*"]).allow_headers(["*"]);
    policy.build().unwrap_or_else(|errors| panic!("{errors}"))
}

/// Without permission, the fetch ends where the model asks the user.
async fn tell(
    session: &mut Session,
    model: &mut Model,
    log: &Log,
    Row { page, job }: &Row,
    permission: Permission,
    id: &str,
) -> Result<Vec<String>, String> {
    let outcome = session.run(page, std::slice::from_ref(job)).await?.remove(0);
    let answered = model.fetch(&job.fetch)?;
    let engine = session.engine();
    let mut faults = Vec::new();
    let refused_after = answered.before_asking.filter(|_| permission == Permission::Denied);
    match (&outcome, refused_after) {
        (Outcome::Failed { .. } | Outcome::Sent, Some(_)) => {}
        (outcome, Some(_)) => faults.push(format!("{outcome:?} without permission")),
        (outcome, None) => faults.extend(outcome_fault(&answered, outcome)),
    }
    let sent = &model.sent[..refused_after.unwrap_or(model.sent.len())];
    if job.fetch.initiator == Initiator::Beacon {
        wait_until(async || Ok(log.count(id) >= sent.len())).await?;
    }
    let seen = log.take(id);
    let names = sent.iter().map(|sent| &*sent.set).chain(std::iter::repeat(&[][..]));
    let seen: Vec<_> = seen.iter().zip(names).map(|(it, set)| Line::of_seen(it, set)).collect();
    let sent: Vec<_> = sent.iter().map(Line::of_sent).collect();
    if seen != sent {
        faults.push(format!("the browser sends {seen:?}, and the model {sent:?}"));
    }
    if job.fetch.frame_allow.is_some() {
        // Chromium's driver does not tell what a frame printed.
        return Ok(faults);
    }
    let wanted = match refused_after {
        Some(after) => refused(engine, &job.fetch, &model.sent[after].request.uri().to_string()),
        None => of_explain(engine, &job.fetch, &answered),
    };
    faults.extend(console_fault(session, &wanted, id).await?);
    Ok(faults)
}

/// What the console prints if the user refuses a request to `url`.
fn refused(engine: Engine, fetch: &Fetch, url: &str) -> BTreeSet<String> {
    let host = url.split('/').nth(2).and_then(|authority| authority.split(':').next());
    match fetch.initiator {
        Initiator::Frame => return BTreeSet::new(),
        Initiator::WebSocket if engine == Engine::Chromium => {
            return BTreeSet::from([format!(
                "WebSocket connection to '{}' failed: Error in connection establishment: \
                 net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS",
                url.replacen("http", "ws", 1)
            )]);
        }
        _ => {}
    }
    // An image may be upgraded.
    let is_first = url == fetch.url || url.replacen("https:", "http:", 1) == fetch.url;
    let redirected =
        if is_first { String::new() } else { format!(" (redirected from '{}')", fetch.url) };
    let space = match fetch.target_space {
        Some(space) if redirected.is_empty() => space,
        _ => AddressSpace::of_host(host.unwrap_or_default()),
    };
    let (page, element) = (&fetch.origin, &fetch.url);
    let by_cors = format!(
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at \
         {url}. (Reason: CORS request did not succeed). Status code: (null)."
    );
    let of_initiator = match fetch.initiator {
        Initiator::Script => format!("Loading failed for the <script> with source “{element}”."),
        Initiator::Module => {
            format!("Module source URI is not allowed in this document: “{element}”.")
        }
        Initiator::EventSource => {
            format!("Firefox can’t establish a connection to the server at {element}.")
        }
        _ => String::new(),
    };
    let lines = match engine {
        Engine::Chromium => vec![format!(
            "Access to {} at '{url}'{redirected} from origin '{page}' has been blocked by CORS policy: \
             Permission was denied for this request to access the `{}` address space.",
            chromium_calls(fetch),
            space.as_str()
        )],
        _ if fetch.mode == Mode::Cors => vec![by_cors, of_initiator],
        _ => vec![of_initiator],
    };
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

fn chromium_calls(fetch: &Fetch) -> &'static str {
    match fetch.initiator {
        _ if fetch.is_xhr() => "XMLHttpRequest",
        Initiator::Script | Initiator::Module => "script",
        Initiator::Image => "image",
        Initiator::Stylesheet => "CSS stylesheet",
        Initiator::Font => "font",
        Initiator::EventSource | Initiator::Beacon => "resource",
        _ => "fetch",
    }
}

/// What the model says that the console prints, without the user's refusal.
fn of_explain(engine: Engine, fetch: &Fetch, answered: &Answered) -> BTreeSet<String> {
    if !matches!(answered.verdict, Verdict::Failed(_)) {
        return BTreeSet::new();
    }
    let mut fetch = fetch.clone();
    fetch.origin += page::PATH;
    let policy = policy();
    let answer = |request: &Request<()>| {
        let query = request.uri().query().unwrap_or_default();
        let mut fields = url::form_urlencoded::parse(query.as_bytes());
        let mut response = Response::new(());
        if let Some((_, location)) = fields.find(|(name, _)| name == "location") {
            *response.status_mut() = StatusCode::FOUND;
            let location = location.parse().expect("a URL is a header value");
            response.headers_mut().insert(LOCATION, location);
        }
        response
    };
    let explanation =
        explain_server(&fetch, &mut |sending| Ok(serve(&policy, sending.request(), answer)));
    let of = explanation.engines().iter().find(|of| of.engine == engine);
    let lines = of.and_then(|of| of.console.as_deref()).unwrap_or_default().lines();
    lines.map(str::to_owned).filter(|line| is_compared(line)).collect()
}

fn is_compared(line: &str) -> bool {
    let begins = [
        "Access to ",
        "Cross-Origin Request Blocked: ",
        "Mixed Content: ",
        "Blocked loading mixed ",
        "WebSocket connection to ",
        "Firefox can’t establish ",
        "Loading failed for ",
        "<script> source URI ",
        "Module source URI ",
    ];
    // An upgrade, and what Local Network Access alone lets through.
    let is_warning = line.contains("automatically upgraded")
        || line.contains("Upgrading insecure display request")
        || line.contains("not upgraded to HTTPS")
        || line.contains("Insecure access is deprecated")
        || line.ends_with("This content should also be served over HTTPS.");
    begins.iter().any(|begin| line.starts_with(begin)) && !is_warning
}

async fn console_fault(
    session: &mut Session,
    wanted: &BTreeSet<String>,
    id: &str,
) -> Result<Option<String>, String> {
    let Some(mut printed) = session.console().await? else { return Ok(None) };
    session.await_console(wanted, &mut printed).await?;
    // A message about an earlier fetch may be late.
    printed.retain(|line| is_compared(line) && line.contains(id));
    Ok((printed != *wanted)
        .then(|| format!("the console prints {printed:#?}, expected: {wanted:#?}")))
}

/// Before the user decides, Firefox sends nothing and the script waits.
async fn prompts(
    session: &mut Session,
    log: &Log,
    spaces: Spaces,
) -> Result<Option<String>, String> {
    let [loopback, _, public] = spaces.0.map(|server| server.port());
    let page = format!("http://page.test:{public}");
    let id = "prompt";
    let fetch = Fetch::new(&*page, format!("http://api.axum.test:{loopback}/echo?id={id}"));
    let outcome = session.run(&page, &[Job::from(&fetch)]).await?.remove(0);
    let printed = session.console().await?.unwrap_or_default();
    let asks = printed.iter().any(|line| {
        line.starts_with("Local Network Access permission required: ") && line.contains(&fetch.url)
    });
    let seen = log.take(id);
    Ok((outcome != Outcome::TimedOut || !asks || !seen.is_empty())
        .then(|| format!("no prompt: {outcome:?} after {seen:?}; the console prints {printed:#?}")))
}

async fn permit(session: &Session, permission: Permission, spaces: Spaces) -> Result<(), String> {
    let client = session.client();
    let is_granted = permission == Permission::Granted;
    for name in ["local-network", "loopback-network"] {
        let set = match session.engine() {
            // Granted from the start.
            Engine::Chromium if is_granted => continue,
            Engine::Chromium => {
                let parameters = json!({ "permission": { "name": name }, "setting": "denied" });
                let command = json!({ "cmd": "Browser.setPermission", "params": parameters });
                client.issue_cmd(Command("goog/cdp/execute", command)).await
            }
            Engine::Firefox => {
                let ports = spaces.0.map(|server| server.port());
                let pages: Vec<_> = PAGES
                    .iter()
                    .flat_map(|page| ports.map(|port| format!("{page}:{port}")))
                    .collect();
                in_firefox(client, PERMIT, vec![json!(pages), json!(name), json!(is_granted)]).await
            }
            _ => return Ok(()),
        };
        set.map_err(|error| format!("the permission cannot be set: {error}"))?;
    }
    Ok(())
}

const PERMIT: &str = "
    const [pages, name, isGranted] = arguments;
    const { ALLOW_ACTION, DENY_ACTION } = Ci.nsIPermissionManager;
    for (const page of pages) {
        const principal = Services.scriptSecurityManager.createContentPrincipalFromOrigin(page);
        Services.perms.addFromPrincipal(principal, name, isGranted ? ALLOW_ACTION : DENY_ACTION);
    }
";
