//! The intersection of a regex and the grammar of origins, as one automaton that reads backwards.
//!
//! Both are determinized backwards and walked in parallel. The regex reads the port first, alone
//! and one port after another, so that a node of the product is always in a host, in `//:`, or in a
//! scheme.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use regex_automata::util::primitives::StateID;
use regex_syntax::hir::{Class, ClassBytesRange, ClassUnicodeRange, Hir, HirKind};

use super::automaton::{Automaton, Direction};
use super::grammar::{self, Matched};
use super::steps::{Spent, Steps, Stop};
use super::{OriginRegex, parse};
use crate::origin::fault::ProofLimit;

/// A node of the product, as an index.
pub(super) type Node = u32;

/// The maximum number of nodes. Ample for `.{1,253}` before a domain.
const MAX_NODES: usize = 1 << 16;

/// Added to every class of a regex, so that its automaton distinguishes a class from an alternation
/// of spelled-out text, however long. One of them is a word byte and the other is not, for `\b`.
/// Neither occurs in origins.
const CLASS_MARKS: [u8; 2] = [b'Q', 0x01];

/// What a completion must be, besides a well-formed origin that the regex matches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Goal {
    Any,
    Insecure,
    /// With `https:`, and without empty labels, which are well-formed but odd in an example.
    PlainHttps,
    /// Insecure, and without empty labels.
    PlainInsecure,
}

impl Goal {
    const ALL: [Self; 4] = [Self::Any, Self::Insecure, Self::PlainHttps, Self::PlainInsecure];

    /// Whether an origin with this verdict of the grammar meets the goal.
    fn is_met(self, origin: Matched) -> bool {
        let is_plain = !origin.has_empty_label();
        origin.is_well_formed()
            && match self {
                Self::Any => true,
                Self::Insecure => origin.is_insecure(),
                Self::PlainHttps => origin.is_https() && is_plain,
                Self::PlainInsecure => origin.is_insecure() && is_plain,
            }
    }
}

/// The intersection of the languages of a regex and of origins, as a graph.
pub(super) struct Product {
    /// The regex, read backwards, with [`CLASS_MARKS`].
    regex: Automaton,
    /// Bytes that lead from every node to the same node.
    classes: Vec<Vec<u8>>,
    /// The state of the regex in each node.
    states: Vec<StateID>,
    /// A row for each node, a column for each class.
    edges: Vec<Option<Node>>,
    /// For each goal and node, the minimum number of missing bytes. `None` if it is unreachable.
    distances: [Vec<Option<u32>>; 4],
    /// Where hosts begin (at their end), each with a port that leads there, or none.
    pub(super) starts: Vec<(Node, Option<u16>)>,
}

impl Product {
    pub(super) fn new(regex: &OriginRegex, steps: &mut Steps) -> Result<Self, Stop> {
        let regex = parse(&regex.pattern)
            .and_then(|hir| Automaton::build(&[with_marks(hir)], Direction::Reverse));
        steps.take_table(&regex)?;
        let regex = regex.map_err(|_| Stop::Limit(ProofLimit::Table))?;
        let grammar = &*grammar::BACKWARD;
        let mut classes: Vec<Vec<u8>> = Vec::new();
        let mut known = HashMap::new();
        for byte in (0..=0x7F_u8).filter(|byte| !CLASS_MARKS.contains(byte)) {
            let class =
                *known.entry((regex.class(byte), grammar.class(byte))).or_insert(classes.len());
            if class == classes.len() {
                classes.push(Vec::new());
            }
            classes[class].push(byte);
        }

        let schemes = schemes(&regex, steps)?;
        // Whether a scheme may follow at `slash`, the first of two, where a host ends.
        let scheme_may_follow = |slash: StateID| {
            let colon = regex.next(slash, b'/').and_then(|slash| regex.next(slash, b':'));
            colon.is_some_and(|colon| schemes.contains(&colon))
        };
        let starts = after_port(&regex);
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
                return Err(Stop::Limit(ProofLimit::Places));
            }
            steps.take(classes.len())?;
            for class in &classes {
                let pair = regex.next(state, class[0]).zip(grammar.next(origin, class[0]));
                // Without this, a whole scheme would follow every byte that `.` matches.
                let pair = pair.filter(|&(state, origin)| {
                    class[0] != b'/'
                        || grammar.next(origin, b'/').is_none()
                        || scheme_may_follow(state)
                });
                edges.push(pair.map(|pair| {
                    *nodes.entry(pair).or_insert_with(|| {
                        pairs.push(pair);
                        (pairs.len() - 1) as Node // hardly more than MAX_NODES
                    })
                }));
            }
            done += 1;
        }

        let accepted = |&(state, origin): &(StateID, StateID)| {
            regex.accepts(state).then(|| Matched::at(grammar, origin))
        };
        let accepted: Vec<Option<Matched>> = pairs.iter().map(accepted).collect();
        let distances = Goal::ALL.map(|goal| {
            let is_goal = |node: usize| accepted[node].is_some_and(|origin| goal.is_met(origin));
            distances(&edges, classes.len(), is_goal)
        });
        let states = pairs.into_iter().map(|(state, _)| state).collect();
        Ok(Self { regex, classes, states, edges, distances, starts })
    }

    /// How many bytes may come next at a node, at most.
    pub(super) fn width(&self) -> usize {
        self.classes.len()
    }

    /// The bytes of a label that may come next, in one list for each place in the regex to which
    /// they lead: the bytes of a class are in one list. Empty if everything that may come next is
    /// spelled out.
    pub(super) fn choices(&self, node: Node) -> Vec<Vec<u8>> {
        let state = self.states[node as usize];
        if CLASS_MARKS.iter().all(|mark| self.regex.next(state, *mark).is_none()) {
            return Vec::new();
        }
        let mut choices: BTreeMap<StateID, Vec<u8>> = BTreeMap::new();
        for (byte, next) in self.steps(node, Goal::Any) {
            if !matches!(byte, b'.' | b'/') {
                choices.entry(self.states[next as usize]).or_default().push(byte);
            }
        }
        choices.into_values().collect()
    }

    /// How many bytes are missing from `node` to `goal`. `None` if it is unreachable.
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
}

