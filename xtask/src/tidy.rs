//! House rules that a machine can check and no lint does.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use xtask::workspace;

const REPEAT: &str = "cargo xtask ci tidy";

/// What may stand at the top level beside dot files, `LICENSE*`, settings (`*.toml`) and `target`.
const TOP: &[&str] = &[
    "cors-core",
    "cors-axum",
    "cors-actix",
    "cors-warp",
    "xtask",
    "target",
    "Cargo.lock",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
];

/// Cut in two, so that this file passes its own check.
const UNFINISHED: &[&str] =
    &[concat!("todo", "!("), concat!("unimplemented", "!("), concat!("#[", "ignore")];

/// An error is the command that repeats what failed.
pub fn step() -> Result<(), String> {
    let faults =
        faults().unwrap_or_else(|error| vec![format!("the sources cannot be read: {error}")]);
    if faults.is_empty() {
        return Ok(());
    }
    eprintln!("{}", faults.join("\n"));
    Err(REPEAT.to_owned())
}

fn faults() -> io::Result<Vec<String>> {
    let root = workspace();
    let mut faults = Vec::new();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !may_stand_at_the_top(&name) {
            faults.push(format!(
                "{name}: not at the top level; move it into the crate that it belongs to"
            ));
        }
        if entry.file_type()?.is_dir() && !name.starts_with('.') && name != "target" {
            unfinished(&entry.path(), &mut faults)?;
        }
    }
    Ok(faults)
}

fn may_stand_at_the_top(name: &str) -> bool {
    name.starts_with('.')
        || name.starts_with("LICENSE")
        || name.ends_with(".toml")
        || TOP.contains(&name)
}

fn unfinished(folder: &Path, faults: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path: PathBuf = entry?.path();
        if path.is_dir() {
            unfinished(&path, faults)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            for (index, line) in text.lines().enumerate() {
                if let Some(mark) = UNFINISHED.iter().find(|mark| line.contains(**mark)) {
                    faults.push(format!(
                        "{}:{}: {mark}: finish it or take it out",
                        path.display(),
                        index + 1
                    ));
                }
            }
        }
    }
    Ok(())
}

#[test]
fn the_sources_are_tidy() {
    assert_eq!(faults().unwrap(), Vec::<String>::new());
}
