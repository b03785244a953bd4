//! The output and exit code of `explain`.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

const POLICY: &str = "\
allow_origins = [\"https://app.example.com\"]
allow_methods = [\"PUT\"]
expose_headers = [\"x-request-id\"]
";

fn explain(name: &str, policy: &str, args: &[&str]) -> Output {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, policy).unwrap();
    Command::new(env!("CARGO_BIN_EXE_cors"))
        .args(["explain", "--policy"])
        .arg(&path)
        .args(args)
        .output()
        .unwrap()
}

fn json(args: &[&str]) -> (Option<i32>, Value) {
    let name = format!("explain-{:x}.toml", args.join(" ").len());
    let output = explain(&name, POLICY, &[args, &["--json"]].concat());
    (output.status.code(), support::explained(&output.stdout))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_readable_fetch_passes() {
    let put = ["--origin", "https://app.example.com", "--method", "put"];
    let (code, said) = json(&put);
    assert_eq!(code, Some(0));
    assert_eq!(said["readable"], json!(true));
    assert_eq!(said["preflight"], json!("passed"));
    assert_eq!((&said["step"], &said["fix"]), (&Value::Null, &Value::Null));
    let headers: Vec<_> = said["headers"].as_array().unwrap().iter().collect();
    assert!(headers.contains(&&json!("x-request-id")) && headers.contains(&&json!("content-type")));
    let sent: Vec<_> =
        said["events"].as_array().unwrap().iter().map(|e| &e["sent"]["method"]).collect();
    assert!(sent.contains(&&json!("OPTIONS")) && sent.contains(&&json!("PUT")));

    let policy = support::file("explain-library.toml", POLICY);
    let args = [&["--policy", policy.to_str().unwrap()], &put[..]].concat();
    assert_eq!(cors_cli::explain(&args), Ok(said));

    let output = explain("explain-passes.toml", POLICY, &put);
    assert_eq!(output.status.code(), Some(0));
    let page = text(output.stdout);
    assert!(page.contains("\nreadable: status, body"), "{page}");
    assert!(!page.contains('\x1b'), "colours where there is no terminal: {page}");
}

#[test]
fn a_cookie_may_have_attributes() {
    let origin = ["--origin", "https://other.test", "--credentials", "include", "--cookie"];
    let chromium = |cookie: &str| {
        let (_, said) = json(&[&origin[..], &[cookie]].concat());
        assert!(!said.to_string().contains("opensesame"), "{said}");
        said["engines"]["chromium"]["cookies"].clone()
    };
    let cookie = |sent: bool, why: Value| {
        let request = "GET https://api.example/";
        json!([{ "name": "sid", "request": request, "sent": sent, "why": why }])
    };
    assert_eq!(chromium("sid=opensesame; SameSite=None; Secure"), cookie(true, Value::Null));
    let lax = json!("SameSite=Lax, and the page is on another site");
    assert_eq!(chromium("sid=opensesame; SameSite=Lax"), cookie(false, lax));
    let default = json!("no SameSite, which counts as Lax, and the page is on another site");
    assert_eq!(chromium("sid=opensesame"), cookie(false, default));
    assert_eq!(chromium("sid=opensesame; SameSite=None; Secure; New=1"), cookie(true, Value::Null));
    // Two cookies, of which nobody knows the attributes.
    assert_eq!(chromium("sid=opensesame; b=1"), json!([]));
}

#[test]
fn a_fetch_that_is_not_readable_fails() {
    let (code, said) = json(&[
        "--origin",
        "https://app.example.com",
        "--header",
        "X-A: 1",
        "--url",
        "https://api.test/x",
    ]);
    assert_eq!(code, Some(1));
    assert_eq!(said["readable"], json!(false));
    assert_eq!(said["preflight"], json!("failed"));
    assert_eq!(said["step"], json!("preflight-header"));
    assert_eq!(said["fix"], json!("allow_headers = [\"x-a\"]"));
    assert_eq!(said["refused"], json!("header not allowed: \"x-a\""));

    let (code, said) = json(&["--origin", "https://app.example.com", "--credentials", "include"]);
    assert_eq!((code, &said["step"]), (Some(1), &json!("allow-credentials")));
    assert_eq!(said["preflight"], json!("none"));
}

#[test]
fn only_http_whitespace_surrounds_a_value() {
    let args = ["--origin", "https://app.example.com", "--header", "x-a:\t1\x0b "];
    let output = explain("explain-whitespace.toml", POLICY, &args);
    let said = text(output.stdout);
    assert!(said.contains(r#""x-a": "1\u{b}""#), "{said}");
}

#[test]
fn what_the_policy_cannot_fix_has_a_fix_elsewhere() {
    let app = "https://app.example.com";
    for (args, fix) in [
        (
            &["--origin", app, "--header", "Access-Control-Allow-Origin: *"][..],
            "in the script: remove the header access-control-allow-origin (the server sends it)",
        ),
        (
            &["--origin", "https://app.example.com."],
            "open the page without the trailing dot, at https://app.example.com",
        ),
        (
            &["--origin", app, "--method", "TRACE"],
            "in the script: a method other than \"TRACE\", which browsers never send, such as \"GET\"",
        ),
    ] {
        let (code, said) = json(args);
        assert_eq!((code, &said["readable"]), (Some(1), &json!(false)));
        assert_eq!(said["fix"], json!(fix));
    }
}

#[test]
fn an_upload_has_a_preflight() {
    let origin = ["--origin", "https://app.example.com", "--method", "POST"];
    assert_eq!(json(&origin).1["preflight"], json!("none"));
    let (code, said) = json(&[&origin[..], &["--upload"]].concat());
    assert_eq!((code, &said["preflight"]), (Some(0), &json!("passed")));
}

#[test]
fn elements_and_sockets_are_explained() {
    let origin = ["--origin", "https://app.example.com", "--as"];
    for element in [
        &["script", "--crossorigin", "anonymous"][..],
        &["module", "--crossorigin", "anonymous"],
        &["websocket", "--url", "wss://api.test/"],
    ] {
        let (code, said) = json(&[&origin[..], element].concat());
        assert_eq!((code, &said["step"]), (Some(0), &Value::Null), "{said:#}");
    }
}

#[test]
fn with_preflight_continue_the_handler_answers_200() {
    let policy = format!("{POLICY}preflight_continue = true\n");
    let put = ["--origin", "https://app.example.com", "--method", "PUT", "--json"];
    let output = explain("explain-continue.toml", &policy, &put);
    assert_eq!(output.status.code(), Some(0));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["preflight"], json!("passed"));
}

#[test]
fn a_bad_policy_prints_its_errors() {
    let output =
        explain("explain-bad.toml", "allow_origins = []\n", &["--origin", "https://a.test"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(output.stderr).contains("explain-bad.toml:1: allow_origins"));
    assert!(output.stdout.is_empty());
}

#[test]
fn wrong_usage_is_one_line() {
    let origin = "https://app.example.com";
    for (args, says) in [
        (&[][..], "--origin is missing"),
        (&["--origin", "app.example.com"], "no page has this origin"),
        (&["--origin", "localhost:3000"], "no page has this origin"),
        (&["--origin", "https://*.example.com"], "not a pattern"),
        (&["--origin", origin, "--url", "api.example/x"], "write the whole URL"),
        (&["--origin", origin, "--url", ""], "write the whole URL"),
        (&["--origin", origin, "--header", "x-a"], "write NAME:VALUE"),
        (&["--origin", origin, "--credentials", "yes"], "omit, same-origin or include"),
        (&["--origin", origin, "--origin", origin], "cannot be used multiple times"),
        (&["--origin", origin, "--verbose"], "--verbose"),
    ] {
        let output = explain("explain-usage.toml", POLICY, args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let said = text(output.stderr);
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(says), "{said}");
    }
}

/// The flags of a `PUT`, and what `--response` makes of these answers.
fn of_responses(answers: &str) -> Output {
    let path = support::file(&format!("response-{}.txt", answers.len()), answers);
    let flags =
        ["explain", "https://api.example/", "--origin", "https://a.test", "--method", "PUT"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_cors"));
    command.args(flags).arg("--json").arg("--response").arg(path).output().unwrap()
}

#[test]
fn copied_responses_are_the_answers_in_their_order() {
    let preflight = "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: PUT\r\n\r\n";
    let put = "HTTP/2 200\r\naccess-control-allow-origin: *\r\nx-a: 1\r\n\r\n";
    for (more, note) in [("", false), (put, true)] {
        let output = of_responses(&format!("{preflight}{put}{more}"));
        let said = support::explained(&output.stdout);
        assert_eq!((output.status.code(), &said["preflight"]), (Some(0), &json!("passed")));
        let unused = "the file has 3 responses; a browser uses only the first 2";
        assert_eq!(said["causes"].to_string().contains("a browser uses only"), note, "{said:#}");
        assert_eq!(said["causes"].to_string().contains(unused), note, "{said:#}");
    }

    // One answer is missing.
    let output = of_responses(preflight);
    let said = text(output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    assert!(said.contains("append the one to PUT https://api.example/"), "{said}");

    let output = of_responses(put);
    let said = support::explained(&output.stdout);
    assert_eq!((output.status.code(), &said["step"]), (Some(1), &json!("preflight-method")));
    assert!(said["causes"].to_string().contains("taken as the answer to OPTIONS"), "{said:#}");

    let output = of_responses("HTTP/1.1 301 Moved\r\nLocation: http://api.example/\r\n\r\n");
    let said = support::explained(&output.stdout);
    assert!(said["causes"].to_string().contains("redirects from https to http"), "{said:#}");

    let output = of_responses(&format!("{put}{}", "a".repeat(1 << 20)));
    assert!(text(output.stderr).contains("more than 1 MiB"));
}

fn console(text: &str) -> (Option<i32>, String, String) {
    let cors =
        Command::new(env!("CARGO_BIN_EXE_cors")).args(["explain", "--console", text]).output();
    let Output { status, stdout, stderr } = cors.unwrap();
    (status.code(), self::text(stdout), self::text(stderr))
}

#[test]
fn a_console_line_is_looked_up() {
    for (line, title, said) in [
        (
            "Uncaught (in promise) TypeError: Failed to fetch",
            "The script sees only `Failed to fetch`",
            "Fix. Open the URL",
        ),
        ("-- net::ERR_BLOCKED_BY_CLIENT", "An extension blocked it", "Cause. An extension"),
        (
            "Access to font at 'https://cdn.test/a.woff2' from origin 'http://localhost:3000' has been blocked by CORS \
             policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
            "A script, image, style sheet or font needs CORS",
            "`crossorigin`",
        ),
    ] {
        let (code, stdout, stderr) = console(line);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
        assert!(stdout.starts_with(&format!("{title}\n\n")) && stdout.contains(said), "{stdout}");
        let is_plain =
            !stdout.contains(['\x1b', '\r']) && !stdout.contains("**") && !stdout.contains("```");
        assert!(is_plain && !stdout.contains("]("), "{stdout}");
    }
}

#[test]
fn an_unknown_console_line_is_not_found() {
    for line in ["", "Cannot read properties of undefined", "\x1b[2J"] {
        let (code, stdout, stderr) = console(line);
        assert_eq!((code, stdout.as_str(), stderr.lines().count()), (Some(1), "", 1), "{line}");
    }
    let usage = ["explain", "--console", "Load failed", "https://api.test/"];
    let output = Command::new(env!("CARGO_BIN_EXE_cors")).args(usage).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
