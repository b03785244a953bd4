//! Whether a response can be read without a preflight, and which parts of it.

use super::*;
use cors_core::browser::Body;

#[test]
fn responses() {
    check(table());
}

pub(super) fn table() -> Vec<Case> {
    let tables = [
        origins(),
        other_origins(),
        opaque_pages(),
        credentials(),
        statuses(),
        exposed(),
        safelisted_response_headers(),
        modes(),
        resource_policy(),
        ports_schemes_methods(),
        request_headers(),
    ];
    tables.into_iter().flatten().collect()
}

/// Values of `Access-Control-Allow-Origin` that are not exactly the page's origin.
fn origins() -> Vec<Case> {
    let mut table = Vec::new();
    for allowed in [
        "*",
        " *  ",
        "\t*",
        PAGE,
        " http://web.test",
        " http://web.test   \t ",
        "\thttp://web.test",
    ] {
        let line = format!("Access-Control-Allow-Origin: {allowed}");
        table.push(
            case("cors/origin.htm", format!("allows {allowed:?}"), get(REMOTE))
                .ok(&[&line])
                .sends(&["GET"])
                .origins(&[Some(PAGE)])
                .readable(200),
        );
    }
    for allowed in [
        "http://www1.web.test",
        "//web.test",
        "://web.test",
        "ftp://web.test",
        "http:://web.test",
        "http:/web.test",
        "http:web.test",
        "web.test",
        "http://web.test?",
        "http://web.test/",
        "http://web.test /",
        "http://web.test#",
        "http://web.test%23",
        "http://web.test:80",
        "http://web.test, *",
        "HTTP://WEB.TEST",
        "HTTP://web.test",
        "-",
        "**",
        ",*",
        "*,",
        "'*'",
        "\"*\"",
        "* *",
        "* null",
        "*http://*",
        "*http://web.test",
        "* http://web.test",
        "*, http://web.test",
        "null http://web.test",
        "http://example.net",
        "null",
        "null *",
        "",
        "http://web.test/cors/origin.htm",
        "http://web.test/cors/",
        "http://www1.web.test/cors/",
        "test",
        ".test",
        "*.test",
        "http://test",
        "http://.test",
        "http://*.test",
    ] {
        let line = format!("Access-Control-Allow-Origin: {allowed}");
        table.push(
            case("cors/origin.htm", format!("does not allow {allowed:?}"), get(REMOTE))
                .ok(&[&line])
                .sends(&["GET"])
                .fails("allow-origin-mismatch"),
        );
    }
    for [first, second] in [["", "*"], ["*", ""], ["*", "*"], ["", PAGE], ["*", PAGE], [PAGE, PAGE]]
    {
        let [first, second] =
            [first, second].map(|it| format!("Access-Control-Allow-Origin: {it}"));
        table.push(
            case("cors/origin.htm", format!("two headers, {first:?} {second:?}"), get(REMOTE))
                .ok(&[&first, &second])
                .sends(&["GET"])
                .fails("allow-origin-mismatch"),
        );
    }
    for listed in [
        ["\"\"", "http://example.com", PAGE],
        ["\"\"", "http://example.com", "*"],
        ["\"\"", PAGE, PAGE],
        ["*", "http://example.com", "*"],
        ["*", "http://example.com", PAGE],
        ["", "http://example.com", "https://example2.com"],
    ] {
        let lines = listed.map(|it| format!("Access-Control-Allow-Origin: {it}"));
        table.push(
            case("fetch/api/cors/cors-multiple-origins", format!("{listed:?}"), get(PORT))
                .ok(&lines.each_ref().map(String::as_str))
                .sends(&["GET"])
                .fails("allow-origin-mismatch"),
        );
    }
    table
}

