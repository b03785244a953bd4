//! Compares our layers with their peers. `cargo xtask peers` becomes this program and passes on its flags.
//! Exits 0 if every disagreement is of a known kind, 1 if not, and 2 on wrong usage.

use std::process::ExitCode;

use lexopt::Parser;
use peers::class::Weight;
use peers::csrf;
use peers::options::Peers;
use peers::page::{counts, found, table, unsaid};
use peers::peer::Peer;
use peers::search::search;

fn main() -> ExitCode {
    let options = match Peers::parse(&mut Parser::from_env()) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{}", Peers::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("peers: {error}");
            return ExitCode::from(2);
        }
    };
    let versions = Peer::ALL.map(|peer| Ok(format!("{} {}", peer.package(), peer.version()?)));
    let versions: Result<Vec<String>, String> = versions.into_iter().collect();
    match versions {
        Ok(versions) => {
            println!("{} cases, seed {}: {}\n", options.cases, options.seed, versions.join(", "))
        }
        Err(fault) => {
            eprintln!("peers: {fault}");
            return ExitCode::FAILURE;
        }
    }
    // Panics are caught and reported below.
    std::panic::set_hook(Box::new(|_| {}));
    let findings = search(options.cases, options.seed);
    println!("{}", unsaid(&findings));
    for weight in [Weight::Ours, Weight::Choice] {
        println!("{}", table(&counts(&findings), weight));
    }
    println!("{}", found(&findings));
    for (peer, words, case) in &findings.unknown {
        eprintln!("peers: {peer}: of an unknown kind: {words}\n{case}\n");
    }
    let forged = csrf::search(options.cases, options.seed);
    println!("{}", csrf::table(&forged));
    for request in &forged.unknown {
        eprintln!("peers: tower-http csrf: of an unknown kind: {request}");
    }
    drop(std::panic::take_hook());
    if findings.unknown.is_empty() && forged.unknown.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
