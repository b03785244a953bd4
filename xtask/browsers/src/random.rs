//! Policies and fetches by chance: browser and model have to agree on each.

use cors_core::Policy;
use cors_core::browser::{Body, CredentialsMode, Fetch, Mode, RedirectMode};
use cors_core::strategies::{fetches_near, policies};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use xtask::options::Adapter;

use crate::judge::{Stage, Story};
use crate::{Job, Session};

/// As many in each engine.
pub const CASES: usize = 300;

/// How often a disagreement is tried to be made smaller in the browser.
const MAX_SHRINKS: usize = 60;

/// The page that asks, whose origin the policies of this world often name.
const PAGE: &str = "https://a.test";

/// A policy and a fetch under it, by this page or by one without an origin.
fn cases() -> impl Strategy<Value = (Policy, Fetch)> {
    policies().prop_flat_map(|policy| {
        let fetches = fetches_near(&policy).prop_map(askable);
        (Just(policy), fetches)
    })
}

/// The same by a page that is there, of a server that is there, in a way that `fetch` has.
fn askable(fetch: Fetch) -> Fetch {
    let sandboxed = fetch.serialized_origin() == "null";
    // Not every engine streams, and over HTTP/1.1 none does.
    let body = if fetch.body == Body::Stream { Body::Text } else { fetch.body };
    let can_listen = (fetch.mode, fetch.redirect) == (Mode::Cors, RedirectMode::Follow)
        && fetch.credentials != CredentialsMode::Omit;
    Fetch {
        origin: if sandboxed { "null" } else { PAGE }.to_owned(),
        url: "https://$HOST/echo".to_owned(),
        body,
        upload_listener: fetch.upload_listener && can_listen,
        ..fetch
    }
}

/// Tells the stories of one seed. A line for each disagreement, made as small as can be.
pub async fn run(
    session: &mut Session,
    stage: Stage<'_>,
    seed: u64,
) -> Result<Vec<String>, String> {
    let mut runner = runner(seed);
    let cases = cases();
    let mut faults = Vec::new();
    for index in 0..CASES {
        let tree = cases.new_tree(&mut runner).map_err(|reason| reason.to_string())?;
        let adapter = Adapter::ALL[index % Adapter::ALL.len()];
        let told = tell(session, stage, tree.current(), adapter, &format!("x{index}")).await?;
        if !told.is_empty() {
            faults.push(smallest(session, stage, tree, adapter, index, told).await?);
        }
    }
    Ok(faults)
}

async fn tell(
    session: &mut Session,
    stage: Stage<'_>,
    (policy, fetch): (Policy, Fetch),
    adapter: Adapter,
    id: &str,
) -> Result<Vec<String>, String> {
    let story =
        Story { name: id.to_owned(), policy, page: PAGE.to_owned(), jobs: vec![Job::from(&fetch)] };
    Ok(stage.tell(session, &story, adapter, id).await?.faults)
}

/// Shrinks by the rules of the strategies, as long as browser and model go on to disagree.
async fn smallest(
    session: &mut Session,
    stage: Stage<'_>,
    mut tree: impl ValueTree<Value = (Policy, Fetch)>,
    adapter: Adapter,
    index: usize,
    told: Vec<String>,
) -> Result<String, String> {
    let mut best = (tree.current(), told);
    let mut simpler = tree.simplify();
    for attempt in 0..MAX_SHRINKS {
        if !simpler {
            break;
        }
        let id = format!("x{index}-{attempt}");
        let told = tell(session, stage, tree.current(), adapter, &id).await?;
        simpler = if told.is_empty() {
            tree.complicate()
        } else {
            best = (tree.current(), told);
            tree.simplify()
        };
    }
    let ((policy, fetch), told) = best;
    let (adapter, told) = (adapter.name(), told.join("; "));
    Ok(format!("{adapter}: {fetch}: {told}\n    under {:?}", policy.config()))
}

fn runner(seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}
