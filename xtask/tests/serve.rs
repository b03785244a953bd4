//! `serve`, started as users start it: it becomes the server that cargo builds and keeps its process id.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::client::{Request, send};
use xtask::running::Running;

/// The folder in which one test runs the command.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn serve(folder: &Path) -> Running {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["serve", "--adapter", "axum", "--policy", "p.toml", "--addr", "127.0.0.1:0"]);
    Running::start(command.current_dir(folder)).unwrap()
}

#[test]
#[cfg(unix)]
fn a_signal_sent_to_the_command_reaches_the_server() {
    let folder = folder("serve-hup");
    let policy = folder.join("p.toml");
    fs::write(&policy, "allow_origins = [\"https://a.example\", \"https://b.example\"]").unwrap();
    let server = serve(&folder);
    let addr = server.addr();
    let allowed = || {
        let request =
            Request { method: "GET", target: "/echo", headers: &[("Origin", "https://c.example")] };
        send(addr, request).unwrap().header("access-control-allow-origin").map(str::to_owned)
    };
    assert_eq!(allowed(), None);

    fs::write(&policy, "allow_origins = [\"https://b.example\", \"https://c.example\"]").unwrap();
    server.signal("HUP").unwrap();
    // Cargo may have printed something before.
    let said = std::iter::from_fn(|| server.next_err()).find(|line| line.starts_with("p.toml"));
    assert_eq!(said.as_deref(), Some("p.toml: read again, in force"));
    assert_eq!(allowed().as_deref(), Some("https://c.example"));
}

#[test]
fn a_bad_policy_ends_it_with_every_error_and_nothing_on_standard_output() {
    let folder = folder("serve-bad");
    fs::write(folder.join("p.toml"), "allow_origin = \"*\"\nmax_age = 90000\n").unwrap();
    let mut server = serve(&folder);
    assert_eq!(server.next_out(), None);
    assert_eq!(server.wait().unwrap().code(), Some(1));
    let errors: Vec<_> = std::iter::from_fn(|| server.next_err()).collect();
    assert!(errors.iter().any(|line| line.starts_with("p.toml:1: allow_origin ")), "{errors:?}");
    assert!(errors.iter().any(|line| line.starts_with("p.toml:2: max_age ")), "{errors:?}");
}

#[test]
fn the_demo_uses_free_ports_if_its_own_are_taken() {
    // If this fails, another program has taken it already.
    let _taken = TcpListener::bind("127.0.0.1:8080");
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let demo = Running::start(command.arg("demo")).unwrap();
    let addr = demo.addr();
    assert_ne!(addr.port(), 8080);
    let answer = send(addr, Request { method: "GET", target: "/echo", headers: &[] }).unwrap();
    assert_eq!(answer.status_line, "HTTP/1.1 200 OK");
}

#[test]
fn a_given_port_that_is_taken_ends_the_demo_with_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let mut demo = Running::start(command.args(["demo", "--addr", &addr])).unwrap();
    assert_eq!(demo.next_out(), None);
    assert_eq!(demo.wait().unwrap().code(), Some(1));
    let said: Vec<_> = std::iter::from_fn(|| demo.next_err()).collect();
    let last = said.last().unwrap();
    assert!(last.starts_with(&format!("{addr}: already in use")), "{said:?}");
}
