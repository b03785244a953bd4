//! rustc's errors for likely mistakes with types say what to write.

use std::fs;
use std::path::Path;
use std::process::Command;

use xtask::workspace;

const MISTAKES: &str = r#"
#![allow(unused)]
use cors_axum::{CorsLayer, Handle, Policy};

fn main() {
    let policy = || Policy::builder().allow_origins("*").build().unwrap();
    Policy::builder().allow_origins(8080);
    Policy::builder().allow_methods([1]);
    CorsLayer::new(Policy::builder());
    CorsLayer::new(Policy::builder().build());
    Handle::new(Policy::builder());
}
"#;

const SAID: &[&str] = &[
    "`{integer}` is neither an origin nor a list of origins",
    "write origins as text: `[\"https://app.example.com\", \"https://*.example.dev\"]`",
    "`[{integer}; 1]` is neither a name nor a list of names",
    "write names as text or in the types of `http`: `[\"PUT\"]`, `[Method::PUT]`, `[CONTENT_TYPE]`",
    "Builder` is not a policy",
    "`Result<Policy, ConfigErrors>` is not a policy",
    "`Policy::builder() … .build()?` makes a `Policy`, and so does `Policy::new(&config)?`",
];

#[test]
fn each_error_says_what_to_write() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diagnostics");
    fs::create_dir_all(folder.join("src")).unwrap();
    let path = workspace().join("cors-axum");
    let manifest = format!(
        "package = {{ name = \"mistakes\", edition = \"2024\" }}\nworkspace = {{}}\n\
         dependencies.cors-axum = {{ path = {path:?}, default-features = false }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/main.rs"), MISTAKES).unwrap();
    fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["check", "--quiet", "--offline"]).current_dir(&folder);
    // Without the settings of this test run.
    cargo.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS").env("CARGO_TERM_COLOR", "never");
    let output = cargo.output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    for said in SAID {
        assert!(text.contains(said), "{said}\nis missing in\n{text}");
    }
    assert!(text.contains("due to 5 previous errors"), "{text}");
}
