//! Counts the instructions of a decision, theirs and ours. The program starts itself under valgrind.

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::{env, fs, process};

use cors_core::adapter::{Exchange, Prepared};
use cors_core::{Config, Policy};
use http::{HeaderMap, HeaderValue, Request};
use peers::peer::Peer;
use theirs::{Cors, CorsDecision};

use crate::KIN;
use crate::server::{cors, evaluate, write};

/// A request, under a policy of a hundred origins with credentials.
#[derive(Debug)]
struct Row {
    /// As in `cargo xtask bench`.
    name: &'static str,
    origin: Option<&'static str>,
    /// The method and the headers that a preflight asks for.
    preflight: Option<(&'static str, &'static str)>,
}

const APP: &str = "https://app.example.com";
const STRANGER: &str = "https://app.example.net";
const ASKED: Option<(&str, &str)> = Some(("PUT", "content-type,x-request-id"));

const ROWS: [Row; 5] = [
    Row { name: "no Origin", origin: None, preflight: None },
    Row { name: "allowed, last of 100", origin: Some(APP), preflight: None },
    Row { name: "not allowed, of 100", origin: Some(STRANGER), preflight: None },
    Row { name: "preflight, of 100", origin: Some(APP), preflight: ASKED },
    Row { name: "preflight refused by origin", origin: Some(STRANGER), preflight: ASKED },
];

/// What is counted: only the decision, or also its headers in a response.
const WHAT: [&str; 4] = ["decide theirs", "decide ours", "write theirs", "write ours"];

/// How many requests to count together, after as many to warm up.
const REQUESTS: usize = 20;

/// Prints the instructions per request of each row.
///
/// # Errors
/// If valgrind cannot run.
pub fn run() -> Result<(), String> {
    println!(
        "{}: instructions per request, from and to an http::HeaderMap",
        Peer::versions(&[KIN])?
    );
    println!("a policy of 100 origins with credentials; only ours adds Vary to a refusal\n");
    println!("| request | decided: theirs | ours | headers written: theirs | ours |");
    println!("|---|---:|---:|---:|---:|");
    for (index, row) in ROWS.iter().enumerate() {
        print!("| {} |", row.name);
        for what in WHAT {
            print!(" {} |", counted(index, what)?);
        }
        println!();
    }
    Ok(())
}

/// The instructions per request, counted in a process of its own.
fn counted(row: usize, what: &str) -> Result<u64, String> {
    let file = env::temp_dir().join(format!("kin-{}", process::id()));
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["-q", "--tool=callgrind", "--collect-atstart=no", "--dump-instr=no"])
        .arg("--toggle-collect=kin::count::serve_counted")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(program)
        .args(["--count", &row.to_string(), what])
        .stderr(Stdio::inherit());
    let status = valgrind.status();
    let status = status.map_err(|error| format!("valgrind counts the instructions: {error}"))?;
    let text = fs::read_to_string(&file).unwrap_or_default();
    // A leftover is only a temporary file.
    let _ = fs::remove_file(&file);
    let total = text.lines().find_map(|line| line.strip_prefix("totals:")?.trim().parse().ok());
    match total {
        Some::<u64>(total) if status.success() => Ok(total / REQUESTS as u64),
        _ => Err(format!("{valgrind:?}: {status}")),
    }
}

