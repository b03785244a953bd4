//! The output and exit code of `check` for each kind of bad file.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The output and exit code of `check`, without the folder of the test's files.
struct Checked {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Runs in another folder than that of the files, as users do.
fn check(files: &[PathBuf]) -> Checked {
    let output = Command::new(env!("CARGO_BIN_EXE_cors"))
        .arg("check")
        .args(files)
        .current_dir("/")
        .output()
        .unwrap();
    let text =
        |bytes| String::from_utf8(bytes).unwrap().replace(&format!("{}/", folder().display()), "");
    Checked { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn file(name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder().join(name);
    fs::write(&path, text).unwrap();
    path
}

/// A pipe that nobody writes to.
#[cfg(unix)]
fn pipe(name: &str) -> PathBuf {
    let path = folder().join(name);
    let _ = fs::remove_file(&path);
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

fn line_numbers(stdout: &str, file: &str) -> Vec<usize> {
    let after_name =
        |line: &str| line.strip_prefix(file)?.strip_prefix(':')?.split(':').next()?.parse().ok();
    stdout
        .lines()
        .map(|line| after_name(line).unwrap_or_else(|| panic!("not FILE:LINE: {line}")))
        .collect()
}

#[test]
fn a_good_policy_prints_nothing_and_passes() {
    let toml = file("good.toml", "allow_origins = \"https://app.example.com\"\n");
    let json = file("good.json", r#"{ "allow_origins": ["https://app.example.com"] }"#);
    let checked = check(&[toml, json]);
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(0), ""));
    assert_eq!(
        checked.stderr,
        "good.toml: 0 errors, 0 warnings\ngood.json: 0 errors, 0 warnings\n"
    );
}

#[test]
fn the_policy_of_the_demo_is_good() {
    let checked = check(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("../../xtask/demo.toml")]);
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(0), ""), "{}", checked.stderr);
}

/// Runs `check` with the text as its standard input.
fn check_stdin(files: &[&str], text: &[u8]) -> Checked {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cors"))
        .arg("check")
        .args(files)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // On wrong usage, it may end before it reads.
    let _ = child.stdin.take().unwrap().write_all(text);
    let output = child.wait_with_output().unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|b| String::from_utf8(b).unwrap());
    Checked { code: output.status.code(), stdout, stderr }
}

#[test]
fn a_dash_is_standard_input_in_either_format() {
    for (text, line) in [
        ("allow_origins = '*'\nmax_age = 'x'\n", 2),
        ("\n { \"allow_origins\": \"*\",\n\n\"max_age\": \"x\" }", 4),
    ] {
        let checked = check_stdin(&["-"], text.as_bytes());
        assert_eq!(checked.code, Some(1));
        assert_eq!(line_numbers(&checked.stdout, "-"), [line], "{}", checked.stdout);
        assert!(checked.stdout.contains(": max_age = \"x\": "), "{}", checked.stdout);
        assert_eq!(checked.stderr, "-: 1 error, 0 warnings\n");
    }
    let good = check_stdin(&["-"], b"allow_origins = '*'");
    assert_eq!((good.code, good.stdout.as_str()), (Some(0), ""));
    let binary = check_stdin(&["-"], b"allow_origins = '\xff'");
    assert_eq!(binary.code, Some(1));
    assert!(binary.stdout.starts_with("-:1: cannot be read: "), "{}", binary.stdout);
}

#[test]
fn a_file_has_the_format_of_its_name() {
    let json = file("json.toml", "{ \"allow_origins\": \"*\" }");
    assert_eq!(check_stdin(&[json.to_str().unwrap()], b"").code, Some(1));
}

#[test]
fn standard_input_goes_with_files() {
    let file = file("beside-stdin.toml", "allow_origins = '*'");
    let checked = check_stdin(&[file.to_str().unwrap(), "-"], b"");
    assert_eq!(checked.code, Some(1));
    assert_eq!(line_numbers(&checked.stdout, "-"), [1]);
    assert_eq!(checked.stderr.lines().count(), 2, "{}", checked.stderr);
    let twice = check_stdin(&["-", file.to_str().unwrap(), "-"], b"allow_origins = '*'");
    assert_eq!((twice.code, twice.stdout.as_str()), (Some(2), ""));
    assert_eq!(twice.stderr, "cors: -: the standard input can be read only once\n");
}

/// `script` runs a command on a terminal. The file ends only after the progress has been seen.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_progress_and_a_file_does_not() {
    let slow = pipe("slow");
    let line = format!("cat {} | {} check -", slow.display(), env!("CARGO_BIN_EXE_cors"));
    let script = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut script) = script else {
        println!("`script` is missing; skipped");
        return;
    };
    let mut policy = fs::OpenOptions::new().write(true).open(&slow).unwrap();
    let mut stdout = script.stdout.take().unwrap();
    let mut shown = Vec::new();
    while !shown.ends_with(b"-: checking, 0.5 s\x1b[K") {
        let mut byte = [0];
        stdout.read_exact(&mut byte).expect("progress, before the end");
        shown.extend(byte);
    }
    policy.write_all(b"allow_origins = '*'").unwrap();
    drop(policy);
    stdout.read_to_end(&mut shown).unwrap();
    assert!(script.wait().unwrap().success());
    let shown = String::from_utf8(shown).unwrap();
    assert!(shown.ends_with("\r\x1b[K-: 0 errors, 0 warnings\r\n"), "{shown:?}");
    assert_eq!(check_stdin(&["-"], b"allow_origins = '*'").stderr, "-: 0 errors, 0 warnings\n");
}

