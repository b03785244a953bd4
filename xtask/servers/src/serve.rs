//! Serving under a policy file, and reading that file again on `SIGHUP`.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use cors_core::Policy;
use futures_util::future::select_all;
use tokio::net::TcpListener;
use tokio::runtime;
use xtask::options::{Adapter, Serve};
use xtask::policy_file::judge;

use crate::started::{Started, WORKERS};

fn start(adapter: Adapter, listener: TcpListener, policy: Policy) -> Started {
    match adapter {
        Adapter::Axum => crate::axum::start(listener, policy),
        Adapter::Actix => crate::actix::start(listener, policy),
        Adapter::Warp => crate::warp::start(listener, policy),
    }
}

pub fn run(options: &Serve) -> ExitCode {
    run_announced(&options.policy, &[(options.adapter, options.addr)], |addrs, _| {
        addrs.iter().map(|addr| format!("listening on http://{addr}\n")).collect()
    })
}

/// Serves each adapter at its address, all under the policy in `file`, until interrupted.
/// What `announce` returns is printed once connections are accepted at every address.
pub fn run_announced(
    file: &Path,
    places: &[(Adapter, SocketAddr)],
    announce: impl FnOnce(&[SocketAddr], &Policy) -> String,
) -> ExitCode {
    let Some(policy) = read(file) else {
        return ExitCode::FAILURE;
    };
    let runtime = runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    let outcome = runtime.and_then(|runtime| {
        runtime.block_on(async {
            let mut listeners = Vec::new();
            for (_, addr) in places {
                listeners.push(bind(*addr).await?);
            }
            let addrs: Vec<_> =
                listeners.iter().map(TcpListener::local_addr).collect::<io::Result<_>>()?;
            let text = announce(&addrs, &policy);
            let (running, swaps): (Vec<_>, Vec<_>) = places
                .iter()
                .zip(listeners)
                .map(|((adapter, _), listener)| start(*adapter, listener, policy.clone()))
                .map(|Started { running, swap }| (running, swap))
                .unzip();
            let reloads = reloads(file, move |policy| {
                for swap in &swaps {
                    swap(policy.clone());
                }
            })?;
            let interrupted = interrupted()?;
            let mut stdout = io::stdout();
            stdout.write_all(text.as_bytes())?;
            stdout.flush()?;
            tokio::select! {
                (result, ..) = select_all(running) => result,
                result = interrupted => result,
                () = reloads => Ok(()),
            }
        })
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn bind(addr: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(addr).await.map_err(|error| {
        let message = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "already in use; take another port, or port 0 for a free one".to_owned()
            }
            _ => format!("cannot listen there: {error}"),
        };
        io::Error::new(error.kind(), format!("{addr}: {message}"))
    })
}

/// The policy in the file, or `None` if it has errors; prints every finding.
fn read(file: &Path) -> Option<Policy> {
    let judged = judge(file);
    for finding in &judged.findings {
        eprintln!("{finding}");
    }
    judged.policy
}

/// Listens for `SIGHUP` from now on, not only once it is awaited.
#[cfg(unix)]
fn reloads(file: &Path, swap: impl Fn(Policy)) -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut hangups = signal(SignalKind::hangup())?;
    Ok(async move {
        while hangups.recv().await.is_some() {
            match read(file) {
                Some(policy) => {
                    swap(policy);
                    eprintln!("{}: read again, in force", file.display());
                }
                None => eprintln!("{}: the running policy stays in force", file.display()),
            }
        }
    })
}

#[cfg(not(unix))]
fn reloads(_: &Path, _: impl Fn(Policy)) -> io::Result<impl Future<Output = ()>> {
    Ok(std::future::pending())
}

/// Resolves on Ctrl-C, and on `SIGTERM` where there is one.
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
