//! What a regex and the grammar of origins have in common, as one automaton read from the end.
//!
//! Both are determinised backwards and walked side by side. The port is read first, by the regex
//! alone and one port after the other, so that a node of the product always stands in a host, in
//! `//:`, or in a scheme.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::LazyLock;

use regex_automata::util::primitives::StateID;

use super::automaton::{Automaton, Direction};
use super::{OriginRegex, RegexFault, parse};
use crate::origin::Origin;

/// A node of the product, as an index.
pub(super) type Node = u32;

/// The most nodes that are looked at. A regex that needs more is taken for not proven.
const MAX_NODES: usize = 1 << 14;

/// What a completion may be asked to be, besides a well-formed origin that the regex matches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Goal {
    Any,
    Insecure,
    /// With `https:`, and without the empty labels that are well-formed but odd in an example.
    PlainHttps,
    /// Insecure, and without empty labels.
    PlainInsecure,
}

impl Goal {
    const ALL: [Self; 4] = [Self::Any, Self::Insecure, Self::PlainHttps, Self::PlainInsecure];

    /// Whether an origin that the grammar's patterns match in these bits meets it.
    fn is_met(self, origin: u32) -> bool {
        let has = |bit| origin & bit != 0;
        let well_formed = !has(FILE) && (has(ADDRESS) || has(NAME) && !has(NUMBER));
        let insecure = has(HTTP) && !has(LOOPBACK);
        well_formed
            && match self {
                Self::Any => true,
                Self::Insecure => insecure,
                Self::PlainHttps => has(HTTPS) && !has(EMPTY_LABEL),
                Self::PlainInsecure => insecure && !has(EMPTY_LABEL),
            }
    }
}

/// Origins without their port, in patterns whose combination is exact but for IPv6 addresses:
/// of these it takes some that are not in canonical form, which errs towards "not proven".
static GRAMMAR: LazyLock<Automaton> = LazyLock::new(|| {
    let byte = host_byte_class();
    let scheme = "[a-z][a-z0-9+.-]*";
    let octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    let patterns = [
        format!(r"{scheme}://(?:{byte}|\.)+"),
        format!(r"{scheme}://(?:(?:{byte}|\.)*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?"),
        format!(r"{scheme}://(?:(?:{octet}\.){{3}}{octet}|\[[0-9a-f:]+\])"),
        r"file://.*".to_owned(),
        r"https://.*".to_owned(),
        r"http://.*".to_owned(),
        r"http://(?:(?:.*\.)?localhost|127\.[0-9.]+|\[::1\])".to_owned(),
        format!(r"{scheme}://(?:.*\.)?\..*"),
    ];
    let patterns = patterns.map(|pattern| parse(&pattern).expect("our own pattern is valid"));
    Automaton::build(&patterns, Direction::Reverse).expect("our own patterns are small")
});

// The bits of the patterns above.
const NAME: u32 = 1;
const NUMBER: u32 = 1 << 1;
const ADDRESS: u32 = 1 << 2;
const FILE: u32 = 1 << 3;
const HTTPS: u32 = 1 << 4;
const HTTP: u32 = 1 << 5;
const LOOPBACK: u32 = 1 << 6;
const EMPTY_LABEL: u32 = 1 << 7;

/// The bytes of a label, asked of the parser of origins itself, so that the two cannot drift apart.
fn host_byte_class() -> String {
    let in_host = |byte: &u8| {
        let host = format!("a{}a", *byte as char);
        *byte != b'.'
            && Origin::parse(format!("https://{host}").as_bytes()).is_ok_and(|o| o.host() == host)
    };
    let bytes = (0..=0x7F_u8).filter(in_host).map(|byte| format!(r"\x{byte:02x}"));
    format!("[{}]", bytes.collect::<String>())
}

/// The language of a regex met with that of origins, as a graph.
pub(super) struct Product {
    /// Bytes that lead from every node to the same node.
    classes: Vec<Vec<u8>>,
    /// Where in the regex a node stands.
    states: Vec<StateID>,
    /// A row a node, a column a class.
    edges: Vec<Option<Node>>,
    /// For each goal and node, how many bytes are missing at least; none if it is out of reach.
    distances: [Vec<Option<u32>>; 4],
    /// Where hosts begin (at their end), with one of the ports that lead there, or none.
    pub(super) starts: Vec<(Node, Option<u16>)>,
}

