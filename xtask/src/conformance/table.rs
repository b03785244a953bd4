//! Reads and checks the files of the table. `xtask/conformance/README.md` describes the format.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cors_core::file::{Format, Found, check};
use serde::Deserialize;
use toml::Spanned;

use super::bytes::{expand, message};

/// One policy and the cases under it.
#[derive(Debug)]
pub struct Group {
    pub about: String,
    /// The text of a policy file.
    pub policy: String,
    pub cases: Vec<Case>,
}

#[derive(Debug)]
pub struct Case {
    /// `FILE:LINE`.
    pub place: String,
    pub what: String,
    /// The exact bytes to send.
    pub bytes: Vec<u8>,
    /// One per answer, in order: pipelined requests have several.
    pub wanted: Vec<Wanted>,
    /// Also accept a 4xx without CORS headers from the framework's parser.
    pub framework_may_refuse: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// More than one only if the framework may choose.
    pub status: Vec<u16>,
    /// All `access-control-*` lines, sorted.
    pub cors: Vec<String>,
    /// Lower-case names, sorted; just `*` if it is among them.
    pub vary: Vec<String>,
    /// The body must be empty.
    pub empty: bool,
    /// Other lines that must be there.
    pub has: Vec<String>,
    /// Other names that must not be there.
    pub lacks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    group: Vec<RawGroup>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGroup {
    about: String,
    policy: Spanned<String>,
    #[serde(default)]
    answers: BTreeMap<String, Spanned<RawAnswer>>,
    cases: Vec<Spanned<RawCase>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAnswer {
    status: u16,
    cors: Vec<String>,
    vary: String,
    #[serde(default)]
    empty: bool,
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCase {
    case: String,
    request: Option<Vec<String>>,
    raw: Option<OneOrMany<String>>,
    want: Option<OneOrMany<String>>,
    status: Option<OneOrMany<u16>>,
    cors: Option<Vec<String>>,
    vary: Option<String>,
    empty: Option<bool>,
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
    #[serde(default)]
    framework_may_refuse: bool,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

/// The table's own files, sorted by name.
pub fn files() -> Result<Vec<PathBuf>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    Ok(files)
}

/// Reads one file. Errors are lines: `FILE:LINE: what is wrong`.
pub fn read(path: &Path) -> Result<Vec<Group>, Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    // Our files: short, and the same on every machine. Other files: what the user wrote.
    let shown = match path.strip_prefix(env!("CARGO_MANIFEST_DIR")) {
        Ok(rest) => Path::new("xtask").join(rest).display().to_string(),
        Err(_) => path.strip_prefix(root).unwrap_or(path).display().to_string(),
    };
    let text = fs::read_to_string(path)
        .map_err(|error| vec![format!("{shown}:1: cannot be read: {error}")])?;
    parse(&shown, &text)
}

fn parse(file: &str, text: &str) -> Result<Vec<Group>, Vec<String>> {
    let place = |offset: usize| {
        let before = text.as_bytes().iter().take(offset);
        format!("{file}:{}", 1 + before.filter(|&&byte| byte == b'\n').count())
    };
    let table: RawTable = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        vec![format!("{}: {}", place(offset), error.message().replace('\n', " "))]
    })?;

    let mut faults = Vec::new();
    let mut groups = Vec::new();
    for group in table.group {
        let policy_place = place(group.policy.span().start);
        let policy = group.policy.into_inner();
        let report = check(&policy, Format::Toml);
        for finding in report.findings() {
            if matches!(finding.finding, Found::Error(_)) {
                faults.push(format!("{policy_place}: the policy, line {finding}"));
            }
        }
        let mut answers = BTreeMap::new();
        for (name, answer) in group.answers {
            let line = place(answer.span().start);
            match Wanted::try_from(answer.into_inner()) {
                Ok(wanted) => drop(answers.insert(name, wanted)),
                Err(fault) => faults.push(format!("{line}: answers.{name}: {fault}")),
            }
        }
        let mut cases = Vec::new();
        for case in group.cases {
            let line = place(case.span().start);
            let case = case.into_inner();
            let what = case.case.clone();
            match case.read(line.clone(), &answers) {
                Ok(case) => cases.push(case),
                Err(fault) => faults.push(format!("{line}: {what}: {fault}")),
            }
        }
        groups.push(Group { about: group.about, policy, cases });
    }
    if faults.is_empty() { Ok(groups) } else { Err(faults) }
}

impl TryFrom<RawAnswer> for Wanted {
    type Error = String;

    fn try_from(raw: RawAnswer) -> Result<Self, String> {
        let wanted = Self {
            status: vec![raw.status],
            cors: raw.cors,
            vary: names(&raw.vary),
            empty: raw.empty,
            has: raw.has,
            lacks: raw.lacks,
        };
        wanted.checked()
    }
}

