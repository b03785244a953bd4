//! How a server starts and ends, and what it does when its policy file changes.

use std::fs;
#[cfg(unix)]
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
#[cfg(unix)]
use std::path::PathBuf;
use std::process::Command;
#[cfg(unix)]
use std::process::{Child, ChildStderr, Stdio};

use crate::support;
use xtask::client::{Request, open, send};
use xtask::options::Adapter;
use xtask::running::Running;

const FIRST: &str = r#"allow_origins = ["https://a.example", "https://first.example"]"#;
const SECOND: &str = r#"allow_origins = ["https://a.example", "https://second.example"]"#;

fn allows(addr: SocketAddr, origin: &str) -> bool {
    let request = Request { method: "GET", target: "/cached", headers: &[("Origin", origin)] };
    send(addr, request).unwrap().header("access-control-allow-origin") == Some(origin)
}

fn rest_of_stderr(server: &Running) -> Vec<String> {
    std::iter::from_fn(|| server.next_err()).collect()
}

#[test]
#[cfg(unix)]
fn sighup_loads_a_good_file_and_ignores_a_bad_one() {
    for adapter in Adapter::ALL {
        hangups(adapter.name());
    }
}

#[cfg(unix)]
fn hangups(adapter: &str) {
    let policy = support::policy_file(&format!("hangup-{adapter}"), FIRST);
    let shown = policy.display();
    let server = support::serve(adapter, &policy, "127.0.0.1:0");
    let addr = server.addr();
    assert!(allows(addr, "https://first.example"));

    fs::write(&policy, SECOND).unwrap();
    server.signal("HUP").unwrap();
    assert_eq!(server.next_err(), Some(format!("{shown}: read again, in force")));
    assert!(allows(addr, "https://second.example") && !allows(addr, "https://first.example"));

    fs::write(
        &policy,
        "allow_origins = [\"https://first.example\",\n\"https://a.example/\"]\nmax_age = -1",
    )
    .unwrap();
    server.signal("HUP").unwrap();
    for line in [2, 3] {
        let error = server.next_err().unwrap();
        assert!(error.starts_with(&format!("{shown}:{line}: ")), "{error}");
    }
    assert_eq!(server.next_err(), Some(format!("{shown}: the running policy stays in force")));
    assert!(allows(addr, "https://second.example") && !allows(addr, "https://first.example"));

    fs::remove_file(&policy).unwrap();
    server.signal("HUP").unwrap();
    let error = server.next_err().unwrap();
    assert!(error.starts_with(&format!("{shown}:1: there is no such file")), "{error}");
    assert_eq!(server.next_err(), Some(format!("{shown}: the running policy stays in force")));
    assert!(allows(addr, "https://second.example"));
}

/// A server whose standard error is a pipe that only the test reads. A reload that prints more than
/// fits in the pipe cannot finish before that.
#[cfg(unix)]
struct Held {
    child: Child,
    addr: SocketAddr,
    policy: PathBuf,
    stderr: BufReader<ChildStderr>,
}

#[cfg(unix)]
impl Held {
    /// Starts a server and stops it in the middle of a reload.
    fn start(adapter: &str, name: &str) -> Self {
        let policy = support::policy_file(name, FIRST);
        let mut child = Command::new(env!("CARGO_BIN_EXE_servers"))
            .args(["serve", "--adapter", adapter, "--addr", "127.0.0.1:0", "--policy"])
            .arg(&policy)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addr = line.trim().strip_prefix("listening on http://").unwrap().parse().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut held = Self { child, addr, policy, stderr };
        // A thousand findings of about a hundred bytes each; a pipe takes 64 KiB.
        let wrong = "'https://an-origin-that-has-a-path.example/with/a/path',\n".repeat(2000);
        held.replace(&format!("allow_origins = [\n{wrong}]"));
        held.signal("HUP");
        let line = held.next_err();
        assert!(line.contains(":2: allow_origins[0] = "), "{line}");
        held
    }

    fn replace(&self, text: &str) {
        let new = self.policy.with_extension("new");
        fs::write(&new, text).unwrap();
        fs::rename(&new, &self.policy).unwrap();
    }

