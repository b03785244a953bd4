//! The program from outside, in few rows and one round.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

fn bench(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bench")).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

/// A file of this process.
fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()))
}

#[test]
fn a_row_is_measured_told_and_drawn() {
    let (json, chart) = (file("figures.json"), file("chart.svg"));
    let output = bench(&[
        "--quick",
        "--framework",
        "axum",
        "--framework",
        "core",
        "--row",
        "allowed, last of 100",
        "--rounds",
        "1",
        "--json",
        json.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    for told in ["axum, beside tower-http 0.7.", "\nallowed, last of 100 ", "\ntargets\n"] {
        assert!(table.contains(told), "{told}: {table}");
    }
    let report: Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
    fs::remove_file(json).unwrap();
    let counted = !report["machine"]["valgrind"].is_null();
    let names: Vec<_> = report["frameworks"].as_array().unwrap().iter().collect();
    assert_eq!(names.len(), 2);
    for framework in names {
        let row = &framework["rows"][0];
        assert_eq!(row["row"], "allowed, last of 100");
        let of = |who: &str| &row["contenders"][who];
        let whole = |who: &str| of(who)["time"]["whole"]["median"].as_f64().unwrap();
        assert!(whole("bare") > 0.0 && whole("ours") > 0.0);
        let count = |who: &str| of(who)["instructions"].as_f64();
        assert_eq!(count("ours").is_some(), counted, "{framework}");
        if counted {
            assert!(Some(0.0) < count("bare") && count("bare") < count("floor"));
            assert!(count("bare") < count("ours"));
        }
        assert!(of("floor")["allocated"]["blocks"].as_f64().unwrap() > 0.0);
    }
    // Naming a framework leaves out what belongs to none.
    assert!(report["building"].is_null() && report["swapping"].is_null());

    if counted {
        let output = bench(&[
            "--quick",
            "--framework",
            "actix",
            "--row",
            "allowed, last of 1",
            "--rounds",
            "1",
            "--chart",
            chart.to_str().unwrap(),
        ]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let svg = fs::read_to_string(&chart).unwrap();
        fs::remove_file(chart).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("actix, beside actix-cors 0.7."));
    }
}

#[test]
fn wrong_usage_exits_with_2() {
    for (args, named) in [
        (&["--framework", "rocket"][..], "rocket"),
        (&["--row", "no such row"], "no such row"),
        (&["--rounds", "0"], "--rounds"),
        (&["measure", "rocket"], "rocket"),
        (&["--fast"], "--fast"),
    ] {
        let output = bench(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output.stderr).contains(named), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty());
    }
    let help = bench(&["--help"]);
    assert!(help.status.success() && text(&help.stdout).contains("--framework"));
}

#[test]
fn a_file_that_cannot_be_written_is_a_fault() {
    let output = bench(&[
        "--quick",
        "--framework",
        "core",
        "--row",
        "no Origin",
        "--rounds",
        "1",
        "--json",
        "/no/such/directory/figures.json",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("/no/such/directory/figures.json"));
    // It was measured all the same.
    assert!(text(&output.stdout).contains("no Origin"));
}
