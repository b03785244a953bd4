//! The measures. Each framework gets its own processes, so that none runs in another's heap. The program
//! starts itself, or its sibling with the counting allocator, and reads lines.

use std::alloc::System;
use std::hint::black_box;
use std::iter::repeat_n;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::mpsc;
use std::{env, fs, thread};

use stats_alloc::{Region, StatsAlloc};

use crate::contender::Contender;
use crate::figures::Figures;
use crate::frameworks::Framework;
use crate::options::Options;
use crate::rows::Row;
use crate::{Fault, building, policy};

/// How many requests to count together, after as many to warm up.
const REQUESTS: usize = 20;

/// The version of valgrind.
///
/// # Errors
/// If it is not installed.
pub fn valgrind() -> Result<String, Fault> {
    let output = Command::new("valgrind").arg("--version").output();
    let output = output.map_err(|error| format!("valgrind counts the instructions: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Measures everything selected, on all processors: load affects neither measure.
///
/// # Errors
/// If a process fails.
pub fn run(options: &Options) -> Result<Figures, Fault> {
    let mut figures = Figures::default();
    let processors = thread::available_parallelism().map_or(1, usize::from);
    for kind in ["count", "allocations"] {
        for frameworks in options.frameworks.chunks(processors) {
            thread::scope(|scope| {
                let start = |of: &Framework| (of.name, scope.spawn(|| child(kind, of.name)));
                let children: Vec<_> = frameworks.iter().map(start).collect();
                children.into_iter().try_for_each(|(name, child)| {
                    figures.read(name, &child.join().expect("it does not panic")?)
                })
            })?;
        }
    }
    Ok(figures)
}

/// Measures one framework in a new process with the same flags.
fn child(kind: &str, framework: &str) -> Result<String, Fault> {
    eprintln!("{framework}: {kind}");
    let dumps = env::temp_dir().join(format!("bench-{}-{framework}", process::id()));
    let mut command = match kind {
        "count" => {
            fs::create_dir(&dumps)?;
            let mut valgrind = Command::new("valgrind");
            valgrind
                .args(["-q", "--tool=callgrind", "--collect-atstart=no", "--dump-instr=no"])
                .arg("--toggle-collect=bench::measure::serve_counted")
                .arg("--dump-before=bench::measure::write_down")
                .arg(format!("--callgrind-out-file={}", dumps.join("counts").display()))
                .arg(env::current_exe()?)
                .env("GLIBC_TUNABLES", "glibc.malloc.arena_max=100000");
            valgrind
        }
        _ => Command::new(sibling()?),
    };
    command.args(env::args_os().skip(1)).args(["--child", kind, "--frameworks", framework]);
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    let lines = String::from_utf8(output.stdout)?;
    let lines = match kind {
        _ if !output.status.success() => Err(format!("{command:?}: {}", output.status).into()),
        "count" => counts(&lines, &dumps),
        _ => Ok(lines),
    };
    // A leftover is only a temporary file.
    let _ = fs::remove_dir_all(&dumps);
    lines
}

/// The program with the counting allocator, in the same folder as this one.
pub fn sibling() -> Result<PathBuf, Fault> {
    Ok(env::current_exe()?.with_file_name(format!("allocations{}", env::consts::EXE_SUFFIX)))
}

/// Adds valgrind's count to each line. Each line has its own file.
fn counts(lines: &str, dumps: &Path) -> Result<String, Fault> {
    let mut counted = String::new();
    for (i, line) in lines.lines().enumerate() {
        let name = format!("counts.{}", i + 1);
        let dump = fs::read_to_string(dumps.join(&name));
        let dump = dump.map_err(|error| format!("{name}: {error}"))?;
        let total = dump.lines().find_map(|line| line.strip_prefix("totals:"));
        let total = total.and_then(|total| total.split_whitespace().next()?.parse::<f64>().ok());
        let total = total.ok_or_else(|| format!("{name}: the file has no total"))?;
        counted += &format!("{line}\t{}\n", total / REQUESTS as f64);
    }
    Ok(counted)
}

/// Measures one framework and prints one measurement per line.
///
/// # Errors
/// If there is no such measure.
pub fn measure(options: &Options, kind: &str, allocator: &StatsAlloc<System>) -> Result<(), Fault> {
    let framework = options.frameworks[0];
    for row in &options.rows {
        let repeat = if options.quick || row.is_long() { 1 } else { 3 };
        match kind {
            "count" => count(framework, row, repeat),
            "allocations" => allocations(framework, row, allocator),
            "building" => return building::run(allocator),
            _ => return Err(format!("--child {kind}: there is no such measure").into()),
        }
    }
    Ok(())
}

/// Serves each contender's requests in its own function, which valgrind finds by name. Maps hash
/// randomly, so we make and count each contender more than once.
fn count(framework: Framework, row: &Row, repeat: usize) {
    // In this thread, so that data shared by many rows is not in the heap of one of them.
    policy::ours(row.policy);
    let (sender, whos) = mpsc::channel();
    let shared = row.clone();
    // The allocator gives every thread a new heap, without holes left by others: filling a hole takes a
    // different number of instructions. No thread ends, because the next one would get its heap.
    thread::spawn(move || {
        for _ in 0..repeat {
            // Under valgrind, a peer that searches a million origins takes minutes.
            for (who, contender) in framework.contenders(&shared, !shared.is_long()).0 {
                count_one(&contender);
                sender.send(who).expect("the receiver waits for it");
            }
        }
        drop(sender);
        loop {
            thread::park();
        }
    });
    for who in whos {
        println!("{}\t{who}\tinstructions", row.name);
    }
}

fn count_one(contender: &Contender) {
    // Fills the holes in the heap, for the same reason.
    let huge = (16 * 1024..127 * 1024).rev().step_by(512);
    let large = (1024..16 * 1024).rev().step_by(16);
    let small = (0..1024).rev().step_by(16).flat_map(|size| repeat_n(size, 64));
    let holes: Vec<Vec<u8>> = huge.chain(large).chain(small).map(Vec::with_capacity).collect();
    for _ in 0..REQUESTS {
        (contender.prepare)()();
    }
    for _ in 0..REQUESTS {
        serve_counted(&mut *(contender.prepare)());
    }
    write_down();
    drop(holes);
}

#[inline(never)]
fn serve_counted(serve: &mut dyn FnMut()) {
    serve();
}

#[inline(never)]
fn write_down() {
    black_box(());
}

/// How many blocks and bytes a request allocates, and how the peer's answer differs.
fn allocations(framework: Framework, row: &Row, allocator: &StatsAlloc<System>) {
    let (contenders, note) = framework.contenders(row, true);
    println!("{}\tpeer\tnote\t{note}", row.name);
    for (who, contender) in contenders {
        (contender.prepare)()();
        let (mut blocks, mut bytes) = (0, 0);
        for _ in 0..REQUESTS {
            let mut serve = (contender.prepare)();
            let region = Region::new(allocator);
            serve();
            let change = region.change();
            blocks += change.allocations + change.reallocations;
            bytes += change.bytes_allocated;
        }
        for (measure, sum) in [("blocks", blocks), ("bytes", bytes)] {
            println!("{}\t{who}\t{measure}\t{}", row.name, sum as f64 / REQUESTS as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_in_the_order_of_the_lines() {
        let dumps = env::temp_dir().join(format!("bench-test-{}", process::id()));
        fs::create_dir(&dumps).unwrap();
        for (i, total) in [(1, "9000"), (2, "50 7"), (3, "many")] {
            let dump = format!("events: Ir\nsummary: 1\n\nfn=(1) f\n16 2\n\ntotals: {total}\n");
            fs::write(dumps.join(format!("counts.{i}")), dump).unwrap();
        }
        let two = counts("a\tbare\tinstructions\na\tours\tinstructions\n", &dumps);
        let [three, four] =
            [3, 4].map(|lines| counts(&"\n".repeat(lines), &dumps).unwrap_err().to_string());
        fs::remove_dir_all(&dumps).unwrap();
        assert_eq!(two.unwrap(), "a\tbare\tinstructions\t450\na\tours\tinstructions\t2.5\n");
        assert!(three.contains("counts.3: the file has no total"), "{three}");
        assert!(four.contains("counts.3"), "{four}");
    }
}
