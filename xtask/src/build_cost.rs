//! `build-cost`: what a CORS layer adds to the build of an axum server.

use std::process::ExitCode;
use std::{fs, io};

use lexopt::{Arg, Parser};
use xtask::workspace;

use crate::cargo::Cargo;
use crate::{Exit, usage};

const USAGE: &str = "\
build-cost
  builds an axum server three times from scratch, without CORS, with cors-axum and with tower-http's layer, and prints
  what each layer adds: crates, bytes of the stripped program and, on Linux, seconds of CPU
  takes two to four minutes on two cores; expect runs to differ by several seconds";

/// A server, and the dependency that it has beside axum.
struct Server {
    name: &'static str,
    main: &'static str,
    layer: &'static str,
}

const SERVERS: [Server; 3] = [
    Server { name: "none", main: include_str!("../build-cost/none.rs"), layer: "" },
    Server {
        name: "cors-axum",
        main: include_str!("../build-cost/cors-axum.rs"),
        layer: "cors-axum = { path = \"../../../cors-axum\" }",
    },
    Server {
        name: "tower-http",
        main: include_str!("../build-cost/tower-http.rs"),
        layer: "tower-http = { version = \"0.7\", default-features = false, features = [\"cors\"] }",
    },
];

pub fn run(parser: &mut Parser) -> Exit {
    match parser.next()? {
        None => {}
        Some(Arg::Short('h') | Arg::Long("help")) => return usage(USAGE),
        Some(other) => return Err(other.unexpected()),
    }
    Ok(match report() {
        Ok(report) => {
            print!("{report}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("build-cost: {fault}");
            ExitCode::FAILURE
        }
    })
}

fn report() -> Result<String, String> {
    let [none, layers @ ..] = &SERVERS;
    let none = none.build()?;
    layers.iter().map(|layer| Ok(added(layer.name, none, layer.build()?))).collect()
}

/// What a build cost.
#[derive(Clone, Copy, Debug)]
struct Cost {
    crates: i64,
    bytes: i64,
    /// Of the compilers, in hundredths of a second.
    cpu: Option<i64>,
}

fn added(name: &str, none: Cost, with: Cost) -> String {
    let seconds = match none.cpu.zip(with.cpu) {
        Some((none, with)) => format!(", {:.1} s of CPU", (with - none) as f64 / 100.0),
        None => String::new(),
    };
    let (crates, bytes) = (with.crates - none.crates, with.bytes - none.bytes);
    format!("{name} adds {crates} crates, {bytes} bytes{seconds}\n")
}

impl Server {
    fn build(&self) -> Result<Cost, String> {
        let Self { name, .. } = self;
        let fault = |error: io::Error| format!("target/build-cost/{name}: {error}");
        self.write().map_err(fault)?;
        let manifest = format!("--manifest-path target/build-cost/{name}/Cargo.toml");
        let target = format!("target/build-cost/{name}/target");
        let before = cpu();
        Cargo::new(&format!("build --release {manifest} --target-dir {target}")).run()?;
        let cpu = before.zip(cpu()).map(|(before, after)| after - before);
        let tree =
            Cargo::new(&format!("tree {manifest} --prefix none --no-dedupe --edges normal,build"));
        let tree = String::from_utf8_lossy(&tree.output()?).into_owned();
        let mut crates: Vec<_> = tree.lines().collect();
        crates.sort_unstable();
        crates.dedup();
        let program = workspace().join(target).join("release/server");
        let program = program.with_extension(std::env::consts::EXE_EXTENSION);
        let bytes = fs::metadata(program).map_err(fault)?.len();
        Ok(Cost { crates: crates.len() as i64, bytes: bytes as i64, cpu })
    }

    /// A package of its own, with the versions of our lock file and nothing built yet.
    fn write(&self) -> io::Result<()> {
        let folder = workspace().join("target/build-cost").join(self.name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("src/main.rs"), self.main)?;
        fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        let manifest = format!(
            r#"[package]
name = "server"
version = "0.1.0"
edition = "2024"

[workspace]

[dependencies]
axum = "0.8"
tokio = {{ version = "1", features = ["macros", "net", "rt-multi-thread"] }}
{}

[profile.release]
strip = true
"#,
            self.layer
        );
        fs::write(folder.join("Cargo.toml"), manifest)
    }
}

/// What our finished children have used so far, in the kernel's ticks of a hundredth of a second.
fn cpu() -> Option<i64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // After the name in parentheses, which may contain spaces.
    let fields: Vec<_> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let [user, system] = [fields.get(13)?, fields.get(14)?].map(|ticks| ticks.parse::<i64>());
    Some(user.ok()? + system.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_costs_what_it_adds() {
        let none = Cost { crates: 50, bytes: 1_000, cpu: Some(6_000) };
        let with = Cost { crates: 52, bytes: 1_500, cpu: Some(6_950) };
        assert_eq!(added("x", none, with), "x adds 2 crates, 500 bytes, 9.5 s of CPU\n");
        let unknown = Cost { cpu: None, ..with };
        assert_eq!(added("x", none, unknown), "x adds 2 crates, 500 bytes\n");
    }
}
