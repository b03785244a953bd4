//! `ci`: everything that must pass before a change lands, quick steps first. If a step fails, `ci`
//! prints the one command that repeats it.

use std::process::ExitCode;
use std::time::Instant;

use lexopt::{Arg, Parser};

use crate::cargo::{Cargo, FUZZ, KIN};
use crate::metadata::Workspace;
use crate::{Exit, conformance, msrv, release, test, tidy, usage};

struct Step {
    name: &'static str,
    about: &'static str,
    /// The error is the command to repeat.
    run: fn() -> Result<(), String>,
}

const STEPS: &[Step] = &[
    Step { name: "tidy", about: "house rules that no lint checks", run: tidy::step },
    Step { name: "fmt", about: "formatting", run: fmt },
    Step {
        name: "msrv",
        about: "no dependency needs a newer Rust than we promise",
        run: msrv::step,
    },
    Step { name: "clippy", about: "lints, with warnings denied", run: clippy },
    Step {
        name: "doc",
        about: "documentation, with private items and with each feature alone; warnings denied",
        run: doc,
    },
    Step {
        name: "features",
        about: "the libraries with no feature, each alone, and all",
        run: features,
    },
    Step {
        name: "suffixes",
        about: "the engine's tests without the Public Suffix List",
        run: without_suffixes,
    },
    Step { name: "deny", about: "licences and sources of dependencies", run: release::deny },
    Step {
        name: "minimal",
        about: "the libraries with the oldest dependencies they allow",
        run: release::minimal,
    },
    Step { name: "package", about: "each library, built from its package", run: release::package },
    Step { name: "test", about: "all tests that need only Rust", run: test::tests },
    Step {
        name: "kin",
        about: "lints and tests of the comparison with the other cors-core",
        run: kin,
    },
    Step {
        name: "conformance",
        about: "a table of test cases, sent over TCP to every adapter",
        run: conformance::step,
    },
    Step {
        name: "recipes",
        about: "the fixes that cors prints, applied to the real servers that are installed",
        run: recipes,
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
        let start = Instant::now();
        if let Err(repeat) = (step.run)() {
            eprintln!("xtask: {} failed; to repeat: {repeat}", step.name);
            return Ok(ExitCode::FAILURE);
        }
        println!("== {} took {} s", step.name, start.elapsed().as_secs());
    }
    Ok(ExitCode::SUCCESS)
}

fn help() -> String {
    let mut text = "ci [STEP]…\n  runs the named steps, or all of them in this order".to_owned();
    for Step { name, about, .. } in STEPS {
        text += &format!("\n    {name:<13}{about}");
    }
    text
}

fn fmt() -> Result<(), String> {
    Cargo::new("fmt --all -- --check").run()?;
    // Separate workspaces.
    [FUZZ, KIN].into_iter().try_for_each(|manifest| {
        Cargo::new(&format!("fmt --manifest-path {manifest} -- --check")).run()
    })
}

fn clippy() -> Result<(), String> {
    // `incompatible_msrv` reads `rust-version`: using a newer item of std fails here, without an old toolchain.
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

/// A separate workspace, which the steps for the whole workspace do not reach.
fn kin() -> Result<(), String> {
    let flags = format!("--locked --manifest-path {KIN} --target-dir target --all-targets");
    Cargo::new(&format!("clippy {flags} -- -D warnings")).run()?;
    Cargo::new(&format!("test {flags}")).run()
}

/// All other tests run with all features, so with the list.
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
    // A fixed seed: what a new one finds is not the fault of the change under test.
    Cargo::new("run --quiet --package browsers -- --seed 1").run()
}

fn recipes() -> Result<(), String> {
    Cargo::new("run --quiet --package recipes").run()
}

fn features() -> Result<(), String> {
    for library in Workspace::read()?.libraries() {
        let name = &library.name;
        for set in library.feature_sets() {
            // Separately: dev-dependencies turn on features of dependencies that both share.
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
