//! `soak`: bounded load on the test servers for some minutes, with several policy swaps per second. Every answer
//! must match a policy that was in force, and no server's memory may grow.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lexopt::{Arg, Parser, ValueExt};
use xtask::options::{Adapter, once};

use crate::cargo::Cargo;
use crate::server::Server;
use crate::{Exit, usage};

mod load;
mod memory;
mod requests;

use load::{Answers, Load};
use memory::Memory;

const USAGE: &str = "\
soak [--seconds N]
  sends good, refused and hostile requests to the three test servers for N seconds (default: 300) and swaps their
  policy by SIGHUP several times a second; fails on a wrong answer, or if a server's memory grows after warm-up";

const SECONDS: u64 = 300;

/// From the end of one swap to the next.
const BETWEEN_SWAPS: Duration = Duration::from_millis(200);

/// Every so many swaps, the file is bad and the old policy stays in force.
const BAD_EVERY: usize = 10;

/// The policies to swap. Their answers differ in every header of the protocol.
const POLICIES: [&str; 2] = [
    "allow_origins = ['https://app.example.com', 'https://*.app.example.com']\n\
     allow_methods = ['PUT']\nallow_headers = ['content-type']\nallow_credentials = true\nmax_age = 60\n",
    "allow_origins = ['https://other.example']\ndisallowed_origin = 'forbid'\n\
     allow_methods = ['*']\nallow_headers = ['*']\nexpose_headers = ['x-request-id']\n",
];

const BAD_POLICY: &str = "allow_origins = 'https://app.example.com/'\n";

pub fn run(parser: &mut Parser) -> Exit {
    let mut seconds = None;
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return usage(USAGE),
            Arg::Long("seconds") => once("--seconds", &mut seconds, parser.value()?.parse()?)?,
            other => return Err(other.unexpected()),
        }
    }
    let seconds = seconds.unwrap_or(SECONDS);
    if seconds == 0 {
        return Err("--seconds 0: there would be no load".into());
    }
    Ok(match soak(Duration::from_secs(seconds)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("soak: {fault}");
            ExitCode::FAILURE
        }
    })
}

fn soak(length: Duration) -> Result<(), String> {
    // Not for release: overflows must panic.
    Cargo::new("build --package servers")
        .run()
        .map_err(|repeat| format!("the servers cannot be built; to repeat: {repeat}"))?;
    let stop = AtomicBool::new(false);
    let faults: Vec<String> = thread::scope(|scope| {
        let servers = Adapter::ALL.iter().map(|adapter| {
            let mut server = Server::new("soak", *adapter);
            let stop = &stop;
            scope.spawn(move || {
                let told = soak_one(&mut server, length, stop);
                // A failure ends the others.
                stop.fetch_or(told.is_err(), Ordering::Relaxed);
                told.map_err(|fault| format!("{}: {fault}", server.adapter.name()))
            })
        });
        let servers: Vec<_> = servers.collect();
        let told = servers.into_iter().map(|server| server.join().expect("it reports its faults"));
        told.filter_map(Result::err).collect()
    });
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\nsoak: ")) }
}

/// Runs until `length` has passed or `stop` is set.
fn soak_one(server: &mut Server, length: Duration, stop: &AtomicBool) -> Result<(), String> {
    let mut answers = Answers::of(server.under(POLICIES[0])?);
    for (which, policy) in POLICIES.iter().enumerate() {
        server.under(policy)?;
        answers.learn(which)?;
    }
    answers.tell_the_policies_apart()?;
    let mut memory = Memory::of(server.id().ok_or("its server is not started")?);
    let ended = AtomicBool::new(false);
    let (swaps, load) = thread::scope(|scope| {
        let load = Load::start(scope, &answers, &ended);
        let is_over = || stop.load(Ordering::Relaxed) || load.has_failed();
        let swaps = swap(server, &answers, length, &mut memory, is_over);
        ended.store(true, Ordering::Relaxed);
        (swaps, load.end())
    });
    let (swaps, counts) = (swaps?, load?);
    memory.connections_are_closed()?;
    println!("{}: {counts}, {swaps} swaps; {memory}", server.adapter.name());
    memory.verdict()
}

/// Returns the number of swaps.
fn swap(
    server: &mut Server,
    answers: &Answers,
    length: Duration,
    memory: &mut Memory,
    is_over: impl Fn() -> bool,
) -> Result<usize, String> {
    let end = Instant::now() + length;
    let mut swaps = 0;
    while Instant::now() < end && !is_over() {
        thread::sleep(BETWEEN_SWAPS);
        let which = swaps % POLICIES.len();
        if swaps % BAD_EVERY == BAD_EVERY - 1 {
            server.refuses(BAD_POLICY)?;
            answers.are_of(1 - which)?;
        }
        server.under(POLICIES[which])?;
        answers.are_of(which)?;
        memory.sample()?;
        swaps += 1;
    }
    Ok(swaps)
}