impl Product {
    pub(super) fn new(regex: &OriginRegex) -> Result<Self, RegexFault> {
        let (regex, grammar) = (&regex.reversed()?, &*GRAMMAR);
        let mut classes: Vec<Vec<u8>> = Vec::new();
        let mut known = HashMap::new();
        for byte in 0..=0x7F_u8 {
            let class =
                *known.entry((regex.class(byte), grammar.class(byte))).or_insert(classes.len());
            if class == classes.len() {
                classes.push(Vec::new());
            }
            classes[class].push(byte);
        }

        let starts = after_port(regex);
        let mut pairs: Vec<_> = starts.iter().map(|(state, _)| (*state, grammar.start())).collect();
        let mut nodes: HashMap<_, Node> = pairs.iter().copied().zip(0..).collect();
        let starts = starts
            .into_iter()
            .map(|(state, port)| (nodes[&(state, grammar.start())], port))
            .collect();
        let mut edges = Vec::new();
        let mut done = 0;
        while let Some(&(state, origin)) = pairs.get(done) {
            if pairs.len() > MAX_NODES {
                return Err(RegexFault::TooLarge);
            }
            for class in &classes {
                let pair = regex.next(state, class[0]).zip(grammar.next(origin, class[0]));
                edges.push(pair.map(|pair| {
                    *nodes.entry(pair).or_insert_with(|| {
                        pairs.push(pair);
                        (pairs.len() - 1) as Node // hardly more than MAX_NODES
                    })
                }));
            }
            done += 1;
        }

        let accepted = |&(state, origin): &(StateID, StateID)| match regex.accepts(state) {
            true => grammar.accepted(origin),
            false => 0,
        };
        let accepted: Vec<u32> = pairs.iter().map(accepted).collect();
        let distances = Goal::ALL
            .map(|goal| distances(&edges, classes.len(), |node| goal.is_met(accepted[node])));
        let states = pairs.into_iter().map(|(state, _)| state).collect();
        Ok(Self { classes, states, edges, distances, starts })
    }

    /// How many bytes are missing from `node` to `goal`; none if it cannot be reached.
    pub(super) fn distance(&self, node: Node, goal: Goal) -> Option<u32> {
        self.distances[goal as usize][node as usize]
    }

    /// Every byte that may come next on the way to `goal`, and where it leads.
    pub(super) fn steps(&self, node: Node, goal: Goal) -> impl Iterator<Item = (u8, Node)> {
        let row = node as usize * self.classes.len();
        let targets = self.edges[row..row + self.classes.len()].iter();
        self.classes
            .iter()
            .zip(targets)
            .filter_map(move |(bytes, next)| {
                let next = (*next).filter(|next| self.distance(*next, goal).is_some())?;
                Some(bytes.iter().map(move |byte| (*byte, next)))
            })
            .flatten()
    }

    pub(super) fn step(&self, node: Node, byte: u8, goal: Goal) -> Option<Node> {
        self.steps(node, goal).find(|(next, _)| *next == byte).map(|(_, next)| next)
    }

    /// Where in the regex `node` stands.
    pub(super) fn state(&self, node: Node) -> StateID {
        self.states[node as usize]
    }
}

/// The states in which the regex, read from its end, may begin with the host: at once, or after
/// a port. Kept with each is one port that leads there.
fn after_port(regex: &Automaton) -> Vec<(StateID, Option<u16>)> {
    let mut found = vec![(regex.start(), None)];
    let mut seen = HashSet::new();
    // Ports that are a scheme's default come last: its origins leave them out.
    let defaults = [80, 443, 21];
    let plain = (1..=u16::MAX).filter(|port| !defaults.contains(port));
    for port in [8080].into_iter().chain(plain).chain(defaults).chain([0]) {
        if let Some(state) = read_port(regex, port)
            && seen.insert(state)
        {
            found.push((state, Some(port)));
        }
    }
    found
}

/// Where `:` and `port`, read from their end, lead. Most regexes give up at the first digit.
fn read_port(regex: &Automaton, port: u16) -> Option<StateID> {
    let mut state = regex.start();
    let mut rest = port;
    loop {
        state = regex.next(state, b'0' + (rest % 10) as u8)?; // a digit fits
        rest /= 10;
        if rest == 0 {
            return regex.next(state, b':');
        }
    }
}

/// How far each node is from one that is a goal, walking the edges backwards from there.
fn distances(
    edges: &[Option<Node>],
    width: usize,
    is_goal: impl Fn(usize) -> bool,
) -> Vec<Option<u32>> {
    let len = edges.len() / width;
    let mut before = vec![Vec::new(); len];
    for (i, next) in edges.iter().enumerate() {
        if let Some(next) = next {
            before[*next as usize].push(i / width);
        }
    }
    let mut distances = vec![None; len];
    let mut queue: VecDeque<usize> = (0..len).filter(|node| is_goal(*node)).collect();
    for &node in &queue {
        distances[node] = Some(0);
    }
    while let Some(node) = queue.pop_front() {
        let distance = distances[node].map(|distance: u32| distance + 1);
        for &node in &before[node] {
            if distances[node].is_none() {
                distances[node] = distance;
                queue.push_back(node);
            }
        }
    }
    distances
}
