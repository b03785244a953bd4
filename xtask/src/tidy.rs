//! House rules that no lint checks.

mod names;
mod words;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toml::Table;
use xtask::workspace;

const REPEAT: &str = "cargo xtask ci tidy";

/// What is allowed at the top level besides dot files, `LICENSE*`, `*.toml` and `target`.
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

/// Split so that this file passes its own check.
const UNFINISHED: &[&str] =
    &[concat!("todo", "!("), concat!("unimplemented", "!("), concat!("#[", "ignore")];

/// The error is the command to repeat.
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
        if !is_allowed_at_the_top(&name) {
            faults.push(format!(
                "{name}: not allowed at the top level; move it into the crate it belongs to"
            ));
        }
        if name != ".git" && name != "target" {
            walk(&entry.path(), &mut faults)?;
        }
    }
    Ok(faults)
}

fn is_allowed_at_the_top(name: &str) -> bool {
    name.starts_with('.')
        || name.starts_with("LICENSE")
        || name.ends_with(".toml")
        || TOP.contains(&name)
}

/// Checks a file, or all files below a folder.
fn walk(path: &Path, faults: &mut Vec<String>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry: PathBuf = entry?.path();
            // `xtask/fuzz` and `xtask/kin` are workspaces, which may have target folders of their own.
            if entry.file_name().is_none_or(|name| name != "target") {
                walk(&entry, faults)?;
            }
        }
        return Ok(());
    }
    // Pictures and fuzz inputs are not text.
    let Ok(text) = fs::read_to_string(path) else { return Ok(()) };
    faults.extend(words::faults(path.strip_prefix(workspace()).unwrap_or(path), &text));
    let is_code = path.extension().is_some_and(|extension| extension == "rs");
    for (index, line) in text.lines().enumerate() {
        let at = || format!("{}:{}", path.display(), index + 1);
        if let Some(mark) = UNFINISHED.iter().find(|mark| is_code && line.contains(**mark)) {
            faults.push(format!("{}: {mark}: finish it or remove it", at()));
        }
        if let Some(fault) = names::fault(line) {
            faults.push(format!("{}: {fault}", at()));
        }
    }
    let check = match path.file_name().and_then(|name| name.to_str()) {
        Some("Cargo.toml") => names::faults_of_manifest,
        Some("Cargo.lock") => names::faults_of_lock,
        _ => return Ok(()),
    };
    let folder = path.parent().and_then(|folder| folder.strip_prefix(workspace()).ok());
    let folder = folder.map(|folder| folder.to_string_lossy().replace('\\', "/"));
    let table: Table = text.parse().map_err(io::Error::other)?;
    let found = check(&folder.unwrap_or_default(), &table).into_iter();
    faults.extend(found.map(|fault| format!("{}: {fault}", path.display())));
    Ok(())
}

#[test]
fn the_sources_are_tidy() {
    assert_eq!(faults().unwrap(), Vec::<String>::new());
}
