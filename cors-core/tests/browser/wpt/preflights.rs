//! Which requests need a preflight, and what its response must say.

use super::*;
use cors_core::browser::Body;

#[test]
fn preflights() {
    check(table());
}

pub(super) fn table() -> Vec<Case> {
    let tables = [
        simple(),
        client_hints(),
        content_types(),
        ranges(),
        last_event_ids(),
        not_safelisted(),
        methods(),
        header_names(),
        allowed_headers(),
        stars(),
        list_syntax(),
        statuses(),
        after_preflight(),
        not_supported(),
        cookies(),
        uploads(),
    ];
    tables.into_iter().flatten().collect()
}

fn allow_headers(names: &str) -> String {
    format!("Access-Control-Allow-Headers: {names}")
}

fn allow_methods(methods: &str) -> String {
    format!("Access-Control-Allow-Methods: {methods}")
}

fn with_headers(fetch: Fetch, headers: &[(&str, &str)]) -> Fetch {
    headers.iter().fold(fetch, |fetch, (name, value)| fetch.header(*name, *value))
}

fn simple() -> Vec<Case> {
    let file = "cors/simple-requests.htm";
    let mut table = Vec::new();
    for headers in [
        &[("Accept", "test")][..],
        &[("accept-language", "test")],
        &[("CONTENT-language", "test")],
        &[("Content-Type", "application/x-www-form-urlencoded")],
        &[("content-type", "multipart/form-data")],
        &[("content-type", "text/plain")],
        &[
            ("accept", "test"),
            ("accept-language", "test"),
            ("content-language", "test"),
            ("content-type", "text/plain; parameter=whatever"),
        ],
    ] {
        for method in ["GET", "HEAD", "POST"] {
            let body = if method == "POST" { Body::Text } else { Body::None };
            let fetch = with_headers(fetch(REMOTE, method).body(body), headers);
            table.push(
                case(file, format!("{method} {headers:?}"), fetch)
                    .ok(&[STAR, "Content-Type: text/plain"])
                    .sends(&[method])
                    .sees("content-type", "text/plain")
                    .readable(200),
            );
        }
    }
    for (method, sent, content_type) in
        [("Get", "GET", "text/plain; parameter=extra_bonus"), ("post", "POST", "text/plain")]
    {
        table.push(
            case(file, method, fetch(REMOTE, method).header("content-type", content_type))
                .ok(&[STAR])
                .sends(&[sent])
                .readable(200),
        );
    }
    for (name, value) in [
        ("Accept", "*/*"),
        ("Accept-Language", "fr"),
        ("Content-Language", "fr"),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Content-Type", "multipart/form-data"),
        ("Content-Type", "text/plain"),
        ("Content-Type", "text/plain;charset=utf-8"),
        ("Content-Type", "Text/Plain;charset=utf-8"),
    ] {
        let fetch = get(REMOTE).header(name, value);
        table.push(
            case("fetch/api/cors/cors-no-preflight", format!("{name}: {value}"), fetch)
                .ok(&[STAR])
                .sends(&["GET"])
                .readable(200),
        );
    }
    let several = [
        ("Accept", "jewelry"),
        ("accept-language", "nn-NO,nn,en"),
        ("content-type", "text/plain; parameter=extra"),
        ("content-Language", "nn-NO"),
    ];
    let safelisted = [
        ("Accept", "*"),
        ("Accept-Language", "ru"),
        ("Content-Language", "ru"),
        ("Content-Type", "text/plain"),
    ];
    let xml = fetch(PAGE, "POST").header("Content-Type", "application/xml");
    table.extend([
        case(file, "several, without a body", with_headers(fetch(REMOTE, "POST"), &several))
            .ok(&[STAR])
            .sends(&["POST"])
            .readable(200),
        case(
            "xhr/access-control-basic-cors-safelisted-request-headers.htm",
            "all of them",
            with_headers(fetch(REMOTE, "POST"), &safelisted),
        )
        .ok(&[STAR])
        .sends(&["POST"])
        .carries(0, "accept", Some("*"))
        .carries(0, "accept-language", Some("ru"))
        .readable(200),
        case("xhr/access-control-basic-post-with-non-cors-safelisted-content-type.htm", "own", xml)
            .ok(&[])
            .sends(&["POST"])
            .readable(200),
    ]);
    table
}

