//! The cost of a file grows linearly with the file, however it is written. It is counted in
//! allocated bytes, and in instructions if valgrind is installed.

use allocation_counter::measure;
use cors_core::file::{Format, Report, check};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A description, the format, and the text of `n` pieces.
type Row = (&'static str, Format, fn(usize) -> String);

fn origins(n: usize) -> String {
    let list: Vec<_> = (0..n).map(|i| format!("\"https://a{i}.test\"")).collect();
    list.join(",\n")
}

fn toml(of: impl Fn(usize) -> String, n: usize) -> String {
    (0..n).map(of).collect()
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("origins", Format::Toml, |n| format!("allow_origins = [\n{}]", origins(n))),
    ("blank lines after", Format::Toml, |n| format!("allow_origins = [\n{}]{}", origins(n), "\n".repeat(50 * n))),
    ("spaces after", Format::Toml, |n| format!("allow_origins = [\n{}]\n{}", origins(n), " ".repeat(50 * n))),
    ("blank lines before", Format::Toml, |n| format!("{}allow_origins = [\n{}]", "\n".repeat(50 * n), origins(n))),
    ("blank lines inside", Format::Toml, |n| format!("allow_origins = [{}\n{}]", " \n\r\n".repeat(9 * n), origins(n))),
    ("comments", Format::Toml, |n| format!("allow_origins = [\n{}]\n{}", origins(n), "# , =\n".repeat(9 * n))),
    ("invalid origins", Format::Toml, |n| format!("allow_origins = [\n{}]", "'https://A.test/',".repeat(n))),
    ("origins twice", Format::Toml, |n| format!("allow_origins = [{}]", "'https://a.test',".repeat(n))),
    ("origins covered", Format::Toml, |n| format!("allow_origins = ['https://*.test:*', {}]", origins(n))),
    ("numbers for origins", Format::Toml, |n| format!("allow_origins = [{}]", "1,".repeat(n))),
    ("words for origins", Format::Toml, |n| format!("allow_origins = [{}]", "https://a.test,".repeat(n))),
    ("lists for origins", Format::Toml, |n| format!("allow_origins = [{}]", "[[]],".repeat(n))),
    ("tables for origins", Format::Toml, |n| format!("allow_origins = [{}]", "{a = 1},".repeat(n))),
    ("keys twice on one line", Format::Toml, |n| format!("allow_origins = [{}]", "{regex='a',regex=x},".repeat(n))),
    ("keys twice in one table", Format::Toml, |n| format!("allow_origins = {{ {} a = 1 }}", "a = 1, ".repeat(n))),
    ("keys twice, dotted", Format::Toml, |n| format!("x = {{ {} a = 1 }}", "a . b . c = 1, ".repeat(n))),
    ("keys twice in a deep table", Format::Toml, |n| format!("[{}]\n{}", ["abcdefghij"; 70].join("."), "a = 1\n".repeat(n))),
    ("keys in a deep table", Format::Toml, |n| format!("[{}]\n{}", ["abcdefghij"; 70].join("."), toml(|i| format!("a{i} = {{ b = [] }}\n"), n))),
    ("tables with headers", Format::Toml, |n| "[[allow_origins]]\nregex = 5\n".repeat(n)),
    ("headers twice", Format::Toml, |n| "[danger]\na = 1\n".repeat(n)),
    ("headers", Format::Toml, |n| toml(|i| format!("[a{i}.b]\nc = 1\n"), n)),
    ("tables around keys", Format::Toml, |n| toml(|i| format!("[a{i}]\nmax_age = 1\n"), n)),
    ("keys of another table", Format::Toml, |n| toml(|i| format!("danger.a{i} = 1\n"), n)),
    ("unknown keys", Format::Toml, |n| toml(|i| format!("allow_origin{i} = 1\n"), n)),
    ("keys twice", Format::Toml, |n| "max_age = 1\n".repeat(n)),
    ("a long key", Format::Toml, |n| format!("{} = 1\n", "a".repeat(20 * n)).repeat(2)),
    ("a long text", Format::Toml, |n| format!("allow_origins = '{}'", "a,".repeat(20 * n))),
    ("a long text of many lines", Format::Toml, |n| format!("allow_origins = \"\"\"{}\"\"\"", "a\\n\n".repeat(9 * n))),
    ("a long line of errors", Format::Toml, |n| format!("max_age = {}", "1 = ".repeat(n))),
    ("keys without values", Format::Toml, |n| "x\n".repeat(n)),
    ("values without keys", Format::Toml, |n| "= x\n".repeat(n)),
    ("two values", Format::Toml, |n| toml(|i| format!("a{i} = 1 2\n"), n)),
    ("texts without an end", Format::Toml, |n| toml(|i| format!("a{i} = 'x\n"), n)),
    ("lists without an end", Format::Toml, |n| "allow_origins = [\n".repeat(n)),
    ("headers without an end", Format::Toml, |n| "[danger\n".repeat(n)),
    ("brackets", Format::Toml, |n| format!("a = {}", "[".repeat(n))),
    ("braces", Format::Toml, |n| format!("a = {}", "{a=".repeat(n))),
    ("dots", Format::Toml, |n| format!("a{} = 1", ".a".repeat(n))),
    ("quotes", Format::Toml, |n| format!("a = {}", "'".repeat(n))),
    ("commas", Format::Toml, |n| format!("a = [{}]", ",".repeat(n))),
    ("bytes of one line", Format::Toml, |n| "\u{1}\u{e9} ".repeat(n)),
    ("methods", Format::Toml, |n| format!("allow_methods = [{}]", toml(|i| format!("'M{i}',"), n))),
    ("invalid methods", Format::Toml, |n| format!("allow_methods = [{}]", "'a,b','get','TRACE',".repeat(n))),
    ("invalid headers", Format::Toml, |n| format!("allow_headers = [{}]", "'a,b','host','*',".repeat(n))),
    ("names exposed", Format::Toml, |n| format!("expose_headers = ['*',{}]", toml(|i| format!("'x{i}','set-cookie',"), n))),
    ("YAML", Format::Toml, |n| format!("allow_origins:\n{}", "  - https://a.test\n".repeat(n))),
    ("JSON, origins", Format::Json, |n| format!("{{\"allow_origins\": [{}]}}", origins(n))),
    ("JSON, blank lines after", Format::Json, |n| format!("{{\"allow_origins\": [{}]}}{}", origins(n), "\n".repeat(50 * n))),
    ("JSON, spaces within", Format::Json, |n| format!("{{\"allow_origins\": [{}{}]}}", " ".repeat(50 * n), origins(n))),
    ("JSON, numbers", Format::Json, |n| format!("{{\"allow_origins\": [{}1]}}", "1,".repeat(n))),
    ("JSON, tables", Format::Json, |n| format!("{{\"allow_origins\": [{}1]}}", "{\"a\":1,\"a\":2},".repeat(n))),
    ("JSON, keys twice", Format::Json, |n| format!("{{{}\"a\":1}}", "\"max_age\":1,".repeat(n))),
    ("JSON, keys", Format::Json, |n| format!("{{{}\"a\":1}}", toml(|i| format!("\"a{i}\":1,"), n))),
    ("JSON, an error at the end", Format::Json, |n| format!("{{\"allow_origins\": [{},]}}", origins(n))),
    ("JSON, a text without an end", Format::Json, |n| format!("{{\"a\": \"{}", "\\\\a".repeat(9 * n))),
    ("JSON, brackets", Format::Json, |n| "[".repeat(n)),
];

/// Pieces in the smallest text. The others have two and four times as many.
const LEAST: usize = 60;

/// The differences between the costs of consecutive texts. Fixed costs cancel out. If the cost is
/// linear, the second difference is twice the first; if it is quadratic, four times.
fn grows_as_the_text(costs: [u64; 3]) -> bool {
    let [first, second] = [costs[1].saturating_sub(costs[0]), costs[2].saturating_sub(costs[1])];
    // Room for costs that grow in jumps, such as a list's memory, and for a logarithm.
    second <= first.max(costs[0] / 4) * 28 / 10
}

#[inline(never)]
fn judged(text: &str, format: Format) -> Report {
    check(text, format)
}

#[track_caller]
fn all_grow_as_the_text(costs: impl Iterator<Item = [u64; 3]>) {
    let rows = ROWS.iter().map(|(what, ..)| what).zip(costs);
    let others: Vec<_> = rows.filter(|(_, costs)| !grows_as_the_text(*costs)).collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn allocations_grow_as_the_file() {
    all_grow_as_the_text(ROWS.iter().map(|(_, format, text)| {
        [1, 2, 4].map(|times| {
            let text = text(times * 10 * LEAST);
            measure(|| drop(judged(&text, *format))).bytes_total
        })
    }));
}

/// Runs in the process under valgrind.
const WATCHED: &str = "CORS_COST_IS_WATCHED";

#[test]
fn instructions_grow_as_the_file() {
    if env::var_os(WATCHED).is_some() {
        for (_, format, text) in ROWS {
            for times in [1, 2, 4] {
                drop(judged(&text(times * LEAST), *format));
            }
        }
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cost");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let watched = Command::new("valgrind")
        .args(["--tool=callgrind", "--zero-before=policy_file::cost::judged"])
        .arg("--dump-after=policy_file::cost::judged")
        .arg(format!("--callgrind-out-file={}", folder.join("out").display()))
        .arg(env::current_exe().unwrap())
        .args(["--exact", "cost::instructions_grow_as_the_file", "--test-threads=1"])
        .env(WATCHED, "")
        .output();
    let Ok(watched) = watched else {
        println!("skipped: valgrind is not installed");
        return;
    };
    assert!(watched.status.success(), "{watched:?}");
    let parts = |row| [1, 2, 3].map(|part| total(&folder, 3 * row + part));
    all_grow_as_the_text((0..ROWS.len()).map(parts));
}

/// The instructions of one call.
fn total(folder: &Path, part: usize) -> u64 {
    let path: PathBuf = folder.join(format!("out.{part}"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let line = text.lines().find_map(|line| line.strip_prefix("totals: "));
    line.unwrap_or_else(|| panic!("{path:?} has no total")).trim().parse().unwrap()
}
