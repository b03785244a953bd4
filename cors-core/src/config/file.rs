//! Policy files in TOML and JSON, with the line of every error and warning.
//!
//! To read a file into a [`Config`](crate::Config), its `Deserialize` (feature `serde`) is enough. To
//! start a server, call [`Policy::from_file`](crate::Policy::from_file). Use this module to write a
//! tool that checks policy files:
//!
//! ```
//! use cors_core::file::{Format, check};
//!
//! let report = check(
//!     "allow_origins = [
//!   'https://app.example.com',
//!   'https://www.example.com/',
//! ]
//! max_age = 'ten minutes'
//! ",
//!     Format::Toml,
//! );
//! assert!(report.policy().is_none());
//! let lines: Vec<_> = report.findings().iter().map(|found| found.line).collect();
//! assert_eq!(lines, [3, 5]);
//! ```

mod budget;
mod json;
mod lines;
mod source;
mod toml;

use std::fmt;
use std::path::Path;

use crate::config::compile::compile;
use crate::config::read::{Fault, Reading, read};
use crate::config::tree::Entry;
use crate::engine::policy::Policy;
use crate::error::{Capped, ConfigError, ErrorKind, Warning, WarningKind};
use crate::key::Key;

pub use source::{FileError, Unreadable, read_file};

/// The format of a policy file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// [TOML](https://toml.io)
    Toml,
    /// JSON, as in [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259): no comments, no trailing
    /// commas.
    Json,
}

impl Format {
    /// JSON if the extension is `.json`, otherwise TOML.
    ///
    /// ```
    /// use cors_core::file::Format;
    ///
    /// assert_eq!(Format::of("cors/policy.json".as_ref()), Format::Json);
    /// assert_eq!(Format::of("policy.toml".as_ref()), Format::Toml);
    /// assert_eq!(Format::of("policy".as_ref()), Format::Toml);
    /// ```
    pub fn of(path: &Path) -> Self {
        match path.extension() {
            Some(extension) if extension.eq_ignore_ascii_case("json") => Self::Json,
            _ => Self::Toml,
        }
    }
}

/// Everything to say about a policy file, and the policy if the file is valid.
///
/// ```
/// use cors_core::file::{Format, Found, check};
///
/// let report = check("allow_origins = 'https://app.example.com'\nmax_age = 9000", Format::Toml);
/// assert_eq!((report.errors(), report.warnings(), report.more()), (0, 1, 0));
/// let found = &report.findings()[0];
/// assert_eq!((found.line, found.key(), found.is_error()), (2, "max_age", false));
/// assert!(matches!(found.finding, Found::Warning(_)));
/// assert!(report.into_policy()?.allows("https://app.example.com"));
/// # Ok::<(), cors_core::file::Report>(())
/// ```
#[derive(Clone)]
pub struct Report {
    policy: Option<Policy>,
    findings: Vec<Located>,
    errors: usize,
    warnings: usize,
}

impl Report {
    /// Every error and warning, in the order of the file. Keeps the first 1000 of each for each key,
    /// so that a hostile file cannot exhaust memory.
    pub fn findings(&self) -> &[Located] {
        &self.findings
    }

    /// The number of errors, including those that [`findings`](Self::findings) leaves out.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// The number of warnings, including those that [`findings`](Self::findings) leaves out.
    pub fn warnings(&self) -> usize {
        self.warnings
    }

    /// The number of errors and warnings that [`findings`](Self::findings) leaves out.
    pub fn more(&self) -> usize {
        self.errors + self.warnings - self.findings.len()
    }

    /// The policy, if there are no errors.
    pub fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()
    }

    /// The policy, even if there are warnings.
    ///
    /// # Errors
    /// The report itself, if the file has errors. It prints all findings.
    pub fn into_policy(mut self) -> Result<Policy, Self> {
        self.policy.take().ok_or(self)
    }
}

/// Prints each finding on a line of its own, and how many more there are.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.findings.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{finding}")?;
        }
        match self.more() {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

/// Prints the same as [`Display`](fmt::Display), because `unwrap` and a failing `main` show it.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Report {}

/// A finding, with its line in the file.
///
/// It prints as `LINE: key = value: reason; fix`. The reason of a warning starts with `warning: `.
///
/// ```
/// use cors_core::file::{Format, Located, check};
///
/// let report = check("allow_origins = '*'\nmax_age = -1", Format::Toml);
/// let found: &Located = &report.findings()[0];
/// assert_eq!((found.line, found.key()), (2, "max_age"));
/// assert!(found.is_error());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Located {
    /// The line, counted from 1. In a list, this is the entry's line. If two keys contradict each
    /// other, it is that of the key that the message names first. If a key is missing, it is 1.
    pub line: usize,
    /// The finding.
    pub finding: Found,
}

