//! A dense automaton that we walk ourselves, byte by byte, to the end of the input.
//!
//! The search routines of `regex-automata` answer "where does a match end?". We ask "is all of it a
//! match?", and a proof needs the states themselves.

use regex_automata::Anchored;
use regex_automata::MatchKind;
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_syntax::hir::Hir;

use super::RegexFault;

/// Bounds memory and time of the first step, from syntax to a nondeterministic automaton. Ample for
/// three thousand characters of alternatives.
const MAX_NFA_BYTES: usize = 256 << 10;

/// Bounds the table, and separately the memory to compute it. Ample for patterns that people write,
/// which take a few KiB. `[ab]*a[ab]{20}` exceeds it.
const MAX_DFA_BYTES: usize = 1 << 20;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Direction {
    Forward,
    /// Reads backwards.
    Reverse,
}

/// The automaton of one or more patterns, anchored at both ends.
#[derive(Clone, Debug)]
pub(super) struct Automaton {
    dfa: dense::DFA<Vec<u32>>,
    start: StateID,
}

impl Automaton {
    /// The size of its tables in bytes.
    pub(super) fn memory(&self) -> usize {
        self.dfa.memory_usage()
    }

    pub(super) fn build(patterns: &[Hir], direction: Direction) -> Result<Self, RegexFault> {
        let nfa = thompson::Compiler::new()
            .configure(
                thompson::Config::new()
                    .utf8(false)
                    .reverse(direction == Direction::Reverse)
                    .which_captures(thompson::WhichCaptures::None)
                    .nfa_size_limit(Some(MAX_NFA_BYTES)),
            )
            .build_many_from_hir(patterns)?;
        let dfa = dense::Builder::new()
            .configure(
                dense::Config::new()
                    // With any other kind, a partial match would hide a whole one.
                    .match_kind(MatchKind::All)
                    .start_kind(StartKind::Anchored)
                    .accelerate(false)
                    .dfa_size_limit(Some(MAX_DFA_BYTES))
                    .determinize_size_limit(Some(MAX_DFA_BYTES)),
            )
            .build_from_nfa(&nfa)?;
        let start = dfa
            .start_state(&start::Config::new().anchored(Anchored::Yes))
            .map_err(|error| RegexFault::Invalid(error.to_string()))?;
        Ok(Self { dfa, start })
    }

    pub(super) fn start(&self) -> StateID {
        self.start
    }

    /// The state after one more byte. `None` if there can be no match any more.
    pub(super) fn next(&self, state: StateID, byte: u8) -> Option<StateID> {
        let next = self.dfa.next_state(state, byte);
        // Quit states cannot occur, since no byte is configured to quit. One would not match.
        let ends = self.dfa.is_special_state(next)
            && (self.dfa.is_dead_state(next) || self.dfa.is_quit_state(next));
        (!ends).then_some(next)
    }

    /// The state after all of `bytes`.
    pub(super) fn walk(&self, mut bytes: impl Iterator<Item = u8>) -> Option<StateID> {
        bytes.try_fold(self.start, |state, byte| self.next(state, byte))
    }

    /// Whether some pattern matches what led to `state` if the input ends here.
    pub(super) fn accepts(&self, state: StateID) -> bool {
        self.dfa.is_match_state(self.dfa.next_eoi_state(state))
    }

    /// The patterns, as bits, that match what led to `state` if the input ends here.
    pub(super) fn accepted(&self, state: StateID) -> u32 {
        let end = self.dfa.next_eoi_state(state);
        if !self.dfa.is_match_state(end) {
            return 0;
        }
        (0..self.dfa.match_len(end))
            .fold(0, |set, i| set | 1 << self.dfa.match_pattern(end, i).as_u32())
    }

    /// Bytes of the same class lead from any state to the same state.
    pub(super) fn class(&self, byte: u8) -> u8 {
        self.dfa.byte_classes().get(byte)
    }
}
