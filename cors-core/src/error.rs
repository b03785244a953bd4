//! Errors and warnings about a policy.
//!
//! Every finding has a key, the offending value, a reason and a fix, which you can get separately.
//! Printed, they are one line:
//!
//! ```text
//! allow_origins[2] = "https://app.example.com/": an origin ends with its host or port; write "https://app.example.com"
//! ```

mod capped;
mod hosts;
mod kinds;
mod origins;
mod regexes;
mod warnings;

use crate::key::{Key, slot};
pub(crate) use capped::Capped;
pub use hosts::HostFault;
pub use kinds::{ErrorKind, FindingKind};
use std::fmt;
pub use warnings::WarningKind;

/// An error or warning about a policy: a [`ConfigError`] or a [`Warning`].
///
/// ```
/// use cors_core::{Finding, FindingKind, Policy};
///
/// /// Takes both.
/// fn advice<K: FindingKind>(finding: &Finding<K>) -> String {
///     format!("{}: {}", finding.key(), finding.fix())
/// }
/// let errors = Policy::for_origins("https://app.example.com/").build().unwrap_err();
/// assert_eq!(advice(&errors.errors()[0]), r#"allow_origins: write "https://app.example.com""#);
/// let policy = Policy::for_origins(["https://a.example", "https://a.example"]).build()?;
/// assert_eq!(advice(&policy.warnings()[0]), "allow_origins: remove it");
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Finding<K> {
    subject: Subject,
    index: Option<usize>,
    /// The entry's index in the list of `Config`. Unlike `index`, it is set even for a single entry.
    entry: Option<usize>,
    value: String,
    kind: K,
    /// The environment variable that sets the key.
    variable: Option<Box<str>>,
}

/// What a finding is about.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    Key(Key),
    /// For example, an unknown key, or `allow_origins[2].regex`. Never the name of a key.
    Other(String),
}

impl From<Key> for Subject {
    fn from(key: Key) -> Self {
        Self::Key(key)
    }
}

/// From a path in the file, which may be a key's.
impl From<String> for Subject {
    fn from(path: String) -> Self {
        Key::from_name(&path).map_or(Self::Other(path), Self::Key)
    }
}

/// Why a policy cannot be built.
///
/// ```
/// use cors_core::{ErrorKind, Policy};
///
/// let errors = Policy::builder().allow_origins(["https://app.example.com/"]).build().unwrap_err();
/// let error = &errors.errors()[0];
/// assert_eq!(error.key(), "allow_origins");
/// assert_eq!(error.value(), "\"https://app.example.com/\"");
/// assert_eq!(error.fix(), "write \"https://app.example.com\"");
/// assert!(matches!(error.kind(), ErrorKind::InvalidOrigin { .. }));
/// ```
pub type ConfigError = Finding<ErrorKind>;

/// Something in a policy that is unnecessary, or probably not what you mean.
pub type Warning = Finding<WarningKind>;

impl<K: FindingKind> Finding<K> {
    pub(crate) fn new(
        subject: impl Into<Subject>,
        index: Option<usize>,
        value: impl Into<String>,
        kind: K,
    ) -> Self {
        let (subject, value) = (subject.into(), value.into());
        Self { subject, index, entry: index, value, kind, variable: None }
    }

    /// A finding about an entry of a list of `len`.
    pub(crate) fn of_entry(
        key: Key,
        entry: usize,
        len: usize,
        value: impl Into<String>,
        kind: K,
    ) -> Self {
        let index = (len > 1).then_some(entry);
        Self { entry: Some(entry), ..Self::new(key, index, value, kind) }
    }

    /// The key, as in a policy file, such as `danger.allow_null_origin`.
    pub fn key(&self) -> &str {
        match &self.subject {
            Subject::Key(key) => key.name(),
            Subject::Other(path) => path,
        }
    }

    /// The key, or `None` if the finding is about something else in the file.
    pub(crate) fn known_key(&self) -> Option<Key> {
        match self.subject {
            Subject::Key(key) => Some(key),
            Subject::Other(_) => None,
        }
    }

    /// What to sort findings by: the key, then the index.
    pub(crate) fn position(&self) -> (usize, Option<usize>) {
        (slot(self.known_key()), self.index)
    }

    /// The entry's index in the key's list, counted from 0, if the list has more than one entry.
    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// The offending value, in quotes if it is text.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The kind of error or warning, to match on.
    pub fn kind(&self) -> &K {
        &self.kind
    }

