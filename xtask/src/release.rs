//! What a release needs: packages that build from nothing but themselves, dependencies that may be used, and the
//! oldest of them that do.

use std::fs;
use std::io;
use std::path::Path;

use toml::{Table, Value};
use xtask::workspace;

use crate::cargo::Cargo;
use crate::metadata::Workspace;
use crate::tool::Tool;

const DENY: Tool = Tool { name: "deny", version: "0.20.2" };

/// Licences, sources and doubles of everything that is built. Advisories too, where their database can be had.
pub fn deny() -> Result<(), String> {
    DENY.install()?;
    Cargo::new("deny --config .cargo/deny.toml check licenses bans sources").run()?;
    if Cargo::new("deny --config .cargo/deny.toml fetch db").succeeds() {
        return Cargo::new("deny --config .cargo/deny.toml check advisories").run();
    }
    println!("the database of advisories cannot be fetched: they are not looked at");
    Ok(())
}

/// Each library as it would be published, built from its package and from those of ours that it needs.
pub fn package() -> Result<(), String> {
    let workspace = Workspace::read()?;
    let packages: String =
        workspace.libraries().map(|library| format!(" --package {}", library.name)).collect();
    Cargo::new(&format!("package --quiet --allow-dirty{packages}")).run()
}

/// The libraries with the oldest versions of what they name themselves, and each feature of theirs.
pub fn minimal() -> Result<(), String> {
    let all = Workspace::read()?;
    let libraries: Vec<_> = all.libraries().collect();
    let names: Vec<String> = libraries.iter().map(|library| library.name.clone()).collect();
    let copy = workspace().join("target/minimal");
    copy_libraries(&names, &copy)
        .map_err(|error| format!("cargo xtask ci minimal   # {}: {error}", copy.display()))?;
    let manifest = "--manifest-path target/minimal/Cargo.toml";
    // What chooses the oldest is not stable yet.
    Cargo::new(&format!("generate-lockfile --quiet -Zdirect-minimal-versions {manifest}"))
        .env("RUSTC_BOOTSTRAP", "1")
        .run()?;
    for library in libraries {
        for set in library.feature_sets() {
            let package = &library.name;
            Cargo::new(&format!("check --quiet --locked --package {package} {set} {manifest}"))
                .run()?;
        }
    }
    Ok(())
}

/// A workspace of the libraries alone: what is there for tests, ours and those of the other members, would be chosen too.
fn copy_libraries(names: &[String], to: &Path) -> io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    let root = workspace();
    let members = names.iter().cloned().map(Value::String).collect();
    copy_manifest(root, to, |manifest| {
        if let Some(Value::Table(workspace)) = manifest.get_mut("workspace") {
            workspace.insert("members".to_owned(), Value::Array(members));
            workspace.remove("default-members");
            workspace.remove("exclude");
        }
    })?;
    fs::copy(root.join("README.md"), to.join("README.md"))?;
    for name in names {
        copy_manifest(&root.join(name), &to.join(name), |manifest| {
            manifest.remove("dev-dependencies");
            manifest.remove("test");
        })?;
        for folder in ["src", "docs"] {
            if root.join(name).join(folder).exists() {
                copy_all(&root.join(name).join(folder), &to.join(name).join(folder))?;
            }
        }
    }
    Ok(())
}

fn copy_manifest(from: &Path, to: &Path, change: impl FnOnce(&mut Table)) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let text = fs::read_to_string(from.join("Cargo.toml"))?;
    let mut manifest: Table = text.parse().map_err(io::Error::other)?;
    change(&mut manifest);
    fs::write(to.join("Cargo.toml"), toml::to_string(&manifest).map_err(io::Error::other)?)
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
