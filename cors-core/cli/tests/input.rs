//! What `explain` reads: texts as the browsers and curl give them, as people write them, and bad
//! ones.
//!
//! `copied` has the texts: those of Chromium 156 are of its own developer tools on real requests;
//! those of Firefox ESR 153 and WebKitGTK 2.50 are of the code in their developer tools, with the
//! headers and bodies that the browser sent. `curl-*` is what curl 7.88 prints.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cors_cli::fuzz::curl_line;
use cors_cli::input::{Call, curl, fetch_call, responses};
use cors_core::browser::{Body, CredentialsMode, Fetch, Mode, RedirectMode};
use http::Version;
use proptest::prelude::*;

fn copied(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/copied").join(name)
}

/// The texts of a file, by their names.
fn texts(file: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(copied(file)).unwrap();
    let parts = text.strip_prefix("=== ").unwrap().split("\n=== ");
    parts.map(|part| part.split_once('\n').unwrap()).map(|(n, t)| (n.into(), t.into())).collect()
}

const QUOTE: &str = "it's \"100%\" $HOME `id` \\ \\n !1 ^caret %PATH% & | < > é";
const BODY: &str = "{\n  \"a\": \"it's\\nü 😀 %PATH% %d $1 ${x} ! \\\\ \\u0001\\t \u{2028} </script>\",\n  \
                    \"b\": [\n    1,\n    {\n      \"c\": null\n    }\n  ]\n}";
const JSON: (&str, &str) = ("content-type", "application/json");
const TEXT: (&str, &str) = ("content-type", "text/plain;charset=UTF-8");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded;charset=UTF-8");
const BEARER: (&str, &str) = ("authorization", "Bearer a.b-c_d==");

/// The requests, as the page made them: name, method, path, headers, body.
type Request = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    Option<&'static str>,
);

const PUT: &str = "/it's/[a]%7Bb%7D?q=%20%41$HOME!&w=%22%C3%BC%22&v=1%2";
const AT: &str = "@file it's\r\nline 2\n\nline 4!";
const MADE: &[Request] = &[
    ("plain", "GET", "/plain", &[], None),
    ("cookie", "GET", "/cookie", &[], None),
    ("put", "PUT", PUT, &[JSON, ("x-quote", QUOTE)], Some(BODY)),
    ("put-preflight", "PUT", PUT, &[JSON, ("x-quote", QUOTE)], None),
    ("form", "POST", "/form?x=1&y=2", &[FORM], Some("a=it%27s+1%262&b=%C3%BC%25")),
    ("at", "POST", "/at", &[TEXT, ("x-empty", "")], Some(AT)),
    ("head", "HEAD", "/head", &[BEARER], None),
    ("delete", "DELETE", "/delete", &[], None),
    ("patch", "PATCH", "/patch", &[TEXT, ("x-tab", "a\tb")], Some("-")),
    ("multipart", "POST", "/multipart", &[], None),
];

/// How a text may differ from the request that was made.
#[derive(Clone, Copy, Default)]
struct Loss {
    /// `cmd.exe` has no other white space than the space, Chromium writes nothing above ASCII for
    /// it, and line ends are one character.
    cmd: bool,
    /// WebKit decodes `%41`, and sends a header's é as UTF-8.
    webkit: bool,
    /// A fetch leaves out the headers that tell what a preflight is for.
    preflight: bool,
    /// Firefox leaves out the lines of a body before the last CR LF.
    last_line: bool,
    /// curl would not send the header without a value.
    no_empty_header: bool,
}

/// What is left of a text after the loss.
fn lossy(text: &str, loss: Loss) -> String {
    let text = text.replace("\r\n", "\n");
    let kept = |c: char| match c {
        '\n' => '\n',
        c if loss.cmd && (!c.is_ascii() || c.is_ascii_whitespace()) => ' ',
        c => c,
    };
    let text: String = text.chars().map(kept).collect();
    if loss.cmd {
        text.split([' ']).filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" ")
    } else {
        text
    }
}

