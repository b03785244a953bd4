//! A policy per request: by host, by path, by a declared header. What the selector may look at is
//! in the cache's key: the URL, or a header that `Vary` names.

use cors_core::Policy;

use super::app::{App, passed_on, rejected};
use crate::{APP, Adapter, BARE, Counter, EVIL, Request, Row, cors, get, only, preflight, request};

const A: &str = "https://a.example";
const B: &str = "https://b.example";
const READ_BY_A: &[&str] = &["access-control-allow-origin: https://a.example"];
const READ_BY_B: &[&str] = &["access-control-allow-origin: https://b.example"];
const OWN: &[&str] = &["access-control-allow-origin: https://handler.example", "vary: accept"];
const VARY: &[&str] = &["vary: x-tenant"];

/// A policy whose answers are constant: so whatever is in `Vary` is the selector's.
fn constant(origin: &str) -> Policy {
    only(&[origin])
}

pub(crate) fn by_host<T: Adapter>() {
    let (a, b) = (constant(A), constant(B));
    let app = App::select::<T>(&[], move |seen| match seen.authority? {
        "a.test" => Some(a.clone()),
        "b.test:8443" => Some(b.clone()),
        _ => None,
    });
    let sent = |uri, headers: &[(&str, &str)]| request("GET", uri, headers).with("origin", A);
    let host = |host| sent("/item", &[("host", host)]);
    let forwarded = [("forwarded", "host=a.test"), ("x-forwarded-host", "a.test")];
    app.check([
        ("Host", host("a.test"), 200, READ_BY_A),
        ("Host with a port", host("b.test:8443"), 200, READ_BY_B),
        (":authority", sent("http://a.test/item", &[("host", "a.test")]), 200, READ_BY_A),
        ("another port", host("b.test"), 200, BARE),
        ("a longer host", host("a.test.evil.test"), 200, BARE),
        ("what anyone may send", sent("/item", &forwarded), 200, BARE),
    ]);
    let twice = sent("/item", &[("host", "a.test"), ("host", "a.test")]);
    let rows: [Row<'_>; 3] = [
        (":authority alone", sent("http://a.test/item", &[]).without("host"), 200, READ_BY_A),
        ("no host", sent("/item", &[]).without("host"), 200, BARE),
        ("two hosts", twice, 200, BARE),
    ];
    app.check(rows.map(|row| passed_on::<T>(row)));
}

pub(crate) fn by_path_query_and_method<T: Adapter>() {
    let (a, b) = (constant(A), constant(B));
    let app = App::select::<T>(&[], move |seen| match (seen.path, seen.query) {
        _ if seen.method == "DELETE" => None,
        ("/own-vary", None) | ("/item", Some("a=%20&b")) => Some(a.clone()),
        _ => Some(b.clone()),
    });
    let merged = [READ_BY_A, &["vary: accept"]].concat();
    app.check([
        ("one", get("/item", B), 200, READ_BY_B),
        ("the other, merged with the handler's", get("/own-vary", B), 200, &merged),
        ("by query", get("/item?a=%20&b", B), 200, READ_BY_A),
        ("by method", request("DELETE", "/item", &[("origin", A)]), 200, BARE),
        ("404", get("/none", B), 404, rejected::<T>(READ_BY_B)),
        ("an error", get("/error", B), 500, READ_BY_B),
        ("an inner error", get("/middleware-error", B), 400, READ_BY_B),
    ]);
    let answer = app.send(preflight("/own-vary", A, "PUT"));
    assert_eq!(answer.header("access-control-allow-origin"), Some(A));
}

/// A preflight is under the policy of the request that follows it, and `Vary` says so.
pub(crate) fn by_requested_method<T: Adapter>() {
    let (public, site) = (Policy::public(), only(&[A]));
    let app = App::select::<T>(&[], move |seen| {
        if seen.path == "/echo" {
            return Some(public.clone()); // without a look
        }
        match &*(seen.requested_method)() {
            "PUT" => Some(site.clone()),
            "DELETE" | "OPTIONS" | "" => None,
            _ => Some(public.clone()),
        }
    });
    let star = "access-control-allow-origin: *";
    let methods = "access-control-allow-methods: GET, HEAD, POST";
    let vary = &["vary: origin, access-control-request-method"][..];
    let sent = |method| request(method, "/item", &[("origin", B)]);
    let asks = |method| preflight("/item", B, method);
    let public = [methods, star, vary[0]];
    let site = [methods, READ_BY_A[0], vary[0]];
    app.check([
        ("GET", sent("GET"), 200, &[star][..]),
        ("PUT", sent("PUT"), 200, READ_BY_A),
        ("DELETE", sent("DELETE"), 200, BARE),
        ("OPTIONS", sent("OPTIONS"), 200, vary),
        ("a preflight for GET", asks("GET"), 204, &public),
        ("for PUT from elsewhere", asks("PUT"), 403, vary),
        ("for PUT", preflight("/item", A, "PUT"), 204, &site),
        ("for DELETE goes through", asks("DELETE"), 200, vary),
        ("for no method", asks(""), 200, vary),
        ("for two", asks("PUT").with("access-control-request-method", "GET"), 200, vary),
        ("for what is not a token", asks("P UT"), 200, vary),
        ("no Origin, so no preflight", asks("PUT").without("origin"), 200, vary),
        ("no look", preflight("/echo", B, "GET"), 204, &public),
    ]);
}

