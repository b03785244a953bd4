//! A process's memory and open files, read from `/proc` on systems that have it.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

/// Samples are split into this many parts: the first is warm-up, and the last is compared with the second.
const PARTS: usize = 5;

/// Tolerated growth: pages come and go.
const ALLOWED: f64 = 1.05;

/// Tolerated growth in KiB, for small processes: there a few pages are more than a twentieth.
const ALLOWED_AT_LEAST: u64 = 1024;

/// Servers may take a while to notice a closed connection.
const PATIENCE: Duration = Duration::from_secs(20);

/// Samples of one process.
#[derive(Debug)]
pub struct Memory {
    process: PathBuf,
    /// In KiB, in order.
    resident: Vec<u64>,
    open_at_start: Option<usize>,
}

impl Memory {
    /// Call this while the process has no connections.
    pub fn of(id: u32) -> Self {
        let process = PathBuf::from(format!("/proc/{id}"));
        let mut memory = Self { process, resident: Vec::new(), open_at_start: None };
        memory.open_at_start = memory.open_files();
        memory
    }

    /// An error if the process has ended.
    pub fn sample(&mut self) -> Result<(), String> {
        if self.open_at_start.is_none() {
            return Ok(());
        }
        let status = fs::read_to_string(self.process.join("status"));
        let status = status.map_err(|error| format!("its memory cannot be read: {error}"))?;
        self.resident.extend(resident(&status));
        Ok(())
    }

    fn open_files(&self) -> Option<usize> {
        Some(fs::read_dir(self.process.join("fd")).ok()?.count())
    }

    /// Waits for the server to close its connections. Call this after all clients have ended.
    pub fn connections_are_closed(&self) -> Result<(), String> {
        let start = Instant::now();
        while self.open_files() > self.open_at_start {
            if start.elapsed() > PATIENCE {
                return Err(format!(
                    "{:?} files are open, but only {:?} were before the load",
                    self.open_files(),
                    self.open_at_start
                ));
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// The memory after warm-up and at the end, in KiB.
    fn before_and_after(&self) -> Option<(u64, u64)> {
        let part = self.resident.len() / PARTS;
        let before = median(self.resident.get(part..2 * part)?)?;
        Some((before, median(&self.resident[self.resident.len() - part..])?))
    }

    /// An error if memory has grown.
    pub fn verdict(&self) -> Result<(), String> {
        match self.before_and_after() {
            Some((before, after)) if after > limit(before) => {
                Err(format!("its memory grows, from {before} KiB after warm-up to {after} KiB"))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.before_and_after() {
            Some((before, after)) => {
                write!(f, "{before} KiB after warm-up, {after} KiB at the end")
            }
            None => f.write_str("memory not measured"),
        }
    }
}

fn limit(before: u64) -> u64 {
    ((before as f64 * ALLOWED) as u64).max(before + ALLOWED_AT_LEAST)
}

fn median(samples: &[u64]) -> Option<u64> {
    let mut samples = samples.to_vec();
    samples.sort_unstable();
    samples.get(samples.len() / 2).copied()
}

/// [proc_pid_status(5)](https://man7.org/linux/man-pages/man5/proc_pid_status.5.html)
fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(resident: Vec<u64>) -> Memory {
        Memory { process: PathBuf::new(), resident, open_at_start: Some(0) }
    }

    #[test]
    fn growth_counts_after_warm_up_alone() {
        let flat = |kib| std::iter::repeat_n(kib, 10);
        let grown = |to| {
            memory(
                flat(1000)
                    .chain(flat(50_000))
                    .chain(flat(to))
                    .chain(flat(to))
                    .chain(flat(to))
                    .collect(),
            )
        };
        assert_eq!(grown(52_500).verdict(), Ok(()));
        assert!(
            grown(52_501).verdict().unwrap_err().contains("50000 KiB after warm-up to 52501 KiB")
        );
        assert_eq!(memory(vec![9; 4]).verdict(), Ok(()));
        assert_eq!(memory(vec![9; 4]).to_string(), "memory not measured");
        // A small process may take a few more pages.
        assert_eq!(memory(vec![1, 1, 1, 1, 1025]).verdict(), Ok(()));
        assert!(memory(vec![1, 1, 1, 1, 1026]).verdict().is_err());
    }

    #[test]
    fn resident_memory_is_read() {
        assert_eq!(resident("VmSize:\t  9 kB\nVmRSS:\t    5432 kB\nThreads:\t3\n"), Some(5432));
        assert_eq!(resident("VmSize:\t  9 kB\n"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_that_is_gone_is_a_fault() {
        let mut memory = Memory::of(std::process::id());
        memory.sample().unwrap();
        assert!(memory.resident[0] > 100 && memory.open_at_start > Some(0));
        memory.process = "/proc/no-such-process".into();
        assert!(memory.sample().is_err());
    }
}