fn check(file: &str, read: fn(&str) -> Result<Call, String>, loss: Loss) {
    let texts = texts(file);
    assert_eq!(texts.len(), MADE.len(), "{file}");
    for (name, text) in texts {
        let call = read(&text).unwrap_or_else(|error| panic!("{file}, {name}: {error}\n{text}"));
        let (_, method, path, headers, body) = MADE.iter().find(|made| made.0 == name).unwrap();
        let told = format!("{file}, {name}: {call:?}");
        let is_preflight = name == "put-preflight";

        let path = if loss.webkit { path.replace("%41", "A") } else { (*path).to_owned() };
        assert_eq!(call.fetch.url, format!("http://127.0.0.1:8801{path}"), "{told}");
        let method = if is_preflight && loss.preflight { "OPTIONS" } else { method };
        assert_eq!(call.fetch.method, method, "{told}");
        assert_eq!(call.fetch.origin, "http://127.0.0.1:8800", "{told}");

        let mut found: Vec<_> = call
            .fetch
            .headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), lossy(value, loss)))
            .collect();
        found.sort();
        let mut wanted: Vec<_> = headers
            .iter()
            .map(|(name, value)| match (is_preflight, *name) {
                (true, _) => ((*name).to_owned(), "x".to_owned()),
                (false, "x-quote") if loss.webkit => {
                    ((*name).to_owned(), lossy(&value.replace('é', "Ã©"), loss))
                }
                (false, _) => ((*name).to_owned(), lossy(value, loss)),
            })
            .filter(|(_, value)| !value.is_empty() || !loss.no_empty_header)
            .collect();
        wanted.sort();
        match &*name {
            // The boundary is random.
            "multipart" => {
                assert_eq!(found.len(), 1, "{told}");
                assert!(found[0].1.starts_with("multipart/form-data; boundary=-"), "{told}");
                let body = String::from_utf8(call.body.clone().unwrap()).unwrap();
                assert!(body.contains("name=\"n\"") && body.contains("it's"), "{told}");
            }
            "put-preflight" if loss.preflight => assert_eq!(found, [], "{told}"),
            _ => {
                assert_eq!(found, wanted, "{told}");
                let sent =
                    call.body.as_deref().map(|body| String::from_utf8(body.to_vec()).unwrap());
                let sent = sent.map(|body| lossy(&body, loss));
                let made = body.map(|body| match loss.last_line {
                    true => body.rsplit("\r\n").next().unwrap(),
                    false => body,
                });
                assert_eq!(sent, made.map(|body| lossy(body, loss)), "{told}");
                let kind = if body.is_some() { Body::Text } else { Body::None };
                assert_eq!(call.fetch.body, kind, "{told}");
            }
        }
        assert_eq!(call.fetch.mode, Mode::Cors, "{told}");
        assert_eq!(call.ignored, [""; 0], "{told}");
        // Chromium had the cookies of an earlier run. For a fetch, all write what they know of the
        // credentials, except in the form for Node.js.
        let is_curl = file.ends_with(".curl") || file == "chromium.node.fetch";
        let has_cookies = name == "put" || name == "cookie" && file.starts_with("chromium");
        let credentials = match is_curl {
            _ if has_cookies => CredentialsMode::Include,
            true => CredentialsMode::SameOrigin,
            false if name == "head" => CredentialsMode::Include,
            false => CredentialsMode::Omit,
        };
        assert_eq!(call.fetch.credentials, credentials, "{told}");
        let cookies: &[&str] =
            if is_curl && has_cookies { &["sid=a%20b$c!", "q=\"it's\""] } else { &[] };
        assert_eq!(call.cookies, cookies, "{told}");
    }
}

#[test]
fn what_browsers_copy_as_curl() {
    let firefox = Loss { last_line: true, no_empty_header: true, ..Loss::default() };
    check("chromium.curl", curl, Loss::default());
    check("chromium.cmd.curl", curl, Loss { cmd: true, ..Loss::default() });
    check("firefox.curl", curl, firefox);
    check("firefox.cmd.curl", curl, Loss { cmd: true, ..firefox });
    check("webkit.curl", curl, Loss { webkit: true, no_empty_header: true, ..Loss::default() });
}

#[test]
fn what_browsers_copy_as_fetch() {
    let loss = Loss { preflight: true, ..Loss::default() };
    check("chromium.fetch", fetch_call, loss);
    check("chromium.node.fetch", fetch_call, loss);
    check("chromium.commented.fetch", fetch_call, loss);
    check("firefox.fetch", fetch_call, loss);
    check("webkit.fetch", fetch_call, Loss { webkit: true, ..loss });
}

/// The status, the version and the number of header lines.
type Shown = (u16, Version, usize);

