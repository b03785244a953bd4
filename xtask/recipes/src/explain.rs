//! What `cors explain` says about a running server.

use std::net::SocketAddr;

use cors_cli::server::Server;
use cors_core::browser::Fetch;
use http::{Request, Response};
use serde_json::Value;
use xtask::client;

/// What `cors explain --json` prints.
#[derive(Debug)]
pub struct Explained(Value);

impl Explained {
    /// Whether the script may read, and sees these headers.
    pub fn is_readable(&self, reads: &[&str]) -> bool {
        let listed = self.0["headers"].as_array();
        let sees = |name: &&str| listed.is_some_and(|list| list.iter().any(|seen| seen == name));
        self.0["readable"] == true && reads.iter().all(sees)
    }

    /// The step that failed, if one did.
    pub fn step(&self) -> Option<&str> {
        self.0["step"].as_str()
    }

    /// The server that was recognised and its recipe.
    pub fn recipe(&self) -> Option<(Server, &str)> {
        let recipe = &self.0["recipe"];
        Some((recipe["server"].as_str()?.parse().ok()?, recipe["text"].as_str()?))
    }

    /// The status of the last answer.
    pub fn status(&self) -> Option<u64> {
        let events = self.0["events"].as_array()?.iter().rev();
        events.filter_map(|event| event["received"]["status"].as_u64()).next()
    }

    /// The answers, for a message.
    pub fn shown(&self) -> String {
        format!("{:#}", self.0["events"])
    }
}

/// Asks `cors`. The error is why it cannot answer.
pub fn explain(fetch: &Fetch, reads: &[&str], server: Option<Server>) -> Result<Explained, String> {
    let origin = fetch.serialized_origin();
    let mut args: Vec<String> =
        ["--origin", &origin, "--method", &fetch.method].map(str::to_owned).into();
    args.extend(["--credentials".to_owned(), fetch.credentials.as_str().to_owned()]);
    for (name, value) in &fetch.headers {
        args.extend(["--header".to_owned(), format!("{name}: {value}")]);
    }
    for name in reads {
        args.extend(["--reads".to_owned(), (*name).to_owned()]);
    }
    if let Some(server) = server {
        args.extend(["--server".to_owned(), server.name().to_owned()]);
    }
    args.push(fetch.url.clone());
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    cors_cli::explain(&args).map(Explained)
}

/// Sends one request.
pub fn send(addr: SocketAddr, request: &Request<()>) -> Result<(Response<()>, Vec<u8>), String> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let lines: Vec<_> =
        request.headers().iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    let lines: Vec<_> = lines.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let method = request.method().as_str();
    let answer = client::send(addr, client::Request { method, target, headers: &lines })
        .map_err(|error| format!("{method} {target}: {error}"))?;
    let mut response = Response::builder().status(answer.status());
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let response = response.body(()).map_err(|error| format!("{method} {target}: {error}"))?;
    Ok((response, answer.body))
}
