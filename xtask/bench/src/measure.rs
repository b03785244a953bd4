//! Counts instructions and allocations. Each framework gets its own process, so that none runs in
//! another's heap: the program starts itself under valgrind, and reads its lines and valgrind's files.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::iter::repeat_n;
use std::path::Path;
use std::process::{self, Command, Stdio};
use std::sync::mpsc;
use std::{env, fs, thread};

use serde_json::{Value, json};

use crate::contender::Contender;
use crate::figures::{Figures, median};
use crate::frameworks::Framework;
use crate::options::Options;
use crate::rows::Row;
use crate::{Fault, policy};

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

/// Measures everything selected, on all processors: load affects nothing that is counted.
///
/// # Errors
/// If a process fails.
pub fn run(options: &Options) -> Result<Figures, Fault> {
    let mut all = Value::Null;
    let processors = thread::available_parallelism().map_or(1, usize::from);
    for frameworks in options.frameworks.chunks(processors) {
        thread::scope(|scope| {
            let start = |of: &Framework| (of.name, scope.spawn(|| child(of.name)));
            let children: Vec<_> = frameworks.iter().map(start).collect();
            for (name, child) in children {
                all[name] = child.join().expect("it does not panic")?;
            }
            Ok::<_, Fault>(())
        })?;
    }
    Ok(Figures(all))
}

/// Measures one framework in a new process with the same flags.
fn child(framework: &str) -> Result<Value, Fault> {
    eprintln!("{framework}");
    let dumps = env::temp_dir().join(format!("bench-{}-{framework}", process::id()));
    fs::create_dir(&dumps)?;
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["-q", "--tool=callgrind", "--collect-atstart=no", "--dump-instr=no"])
        .arg("--toggle-collect=bench::measure::serve_counted")
        .arg("--dump-before=bench::measure::write_down")
        .arg(format!("--callgrind-out-file={}", dumps.join("counts").display()))
        .arg(env::current_exe()?)
        .env("GLIBC_TUNABLES", "glibc.malloc.arena_max=100000")
        .args(env::args_os().skip(1))
        .args(["--child", "--frameworks", framework]);
    let output = valgrind.stderr(Stdio::inherit()).output()?;
    let figures = match output.status.success() {
        false => Err(format!("{valgrind:?}: {}", output.status).into()),
        true => counts(str::from_utf8(&output.stdout)?, &dumps),
    };
    // A leftover is only a temporary file.
    let _ = fs::remove_dir_all(&dumps);
    figures
}

/// Medians of valgrind's counts by row, contender and measure, and the notes. Every contender's line has
/// its own file.
fn counts(lines: &str, dumps: &Path) -> Result<Value, Fault> {
    let mut counted = BTreeMap::<_, Vec<f64>>::new();
    let (mut figures, mut files) = (Value::Null, 0);
    for line in lines.lines() {
        let (row, who) = match line.split('\t').collect::<Vec<_>>()[..] {
            [row, who] => (row, who),
            [row, "note", note] => {
                figures[row]["note"] = json!(note);
                continue;
            }
            _ => return Err(format!("not a contender: {line:?}").into()),
        };
        files += 1;
        let name = format!("counts.{files}");
        let dump = fs::read_to_string(dumps.join(&name));
        let dump = dump.map_err(|error| format!("{name}: {error}"))?;
        let counts = read(&dump).ok_or_else(|| format!("{name}: the file has no total"))?;
        for (measure, count) in counts {
            counted.entry([row, who, measure]).or_default().push(count);
        }
    }
    for ([row, who, measure], values) in counted {
        figures[row][who][measure] = json!(median(&values));
    }
    Ok(figures)
}

