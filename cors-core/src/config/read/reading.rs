//! What was read, and where it was in the file.

use crate::config::Config;
use crate::error::{Capped, ConfigError, ErrorKind, Finding, FindingKind};
use crate::key::Key;

/// The result of reading a policy.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) config: Config,
    pub(crate) faults: Capped<Fault>,
    /// Whether a table around the keys has been read.
    pub(super) unwrapped: bool,
    /// How many more names may be compared with known keys.
    pub(super) guesses: usize,
    /// One for each key.
    pub(super) places: Vec<Place>,
}

/// An error, and the line that it is about.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) line: usize,
    pub(crate) error: ConfigError,
}

/// Where a key was in the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// `None` if the key is not in the file.
    pub(crate) line: Option<usize>,
    /// One for each entry of the list in `Config`, which lacks entries that could not be read: the
    /// entry's index and line in the file. A single entry has no index.
    pub(crate) entries: Vec<(Option<usize>, usize)>,
    /// Whether `Config` lacks part of the key's value in the file, or all of it.
    pub(crate) broken: bool,
    /// Set if the number in the file does not fit into `Config`: the greatest number that does, which
    /// is out of range too, the number in the file, and the error.
    pub(crate) beyond: Option<(u64, i128, ErrorKind)>,
}

impl Reading {
    pub(crate) fn place(&self, key: Key) -> &Place {
        &self.places[key as usize]
    }

    pub(super) fn place_mut(&mut self, key: Key) -> &mut Place {
        &mut self.places[key as usize]
    }

    /// Whether the error only says that a key is missing, although it is there in a form that could
    /// not be read.
    pub(crate) fn explains(&self, error: &ConfigError) -> bool {
        matches!(error.kind(), ErrorKind::NoOrigins) && self.place(Key::AllowOrigins).broken
    }

    /// Finds the line, and restores the index and the value to those that were written.
    pub(crate) fn locate<K: FindingKind + Clone>(
        &self,
        finding: &Finding<K>,
    ) -> (usize, Finding<K>) {
        let Some(key) = finding.known_key() else {
            return (1, finding.clone());
        };
        let place = self.place(key);
        if let Some(&(index, line)) = finding.entry().and_then(|entry| place.entries.get(entry)) {
            return (line, finding.clone().with_index(index));
        }
        let line = place.line.unwrap_or(1);
        let Some((stand_in, written, _)) = &place.beyond else {
            return (line, finding.clone());
        };
        let value = finding.value().replacen(&stand_in.to_string(), &written.to_string(), 1);
        (line, Finding::new(key, finding.index(), value, finding.kind().clone()))
    }

    /// Everything in the file that `Config` does not hold as written.
    #[cfg(feature = "serde")]
    pub(crate) fn errors(&self) -> impl Iterator<Item = ConfigError> {
        let beyond = Key::ALL.iter().zip(&self.places).filter_map(|(key, place)| {
            let (_, written, kind) = place.beyond.clone()?;
            Some(ConfigError::new(*key, None, written.to_string(), kind))
        });
        self.faults.kept().iter().map(|fault| fault.error.clone()).chain(beyond)
    }
}
