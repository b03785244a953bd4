//! The demo's page over sockets: what it serves, to which hosts, and that its policy editor reaches all three servers.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use cors_core::file::{Format, check};
use serde_json::{Value, json};
use xtask::client::{Request, Response, send};
use xtask::options::Adapter;
use xtask::running::Running;

const POLICY: &str = "\
# Mine.
allow_origins = [
  'https://app.example.com', # the app
]
max_age = 600
";

const OTHER: &str = "allow_origins = ['https://other.example', 'https://more.example']";

struct Demo {
    running: Running,
    file: PathBuf,
    servers: Vec<SocketAddr>,
    page: SocketAddr,
    /// `localhost:PORT`
    host: String,
}

impl Demo {
    /// `name` must be unique among the tests.
    fn start(name: &str) -> Self {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("playground-{name}.toml"));
        fs::write(&file, POLICY).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["demo", "--addr", "127.0.0.1:0", "--policy"]).arg(&file);
        let running = Running::start(&mut command).unwrap();
        let servers: Vec<_> = Adapter::ALL.iter().map(|_| running.addr()).collect();
        let host = std::iter::from_fn(|| running.next_out())
            .find_map(|line| Some(line.split_once("http://")?.1.strip_suffix('/')?.to_owned()));
        let host = host.expect("the demo prints the address of its page");
        let port: u16 = host.strip_prefix("localhost:").unwrap().parse().unwrap();
        Self { running, file, servers, page: ([127, 0, 0, 1], port).into(), host }
    }

    fn get(&self, host: &str, target: &str) -> Response {
        let headers = [("Host", host)];
        send(self.page, Request { method: "GET", target, headers: &headers }).unwrap()
    }

    /// Sends what the page's own script sends.
    fn post(&self, target: &str, body: &Value) -> (u16, Value) {
        let origin = format!("http://{}", self.host);
        let headers =
            [("Host", &*self.host), ("Origin", &origin), ("Sec-Fetch-Site", "same-origin")];
        let (status, body) = self.post_as(&headers, target, &body.to_string());
        (status, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{body}: {error}")))
    }

    fn post_as(&self, headers: &[(&str, &str)], target: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.page).unwrap();
        let headers: String =
            headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        write!(
            stream,
            "POST {target} HTTP/1.1\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Which servers let an origin read.
    fn readers(&self, origin: &str) -> Vec<bool> {
        let headers = [("Origin", origin)];
        let request = Request { method: "GET", target: "/echo", headers: &headers };
        let allowed = |addr: &SocketAddr| {
            send(*addr, request).unwrap().header("access-control-allow-origin") == Some(origin)
        };
        self.servers.iter().map(allowed).collect()
    }

    fn text(&self) -> Value {
        self.post("/start", &json!({})).1["policy"].clone()
    }
}

fn fetch(origin: &str, method: &str, headers: Value, credentials: &str) -> Value {
    json!({
        "origin": origin, "method": method, "headers": headers, "credentials": credentials,
        "upload": false,
    })
}

#[test]
fn the_page_is_at_localhost_and_its_frames_at_every_name_of_this_machine() {
    let demo = Demo::start("pages");
    let (host, port) = (&*demo.host, demo.page.port());
    for (target, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/from", "text/html; charset=utf-8"),
        ("/script.js", "text/javascript; charset=utf-8"),
        ("/from.js", "text/javascript; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
    ] {
        let response = demo.get(host, target);
        assert_eq!((response.status(), response.header("content-type")), (200, Some(kind)));
        let csp = response.header("content-security-policy").unwrap();
        assert!(csp.starts_with("default-src 'none'; "), "{target}: {csp}");
        assert_eq!(response.header("access-control-allow-origin"), None, "{target}");
    }
    let csp = |target| demo.get(host, target).header("content-security-policy").map(str::to_owned);
    let frames = format!(
        "frame-src http://localhost:{port} http://*.localhost:{port} http://127.0.0.1:{port};"
    );
    assert!(csp("/").unwrap().contains(&frames));
    let servers: Vec<_> = demo.servers.iter().map(|addr| format!("http://{addr}")).collect();
    assert!(csp("/from").unwrap().contains(&format!("connect-src {};", servers.join(" "))));
    assert!(csp("/from").unwrap().ends_with(&format!("frame-ancestors http://{host}")));

    for (name, page, frame) in [
        ("localhost", 200, 200),
        ("app.localhost", 403, 200),
        ("a.b.localhost", 403, 200),
        ("127.0.0.1", 403, 200),
        ("evil.example", 403, 403),
        ("evillocalhost", 403, 403),
        ("localhost.evil.example", 403, 403),
        ("192.168.0.1", 403, 403),
    ] {
        let host = format!("{name}:{port}");
        for target in ["/", "/script.js", "/style.css"] {
            assert_eq!(demo.get(&host, target).status(), page, "{host}{target}");
        }
        for target in ["/from", "/from.js"] {
            assert_eq!(demo.get(&host, target).status(), frame, "{host}{target}");
        }
    }
    assert_eq!(demo.get("localhost", "/").status(), 403, "another port's page");
}

#[test]
fn it_listens_only_on_loopback() {
    let demo = Demo::start("loopback");
    let port = demo.page.port();
    // A program that listens on every address also listens on this one.
    assert!(TcpStream::connect(("127.0.0.2", port)).is_err());
    // `localhost` means both, and no other program may answer there.
    let ipv6 = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    assert_eq!(TcpStream::connect((Ipv6Addr::LOCALHOST, port)).is_ok(), ipv6);
}

#[test]
fn only_its_own_page_can_use_the_editor() {
    let demo = Demo::start("guard");
    let (host, port) = (&*demo.host, demo.page.port());
    let own = format!("http://{host}");
    let (ip, evil) = (format!("127.0.0.1:{port}"), format!("evil.example:{port}"));
    let (ip_origin, evil_origin) = (format!("http://{ip}"), format!("http://{evil}"));
    let app = format!("http://app.localhost:{port}");
    let body =
        json!({ "policy": OTHER, "fetch": fetch(&own, "PUT", json!([]), "omit") }).to_string();
    let rows: &[&[(&str, &str)]] = &[
        &[("Host", host)],
        &[("Host", host), ("Sec-Fetch-Site", "same-origin")],
        &[("Host", host), ("Origin", "https://evil.example")],
        &[("Host", host), ("Origin", "http://localhost")],
        &[("Host", host), ("Origin", &app)],
        &[("Host", host), ("Origin", &ip_origin)],
        &[("Host", host), ("Origin", "null")],
        &[("Host", host), ("Origin", &own), ("Origin", &own)],
        &[("Host", host), ("Origin", &own), ("Sec-Fetch-Site", "cross-site")],
        &[("Host", host), ("Origin", &own), ("Sec-Fetch-Site", "none")],
        // Pages that reached this address under another name (DNS rebinding).
        &[("Host", &evil), ("Origin", &evil_origin), ("Sec-Fetch-Site", "same-origin")],
        &[("Host", &evil), ("Origin", &own)],
        &[("Host", &ip), ("Origin", &ip_origin), ("Sec-Fetch-Site", "same-origin")],
        &[("Host", &ip), ("Origin", &own)],
    ];
    for target in ["/start", "/check", "/policy", "/explain", "/fix"] {
        for headers in rows {
            let (status, _) = demo.post_as(headers, target, &body);
            assert_eq!(status, 403, "{target} {headers:?}");
        }
        assert_eq!(demo.get(host, target).status(), 403, "{target}");
    }
    assert_eq!(demo.text(), POLICY);
    assert_eq!(demo.readers("https://other.example"), [false; 3]);

    // Browsers without Sec-Fetch-Site can use it too.
    let (status, _) = demo.post_as(&[("Host", host), ("Origin", &own)], "/policy", &body);
    assert_eq!(status, 200);
    assert_eq!(demo.readers("https://other.example"), [true; 3]);
}

#[test]
fn the_page_checks_a_policy_like_the_command() {
    let demo = Demo::start("check");
    let (status, told) = demo.post("/check", &json!({ "policy": POLICY }));
    let none = json!({ "findings": [], "errors": 0, "warnings": 0, "in_force": true });
    assert_eq!((status, told), (200, none));

    let bad = "allow_origins = [\n'https://a.test/',\n'https://b.test',]\nmax_age = 9000";
    let (status, told) = demo.post("/check", &json!({ "policy": bad }));
    let report = check(bad, Format::Toml);
    assert_eq!((status, &told["in_force"]), (200, &json!(false)));
    assert_eq!((&told["errors"], &told["warnings"]), (&json!(1), &json!(1)));
    let findings = told["findings"].as_array().unwrap();
    assert_eq!(findings.len(), report.findings().len());
    for (told, wanted) in findings.iter().zip(report.findings()) {
        assert_eq!(told["line"], wanted.line);
        assert_eq!(told["key"], wanted.key());
        assert_eq!(told["error"], wanted.is_error());
        let line =
            format!("{}; {}", told["reason"].as_str().unwrap(), told["fix"].as_str().unwrap());
        assert!(wanted.to_string().ends_with(&line), "{wanted}: {line}");
    }
    assert_eq!((&findings[0]["line"], &findings[0]["error"]), (&json!(2), &json!(true)));
    assert_eq!((&findings[1]["line"], &findings[1]["error"]), (&json!(4), &json!(false)));

    for body in [json!({}), json!([]), json!({ "policy": 1 })] {
        let (status, told) = demo.post("/check", &body);
        assert!(status == 400 && told["error"].is_string(), "{body}: {status} {told}");
    }
}

#[test]
fn a_new_policy_is_in_force_on_all_three() {
    let demo = Demo::start("put");
    assert_eq!(demo.text(), POLICY);
    assert_eq!(demo.readers("https://other.example"), [false; 3]);

    assert_eq!(demo.post("/policy", &json!({ "policy": OTHER })), (200, json!({ "ok": true })));
    assert_eq!(demo.readers("https://other.example"), [true; 3]);
    assert_eq!(demo.readers("https://app.example.com"), [false; 3]);
    assert_eq!(demo.text(), OTHER);

    let (status, told) = demo.post("/policy", &json!({ "policy": "allow_origins = 'https://x/'" }));
    assert_eq!((status, &told["findings"][0]["line"]), (422, &json!(1)));
    assert_eq!(demo.readers("https://other.example"), [true; 3]);
    assert_eq!(demo.text(), OTHER);

    let servers = demo.post("/start", &json!({})).1["servers"].clone();
    for ((adapter, addr), told) in
        Adapter::ALL.iter().zip(&demo.servers).zip(servers.as_array().unwrap())
    {
        assert_eq!(told, &json!({ "adapter": adapter.name(), "origin": format!("http://{addr}") }));
    }
}

#[test]
#[cfg(unix)]
fn sighup_reloads_the_file_on_the_page_too() {
    let demo = Demo::start("hup");
    demo.post("/policy", &json!({ "policy": OTHER }));
    demo.running.signal("HUP").unwrap();
    // Cargo builds the servers first and may print something before.
    let done = format!("{}: read again, in force", demo.file.display());
    assert!(std::iter::from_fn(|| demo.running.next_err()).any(|line| line == done));
    assert_eq!(demo.text(), POLICY);
    assert_eq!(demo.readers("https://other.example"), [false; 3]);
}

#[test]
fn a_fix_goes_into_the_text_and_makes_the_fetch_readable() {
    let demo = Demo::start("fix");
    let app = format!("http://app.localhost:{}", demo.page.port());
    let wanted = fetch(&app, "put", json!([["x-odd", "1"]]), "include");
    let (status, told) = demo.post("/explain", &json!({ "policy": POLICY, "fetch": wanted }));
    assert_eq!(status, 200, "{told}");
    assert_eq!(told["readable"], false);
    assert_eq!(told["step"], "preflight-allow-origin-missing");
    assert_eq!(
        told["events"].as_array().unwrap().iter().filter(|event| event["sent"].is_object()).count(),
        1
    );

    let (status, mended) = demo.post("/fix", &json!({ "policy": POLICY, "fetch": wanted }));
    assert_eq!(status, 200, "{mended}");
    let text = mended["policy"].as_str().unwrap();
    let start = format!(
        "# Mine.\nallow_origins = [\n  'https://app.example.com', # the app\n  \"{app}\",\n]\nmax_age = 600\n"
    );
    assert!(text.starts_with(&start), "{text}");
    let (status, told) =
        demo.post("/explain", &json!({ "policy": text, "fetch": mended["fetch"] }));
    assert_eq!((status, &told["readable"], &told["fix"]), (200, &json!(true), &Value::Null));
    // `/echo` sends this header but does not expose it.
    let answer =
        told["events"].as_array().unwrap().iter().rev().find(|event| event["received"].is_object());
    assert!(answer.unwrap().to_string().contains("x-secret"));

    assert_eq!(demo.post("/policy", &json!({ "policy": text })).0, 200);
    for addr in &demo.servers {
        let headers = [
            ("Origin", &*app),
            ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "x-odd"),
        ];
        let preflight = Request { method: "OPTIONS", target: "/echo", headers: &headers };
        let answer = send(*addr, preflight).unwrap();
        assert_eq!(answer.header("access-control-allow-origin"), Some(&*app));
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
        assert_eq!(answer.header("access-control-allow-headers"), Some("x-odd"));
    }
}

#[test]
fn a_fix_in_the_script_changes_the_fetch() {
    let demo = Demo::start("script");
    let policy = "allow_origins = '*'\nallow_methods = 'PATCH' # one\n";
    let wanted = fetch("https://app.example.com", "patch", json!([]), "omit");
    let (status, mended) = demo.post("/fix", &json!({ "policy": policy, "fetch": wanted }));
    assert_eq!((status, &mended["policy"]), (200, &json!(policy)));
    assert_eq!(mended["fetch"], fetch("https://app.example.com", "PATCH", json!([]), "omit"));
}

/// Compares every header name that the explanation shows with the ones each server lets the script see.
#[test]
fn the_explained_headers_are_those_of_each_server() {
    let demo = Demo::start("seen");
    for exposes in ["'*'", "['x-request-id']", "['date', 'vary']", "[]"] {
        let policy = format!(
            "allow_origins = ['https://a.test', 'https://b.test']\nallow_methods = '*'\nexpose_headers = {exposes}"
        );
        assert_eq!(demo.post("/policy", &json!({ "policy": policy })).0, 200);
        // Not OPTIONS: each framework has a 405 of its own.
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE"] {
            let asked = fetch("https://a.test", method, json!([]), "omit");
            let (_, told) = demo.post("/explain", &json!({ "policy": policy, "fetch": asked }));
            assert_eq!(told["readable"], json!(true), "{told}");
            let seen: BTreeSet<&str> = told["seen"]
                .as_array()
                .unwrap()
                .iter()
                .map(|name| name.as_str().unwrap())
                .collect();
            let names = told["headers"].as_array().unwrap();
            let shown = |name: &str| exposes == "'*'" || names.iter().any(|listed| listed == name);
            for addr in &demo.servers {
                let headers = [("Origin", "https://a.test")];
                let answer = send(*addr, Request { method, target: "/echo", headers: &headers });
                let answer = answer.unwrap();
                let names = answer.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
                let names: BTreeSet<_> = names.filter(|name| shown(name)).collect();
                let names: BTreeSet<_> = names.iter().map(String::as_str).collect();
                assert_eq!(names, seen, "{method} {exposes} {addr}");
            }
        }
    }
}

#[test]
fn bad_input_to_explain_is_named() {
    let demo = Demo::start("unexplained");
    let get = |origin| fetch(origin, "GET", json!([]), "omit");
    for (policy, fetch, status, wanted) in [
        (POLICY, get("app.example.com"), 400, "no page has this origin"),
        (POLICY, fetch("null", "GET", json!([]), "some"), 400, "not a credentials mode"),
        (POLICY, json!({}), 400, "missing field"),
        ("max_age = 1", get("null"), 422, "\"line\":1"),
    ] {
        for target in ["/explain", "/fix"] {
            let (found, told) = demo.post(target, &json!({ "policy": policy, "fetch": fetch }));
            assert_eq!(found, status, "{told}");
            assert!(told.to_string().contains(wanted), "{told}");
        }
    }
    let allowed = json!({ "policy": POLICY, "fetch": get("https://app.example.com") });
    assert_eq!(demo.post("/fix", &allowed), (400, json!({ "error": "there is no fix" })));
}