fn other_origins() -> Vec<Case> {
    let mut table = Vec::new();
    for url in [PORT, HTTPS, REMOTE, REMOTE_PORT, REMOTE_HTTPS] {
        let own = format!("Access-Control-Allow-Origin: {url}");
        let row =
            |wpt, what: &str, fetch| case(wpt, format!("{url} {what}"), fetch).sends(&["GET"]);
        let basic = "fetch/api/cors/cors-basic";
        let origin = "fetch/api/cors/cors-origin";
        table.extend([
            row(basic, "in mode no-cors", no_cors(url)).ok(&[STAR]).opaque(),
            row(basic, "forbids", get(url)).ok(&[]).fails("allow-origin-missing"),
            row(basic, "allows", get(url)).ok(&[STAR]).readable(200),
            row(origin, "allows the page", get(url)).ok(&[ECHO]).readable(200),
            row(origin, "allows itself", get(url)).ok(&[&own]).fails("allow-origin-mismatch"),
            row("cors/basic.htm", "answers none", get(url))
                .ok(&["Access-Control-Allow-Origin: none"])
                .fails("allow-origin-mismatch"),
            row("fetch/api/cors/cors-no-preflight", "GET", get(url)).ok(&[STAR]).readable(200),
        ]);
    }
    for method in ["POST", "HEAD"] {
        let row = |what| {
            case("fetch/api/cors/cors-origin", format!("{method} {what}"), fetch(REMOTE, method))
                .sends(&[method])
        };
        table.extend([
            row("allowed").ok(&[ECHO]).readable(200),
            row("not allowed")
                .ok(&["Access-Control-Allow-Origin: http://www1.web.test"])
                .fails("allow-origin-mismatch"),
        ]);
    }
    for answer in [&["Access-Control-Allow-Origin: none"][..], &[]] {
        table.push(
            case("cors/basic.htm", format!("same origin, {answer:?}"), get(PAGE))
                .ok(answer)
                .sends(&["GET"])
                .origins(&[None])
                .readable(200),
        );
    }
    let remote_page = |method: &str| Fetch::new(REMOTE, format!("{PAGE}/")).method(method);
    for allowed in ["*", REMOTE, " http://www1.web.test   \t "] {
        let line = format!("Access-Control-Allow-Origin: {allowed}");
        table.push(
            case("cors/remote-origin.htm", format!("allows {allowed:?}"), remote_page("GET"))
                .ok(&[&line])
                .sends(&["GET"])
                .origins(&[Some(REMOTE)])
                .readable(200),
        );
    }
    for allowed in [PAGE, "HTTP://www1.web.test", "http://WWW1.WEB.TEST", "www1.web.test", "null"] {
        let line = format!("Access-Control-Allow-Origin: {allowed}");
        table.push(
            case("cors/remote-origin.htm", format!("not {allowed:?}"), remote_page("GET"))
                .ok(&[&line])
                .sends(&["GET"])
                .fails("allow-origin-mismatch"),
        );
    }
    table
}

/// Pages whose origin is `null`.
fn opaque_pages() -> Vec<Case> {
    let row = |wpt, what: &str| {
        let fetch = Fetch::new("null", format!("{PAGE}/"));
        case(wpt, what, fetch).sends(&["GET"]).origins(&[Some("null")])
    };
    vec![
        row("fetch/api/cors/data-url-iframe.html", "no CORS").ok(&[]).fails("allow-origin-missing"),
        row("fetch/api/cors/data-url-iframe.html", "null allowed").ok(&[NULL]).readable(200),
        row("xhr/access-control-sandboxed-iframe-allow.htm", "star")
            .ok(&[STAR, CREDENTIALS])
            .readable(200),
        row("xhr/access-control-sandboxed-iframe-allow-origin-null.htm", "null with credentials")
            .ok(&[NULL, CREDENTIALS])
            .readable(200),
        row("xhr/access-control-sandboxed-iframe-denied.htm", "no CORS")
            .ok(&[])
            .fails("allow-origin-missing"),
        row("xhr/access-control-sandboxed-iframe-denied-without-wildcard.htm", "the outer page")
            .ok(&[ECHO, CREDENTIALS])
            .fails("allow-origin-mismatch"),
    ]
}

