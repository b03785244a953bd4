//! Whose origins a regex matches, proven from the regex itself.
//!
//! With credentials, every origin that a regex matches must belong to an owner whom the regex
//! names: its host must end, on a label boundary, in a registrable domain that is spelled out. So
//! the proof reads hosts backwards, label by label. Until it has read a registrable domain, the
//! next label must be one of a few. If it can be anything, anyone can register a host that matches.
//! (`[0-9]` and `(com|org)` are a few, `[a-z]` and `.` are anything.)
//!
//! | host of the regex | verdict |
//! |---|---|
//! | `(.*\.)?example\.com` | proven: ends in `.example.com` or is `example.com` |
//! | `.*example\.com` | not proven: `evilexample.com` |
//! | `app.example.com` | not proven: `app.examplexcom` |
//! | `[a-z]+\.github\.io` | not proven: anyone can register under `github.io` |
//! | `intranet`, `10\.0\.0\.[0-9]` | proven: whole hosts, spelled out |
//!
//! A domain above a public suffix names no owner either: `.*\.amazonaws\.com` is refused like
//! `.*\.s3\.amazonaws\.com`.
//!
//! For example, `https://(a|b\.c)\.example\.com` is read backwards as follows. `com` is a public
//! suffix without an owner, so read on. `example.com` is registrable, so it names an owner, who
//! also owns everything in front of it. But read on for a few labels, since a public suffix may
//! follow, as `s3.amazonaws.com` follows `amazonaws.com`.
//!
//! | read so far | naming | counted as |
//! |---|---|---|
//! | `com` | [`Naming::Open`] | nothing; a whole host if the host could begin here |
//! | `example.com` | [`Naming::Named`] | a name |
//! | `a.example.com`, `c.example.com` | [`Naming::Named`] | below a name |
//! | `b.c.example.com` | [`Naming::Named`] | below a name |
//!
//! Spelled-out names count as an enumeration up to [`MAX_SPELLED`]. Names from a class do as long
//! as a person could mean each of them: [`MAX_CHOICES`], [`MAX_CHOSEN`]. A witness shows where
//! there are too many: it has something from a class or a repetition in place of a name.

use super::product::{Goal, Node, Product};
use super::steps::{Spent, Steps, Stop};
use super::{OriginRegex, rank};
use crate::origin::fault::ProofLimit;
use crate::origin::public_suffix;
use crate::origin::{MAX_LEN, Origin};

/// The maximum number of bytes that a class may match at one place of a label. Ten, so that digits
/// are an enumeration.
const MAX_CHOICES: usize = 10;

/// The maximum number of registrable domains with a byte from a class: `app[0-9]\.com` names ten,
/// `[0-9]{3}\.com` names none.
const MAX_CHOSEN: usize = 64;

/// The maximum number of registrable domains, and of other whole hosts (mostly addresses).
const MAX_SPELLED: usize = 1024;

/// The maximum number of labels at one place in front of a registrable domain that are searched for
/// a public suffix.
const MAX_LABELS_BELOW: usize = 64;

/// The objections to giving credentials to everything that a regex matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    /// Why the regex is not proven to stay inside named registrable domains.
    pub(crate) unbounded: Option<Unproven>,
    /// The regex is not proven to match only secure origins.
    pub(crate) insecure: Option<Witness>,
    /// Only the missing Public Suffix List prevents the proof.
    pub(crate) needs_list: bool,
}

/// Why a regex is not proven to stay inside named registrable domains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unproven {
    /// It does not, as the witness shows.
    LetsIn(Witness),
    /// Unknown: a limit was reached.
    Limit(ProofLimit),
}

/// A well-formed origin that the regex matches and that shows the problem, if one was found.
pub(crate) type Witness = Option<String>;

