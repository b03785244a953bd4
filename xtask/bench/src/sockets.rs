//! Measures the three test servers over real connections. The ones with and without the layer take
//! turns, so that a machine that slows down affects both.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use http::Request;
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use servers::Policies;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use xtask::options::Adapter;

use crate::rows::{APP, PolicyKind, thousands};
use crate::{Fault, policy};

/// Keep-alive connections to each server, one request at a time on each.
const CONNECTIONS: usize = 16;

/// The length of a server's turn.
const TURN: Duration = Duration::from_millis(250);

/// A table of throughput and latency for `GET` from an allowed origin, over this many rounds.
///
/// # Errors
/// If a server does not start, or gives a wrong answer.
pub fn run(rounds: usize) -> Result<String, Fault> {
    let client = Builder::new_current_thread().enable_all().build()?;
    let mut table = format!("{:<12}{:>12}{:>10}\n", "sockets", "requests/s", "p99");
    for adapter in Adapter::ALL {
        let sides = [start(*adapter, true)?, start(*adapter, false)?];
        let mut latencies = [Vec::<Duration>::new(), Vec::new()];
        for round in 0..2 * rounds {
            let (side, until) = (round % 2, Instant::now() + TURN);
            latencies[side].extend(client.block_on(load(sides[side], side == 0, until))?);
        }
        for (what, mut latencies) in [adapter.name(), "  without"].iter().zip(latencies) {
            latencies.sort_unstable();
            let p99 = latencies[latencies.len() * 99 / 100].as_secs_f64() * 1e6;
            let throughput = latencies.len() as f64 / (TURN * rounds as u32).as_secs_f64();
            let throughput = thousands(throughput as usize);
            table += &format!("{what:<12}{throughput:>12}{p99:>7.0} µs\n");
        }
    }
    Ok(table)
}

/// Starts a server that runs until this process ends.
fn start(adapter: Adapter, layer: bool) -> Result<SocketAddr, Fault> {
    let policy = || Policies::One(policy::ours(PolicyKind::Origins(100)));
    let policies = if layer { policy() } else { Policies::None };
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let addr = listener.local_addr()?;
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    thread::spawn(move || {
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener)?;
            servers::start(adapter, listener, policies).running.await
        })
    });
    Ok(addr)
}

/// Sends requests over all connections at the same time until then. Returns how long each took.
async fn load(addr: SocketAddr, layer: bool, until: Instant) -> Result<Vec<Duration>, Fault> {
    let request = Request::get(format!("http://{addr}/vary")).header("origin", APP);
    let request = request.body(Empty::<Bytes>::new())?;
    let mut asking = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let request = request.clone();
        asking.spawn(async move {
            let mut latencies = Vec::new();
            while latencies.is_empty() || Instant::now() < until {
                let start = Instant::now();
                let response = client.request(request.clone()).await?;
                let allowed = response.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN);
                if response.status() != 200 || allowed.is_some_and(|value| value == APP) != layer {
                    return Err(format!("a wrong answer: {response:?}").into());
                }
                response.into_body().collect().await?;
                latencies.push(start.elapsed());
            }
            Ok(latencies)
        });
    }
    let all: Result<Vec<_>, Fault> = asking.join_all().await.into_iter().collect();
    Ok(all?.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_of_a_short_load_is_right() {
        let table = run(1).unwrap();
        assert_eq!(table.lines().count(), 1 + 2 * Adapter::ALL.len(), "{table}");
    }
}
