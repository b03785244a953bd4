//! The load, and the check that each answer matches a policy.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::Duration;

use xtask::client::{Connection, Request, Response};

use super::requests::{KEPT, hostile};

/// Threads that send one request after another.
const ASKING: usize = 2;

/// Pause between two hostile requests: each leaves a closed connection for a minute, and ports are limited.
const BETWEEN_HOSTILE: Duration = Duration::from_millis(5);

/// How many requests a kept connection carries before a new one replaces it.
const KEPT_FOR: usize = 1000;

/// A server's answers to every request, under each of two policies.
pub struct Answers {
    addr: SocketAddr,
    hostile: Vec<Vec<u8>>,
    kept_answers: [Vec<Response>; 2],
    hostile_answers: [Vec<Vec<u8>>; 2],
}

impl Answers {
    /// Nothing learned yet.
    pub fn of(addr: SocketAddr) -> Self {
        let (kept_answers, hostile_answers) = Default::default();
        Self { addr, hostile: hostile(), kept_answers, hostile_answers }
    }

    /// Sends every request once, without load.
    pub fn learn(&mut self, which: usize) -> Result<(), String> {
        let mut connection = Connection::open(self.addr).map_err(|error| error.to_string())?;
        let kept = KEPT.iter().map(|request| ask(&mut connection, *request));
        self.kept_answers[which] = kept.collect::<Result<_, _>>()?;
        let hostile = self.hostile.iter().map(|request| self.ask_hostile(request));
        self.hostile_answers[which] = hostile.collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Otherwise a swap would change nothing that we check.
    pub fn tell_the_policies_apart(&self) -> Result<(), String> {
        let allows = |which: usize| {
            self.kept_answers[which][0].header("access-control-allow-origin").is_some()
        };
        if (allows(0), allows(1)) == (true, false) {
            Ok(())
        } else {
            Err("the policies do not answer the first request as expected".to_owned())
        }
    }

    /// Checks that this policy answers new connections.
    pub fn are_of(&self, which: usize) -> Result<(), String> {
        let mut connection = Connection::open(self.addr).map_err(|error| error.to_string())?;
        let answer = ask(&mut connection, KEPT[0])?;
        if answer == self.kept_answers[which][0] {
            Ok(())
        } else {
            Err(format!("policy {which} should be in force, but the answer is {answer:?}"))
        }
    }

    fn is_right(&self, index: usize, answer: &Response) -> bool {
        self.kept_answers.iter().any(|answers| answers[index] == *answer)
    }

    /// The whole answer, without the `Date` line.
    fn ask_hostile(&self, request: &[u8]) -> Result<Vec<u8>, String> {
        let whole = || -> io::Result<Vec<u8>> {
            let stream = TcpStream::connect(self.addr)?;
            stream.set_read_timeout(Some(Duration::from_secs(60)))?;
            // A server that has seen enough closes the connection at once; otherwise it waits for more.
            let is_cut = !request.ends_with(b"\r\n\r\n");
            let end = || if is_cut { stream.shutdown(Shutdown::Write) } else { Ok(()) };
            let sent = (&stream).write_all(request).and_then(|()| end());
            let mut answer = Vec::new();
            match (sent, (&stream).read_to_end(&mut answer)) {
                (Ok(()), Ok(_)) => Ok(answer),
                (Err(error), _) | (_, Err(error)) if is_closed(&error) => Ok(answer),
                (Err(error), _) | (_, Err(error)) => Err(error),
            }
        };
        let answer = whole().map_err(|error| format!("{error}, to {}", shown(request)))?;
        let lines = answer.split_inclusive(|byte| *byte == b'\n');
        let is_date = |line: &&[u8]| line.len() > 5 && line[..5].eq_ignore_ascii_case(b"date:");
        let mut lines: Vec<_> = lines.filter(|line| !is_date(line)).collect();
        // The order of headers may vary.
        lines.sort_unstable();
        Ok(lines.concat())
    }
}

fn is_closed(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, NotConnected};
    matches!(error.kind(), BrokenPipe | ConnectionReset | NotConnected)
}

fn ask(connection: &mut Connection, request: Request<'static>) -> Result<Response, String> {
    let answer = connection.send(request);
    let mut answer = answer.map_err(|error| format!("{error}, to {request:?}"))?;
    answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("date"));
    answer.headers.sort_unstable();
    // How a stream is split into chunks depends on timing.
    answer.chunks = None;
    Ok(answer)
}

/// Readable, and at most a line long.
fn shown(bytes: &[u8]) -> String {
    let text: String = bytes.escape_ascii().take(200).map(char::from).collect();
    format!("\"{text}\"")
}

/// How many answers came; all were right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    kept: usize,
    hostile: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} requests and {} hostile ones answered", self.kept, self.hostile)
    }
}

/// Threads that send requests until they must end or find a fault.
pub struct Load<'s> {
    threads: Vec<ScopedJoinHandle<'s, Result<Counts, String>>>,
}

impl<'s> Load<'s> {
    pub fn start(scope: &'s Scope<'s, '_>, answers: &'s Answers, end: &'s AtomicBool) -> Self {
        let mut threads = Vec::new();
        for thread in 0..ASKING {
            // Each starts elsewhere in the list.
            let start = thread * KEPT.len() / ASKING;
            threads.push(scope.spawn(move || keep_asking(answers, start, end)));
        }
        threads.push(scope.spawn(move || be_hostile(answers, end)));
        Self { threads }
    }

    /// Before `end` is set, only a failed thread finishes.
    pub fn has_failed(&self) -> bool {
        self.threads.iter().any(ScopedJoinHandle::is_finished)
    }

    /// Waits for the threads. Set `end` before.
    pub fn end(self) -> Result<Counts, String> {
        let mut sum = Counts::default();
        for thread in self.threads {
            let Counts { kept, hostile } = thread.join().expect("it reports its faults")?;
            sum.kept += kept;
            sum.hostile += hostile;
        }
        Ok(sum)
    }
}

fn keep_asking(answers: &Answers, start: usize, end: &AtomicBool) -> Result<Counts, String> {
    let mut counts = Counts::default();
    let mut indices = (0..KEPT.len()).cycle().skip(start);
    while !end.load(Ordering::Relaxed) {
        let mut connection = Connection::open(answers.addr).map_err(|error| error.to_string())?;
        for index in indices.by_ref().take(KEPT_FOR) {
            if end.load(Ordering::Relaxed) {
                break;
            }
            let answer = ask(&mut connection, KEPT[index])?;
            if !answers.is_right(index, &answer) {
                let request = KEPT[index];
                return Err(format!("to {request:?}, neither policy gives the answer {answer:?}"));
            }
            counts.kept += 1;
        }
    }
    Ok(counts)
}

fn be_hostile(answers: &Answers, end: &AtomicBool) -> Result<Counts, String> {
    let mut counts = Counts::default();
    for (index, request) in answers.hostile.iter().enumerate().cycle() {
        if end.load(Ordering::Relaxed) {
            break;
        }
        let answer = answers.ask_hostile(request)?;
        if !answers.hostile_answers.iter().any(|answers| answers[index] == answer) {
            let (request, answer) = (shown(request), shown(&answer));
            return Err(format!("to {request}, neither policy gives the answer {answer}"));
        }
        counts.hostile += 1;
        thread::sleep(BETWEEN_HOSTILE);
    }
    Ok(counts)
}