/// Client hints with a valid value were safelisted for a while.
fn client_hints() -> Vec<Case> {
    let dropped = "tentative; the standard does not safelist client hints";
    let allowed = [STAR, "Access-Control-Allow-Headers: x-print,"];
    let hints = |fetch| {
        with_headers(
            fetch,
            &[
                ("save-data", "on"),
                ("device-memory", "2.0"),
                ("dpr", "3.0"),
                ("width", "1200"),
                ("viewport-width", "1300"),
            ],
        )
    };
    let mut table = Vec::new();
    for method in ["GET", "HEAD", "POST"] {
        let file = "cors/simple-requests-ch.tentative.htm";
        table.push(
            case(file, method, hints(fetch(REMOTE, method)))
                .ok(&allowed)
                .sends(&["OPTIONS"])
                .asks(Some("device-memory,dpr,save-data,viewport-width,width"))
                .fails("preflight-header")
                .differs(dropped),
        );
    }
    table.push(
        case(
            "cors/client-hint-request-headers-2.tentative.htm",
            "with others",
            hints(get(REMOTE).header("x-print", "unicorn")),
        )
        .ok(&allowed)
        .sends(&["OPTIONS"])
        .fails("preflight-header")
        .differs(dropped),
    );
    for name in ["device-memory", "dpr", "width", "viewport-width"] {
        table.push(
            case("cors/client-hint-request-headers.htm", name, get(REMOTE).header(name, ""))
                .ok(&allowed)
                .sends(&["OPTIONS"])
                .asks(Some(name))
                .fails("preflight-header"),
        );
    }
    table
}

/// A POST with the header. The server allows only `x-print`.
fn safelisted(name: &'static str, value: &str, needs_preflight: bool) -> Case {
    let file = "cors/cors-safelisted-request-header.any.js";
    let fetch = fetch(REMOTE, "POST").header(name, value).body(Body::Text);
    let row = case(file, format!("{name}: {value:?}"), fetch);
    let row = row.ok(&[STAR, "Access-Control-Allow-Headers: x-print"]);
    if needs_preflight {
        row.sends(&["OPTIONS"]).asks(Some(name)).fails("preflight-header")
    } else {
        row.sends(&["POST"]).readable(200)
    }
}

fn content_types() -> Vec<Case> {
    [
        ("text /plain", true),
        ("text\t/\tplain", true),
        ("text/plain;", false),
        ("text/plain;garbage", false),
        ("text/plain;garbage\u{1}\u{2}", true),
        ("text/plain,", true),
        (",text/plain", true),
        ("text/plain,text/plain", true),
        ("text/plain,x/x", true),
        ("text/plain\u{b}", true),
        ("text/plain\u{c}", true),
        ("application/www-form-urlencoded", true),
        ("application/x-www-form-urlencoded;\u{7f}", true),
        ("multipart/form-data", false),
        ("multipart/form-data;\"", true),
    ]
    .map(|(value, needs)| safelisted("content-type", value, needs))
    .into()
}

fn ranges() -> Vec<Case> {
    let zeros = "0".repeat(60);
    let mut table: Vec<_> = [
        ("100-200", true),
        ("MB=100-200", true),
        ("bytes=100-200", false),
        ("bytes =100-200", true),
        ("bytes\t=100-200", true),
        ("bytes=  100-200", true),
        ("bytes=\t\t100-200", true),
        ("bytes= \t100-200", true),
        ("bytes=100 -200", true),
        ("bytes=100\t-200", true),
        ("bytes=100- 200", true),
        ("bytes=100-\t200", true),
        ("bytes=100-200hello", true),
        ("bytes=abc-def", true),
        ("bytes=100-200,300-400", true),
        ("bytes=-200", true),
        ("bytes=200-", false),
        ("bytes=200-100", true),
        ("bytes 100-200", true),
        ("bytes = 100-200", true),
        (",bytes=100-200", true),
        ("bytes=,100-200", true),
    ]
    .map(|(value, needs)| safelisted("range", value, needs))
    .into();
    // 129 bytes.
    table.push(safelisted("range", &format!("bytes=1{zeros}-2{zeros}"), true));
    table
}

