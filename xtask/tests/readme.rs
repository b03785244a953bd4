//! What the READMEs print: each answer must be the one printed there. The `curl` lines, and what asks a live
//! server, run against the demo.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use xtask::client::{Request, Response, send};
use xtask::options::Adapter;
use xtask::running::Running;
use xtask::workspace;

/// The demo's default address, which the READMEs use.
const ADDR: &str = "127.0.0.1:8080";

/// One `$ curl …` line and the answer below it.
struct Example {
    line: String,
    answer: Vec<String>,
}

#[test]
fn the_readmes_curl_lines_answer_as_printed() {
    let readme = read("servers/README.md");
    let examples = examples(&readme, "curl ");
    assert!(examples.len() >= 3, "the README shows {} curl lines", examples.len());

    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let demo = Running::start(command.args(["demo", "--addr", "127.0.0.1:0"])).unwrap();
    let servers = servers(&demo);
    assert_eq!(servers.len(), Adapter::ALL.len());
    let suggested = suggested(&demo, servers[0].0);

    for Example { line, answer } in examples {
        assert!(suggested.contains(&line), "the demo does not suggest {line}, only {suggested:#?}");
        let wanted = normal(&answer.join("\n"));
        for (index, (addr, adapter)) in servers.iter().enumerate() {
            let args = words(&line.replace(ADDR, &addr.to_string()));
            let found = with_curl(&args).unwrap_or_else(|| without_curl(&args, *addr));
            // The address goes back in last: the answer's length counts the real one.
            let found = normal(&found).replace(&addr.to_string(), ADDR);
            if index == 0 {
                assert_eq!(found, wanted, "{line}");
            } else {
                let adapter = format!(r#""adapter":"{adapter}""#);
                let wanted = wanted.replace(r#""adapter":"axum""#, &adapter);
                assert_eq!(sorted(&found), sorted(&wanted), "{adapter}: {line}");
            }
        }
    }
}

/// The order of headers may vary.
fn sorted(answer: &str) -> Vec<&str> {
    let mut lines: Vec<_> = answer.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn the_readme_shows_the_policy_of_the_demo() {
    let readme = read("../README.md");
    let mut blocks = readme.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let shown = blocks.find(|block| block.starts_with("allow_origins"));
    let demo = read("demo.toml");
    let keys: Vec<_> =
        demo.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert_eq!(shown.unwrap().lines().collect::<Vec<_>>(), keys);
}

#[test]
fn the_readmes_show_what_explain_prints() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let demo = Running::start(command.args(["demo", "--addr", "127.0.0.1:0"])).unwrap();
    let addr = demo.addr().to_string();
    for file in ["../README.md", "../cors-core/cli/README.md"] {
        let readme = read(file);
        let examples = examples(&readme, "cors explain ");
        assert!(!examples.is_empty(), "{file}");
        for Example { line, answer } in examples {
            let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
                .args(&words(&line.replace(ADDR, &addr))[1..])
                .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
                .output()
                .unwrap();
            let found = String::from_utf8(output.stdout).unwrap();
            // The body of the answer has the address in it.
            let length = |line: &str| match line.trim_start().strip_prefix("content-length: ") {
                Some(length) => {
                    let more = addr.len() - ADDR.len();
                    format!("    content-length: {}", length.parse::<usize>().unwrap() - more)
                }
                None => line.replace(&addr, ADDR),
            };
            let lines = found.lines().filter(|line| !line.starts_with("    date: ")).map(length);
            assert_eq!(lines.collect::<Vec<_>>(), answer, "{line}");
        }
    }
}

/// The guide has them all; here are those that a reader cares about.
#[test]
fn the_readme_compares_as_the_guide_does() {
    let guide = read("../cors-core/docs/compare.md");
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let heading = |page: &str| page.lines().find(|line| line.contains("| tower-http |")).map(cells);
    let (readme, in_guide) = (read("../README.md"), heading(&guide).unwrap());
    let peers = heading(&readme).unwrap().split_off(1);
    assert!(peers.iter().all(|peer| in_guide.contains(peer)), "{peers:?}");
    let rows: Vec<_> = readme
        .lines()
        .filter(|line| line.starts_with('|') && line.contains("/compare.md#"))
        .collect();
    assert_eq!(rows.len(), 5);
    for row in rows {
        let (_, kind) = row.split_once("/compare.md#").unwrap();
        let kind = kind.split(')').next().unwrap_or_default();
        let known =
            guide.lines().find(|line| line.starts_with(&format!("| `{kind}` |"))).map(cells);
        let known = known.unwrap_or_else(|| panic!("the guide has no {kind}"));
        for (peer, mark) in peers.iter().zip(&cells(row)[1..]) {
            let column = in_guide.iter().position(|name| name == peer).unwrap();
            assert_eq!(&known[column], mark, "{kind}: {peer}");
        }
    }
}

#[test]
fn dependencies_are_counted() {
    let page = read("../cors-core/docs/costs.md");
    for (library, framework) in [
        ("cors-core", None),
        ("cors-axum", Some("axum")),
        ("cors-actix", Some("actix-web")),
        ("cors-warp", Some("warp")),
    ] {
        let others = dependencies(workspace(), &["--package", library]);
        let known = framework.map(below_framework).unwrap_or_default();
        let known: BTreeSet<&str> = known.iter().map(|crate_| name(crate_)).collect();
        let new: BTreeSet<&str> =
            others.iter().map(|crate_| name(crate_)).filter(|name| !known.contains(name)).collect();
        let all = dependencies(workspace(), &["--package", library, "--all-features"]);
        let row = format!("| `{library}` | {} | {} | {} |\n", others.len(), new.len(), all.len());
        assert!(page.contains(&row), "costs.md lacks\n{row}new: {new:?}");
    }
}

fn name(crate_: &str) -> &str {
    crate_.split(' ').next().unwrap_or_default()
}

/// The framework and its dependencies, seen from a separate package: in the workspace, other members turn on features
/// too.
fn below_framework(framework: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("framework").join(framework);
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("src/lib.rs"), "").unwrap();
    fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let root: toml::Table = read("../Cargo.toml").parse().unwrap();
    let requirement = &root["workspace"]["dependencies"][framework];
    let manifest = format!(
        "package = {{ name = \"server\", edition = \"2024\" }}\nworkspace = {{}}\n\
         dependencies.{framework} = {requirement}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    dependencies(&folder, &["--offline"])
}

/// Name and version of each dependency of a package.
fn dependencies(folder: &Path, flags: &[&str]) -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(folder).args([
        "tree",
        "--prefix=none",
        "--edges=normal,build",
        "--format={p}",
    ]);
    let output = cargo.args(flags).output().unwrap();
    assert!(output.status.success(), "{cargo:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // The first line is the package itself. Parentheses contain a path or mark a macro.
    let lines = text.lines().skip(1).map(|line| line.split(" (").next().unwrap_or_default());
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn lines_are_split_like_in_a_shell() {
    assert_eq!(words("curl -H 'A: b c' -d '' x"), ["curl", "-H", "A: b c", "-d", "", "x"]);
}

#[test]
fn without_curl_we_send_what_curl_sends() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let demo = Running::start(command.args(["demo", "--addr", "127.0.0.1:0"])).unwrap();
    let addr = demo.addr();
    for line in suggested(&demo, addr) {
        let args = words(&line.replace(ADDR, &addr.to_string()));
        if let Some(found) = with_curl(&args) {
            assert_eq!(normal(&without_curl(&args, addr)), normal(&found), "{line}");
        }
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The addresses that the demo prints, each with its adapter.
fn servers(demo: &Running) -> Vec<(SocketAddr, String)> {
    let lines = std::iter::from_fn(|| demo.next_out());
    let servers = lines.map_while(|line| {
        let (addr, adapter) = line.strip_prefix("listening on http://")?.split_once(' ')?;
        Some((addr.parse().ok()?, adapter.trim_matches(['(', ')']).to_owned()))
    });
    servers.collect()
}

/// The three lines that the demo prints, with the README's address.
fn suggested(demo: &Running, addr: SocketAddr) -> Vec<String> {
    let lines = std::iter::from_fn(|| demo.next_out()).filter(|line| line.starts_with("curl "));
    lines.take(3).map(|line| line.replace(&addr.to_string(), ADDR)).collect()
}

/// Each line with a `$` and this command in a `console` block, with the lines up to the next `$` or the
/// end of the block.
fn examples(readme: &str, command: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        for part in block.split("$ ").skip(1) {
            let mut lines = part.trim_end().lines().map(str::to_owned);
            match lines.next() {
                Some(line) if line.starts_with(command) => {
                    examples.push(Example { line, answer: lines.collect() })
                }
                _ => {}
            }
        }
    }
    examples
}

/// Words separated by spaces, or in single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// `None` if curl is not installed.
fn with_curl(args: &[String]) -> Option<String> {
    let mut command = Command::new(&args[0]);
    // No settings of the user's, no progress meter, no proxy between us and loopback.
    command.arg("-q").args(&args[1..]).args(["--silent", "--show-error", "--noproxy", "*"]);
    let output = command.stdin(Stdio::null()).output().ok()?;
    assert!(output.status.success(), "{args:?}: {output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Sends what curl would, for the few flags that the READMEs use.
fn without_curl(args: &[String], addr: SocketAddr) -> String {
    let (mut method, mut target, mut agent) = ("GET", "/", "curl");
    let mut headers = Vec::new();
    let mut args = args[1..].iter().map(String::as_str);
    while let Some(arg) = args.next() {
        let mut value = || args.next().unwrap_or_else(|| panic!("{arg} lacks a value"));
        match arg {
            "-i" => {}
            "-X" => method = value(),
            "-A" => agent = value(),
            "-H" => headers.push(value().split_once(": ").expect("a header has a colon")),
            url => {
                target = url
                    .strip_prefix(&format!("http://{addr}"))
                    .expect("a flag that this test knows")
            }
        }
    }
    headers.extend([("User-Agent", agent), ("Accept", "*/*")]);
    let Response { status_line, headers, body, .. } =
        send(addr, Request { method, target, headers: &headers }).unwrap();
    let fields: String = headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    format!("{status_line}\n{fields}\n{}", String::from_utf8(body).unwrap())
}

/// Status line, headers in order, body. Drops `date`, and replaces a correct `content-length` with `right`, because
/// it depends on the digits of the port.
fn normal(answer: &str) -> String {
    let answer = answer.replace("\r\n", "\n");
    let (head, body) = answer.split_once("\n\n").unwrap_or((&answer, ""));
    let body = body.trim_end();
    let lines = head.trim_end().lines().filter(|line| !line.starts_with("date:"));
    let lines = lines.map(|line| match line.strip_prefix("content-length: ") {
        Some(length) => format!(
            "content-length: {}",
            if length == body.len().to_string() { "right" } else { length }
        ),
        None => line.to_owned(),
    });
    format!("{}\n\n{body}", lines.collect::<Vec<_>>().join("\n"))
}
