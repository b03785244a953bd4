//! Allocations, counted by the allocator of the program `allocations`.

use std::alloc::System;

use stats_alloc::{Region, StatsAlloc};

use crate::figures::{Allocated, Figure};
use crate::frameworks::{Framework, Purpose};
use crate::rows::Row;

/// As many requests as are looked at, and as many before them to warm up.
const REQUESTS: usize = 100;

/// As many where each takes milliseconds.
const FEW_REQUESTS: usize = 10;

/// Looks at every contender of the rows.
pub fn run(
    framework: &mut dyn Framework,
    rows: &[Row],
    allocator: &StatsAlloc<System>,
    mut progress: impl FnMut(&Row),
) -> Vec<Figure<Allocated>> {
    let mut figures = Vec::new();
    for row in rows {
        let requests = if row.is_long() { FEW_REQUESTS } else { REQUESTS };
        for (who, contender) in framework.contenders(row, Purpose::Run) {
            let Ok(mut contender) = contender else { continue };
            let (mut blocks, mut bytes) = (0, 0);
            for request in 0..2 * requests {
                contender.make(1);
                let region = Region::new(allocator);
                contender.serve();
                let change = region.change();
                if request >= requests {
                    blocks += change.allocations + change.reallocations;
                    bytes += change.bytes_allocated;
                }
            }
            let each = |sum: usize| sum as f64 / requests as f64;
            let value = Allocated { blocks: each(blocks), bytes: each(bytes) };
            figures.push(Figure { row: row.name.clone(), who, value });
        }
        progress(row);
    }
    figures
}
