//! We do not own our names on crates.io: `cors-core` belongs to somebody else, and anyone can take the others. So
//! nothing here may point there: no command, link or version requirement. Only `xtask/kin` does, to compare.

use toml::{Table, Value};

/// The prefix of all our package names.
const OURS: &str = "cors-";

/// The folder that may require the other `cors-core`, and the name by which it does.
const KIN: (&str, &str) = ("xtask/kin", "theirs");

/// Sites with package names in their URLs.
const REGISTRIES: &[&str] =
    &["crates.io", "docs.rs", "lib.rs", "deps.rs", "shields.io", "badge.fury.io"];

/// Why this line points there, if it does.
pub fn fault(line: &str) -> Option<&'static str> {
    let words = || line.split(|c: char| c.is_whitespace() || "`\"'<>()[]".contains(c));
    let ours = |word: &str| word.starts_with(OURS) && word.len() > OURS.len();
    let installs = ["cargo add ", "cargo install ", "cargo binstall ", "cargo info "];
    if let Some(arguments) = installs
        .iter()
        .find_map(|command| line.split_once(command))
        .map(|(_, rest)| rest.split('`').next().unwrap_or_default())
        .filter(|arguments| arguments.split_whitespace().any(ours))
        && !["--path", "--git"].iter().any(|flag| arguments.contains(flag))
    {
        return Some("asks crates.io for one of our packages; name a path or a repository");
    }
    let leads_there = |word: &str| {
        REGISTRIES.iter().any(|host| word.contains(&format!("{host}/")))
            && word.split(['/', '?', '#']).skip(1).any(ours)
    };
    if words().any(leads_there) {
        return Some("links to somebody else's page; link to the file or the item");
    }
    let text = line.trim_start_matches(['/', '!', ' ', '#', '>']);
    let (name, value) = text.split_once('=')?;
    let is_requirement = ours(name.trim())
        && !name.trim().contains(' ')
        && (value.trim_start().starts_with(['"', '\'']) || value.contains("version"));
    is_requirement.then_some("requires a version, so cargo looks on crates.io; name a path")
}

/// What in the manifest of this folder points there, or lets cargo publish it.
pub fn faults_of_manifest(folder: &str, manifest: &Table) -> Vec<String> {
    let mut faults = Vec::new();
    requirements(folder, manifest, &mut faults);
    if let Some(package) = manifest.get("package").and_then(Value::as_table)
        && package.get("publish").is_none_or(|publish| {
            let inherits = publish.as_table().is_some_and(|table| table.contains_key("workspace"));
            publish.as_bool() != Some(false) && !inherits
        })
    {
        faults.push("package.publish: write publish = false".to_owned());
    }
    let workspace = manifest.get("workspace").and_then(|workspace| workspace.get("package"));
    if workspace.is_some_and(|package| package.get("publish") != Some(&Value::Boolean(false))) {
        faults.push("workspace.package.publish: write publish = false".to_owned());
    }
    faults
}

/// The packages in the lock file of this folder that have our names and come from elsewhere.
pub fn faults_of_lock(folder: &str, lock: &Table) -> Vec<String> {
    let packages = lock.get("package").and_then(Value::as_array).into_iter().flatten();
    let text = |package: &Value, key: &str| package.get(key)?.as_str().map(str::to_owned);
    packages
        .filter_map(|package| Some((text(package, "name")?, text(package, "source")?)))
        .filter(|(name, _)| name.starts_with(OURS) && (folder, &**name) != (KIN.0, "cors-core"))
        .map(|(name, source)| format!("{name} comes from {source}, so it is somebody else's"))
        .collect()
}

