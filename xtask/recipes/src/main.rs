//! Proves the recipes. `cargo xtask recipes` becomes this program and passes on its flags. Exits 0
//! if no proof fails, 1 if one does, and 2 on wrong usage.

use std::process::ExitCode;

use cors_cli::server::Server;
use lexopt::{Arg, Parser};
use recipes::case::Case;
use recipes::install::install;
use recipes::install::program;
use recipes::proof::prove;

fn main() -> ExitCode {
    match options() {
        Ok(Some((servers, true))) => install_all(&servers),
        Ok(Some((servers, false))) => prove_all(&servers),
        Ok(None) => {
            print!("{}", include_str!("../usage.txt"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("recipes: {error}");
            ExitCode::from(2)
        }
    }
}

/// The servers, and whether to install them.
fn options() -> Result<Option<(Vec<Server>, bool)>, lexopt::Error> {
    let mut parser = Parser::from_env();
    let (mut servers, mut installs) = (Vec::new(), false);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            Arg::Long("install") => installs = true,
            Arg::Value(name) => servers.push(name.to_string_lossy().parse::<Server>()?),
            other => return Err(other.unexpected()),
        }
    }
    if servers.is_empty() {
        servers = Server::ALL.into();
    }
    Ok(Some((servers, installs)))
}

fn install_all(servers: &[Server]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for &server in servers {
        if let Err(error) = install(server) {
            eprintln!("recipes: {}: {error}", server.name());
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn prove_all(servers: &[Server]) -> ExitCode {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for &server in servers {
        let name = server.name();
        if let Err(missing) = program(server) {
            println!("{name:<12}skipped: {missing}; cargo xtask recipes --install {name}");
            skipped += 1;
            continue;
        }
        for case in Case::ALL.into_iter().filter(|case| case.concerns(server)) {
            let line = format!("{name:<12}{:<13}", case.name());
            match prove(server, case) {
                Ok(proof) => {
                    let how = if proof.is_recognised { "" } else { " (recipe asked for by name)" };
                    println!("{line}{}, then readable{how}", proof.fault);
                    passed += 1;
                }
                Err(error) => {
                    println!("{line}FAILED: {error}");
                    failed += 1;
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
