//! Starts the built servers under a test's own policy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::running::Running;

/// A test's own policy file. `name` must be unique among the tests.
pub fn policy_file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("servers-{name}.toml"));
    fs::write(&path, text).unwrap();
    path
}

/// The server of `adapter` on `addr`.
pub fn serve(adapter: &str, policy: &Path, addr: &str) -> Running {
    let mut command = Command::new(env!("CARGO_BIN_EXE_servers"));
    command.args(["serve", "--adapter", adapter, "--addr", addr, "--policy"]).arg(policy);
    Running::start(&mut command).unwrap()
}
