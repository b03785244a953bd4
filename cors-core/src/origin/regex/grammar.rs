//! The grammar of origins as an automaton, to walk in parallel with a regex.
//!
//! It is a list of patterns. Which of them match tells what a text is. This is exact except for
//! IPv6 addresses, some of which it accepts in non-canonical form: it may take a text for an origin
//! that is not one, but never the other way around.

use std::sync::LazyLock;

use regex_automata::util::primitives::StateID;

use super::automaton::{Automaton, Direction};
use super::parse;
use crate::origin::Origin;

/// Whole origins, read forwards.
pub(super) static FORWARD: LazyLock<Automaton> =
    LazyLock::new(|| build(patterns(PORT).to_vec(), Direction::Forward));

/// Origins without their port, read backwards.
pub(super) static BACKWARD: LazyLock<Automaton> = LazyLock::new(|| {
    let mut patterns = patterns("").to_vec();
    patterns.extend([
        r"https://[^/]*".to_owned(),
        r"http://[^/]*".to_owned(),
        r"http://(?:(?:[^/]*\.)?localhost|127\.[0-9.]+|\[::1\])".to_owned(),
    ]);
    build(patterns, Direction::Reverse)
});

/// What the grammar says about a text.
#[derive(Clone, Copy)]
pub(super) struct Matched(u32);

impl Matched {
    const NAME: u32 = 1;
    /// A name that the host of a special scheme cannot be.
    const NO_DOMAIN: u32 = 1 << 1;
    const ADDRESS: u32 = 1 << 2;
    /// `file:`, or a default port spelled out.
    const NEVER: u32 = 1 << 3;
    const EMPTY_LABEL: u32 = 1 << 4;
    // Only in `BACKWARD`.
    const HTTPS: u32 = 1 << 5;
    const HTTP: u32 = 1 << 6;
    const LOOPBACK: u32 = 1 << 7;

    /// The verdict if the text ends in `state` of a grammar.
    pub(super) fn at(grammar: &Automaton, state: StateID) -> Self {
        Self(grammar.accepted(state))
    }

    fn has(self, pattern: u32) -> bool {
        self.0 & pattern != 0
    }

    pub(super) fn is_well_formed(self) -> bool {
        !self.has(Self::NEVER)
            && (self.has(Self::ADDRESS) || self.has(Self::NAME) && !self.has(Self::NO_DOMAIN))
    }

    /// Well-formed, but an unlikely host.
    pub(super) fn has_empty_label(self) -> bool {
        self.has(Self::EMPTY_LABEL)
    }

    pub(super) fn is_https(self) -> bool {
        self.has(Self::HTTPS)
    }

    pub(super) fn is_insecure(self) -> bool {
        self.has(Self::HTTP) && !self.has(Self::LOOPBACK)
    }
}

const SCHEME: &str = "[a-z][a-z0-9+.-]*";

const PORT: &str = "(?::(?:[0-9]|[1-9][0-9]{1,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}\
                    |655[0-2][0-9]|6553[0-5]))?";

/// In the order of the bits of [`Matched`]. They match no slash except those after the scheme, so
/// that the automaton stays small.
fn patterns(port: &str) -> [String; 5] {
    let byte = label_byte_class();
    let octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    [
        format!(r"{SCHEME}://(?:{byte}|\.)+{port}"),
        // Hosts of other schemes are opaque.
        format!(
            r"(?:https?|wss?|ftp)://(?:[^/]*[A-Z%][^/]*|(?:(?:{byte}|\.)*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?{port})"
        ),
        format!(r"{SCHEME}://(?:(?:{octet}\.){{3}}{octet}|\[[0-9a-f:]+\]){port}"),
        // A browser leaves out the default port.
        "file://[^/]*|(?:http|ws)://[^/]*:80|(?:https|wss)://[^/]*:443|ftp://[^/]*:21".to_owned(),
        format!(r"{SCHEME}://(?:[^/]*\.)?\.[^/]*"),
    ]
}

fn build(patterns: Vec<String>, direction: Direction) -> Automaton {
    let parsed = patterns.iter().map(|pattern| parse(pattern).expect("our own pattern is valid"));
    Automaton::build(&parsed.collect::<Vec<_>>(), direction).expect("our own patterns are small")
}

/// The bytes of a label in a host of any scheme, taken from the parser of origins so that the two
/// cannot drift apart.
fn label_byte_class() -> String {
    let in_host = |byte: &u8| {
        let host = format!("a{}a", *byte as char);
        *byte != b'.'
            && Origin::parse(format!("app://{host}").as_bytes()).is_ok_and(|o| o.host() == host)
    };
    let bytes = (0..=0x7F_u8).filter(in_host).map(|byte| format!(r"\x{byte:02x}"));
    format!("[{}]", bytes.collect::<String>())
}
