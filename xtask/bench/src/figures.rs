//! What was found out, by row and contender.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::contender::Who;
use crate::difference::Difference;
use crate::rows::Kind;
use crate::spread::Spread;

/// One value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure<T> {
    /// The row.
    pub row: String,
    /// The contender.
    pub who: Who,
    /// What was found out.
    pub value: T,
}

/// The time of a request, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Time {
    /// By itself.
    pub whole: Spread,
    /// Less that of the bare service in the same round.
    pub over_bare: Spread,
}

/// What one request makes the allocator do.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Allocated {
    /// Blocks, new or made longer.
    pub blocks: f64,
    /// Their bytes.
    pub bytes: f64,
}

/// What a run of the contenders gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Run {
    /// It answered, and took this long.
    Ran(Answer, Time),
    /// There is none, and why.
    Absent(String),
}

/// All about one contender in one row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contender {
    /// Instructions of a request; none if they were not counted.
    pub instructions: Option<f64>,
    /// Time of a request, in nanoseconds.
    pub time: Option<Time>,
    /// What a request makes the allocator do.
    pub allocated: Option<Allocated>,
    /// How the answer differs from ours.
    pub difference: Option<Difference>,
    /// Why it is not there.
    pub absent: Option<String>,
}

/// All about one row in one framework.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowFigures {
    /// What it is called.
    pub row: String,
    /// What becomes of its request.
    pub kind: Kind,
    /// What our answer was.
    pub answer: Option<Answer>,
    /// The contenders.
    pub contenders: BTreeMap<Who, Contender>,
}

impl RowFigures {
    /// Instructions of a contender over those of the bare service.
    pub fn instructions(&self, who: Who) -> Option<f64> {
        let of = |who| self.contenders.get(&who)?.instructions;
        Some(of(who)? - of(Who::Bare)?)
    }

    /// Time of a contender over that of the bare service, in nanoseconds.
    pub fn nanoseconds(&self, who: Who) -> Option<f64> {
        Some(self.contenders.get(&who)?.time?.over_bare.median)
    }

    /// What a contender makes the allocator do.
    pub fn allocated(&self, who: Who) -> Option<Allocated> {
        self.contenders.get(&who)?.allocated
    }
}

/// All about one framework.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameworkFigures {
    /// Its name.
    pub framework: String,
    /// The peer in it, as a title names it.
    pub peer: Option<String>,
    /// Its rows.
    pub rows: Vec<RowFigures>,
}

impl FrameworkFigures {
    /// What stands above its rows.
    pub fn title(&self) -> String {
        match &self.peer {
            Some(peer) => format!("{}, beside {peer}", self.framework),
            None => self.framework.clone(),
        }
    }

    /// One row.
    pub fn row(&self, name: &str) -> Option<&RowFigures> {
        self.rows.iter().find(|row| row.row == name)
    }

    /// What is known about a contender in a row, to add to it.
    fn entry(&mut self, row: &str, who: Who) -> Option<&mut Contender> {
        let row = self.rows.iter_mut().find(|known| known.row == row)?;
        Some(row.contenders.entry(who).or_default())
    }

    /// Adds what was counted; the median, where a row was counted more than once.
    pub fn add_instructions(&mut self, counts: Vec<Figure<f64>>) {
        let mut all: BTreeMap<(String, Who), Vec<f64>> = BTreeMap::new();
        for Figure { row, who, value } in counts {
            all.entry((row, who)).or_default().push(value);
        }
        for ((row, who), mut counts) in all {
            counts.sort_by(f64::total_cmp);
            let median = counts[counts.len() / 2];
            if let Some(entry) = self.entry(&row, who) {
                entry.instructions = Some(median);
            }
        }
    }

    /// Adds what was allocated.
    pub fn add_allocated(&mut self, figures: Vec<Figure<Allocated>>) {
        for Figure { row, who, value } in figures {
            if let Some(entry) = self.entry(&row, who) {
                entry.allocated = Some(value);
            }
        }
    }