impl Proof {
    #[cfg(any(all(test, feature = "public-suffix"), feature = "strategies"))]
    pub(crate) fn witnesses(self) -> impl Iterator<Item = String> {
        let unbounded = match self.unbounded {
            Some(Unproven::LetsIn(witness)) => witness,
            _ => None,
        };
        [unbounded, self.insecure.flatten()].into_iter().flatten()
    }
}

/// Proves what can be proven of `regex`.
pub(crate) fn prove(regex: &OriginRegex, steps: &mut Steps) -> Result<Proof, Spent> {
    let mut proof = prove_by(regex, public_suffix::is_shared, steps)?;
    proof.needs_list = !public_suffix::HAS_LIST
        && proof.unbounded.is_some()
        && prove_by(regex, |_| false, steps)?.unbounded.is_none();
    Ok(proof)
}

/// The same, with another answer to whether names under a host belong to different registrants.
pub(super) fn prove_by(
    regex: &OriginRegex,
    is_shared: fn(&str) -> bool,
    steps: &mut Steps,
) -> Result<Proof, Spent> {
    let product = match Product::new(regex, steps) {
        Ok(product) => product,
        Err(Stop::Spent) => return Err(Spent),
        Err(Stop::Limit(limit)) => return Ok(guess(regex, limit)),
    };
    let mut unbounded = None;
    let mut insecure = None;
    let mut search =
        Search { product: &product, is_shared, steps, names: 0, chosen: 0, tails: 0, below: 0 };
    for &(start, port) in &product.starts {
        if unbounded.is_none() {
            unbounded = match search.visit(start, Label::default(), Naming::Open) {
                Ok(()) => None,
                Err(Fault::Open(open)) => {
                    Some(Unproven::LetsIn(open.witness(&product, regex, port)))
                }
                Err(Fault::Stop(Stop::Limit(limit))) => Some(Unproven::Limit(limit)),
                Err(Fault::Stop(Stop::Spent)) => return Err(Spent),
            };
        }
        if insecure.as_ref().is_none_or(Witness::is_none)
            && product.distance(start, Goal::Insecure).is_some()
        {
            insecure = Some(insecure_witness(&product, regex, start, port));
        }
    }
    Ok(Proof { unbounded, insecure, needs_list: false })
}

/// For a regex that is too large to prove. It is refused, with a witness if an obvious one matches.
fn guess(regex: &OriginRegex, limit: ProofLimit) -> Proof {
    let first =
        |origins: &[&str]| origins.iter().find(|o| regex.is_match(o)).map(ToString::to_string);
    let stranger =
        first(&["https://evil.example", "https://evil.com", "https://evil", "http://evil.example"]);
    Proof {
        unbounded: Some(match stranger {
            Some(origin) => Unproven::LetsIn(Some(origin)),
            None => Unproven::Limit(limit),
        }),
        insecure: regex
            .may_begin_with("http://")
            .then(|| first(&["http://evil.example", "http://evil.com"])),
        needs_list: false,
    }
}

/// Whether the part of a host that was read so far names its owner.
#[derive(Clone, Copy, PartialEq)]
enum Naming {
    Open,
    Named,
}

/// The end of a host from a label on, in reading order: from its last byte to its first.
#[derive(Clone, Default)]
struct Label {
    tail: Vec<u8>,
    /// Whether a byte of it comes from a class.
    is_chosen: bool,
}

/// A place in a host where the regex matches too much, although the rest names no owner.
struct Open {
    node: Node,
    tail: Vec<u8>,
    /// The bytes of a class before the tail. Empty if the tail itself is unintended.
    anything: Vec<u8>,
}

enum Fault {
    Open(Open),
    Stop(Stop),
}

impl From<Spent> for Fault {
    fn from(_: Spent) -> Self {
        Self::Stop(Stop::Spent)
    }
}

struct Search<'p, 's> {
    product: &'p Product,
    is_shared: fn(&str) -> bool,
    steps: &'s mut Steps,
    /// Registrable domains found, and those of them with a byte from a class.
    names: usize,
    chosen: usize,
    /// Other whole hosts found.
    tails: usize,
    /// Labels seen in front of registrable domains.
    below: usize,
}