    /// Why the value is a problem.
    pub fn reason(&self) -> String {
        self.kind.reason()
    }

    /// What to write instead.
    pub fn fix(&self) -> String {
        let fix = self.kind.fix();
        match self.variable {
            Some(_) => in_variable(&fix).unwrap_or(fix),
            None => fix,
        }
    }

    /// The environment variable that sets the key, if [`Config::from_vars`] read the policy.
    ///
    /// [`Config::from_vars`]: crate::Config::from_vars
    pub fn variable(&self) -> Option<&str> {
        self.variable.as_deref()
    }

    /// The entry's index in the list of `Config`, which leads to its line.
    pub(crate) fn entry(&self) -> Option<usize> {
        self.entry
    }

    pub(crate) fn with_index(self, index: Option<usize>) -> Self {
        Self { index, ..self }
    }

    pub(crate) fn with_kind(self, kind: K) -> Self {
        Self { kind, ..self }
    }

    pub(crate) fn with_variable(self, name: String) -> Self {
        Self { variable: Some(name.into()), ..self }
    }
}

/// The fix for a variable, if it is text or a list in TOML: without quotation marks and brackets.
fn in_variable(fix: &str) -> Option<String> {
    let list = fix.strip_prefix("write ")?.trim_matches(['[', ']']);
    let entries: Vec<&str> = list.strip_prefix('"')?.strip_suffix('"')?.split("\", \"").collect();
    let is_plain = !entries.iter().any(|entry| entry.contains(['"', '\\']));
    is_plain.then(|| format!("write {}", entries.join(", ")))
}

impl<K: FindingKind> fmt::Display for Finding<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is not a key is the variable itself.
        if let Some(variable) = self.variable().filter(|_| self.known_key().is_some()) {
            write!(f, "{variable}: ")?;
        }
        f.write_str(self.key())?;
        if let Some(index) = self.index {
            write!(f, "[{index}]")?;
        }
        write!(f, " = {}: {}; {}", self.value, self.reason(), self.fix())
    }
}

/// Prints the same as [`Display`](fmt::Display), because `unwrap` and a failing `main` show it.
impl<K: FindingKind> fmt::Debug for Finding<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K: FindingKind> std::error::Error for Finding<K> {}

/// Every problem with a policy: at least one, in the order of keys and entries. Keeps the first 1000
/// for each key.
///
/// ```
/// # use cors_core::Policy;
/// let errors = Policy::builder()
///     .allow_origins(["https://*", "https://a.test:443"])
///     .allow_methods(["TRACE"])
///     .build()
///     .unwrap_err();
/// assert_eq!(errors.errors().len(), 3);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigErrors {
    errors: Vec<ConfigError>,
    count: usize,
}

impl ConfigErrors {
    /// `errors` must not be empty.
    pub(crate) fn new(errors: Capped<ConfigError>) -> Self {
        let count = errors.total();
        debug_assert!(count > 0);
        Self { errors: errors.into_kept(), count }
    }

    /// The problems, at most 1000 for each key. Never empty.
    pub fn errors(&self) -> &[ConfigError] {
        &self.errors
    }

    /// The number of problems, including those that [`errors`](Self::errors) leaves out.
    pub fn count(&self) -> usize {
        self.count
    }
}

/// Prints each problem on a line of its own, and how many more there are.
impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            let separator = if i == 0 { "" } else { "\n" };
            write!(f, "{separator}{error}")?;
        }
        match self.count - self.errors.len() {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

/// Prints the same as [`Display`](fmt::Display), because `unwrap` and a failing `main` show it.
impl fmt::Debug for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigErrors {}

/// The caller has at least one.
impl From<Vec<ConfigError>> for ConfigErrors {
    fn from(errors: Vec<ConfigError>) -> Self {
        let mut capped = Capped::new();
        for error in errors {
            capped.push(error.known_key(), error);
        }
        Self::new(capped)
    }
}

impl<'e> IntoIterator for &'e ConfigErrors {
    type Item = &'e ConfigError;
    type IntoIter = std::slice::Iter<'e, ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.errors.iter()
    }
}

impl IntoIterator for ConfigErrors {
    type Item = ConfigError;
    type IntoIter = std::vec::IntoIter<ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.errors.into_iter()
    }
}
