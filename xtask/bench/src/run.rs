//! One run: every framework in processes of its own, first what load does not change, then the time.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};
use xtask::options::Bench;

use crate::child::{self, Asked};
use crate::counting;
use crate::directory::Directory;
use crate::figures::{Allocated, Figure, FrameworkFigures, RowFigures};
use crate::frameworks;
use crate::machine::versioned;
use crate::rows::{self, Row};

/// How often each row is counted; it is not always the same, for maps hash by chance.
const COUNTS: usize = 3;

/// The frameworks that are wanted; an error if there is no such one, or no row.
pub fn wanted(bench: &Bench) -> Result<Vec<&'static str>, String> {
    for name in &bench.frameworks {
        if !frameworks::NAMES.contains(&name.as_str()) {
            let names = frameworks::NAMES.join(", ");
            return Err(format!("--framework {name}: no such framework; there is: {names}"));
        }
    }
    if rows::rows(&bench.rows, bench.quick).is_empty() {
        return Err(format!("--row: no row is called {}", bench.rows.join(" or ")));
    }
    let named = |name: &&str| {
        bench.frameworks.is_empty() || bench.frameworks.iter().any(|wanted| wanted == name)
    };
    Ok(frameworks::NAMES.into_iter().filter(named).collect())
}

/// Measures all that is wanted. Without valgrind nothing is counted.
pub fn run(bench: &Bench, counted: bool) -> Result<Vec<FrameworkFigures>, String> {
    let names = wanted(bench)?;
    let rows = rows::rows(&bench.rows, bench.quick);
    let counts = match (counted, bench.quick) {
        (false, _) => 0,
        (true, true) => 1,
        (true, false) => COUNTS,
    };
    let long = rows.iter().filter(|row| row.is_long()).count();
    let turns = 2 * rows.len() + counts * (rows.len() - long) + counts.min(1) * long;
    let bar = ProgressBar::new((names.len() * turns) as u64);
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg}");
    bar.set_style(style.expect("the template is well-formed"));

    let programs = Programs::find()?;
    // The last is taken first: that which lasts longest.
    let mut jobs: Vec<Job> = names.iter().map(|name| Job::Allocations(name)).collect();
    jobs.extend((0..counts).flat_map(|_| names.iter().map(|name| Job::Count(name))));
    jobs.extend((counts > 0 && long > 0).then(|| Job::CountLong(names.clone())));
    let mut all: Vec<_> = names.iter().map(|name| nothing_yet(name, &rows)).collect();
    let mut counted = Vec::new();
    for done in side_by_side(jobs, |job| job.run(&programs, bench, &bar))? {
        match done {
            Done::Counted(counts) => counted.extend(counts),
            Done::Allocated(name, allocated) => {
                let figures = all.iter_mut().find(|figures| figures.framework == name);
                figures.expect("it was asked for").add_allocated(allocated);
            }
        }
    }
    for (name, figures) in names.iter().zip(&mut all) {
        let args = Asked::args("measure", &[name], bench);
        let command = child::command(&programs.bench, &args);
        figures.add_runs(child::run(command, tick(&bar, name, "timed"))?);
        let own = counted.extract_if(.., |(framework, _)| framework == name);
        figures.add_instructions(own.map(|(_, figure)| figure).collect());
    }
    bar.finish_and_clear();
    Ok(all)
}

/// A framework's rows, empty.
fn nothing_yet(name: &str, rows: &[Row]) -> FrameworkFigures {
    let row = |row: &Row| RowFigures {
        row: row.name.clone(),
        kind: row.kind,
        answer: None,
        contenders: BTreeMap::new(),
    };
    FrameworkFigures {
        framework: name.to_owned(),
        peer: peer(name),
        rows: rows.iter().map(row).collect(),
    }
}

/// Does jobs on every processor, the last first; of faults, the first.
fn side_by_side<T: Send, D: Send>(
    jobs: Vec<T>,
    run: impl Fn(T) -> Result<D, String> + Sync,
) -> Result<Vec<D>, String> {
    let (jobs, done) = (Mutex::new(jobs), Mutex::new(Vec::new()));
    let jobs = || jobs.lock().expect("no holder panics");
    let work = || -> Result<(), String> {
        loop {
            let Some(job) = jobs().pop() else { return Ok(()) };
            // Whatever is left would be in vain.
            let result = run(job).inspect_err(|_| jobs().clear())?;
            done.lock().expect("no holder panics").push(result);
        }
    };
    thread::scope(|scope| {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("it does not panic"))
    })?;
    Ok(done.into_inner().expect("no holder panics"))
}