/// A byte of a label, and the way to it.
struct Part {
    at: Node,
    byte: u8,
    before: Option<usize>,
    /// The first part on the way here that comes from a class.
    chosen: Option<usize>,
}

impl Search<'_, '_> {
    /// Checks every host that ends in `after`, which was read before `node` and ends at a label
    /// boundary.
    fn visit(&mut self, node: Node, after: Label, said: Naming) -> Result<(), Fault> {
        match said {
            Naming::Open => self.visit_open(node, after),
            Naming::Named => self.visit_named(node, after),
        }
    }

    /// No owner is named yet, so the next label must be one of a few.
    fn visit_open(&mut self, node: Node, after: Label) -> Result<(), Fault> {
        for (label, end) in self.labels(node, after, MAX_SPELLED)? {
            let says = self.naming(&label.tail, Naming::Open);
            // If `/` may come next, the host is complete and spelled out, hence named. Such a
            // domain counts as a name regardless of the list, so that a proof without the list also
            // holds with it.
            let is_whole = self.product.step(end, b'/', Goal::Any).is_some();
            if says == Naming::Named || (is_whole && is_domain(&label.tail)) {
                self.names += 1;
                self.chosen += usize::from(label.is_chosen);
            } else if is_whole {
                self.tails += 1;
            }
            if self.chosen > MAX_CHOSEN || self.names.max(self.tails) > MAX_SPELLED {
                return Err(match label.is_chosen {
                    true => Fault::Open(Open { node: end, tail: label.tail, anything: Vec::new() }),
                    false => Fault::Stop(Stop::Limit(ProofLimit::Names)),
                });
            }
            self.go_on(end, label, says)?;
        }
        Ok(())
    }

    /// An owner is named, and only a public suffix further on can change that. Searches a few
    /// labels for one.
    fn visit_named(&mut self, node: Node, after: Label) -> Result<(), Fault> {
        let labels = match self.labels(node, after, MAX_LABELS_BELOW) {
            Ok(labels) => labels,
            Err(Fault::Stop(Stop::Spent)) => return Err(Spent.into()),
            Err(_) => return Ok(()),
        };
        for (label, end) in labels {
            let says = self.naming(&label.tail, Naming::Named);
            self.below += 1;
            if says == Naming::Open || self.below <= MAX_SPELLED {
                self.go_on(end, label, says)?;
            }
        }
        Ok(())
    }

    /// Continues with the next label, if there may be one.
    fn go_on(&mut self, end: Node, mut label: Label, says: Naming) -> Result<(), Fault> {
        let Some(next) = self.product.step(end, b'.', Goal::Any) else { return Ok(()) };
        label.tail.push(b'.');
        self.visit(next, label, says)
    }

    /// Whether the end of a host names an owner. `shorter` is the answer without the last label
    /// read.
    fn naming(&self, tail: &[u8], shorter: Naming) -> Naming {
        let host: String = tail.iter().rev().map(|byte| *byte as char).collect();
        let host = host.strip_suffix('.').unwrap_or(&host);
        // The end of an address does not name its owner. Empty labels are well-formed, but nobody
        // owns them.
        if is_address(host) || host.split('.').any(str::is_empty) {
            shorter
        } else if host != "localhost" && (!host.contains('.') || (self.is_shared)(host)) {
            // Even if the shorter end was named: `above.txt` may lack the domain above a new
            // suffix.
            Naming::Open
        } else {
            Naming::Named
        }
    }

