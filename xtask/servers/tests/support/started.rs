//! Starts the servers in the test's process.

use std::net::SocketAddr;
use std::sync::mpsc::channel;
use std::thread;

use servers::{Policies, start};
use tokio::net::TcpListener;
use xtask::options::Adapter;

/// Starts a server per adapter and returns the addresses. The servers end with the process.
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
