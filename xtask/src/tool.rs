//! Cargo subcommands that not every machine has.

use crate::cargo::Cargo;

/// A cargo subcommand, installed in the version that our settings for it were made for.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// The name, as in `cargo NAME`.
    pub name: &'static str,
    /// Only for installing: a version that is already there is used as it is.
    pub version: &'static str,
}

impl Tool {
    /// Installs the tool if it is missing. The error is the command that failed.
    pub fn install(self) -> Result<(), String> {
        let Self { name, version } = self;
        if Cargo::new(&format!("{name} --version")).succeeds() {
            return Ok(());
        }
        Cargo::new(&format!("install --locked cargo-{name}@{version}")).run()
    }
}
