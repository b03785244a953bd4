//! The compiled set of allowed origins.
//!
//! All patterns live in one string, in the order of the policy, behind one hash table. An exact
//! origin takes one lookup, and any host of a scheme one more, if a pattern has that. Subdomain
//! patterns take one lookup for each label boundary of the request's host at which a pattern could
//! begin. The number of lookups does not grow with the number of patterns. Only the table is kept:
//! the policy's list is read back from it.

use crate::origin::pattern::{Pattern, Port};
#[cfg(feature = "regex")]
use crate::origin::regex::OriginRegex;
use crate::origin::{MAX_LEN, Split, split_scheme};
use std::fmt;
use std::hash::BuildHasher;

/// Exact origins, `*.` patterns, any-port patterns and `null`.
#[derive(Clone, Default)]
pub(crate) struct Patterns {
    /// The patterns, concatenated.
    text: Box<str>,
    /// Where each pattern ends in `text`.
    ends: Box<[usize]>,
    table: Box<[Slot]>,
    seed: u64,
    has: Has,
}

/// Which lookups can find anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Has {
    exact: bool,
    any_host: bool,
    any_port: bool,
    subdomains: bool,
    subdomains_any_port: bool,
    /// The minimum and maximum number of labels after a `*.`.
    labels: Option<(usize, usize)>,
}

/// The key of a lookup. Keys of different kinds are never equal.
#[derive(Clone, Copy)]
struct Key<'a> {
    subdomains: bool,
    any_port: bool,
    /// Empty unless there are labels between the scheme and the rest.
    scheme: &'a [u8],
    rest: &'a [u8],
}

/// Empty, or from the top: the hash's upper bits, the pattern's kind, and its index plus one.
///
/// A probe compares all but the index first, so that it rarely reads the wrong text.
type Slot = u64;
const INDEX_BITS: u32 = 38;
const INDEX_MASK: u64 = (1 << INDEX_BITS) - 1;
const KIND_BITS: u32 = 2;
const HASH_MASK: u64 = !0 << (INDEX_BITS + KIND_BITS);

impl Has {
    fn wildcards(self) -> bool {
        self.any_host || self.any_port || self.labels.is_some()
    }
}

impl Patterns {
    /// Whether a pattern allows `origin`, the bytes of one `Origin` header.
    pub(crate) fn contains(&self, origin: &[u8]) -> bool {
        if origin.len() > MAX_LEN {
            return false;
        }
        self.has.exact && self.find(Key::exact(origin))
            || self.has.wildcards() && self.find_wildcard(origin)
    }

    /// Looks up first, and checks only what was found: wildcards match only origins that a browser can
    /// send.
    fn find_wildcard(&self, origin: &[u8]) -> bool {
        let Some(split) = Split::of(origin) else { return false };
        if self.has.any_port && self.find(Key::any_port(split.without_port()))
            || self.has.any_host && !split.has_port() && self.find(Key::any_host(split.scheme()))
        {
            return split.check().is_ok();
        }
        let Some((least, most)) = self.has.labels else { return false };
        let host = split.host();
        let mut dot = host.len();
        for labels in 1..=most {
            let label = host[..dot].iter().rev().take_while(|b| **b != b'.').count();
            match dot.checked_sub(label + 1) {
                Some(before) => dot = before,
                None => return false,
            }
            if labels < least {
                continue;
            }
            let [with_port, without_port] = split.end_from(dot);
            let key =
                Key { subdomains: true, any_port: false, scheme: split.scheme(), rest: with_port };
            let any_port = Key { any_port: true, rest: without_port, ..key };
            if self.has.subdomains && self.find(key) {
                return split.has_labels_before(dot);
            }
            if self.has.subdomains_any_port && self.find(any_port) {
                return split.has_labels_before(dot) && split.check().is_ok();
            }
        }
        false
    }

    // Inlined, so that comparing an exact origin does not branch on the kind of key.
    #[inline(always)]
    fn find(&self, key: Key<'_>) -> bool {
        let hash = key.hash(self.seed);
        let tag = key.tag(hash);
        let mut at = home(hash, self.table.len());
        // A run of full slots always ends at an empty one.
        loop {
            let slot = self.table[at];
            if slot == 0 {
                return false;
            }
            at = if at + 1 == self.table.len() { 0 } else { at + 1 };
            if slot & !INDEX_MASK == tag {
                let found = nth(self.text.as_bytes(), &self.ends, index(slot));
                return key.is(found) || self.find_from(at, key, tag);
            }
        }
    }

    /// Continues after another text with the same tag, of which there are few.
    #[cold]
    fn find_from(&self, at: usize, key: Key<'_>, tag: Slot) -> bool {
        let rest = self.table[at..].iter().chain(&self.table[..at]);
        let mut run = rest.take_while(|slot| **slot != 0);
        run.any(|slot| {
            slot & !INDEX_MASK == tag && key.is(nth(self.text.as_bytes(), &self.ends, index(*slot)))
        })
    }

