//! What is allocated for a request: `bench` starts this program beside itself, since an allocator
//! that counts would be in every other figure.

use std::alloc::System;
use std::ffi::OsString;
use std::process::ExitCode;

use bench::{allocating, building, child};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    if args.first().is_some_and(|first| first == "building") {
        let live = || {
            let stats = COUNTING.stats();
            stats.bytes_allocated - stats.bytes_deallocated
        };
        return building::print_memory(&args[1..], live);
    }
    child::main(&args, |asked, progress| {
        child::json(&allocating::run(&mut *asked.framework(), &asked.rows(), COUNTING, progress))
    })
}

#[cfg(test)]
mod tests {
    use bench::contender::Who;
    use bench::{frameworks, rows};

    use super::*;

    #[test]
    fn the_floor_allocates_for_its_headers_and_the_bare_service_does_not() {
        let rows = rows::rows(&["allowed, last of 10".to_owned()], true);
        let mut done = Vec::new();
        let mut tower = frameworks::open("tower").unwrap();
        let figures =
            allocating::run(&mut *tower, &rows[..1], COUNTING, |row| done.push(row.name.clone()));
        assert_eq!(done, ["allowed, last of 10"]);
        let of = |who| figures.iter().find(|figure| figure.who == who).unwrap().value;
        assert_eq!((of(Who::Bare).blocks, of(Who::Bare).bytes), (0.0, 0.0));
        let floor = of(Who::Floor);
        assert!(floor.blocks > 0.0 && floor.blocks.fract() == 0.0, "{floor:?}");
        assert!(floor.bytes > floor.blocks, "{floor:?}");
        assert!(of(Who::Peer).blocks > floor.blocks);
    }
}