    /// All labels that may come next at `node`, each with what comes `after` it and the node in
    /// front of it. A fault if they are not an enumeration.
    fn labels(
        &mut self,
        node: Node,
        after: Label,
        limit: usize,
    ) -> Result<Vec<(Label, Node)>, Fault> {
        let mut found = Vec::new();
        let mut parts = vec![Part { at: node, byte: 0, before: None, chosen: None }];
        let mut done = 0;
        while done < parts.len() {
            let Part { at, chosen, .. } = parts[done];
            let path = Path::to(&parts, done);
            self.steps.take(self.product.width() + after.tail.len() + path.nodes.len())?;
            let tail = || [&*after.tail, &*path.bytes].concat();
            // Grouped by where they lead in the regex: the bytes of a class lead to the same place.
            let choices = self.product.choices(at);
            let anything: Vec<u8> = choices
                .iter()
                .filter(|choice| choice.len() > MAX_CHOICES)
                .flatten()
                .copied()
                .collect();
            if !anything.is_empty() {
                return Err(Fault::Open(Open { node: at, tail: tail(), anything }));
            }
            let mut ends = false;
            // Longer texts are not origins.
            let in_bounds = after.tail.len() + path.bytes.len() < MAX_LEN;
            for (byte, next) in self.product.steps(at, Goal::Any).filter(|_| in_bounds) {
                if matches!(byte, b'.' | b'/') {
                    ends = true;
                    continue;
                }
                let is_choice =
                    choices.iter().any(|choice| choice.len() > 1 && choice.contains(&byte));
                let chosen = chosen.or(is_choice.then_some(parts.len()));
                parts.push(Part { at: next, byte, before: Some(done), chosen });
                if path.nodes.contains(&next) {
                    // A loop: there are infinitely many such labels.
                    return Err(self.too_many(&parts, chosen.unwrap_or(parts.len() - 1), &after));
                }
            }
            done += 1;
            if ends {
                let is_chosen = after.is_chosen || chosen.is_some();
                found.push((Label { tail: tail(), is_chosen }, at));
            }
            // Each of the remaining parts becomes at least one label.
            if found.len() + (parts.len() - done) > limit {
                return Err(match parts.iter().find_map(|part| part.chosen) {
                    Some(chosen) => self.too_many(&parts, chosen, &after),
                    None => Fault::Stop(Stop::Limit(ProofLimit::Names)),
                });
            }
        }
        Ok(found)
    }

    /// The fault at a part that goes beyond what is spelled out.
    fn too_many(&self, parts: &[Part], part: usize, after: &Label) -> Fault {
        let tail = [&*after.tail, &*Path::to(parts, part).bytes].concat();
        Fault::Open(Open { node: parts[part].at, tail, anything: Vec::new() })
    }
}

/// The path to a part of a label.
struct Path {
    bytes: Vec<u8>,
    nodes: Vec<Node>,
}

impl Path {
    fn to(parts: &[Part], part: usize) -> Self {
        let mut path = Self { bytes: Vec::new(), nodes: vec![parts[part].at] };
        let mut at = part;
        while let Some(before) = parts[at].before {
            path.bytes.push(parts[at].byte);
            path.nodes.push(parts[before].at);
            at = before;
        }
        path.bytes.reverse();
        path
    }
}

/// Whether a whole host, read backwards, is a domain of several labels.
fn is_domain(tail: &[u8]) -> bool {
    let host: String = tail.iter().rev().map(|byte| *byte as char).collect();
    host.contains('.') && !is_address(&host)
}

/// Whether a host is an address: it ends in a number.
fn is_address(host: &str) -> bool {
    host.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
}