#[test]
fn warnings_alone_pass() {
    let twice = file(
        "twice.toml",
        "allow_origins = [\n  \"https://a.example\",\n  \"https://a.example\",\n]\n",
    );
    let checked = check(&[twice]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    assert_eq!(line_numbers(&checked.stdout, "twice.toml"), [3]);
    assert_eq!(checked.stderr, "twice.toml: 0 errors, 1 warning\n");
}

#[test]
fn every_fault_has_its_line_and_hides_no_other() {
    let text = "\
allow_origins = [
  \"https://app.example.com\",
  \"https://app.example.com/\",
]
allow_header = [\"content-type\"]
allow_credentials = \"yes\"
max_age = 90000
";
    let checked = check(&[file("faults.toml", text)]);
    assert_eq!(checked.code, Some(1));
    assert_eq!(line_numbers(&checked.stdout, "faults.toml"), [3, 5, 6, 7], "{}", checked.stdout);
    for (line, key) in checked.stdout.lines().zip([
        "allow_origins",
        "allow_header",
        "allow_credentials",
        "max_age",
    ]) {
        assert!(line.contains(key) && line.contains("; "), "{line}");
    }
    assert_eq!(checked.stderr, "faults.toml: 4 errors, 0 warnings\n");
}

#[test]
fn a_missing_key_is_reported_at_line_1() {
    let checked = check(&[file("missing-key.toml", "\n\nmax_age = 1\n")]);
    assert_eq!(checked.code, Some(1));
    assert_eq!(line_numbers(&checked.stdout, "missing-key.toml"), [1]);
}

#[test]
fn text_that_is_not_toml_or_json_is_an_error_with_its_line() {
    let toml = check(&[file("broken.toml", "allow_origins = \"*\"\nmax_age = = 1\n")]);
    assert_eq!(toml.code, Some(1));
    assert!(line_numbers(&toml.stdout, "broken.toml").contains(&2), "{}", toml.stdout);

    let json = check(&[file("broken.json", "{ \"allow_origins\": \"*\",\n  \"max_age\": }\n")]);
    assert_eq!(json.code, Some(1));
    assert!(line_numbers(&json.stdout, "broken.json").contains(&2), "{}", json.stdout);
}

#[test]
fn what_cannot_be_read_is_an_error_on_standard_output() {
    let none = folder().join("none.toml");
    let a_folder = folder().join("folder.toml");
    fs::create_dir_all(&a_folder).unwrap();
    let latin1 = file("latin1.toml", b"allow_origins = \"*\"\n# caf\xe9\n");
    let endless = PathBuf::from("/dev/zero");
    for (path, wanted) in [
        (none, "none.toml:1: there is no such file"),
        (a_folder, "folder.toml:1: a directory, not a regular file"),
        (latin1, "latin1.toml:2: not UTF-8"),
        #[cfg(unix)]
        (pipe("pipe.toml"), "pipe.toml:1: a pipe, not a regular file"),
        #[cfg(unix)]
        (endless, "/dev/zero:1: a device, not a regular file"),
    ] {
        let checked = check(&[path]);
        assert_eq!(checked.code, Some(1), "{wanted}");
        assert!(
            checked.stdout.starts_with(wanted) && checked.stdout.contains("; "),
            "{}",
            checked.stdout
        );
        assert_eq!(checked.stdout.lines().count(), 1, "{}", checked.stdout);
    }
}

#[test]
fn findings_beyond_the_limit_are_counted() {
    let many =
        file("many.toml", format!("allow_origins = [\n{}]\nmax_age = -1\n", "1,\n".repeat(5000)));
    let checked = check(&[many]);
    assert_eq!(checked.code, Some(1));
    let lines = line_numbers(&checked.stdout, "many.toml");
    assert_eq!(lines, (2..1002).chain([5003]).collect::<Vec<_>>());
    assert_eq!(checked.stderr, "many.toml: 5001 errors, 0 warnings: 1001 shown, and 4000 more\n");
}

#[test]
fn one_bad_file_among_good_ones_fails_and_all_are_judged() {
    let good = file("among-good.toml", "allow_origins = \"*\"\n");
    let bad = file("among-bad.toml", "allow_origins = []\n");
    let checked = check(&[folder().join("among-none.toml"), bad, good]);
    assert_eq!(checked.code, Some(1));
    let files: Vec<_> = checked.stdout.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(files, ["among-none.toml", "among-bad.toml"]);
    assert_eq!(checked.stderr.lines().count(), 3);
}
