//! `conformance` with tables of this test: it names each wrong expectation and each malformed table.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Its output and exit code.
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn conformance(args: &[&str], table: &Path) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = command.arg("conformance").args(args).arg(table).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn table(name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

const MIXED: &str = r#"
[[group]]
about = "two origins"
policy = '''
allow_origins = ["https://a.test", "https://b.test"]
'''
answers.mute = { status = 200, cors = [], vary = "Origin" }
answers.refused = { status = 403, cors = [], vary = "Origin, Access-Control-Request-Method", empty = true }
cases = [
  { case = "right", request = ["GET /echo"], want = "mute" },
  { case = "a wrong status", request = ["GET /echo"], want = "mute", status = 201 },
  { case = "a header too many", request = ["GET /echo", "Origin: https://a.test"], want = "mute" },
  { case = "a header too few", request = ["GET /echo"], want = "mute", cors = ["access-control-allow-origin: *"] },
  { case = "a wrong Vary", request = ["GET /vary"], want = "mute" },
  { case = "a body where none is wanted", request = ["GET /echo"], want = "mute", empty = true },
  { case = "a line that is not there", request = ["GET /echo"], want = "mute", has = ["x-handler: yes"] },
  { case = "a line that is there", request = ["GET /echo"], want = "mute", lacks = ["X-Secret"] },
  { case = "an answer too few", raw = "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", want = ["mute", "mute"] },
  { case = "an answer too many", raw = "GET /echo HTTP/1.1\r\nHost: a\r\n\r\nGET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", want = "mute" },
  { case = "no refusal of a parser", request = ["OPTIONS /echo", "Origin: https://a.test", "Access-Control-Request-Method: PUT"], want = "mute", framework_may_refuse = true, reason = "to see it fail" },
  { case = "right, and by the framework's choice", request = ["GET /nowhere"], want = "mute", status = [404, 405], reason = "its own way" },
  { case = "right, twice", raw = "GET /echo HTTP/1.1\r\nHost: a\r\n\r\nHEAD /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", want = ["mute", "mute"] },
]

[[group]]
about = "another policy, in the same process"
policy = 'allow_origins = "*"'
cases = [
  { case = "right", request = ["GET /echo"], status = 200, cors = ["access-control-allow-origin: *"], vary = "" },
  { case = "a name that is not varied on", request = ["GET /echo"], status = 200, cors = ["access-control-allow-origin: *"], vary = "Origin" },
]
"#;

#[test]
fn each_wrong_answer_fails_and_is_named() {
    let path = table("mixed.toml", MIXED);
    let run = conformance(&["--adapter", "axum"], &path);
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);

    let named = |line: &str| {
        let rest = line.split_once("mixed.toml:")?.1;
        let (number, rest) = rest.split_once(": ")?;
        Some((number.parse::<usize>().ok()?, rest.split_once(": ")?.1.to_owned()))
    };
    let failed: Vec<_> = run.stdout.lines().filter_map(named).collect();
    let wanted: Vec<_> = MIXED
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains("case = ") && !line.contains("\"right"))
        .map(|(index, line)| (index + 1, line.split('"').nth(1).unwrap().to_owned()))
        .collect();
    assert_eq!(failed, wanted, "{}", run.stdout);
    assert!(run.stdout.ends_with("\n15 cases on axum\n4 passed, 11 failed\n"), "{}", run.stdout);
    let report = "  wanted  201; vary: origin\n  axum    200; vary: origin\n";
    assert!(run.stdout.contains(report), "{}", run.stdout);
}

#[test]
fn a_filter_selects_cases() {
    let run =
        conformance(&["--adapter", "axum", "--filter", "two origins"], &table("one.toml", MIXED));
    assert!(run.stdout.ends_with("\n13 cases on axum\n3 passed, 10 failed\n"), "{}", run.stdout);
    let run = conformance(&["--filter", "no such words"], &table("none.toml", MIXED));
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), "there is no such case\n"));
}

#[test]
fn a_malformed_table_is_named_with_its_line_before_anything_runs() {
    let group = "[[group]]\nabout = 'x'\npolicy = 'allow_origins = \"*\"'\n";
    let case = |rest: &str| {
        format!("{group}cases = [\n  {{ case = 'c', request = ['GET /'], {rest} }},\n]\n")
    };
    let rows = [
        ("[[group]\n".to_owned(), 1, ""),
        (format!("{group}case = []\n"), 4, "unknown field `case`"),
        (case("stat = 200"), 5, "unknown field `stat`"),
        (case("status = 200, vary = ''"), 5, "all of `status`, `cors` and `vary`"),
        (case("vary = 3"), 5, "expected a string"),
        (case("want = 'mute'"), 5, "no such answer"),
        (case("status = 200, cors = [], vary = '', raw = 'x'"), 5, "either `request` or `raw`"),
        (case("status = [], cors = [], vary = '', reason = 'r'"), 5, "name at least one"),
        (case("status = [404, 405], cors = [], vary = ''"), 5, "needs a `reason`"),
        (case("status = 200, cors = ['vary: x'], vary = ''"), 5, "access-control-"),
        (
            case("status = 200, cors = ['access-control-b: x', 'access-control-a: x'], vary = ''"),
            5,
            "sort it",
        ),
        (
            format!("{group}cases = [ {{ case = 'c', request = ['GET /{{6 y}}'], want = 'x' }} ]"),
            4,
            "{6 y}: write",
        ),
        (
            "[[group]]\nabout = 'x'\npolicy = 'allow_origins = []'\ncases = []\n".to_owned(),
            3,
            "allow_origins",
        ),
    ];
    for (index, (text, line, wanted)) in rows.into_iter().enumerate() {
        let path = table(&format!("malformed-{index}.toml"), &text);
        let run = conformance(&[], &path);
        assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{text}");
        let place = format!("malformed-{index}.toml:{line}: ");
        let found = run.stderr.lines().any(|line| line.contains(&place) && line.contains(wanted));
        assert!(found, "{wanted}, line {line}: {}", run.stderr);
    }
}

#[test]
fn a_missing_table_is_named() {
    let run = conformance(&[], Path::new("nowhere.toml"));
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert!(run.stderr.starts_with("nowhere.toml:1: cannot be read"), "{}", run.stderr);
}

#[test]
fn help_shows_the_usage() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = command.args(["conformance", "--help"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.starts_with(b"cargo xtask conformance [--filter TEXT]"));
}

#[test]
fn wrong_usage_exits_2_with_one_line() {
    for (args, wanted) in [
        (["--adapter", "rocket"], "use one of axum"),
        (["--frobnicate", "x"], "--frobnicate"),
        (["x.toml", "--filter"], "--filter"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        let output = command.arg("conformance").args(args).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {text}");
        assert!(text.lines().count() == 1 && text.contains(wanted), "{args:?}: {text}");
    }
}
