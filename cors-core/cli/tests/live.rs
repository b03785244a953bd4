//! `explain` over real connections.

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use support::{Server, Tls, explained, file};

const APP: &str = "http://app.example.com";
const ALLOWED: &str =
    "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n";

fn cors(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cors"));
    command.args(args);
    for variable in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(variable).env_remove(variable.to_lowercase());
    }
    command
}

fn explain(url: &str, args: &[&str]) -> Output {
    cors(&[&["explain", url, "--origin", APP], args].concat()).output().unwrap()
}

/// The exit code and the JSON object.
fn json(url: &str, args: &[&str]) -> (Option<i32>, Value) {
    let output = explain(url, &[args, &["--json"]].concat());
    (output.status.code(), explained(&output.stdout))
}

fn causes(said: &Value) -> String {
    let causes = said["causes"].as_array().unwrap().iter();
    causes.map(|cause| cause.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_server_that_does_not_answer_is_not_a_cors_problem() {
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let silent = Server::start(|_| Vec::new().into());
    let hung = Server::never_answers();
    let gibberish = Server::start(|_| "SSH-2.0-OpenSSH_9.2\r\n\r\n".into());
    let switches =
        Server::start(|_| "HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n".into());
    let many: String = (0..20_000).map(|n| format!("x-{n}: 1\r\n")).collect();
    let many = Server::start(move |_| format!("HTTP/1.1 200 OK\r\n{many}\r\n").into());
    let long =
        Server::start(|_| format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "a".repeat(1 << 20)).into());
    let tls = Tls::start("localhost");
    let url = |server: &Server| server.url("/");
    for (url, why) in [
        (format!("http://{refused}/"), "connection refused"),
        ("http://no-such-host.invalid/".to_owned(), "(DNS)"),
        (url(&silent), "closed without an answer"),
        (url(&hung), "no answer within 1 s"),
        (url(&gibberish), "the answer is not HTTP, or malformed"),
        (url(&switches), "the server switches protocols, unasked"),
        (url(&many), "the headers are too long"),
        (url(&long), "the headers are too long"),
        (format!("http://{}/", resets()), "closed without an answer"),
        (format!("https://{}/", speaks_first()), "does not speak TLS on this port"),
        (tls.url("localhost"), "the certificate is not trusted: its issuer is unknown"),
    ] {
        let (code, said) = json(&url, &["--timeout", "1"]);
        assert_eq!((code, &said["step"]), (Some(1), &Value::from("network")), "{url}");
        let causes = causes(&said);
        assert!(causes.contains(why), "{url}: {causes}");
        assert!(causes.contains("Failed to fetch") && causes.contains("CORS is not the cause"));
        assert!(said["fix"].as_str().unwrap().contains("CORS is not the cause"), "{said}");
    }
}

#[test]
fn an_endless_body_is_not_waited_for() {
    let server = Server::start_streaming(|stream| {
        let head = "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        while stream.write_all(&[b'a'; 4096]).is_ok() {}
    });
    assert_eq!(json(&server.url("/"), &[]).0, Some(0));
}

#[test]
fn tls_and_http_2() {
    let tls = Tls::start("localhost");
    let certificate = file("localhost.pem", &tls.certificate);
    let url = tls.url("localhost");
    let https = |args: &[&str], trusted: bool| {
        let mut command =
            cors(&[&["explain", &url, "--origin", "https://a.test", "--json"], args].concat());
        if trusted {
            command.env("SSL_CERT_FILE", &certificate);
        }
        let output = command.output().unwrap();
        explained(&output.stdout)
    };
    for said in [https(&["--insecure"], false), https(&[], true)] {
        assert_eq!(said["readable"], true, "{said:#}");
        let headers = received(&said, 0);
        assert!(headers.contains(&"x-version: HTTP/2.0".to_owned()), "{headers:?}");
    }
}

#[test]
fn through_a_proxy() {
    let tls = Tls::start("api.example.test");
    let proxy = connect_proxy(tls.port);
    let explains = |port: u16| {
        let url = "https://api.example.test/";
        cors(&["explain", url, "--origin", "https://a.test", "--insecure", "--json"])
            .env("HTTPS_PROXY", format!("http://127.0.0.1:{port}"))
            .output()
            .unwrap()
    };
    let output = explains(proxy.port());
    let said = explained(&output.stdout);
    assert_eq!(said["readable"], true, "{said:#}");

    let refuses = Server::start(|_| "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".into());
    let output = explains(refuses.port());
    assert!(causes(&explained(&output.stdout)).contains("tunnel"), "{output:?}");
}

#[test]
fn a_host_is_resolved_as_told() {
    let server = Server::start(|_| ALLOWED.into());
    let port = server.port();
    let resolve = format!("api.example.test:{port}:127.0.0.1");
    let url = format!("http://api.example.test:{port}/");
    let (code, said) = json(&url, &["--resolve", &resolve]);
    assert_eq!(code, Some(0), "{said:#}");
    assert!(server.requests()[0].contains(&format!("host: api.example.test:{port}")));
}

/// Whether the user is asked depends on the addresses of page and server.
#[test]
fn names_are_where_they_resolve_to() {
    let server = Server::start(|_| ALLOWED.into());
    let port = server.port();
    let url = format!("http://api.example.test:{port}/");
    let to_api = format!("api.example.test:{port}:127.0.0.1");
    let asks = json!({ "chromium": false, "firefox": "asks", "webkit": true });
    let nobody_asks = json!({ "chromium": true, "firefox": true, "webkit": true });
    for (to_page, wanted) in [
        (None, &asks),
        (Some("app.example.com:80:203.0.113.1"), &asks),
        (Some("APP.example.com:80:192.168.0.1"), &nobody_asks),
    ] {
        let mut flags = vec!["--resolve", &to_api];
        flags.extend(to_page.iter().flat_map(|told| ["--resolve", *told]));
        let (_, said) = json(&url, &flags);
        for (engine, readable) in wanted.as_object().unwrap() {
            assert_eq!(said["engines"][engine]["readable"], *readable, "{engine}, {flags:?}");
        }
        let asked = said["events"]
            .as_array()
            .unwrap()
            .iter()
            .find(|event| event["step"] == "local-network-access");
        assert_eq!(asked.is_some(), wanted == &asks, "{flags:?}");
    }
}

#[test]
fn ipv6() {
    // Some machines have none.
    let Ok(listener) = TcpListener::bind("[::1]:0") else { return };
    let server = Server::on(listener, |_| ALLOWED.into());
    assert_eq!(json(&format!("http://[::1]:{}/", server.port()), &[]).0, Some(0));
}

#[test]
fn values_are_handed_back_as_they_came() {
    let server = Server::start(|_| {
        let mut answer = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n".to_vec();
        answer.extend_from_slice(b"X-A: 1\r\nX-A: 2\r\nX-B: \xff\x80\r\nContent-Length: 0\r\n\r\n");
        answer.into()
    });
    let (_, said) = json(&server.url("/"), &[]);
    let headers = received(&said, 0);
    for line in ["x-a: 1", "x-a: 2", "x-b: \u{fffd}\u{fffd}"] {
        assert!(headers.contains(&line.to_owned()), "{headers:?}");
    }
}

#[test]
fn a_terminal_obeys_nothing_that_a_server_sends() {
    // No control character but the tab gets through HTTP.
    let server = Server::start(|_| {
        "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: \u{9b}2J\u{202e}\r\nContent-Length: 0\r\n\r\n".into()
    });
    let output = explain(&server.url("/"), &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    let moves = |c: &char| c.is_control() && *c != '\n' || *c == '\u{202e}';
    assert_eq!(text.chars().find(moves), None, "{text}");
    let output = explain(&server.url("/"), &["--json"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.chars().find(moves), None, "{text}");
    assert!(text.contains("\\u009b2J\\u202e"), "{text}");
}

#[test]
fn secrets_stay_with_their_host_and_are_not_printed() {
    let other = Server::start(|_| ALLOWED.replace('*', "null").into());
    // A cookie is for a host, whatever the port.
    let to = other.url("/").replace("127.0.0.1", "localhost");
    let server = Server::start(move |request| {
        match request.starts_with("OPTIONS") {
        true => "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: http://app.example.com\r\nAccess-Control-Allow-Credentials: true\r\nAccess-Control-Allow-Headers: authorization\r\n\r\n".into(),
        false => format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nAccess-Control-Allow-Origin: http://app.example.com\r\nAccess-Control-Allow-Credentials: true\r\nContent-Length: 0\r\n\r\n").into(),
    }
    });
    let args = [
        "--credentials",
        "include",
        "--cookie",
        "sid=opensesame",
        "--header",
        "Authorization: Bearer opensesame",
    ];
    for json in [&[][..], &["--json"]] {
        let output = explain(&server.url("/"), &[&args, json].concat());
        let text =
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        assert!(!text.contains("opensesame"), "{text}");
    }
    let requests = server.requests();
    assert!(requests[0].starts_with("OPTIONS / ") && !requests[0].contains("opensesame"));
    assert!(requests[1].contains("cookie: sid=opensesame\r\n"), "{}", requests[1]);
    assert!(requests[1].contains("authorization: Bearer opensesame\r\n"));
    let redirected = other.requests();
    assert!(!redirected.is_empty());
    assert!(redirected.iter().all(|request| !request.contains("opensesame")), "{redirected:?}");
}

#[test]
fn no_other_server_is_tried_with_the_token() {
    let other = Server::start(|_| "HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n".into());
    let to = other.url("/").replace("127.0.0.1", "localhost");
    let server = Server::start(move |request| {
        let allows = "Access-Control-Allow-Origin: http://app.example.com\r\nAccess-Control-Allow-Methods: PUT\r\nAccess-Control-Allow-Headers: authorization, x-a\r\n";
        match request.starts_with("OPTIONS") {
            true => format!("HTTP/1.1 204 X\r\n{allows}\r\n").into(),
            false => {
                format!("HTTP/1.1 307 X\r\nLocation: {to}\r\n{allows}Content-Length: 0\r\n\r\n")
                    .into()
            }
        }
    });
    let args = ["--method", "PUT", "-H", "authorization: Bearer opensesame", "-H", "x-a: 1"];
    let (_, said) = json(&server.url("/"), &args);
    assert!(causes(&said).contains("OPTIONS is refused with 401"), "{said:#}");
    assert!(!other.requests().is_empty());
    assert!(other.requests().iter().all(|request| !request.contains("opensesame")));
    assert!(server.requests().iter().any(|request| request.contains("opensesame")));
}

/// Wherever a secret was given and wherever it comes back, no output has it.
#[test]
fn no_output_has_a_secret() {
    let echoes = Server::start(|request| {
        let token = request.lines().find_map(|line| line.strip_prefix("authorization: "));
        format!(
            "HTTP/1.1 200 OK\r\nX-Echo: {}; {}\r\nContent-Length: 0\r\n\r\n",
            token.unwrap_or_default(),
            "sid=opensesame"
        )
        .into()
    });
    let url = echoes.url("/?access_token=opensesame&a=1");
    let plain = echoes.url("/");
    let told = Server::start(|request| {
        let token = request.lines().find_map(|line| line.strip_prefix("authorization: Bearer "));
        let token = token.unwrap_or("opensesame");
        format!("HTTP/1.1 405 X\r\nAllow: {token}\r\nAccess-Control-Allow-Origin: {token}\r\nAccess-Control-Allow-Origin: {token}\r\nContent-Length: 0\r\n\r\n").into()
    });
    let told = told.url("/");
    let curl =
        format!("curl {plain} -H 'authorization: Bearer opensesame' --frobnicate opensesame");
    let moved = "HTTP/1.1 301 Moved Permanently\r\nLocation: https://u:opensesame@a.test/x;jsessionid=opensesame/y?token=opensesame#token=opensesame\r\nContent-Length: 0\r\n\r\n";
    let redirects = Server::start(move |_| moved.into());
    let redirects = redirects.url("/");
    let policy = file("secrets.toml", POLICY);
    let policy = policy.to_str().unwrap();
    let one_answer = file(
        "secrets.txt",
        "HTTP/1.1 302 Found\r\nLocation: /?token=opensesame\r\nAccess-Control-Allow-Origin: *\r\n\r\n",
    );
    let one_answer = one_answer.to_str().unwrap();
    let moved_once = file(
        "moved-once.txt",
        "HTTP/1.1 302 Found\r\nLocation: /z;jsessionid=opensesame/q\r\nAccess-Control-Allow-Origin: *\r\n\r\n",
    );
    let moved_once = moved_once.to_str().unwrap();
    let rows: &[&[&str]] = &[
        &["explain", &redirects, "--origin", APP, "--method", "PUT"],
        &["explain", &url, "--origin", APP, "--policy", policy],
        &["explain", "--url", &url, "--origin", APP, "--response", one_answer],
        &["explain", &told, "--origin", APP, "-H", "Authorization: Bearer opensesame"],
        &["explain", &told, "--origin", APP, "--cookie", "sid=opensesame", "--policy", policy],
        &["explain", &url, "--origin", APP, "--mode", "no-cors"],
        &[
            "explain",
            &url,
            "--origin",
            APP,
            "-H",
            "Authorization: Bearer opensesame",
            "--cookie",
            "sid=opensesame",
            "--credentials",
            "include",
        ],
        &["explain", &url, "--origin", APP, "-H", "x-api-key: opensesame\nx"],
        &["explain", &url, "--origin", APP, "-H", "dpop: opensesame"],
        &["explain", &url, "--origin", APP, "-H", "authorization Bearer opensesame"],
        &["explain", &url, "--origin", APP, "--cookie", "opensesame"],
        &["explain", &plain, "--origin", APP, "--cookie", "a=1; sid=opensesame; b=2"],
        &["explain", &url, "--origin", APP, "--cookie", "sid= opensesame ; Path=/"],
        &["explain", &url, "--origin", APP, "--cookie", "sid=opensesame\nx"],
        &["explain", "http://u:opensesame@127.0.0.1/", "--origin", APP],
        &["explain", "u:opensesame@127.0.0.1/", "--origin", APP],
        &["explain", "http://u:opensesame@h:99999/", "--origin", APP],
        &["explain", "h/?token=opensesame", "--origin", APP],
        &["explain", "http://u:opensesame#1@h/", "--origin", APP],
        &["explain", "h/?token=x@opensesame", "--origin", APP],
        &["explain", "h/x;jsessionid=opensesame", "--origin", APP],
        &["explain", "http://a.test/", "http://h/?token=opensesame", "--origin", APP],
        &["explain", "--url", &plain, "--origin", APP, "--response", moved_once],
        &["audit", "http://h:99999/?token=opensesame"],
        &["audit", &plain, "http://h/?token=opensesame"],
        &["http://h/?token=opensesame"],
        &["explain", &url, "--origin", APP, "-H", "accept-language: opensesame"],
        &["audit", &url, "--allow", APP],
        &["audit", &redirects, "--allow", APP],
        &["audit", "http://127.0.0.1:1/?token=opensesame"],
        &["explain", "http://h:99999/#token=opensesame", "--origin", APP],
        &["explain", "ftp://h/?token=opensesame", "--origin", APP],
        &["explain", &plain, "--origin", "http://a.test/?token=opensesame"],
        &["explain", &plain, "--origin", "a.test?token=opensesame"],
        &["explain", &redirects, "--origin", APP],
        &["explain", "--curl", &curl, "--origin", APP],
    ];
    for args in rows {
        for json in [&[][..], &["--json"]] {
            let output = cors(&[args, json].concat()).output().unwrap();
            let text =
                [output.stdout, output.stderr].map(|b| String::from_utf8(b).unwrap()).concat();
            assert!(!text.is_empty() && !text.contains("opensesame"), "{args:?}: {text}");
        }
    }
}

#[test]
fn a_copied_call_is_sent() {
    let server = Server::start(|_| ALLOWED.into());
    let url = server.url("/");
    let line = format!("curl {url} -H 'Origin: {APP}' https://b.test --frobnicate");
    let call = format!("fetch('{url}', {{referrer: '{APP}/x', next: 1}})");
    for (flag, text, ignored) in [
        ("--curl", line, "cors: ignored: an argument\ncors: ignored: --frobnicate\n"),
        ("--fetch", call, "cors: ignored: next\n"),
    ] {
        let output = cors(&["explain", flag, &text]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{flag}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), ignored);
        let page = String::from_utf8(output.stdout).unwrap();
        assert!(page.contains(&url) && !page.contains("where it comes from"), "{page}");
    }
    assert_eq!(server.requests().len(), 2);
}

/// What hyper alone refuses, and browsers read.
#[test]
fn sloppy_headers_are_read() {
    let many: String = (0..200).map(|n| format!("x-{n}: 1\r\n")).collect();
    for lines in
        ["X-Foo : a\r\n", "X-A: 1\r\n  folded\r\n", "no colon\r\n", "X-A: a\u{1b}b\r\n", &many]
    {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n{lines}Content-Length: 0\r\n\r\n"
        );
        let server = Server::start(move |_| answer.clone().into());
        assert_eq!(json(&server.url("/"), &[]).0, Some(0), "{lines:?}");
    }
}

#[test]
fn a_server_that_never_pauses_is_left_in_time() {
    let server = Server::start_streaming(|stream| {
        while stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").is_ok() {}
    });
    let (code, said) = json(&server.url("/"), &["--timeout", "1"]);
    assert_eq!(code, Some(1));
    assert!(causes(&said).contains("no answer within 1 s"), "{said:#}");
}

#[test]
fn the_body_is_sent() {
    let server = Server::start(|_| ALLOWED.into());
    let args = ["--method", "POST", "--data", "a=1"];
    assert_eq!(json(&server.url("/"), &args).0, Some(0));
    let request = &server.requests()[0];
    assert!(request.ends_with("\r\n\r\na=1"), "{request}");
    assert!(request.contains("content-type: text/plain;charset=UTF-8\r\n"), "{request}");
    // Not with the preflight.
    json(&server.url("/"), &["--method", "PUT", "--data", "a=1"]);
    let request = &server.requests()[1];
    assert!(request.starts_with("OPTIONS ") && request.ends_with("\r\n\r\n"), "{request}");
}

/// What answered, as a script: the request and then the response.
type Answers = fn(&str) -> &'static str;

/// Browsers take as many.
#[test]
fn many_headers() {
    let lines: String = (0..15_000).map(|n| format!("x-{n}: 1\r\n")).collect();
    let server = Server::start(move |_| {
        let lines = lines.clone();
        format!("HTTP/1.1 200 OK\r\n{lines}access-control-allow-origin: *\r\n\r\n").into()
    });
    assert_eq!(explain(&server.url("/"), &[]).status.code(), Some(0));
}

#[test]
fn where_it_comes_from() {
    let rows: &[(&str, &[&str], Answers, &str)] = &[
        (
            "authentication",
            &["--header", "authorization: Bearer x"],
            |request| match request.contains("\r\nauthorization: ") {
                true => "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\n\r\n",
                false => "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
            },
            "OPTIONS meets authentication: the answer is 401 without the token and 204 with it",
        ),
        (
            "a wrong token",
            &["--header", "authorization: Bearer x"],
            |_| "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
            "OPTIONS is refused with 401, probably by authentication",
        ),
        (
            "a firewall",
            &["--method", "PUT"],
            |_| "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
            "OPTIONS is refused with 403",
        ),
        (
            "a CORS layer refuses the origin",
            &["--method", "PUT"],
            |_| "HTTP/1.1 403 Forbidden\r\nVary: Origin, Access-Control-Request-Method\r\nContent-Length: 0\r\n\r\n",
            "a CORS layer probably refused the preflight (Vary names Origin): its policy does not allow the origin http://app.example.com (compare scheme and port, too)\n",
        ),
        (
            "a CORS layer refuses the origin, the method or a header",
            &["--method", "PUT", "--header", "x-a: 1", "--header", "x-b: 1"],
            |_| "HTTP/1.1 400 Bad Request\r\nVary: Origin, Access-Control-Request-Method\r\nVary: Access-Control-Request-Headers\r\nContent-Length: 0\r\n\r\n",
            "(compare scheme and port, too), or the method PUT, or one of the headers x-a,x-b\n",
        ),
        (
            "authentication that a CORS layer's Vary goes through",
            &["--method", "PUT", "--header", "authorization: Bearer x"],
            |request| match request.contains("\r\nauthorization: ") {
                true => "HTTP/1.1 200 OK\r\nVary: Origin\r\n\r\n",
                false => "HTTP/1.1 403 Forbidden\r\nVary: Origin\r\nContent-Length: 0\r\n\r\n",
            },
            "OPTIONS meets authentication",
        ),
        (
            "a CORS layer that answers 200 to what it refuses",
            &["--method", "PUT"],
            |_| "HTTP/1.1 200 OK\r\nVary: Origin\r\nAllow: PUT\r\nContent-Length: 0\r\n\r\n",
            "a CORS layer probably refused the preflight (Vary names Origin)",
        ),
        (
            "a CORS layer lets an origin pass that it does not allow",
            &[],
            |_| "HTTP/1.1 200 OK\r\nVary: Origin\r\nContent-Length: 0\r\n\r\n",
            "a CORS layer probably does not allow the origin http://app.example.com (Vary names Origin)",
        ),
        (
            "the framework's own OPTIONS",
            &["--method", "PUT"],
            |_| "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nAllow: PUT, GET\r\nContent-Length: 0\r\n\r\n",
            "the framework answers OPTIONS itself (it allows PUT, GET), and no CORS layer did",
        ),
        (
            "a page for OPTIONS",
            &["--method", "PUT"],
            |_| "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<!doctype html>",
            "the page of a single-page application",
        ),
        (
            "an error that varies by origin",
            &["--method", "PUT"],
            |_| "HTTP/1.1 500 Internal Server Error\r\nVary: Origin\r\nContent-Length: 0\r\n\r\n",
            "the answer to OPTIONS is an error, 500",
        ),
        (
            "a redirect that varies by origin",
            &["--method", "PUT"],
            |_| "HTTP/1.1 301 Moved Permanently\r\nVary: Origin\r\nAllow: GET\r\nLocation: /x/\r\nContent-Length: 0\r\n\r\n",
            "the answer redirects only by a slash",
        ),
        (
            "a preflight that a login answers",
            &["--method", "PUT"],
            |_| "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
            "/login). Browsers send no tokens or cookies with a preflight, so it has to be answered before anything asks for them",
        ),
        (
            "another host is not the URL itself",
            &["--method", "PUT"],
            |_| "HTTP/1.1 301 Moved Permanently\r\nLocation: https://b.test/x\r\nContent-Length: 0\r\n\r\n",
            "another host: call that URL (https://b.test/x)\n",
        ),
        (
            "a preflight cannot answer 401",
            &["--method", "PUT"],
            |_| "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
            "to what looks like a login (http",
        ),
        (
            "a preflight that is sent to itself",
            &["--method", "PUT"],
            |_| "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
            "so it has to be answered before anything asks for them",
        ),
        (
            "a status that only looks like a redirect",
            &[],
            |_| "HTTP/1.1 300 Multiple Choices\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
            "",
        ),
        (
            "a query that names a login",
            &["--method", "PUT"],
            |_| "HTTP/1.1 301 Moved Permanently\r\nLocation: /x/?login\r\nContent-Length: 0\r\n\r\n",
            "another URL of this server",
        ),
        (
            "an error for OPTIONS",
            &["--method", "PUT"],
            |_| "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
            "the answer to OPTIONS is an error, 500: look for its cause first",
        ),
        (
            "a method in lower case",
            &["--method", "patch"],
            |_| "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: PATCH\r\n\r\n",
            "browsers send the method patch as it is written: they upper-case only DELETE, GET, HEAD, OPTIONS, POST and PUT. Write PATCH in the script",
        ),
        (
            "a method that the answer lists in lower case",
            &["--method", "PATCH"],
            |_| "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: get, patch\r\n\r\n",
            "methods are case-sensitive: the answer allows patch, and the browser asks for PATCH",
        ),
        (
            "a method in lower case that the answer lists so, and a header that it does not",
            &["--method", "patch", "--header", "x-a: 1"],
            |_| "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: patch\r\n\r\n",
            "",
        ),
        (
            "a list of methods in lower case, and a header that is not allowed",
            &["--header", "x-a: 1"],
            |_| "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: get, post\r\n\r\n",
            "",
        ),
        (
            "a method that is listed in both ways, and a header that is not",
            &["--method", "PATCH", "--header", "x-a: 1"],
            |_| "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: patch, PATCH\r\n\r\n",
            "",
        ),
        (
            "a firewall behind a CORS layer that allows the origin",
            &["--method", "PUT"],
            |_| "HTTP/1.1 403 Forbidden\r\nVary: Origin\r\nAccess-Control-Allow-Origin: http://app.example.com\r\nContent-Length: 0\r\n\r\n",
            "OPTIONS is refused with 403",
        ),
        (
            "authentication behind what varies by origin",
            &["--method", "PUT"],
            |_| "HTTP/1.1 401 Unauthorized\r\nVary: Origin\r\nContent-Length: 0\r\n\r\n",
            "OPTIONS is refused with 401, probably by authentication",
        ),
        (
            "lost on errors that vary by origin",
            &[],
            |request| match request.starts_with("GET / ") {
                true => ALLOWED,
                false => "HTTP/1.1 404 Not Found\r\nVary: Origin\r\nContent-Length: 0\r\n\r\n",
            },
            "the headers are lost on errors",
        ),
        (
            "an error behind a CORS layer",
            &[],
            |_| "HTTP/1.1 404 Not Found\r\nVary: accept-encoding\r\nVary: x, origin\r\nContent-Length: 0\r\n\r\n",
            "the answer is an error, 404, and a CORS layer probably does not allow the origin http://app.example.com (Vary names Origin)",
        ),
        (
            "no route",
            &["--method", "PUT"],
            |_| "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, PUT\r\nContent-Length: 0\r\n\r\n",
            "no route for OPTIONS: it answers 405 (it allows GET, PUT)",
        ),
        (
            "no such URL",
            &["--method", "PUT"],
            |_| "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            "no route for this URL, or none for OPTIONS",
        ),
        (
            "https",
            &["--method", "PUT"],
            |_| "HTTP/1.1 301 Moved Permanently\r\nLocation: https://127.0.0.1/x\r\nContent-Length: 0\r\n\r\n",
            "redirects to https",
        ),
        (
            "a slash",
            &[],
            |_| "HTTP/1.1 301 Moved Permanently\r\nLocation: /x/\r\nContent-Length: 0\r\n\r\n",
            "redirects only by a slash",
        ),
        (
            "another path",
            &[],
            |_| "HTTP/1.1 301 Moved Permanently\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n",
            "redirects to another URL of this server",
        ),
        (
            "a query",
            &[],
            |_| "HTTP/1.1 301 Moved Permanently\r\nLocation: /x/?a\r\nContent-Length: 0\r\n\r\n",
            "redirects to another URL of this server",
        ),
        (
            "itself",
            &[],
            |_| "HTTP/1.1 301 Moved Permanently\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
            "redirects to itself",
        ),
        (
            "another port",
            &[],
            |_| "HTTP/1.1 301 Moved Permanently\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n",
            "redirects to another port",
        ),
        (
            "another host",
            &[],
            |_| "HTTP/1.1 301 Moved Permanently\r\nLocation: https://b.test/x\r\nContent-Length: 0\r\n\r\n",
            "redirects to another host",
        ),
        (
            "a login's path",
            &[],
            |_| "HTTP/1.1 302 Found\r\nLocation: /app/Sign-In?x\r\nContent-Length: 0\r\n\r\n",
            "what looks like a login",
        ),
        (
            "a login of two words",
            &[],
            |_| "HTTP/1.1 302 Found\r\nLocation: /users/sign_in\r\nContent-Length: 0\r\n\r\n",
            "what looks like a login",
        ),
        (
            "no login",
            &[],
            |_| "HTTP/1.1 302 Found\r\nLocation: /items/login-history\r\nContent-Length: 0\r\n\r\n",
            "to another URL of this server",
        ),
        (
            "a login",
            &[],
            |_| "HTTP/1.1 302 Found\r\nLocation: https://sso.example.com/login\r\nContent-Length: 0\r\n\r\n",
            "what looks like a login",
        ),
        (
            "the page of a login",
            &[],
            |request| match request.starts_with("GET /login ") {
                true => {
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<!doctype html>"
                }
                false => {
                    "HTTP/1.1 302 Found\r\nAccess-Control-Allow-Origin: *\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"
                }
            },
            "what looks like a login: without a session, an API should answer 401",
        ),
        (
            "a page",
            &[],
            |_| "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
            "the page of a single-page application",
        ),
        (
            "a page without its type",
            &[],
            |_| "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<!doctype html>",
            "the page of a single-page application",
        ),
        (
            "two layers",
            &[],
            |_| "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n",
            "two layers both add the headers: Access-Control-Allow-Origin has \"*\" and \"*\"",
        ),
        (
            "two layers in one line",
            &[],
            |_| "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *, https://a.test\r\nContent-Length: 0\r\n\r\n",
            "two layers both add the headers: Access-Control-Allow-Origin has \"*, https://a.test\"",
        ),
        (
            "one origin twice in one line",
            &[],
            |_| "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: https://a.test,https://a.test\r\nContent-Length: 0\r\n\r\n",
            "two layers both add the headers",
        ),
        (
            "a list of origins",
            &[],
            |_| "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: https://a.test, https://b.test\r\nContent-Length: 0\r\n\r\n",
            "Access-Control-Allow-Origin lists several origins, \"https://a.test, https://b.test\", and browsers accept only one",
        ),
        (
            "lost on errors",
            &[],
            |request| match request.starts_with("GET / ") {
                true => ALLOWED,
                false => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            },
            "the headers are lost on errors",
        ),
        (
            "lost after the preflight",
            &["--method", "PUT"],
            |request| match request.starts_with("OPTIONS ") {
                true => {
                    "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: PUT\r\n\r\n"
                }
                false => "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
            },
            "the headers are lost on errors",
        ),
        (
            "the script's own OPTIONS",
            &["--method", "OPTIONS"],
            |request| match request.contains("\r\naccess-control-request-method: ") {
                true => {
                    "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: OPTIONS\r\n\r\n"
                }
                false => "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
            },
            "the headers are lost on errors: the server sends them on other answers, and not with this 401",
        ),
        (
            "another origin's error",
            &[],
            |_| "HTTP/1.1 404 Not Found\r\nAccess-Control-Allow-Origin: https://other.test\r\nContent-Length: 0\r\n\r\n",
            "",
        ),
        (
            "an error",
            &[],
            |request| match request.starts_with("GET / ") {
                true => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                false => "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
            },
            "the answer is an error, 500",
        ),
        (
            "a gateway",
            &[],
            |_| "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
            "502 usually comes from a gateway",
        ),
        ("no policy", &[], |_| "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
        (
            "another header",
            &["--mode", "no-cors"],
            |_| "HTTP/1.1 404 Not Found\r\nCross-Origin-Resource-Policy: same-origin\r\nContent-Length: 0\r\n\r\n",
            "",
        ),
        (
            "the policy",
            &[],
            |_| "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: https://other.test\r\nContent-Length: 0\r\n\r\n",
            "",
        ),
    ];
    for (name, args, answers, wanted) in rows {
        let answers = *answers;
        let server = Server::start(move |request| answers(request).into());
        let (code, said) = json(&server.url("/x"), args);
        assert_eq!(code, Some(1), "{name}");
        assert!(format!("{}\n", causes(&said)).contains(wanted), "{name}: {}", causes(&said));
        assert_eq!(causes(&said).is_empty(), wanted.is_empty(), "{name}: {}", causes(&said));
        let says_page = causes(&said).contains("an HTML page came");
        assert_eq!(says_page, wanted.contains("single-page application"), "{name}");
        assert!(!said["fix"].as_str().unwrap().is_empty());
    }
    let server = Server::start(|_| {
        "HTTP/1.1 302 Found\r\nLocation: /auth/login\r\nContent-Length: 0\r\n\r\n".into()
    });
    let said = causes(&json(&server.url("/auth/me"), &[]).1);
    assert!(said.contains("to what looks like a login"), "{said}");
    // After a redirect to another origin, the request's origin is not the page's.
    let other = Server::start(|_| {
        "HTTP/1.1 404 Not Found\r\nVary: Origin\r\nContent-Length: 0\r\n\r\n".into()
    });
    let to = other.url("/").replace("127.0.0.1", "localhost");
    let server = Server::start(move |_| {
        format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n").into()
    });
    let said = causes(&json(&server.url("/"), &[]).1);
    assert!(
        said.contains("an error, 404, and a CORS layer probably does not allow the origin null"),
        "{said}"
    );
    // A body may come later than its head.
    let slow = Server::start_streaming(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n");
        thread::sleep(Duration::from_millis(100));
        let _ = stream.write_all(b"<!doctype html>");
    });
    let said = causes(&json(&slow.url("/"), &[]).1);
    assert!(said.contains("the page of a single-page application"), "{said}");
}

#[test]
fn the_fix_is_in_the_words_of_the_server() {
    let nginx = Server::start(|_| {
        "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 0\r\n\r\n".into()
    });
    let (_, said) = json(&nginx.url("/"), &[]);
    assert_eq!(said["recipe"]["server"], "nginx");
    assert!(said["recipe"]["text"].as_str().unwrap().contains("app.example.com"), "{said:#}");
    let text = String::from_utf8(explain(&nginx.url("/"), &[]).stdout).unwrap();
    assert!(text.contains("\nfor nginx\n") && text.contains("\nmap $http_origin "), "{text}");

    let (_, said) = json(&nginx.url("/"), &["--method", "PUT"]);
    assert!(said["recipe"]["text"].as_str().unwrap().contains("PUT"), "{said:#}");

    let unknown = Server::start(|_| "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".into());
    assert_eq!(json(&unknown.url("/"), &[]).1["recipe"], Value::Null);
    let (_, said) = json(&unknown.url("/"), &["--server", "express"]);
    assert_eq!(said["recipe"]["server"], "express");
    let output = explain(&unknown.url("/"), &["--server", "iis"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_header_that_the_script_does_not_see_is_named() {
    let server = Server::start(|_| {
        "HTTP/1.1 200 OK\r\nServer: nginx\r\nAccess-Control-Allow-Origin: *\r\nX-Total: 1\r\nContent-Length: 0\r\n\r\n".into()
    });
    let (code, said) =
        json(&server.url("/"), &["--reads", "X-Total", "--reads", "etag", "--reads", "Expires"]);
    assert_eq!(code, Some(0));
    let causes = causes(&said);
    assert!(
        causes.contains("does not see X-Total") && causes.contains("does not see etag"),
        "{causes}"
    );
    assert!(!causes.contains("Expires"), "{causes}");
    assert!(said["recipe"]["text"].as_str().unwrap().contains("x-total"), "{said:#}");
}

const POLICY: &str = "allow_origins = [\"http://app.example.com\"]\nallow_methods = [\"PUT\"]\n";

#[test]
fn a_policy_beside_a_url_shows_what_came_from_in_front() {
    let policy = file("behind.toml", POLICY);
    let policy = policy.to_str().unwrap();
    let args = ["--method", "PUT", "--policy", policy];
    let gateway =
        Server::start(|_| "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".into());
    let (code, said) = json(&gateway.url("/"), &args);
    assert_eq!(code, Some(1));
    let said = causes(&said);
    assert!(said.contains("your policy would have answered 204 with access-control-allow-methods: PUT,GET,HEAD,POST"), "{said}");
    assert!(said.contains("what came is 401 without CORS headers: it is from something in front of your application"), "{said}");

    let constant = "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: http://app.example.com\r\nContent-Length: 0\r\n\r\n";
    let ours = Server::start(move |_| constant.into());
    let (code, said) = json(&ours.url("/"), &["--policy", policy]);
    assert_eq!(
        (code, causes(&said).contains("the answer is what your policy gives")),
        (Some(0), true)
    );

    for (args, answer, wanted) in [
        (
            &args[2..],
            "HTTP/1.1 404 Not Found\r\nAccess-Control-Allow-Origin: http://app.example.com\r\nContent-Length: 0\r\n\r\n",
            "the answer is what your policy gives",
        ),
        (
            &args,
            "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: http://app.example.com\r\nAccess-Control-Allow-Methods: PUT,GET,HEAD,POST\r\nContent-Length: 0\r\n\r\n",
            "your policy would have answered 204",
        ),
    ] {
        let server = Server::start(move |_| answer.into());
        let said = causes(&json(&server.url("/"), args).1);
        assert!(said.contains(wanted), "{said}");
    }

    // Nothing listens there, so the policy answers.
    let (code, said) = json("http://no-such-host.invalid/", &args);
    assert_eq!((code, &said["preflight"]), (Some(0), &Value::from("passed")));
    assert!(causes(&said).contains("this is what the policy would answer"));

    // As a flag, nothing is sent to it.
    let watched = Server::start(|_| ALLOWED.into());
    let output =
        cors(&["explain", "--url", &watched.url("/"), "--origin", APP, "--policy", policy])
            .output()
            .unwrap();
    assert_eq!((output.status.code(), watched.requests().len()), (Some(0), 0));
}

/// Closes each connection without reading the request.
fn resets() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.unwrap().peek(&mut [0]);
        }
    });
    address
}

