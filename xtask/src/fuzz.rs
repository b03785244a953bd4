//! `fuzz`: runs one fuzz target for a while, on the stable toolchain.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

use lexopt::{Arg, Parser, ValueExt};
use xtask::options::once;
use xtask::workspace;

use crate::cargo::{Cargo, FUZZ};
use crate::{Exit, usage};

const USAGE: &str = "\
fuzz [NAME [--time SECONDS]]
  runs a fuzz target for 60 seconds or SECONDS; without a name, lists the targets
  needs a C++ compiler to build libFuzzer
  collects interesting inputs in target/fuzz/corpus/NAME, starting from tests/corpus/NAME of its crate
  writes an input that breaks the target's law to target/fuzz/artifacts";

/// Makes the compiler count executed code and record comparisons, as libFuzzer requires.
const INSTRUMENTED: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1";

pub fn run(parser: &mut Parser) -> Exit {
    let (mut name, mut time) = (None, None);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return usage(USAGE),
            Arg::Long("time") => once("--time", &mut time, parser.value()?.parse::<NonZeroU32>()?)?,
            Arg::Value(value) => once("NAME", &mut name, value.string()?)?,
            other => return Err(other.unexpected()),
        }
    }
    let targets = targets();
    let Some(name) = name else {
        if time.is_some() {
            return Err(format!("fuzz --time: name a target: {}", targets.join(", ")).into());
        }
        println!("{}", targets.join("\n"));
        return Ok(ExitCode::SUCCESS);
    };
    if !targets.contains(&name) {
        return Err(
            format!("fuzz {name:?}: no such target; use one of {}", targets.join(", ")).into()
        );
    }
    Ok(match fuzz(&name, time.map_or(60, NonZeroU32::get)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    })
}

/// The crates with targets. Each has one folder per target, which a test keeps in step.
const CRATES: [(&str, &str); 2] = [("cors-core", "cors-core"), ("cors-cli", "cors-core/cli")];

fn committed(folder: &str) -> PathBuf {
    workspace().join(folder).join("tests/corpus")
}

fn targets() -> Vec<String> {
    let entries = |(_, folder): (_, &str)| fs::read_dir(committed(folder)).into_iter().flatten();
    let folders = CRATES.into_iter().flat_map(entries).flatten();
    let mut names: Vec<_> =
        folders.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn fuzz(name: &str, seconds: u32) -> Result<(), String> {
    let program = build()?;
    let (package, committed) = CRATES
        .map(|(package, folder)| (package, committed(folder).join(name)))
        .into_iter()
        .find(|(_, folder)| folder.is_dir())
        .ok_or_else(|| format!("{name} has no corpus"))?;
    let folder = workspace().join("target/fuzz");
    let (corpus, artifacts) = (folder.join("corpus").join(name), folder.join("artifacts"));
    let prepared = fs::create_dir_all(&artifacts).and_then(|()| copy_files(&committed, &corpus));
    prepared.map_err(|error| format!("{} cannot be filled: {error}", folder.display()))?;

    let prefix = artifacts.join(format!("{name}-"));
    let known = files(&artifacts);
    let mut command = Command::new(&program);
    command
        .env("CORS_FUZZ_TARGET", name)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}", prefix.display()))
        .args(["-timeout=20", "-print_final_stats=1"])
        .arg(&corpus);
    match command.status() {
        Ok(status) if status.success() => return Ok(()),
        Ok(_) => {}
        Err(error) => return Err(format!("{} cannot be started: {error}", program.display())),
    }
    let found = files(&artifacts).into_iter().find(|file| !known.contains(file));
    let Some(found) = found else { return Err(format!("fuzz {name} failed without an input")) };
    Err(format!(
        "{name} breaks its law on {found}; to repeat: CORS_FUZZ_TARGET={name} {program} {found}\n\
         keep it: copy it to {corpus} and run cargo test -p {package} --all-features --test fuzz",
        found = found.display(),
        program = program.display(),
        corpus = committed.display(),
    ))
}

/// Returns the program's path.
fn build() -> Result<PathBuf, String> {
    let compiler = env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let there = Command::new(&compiler).arg("--version").output();
    if !there.is_ok_and(|output| output.status.success()) {
        return Err(format!("libFuzzer needs a C++ compiler, and {compiler} does not run"));
    }
    let host = host()?;
    // With a target named, the flags do not reach build scripts and macros.
    Cargo::new(&format!(
        "build --release --manifest-path {FUZZ} --target-dir target/fuzz --target {host}"
    ))
    .env("RUSTFLAGS", INSTRUMENTED)
    .run()
    .map_err(|repeat| format!("the fuzz targets cannot be built; to repeat: {repeat}"))?;
    Ok(workspace().join("target/fuzz").join(host).join("release/fuzz"))
}

/// The platform this toolchain builds for.
fn host() -> Result<String, String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output();
    let output = output.map_err(|error| format!("rustc cannot be started: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc -vV does not name its host".to_owned())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}
