//! How much work the regular expressions of a policy may cause, in steps rather than in time, so
//! that the same policy passes or fails on every machine.

use super::RegexFault;
use super::automaton::Automaton;
use crate::origin::fault::ProofLimit;

/// Work that may still be done.
///
/// A step is a byte walked, or an edge looked at: some nanoseconds to some dozens.
#[derive(Debug)]
pub(crate) struct Steps {
    left: usize,
}

/// No steps are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent;

/// Why a proof ends without a word on the regex.
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
    /// For everything that is done for the regexes of one policy.
    pub(crate) const OF_A_POLICY: usize = 32 << 20;

    /// What one regex costs at least. It bounds how many there can be, since each is tried against
    /// every origin that no pattern allows.
    pub(crate) const OF_A_REGEX: usize = Self::OF_A_POLICY / 256;

    /// What a byte of a table costs to compute. It bounds the tables of a policy to 8 MiB.
    const OF_A_BYTE: usize = 4;

    /// What a table costs that becomes too large, which shows only once most of it is computed.
    const OF_TOO_MUCH: usize = Self::OF_A_POLICY / 4;

    /// What a place costs that [`Remainder`](super::remainder::Remainder) looks at.
    pub(super) const OF_A_PLACE: usize = 256;

    pub(crate) fn new(granted: usize) -> Self {
        Self { left: granted }
    }

    pub(crate) fn left(&self) -> usize {
        self.left
    }

    /// Takes some steps; where fewer are left, these.
    pub(crate) fn take(&mut self, steps: usize) -> Result<(), Spent> {
        let left = self.left.checked_sub(steps);
        self.left = left.unwrap_or(0);
        left.map(drop).ok_or(Spent)
    }

    /// Takes what it took to build a table. One that became too large cost as much as the largest.
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
