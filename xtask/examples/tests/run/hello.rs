//! Runs the programs of the READMEs, and compares them with what the READMEs show.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use crate::client::{APP, EVIL, preflight, start};
use xtask::client::{Request, send};
use xtask::running::Running;

fn hello(name: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hello"));
    command.arg(name);
    command
}

#[test]
fn each_lets_its_own_pages_store_and_no_others() {
    for name in ["axum", "actix", "warp", "std"] {
        let (_running, addr) = start(&mut hello(name));
        for (origin, allowed) in [(APP, true), (EVIL, false)] {
            assert_eq!(preflight(addr, "/items/7", origin, "PUT"), allowed, "{name}");
            let request =
                Request { method: "PUT", target: "/items/7", headers: &[("Origin", origin)] };
            let response = send(addr, request).unwrap();
            assert_eq!((response.status(), &*response.body), (200, &b"stored"[..]), "{name}");
            let header = response.header("access-control-allow-origin");
            assert_eq!(header == Some(origin), allowed, "{name}: {header:?}");
        }
    }
}

#[test]
fn each_answers_what_it_has_no_route_for() {
    for (name, method) in [("axum", 405), ("actix", 404), ("warp", 405)] {
        let (_running, addr) = start(&mut hello(name));
        for (method, target, status) in [("PUT", "/other", 404), ("DELETE", "/items/7", method)] {
            let request = Request { method, target, headers: &[("Origin", APP)] };
            let response = send(addr, request).unwrap();
            assert_eq!(response.status(), status, "{name}: {method} {target}");
            assert_eq!(response.header("access-control-allow-origin"), Some(APP), "{name}");
        }
    }
}

/// Only for `std`: the frameworks sometimes reset it.
#[test]
fn a_body_that_nobody_reads_does_not_reset_the_connection() {
    let (_running, addr) = start(&mut hello("std"));
    let mut stream = TcpStream::connect(addr).unwrap();
    let body = "x".repeat(1 << 20);
    write!(stream, "PUT /items/7 HTTP/1.1\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[cfg(unix)]
#[test]
fn a_hangup_puts_a_good_file_in_force_and_a_bad_one_not() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hello");
    let write = |text: &str| fs::write(folder.join("cors.toml"), text).unwrap();
    let hang_up = |running: &Running| {
        let sent = Command::new("kill").args(["-HUP", &running.id().to_string()]).status();
        assert!(sent.unwrap().success());
    };
    fs::create_dir_all(&folder).unwrap();
    write(&policy_file());
    let (running, addr) = start(hello("file").current_dir(&folder));
    assert!(preflight(addr, "/items/7", APP, "PUT") && !preflight(addr, "/items/7", EVIL, "PUT"));

    write("allow_origins = ['https://evil.example/']\n");
    hang_up(&running);
    let fault = running.next_err().unwrap();
    assert!(fault.starts_with("cors.toml:1: allow_origins"), "{fault}");
    assert!(preflight(addr, "/items/7", APP, "PUT"));

    write("allow_origins = ['https://evil.example']\nallow_methods = ['PUT']\n");
    hang_up(&running);
    while !preflight(addr, "/items/7", EVIL, "PUT") {}
}

/// The policy file that the README shows.
fn policy_file() -> String {
    let readme = read("README.md");
    let (_, rest) = readme.split_once("```toml\nallow_origins").unwrap();
    format!("allow_origins{}", rest.split_once("```").unwrap().0)
}

#[test]
fn the_readmes_show_these_programs() {
    let readme = read("README.md");
    for (name, crate_) in [
        ("axum", Some("cors-axum")),
        ("actix", Some("cors-actix")),
        ("warp", Some("cors-warp")),
        ("std", Some("cors-core")),
        ("file", None),
    ] {
        let code = read(&format!("xtask/examples/src/bin/hello/{name}.rs"));
        let block =
            format!("```rust\n{}```\n", code.replace("examples::addr()", "\"127.0.0.1:3000\""));
        assert!(readme.contains(&block), "README.md lacks\n{block}");
        if let Some(crate_) = crate_ {
            let own = read(&format!("{crate_}/README.md"));
            assert!(own.contains(&block), "{crate_}/README.md lacks\n{block}");
        }
    }
}

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).unwrap()
}