    fn signal(&self, name: &str) {
        let script = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success());
    }

    fn next_err(&mut self) -> String {
        let mut line = String::new();
        self.stderr.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

#[cfg(unix)]
impl Drop for Held {
    fn drop(&mut self) {
        // Either fails if the server has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[cfg(unix)]
fn nobody_waits_for_a_reload() {
    for adapter in Adapter::ALL.iter().map(|adapter| adapter.name()) {
        let mut held = Held::start(adapter, &format!("held-{adapter}"));
        // On separate connections, all accepted during the reload.
        for _ in 0..10 {
            assert!(allows(held.addr, "https://first.example"), "{adapter}");
        }
        held.replace(SECOND);
        for _ in 0..3 {
            held.signal("HUP");
        }
        assert!(allows(held.addr, "https://first.example"), "{adapter}");

        let shown = held.policy.display().to_string();
        let mut last = String::new();
        while last != format!("{shown}: the running policy stays in force") {
            last = held.next_err();
            assert!(last.starts_with(&shown), "{adapter}: {last}");
        }
        assert_eq!(held.next_err(), format!("{shown}: read again, in force"), "{adapter}");
        assert!(allows(held.addr, "https://second.example"), "{adapter}");
    }
}

#[test]
#[cfg(unix)]
fn an_interrupt_does_not_wait_for_a_reload() {
    for adapter in Adapter::ALL.iter().map(|adapter| adapter.name()) {
        for signal in ["INT", "TERM"] {
            let mut held = Held::start(adapter, &format!("held-{adapter}-{signal}"));
            held.signal(signal);
            assert_eq!(held.child.wait().unwrap().code(), Some(0), "{adapter} {signal}");
        }
    }
}

#[test]
#[cfg(unix)]
fn what_is_not_a_regular_file_is_not_read() {
    for adapter in Adapter::ALL.iter().map(|adapter| adapter.name()) {
        let policy = support::policy_file(&format!("pipe-{adapter}"), FIRST);
        let mut server = support::serve(adapter, &policy, "127.0.0.1:0");
        let addr = server.addr();
        let pipe = policy.with_extension("pipe");
        let _ = fs::remove_file(&pipe);
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        fs::rename(&pipe, &policy).unwrap();
        server.signal("HUP").unwrap();
        let error = server.next_err().unwrap();
        assert!(error.contains(":1: a pipe, not a regular file; "), "{error}");
        assert!(server.next_err().unwrap().ends_with("the running policy stays in force"));
        assert!(allows(addr, "https://first.example"));
        server.signal("TERM").unwrap();
        assert_eq!(server.wait().unwrap().code(), Some(0), "{adapter}");

        let mut server = support::serve(adapter, &policy, "127.0.0.1:0");
        assert_eq!(server.next_out(), None);
        assert_eq!(server.wait().unwrap().code(), Some(1), "{adapter}");
        fs::remove_file(&policy).unwrap();
    }
}

#[test]
#[cfg(unix)]
fn an_interrupt_ends_it_well() {
    let policy = support::policy_file("interrupt", FIRST);
    for adapter in Adapter::ALL.iter().map(|adapter| adapter.name()) {
        for signal in ["INT", "TERM"] {
            let mut server = support::serve(adapter, &policy, "127.0.0.1:0");
            let addr = server.addr();
            // Keep-alive: a client that stays connected does not delay the end.
            let cached = Request { method: "GET", target: "/cached", headers: &[] };
            let (_, _connection) = open(addr, cached).unwrap();
            server.signal(signal).unwrap();
            assert_eq!(server.wait().unwrap().code(), Some(0), "{adapter} {signal}");
            assert_eq!((server.next_out(), server.next_err()), (None, None), "{adapter} {signal}");
        }
    }
}

#[test]
fn a_bad_policy_prints_every_error_and_never_listens() {
    let policy = support::policy_file(
        "bad",
        "allow_origins = \"*\"\nallow_methods = [\n\"get\",\n\"TRACE\"]\nmax_age = 90000",
    );
    // Taken, so that listening first would cause another error.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut server = support::serve("axum", &policy, &taken.local_addr().unwrap().to_string());
    assert_eq!(server.next_out(), None);
    assert_eq!(server.wait().unwrap().code(), Some(1));
    let errors = rest_of_stderr(&server);
    assert_eq!(errors.len(), 3, "{errors:?}");
    for (error, line) in errors.iter().zip([3, 4, 5]) {
        assert!(error.starts_with(&format!("{}:{line}: ", policy.display())), "{error}");
    }
}

#[test]
fn a_server_on_loopback_needs_its_own_hosts() {
    const FORBID: &str =
        "allow_origins = \"https://app.example.com\"\ndisallowed_origin = \"forbid\"\n";
    for (own_hosts, warns) in [("", true), ("own_hosts = \"localhost:*\"", false)] {
        let policy = support::policy_file("loopback", &format!("{FORBID}{own_hosts}"));
        let mut server = support::serve("axum", &policy, "127.0.0.1:0");
        server.addr();
        server.signal("INT").unwrap();
        server.wait().unwrap();
        let said = rest_of_stderr(&server).concat();
        assert_eq!(said.contains("add own_hosts = [\"localhost:*\""), warns, "{said}");
    }
}

#[test]
fn a_port_in_use_is_reported() {
    let policy = support::policy_file("port", FIRST);
    let first = support::serve("axum", &policy, "127.0.0.1:0");
    let addr = first.addr().to_string();
    let mut second = support::serve("axum", &policy, &addr);
    assert_eq!(second.next_out(), None);
    assert_eq!(second.wait().unwrap().code(), Some(1));
    let errors = rest_of_stderr(&second);
    assert!(errors[0].starts_with(&format!("{addr}: already in use")), "{errors:?}");
}

#[test]
fn wrong_usage_exits_2_with_one_line() {
    for (adapter, addr, wanted) in [
        ("rocket", "127.0.0.1:0", "use one of axum, actix, warp"),
        ("axum", "0.0.0.0:0", "this machine only"),
    ] {
        let mut server = support::serve(adapter, "p.toml".as_ref(), addr);
        assert_eq!(server.next_out(), None);
        assert_eq!(server.wait().unwrap().code(), Some(2));
        let errors = rest_of_stderr(&server);
        assert!(errors.len() == 1 && errors[0].contains(wanted), "{errors:?}");
    }
}

/// The demo, its first adapter on `addr`.
fn demo(policy: &Path, addr: &str) -> Running {
    let mut command = Command::new(env!("CARGO_BIN_EXE_servers"));
    command.args(["demo", "--addr", addr, "--policy"]).arg(policy);
    Running::start(&mut command).unwrap()
}

#[test]
#[cfg(unix)]
fn the_demo_has_an_address_for_each_adapter_and_one_policy_for_all() {
    let policy = support::policy_file("demo", FIRST);
    let running = demo(&policy, "127.0.0.1:0");
    let addrs: Vec<_> = Adapter::ALL
        .iter()
        .map(|adapter| {
            let line = running.next_out().unwrap();
            let addr = line
                .strip_prefix("listening on http://")
                .and_then(|rest| rest.strip_suffix(&format!(" ({})", adapter.name())));
            addr.and_then(|addr| addr.parse().ok()).unwrap_or_else(|| panic!("{line}"))
        })
        .collect();
    for (adapter, addr) in Adapter::ALL.iter().zip(&addrs) {
        let echo = Request { method: "GET", target: "/echo", headers: &[] };
        let told = send(*addr, echo).unwrap().text();
        let wanted = format!(r#"{{"adapter":"{}","#, adapter.name());
        assert!(told.starts_with(&wanted), "{told}");
        assert!(allows(*addr, "https://first.example") && !allows(*addr, "https://second.example"));
    }

    fs::write(&policy, SECOND).unwrap();
    running.signal("HUP").unwrap();
    assert_eq!(running.next_err(), Some(format!("{}: read again, in force", policy.display())));
    for addr in addrs {
        assert!(allows(addr, "https://second.example") && !allows(addr, "https://first.example"));
    }
}

#[test]
fn the_demo_needs_all_its_ports_before_it_says_anything() {
    let policy = support::policy_file("demo-port", FIRST);
    // The last of its three. If the first ones were in use too, the error would name those.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let last = taken.local_addr().unwrap();
    let first = SocketAddr::new(last.ip(), last.port() - 2);
    let mut running = demo(&policy, &first.to_string());
    assert_eq!(running.next_out(), None);
    assert_eq!(running.wait().unwrap().code(), Some(1));
    let error = running.next_err().unwrap();
    assert!(error.contains(": already in use"), "{error}");
}
