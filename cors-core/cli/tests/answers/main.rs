//! Servers that answer rightly, wrongly and malformed: `cors explain` says over sockets what the model says without.

mod content;
mod server;
mod table;

use std::collections::HashSet;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cors_core::browser::Verdict;
use cors_core::explain::{Event, Explanation, Reads, explain_server};
use http::Request;
use serde_json::{Value, json};
use server::{Received, Servers};
use table::{BODY, Row, rows};

/// How many servers run at the same time.
const THREADS: usize = 8;

/// What the client adds to a request.
const AUTOMATIC: [&str; 4] = ["host", "user-agent", "content-length", "connection"];

/// The last requests may be the tool's own, to find the cause.
const PROBES: [&str; 2] = ["GET", "OPTIONS"];

#[test]
fn names_are_unique_and_rows_are_enough() {
    let rows = rows();
    let names: HashSet<_> = rows.iter().map(|row| &*row.name).collect();
    assert_eq!(names.len(), rows.len());
    assert!(rows.len() >= 200, "{}", rows.len());
    let in_browsers = rows.iter().filter(|row| row.browsers).count();
    assert!(in_browsers >= 60, "{in_browsers}");
}

#[test]
fn sockets_change_nothing() {
    let rows: Vec<_> = rows().into_iter().map(Arc::new).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut faults = Vec::new();
        while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = faults_of(row);
            faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", row.name)));
        }
        faults
    };
    let faults: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

fn faults_of(row: &Arc<Row>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |what: &str, found: &Value, wanted: Value| {
        if *found != wanted {
            faults.push(format!("{what} is {found}, not {wanted}"));
        }
    };
    let servers = Servers::start(Arc::clone(row), "localhost:3000".to_owned(), |_| None).unwrap();
    let fetch = row.fetch(&servers.hosts);
    let mut sent = Vec::new();
    let explanation = explain_server(&fetch, &mut |sending| {
        let has_cookie = sending.includes_credentials() && row.cookie.is_some();
        let has_body = row.body && !sending.is_preflight();
        sent.push((sending.request().clone(), has_cookie, has_body));
        row.respond(&servers.hosts, sending.request())
    });

    let output = command(row, &servers).output().unwrap();
    let said: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}: {}", row.name, String::from_utf8_lossy(&output.stderr)));
    let is_readable = row.is_success();
    let readable = json!(is_readable);
    expect("the model's verdict", &json!(kind(&explanation)), json!(wanted_kind(row)));
    expect(
        "the model's preflight",
        &json!(explanation.preflight().as_str()),
        json!(row.preflight()),
    );
    expect("readable", &said["readable"], readable);
    expect("step", &said["step"], json!(row.step));
    expect("preflight", &said["preflight"], json!(row.preflight()));
    expect("the exit code", &json!(output.status.code()), json!(i32::from(!is_readable)));
    expect("the headers", &said["headers"], json!(explanation.headers()));
    let has_fix = said["fix"].as_str().is_some_and(|fix| !fix.is_empty());
    expect("whether there is a fix", &json!(has_fix), json!(!is_readable));
    for of in explanation.engines() {
        let in_engine = &said["engines"][of.engine.name().to_lowercase()];
        expect(
            of.engine.name(),
            &in_engine["readable"],
            match of.reads {
                Reads::Yes => json!(true),
                Reads::No => json!(false),
                Reads::Asks => json!("asks"),
            },
        );
        let lines: Vec<_> = of.console.iter().flat_map(|text| text.lines()).collect();
        expect("the console", &in_engine["console"], json!(lines));
    }

    let line = |request: &Request<()>| format!("{} {}", request.method(), request.uri());
    let of_model: Vec<_> = explanation
        .events()
        .iter()
        .filter_map(|event| match event {
            Event::Sent(request) => Some(line(request)),
            _ => None,
        })
        .collect();
    expect("what the model sends", &json!(of_model), json!(row.sends(&servers.hosts)));
    let received = servers.received();
    let came: Vec<_> = received.iter().map(|it| format!("{} {}", it.method, it.url)).collect();
    // To a port where nothing listens, nothing comes.
    let own = |url: String| {
        url.contains(&format!(":{}/", servers.hosts.api))
            || url.contains(&format!(":{}/", servers.hosts.other))
    };
    sent.retain(|(request, ..)| own(request.uri().to_string()));
    let lines: Vec<_> = sent.iter().map(|(request, ..)| line(request)).collect();
    if !came.starts_with(&lines) {
        faults.push(format!("the client sends {came:?}, and the model {lines:?}"));
        return faults;
    }
    for (received, (request, has_cookie, has_body)) in received.iter().zip(&sent) {
        let cookie = row.cookie.as_deref().filter(|_| *has_cookie);
        faults.extend(request_faults(received, request, cookie, *has_body));
    }
    for probe in &received[sent.len()..] {
        if !PROBES.contains(&&*probe.method) || !probe.body.is_empty() {
            faults.push(format!("a probe changes something: {probe:?}"));
        }
    }
    faults
}