/// An error or a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a finding is one or the other")]
pub enum Found {
    /// The file is not a valid policy until you fix this.
    Error(ConfigError),
    /// The file is a valid policy, but perhaps not the one you meant.
    Warning(Warning),
}

impl Located {
    /// The key, as in the file, such as `danger.allow_null_origin`.
    pub fn key(&self) -> &str {
        match &self.finding {
            Found::Error(error) => error.key(),
            Found::Warning(warning) => warning.key(),
        }
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        matches!(self.finding, Found::Error(_))
    }

    fn position(&self) -> (usize, Option<usize>) {
        match &self.finding {
            Found::Error(error) => error.position(),
            Found::Warning(warning) => warning.position(),
        }
    }
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.key())?;
        if let (_, Some(index)) = self.position() {
            write!(f, "[{index}]")?;
        }
        match &self.finding {
            Found::Error(error) => {
                write!(f, " = {}: {}; {}", error.value(), error.reason(), error.fix())
            }
            Found::Warning(warning) => {
                write!(
                    f,
                    " = {}: warning: {}; {}",
                    warning.value(),
                    warning.reason(),
                    warning.fix()
                )
            }
        }
    }
}

/// The result of parsing a text.
struct Parsed {
    entries: Vec<Entry>,
    faults: Capped<Fault>,
    /// Whether `entries` has everything in the file, so that any other key is really missing.
    whole: bool,
}

/// Checks the text of a policy file. Errors do not hide each other, except that JSON ends at the first
/// syntax error.
///
/// ```
/// use cors_core::file::{Format, check};
///
/// let text = r#"{ "allow_origins": "https://app.example.com", "max_age": 9000 }"#;
/// let report = check(text, Format::Json);
/// assert!(report.policy().is_some());
/// assert_eq!(
///     report.to_string(),
///     "1: max_age = 9000: warning: Chromium caches preflights for at most 7200 seconds; \
///      write 7200 or less",
/// );
/// ```
pub fn check(text: &str, format: Format) -> Report {
    // Some editors write a byte order mark. It is not part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed = match format {
        Format::Toml => toml::parse(text),
        Format::Json => json::parse(text),
    };
    let mut reading = read(parsed.entries);
    let judgement = compile(&std::mem::take(&mut reading.config), None, None);
    let faults = std::mem::replace(&mut reading.faults, Capped::new());

    let mut findings = Vec::new();
    let mut errors = faults.total() + parsed.faults.total() + judgement.errors.total();
    let mut warnings = judgement.warning_count;
    for Fault { line, error } in faults.into_kept().into_iter().chain(parsed.faults.into_kept()) {
        findings.push(Located { line, finding: Found::Error(error) });
    }
    for error in judgement.errors.kept() {
        let is_missing = matches!(error.kind(), ErrorKind::NoOrigins) && !parsed.whole;
        if is_missing || reading.explains(error) {
            errors -= 1;
        } else {
            let (line, error) = reading.locate(error);
            findings.push(Located { line, finding: Found::Error(error) });
        }
    }
    for warning in judgement.warnings() {
        if warning_follows(warning, &reading, parsed.whole) {
            warnings -= 1;
        } else {
            let (line, warning) = reading.locate(warning);
            findings.push(Located { line, finding: Found::Warning(warning) });
        }
    }
    findings.sort_by_key(|found| (found.line, found.position()));
    let policy = judgement.into_policy().ok().filter(|_| errors == 0);
    Report { policy, findings, errors, warnings }
}

/// Whether the warning is only due to a key that could not be read.
fn warning_follows(warning: &Warning, reading: &Reading, whole: bool) -> bool {
    let needs: &[Key] = match warning.kind() {
        WarningKind::NeedlessDanger => &[Key::AllowOrigins, Key::AllowCredentials],
        WarningKind::BodyMethodWithoutContentType => &[Key::AllowHeaders],
        // With credentials, these are errors, or nothing.
        WarningKind::PublicSuffix { .. } | WarningKind::UnescapedDot => &[Key::AllowCredentials],
        _ => return false,
    };
    !whole || needs.iter().any(|key| reading.place(*key).broken)
}
