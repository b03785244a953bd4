//! Runs random cases, and finds a small one for each kind of disagreement.

use std::collections::BTreeMap;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner};

use crate::case::{Case, cases};
use crate::class::Class;
use crate::compare::look;
use crate::peer::Peer;
use crate::servers::Unsaid;
use crate::shrink::least;

/// How often a disagreement was found, and a small case that shows it.
#[derive(Debug)]
pub struct Found {
    /// The number of cases.
    pub count: usize,
    /// The first of them, shrunk.
    pub example: Case,
}

/// The results of a search.
#[derive(Debug, Default)]
pub struct Findings {
    /// The peers compared.
    pub peers: Vec<Peer>,
    /// How many cases ran for each peer.
    pub cases: usize,
    /// How many of their policies could be written for the peer.
    pub told: BTreeMap<Peer, usize>,
    /// Why the others could not be written for it.
    pub unsaid: BTreeMap<(Peer, Unsaid), usize>,
    /// Disagreements by kind and peer.
    pub found: BTreeMap<(Class, Peer), Found>,
    /// Disagreements of an unknown kind, each with its case: a bug of ours, or a missing kind.
    pub unknown: Vec<(Peer, String, Case)>,
}

/// Runs `count` cases for each of these peers. The same seed gives the same cases.
pub fn search(peers: &[Peer], count: usize, seed: u64) -> Findings {
    let cases = cases();
    let mut findings = Findings { peers: peers.to_vec(), cases: count, ..Findings::default() };
    for index in 0..count {
        for &peer in peers {
            findings.put(peer, &|| tree(&cases, seed, index as u64));
        }
    }
    findings
}

/// A case with its own seed, so that it can be made again.
fn tree<S: Strategy<Value = Case>>(cases: &S, seed: u64, index: u64) -> S::Tree {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&index.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Runs::default(), rng);
    cases.new_tree(&mut runner).expect("most configs build")
}

impl Findings {
    fn put<T: ValueTree<Value = Case>>(&mut self, peer: Peer, tree: &dyn Fn() -> T) {
        let case = tree().current();
        let seen = match look(peer, &case) {
            Ok(seen) => seen,
            Err(unsaid) => return *self.unsaid.entry((peer, unsaid)).or_default() += 1,
        };
        *self.told.entry(peer).or_default() += 1;
        for class in seen.classes {
            if let Some(found) = self.found.get_mut(&(class, peer)) {
                found.count += 1;
                continue;
            }
            let shows =
                |case: &Case| look(peer, case).is_ok_and(|seen| seen.classes.contains(&class));
            let example = least(&mut tree(), shows);
            self.found.insert((class, peer), Found { count: 1, example });
        }
        if let Some(words) = seen.unknown.into_iter().next() {
            let shows =
                |case: &Case| look(peer, case).is_ok_and(|seen| seen.unknown.contains(&words));
            let example = least(&mut tree(), shows);
            self.unknown.push((peer, words, example));
        }
    }
}