/// The peer in a framework.
fn peer(framework: &str) -> Option<String> {
    match framework {
        "tower" | "tower-cloned" | "axum" => Some(versioned("tower-http")),
        "actix" => Some(versioned("actix-cors")),
        "warp" => Some(format!("the cors() of {}", versioned("warp"))),
        _ => None,
    }
}

/// What is called when a row is done.
fn tick(bar: &ProgressBar, framework: &str, what: &str) -> impl FnMut(&str) + Send + 'static {
    let (bar, text) = (bar.clone(), format!("{framework} {what}"));
    move |row| {
        bar.inc(1);
        bar.set_message(format!("{text}: {row}"));
    }
}

struct Programs {
    bench: PathBuf,
    allocations: PathBuf,
}

impl Programs {
    fn find() -> Result<Self, String> {
        let bench = env::current_exe().map_err(|error| error.to_string())?;
        let allocations = bench.with_file_name(format!("allocations{}", env::consts::EXE_SUFFIX));
        if !allocations.exists() {
            return Err(format!("{} is missing: build it beside", allocations.display()));
        }
        Ok(Self { bench, allocations })
    }
}

/// What another process may do at the same time.
enum Job {
    Count(&'static str),
    /// Of all frameworks in one process, since making the policy takes the most time.
    CountLong(Vec<&'static str>),
    Allocations(&'static str),
}

enum Done {
    Counted(Vec<(String, Figure<f64>)>),
    Allocated(&'static str, Vec<Figure<Allocated>>),
}

impl Job {
    fn run(self, programs: &Programs, bench: &Bench, bar: &ProgressBar) -> Result<Done, String> {
        let count = |mode, names: &[&str]| {
            let directory = Directory::new()?;
            let args = Asked::args(mode, names, bench);
            let progress = tick(bar, &names.join(", "), "counted");
            let figures = counting::count(&programs.bench, &args, directory.path(), progress)?;
            Ok(Done::Counted(figures))
        };
        match self {
            Self::Count(name) => count("count", &[name]),
            Self::CountLong(names) => count("count-long", &names),
            Self::Allocations(name) => {
                let args = Asked::args("allocations", &[name], bench);
                let command = child::command(&programs.allocations, &args);
                let figures = child::run(command, tick(bar, name, "allocations"))?;
                Ok(Done::Allocated(name, figures))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_is_done_and_the_last_begins() {
        let first = Mutex::new(None);
        let double = |job: u32| {
            first.lock().unwrap().get_or_insert(job);
            Ok(2 * job)
        };
        let mut done = side_by_side((0..100).collect(), double).unwrap();
        done.sort_unstable();
        assert_eq!(done, (0..200).step_by(2).collect::<Vec<_>>());
        let workers = thread::available_parallelism().map_or(1, usize::from);
        assert!(first.into_inner().unwrap().unwrap() as usize + workers >= 100);
    }

    #[test]
    fn after_a_fault_nothing_begins() {
        let begun = Mutex::new(0);
        let faulty = |_: u32| -> Result<(), String> {
            *begun.lock().unwrap() += 1;
            Err("faulty".to_owned())
        };
        assert_eq!(side_by_side((0..1000).collect(), faulty), Err("faulty".to_owned()));
        let workers = thread::available_parallelism().map_or(1, usize::from);
        assert!(begun.into_inner().unwrap() <= workers);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let bench = |framework: &str, row: &str| Bench {
            frameworks: vec![framework.to_owned()],
            rows: vec![row.to_owned()],
            ..Bench::default()
        };
        assert_eq!(wanted(&bench("warp", "forbid")), Ok(vec!["warp"]));
        assert!(wanted(&bench("rocket", "forbid")).unwrap_err().contains("tower-cloned"));
        assert!(wanted(&bench("warp", "nothing")).unwrap_err().contains("nothing"));
        assert_eq!(wanted(&Bench::default()).unwrap(), frameworks::NAMES);
    }
}
