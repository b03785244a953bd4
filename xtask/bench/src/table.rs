//! The figures as a table.

use std::fmt::Write;

use crate::contender::Who;
use crate::difference::Work;
use crate::figures::{FrameworkFigures, RowFigures};
use crate::verdict::Verdict;

/// What stands where there is no figure.
const NONE: &str = "—";

/// One framework's rows.
pub fn framework(figures: &FrameworkFigures) -> String {
    let names = figures.rows.iter().map(|row| row.row.chars().count()).max().unwrap_or(0);
    let groups = groups(figures);
    let (mut titles, mut heads) = (" ".repeat(names), " ".repeat(names));
    for (title, columns) in &groups {
        let width = columns.iter().map(|column| column.width + 1).sum::<usize>();
        titles += &format!("  {title:<width$}");
        heads += "  ";
        for Column { head, width, .. } in columns {
            heads += &format!("{head:>width$} ");
        }
    }
    let mut table = format!("{}\n{}\n{}\n", figures.title(), titles.trim_end(), heads.trim_end());
    for row in &figures.rows {
        let mut line = format!("{:names$}", row.row);
        for (_, columns) in &groups {
            line += "  ";
            for Column { width, cell, .. } in columns {
                let text = cell(row).unwrap_or_else(|| NONE.to_owned());
                line += &format!("{text:>width$} ");
            }
        }
        line += " ";
        line += &remark(row);
        let _ = writeln!(table, "{}", line.trim_end());
    }
    table
}

type Cell = Box<dyn Fn(&RowFigures) -> Option<String>>;

struct Column {
    head: String,
    width: usize,
    cell: Cell,
}

