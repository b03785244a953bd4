//! A part of the tests in all engines at the same time.

use cors_core::browser::Engine;
use futures_util::future::join_all;

/// Runs a part of the tests in each engine, which returns how many `what` there were, and adds a line to the vector for
/// each disagreement.
pub(crate) async fn in_each(
    engines: &[Engine],
    what: &str,
    part: impl AsyncFn(Engine, &mut Vec<String>) -> Result<usize, String>,
) -> Result<(), String> {
    let ended = join_all(engines.iter().map(async |engine| {
        let mut faults = Vec::new();
        match part(*engine, &mut faults).await {
            Ok(count) if faults.is_empty() => {
                println!("{}: {count} {what}: all as in the model", engine.name());
            }
            Ok(_) => {}
            Err(fault) => faults.push(fault),
        }
        faults.into_iter().map(|fault| format!("{}: {fault}", engine.name())).collect::<Vec<_>>()
    }));
    let faults = ended.await.concat();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}
