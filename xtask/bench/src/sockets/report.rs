//! The figures of the servers, and their table.

use std::fmt::Write;
use std::time::Duration;

use serde::Serialize;

use super::load::{Kind, Slice};
use crate::rows::thousands;
use crate::spread::Spread;

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    connections: usize,
    rounds: u32,
    /// How long a server had its turn, in seconds.
    turn: f64,
    rows: Vec<Row>,
}

/// One kind of request to both servers of an adapter.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub adapter: &'static str,
    pub kind: Kind,
    pub with: Side,
    pub without: Side,
    /// With the layer over without it, in each round.
    pub throughput_ratio: Spread,
}

/// One of the servers. Times are in nanoseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    pub status: u16,
    pub requests: usize,
    /// Requests in a second.
    pub throughput: f64,
    pub p50: u32,
    pub p99: u32,
    pub p99_9: u32,
}

impl Side {
    pub fn of(slices: Vec<Slice>) -> Self {
        let length: Duration = slices.iter().map(|slice| slice.length).sum();
        let status = slices.first().map_or(0, |slice| slice.status);
        let mut latencies: Vec<u32> =
            slices.into_iter().flat_map(|slice| slice.latencies).collect();
        latencies.sort_unstable();
        Self {
            status,
            requests: latencies.len(),
            throughput: latencies.len() as f64 / length.as_secs_f64(),
            p50: percentile(&latencies, 0.5),
            p99: percentile(&latencies, 0.99),
            p99_9: percentile(&latencies, 0.999),
        }
    }
}

/// The least of them that this share of them does not exceed; 0 of none.
fn percentile(sorted: &[u32], share: f64) -> u32 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

impl Report {
    pub(super) fn new(connections: usize, rounds: u32, turn: Duration, rows: Vec<Row>) -> Self {
        Self { connections, rounds, turn: turn.as_secs_f64(), rows }
    }

    /// How many requests have been answered, by adapter, with the layer and without.
    pub fn requests(&self) -> impl Iterator<Item = (&'static str, [usize; 2])> {
        self.rows.iter().map(|row| (row.adapter, [row.with.requests, row.without.requests]))
    }

    /// Three lines for each adapter and kind of request: with the layer, without, and the ratio.
    pub fn table(&self) -> String {
        let mut table = format!(
            "sockets: {} connections, {} turns of {:.2} s for each server and kind of request\n",
            self.connections, self.rounds, self.turn
        );
        // Writing to a text does not fail.
        let _ = writeln!(
            table,
            "{:<46}{:>8}{:>12}{:>10}{:>10}{:>10}",
            "", "status", "requests/s", "p50", "p99", "p99.9"
        );
        for row in &self.rows {
            let _ = write!(table, "{}", row.lines());
        }
        table
            + "The ratio is with the layer over without it. To a preflight the server without it gives its own refusal, \
               so GET is what counts.\n"
    }
}

impl Row {
    fn lines(&self) -> String {
        let side = |what: String, side: &Side| {
            let Side { status, throughput, p50, p99, p99_9, .. } = side;
            let [p50, p99, p99_9] =
                [p50, p99, p99_9].map(|nanos| format!("{:.0} µs", f64::from(*nanos) / 1e3));
            let throughput = thousands(*throughput as usize);
            format!("{what:<46}{status:>8}{throughput:>12}{p50:>10}{p99:>10}{p99_9:>10}\n")
        };
        let (with, without) = (&self.with, &self.without);
        let [p50, p99, p99_9] =
            [(with.p50, without.p50), (with.p99, without.p99), (with.p99_9, without.p99_9)]
                .map(|(with, without)| f64::from(with) / f64::from(without));
        let Spread { lower, median, upper } = self.throughput_ratio;
        let ratio = format!("  ratio, of throughput {lower:.3} – {upper:.3}");
        side(format!("{} {}", self.adapter, self.kind.name()), with)
            + &side("  without".to_owned(), without)
            + &format!("{ratio:<54}{median:>12.3}{p50:>10.3}{p99:>10.3}{p99_9:>10.3}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles() {
        let thousand: Vec<u32> = (1..=1000).collect();
        for (share, value) in [(0.5, 500), (0.99, 990), (0.999, 999), (1.0, 1000), (0.0, 1)] {
            assert_eq!(percentile(&thousand, share), value, "{share}");
        }
        assert_eq!(percentile(&[7], 0.999), 7);
        assert_eq!(percentile(&[3, 8, 9], 0.5), 8);
        assert_eq!(percentile(&[], 0.5), 0);
    }

    #[test]
    fn a_side_is_of_all_slices() {
        let second = Duration::from_secs(1);
        let slices =
            vec![Slice::of(vec![4, 2], second, 200), Slice::of(vec![3, 1, 5], second, 200)];
        let expected = Side { status: 200, requests: 5, throughput: 2.5, p50: 3, p99: 5, p99_9: 5 };
        assert_eq!(Side::of(slices), expected);
    }

    #[test]
    fn table() {
        let side = |status, throughput, p50| Side {
            status,
            requests: 9,
            throughput,
            p50,
            p99: p50 * 2,
            p99_9: p50 * 3,
        };
        let row = Row {
            adapter: "axum",
            kind: Kind::Preflight,
            with: side(204, 45_000.0, 110_000),
            without: side(405, 50_000.0, 100_000),
            throughput_ratio: Spread { lower: 0.89, median: 0.9, upper: 0.91 },
        };
        let report = Report::new(16, 12, Duration::from_millis(250), vec![row]);
        expect_test::expect![[r#"
            sockets: 16 connections, 12 turns of 0.25 s for each server and kind of request
                                                            status  requests/s       p50       p99     p99.9
            axum preflight                                     204      45,000    110 µs    220 µs    330 µs
              without                                          405      50,000    100 µs    200 µs    300 µs
              ratio, of throughput 0.890 – 0.910                         0.900     1.100     1.100     1.100
            The ratio is with the layer over without it. To a preflight the server without it gives its own refusal, so GET is what counts.
        "#]].assert_eq(&report.table());
    }
}
