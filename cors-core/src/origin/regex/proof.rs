//! Whom a regex lets in, proven from the regex itself.
//!
//! With credentials, every origin that a regex matches must belong to someone whom the regex
//! names: its host must end, on a label boundary, in a registrable domain that is spelled out.
//! So hosts are read from their end, label by label. As long as what was read is no registrable
//! domain yet, the next label must be one of a few; where it can be anything, anyone can register
//! a host that matches. (`[0-9]` or `(com|org)` is a few, `[a-z]` and `.` are anything.)
//!
//! | host of the regex | verdict |
//! |---|---|
//! | `(.*\.)?example\.com` | proven: ends in `.example.com` or is `example.com` |
//! | `.*example\.com` | not: `evilexample.com` |
//! | `app.example.com` | not: `app.examplexcom` |
//! | `[a-z]+\.github\.io` | not: below `github.io` anyone may register |
//! | `intranet`, `10\.0\.0\.[0-9]` | proven: whole hosts, spelled out |
//!
//! A domain above a public suffix names no one either: `.*\.amazonaws\.com` is refused as
//! `.*\.s3\.amazonaws\.com` is.
//!
//! So `https://(a|b\.c)\.example\.com` is read, from the end, as follows. `com`: a public suffix,
//! no one's, read on. `example.com`: registrable, so it is named, and whatever stands in front
//! belongs to its owner; but it is read on for a while, since a public suffix may follow, as
//! `s3.amazonaws.com` follows `amazonaws.com`.
//!
//! | read so far | says | counted as |
//! |---|---|---|
//! | `com` | [`Naming::Open`] | nothing; a whole host if the host could begin here |
//! | `example.com` | [`Naming::Named`] | a name |
//! | `a.example.com`, `c.example.com` | [`Naming::Named`] | below a name |
//! | `b.c.example.com` | [`Naming::Named`] | below a name |
//!
//! What is spelled out is an enumeration up to [`MAX_SPELLED`]. What a class lets in is one as
//! long as people could mean each of it: [`MAX_CHOICES`], [`MAX_CHOSEN`]. A witness shows what is
//! too much: it holds something that a class or a repetition lets in where a name should stand.

use super::product::{Goal, Node, Product};
use super::steps::{Spent, Steps, Stop};
use super::{OriginRegex, rank};
use crate::origin::fault::ProofLimit;
use crate::origin::public_suffix;
use crate::origin::{MAX_LEN, Origin};

/// The most bytes that a class may let in at one place of a label. Digits are an enumeration.
const MAX_CHOICES: usize = 10;

/// The most registrable domains in which something is let in by a class: `app[0-9]\.com` names
/// ten, `[0-9]{3}\.com` names no one.
const MAX_CHOSEN: usize = 64;

/// The most registrable domains, and the most whole hosts beside them (addresses above all).
const MAX_SPELLED: usize = 1024;

/// The most labels at one place that are looked at in front of a registrable domain, in search of
/// a public suffix further on.
const MAX_LABELS_BELOW: usize = 64;

/// What stands against giving credentials to all that a regex matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    /// Why the regex is not proven to stay inside named registrable domains.
    pub(crate) unbounded: Option<Unproven>,
    /// The regex is not proven to let in secure origins only.
    pub(crate) insecure: Option<Witness>,
    /// It is not proven for want of the Public Suffix List alone.
    pub(crate) needs_list: bool,
}

/// Why a regex is not proven to stay inside named registrable domains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unproven {
    /// It does not, as the witness shows.
    LetsIn(Witness),
    /// It may or may not.
    Limit(ProofLimit),
}

/// An origin that shows it, where one was found: well-formed, and matched by the regex.
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

/// The same, by other word on whether the names below a host belong to different registrants.
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

/// A regex too large to be proven: it is refused, with a witness if an obvious one matches.
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

/// Whether the end of a host that was read so far says whose it is.
#[derive(Clone, Copy, PartialEq)]
enum Naming {
    Open,
    Named,
}

/// The end of a host from a label on, as it is read: from its last byte to its first.
#[derive(Clone, Default)]
struct Label {
    tail: Vec<u8>,
    /// Whether a class let something of it in.
    is_chosen: bool,
}

/// A place in a host where too much may stand, though what follows it names no one.
struct Open {
    node: Node,
    tail: Vec<u8>,
    /// What a class lets in before the tail; empty where the tail itself is what no one meant.
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
    /// Registrable domains found, and those of them in which a class let something in.
    names: usize,
    chosen: usize,
    /// Whole hosts found beside them.
    tails: usize,
    /// Labels seen in front of such.
    below: usize,
}

/// A byte of a label, and how it was reached.
struct Part {
    at: Node,
    byte: u8,
    before: Option<usize>,
    /// The first part on the way here that a class let in.
    chosen: Option<usize>,
}

