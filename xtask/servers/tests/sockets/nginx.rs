//! Behind a caching nginx, no client gets what was made for another. Debian 12 has nginx 1.22, which
//! keys its cache by the last line of `Vary`. Prints a note and skips if nginx is not installed.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::support::servers;
use cors_core::{DisallowedOrigin, Policy};
use servers::{Hosts, Policies};
use xtask::client::{Request, Response, send};
use xtask::options::Adapter;
use xtask::running::Running;

const ALLOWED: [&str; 2] = ["https://a.example", "https://b.example"];

/// The path of nginx. Only root has the second folder in `PATH`.
fn nginx() -> Option<&'static str> {
    ["nginx", "/usr/sbin/nginx"].into_iter().find(|program| {
        let version = Command::new(program).arg("-v").stderr(Stdio::null()).status();
        version.is_ok_and(|status| status.success())
    })
}

fn config(addr: SocketAddr, upstream: SocketAddr) -> String {
    let temp = |of: &str| format!("    {of}_temp_path temp/{of};\n");
    let temp: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(temp).concat();
    format!(
        "daemon off;
master_process off;
pid nginx.pid;
error_log stderr notice;
events {{}}
http {{
    access_log off;
{temp}    proxy_cache_path cache keys_zone=kept:1m;
    server {{
        listen {addr};
        location / {{
            proxy_pass http://{upstream};
            proxy_cache kept;
            proxy_cache_valid any 1h;
            add_header X-Cache $upstream_cache_status always;
        }}
    }}
}}
"
    )
}

/// Starts nginx in front of a server, on a port that was free a moment ago.
fn in_front_of(program: &str, upstream: SocketAddr, name: &str) -> (Running, SocketAddr) {
    for _ in 0..10 {
        let prefix = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("nginx-{name}"));
        let _ = fs::remove_dir_all(&prefix);
        fs::create_dir_all(prefix.join("temp")).unwrap();
        let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        fs::write(prefix.join("nginx.conf"), config(addr, upstream)).unwrap();
        let mut command = Command::new(program);
        command.arg("-p").arg(&prefix).args(["-c", "nginx.conf", "-e", "stderr"]);
        let running = Running::start(&mut command).unwrap();
        let mut said = Vec::new();
        // It prints its name once it listens.
        while let Some(line) = running.next_err() {
            if line.contains("[notice]") && line.contains(": nginx/") {
                return (running, addr);
            }
            let taken = line.contains("Address already in use");
            said.push(line);
            if taken {
                break;
            }
        }
        assert!(said.iter().any(|line| line.contains("Address already in use")), "{said:#?}");
    }
    panic!("somebody takes every free port");
}

/// The headers of a client that the answer depends on.
type Client = Vec<(&'static str, &'static str)>;

/// Every kind of client.
fn clients() -> Vec<Client> {
    let origins = [None, Some(ALLOWED[0]), Some(ALLOWED[1]), Some("https://evil.example")];
    let encodings = [Some("gzip"), None, Some("br")];
    let sites = [None, Some("same-origin"), Some("cross-site")];
    let line = |name, value: Option<&'static str>| value.map(|value| (name, value));
    let mut all = Vec::new();
    for encoding in encodings {
        for origin in origins {
            for site in sites {
                let lines = [
                    line("Accept-Encoding", encoding),
                    line("Origin", origin),
                    line("Sec-Fetch-Site", site),
                ];
                all.push(lines.into_iter().flatten().collect());
            }
        }
    }
    all
}

fn value(client: &Client, name: &str) -> Option<&'static str> {
    client.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// Whether two clients send the same values of all headers that `Vary` names.
fn alike(one: &Client, other: &Client, vary: &str) -> bool {
    vary.split(", ").all(|name| {
        let value = |client: &Client| {
            let mut lines = client.iter();
            lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
        };
        value(one) == value(other)
    })
}

/// Checks the headers and the status against what the policy says for this client.
fn assert_own(client: &Client, answer: &Response) {
    let origin = value(client, "Origin");
    let allowed = origin.filter(|origin| ALLOWED.contains(origin));
    let refused = origin.is_some()
        && allowed.is_none()
        && value(client, "Sec-Fetch-Site") != Some("same-origin");
    assert_eq!(answer.status(), if refused { 403 } else { 200 }, "{client:?}: {answer:?}");
    let named = answer.header("access-control-allow-origin");
    assert_eq!(named, allowed, "{client:?}: {answer:?}");
}

fn check(program: &str, adapter: Adapter, upstream: SocketAddr) {
    let (_nginx, addr) = in_front_of(program, upstream, adapter.name());
    let get = |target: &str, client: &Client| {
        let answer = send(addr, Request { method: "GET", target, headers: client }).unwrap();
        assert_own(client, &answer);
        let cached = answer.header("x-cache").map(str::to_owned).expect("it passed the cache");
        (answer, cached)
    };

    for target in ["/vary", "/answer?header=vary:accept-encoding&header=vary:x-language"] {
        let mut answered: Vec<(Client, String)> = Vec::new();
        for client in clients().into_iter().chain(clients()) {
            let (answer, cached) = get(target, &client);
            // A cached answer was made for a client like this one.
            let vary = answer.values("vary").collect::<Vec<_>>().join(", ");
            let mut before = answered.iter();
            let has_like = before.any(|(other, vary)| alike(&client, other, vary));
            assert!(has_like || cached == "MISS", "{target} {client:?}: {answer:?}");
            answered.push((client.clone(), vary));
            assert_eq!(get(target, &client).1, "HIT", "{adapter:?}: {target} {client:?}");
        }
    }

    for target in ["/vary-star", "/answer?header=vary:*&header=vary:accept"] {
        for client in clients() {
            for _ in 0..2 {
                let (answer, cached) = get(target, &client);
                let kept = cached == "HIT" && answer.status() == 200;
                assert!(!kept, "{adapter:?}: {target} {client:?}: {answer:?}");
            }
        }
    }
}

#[test]
fn no_client_gets_what_was_made_for_another() {
    let Some(program) = nginx() else {
        eprintln!("skipped: nginx is not installed");
        return;
    };
    let policy = Policy::builder().allow_origins(ALLOWED);
    let policy = policy.disallowed_origin(DisallowedOrigin::Forbid).build().unwrap();
    let hosts = Arc::new(Hosts::new());
    hosts.set("127.0.0.1", policy);
    for (adapter, addr) in servers(&Policies::ByHost(hosts)) {
        check(program, adapter, addr);
    }
}
