//! Wrong usage and help of the commands. Nothing here builds a server.

use std::process::{Command, Output};

const COMMANDS: [&str; 17] = [
    "demo",
    "serve",
    "check",
    "diff",
    "explain",
    "test",
    "conformance",
    "browser",
    "bench",
    "build-cost",
    "peers",
    "recipes",
    "soak",
    "suffixes",
    "fuzz",
    "mutants",
    "ci",
];

fn xtask(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(args).output().unwrap()
}

#[test]
fn help_lists_the_commands() {
    for args in [&[][..], &["help"], &["--help"], &["-h"]] {
        let output = xtask(args);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        for command in COMMANDS {
            assert!(
                text.contains(&format!("\n  {command} ")),
                "{args:?} does not list {command}: {text}"
            );
        }
    }
}

#[test]
fn each_command_has_help() {
    for command in COMMANDS {
        let output = xtask(&[command, "--help"]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{command}");
        let own = text.starts_with(&format!("cargo xtask {command}"));
        assert!(own || text.contains(&format!("Usage: cors {command} ")), "{text}");
    }
}

#[test]
fn wrong_usage_exits_2_with_one_line() {
    let serve = ["serve", "--adapter", "axum", "--policy", "p.toml", "--addr", "127.0.0.1:0"];
    let with = |index: usize, value: &'static str| {
        let mut args = serve;
        args[index] = value;
        args.to_vec()
    };
    let rows: Vec<(Vec<&str>, &str)> = vec![
        (vec!["frobnicate"], "no such command"),
        (vec!["--frobnicate"], "--frobnicate"),
        (vec!["test", "fast"], "fast"),
        (vec!["soak", "--seconds", "0"], "--seconds 0"),
        (vec!["soak", "long"], "long"),
        (vec!["test", "--cases", "0"], "0"),
        (vec!["fuzz", "everything"], "no such target"),
        (vec!["fuzz", "origin", "--time", "0"], "0"),
        (vec!["fuzz", "--time", "1"], "name a target"),
        (vec!["mutants", "--shard", "4/4"], "not K/N"),
        (vec!["mutants", "xtask"], "not one of cors-core"),
        (vec!["ci", "everything"], "no such step"),
        (vec!["demo", "here"], "here"),
        (vec!["demo", "--addr", "0.0.0.0:0"], "this machine only"),
        (vec!["demo", "--addr", "127.0.0.1:65533"], "up to 65532"),
        (vec!["serve"], "--adapter is missing"),
        (vec!["serve", "--adapter", "axum", "--addr", "127.0.0.1:0"], "--policy is missing"),
        (vec!["serve", "--adapter", "axum", "--policy", "p.toml"], "--addr is missing"),
        (with(2, "rocket"), "use one of axum, actix, warp"),
        (with(5, "--address"), "--address"),
        (with(6, "0.0.0.0:8080"), "this machine only"),
        (with(6, "[::]:8080"), "this machine only"),
        (with(6, "192.168.0.1:8080"), "this machine only"),
        (with(6, "127.0.0.1"), "not an address with a port"),
        (with(6, "127.0.0.1:65536"), "not an address with a port"),
        (with(6, "localhost:8080"), "not an address with a port"),
        ([&serve[..], &["--addr", "127.0.0.1:1"]].concat(), "--addr is given twice"),
        (vec!["serve", "--adapter"], "--adapter"),
    ];
    for (args, wanted) in rows {
        let output = xtask(&args);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {text}");
        assert_eq!(text.lines().count(), 1, "{args:?}: {text}");
        assert!(text.contains(wanted), "{args:?}: {text}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}
