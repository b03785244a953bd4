//! The measurements, and tables of them.

use serde_json::Value;

use crate::frameworks::{Framework, Who};
use crate::rows::Row;

/// All measurements, by framework, row, contender and measure, and a note on the peer in each row.
pub struct Figures(pub Value);

impl Figures {
    /// A measure, minus that of the bare service.
    fn over_bare(&self, framework: &str, row: &str, who: Who, measure: &str) -> Option<f64> {
        let of = |who: Who| self.0[framework][row][who.name()][measure].as_f64();
        Some(of(who)? - of(Who::Bare)?)
    }

    /// A one-character mark for how the peer's answer differs.
    fn mark(&self, framework: &str, row: &str) -> char {
        let note = self.0[framework][row]["note"].as_str().unwrap_or_default();
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
        let titles: String = frameworks.iter().map(|of| format!("   {:<13}", of.name)).collect();
        let heads = "   least   peer  ".repeat(frameworks.len());
        let mut table = format!("{:width$}{}\n", "", titles.trim_end());
        table += &format!("{:width$}{}\n", "", heads.trim_end());
        let mut sums = vec![(0, 0, String::new()); frameworks.len()];
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
                let made = |who| made(who).unwrap_or(f64::NAN);
                let more = made(Who::Ours) - made(Who::Necessary);
                if more > 0.0 {
                    sum.2 += &format!("; allocates more: {} ({more})", row.name);
                }
                let cell = |who| ratio(who).map_or("—".to_owned(), |ratio| format!("{ratio:.2}"));
                let flag = |missed| if missed { '!' } else { ' ' };
                let (least, peer) = (cell(Who::Necessary), cell(Who::Peer));
                let (over, mark) = (flag(!target), self.mark(name, &row.name));
                line += &format!("  {least:>6}{over} {peer:>5}{mark}{}", flag(behind));
            }
            table += &format!("{}\n", line.trim_end());
        }
        let of = rows.len();
        for (Framework { name, .. }, (over, late, more)) in frameworks.iter().zip(sums) {
            table +=
                &format!("{name}: {over} of {of} over the target, {late} behind the peer{more}\n");
        }
        table
    }
}

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::*;
    use crate::frameworks::FRAMEWORKS;
    use crate::rows;

    fn figures() -> Figures {
        let mut all = Value::Null;
        for (row, peer) in [("forbid", None), ("regex, hit", Some(2200.0))] {
            for framework in ["tower", "actix"] {
                let four = [(Who::Bare, 100.0), (Who::Floor, 600.0), (Who::Necessary, 850.0)];
                for (who, count) in four {
                    all[framework][row][who.name()] =
                        json!({ "instructions": count, "allocations": 3.0 });
                }
                all[framework][row]["ours"] = json!({ "instructions": 1100.0, "allocations": 5.0 });
                if let Some(peer) = peer {
                    all[framework][row]["peer"] = json!({ "instructions": peer });
                }
            }
        }
        all["actix"]["regex, hit"]["note"] = json!("-vary_origin");
        Figures(all)
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
}