    fn get(&self, index: usize) -> &str {
        let (start, end) = bounds(&self.ends, index);
        &self.text[start..end]
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The patterns, in insertion order.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    #[inline]
    fn is_one_origin(&self) -> bool {
        self.ends.len() == 1 && !self.has.wildcards()
    }

    /// Whether a pattern with a wildcard covers this one.
    pub(crate) fn covers(&self, exact: &str) -> bool {
        self.has.wildcards() && self.find_wildcard(exact.as_bytes())
    }
}

/// Two sets are equal if they have the same patterns in the same order, whatever their hash seeds.
impl PartialEq for Patterns {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, &self.ends) == (&other.text, &other.ends)
    }
}

impl fmt::Debug for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Collects patterns without duplicates.
#[derive(Debug, Default)]
pub(crate) struct PatternsBuilder {
    text: String,
    ends: Vec<usize>,
    has: Has,
}

impl PatternsBuilder {
    pub(crate) fn with_capacity(patterns: usize) -> Self {
        let mut builder = Self::default();
        builder.ends.reserve(patterns);
        builder
    }

    /// Adds the pattern that [`Pattern::parse`] returned for `text`.
    pub(crate) fn add(&mut self, text: &str, pattern: &Pattern<'_>) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.has.exact |= pattern.is_exact();
        self.has.any_host |= matches!(pattern, Pattern::AnyHost { .. });
        if let Pattern::Tuple { subdomains, host, port, .. } = pattern {
            let any_port = *port == Port::Any;
            self.has.any_port |= any_port && !subdomains;
            self.has.subdomains |= !any_port && *subdomains;
            self.has.subdomains_any_port |= any_port && *subdomains;
            if *subdomains {
                let labels = crate::origin::labels(host);
                let (least, most) = self.has.labels.unwrap_or((labels, labels));
                self.has.labels = Some((least.min(labels), most.max(labels)));
            }
        }
    }

    /// The set, and the indices of duplicates, which it omits.
    pub(crate) fn build(self) -> (Patterns, Vec<usize>) {
        // At most half full, so that runs of full slots stay short: a miss reads to the end of one.
        let mut table = vec![0; 2 * self.ends.len() + 1].into_boxed_slice();
        // Seeded, so that an attacker who may register origins cannot make them collide.
        let seed = std::hash::RandomState::new().hash_one(0);
        let mut text = String::with_capacity(self.text.len());
        let mut ends: Vec<usize> = Vec::with_capacity(self.ends.len());
        let mut repeated = Vec::new();
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        for (index, (start, end)) in starts.zip(&self.ends).enumerate() {
            let pattern = &self.text[start..*end];
            let key = Key::of(pattern);
            let hash = key.hash(seed);
            let tag = key.tag(hash);
            match free_slot(&table, hash, tag, |i| {
                nth(text.as_bytes(), &ends, i) == pattern.as_bytes()
            }) {
                None => repeated.push(index),
                Some(slot) => {
                    text.push_str(pattern);
                    ends.push(text.len());
                    table[slot] = tag | ends.len() as u64;
                }
            }
        }
        let set = Patterns { text: text.into(), ends: ends.into(), table, seed, has: self.has };
        (set, repeated)
    }
}

/// The pattern at `index` in the concatenated `text`.
fn nth<'t>(text: &'t [u8], ends: &[usize], index: usize) -> &'t [u8] {
    let (start, end) = bounds(ends, index);
    &text[start..end]
}

fn bounds(ends: &[usize], index: usize) -> (usize, usize) {
    (if index == 0 { 0 } else { ends[index - 1] }, ends[index])
}

/// The slot for `hash`. `None` if a pattern that `is_same` is already there.
fn free_slot(
    table: &[Slot],
    hash: u64,
    tag: Slot,
    is_same: impl Fn(usize) -> bool,
) -> Option<usize> {
    let start = home(hash, table.len());
    for slot in (start..table.len()).chain(0..start) {
        let held = table[slot];
        if held == 0 {
            return Some(slot);
        }
        if held & !INDEX_MASK == tag && is_same(index(held)) {
            return None;
        }
    }
    None
}

fn index(slot: Slot) -> usize {
    // At least one empty slot, to end a probe. 2^38 patterns fit no memory.
    (slot & INDEX_MASK) as usize - 1
}

/// Spreads the lower half of the hash evenly over `len` slots. The upper bits distinguish slots.
fn home(hash: u64, len: usize) -> usize {
    ((u128::from(hash << 24) * len as u128) >> 64) as usize
}

impl<'a> Key<'a> {
    fn exact(origin: &'a [u8]) -> Self {
        Self { subdomains: false, any_port: false, scheme: b"", rest: origin }
    }

