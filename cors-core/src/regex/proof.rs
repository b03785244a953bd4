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
//! Bounds: the automata's own limits, [`MAX_NAMES`], [`MAX_TAILS`], and [`MAX_HOST`]. Beyond them nothing is proven.

use std::collections::{HashMap, VecDeque};

use super::product::{Goal, Node, Product};
use super::{OriginRegex, rank};
use crate::origin::Origin;
use crate::public_suffix;

/// The most bytes at one place of a label that are still an enumeration. Digits are.
const MAX_CHOICES: usize = 10;

/// The most registrable domains that are still an enumeration of names: `(com|org)` is one,
/// `[0-9]{3}\.com` is not.
const MAX_NAMES: usize = 64;

/// The most hosts, spelled out as a whole, that are still an enumeration: addresses above all.
const MAX_TAILS: usize = 1024;

/// The most labels at one place that are looked at in front of a registrable domain, in search of
/// a public suffix further on.
const MAX_LABELS_BELOW: usize = 64;

/// The longest name in the DNS (RFC 1035, 2.3.4).
const MAX_HOST: usize = 253;

/// What stands against giving credentials to all that a regex matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    /// The regex is not proven to stay inside named registrable domains.
    pub(crate) unbounded: Option<Witness>,
    /// The regex is not proven to let in secure origins only.
    pub(crate) insecure: Option<Witness>,
    /// It is not proven for want of the Public Suffix List alone.
    pub(crate) needs_list: bool,
}

/// An origin that shows it, where one was found: well-formed, and matched by the regex.
pub(crate) type Witness = Option<String>;

/// Proves what can be proven of `regex`, in bounded time.
pub(crate) fn prove(regex: &OriginRegex) -> Proof {
    let mut proof = prove_by(regex, public_suffix::is_shared);
    proof.needs_list = !public_suffix::HAS_LIST
        && proof.unbounded.is_some()
        && prove_by(regex, |_| false).unbounded.is_none();
    proof
}

/// The same, by other word on whether the names below a host belong to different registrants.
pub(super) fn prove_by(regex: &OriginRegex, is_shared: fn(&str) -> bool) -> Proof {
    let Ok(product) = Product::new(regex) else {
        return guess(regex);
    };
    let mut unbounded = None;
    let mut insecure = None;
    let mut search = Search { product: &product, is_shared, names: 0, tails: 0, below: 0 };
    for &(start, port) in &product.starts {
        if unbounded.is_none() {
            let open = search.visit(start, Vec::new(), Naming::Open).err();
            unbounded = open.map(|open| open.witness(&product, regex, port));
        }
        if insecure.as_ref().is_none_or(Witness::is_none)
            && product.distance(start, Goal::Insecure).is_some()
        {
            let open = Open::first(&product, start, Goal::Insecure);
            let mut plants = open.plants();
            plants.push(b"");
            let goals = [Goal::PlainInsecure, Goal::Insecure];
            insecure = Some(open.candidate(port).first(&product, regex, &goals, &plants));
        }
    }
    Proof { unbounded, insecure, needs_list: false }
}