fn last_event_ids() -> Vec<Case> {
    let long = "0123456789".repeat(13);
    let mut table: Vec<_> = ["\"", "e5p3n<3k0k0s", &long[..129]]
        .map(|value| safelisted("last-event-id", value, true))
        .into();
    table.push(
        safelisted("last-event-id", "abc123", true)
            .differs("the standard does not safelist Last-Event-ID"),
    );
    table
}

fn not_safelisted() -> Vec<Case> {
    let digits = "0123456789".repeat(13);
    let long_type = format!("text/plain; long={}", &digits[..112]);
    [
        ("accept", "\""),
        ("accept", &digits[..129]),
        ("accept-language", "\u{1}"),
        ("accept-language", "@"),
        ("authorization", "basics"),
        ("content-language", "\u{1}"),
        ("content-language", "@"),
        ("content-type", "text/html"),
        ("content-type", &long_type),
        ("last-event-id", "\""),
        ("last-event-id", &digits[..129]),
        ("range", "bytes 0-"),
        ("test", "hi"),
    ]
    .map(|(name, value)| {
        let file = "fetch/api/cors/cors-preflight-not-cors-safelisted";
        case(file, format!("{name}: {value:?}"), get(REMOTE).header(name, value))
            .ok(&[STAR, &allow_methods("GET"), &allow_headers(name)])
            .ok(&[STAR])
            .sends(&["OPTIONS", "GET"])
            .asks(Some(name))
            .readable(200)
    })
    .into()
}

fn methods() -> Vec<Case> {
    let file = "fetch/api/cors/cors-preflight";
    let mut table = Vec::new();
    for method in ["DELETE", "PUT", "PATCH", "patcH", "NEW", "chicken"] {
        table.extend([
            case(file, format!("{method} allowed"), fetch(REMOTE, method))
                .ok(&[STAR, &allow_methods(method)])
                .ok(&[STAR])
                .sends(&["OPTIONS", method])
                .carries(0, "access-control-request-method", Some(method))
                .asks(None)
                .readable(200),
            case(file, format!("{method} refused"), fetch(REMOTE, method))
                .ok(&[STAR])
                .sends(&["OPTIONS"])
                .fails("preflight-method"),
        ]);
    }
    let put = || fetch(REMOTE, "PUT");
    let own = "Access-Control-Allow-Origin: http://www1.web.test";
    table.extend([
        case("fetch/api/cors/cors-origin", "PUT allowed", put())
            .ok(&[ECHO, &allow_methods("PUT")])
            .ok(&[ECHO])
            .sends(&["OPTIONS", "PUT"])
            .origins(&[Some(PAGE), Some(PAGE)])
            .readable(200),
        case("fetch/api/cors/cors-origin", "PUT, not the page's origin", put())
            .ok(&[own, &allow_methods("PUT")])
            .sends(&["OPTIONS"])
            .fails("preflight-allow-origin-mismatch"),
        case("xhr/allow-lists-starting-with-comma.htm", "methods", put())
            .ok(&[ECHO, &allow_methods(",,PUT,GET")])
            .ok(&[ECHO])
            .sends(&["OPTIONS", "PUT"])
            .readable(200),
    ]);
    table
}