impl Search<'_, '_> {
    /// Checks every host that ends in `after`, which stands before `node` and begins a label.
    fn visit(&mut self, node: Node, after: Label, said: Naming) -> Result<(), Fault> {
        match said {
            Naming::Open => self.visit_open(node, after),
            Naming::Named => self.visit_named(node, after),
        }
    }

    /// What was read names no one, so each label has to be one of a few.
    fn visit_open(&mut self, node: Node, after: Label) -> Result<(), Fault> {
        for (label, end) in self.labels(node, after, MAX_SPELLED)? {
            let says = self.naming(&label.tail, Naming::Open);
            // Where `/` may come next the host is complete: spelled out, hence named. Such a domain
            // counts as a name, whatever the list says of it: so what is proven without the list is
            // proven with it.
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

    /// What was read is someone's, and only a public suffix further on can change that. It is
    /// looked for among a few labels.
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

    /// With the next label, if there may be one.
    fn go_on(&mut self, end: Node, mut label: Label, says: Naming) -> Result<(), Fault> {
        let Some(next) = self.product.step(end, b'.', Goal::Any) else { return Ok(()) };
        label.tail.push(b'.');
        self.visit(next, label, says)
    }

    /// What the end of a host says, knowing what its `shorter` end, without the last label read,
    /// said.
    fn naming(&self, tail: &[u8], shorter: Naming) -> Naming {
        let host: String = tail.iter().rev().map(|byte| *byte as char).collect();
        let host = host.strip_suffix('.').unwrap_or(&host);
        // The end of an address says nothing of its owner. Empty labels are well-formed, but no
        // one's.
        if is_address(host) || host.split('.').any(str::is_empty) {
            shorter
        } else if host != "localhost" && (!host.contains('.') || (self.is_shared)(host)) {
            // Also if the shorter end was named: what lies above a public suffix may be newer than
            // the list of such domains.
            Naming::Open
        } else {
            Naming::Named
        }
    }

    /// All labels that may stand at `node`, each with what comes `after` it and the node before
    /// it; a fault if they are not an enumeration.
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
            // Counted by where they lead in the regex: what a class lets in leads to one place.
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
            // What is longer is not an origin.
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
                    // Round and round: there is no end of such labels.
                    return Err(self.too_many(&parts, chosen.unwrap_or(parts.len() - 1), &after));
                }
            }
            done += 1;
            if ends {
                let is_chosen = after.is_chosen || chosen.is_some();
                found.push((Label { tail: tail(), is_chosen }, at));
            }
            // Each of those to be done becomes at least one label.
            if found.len() + (parts.len() - done) > limit {
                return Err(match parts.iter().find_map(|part| part.chosen) {
                    Some(chosen) => self.too_many(&parts, chosen, &after),
                    None => Fault::Stop(Stop::Limit(ProofLimit::Names)),
                });
            }
        }
        Ok(found)
    }

    /// The part shows what is let in besides what is spelled out.
    fn too_many(&self, parts: &[Part], part: usize, after: &Label) -> Fault {
        let tail = [&*after.tail, &*Path::to(parts, part).bytes].concat();
        Fault::Open(Open { node: parts[part].at, tail, anything: Vec::new() })
    }
}

/// The way to a part of a label.
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

/// Whether a whole host, from its end, is a domain of several labels.
fn is_domain(tail: &[u8]) -> bool {
    let host: String = tail.iter().rev().map(|byte| *byte as char).collect();
    host.contains('.') && !is_address(&host)
}

/// Whether a host is an address: it ends in a number.
fn is_address(host: &str) -> bool {
    host.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
}

impl Open {
    /// An origin with something foreign at this place.
    fn witness(&self, product: &Product, regex: &OriginRegex, port: Option<u16>) -> Witness {
        let mut anything = self.anything.clone();
        anything.sort_by_key(|byte| rank(*byte));
        let telling: &[&[u8]] = match &*self.tail {
            [] => &[b"evil.example", b"evil"],
            b"]" => &[b"[2001:db8::1"],
            _ => &[b"evil", b"evil-"],
        };
        // Only with what is let in directly before the tail does it differ from what is named.
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
    // To the first place that leaves a choice. Ends, since a step without choice leads nearer.
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

/// The end of an origin, to be completed to a whole one.
struct Candidate<'a> {
    node: Node,
    tail: &'a [u8],
    port: Option<u16>,
}

impl Candidate<'_> {
    /// The first completion that is truly an origin which `regex` matches, by goal and by what is
    /// planted directly before the tail.
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
            // Where spelled-out text meets a free place, a dot was most likely meant.
            let dot = steps.iter().find(|(byte, _)| *byte == b'.' && forced);
            let (byte, next) = *dot.or(steps.first())?;
            forced = steps.len() == 1;
            bytes.push(byte);
            node = next;
        }
        Some(bytes)
    }
}