impl Open {
    /// An origin with something unintended at this place.
    fn witness(&self, product: &Product, regex: &OriginRegex, port: Option<u16>) -> Witness {
        let mut anything = self.anything.clone();
        anything.sort_by_key(|byte| rank(*byte));
        let telling: &[&[u8]] = match &*self.tail {
            [] => &[b"evil.example", b"evil"],
            b"]" => &[b"[2001:db8::1"],
            _ => &[b"evil", b"evil-"],
        };
        // It differs from a named origin only if a byte of the class comes directly before the
        // tail.
        let is_foreign =
            |plant: &&[u8]| plant.last().is_some_and(|byte| self.anything.contains(byte));
        let mut plants: Vec<&[u8]> = telling.iter().copied().filter(is_foreign).collect();
        plants.extend(anything.chunks(1));
        if plants.is_empty() {
            plants.push(b"");
        }
        let candidate = Candidate { node: self.node, tail: &self.tail, port };
        candidate.first(product, regex, &[Goal::PlainHttps, Goal::Any], &plants)
    }
}

/// An insecure origin that ends at `start` and in `port`.
fn insecure_witness(
    product: &Product,
    regex: &OriginRegex,
    start: Node,
    port: Option<u16>,
) -> Witness {
    let goal = Goal::Insecure;
    let mut tail = Vec::new();
    let mut node = start;
    // Walks to the first place with a choice. This ends, since a step without choice leads nearer.
    while product.distance(node, goal) != Some(0) {
        let mut steps = product.steps(node, goal);
        let (Some((byte, next)), None) = (steps.next(), steps.next()) else { break };
        tail.push(byte);
        node = next;
    }
    let plants: &[&[u8]] = match &*tail {
        [] => &[b"evil.example", b"evil", b""],
        b"]" => &[b"[2001:db8::1", b""],
        _ => &[b"evil", b"evil-", b"evil.", b""],
    };
    let candidate = Candidate { node, tail: &tail, port };
    candidate.first(product, regex, &[Goal::PlainInsecure, goal], plants)
}

/// The end of an origin, to complete.
struct Candidate<'a> {
    node: Node,
    tail: &'a [u8],
    port: Option<u16>,
}

impl Candidate<'_> {
    /// The first completion that is an origin and that `regex` matches, in the order of the goals
    /// and of the plants, which go directly before the tail.
    fn first(
        &self,
        product: &Product,
        regex: &OriginRegex,
        goals: &[Goal],
        plants: &[&[u8]],
    ) -> Option<String> {
        let all = goals.iter().flat_map(|goal| plants.iter().map(move |plant| (*goal, *plant)));
        let mut origins = all.filter_map(|(goal, plant)| {
            let mut bytes = self.complete(product, goal, plant)?;
            bytes.reverse();
            let mut origin = String::from_utf8(bytes).ok()?;
            if let Some(port) = self.port {
                origin += &format!(":{port}");
            }
            Some((goal, origin))
        });
        let holds = |goal, origin: &str| {
            let need_not_be_insecure = matches!(goal, Goal::Any | Goal::PlainHttps);
            let parsed = Origin::parse(origin.as_bytes());
            parsed.is_ok_and(|parsed| need_not_be_insecure || parsed.is_insecure())
                && regex.is_match(origin)
        };
        origins.find(|(goal, origin)| holds(*goal, origin)).map(|(_, origin)| origin)
    }

    /// The tail, then `plant`, then the shortest way to `goal`.
    fn complete(&self, product: &Product, goal: Goal, plant: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = self.tail.to_vec();
        let mut node = self.node;
        for byte in plant.iter().rev() {
            node = product.step(node, *byte, goal)?;
            bytes.push(*byte);
        }
        let mut forced = false;
        while let Some(left) = product.distance(node, goal)?.checked_sub(1) {
            let nearer = |(_, next): &(u8, Node)| product.distance(*next, goal) == Some(left);
            let mut steps: Vec<_> = product.steps(node, goal).filter(nearer).collect();
            steps.sort_by_key(|(byte, _)| rank(*byte));
            // Between spelled-out text and a free place, a dot was most likely meant.
            let dot = steps.iter().find(|(byte, _)| *byte == b'.' && forced);
            let (byte, next) = *dot.or(steps.first())?;
            forced = steps.len() == 1;
            bytes.push(byte);
            node = next;
        }
        Some(bytes)
    }
}
