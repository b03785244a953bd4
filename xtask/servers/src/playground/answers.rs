//! Answers to the page's script: JSON in, JSON out.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderValue};
use axum::response::{IntoResponse, Response};
use cors_cli::json::to_json;
use cors_core::Policy;
use cors_core::browser::{Body, CredentialsMode, Fetch, Verdict};
use cors_core::explain::{Explanation, explain_with};
use cors_core::file::{self, Format, Found, Located};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::form_urlencoded;
use xtask::options::Adapter;

use super::{Page, mend};
use crate::api;

#[derive(Deserialize)]
struct Asked {
    policy: String,
}

#[derive(Deserialize)]
struct AskedFetch {
    policy: String,
    fetch: Form,
}

/// The fetch in the page's form.
#[derive(Deserialize, Serialize)]
struct Form {
    origin: String,
    method: String,
    headers: Vec<(String, String)>,
    credentials: String,
    upload: bool,
    /// What the server sets. Empty if nothing.
    #[serde(default, skip_serializing)]
    cookie: String,
}

type Answer = Result<Json, Fault>;

pub(super) struct Json(Value);

pub(super) enum Fault {
    /// The request is invalid.
    Request(String),
    /// The policy has errors.
    Policy(Vec<Located>),
}

pub(super) async fn start(State(page): State<Arc<Page>>) -> Json {
    let server = |(adapter, addr): &(Adapter, SocketAddr)| json!({ "adapter": adapter.name(), "origin": format!("http://{addr}") });
    let servers: Vec<_> = page.servers.iter().map(server).collect();
    Json(json!({ "policy": page.text(), "servers": servers }))
}

pub(super) async fn check(State(page): State<Arc<Page>>, body: Bytes) -> Answer {
    let Asked { policy } = read(&body)?;
    let mut answer = told(file::check(&policy, Format::Toml).findings());
    answer["in_force"] = page.is_in_force(&policy).into();
    Ok(Json(answer))
}

pub(super) async fn policy(State(page): State<Arc<Page>>, body: Bytes) -> Answer {
    let Asked { policy: text } = read(&body)?;
    let policy = built(&text)?;
    page.put(policy, text);
    Ok(Json(json!({ "ok": true })))
}

pub(super) async fn explain(State(page): State<Arc<Page>>, body: Bytes) -> Answer {
    let AskedFetch { policy, fetch } = read(&body)?;
    let explanation = explained(&page, &policy, fetch)?;
    let mut answer = to_json(&explanation);
    answer["seen"] = json!(seen(&explanation));
    Ok(Json(answer))
}

/// The names of the response headers that the script sees, sorted.
fn seen(explanation: &Explanation) -> BTreeSet<&str> {
    let Verdict::Readable(readable) = explanation.verdict() else { return BTreeSet::new() };
    readable.headers.keys().map(|name| name.as_str()).collect()
}

pub(super) async fn fix(State(page): State<Arc<Page>>, body: Bytes) -> Answer {
    let AskedFetch { policy, fetch } = read(&body)?;
    let explanation = explained(&page, &policy, fetch)?;
    let fix = explanation.fix().ok_or_else(|| Fault::Request("there is no fix".to_owned()))?;
    if !fix.is_tried() {
        return Err(Fault::Request(format!(
            "the fix changes neither the text nor the form: {fix}"
        )));
    }
    let text = mend::apply(&policy, fix)
        .ok_or_else(|| Fault::Request(format!("write the fix into this text yourself: {fix}")))?;
    Ok(Json(json!({ "policy": text, "fetch": Form::of(fix.fetch()) })))
}

fn read<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|error| Fault::Request(error.to_string()))
}

fn built(text: &str) -> Result<Policy, Fault> {
    let report = file::check(text, Format::Toml);
    match report.policy() {
        Some(policy) => Ok(policy.clone()),
        None => Err(Fault::Policy(report.findings().to_vec())),
    }
}

