//! DNS rebinding: an attacker's name leads to a server of ours, so that to a browser the attacker's page and the server
//! have one origin. Under `own_hosts`, nothing can be read or done.
//!
//! Rules of Chromium and a setting of Firefox resolve the name; WebKit uses a proxy.

use cors_core::browser::{Body, CredentialsMode, Engine, Fetch, Mode};
use cors_core::{DisallowedOrigin, Policy};
use xtask::options::Adapter;

use crate::capabilities::Spaces;
use crate::{Adapters, Job, Log, Outcome, Proxy, Session};

/// The handler of the test API sets it.
const OF_THE_HANDLER: &str = "x-request-id";

/// Returns how many requests there were. Adds a line to `faults` for each that shows or does more than it should.
pub async fn run_in(
    engine: Engine,
    adapters: &Adapters,
    faults: &mut Vec<String>,
) -> Result<usize, String> {
    let log = Log::default();
    let start = || Proxy::start_with_log(adapters.upstreams(), log.clone());
    let servers = [start().await?, start().await?, start().await?];
    let spaces = Spaces(servers.each_ref().map(Proxy::addr));
    let mut session = Session::start_in_spaces(engine, spaces).await?;
    let port = servers[2].addr().port();
    let mut count = 0;
    for adapter in Adapter::ALL {
        let name = format!("rebound.{}.test", adapter.name());
        let page = format!("http://{name}:{port}");
        for guarded in [true, false] {
            adapters.hosts().set(&name, policy(guarded)?);
            for (index, mut fetch) in fetches(&page).into_iter().enumerate() {
                let id = format!("{engine:?}-{}-{guarded}-{index}", adapter.name());
                fetch.url += &format!("?id={id}");
                let outcome = session.run(&page, &[Job::from(&fetch)]).await?.remove(0);
                let sent = log.take(&id);
                let is_served = match &outcome {
                    Outcome::Readable(response) => {
                        response.status != 403 || response.header(OF_THE_HANDLER).is_some()
                    }
                    Outcome::Failed { .. } => false,
                    _ => true,
                };
                if sent.is_empty() || is_served == guarded {
                    let what = if guarded { "with own_hosts" } else { "without" };
                    faults.push(format!(
                        "{}, {what}, {fetch}: {outcome:?} to {sent:?}",
                        adapter.name()
                    ));
                }
                count += 1;
            }
        }
    }
    Ok(count)
}

/// Only the page of a development server may read. `forbid` alone takes the rebound page for the server's own.
fn policy(guarded: bool) -> Result<Policy, String> {
    let builder =
        Policy::for_origins("http://localhost:5173").disallowed_origin(DisallowedOrigin::Forbid);
    let builder = if guarded { builder.own_hosts(["localhost:*", "127.0.0.1:*"]) } else { builder };
    builder.build().map_err(|errors| errors.to_string())
}

/// What the page sends to its own origin: none of it needs a preflight.
fn fetches(page: &str) -> Vec<Fetch> {
    let echo = Fetch::new(page, format!("{page}/echo"));
    let post = echo.clone().method("POST").body(Body::Text);
    vec![
        echo.clone(),
        echo.clone().mode(Mode::SameOrigin).credentials(CredentialsMode::Include),
        post.clone(),
        post.header("content-type", "application/json"),
        echo.clone().method("PUT").body(Body::Text),
        echo.method("DELETE"),
        Fetch::web_socket(page, page.replacen("http", "ws", 1) + "/ws"),
    ]
}
