//! Random policies and fetches, on which browser and model must agree.

use cors_core::Policy;
use cors_core::browser::{Body, CredentialsMode, Engine, Fetch, Initiator, Mode, RedirectMode};
use cors_core::strategies::{fetches_near, policies};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use xtask::options::Adapter;

use crate::judge::{Stage, Story};
use crate::proxy::AS;
use crate::{Job, Session};

/// Cases per engine.
pub const CASES: usize = 300;

/// Stop after this many disagreements: more would only repeat them.
const MAX_FAULTS: usize = 3;

/// How many times to try to shrink a disagreement in the browser.
const MAX_SHRINKS: usize = 60;

/// How many times to try in the model.
const MAX_SHRINKS_IN_MODEL: usize = 500;

/// The page that sends the fetches. Many of the random policies name its origin.
const PAGE: &str = "https://a.test";

/// A policy and a fetch under it, by this page or from an opaque origin.
type Case = (Policy, Fetch);

/// By any initiator, or only by those other than `fetch`.
fn cases(only_initiators: bool) -> impl Strategy<Value = Case> {
    let initiators = select(&Initiator::ALL[1..]);
    policies().prop_flat_map(move |policy| {
        let fetches = (fetches_near(&policy), initiators.clone());
        let fetches = fetches.prop_map(move |(mut fetch, initiator)| {
            if only_initiators {
                fetch.initiator = initiator;
            }
            askable(fetch)
        });
        (Just(policy), fetches)
    })
}

/// Adapts the fetch to a page and a server that exist here, and to what `fetch` can do.
fn askable(mut fetch: Fetch) -> Fetch {
    // WebKit's beacon from a sandboxed frame names the origin of the frame's URL, which no model knows.
    let is_beacon = fetch.initiator == Initiator::Beacon;
    let sandboxed = fetch.serialized_origin() == "null" && !is_beacon;
    let can_listen = (fetch.mode, fetch.redirect) == (Mode::Cors, RedirectMode::Follow)
        && fetch.credentials != CredentialsMode::Omit;
    fetch.origin = if sandboxed { "null" } else { PAGE }.to_owned();
    fetch.url = match fetch.initiator {
        Initiator::Fetch | Initiator::XmlHttpRequest => "https://$HOST/echo".to_owned(),
        Initiator::WebSocket => "wss://$HOST/ws".to_owned(),
        other => format!("https://$HOST{AS}{}", other.as_str()),
    };
    fetch.upload_listener &= can_listen;
    // Not every engine can stream, and over HTTP/1.1 none can.
    if fetch.body == Body::Stream {
        fetch.body = Body::Text;
    }
    fetch
}

/// Runs the stories of one seed. Adds a line to `faults` for each disagreement, made as small as possible.
pub async fn run(
    session: &mut Session,
    stage: Stage<'_>,
    seed: u64,
    only_initiators: bool,
    faults: &mut Vec<String>,
) -> Result<(), String> {
    let mut runner = runner(seed);
    let cases = cases(only_initiators);
    let mut found = 0;
    for index in 0..CASES {
        // The same generator makes the same tree again later.
        let before = runner.clone();
        let tree = cases.new_tree(&mut runner).map_err(|reason| reason.to_string())?;
        let adapter = Adapter::ALL[index % Adapter::ALL.len()];
        let case = tree.current();
        let told = tell(session, stage, &case, adapter, &format!("x{index}")).await?;
        if told.is_empty() {
            continue;
        }
        let place = faults.len();
        faults.push(line(adapter, &case, &told));
        let mut smaller = Shrinking { stage, adapter, index, attempts: 0 };
        let again = cases.new_tree(&mut before.clone()).map_err(|reason| reason.to_string())?;
        let (case, told) = smaller.smallest(session, tree, again, told).await?;
        faults[place] = line(adapter, &case, &told);
        found += 1;
        if found == MAX_FAULTS {
            faults.push(format!("stopped after {index} of {CASES} random cases: too many faults"));
            break;
        }
    }
    Ok(())
}

fn story((policy, fetch): &Case, name: &str) -> Story {
    Story {
        name: name.to_owned(),
        policy: policy.clone(),
        page: PAGE.to_owned(),
        jobs: vec![Job::from(fetch)],
    }
}

async fn tell(
    session: &mut Session,
    stage: Stage<'_>,
    case: &Case,
    adapter: Adapter,
    id: &str,
) -> Result<Vec<String>, String> {
    Ok(stage.tell(session, &story(case, id), adapter, id).await?.faults)
}

fn line(adapter: Adapter, (policy, fetch): &Case, told: &[String]) -> String {
    let (adapter, told) = (adapter.name(), told.join("; "));
    format!("{adapter}: {fetch}: {told}\n    under {:?}", policy.config())
}

/// Shrinks a disagreement with the rules of the strategies.
struct Shrinking<'s> {
    stage: Stage<'s>,
    adapter: Adapter,
    index: usize,
    attempts: usize,
}

impl Shrinking<'_> {
    /// Shrinks `tree` to the smallest case that the model treats the same, which is cheap. If browser and model agree
    /// on that case, shrinks `again`, an equal tree, in the browser.
    async fn smallest(
        &mut self,
        session: &mut Session,
        mut tree: impl ValueTree<Value = Case>,
        again: impl ValueTree<Value = Case>,
        told: Vec<String>,
    ) -> Result<(Case, Vec<String>), String> {
        let whole = tree.current();
        let small = self.in_the_model(session.engine(), &mut tree)?;
        let id = self.id();
        let told_small = tell(session, self.stage, &small, self.adapter, &id).await?;
        if told_small.is_empty() {
            self.in_the_browser(session, again, (whole, told)).await
        } else {
            Ok((small, told_small))
        }
    }

    fn in_the_model(
        &mut self,
        engine: Engine,
        tree: &mut impl ValueTree<Value = Case>,
    ) -> Result<Case, String> {
        let mut foretell = |case: &Case| {
            let id = self.id();
            self.stage.foretell(engine, &story(case, &id), self.adapter, &id)
        };
        let mut best = tree.current();
        let wanted = foretell(&best)?;
        let mut simpler = tree.simplify();
        for _ in 0..MAX_SHRINKS_IN_MODEL {
            if !simpler {
                break;
            }
            let case = tree.current();
            simpler = if foretell(&case)? == wanted {
                best = case;
                tree.simplify()
            } else {
                tree.complicate()
            };
        }
        Ok(best)
    }

    async fn in_the_browser(
        &mut self,
        session: &mut Session,
        mut tree: impl ValueTree<Value = Case>,
        mut best: (Case, Vec<String>),
    ) -> Result<(Case, Vec<String>), String> {
        let mut simpler = tree.simplify();
        for _ in 0..MAX_SHRINKS {
            if !simpler {
                break;
            }
            let (case, id) = (tree.current(), self.id());
            let told = tell(session, self.stage, &case, self.adapter, &id).await?;
            simpler = if told.is_empty() {
                tree.complicate()
            } else {
                best = (case, told);
                tree.simplify()
            };
        }
        Ok(best)
    }

    /// A new name for each run: browsers remember what they learned under an old one.
    fn id(&mut self) -> String {
        self.attempts += 1;
        format!("x{}-{}", self.index, self.attempts)
    }
}

/// The random numbers of a seed.
pub(crate) fn runner(seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}
