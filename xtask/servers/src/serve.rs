//! Serves under a policy file, and reads that file again on `SIGHUP`.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use cors_cli::policy_file::judge;
use cors_core::Policy;
use futures_util::future::select_all;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::task::spawn_blocking;
use xtask::options::{Adapter, Serve};

use crate::policies::Policies;
use crate::started::{Started, Swap, WORKERS};

/// Serves until interrupted. Prints the error if something goes wrong.
pub fn run(options: &Serve) -> ExitCode {
    under(&options.policy, async |policy| {
        let servers = Servers::bind(&[(options.adapter, options.addr)]).await?;
        let text =
            servers.addrs.iter().map(|addr| format!("listening on http://{addr}\n")).collect();
        if let Some(warning) = servers.addrs.iter().find_map(|addr| policy.warning_at(addr.ip())) {
            eprintln!("{warning}");
        }
        let (running, swap) = servers.start(&policy);
        // Otherwise it would be kept for as long as the server runs.
        drop(policy);
        until_interrupted(&options.policy, text, running, swap).await
    })
}

/// Calls `serve` with the policy in `file`, or prints the file's errors.
pub(crate) fn under(file: &Path, serve: impl AsyncFnOnce(Policy) -> io::Result<()>) -> ExitCode {
    let Some(policy) = read(file) else {
        return ExitCode::FAILURE;
    };
    let runtime = runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    let served = runtime.and_then(|runtime| {
        let served = runtime.block_on(serve(policy));
        // An interrupt does not wait until a file has been checked.
        runtime.shutdown_background();
        served
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Completes only if the server cannot continue.
pub(crate) type Running = Pin<Box<dyn Future<Output = io::Result<()>>>>;

/// Adapters with their listeners, not yet started.
pub(crate) struct Servers {
    pub(crate) addrs: Vec<SocketAddr>,
    adapters: Vec<(Adapter, TcpListener)>,
}

impl Servers {
    pub(crate) async fn bind(places: &[(Adapter, SocketAddr)]) -> io::Result<Self> {
        let mut servers = Self { addrs: Vec::new(), adapters: Vec::new() };
        for (adapter, addr) in places {
            let listener = bind(*addr).await?;
            servers.addrs.push(listener.local_addr()?);
            servers.adapters.push((*adapter, listener));
        }
        Ok(servers)
    }

    /// Starts all of them under one policy. Also returns a function that swaps it for all.
    pub(crate) fn start(self, policy: &Policy) -> (Vec<Running>, Swap) {
        let (running, swaps): (Vec<_>, Vec<_>) = self
            .adapters
            .into_iter()
            .map(|(adapter, listener)| {
                crate::start(adapter, listener, Policies::One(policy.clone()))
            })
            .map(|Started { running, swap }| (running, swap))
            .unzip();
        let swap = move |policy: Policy| swaps.iter().for_each(|swap| swap(policy.clone()));
        (running, Arc::new(swap))
    }
}

/// Prints `text` once the servers accept connections, and serves. On `SIGHUP`, puts the new contents of `file` in force.
pub(crate) async fn until_interrupted(
    file: &Path,
    text: String,
    running: Vec<Running>,
    swap: Swap,
) -> io::Result<()> {
    let reloads = reloads(file, swap)?;
    let interrupted = interrupted()?;
    let mut stdout = io::stdout();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    tokio::select! {
        (result, ..) = select_all(running) => result,
        result = interrupted => result,
        () = reloads => Ok(()),
    }
}

pub(crate) async fn bind(addr: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(addr).await.map_err(|error| {
        let message = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "already in use; choose another port, or port 0 for a free one".to_owned()
            }
            _ => format!("cannot listen there: {error}"),
        };
        io::Error::new(error.kind(), format!("{addr}: {message}"))
    })
}

/// The policy in the file, or `None` if it has errors. Prints all findings.
fn read(file: &Path) -> Option<Policy> {
    let judged = judge(file);
    for finding in &judged.findings {
        eprintln!("{finding}");
    }
    if judged.more() > 0 {
        eprintln!("{}: and {} more", file.display(), judged.more());
    }
    judged.policy
}

/// Listens for `SIGHUP` from now on, not only once awaited. Signals that arrive while the file is
/// being read count as one.
#[cfg(unix)]
fn reloads(file: &Path, swap: Swap) -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut hangups = signal(SignalKind::hangup())?;
    let file = file.to_owned();
    Ok(async move {
        while hangups.recv().await.is_some() {
            let (file, swap) = (file.clone(), Arc::clone(&swap));
            // Reading a million origins takes seconds, and so does dropping the old policy. The
            // servers keep accepting connections meanwhile.
            let reloading = spawn_blocking(move || match read(&file) {
                Some(policy) => {
                    swap(policy);
                    eprintln!("{}: read again, in force", file.display());
                }
                None => eprintln!("{}: the running policy stays in force", file.display()),
            });
            // A panic is already printed, and the running policy stays in force.
            let _ = reloading.await;
        }
    })
}

#[cfg(not(unix))]
fn reloads(_: &Path, _: Swap) -> io::Result<impl Future<Output = ()>> {
    Ok(std::future::pending())
}

/// Completes on Ctrl-C, and on `SIGTERM` if the system has it.
#[cfg(unix)]
fn interrupted() -> io::Result<impl Future<Output = io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => Ok(()),
            _ = terminate.recv() => Ok(()),
        }
    })
}

#[cfg(not(unix))]
fn interrupted() -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}
