//! What the commands, the test servers and the tests share: flags, processes, a small HTTP client.

pub mod client;
pub mod options;
pub mod running;

use std::path::Path;

/// The root of the workspace that this was built from.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is in a folder of it")
}

/// The default policy of `demo`.
pub const DEMO_POLICY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo.toml");