/// Sends an error without TLS to everybody.
fn speaks_first() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            let _ = stream.read(&mut [0; 4096]);
        }
    });
    address
}

/// The header lines of the n-th response.
fn received(said: &Value, n: usize) -> Vec<String> {
    let events = said["events"].as_array().unwrap().iter();
    let response = events.filter_map(|event| event.get("received")).nth(n).unwrap();
    let lines = response["headers"].as_array().unwrap().iter();
    lines
        .map(|line| format!("{}: {}", line[0].as_str().unwrap(), line[1].as_str().unwrap()))
        .collect()
}

/// Connects everybody to this port.
fn connect_proxy(port: u16) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let head = support::read_head(&mut stream);
            assert!(head.starts_with("CONNECT api.example.test:443 "), "{head}");
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
            let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
            let [from, to] = [&stream, &server].map(|end| Arc::new(end.try_clone().unwrap()));
            for (from, to) in [(from.clone(), to.clone()), (to, from)] {
                thread::spawn(move || {
                    let mut bytes = [0; 4096];
                    while let Ok(n @ 1..) = (&*from).read(&mut bytes) {
                        if (&*to).write_all(&bytes[..n]).is_err() {
                            break;
                        }
                    }
                });
            }
        }
    });
    address
}

#[test]
fn an_audit_of_a_live_server() {
    let reflects = Server::start(|request| {
        let origin = request.lines().find_map(|line| line.strip_prefix("origin: "));
        let origin = origin.unwrap_or("*");
        format!("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: {origin}\r\nAccess-Control-Allow-Credentials: true\r\nContent-Length: 0\r\n\r\n").into()
    });
    let output = cors(&["audit", &reflects.url("/x"), "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ids: Vec<_> = said["findings"].as_array().unwrap().iter().map(|f| &f["id"]).collect();
    assert!(ids.contains(&&Value::from("any-origin")), "{said:#}");
    let requests = reflects.requests();
    assert_eq!(said["sent"], requests.len());
    assert!(requests.len() <= 64);
    assert!(requests.iter().all(|request| request.contains("user-agent: cors-audit/")));

    for (format, shown) in [(&[][..], "Stopped early: "), (&["--sarif"], "sarif-2.1.0")] {
        let args = [&["audit", "http://no-such-host.invalid/"], format].concat();
        let output = cors(&args).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("the host cannot be found (DNS)") && said.contains(shown), "{said}");
    }
}
