//! The shortest origin that one entry of `allow_origins` matches and others do not.
//!
//! The entry, the others, and the grammar of origins are walked in parallel from the start, breadth
//! first. So the first origin found is the shortest, and finding none within the length of an
//! origin proves that nothing is left.

use std::borrow::Cow;
use std::collections::HashSet;
use std::rc::Rc;

use regex_automata::util::primitives::StateID;

use super::automaton::Automaton;
use super::grammar::{self, Matched};
use super::steps::Steps;
use super::{OriginRegex, RegexFault, rank};
use crate::origin::MAX_LEN;
use crate::origin::pattern::{Pattern, Port};

/// The maximum number of places visited in search of an origin that a regex matches.
const MAX_PLACES: usize = 1 << 12;

/// The origins of an entry that others do not match.
pub(crate) struct Remainder<'r> {
    /// The entry first.
    regexes: Vec<Cow<'r, OriginRegex>>,
}

/// The search needed to visit more places than granted.
#[derive(Debug)]
pub(crate) struct OutOfBounds;

/// The state of the grammar, then of the regexes. `None` if there can be no match any more.
type Place = Rc<[Option<StateID>]>;

/// A reachable place, and where it was reached from.
struct Reached {
    place: Place,
    from: Option<(usize, u8)>,
    length: usize,
}

impl<'r> Remainder<'r> {
    /// Everything that a regex matches.
    pub(crate) fn of(regex: &'r OriginRegex) -> Self {
        Self { regexes: vec![Cow::Borrowed(regex)] }
    }

    /// Everything that a pattern or `*` matches.
    pub(crate) fn of_pattern(pattern: &str) -> Result<Self, RegexFault> {
        Ok(Self { regexes: vec![Cow::Owned(OriginRegex::of_pattern(pattern)?)] })
    }

    /// Subtracts what the regex matches.
    pub(crate) fn subtract(&mut self, regex: &'r OriginRegex) {
        self.regexes.push(Cow::Borrowed(regex));
    }

    /// Subtracts what the pattern matches. Any other text matches itself.
    #[cfg(feature = "browser")]
    pub(crate) fn subtract_pattern(&mut self, pattern: &str) -> Result<(), RegexFault> {
        self.regexes.push(Cow::Owned(OriginRegex::of_pattern(pattern)?));
        Ok(())
    }

    /// Subtracts one origin. It may contain a `*`, which is literal.
    #[cfg(feature = "browser")]
    pub(crate) fn subtract_origin(&mut self, origin: &str) -> Result<(), RegexFault> {
        self.regexes.push(Cow::Owned(OriginRegex::new(&regex_syntax::escape(origin))?));
        Ok(())
    }

    /// The shortest origin that is left, without empty labels if possible. `None` if nothing is
    /// left. The places visited are subtracted from `granted`.
    pub(crate) fn shortest(&self, granted: &mut usize) -> Result<Option<String>, OutOfBounds> {
        let automata: Vec<&Automaton> = [&*grammar::FORWARD]
            .into_iter()
            .chain(self.regexes.iter().map(|r| &r.automaton))
            .collect();
        let bytes = one_of_each_class(&automata);
        let start: Place = automata.iter().map(|automaton| Some(automaton.start())).collect();
        let mut seen = HashSet::from([start.clone()]);
        let mut all = vec![Reached { place: start, from: None, length: 0 }];
        let mut odd = None;
        let mut done = 0;
        while let Some(Reached { place, length, .. }) = all.get(done) {
            let (place, length) = (place.clone(), *length);
            *granted = granted.checked_sub(1).ok_or(OutOfBounds)?;
            match self.is_left(&automata, &place) {
                Some(Looks::Plain) => return Ok(Some(spell(&all, done))),
                Some(Looks::Odd) => odd = odd.or(Some(done)),
                None => {}
            }
            for byte in bytes.iter().filter(|_| length < MAX_LEN) {
                let next: Place = automata
                    .iter()
                    .zip(&*place)
                    .map(|(automaton, state)| automaton.next((*state)?, *byte))
                    .collect();
                let [Some(_), Some(_), ..] = &*next else { continue };
                if seen.insert(next.clone()) {
                    let from = Some((done, *byte));
                    all.push(Reached { place: next, from, length: length + 1 });
                }
            }
            done += 1;
        }
        Ok(odd.map(|found| spell(&all, found)))
    }

