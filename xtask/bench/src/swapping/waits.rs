//! How long a thread waits for a processor that others have: what a busy machine does to it, and no swap.

use std::fs;
use std::time::Duration;

/// The second figure is the time that the thread has spent ready to run, in nanoseconds.
/// [The kernel's documentation](https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat)
const FILE: &str = "/proc/thread-self/schedstat";

/// The waits of the thread that made it; none where the system does not tell.
#[derive(Debug)]
pub struct Waits {
    before: Duration,
}

impl Waits {
    pub fn new() -> Self {
        Self { before: so_far() }
    }

    /// All that came after the last time that this was asked.
    pub fn since_last(&mut self) -> Duration {
        let now = so_far();
        let waited = now.saturating_sub(self.before);
        self.before = now;
        waited
    }
}

fn so_far() -> Duration {
    let text = fs::read_to_string(FILE).unwrap_or_default();
    Duration::from_nanos(waited(&text).unwrap_or(0))
}

fn waited(text: &str) -> Option<u64> {
    text.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::waited;

    #[test]
    fn the_second_figure() {
        assert_eq!(waited("945880333 136723592 62\n"), Some(136_723_592));
        assert_eq!(waited(""), None);
        assert_eq!(waited("1 none 2"), None);
    }
}
