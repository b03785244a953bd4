//! The command line.

use std::process::ExitCode;

use browsers::options::{Browser, Part};
use browsers::{cookies, install, local_network, messages, playground, run};
use cors_core::browser::Engine;
use futures_util::future::select_all;
use lexopt::Parser;
use tokio::signal::unix::{Signal, SignalKind, signal};

pub fn main() -> ExitCode {
    let options = match Browser::parse(&mut Parser::from_env()) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{}", Browser::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(usage) => {
            eprintln!("browsers: {usage}");
            return ExitCode::from(2);
        }
    };
    match do_it(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("browsers: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn do_it(options: &Browser) -> Result<(), String> {
    let engines = options.engines();
    if options.install {
        return install::install(&engines);
    }
    let missing = |engine: &Engine| install::Programs::find(*engine).err();
    let faults: Vec<_> = engines.iter().filter_map(missing).collect();
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        tokio::select! {
            result = all(&engines, options) => result,
            // Not the signal's default action, which would leave programs in other process groups
            // running.
            () = interrupted() => Err("interrupted".to_owned()),
        }
    })
}

async fn all(engines: &[Engine], options: &Browser) -> Result<(), String> {
    let seed = options.seed.unwrap_or_else(run::any_seed);
    match options.only {
        Some(Part::LocalNetwork) => return local_network::run(engines, seed).await,
        Some(Part::Cookies) => return cookies::run(engines, seed).await,
        Some(Part::Initiators) => return run::initiators(engines, seed).await,
        Some(Part::Messages) => return messages::run(engines).await,
        Some(Part::Random) => return run::randoms(engines, seed).await,
        Some(Part::Rebinding) => return run::rebinding(engines).await,
        Some(Part::Playground) => {}
        None if options.picture.is_some() => {}
        None => run::run(engines, seed).await?,
    }
    if engines.contains(&Engine::Chromium) {
        playground::run(options.picture.as_deref()).await?;
        println!("Chromium: the playground does what explain says");
    }
    Ok(())
}

/// The signals by which users and terminals end a program.
async fn interrupted() {
    let kinds = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
        SignalKind::quit(),
    ];
    let signals: Result<Vec<Signal>, _> = kinds.into_iter().map(signal).collect();
    match signals {
        Ok(mut signals) => {
            select_all(signals.iter_mut().map(|signal| Box::pin(signal.recv()))).await;
        }
        Err(_) => std::future::pending().await,
    }
}