    /// Adds what came of running.
    pub fn add_runs(&mut self, figures: Vec<Figure<Run>>) {
        for row in &mut self.rows {
            row.answer = figures.iter().find_map(|figure| match &figure.value {
                Run::Ran(answer, _) if figure.row == row.row && figure.who == Who::Ours => {
                    Some(answer.clone())
                }
                _ => None,
            });
        }
        for Figure { row, who, value } in figures {
            let ours = self.row(&row).and_then(|row| row.answer.clone());
            let Some(entry) = self.entry(&row, who) else { continue };
            match value {
                Run::Ran(answer, time) => {
                    entry.time = Some(time);
                    let compared = matches!(who, Who::Peer | Who::Filter);
                    entry.difference =
                        ours.filter(|_| compared).map(|ours| Difference::of(&ours, &answer));
                }
                Run::Absent(reason) => entry.absent = Some(reason),
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod made_up {
    //! Figures for tests of what is made of them.

    use super::*;
    use crate::difference::Work;

    /// A framework with a peer, and these rows.
    pub(crate) fn framework(name: &str, rows: Vec<RowFigures>) -> FrameworkFigures {
        let peer = (name != "core").then(|| "other 1.0".to_owned());
        FrameworkFigures { framework: name.to_owned(), peer, rows }
    }

    /// A row with the instructions of the bare service, and of each of these over it. The time is a
    /// tenth of that in nanoseconds, and the quartiles lie a nanosecond around.
    pub(crate) fn row(name: &str, kind: Kind, bare: f64, over: &[(Who, f64)]) -> RowFigures {
        let spread = |median: f64| Spread { lower: median - 1.0, median, upper: median + 1.0 };
        let contender = |(who, over): &(Who, f64)| {
            let time = Time { whole: spread((bare + over) / 10.0), over_bare: spread(over / 10.0) };
            let contender = Contender {
                instructions: Some(bare + over),
                time: Some(time),
                allocated: Some(Allocated { blocks: 2.0, bytes: 100.0 }),
                ..Contender::default()
            };
            (*who, contender)
        };
        let contenders = [(Who::Bare, 0.0)].iter().chain(over).map(contender).collect();
        RowFigures { row: name.to_owned(), kind, answer: None, contenders }
    }

    /// The same, where the peer's answer differs so.
    pub(crate) fn differing(mut row: RowFigures, work: Work, words: &[&str]) -> RowFigures {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let peer = row.contenders.entry(Who::Peer).or_default();
        peer.difference = Some(Difference { work, words });
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_out_is_put_together() {
        let mut figures =
            made_up::framework("axum", vec![made_up::row("a row", Kind::Handled, 0.0, &[])]);
        let figure = |who, value| Figure { row: "a row".to_owned(), who, value };
        figures.add_instructions(
            [(Who::Bare, 100.0), (Who::Ours, 180.0), (Who::Ours, 150.0), (Who::Ours, 160.0)]
                .map(|(who, count)| figure(who, count))
                .into(),
        );
        let spread = Spread { lower: 1.0, median: 2.0, upper: 3.0 };
        let time = Time { whole: spread, over_bare: spread };
        let answer = |vary: &[u8]| Answer::new(200, [("vary", vary)].into_iter());
        figures.add_runs(vec![
            Figure { row: "a row".to_owned(), who: Who::Peer, value: Run::Ran(answer(b""), time) },
            Figure {
                row: "a row".to_owned(),
                who: Who::Ours,
                value: Run::Ran(answer(b"Origin"), time),
            },
            Figure {
                row: "a row".to_owned(),
                who: Who::Filter,
                value: Run::Absent("why".to_owned()),
            },
            Figure {
                row: "no row".to_owned(),
                who: Who::Ours,
                value: Run::Absent("gone".to_owned()),
            },
        ]);
        let allocated = Allocated { blocks: 3.0, bytes: 64.0 };
        figures.add_allocated(vec![Figure {
            row: "a row".to_owned(),
            who: Who::Ours,
            value: allocated,
        }]);

        let row = figures.row("a row").unwrap();
        assert_eq!(row.instructions(Who::Ours), Some(60.0), "the median, over the bare service");
        assert_eq!(row.nanoseconds(Who::Ours), Some(2.0));
        assert_eq!(row.allocated(Who::Ours), Some(allocated));
        assert_eq!(row.contenders[&Who::Ours].difference, None);
        let difference = row.contenders[&Who::Peer].difference.as_ref().unwrap();
        assert_eq!(difference.words, ["without Vary"]);
        assert_eq!(row.contenders[&Who::Filter].absent.as_deref(), Some("why"));
        assert!(figures.row("no row").is_none());

        let text = serde_json::to_string(&figures).unwrap();
        assert_eq!(serde_json::from_str::<FrameworkFigures>(&text).unwrap(), figures);
    }
}
