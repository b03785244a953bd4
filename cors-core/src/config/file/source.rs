//! Reads policy files from disk.

use std::error::Error;
use std::fmt;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{Format, Report, check};
use crate::engine::policy::Policy;

/// Enough for ten million origins.
const MAX_LEN: u64 = 256 * 1024 * 1024;

impl Policy {
    /// Reads a policy from a file: JSON if the extension is `.json`, otherwise TOML. This reads and
    /// checks the whole file. While your server runs, call it on a thread of its own.
    ///
    /// To replace a file that a server may read at any time, write another file next to it and rename
    /// that: half a list can be a valid policy.
    ///
    /// ```no_run
    /// use cors_core::Policy;
    ///
    /// # fn main() -> Result<(), cors_core::file::FileError> {
    /// let policy = Policy::from_file("cors.toml")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The file cannot be read, or has errors. The error prints everything that [`check`] found, one
    /// finding per line: `cors.toml:3: max_age = "10m": the key takes …`.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        let text = read_file(path).map_err(FileError::Unreadable)?;
        check(&text, Format::of(path))
            .into_policy()
            .map_err(|report| FileError::Faulty { path: path.to_owned(), report })
    }

    /// Reads a policy from TOML text.
    ///
    /// ```
    /// use cors_core::Policy;
    ///
    /// let policy = Policy::from_toml("allow_origins = 'https://app.example.com'")?;
    /// assert!(policy.allows("https://app.example.com"));
    /// let report = Policy::from_toml("allow_origin = '*'\nmax_age = '600'").unwrap_err();
    /// assert!(report.to_string().starts_with("1: allow_origin = \"*\": no such key"));
    /// assert_eq!(report.errors(), 2);
    /// # Ok::<(), cors_core::file::Report>(())
    /// ```
    ///
    /// # Errors
    /// Lists every finding in the text, each with its line.
    pub fn from_toml(text: &str) -> Result<Self, Report> {
        check(text, Format::Toml).into_policy()
    }

    /// Reads a policy from JSON text.
    ///
    /// ```
    /// use cors_core::Policy;
    ///
    /// let policy = Policy::from_json(r#"{ "allow_origins": "https://app.example.com" }"#)?;
    /// assert!(policy.allows("https://app.example.com"));
    /// # Ok::<(), cors_core::file::Report>(())
    /// ```
    ///
    /// # Errors
    /// Lists every finding in the text, each with its line.
    pub fn from_json(text: &str) -> Result<Self, Report> {
        check(text, Format::Json).into_policy()
    }
}

/// Reads TOML, like [`Policy::from_toml`].
impl FromStr for Policy {
    type Err = Report;

    fn from_str(text: &str) -> Result<Self, Report> {
        Self::from_toml(text)
    }
}

/// Why a file does not give a policy.
#[derive(Clone)]
#[non_exhaustive]
pub enum FileError {
    /// The text could not be read.
    Unreadable(Unreadable),
    /// The text has errors.
    Faulty {
        /// The path of the file.
        path: PathBuf,
        /// The findings.
        report: Report,
    },
}

/// Prints each finding on a line of its own: `FILE:LINE: key = value: reason; fix`.
impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Faulty { path, report } => {
                for (index, finding) in report.findings().iter().enumerate() {
                    let separator = if index == 0 { "" } else { "\n" };
                    write!(f, "{separator}{}:{finding}", path.display())?;
                }
                if report.more() > 0 {
                    write!(f, "\nand {} more", report.more())?;
                }
                Ok(())
            }
        }
    }
}

/// Prints the same as [`Display`](fmt::Display), because `unwrap` and a failing `main` show it.
impl fmt::Debug for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for FileError {}

/// Why the text of a policy file could not be read. It prints as `FILE:LINE: reason; fix`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    path: PathBuf,
    line: usize,
    message: String,
}

impl Unreadable {
    fn new(path: &Path, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.message)
    }
}

impl Error for Unreadable {}

/// Reads the text of a policy file, for [`check`]. It never blocks: a pipe or a device is an error.
///
/// ```
/// use cors_core::file::{Unreadable, read_file};
///
/// let error: Unreadable = read_file("no-such-folder/cors.toml").unwrap_err();
/// assert_eq!(error.to_string(), "no-such-folder/cors.toml:1: there is no such file; check the path");
/// ```
///
/// # Errors
/// The file does not exist, is not a regular file, may not be read, is longer than 256 MiB, or is not
/// UTF-8.
pub fn read_file(path: impl AsRef<Path>) -> Result<String, Unreadable> {
    let path = path.as_ref();
    let bytes = read_bytes(path).map_err(|error| match error {
        ReadError::Message(message) => Unreadable::new(path, 1, message),
        ReadError::Io(error) => Unreadable::new(
            path,
            1,
            match error.kind() {
                io::ErrorKind::NotFound => "there is no such file; check the path".to_owned(),
                io::ErrorKind::PermissionDenied => {
                    "you may not read this file; change its permissions".to_owned()
                }
                _ => format!("cannot be read: {error}; check the path"),
            },
        ),
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..good].iter().filter(|&&byte| byte == b'\n').count();
        Unreadable::new(path, line, "not UTF-8 from here on; save the file as UTF-8")
    })
}

enum ReadError {
    Message(String),
    Io(io::Error),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
    // Check first: merely opening some devices has effects. Then check again what was opened.
    regular(&path.metadata()?)?;
    let file = open(path)?;
    let length = regular(&file.metadata()?)?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.take(MAX_LEN + 1).read_to_end(&mut bytes)?;
    short_enough(bytes.len() as u64)?;
    Ok(bytes)
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// The length of a regular file.
fn regular(metadata: &Metadata) -> Result<u64, ReadError> {
    if metadata.is_file() {
        return short_enough(metadata.len());
    }
    Err(ReadError::Message(match what(metadata.file_type()) {
        "directory" => "a directory, not a regular file; name a file in it".to_owned(),
        what => format!("a {what}, not a regular file; check the path"),
    }))
}

fn short_enough(length: u64) -> Result<u64, ReadError> {
    if length <= MAX_LEN {
        return Ok(length);
    }
    let message = format!("longer than {MAX_LEN} bytes, so not a policy file; check the path");
    Err(ReadError::Message(message))
}

fn what(kind: FileType) -> &'static str {
    if kind.is_dir() {
        return "directory";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;

        if kind.is_fifo() {
            return "pipe";
        }
        if kind.is_socket() {
            return "socket";
        }
    }
    "device"
}
