//! Waiting for what no event announces.

use std::time::Duration;

use tokio::time::sleep;

const STEP: Duration = Duration::from_millis(20);

/// Half a minute. Steps are counted, not time: a machine that pauses may not use up all of them at once.
const STEPS: usize = 1500;

/// Waits until `has_come` returns true, or for a while.
pub(crate) async fn wait_until(
    mut has_come: impl AsyncFnMut() -> Result<bool, String>,
) -> Result<(), String> {
    for _ in 0..STEPS {
        if has_come().await? {
            break;
        }
        sleep(STEP).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pause_of_the_machine_is_one_step() {
        let mut asked = 0;
        let waited = wait_until(async || {
            asked += 1;
            advance(Duration::from_secs(3600)).await;
            Ok(asked == 3)
        });
        assert_eq!(waited.await, Ok(()));
        assert_eq!(asked, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_comes_ends_the_wait() {
        let mut asked = 0;
        let waited = wait_until(async || {
            asked += 1;
            Ok(false)
        });
        assert_eq!(waited.await, Ok(()));
        assert_eq!(asked, STEPS);
        let failed = wait_until(async || Err("no browser".to_owned()));
        assert_eq!(failed.await, Err("no browser".to_owned()));
    }
}
