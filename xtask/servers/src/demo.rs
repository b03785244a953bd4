//! The demo: the test API on all adapters side by side, three `curl` lines that show what its policy does, and a page
//! to try it in a browser.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use cors_cli::policy_file::judge;
use cors_core::file::{Format, read_file};
use cors_core::{Config, OriginEntry, Policy};
use futures_util::future::select_all;
use xtask::options::{Adapter, Demo};

use crate::playground::Playground;
use crate::serve::{Running, Servers, under, until_interrupted};
use crate::started::Swap;

/// Ends like `https://*.example.com` but is another site. Comparing suffixes as text would allow it.
const LOOKALIKE: &str = "https://evilexample.com";

/// Serves until interrupted. Prints the error if something goes wrong.
pub fn run(options: &Demo) -> ExitCode {
    under(&options.policy, async |policy| {
        let bound = Bound::bind(options).await?;
        let text = welcome(&options.policy, &bound.servers.addrs, &bound.playground.url(), &policy);
        let (running, swap) = bound.start(&options.policy, &policy)?;
        drop(policy);
        until_interrupted(&options.policy, text, running, swap).await
    })
}

/// Serves in another program until something goes wrong. Calls `ready` with the page's address.
pub async fn serve(options: &Demo, ready: impl FnOnce(String)) -> io::Result<()> {
    let judged = judge(&options.policy);
    let policy = judged.policy.ok_or_else(|| io::Error::other(judged.findings.join("\n")))?;
    let bound = Bound::bind(options).await?;
    let url = bound.playground.url();
    let (running, _) = bound.start(&options.policy, &policy)?;
    ready(url);
    select_all(running).await.0
}

/// The servers and the page, bound to their ports but not yet serving.
struct Bound {
    servers: Servers,
    playground: Playground,
}

impl Bound {
    /// If the user gave no address and the usual ports are taken, binds free ones.
    async fn bind(options: &Demo) -> io::Result<Self> {
        match Self::bind_there(options).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && options.addr.is_none() => {
                eprintln!(
                    "the usual ports, from {} on, are taken; using free ones",
                    options.addr()
                );
                Self::bind_there(&options.on_free_ports()).await
            }
            bound => bound,
        }
    }

    async fn bind_there(options: &Demo) -> io::Result<Self> {
        let servers = Servers::bind(&options.places()).await?;
        let playground = Playground::bind(options.page_port()).await?;
        Ok(Self { servers, playground })
    }

    /// Starts everything under the policy that was read from `file`.
    fn start(self, file: &Path, policy: &Policy) -> io::Result<(Vec<Running>, Swap)> {
        let Self { servers, playground } = self;
        let adapters: Vec<_> =
            Adapter::ALL.iter().copied().zip(servers.addrs.iter().copied()).collect();
        let (mut running, swap) = servers.start(policy);
        let page = Arc::new(playground.page(adapters, text_of(file)?, swap));
        running.extend(playground.start(Arc::clone(&page)));
        let file = file.to_owned();
        let swap_both = move |policy: Policy| {
            // The file may have changed or disappeared since. Then no text belongs to `policy`.
            let text = text_of(&file)
                .ok()
                .filter(|text| Policy::from_toml(text).is_ok_and(|again| again == policy));
            page.put(policy, text.unwrap_or_default());
        };
        Ok((running, Arc::new(swap_both)))
    }
}

/// The text of a policy file as TOML.
fn text_of(file: &Path) -> io::Result<String> {
    let text = read_file(file).map_err(io::Error::other)?;
    if Format::of(file) == Format::Json {
        return Ok(Policy::from_json(&text).map_err(io::Error::other)?.to_string());
    }
    // Some editors write a byte order mark, which is not part of the text.
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

fn welcome(file: &Path, addrs: &[SocketAddr], page: &str, policy: &Policy) -> String {
    let servers: String = Adapter::ALL
        .iter()
        .zip(addrs)
        .map(|(adapter, addr)| format!("listening on http://{addr} ({})\n", adapter.name()))
        .collect();
    let addr = addrs[0];
    // Some shells treat brackets as a pattern.
    let quote = if addr.is_ipv6() { "'" } else { "" };
    let echo = format!("{quote}http://{addr}/echo{quote}");
    let config = policy.config();
    let named = |list: &[String], otherwise: &str| {
        quotable(list.iter().find(|name| *name != "*").map_or(otherwise, String::as_str))
    };
    let origin = quotable(&an_origin(&config));
    let method = named(&config.allow_methods, "PUT");
    let header = named(&config.allow_headers, "content-type");
    format!(
        "\
{servers}under the policy in {file}; Ctrl-C ends it
see it in a browser: {page}

# May a script at {origin} send a {method} with {header}? The browser asks first:
curl -i -X OPTIONS {echo} -H 'Origin: {origin}' -H 'Access-Control-Request-Method: {method}' -H 'Access-Control-Request-Headers: {header}'

# Its GET, and what it may read of the answer:
curl -i {echo} -A curl -H 'Origin: {origin}'

# The same GET from another site:
curl -i {echo} -A curl -H 'Origin: {LOOKALIKE}'
",
        file = file.display(),
    )
}

/// Escapes text for single quotes in a shell: hosts, methods and headers may contain one.
fn quotable(text: &str) -> String {
    text.replace('\'', r"'\''")
}

/// An origin that the policy allows, if its list has one to show: a regex does not.
fn an_origin(config: &Config) -> String {
    let pattern = config.allow_origins.iter().find_map(|entry| match entry {
        OriginEntry::Pattern(pattern) if pattern != "*" => Some(pattern),
        _ => None,
    });
    match pattern {
        Some(pattern) => pattern.replace("://*.", "://app.").replace(":*", ""),
        None => "https://app.example.com".to_owned(),
    }
}