impl Wanted {
    /// Refuses what can never match, or would not be compared as its author thinks.
    fn checked(mut self) -> Result<Self, String> {
        for line in &mut self.cors {
            // Expanded, because it may be as long as what is sent.
            *line = String::from_utf8_lossy(&expand(line)?).into_owned();
        }
        if let Some(line) = self.cors.iter().find(|line| !is_cors_line(line)) {
            return Err(format!("{line:?} in `cors`; write \"access-control-…: value\""));
        }
        if !self.cors.is_sorted() {
            return Err("`cors` is not in alphabetical order; sort it".to_owned());
        }
        if let Some(line) = self.has.iter().find(|line| !line.contains(": ")) {
            return Err(format!("{line:?} in `has`; write \"name: value\""));
        }
        if self.status.is_empty() {
            return Err("`status` is empty; name at least one".to_owned());
        }
        Ok(self)
    }
}

fn is_cors_line(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(name, _)| {
        name.starts_with("access-control-") && name == name.to_ascii_lowercase()
    })
}

impl RawCase {
    fn read(self, place: String, answers: &BTreeMap<String, Wanted>) -> Result<Case, String> {
        let choice = matches!(&self.status, Some(OneOrMany::Many(_)));
        let freedom = choice || self.framework_may_refuse;
        if freedom != self.reason.is_some() {
            return Err(if freedom {
                "a choice left to the framework needs a `reason`".to_owned()
            } else {
                "`reason` without `framework_may_refuse` or a choice of `status`".to_owned()
            });
        }
        let bytes = match (&self.request, &self.raw) {
            (Some(lines), None) => message(lines)?,
            (None, Some(OneOrMany::One(text))) => expand(text)?,
            (None, Some(OneOrMany::Many(parts))) => expand(&parts.concat())?,
            _ => return Err("write either `request` or `raw`".to_owned()),
        };
        let (what, framework_may_refuse) = (self.case.clone(), self.framework_may_refuse);
        let wanted = self.wanted(answers)?;
        Ok(Case { place, what, bytes, wanted, framework_may_refuse })
    }

    fn wanted(self, answers: &BTreeMap<String, Wanted>) -> Result<Vec<Wanted>, String> {
        let named: Vec<Wanted> = self
            .want
            .map_or(Vec::new(), OneOrMany::into_vec)
            .iter()
            .map(|name| {
                let known = answers.get(name);
                known.cloned().ok_or_else(|| format!("`want` = {name:?}: no such answer"))
            })
            .collect::<Result<_, _>>()?;
        let changes = self.status.is_some()
            || self.cors.is_some()
            || self.vary.is_some()
            || self.empty.is_some()
            || !self.has.is_empty()
            || !self.lacks.is_empty();
        if named.len() > 1 && changes {
            return Err("a `want` with several answers cannot be changed; name them all".to_owned());
        }
        if named.len() > 1 || !changes {
            return match named.is_empty() {
                true => {
                    Err("this case expects nothing; write `want`, or `status`, `cors` and `vary`"
                        .into())
                }
                false => Ok(named),
            };
        }
        let base = named.into_iter().next();
        let missing = || "without `want`, write all of `status`, `cors` and `vary`".to_owned();
        let (mut has, mut lacks) = (self.has, self.lacks);
        if let Some(base) = &base {
            has.extend_from_slice(&base.has);
            lacks.extend_from_slice(&base.lacks);
        }
        let wanted = Wanted {
            status: self
                .status
                .map(OneOrMany::into_vec)
                .or_else(|| Some(base.as_ref()?.status.clone()))
                .ok_or_else(missing)?,
            cors: self.cors.or_else(|| Some(base.as_ref()?.cors.clone())).ok_or_else(missing)?,
            vary: self
                .vary
                .map(|vary| names(&vary))
                .or_else(|| Some(base.as_ref()?.vary.clone()))
                .ok_or_else(missing)?,
            empty: self.empty.unwrap_or(base.is_some_and(|base| base.empty)),
            has,
            lacks,
        };
        Ok(vec![wanted.checked()?])
    }
}

/// The names in a `Vary` value. Keeps duplicates, so that a repeated name is a difference.
pub fn names(vary: &str) -> Vec<String> {
    let names = vary.split(',').map(|name| name.trim().to_ascii_lowercase());
    let mut names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
    names.sort();
    if names.iter().any(|name| name == "*") { vec!["*".to_owned()] } else { names }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_vary() {
        for (vary, wanted) in [
            ("", &[][..]),
            (" Origin ,, accept", &["accept", "origin"]),
            ("Origin, origin", &["origin", "origin"]),
            ("Origin, *", &["*"]),
        ] {
            assert_eq!(names(vary), wanted, "{vary}");
        }
    }

    #[test]
    fn the_table_reads_and_each_case_of_a_group_has_its_own_name() {
        let mut count = 0;
        for file in files().unwrap() {
            for group in read(&file).unwrap() {
                let mut sentences: Vec<_> = group.cases.iter().map(|case| &case.what).collect();
                sentences.sort();
                count += sentences.len();
                let twice = sentences.windows(2).find(|pair| pair[0] == pair[1]);
                assert_eq!(twice, None, "{}: {}", file.display(), group.about);
            }
        }
        assert!(count >= 300, "{count}");
    }
}
