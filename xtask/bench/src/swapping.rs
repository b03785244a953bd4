//! Requests served while the policy under them is swapped: whether any of them waits for it, and which thread frees
//! the old policy.

use std::fmt::Write;
use std::time::{Duration, Instant};

use cors_axum::Handle;
use futures_util::FutureExt;
use serde::Serialize;
use tower_service::Service;

use crate::policy;
use crate::rows::{PolicyKind, thousands};
use crate::spread::Spread;

mod figures;
mod serving;
mod stock;
mod waits;

use figures::Figures;
use serving::{Supply, service, slice};
use stock::{KINDS, Stock};

/// Requests are counted for so long at a time.
const SAMPLE: Duration = Duration::from_millis(10);

/// The longest dip that is met with, in samples.
const TARGET: usize = 1;

/// Between swaps; where a policy has to be built for each, that comes on top.
const EVERY: Duration = Duration::from_millis(50);

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    rows: Vec<Row>,
    in_flight: Vec<InFlight>,
}

/// Swaps between policies of so many origins.
#[derive(Clone, Debug, Serialize)]
struct Row {
    origins: usize,
    supply: Supply,
    swaps: usize,
    /// Requests, by the kind of policy that they were answered under.
    under: [usize; KINDS],
    /// How many of the old policies were freed by the thread that serves: it held the last reference.
    freed_serving: usize,
    control: Figures,
    swapping: Figures,
}

/// The end of a request that holds the last reference to its policy, and of one that does not.
#[derive(Clone, Debug, Serialize)]
struct InFlight {
    origins: usize,
    /// In nanoseconds, as the next.
    last: Spread,
    shared: Spread,
}

/// Swaps for some seconds; `quick`: fewer times, and no policy of a million origins.
pub fn run(quick: bool) -> Report {
    let (large, slices) = if quick { (100_000, 2) } else { (1_000_000, 3) };
    let turns = |supply| match supply {
        Supply::Ready if quick => 6,
        Supply::Ready => 20,
        Supply::Built => 4,
    };
    let rows = [(10_000, Supply::Ready), (large, Supply::Ready), (large, Supply::Built)];
    let rows = rows.map(|(origins, supply)| Row::measure(origins, supply, slices, turns(supply)));
    let in_flight = [1, 10_000, large].map(InFlight::measure);
    Report { rows: rows.into(), in_flight: in_flight.into() }
}

/// Whether swaps are felt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Met,
    /// It would be missed without swaps too.
    Undecided,
    Missed,
}

impl Row {
    /// Slices without swaps and slices with them take turns, so that a machine that slows down does so for both.
    fn measure(origins: usize, supply: Supply, slices: usize, turns: usize) -> Self {
        let stock = Stock::new(origins);
        let (mut control, mut swapping) = (Vec::new(), Vec::new());
        for _ in 0..slices {
            control.push(slice(&stock, supply, false, turns));
            swapping.push(slice(&stock, supply, true, turns));
        }
        let under = [0, 1].map(|kind| swapping.iter().map(|served| served.under[kind]).sum());
        // Else nothing was swapped under them.
        assert!(!under.contains(&0), "all requests were answered under one policy");
        let half = figures::median(&control) as f64 / 2.0;
        Self {
            origins,
            supply,
            swaps: slices * turns,
            under,
            freed_serving: swapping.iter().map(|served| served.freed).sum(),
            control: Figures::of(&control, half),
            swapping: Figures::of(&swapping, half),
        }
    }
}

impl InFlight {
    fn measure(origins: usize) -> Self {
        const TIMES: usize = 11;
        let stock = Stock::new(origins);
        let [last, shared] = [false, true].map(|shared| {
            let times = (0..TIMES).map(|_| {
                let handle = Handle::new(stock.policy(0));
                let kept = shared.then(|| handle.load());
                let took = end_of_request(&handle, &stock);
                drop(kept);
                took.as_nanos() as f64
            });
            Spread::of(times.collect())
        });
        Self { origins, last, shared }
    }
}

/// Begins a request, puts another policy in force, and takes the time from there to the request's end.
fn end_of_request(handle: &Handle, stock: &Stock) -> Duration {
    let response = service(handle).call(stock.request());
    handle.store(policy::ours(PolicyKind::Origins(1)));
    let start = Instant::now();
    drop(response.now_or_never());
    start.elapsed()
}

impl Report {
    /// The rows, and whether requests flowed on.
    pub fn table(&self) -> String {
        let mut table = String::new();
        // Writing to a text does not fail.
        let _ = writeln!(
            table,
            "{:<50}{:>7}{:>15}{:>9}{:>9}{:>13}{:>17}{:>9}",
            format!("swapping every {EVERY:?}, requests in {SAMPLE:?}"),
            "swaps",
            "freed serving",
            "median",
            "lowest",
            "longest dip",
            "slowest request",
            "waited"
        );
        for row in &self.rows {
            let _ = write!(table, "{}", row.lines());
        }
        for InFlight { origins, last, shared } in &self.in_flight {
            let origins = thousands(*origins);
            let [last, shared] = [last, shared].map(|spread| time_of(spread.median));
            let _ = writeln!(
                table,
                "a request that frees its policy of {origins} origins ends in {last}, another in {shared}"
            );
        }
        table + &self.verdict() + "\n"
    }

