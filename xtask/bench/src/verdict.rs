//! The targets, and which rows miss them.

use serde::Serialize;

use crate::contender::Who;
use crate::difference::Work;
use crate::figures::{FrameworkFigures, RowFigures};
use crate::rows::Kind;

/// For requests that reach a handler, as a multiple of the floor.
const HANDLED: f64 = 1.15;

/// For those that are answered before it.
const ANSWERED: f64 = 1.5;

/// From few origins to many.
const FLAT: f64 = 1.05;

/// What may lie between two counts of the same work: the maps of ours and of others hash by chance.
const EQUAL: f64 = 1.01;

/// A target, and what misses it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The target.
    pub target: String,
    /// How many were held against it.
    pub judged: usize,
    /// Those that miss it: where, and by how much.
    pub misses: Vec<Miss>,
}

/// What misses a target.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Miss {
    /// The framework.
    pub framework: String,
    /// The row.
    pub row: String,
    /// By how much.
    pub by: String,
}

/// In which figures a target is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Instructions,
    Time,
}

impl Measure {
    /// A contender's figure over the bare service, as the least and the most that it may be.
    fn of(self, row: &RowFigures, who: Who) -> Option<(f64, f64)> {
        match self {
            Self::Instructions => row.instructions(who).map(|count| (count, count)),
            Self::Time => {
                let spread = row.contenders.get(&who)?.time?.over_bare;
                Some((spread.lower, spread.upper))
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Time => "time, beyond its spread",
        }
    }
}

/// Holds the figures against every target.
pub fn judge(frameworks: &[FrameworkFigures]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for measure in [Measure::Instructions, Measure::Time] {
        for (kind, limit, whom) in [
            (Kind::Handled, HANDLED, "requests that reach a handler"),
            (Kind::Answered, ANSWERED, "requests that are answered before it"),
        ] {
            verdicts.push(floor(frameworks, measure, kind, limit, whom));
        }
    }
    verdicts.push(allocations(frameworks));
    verdicts.push(flat(frameworks));
    verdicts.push(lists(frameworks));
    for measure in [Measure::Instructions, Measure::Time] {
        verdicts.push(peers(frameworks, measure));
    }
    verdicts
}

/// The frameworks, without the core by itself: it has no service to be over.
fn worn(frameworks: &[FrameworkFigures]) -> impl Iterator<Item = &FrameworkFigures> {
    frameworks.iter().filter(|framework| framework.framework != "core")
}

fn rows(frameworks: &[FrameworkFigures]) -> impl Iterator<Item = (&str, &RowFigures)> {
    worn(frameworks)
        .flat_map(|framework| framework.rows.iter().map(|row| (framework.framework.as_str(), row)))
}

/// Gathers a verdict: `miss` says of each row whether it could be judged and by how much it misses.
fn verdict<'a>(
    target: String,
    rows: impl Iterator<Item = (&'a str, &'a RowFigures)>,
    miss: impl Fn(&RowFigures) -> Option<Option<String>>,
) -> Verdict {
    let mut verdict = Verdict { target, judged: 0, misses: Vec::new() };
    for (framework, row) in rows {
        let Some(judged) = miss(row) else { continue };
        verdict.judged += 1;
        verdict.misses.extend(judged.map(|by| Miss {
            framework: framework.to_owned(),
            row: row.row.clone(),
            by,
        }));
    }
    verdict
}

fn floor(
    frameworks: &[FrameworkFigures],
    measure: Measure,
    kind: Kind,
    limit: f64,
    whom: &str,
) -> Verdict {
    let target = format!("at most {limit} times the floor: {whom} ({})", measure.name());
    verdict(target, rows(frameworks).filter(|(_, row)| row.kind == kind), |row| {
        let (_, floor) = measure.of(row, Who::Floor)?;
        let (ours, _) = measure.of(row, Who::Ours)?;
        Some((ours > limit * floor).then(|| format!("{:.2} times", ours / floor)))
    })
}

fn allocations(frameworks: &[FrameworkFigures]) -> Verdict {
    let target = "no allocation that the floor does not make".to_owned();
    verdict(target, rows(frameworks), |row| {
        let (ours, floor) = (row.allocated(Who::Ours)?, row.allocated(Who::Floor)?);
        // Bytes are not judged: a block for a future is as long as the future.
        let more = ours.blocks - floor.blocks;
        let bytes = ours.bytes - floor.bytes;
        Some((more > 0.0).then(|| format!("{more:+} blocks, {bytes:+} bytes")))
    })
}

/// Rows that differ in the number of origins alone, by how their names begin.
const SERIES: [&str; 3] = ["allowed, last of ", "not allowed, of ", "preflight, of "];

/// One origin alone may get an answer with fewer headers, which costs less by itself.
fn flat(frameworks: &[FrameworkFigures]) -> Verdict {
    let target = format!(
        "flat within {:.0} % from the fewest origins to the most, where the answer is the same \
         (instructions)",
        (FLAT - 1.0) * 100.0
    );
    let mut verdict = Verdict { target, judged: 0, misses: Vec::new() };
    for framework in worn(frameworks) {
        for series in SERIES {
            let rows = framework.rows.iter().filter(|row| row.row.starts_with(series));
            let most = rows.clone().next_back();
            let alike = rows.filter(|row| most.is_some_and(|most| row.answer == most.answer));
            let costs: Vec<f64> = alike.filter_map(|row| row.instructions(Who::Ours)).collect();
            if costs.len() < 2 {
                continue;
            }
            let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
            let most = costs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            verdict.judged += 1;
            if most > FLAT * least {
                verdict.misses.push(Miss {
                    framework: framework.framework.clone(),
                    row: format!("{series}…"),
                    by: format!("from {least:.0} to {most:.0}"),
                });
            }
        }
    }
    verdict
}

fn lists(frameworks: &[FrameworkFigures]) -> Verdict {
    let target =
        "60 KiB of a request-header list cost no more than 4 KiB (instructions)".to_owned();
    let mut verdict = Verdict { target, judged: 0, misses: Vec::new() };
    for framework in worn(frameworks) {
        for row in &framework.rows {
            let short = row.row.replace("60 KiB", "4 KiB");
            let ours = |row: &RowFigures| row.instructions(Who::Ours);
            let (Some(long), Some(short)) =
                (ours(row), framework.row(&short).filter(|_| short != row.row).and_then(ours))
            else {
                continue;
            };
            verdict.judged += 1;
            if long > EQUAL * short {
                verdict.misses.push(Miss {
                    framework: framework.framework.clone(),
                    row: row.row.clone(),
                    by: format!("{:.2} times", long / short),
                });
            }
        }
    }
    verdict
}

fn peers(frameworks: &[FrameworkFigures], measure: Measure) -> Verdict {
    let target = format!("never slower than a peer that does the same work ({})", measure.name());
    verdict(target, rows(frameworks), |row| {
        let peer = row.contenders.get(&Who::Peer)?;
        let work = peer.difference.as_ref()?.work;
        if !matches!(work, Work::Same | Work::More) {
            return None;
        }
        let (_, peer) = measure.of(row, Who::Peer)?;
        let (ours, _) = measure.of(row, Who::Ours)?;
        Some((ours > EQUAL * peer).then(|| format!("{:.2} times", ours / peer)))
    })
}

#[cfg(test)]
mod tests;
