//! Servers without a fault: ours under policies of every kind, and models of others.

use cors_core::Policy;
use cors_core::browser::serve;
use http::{Method, Request, Response};

use super::*;

fn assert_right(name: &str, allow: &[&str], server: impl Fn(&Request<()>) -> Response<()>) {
    for allow in [allow, &[]] {
        let found = run(&target(URL, allow), &server);
        assert!(found.passes(), "{name}: {}", found.to_text());
        // Guesses that a subdomain may read are notes.
        let is_right = |id: &Id| *id == Id::Public || *id == Id::AnySubdomain && allow.is_empty();
        assert!(ids(&found).iter().all(is_right), "{name}: {}", found.to_text());
        let no_base = |says: &String| says.contains("name one with --allow");
        assert!(found.untried.iter().all(|says| allow.is_empty() && no_base(says)), "{name}");
    }
}

#[test]
fn ours() {
    let policies: &[(&str, &[&str])] = &[
        ("allow_origins = '*'", &[APP]),
        (
            "allow_origins = '*'\nallow_methods = '*'\nallow_headers = '*'\nexpose_headers = '*'",
            &[],
        ),
        ("allow_origins = ['https://app.example.com']", &[APP]),
        ("allow_origins = ['https://app.example.com']\nallow_credentials = true", &[APP]),
        (
            "allow_origins = ['https://app.example.com', 'https://b.test']\nallow_credentials = true",
            &[APP, "https://b.test"],
        ),
        (
            "allow_origins = ['https://*.example.com']\nallow_methods = ['PUT']",
            &["https://*.example.com"],
        ),
        ("allow_origins = ['http://localhost:*']", &["http://localhost:*"]),
        (
            "allow_origins = [{ regex = 'https://[a-z-]+\\.app\\.test' }]\nallow_credentials = true",
            &["https://*.app.test"],
        ),
        ("allow_origins = ['https://app.example.com']\ndisallowed_origin = 'forbid'", &[APP]),
        (
            "allow_origins = ['https://app.example.com', 'https://b.test']\nrefused_preflight = 'conceal'",
            &[APP],
        ),
        (
            "allow_origins = ['https://app.example.com', 'https://b.test']\npreflight_status = 200\nmax_age = 600",
            &[APP],
        ),
        (
            "allow_origins = ['https://app.example.com']\nallow_methods = '*'\nallow_headers = '*'\nallow_credentials = true",
            &[APP],
        ),
        ("allow_origins = ['moz-extension://*']", &["moz-extension://*"]),
    ];
    for (text, allow) in policies {
        let policy = Policy::from_toml(text).unwrap();
        assert_right(text, allow, |request| serve(&policy, request, handler));
    }
}

/// tower-http's `CorsLayer` with a list: it answers every OPTIONS, and always writes `Vary`.
#[test]
fn tower_http() {
    assert_right("tower-http", &[APP], |request| {
        let vary =
            ("vary", "origin, access-control-request-method, access-control-request-headers");
        let response = match *request.method() {
            Method::OPTIONS => answer(200, &[METHODS, HEADERS]),
            _ => handler(request),
        };
        let lines = [(ALLOW, APP), CREDENTIALS];
        add(add(response, &[vary]), if origin(request) == APP { &lines } else { &[] })
    });
}