    fn verdict(&self) -> String {
        let verdicts: Vec<_> = self.rows.iter().map(|row| (row.verdict(), row.what())).collect();
        let worst = verdicts.iter().map(|(verdict, _)| *verdict).max().unwrap_or(Verdict::Met);
        let rows = verdicts.into_iter().filter(|(verdict, _)| *verdict == worst);
        let rows: Vec<_> = rows.map(|(_, what)| what).collect();
        let begins = match worst {
            Verdict::Met => "met".to_owned(),
            Verdict::Undecided => {
                format!(
                    "not decided, for the machine stalls without swaps too ({})",
                    rows.join("; ")
                )
            }
            Verdict::Missed => format!("missed ({})", rows.join("; ")),
        };
        format!(
            "{begins}: no more than {TARGET} sample under half the control's median, and no request longer than that\n\
             (waited: for a processor that others had; dips and slowest requests are less that)"
        )
    }
}

impl Row {
    fn verdict(&self) -> Verdict {
        let dips = |figures: &Figures| figures.longest_dip > TARGET;
        let stalls = |figures: &Figures| figures.slowest > SAMPLE.as_nanos() as f64;
        let of = |bad: &dyn Fn(&Figures) -> bool| match (bad(&self.swapping), bad(&self.control)) {
            (false, _) => Verdict::Met,
            (true, true) => Verdict::Undecided,
            (true, false) => Verdict::Missed,
        };
        of(&dips).max(of(&stalls))
    }

    fn what(&self) -> String {
        let supply = match self.supply {
            Supply::Ready => "built beforehand",
            Supply::Built => "built meanwhile",
        };
        format!("{} origins, {supply}", thousands(self.origins))
    }

    fn lines(&self) -> String {
        let line = |what: &str, swaps: usize, freed: usize, figures: &Figures| {
            let Figures { median, lowest, longest_dip, slowest, waited } = figures;
            let slowest = time_of(*slowest);
            format!(
                "{what:<50}{swaps:>7}{freed:>15}{median:>9}{lowest:>9}{longest_dip:>13}{slowest:>17}{waited:>8.1}%\n"
            )
        };
        line(&self.what(), self.swaps, self.freed_serving, &self.swapping)
            + &line("  without swaps", 0, 0, &self.control)
    }
}

/// As people read it.
fn time_of(nanos: f64) -> String {
    format!("{:.1?}", Duration::from_nanos(nanos as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_is_about_dips_and_stalls_that_are_not_there_without_swaps() {
        let figures = |(longest_dip, millis)| Figures {
            longest_dip,
            slowest: millis * 1e6,
            ..Figures::default()
        };
        let row = |swapping, control| Row {
            origins: 1,
            supply: Supply::Ready,
            swaps: 1,
            under: [1, 1],
            freed_serving: 0,
            control: figures(control),
            swapping: figures(swapping),
        };
        for (swapping, control, verdict) in [
            ((1, 9.9), (0, 0.1), Verdict::Met),
            ((1, 9.9), (7, 70.0), Verdict::Met),
            ((2, 9.9), (1, 9.9), Verdict::Missed),
            ((1, 10.1), (1, 9.9), Verdict::Missed),
            ((2, 9.9), (2, 9.9), Verdict::Undecided),
            ((1, 10.1), (1, 10.1), Verdict::Undecided),
            ((2, 10.1), (2, 9.9), Verdict::Missed),
        ] {
            assert_eq!(row(swapping, control).verdict(), verdict, "{swapping:?} {control:?}");
        }
        let rows = vec![row((2, 0.1), (2, 0.1)), row((0, 0.1), (0, 0.1)), row((9, 0.1), (0, 0.1))];
        let verdict = Report { rows, in_flight: Vec::new() }.verdict();
        assert!(verdict.starts_with("missed (1 origins, built beforehand):"), "{verdict}");
    }

    #[test]
    fn every_swap_is_in_the_row() {
        let row = Row::measure(10, Supply::Built, 2, 1);
        assert_eq!(row.swaps, 2);
        assert!(row.freed_serving <= row.swaps, "{row:?}");
        assert!(row.lines().starts_with("10 origins, built meanwhile"), "{}", row.lines());
    }

    #[test]
    fn the_end_of_a_request_frees_a_policy_that_nobody_else_holds() {
        let stock = Stock::new(10);
        let handle = Handle::new(stock.policy(0));
        end_of_request(&handle, &stock);
        assert_eq!(stock.freed_here(), 1);

        let handle = Handle::new(stock.policy(0));
        let kept = handle.load();
        end_of_request(&handle, &stock);
        assert_eq!(stock.freed_here(), 1);
        drop(kept);
        assert_eq!(stock.freed_here(), 2);
    }
}
