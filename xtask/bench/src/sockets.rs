//! Compares axum with our layer, with `tower-http`'s and with none over real connections. In each round
//! every server has a turn, and what counts is the ratio within the round: a machine that slows down
//! affects all.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use axum::Router;
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use http::{Request, Version};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::figures::median;
use crate::frameworks::axum::router;
use crate::rows::{APP, PolicyKind, thousands};
use crate::{Fault, policy};

/// Requests under way at a time: in HTTP/1.1 each on its own connection, in HTTP/2 four on each.
const AT_ONCE: usize = 16;

/// The length of a server's turn.
const TURN: Duration = Duration::from_millis(100);

/// A table of throughput and latency for `GET` from an allowed origin, over this many rounds.
///
/// # Errors
/// If a server does not start, or gives a wrong answer.
pub fn run(rounds: usize) -> Result<String, Fault> {
    let servers = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let clients = Builder::new_current_thread().enable_all().build()?;
    let none = servers.block_on(start(router()))?;
    let mut rows = Vec::new();
    for version in [Version::HTTP_11, Version::HTTP_2] {
        for origins in [1, 100, 10_000] {
            let kind = PolicyKind::Origins(origins);
            let ours = cors_axum::CorsLayer::new(policy::ours(kind));
            let ours = servers.block_on(start(router().layer(ours)))?;
            let peer = servers.block_on(start(router().layer(policy::tower_http(kind)?)))?;
            rows.push((version, origins, [none, ours, peer], Vec::new()));
        }
    }
    for round in 0..rounds {
        for (version, _, sides, ratios) in &mut rows {
            let mut turns = [(0.0, 0.0); 3];
            for i in 0..3 {
                let side = (round + i) % 3;
                turns[side] = clients.block_on(load(sides[side], *version, side > 0))?;
            }
            let [none, ours, peer] = turns;
            ratios.push([ours.0 / none.0, peer.0 / none.0, ours.1 / none.1, peer.1 / none.1]);
        }
    }
    let mut table = format!("{:24}{:^28}{:^28}\n", "as multiples of no CORS", "throughput", "p99");
    table += &format!("{:24}{}\n", "", "     ours      tower-http   ".repeat(2).trim_end());
    for (version, origins, _, ratios) in rows {
        let what = format!("{version:?}, {} origins", thousands(origins));
        let columns = [0, 1, 2, 3].map(|column| middle(ratios.iter().map(|ratios| ratios[column])));
        table += &format!("{what:24}{}\n", columns.concat().trim_end());
    }
    Ok(table)
}

/// The median, and half of how far the quartiles are apart.
fn middle(ratios: impl Iterator<Item = f64>) -> String {
    let mut ratios: Vec<_> = ratios.collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let at = |quarter: usize| ratios[(ratios.len() - 1) * quarter / 4];
    format!("  {:5.2} ± {:<4.2}", median(&ratios), (at(3) - at(1)) / 2.0)
}

/// Starts a server that runs until this process ends.
async fn start(router: Router) -> Result<SocketAddr, Fault> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let addr = listener.local_addr()?;
    tokio::spawn(async { axum::serve(listener, router).await });
    Ok(addr)
}

/// Sends requests over all connections at the same time for one turn. Returns how many were answered,
/// and how long 99 of 100 took at most, in seconds.
async fn load(addr: SocketAddr, version: Version, allowed: bool) -> Result<(f64, f64), Fault> {
    let request = Request::get(format!("http://{addr}/")).version(version).header("origin", APP);
    let request = request.body(Empty::<Bytes>::new())?;
    let h2 = version == Version::HTTP_2;
    let clients: Vec<_> = (0..if h2 { AT_ONCE / 4 } else { AT_ONCE })
        .map(|_| Client::builder(TokioExecutor::new()).http2_only(h2).build_http())
        .collect();
    let (mut asking, until) = (JoinSet::new(), Instant::now() + TURN);
    for client in clients.iter().cycle().take(AT_ONCE) {
        let (client, request) = (client.clone(), request.clone());
        asking.spawn(async move {
            let mut latencies = Vec::new();
            while latencies.is_empty() || Instant::now() < until {
                let start = Instant::now();
                let response = client.request(request.clone()).await?;
                let origin = response.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN);
                if response.status() != 200 || origin.is_some_and(|value| value == APP) != allowed {
                    return Err(format!("a wrong answer: {response:?}").into());
                }
                response.into_body().collect().await?;
                latencies.push(start.elapsed().as_secs_f64());
            }
            Ok(latencies)
        });
    }
    let all: Result<Vec<_>, Fault> = asking.join_all().await.into_iter().collect();
    let mut latencies = all?.concat();
    latencies.sort_unstable_by(f64::total_cmp);
    Ok((latencies.len() as f64, latencies[latencies.len() * 99 / 100]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_of_a_short_load_is_right() {
        let table = run(1).unwrap();
        assert_eq!(table.lines().count(), 2 + 6, "{table}");
    }
}
