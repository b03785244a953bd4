//! DNS rebinding and pages of other origins, against an MCP server on each framework.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use xtask::running::Running;
use xtask::workspace;

const SERVERS: [(&str, &str); 3] = [
    ("axum", env!("CARGO_BIN_EXE_mcp_axum")),
    ("actix", env!("CARGO_BIN_EXE_mcp_actix")),
    ("warp", env!("CARGO_BIN_EXE_mcp_warp")),
];

/// The conformance tests of the Model Context Protocol, once installed.
const CONFORMANCE: &str = "target/mcp/node_modules/@modelcontextprotocol/conformance/dist/index.js";
const INSTALL: &str = "npm install --prefix target/mcp @modelcontextprotocol/conformance@0.1.16";

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;

fn start(program: &str) -> (Running, SocketAddr) {
    let running = Running::start(Command::new(program).env("ADDR", "127.0.0.1:0")).unwrap();
    let addr = running.addr();
    (running, addr)
}

/// The status, and everything that was received, in lower case.
fn send(addr: SocketAddr, method: &str, body: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut request = format!("{method} /mcp HTTP/1.1\r\nConnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    let response = String::from_utf8_lossy(&response).to_ascii_lowercase();
    let status = response.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap(), response)
}

/// The requests of the conformance tests' scenario `dns-rebinding-protection`, and others like them: a
/// host, an origin, and whether the server answers.
#[test]
fn only_pages_and_names_of_this_machine() {
    for (name, program) in SERVERS {
        let (_running, addr) = start(program);
        let port = addr.port();
        let own = format!("127.0.0.1:{port}");
        for (host, origin, is_served) in [
            // A native client.
            (own.clone(), None, true),
            (format!("localhost:{port}"), None, true),
            (format!("[::1]:{port}"), None, true),
            // Its own pages, and those of other programs on this machine.
            (own.clone(), Some(format!("http://{own}")), true),
            (own.clone(), Some("http://localhost:6274".to_owned()), true),
            // Rebinding: the page and the name that leads here are the attacker's.
            ("evil.example.com".to_owned(), Some("http://evil.example.com".to_owned()), false),
            (
                format!("evil.example.com:{port}"),
                Some(format!("http://evil.example.com:{port}")),
                false,
            ),
            ("evil.example.com".to_owned(), None, false),
            (format!("localhost.evil.example:{port}"), None, false),
            // Other pages.
            (own.clone(), Some("http://evil.example.com".to_owned()), false),
            (own.clone(), Some("null".to_owned()), false),
        ] {
            let mut headers = vec![
                ("Host", &*host),
                ("Content-Type", "application/json"),
                ("Accept", "application/json, text/event-stream"),
            ];
            headers.extend(origin.as_deref().map(|origin| ("Origin", origin)));
            let (status, response) = send(addr, "POST", INITIALIZE, &headers);
            let what = format!("{name} {host} {origin:?}: {response}");
            assert_eq!(status, if is_served { 200 } else { 403 }, "{what}");
            assert_eq!(response.contains("serverinfo"), is_served, "{what}");
            let readable =
                origin.as_ref().map(|origin| format!("access-control-allow-origin: {origin}\r\n"));
            let is_readable = readable.is_some_and(|line| response.contains(&line));
            assert_eq!(is_readable, is_served && headers.len() == 4, "{what}");
            if is_readable {
                assert!(
                    response.contains("expose-headers: mcp-session-id,www-authenticate"),
                    "{what}"
                );
            }
        }
    }
}

/// A browser asks before it sends a message, since that is JSON.
#[test]
fn preflights_allow_what_clients_send() {
    for (name, program) in SERVERS {
        let (_running, addr) = start(program);
        let host = addr.to_string();
        for (origin, status) in [("http://localhost:6274", 204), ("https://evil.example", 403)] {
            for method in ["POST", "GET", "DELETE"] {
                let (found, response) = send(
                    addr,
                    "OPTIONS",
                    "",
                    &[
                        ("Host", &*host),
                        ("Origin", origin),
                        ("Access-Control-Request-Method", method),
                        (
                            "Access-Control-Request-Headers",
                            "authorization,content-type,last-event-id,mcp-method,mcp-name,mcp-protocol-version,mcp-session-id",
                        ),
                    ],
                );
                assert_eq!(found, status, "{name} {response}");
                assert_eq!(response.contains("delete"), status == 204, "{name} {response}");
            }
        }
    }
}

/// The official tests need Node.js 22, and what [`INSTALL`] installs.
#[test]
fn the_official_scenario_passes() {
    let script = workspace().join(CONFORMANCE);
    if !script.exists() {
        println!("skipped: there is no {CONFORMANCE}; run {INSTALL}");
        return;
    }
    let Some(node) = node() else {
        println!("skipped: there is no Node.js 22; run npm install --prefix target/mcp node@22");
        return;
    };
    for (name, program) in SERVERS {
        let (_running, addr) = start(program);
        let mut command = Command::new(&node);
        command.arg(&script).args(["server", "--scenario", "dns-rebinding-protection", "--url"]);
        let output = command.arg(format!("http://{addr}/mcp")).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {text}{errors}");
        assert!(text.contains("Passed: 2/2, 0 failed"), "{name}: {text}");
    }
}

/// Node.js, if it is new enough: the one beside the package, or the system's.
fn node() -> Option<PathBuf> {
    let beside = workspace().join("target/mcp/node_modules/.bin/node");
    [beside, "node".into()].into_iter().find(|node| {
        let version = Command::new(node).arg("--version").output();
        let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let major = version
            .ok()
            .and_then(|version| version.strip_prefix('v')?.split('.').next()?.parse::<u32>().ok());
        major.is_some_and(|major| major >= 22)
    })
}
