//! A test server in its own process, with a policy that you can swap.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use xtask::options::{Adapter, Serve};
use xtask::running::Running;

use crate::cargo;

/// The server and its policy file. Dropping this removes both.
pub struct Server {
    pub adapter: Adapter,
    file: PathBuf,
    running: Option<(Running, SocketAddr)>,
}

impl Server {
    /// Starts nothing yet. `by` is the command that needs the server.
    pub fn new(by: &str, adapter: Adapter) -> Self {
        let name = format!("cors-{by}-{}-{}.toml", std::process::id(), adapter.name());
        Self { adapter, file: std::env::temp_dir().join(name), running: None }
    }

    /// Puts `policy` in force and returns where the server listens.
    pub fn under(&mut self, policy: &str) -> Result<SocketAddr, String> {
        if let Some((running, addr)) = self.running.as_ref().filter(|_| cfg!(unix)) {
            return match self.reload(running, policy)? {
                Reloaded::InForce => Ok(*addr),
                Reloaded::Refused(said) => Err(format!("its server refuses the policy:\n{said}")),
            };
        }
        self.write(policy)?;
        let (running, addr) = start(self.adapter, &self.file)?;
        self.running = Some((running, addr));
        Ok(addr)
    }

    /// Gives the running server a policy that it must refuse.
    pub fn refuses(&self, policy: &str) -> Result<(), String> {
        let (running, _) = self.running.as_ref().ok_or("its server is not started")?;
        match self.reload(running, policy)? {
            Reloaded::InForce => Err("its server accepts a bad policy".to_owned()),
            Reloaded::Refused(_) => Ok(()),
        }
    }

    /// The process id, once started.
    pub fn id(&self) -> Option<u32> {
        self.running.as_ref().map(|(running, _)| running.id())
    }

    fn write(&self, policy: &str) -> Result<(), String> {
        fs::write(&self.file, policy).map_err(|error| format!("{}: {error}", self.file.display()))
    }

    /// Waits until the server confirms: requests sent after that get the new policy.
    fn reload(&self, running: &Running, policy: &str) -> Result<Reloaded, String> {
        self.write(policy)?;
        hang_up(running)?;
        let done = format!("{}: read again, in force", self.file.display());
        let refused = format!("{}: the running policy stays in force", self.file.display());
        let mut said = Vec::new();
        while let Some(line) = running.next_err() {
            if line == done {
                return Ok(Reloaded::InForce);
            }
            let stop = line == refused;
            said.push(line);
            if stop {
                return Ok(Reloaded::Refused(said.join("\n")));
            }
        }
        Err(format!("its server ends:\n{}", said.join("\n")))
    }
}

/// How the server reacted to the policy.
enum Reloaded {
    InForce,
    /// What the server said about the policy.
    Refused(String),
}

#[cfg(unix)]
fn hang_up(running: &Running) -> Result<(), String> {
    running.signal("HUP").map_err(|error| error.to_string())
}

#[cfg(not(unix))]
fn hang_up(_: &Running) -> Result<(), String> {
    Err("no SIGHUP here".to_owned())
}

fn start(adapter: Adapter, policy: &Path) -> Result<(Running, SocketAddr), String> {
    let addr = (Ipv4Addr::LOCALHOST, 0).into();
    let serve = Serve { adapter, policy: policy.to_owned(), addr };
    let mut command = cargo::command();
    command
        .args(["run", "--quiet", "--package", "servers", "--manifest-path"])
        .arg(xtask::workspace().join("Cargo.toml"))
        .arg("--")
        .args(serve.to_args());
    let running = Running::start(&mut command)
        .map_err(|error| format!("its server cannot be started: {error}"))?;
    while let Some(line) = running.next_out() {
        let addr = line.strip_prefix("listening on http://").and_then(|rest| rest.parse().ok());
        if let Some(addr) = addr {
            return Ok((running, addr));
        }
    }
    let said: Vec<_> = std::iter::from_fn(|| running.next_err()).collect();
    Err(format!("its server does not listen:\n{}", said.join("\n")))
}

impl Drop for Server {
    fn drop(&mut self) {
        // In the folder for temporary files, so a leftover is harmless.
        let _ = fs::remove_file(&self.file);
    }
}
