//! The oldest Rust that our libraries promise to build with, declared once: the workspace's `rust-version`.
//!
//! Two checks find a broken promise without an old toolchain: dependencies must not declare a newer Rust
//! (here), and we must not use newer items of std (clippy's `incompatible_msrv`, in `ci`).

use crate::metadata::{Package, Workspace};

const REPEAT: &str = "cargo xtask ci msrv";

/// The error is the command to repeat.
pub fn step() -> Result<(), String> {
    let faults = faults(&Workspace::read()?);
    if faults.is_empty() {
        return Ok(());
    }
    eprintln!("{}", faults.join("\n"));
    Err(REPEAT.to_owned())
}

fn faults(workspace: &Workspace) -> Vec<String> {
    let ours = workspace.libraries().filter_map(parse).min();
    let mut faults = Vec::new();
    for library in workspace.libraries() {
        if parse(library).is_none_or(|found| Some(found) != ours) {
            faults.push(format!(
                "{}: write rust-version.workspace = true in its manifest",
                library.name
            ));
        }
    }
    for Package { name, version, rust_version, .. } in workspace.built_by_users() {
        if let Some(needed) = rust_version.as_deref().filter(|needed| Some(numbers(needed)) > ours)
        {
            faults.push(format!(
                "{name} {version}: needs Rust {needed}; use an older version or raise rust-version"
            ));
        }
    }
    faults
}

fn parse(package: &Package) -> Option<[u64; 3]> {
    package.rust_version.as_deref().map(numbers)
}

/// `1.88` equals `1.88.0`. Cargo allows only digits and dots here.
fn numbers(rust_version: &str) -> [u64; 3] {
    let mut parts = rust_version.split('.').map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn package(id: &str, rust_version: Value) -> Value {
        let folder = if id == "tool" { "xtask/tool" } else { id };
        json!({
            "id": id, "name": id, "version": "1.0.0", "features": {}, "rust_version": rust_version,
            "manifest_path": format!("/w/{folder}/Cargo.toml"), "targets": [{ "kind": ["lib"] }],
        })
    }

    fn node(id: &str, deps: &[(&str, Value)]) -> Value {
        let deps =
            deps.iter().map(|(pkg, kind)| json!({ "pkg": pkg, "dep_kinds": [{ "kind": kind }] }));
        json!({ "id": id, "deps": deps.collect::<Vec<_>>() })
    }

    #[test]
    fn only_what_users_build_counts() {
        let newer = || json!("1.100.1");
        let document = json!({
            "workspace_root": "/w",
            "workspace_members": ["lib", "bare", "tool"],
            "packages": [
                package("lib", json!("1.88")),
                package("bare", Value::Null),
                package("tool", newer()),
                package("normal", newer()),
                package("build", newer()),
                package("dev", newer()),
                package("below", newer()),
                package("same", json!("1.88.0")),
                package("older", json!("1.9")),
                package("silent", Value::Null),
            ],
            "resolve": { "nodes": [
                node("lib", &[("same", Value::Null), ("build", json!("build")), ("dev", json!("dev")), ("older", Value::Null)]),
                node("tool", &[("normal", Value::Null)]),
                node("same", &[("below", Value::Null), ("silent", Value::Null)]),
            ] },
        });
        let faults = faults(&Workspace::parse(&document).unwrap());
        let names: Vec<_> =
            faults.iter().map(|fault| fault.split([' ', ':']).next().unwrap()).collect();
        assert_eq!(names, ["bare", "build", "below"], "{faults:#?}");
    }
}