/// Serves the requests of one row, as valgrind's child.
///
/// # Errors
/// If there is no such row.
pub fn serve(row: &str, what: &str) -> Result<(), String> {
    let row = row.parse().ok().and_then(|index: usize| ROWS.get(index)).ok_or("no such row")?;
    let (request, policy, cors) = (request(row), policy(), theirs());
    let prepared = Prepared::<HeaderValue>::new(policy.clone());
    let headers = HeaderMap::new();
    let decide_theirs = |_: &mut HeaderMap| {
        black_box(&evaluate(&cors, request.method().as_str(), request.headers()));
    };
    let decide_ours = |_: &mut HeaderMap| {
        black_box(&policy.decide(&request));
    };
    let write_theirs = |headers: &mut HeaderMap| {
        let decision = evaluate(&cors, request.method().as_str(), request.headers());
        match decision {
            CorsDecision::Simple(list) | CorsDecision::Preflight(list) => {
                write(list, headers);
            }
            _ => {}
        }
    };
    let write_ours = |headers: &mut HeaderMap| {
        let exchange: Exchange<_> = prepared.begin(&request).without_asking();
        exchange.write(headers);
    };
    let serve: &dyn Fn(&mut HeaderMap) = match what {
        "decide theirs" => &decide_theirs,
        "decide ours" => &decide_ours,
        "write theirs" => &write_theirs,
        "write ours" => &write_ours,
        _ => return Err("nothing to count".to_owned()),
    };
    let mut responses = vec![headers; 2 * REQUESTS];
    let (warm, counted) = responses.split_at_mut(REQUESTS);
    warm.iter_mut().for_each(serve);
    counted.iter_mut().for_each(|headers| serve_counted(serve, headers));
    black_box(&responses);
    Ok(())
}

#[inline(never)]
fn serve_counted(serve: &dyn Fn(&mut HeaderMap), headers: &mut HeaderMap) {
    serve(headers);
}

fn config() -> Config {
    let origins = (1..100).map(|i| format!("https://customer-{i}.example.com"));
    let mut config = Config::new(origins.chain([APP.to_owned()]));
    config.allow_methods = ["PUT", "DELETE"].map(str::to_owned).to_vec();
    config.allow_headers =
        ["content-type", "authorization", "x-request-id"].map(str::to_owned).to_vec();
    config.expose_headers = vec!["x-request-id".to_owned()];
    config.allow_credentials = true;
    config.max_age = Some(std::time::Duration::from_secs(600));
    config
}

fn policy() -> Policy {
    Policy::new(&config()).expect("it has no errors")
}

fn theirs() -> Cors {
    cors(&config(), &policy())
}

/// The request with the headers of a browser, in Chromium's order.
fn request(row: &Row) -> Request<()> {
    let lines = [
        ("host", Some("api.example.org")),
        ("connection", Some("keep-alive")),
        ("access-control-request-method", row.preflight.map(|asked| asked.0)),
        ("access-control-request-headers", row.preflight.map(|asked| asked.1)),
        ("origin", row.origin),
        ("accept", Some("*/*")),
        ("sec-fetch-mode", Some("cors")),
        ("sec-fetch-site", Some("cross-site")),
        ("sec-fetch-dest", Some("empty")),
        ("referer", Some("https://app.example.com/")),
        ("accept-encoding", Some("gzip, deflate, br, zstd")),
        ("accept-language", Some("en-GB,en;q=0.9")),
    ];
    let method = if row.preflight.is_some() { "OPTIONS" } else { "GET" };
    let mut request = Request::builder().method(method).uri("/");
    for (name, value) in lines {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    request.body(()).expect("it is a request")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// It is the same work, except that theirs has no `Vary` in a refusal.
    #[test]
    fn both_answer_each_row() {
        for row in &ROWS {
            let request = request(row);
            let mut ours = HeaderMap::new();
            Prepared::<HeaderValue>::new(policy())
                .begin(&request)
                .without_asking()
                .write(&mut ours);
            let decision = evaluate(&theirs(), request.method().as_str(), request.headers());
            let mut theirs = HeaderMap::new();
            if let CorsDecision::Simple(list) | CorsDecision::Preflight(list) = decision {
                write(list, &mut theirs);
            }
            assert!(ours.remove("vary").is_some(), "{row:?}");
            theirs.remove("vary");
            let names = |headers: &HeaderMap| -> BTreeSet<String> {
                headers.keys().map(ToString::to_string).collect()
            };
            assert_eq!(names(&ours), names(&theirs), "{row:?}");
            assert_eq!(!ours.is_empty(), row.origin == Some(APP), "{row:?}");
        }
    }
}