#[test]
fn what_browsers_and_curl_show_of_answers() {
    let table: &[(&str, &[Shown])] = &[
        (
            "chromium.response",
            &[
                (200, Version::HTTP_11, 14),
                (204, Version::HTTP_11, 9),
                (302, Version::HTTP_11, 11),
                (502, Version::HTTP_11, 12),
            ],
        ),
        ("curl-i.response", &[(200, Version::HTTP_11, 14), (302, Version::HTTP_11, 11)]),
        ("curl-iL.response", &[(302, Version::HTTP_2, 9), (200, Version::HTTP_2, 9)]),
        ("curl-v.response", &[(302, Version::HTTP_2, 9), (200, Version::HTTP_2, 9)]),
        ("webkit.h1.response", &[(404, Version::HTTP_11, 3)]),
        ("webkit.h2.response", &[(200, Version::HTTP_2, 3)]),
        ("webkit.unknown.response", &[(200, Version::HTTP_11, 3)]),
    ];
    for (file, wanted) in table {
        let bytes = fs::read(copied(file)).unwrap();
        let read = responses(&bytes).unwrap_or_else(|error| panic!("{file}: {error}"));
        let found: Vec<_> =
            read.iter().map(|r| (r.status().as_u16(), r.version(), r.headers().len())).collect();
        assert_eq!(found, *wanted, "{file}: {read:?}");
        assert!(read.iter().all(|r| r.headers().contains_key("access-control-allow-origin")));
    }
    let read = responses(&fs::read(copied("curl-i.response")).unwrap()).unwrap();
    assert_eq!(read[0].headers()["x-latin"].as_bytes(), b"caf\xe9 \xff");
    assert_eq!(read[0].headers().get_all("vary").iter().count(), 2);
    assert_eq!(read[0].headers().get_all("set-cookie").iter().count(), 2);
}

