//! Origins that the regular expressions of a policy match.

use crate::engine::policy::Policy;
use proptest::prelude::*;

#[cfg(not(feature = "regex"))]
pub(super) fn origins_of_regexes(_: &Policy) -> Option<BoxedStrategy<String>> {
    None
}

/// `None` if no expression is found to match an origin.
#[cfg(feature = "regex")]
pub(super) fn origins_of_regexes(policy: &Policy) -> Option<BoxedStrategy<String>> {
    let regexes = policy.compiled().origins.regexes.iter();
    let samplers: Vec<_> = regexes.filter_map(|(_, regex)| sample::Sampler::new(regex)).collect();
    if samplers.is_empty() {
        return None;
    }
    let choices = prop::collection::vec(any::<u8>(), 1..16);
    let origins = (prop::sample::select(samplers), choices)
        .prop_map(|(sampler, choices)| sampler.sample(&choices));
    Some(origins.boxed())
}

#[cfg(feature = "regex")]
mod sample {
    use crate::origin::regex::OriginRegex;
    use crate::origin::{MAX_LEN, Origin};
    use regex_syntax::ParserBuilder;
    use regex_syntax::hir::{Class, Hir, HirKind};
    use std::iter::Cycle;
    use std::slice::Iter;

    /// For `.*`, whose random matches are not origins.
    const PLAIN: &str = "https://a.test";

    #[derive(Clone, Debug)]
    pub(super) struct Sampler {
        regex: OriginRegex,
        hir: Hir,
        /// For random choices that lead to no origin.
        known: String,
    }

    impl Sampler {
        /// `None` if no origin is found.
        pub(super) fn new(regex: &OriginRegex) -> Option<Self> {
            let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
            let hir = parser.parse(regex.as_str()).ok()?;
            let written = (0..16).find_map(|choice| write(&hir, regex, &[choice]));
            let plain = || regex.is_match(PLAIN).then(|| PLAIN.to_owned());
            let known = written.or_else(plain)?;
            Some(Self { regex: regex.clone(), hir, known })
        }

        pub(super) fn sample(&self, choices: &[u8]) -> String {
            write(&self.hir, &self.regex, choices).unwrap_or_else(|| self.known.clone())
        }
    }

    fn write(hir: &Hir, regex: &OriginRegex, choices: &[u8]) -> Option<String> {
        let mut writer = Writer { out: Vec::new(), choices: choices.iter().cycle() };
        writer.write(hir);
        let text = String::from_utf8(writer.out).ok()?;
        (Origin::parse(text.as_bytes()).is_ok() && regex.is_match(&text)).then_some(text)
    }

    struct Writer<'c> {
        out: Vec<u8>,
        choices: Cycle<Iter<'c, u8>>,
    }

    impl Writer<'_> {
        fn choose(&mut self, among: usize) -> usize {
            self.choices.next().map_or(0, |choice| usize::from(*choice) % among)
        }

        fn write(&mut self, hir: &Hir) {
            if self.out.len() > MAX_LEN {
                return;
            }
            match hir.kind() {
                HirKind::Empty | HirKind::Look(_) => {}
                HirKind::Literal(literal) => self.out.extend(&literal.0),
                HirKind::Class(class) => self.write_class(class),
                HirKind::Repetition(repetition) => {
                    let times = repetition.min.saturating_add(self.choose(4) as u32);
                    for _ in 0..times.min(repetition.max.unwrap_or(u32::MAX)) {
                        self.write(&repetition.sub);
                    }
                }
                HirKind::Capture(capture) => self.write(&capture.sub),
                HirKind::Concat(parts) => parts.iter().for_each(|part| self.write(part)),
                HirKind::Alternation(parts) => {
                    let chosen = self.choose(parts.len());
                    self.write(&parts[chosen]);
                }
            }
        }

        /// A letter or digit if the class has one: other characters rarely make an origin.
        fn write_class(&mut self, class: &Class) {
            let has = |b: &u8| match class {
                Class::Bytes(class) => {
                    class.ranges().iter().any(|range| (range.start()..=range.end()).contains(b))
                }
                Class::Unicode(class) => {
                    let c = char::from(*b);
                    class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&c))
                }
            };
            let of = |bytes: &[u8]| bytes.iter().copied().filter(has).collect::<Vec<u8>>();
            let mut bytes = of(b"abcdefghijklmnopqrstuvwxyz0123456789");
            if bytes.is_empty() {
                bytes = of(b"-_.:/");
            }
            if !bytes.is_empty() {
                let chosen = self.choose(bytes.len());
                self.out.push(bytes[chosen]);
            }
        }
    }
}