/// A regex too large to be proven: it is refused, with a witness if an obvious one matches.
fn guess(regex: &OriginRegex) -> Proof {
    let first =
        |origins: &[&str]| origins.iter().find(|o| regex.is_match(o)).map(ToString::to_string);
    Proof {
        unbounded: Some(first(&[
            "https://evil.example",
            "https://evil.com",
            "https://evil",
            "http://evil.example",
        ])),
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

/// A place in a host where anything may stand, though what follows it names no one.
struct Open {
    node: Node,
    tail: Vec<u8>,
}

struct Search<'p> {
    product: &'p Product,
    is_shared: fn(&str) -> bool,
    /// Registrable domains found.
    names: usize,
    /// Whole hosts found beside them.
    tails: usize,
    /// Labels seen in front of such.
    below: usize,
}

impl Search<'_> {
    /// Checks every host that ends in `tail`, which stands before `node` and begins a label.
    fn visit(&mut self, node: Node, tail: Vec<u8>, said: Naming) -> Result<(), Open> {
        let named = said == Naming::Named;
        let limit = if named { MAX_LABELS_BELOW } else { MAX_TAILS };
        let labels = match self.labels(node, tail, limit) {
            Ok(labels) => labels,
            Err(_) if named => return Ok(()),
            Err(open) => return Err(open),
        };
        for (mut tail, end) in labels {
            let says = self.naming(&tail, said);
            // Where `/` may come next the host is complete: spelled out, hence named. Such a
            // domain counts as a name, whatever the list says of it: so what is proven without
            // the list is proven with it.
            let whole = self.product.step(end, b'/', Goal::Any).is_some();
            if named {
                self.below += 1;
            } else if says == Naming::Named || (whole && is_domain(&tail)) {
                self.names += 1;
            } else if whole {
                self.tails += 1;
            }
            if self.names > MAX_NAMES || self.tails > MAX_TAILS {
                return Err(Open { node: end, tail });
            }
            // Enough was looked at in search of a public suffix further on.
            if says == Naming::Named && self.below > MAX_TAILS {
                continue;
            }
            if let Some(next) = self.product.step(end, b'.', Goal::Any) {
                tail.push(b'.');
                self.visit(next, tail, says)?;
            }
        }
        Ok(())
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

    /// All labels that may stand at `node`, each with `tail` after it and the node before it;
    /// an error if they are not an enumeration.
    fn labels(
        &self,
        node: Node,
        tail: Vec<u8>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Node)>, Open> {
        let mut found = Vec::new();
        let mut queue = VecDeque::from([(tail.clone(), node)]);
        while let Some((read, at)) = queue.pop_front() {
            // Counted by where they lead in the regex: eleven names that end in different letters
            // are still names.
            let mut choices = HashMap::new();
            let mut ends = false;
            for (byte, next) in self.product.steps(at, Goal::Any) {
                if matches!(byte, b'.' | b'/') {
                    ends = true;
                    continue;
                }
                *choices.entry(self.product.state(next)).or_insert(0) += 1;
                let mut read = read.clone();
                read.push(byte);
                queue.push_back((read, next));
            }
            if choices.values().any(|count| *count > MAX_CHOICES) {
                return Err(Open { node: at, tail: read });
            }
            // Each of the queue becomes at least one label.
            if read.len() > MAX_HOST || found.len() + queue.len() > limit {
                return Err(Open { node, tail });
            }
            if ends {
                found.push((read, at));
            }
        }
        Ok(found)
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
        let mut here: Vec<u8> = product.steps(self.node, Goal::Any).map(|(byte, _)| byte).collect();
        here.sort_by_key(|byte| rank(*byte));
        let mut plants: Vec<&[u8]> = self.plants();
        // Not what would end the label: it might be a named one.
        here.retain(|byte| !matches!(byte, b'.' | b'/'));
        plants.extend(here.chunks(1));
        if here.is_empty() {
            plants.push(b"");
        }
        self.candidate(port).first(product, regex, &[Goal::PlainHttps, Goal::Any], &plants)
    }

    /// What tells most, directly before the tail.
    fn plants(&self) -> Vec<&'static [u8]> {
        match &*self.tail {
            [] => vec![b"evil.example", b"evil"],
            b"]" => vec![b"[2001:db8::1"],
            _ => vec![b"evil", b"evil-", b"evil."],
        }
    }

    fn candidate(&self, port: Option<u16>) -> Candidate<'_> {
        Candidate { node: self.node, tail: &self.tail, port }
    }

    /// The first place from `node` on that leaves a choice on the way to `goal`.
    fn first(product: &Product, mut node: Node, goal: Goal) -> Self {
        let mut tail = Vec::new();
        // Ends, since a step without choice leads nearer.
        while product.distance(node, goal) != Some(0) {
            let mut steps = product.steps(node, goal);
            let (Some((byte, next)), None) = (steps.next(), steps.next()) else { break };
            tail.push(byte);
            node = next;
        }
        Self { node, tail }
    }
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