fn requirements(folder: &str, table: &Table, faults: &mut Vec<String>) {
    for (name, value) in table {
        let package = value.get("package").and_then(Value::as_str).unwrap_or(name);
        let version = value.as_str().or_else(|| value.get("version").and_then(Value::as_str));
        match version {
            // Exact, because what it does is written down.
            Some(version) if (folder, name.as_str()) == KIN && version.starts_with('=') => {}
            Some(version) if package.starts_with(OURS) && name != "name" => faults.push(format!(
                "{name} = {version:?}: with a version, cargo looks on crates.io; give only a path"
            )),
            _ => {}
        }
        match value {
            Value::Table(inner) => requirements(folder, inner, faults),
            Value::Array(all) => {
                all.iter()
                    .filter_map(Value::as_table)
                    .for_each(|table| requirements(folder, table, faults));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for line in [
            concat!("with `cargo add ", "cors-axum` (or another)"),
            concat!("$ cargo install --locked ", "cors-cli"),
            concat!("//! [cookbook]: https://docs.rs/", "cors-core/latest/cors_core/guide/"),
            concat!("[![version](https://img.shields.io/crates/v/", "cors-core.svg)]"),
            concat!("see <https://crates.io/crates/", "cors-warp>"),
            concat!("cors-axum", " = \"0.1\""),
            concat!("//! cors-actix", " = { version = \"0.1\", features = [\"regex\"] }"),
        ] {
            assert!(fault(line).is_some(), "{line}");
        }
        for line in [
            "cargo add --path ../cors/cors-axum cors-axum",
            "cargo install --path cors-core/cli",
            "cors-axum = { path = \"../cors/cors-axum\", features = [\"file\"] }",
            "cors-core.workspace = true",
            "https://docs.rs/tower",
            "https://crates.io/crates/actix-cors",
            "the crate `cors-core` on crates.io is somebody else's",
            "cargo add axum",
            "let url = \"https://github.com/jub0bs/cors-core\";",
        ] {
            assert_eq!(fault(line), None, "{line}");
        }
    }

    #[test]
    fn manifests() {
        for (manifest, count) in [
            ("dependencies.cors-core = '0.1'", 1),
            ("dependencies.cors-core = { path = 'a', version = '0.1' }", 1),
            ("dependencies.engine = { package = 'cors-core', version = '0.1' }", 1),
            ("target.'cfg(unix)'.dev-dependencies.cors-axum = '*'", 1),
            ("[workspace.dependencies]\ncors-axum = { version = '=0.1.0' }", 1),
            ("package = { name = 'cors-core' }", 1),
            ("workspace.package.publish = true", 1),
            ("dependencies.cors-core = { path = '../cors-core', features = ['file'] }", 0),
            ("dependencies.cors-core.workspace = true", 0),
            ("dependencies.actix-cors = '0.7'", 0),
            ("package = { name = 'cors-core', publish = false }", 0),
            ("package = { name = 'cors-core', publish.workspace = true }", 0),
            ("workspace.package.publish = false", 0),
        ] {
            let faults = faults_of_manifest("cors-axum", &manifest.parse().unwrap());
            assert_eq!(faults.len(), count, "{manifest}: {faults:?}");
        }
    }

    #[test]
    fn only_the_comparison_has_the_other_crate() {
        let requirement = |name: &str, version: &str| -> Table {
            let inner = format!("{name} = {{ package = 'cors-core', version = '{version}' }}");
            format!("[dependencies]\n{inner}").parse().unwrap()
        };
        for (folder, name, version, count) in [
            ("xtask/kin", "theirs", "=0.1.1", 0),
            ("xtask/kin", "theirs", "0.1.1", 1),
            ("xtask/kin", "ours", "=0.1.1", 1),
            ("xtask/peers", "theirs", "=0.1.1", 1),
        ] {
            let faults = faults_of_manifest(folder, &requirement(name, version));
            assert_eq!(faults.len(), count, "{folder}, {name}, {version}: {faults:?}");
        }
        let lock = "[[package]]\nname = 'cors-core'\nversion = '0.0.0'\n[[package]]\n\
                    name = 'cors-core'\nversion = '0.1.1'\nsource = 'registry'\n[[package]]\n\
                    name = 'http'\nversion = '1.0.0'\nsource = 'registry'";
        let lock: Table = lock.parse().unwrap();
        for (folder, count) in [("", 1), ("xtask/fuzz", 1), ("xtask/kin", 0)] {
            assert_eq!(faults_of_lock(folder, &lock).len(), count, "{folder}");
        }
        let another = "package = [{ name = 'cors-axum', source = 'registry' }]".parse().unwrap();
        assert_eq!(faults_of_lock("xtask/kin", &another).len(), 1);
    }
}