fn kind(explanation: &Explanation) -> String {
    match explanation.verdict() {
        Verdict::Readable(_) => "readable".to_owned(),
        Verdict::Opaque => "opaque".to_owned(),
        Verdict::OpaqueRedirect => "opaque-redirect".to_owned(),
        Verdict::Opened => "opened".to_owned(),
        Verdict::Loaded => "loaded".to_owned(),
        Verdict::Sent => "sent".to_owned(),
        Verdict::Failed(taken) => taken.step.id().to_owned(),
        other => format!("{other:?}"),
    }
}

fn wanted_kind(row: &Row) -> &str {
    row.step.as_deref().or(row.verdict.as_deref()).unwrap_or("readable")
}

/// `cors explain` with the flags of the row.
fn command(row: &Row, servers: &Servers) -> Command {
    let fetch = row.fetch(&servers.hosts);
    let mut command = Command::new(env!("CARGO_BIN_EXE_cors"));
    command.args(["explain", &fetch.url, "--json", "--origin", &fetch.origin]);
    command.args(["--method", &fetch.method]);
    for (name, value) in &fetch.headers {
        command.args(["--header", &format!("{name}: {value}")]);
    }
    let flags = [
        ("--data", row.body.then_some(BODY)),
        ("--credentials", row.credentials.as_deref()),
        ("--mode", row.mode.as_deref()),
        ("--redirect", row.redirect.as_deref()),
        ("--cookie", row.cookie.as_deref()),
        ("--as", row.initiator.as_deref()),
        ("--crossorigin", row.crossorigin.as_deref()),
    ];
    for (flag, value) in flags {
        command.args(value.iter().flat_map(|value| [flag, value]));
    }
    if row.upload {
        command.arg("--upload");
    }
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command
}

fn request_faults(
    received: &Received,
    request: &Request<()>,
    cookie: Option<&str>,
    has_body: bool,
) -> Vec<String> {
    let mut faults = Vec::new();
    let came = |name: &str| -> Vec<&str> {
        let lines = received.headers.iter().filter(|(found, _)| found == name);
        lines.map(|(_, value)| &**value).collect()
    };
    for name in request.headers().keys() {
        let lines = request.headers().get_all(name).iter();
        let wanted: Vec<_> = lines.map(|line| line.to_str().unwrap_or_default()).collect();
        if came(name.as_str()) != wanted {
            faults.push(format!("{name} is {:?}, not {wanted:?}", came(name.as_str())));
        }
    }
    for (name, _) in &received.headers {
        let is_known = request.headers().contains_key(name)
            || AUTOMATIC.contains(&&**name)
            || name == "cookie" && cookie.is_some();
        if !is_known {
            faults.push(format!("{name} is sent, but not by the model"));
        }
    }
    if came("cookie") != cookie.into_iter().collect::<Vec<_>>() {
        faults.push(format!("the cookie is {:?}, not {cookie:?}", came("cookie")));
    }
    let keeps_body = !matches!(request.method().as_str(), "GET" | "HEAD");
    let body = if has_body && keeps_body { BODY } else { "" };
    if received.body != body.as_bytes() {
        faults.push(format!("the body of {} is {:?}", received.method, received.body));
    }
    faults
}