/// `Access-Control-Request-Headers`.
fn header_names() -> Vec<Case> {
    let file = "fetch/api/cors/cors-preflight";
    let unsafe_names = [
        "x-test-header1",
        "x-test-header2",
        "X-test-header3",
        "x-test-header-b",
        "x-test-header-D",
        "x-test-header-C",
        "x-test-header-a",
        "Content-Type",
    ];
    let safe = [("Accept", "*"), ("Accept-Language", "bzh"), ("Content-Language", "eu")];
    let several = |method| {
        let fetch = fetch(REMOTE, method);
        let fetch = unsafe_names.iter().fold(fetch, |fetch, name| fetch.header(*name, "value"));
        with_headers(fetch, &safe)
    };
    let allowed = allow_headers(&unsafe_names.map(str::to_ascii_lowercase).join(" ,"));
    let sorted = "content-type,x-test-header-a,x-test-header-b,x-test-header-c,x-test-header-d,\
                  x-test-header1,x-test-header2,x-test-header3";
    let mut table = Vec::new();
    for (method, refused) in [("GET", "preflight-header"), ("PUT", "preflight-method")] {
        table.extend([
            case(file, format!("{method}, several allowed"), several(method))
                .ok(&[STAR, &allow_methods(method), &allowed])
                .ok(&[STAR])
                .sends(&["OPTIONS", method])
                .asks(Some(sorted))
                .readable(200),
            case(file, format!("{method}, several refused"), several(method))
                .ok(&[STAR])
                .sends(&["OPTIONS"])
                .fails(refused),
        ]);
    }
    let one = |value| get(REMOTE).header("x-test-header1", value);
    let custom = ["X-Custom-Test", "X-Custom-ua", "X-Custom-V", "X-Custom-s", "X-Custom-U"];
    let custom = custom.iter().fold(get(REMOTE), |fetch, name| fetch.header(*name, "foobar"));
    let sorted = "x-custom-s,x-custom-test,x-custom-u,x-custom-ua,x-custom-v";
    table.extend([
        case(file, "PUT, only safe headers", with_headers(fetch(REMOTE, "PUT"), &safe))
            .ok(&[STAR, &allow_methods("PUT")])
            .ok(&[STAR])
            .sends(&["OPTIONS", "PUT"])
            .asks(None)
            .readable(200),
        case(file, "one header allowed", one("allowed"))
            .ok(&[STAR, &allow_methods("GET"), &allow_headers("x-test-header1")])
            .ok(&[STAR])
            .sends(&["OPTIONS", "GET"])
            .asks(Some("x-test-header1"))
            .readable(200),
        case(file, "one header refused", one("refused"))
            .ok(&[STAR])
            .sends(&["OPTIONS"])
            .fails("preflight-header"),
        case("xhr/access-control-preflight-request-header-sorted.htm", "in lower case", custom)
            .ok(&[STAR, &allow_headers(sorted)])
            .ok(&[STAR])
            .sends(&["OPTIONS", "GET"])
            .asks(Some(sorted))
            .readable(200),
        case(
            "xhr/access-control-preflight-request-headers-origin.htm",
            "Origin is not asked for",
            get(REMOTE).header("x-pass", "PASS"),
        )
        .ok(&[STAR, &allow_headers("x-pass")])
        .ok(&[STAR])
        .sends(&["OPTIONS", "GET"])
        .asks(Some("x-pass"))
        .readable(200),
    ]);
    table
}