fn credentials() -> Vec<Case> {
    let flag = "cors/credentials-flag.htm";
    let cookies = "fetch/api/cors/cors-cookies";
    let row = |wpt, what: &str, fetch, sent| {
        case(wpt, what, fetch)
            .ok(&[ECHO, CREDENTIALS])
            .sends(&["GET"])
            .credentials(&[sent])
            .readable(200)
    };
    let mut table = vec![
        row(flag, "no cookie by default", get(REMOTE), false),
        row(flag, "a cookie with credentials", with_credentials(get(REMOTE)), true),
        row(cookies, "omit, own origin", get(PAGE).credentials(CredentialsMode::Omit), false),
        row(cookies, "include, remote", with_credentials(get(REMOTE)), true),
        row(cookies, "include, own origin", with_credentials(get(PAGE)), true),
        row(cookies, "same-origin, remote", get(REMOTE), false),
    ];
    for value in ["TRUE", "True", "\"true\"", "false", "1", "0"] {
        let line = format!("Access-Control-Allow-Credentials: {value}");
        table.push(
            case(flag, format!("does not allow by {value}"), with_credentials(get(REMOTE)))
                .ok(&[ECHO, &line])
                .sends(&["GET"])
                .fails("allow-credentials"),
        );
    }
    let file = "service-workers/service-worker/fetch-cors-xhr.https.html";
    let row = |what| case(file, what, with_credentials(get(REMOTE))).sends(&["GET"]);
    table.extend([
        row("no CORS").ok(&[]).fails("allow-origin-missing"),
        row("origin only").ok(&[ECHO]).fails("allow-credentials"),
        row("both").ok(&[ECHO, CREDENTIALS]).readable(200),
        case(file, "401 without credentials", get(REMOTE))
            .answer(401, &[ECHO])
            .sends(&["GET"])
            .readable(401),
    ]);
    table
}

/// Any status can be read, if the page is allowed.
fn statuses() -> Vec<Case> {
    let shown = "Access-Control-Expose-Headers: X-Request-Method";
    let mut table = vec![
        case("cors/status.htm", "not allowed, 400", get(REMOTE))
            .answer(400, &["Access-Control-Allow-Origin: none"])
            .sends(&["GET"])
            .fails("allow-origin-mismatch"),
        case("cors/status.htm", "allowed, 400", get(REMOTE))
            .answer(400, &[ECHO])
            .sends(&["GET"])
            .readable(400),
    ];
    for (method, status) in [
        ("GET", 200),
        ("GET", 201),
        ("GET", 202),
        ("GET", 203),
        ("GET", 204),
        ("GET", 205),
        ("GET", 206),
        ("GET", 209),
        ("GET", 299),
        ("POST", 200),
        ("HEAD", 200),
        ("GET", 400),
        ("HEAD", 401),
        ("POST", 404),
        ("POST", 500),
    ] {
        let saw = format!("X-Request-Method: {method}");
        table.push(
            case("cors/status-async.htm", format!("{method} {status}"), fetch(REMOTE, method))
                .answer(status, &[ECHO, shown, &saw, "X-A-C-Request-Method: "])
                .sends(&[method])
                .sees("x-request-method", method)
                .hides(&["x-a-c-request-method"])
                .readable(status),
        );
    }
    table
}

