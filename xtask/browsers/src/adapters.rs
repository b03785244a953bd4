//! Runs the test API on every adapter in this process.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use servers::{Hosts, Policies};
use tokio::net::TcpListener;
use tokio::runtime;
use xtask::options::Adapter;

use crate::proxy::Upstreams;

/// The running servers. They end with the process.
#[derive(Debug)]
pub struct Adapters {
    hosts: Arc<Hosts>,
    upstreams: Upstreams,
}

impl Adapters {
    /// Starts the servers on free loopback ports. No host has a policy yet.
    pub fn start() -> Result<Self, String> {
        let hosts = Arc::new(Hosts::new());
        let start = |adapter| start(adapter, Policies::ByHost(Arc::clone(&hosts)));
        let upstreams = Upstreams::start(start)?;
        Ok(Self { hosts, upstreams })
    }

    /// The policies of all three servers, by host name.
    pub fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// The addresses of the servers.
    pub fn upstreams(&self) -> Upstreams {
        self.upstreams
    }
}

/// Uses a new thread, because an adapter may not be `Send`.
fn start(adapter: Adapter, policies: Policies) -> Result<SocketAddr, String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        if let Err(error) = serve(adapter, policies, &sender) {
            // If it fails late, nobody receives this any more.
            let _ = sender.send(Err(format!("{}: {error}", adapter.name())));
        }
    });
    receiver.recv().unwrap_or_else(|_| Err(format!("{}: it does not start", adapter.name())))
}

fn serve(
    adapter: Adapter,
    policies: Policies,
    sender: &Sender<Result<SocketAddr, String>>,
) -> std::io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let started = servers::start(adapter, listener, policies);
        let _ = sender.send(Ok(addr));
        started.running.await
    })
}
