//! `suffixes`: the Public Suffix List as `cors-core` searches it.

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

/// Where the list goes.
const RULES: &str = "cors-core/src/origin/public_suffix/rules.txt";

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
    let text = format!(
        "// The rules of the Public Suffix List, https://publicsuffix.org/list/, of {date}.\n\
         // This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. If a copy of the MPL was not\n\
         // distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/.\n\
         // Written by `cargo xtask suffixes`: each rule in ASCII, sorted by its labels from the top down.\n\n{}\n",
        rules.join("\n")
    );
    fs::write(workspace().join(RULES), text)?;
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
}
