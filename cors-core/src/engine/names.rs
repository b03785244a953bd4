//! Sets of HTTP tokens that keep the policy's order and are fast to search.
//!
//! [RFC 9110, 5.6.2, tokens](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Whether `name` is a token, as methods and header names must be.
pub(crate) fn is_token(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|byte| TOKEN[usize::from(*byte)])
}

/// A table, because every byte of a preflight's list may be looked up here.
static TOKEN: [bool; 256] = {
    let mut token = [false; 256];
    let mut byte = 0;
    while byte < token.len() {
        token[byte] = matches!(
            byte as u8,
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z'
                | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+'
                | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        );
        byte += 1;
    }
    token
};

/// How names are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Case {
    /// Methods.
    #[default]
    Sensitive,
    /// Header names.
    Insensitive,
}

impl Case {
    fn fold(self, byte: u8) -> u8 {
        match self {
            Self::Sensitive => byte,
            Self::Insensitive => byte.to_ascii_lowercase(),
        }
    }

    /// Equal for names that are the same.
    pub(crate) fn folded(self, name: &str) -> String {
        match self {
            Self::Sensitive => name.to_owned(),
            Self::Insensitive => name.to_ascii_lowercase(),
        }
    }

    fn compare(self, a: &[u8], b: &[u8]) -> Ordering {
        // Lengths first: comparing them is free, and most names differ in length.
        a.len().cmp(&b.len()).then_with(|| {
            let fold = |byte: &u8| self.fold(*byte);
            a.iter().map(fold).cmp(b.iter().map(fold))
        })
    }
}

/// Names, in the policy's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    case: Case,
    listed: Box<[Box<str>]>,
    /// Indices into `listed`, sorted by `case`.
    sorted: Box<[usize]>,
}

impl Names {
    pub(crate) fn new(listed: Vec<Box<str>>, case: Case) -> Self {
        let names = listed.iter().enumerate();
        let names = names.map(|(index, name)| (name.len(), case.folded(name), index));
        // A heap sort compiles to much less code than `sort`, and the lists are short.
        let sorted = BinaryHeap::from_iter(names).into_sorted_vec();
        let sorted = sorted.into_iter().map(|(.., index)| index).collect();
        Self { case, listed: listed.into(), sorted }
    }

    pub(crate) fn contains(&self, name: &[u8]) -> bool {
        self.sorted
            .binary_search_by(|index| self.case.compare(self.listed[*index].as_bytes(), name))
            .is_ok()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.listed.iter().map(|name| &**name)
    }
}
