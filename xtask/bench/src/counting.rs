//! Instructions, counted by `valgrind --tool=callgrind`.
//!
//! The counted program serves requests in a function of its own, and valgrind is told that function's
//! name: it counts in there alone. What it has counted it writes down before another function, which
//! is called once the requests of a contender are done.

use std::ffi::OsString;
use std::fs;
use std::hint::black_box;
use std::iter::repeat_n;
use std::path::Path;
use std::process::Command;
use std::sync::{RwLock, mpsc};
use std::thread;

use crate::child::{self, Asked};
use crate::contender::{Contend, Who};
use crate::figures::Figure;
use crate::frameworks::{self, Purpose};
use crate::policy;
use crate::rows::Row;

/// As many requests as are counted together, and as many before them to warm up.
const REQUESTS: usize = 20;

/// What the files are called that valgrind writes; it adds a number to each.
const DUMPS: &str = "counts";

/// The function in which is counted, as valgrind writes it.
const COUNTED: &str = "bench::counting::serve_counted";

/// The one before which is written down.
const WRITTEN: &str = "bench::counting::write_down";

/// What is counted, in what order: a framework, a row, a contender.
pub type Counted = (String, Figure<()>);

/// What the counted program does.
pub fn run(asked: &Asked, rows: &[Row], progress: &mut dyn FnMut(&Row)) -> Vec<Counted> {
    let mut counted = Vec::new();
    let end = RwLock::new(());
    thread::scope(|scope| {
        let not_yet = end.write();
        for (name, row) in
            asked.frameworks.iter().flat_map(|name| rows.iter().map(move |row| (name, row)))
        {
            // In this thread: what many rows share is not to be in the heap of one of them.
            policy::ours(row.policy);
            // The allocator gives a thread a heap of its own, without holes that others have left: what
            // fits into one costs more or less, by chance. It gives the same one to another when the
            // thread ends; so none ends before the last.
            let (sender, whos) = mpsc::channel();
            let end = &end;
            scope.spawn(move || {
                // Whoever asked waits for it.
                let _ = sender.send(count_row(name, row));
                drop(end.read());
            });
            for who in whos.recv().expect("it does not panic") {
                counted.push((name.clone(), Figure { row: row.name.clone(), who, value: () }));
            }
            progress(row);
        }
        drop(not_yet);
    });
    counted
}

fn count_row(framework: &str, row: &Row) -> Vec<Who> {
    let mut framework = frameworks::open(framework).expect("its name was looked up");
    let mut whos = Vec::new();
    for (who, contender) in framework.contenders(row, Purpose::Count) {
        let Ok(contender) = contender else { continue };
        count_one(contender);
        whos.push(who);
    }
    whos
}

fn count_one(mut contender: Box<dyn Contend>) {
    let holes = fill_holes();
    // Each is made when the one before has been freed, so that the allocator comes to do the same for
    // every one.
    for _ in 0..REQUESTS {
        contender.make(1);
        contender.serve();
    }
    for _ in 0..REQUESTS {
        contender.make(1);
        serve_counted(&mut *contender);
    }
    write_down();
    drop(holes);
}

#[inline(never)]
fn serve_counted(contender: &mut dyn Contend) {
    contender.serve();
}

/// Takes what is free between other blocks of the heap, so that the requests get theirs from its end:
/// what fits by chance costs more or less, by chance.
fn fill_holes() -> Vec<Vec<u8>> {
    let huge = (16 * 1024..127 * 1024).rev().step_by(512);
    let large = (1024..16 * 1024).rev().step_by(16);
    let small = (0..1024).rev().step_by(16).flat_map(|size| repeat_n(size, 64));
    huge.chain(large).chain(small).map(Vec::with_capacity).collect()
}

#[inline(never)]
fn write_down() {
    black_box(());
}

/// Has the program count under valgrind, which writes to an empty directory: the instructions of a
/// request for each contender.
pub fn count(
    program: &Path,
    args: &[OsString],
    directory: &Path,
    progress: impl FnMut(&str) + Send,
) -> Result<Vec<(String, Figure<f64>)>, String> {
    let mut command = Command::new("valgrind");
    command
        .args(["-q", "--tool=callgrind", "--collect-atstart=no", "--dump-instr=no"])
        .arg(format!("--toggle-collect={COUNTED}"))
        .arg(format!("--dump-before={WRITTEN}"))
        .arg(format!("--callgrind-out-file={}", directory.join(DUMPS).display()))
        .arg(program)
        .args(args)
        .env("GLIBC_TUNABLES", "glibc.malloc.arena_max=100000");
    read(directory, child::run(command, progress)?)
}

/// Whether valgrind is there, in its own words.
pub fn version() -> Option<String> {
    let output = Command::new("valgrind").arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| version.trim().to_owned())
}

/// What valgrind wrote, a file for each of those that were counted.
fn read(directory: &Path, counted: Vec<Counted>) -> Result<Vec<(String, Figure<f64>)>, String> {
    let fault = |path: &Path, what: &str| format!("{}: {what}", path.display());
    let mut counts = Vec::with_capacity(counted.len());
    for (i, (framework, Figure { row, who, .. })) in counted.into_iter().enumerate() {
        let path = directory.join(format!("{DUMPS}.{}", i + 1));
        let dump = fs::read_to_string(&path).map_err(|error| fault(&path, &error.to_string()))?;
        let total = total(&dump).ok_or_else(|| fault(&path, "it holds no total"))?;
        let value = total as f64 / REQUESTS as f64;
        counts.push((framework, Figure { row, who, value }));
    }
    Ok(counts)
}

/// The total of a dump.
fn total(dump: &str) -> Option<u64> {
    let line = dump.lines().find_map(|line| line.strip_prefix("totals:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_of_a_dump() {
        let dump = "# callgrind format\nversion: 1\npart: 3\n\nevents: Ir\nsummary: 49752\n\n\
                    fn=(1) bench::counting::serve_counted\n16 2\ncalls=20 7\n16 19\n\ntotals: 49752\n";
        assert_eq!(total(dump), Some(49_752));
        assert_eq!(total("totals: 12 3 4\n"), Some(12));
        assert_eq!(total("events: Ir\nsummary: 49752\n"), None);
        assert_eq!(total("totals: many\n"), None);
    }

    #[test]
    fn dumps_are_read_in_the_order_in_which_they_were_written() {
        let directory = crate::directory::Directory::new().unwrap();
        for (number, total) in [(1, 200), (2, 50)] {
            let path = directory.path().join(format!("{DUMPS}.{number}"));
            fs::write(path, format!("events: Ir\ntotals: {total}\n")).unwrap();
        }
        let counted = |who| ("axum".to_owned(), Figure { row: "a row".to_owned(), who, value: () });
        let counts = read(directory.path(), [Who::Bare, Who::Ours].map(counted).into()).unwrap();
        let counts: Vec<_> = counts.into_iter().map(|(_, one)| (one.who, one.value)).collect();
        assert_eq!(counts, [(Who::Bare, 10.0), (Who::Ours, 2.5)]);

        let whos = [Who::Bare, Who::Floor, Who::Ours];
        let fault = read(directory.path(), whos.map(counted).into()).unwrap_err();
        assert!(fault.contains("counts.3"), "{fault}");
    }
}
