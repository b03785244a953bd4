//! Refused requests, and what a log must hold of them: the same for every adapter, under a policy
//! that allows `https://app.example.com` to send PUT and `content-type`.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::subscriber::{DefaultGuard, set_default};

/// Method and headers of each request. Only the first is allowed.
pub const REQUESTS: [(&str, &[(&str, &str)]); 4] = [
    ("GET", &[("origin", "https://app.example.com")]),
    ("GET", &[("origin", "https://evil.example\tadmin")]),
    (
        "OPTIONS",
        &[("origin", "https://app.example.com"), ("access-control-request-method", "DELETE")],
    ),
    (
        "OPTIONS",
        &[
            ("origin", "https://app.example.com"),
            ("access-control-request-method", "PUT"),
            ("access-control-request-headers", "a\"b"),
        ],
    ),
];

const LINES: [&str; 3] = [
    r#"INFO cors: refused origin=https://evil.example\tadmin reason="origin malformed""#,
    r#"INFO cors: refused origin=https://app.example.com method=DELETE reason="method not allowed""#,
    r#"INFO cors: refused origin=https://app.example.com header=a\"b reason="header not allowed""#,
];

/// What this thread's subscriber writes.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Takes in every event of this thread until the guard goes.
    pub fn start() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || writer.clone())
            .with_ansi(false)
            .without_time()
            .finish();
        (log, set_default(subscriber))
    }

    /// That it holds one line for each refused request of [`REQUESTS`], and then one for an
    /// origin of 10,000 times `x`, cut.
    pub fn check(&self) {
        let written = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let cut =
            format!("INFO cors: refused origin={}... reason=\"origin malformed\"", "x".repeat(128));
        let lines = written.lines().map(str::trim).filter(|line| line.contains(" cors: "));
        assert_eq!(lines.collect::<Vec<_>>(), [&LINES[..], &[cut.as_str()]].concat());
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