pub(crate) fn by_a_declared_header<T: Adapter>() {
    let (a, b) = (constant(A), only(&[B, "https://c.example"]));
    let app = App::select::<T>(&["x-tenant"], move |seen| match &*(seen.header)("X-Tenant")? {
        "a" => Some(a.clone()),
        "b" => Some(b.clone()),
        _ => None,
    });
    let tenant = |uri, origin, tenant| get(uri, origin).with("x-tenant", tenant);
    let options = |tenant| preflight("/item", B, "GET").with("x-tenant", tenant);
    let vary_both = ["vary: origin, x-tenant"];
    let one_of_several = [READ_BY_B, &vary_both].concat();
    let one = [READ_BY_A, VARY].concat();
    let own = [OWN[0], "vary: accept, x-tenant"];
    let answered = [
        "access-control-allow-methods: GET, HEAD, POST",
        READ_BY_B[0],
        "vary: origin, access-control-request-method, x-tenant",
    ];
    let not_cors = request("GET", "/item", &[("x-tenant", "b")]);
    app.check([
        ("a constant policy", tenant("/item", A, "a"), 200, &one[..]),
        ("one of several origins", tenant("/item", B, "b"), 200, &one_of_several),
        ("its other origins", tenant("/item", A, "b"), 200, &vary_both),
        ("not CORS", not_cors, 200, &vary_both),
        ("no policy for the value", tenant("/item", A, "c"), 200, VARY),
        ("no policy without the header", get("/item", A), 200, VARY),
        ("no policy: the handler's own stays", tenant("/own-vary", A, "c"), 200, &own),
        ("404", tenant("/none", A, "a"), 404, rejected::<T>(&one)),
        ("an error", tenant("/middleware-error", B, "b"), 400, &one_of_several),
        ("no policy: an error", tenant("/middleware-error", B, "c"), 400, VARY),
        ("preflight", options("b"), 204, &answered),
        ("no policy: a preflight goes through", options("c"), 200, VARY),
    ]);
}

pub(crate) fn a_name_is_not_repeated_in_vary<T: Adapter>() {
    let policy = only(&[A, B]);
    let names = ["accept", "origin", "x-tenant", "x-tenant"];
    let app = App::select::<T>(&names, move |seen| (seen.header)("origin").map(|_| policy.clone()));
    let wanted = [READ_BY_A, &["vary: origin, accept, x-tenant"]].concat();
    let handlers = [READ_BY_A, &["vary: accept, origin, x-tenant"]].concat();
    app.check([
        ("policy's and selector's", get("/item", A), 200, &wanted[..]),
        ("on an error", get("/middleware-error", A), 400, &wanted),
        ("handler's too", get("/own-vary", A), 200, &handlers),
    ]);
}

pub(crate) fn only_what_is_declared_is_seen<T: Adapter>() {
    let looks = Counter::default();
    let seen = looks.clone();
    let app = App::select::<T>(&["x-tenant"], move |head| {
        for name in ["cookie", "origin", "host", "x-tenan", "x-tenant2", "", "no token"] {
            assert_eq!((head.header)(name), None, "{name}");
            assert!((head.header_lines)(name).is_empty(), "{name}");
        }
        for name in ["x-tenant", "X-Tenant"] {
            assert_eq!((head.header)(name).unwrap(), "a", "the first line");
            assert_eq!((head.header_lines)(name), ["a", "b"]);
        }
        let printed = format!("{head:?}");
        assert!(printed.contains("version: HTTP/1.1"), "{printed}");
        assert!(!printed.contains("secret"), "no header's value is printed");
        seen.add();
        None
    });
    let request = get("/item", A)
        .with("cookie", "secret")
        .with("x-tenant", "a")
        .with("x-tenant", "b")
        .with("x-tenant2", "secret");
    app.check([("answered", request, 200, VARY)]);
    assert_eq!(looks.take(), 1, "once a request");
}

pub(crate) fn none_leaves_the_response_alone<T: Adapter>() {
    let app = App::select::<T>(&[], |_| None);
    app.check([
        ("the handler's own", get("/own-vary", APP), 200, OWN),
        ("elsewhere", get("/own-vary", EVIL), 200, OWN),
        ("nothing of the handler's", get("/item", APP), 200, BARE),
        ("an error", get("/error", APP), 500, BARE),
        ("an inner error", get("/middleware-error", APP), 400, BARE),
        ("404", get("/none", APP), 404, BARE),
    ]);
    let answer = app.send(preflight("/item", APP, "PUT"));
    assert_eq!(answer.body, b"handled", "the handler answers its own OPTIONS");
}

/// Soundness: requests that are alike in what `Vary` names get the same CORS headers.
pub(crate) fn vary_is_sound<T: Adapter>() {
    let policies = [constant(A), only(&[A, B])];
    let app = App::select::<T>(&["x-tenant"], move |seen| {
        let tenant: usize = (seen.header)("x-tenant")?.parse().ok()?;
        policies.get(tenant).cloned()
    });
    for uri in ["/item", "/middleware-error"] {
        let mut answers: Vec<(Request, Vec<String>)> = Vec::new();
        for tenant in [None, Some("0"), Some("1"), Some("2")] {
            for origin in [None, Some(A), Some(B), Some(EVIL)] {
                let tenant = tenant.map(|tenant| ("x-tenant", tenant));
                let origin = origin.map(|origin| ("origin", origin));
                let request =
                    request("GET", uri, &Vec::from_iter(tenant.into_iter().chain(origin)));
                answers.push((request.clone(), cors(&app.send(request))));
            }
        }
        let mut compared = 0;
        for (one, answer) in &answers {
            let vary = answer.iter().find_map(|line| line.strip_prefix("vary: ")).unwrap();
            let alike = |other: &Request| {
                vary.split(", ").all(|name| one.header(name) == other.header(name))
            };
            for (_, other) in answers.iter().filter(|(request, _)| alike(request)) {
                assert_eq!(answer, other, "{one:?}");
                compared += 1;
            }
        }
        assert!(compared > answers.len(), "some pairs are alike");
    }
}