/// What a request takes according to one of valgrind's files. The file has each function's name once, and
/// a number where it comes again. Unlike instructions, calls are also counted while the contender warms
/// up.
fn read(dump: &str) -> Option<[(&'static str, f64); 2]> {
    let (mut allocating, mut is_one, mut allocations) = (Vec::new(), false, 0.0);
    for line in dump.lines() {
        if let Some((number, name)) = line.split_once("fn=").and_then(|(_, of)| of.split_once(')'))
        {
            if matches!(name, " malloc" | " calloc" | " realloc" | " posix_memalign") {
                allocating.push(number);
            }
            is_one = allocating.contains(&number);
        } else if let (Some(calls), true) = (line.strip_prefix("calls="), is_one) {
            allocations += calls.split_whitespace().next()?.parse::<f64>().ok()?;
        }
    }
    let total = dump.lines().find_map(|line| line.strip_prefix("totals:"))?;
    let instructions: f64 = total.split_whitespace().next()?.parse().ok()?;
    let requests = REQUESTS as f64;
    Some([("instructions", instructions / requests), ("allocations", allocations / 2.0 / requests)])
}

/// Serves the requests of one framework, and prints a line for each of valgrind's files.
pub fn count(options: Options) {
    for row in options.rows {
        let repeat = if options.quick || row.is_long() { 1 } else { 3 };
        count_row(options.frameworks[0], row, repeat);
    }
}

/// Serves each contender's requests in its own function, which valgrind finds by name. Maps hash
/// randomly, so we make and count each contender more than once.
fn count_row(framework: Framework, row: Row, repeat: usize) {
    // In this thread, so that data shared by many rows is not in the heap of one of them.
    policy::ours(row.policy);
    let (sender, done) = mpsc::channel();
    // The allocator gives every thread a new heap, without holes left by others: filling a hole takes a
    // different number of instructions. No thread ends, because the next one would get its heap.
    thread::spawn(move || {
        for _ in 0..repeat {
            // Under valgrind, a peer that searches a million origins takes minutes.
            let (contenders, note) = framework.contenders(&row, !row.is_long());
            for (who, contender) in contenders {
                count_one(&contender);
                println!("{}\t{}", row.name, who.name());
            }
            println!("{}\tnote\t{note}", row.name);
        }
        sender.send(()).expect("the receiver waits for it");
        loop {
            thread::park();
        }
    });
    done.recv().expect("all answers are right");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_in_the_order_of_the_lines() {
        let dumps = env::temp_dir().join(format!("bench-test-{}", process::id()));
        fs::create_dir(&dumps).unwrap();
        let calls = "fn=(1) f\n16 2\ncfn=(2) malloc\ncalls=20 0\n* 9\ncfn=(3) free\ncalls=7 0\n* 1\n\
                     fn=(4) g\ncfn=(2)\ncalls=40 8\n* 9\n";
        for (i, total) in [(1, "9000"), (2, "50 7"), (3, "9999"), (4, "20"), (5, "many")] {
            let dump = format!("events: Ir\nsummary: 1\n\n{calls}\ntotals: {total}\n");
            fs::write(dumps.join(format!("counts.{i}")), dump).unwrap();
        }
        let four = counts("a\tbare\na\tnote\t-vary\na\tours\na\tours\na\tours\n", &dumps);
        let fault = |lines: &str| counts(lines, &dumps).unwrap_err().to_string();
        let five = fault(&"a\tours\n".repeat(5));
        fs::remove_file(dumps.join("counts.1")).unwrap();
        let none = fault("a\tours\n");
        for line in ["", "a warning", "forbid\tours\tbytes\tmany"] {
            let fault = fault(&format!("{line}\n"));
            assert!(fault.contains(&format!("{line:?}")), "{fault}");
        }
        fs::remove_dir_all(&dumps).unwrap();
        let expected = json!({ "a": {
            "bare": { "instructions": 450.0, "allocations": 1.5 },
            "ours": { "instructions": 2.5, "allocations": 1.5 },
            "note": "-vary",
        } });
        assert_eq!(four.unwrap(), expected);
        assert!(five.contains("counts.5: the file has no total"), "{five}");
        assert!(none.contains("counts.1"), "{none}");
    }
}