    fn any_port(without_port: &'a [u8]) -> Self {
        Self { any_port: true, ..Self::exact(without_port) }
    }

    /// Nothing follows the star.
    fn any_host(scheme: &'a [u8]) -> Self {
        Self { subdomains: true, any_port: false, scheme, rest: b"" }
    }

    /// The key of a pattern, from the text that [`Pattern::parse`] accepted.
    fn of(pattern: &'a str) -> Self {
        let (text, any_port) = match pattern.strip_suffix(":*") {
            Some(text) => (text, true),
            None => (pattern, false),
        };
        let starred =
            split_scheme(text).and_then(|(scheme, rest)| Some((scheme, rest.strip_prefix('*')?)));
        match starred {
            Some((scheme, rest)) => Self {
                subdomains: true,
                any_port,
                scheme: scheme.as_bytes(),
                rest: rest.as_bytes(),
            },
            None => Self { any_port, ..Self::exact(text.as_bytes()) },
        }
    }

    /// Whether `pattern`, of the same kind, has this key.
    fn is(self, pattern: &[u8]) -> bool {
        let text = if self.any_port { pattern.strip_suffix(b":*") } else { Some(pattern) };
        let rest = if self.subdomains {
            text.and_then(|text| text.strip_prefix(self.scheme)?.strip_prefix(b"://*"))
        } else {
            text
        };
        rest == Some(self.rest)
    }

    fn kind(self) -> u64 {
        u64::from(self.subdomains) << 1 | u64::from(self.any_port)
    }

    fn tag(self, hash: u64) -> Slot {
        hash & HASH_MASK | self.kind() << INDEX_BITS
    }

    #[inline]
    fn hash(self, seed: u64) -> u64 {
        let seed = if self.subdomains { hash_bytes(seed, self.scheme) } else { seed };
        hash_bytes(seed, self.rest)
    }
}

/// Folds sixteen bytes at a time into the hash, with a seed that requests cannot know. Keys are short.
#[inline]
fn hash_bytes(seed: u64, bytes: &[u8]) -> u64 {
    let mut hash = seed ^ bytes.len() as u64;
    let (chunks, tail) = bytes.as_chunks::<16>();
    for chunk in chunks {
        hash = fold(hash, u128::from_le_bytes(*chunk));
    }
    // The last bytes may overlap the previous ones. The length distinguishes them.
    let pair = |first: u64, last: u64| u128::from(first) << 64 | u128::from(last);
    fold(
        hash,
        match (bytes.last_chunk(), tail.first_chunk(), tail.last_chunk()) {
            (Some(last), ..) => u128::from_le_bytes(*last),
            (None, Some(first), Some(last)) => {
                pair(u64::from_le_bytes(*first), u64::from_le_bytes(*last))
            }
            _ => match (tail.first_chunk(), tail.last_chunk()) {
                (Some(first), Some(last)) => {
                    pair(u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
                }
                _ => tail.iter().fold(0, |last, byte| last << 8 | u128::from(*byte)),
            },
        },
    )
}

fn fold(hash: u64, bytes: u128) -> u64 {
    // No pattern makes the second factor zero, because patterns are ASCII. A request can, but then it
    // only chooses where its own search begins.
    mix(hash ^ bytes as u64, (bytes >> 64) as u64 ^ 0xA076_9DE4_F8BD_E4AF)
}

fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// The compiled `allow_origins`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Origins {
    /// `*`
    pub(crate) any: bool,
    pub(crate) patterns: Patterns,
    /// Each with the number of patterns before it.
    #[cfg(feature = "regex")]
    pub(crate) regexes: Vec<(usize, OriginRegex)>,
}

impl Origins {
    #[cfg(feature = "regex")]
    pub(crate) fn has_regexes(&self) -> bool {
        !self.regexes.is_empty()
    }

    #[cfg(not(feature = "regex"))]
    pub(crate) fn has_regexes(&self) -> bool {
        false
    }

    /// Whether a regex matches. It may match what is not an origin.
    #[cfg(feature = "regex")]
    pub(crate) fn matches_regex(&self, origin: &[u8]) -> bool {
        origin.len() <= MAX_LEN && self.regexes.iter().any(|(_, regex)| regex.is_match(origin))
    }

    #[cfg(not(feature = "regex"))]
    pub(crate) fn matches_regex(&self, _: &[u8]) -> bool {
        false
    }

    /// Whether just one origin is allowed.
    #[inline]
    pub(crate) fn is_one(&self) -> bool {
        self.patterns.is_one_origin() && !self.has_regexes()
    }

    /// The only allowed origin, if there is just one.
    pub(crate) fn one_origin(&self) -> Option<&str> {
        self.is_one().then(|| self.patterns.get(0))
    }
}

#[cfg(test)]
mod tests;
