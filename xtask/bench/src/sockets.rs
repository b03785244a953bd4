//! The three test servers over real connections, each with the layer and without it.
//!
//! Both servers of an adapter stand ready all the time and are asked by turns, so that a machine that slows down does
//! so for both. Client and servers share the machine, and the client is the same for both: the ratio is of what a user
//! of this machine would see, not of the servers alone.

use std::env;
use std::path::Path;
use std::time::Duration;

use tokio::runtime;
use tokio::time::timeout;
use xtask::options::Adapter;

use crate::spread::Spread;

mod load;
mod report;
mod server;

pub use report::Report;
pub use server::{Server, serve};

use load::{Client, Faults, Kind, Slice};
use report::{Row, Side};

/// Keep-alive connections to each server, one request at a time on each.
const CONNECTIONS: usize = 16;

/// About as long does a server have its turn, where there is time for more than one.
const TURN: Duration = Duration::from_millis(250);

/// Of the whole time, what is for requests; the rest is for starting servers.
const SHARE: f64 = 0.9;

/// Loads the servers for so many seconds in all.
///
/// # Errors
/// What kept a server from starting or from being done in time; or a wrong answer, and how many there were.
pub fn run(seconds: u64) -> Result<Report, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    run_with(&program, Duration::from_secs(seconds.max(1)))
}

/// As [`run`], where `program` has the command `serve-sockets`.
pub fn run_with(program: &Path, whole: Duration) -> Result<Report, String> {
    let (rounds, turn) = plan(whole);
    let load = async {
        let mut rows = Vec::new();
        for adapter in Adapter::ALL {
            eprintln!("{}, with the layer and without", adapter.name());
            rows.extend(rows_of(program, *adapter, rounds, turn).await?);
        }
        Ok(Report::new(CONNECTIONS, rounds, turn, rows))
    };
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let late = |_| Err(format!("not done after {whole:?}"));
    runtime.block_on(async { timeout(whole, load).await.unwrap_or_else(late) })
}

/// How often each server has its turn for each kind of request, and for how long.
fn plan(whole: Duration) -> (u32, Duration) {
    let servers = 2 * Adapter::ALL.len();
    let each = whole.mul_f64(SHARE) / (servers * Kind::ALL.len()) as u32;
    let rounds = each.div_duration_f64(TURN) as u32;
    let rounds = rounds.max(1);
    (rounds, each / rounds)
}

/// One for each kind of request.
async fn rows_of(
    program: &Path,
    adapter: Adapter,
    rounds: u32,
    turn: Duration,
) -> Result<Vec<Row>, String> {
    let fault = |fault: String| format!("{}: {fault}", adapter.name());
    // Kept: a server ends with its guard.
    let mut servers = Vec::new();
    let mut clients = Vec::new();
    for layer in [true, false] {
        let server = Server::start(program, adapter, layer).map_err(fault)?;
        clients.push(Client::connect(server.addr(), layer, CONNECTIONS).await.map_err(fault)?);
        servers.push(server);
    }
    let mut faults = Faults::default();
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let mut slices: [Vec<Slice>; 2] = Default::default();
        for round in 0..rounds as usize {
            // Who comes first comes second in the next round.
            for side in [round % 2, 1 - round % 2] {
                let slice = clients[side].load(*kind, turn, &mut faults).await.map_err(fault)?;
                slices[side].push(slice);
            }
        }
        if let Some(found) = faults.found() {
            return Err(fault(found));
        }
        let [with, without] = slices;
        rows.push(Row {
            adapter: adapter.name(),
            kind: *kind,
            throughput_ratio: ratio(&with, &without),
            with: Side::of(with),
            without: Side::of(without),
        });
    }
    Ok(rows)
}

/// Of the throughputs in each round.
fn ratio(with: &[Slice], without: &[Slice]) -> Spread {
    let rounds = with.iter().zip(without);
    Spread::of(rounds.map(|(with, without)| with.throughput() / without.throughput()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_fill_no_more_than_the_time() {
        for seconds in [1, 5, 60, 600] {
            let whole = Duration::from_secs(seconds);
            let (rounds, turn) = plan(whole);
            assert!(turn * rounds * 18 <= whole.mul_f64(0.91), "{rounds} of {turn:?}");
            assert!(turn * rounds * 18 >= whole.mul_f64(0.89), "{rounds} of {turn:?}");
            assert!(turn < TURN * 2);
        }
    }

    #[test]
    fn the_ratio_is_of_slices_of_the_same_round() {
        let slices = |throughputs: [usize; 3]| {
            throughputs.map(|requests| Slice::of(vec![1; requests], Duration::from_secs(1), 200))
        };
        // The machine slows down to a quarter.
        let spread = ratio(&slices([900, 450, 225]), &slices([1000, 500, 250]));
        assert_eq!((spread.lower, spread.median, spread.upper), (0.9, 0.9, 0.9));
    }
}
