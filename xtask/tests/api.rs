//! The public API of each library, in its `api.txt`: reviews see every change. Note changes in the changelog.

use std::fs::File;
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
