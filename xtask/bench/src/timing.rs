//! Time: interleaved rounds, and what is typical of them.

use std::time::{Duration, Instant};

use crate::contender::{Contend, Who};
use crate::figures::{Figure, Run, Time};
use crate::frameworks::{Framework, Purpose};
use crate::rows::Row;
use crate::spread::Spread;

/// How long a contender has its turn.
const TURN: Duration = Duration::from_micros(400);

/// As many requests as are made beforehand, so few that they stay in the processor's cache.
const AT_ONCE: usize = 16;

/// Runs every contender of the rows.
///
/// # Panics
/// If the floor does not answer as we do.
pub fn run(
    framework: &mut dyn Framework,
    rows: &[Row],
    rounds: usize,
    mut progress: impl FnMut(&Row),
) -> Vec<Figure<Run>> {
    let mut figures = Vec::new();
    for row in rows {
        let figure = |who, value| Figure { row: row.name.clone(), who, value };
        let mut contenders = Vec::new();
        for (who, contender) in framework.contenders(row, Purpose::Run) {
            match contender {
                Ok(contender) => contenders.push((who, contender)),
                Err(reason) => figures.push(figure(who, Run::Absent(reason.to_owned()))),
            }
        }
        let answers: Vec<_> =
            contenders.iter().map(|(who, contender)| (*who, contender.answer())).collect();
        let of = |wanted| answers.iter().find(|(who, _)| *who == wanted).map(|(_, answer)| answer);
        assert_eq!(of(Who::Floor), of(Who::Ours), "{row}");
        let times = measure(&mut contenders, rounds);
        for ((who, answer), (_, time)) in answers.into_iter().zip(times) {
            figures.push(figure(who, Run::Ran(answer, time)));
        }
        progress(row);
    }
    figures
}

/// Measures all contenders of a row, the first of which is the bare service.
pub fn measure(contenders: &mut [(Who, Box<dyn Contend>)], rounds: usize) -> Vec<(Who, Time)> {
    let turns: Vec<usize> =
        contenders.iter_mut().map(|(_, contender)| calibrate(&mut **contender)).collect();
    let mut times = vec![Vec::with_capacity(rounds); contenders.len()];
    for round in 0..rounds {
        for i in 0..contenders.len() {
            let i = (i + round) % contenders.len();
            times[i].push(turn(&mut *contenders[i].1, turns[i]));
        }
    }
    let bare = times.first().cloned().unwrap_or_default();
    let time = |times: Vec<f64>| Time {
        over_bare: Spread::of(times.iter().zip(&bare).map(|(time, bare)| time - bare).collect()),
        whole: Spread::of(times),
    };
    contenders.iter().map(|(who, _)| *who).zip(times.into_iter().map(time)).collect()
}

/// Warms up, and finds out how many requests fill a turn.
fn calibrate(contender: &mut dyn Contend) -> usize {
    let mut requests = 1;
    loop {
        let spent = turn(contender, requests) * requests as f64;
        let wanted = TURN.as_nanos() as f64;
        if spent >= wanted / 2.0 {
            return ((requests as f64 * wanted / spent) as usize).max(1);
        }
        requests *= 2;
    }
}

/// The time of one of so many requests, in nanoseconds.
fn turn(contender: &mut dyn Contend, requests: usize) -> f64 {
    let mut spent = Duration::ZERO;
    let mut left = requests;
    while left > 0 {
        let now = left.min(AT_ONCE);
        contender.make(now);
        let start = Instant::now();
        contender.serve();
        spent += start.elapsed();
        left -= now;
    }
    spent.as_nanos() as f64 / requests as f64
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;
    use crate::answer::Answer;

    /// Counts, and takes its time.
    struct Counting {
        made: usize,
        served: Rc<Cell<usize>>,
    }

    impl Contend for Counting {
        fn make(&mut self, requests: usize) {
            self.made += requests;
        }

        fn serve(&mut self) {
            let start = Instant::now();
            while start.elapsed() < TURN / 10 {}
            self.served.set(self.served.get() + self.made);
            self.made = 0;
        }

        fn answer(&self) -> Answer {
            unreachable!("nobody asks here")
        }
    }

    #[test]
    fn everybody_has_every_turn() {
        let served = [const { 0 }; 3].map(|_: i32| Rc::new(Cell::new(0)));
        let turns = |rounds| {
            let contender = |(who, served): (_, &Rc<Cell<usize>>)| {
                served.set(0);
                let served = Rc::clone(served);
                (who, Box::new(Counting { made: 0, served }) as Box<dyn Contend>)
            };
            let whos = [Who::Bare, Who::Floor, Who::Ours];
            let mut contenders: Vec<_> = whos.into_iter().zip(&served).map(contender).collect();
            let times = measure(&mut contenders, rounds);
            assert_eq!(times.iter().map(|(who, _)| *who).collect::<Vec<_>>(), whos);
            assert_eq!(times[0].1.over_bare.median, 0.0);
            assert!(times[0].1.whole.median > 0.0);
            served.each_ref().map(|served| served.get())
        };
        let (few, many) = (turns(1), turns(9));
        for (few, many) in few.into_iter().zip(many) {
            assert!(0 < few && few < many, "{few} {many}");
        }
    }
}
