//! The limit on the work for a policy's regular expressions. It counts steps rather than time, so
//! that the same policy passes or fails on every machine.

use super::RegexFault;
use super::automaton::Automaton;
use crate::origin::fault::ProofLimit;

/// The remaining work.
///
/// A step is a byte walked or an edge visited: a few to a few dozen nanoseconds.
#[derive(Debug)]
pub(crate) struct Steps {
    left: usize,
}

/// No steps are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent;

/// Why a proof ends without a verdict on the regex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Limit(ProofLimit),
    Spent,
}

impl From<Spent> for Stop {
    fn from(_: Spent) -> Self {
        Self::Spent
    }
}

impl Steps {
    /// For all regexes of one policy.
    pub(crate) const OF_A_POLICY: usize = 32 << 20;

    /// The minimum cost of a regex. It bounds their number, since each is tried on every origin
    /// that no pattern allows.
    pub(crate) const OF_A_REGEX: usize = Self::OF_A_POLICY / 256;

    /// The cost of computing a byte of a table. It limits the tables of a policy to 8 MiB.
    const OF_A_BYTE: usize = 4;

    /// The cost of a table that becomes too large, which shows only after most of it is computed.
    const OF_TOO_MUCH: usize = Self::OF_A_POLICY / 4;

    /// The cost of a place that [`Remainder`](super::remainder::Remainder) visits.
    pub(super) const OF_A_PLACE: usize = 256;

    pub(crate) fn new(granted: usize) -> Self {
        Self { left: granted }
    }

    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// Takes some steps, or the rest if fewer are left.
    pub(crate) fn take(&mut self, steps: usize) -> Result<(), Spent> {
        let left = self.left.checked_sub(steps);
        self.left = left.unwrap_or(0);
        left.map(drop).ok_or(Spent)
    }

    /// Takes the cost of building a table. One that became too large cost as much as the largest.
    pub(super) fn take_table(
        &mut self,
        built: &Result<Automaton, RegexFault>,
    ) -> Result<(), Spent> {
        self.take(match built {
            Ok(automaton) => automaton.memory() * Self::OF_A_BYTE,
            Err(RegexFault::TooLarge) => Self::OF_TOO_MUCH,
            Err(RegexFault::Invalid(_)) => 0,
        })
    }
}
