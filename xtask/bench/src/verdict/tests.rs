//! Verdicts over made-up figures.

use super::*;
use crate::answer::Answer;
use crate::figures::made_up::{differing, framework, row};

fn misses<'a>(verdicts: &'a [Verdict], target: &str) -> (usize, Vec<(&'a str, &'a str, &'a str)>) {
    let mut found = verdicts.iter().filter(|verdict| verdict.target.contains(target));
    let verdict = found.next().unwrap();
    assert!(found.next().is_none(), "{target}");
    let miss = |miss: &'a Miss| (miss.framework.as_str(), miss.row.as_str(), miss.by.as_str());
    (verdict.judged, verdict.misses.iter().map(miss).collect())
}

fn handled(name: &str, floor: f64, ours: f64) -> RowFigures {
    row(name, Kind::Handled, 500.0, &[(Who::Floor, floor), (Who::Ours, ours)])
}

fn answered(name: &str, floor: f64, ours: f64) -> RowFigures {
    row(name, Kind::Answered, 500.0, &[(Who::Floor, floor), (Who::Ours, ours)])
}

#[test]
fn the_floor() {
    let rows = vec![
        handled("on it", 1000.0, 1000.0),
        handled("at the limit", 1000.0, 1150.0),
        handled("beyond", 1000.0, 1160.0),
        handled("far beyond", 1000.0, 2000.0),
        answered("answered, at the limit", 1000.0, 1500.0),
        answered("answered, beyond", 1000.0, 1600.0),
    ];
    let verdicts = judge(&[framework("axum", rows.clone()), framework("core", rows)]);
    assert_eq!(
        misses(&verdicts, "reach a handler (instructions)"),
        (4, vec![("axum", "beyond", "1.16 times"), ("axum", "far beyond", "2.00 times")])
    );
    assert_eq!(
        misses(&verdicts, "answered before it (instructions)"),
        (2, vec![("axum", "answered, beyond", "1.60 times")])
    );
    // 116 ± 1 ns are not surely beyond 1.15 times 100 ± 1 ns.
    assert_eq!(
        misses(&verdicts, "reach a handler (time"),
        (4, vec![("axum", "far beyond", "1.97 times")])
    );
}

#[test]
fn allocations() {
    let mut more = handled("more", 1000.0, 1000.0);
    let ours = more.contenders.get_mut(&Who::Ours).unwrap();
    ours.allocated.as_mut().unwrap().blocks = 3.0;
    let mut longer = handled("longer", 1000.0, 1000.0);
    let ours = longer.contenders.get_mut(&Who::Ours).unwrap();
    ours.allocated.as_mut().unwrap().bytes = 300.0;
    let verdicts = judge(&[framework("axum", vec![more, longer])]);
    assert_eq!(
        misses(&verdicts, "no allocation"),
        (2, vec![("axum", "more", "+1 blocks, +0 bytes")])
    );
}

#[test]
fn flatness() {
    let series = |last: f64| {
        // The answer to one origin has a header less.
        let mut one = handled("allowed, last of 1", 700.0, 800.0);
        one.answer = Some(Answer { status: 200, lines: vec![] });
        vec![
            one,
            handled("allowed, last of 10", 1000.0, 1120.0),
            handled("allowed, last of 100", 1000.0, 1100.0),
            handled("allowed, last of 1,000,000", 1000.0, last),
            handled("not allowed, of 100", 100.0, 300.0),
        ]
    };
    let verdicts = judge(&[framework("axum", series(1150.0)), framework("warp", series(1160.0))]);
    let missed = ("warp", "allowed, last of …", "from 1100 to 1160");
    assert_eq!(misses(&verdicts, "flat within 5 %"), (2, vec![missed]));
}

#[test]
fn long_lists() {
    let rows = vec![
        answered("header list, 4 KiB of commas", 100.0, 1000.0),
        answered("header list, 60 KiB of commas", 100.0, 1005.0),
        answered("header list, 4 KiB of names", 100.0, 1000.0),
        answered("header list, 60 KiB of names", 100.0, 1500.0),
        answered("any header, 60 KiB of names", 100.0, 9000.0),
    ];
    let verdicts = judge(&[framework("axum", rows)]);
    let missed = ("axum", "header list, 60 KiB of names", "1.50 times");
    assert_eq!(misses(&verdicts, "cost no more than 4 KiB"), (2, vec![missed]));
}

#[test]
fn peers() {
    let beside = |name: &str, peer: f64, work| {
        let over = [(Who::Floor, 800.0), (Who::Ours, 1000.0), (Who::Peer, peer)];
        differing(row(name, Kind::Handled, 500.0, &over), work, &[])
    };
    let rows = vec![
        beside("slower", 900.0, Work::Same),
        beside("slower, though it does more", 500.0, Work::More),
        beside("slower, by doing less", 500.0, Work::Less),
        beside("slower, by something else", 500.0, Work::Other),
        beside("faster", 2000.0, Work::Same),
        handled("alone", 800.0, 1000.0),
    ];
    let verdicts = judge(&[framework("axum", rows)]);
    let more = ("axum", "slower, though it does more", "2.00 times");
    assert_eq!(
        misses(&verdicts, "a peer that does the same work (instructions)"),
        (3, vec![("axum", "slower", "1.11 times"), more])
    );
}

#[test]
fn nothing_is_judged_that_was_not_measured() {
    let mut row = handled("timed alone", 1000.0, 5000.0);
    row.contenders.values_mut().for_each(|contender| contender.instructions = None);
    let verdicts = judge(&[framework("axum", vec![row])]);
    assert_eq!(misses(&verdicts, "reach a handler (instructions)"), (0, vec![]));
    assert_eq!(misses(&verdicts, "reach a handler (time").1.len(), 1);
    assert!(judge(&[]).iter().all(|verdict| verdict.judged == 0 && verdict.misses.is_empty()));
}
