//! What a policy of a million entries costs before its first request.

use std::alloc::System;
use std::hint::black_box;
use std::time::Instant;

use cors_core::{Policy, adapter::Prepared};
use http::HeaderValue;
use stats_alloc::{Region, StatsAlloc};

use crate::rows::PolicyKind;
use crate::{Fault, policy};

const ENTRIES: usize = 1_000_000;

/// Prints the time to build such a policy, and its memory.
///
/// # Errors
/// Not expected: all entries are valid.
pub fn run(allocator: &StatsAlloc<System>) -> Result<(), Fault> {
    let origins = policy::entries(PolicyKind::Origins(ENTRIES));
    let domains = policy::entries(PolicyKind::Subdomains(ENTRIES));
    let patterns = domains.iter().map(|domain| format!("https://*.{domain}")).collect();
    for (what, texts) in [("origins", origins), ("patterns of subdomains", patterns)] {
        let (region, start) = (Region::new(allocator), Instant::now());
        let builder = Policy::builder().allow_origins(&texts).allow_credentials(true);
        let policy = builder.build()?;
        let policy = black_box(Prepared::<HeaderValue>::new(policy));
        let (spent, change) = (start.elapsed().as_secs_f64(), region.change());
        let held = change.bytes_allocated as f64 - change.bytes_deallocated as f64;
        let each = held / ENTRIES as f64;
        println!("a policy of 1,000,000 {what}: built in {spent:.2} s, {each:.0} bytes each");
        drop(policy);
    }
    Ok(())
}
