//! `cors audit` against servers in the same process.

mod faults;
mod fixes;
mod limits;
mod output;
mod right;
mod typical;
mod unknown;

use std::collections::BTreeSet;

use cors_cli::audit::{Audit, Id, MAX_REQUESTS, Severity, Target, USER_AGENT, audit};
use http::header::{HeaderName, ORIGIN};
use http::{HeaderValue, Method, Request, Response};

const URL: &str = "https://api.example.com/items";
const APP: &str = "https://app.example.com";

fn target(url: &str, allow: &[&str]) -> Target {
    let allow = allow.iter().map(|&origin| origin.to_owned()).collect();
    Target::new(url, allow, Vec::new(), Vec::new()).unwrap()
}

/// Audits, and holds every request to the contract.
fn run(target: &Target, mut server: impl FnMut(&Request<()>) -> Response<()>) -> Audit {
    let mut sent: Vec<Request<()>> = Vec::new();
    let mut counted = Vec::new();
    let found = audit(
        target,
        &mut |request| {
            sent.push(request.clone());
            Ok(server(request))
        },
        &mut |count| counted.push(count),
    );
    assert_eq!(found.sent, sent.len());
    assert_eq!(counted, (0..sent.len()).collect::<Vec<_>>());
    assert!(sent.len() <= MAX_REQUESTS, "{}", sent.len());
    for request in &sent {
        let method = request.method();
        assert!(matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS), "{method}");
        assert_eq!(request.headers()["user-agent"], USER_AGENT);
        assert_eq!(request.headers().get_all("host").iter().count(), 1);
    }
    let lines = |request: &Request<()>| format!("{request:?}");
    let unique: BTreeSet<_> = sent.iter().map(lines).collect();
    assert_eq!(unique.len(), sent.len(), "asked twice");
    output::check(&found);
    fixes::check(target, &found, &sent, &mut server);
    found
}

fn ids(audit: &Audit) -> BTreeSet<Id> {
    audit.findings.iter().map(|finding| finding.id).collect()
}

fn is_preflight(request: &Request<()>) -> bool {
    let headers = request.headers();
    *request.method() == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key("access-control-request-method")
}

/// Empty if there is none.
fn origin(request: &Request<()>) -> &str {
    request.headers().get(ORIGIN).map_or("", |origin| origin.to_str().unwrap())
}

fn answer(status: u16, lines: &[(&'static str, &str)]) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = status.try_into().unwrap();
    for (name, value) in lines {
        let value = HeaderValue::from_str(value).unwrap();
        response.headers_mut().append(HeaderName::from_static(name), value);
    }
    response
}

fn add(mut response: Response<()>, lines: &[(&'static str, &str)]) -> Response<()> {
    let added = answer(200, lines);
    for (name, value) in added.headers() {
        response.headers_mut().append(name, value.clone());
    }
    response
}

/// 404 anywhere but at the URL.
fn handler(request: &Request<()>) -> Response<()> {
    let status = match (request.uri().path(), request.method()) {
        ("/items", &Method::OPTIONS) => 405,
        ("/items", _) => 200,
        _ => 404,
    };
    answer(status, &[])
}

const ALLOW: &str = "access-control-allow-origin";
const CREDENTIALS: (&str, &str) = ("access-control-allow-credentials", "true");
const VARY: (&str, &str) = ("vary", "Origin");
const METHODS: (&str, &str) = ("access-control-allow-methods", "GET,PUT,DELETE");
const HEADERS: (&str, &str) = ("access-control-allow-headers", "content-type,authorization");
