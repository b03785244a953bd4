//! A build prints something only if there is something to build.

use std::fs;
use std::path::Path;
use std::process::Command;

fn build(folder: &Path) -> (bool, String) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--offline", "--manifest-path"]).arg(folder.join("Cargo.toml"));
    // Without the settings of this test run.
    cargo.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS").env("CARGO_TERM_COLOR", "never");
    // A separate home, so that it never waits for another cargo and prints that.
    cargo.env("CARGO_HOME", folder.join("home"));
    let mut log = Vec::new();
    let status = start::build(&mut cargo, "building it", &mut log).unwrap();
    (status.success(), String::from_utf8(log).unwrap())
}

#[test]
fn it_prints_what_it_builds_and_nothing_if_all_is_built() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tiny");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("src")).unwrap();
    let manifest = "[package]\nname = \"tiny\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();

    fs::write(folder.join("src/main.rs"), "fn main() {}").unwrap();
    let (success, log) = build(&folder);
    assert!(success && log.starts_with("building it\n"), "{log}");
    assert!(log.contains("Compiling tiny "), "{log}");
    assert_eq!(build(&folder), (true, String::new()));

    fs::write(folder.join("src/main.rs"), "fn main() { wrong }").unwrap();
    let (success, log) = build(&folder);
    assert!(!success && log.contains("cannot find value `wrong`"), "{log}");
}