/// actix-cors: 400 without headers to what is refused.
#[test]
fn actix_cors() {
    assert_right("actix-cors", &[APP], |request| {
        let vary =
            ("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
        let method = request.headers().get("access-control-request-method");
        let is_refused = method.is_some_and(|method| method != "GET") || origin(request) != APP;
        if is_preflight(request) && is_refused {
            return answer(400, &[]);
        }
        let response =
            if is_preflight(request) { answer(200, &[METHODS]) } else { handler(request) };
        match origin(request) {
            APP => add(response, &[(ALLOW, APP), CREDENTIALS, vary]),
            _ => add(response, &[vary]),
        }
    });
}

/// warp: 403 to what is refused, with `recover` inside and `Vary` by the handler.
#[test]
fn warp() {
    assert_right("warp", &[APP], |request| match (origin(request), is_preflight(request)) {
        ("", _) => add(handler(request), &[VARY]),
        (APP, true) => answer(200, &[(ALLOW, APP), METHODS]),
        (APP, false) => add(handler(request), &[(ALLOW, APP), VARY]),
        _ => answer(403, &[]),
    });
}

/// Express `cors` with a list: every OPTIONS is a preflight, and `Vary` is always there.
#[test]
fn express() {
    assert_right("cors", &[APP, "https://b.test"], |request| {
        let response = match *request.method() {
            Method::OPTIONS => answer(204, &[METHODS]),
            _ => handler(request),
        };
        let lines = [(ALLOW, origin(request)), CREDENTIALS];
        let is_listed = [APP, "https://b.test"].contains(&origin(request));
        add(add(response, &[VARY]), if is_listed { &lines } else { &lines[1..] })
    });
    assert_right("cors, one origin", &[APP], |request| {
        let response = match *request.method() {
            Method::OPTIONS => answer(204, &[METHODS]),
            _ => handler(request),
        };
        add(response, &[(ALLOW, APP), VARY])
    });
    assert_right("cors()", &[], |request| {
        let response = match *request.method() {
            Method::OPTIONS => answer(204, &[METHODS]),
            _ => handler(request),
        };
        add(response, &[(ALLOW, "*")])
    });
}

/// Starlette: nothing without `Origin`, `Vary` only beside the origin, 400 to what is refused.
#[test]
fn starlette() {
    let preflight = |request: &Request<()>| {
        let method = request.headers().get("access-control-request-method");
        match method.is_some_and(|method| method == "GET") {
            true => 200,
            false => 400,
        }
    };
    assert_right("Starlette", &[APP], |request| match (origin(request), is_preflight(request)) {
        ("", _) => handler(request),
        (APP, true) => answer(preflight(request), &[(ALLOW, APP), CREDENTIALS, METHODS, VARY]),
        (APP, false) => add(handler(request), &[(ALLOW, APP), CREDENTIALS, VARY]),
        (_, true) => answer(400, &[VARY]),
        (_, false) => add(handler(request), &[CREDENTIALS]),
    });
    assert_right("Starlette, public", &[], |request| {
        match (origin(request), is_preflight(request)) {
            ("", _) => handler(request),
            (_, true) => answer(preflight(request), &[(ALLOW, "*"), METHODS]),
            (_, false) => add(handler(request), &[(ALLOW, "*")]),
        }
    });
}

/// Another application, without CORS, has all other paths.
#[test]
fn beside_another_application() {
    let api = |request: &Request<()>, lines: &[(&'static str, &str)]| {
        let response = match is_preflight(request) {
            true => answer(204, &[METHODS]),
            false => answer(if request.uri().path() == "/items" { 200 } else { 404 }, &[]),
        };
        add(response, lines)
    };
    let is_listed = |request: &Request<()>| origin(request) == APP;
    let lines = |request: &Request<()>| {
        if is_listed(request) { vec![(ALLOW, APP), VARY] } else { vec![VARY] }
    };
    assert_right("/items/* has CORS", &[APP], |request| {
        match request.uri().path().starts_with("/items") {
            true => api(request, &lines(request)),
            false => answer(404, &[]),
        }
    });
    assert_right("/items/* is always there", &[APP], |request| {
        match request.uri().path().starts_with("/items") {
            true => add(answer(200, &[METHODS]), &lines(request)),
            false => answer(404, &[]),
        }
    });
    assert_right("location /items, public", &[], |request| {
        match request.uri().path().starts_with("/items") {
            true => add(answer(200, &[METHODS]), &[(ALLOW, "*")]),
            false => answer(404, &[]),
        }
    });
}

#[test]
fn without_cors() {
    let found = run(&target(URL, &[]), handler);
    assert!(found.passes() && found.findings.is_empty());
}