/// Explains a fetch of the first server; all servers do the same.
fn explained(page: &Page, policy: &str, form: Form) -> Result<Explanation, Fault> {
    let policy = built(policy)?;
    let (_, addr) = page.servers[0];
    let path = match &*form.cookie {
        "" => "/echo".to_owned(),
        cookie => {
            let header = format!("set-cookie:{cookie}");
            let header: String = form_urlencoded::byte_serialize(header.as_bytes()).collect();
            format!("/answer?header={header}")
        }
    };
    let fetch = form.fetch(format!("http://{addr}{path}"))?;
    Ok(explain_with(&policy, &fetch, &|request| match request.uri().query() {
        Some(query) => answer(query),
        None => echo(request),
    }))
}

/// The head of the answer of `/answer`.
fn answer(query: &str) -> http::Response<()> {
    let api::Answer { status, headers, .. } = api::Answer::of(query);
    let mut response = http::Response::new(());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    with_added(response)
}

/// Adds what the servers' HTTP libraries add to each answer. The values are not known here.
fn with_added(mut response: http::Response<()>) -> http::Response<()> {
    for (name, value) in [(CONTENT_LENGTH, "(the body's)"), (DATE, "(now)")] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The head of the answer of `/echo`.
fn echo(request: &http::Request<()>) -> http::Response<()> {
    let (status, fields) = match *request.method() {
        Method::OPTIONS => (405, &[api::ECHOED][..]),
        _ => (200, &[api::JSON, api::REQUEST_ID, api::SECRET][..]),
    };
    let response = http::Response::builder().status(status);
    let response =
        fields.iter().fold(response, |response, (name, value)| response.header(*name, *value));
    with_added(response.body(()).expect("the API's own headers are valid"))
}

impl Form {
    fn fetch(self, url: String) -> Result<Fetch, Fault> {
        let Self { origin, method, headers, credentials, upload, .. } = self;
        let credentials = CredentialsMode::ALL
            .into_iter()
            .find(|mode| mode.as_str() == credentials)
            .ok_or_else(|| Fault::Request(format!("{credentials:?}: not a credentials mode")))?;
        let bodiless = ["GET", "HEAD"].iter().any(|name| name.eq_ignore_ascii_case(&method));
        let mut fetch = Fetch::new(origin, url)
            .method(method)
            .credentials(credentials)
            .upload_listener(upload)
            .body(if bodiless { Body::None } else { Body::Text });
        fetch.headers = headers;
        if fetch.serialized_origin() == "null" && fetch.origin != "null" {
            return Err(Fault::Request(format!(
                "{:?}: no page has this origin; write one like https://app.example.com, or null",
                fetch.origin
            )));
        }
        Ok(fetch)
    }

    fn of(fetch: &Fetch) -> Self {
        Self {
            origin: fetch.origin.clone(),
            method: fetch.method.clone(),
            headers: fetch.headers.clone(),
            credentials: fetch.credentials.as_str().to_owned(),
            upload: fetch.upload_listener,
            cookie: String::new(),
        }
    }
}

/// More would not help, and a long list with a mistake in each line would make an answer of many megabytes.
const MAX_FINDINGS: usize = 100;

/// The first findings, and the number of all of them.
fn told(findings: &[Located]) -> Value {
    let errors = findings.iter().filter(|located| located.is_error()).count();
    let first: Vec<_> = findings
        .iter()
        .take(MAX_FINDINGS)
        .map(|located| {
            let (reason, fix) = match &located.finding {
                Found::Error(error) => (error.reason(), error.fix()),
                Found::Warning(warning) => (warning.reason(), warning.fix()),
            };
            json!({
                "line": located.line,
                "key": located.key(),
                "error": located.is_error(),
                "reason": reason,
                "fix": fix,
            })
        })
        .collect();
    json!({ "findings": first, "errors": errors, "warnings": findings.len() - errors })
}

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, api::JSON.1)], self.0.to_string()).into_response()
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (status, body) = match self {
            Self::Request(error) => (StatusCode::BAD_REQUEST, json!({ "error": error })),
            Self::Policy(findings) => (StatusCode::UNPROCESSABLE_ENTITY, told(&findings)),
        };
        (status, Json(body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_findings_are_counted_and_few_are_told() {
        let text = format!("allow_origins = [{}]\nmax_age = 0", "'a',\n".repeat(1000));
        let told = told(file::check(&text, Format::Toml).findings());
        assert_eq!(told["findings"].as_array().unwrap().len(), MAX_FINDINGS);
        assert_eq!(told["errors"], 1000);
    }
}
