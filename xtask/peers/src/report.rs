//! What `cargo xtask peers` prints.

use crate::class::Weight;
use crate::options::Peers;
use crate::page::{counts, found, table, unsaid};
use crate::peer::Peer;
use crate::search::search;

/// Compares these peers and prints what it finds. Returns whether every disagreement is of a known kind.
pub fn report(peers: &[Peer], options: &Peers) -> Result<bool, String> {
    let versions = Peer::versions(peers)?;
    println!("{} cases, seed {}: {versions}\n", options.cases, options.seed);
    let findings = search(peers, options.cases, options.seed);
    println!("{}", unsaid(&findings));
    for weight in [Weight::Ours, Weight::Choice] {
        println!("{}", table(peers, &counts(&findings), weight));
    }
    println!("{}", found(&findings));
    for (peer, words, case) in &findings.unknown {
        eprintln!("peers: {peer}: of an unknown kind: {words}\n{case}\n");
    }
    Ok(findings.unknown.is_empty())
}

/// Runs without printing panics, which are caught and reported.
pub fn quietly<T>(run: impl FnOnce() -> T) -> T {
    std::panic::set_hook(Box::new(|_| {}));
    let result = run();
    drop(std::panic::take_hook());
    result
}
