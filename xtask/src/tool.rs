//! Programs that cargo runs as its own commands, and that are not on every machine.

use crate::cargo::Cargo;

/// A cargo command that `cargo install` brings, at the version that its settings here were made for.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// As in `cargo NAME`.
    pub name: &'static str,
    /// Whatever is installed already is taken as it is.
    pub version: &'static str,
}

impl Tool {
    /// Installs it where it is missing; an error is the command that failed.
    pub fn install(self) -> Result<(), String> {
        let Self { name, version } = self;
        if Cargo::new(&format!("{name} --version")).succeeds() {
            return Ok(());
        }
        Cargo::new(&format!("install --locked cargo-{name}@{version}")).run()
    }
}
