//! A test server in a process of its own: both sides of it.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use servers::{Policies, Started};
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::oneshot;
use xtask::options::Adapter;

use crate::policy;
use crate::rows::PolicyKind;

/// What the layer has, if it is there.
const POLICY: PolicyKind = PolicyKind::Origins(100);

/// As many threads as the test servers have elsewhere.
const WORKERS: usize = 2;

const WITH: &str = "with";
const WITHOUT: &str = "without";

/// Long enough for a server to end once it is told to.
const GRACE: Duration = Duration::from_secs(5);

/// `bench serve-sockets ADAPTER with|without`: serves on a free port, which is printed, until standard input is closed.
pub fn serve(args: &[OsString]) -> ExitCode {
    let Some((adapter, policies)) = parse(args) else {
        eprintln!("bench serve-sockets axum|actix|warp {WITH}|{WITHOUT}");
        return ExitCode::from(2);
    };
    let runtime = runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    match runtime.and_then(|runtime| runtime.block_on(serve_on_free_port(adapter, policies))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", adapter.name());
            ExitCode::FAILURE
        }
    }
}

fn parse(args: &[OsString]) -> Option<(Adapter, Policies)> {
    let [adapter, layer] = args else { return None };
    let adapter = Adapter::ALL.iter().copied().find(|known| adapter == known.name())?;
    let policies = match layer.to_str()? {
        WITH => Policies::One(policy::ours(POLICY)),
        WITHOUT => Policies::None,
        _ => return None,
    };
    Some((adapter, policies))
}

async fn serve_on_free_port(adapter: Adapter, policies: Policies) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let addr = listener.local_addr()?;
    let Started { running, .. } = servers::start(adapter, listener, policies);
    let mut stdout = io::stdout();
    writeln!(stdout, "{addr}")?;
    stdout.flush()?;
    tokio::select! {
        result = running => result,
        _ = stdin_closed() => Ok(()),
    }
}

/// Also when the other end is gone without a word.
fn stdin_closed() -> oneshot::Receiver<()> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        // An error is the end of it, too.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = sender.send(());
    });
    receiver
}

/// The guard of a server: it ends when this is dropped, or when this process ends.
#[derive(Debug)]
pub struct Server {
    child: Child,
    addr: SocketAddr,
}

impl Server {
    /// Starts `program serve-sockets …`, and returns once it accepts connections.
    ///
    /// # Errors
    /// What kept it from doing so.
    pub fn start(program: &Path, adapter: Adapter, layer: bool) -> Result<Self, String> {
        let mut command = Command::new(program);
        command.args(["serve-sockets", adapter.name(), if layer { WITH } else { WITHOUT }]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let fault = |error: io::Error| format!("{}: {error}", program.display());
        let mut child = command.spawn().map_err(fault)?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(fault)?;
        }
        // From here on the guard sees to its end.
        let mut server = Self { child, addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)) };
        server.addr = line.trim().parse().map_err(|_| format!("no address in {line:?}"))?;
        Ok(server)
    }

    /// Where it serves.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Closes its standard input. `None`: it goes on all the same.
    pub fn end(&mut self) -> Option<ExitStatus> {
        drop(self.child.stdin.take());
        let start = Instant::now();
        while start.elapsed() < GRACE {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(5));
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.end().is_none() {
            // Either fails only where it has ended meanwhile.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_names_an_adapter_and_whether_it_has_the_layer() {
        let parse = |args: &[&str]| parse(&args.iter().map(OsString::from).collect::<Vec<_>>());
        assert!(matches!(parse(&["axum", "with"]), Some((Adapter::Axum, Policies::One(_)))));
        assert!(matches!(parse(&["warp", "without"]), Some((Adapter::Warp, Policies::None))));
        for wrong in [&["axum"] as &[&str], &["with", "axum"], &["axum", "with", "with"], &[]] {
            assert!(parse(wrong).is_none(), "{wrong:?}");
        }
    }
}
