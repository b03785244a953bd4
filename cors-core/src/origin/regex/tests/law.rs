//! The law behind a proof: a proven regex never matches an origin of an owner whom it does not
//! name.
//!
//! Regexes are generated from words without `z`, from enumerations, and from classes of letters, so
//! none of them names a registrable label with a `z`. Origins are generated from the regexes, so
//! that they match, and are then made foreign.

use std::iter;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::origin::public_suffix::is_shared;

/// A small regex that generates samples.
#[derive(Clone, Debug)]
enum Sample {
    /// Literal text. Its dots are unescaped if the flag is set.
    Text(&'static str, bool),
    /// A class and some of its characters.
    Class(&'static str, &'static [&'static str]),
    /// With an operator and the number of repetitions.
    Repeated(Box<Sample>, &'static str, &'static [usize]),
    Either(Vec<Sample>),
    Row(Vec<Sample>),
}

impl Sample {
    fn pattern(&self) -> String {
        match self {
            Self::Text(text, true) => (*text).to_owned(),
            Self::Text(text, false) => text.replace('.', r"\."),
            Self::Class(class, _) => (*class).to_owned(),
            Self::Repeated(inner, operator, _) => format!("(?:{}){operator}", inner.pattern()),
            Self::Either(all) => {
                format!("(?:{})", all.iter().map(Self::pattern).collect::<Vec<_>>().join("|"))
            }
            Self::Row(all) => all.iter().map(Self::pattern).collect(),
        }
    }

    /// A text that the pattern matches, selected by `choices` in turn.
    fn draw(&self, choices: &mut impl Iterator<Item = Index>) -> String {
        let mut pick = |len| choices.next().map_or(0, |index| index.index(len));
        match self {
            Self::Text(text, _) => (*text).to_owned(),
            Self::Class(_, some) => some[pick(some.len())].to_owned(),
            Self::Repeated(inner, _, counts) => {
                (0..counts[pick(counts.len())]).map(|_| inner.draw(choices)).collect()
            }
            Self::Either(all) => all[pick(all.len())].draw(choices),
            Self::Row(all) => all.iter().map(|part| part.draw(choices)).collect(),
        }
    }
}

fn part() -> impl Strategy<Value = Sample> {
    const WORDS: &[&str] = &[
        "app",
        "example",
        "com",
        "org",
        "github.io",
        ".com",
        ".example.com",
        "co.uk",
        ".",
        "localhost",
    ];
    let leaf = prop_oneof![
        4 => (select(WORDS), prop::bool::weighted(0.1)).prop_map(|(word, bare)| Sample::Text(word, bare)),
        1 => Just(Sample::Class(".", &["z", "a", "."])),
        1 => Just(Sample::Class("[a-z]", &["z", "a"])),
        1 => Just(Sample::Class(r"[^.]", &["z", "a", "0"])),
        1 => Just(Sample::Class(r"[\w.]", &["z", ".", "0"])),
        1 => Just(Sample::Class(r"\d", &["0", "7"])),
        1 => Just(Sample::Class(r"\b", &[""])),
    ];
    const REPEATS: &[(&str, &[usize])] =
        &[("*", &[0, 1, 3]), ("+", &[1, 3]), ("?", &[0, 1]), ("{2}", &[2])];
    leaf.prop_recursive(3, 12, 3, move |inner| {
        prop_oneof![
            (inner.clone(), select(REPEATS)).prop_map(|(inner, (operator, counts))| {
                Sample::Repeated(inner.into(), operator, counts)
            }),
            vec(inner.clone(), 2..3).prop_map(Sample::Either),
            vec(inner, 2..4).prop_map(Sample::Row),
        ]
    })
}

/// A regex for origins, mostly of `https:`, and often with a tail that names an owner.
fn sample() -> impl Strategy<Value = Sample> {
    let scheme = select(&["https", "https", "http", "tauri"][..])
        .prop_map(|scheme| Sample::Text(scheme, false));
    let tail =
        select(
            &[
                "",
                ".example.com",
                "example.com",
                ".com",
                ".github.io",
                ".me.github.io",
                ".localhost",
            ][..],
        )
        .prop_map(|tail| Sample::Text(tail, false));
    let port = Sample::Repeated(Sample::Text(":8443", false).into(), "?", &[0, 1]);
    let separator = Sample::Text("://", false);
    (scheme, vec(part(), 1..4), tail).prop_map(move |(scheme, host, tail)| {
        Sample::Row(vec![scheme, separator.clone(), Sample::Row(host), tail, port.clone()])
    })
}

/// The part of a host that names its owner: the labels from the one before the first public suffix
/// on, or all of them if there is none, as in an intranet name. `localhost` and its subdomains
/// belong to this machine.
fn registrable(host: &str) -> &str {
    let starts: Vec<usize> =
        iter::once(0).chain(host.match_indices('.').map(|(at, _)| at + 1)).collect();
    if host.ends_with(".localhost") {
        return "localhost";
    }
    let suffix = starts.iter().position(|start| is_shared(&host[*start..]));
    &host[starts[suffix.unwrap_or(0).saturating_sub(1)]..]
}

#[test]
fn registrable_domains() {
    for (host, domain) in [
        ("a.b.example.com", "example.com"),
        ("example.com", "example.com"),
        ("com", "com"),
        ("a.intranet", "a.intranet"),
        ("localhost", "localhost"),
        ("a.localhost", "localhost"),
    ] {
        assert_eq!(registrable(host), domain);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn proven_lets_no_foreign_origin_in(
        sample in sample(),
        draws in vec((vec(any::<Index>(), 40), any::<Index>(), select(&["", "z", "zed.", ".z", "z."][..])), 24),
    ) {
        let pattern = sample.pattern();
        let Ok(regex) = OriginRegex::new(&pattern) else { return Ok(()) };
        let proof = prove_all(&regex);
        // Without the list, every host counts as shared.
        let without_list = prove_by(&regex, |_| true, &mut Steps::new(Steps::OF_A_POLICY));
        prop_assert!(
            proof.unbounded.is_none() || without_list.is_ok_and(|proof| proof.unbounded.is_some()),
            "{pattern} needs no list, and the list refuses it"
        );
        for witness in proof.clone().witnesses() {
            prop_assert!(Origin::parse(witness.as_bytes()).is_ok() && regex.is_match(&witness), "{pattern}: {witness}");
        }
        let Proof { unbounded, insecure, .. } = proof;
        for (choices, at, foreign) in draws {
            // Generated, then with a foreign part inserted.
            let mut text = sample.draw(&mut choices.into_iter());
            text.insert_str(at.index(text.len()), foreign);
            let Ok(origin) = Origin::parse(text.as_bytes()) else { continue };
            if !regex.is_match(&text) {
                continue;
            }
            prop_assert!(insecure.is_some() || !origin.is_insecure(), "{pattern} lets {text} in");
            let is_foreign = registrable(origin.host().trim_end_matches('.')).contains('z');
            prop_assert!(unbounded.is_some() || !is_foreign, "{pattern} lets {text} in");
        }
    }

    /// The origin in an error shows the problem: its host is not at or under the domain that the
    /// regex spells out.
    #[test]
    fn witnesses_are_outside(
        front in vec(part(), 0..3),
        tail in select(&[".example.com", "example.com", ".me.github.io", ".localhost"][..]),
        back in select(&[
            "", ":?[0-9]*", "[0-9]*", "(m)*", "(com)?(com)*", "[a-z]?[a-z]*", ".?[0-9]*", r"\b.*",
            "x{0,3}", "([0-9]{1,2}|)", r"(\.|x*)", "(:[0-9]+)?", "(/.*)?", ".*", "[m-z]*",
        ][..]),
    ) {
        let front: String = front.iter().map(Sample::pattern).collect();
        let pattern = format!("https://{front}{}{back}", tail.replace('.', r"\."));
        let Ok(regex) = OriginRegex::new(&pattern) else { return Ok(()) };
        let Some(Unproven::LetsIn(Some(witness))) = prove_all(&regex).unbounded else {
            return Ok(());
        };
        let origin = Origin::parse(witness.as_bytes()).expect("well-formed");
        prop_assert!(regex.is_match(&witness), "{pattern}: {witness}");
        let domain = tail.trim_start_matches('.');
        let is_inside = format!(".{}", origin.host()).ends_with(&format!(".{domain}"));
        prop_assert!(!is_inside, "{pattern}: {witness} is inside {domain}");
    }
}
