//! Which server answered, from answers as the servers of `cargo xtask recipes` give them.

use cors_cli::server::{Answer, Needs, Server, recipe, recognise, to_fix};
use cors_core::browser::{CredentialsMode, Fetch};
use http::{Request, Response};

const PAGE: &str = "https://app.example.com";

/// A head and a body, as received.
fn response(text: &str) -> Response<Vec<u8>> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let mut response = Response::builder().status(lines.next().expect("a status"));
    for line in lines {
        let (name, value) = line.split_once(": ").expect("a header");
        response = response.header(name, value);
    }
    response.body(body.as_bytes().to_vec()).expect("it was received")
}

fn recognised(texts: &[&str]) -> Vec<Server> {
    let responses: Vec<_> = texts.iter().map(|text| response(text)).collect();
    let answers: Vec<_> =
        responses.iter().map(|response| Answer::new(response).with_body(response.body())).collect();
    recognise(&answers)
}

#[test]
fn servers_are_recognised() {
    let rows: &[(&[&str], &[Server])] = &[
        (&["204\nServer: nginx/1.22.1\nConnection: keep-alive"], &[Server::Nginx]),
        (
            &[
                "404\nServer: gateway\nContent-Type: text/html\n\n<html>\n<body>\n<center><h1>404 Not Found</h1></center>\n<hr><center>nginx/1.22.1</center>\n</body>",
            ],
            &[Server::Nginx],
        ),
        (&["204\nServer: Apache/2.4.71 (Debian)"], &[Server::Apache]),
        (&["200\nServer: Apache\nVary: Origin"], &[Server::Apache]),
        (&["200\nServer: Apache-Coyote/1.1"], &[]),
        (
            &[
                "200\nX-Powered-By: Express\nVary: Origin\nETag: W/\"4-oXyaqmHoChv3HQ2FCvTluqmAC70\"",
            ],
            &[Server::Express],
        ),
        (
            &[
                "204\nX-Powered-By: Express\nVary: Origin\nAccess-Control-Allow-Methods: GET,HEAD,POST\nContent-Length: 0",
            ],
            &[Server::Express],
        ),
        (
            &[
                "404\nContent-Security-Policy: default-src 'none'\n\n<!DOCTYPE html>\n<body>\n<pre>Cannot GET /missing</pre>",
            ],
            &[Server::Express],
        ),
        (&["200\nServer: nginx/1.22.1\nX-Powered-By: Express"], &[Server::Nginx, Server::Express]),
        (
            &[
                "200\nserver: uvicorn\naccess-control-allow-origin: https://app.example.com\nvary: Origin",
            ],
            &[Server::FastApi],
        ),
        (
            &[
                "400\nserver: uvicorn\nvary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network\n\nDisallowed CORS method, headers",
            ],
            &[Server::FastApi],
        ),
        (
            &[
                "404\nServer: nginx/1.22.1\ncontent-type: application/json\n\n{\"detail\":\"Not Found\"}",
            ],
            &[Server::Nginx, Server::FastApi],
        ),
        (&["200\nServer: Werkzeug/3.1.9 Python/3.11.7"], &[Server::Flask]),
        (
            &[
                "404\nServer: gunicorn\n\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not found on the server. If you entered the URL manually",
            ],
            &[Server::Flask],
        ),
        (&["200\nvary: origin\naccess-control-allow-origin: https://a.test"], &[Server::TowerHttp]),
        (
            &["200\nvary: origin, access-control-request-method, access-control-request-headers"],
            &[Server::TowerHttp],
        ),
        (
            &["200\nvary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"],
            &[Server::ActixCors],
        ),
        (
            &[
                "200\nvary: Accept-Encoding, Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
            ],
            &[Server::ActixCors],
        ),
        (
            &[
                "200\nserver: nginx\nvary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
            ],
            &[Server::Nginx, Server::ActixCors],
        ),
        (&["400\n\nOrigin is not allowed to make this request"], &[Server::ActixCors]),
        // Go's rs/cors, for one, writes this line in answers to preflights.
        (
            &["204\nvary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"],
            &[],
        ),
        (
            &[
                "200\naccess-control-allow-methods: PUT, GET\nvary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
            ],
            &[],
        ),
        (
            &[
                "200\nserver: BaseHTTP/0.6\nvary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
            ],
            &[],
        ),
        (&["403\n\nCORS request forbidden: origin not allowed"], &[Server::Warp]),
        (
            &[
                "204\nvary: Origin, Access-Control-Request-Method\naccess-control-allow-methods: GET,HEAD,POST",
            ],
            &[Server::Ours],
        ),
        // Many servers do so.
        (&["200\nVary: Origin\nServer: cloudflare"], &[]),
        (&["200"], &[]),
        (&[], &[]),
    ];
    for (answers, servers) in rows {
        assert_eq!(recognised(answers), *servers, "{answers:?}");
    }
}

