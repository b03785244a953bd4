//! The law: a script may read a response if and only if the policy allows its origin, method and
//! headers in its credentials mode. And it sees the headers that the policy exposes.

use crate::cases::cases;
use crate::naive;
use crate::world::{Asked, config, fetch};
use cors_core::browser::{Browser, Ended, Step, Verdict, serve};
use cors_core::{Config, Policy};
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, VARY};
use http::{HeaderName, Request, Response};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The handler's headers. With `own`, they include the protocol's, which must have no effect.
const HEADERS: [(&str, &str); 6] = [
    ("content-type", "text/plain"),
    ("cache-control", "no-store"),
    ("etag", "\"1\""),
    ("x-request-id", "1"),
    ("x-secret", "1"),
    ("set-cookie", "a=b"),
];
const OWN: [(&str, &str); 5] = [
    ("access-control-allow-origin", "*"),
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-methods", "*, PATCH"),
    ("access-control-allow-headers", "*, x-a, authorization"),
    ("access-control-expose-headers", "x-secret, set-cookie"),
];

/// A fetch by a browser with an empty cache.
#[derive(Clone, Debug)]
struct Case {
    config: Config,
    status: u16,
    own: bool,
    asked: Asked,
}

fn case() -> impl Strategy<Value = Case> {
    let status = prop_oneof![3 => Just(200), 1 => select(&[204, 304, 404, 500u16][..])];
    (config(), status, any::<bool>(), fetch()).prop_map(|(config, status, own, fetch)| {
        let (visitor, asked) = fetch;
        let asked = asked.by(visitor.page(&config));
        Case { config, status, own, asked }
    })
}

impl Case {
    /// The result, and whether a preflight was sent.
    fn run(&self) -> (Ended, bool) {
        let policy = Policy::new(&self.config).expect("configs of this world build");
        let policy = policy;
        let handler = |_: &Request<()>| {
            let own = OWN.iter().filter(|_| self.own);
            let mut response = Response::builder().status(self.status);
            for (name, value) in HEADERS.iter().chain(own) {
                response = response.header(*name, *value);
            }
            response.body(()).expect("names and values are valid")
        };
        let mut preflight = false;
        let ended = Browser::new().fetch(&self.asked.fetch, Duration::ZERO, |request| {
            preflight |= request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
            serve(&policy, request, handler)
        });
        (ended, preflight)
    }
}

/// The names that a script sees, without the protocol's own.
fn seen<'a>(names: impl Iterator<Item = &'a HeaderName>) -> BTreeSet<&'a str> {
    let is_own = |name: &&HeaderName| **name == VARY || name.as_str().starts_with("access-control");
    names.filter(|name| !is_own(name)).map(HeaderName::as_str).collect()
}

proptest! {
    #![proptest_config(cases(4096))]

    #[test]
    fn a_script_reads_what_the_policy_says(case in case()) {
        let Case { config, status, asked, .. } = &case;
        let (ended, _) = case.run();
        let wanted = naive::may_read(config, asked, (200..=299).contains(status));
        prop_assert_eq!(ended.verdict.is_readable(), wanted, "{}\n{:#?}", asked, ended.steps);
        if let Verdict::Readable(readable) = ended.verdict {
            prop_assert_eq!(readable.status.as_u16(), *status, "{}", asked);
            let all = HEADERS.iter().map(|(name, _)| *name);
            let wanted = all.filter(|name| naive::may_see(config, asked, name)).collect();
            prop_assert_eq!(seen(readable.headers.keys()), wanted, "{}", asked);
        }
    }
}

/// The law is not vacuous: each reason for allowing and refusing occurs often.
#[test]
fn the_law_is_not_empty() {
    const CASES: u32 = 2000;
    let mut runner = TestRunner::deterministic();
    let (mut at_once, mut preflighted) = (0, 0);
    let mut refused: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..CASES {
        let case = case().new_tree(&mut runner).expect("the strategy filters nothing").current();
        let (ended, preflight) = case.run();
        match ended.verdict.failed_step() {
            Some(step) => *refused.entry(step.id()).or_default() += 1,
            None if !ended.verdict.is_readable() || case.asked.is_same_origin() => {}
            None if preflight => preflighted += 1,
            None => at_once += 1,
        }
    }
    let told = format!("with a preflight {preflighted}, without {at_once}; {refused:#?}");
    let percent = |count: u32| count * 100 / CASES;
    assert!(percent(preflighted) >= 15, "{told}");
    assert!(percent(at_once) >= 5, "{told}");
    let by_cors = |(step, count): (&&str, &u32)| {
        if step.contains("allow-") || step.starts_with("preflight") { *count } else { 0 }
    };
    assert!(percent(refused.iter().map(by_cors).sum()) >= 15, "{told}");
    for step in [
        Step::PreflightAllowOriginMissing,
        Step::PreflightAllowOriginMismatch,
        Step::PreflightAllowCredentials,
        Step::PreflightMethod,
        Step::PreflightHeader,
        Step::PreflightAuthorization,
        Step::PreflightStatus,
        Step::AllowOriginMissing,
        Step::AllowOriginMismatch,
        Step::AllowCredentials,
    ] {
        assert!(refused.get(step.id()).is_some_and(|count| *count >= 5), "{step:?} in {told}");
    }
}