/// `Access-Control-Expose-Headers`.
fn exposed() -> Vec<Case> {
    let mut table = Vec::new();
    for (lines, exposed) in [
        (&["access-control-expose-headers: BB-8"][..], true),
        (&["Access-Control-Expose-Headers: bb-8,,@#$#%%&^&^*()()11!"], false),
        (&["Access-Control-Expose-Headers: bb-8, no no"], false),
        (&["Access-Control-Expose-Headers: @#$#%%&^&^*()()11!,bb-8"], false),
        (&["Access-Control-Expose-Headers: bb-8", "Access-Control-Expose-Headers: no"], true),
        (&["Access-Control-Expose-Headers: bb-8", "Access-Control-Expose-Headers: no no"], false),
        (&["Access-Control-Expose-Headers: no", "Access-Control-Expose-Headers: bb-8"], true),
        (&["Access-Control-Expose-Headers:", "Access-Control-Expose-Headers: bb-8"], true),
        (&["Access-Control-Expose-Headers: ,bb-8"], true),
        (&["Access-Control-Expose-Headers: 'bb-8'"], false),
        (&["Access-Control-Expose-Headers: 'bb-8',bb-8"], true),
        (&["Access-Control-Expose-Headers: \"bb-8\",bb-8"], false),
    ] {
        let file = "cors/access-control-expose-headers-parsing.window.js";
        let row = case(file, format!("{lines:?}"), get("http://xn--lve-6lad.web.test"))
            .answer(221, &[&[STAR, "BB-8: hey", "Content-Language: mkay"], lines].concat())
            .sends(&["GET"])
            .sees("content-language", "mkay")
            .readable(221);
        table.push(if exposed { row.sees("bb-8", "hey") } else { row.hides(&["bb-8"]) });
    }
    let star = "fetch/api/cors/cors-expose-star";
    let shared = ["Content-Type: text/plain", "Test: X", "Set-Cookie: X", "*: whoa"];
    let answer = |lines: &[&'static str]| [&shared[..], lines].concat();
    table.extend([
        case(star, "shows all without credentials", get(PORT))
            .ok(&answer(&[STAR, "Access-Control-Expose-Headers: *"]))
            .sends(&["GET"])
            .sees("test", "X")
            .hides(&["set-cookie"])
            .sees("*", "whoa")
            .readable(200),
        case(star, "is a name with credentials", with_credentials(get(PORT)))
            .ok(&answer(&[ECHO, CREDENTIALS, "Access-Control-Expose-Headers: *"]))
            .sends(&["GET"])
            .sees("content-type", "text/plain")
            .hides(&["test", "set-cookie"])
            .sees("*", "whoa")
            .readable(200),
        case(star, "is one of several", get(PORT))
            .ok(&answer(&[STAR, "Access-Control-Expose-Headers: set-cookie,*"]))
            .sends(&["GET"])
            .sees("test", "X")
            .hides(&["set-cookie"])
            .sees("*", "whoa")
            .readable(200),
        case("xhr/access-control-response-with-exposed-headers.htm", "x-Foo", get(REMOTE))
            .ok(&[STAR, "X-foo: BAR", "x-test: TEST", "Access-Control-Expose-Headers: x-Foo"])
            .sends(&["GET"])
            .sees("x-foo", "BAR")
            .hides(&["x-test"])
            .readable(200),
        case("cors/response-headers.htm", "all at once", get(REMOTE))
            .ok(&[
                STAR,
                "Access-Control-Expose-Headers: X-Custom-Header, X-Custom-Header-Empty, \
                 X-Custom-Header-Comma, X-Custom-Header-Bytes",
                "Access-Control-Expose-Headers: X-Second-Expose",
                "Access-Control-Expose-Headers: Date",
                "X-Custom-Header: test",
                "Set-Cookie: test1=t1;max-age=2",
                "Set-Cookie2: test2=t2;Max-Age=2",
                "X-Custom-Header-Empty: ",
                "X-Custom-Header-Comma: 1",
                "X-Custom-Header-Comma: 2",
                "X-Custom-Header-Bytes: \u{2026}",
                "X-Nonexposed: unicorn",
                "X-Second-Expose: flyingpig",
                "Cache-Control: no-cache",
                "Content-Language: nn",
                "Expires: Thu, 01 Dec 1994 16:00:00 GMT",
                "Last-Modified: Thu, 01 Dec 1994 10:00:00 GMT",
                "Pragma: no-cache",
                "Server: x",
                "X-Powered-By: x",
                "Date: Wed, 22 Oct 2013 10:00:00 GMT",
            ])
            .sends(&["GET"])
            .sees("x-custom-header", "test")
            .sees("x-custom-header-empty", "")
            .sees("x-custom-header-comma", "1, 2")
            .sees("x-custom-header-bytes", "\u{2026}")
            .sees("x-second-expose", "flyingpig")
            .sees("date", "Wed, 22 Oct 2013 10:00:00 GMT")
            .sees("cache-control", "no-cache")
            .sees("content-language", "nn")
            .sees("expires", "Thu, 01 Dec 1994 16:00:00 GMT")
            .sees("last-modified", "Thu, 01 Dec 1994 10:00:00 GMT")
            .sees("pragma", "no-cache")
            .hides(&["set-cookie", "set-cookie2", "x-non-existent-header", "x-nonexposed"])
            .hides(&["server", "x-powered-by"])
            .readable(200),
    ]);
    table
}

fn safelisted_response_headers() -> Vec<Case> {
    let file = "fetch/api/cors/cors-filtering";
    let mut table = Vec::new();
    for (name, value, shown) in [
        ("cache-control", "no-cache", true),
        ("content-language", "fr", true),
        ("content-type", "text/html", true),
        ("expires", "04 May 1988 22:22:22 GMT", true),
        ("last-modified", "04 May 1988 22:22:22 GMT", true),
        ("pragma", "no-cache", true),
        ("content-length", "3", true),
        ("age", "27", false),
        ("server", "wptServe", false),
        ("warning", "Mind the gap", false),
        ("set-cookie", "name=value", false),
        ("set-cookie2", "name=value", false),
    ] {
        let line = format!("{name}: {value}");
        let row = case(file, name, get(PORT)).ok(&[STAR, &line]).sends(&["GET"]).readable(200);
        table.push(if shown { row.sees(name, value) } else { row.hides(&[name]) });
    }
    let omit = || get(PORT).credentials(CredentialsMode::Omit);
    for (fetch, name, value, shown) in [
        (omit(), "age", "27", true),
        (omit(), "server", "wptServe", true),
        (omit(), "warning", "Mind the gap", true),
        (omit(), "set-cookie", "name=value", false),
        (omit(), "set-cookie2", "name=value", false),
        (with_credentials(get(PORT)), "set-cookie", "name=value", false),
        (with_credentials(get(PORT)), "set-cookie2", "name=value", false),
    ] {
        let [line, expose] =
            [format!("{name}: {value}"), format!("Access-Control-Expose-Headers: {name}")];
        let what = format!("{name} exposed, credentials {}", fetch.credentials.as_str());
        let row = case(file, what, fetch)
            .ok(&[ECHO, CREDENTIALS, &line, &expose])
            .sends(&["GET"])
            .readable(200);
        table.push(if shown { row.sees(name, value) } else { row.hides(&[name]) });
    }
    table
}

/// Modes `no-cors` and `same-origin`.
fn modes() -> Vec<Case> {
    let filtered = "x-is-filtered: value";
    let same = |origin: &str| get(origin).mode(Mode::SameOrigin);
    let mut table = vec![
        case("fetch/api/basic/mode-no-cors", "own origin", no_cors(PAGE))
            .ok(&[filtered])
            .sends(&["GET"])
            .sees("x-is-filtered", "value")
            .readable(200),
        case("fetch/api/basic/mode-same-origin", "own origin", same(PAGE))
            .ok(&[])
            .sends(&["GET"])
            .readable(200),
        case("fetch/api/basic/mode-same-origin", "redirect within", same(PAGE))
            .to(302, "/top.txt", &[])
            .ok(&[])
            .sends(&["GET", "GET"])
            .readable(200),
    ];
    for url in [HTTPS, PORT] {
        table.push(
            case("fetch/api/basic/mode-no-cors", url, no_cors(url))
                .ok(&[filtered])
                .sends(&["GET"])
                .hides(&["x-is-filtered"])
                .opaque(),
        );
    }
    for url in [HTTPS, REMOTE] {
        let file = "fetch/api/basic/mode-same-origin";
        table.extend([
            case(file, url, same(url)).sends(&[]).fails("same-origin-mode"),
            case(file, format!("redirect to {url}"), same(PAGE))
                .to(302, url, &[])
                .sends(&["GET"])
                .fails("same-origin-mode"),
        ]);
    }
    table
}

/// `Cross-Origin-Resource-Policy`.
fn resource_policy() -> Vec<Case> {
    const SAME_ORIGIN: &str = "Cross-Origin-Resource-Policy: same-origin";
    const SAME_SITE: &str = "Cross-Origin-Resource-Policy: same-site";
    let file = "fetch/cross-origin-resource-policy/fetch.any.js";
    let mut table = Vec::new();
    for (url, policy, blocked) in [
        (OTHER_SITE, SAME_ORIGIN, true),
        (OTHER_SITE, SAME_SITE, true),
        // In this direction, a site with TLS is not the same as one without.
        (HTTPS, SAME_SITE, true),
        (HTTPS, SAME_ORIGIN, true),
        (PORT, SAME_SITE, false),
        (PORT, SAME_ORIGIN, true),
    ] {
        let row = case(file, format!("no-cors {url} {policy}"), no_cors(url));
        let row = row.ok(&[policy]).sends(&["GET"]);
        table.push(if blocked { row.fails("resource-policy") } else { row.opaque() });
    }
    for policy in [SAME_ORIGIN, SAME_SITE] {
        let row = |url| case(file, format!("cors {url} {policy}"), get(url)).sends(&["GET"]);
        table.extend([
            row(PAGE).ok(&[policy]).readable(200),
            row(OTHER_SITE).ok(&[policy, STAR]).readable(200),
        ]);
    }
    table.extend([
        case(file, "after a redirect", no_cors(PAGE))
            .to(302, OTHER_SITE, &[])
            .ok(&[SAME_ORIGIN])
            .sends(&["GET", "GET"])
            .fails("resource-policy"),
        case(file, "after a redirect back", no_cors(OTHER_SITE))
            .to(302, PAGE, &[])
            .ok(&[SAME_ORIGIN])
            .sends(&["GET", "GET"])
            .opaque(),
        case(file, "of the redirect itself", no_cors(OTHER_SITE))
            .to(302, PAGE, &[SAME_ORIGIN])
            .sends(&["GET"])
            .fails("resource-policy"),
    ]);
    for value in [
        "same",
        "same, same-origin",
        "SAME-ORIGIN",
        "Same-Origin",
        "same-origin, <>",
        "same-origin, same-origin",
        "https://www.example.com",
    ] {
        let line = format!("Cross-Origin-Resource-Policy: {value}");
        table.push(
            case("fetch/cross-origin-resource-policy/syntax.any.js", value, no_cors(REMOTE))
                .ok(&[&line])
                .sends(&["GET"])
                .opaque(),
        );
    }
    table
}

/// Requests that are not sent.
fn ports_schemes_methods() -> Vec<Case> {
    const BAD: [u16; 83] = [
        0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95,
        101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179,
        389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601,
        636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566,
        6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
    ];
    let file = "fetch/api/request/request-bad-port.any.js";
    let port = |port: u16| no_cors(&format!("http://bad-port.wpt:{port}"));
    let mut table = vec![case(file, "good", port(30303)).ok(&[]).sends(&["GET"]).opaque()];
    table.extend(BAD.map(|bad| case(file, bad.to_string(), port(bad)).fails("bad-port")));
    for scheme in [
        "aaa", "cap", "cid", "dav", "dict", "dns", "geo", "im", "imap", "ipp", "ldap", "mailto",
        "nfs", "pop", "rtsp", "snmp",
    ] {
        let fetch = Fetch::new(PAGE, format!("{scheme}://web.test:80/"));
        table.push(case("fetch/api/basic/scheme-others", scheme, fetch).fails("url-scheme"));
    }
    for method in ["CONNECT", "TRACE", "TRACK", "connect", "trace", "track"] {
        let file = "fetch/api/request/forbidden-method.any.js";
        table.push(case(file, method, fetch(PAGE, method)).fails("request-method"));
    }
    table
}

/// The headers of requests to the page's own origin.
fn request_headers() -> Vec<Case> {
    let file = "fetch/api/basic/request-headers";
    let mut table = Vec::new();
    for (method, mode, body, origin, content_type) in [
        ("GET", Mode::Cors, Body::None, None, None),
        ("HEAD", Mode::Cors, Body::None, None, None),
        ("POST", Mode::Cors, Body::None, Some(PAGE), None),
        ("PUT", Mode::Cors, Body::Text, Some(PAGE), Some("text/plain;charset=UTF-8")),
        ("POST", Mode::Cors, Body::Text, Some(PAGE), Some("text/plain;charset=UTF-8")),
        ("POST", Mode::Cors, Body::Bytes, Some(PAGE), None),
        ("Chicken", Mode::Cors, Body::Text, Some(PAGE), Some("text/plain;charset=UTF-8")),
        ("TacO", Mode::Cors, Body::None, Some(PAGE), None),
        ("TacO", Mode::SameOrigin, Body::None, Some(PAGE), None),
        ("PUT", Mode::SameOrigin, Body::None, Some(PAGE), None),
        ("POST", Mode::SameOrigin, Body::None, Some(PAGE), None),
        ("POST", Mode::NoCors, Body::None, Some(PAGE), None),
    ] {
        let what = format!("{method} {} {body:?}", mode.as_str());
        table.push(
            case(file, what, fetch(PAGE, method).mode(mode).body(body))
                .ok(&[])
                .sends(&[method])
                .origins(&[origin])
                .carries(0, "content-type", content_type)
                .readable(200),
        );
    }
    let file = "fetch/api/basic/request-forbidden-headers";
    let sent = |name: &'static str, value: &str, carried: Option<&str>| {
        case(file, format!("{name}: {value}"), get(PAGE).header(name, value))
            .ok(&[])
            .sends(&["GET"])
            .carries(0, name, carried)
            .readable(200)
    };
    for (name, value) in [
        ("accept-charset", "utf-8"),
        ("access-control-request-headers", ""),
        ("access-control-request-method", ""),
        ("connection", "close"),
        ("content-length", "42"),
        ("cookie", "cookie=none"),
        ("cookie2", "cookie2=none"),
        ("date", "Wed, 04 May 1988 22:22:22 GMT"),
        ("dnt", "4"),
        ("expect", "100-continue"),
        ("keep-alive", "timeout=15"),
        ("origin", "http://wrong-origin.com"),
        ("referer", "http://wrong-referer.com"),
        ("te", "trailers"),
        ("trailer", "Accept"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "HTTP/2.0"),
        ("via", "1.1 nowhere.com"),
        ("proxy-", "value"),
        ("proxy-test", "value"),
        ("sec-", "value"),
        ("sec-test", "value"),
    ] {
        table.push(sent(name, value, None));
    }
    for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
        let forbidden =
            ["TRACE", "TRACK", "CONNECT", "trace", "track", "connect", "trace,", "GET,track "];
        table.extend(forbidden.map(|value| sent(name, value, None)));
        table.push(sent(name, " connect", None));
        let permitted = ["GETTRACE", "GET", "\",TRACE\","];
        table.extend(permitted.map(|value| sent(name, value, Some(value))));
    }
    table.push(
        case(
            "fetch/api/basic/request-forbidden-headers",
            "host",
            get(PAGE).header("Host", "wrong"),
        )
        .ok(&[])
        .sends(&["GET"])
        .carries(0, "host", Some("web.test"))
        .readable(200),
    );
    table
}
