//! Compares the other `cors-core` with ours. `cargo xtask peers --kin` and `cargo xtask bench --kin` become this program.
//! Exits 0 if every disagreement is of a known kind, 1 if not, and 2 on wrong usage.

use std::env;
use std::process::ExitCode;

use kin::{KIN, count};
use lexopt::Parser;
use peers::options::Peers;
use peers::report::{quietly, report};

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match &args[..] {
        ["bench"] => count::run().map(|()| true),
        ["--count", row, what] => count::serve(row, what).map(|()| true),
        ["peers", flags @ ..] => match Peers::parse(&mut Parser::from_args(flags)) {
            Ok(Some(options)) => quietly(|| report(&[KIN], &options)),
            Ok(None) => {
                print!("{}", Peers::USAGE);
                Ok(true)
            }
            Err(error) => {
                eprintln!("peers: {error}");
                return ExitCode::from(2);
            }
        },
        ["bench", flag, ..] => {
            eprintln!("bench --kin: {flag}: it takes no other flags");
            return ExitCode::from(2);
        }
        _ => {
            eprintln!("kin: use cargo xtask peers --kin, or cargo xtask bench --kin");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("kin: {fault}");
            ExitCode::FAILURE
        }
    }
}
