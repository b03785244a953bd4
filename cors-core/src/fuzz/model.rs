//! The model of a browser against the policy.

use crate::browser::{CredentialsMode, Fetch, Initiator, Mode};
use crate::explain::{Event, Explanation, explain};
use crate::strategies::{configs, fetches_near};
use crate::{Decision, Policy};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner};
use std::fmt::Debug;
use url::Url;

/// The bytes are seeds of the [strategies](crate::strategies): 32 for a policy, and 32 for a fetch
/// near it.
///
/// A script can read across origins if and only if the policy allows each request that was sent,
/// and allows credentials if they are included. If the script cannot read, there is a fix that
/// works.
pub fn model(bytes: &[u8]) {
    let (of_config, of_fetch) = bytes.split_at(bytes.len().min(32));
    let Some(config) = generated(configs(), of_config) else { return };
    let Ok(policy) = Policy::new(&config) else { return };
    let Some(fetch) = generated(fetches_near(&policy), of_fetch) else { return };
    let fetch = fetch.settled();

    let explanation = explain(&policy, &fetch);
    let shown = || format!("{fetch}\nunder {config:?}\n{explanation}");
    if let Some(allowed) = allowed(&policy, &fetch, &explanation) {
        assert_eq!(explanation.is_readable(), allowed, "{}", shown());
    }
    assert_eq!(explanation.fix().is_none(), explanation.is_success(), "{}", shown());
    if let Some(fix) = explanation.fix().filter(|fix| fix.is_tried()) {
        let mended = Policy::new(fix.config().unwrap()).unwrap_or_else(|e| panic!("{fix}: {e}"));
        assert!(explain(&mended, fix.fetch()).is_success(), "{}", shown());
    }
}

/// Whether the policy allows the fetch. `None` if nothing was sent, if CORS does not apply, or if
/// nobody reads the response.
fn allowed(policy: &Policy, fetch: &Fetch, explanation: &Explanation) -> Option<bool> {
    let sent: Vec<_> = explanation
        .events()
        .iter()
        .filter_map(|event| match event {
            Event::Sent(request) => Some(request),
            _ => None,
        })
        .collect();
    if matches!(fetch.initiator, Initiator::WebSocket | Initiator::Frame | Initiator::Beacon) {
        return None;
    }
    let first = sent.first()?;
    let server = Url::parse(&first.uri().to_string()).ok()?.origin().ascii_serialization();
    if server == fetch.serialized_origin() {
        return Some(true);
    }
    if fetch.mode != Mode::Cors {
        return Some(false);
    }
    let allows = |decision| matches!(decision, Decision::Simple | Decision::Preflight);
    let has_credentials =
        fetch.credentials != CredentialsMode::Include || policy.config().allow_credentials;
    Some(has_credentials && sent.iter().all(|request| allows(policy.decide(*request))))
}

/// `None` if the strategy rejects the seed.
///
/// The bytes are a seed and not the random numbers themselves: those would run out, and some draws
/// of proptest then wait forever for a number other than zero.
fn generated<T: Debug>(strategy: impl Strategy<Value = T>, bytes: &[u8]) -> Option<T> {
    let mut seed = [0; 32];
    seed.iter_mut().zip(bytes).for_each(|(seed, byte)| *seed = *byte);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Runs::default(), rng);
    Some(strategy.new_tree(&mut runner).ok()?.current())
}
