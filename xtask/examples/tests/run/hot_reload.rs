//! Runs `hot_reload` with a file that changes.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::client::{APP, allows_one_and_no_other, start};
use xtask::running::Running;

fn hot_reload(path: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hot_reload"));
    command.arg(path);
    command
}

/// Replaces the file as the example's page says: writes another one and renames it.
fn replace(path: &Path, text: &str) {
    let new = path.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::rename(&new, path).unwrap();
}

#[test]
fn a_good_file_is_put_in_force_and_a_bad_one_is_not() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hot_reload.toml");
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/policy.toml"), &path).unwrap();
    let (running, addr) = start(&mut hot_reload(&path));
    allows_one_and_no_other(addr, APP, "/items/7", "/items/seven");

    replace(&path, "allow_origins = [\n  'https://new.example.com/',\n]\n");
    let fault = running.next_err().unwrap();
    assert!(fault.starts_with(&format!("{}:2: allow_origins", path.display())), "{fault}");
    assert!(running.next_err().unwrap().ends_with("the policy in force stays"));
    allows_one_and_no_other(addr, APP, "/items/7", "/items/seven");

    #[cfg(unix)]
    {
        let pipe = path.with_extension("pipe");
        let _ = fs::remove_file(&pipe);
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        fs::rename(&pipe, &path).unwrap();
        assert!(running.next_err().unwrap().contains("a pipe, not a regular file"));
        assert!(running.next_err().unwrap().ends_with("the policy in force stays"));
    }

    fs::remove_file(&path).unwrap();
    assert!(running.next_err().is_some());
    assert!(running.next_err().unwrap().ends_with("the policy in force stays"));
    allows_one_and_no_other(addr, APP, "/items/7", "/items/seven");

    let new = "allow_origins = ['https://new.example.com', 'https://*.new.example.com']\n";
    replace(&path, &format!("{new}allow_methods = ['PUT']\n"));
    assert!(running.next_out().unwrap().starts_with("reloaded "));
    allows_one_and_no_other(addr, "https://new.example.com", "/items/7", "/items/seven");
    assert!(!crate::client::preflight(addr, "/items/7", APP, "PUT"));
}

#[test]
fn it_does_not_start_with_a_bad_file() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bad.toml");
    fs::write(&path, "allow_origins = ['*']\nallow_credentials = true\n").unwrap();
    let mut running = Running::start(hot_reload(&path).env("ADDR", "127.0.0.1:0")).unwrap();
    assert_eq!(running.next_out(), None);
    let fault = running.next_err().unwrap();
    assert!(fault.contains("allow_credentials"), "{fault}");
    assert_eq!(running.wait().unwrap().code(), Some(1));
}
