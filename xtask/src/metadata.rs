//! What `cargo metadata` says about the workspace, so that we list crates and features only once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::cargo::Cargo;

/// The workspace and all its dependencies.
#[derive(Debug)]
pub struct Workspace {
    packages: BTreeMap<String, Package>,
}

/// A package in the dependency graph.
#[derive(Debug)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// As declared in its manifest.
    pub rust_version: Option<String>,
    /// Without `default`.
    pub features: Vec<String>,
    /// A member of the workspace outside `xtask`.
    is_ours: bool,
    /// One with a library and no program.
    is_library: bool,
    /// Ids of normal and build dependencies: its users build them too.
    needs: Vec<String>,
}

impl Workspace {
    pub fn read() -> Result<Self, String> {
        let cargo = Cargo::new("metadata --format-version 1 --all-features");
        let document = serde_json::from_slice(&cargo.output()?);
        Self::parse(&document.map_err(|error| format!("{cargo}   # does not print JSON: {error}"))?)
            .ok_or_else(|| format!("{cargo}   # lacks a field that we read"))
    }

    /// `None` if a field is missing or has another type.
    pub fn parse(document: &Value) -> Option<Self> {
        let members: BTreeSet<&str> =
            document["workspace_members"].as_array()?.iter().filter_map(Value::as_str).collect();
        let mut packages = BTreeMap::new();
        for package in document["packages"].as_array()? {
            let id = package["id"].as_str()?;
            let is_ours = members.contains(id)
                && !Path::new(package["manifest_path"].as_str()?)
                    .starts_with(Path::new(document["workspace_root"].as_str()?).join("xtask"));
            let targets = package["targets"].as_array()?;
            let has = |wanted: &str| {
                let mut kinds = targets.iter().filter_map(|target| target["kind"].as_array());
                kinds.any(|kinds| kinds.iter().any(|kind| kind == wanted))
            };
            let features =
                package["features"].as_object()?.keys().filter(|name| *name != "default");
            packages.insert(
                id.to_owned(),
                Package {
                    name: package["name"].as_str()?.to_owned(),
                    version: package["version"].as_str()?.to_owned(),
                    rust_version: package["rust_version"].as_str().map(str::to_owned),
                    features: features.cloned().collect(),
                    is_ours,
                    is_library: is_ours && has("lib") && !has("bin"),
                    needs: Vec::new(),
                },
            );
        }
        for node in document["resolve"]["nodes"].as_array()? {
            let needs = node["deps"].as_array()?.iter().filter(|dep| is_for_users(dep));
            let needs = needs.filter_map(|dep| dep["pkg"].as_str()).map(str::to_owned).collect();
            packages.get_mut(node["id"].as_str()?)?.needs = needs;
        }
        Some(Self { packages })
    }

    /// Our libraries.
    pub fn libraries(&self) -> impl Iterator<Item = &Package> {
        self.packages.values().filter(|package| package.is_library)
    }

    /// Our packages and everything their users build with them, on any platform and with any
    /// feature.
    pub fn built_by_users(&self) -> Vec<&Package> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&Package> =
            self.packages.values().filter(|package| package.is_ours).collect();
        let mut found = Vec::new();
        while let Some(package) = open.pop() {
            if seen.insert((&package.name, &package.version)) {
                found.push(package);
                open.extend(package.needs.iter().filter_map(|id| self.packages.get(id)));
            }
        }
        found
    }
}

impl Package {
    /// Flags for cargo: no features, the default ones, each alone, and all.
    pub fn feature_sets(&self) -> Vec<String> {
        let alone =
            self.features.iter().map(|name| format!("--no-default-features --features {name}"));
        let (none, all) = ("--no-default-features".to_owned(), "--all-features".to_owned());
        [none, String::new()].into_iter().chain(alone).chain([all]).collect()
    }
}

/// `dep_kinds` contains `null` for a normal dependency, otherwise `"build"` or `"dev"`.
fn is_for_users(dep: &Value) -> bool {
    let kinds = dep["dep_kinds"].as_array();
    kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"] != "dev"))
}
