//! A program that runs beside a test: its output is read line by line, and it ends when its guard is dropped.

use std::io::{self, BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Long enough for cargo to build the servers on a slow machine before they say anything.
const PATIENCE: Duration = Duration::from_secs(900);

/// The guard of a started program.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Running {
    /// Starts the program with nothing on its standard input.
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

    /// Reads standard output up to the line `listening on http://ADDR`, and returns ADDR.
    ///
    /// # Panics
    ///
    /// If the output ends without it: the message holds what stood on standard error.
    pub fn addr(&self) -> SocketAddr {
        while let Some(line) = self.next_out() {
            let Some(rest) = line.strip_prefix("listening on http://") else { continue };
            let addr = rest.split(' ').next().and_then(|addr| addr.parse().ok());
            return addr.unwrap_or_else(|| panic!("no address in {line:?}"));
        }
        panic!("it does not listen: {:#?}", self.stderr.iter().collect::<Vec<_>>());
    }

    /// Waits for the program to end by itself, for ever: read its output up to `None` first.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }

    /// Sends a signal by its name, such as `HUP`, to this process alone.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) -> io::Result<()> {
        // The shell's own `kill`: the program of that name is not on every machine.
        let script = format!("kill -{name} {}", self.id());
        let status = Command::new("sh").args(["-c", &script]).status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("{script}: {status}"))) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Either may fail because the program has ended, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads in a thread of its own, so that a program with much to say on one side never blocks.
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
