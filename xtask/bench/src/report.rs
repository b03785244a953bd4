//! All that a run found out.

use serde::Serialize;
use xtask::options::Bench;

use crate::figures::FrameworkFigures;
use crate::machine::Machine;
use crate::verdict::{Verdict, judge};
use crate::{building, run, swapping, table};

/// What the columns mean.
const LEGEND: &str = "\
bare: a request to the service without CORS; the others: what they add to it. floor: the same headers, written by hand.
/floor and /peer: ours as a multiple of theirs. ±: half of what lies between the quartiles of the rounds.
blocks:bytes: what is allocated for a request, by the service itself too.
";

/// All that a run found out.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where and when.
    pub machine: Machine,
    /// The rows of each framework.
    pub frameworks: Vec<FrameworkFigures>,
    /// What policies cost before the first request.
    pub building: Option<building::Report>,
    /// What swapping them costs.
    pub swapping: Option<swapping::Report>,
    /// The targets.
    pub targets: Vec<Verdict>,
}

impl Report {
    /// Runs all that is wanted; building and swapping only if nothing is left out by name.
    pub fn make(bench: &Bench, machine: Machine) -> Result<Self, String> {
        let frameworks = run::run(bench, machine.valgrind.is_some())?;
        let whole = bench.frameworks.is_empty() && bench.rows.is_empty();
        Ok(Self {
            targets: judge(&frameworks),
            machine,
            frameworks,
            building: whole.then(|| building::run(bench.quick)),
            swapping: whole.then(|| swapping::run(bench.quick)),
        })
    }

    /// What is shown on the terminal.
    pub fn table(&self) -> String {
        let Machine { processor, processors, system, rustc, valgrind, date } = &self.machine;
        let counted = valgrind.as_ref().map_or_else(
            || {
                "valgrind is not installed: no instructions are counted, and time decides"
                    .to_owned()
            },
            |valgrind| format!("instructions counted by {valgrind}"),
        );
        let mut parts = vec![format!(
            "{processor}, {processors} of them, {system}, {rustc}, {date}; {counted}\n{LEGEND}"
        )];
        parts.extend(self.frameworks.iter().map(table::framework));
        parts.extend(self.building.as_ref().map(building::Report::table));
        parts.extend(self.swapping.as_ref().map(swapping::Report::table));
        parts.push(table::verdicts(&self.targets));
        parts.join("\n")
    }
}
