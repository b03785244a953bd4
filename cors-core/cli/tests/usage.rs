//! Help, completions and wrong usage.

use std::process::Command;

/// The exit code, standard output and standard error.
fn cors(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cors")).args(args).output().unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|b| String::from_utf8(b).unwrap());
    (output.status.code(), stdout, stderr)
}

#[test]
fn alone_it_prints_help_with_three_examples() {
    for args in [&[][..], &["--help"], &["-h"]] {
        let (code, help, stderr) = cors(args);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{args:?}");
        assert_eq!(help.matches("\n  cors ").count(), 3, "{help}");
        for command in ["explain", "check", "diff", "completions"] {
            assert!(help.contains(&format!("\n  {command} ")), "{help}");
        }
    }
}

#[test]
fn a_wrong_word_gets_the_likely_one() {
    for (args, wanted) in [
        (&["explain", "--orgin", "https://a.test"][..], "did you mean --origin?"),
        (&["explain", "--credential", "omit"], "did you mean --credentials?"),
        (&["chek", "a.toml"], "did you mean check?"),
        (&["check", "--frobnicate"], "--frobnicate"),
        (&["check"], "<FILE>"),
        (&["diff", "one.toml"], "<NEW>"),
        (&["explain", "--policy", "a.toml", "--response", "b.txt"], "cannot be used with"),
        (&["explain", "--timeout", "soon"], "--timeout"),
        (&["completions", "basch"], "did you mean bash?"),
        (&["explain", "a\x1b[2Jb", "--origin", "https://a.test"], "write the whole URL"),
    ] {
        let (code, stdout, stderr) = cors(args);
        assert_eq!((code, stdout.as_str(), stderr.lines().count()), (Some(2), "", 1), "{stderr}");
        assert!(stderr.starts_with("cors: ") && stderr.contains(wanted), "{stderr}");
        assert!(!stderr.contains('\x1b'), "{stderr:?}");
    }
}

#[test]
fn shells_get_completions() {
    for shell in ["bash", "zsh", "fish"] {
        let (code, script, _) = cors(&["completions", shell]);
        assert_eq!(code, Some(0));
        assert!(script.contains("explain") && script.contains("credentials"), "{shell}: {script}");
    }
}
