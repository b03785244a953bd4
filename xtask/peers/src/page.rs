//! Prints the findings: a table of kinds and peers, and an example of each kind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use cors_core::browser::Verdict;

use crate::answer::Answer;
use crate::case::{Case, Shown};
use crate::class::{Class, Weight};
use crate::compare::{Exchange, Seen, look};
use crate::csrf;
use crate::examples::examples;
use crate::peer::Peer;
use crate::search::Findings;

/// The table's cell for each kind and peer.
pub type Cells = BTreeMap<(Class, Peer), String>;

/// Cells with the number of cases of each kind.
pub fn counts(findings: &Findings) -> Cells {
    let count = findings.found.iter().map(|(key, found)| (*key, found.count.to_string()));
    count.collect()
}

/// A table with one row per kind, the most serious first.
pub fn table(peers: &[Peer], cells: &Cells, weight: Weight) -> String {
    let mut table = "| kind |".to_owned();
    for peer in peers {
        let _ = write!(table, " {peer} |");
    }
    let _ = writeln!(table, " what it means |\n|---|{}---|", "---|".repeat(peers.len()));
    for class in classes(cells, weight) {
        let _ = write!(table, "| `{class}` |");
        for &peer in peers {
            match cells.get(&(class, peer)) {
                Some(cell) => drop(write!(table, " {cell} |")),
                None => table += " |",
            }
        }
        let _ = writeln!(table, " {} |", class.meaning());
    }
    table
}

fn classes(cells: &Cells, weight: Weight) -> impl Iterator<Item = Class> {
    let known: BTreeSet<Class> = cells.keys().map(|(class, _)| *class).collect();
    known.into_iter().filter(move |class| class.weight() == weight)
}

/// How many policies cannot be written for each peer, and why.
pub fn unsaid(findings: &Findings) -> String {
    let mut text = String::new();
    for &peer in &findings.peers {
        let told = findings.told.get(&peer).copied().unwrap_or_default();
        let _ =
            writeln!(text, "{peer}: {told} of {} policies can be written for it", findings.cases);
        for ((_, reason), count) in findings.unsaid.iter().filter(|((of, _), _)| *of == peer) {
            let _ = writeln!(text, "  {count}: {reason}");
        }
    }
    text
}

/// The smallest case found for each kind and peer.
pub fn found(findings: &Findings) -> String {
    let mut text = String::new();
    for ((class, peer), found) in &findings.found {
        let seen: Vec<_> =
            look(*peer, &found.example).map(|seen| (*peer, seen)).into_iter().collect();
        let _ = writeln!(text, "{class}: {peer}\n\n{}\n", told(&found.example, &seen));
    }
    text
}

/// Those of the peers in which an example shows this kind.
pub fn showing(peers: &[Peer], class: Class, case: &Case) -> Vec<(Peer, Seen)> {
    let shows = |seen: &Seen| seen.classes.contains(&class);
    let seen = |&peer| Some((peer, look(peer, case).ok().filter(shows)?));
    peers.iter().filter_map(seen).collect()
}

/// The guide's page, with the results of running [`examples`].
pub fn page() -> Result<String, String> {
    let page = filled(include_str!("page.md"), "###", Peer::ALL, &examples())?;
    Ok(page.replace("{csrf}\n", &csrf::page()).replace("{kin}\n", include_str!("kin.md")))
}

/// The text with the peers' versions, and with tables and the results of running the examples, under headings of
/// this level.
pub fn filled(
    text: &str,
    level: &str,
    peers: &[Peer],
    examples: &[(Class, Case)],
) -> Result<String, String> {
    let mut cells = Cells::new();
    let mut told_of: BTreeMap<Class, String> = BTreeMap::new();
    for (class, case) in examples {
        let (class, showing) = (*class, showing(peers, *class, case));
        cells.extend(showing.iter().map(|(peer, _)| ((class, *peer), "x".to_owned())));
        let text = told_of.entry(class).or_default();
        let _ = write!(text, "\n```text\n{}\n```\n", told(case, &showing));
    }
    let mut page = text.replace("{versions}", &Peer::versions(peers)?);
    for (weight, place) in [(Weight::Ours, "ours"), (Weight::Choice, "choice")] {
        let examples: String = classes(&cells, weight)
            .map(|class| format!("\n{level} {class}\n\n{}\n{}", class.meaning(), told_of[&class]))
            .collect();
        page = page.replace(&format!("{{{place}}}\n"), &(table(peers, &cells, weight) + &examples));
    }
    Ok(page)
}

/// The case and its result with each peer.
fn told(case: &Case, seen: &[(Peer, Seen)]) -> String {
    let mut text = case.to_string();
    for (peer, seen) in seen {
        if let Some([ours, theirs]) = &seen.verdicts {
            let _ = write!(text, "\n  {peer}: {}; ours: {}", word(theirs), word(ours));
        }
    }
    for (peer, seen) in seen {
        if let Some(fault) = &seen.fault {
            let _ = write!(text, "\n  {peer} panics when built: {fault}");
        }
    }
    let mut answers: Vec<(String, String)> = Vec::new();
    for (peer, seen) in seen {
        for Exchange { request, ours, peer: theirs } in &seen.exchanges {
            let request = Shown(request).to_string();
            let index = answers.iter().position(|(known, _)| *known == request);
            let index = index.unwrap_or_else(|| {
                answers.push((request, format!("\n  ours: {}", line(ours))));
                answers.len() - 1
            });
            let _ = write!(answers[index].1, "\n  {peer}: {}", line(theirs));
        }
    }
    text.extend(answers.iter().map(|(request, answers)| format!("\n> {request}{answers}")));
    text
}

fn word(verdict: &Verdict) -> String {
    match verdict.failed_step() {
        None if verdict.is_readable() => "readable".to_owned(),
        None => "opaque".to_owned(),
        Some(step) => format!("blocked at {}", step.id()),
    }
}

fn line(answer: &Result<Answer, String>) -> String {
    match answer {
        Ok(answer) => answer.to_string(),
        Err(panic) => format!("panics: {panic}"),
    }
}
