//! The public API of each library, in its `api.txt`: reviews see every change. Note changes in the changelog.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::process::Command;

use expect_test::expect_file;
use public_api::Builder;
use xtask::workspace;

/// The version of rustdoc's JSON that we read, which Rust 1.95 writes.
const FORMAT: u64 = 57;

#[test]
fn it_is_what_each_api_txt_says() {
    for (library, text) in [
        ("cors-core", expect_file!["../../cors-core/api.txt"]),
        ("cors-axum", expect_file!["../../cors-axum/api.txt"]),
        ("cors-actix", expect_file!["../../cors-actix/api.txt"]),
        ("cors-warp", expect_file!["../../cors-warp/api.txt"]),
    ] {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("api");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(workspace()).args(["rustdoc", "--quiet", "--lib", "--all-features"]);
        cargo.args(["--package", library, "--target-dir"]).arg(&target);
        cargo.args(["--", "-Zunstable-options", "--output-format=json", "--cap-lints=allow"]);
        // JSON output is still unstable.
        let status = cargo.env("RUSTC_BOOTSTRAP", "1").status().unwrap();
        assert!(status.success(), "{cargo:?}");

        let json = target.join("doc").join(library.replace('-', "_")).with_extension("json");
        let file = BufReader::new(File::open(&json).unwrap());
        let format =
            &serde_json::from_reader::<_, serde_json::Value>(file).unwrap()["format_version"];
        if format.as_u64() != Some(FORMAT) {
            eprintln!("skipped: this rustdoc writes version {format} of its JSON, not {FORMAT}");
            return;
        }
        let api = Builder::from_rustdoc_json(json)
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true)
            .build()
            .unwrap();
        text.assert_eq(&api.to_string());
    }
}

/// The crates whose types the public API of each library names, except the standard library and our own.
/// A new major version of any of them is one of ours too.
const NAMED: [(&str, &[&str]); 4] = [
    ("cors-core", &["http", "proptest", "serde_core"]),
    ("cors-axum", &["http", "pin_project_lite", "tower_layer", "tower_service"]),
    ("cors-actix", &["actix_http", "actix_service", "actix_web", "http", "pin_project_lite"]),
    ("cors-warp", &["http", "http_body", "hyper", "tokio", "tower_service", "warp"]),
];

#[test]
fn no_other_crate_is_named() {
    let own = ["alloc", "bool", "core", "std", "cors_core", "cors_axum", "cors_actix", "cors_warp"];
    for (library, named) in NAMED {
        let text = fs::read_to_string(workspace().join(library).join("api.txt")).unwrap();
        let is_part = |char: char| char.is_alphanumeric() || char == '_' || char == ':';
        let paths = text.split(|char| !is_part(char)).filter_map(|path| path.split_once("::"));
        let is_crate = |name: &str| name.starts_with(|char: char| char.is_ascii_lowercase());
        let crates: BTreeSet<_> =
            paths.map(|(name, _)| name).filter(|name| is_crate(name)).collect();
        let foreign: Vec<_> = crates.into_iter().filter(|name| !own.contains(name)).collect();
        assert_eq!(foreign, named, "{library}");
    }
}
