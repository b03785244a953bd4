//! One thread serves as fast as it can, and another swaps.

use std::convert::Infallible;
use std::future::ready;
use std::mem;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cors_axum::{CorsLayer, Handle};
use futures_util::FutureExt;
use http::{Request, Response};
use serde::Serialize;
use tower_layer::Layer;
use tower_service::Service;

use super::stock::{KINDS, Stock};
use super::waits::Waits;
use super::{EVERY, SAMPLE};

/// Before the first sample, so that none is about cold caches.
const WARM_UP: Duration = Duration::from_millis(20);

/// While so many requests come and go, the one that is under way stays so.
const OPEN: usize = 1_000;

/// Where the next policy comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Supply {
    /// Built before the first request. The other thread sleeps between swaps, and in the control all the time.
    Ready,
    /// Built by the other thread, one after the other. In the control it builds them too, and swaps none.
    Built,
}

/// As long as the others.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample {
    pub requests: usize,
    /// For how much of it the thread could have gone on, and others had the processor.
    pub waited: Duration,
}

impl Sample {
    /// Whether it has fewer requests than `least`, in the time that the thread had.
    pub fn dips_under(&self, least: f64) -> bool {
        let had = 1.0 - self.waited.div_duration_f64(SAMPLE);
        (self.requests as f64) < least * had
    }
}

/// What the thread that serves has seen.
#[derive(Debug, Default)]
pub struct Served {
    pub samples: Vec<Sample>,
    /// The longest that a request took, less what it waited for a processor.
    pub slowest: Duration,
    /// Requests, by the kind of policy that they were answered under.
    pub under: [usize; KINDS],
    /// Policies that this thread freed.
    pub freed: usize,
}

/// Serves on a thread of its own while this one has so many turns, in each of which it swaps, or does all but that.
pub fn slice(stock: &Stock, supply: Supply, swaps: bool, turns: usize) -> Served {
    let ready = if supply == Supply::Ready && swaps { turns } else { 0 };
    // The first one takes the place of one of kind 0.
    let ready: Vec<_> = (1..=ready).map(|turn| stock.policy(turn % KINDS)).collect();
    let mut ready = ready.into_iter();
    let handle = Handle::new(stock.policy(0));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let serving = scope.spawn(|| serve(&handle, stock, &done));
        thread::sleep(WARM_UP);
        for turn in 1..=turns {
            thread::sleep(EVERY);
            let next = match supply {
                Supply::Ready => ready.next(),
                Supply::Built => Some(stock.policy(turn % KINDS)),
            };
            if let Some(policy) = next.filter(|_| swaps) {
                handle.store(policy);
            }
        }
        // So that what the last one does to requests is seen.
        thread::sleep(EVERY);
        done.store(true, Ordering::Relaxed);
        serving.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// A service that waits for nothing and has no headers of its own, with the layer.
pub fn service(
    handle: &Handle,
) -> impl Service<Request<()>, Response = Response<()>, Error = Infallible> + use<> {
    let bare = tower::service_fn(|_| ready(Ok(Response::new(()))));
    CorsLayer::shared(handle.clone()).layer(bare)
}

/// One request after the other, while another is under way, as in a server there always is one: it began under a
/// policy that may have been swapped since, and then its end is the end of that policy.
///
/// # Panics
///
/// If one is answered otherwise than under a policy of one kind.
fn serve(handle: &Handle, stock: &Stock, done: &AtomicBool) -> Served {
    let (request, answers) = (stock.request(), stock.answers());
    let mut service = service(handle);
    let mut served = Served::default();
    let mut open = service.call(request.clone());
    let mut turn = 0;
    let mut one = || {
        let next = service.call(request.clone());
        turn += 1;
        let ends = if turn % OPEN == 0 { mem::replace(&mut open, next) } else { next };
        let response = ends.now_or_never();
        let Ok(response) = response.expect("the service never waits");
        match answers.iter().position(|answer| answer == response.headers()) {
            Some(kind) => served.under[kind] += 1,
            None => panic!("answered under neither policy: {:?}", response.headers()),
        }
    };
    let warm = Instant::now() + WARM_UP;
    while Instant::now() < warm {
        one();
    }
    let mut requests = 0;
    let (mut waits, mut waited) = (Waits::new(), Duration::ZERO);
    let start = Instant::now();
    let mut before = start;
    while !done.load(Ordering::Relaxed) {
        one();
        let now = Instant::now();
        let took = now - before;
        before = now;
        if took > served.slowest {
            let since_last = waits.since_last();
            waited += since_last;
            served.slowest = served.slowest.max(took.saturating_sub(since_last));
        }
        requests += 1;
        let over = (now - start).div_duration_f64(SAMPLE) as usize;
        if over > served.samples.len() {
            waited += waits.since_last();
            // More than one is over, where a request outlasted a whole sample.
            while served.samples.len() < over {
                let share = waited.min(SAMPLE);
                waited -= share;
                served.samples.push(Sample { requests: mem::take(&mut requests), waited: share });
            }
        }
    }
    served.freed = stock.freed_here();
    served
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy;
    use crate::rows::PolicyKind;

    #[test]
    fn requests_are_answered_under_one_policy_and_then_the_other() {
        for supply in [Supply::Ready, Supply::Built] {
            let stock = Stock::new(100);
            let without = slice(&stock, supply, false, 3);
            assert_eq!(without.under[1], 0);
            let with = slice(&stock, supply, true, 3);
            assert!(with.under.iter().all(|requests| *requests > 0), "{supply:?}: {with:?}");
            assert!(!with.samples.is_empty(), "{supply:?}: {with:?}");
            let counted: usize = with.samples.iter().map(|sample| sample.requests).sum();
            assert!(counted > 0 && counted <= with.under.iter().sum::<usize>());
        }
    }

    #[test]
    #[should_panic(expected = "answered under neither policy")]
    fn an_answer_under_neither_policy_is_seen() {
        let stranger = Handle::new(policy::ours(PolicyKind::Origins(3)));
        serve(&stranger, &Stock::new(3), &AtomicBool::new(true));
    }
}