#[test]
fn headers_of_any_bytes_are_looked_at() {
    let response = Response::builder()
        .header("server", &b"\xff\xfe"[..])
        .header("vary", &b"\x80"[..])
        .header("server", "nginx")
        .body(())
        .expect("opaque bytes are legal");
    assert_eq!(recognise(&[Answer::new(&response)]), []);
}

#[test]
fn doubled_headers_are_mended_outside() {
    let servers = [Server::Nginx, Server::Express];
    assert_eq!(servers.map(Server::is_proxy), [true, false]);
    let needs = Needs::default();
    assert_eq!(to_fix(&servers, &needs), Some(Server::Express));
    assert_eq!(to_fix(&servers, &Needs { doubled: true, ..needs }), Some(Server::Nginx));
    assert_eq!(to_fix(&[], &Needs::default()), None);
}

#[test]
fn needs_are_what_was_sent_and_what_is_allowed_already() {
    let fetch = Fetch::new("https://App.example.com/page", "https://api.example/")
        .credentials(CredentialsMode::Include);
    let preflight = Request::options("/")
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "content-type,x-a")
        .body(())
        .expect("a request");
    let answer = Response::builder()
        .status(405)
        .header("access-control-allow-origin", "https://a.test, https://b.test")
        .header("access-control-allow-methods", "GET, DELETE, PUT, *, a b, $x")
        .header("access-control-allow-headers", format!("X-B,x-a,{}", "a".repeat(64)))
        .body(())
        .expect("a response");
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let expected = Needs {
        origins: names(&[PAGE]),
        methods: names(&["PUT", "DELETE"]),
        headers: names(&["content-type", "x-a", "x-b"]),
        expose: names(&["x-total"]),
        credentials: true,
        doubled: true,
        preflight_status: true,
    };
    assert_eq!(Needs::of(&fetch, &[(preflight, answer)], &["X-Total"]), expected);

    // One origin, and an error that is not a preflight's.
    let get = Request::get("/").body(()).expect("a request");
    let answer = Response::builder().status(500).header("access-control-allow-origin", "*");
    let answer = answer.body(()).expect("a response");
    let expected = Needs { origins: names(&[PAGE]), credentials: true, ..Needs::default() };
    assert_eq!(Needs::of(&fetch, &[(get, answer)], &[]), expected);
}

/// Such values would need quoting, or let in anyone.
#[test]
fn nothing_unsafe_is_written() {
    let good = Needs { origins: vec![PAGE.to_owned()], ..Needs::default() };
    let with = |change: fn(&mut Needs)| {
        let mut needs = good.clone();
        change(&mut needs);
        needs
    };
    let bad = [
        with(|needs| needs.origins = vec!["null".to_owned()]),
        with(|needs| needs.origins = vec!["*".to_owned()]),
        with(|needs| needs.origins = vec![]),
        with(|needs| needs.origins = vec!["https://a.test\" $http_origin; #".to_owned()]),
        with(|needs| needs.origins = vec!["https://a'b.test".to_owned()]),
        with(|needs| needs.origins = vec!["https://$host".to_owned()]),
        with(|needs| needs.methods = vec!["PUT'".to_owned()]),
        with(|needs| needs.headers = vec!["x-%{a}e".to_owned()]),
        with(|needs| needs.headers = vec!["x\"".to_owned()]),
        with(|needs| needs.expose = vec!["x\ny".to_owned()]),
        with(|needs| needs.expose = vec!["*".to_owned()]),
    ];
    for server in Server::ALL {
        assert!(recipe(server, &good).is_some(), "{server}");
        for needs in &bad {
            assert_eq!(recipe(server, needs), None, "{server}: {needs:?}");
        }
    }
    // Flask-CORS takes brackets for a regular expression.
    let v6 = with(|needs| needs.origins = vec!["http://[::1]:3000".to_owned()]);
    assert_eq!(recipe(Server::Flask, &v6), None);
    assert!(recipe(Server::Nginx, &v6).is_some());
}

#[test]
fn names_of_servers_are_read_back() {
    for server in Server::ALL {
        assert_eq!(server.name().parse(), Ok(server));
    }
    assert!("iis".parse::<Server>().is_err());
}
