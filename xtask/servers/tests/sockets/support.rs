//! Starts servers: the built program under a test's own policy, or all three in the test's process.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::channel;
use std::thread;

use servers::{Policies, start};
use tokio::net::TcpListener;
use xtask::options::Adapter;
use xtask::running::Running;

/// A test's own policy file. `name` must be unique among the tests.
pub fn policy_file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("servers-{name}.toml"));
    fs::write(&path, text).unwrap();
    path
}

/// The built server of `adapter` on `addr`.
pub fn serve(adapter: &str, policy: &Path, addr: &str) -> Running {
    let mut command = Command::new(env!("CARGO_BIN_EXE_servers"));
    command.args(["serve", "--adapter", adapter, "--addr", addr, "--policy"]).arg(policy);
    Running::start(&mut command).unwrap()
}

/// Starts a server per adapter in this process and returns the addresses. The servers end with it.
pub fn servers(policies: &Policies) -> Vec<(Adapter, SocketAddr)> {
    let (sender, receiver) = channel();
    for adapter in Adapter::ALL {
        let (sender, policies) = (sender.clone(), policies.clone());
        thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                sender.send((*adapter, listener.local_addr().unwrap())).unwrap();
                start(*adapter, listener, policies).running.await.unwrap();
            });
        });
    }
    receiver.into_iter().take(Adapter::ALL.len()).collect()
}