/// The same regex with [`CLASS_MARKS`] in every class.
fn with_marks(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(Class::Bytes(mut class)) => {
            for mark in CLASS_MARKS {
                class.push(ClassBytesRange::new(mark, mark));
            }
            Hir::class(Class::Bytes(class))
        }
        HirKind::Class(Class::Unicode(mut class)) => {
            for mark in CLASS_MARKS.map(char::from) {
                class.push(ClassUnicodeRange::new(mark, mark));
            }
            Hir::class(Class::Unicode(class))
        }
        HirKind::Look(look) => Hir::look(look),
        HirKind::Repetition(mut repetition) => {
            repetition.sub = Box::new(with_marks(*repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(capture) => with_marks(*capture.sub),
        HirKind::Concat(all) => Hir::concat(all.into_iter().map(with_marks).collect()),
        HirKind::Alternation(all) => Hir::alternation(all.into_iter().map(with_marks).collect()),
    }
}

/// The states from which the characters of a scheme lead to a match.
fn schemes(regex: &Automaton, steps: &mut Steps) -> Result<HashSet<StateID>, Spent> {
    let mut seen_classes = HashSet::new();
    let bytes: Vec<u8> =
        (0..=0x7F).filter(|byte| seen_classes.insert(regex.class(*byte))).collect();
    let in_scheme = |class: u8| {
        let is_it = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        (0..=0x7F).any(|byte| is_it(byte) && regex.class(byte) == class)
    };
    let in_scheme: Vec<bool> = bytes.iter().map(|byte| in_scheme(regex.class(*byte))).collect();
    let mut states = vec![regex.start()];
    let mut seen = HashSet::from([regex.start()]);
    let mut before: HashMap<StateID, Vec<StateID>> = HashMap::new();
    let mut done = 0;
    while let Some(&state) = states.get(done) {
        steps.take(bytes.len())?;
        for (byte, in_scheme) in bytes.iter().zip(&in_scheme) {
            let Some(next) = regex.next(state, *byte) else { continue };
            if *in_scheme {
                before.entry(next).or_default().push(state);
            }
            if seen.insert(next) {
                states.push(next);
            }
        }
        done += 1;
    }
    states.retain(|state| regex.accepts(*state));
    let mut found: HashSet<StateID> = states.iter().copied().collect();
    while let Some(state) = states.pop() {
        let before = before.get(&state).into_iter().flatten();
        states.extend(before.filter(|before| found.insert(**before)));
    }
    Ok(found)
}

/// The states in which the regex, read backwards, may begin with the host: at once, or after a
/// port. Each comes with a port that leads there.
fn after_port(regex: &Automaton) -> Vec<(StateID, Option<u16>)> {
    let mut found = vec![(regex.start(), None)];
    let mut seen = HashSet::new();
    // Default ports come last, because origins omit them.
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

/// The state after `:` and `port`, read backwards. Most regexes fail at the first digit.
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

/// The distance from each node to a goal, by walking the edges backwards.
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
