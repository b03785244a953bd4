//! What a release needs: packages that build on their own, dependencies we may use, and builds with the oldest
//! versions of them that we allow.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::Path;

use toml::{Table, Value};
use xtask::workspace;

use crate::cargo::{Cargo, FUZZ, KIN};
use crate::metadata::{Package, Workspace};
use crate::tool::Tool;

const DENY: Tool = Tool { name: "deny", version: "0.20.2" };

/// The manifests of all lock files.
const LOCKED: [&str; 3] = ["Cargo.toml", FUZZ, KIN];

/// Checks licences, sources and duplicates of all dependencies, and advisories if their database can be fetched.
pub fn deny() -> Result<(), String> {
    DENY.install()?;
    let deny = |manifest: &str, command: &str| {
        Cargo::new(&format!("deny --manifest-path {manifest} --config .cargo/deny.toml {command}"))
    };
    // No lock file needs every exception.
    let check = "check --allow license-exception-not-encountered --allow license-not-encountered";
    for manifest in LOCKED {
        deny(manifest, &format!("{check} licenses bans sources")).run()?;
    }
    if !deny(LOCKED[0], "fetch db").succeeds() {
        println!("the advisory database cannot be fetched; skipping advisories");
        return Ok(());
    }
    LOCKED.iter().try_for_each(|manifest| deny(manifest, "check advisories").run())
}

/// Builds each library from the package we would publish, with our other packages as its dependencies.
///
/// Works on a copy in which our packages require each other by exact version. Our own manifests name no version, so
/// that cargo never looks for our packages in a registry.
pub fn package() -> Result<(), String> {
    let all = Workspace::read()?;
    let libraries: Vec<&Package> = all.libraries().collect();
    let names: Vec<String> = libraries.iter().map(|library| library.name.clone()).collect();
    let version = libraries.first().map(|library| library.version.clone()).unwrap_or_default();
    let fault = |error: io::Error| format!("cargo xtask ci package   # {error}");
    // Cargo unpacks a version once, so what has changed needs another one.
    let version = format!("{version}.h{:x}", hash_of(&names).map_err(fault)?);
    let copy = workspace().join("target/packages");
    copy_libraries(&names, &copy, |workspace| {
        let mut table = |name: &str| match workspace.get_mut(name) {
            Some(Value::Table(table)) => std::mem::take(table),
            _ => Table::new(),
        };
        let (mut package, mut dependencies) = (table("package"), table("dependencies"));
        for name in &names {
            if let Some(Value::Table(ours)) = dependencies.get_mut(name) {
                ours.insert("version".to_owned(), format!("={version}").into());
            }
        }
        package.insert("version".to_owned(), version.into());
        // Otherwise cargo does not let the packages find each other.
        package.insert("publish".to_owned(), true.into());
        workspace.insert("package".to_owned(), package.into());
        workspace.insert("dependencies".to_owned(), dependencies.into());
    })
    .map_err(fault)?;
    let packages: String = names.iter().map(|name| format!(" --package {name}")).collect();
    Cargo::new(&format!(
        "package --quiet --allow-dirty{packages} --manifest-path target/packages/Cargo.toml --target-dir target"
    ))
    .run()
}

/// Builds the libraries, with each of their features, against the oldest versions of their direct
/// dependencies.
pub fn minimal() -> Result<(), String> {
    let all = Workspace::read()?;
    let libraries: Vec<_> = all.libraries().collect();
    let names: Vec<String> = libraries.iter().map(|library| library.name.clone()).collect();
    let copy = workspace().join("target/minimal");
    let fault =
        |error: io::Error| format!("cargo xtask ci minimal   # {}: {error}", copy.display());
    copy_libraries(&names, &copy, |_| {}).map_err(fault)?;
    let manifest = "--manifest-path target/minimal/Cargo.toml";
    // Choosing minimal versions is still unstable.
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
    // The next run starts from a new copy.
    fs::remove_dir_all(&copy).map_err(fault)
}

/// Copies only the libraries, without dev-dependencies: those would take part in choosing versions.
/// `change` edits the workspace's table.
fn copy_libraries(names: &[String], to: &Path, change: impl FnOnce(&mut Table)) -> io::Result<()> {
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
            change(workspace);
        }
    })?;
    fs::copy(root.join("Cargo.lock"), to.join("Cargo.lock"))?;
    for name in names {
        copy_manifest(&root.join(name), &to.join(name), |manifest| {
            manifest.remove("dev-dependencies");
            manifest.remove("test");
        })?;
        for entry in fs::read_dir(root.join(name))? {
            let entry = entry?;
            let file = entry.file_name();
            let file = file.to_string_lossy();
            if file.starts_with("LICENSE") || file == "README.md" {
                fs::copy(entry.path(), to.join(name).join(entry.file_name()))?;
            }
        }
        for folder in ["src", "docs"] {
            if root.join(name).join(folder).exists() {
                copy_all(&root.join(name).join(folder), &to.join(name).join(folder))?;
            }
        }
    }
    Ok(())
}

/// A hash of the libraries' manifests and sources.
fn hash_of(names: &[String]) -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    let mut folders: Vec<_> = names.iter().map(|name| workspace().join(name).join("src")).collect();
    for name in names {
        fs::read(workspace().join(name).join("Cargo.toml"))?.hash(&mut hasher);
    }
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<_> =
            fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else {
                fs::read(path)?.hash(&mut hasher);
            }
        }
    }
    Ok(hasher.finish())
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
