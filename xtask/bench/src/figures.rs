//! The measurements, and tables of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};

use crate::Fault;
use crate::contender::Answer;
use crate::frameworks::{Framework, Who};
use crate::rows::Row;

/// All measurements.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// By framework, row, contender and measure.
    values: BTreeMap<[String; 4], Vec<f64>>,
    /// Notes on the peer, by framework and row.
    notes: BTreeMap<[String; 2], String>,
}

impl Figures {
    /// Adds the lines that a process printed for a framework.
    ///
    /// # Errors
    /// If a line is not a measurement.
    pub fn read(&mut self, framework: &str, lines: &str) -> Result<(), Fault> {
        lines.lines().try_for_each(|line| {
            self.read_line(framework, line).ok_or_else(|| format!("not a figure: {line:?}").into())
        })
    }

    fn read_line(&mut self, framework: &str, line: &str) -> Option<()> {
        let parts: Vec<_> = line.split('\t').collect();
        let [row, who, measure, value] = parts.try_into().ok()?;
        if measure == "note" {
            self.notes.insert([framework, row].map(str::to_owned), value.to_owned());
        } else {
            let key = [framework, row, who, measure].map(str::to_owned);
            self.values.entry(key).or_default().push(value.parse().ok()?);
        }
        Some(())
    }

    /// The median of a measure, minus that of the bare service.
    fn over_bare(&self, framework: &str, row: &str, who: Who, measure: &str) -> Option<f64> {
        let of = |who: Who| {
            let key = [framework, row, &who.to_string(), measure].map(str::to_owned);
            self.values.get(&key).map(|values| median(values))
        };
        Some(of(who)? - of(Who::Bare)?)
    }

    /// A one-character mark for how the peer's answer differs.
    fn mark(&self, framework: &str, row: &str) -> char {
        let note = self.notes.get(&[framework, row].map(str::to_owned)).map_or("", String::as_str);
        match (note.contains('~'), note.contains('-'), note.contains('+')) {
            (false, false, false) => ' ',
            (false, true, false) => '<',
            (false, false, true) => '>',
            _ => '≠',
        }
    }

    /// A line per row and a column per framework: ours as a multiple of the least work, and of the peer.
    /// Then a summary of each framework.
    pub fn table(&self, frameworks: &[Framework], rows: &[Row]) -> String {
        let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
        let (mut titles, mut heads) = (" ".repeat(width), " ".repeat(width));
        let mut sums = vec![(0, 0, String::new()); frameworks.len()];
        for Framework { name, .. } in frameworks {
            let _ = write!(titles, "   {name:<13}");
            heads += "   least   peer  ";
        }
        let mut table = format!("{}\n{}\n", titles.trim_end(), heads.trim_end());
        for row in rows {
            let mut line = format!("{:width$}", row.name);
            for (Framework { name, .. }, sum) in frameworks.iter().zip(&mut sums) {
                let of = |who| self.over_bare(name, &row.name, who, "instructions");
                let ours = of(Who::Ours).unwrap_or(f64::NAN);
                let ratio = |who| of(who).map(|other| ours / other);
                let target = match self.over_bare("tower", &row.name, Who::Ours, "instructions") {
                    Some(tower) if *name == "warp" => ours / tower <= 1.1,
                    _ => ratio(Who::Necessary).is_none_or(|ratio| ratio <= row.target()),
                };
                let behind = ratio(Who::Peer).is_some_and(|ratio| ratio > 1.0);
                sum.0 += usize::from(!target);
                sum.1 += usize::from(behind);
                let made = |who| self.over_bare(name, &row.name, who, "allocations");
                if let (Some(ours), Some(least)) = (made(Who::Ours), made(Who::Necessary))
                    && ours > least
                {
                    let more = ours - least;
                    let _ = write!(sum.2, "; allocates more: {} ({more})", row.name);
                }
                let cell =
                    |ratio: Option<f64>| ratio.map_or("—".to_owned(), |r| format!("{r:.2}"));
                let flag = |missed| if missed { '!' } else { ' ' };
                let (least, peer) = (cell(ratio(Who::Necessary)), cell(ratio(Who::Peer)));
                let mark = self.mark(name, &row.name);
                let _ =
                    write!(line, "  {least:>6}{} {peer:>5}{mark}{}", flag(!target), flag(behind));
            }
            let _ = writeln!(table, "{}", line.trim_end());
        }
        for (Framework { name, .. }, (over, behind, more)) in frameworks.iter().zip(sums) {
            let of = rows.len();
            let _ = writeln!(
                table,
                "{name}: {over} of {of} over the target, {behind} behind the peer{more}"
            );
        }
        table
    }

