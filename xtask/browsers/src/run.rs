//! The whole run: every engine at the same time, and what it came to.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, Instant};

use cors_core::browser::Engine;
use futures_util::future::join_all;
use tokio::time::timeout;
use xtask::options::Adapter;

use crate::judge::Stage;
use crate::{Adapters, Proxy, Session, matrix, random, selftest};

/// Runs all tests in each of the engines and prints a line for each. An error names every disagreement.
pub async fn run(engines: &[Engine], seed: Option<u64>) -> Result<(), String> {
    selftest::run(engines).await?;
    let seed = seed.unwrap_or_else(any_seed);
    println!("seed {seed}");
    let mut faults = Vec::new();
    for ended in join_all(engines.iter().map(|engine| run_in(*engine, seed))).await {
        match ended {
            Ok(line) => println!("{line}"),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

fn any_seed() -> u64 {
    // The standard library's hashers differ from run to run, and it has no other random numbers.
    RandomState::new().build_hasher().finish()
}

/// More than any run takes that gets anywhere: a browser that hangs in each fetch would take hours.
const PATIENCE: Duration = Duration::from_secs(900);

/// With servers and a proxy of its own, so that the engines do not meet.
async fn run_in(engine: Engine, seed: u64) -> Result<String, String> {
    let mut faults = Vec::new();
    let told = timeout(PATIENCE, tell_all(engine, seed, &mut faults)).await;
    match told.unwrap_or_else(|_| Err(format!("not done after {PATIENCE:?}"))) {
        Ok(line) if faults.is_empty() => return Ok(format!("{}: {line}", engine.name())),
        Ok(_) => {}
        // What was found before counts all the same.
        Err(fault) => faults.push(fault),
    }
    Err(format!("{}, seed {seed}:\n  {}", engine.name(), faults.join("\n  ")))
}

/// How it went if there are no faults. An error is no disagreement: the browser does not do as it is told.
async fn tell_all(engine: Engine, seed: u64, faults: &mut Vec<String>) -> Result<String, String> {
    let began = Instant::now();
    let adapters = Adapters::start()?;
    let proxy = Proxy::start(adapters.upstreams()).await?;
    let mut session = Session::start(engine, &proxy).await?;
    let stage = Stage { adapters: &adapters, log: proxy.log() };
    let fetches = matrix(&mut session, stage, faults).await?;
    let told = began.elapsed();
    random::run(&mut session, stage, seed, faults).await?;
    Ok(format!(
        "{fetches} fetches of the matrix in {told:.1?}, {} by chance in {:.1?}: as the model says",
        random::CASES,
        began.elapsed() - told,
    ))
}

/// How many fetches there were; a line for each disagreement goes to `faults`.
async fn matrix(
    session: &mut Session,
    stage: Stage<'_>,
    faults: &mut Vec<String>,
) -> Result<usize, String> {
    let mut fetches = 0;
    for (index, row) in matrix::rows().iter().enumerate() {
        for adapter in Adapter::ALL {
            let told = stage.tell(session, &row.story, *adapter, &format!("r{index}")).await?;
            fetches += told.outcomes.len();
            let mut found = told.faults;
            let readable: Vec<_> =
                told.outcomes.iter().map(|outcome| outcome.readable().is_some()).collect();
            if readable != row.readable {
                found.push(format!("readable: {readable:?}, wanted: {:?}", row.readable));
            }
            if !(row.holds)(&told.outcomes) {
                found.push(format!("not as it has to be: {:?}", told.outcomes));
            }
            let line = |fault| format!("{}, {}: {fault}", row.story.name, adapter.name());
            faults.extend(found.into_iter().map(line));
        }
    }
    Ok(fetches)
}