/// The columns: what is counted, timed and allocated.
fn groups(figures: &FrameworkFigures) -> [(&'static str, Vec<Column>); 3] {
    let there = |who: &Who| figures.rows.iter().any(|row| row.contenders.contains_key(who));
    let whos: Vec<Who> = [Who::Bare, Who::Floor, Who::Ours, Who::Peer, Who::Decision]
        .into_iter()
        .filter(there)
        .collect();
    let columns = |over: fn(&RowFigures, Who) -> Option<f64>,
                   cell: fn(&RowFigures, Who) -> Option<String>| {
        let one = |who: &Who| {
            let who = *who;
            Column {
                head: who.to_string(),
                width: width(who),
                cell: Box::new(move |row| cell(row, who)),
            }
        };
        let ratio = |to: &Who| {
            let to = *to;
            let ratio = move |row: &RowFigures| {
                let to = over(row, to).filter(|to| *to > 0.0)?;
                Some(format!("{:.2}", over(row, Who::Ours)? / to))
            };
            Column { head: format!("/{to}"), width: 6, cell: Box::new(ratio) }
        };
        let compared = whos.iter().filter(|who| matches!(who, Who::Floor | Who::Peer));
        whos.iter().map(one).chain(compared.map(ratio)).collect()
    };
    let allocated = whos.iter().filter(|who| matches!(who, Who::Floor | Who::Ours | Who::Peer));
    let allocated = allocated.map(|who| {
        let who = *who;
        let cell = move |row: &RowFigures| {
            let allocated = row.allocated(who)?;
            Some(format!("{}:{:.0}", allocated.blocks, allocated.bytes))
        };
        Column { head: who.to_string(), width: 9, cell: Box::new(cell) }
    });
    [
        ("instructions over bare", columns(RowFigures::instructions, instructions)),
        ("nanoseconds over bare", columns(RowFigures::nanoseconds, nanoseconds)),
        ("blocks:bytes", allocated.collect()),
    ]
}

fn width(who: Who) -> usize {
    match who {
        Who::Bare | Who::Floor => 6,
        Who::Ours => 11,
        Who::Decision | Who::Filter | Who::Peer => 9,
    }
}

fn instructions(row: &RowFigures, who: Who) -> Option<String> {
    let count = match who {
        Who::Bare => row.contenders.get(&who)?.instructions?,
        _ => row.instructions(who)?,
    };
    Some(format!("{count:.0}"))
}

fn nanoseconds(row: &RowFigures, who: Who) -> Option<String> {
    let time = row.contenders.get(&who)?.time?;
    let spread = if who == Who::Bare { time.whole } else { time.over_bare };
    Some(match who {
        Who::Ours => format!("{:.0} ±{:.0}", spread.median, (spread.upper - spread.lower) / 2.0),
        _ => format!("{:.0}", spread.median),
    })
}

/// What the peer does otherwise.
fn remark(row: &RowFigures) -> String {
    let mut remarks = Vec::new();
    if let Some(peer) = row.contenders.get(&Who::Peer) {
        if let Some(reason) = &peer.absent {
            remarks.push(format!("no peer: {reason}"));
        }
        if let Some(difference) = &peer.difference {
            let work = match difference.work {
                Work::Same => "",
                Work::Less => "peer does less: ",
                Work::More => "peer does more: ",
                Work::Other => "peer: ",
            };
            if !difference.words.is_empty() {
                remarks.push(format!("{work}{}", difference.words.join("; ")));
            }
            if peer.instructions.is_none()
                && row.contenders.values().any(|c| c.instructions.is_some())
            {
                remarks.push("peer timed, not counted".to_owned());
            }
        }
    }
    if let (Some(count), Some(time)) = (row.instructions(Who::Filter), row.nanoseconds(Who::Filter))
    {
        remarks.push(format!("around the filter: {count:.0} instructions, {time:.0} ns"));
    }
    remarks.join("; ")
}

/// The targets, and what misses them.
pub fn verdicts(verdicts: &[Verdict]) -> String {
    let mut text = "targets\n".to_owned();
    for Verdict { target, judged, misses } in verdicts {
        let verdict = match (judged, misses.len()) {
            (0, _) => "not measured".to_owned(),
            (_, 0) => "met".to_owned(),
            (judged, missed) => format!("missed by {missed} of {judged}"),
        };
        let _ = writeln!(text, "  {target}: {verdict}");
        for miss in misses {
            let _ = writeln!(text, "    {:<13}{:<40}{}", miss.framework, miss.row, miss.by);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::figures::made_up::{self, differing};
    use crate::rows::Kind;
    use crate::verdict::Miss;

    #[test]
    fn a_framework_with_a_peer() {
        let over = [(Who::Floor, 1000.0), (Who::Ours, 1100.0), (Who::Peer, 2200.0)];
        let row = |name: &str, over: &[(Who, f64)]| made_up::row(name, Kind::Handled, 500.0, over);
        let words = ["204 -> 200", "without Vary"];
        let mut timed = differing(row("timed alone", &over), Work::Same, &[]);
        timed.contenders.get_mut(&Who::Peer).unwrap().instructions = None;
        let mut absent = row("no peer", &over[..2]);
        absent.contenders.entry(Who::Peer).or_default().absent =
            Some("it has no patterns".to_owned());
        let mut filter = differing(row("around a filter", &over), Work::More, &["also Vary"]);
        filter.contenders.extend(row("", &[(Who::Filter, 3000.0)]).contenders);
        let rows =
            vec![differing(row("the same", &over), Work::Less, &words), timed, absent, filter];
        expect![[r#"
            axum, beside other 1.0
                             instructions over bare                              nanoseconds over bare                               blocks:bytes
                               bare  floor        ours      peer /floor  /peer     bare  floor        ours      peer /floor  /peer       floor      ours      peer
            the same            500   1000        1100      2200   1.10   0.50       50    100      110 ±1       220   1.10   0.50       2:100     2:100     2:100  peer does less: 204 -> 200; without Vary
            timed alone         500   1000        1100         —   1.10      —       50    100      110 ±1       220   1.10   0.50       2:100     2:100     2:100  peer timed, not counted
            no peer             500   1000        1100         —   1.10      —       50    100      110 ±1         —   1.10      —       2:100     2:100         —  no peer: it has no patterns
            around a filter     500   1000        1100      2200   1.10   0.50       50    100      110 ±1       220   1.10   0.50       2:100     2:100     2:100  peer does more: also Vary; around the filter: 3000 instructions, 300 ns
        "#]].assert_eq(&framework(&made_up::framework("axum", rows)));
    }

    #[test]
    fn the_core_alone() {
        let over = [(Who::Floor, 1000.0), (Who::Ours, 1100.0), (Who::Decision, 50.0)];
        let mut row = made_up::row("allowed", Kind::Handled, 500.0, &over);
        row.contenders.get_mut(&Who::Floor).unwrap().allocated = None;
        expect![[r#"
            core
                     instructions over bare                       nanoseconds over bare                        blocks:bytes
                       bare  floor        ours  decision /floor     bare  floor        ours  decision /floor       floor      ours
            allowed     500   1000        1100        50   1.10       50    100      110 ±1         5   1.10           —     2:100
        "#]].assert_eq(&framework(&made_up::framework("core", vec![row])));
    }

    #[test]
    fn targets() {
        let miss = Miss {
            framework: "axum".to_owned(),
            row: "a row".to_owned(),
            by: "2.00 times".to_owned(),
        };
        let verdict =
            |target: &str, judged, misses| Verdict { target: target.to_owned(), judged, misses };
        let text = verdicts(&[
            verdict("never slow", 3, vec![miss]),
            verdict("always right", 3, vec![]),
            verdict("flat", 0, vec![]),
        ]);
        expect![[r#"
            targets
              never slow: missed by 1 of 3
                axum         a row                                   2.00 times
              always right: met
              flat: not measured
        "#]]
        .assert_eq(&text);
    }
}
