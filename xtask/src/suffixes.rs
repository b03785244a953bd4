//! `suffixes`: the Public Suffix List as `cors-core` searches it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use lexopt::{Arg, Parser, ValueExt};
use xtask::workspace;

use crate::{Exit, usage};

const USAGE: &str = "\
suffixes FILE [--date YYYY-MM-DD]
  writes the list that cors-core searches, from public_suffix_list.dat
  the date is in the file's line `// VERSION:` unless it is given";

/// Where the list goes, to read.
const RULES: &str = "cors-core/src/origin/public_suffix/rules.txt";
/// Where it goes for `cors-core`, which would otherwise add three times as much to every server.
const PACKED: &str = "cors-core/src/origin/public_suffix/rules.bin";

pub fn run(parser: &mut Parser) -> Exit {
    let (mut file, mut date) = (None, None);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return usage(USAGE),
            Arg::Long("date") => date = Some(parser.value()?.string()?),
            Arg::Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
            other => return Err(other.unexpected()),
        }
    }
    let file = file
        .ok_or("FILE is missing: download https://publicsuffix.org/list/public_suffix_list.dat")?;
    match write(&file, date.as_deref()) {
        Ok(count) => {
            println!("{RULES}: {count} rules");
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("{}: {error}", file.display());
            Ok(ExitCode::FAILURE)
        }
    }
}

fn write(file: &Path, date: Option<&str>) -> io::Result<usize> {
    let list = fs::read_to_string(file)?;
    let version = list.lines().find_map(|line| line.strip_prefix("// VERSION: ")?.get(..10));
    let date = date.or(version).ok_or_else(|| io::Error::other("it has no date; give --date"))?;
    let rules = rules_of(&list).map_err(io::Error::other)?;
    let notice = format!(
        "// The rules of the Public Suffix List, https://publicsuffix.org/list/, of {date}.\n\
         // This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. If a copy of the MPL was not\n\
         // distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/.\n\
         // Written by `cargo xtask suffixes`: each rule in ASCII, "
    );
    let sorted =
        format!("{notice}sorted by its labels from the top down.\n\n{}\n", rules.join("\n"));
    fs::write(workspace().join(RULES), sorted)?;
    let packed = format!("{notice}with others that have the same labels above, packed.\n\n");
    let packed = [packed.into_bytes(), pack(groups_of(&rules).as_bytes())].concat();
    fs::write(workspace().join(PACKED), packed)?;
    Ok(rules.len())
}

/// Each rule in ASCII. A rule comes right before those below it.
fn rules_of(list: &str) -> Result<Vec<String>, String> {
    let lines = list.lines().map(|line| line.split_whitespace().next().unwrap_or_default());
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    let mut rules = lines.map(in_ascii).collect::<Result<Vec<_>, _>>()?;
    rules.sort_by(|one, other| one.rsplit('.').cmp(other.rsplit('.')));
    rules.dedup();
    Ok(rules)
}

/// All rules, without what they repeat. Each line has a comma-separated list of endings, each with its
/// leading dot, and then the labels that occur below all of them. After each label is a letter that
/// tells how much of it the next one begins with: `A` for nothing.
fn groups_of(rules: &[String]) -> String {
    let mut labels_of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for rule in rules {
        let (label, above) = rule.split_at(rule.find('.').unwrap_or(rule.len()));
        labels_of.entry(above).or_default().push(label);
    }
    let mut groups: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    for (above, labels) in labels_of {
        groups.entry(labels).or_default().push(above);
    }
    let mut text = String::new();
    for (labels, above) in groups {
        text += &above.join(",");
        text.push(' ');
        let next = labels.iter().skip(1).chain([&""]);
        let mut known = 0;
        for (label, next) in labels.iter().zip(next) {
            let same = label.bytes().zip(next.bytes()).take(MAX_SAME).take_while(|(a, b)| a == b);
            text += &label[known..];
            known = same.count();
            text.extend(('A'..).nth(known));
        }
        text.push('\n');
    }
    text
}

/// More letters would leave fewer bytes for pairs.
const MAX_SAME: usize = 9;

/// Byte pair encoding: the pair that each byte represents, or two zeros if it represents itself,
/// and the text.
fn pack(text: &[u8]) -> Vec<u8> {
    let mut packed = text.to_vec();
    let mut pairs = [[0; 2]; 256];
    for byte in (1..=u8::MAX).filter(|byte| !text.contains(byte)) {
        let mut counts = BTreeMap::new();
        for pair in packed.windows(2) {
            *counts.entry([pair[0], pair[1]]).or_insert(0) += 1;
        }
        let Some((pair, 3..)) = counts.into_iter().max_by_key(|(_, count)| *count) else { break };
        pairs[usize::from(byte)] = pair;
        let mut rest = std::mem::take(&mut packed).into_iter().peekable();
        while let Some(first) = rest.next() {
            let is_pair = first == pair[0] && rest.next_if_eq(&pair[1]).is_some();
            packed.push(if is_pair { byte } else { first });
        }
    }
    [pairs.as_flattened(), &packed].concat()
}

fn in_ascii(rule: &str) -> Result<String, String> {
    let (mark, name) = match (rule.strip_prefix('!'), rule.strip_prefix("*.")) {
        (Some(name), _) => ("!", name),
        (None, Some(name)) => ("*.", name),
        (None, None) => ("", rule),
    };
    match url::Host::parse(name) {
        Ok(url::Host::Domain(name)) => Ok(format!("{mark}{name}")),
        other => Err(format!("{rule:?} is not a rule: {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_sorted_from_the_top() {
        let list = "// VERSION: 2026-01-02_x\n\njp\n*.kawasaki.jp\n!city.kawasaki.jp\nco-op.jp\n食狮.中国 // a comment\njp\na.co.jp\nco.jp";
        assert_eq!(
            rules_of(list).unwrap(),
            [
                "jp",
                "co.jp",
                "a.co.jp",
                "co-op.jp",
                "!city.kawasaki.jp",
                "*.kawasaki.jp",
                "xn--85x722f.xn--fiqs8s"
            ],
        );
        assert!(rules_of("a b.c\n1.2.3.4").is_err());
    }

    #[test]
    fn names_above_the_same_labels_share_them() {
        let rules = ["com", "cool", "jp", "co.jp", "*.kawasaki.jp", "co.uk"].map(str::to_owned);
        assert_eq!(groups_of(&rules), ".kawasaki.jp *A\n.jp,.uk coA\n comColAjpA\n");
    }

    #[test]
    fn pairs_of_pairs() {
        let packed = pack(b"ababxababyabab.ab.");
        let (pairs, text) = packed.split_at(512);
        assert_eq!(pairs[2..6], *b"ab\x01\x01");
        assert_eq!(text, b"\x02x\x02y\x02.\x01.");
    }
}