#[test]
fn answers_in_every_form() {
    let table: &[(&str, &[u8], &[u16])] = &[
        ("cut at the end of a line", b"HTTP/1.1 200 OK\r\na: 1", &[200]),
        ("a byte order mark", b"\xEF\xBB\xBFHTTP/1.1 200 OK\na: 1\n", &[200]),
        ("UTF-16", b"\xFF\xFEH\0T\0T\0P\0/\x001\0.\x001\0 \x002\x000\x004\0\n\0a\0:\x001\0\n\0", &[204]),
        ("no empty line between", b"HTTP/3 204\na: 1\nHTTP/1.0 200\na: 2\n", &[204, 200]),
        ("interim", b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", &[200]),
        ("a proxy", b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/2 204 \r\n\r\n", &[204]),
        (
            "a body by its length",
            b"HTTP/1.1 200 OK\ncontent-length: 18\n\nHTTP/1.1 500 No\na:HTTP/1.1 404 X\n\n",
            &[200, 404],
        ),
        ("a length without body", b"HTTP/1.1 200 OK\ncontent-length: 99\n\nHTTP/1.1 404 X\n", &[200, 404]),
        ("a length that is too short", b"HTTP/1.1 200 OK\ncontent-length: 2\n\nhello\nHTTP/1.1 404 X\n", &[200, 404]),
        ("a length beyond all", b"HTTP/1.1 200 OK\ncontent-length: 18446744073709551615\n\nx", &[200]),
        (
            "chunks",
            b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n10\r\nHTTP/1.1 500 N\n\n\r\n0\r\n\r\nHTTP/1.1 404 X\n",
            &[200, 404],
        ),
        ("no line end after the body", b"HTTP/1.1 200 OK\n\nhelloHTTP/1.1 404 X\na: 1\n", &[200, 404]),
        ("a status line in text", b"HTTP/1.1 200 OK\n\nsays HTTP/1.1 404 X\n\n", &[200]),
        ("a prompt", b"$ curl -i x\nHTTP/1.1 200 OK\na: 1\n", &[200]),
        ("a summary", b"Summary\nURL: http://a\nStatus: 200\n\nResponse\nHTTP/1.1 201 C\na: 1\n", &[201]),
        ("lower case", b"http/1.1 200 OK\na: 1\n", &[200]),
        ("pseudo-headers", b":status: 404\n:foo: 1\na: 1\n", &[404]),
    ];
    for (name, text, wanted) in table {
        let read = responses(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found: Vec<_> = read.iter().map(|response| response.status().as_u16()).collect();
        assert_eq!(found, *wanted, "{name}");
    }
    let read = responses(b"HTTP/1.1 200 OK\r\na: 1\r\n  2\r\n\t3\r\nB:\r\n a\r\nb: c\xff\r\n\r\n")
        .unwrap();
    assert_eq!(read[0].headers()["a"], "1 2 3");
    let lines: Vec<_> = read[0].headers().get_all("b").iter().map(|v| v.as_bytes()).collect();
    assert_eq!(lines, [&b"a"[..], b"c\xff"]);
}

#[test]
fn bad_answers() {
    let many = "HTTP/1.1 200 OK\n\n".repeat(65);
    let headers = format!("HTTP/1.1 200 OK\n{}", "a: 1\n".repeat(1001));
    let large = vec![b'a'; (1 << 20) + 1];
    let table: &[(&[u8], &str)] = &[
        (b"", "empty; write into it what curl -i prints"),
        (b"\xEF\xBB\xBF \r\n", "empty; write into it what curl -i prints"),
        (b"\x1f\x8b\x08\0\0", "binary data, not the text of HTTP answers"),
        (
            b"\xff\xd8\xff\xe0 HTTP/1.1 200 OK\nHTTP/1.1 200 OK\n",
            "binary data, not the text of HTTP answers",
        ),
        (b"hello", "it begins with \"hello\"; begin with a status line, such as HTTP/1.1 200 OK"),
        (
            b"vary: origin\n\nHTTP/1.1 200 OK\n",
            "it begins with \"vary: origin\"; begin with a status line, such as HTTP/1.1 200 OK",
        ),
        (
            b"HTTP/1.1 20",
            "it begins with \"HTTP/1.1 20\"; begin with a status line, such as HTTP/1.1 200 OK",
        ),
        (
            b"HTTP/1.1 20\nHTTP/1.1 200 OK\n",
            "it begins with \"HTTP/1.1 20\"; begin with a status line, such as HTTP/1.1 200 OK",
        ),
        (b"HTTP/1.1 200 OK\nvary", "\"vary\" is cut off or not a header"),
        (b"HTTP/1.1 204 No\n\nHTTP/1.1 2", "only one"),
        (b"HTTP/1.1 200 OK\nva ry: a", "\"va ry: a\" is cut off or not a header"),
        (b"HTTP/1.1 200 OK\nvary: a\0b", "the value of vary has a control character"),
        (b"HTTP/1.1 100 Continue\n\n", "only interim answers; copy the final one too"),
        (many.as_bytes(), "more than 64 answers; shorten it"),
        (headers.as_bytes(), "an answer with more than 1000 header lines"),
        (&large, "more than 1 MiB; shorten it"),
    ];
    for (text, wanted) in table {
        match responses(text) {
            Err(error) => assert_eq!(error, *wanted),
            // A body may be anything.
            Ok(read) => assert_eq!((read.len(), *wanted), (1, "only one")),
        }
    }
}

/// A call of the page.
fn from_page(fetch: Fetch) -> Call {
    let mut call = Call::new(fetch.url.clone());
    call.fetch = fetch;
    call
}

#[test]
fn lines_that_people_write() {
    let get = || from_page(Fetch::new("", "https://a.test/x?a=1&b=2"));
    let ignoring = |ignored: &[&str]| Call {
        ignored: ignored.iter().map(|text| (*text).to_owned()).collect(),
        ..get()
    };
    let post = |data: &str, kind: &str| {
        let mut call = get();
        call.fetch = call.fetch.method("POST").header("content-type", kind);
        call.fetch.body = Body::Text;
        call.body = Some(data.as_bytes().to_vec());
        call
    };
    let with = |change: fn(Call) -> Call| change(get());
    const URLENCODED: &str = "application/x-www-form-urlencoded";
    let table: Vec<(&str, Call)> = vec![
        ("curl https://a.test/x?a=1&b=2", get()),
        ("$ curl -sSLi \"https://a.test/x?a=1&b=2\" | jq .", ignoring(&["| jq ."])),
        (
            "curl https://a.test/x?a=1\\&b=2;\ncurl https://b.test",
            ignoring(&[";\ncurl https://b.test"]),
        ),
        (
            "/usr/bin/curl --compressed --url=https://a.test/x?a=1&b=2 -o x --http2 -w '%{json}'",
            get(),
        ),
        (
            "curl 'https://a.test/x?a=1&b=2' --frobnicate -Z --retry 3 -x p:1",
            ignoring(&["--frobnicate", "-Z", "--retry 3", "--proxy p:1"]),
        ),
        (
            "curl 'https://a.test/x?a=1&b=2' https://b.test --next -d x",
            ignoring(&["https://b.test", "--next", "-d", "x"]),
        ),
        (
            "curl -XPUT -H'X-A:1' -H \"x-b;\" -H 'x-c:' -H x-d https://a.test/x?a=1&b=2",
            with(|mut call| {
                call.fetch = call.fetch.method("PUT").header("X-A", "1").header("x-b", "");
                call.ignored.push("-H x-d".to_owned());
                call
            }),
        ),
        (
            "curl -kIe https://app.test/page -A me https://a.test/x?a=1&b=2",
            with(|mut call| {
                call.fetch.origin = "https://app.test".to_owned();
                call.fetch.method = "HEAD".to_owned();
                call.insecure = true;
                call
            }),
        ),
        (
            "curl -H 'Referer: https://b.test/' -H 'Origin: null' https://a.test/x?a=1&b=2",
            with(|mut call| {
                call.fetch.origin = "null".to_owned();
                call
            }),
        ),
        (
            "curl -b 'a=1; b=2' --cookie c=3 -b jar https://a.test/x?a=1&b=2",
            with(|mut call| {
                call.fetch.credentials = CredentialsMode::Include;
                call.cookies = ["a=1", "b=2", "c=3"].map(str::to_owned).to_vec();
                call.ignored.push("-b jar".to_owned());
                call
            }),
        ),
        (
            "curl -u me:pass --resolve a.test:443:127.0.0.1 https://a.test/x?a=1&b=2",
            with(|mut call| {
                call.fetch = call.fetch.header("authorization", "Basic bWU6cGFzcw==");
                call.resolve.push("a.test:443:127.0.0.1".to_owned());
                call
            }),
        ),
        ("curl -H 'Cache-Control: no-cache' -H 'Pragma: no-cache' https://a.test/x?a=1&b=2", get()),
        (
            "curl -H 'Cache-Control: no-cache' https://a.test/x?a=1&b=2",
            with(|mut call| {
                call.fetch = call.fetch.header("Cache-Control", "no-cache");
                call
            }),
        ),
        ("curl -H 'Cache-Control: max-age=0' -H 'DPR: 2' https://a.test/x?a=1&b=2", get()),
        (
            "curl --oauth2-bearer t -r 0-9 --url-query b=2 https://a.test/x?a=1",
            with(|mut call| {
                let fetch = call.fetch.header("range", "bytes=0-9");
                call.fetch = fetch.header("authorization", "Bearer t");
                call
            }),
        ),
        (
            "curl -T file https://a.test/x?a=1&b=2",
            with(|mut call| {
                call.fetch = call.fetch.method("PUT");
                call.fetch.body = Body::Bytes;
                call.body = Some(Vec::new());
                call.ignored.push("-T file".to_owned());
                call
            }),
        ),
        ("curl -d a=1 -d 'b=\"2' https://a.test/x?a=1&b=2", post("a=1&b=\"2", URLENCODED)),
        ("curl --data-raw @x https://a.test/x?a=1&b=2", post("@x", URLENCODED)),
        (
            "curl --data-urlencode 'a=ü &' https://a.test/x?a=1&b=2",
            post("a=%C3%BC%20%26", URLENCODED),
        ),
        ("curl --data-binary $'\\xc3\\u00bcA' https://a.test/x?a=1&b=2", post("Ã¼A", URLENCODED)),
        (
            "curl --data-binary $'\\xc3\\xbc\\cAA' https://a.test/x?a=1&b=2",
            post("ü\x01A", URLENCODED),
        ),
        ("curl -d @file --data-urlencode a@file https://a.test/x?a=1&b=2", {
            let mut call = post("", URLENCODED);
            call.ignored = ["-d @file", "--data-urlencode a@file"].map(str::to_owned).to_vec();
            call
        }),
        ("curl --json '{}' https://a.test/x?a=1&b=2", {
            let mut call = post("{}", "application/json");
            call.fetch = call.fetch.header("accept", "application/json");
            call
        }),
        ("curl -G -d b=2 https://a.test/x?a=1", get()),
        ("curl.exe ^\"https://a.test/x?a=1^&b=2^\" ^\r\n  -s", get()),
        ("curl \"https://a.test/x?a=1&b=2\" ^\n  -s", get()),
        ("curl ^\"https://a.test/x?a=1^&b=2^\"", get()),
        ("curl -d \"^=\"\"b\" ^\n \"https://a.test/x?a=1&b=2\" | more", {
            let mut call = post("^=\"b", URLENCODED);
            call.ignored.push("| more".to_owned());
            call
        }),
        ("curl $\"https://a.test/x\"?a=1'&b=2'", get()),
        ("curl -d \"a\\\n=\\\"b\" 'https://a.test/x?a=1&b=2'", post("a=\"b", URLENCODED)),
        ("curl -d 'a ^\nb' https://a.test/x?a=1&b=2", post("a ^\nb", URLENCODED)),
        ("curl \\\r\n  'https://a.test'\"/x?a=1&b=2\" # -X PUT", get()),
        (
            "curl -X OPTIONS -H 'Access-Control-Request-Method: PUT' \
             -H 'Access-Control-Request-Headers: x-a, cookie,,x b' https://a.test/x?a=1&b=2",
            with(|mut call| {
                call.fetch = call.fetch.method("PUT").header("x-a", "x");
                call
            }),
        ),
    ];
    for (line, wanted) in table {
        let mut wanted = wanted;
        if line.contains("-x p:1") {
            wanted.ignored[3] = "-x p:1".to_owned();
        }
        assert_eq!(curl(line).as_ref(), Ok(&wanted), "{line}");
    }
    let form = curl("curl -F 'a=1' -F 'f=@x' https://a.test/").unwrap();
    assert_eq!(form.fetch.method, "POST");
    assert!(form.fetch.headers[0].1.starts_with("multipart/form-data; boundary="));
    assert_eq!(form.ignored, ["--form f=@x"]);
}

#[test]
fn calls_that_people_write() {
    let fetch = || Fetch::new("", "https://a.test/");
    let body = |fetch: Fetch, body: &str| {
        let mut call = from_page(fetch);
        call.fetch.body = Body::Text;
        call.body = Some(body.as_bytes().to_vec());
        call
    };
    let table: Vec<(&str, Call)> = vec![
        ("fetch('https://a.test/')", from_page(fetch())),
        ("// fetch it\nconst r = await window.fetch ( `https://a.test/` , ) ;", from_page(fetch())),
        ("fetch(\"https:/\" + '/a.test/').then(r => r.json())", from_page(fetch())),
        ("fetch(new URL('https://a.test/'), undefined)", from_page(fetch())),
        (
            "fetch('https://a.test/', {method: 'PUT', /* a */ headers: {\"X-A\": `1`, x_b: 2,}, // b\n})",
            from_page(fetch().method("PUT").header("X-A", "1").header("x_b", "2")),
        ),
        (
            "fetch('https://a.test/', {headers: new Headers([['x-a', '\\u{01f}\\x41\\\n'], [\"b\", '']])})",
            from_page(fetch().header("x-a", "\x1fA").header("b", "")),
        ),
        ("fetch('https://a.test/', {headers: new Headers()})", from_page(fetch())),
        (
            "fetch('https://a.test/', {method: 'POST', body: JSON.stringify({a: [1, 'b\"', undefined], c: null})})",
            body(fetch().method("POST"), "{\"a\":[1,\"b\\\"\",null],\"c\":null}"),
        ),
        ("fetch('https://a.test/', {body: `a\\`b`})", body(fetch(), "a`b")),
        ("fetch('https://a.test/', {body: '\\ud83d\\ude00\\'\\q'})", body(fetch(), "😀'q")),
        (
            "fetch('https://a.test/', {mode: 'no-cors', credentials: 'include', redirect: 'manual', referrer: 'https://app.test/x', signal: AbortSignal.timeout(5), cache: 'no-store'})",
            from_page(
                Fetch::new("https://app.test", "https://a.test/")
                    .mode(Mode::NoCors)
                    .credentials(CredentialsMode::Include)
                    .redirect(RedirectMode::Manual),
            ),
        ),
        (
            "fetch('https://a.test/', {...base, next: {a: (x, {y}) => `}${z}`}})\nfetch('/b')",
            Call {
                ignored: ["...base", "next", "the calls after the first"]
                    .map(str::to_owned)
                    .to_vec(),
                ..from_page(fetch())
            },
        ),
        ("fetch('https://a.test/', {body: form})", {
            let mut call = from_page(fetch());
            call.fetch.body = Body::Text;
            call.ignored.push("body: \"form\"".to_owned());
            call
        }),
    ];
    for (text, wanted) in table {
        assert_eq!(fetch_call(text).as_ref(), Ok(&wanted), "{text}");
    }
}

#[test]
fn bad_lines_and_calls() {
    let lines = [
        ("", "write what the browser copies as cURL: curl 'https://…' …"),
        ("wget https://a.test", "write what the browser copies as cURL: curl 'https://…' …"),
        ("curl -s", "the URL is missing"),
        ("curl https://a.test -X", "\"-X\": its value is missing"),
        ("curl 'https://a.test", "a ' is not closed"),
        ("curl ://a.test", "URL \"://a.test\": write the whole URL, like https://api.example/"),
        ("curl a.test/x", "URL \"a.test/x\": write the whole URL, like https://api.example/"),
        (
            "curl file:///etc/passwd",
            "URL \"file:///etc/passwd\": write an http or https URL; CORS is for no other",
        ),
        (
            "curl http://u@h/",
            "URL: leave out the user name and password before h; fetch refuses them in a URL",
        ),
    ];
    for (line, wanted) in lines {
        assert_eq!(curl(line), Err(wanted.to_owned()), "{line}");
    }
    let with = |options: &str| format!("fetch('https://a.test', {options})");
    let deep = ["[", "{a:", "{..."].map(|open| with(&open.repeat(100_000)));
    let not_too_deep = with(&("[".repeat(65) + &"]".repeat(65)));
    let keys = |count| {
        with(&("{".to_owned() + &(0..count).map(|n| format!("k{n}: 1,")).collect::<String>()))
    };
    let [many_keys, too_many_keys] = [1000, 1001].map(keys);
    let [long, too_long] =
        [0, 1].map(|more| "fetch(url)".to_owned() + &" ".repeat((1 << 20) - 10 + more));
    let calls = [
        ("xfetch('https://a.test')", "write what the browser copies: fetch(\"https://…\", …)"),
        ("fetch('https://a.test'", "the text ends in the middle"),
        ("fetch('https://a.test", "a ' is not closed"),
        ("fetch(url)", "the URL is \"url\": write it out"),
        ("fetch(`${base}/x`)", "the URL is \"`${base}/x`\": write it out"),
        ("fetch('/x')", "URL \"/x\": write the whole URL, like https://api.example/"),
        ("fetch('https://a.test', options)", "the options are \"options\": write them out"),
        ("fetch('https://a.test', {method: x})", "method is \"x\": write it out"),
        (
            "fetch('https://a.test', {headers: {a: 'b' + c}})",
            "the header \"a\" is \"'b' + c\": write it out",
        ),
        (
            "fetch('https://a.test', {mode: 'navigate'})",
            "mode is \"navigate\": write one of cors, no-cors, same-origin",
        ),
        (
            "fetch('https://a.test', {method 'PUT'})",
            "a colon after \"method\" is missing before \"'PUT'})\"",
        ),
        (
            "fetch('https://a.test', {headers: [['x-a']]})",
            "headers: write pairs, like [\"x-a\", \"1\"]",
        ),
        ("fetch('https://a.test', {[key]: 1})", "a key is missing before \"[key]: 1})\""),
        (&deep[0], "more than 64 values inside each other"),
        (&deep[1], "more than 64 values inside each other"),
        (&deep[2], "more than 64 values inside each other"),
        (&not_too_deep, "the options are an array: write them out"),
        (&many_keys, "a key is missing before \")\""),
        (&too_many_keys, "more than 1000 keys in an object"),
        (&long, "the URL is \"url\": write it out"),
        (&too_long, "more than 1 MiB; shorten it"),
    ];
    for (text, wanted) in calls {
        assert_eq!(fetch_call(text), Err(wanted.to_owned()), "{}", &text[..text.len().min(80)]);
    }
}

#[test]
fn wrong_usage_is_one_line() {
    let table: &[(&[&str], &str)] = &[
        (
            &["api.test/x", "--origin", "https://a.test"],
            "URL \"api.test/x\": write the whole URL, like https://api.example/",
        ),
        (
            &["http://u:p@h/", "--origin", "https://a.test"],
            "URL: leave out the user name and password before h; fetch refuses them in a URL",
        ),
        (
            &["--url", "file:///x", "--origin", "https://a.test"],
            "--url \"file:///x\": write an http or https URL; CORS is for no other",
        ),
        (
            &["http://h/", "--origin", "https://a.test/"],
            "--origin \"https://a.test/\": write https://a.test, which is the origin",
        ),
        (
            &["http://h/", "--origin", "https://a.test:8443/x/y?z"],
            "--origin \"https://a.test:8443/x/y…\": write https://a.test:8443, which is the origin",
        ),
        (
            &["http://h/", "--origin", "https://a.test?q"],
            "--origin \"https://a.test…\": write https://a.test, which is the origin",
        ),
        (
            &["http://h/", "--origin", "https://u:p@a.test"],
            "--origin: write https://a.test, without user name and password",
        ),
        (&["--curl", "curl 'https://a.test"], "--curl: a ' is not closed"),
        (
            &["--curl", "curl https://a.test"],
            "--origin is missing: write the page's, such as https://app.example.com",
        ),
        (&["--fetch", "fetch(url)"], "--fetch: the URL is \"url\": write it out"),
        (
            &["http://h/", "--origin", "https://a.test", "--policy", "p", "--response", "r"],
            "the argument '--policy <FILE>' cannot be used with '--response <FILE>'",
        ),
        (
            &["http://h/", "--origin", "https://a.test", "--cookie", "a=1\nb"],
            "--cookie: write NAME=VALUE, without line breaks",
        ),
        (
            &["http://h/", "--origin", "https://a.test", "--crossorigin", "anonymous"],
            "--crossorigin: write --as script, module, image or stylesheet",
        ),
        (
            &["--origin", "https://a.test"],
            "name the URL to fetch, or --policy, --response, --curl or --fetch",
        ),
        (
            &["--origin", "https://a.test", "--policy", "no-such-file.toml"],
            "--policy no-such-file.toml: there is no such file",
        ),
        (
            &["--curl", "curl", "--fetch", "fetch"],
            "the argument '--curl <COMMAND>' cannot be used with '--fetch <CALL>'",
        ),
    ];
    for (args, wanted) in table {
        let output =
            Command::new(env!("CARGO_BIN_EXE_cors")).arg("explain").args(*args).output().unwrap();
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            format!("cors: {wanted}\n"),
            "{args:?}"
        );
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}

/// Lines that have something of curl, fetch and HTTP.
fn text() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "curl ",
        "'",
        "\"",
        "$'",
        "^\"",
        "\\",
        "^",
        "\n",
        "\r\n",
        "-H ",
        "-d",
        "--json ",
        "a: b",
        "https://a.test",
        " ",
        "=",
        ";",
        "fetch(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "`",
        "${",
        "//",
        "/*",
        "*/",
        "\\u{",
        "\\x4",
        "headers",
        "body",
        "HTTP/1.1 200 OK",
        "content-length: 3",
        "transfer-encoding: chunked",
        "< ",
        "\u{1f600}",
        "new Headers(",
        "JSON.stringify(",
        "+",
        "...",
        "@",
        "-",
        "4",
        "é",
    ]);
    let word =
        prop_oneof![3 => words.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

fn call() -> impl Strategy<Value = Call> {
    let value = "[^\\s]([^\\r\\n]*[^\\s])?";
    let header = ("x-[A-Za-z0-9!#$%&'*+.^_`|~-]{0,8}", prop_oneof![4 => value, 1 => ""]);
    let body = prop::option::of(any::<String>());
    let url = "https://a\\.test/[!-~]{0,20}";
    (url, "[A-Za-z]{1,8}", prop::collection::vec(header, 0..5), body, any::<bool>()).prop_map(
        |(url, method, headers, body, insecure)| {
            let mut call = Call::new(url);
            call.fetch.method = method;
            call.fetch.headers = headers;
            if body.is_some() {
                call.fetch.headers.push(("content-type".to_owned(), "text/plain".to_owned()));
                call.fetch.body = Body::Text;
            }
            call.body = body.map(String::into_bytes);
            call.insecure = insecure;
            call
        },
    )
}

proptest! {
    #[test]
    fn any_text_ends_in_a_call_or_one_line(text in text()) {
        for (_, target) in cors_cli::fuzz::TARGETS {
            target(text.as_bytes());
            target(format!("curl https://a.test {text}").as_bytes());
            target(format!("fetch('https://a.test', {text}").as_bytes());
            target(format!("HTTP/1.1 200 OK\n{text}").as_bytes());
        }
    }

    #[test]
    fn any_bytes_end_in_a_call_or_one_line(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for (_, target) in cors_cli::fuzz::TARGETS {
            target(&bytes);
        }
    }

    #[test]
    fn a_printed_call_reads_as_before(call in call()) {
        prop_assert_eq!(curl(&curl_line(&call)), Ok(call));
    }
}
