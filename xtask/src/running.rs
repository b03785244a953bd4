//! Runs a program beside a test: read its output line by line, drop its guard to end it.

use std::io::{self, BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Cargo may have to build the servers on a slow machine before they print anything.
const PATIENCE: Duration = Duration::from_secs(900);

/// A running program. Dropping this ends it.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Running {
    /// Starts the program with empty standard input.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let stdout = lines(child.stdout.take());
        let stderr = lines(child.stderr.take());
        Ok(Self { child, stdout, stderr })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line of standard output; `None` once it is closed.
    pub fn next_out(&self) -> Option<String> {
        self.stdout.recv_timeout(PATIENCE).ok()
    }

    /// The next line of standard error; `None` once it is closed.
    pub fn next_err(&self) -> Option<String> {
        self.stderr.recv_timeout(PATIENCE).ok()
    }

    /// Reads standard output up to the line `listening on http://ADDR` and returns ADDR.
    ///
    /// # Panics
    ///
    /// If the output ends without it. The message contains standard error.
    pub fn addr(&self) -> SocketAddr {
        while let Some(line) = self.next_out() {
            let Some(rest) = line.strip_prefix("listening on http://") else { continue };
            let addr = rest.split(' ').next().and_then(|addr| addr.parse().ok());
            return addr.unwrap_or_else(|| panic!("no address in {line:?}"));
        }
        panic!("it does not listen: {:#?}", self.stderr.iter().collect::<Vec<_>>());
    }

    /// Waits, without a timeout, for the program to end by itself. Read its output up to `None`
    /// first.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }

    /// Sends a signal by its name, such as `HUP`, to this process alone.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) -> io::Result<()> {
        // The shell's built-in `kill`: not every machine has the program.
        let script = format!("kill -{name} {}", self.id());
        let status = Command::new("sh").args(["-c", &script]).status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("{script}: {status}"))) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Either fails if the program has already ended, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads on its own thread, so that a program that prints a lot never blocks.
fn lines(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = channel();
    if let Some(pipe) = pipe {
        thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
    }
    receiver
}