    /// All measurements, by framework, row, contender and measure.
    pub fn json(&self) -> Value {
        let mut all = Value::Null;
        for ([framework, row, who, measure], values) in &self.values {
            all[framework][row][who][measure] = json!(median(values));
        }
        for ([framework, row], note) in &self.notes {
            all[framework][row]["note"] = json!(note);
        }
        all
    }
}

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How a peer's answer differs: what it lacks (-), what only it has (+), and what it says otherwise (~).
/// Empty if a browser and a cache see no difference.
pub fn difference(ours: &Answer, theirs: &Answer) -> String {
    let (own, their) = (parts(ours), parts(theirs));
    let names: BTreeSet<_> = own.keys().chain(their.keys()).collect();
    let words = names.into_iter().filter_map(|name| match (own.get(name), their.get(name)) {
        (Some(_), None) => Some(format!("-{name}")),
        (None, Some(_)) => Some(format!("+{name}")),
        (own, their) => (own != their).then(|| format!("~{name}")),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The parts of an answer to compare: whether it is a success, CORS headers as sets, and each name in
/// `Vary`.
fn parts(answer: &Answer) -> BTreeMap<String, Vec<String>> {
    let kind = (answer.status / 100).to_string();
    let mut parts = BTreeMap::from([("status".to_owned(), vec![kind])]);
    for (name, value) in &answer.headers {
        let elements = value.split([',', '\n']).map(|name| name.trim().to_ascii_lowercase());
        let mut elements: Vec<_> = elements.map(|name| name.replace('-', "_")).collect();
        elements.sort_unstable();
        if let Some(name) = name.strip_prefix("access-control-") {
            parts.insert(name.replace('-', "_"), elements);
        } else if name == "vary" {
            parts.extend(elements.into_iter().map(|name| (format!("vary_{name}"), Vec::new())));
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::frameworks::FRAMEWORKS;
    use crate::rows;

    fn figures() -> Figures {
        let mut figures = Figures::default();
        let mut read = |framework, row: &str, who, measure, values: &[f64]| {
            for value in values {
                figures.read(framework, &format!("{row}\t{who}\t{measure}\t{value}\n")).unwrap();
            }
        };
        for (row, peer) in [("forbid", None), ("regex, hit", Some(2200.0))] {
            for framework in ["tower", "actix"] {
                let four = [(Who::Bare, 100.0), (Who::Floor, 600.0), (Who::Necessary, 850.0)];
                for (who, count) in four {
                    read(framework, row, who, "instructions", &[count]);
                    read(framework, row, who, "allocations", &[3.0]);
                }
                read(framework, row, Who::Ours, "instructions", &[1100.0, 9999.0, 600.0]);
                read(framework, row, Who::Ours, "allocations", &[5.0]);
                if let Some(peer) = peer {
                    read(framework, row, Who::Peer, "instructions", &[peer]);
                }
            }
        }
        figures.read("actix", "regex, hit\tpeer\tnote\t-vary_origin\n").unwrap();
        figures
    }

    #[test]
    fn tables() {
        let shown = [FRAMEWORKS[0], FRAMEWORKS[2]];
        let rows = rows::rows(&["forbid".to_owned(), "regex, hit".to_owned()], true);
        expect![[r#"
                         tower           actix
                         least   peer     least   peer
            regex, hit    1.33!  0.48      1.33!  0.48<
            forbid        1.33!     —      1.33!     —
            tower: 2 of 2 over the target, 0 behind the peer; allocates more: regex, hit (2); allocates more: forbid (2)
            actix: 2 of 2 over the target, 0 behind the peer; allocates more: regex, hit (2); allocates more: forbid (2)
        "#]]
        .assert_eq(&figures().table(&shown, &rows));
    }

    #[test]
    fn json_and_what_is_not_a_figure() {
        let json = figures().json();
        assert_eq!(json["tower"]["forbid"]["ours"]["instructions"], 1100.0);
        assert_eq!(json["actix"]["regex, hit"]["note"], "-vary_origin");
        for line in ["", "a warning", "forbid\tours\tbytes\tmany"] {
            let fault =
                Figures::default().read("axum", &format!("{line}\n")).unwrap_err().to_string();
            assert!(fault.contains(&format!("{line:?}")), "{fault}");
        }
    }

    #[test]
    fn differences() {
        let answer = |status, lines: &[(&str, &str)]| {
            Answer::new(status, lines.iter().map(|(name, value)| (*name, value.as_bytes())))
        };
        let vary = ("vary", "Origin, Access-Control-Request-Method");
        let origin = ("access-control-allow-origin", "https://a.example");
        let methods = ("access-control-allow-methods", "PUT,GET");
        let ours = answer(204, &[vary, origin, methods]);
        let star = ("access-control-allow-origin", "*");
        let lower = ("access-control-allow-methods", "get, PUT");
        for (theirs, words) in [
            (answer(200, &[lower, origin, vary, ("content-length", "0")]), ""),
            (answer(204, &[vary, origin, methods, ("access-control-max-age", "1")]), "+max_age"),
            (
                answer(204, &[("vary", "origin"), origin]),
                "-allow_methods -vary_access_control_request_method",
            ),
            (answer(403, &[vary, star, methods]), "~allow_origin ~status"),
        ] {
            assert_eq!(difference(&ours, &theirs), words);
        }
    }
}
