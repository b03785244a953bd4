//! No more than ten requests a second.

use std::time::Duration;

use http::{Request, Response};

/// The least time between the starts of two requests.
pub const MIN_GAP: Duration = Duration::from_millis(100);

/// Sends no request sooner than [`MIN_GAP`] after the last. `now` is measured from an arbitrary
/// epoch.
pub fn paced<'a>(
    mut send: impl FnMut(&Request<()>) -> Result<Response<()>, String> + 'a,
    mut now: impl FnMut() -> Duration + 'a,
    mut sleep: impl FnMut(Duration) + 'a,
) -> impl FnMut(&Request<()>) -> Result<Response<()>, String> + 'a {
    let mut next = Duration::ZERO;
    move |request| {
        let early = next.saturating_sub(now());
        if !early.is_zero() {
            sleep(early);
        }
        next = now().max(next) + MIN_GAP;
        send(request)
    }
}
