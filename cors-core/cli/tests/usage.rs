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

/// What may be a URL with a secret, in place of any value.
#[test]
fn wrong_usage_conceals_urls() {
    let urls = [
        "https://a.test/?t=hunter2",
        "https://a.test/#\" hunter2\\",
        "https://a.test/('1');t=it's hunter2' and \"hunter2",
        "https://a.test/?a='x'&t=hunter2",
        "https://a.test/\n\n?hunter2",
        "https://user:hunter2@a.test/?x",
        "https://user:hunter2?x@a.test/",
        "https://user:hunter2 @a.test/",
        "https:/user:hunter2@a.test/?hunter2",
        "a.test/?t=hunter2",
        "user:hunter2@a.test",
    ];
    let mut refused = 0;
    for command in ["explain", "audit"] {
        let (_, help, _) = cors(&[command, "--help"]);
        let lines = help.lines().map(str::trim);
        let flags = lines.filter(|line| line.starts_with('-') && line.contains('<'));
        let flags = flags.map(|line| &line[line.find("--").unwrap()..line.find(" <").unwrap()]);
        let flags: Vec<_> = flags.filter(|flag| *flag != "--console").collect();
        for url in urls {
            for flag in &flags {
                let value = format!("{flag}={url}");
                let mut args = vec![command, &value];
                if command == "explain" && *flag != "--origin" {
                    args.push("--origin=https://a.test");
                }
                if command == "audit" || !["--url", "--curl", "--fetch"].contains(flag) {
                    args.push("http://127.0.0.1:1/");
                }
                // It is not valid, so nothing is sent.
                args.push(if *flag == "--resolve" { "--mode=x" } else { "--resolve=x" });
                let (code, stdout, stderr) = cors(&args);
                assert_eq!((code, &*stdout, stderr.lines().count()), (Some(2), "", 1), "{stderr}");
                assert!(!stderr.contains("hunter2"), "{args:?}: {stderr}");
                refused += 1;
            }
            for args in [&[url][..], &[command, url, url, "--resolve=x"], &["completions", url]] {
                let (code, stdout, stderr) = cors(args);
                assert_eq!((code, &*stdout, stderr.lines().count()), (Some(2), "", 1), "{stderr}");
                assert!(!stderr.contains("hunter2"), "{args:?}: {stderr}");
            }
        }
    }
    assert!(refused > 200, "{refused}");
}

#[test]
fn what_is_wrong_is_named() {
    let page = "--origin=https://a.test";
    for (args, wanted) in [
        (
            &["explain", "--timeout", "http://h/\n\n?t='x'"][..],
            "invalid value 'http://h/ …' for '--timeout <SECONDS>': write whole seconds, 1 to 3600",
        ),
        (
            &["explain", "https://h/", page, "--mode", "http://u:p@h/?t=x\\"],
            "--mode \"http://…@h/…\": write cors, no-cors or same-origin",
        ),
        (
            &["explain", "--policy", "https://h/p.toml?v=1 2", page],
            "--policy https://h/p.toml…: there is no such file",
        ),
        (
            &["explain", "https://h/", "--origin", "https://a.test,https://b.test"],
            "--origin \"https://a.test,https://b.test\": write https://a.test, which is the origin",
        ),
        (
            &["explain", "curl 'https://h/' -H 'authorization: hunter2'"],
            "URL: write --curl in front of what you copied",
        ),
        (&["explain", "fetch(\"https://h/\")"], "URL: write --fetch in front of what you copied"),
        (
            &["explain", "https://h/", "--origin", "https://a.test;p=1"],
            "--origin \"https://a.test…\": write https://a.test, which is the origin",
        ),
        (&["audit", "curl 'https://h/' -H 'a: hunter2'"], "URL \"curl\": write the whole URL"),
        (&["audit", "h.test:port/?t=x"], "URL \"h.test:port/…\": write the whole URL"),
        (&["audit", "ftp://h.test/x?t"], "URL \"ftp://h.test/x…\": write an http or https URL"),
        (&["audit", "https://u:p@h.test/x"], "URL: leave out the user name and password before h"),
        (&["audit", "https://h/", "--header", "x-a: 1\x0b"], "--header \"x-a\": not a valid"),
        (&["audit", "https://h/", "-X", "P UT?"], "--method \"P UT…\": no script"),
        (
            &["audit", "https://h/", "--allow", "https://a.test/?t"],
            "--allow \"https://a.test/…\": an origin ends with its host or port",
        ),
    ] {
        let (_, _, stderr) = cors(args);
        assert!(stderr.starts_with(&format!("cors: {wanted}")), "{stderr}");
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
