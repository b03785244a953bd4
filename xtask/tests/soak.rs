//! A very short run of `soak`.

use std::process::Command;

use xtask::options::Adapter;

#[test]
#[cfg(unix)]
fn every_server_is_loaded_and_swapped() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = command.args(["soak", "--seconds", "2"]).output().unwrap();
    let (told, faults) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}\n{faults}");
    for adapter in Adapter::ALL.iter().map(|adapter| adapter.name()) {
        let line = told.lines().find_map(|line| line.strip_prefix(&format!("{adapter}: ")));
        let numbers: Vec<usize> =
            line.expect(&told).split_whitespace().filter_map(|word| word.parse().ok()).collect();
        // Requests, hostile requests, swaps, and memory if it can be read.
        assert!(numbers.len() >= 3 && numbers.iter().all(|number| *number > 0), "{told}");
    }
}
