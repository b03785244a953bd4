//! The demo: the test API on every adapter side by side, and three `curl` lines that show what its policy does.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use cors_core::{Config, OriginEntry, Policy};
use xtask::options::{Adapter, Demo};

use crate::serve::run_announced;

/// Ends like `https://*.example.com`, yet is another site: what a comparison of text lets in.
const LOOKALIKE: &str = "https://evilexample.com";

pub fn run(options: &Demo) -> ExitCode {
    run_announced(&options.policy, &options.places(), |addrs, policy| {
        welcome(&options.policy, addrs, policy)
    })
}

fn welcome(file: &Path, addrs: &[SocketAddr], policy: &Policy) -> String {
    let servers: String = Adapter::ALL
        .iter()
        .zip(addrs)
        .map(|(adapter, addr)| format!("listening on http://{addr} ({})\n", adapter.name()))
        .collect();
    let addr = addrs[0];
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

# May a script at {origin} send a {method} with {header}? The browser asks first:
curl -i -X OPTIONS http://{addr}/echo -H 'Origin: {origin}' -H 'Access-Control-Request-Method: {method}' -H 'Access-Control-Request-Headers: {header}'

# Its GET, and what it may read of the answer:
curl -i http://{addr}/echo -A curl -H 'Origin: {origin}'

# The same GET from another site:
curl -i http://{addr}/echo -A curl -H 'Origin: {LOOKALIKE}'
",
        file = file.display(),
    )
}

/// Fit to stand between single quotes of a shell: a host, a method and a header may hold one.
fn quotable(text: &str) -> String {
    text.replace('\'', r"'\''")
}

/// One that the policy allows, if its list tells: a regex does not say what it matches.
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