    /// The same within the remaining steps, and within the limit for one regex.
    pub(super) fn shortest_within(&self, steps: &mut Steps) -> Result<Option<String>, OutOfBounds> {
        let granted = MAX_PLACES.min(steps.left() / Steps::OF_A_PLACE);
        let mut places = granted;
        let shortest = self.shortest(&mut places);
        // This is no more than are left.
        let _ = steps.take((granted - places) * Steps::OF_A_PLACE);
        shortest
    }

    /// Whether the text that leads to `place` is a remaining origin.
    fn is_left(&self, automata: &[&Automaton], place: &Place) -> Option<Looks> {
        let accepts = |(automaton, state): (&&Automaton, &Option<StateID>)| {
            state.is_some_and(|state| automaton.accepts(state))
        };
        let mut matched = automata.iter().zip(&**place).skip(1).map(accepts);
        if matched.next() != Some(true) || matched.any(|matched| matched) {
            return None;
        }
        let matched = Matched::at(automata[0], place[0]?);
        let looks = if matched.has_empty_label() { Looks::Odd } else { Looks::Plain };
        matched.is_well_formed().then_some(looks)
    }
}

enum Looks {
    Plain,
    /// Well-formed, but an unlikely host.
    Odd,
}

fn spell(all: &[Reached], mut index: usize) -> String {
    let mut origin = String::new();
    while let Some((from, byte)) = all[index].from {
        origin.insert(0, byte as char);
        index = from;
    }
    origin
}

/// One byte for each class of bytes that lead to the same places: the one that reads best.
fn one_of_each_class(automata: &[&Automaton]) -> Vec<u8> {
    let mut bytes: Vec<u8> = (b'!'..=b'~').collect();
    bytes.sort_by_key(|byte| rank(*byte));
    let mut seen = HashSet::new();
    bytes.retain(|byte| seen.insert(automata.iter().map(|a| a.class(*byte)).collect::<Vec<_>>()));
    bytes
}

impl OriginRegex {
    /// Matches the well-formed origins that a pattern matches: all for `*`. Any other text matches
    /// itself.
    pub(crate) fn of_pattern(pattern: &str) -> Result<Self, RegexFault> {
        let any_port = "(?::[0-9]+)?";
        let regex = match Pattern::parse(pattern) {
            _ if pattern == "*" => ".*".to_owned(),
            Ok(Pattern::AnyHost { scheme }) => {
                format!(r"{}://(?:[^:\[]+|\[.*\])", regex_syntax::escape(scheme))
            }
            Ok(Pattern::Tuple { scheme, subdomains, host, port }) => {
                let labels = if subdomains { r"(?:[^.:/\[]+\.)+" } else { "" };
                let port = match port {
                    Port::Exact(port) => port,
                    Port::Any => any_port,
                };
                let [scheme, host] = [scheme, host].map(regex_syntax::escape);
                format!("{scheme}://{labels}{host}{port}")
            }
            _ => regex_syntax::escape(pattern),
        };
        Self::new(&regex)
    }
}

#[cfg(all(test, feature = "browser"))]
mod tests {
    use super::*;
    use crate::origin::Origin;

    fn remainder(regex: &str, without: &[&str]) -> Option<String> {
        let regex = OriginRegex::new(regex).unwrap();
        let mut remainder = Remainder::of(&regex);
        for pattern in without {
            remainder.subtract_pattern(pattern).unwrap();
        }
        remainder.shortest(&mut 100_000).unwrap()
    }

