//! Compares our layers with their peers. `cargo xtask peers` becomes this program and passes on its flags.
//! Exits 0 if every disagreement is of a known kind, 1 if not, and 2 on wrong usage.

use std::process::ExitCode;

use lexopt::Parser;
use peers::csrf;
use peers::options::Peers;
use peers::peer::Peer;
use peers::report::{quietly, report};

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
    match quietly(|| Ok(report(Peer::ALL, &options)? & report_csrf(&options))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err::<_, String>(fault) => {
            eprintln!("peers: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn report_csrf(options: &Peers) -> bool {
    let forged = csrf::search(options.cases, options.seed);
    println!("{}", csrf::table(&forged));
    for request in &forged.unknown {
        eprintln!("peers: tower-http csrf: of an unknown kind: {request}");
    }
    forged.unknown.is_empty()
}
