//! `ci`: what has to hold before a change lands, quick parts first. Each step is named, and a failure
//! prints the one command that repeats it.

use std::process::ExitCode;

use lexopt::{Arg, Parser};

use crate::cargo::Cargo;
use crate::metadata::Workspace;
use crate::{Exit, conformance, msrv, release, test, tidy, usage};

struct Step {
    name: &'static str,
    about: &'static str,
    /// An error is the command that repeats what failed.
    run: fn() -> Result<(), String>,
}

const STEPS: &[Step] = &[
    Step { name: "tidy", about: "house rules that only a reader would see", run: tidy::step },
    Step { name: "fmt", about: "formatting", run: fmt },
    Step { name: "msrv", about: "no dependency asks for a newer Rust than we do", run: msrv::step },
    Step { name: "clippy", about: "lints, warnings denied", run: clippy },
    Step {
        name: "doc",
        about: "documentation, private items too and with each feature alone, warnings denied",
        run: doc,
    },
    Step {
        name: "features",
        about: "each feature of the libraries alone, none, and all",
        run: features,
    },
    Step {
        name: "suffixes",
        about: "the engine's tests without the Public Suffix List",
        run: without_suffixes,
    },
    Step { name: "deny", about: "licences and sources of what is built", run: release::deny },
    Step {
        name: "minimal",
        about: "the libraries with the oldest dependencies that they allow",
        run: release::minimal,
    },
    Step { name: "package", about: "each library from its package alone", run: release::package },
    Step { name: "test", about: "every test that needs nothing but Rust", run: test::tests },
    Step {
        name: "conformance",
        about: "one table of cases over TCP against every adapter",
        run: conformance::step,
    },
    Step { name: "browser", about: "fetches in three real browsers", run: browser },
];

pub fn run(parser: &mut Parser) -> Exit {
    let mut chosen: Vec<&Step> = Vec::new();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return usage(&help()),
            Arg::Value(name) => match STEPS.iter().find(|step| name == step.name) {
                Some(step) => chosen.push(step),
                None => {
                    return Err(format!("ci {name:?}: no such step; ci --help lists them").into());
                }
            },
            other => return Err(other.unexpected()),
        }
    }
    if chosen.is_empty() {
        chosen = STEPS.iter().collect();
    }
    for step in chosen {
        println!("== {}: {}", step.name, step.about);
        if let Err(repeat) = (step.run)() {
            eprintln!("xtask: {} failed; to repeat: {repeat}", step.name);
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn help() -> String {
    let mut text = "ci [STEP]…\n  runs every step in this order, or those named".to_owned();
    for Step { name, about, .. } in STEPS {
        text += &format!("\n    {name:<13}{about}");
    }
    text
}

fn fmt() -> Result<(), String> {
    Cargo::new("fmt --all -- --check").run()?;
    // A workspace of its own.
    Cargo::new("fmt --manifest-path xtask/fuzz/Cargo.toml -- --check").run()
}

fn clippy() -> Result<(), String> {
    // `incompatible_msrv` reads `rust-version`: an item of std that is newer fails here, without an old toolchain.
    Cargo::new("clippy --workspace --all-targets --all-features -- -D warnings -D clippy::incompatible_msrv").run()
}

fn doc() -> Result<(), String> {
    Cargo::new("doc --workspace --no-deps --all-features --document-private-items")
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?;
    for library in Workspace::read()?.libraries() {
        let name = &library.name;
        for set in library.feature_sets() {
            Cargo::new(&format!("doc --quiet --no-deps --package {name} {set}"))
                .env("RUSTDOCFLAGS", "-D warnings")
                .run()?;
        }
    }
    Ok(())
}

/// Every other test runs with all features, and so with the list.
fn without_suffixes() -> Result<(), String> {
    for features in ["", "--features regex"] {
        Cargo::new(&format!(
            "test --package cors-core --lib --test api --no-default-features {features}"
        ))
        .run()?;
    }
    Ok(())
}

fn browser() -> Result<(), String> {
    // The same fetches each time: what a new seed finds is no fault of the change that is tested.
    Cargo::new("run --quiet --package browsers -- browser --seed 1").run()
}

fn features() -> Result<(), String> {
    for library in Workspace::read()?.libraries() {
        let name = &library.name;
        for set in library.feature_sets() {
            // Apart, since development dependencies switch on features of what both are built from.
            for target in ["--lib", "--tests"] {
                Cargo::new(&format!(
                    "clippy --quiet --package {name} {target} {set} -- -D warnings"
                ))
                .run()?;
            }
        }
    }
    Ok(())
}
