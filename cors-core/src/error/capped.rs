//! Findings, all counted, but only kept up to a limit.

use crate::key::{Key, slot};

/// How many errors, and how many warnings, are kept for each key. Others are only counted, so that a
/// hostile policy file cannot exhaust memory.
pub(crate) const LIMIT: usize = 1000;

/// A slot for each key, and one for everything that is not a key.
type Slots = [usize; Key::ALL.len() + 1];

/// The first [`LIMIT`] findings of each key.
#[derive(Clone, Debug)]
pub(crate) struct Capped<T> {
    kept: Vec<T>,
    counts: Slots,
}

impl<T> Capped<T> {
    pub(crate) fn new() -> Self {
        Self { kept: Vec::new(), counts: [0; Key::ALL.len() + 1] }
    }

    pub(crate) fn push(&mut self, key: Option<Key>, finding: T) {
        let count = &mut self.counts[slot(key)];
        *count += 1;
        if *count <= LIMIT {
            self.kept.push(finding);
        }
    }

    /// How many findings there were, kept or not.
    pub(crate) fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    #[cfg(any(feature = "file", feature = "serde", test))]
    pub(crate) fn kept(&self) -> &[T] {
        &self.kept
    }

    pub(crate) fn into_kept(self) -> Vec<T> {
        self.kept
    }

    pub(crate) fn map<U>(self, map: impl FnMut(T) -> U) -> Capped<U> {
        Capped { kept: self.kept.into_iter().map(map).collect(), counts: self.counts }
    }

    /// Forgets findings of a key.
    pub(crate) fn drop_of(&mut self, key: Key, is_dropped: impl Fn(&T) -> bool) {
        let before = self.kept.len();
        self.kept.retain(|finding| !is_dropped(finding));
        self.counts[slot(Some(key))] -= before - self.kept.len();
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.kept.extend(other.kept);
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
    }

    /// An insertion sort: few are kept, and most are in order already.
    pub(crate) fn sort_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        for sorted in 1..self.kept.len() {
            let mut at = sorted;
            while at > 0 && key(&self.kept[at]) < key(&self.kept[at - 1]) {
                self.kept.swap(at, at - 1);
                at -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_leaves_room_for_the_others() {
        let mut capped = Capped::new();
        for number in 0..3 * LIMIT {
            capped.push(Some(Key::AllowOrigins), number);
        }
        capped.push(Some(Key::MaxAge), 1);
        capped.push(None, 2);
        capped.push(None, 3);
        assert_eq!(capped.kept().len(), LIMIT + 3);
        assert_eq!(capped.total(), 3 * LIMIT + 3);
        assert_eq!(capped.into_kept()[LIMIT - 1..], [LIMIT - 1, 1, 2, 3]);
    }
}
