//! The whole run: all engines at the same time, and the results.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, Instant};

use cors_core::browser::Engine;
use futures_util::future::join_all;
use tokio::time::timeout;
use xtask::options::Adapter;

use crate::engines::in_each;
use crate::judge::Stage;
use crate::{
    Adapters, Outcome, Proxy, Session, answers, cookies, local_network, matrix, messages, random,
    rebinding, selftest,
};

/// Runs all tests in each engine and prints a line for each. The error lists all disagreements.
pub async fn run(engines: &[Engine], seed: u64) -> Result<(), String> {
    selftest::run(engines).await?;
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

/// Runs only what is random.
pub async fn randoms(engines: &[Engine], seed: u64) -> Result<(), String> {
    println!("seed {seed}");
    in_each(engines, "random tests", async |engine, faults| random_in(engine, seed, faults).await)
        .await
}

async fn random_in(engine: Engine, seed: u64, faults: &mut Vec<String>) -> Result<usize, String> {
    let adapters = Adapters::start()?;
    let proxy = Proxy::start(adapters.upstreams()).await?;
    let mut session = Session::start(engine, &proxy).await?;
    let stage = Stage { adapters: &adapters, log: proxy.log() };
    random::run(&mut session, stage, seed, false, faults).await?;
    drop(session);
    let spaces = local_network::run_in(engine, &adapters, seed, true, faults).await?;
    let stories = cookies::run_in(engine, &adapters, seed, true, RANDOM_STORIES, faults).await?;
    Ok(random::CASES + spaces + stories)
}

/// Runs only the tests of requests other than `fetch`.
pub async fn initiators(engines: &[Engine], seed: u64) -> Result<(), String> {
    println!("seed {seed}");
    in_each(engines, "requests other than fetch", async |engine, faults| {
        let adapters = Adapters::start()?;
        let proxy = Proxy::start(adapters.upstreams()).await?;
        let mut session = Session::start(engine, &proxy).await?;
        let stage = Stage { adapters: &adapters, log: proxy.log() };
        let rows = matrix::initiators::rows();
        let count = matrix(&mut session, stage, rows, faults).await?;
        random::run(&mut session, stage, seed, true, faults).await?;
        Ok(count + random::CASES + answers::run(engine, true, faults).await?)
    })
    .await
}

/// Runs only the tests of rebound names.
pub async fn rebinding(engines: &[Engine]) -> Result<(), String> {
    let adapters = &Adapters::start()?;
    in_each(engines, "requests of rebound pages", async |engine, faults| {
        rebinding::run_in(engine, adapters, faults).await
    })
    .await
}

/// A new one each time.
pub fn any_seed() -> u64 {
    // The only random numbers in the standard library are in its hashers.
    RandomState::new().build_hasher().finish()
}

/// More than any healthy run takes. A browser that hangs in every fetch would take hours.
const PATIENCE: Duration = Duration::from_secs(1500);

/// Of cookies: each opens several pages.
const RANDOM_STORIES: usize = 50;

/// Uses its own servers and proxy, so that engines do not affect each other.
async fn run_in(engine: Engine, seed: u64) -> Result<String, String> {
    let mut faults = Vec::new();
    let told = timeout(PATIENCE, tell_all(engine, seed, &mut faults)).await;
    match told.unwrap_or_else(|_| Err(format!("not done after {PATIENCE:?}"))) {
        Ok(line) if faults.is_empty() => return Ok(format!("{}: {line}", engine.name())),
        Ok(_) => {}
        // Disagreements found before count as well.
        Err(fault) => faults.push(fault),
    }
    Err(format!("{}, seed {seed}:\n  {}", engine.name(), faults.join("\n  ")))
}

/// Returns a summary for a run without faults. An error is not a disagreement: the browser could not run the stories.
async fn tell_all(engine: Engine, seed: u64, faults: &mut Vec<String>) -> Result<String, String> {
    let began = Instant::now();
    let adapters = Adapters::start()?;
    let proxy = Proxy::start(adapters.upstreams()).await?;
    let mut session = Session::start(engine, &proxy).await?;
    let stage = Stage { adapters: &adapters, log: proxy.log() };
    let fetches = matrix(&mut session, stage, matrix::rows(), faults).await?;
    let told = began.elapsed();
    let answers = answers::run(engine, false, faults).await?;
    let answered = began.elapsed();
    random::run(&mut session, stage, seed, false, faults).await?;
    let randoms = began.elapsed();
    let spaces = local_network::run_in(engine, &adapters, seed, false, faults).await?;
    let visited = began.elapsed();
    let rebound = rebinding::run_in(engine, &adapters, faults).await?;
    let stories = cookies::run_in(engine, &adapters, seed, false, RANDOM_STORIES, faults).await?;
    let kept = began.elapsed();
    let printed = messages::run_in(engine, faults).await?;
    Ok(format!(
        "{fetches} fetches of the matrix in {told:.1?}, {answers} of the table of answers in {:.1?}, {} random fetches in {:.1?}, {spaces} of Local Network Access in {:.1?}, {rebound} of rebound pages, {stories} stories of cookies in {:.1?}, {printed} messages in {:.1?}: all as in the model",
        answered - told,
        random::CASES,
        randoms - answered,
        visited - randoms,
        kept - visited,
        began.elapsed() - kept,
    ))
}

/// Returns how many fetches there were. Adds a line to `faults` for each disagreement.
async fn matrix(
    session: &mut Session,
    stage: Stage<'_>,
    rows: Vec<matrix::Row>,
    faults: &mut Vec<String>,
) -> Result<usize, String> {
    let mut fetches = 0;
    for (index, row) in rows.iter().enumerate() {
        for adapter in Adapter::ALL {
            let told = stage.tell(session, &row.story, *adapter, &format!("r{index}")).await?;
            fetches += told.outcomes.len();
            let mut found = told.faults;
            let readable: Vec<_> = told.outcomes.iter().map(Outcome::is_readable).collect();
            if readable != row.readable {
                found.push(format!("readable: {readable:?}, expected: {:?}", row.readable));
            }
            if !(row.holds)(&told.outcomes) {
                found.push(format!("unexpected outcomes: {:?}", told.outcomes));
            }
            let line = |fault| format!("{}, {}: {fault}", row.story.name, adapter.name());
            faults.extend(found.into_iter().map(line));
        }
    }
    Ok(fetches)
}
