//! What was read, and where in the file it stood.

use crate::config::Config;
use crate::error::{Capped, ConfigError, ErrorKind};
use crate::key::Key;

/// What was read.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) config: Config,
    pub(crate) faults: Capped<Fault>,
    /// A table around the keys has been read.
    pub(super) unwrapped: bool,
    /// How many more names may be compared with ours.
    pub(super) guesses: usize,
    /// One for each key.
    pub(super) places: Vec<Place>,
}

/// An error and the line that it is about.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    #[cfg_attr(not(feature = "file"), expect(dead_code, reason = "only a file has lines"))]
    pub(crate) line: usize,
    pub(crate) error: ConfigError,
}

/// Where a key stood in the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// `None` if the key is not in the file.
    pub(crate) line: Option<usize>,
    /// One for each entry of the list in `Config`, which lacks those that could not be read: the
    /// entry's index and line in the file. An only entry has no index.
    pub(crate) entries: Vec<(Option<usize>, usize)>,
    /// `Config` lacks some of what the file has, or all of it.
    pub(crate) broken: bool,
    /// Where `Config` has no room for the number in the file: its greatest number, which is out of
    /// range as well, the number in the file, and what is wrong with it.
    pub(crate) beyond: Option<(u64, i128, ErrorKind)>,
}

impl Reading {
    #[cfg(any(feature = "file", test))]
    pub(crate) fn place(&self, key: Key) -> &Place {
        &self.places[key as usize]
    }

    pub(super) fn place_mut(&mut self, key: Key) -> &mut Place {
        &mut self.places[key as usize]
    }

    /// Everything in the file that is not in `Config` as it was written.
    #[cfg(feature = "serde")]
    pub(crate) fn errors(&self) -> impl Iterator<Item = ConfigError> {
        let beyond = Key::ALL.iter().zip(&self.places).filter_map(|(key, place)| {
            let (_, written, kind) = place.beyond.clone()?;
            Some(ConfigError::new(*key, None, written.to_string(), kind))
        });
        self.faults.kept().iter().map(|fault| fault.error.clone()).chain(beyond)
    }
}
