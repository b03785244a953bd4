//! What a policy of a million entries costs before its first request.

use std::fs;
use std::hint::black_box;
use std::time::Instant;

use cors_core::Policy;

use crate::rows::PolicyKind;
use crate::{Fault, policy};

const ENTRIES: usize = 1_000_000;

/// Prints the time to build such a policy, and its memory.
///
/// # Errors
/// If the system does not tell how much memory this process has.
pub fn run() -> Result<(), Fault> {
    let origins = policy::entries(PolicyKind::Origins(ENTRIES));
    let domains = policy::entries(PolicyKind::Subdomains(ENTRIES));
    let patterns = domains.iter().map(|domain| format!("https://*.{domain}")).collect();
    for (what, texts) in [("origins", origins), ("patterns of subdomains", patterns)] {
        let (before, start) = (resident()?, Instant::now());
        let builder = Policy::builder().allow_origins(&texts).allow_credentials(true);
        let _policy = black_box(builder.build()?);
        let spent = start.elapsed().as_secs_f64();
        let each = (resident()? - before) / ENTRIES as f64;
        println!("a policy of 1,000,000 {what}: built in {spent:.2} s, {each:.0} bytes each");
    }
    Ok(())
}

/// The memory of this process in bytes, without the pages that it gave back.
fn resident() -> Result<f64, Fault> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?;
    Ok(kib.parse::<f64>()? * 1024.0)
}
