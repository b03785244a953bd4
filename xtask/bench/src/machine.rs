//! What was measured, on which machine and when.

use std::env;
use std::fs;
use std::process::Command;
use std::time::{Duration, SystemTime};

use actix_web::http::header::HttpDate;
use serde::Serialize;

use crate::counting;

/// The circumstances of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// The processor, as it calls itself.
    pub processor: String,
    /// How many there are.
    pub processors: usize,
    /// The operating system and the architecture.
    pub system: String,
    /// The compiler.
    pub rustc: String,
    /// What counts instructions, if it is there.
    pub valgrind: Option<String>,
    /// The day, as in `06 Nov 1994`.
    pub date: String,
}

impl Machine {
    /// This one, today, or on the day of `SOURCE_DATE_EPOCH`.
    pub fn this() -> Self {
        Self {
            processor: processor().unwrap_or_else(|| "unknown processor".to_owned()),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            system: format!("{} {}", env::consts::OS, env::consts::ARCH),
            rustc: rustc().unwrap_or_else(|| "unknown rustc".to_owned()),
            valgrind: counting::version(),
            date: date(today()),
        }
    }
}

fn processor() -> Option<String> {
    let told = fs::read_to_string("/proc/cpuinfo").ok()?;
    let model = told.lines().find(|line| line.starts_with("model name"))?;
    Some(model.split_once(':')?.1.trim().to_owned())
}

/// The compiler that cargo would call.
fn rustc() -> Option<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    // Without the commit and its day in brackets.
    Some(version.split(" (").next()?.trim().to_owned())
}

fn today() -> SystemTime {
    let told = env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    told.map_or_else(SystemTime::now, |seconds| {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    })
}

/// The day of `Sun, 06 Nov 1994 08:49:37 GMT`.
fn date(time: SystemTime) -> String {
    HttpDate::from(time).to_string()[5..16].to_owned()
}

/// A library with the version that was measured.
pub fn versioned(library: &str) -> String {
    let lock = include_str!("../../../Cargo.lock");
    let name = format!("name = \"{library}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = "));
    format!("{library} {}", version.unwrap_or_default().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_as_in_http() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(date(time), "06 Nov 1994");
    }

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let peers = ["tower-http", "actix-cors", "warp"].map(versioned);
        for (peer, begins) in peers.iter().zip(["tower-http 0.7.", "actix-cors 0.7.", "warp 0.4."])
        {
            assert!(peer.starts_with(begins) && peer.len() > begins.len(), "{peer}");
        }
    }
}