/// `Access-Control-Allow-Headers`.
fn allowed_headers() -> Vec<Case> {
    let file = "cors/request-headers.htm";
    let print = || get(REMOTE).header("x-print", "unicorn");
    let both = || print().header("y-print", "narwhal");
    let safe = with_headers(
        print(),
        &[
            ("content-type", "text/plain"),
            ("accept", "test"),
            ("accept-language", "nn"),
            ("content-language", "nn"),
        ],
    );
    let passes = |wpt, what: &str, fetch, allowed: &str| {
        case(wpt, what, fetch)
            .ok(&[ECHO, &allow_headers(allowed)])
            .ok(&[ECHO])
            .sends(&["OPTIONS", "GET"])
            .carries(1, "x-print", Some("unicorn"))
            .readable(200)
    };
    let refused = |wpt, what: &str, fetch| {
        case(wpt, what, fetch)
            .ok(&[ECHO, &allow_headers("x-print")])
            .sends(&["OPTIONS"])
            .fails("preflight-header")
    };
    let comma = "xhr/allow-lists-starting-with-comma.htm";
    let authorization = || get(REMOTE).header("authorization", "foobar");
    vec![
        passes(file, "named", print(), "x-print"),
        passes(file, "safelisted headers need no name", safe, "x-print,")
            .asks(Some("x-print"))
            .carries(1, "accept", Some("test"))
            .carries(1, "accept-language", Some("nn"))
            .carries(1, "content-language", Some("nn"))
            .carries(1, "content-type", Some("text/plain")),
        refused(file, "not named", both()),
        refused("cors/client-hint-request-headers.htm", "not named", both()),
        passes(file, "commas and case", both(), ",y-lol,x-PriNT, ,,,Y-PRINT"),
        passes(comma, "headers", both(), ",y-lol,x-print, ,,,y-print"),
        case(
            "xhr/access-control-preflight-request-allow-headers-returns-star.any.js",
            "star",
            get(REMOTE).header("X-Test", "foobar"),
        )
        .ok(&[STAR, &allow_headers("*")])
        .ok(&[STAR])
        .sends(&["OPTIONS", "GET"])
        .readable(200),
        case("fetch/api/cors/cors-preflight", "authorization by star", authorization())
            .ok(&[STAR, &allow_headers("*")])
            .sends(&["OPTIONS"])
            .fails("preflight-authorization"),
        case("fetch/api/cors/cors-preflight", "authorization by name", authorization())
            .ok(&[STAR, &allow_headers("authorization")])
            .ok(&[STAR])
            .sends(&["OPTIONS", "GET"])
            .readable(200),
    ]
}

fn stars() -> Vec<Case> {
    let mut table = Vec::new();
    for (credentials, methods, headers, method, header, fails) in [
        (false, "get", "x-test", "GET", Some("X-Test"), None),
        (false, "*", "x-test", "SUPER", Some("X-Test"), None),
        (false, "*", "*", "OK", Some("X-Test"), None),
        (true, "*", "*", "OK", Some("X-Test"), Some("preflight-method")),
        (true, "*", "", "PUT", None, Some("preflight-method")),
        (true, "PUT", "*", "PUT", None, None),
        (true, "get", "*", "GET", Some("X-Test"), Some("preflight-header")),
        (true, "*", "*", "GET", Some("X-Test"), Some("preflight-header")),
        (true, "*", "*", "*", Some("*"), None),
        (true, "put", "*", "PUT", None, Some("preflight-method")),
    ] {
        let mut fetch = fetch(REMOTE, method);
        let mut answer = vec![STAR];
        if credentials {
            fetch = with_credentials(fetch);
            answer = vec![ECHO, CREDENTIALS];
        }
        if let Some(name) = header {
            fetch = fetch.header(name, "1");
        }
        let what = format!("{method} {header:?}, allowed {methods} {headers}, {credentials}");
        let lists = [allow_methods(methods), allow_headers(headers)];
        let preflight = [&answer[..], &lists.each_ref().map(String::as_str)].concat();
        let row = case("fetch/api/cors/cors-preflight-star", what, fetch).ok(&preflight);
        table.push(match fails {
            Some(step) => row.sends(&["OPTIONS"]).fails(step),
            None => row.ok(&answer).sends(&["OPTIONS", method]).readable(200),
        });
    }
    table
}

fn list_syntax() -> Vec<Case> {
    let row = |what: &str, lines: &[&str]| {
        let file = "fetch/api/cors/cors-preflight-response-validation";
        case(file, what, get(REMOTE).header("x-force-preflight", ""))
            .ok(lines)
            .sends(&["OPTIONS"])
            .fails("preflight-list-syntax")
    };
    let allowed = allow_headers("x-force-preflight");
    vec![
        row("headers", &[STAR, &allow_headers("x-force-preflight,Bad value")]),
        row("methods", &[STAR, &allowed, &allow_methods("Bad value")]),
    ]
}