    #[test]
    fn what_is_left() {
        for (regex, without, left) in [
            (r"https://(a|b)\.test", &[][..], Some("https://a.test")),
            (r"https://(a|b)\.test", &["https://a.test"], Some("https://b.test")),
            (r"https://(a|b)\.test", &["https://a.test", "https://b.test"], None),
            (r"https://.*\.a\.test", &[], Some("https://x.a.test")),
            (r"https://.*\.a\.test", &["https://*.a.test"], Some("https://.a.test")),
            (r"https://[a-z]+\.a\.test", &["https://*.a.test"], None),
            (r"https://[a-z]+\.a\.test", &["https://*.test"], None),
            (r"https://[a-z]+\.a\.test", &["https://*.b.test"], Some("https://x.a.test")),
            (r"https://(b\.)?a\.test", &["https://*.a.test"], Some("https://a.test")),
            (r"https://b[.b]a\.test", &["https://*.a.test"], Some("https://bba.test")),
            (r"https://b\.a\.test(:8)?", &["https://*.a.test"], Some("https://b.a.test:8")),
            (r"https://b\.a\.test(:8)?", &["https://*.a.test:*"], None),
            (r"http://localhost:[0-9]+", &["http://localhost:*"], None),
            (r"http://localhost:80+", &["http://localhost:800"], Some("http://localhost:8000")),
            (r"http://localhost:8080?", &["http://localhost"], Some("http://localhost:808")),
            (r"https://a\.test:443", &[], None),
            (r"https://a\.test:65536", &[], None),
            (r"https://1\.2\.3\.[0-9]+", &[], Some("https://1.2.3.0")),
            (r"https://1\.2\.3", &[], None),
            (r"file://.+", &[], None),
            (r"https://A\.test/", &[], None),
            ("a", &[], None),
            (".*", &["*"], None),
            (r"app://[a-z]+\.test", &["app://*"], None),
            (r"app://a\.test(:8)?", &["app://*"], Some("app://a.test:8")),
        ] {
            assert_eq!(remainder(regex, without).as_deref(), left, "{regex} {without:?}");
        }
        assert_eq!(remainder(&format!("https://{}", "a".repeat(505)), &[]), None);
        assert!(remainder(&format!("https://{}", "a".repeat(504)), &[]).is_some());
    }

    #[test]
    fn each_place_costs_steps() {
        let regex = OriginRegex::new(r"https://[a-z]{1,9}\.a\.test").unwrap();
        let remainder = Remainder::of(&regex);
        let (granted, mut places) = (1000, 1000);
        remainder.shortest(&mut places).unwrap();
        let needed = (granted - places) * 256;
        let mut steps = Steps::new(needed + 255);
        assert!(remainder.shortest_within(&mut steps).unwrap().is_some());
        assert_eq!(steps.left(), 255);
        assert!(remainder.shortest_within(&mut Steps::new(needed - 1)).is_err());
    }

    #[test]
    fn the_grammar_is_that_of_the_parser() {
        let accepts = |text: &str| {
            let regex = OriginRegex::of_pattern(text).unwrap();
            Remainder::of(&regex).shortest(&mut 10_000).unwrap().is_some()
        };
        let byte = |byte: u8| format!("https://a{}b.test", byte as char);
        let ports =
            ["0", "9", "10", "9999", "59999", "65535", "65536", "70000", "080", "80", "443", "21"];
        let schemes = ["https", "http", "wss", "ws", "ftp", "tauri", "file", "a+b-c.1", "1a"];
        // Similar to the special ones.
        let others = "f ft ftps fap h ht htt htp htts httpd httpss w wa wsa wsss http. g i";
        let hosts =
            ["1.2.3.4", "1.2.3", "256.1.1.1", "1.2.3.4.", "a.1", "a.0x", "[::1]", "a.", "."];
        let opaque = |byte: u8| format!("app://a{}1", byte as char);
        let texts = (b'!'..=b'~')
            .map(byte)
            .chain((b'!'..=b'~').map(opaque))
            .chain(others.split(' ').map(|scheme| format!("{scheme}://A.1")))
            .chain(schemes.map(|scheme| format!("{scheme}://A.1")))
            .chain(ports.iter().flat_map(|port| {
                schemes.iter().map(move |scheme| format!("{scheme}://a.test:{port}"))
            }))
            .chain(hosts.iter().map(|host| format!("https://{host}")));
        for text in texts {
            assert_eq!(accepts(&text), Origin::parse(text.as_bytes()).is_ok(), "{text}");
        }
    }
}
