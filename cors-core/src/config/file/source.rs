//! Reading a policy file from the disk.

use std::error::Error;
use std::fmt;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{Format, Report, check};
use crate::engine::policy::Policy;

/// Ten million origins.
const MAX_LEN: u64 = 256 * 1024 * 1024;

impl Policy {
    /// The policy in a file, which is JSON by the extension `.json`, else TOML. It reads and judges
    /// the whole file, so a server that does so while it serves calls it on a thread of its own.
    ///
    /// Replace a file that a server may read at any time by writing another one beside it and
    /// renaming that: half a list can be a valid policy.
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
    /// The file cannot be read, or has errors. Printed, the error is all that [`check`] found, a
    /// line each: `cors.toml:3: max_age = "10m": the key takes …`.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        let text = read_file(path).map_err(FileError::Unreadable)?;
        check(&text, Format::of(path))
            .into_policy()
            .map_err(|report| FileError::Faulty { path: path.to_owned(), report })
    }

    /// The policy in the text of a TOML file.
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
    /// Every finding in the text, each with its line.
    pub fn from_toml(text: &str) -> Result<Self, Report> {
        check(text, Format::Toml).into_policy()
    }

    /// The policy in the text of a JSON file.
    ///
    /// # Errors
    /// Every finding in the text, each with its line.
    pub fn from_json(text: &str) -> Result<Self, Report> {
        check(text, Format::Json).into_policy()
    }
}

/// Reads TOML, as [`Policy::from_toml`] does.
impl FromStr for Policy {
    type Err = Report;

    fn from_str(text: &str) -> Result<Self, Report> {
        Self::from_toml(text)
    }
}

/// Why a file gives no policy.
#[derive(Clone)]
#[non_exhaustive]
pub enum FileError {
    /// There is no text to judge.
    Unreadable(Unreadable),
    /// The text has errors.
    Faulty {
        /// The file.
        path: PathBuf,
        /// What was found in it.
        report: Report,
    },
}

/// Every finding, a line each: `FILE:LINE: key = value: reason; fix`.
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

/// As it is printed, since `main` and `unwrap` show an error so.
impl fmt::Debug for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for FileError {}

/// Why the text of a policy file cannot be had. Printed, it is `FILE:LINE: reason; fix`.
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

/// The text of a policy file, for [`check`]. It never waits: a pipe or a device is an error.
///
/// # Errors
/// There is no such file, it is not a regular one, it may not be read, it is longer than 256 MiB,
/// or it is not UTF-8.
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
    // Opening some devices does something. The file that is then opened may be another one.
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