/// Statuses of the preflight response.
fn statuses() -> Vec<Case> {
    let mut table = Vec::new();
    let mut row = |file, origin: &str, name, status: u16| {
        let allow = allow_headers(name);
        let row = case(file, format!("preflight {status}"), get(origin).header(name, "test"))
            .answer(status, &[STAR, &allow, "Location: http://www1.web.test/next"]);
        table.push(if (200..300).contains(&status) {
            row.answer(200, &[STAR]).sends(&["OPTIONS", "GET"]).readable(200)
        } else {
            row.sends(&["OPTIONS"]).fails("preflight-status")
        });
    };
    for status in [200, 299].into_iter().chain(300..309).chain(400..418).chain(500..506) {
        row("cors/preflight-failure.htm", REMOTE, "x-test", status);
    }
    row("cors/preflight-failure.htm", REMOTE, "x-test", 680);
    row("cors/preflight-failure.htm", REMOTE, "x-test", 790);
    for status in (200..207).chain(300..309).chain(400..406).chain(501..506) {
        row("fetch/api/cors/cors-preflight-status", REMOTE, "x-force-preflight", status);
    }
    for status in REDIRECTS {
        row("fetch/api/cors/cors-preflight-redirect", REMOTE, "x-force-preflight", status);
    }
    row("cors/status.htm", REMOTE, "x-custom", 400);
    table.push(
        case("cors/status.htm", "not allowed, preflight 200", get(REMOTE).header("X-Custom", "x"))
            .ok(&["Access-Control-Allow-Origin: none"])
            .sends(&["OPTIONS"])
            .fails("preflight-allow-origin-mismatch"),
    );
    for (method, status, header) in [
        ("PUT", 699, false),
        ("CHICKEN", 501, false),
        ("GET", 400, true),
        ("HEAD", 401, true),
        ("POST", 404, true),
        ("PUT", 699, true),
        ("CHICKEN", 501, true),
    ] {
        let mut fetch = fetch(REMOTE, method);
        if header {
            fetch = fetch.header("x-nonsimple", "true");
        }
        let methods = allow_methods("GET, CHICKEN, HEAD, POST, PUT");
        let what = format!("{method} {status}, header {header}");
        table.push(
            case("cors/status-async.htm", what, fetch)
                .answer(status, &[ECHO, &methods, &allow_headers("x-nonsimple")])
                .sends(&["OPTIONS"])
                .fails("preflight-status"),
        );
    }
    table
}

/// After a preflight, any status can be read.
fn after_preflight() -> Vec<Case> {
    let allowed = allow_headers("x-nonsimple");
    let methods = allow_methods("GET, CHICKEN, HEAD, POST, PUT");
    let mut table = Vec::new();
    for (method, statuses) in [
        ("GET", &[200, 204, 400, 401][..]),
        ("HEAD", &[200, 204, 400, 401, 501, 699]),
        ("POST", &[204, 400, 401, 404]),
        ("PUT", &[699]),
        ("CHICKEN", &[501]),
    ] {
        for status in statuses {
            let fetch = fetch(REMOTE, method).header("x-nonsimple", "true");
            table.push(
                case("cors/status-preflight.htm", format!("{method} {status}"), fetch)
                    .ok(&[ECHO, &methods, &allowed])
                    .answer(*status, &[ECHO])
                    .sends(&["OPTIONS", method])
                    .readable(*status),
            );
        }
    }
    for method in ["PUT", "CHICKEN"] {
        table.push(
            case("cors/status-async.htm", format!("{method} 200"), fetch(REMOTE, method))
                .ok(&[ECHO, &methods])
                .ok(&[ECHO])
                .sends(&["OPTIONS", method])
                .readable(200),
        );
    }
    table.push(
        case("cors/status.htm", "preflight 200, then 400", get(REMOTE).header("X-Custom", "x"))
            .ok(&[ECHO, &allow_headers("x-custom")])
            .answer(400, &[ECHO])
            .sends(&["OPTIONS", "GET"])
            .readable(400),
    );
    table
}

