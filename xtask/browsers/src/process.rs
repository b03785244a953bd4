//! A program in its own process group, so that everything it starts ends with it: the browser ends
//! with its driver, even if a test panics.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// How long a program may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a program may take to clean up.
const GRACE: Duration = Duration::from_secs(2);

const STEP: Duration = Duration::from_millis(20);

/// A running program. Dropping this ends its process group.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    output: PathBuf,
}

impl Process {
    /// Starts the program. Standard output and standard error go to the file `output`.
    pub fn start(command: &mut Command, output: PathBuf) -> Result<Self, String> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut spawn = || {
            let file = File::create(&output)?;
            let command = command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
            command.process_group(0).spawn()
        };
        match spawn() {
            Ok(child) => Ok(Self { name, child, output }),
            Err(error) => Err(format!("{name} cannot be started: {error}")),
        }
    }

    /// The output so far.
    pub fn said(&self) -> String {
        fs::read(&self.output)
            .map(|text| String::from_utf8_lossy(&text).into_owned())
            .unwrap_or_default()
    }

    /// Waits until `ready`, called with the output so far, returns something.
    pub fn wait_for<T>(&mut self, ready: impl Fn(&str) -> Option<T>) -> Result<T, String> {
        let start = Instant::now();
        loop {
            let said = self.said();
            if let Some(found) = ready(&said) {
                return Ok(found);
            }
            let fault = match self.child.try_wait() {
                Ok(Some(status)) => format!("ended at once ({status})"),
                _ if start.elapsed() > PATIENCE => format!("is not ready after {PATIENCE:?}"),
                _ => {
                    thread::sleep(STEP);
                    continue;
                }
            };
            return Err(format!("{} {fault}; it printed: {}", self.name, said.trim()));
        }
    }

    /// Waits until the program accepts connections.
    pub fn wait_for_port(&mut self, port: u16) -> Result<(), String> {
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        self.wait_for(|_| TcpStream::connect(addr).ok().map(drop))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // These fail if the whole group has already ended, which is fine.
        let group = Pid::from_child(&self.child);
        let _ = kill_process_group(group, Signal::TERM);
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && start.elapsed() < GRACE {
            thread::sleep(STEP);
        }
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::Home;

    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_program_started_ends_with_it() {
        let home = Home::new().unwrap();
        let script = "sleep 600 & echo $!; wait";
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let mut process = Process::start(&mut command, home.path().join("output")).unwrap();
        let grandchild = process.wait_for(|said| said.trim().parse::<i32>().ok()).unwrap();
        let runs = || {
            // A process that ended but was not waited for is a zombie.
            let stat = fs::read_to_string(format!("/proc/{grandchild}/stat")).unwrap_or_default();
            !stat.is_empty() && !stat.contains(") Z ")
        };
        assert!(runs());
        drop(process);
        let start = Instant::now();
        while runs() && start.elapsed() < GRACE {
            thread::sleep(STEP);
        }
        assert!(!runs());
    }

    #[test]
    fn a_program_that_ends_too_soon_is_quoted() {
        let home = Home::new().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo no display >&2; exit 3"]);
        let mut process = Process::start(&mut command, home.path().join("output")).unwrap();
        let fault = process.wait_for(|_| None::<()>).unwrap_err();
        assert!(fault.contains("no display") && fault.contains("exit status: 3"), "{fault}");
    }
}
