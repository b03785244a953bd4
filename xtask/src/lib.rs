//! What the commands, the test servers and the tests share: flags, policy files, processes and a small HTTP client.

pub mod client;
pub mod explanation;
pub mod options;
pub mod policy_file;
pub mod running;

/// The manifest of the workspace that this was built from.
pub const WORKSPACE_MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");

/// The policy of `demo` when none is named.
pub const DEMO_POLICY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo.toml");