/// Servers that do not support preflights.
fn not_supported() -> Vec<Case> {
    let xml = |method| fetch(REMOTE, method).header("Content-Type", "application/xml");
    let put = "xhr/access-control-basic-non-cors-safelisted-content-type.htm";
    let put_allowed = [ECHO, CREDENTIALS, &allow_methods("PUT")];
    let row = |wpt, what: &str, fetch| case(wpt, what, fetch).sends(&["OPTIONS"]);
    vec![
        row(
            "xhr/access-control-basic-get-fail-non-simple.htm",
            "a header",
            get(REMOTE).header("x-test", "foobar"),
        )
        .answer(400, &[])
        .fails("preflight-allow-origin-missing"),
        row(
            "xhr/access-control-basic-post-with-non-cors-safelisted-content-type.htm",
            "remote",
            xml("POST"),
        )
        .answer(400, &[])
        .fails("preflight-allow-origin-missing"),
        row("xhr/access-control-basic-preflight-denied.htm", "FOO", fetch(REMOTE, "FOO"))
            .ok(&[])
            .fails("preflight-allow-origin-missing"),
        row(
            "xhr/access-control-preflight-async-header-denied.htm",
            "a header",
            get(REMOTE).header("x-test", "foo"),
        )
        .ok(&[ECHO])
        .fails("preflight-header"),
        row(
            "xhr/access-control-preflight-async-method-denied.htm",
            "DELETE",
            fetch(REMOTE, "DELETE"),
        )
        .ok(&[ECHO])
        .fails("preflight-method"),
        row(put, "application/xml", xml("PUT"))
            .ok(&put_allowed)
            .asks(Some("content-type"))
            .fails("preflight-header"),
        case(put, "text/plain", fetch(REMOTE, "PUT").header("Content-Type", "text/plain"))
            .ok(&put_allowed)
            .ok(&[ECHO, CREDENTIALS])
            .sends(&["OPTIONS", "PUT"])
            .asks(None)
            .readable(200),
    ]
}

fn cookies() -> Vec<Case> {
    let fetch = with_credentials(get(REMOTE).header("X-Proprietary-Header", "foo"));
    let allowed = allow_headers("X-Proprietary-Header");
    vec![
        case("xhr/access-control-preflight-request-must-not-contain-cookie.htm", "none", fetch)
            .ok(&[ECHO, CREDENTIALS, &allowed])
            .ok(&[ECHO, CREDENTIALS])
            .sends(&["OPTIONS", "GET"])
            .credentials(&[false, true])
            .readable(200),
    ]
}

/// Upload listeners need a preflight, unless they are added after `send()`.
fn uploads() -> Vec<Case> {
    let late = "cors/late-upload-events.htm";
    let events = "xhr/event-upload-progress-crossorigin.any.js";
    let post = |origin: &str| fetch(origin, "POST").body(Body::Text);
    let listened = |origin: &str| post(origin).upload_listener(true);
    let preflight = [STAR, CREDENTIALS, "Access-Control-Allow-Methods: GET, POST, PUT, FOO"];
    vec![
        case(late, "no preflight", post(REMOTE)).ok(&[ECHO]).sends(&["POST"]).readable(200),
        case(late, "preflight", post(REMOTE).header("custom-header", "test"))
            .ok(&[ECHO, &allow_headers("custom-header")])
            .ok(&[ECHO])
            .sends(&["OPTIONS", "POST"])
            .readable(200),
        case(events, "in time", listened(REMOTE))
            .ok(&preflight)
            .ok(&[STAR])
            .sends(&["OPTIONS", "POST"])
            .asks(None)
            .readable(200),
        case(events, "in time, redirected", listened(PAGE))
            .to(307, REMOTE, &[])
            .ok(&preflight)
            .ok(&[STAR])
            .sends(&["POST", "OPTIONS", "POST"])
            .readable(200),
        case(events, "too late", post(REMOTE)).ok(&[STAR]).sends(&["POST"]).readable(200),
        case(events, "too late, redirected", post(PAGE))
            .to(307, REMOTE, &[])
            .ok(&[STAR])
            .sends(&["POST", "POST"])
            .readable(200),
    ]
}
