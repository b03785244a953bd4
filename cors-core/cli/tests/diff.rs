//! The output and exit code of `diff` for two policy files.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

const OLD: &str = r#"
allow_origins = ["https://app.example.com", "https://old.example.com"]
allow_methods = ["PUT", "PATCH"]
allow_headers = ["content-type"]
max_age = 60
"#;

const NEW: &str = r#"{
  "allow_origins": [
    "https://app.example.com",
    "https://*.example.dev",
    { "regex": "https://pr-[0-9]+\\.example\\.net" }
  ],
  "allow_methods": "PUT",
  "allow_headers": ["Content-Type", "authorization"],
  "expose_headers": "x-request-id",
  "allow_credentials": true
}"#;

const DIFF: &str = r#"from old.toml to new.json:
+ allow_origins "https://*.example.dev": fetch("https://api.example/") from https://x.example.dev
+ allow_origins { regex = "https://pr-[0-9]+\\.example\\.net" }: fetch("https://api.example/") from https://pr-0.example.net
+ allow_headers "authorization": fetch("https://api.example/", { headers: { "authorization": "1" } }) from https://app.example.com
+ expose_headers "x-request-id": fetch("https://api.example/") from https://app.example.com sees x-request-id
+ allow_credentials true: fetch("https://api.example/", { credentials: "include" }) from https://app.example.com
- allow_origins "https://old.example.com": fetch("https://api.example/") from https://old.example.com
- allow_methods "PATCH": fetch("https://api.example/", { method: "PATCH" }) from https://app.example.com
~ max_age 60 -> none: how long browsers keep a preflight's answer
"#;

/// Runs in the folder of the test's files; returns the exit code, standard output and standard error.
fn diff(args: &[impl AsRef<OsStr>]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cors"))
        .arg("diff")
        .args(args)
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn file(name: &'static str, text: &str) -> &'static str {
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), text).unwrap();
    name
}

#[test]
fn each_difference_is_a_line_with_its_fetch() {
    let (old, new) = (file("old.toml", OLD), file("new.json", NEW));
    assert_eq!(diff(&[old, new]), (Some(1), DIFF.to_owned(), String::new()));
}

#[test]
fn the_same_policy_in_other_words_does_not_differ() {
    let one = file(
        "one.toml",
        "allow_origins = [\"https://a.test\", { regex = 'https://(b|c)\\.test' }]\n",
    );
    let two = file(
        "two.toml",
        "allow_origins = [\"https://c.test\", \"https://b.test\", \"https://a.test\"]\nallow_methods = \"GET\"\n",
    );
    let same = "one.toml and two.toml: scripts may read the same\n";
    assert_eq!(diff(&[one, two]), (Some(0), same.to_owned(), String::new()));
}

#[test]
fn other_keys_that_differ_are_listed() {
    let one = file(
        "forbid.toml",
        "allow_origins = \"https://a.test\"\ndisallowed_origin = \"forbid\"\nmax_age = 600\n",
    );
    let two = file("forward.toml", "allow_origins = \"https://a.test\"\nmax_age = 60\n");
    let lines = "\
forbid.toml and forward.toml: scripts may read the same
~ max_age 600 -> 60: how long browsers keep a preflight's answer
~ disallowed_origin \"forbid\" -> \"forward\": whether requests from other origins, such as a form's, are refused or reach the handler
";
    assert_eq!(diff(&[one, two]), (Some(0), lines.to_owned(), String::new()));
}

#[test]
fn every_error_of_both_files_is_printed() {
    let bad = file("bad.toml", "allow_origins = \"https://a.test/\"\nallow_header = \"x\"\n");
    let (code, stdout, stderr) = diff(&[bad, "no-such.toml"]);
    assert_eq!(code, Some(1));
    let lines: Vec<_> = stdout.lines().collect();
    let starts = ["bad.toml:1: ", "bad.toml:2: ", "no-such.toml:1: there is no such file"];
    assert_eq!(lines.len(), starts.len(), "{stdout}");
    assert!(lines.iter().zip(starts).all(|(line, start)| line.starts_with(start)), "{stdout}");
    assert_eq!(stderr, "bad.toml: 2 errors, 0 warnings\nno-such.toml: 1 error, 0 warnings\n");
}

#[test]
fn wrong_usage() {
    for args in [&[][..], &["a.toml"], &["a.toml", "b.toml", "c.toml"], &["--frobnicate"]] {
        let (code, stdout, stderr) = diff(args);
        assert_eq!((code, stdout.as_str(), stderr.lines().count()), (Some(2), "", 1), "{stderr}");
    }
    let (code, stdout, _) = diff(&["--help"]);
    assert_eq!(code, Some(0));
    assert!(stdout.contains("Usage: cors diff <OLD> <NEW>\n"), "{stdout}");
}

#[test]
fn standard_input_is_one_of_the_two() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let wrong = file("wrong.toml", "allow_origins = 1");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cors"));
    command.current_dir(dir).args(["diff", wrong, "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let (line, came) = channel();
    let reader = thread::spawn(move || {
        let mut first = String::new();
        said.read_line(&mut first).unwrap();
        line.send(first).unwrap();
    });
    // The other file's errors do not wait for it.
    let first = came.recv_timeout(Duration::from_secs(30));
    drop(child.stdin.take());
    assert!(first.unwrap().starts_with("wrong.toml:1: allow_origins"));
    assert_eq!(child.wait().unwrap().code(), Some(1));
    reader.join().unwrap();
    let policy = |origin: &str| format!("allow_origins = ['https://{origin}.test']\n");
    let on_disk = file("on-disk.toml", &policy("a"));
    for (args, more) in [(["diff", on_disk, "-"], "b"), (["diff", "-", on_disk], "a")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cors"));
        command.current_dir(dir).args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(policy("b").as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let may_read = format!("+ allow_origins \"https://{more}.test\"");
        assert!(said.contains(&may_read), "{args:?}: {said}");
    }
    let (code, _, fault) = diff(&["-", "-"]);
    assert_eq!((code, &*fault), (Some(2), "cors: -: the standard input can be read only once\n"));
}
