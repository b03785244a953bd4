//! The demo: the test API on axum, and three `curl` lines that show what its policy does.

use std::net::SocketAddr;
use std::process::ExitCode;

use cors_core::{Config, OriginEntry, Policy};
use xtask::options::{Adapter, Demo, Serve};

use crate::serve::run_announced;

/// Ends like `https://*.example.com`, yet is another site: what a comparison of text lets in.
const LOOKALIKE: &str = "https://evilexample.com";

pub fn run(options: &Demo) -> ExitCode {
    let serve =
        Serve { adapter: Adapter::Axum, policy: options.policy.clone(), addr: options.addr };
    run_announced(&serve, |addr, policy| welcome(&serve, addr, policy))
}

fn welcome(serve: &Serve, addr: SocketAddr, policy: &Policy) -> String {
    let config = policy.config();
    let origin = an_origin(&config);
    let method =
        config.allow_methods.iter().find(|method| *method != "*").map_or("PUT", String::as_str);
    let header = config
        .allow_headers
        .iter()
        .find(|header| *header != "*")
        .map_or("content-type", String::as_str);
    format!(
        "\
listening on http://{addr} (axum)
under the policy in {file}; Ctrl-C ends it

# May a script at {origin} send a {method} with {header}? The browser asks first:
curl -i -X OPTIONS http://{addr}/echo -H 'Origin: {origin}' -H 'Access-Control-Request-Method: {method}' -H 'Access-Control-Request-Headers: {header}'

# Its GET, and what it may read of the answer:
curl -i http://{addr}/echo -A curl -H 'Origin: {origin}'

# The same GET from another site:
curl -i http://{addr}/echo -A curl -H 'Origin: {LOOKALIKE}'
",
        file = serve.policy.display(),
    )
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
