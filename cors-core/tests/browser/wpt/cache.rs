//! The CORS-preflight cache: one fetch after another.

use super::*;

#[test]
fn cache() {
    check(table());
}

pub(super) fn table() -> Vec<Case> {
    [max_ages(), names_and_methods(), tainted()].into_iter().flatten().collect()
}

const ALLOW_PRINT: &str = "Access-Control-Allow-Headers: x-print";
const ALLOW_TEST: &str = "Access-Control-Allow-Headers: x-test-header";
const ALLOW_POST: &str = "Access-Control-Allow-Methods: POST";
const ALLOW_PUT: &str = "Access-Control-Allow-Methods: PUT";
const LONG: &str = "Access-Control-Max-Age: 12000";

impl Case {
    /// The fetch sends a preflight and is allowed.
    fn preflights(self, preflight: &[&str], method: &'static str) -> Self {
        self.ok(preflight).ok(&[STAR]).sends(&["OPTIONS", method]).readable(200)
    }

    /// The fetch sends none.
    fn knows(self, method: &'static str) -> Self {
        self.ok(&[STAR]).sends(&[method]).readable(200)
    }
}

fn max_ages() -> Vec<Case> {
    let print = |value: &str| get(REMOTE).header("x-print", value);
    let row = |what: &str| case("cors/preflight-cache.htm", what, print("first"));
    let plain = [STAR, "Access-Control-Allow-Methods: GET", ALLOW_PRINT];
    let aged = |age| [&plain[..], &[age]].concat();
    let (blank, zero) = (aged("Access-Control-Max-Age: "), aged("Access-Control-Max-Age: 0"));
    let (minus, second) = (aged("Access-Control-Max-Age: -1"), aged("Access-Control-Max-Age: 1"));
    vec![
        row("a preflight").preflights(&plain, "GET"),
        row("no max-age").preflights(&plain, "GET").then(100, print("second")).knows("GET"),
        row("blank").preflights(&blank, "GET").then(100, print("second")).knows("GET"),
        row("0").preflights(&zero, "GET").then(100, print("second")).preflights(&zero, "GET"),
        row("-1")
            .preflights(&minus, "GET")
            .then(100, print("second"))
            .knows("GET")
            .differs("the standard treats an invalid max-age as 5 seconds"),
        row("1, and later")
            .preflights(&second, "GET")
            .then(500, print("second"))
            .knows("GET")
            .then(2000, print("third"))
            .preflights(&second, "GET"),
    ]
}

fn names_and_methods() -> Vec<Case> {
    let file = "fetch/api/cors/cors-preflight-cache";
    let post = || fetch(REMOTE, "POST");
    let put = || fetch(REMOTE, "PUT");
    let named = [STAR, ALLOW_POST, ALLOW_TEST, LONG];
    let any = [STAR, ALLOW_POST, "Access-Control-Allow-Headers: *", LONG];
    let put_once = |file, age| case(file, "PUT", put()).preflights(&[STAR, ALLOW_PUT, age], "PUT");
    let ten = "Access-Control-Max-Age: 10";
    let later = [
        STAR,
        "Access-Control-Allow-Methods: PUT, XMETHOD",
        "Access-Control-Allow-Headers: x-test",
    ];
    vec![
        case(file, "a header by name", post().header("x-test-header", "test1"))
            .preflights(&named, "POST")
            .then(100, post().header("x-test-header", "test2"))
            .knows("POST"),
        case(file, "star is not for authorization", post().header("x-test-header", "test1"))
            .preflights(&any, "POST")
            .then(100, post().header("authorization", "test2"))
            .ok(&any)
            .sends(&["OPTIONS"])
            .fails("preflight-authorization"),
        put_once("xhr/access-control-basic-allow-preflight-cache", ten)
            .then(100, put())
            .knows("PUT"),
        put_once(
            "xhr/access-control-basic-allow-preflight-cache-timeout",
            "Access-Control-Max-Age: 1",
        )
        .then(3000, put())
        .preflights(&[STAR, ALLOW_PUT], "PUT"),
        put_once("xhr/access-control-basic-allow-preflight-cache-invalidation-by-header", ten)
            .then(100, put().header("x-test", "headerValue"))
            .preflights(&later, "PUT"),
        put_once("xhr/access-control-basic-allow-preflight-cache-invalidation-by-method", ten)
            .then(100, fetch(REMOTE, "XMETHOD"))
            .preflights(&later, "XMETHOD"),
    ]
}

/// An entry for the page's origin does not apply to `null`, nor the other way around.
fn tainted() -> Vec<Case> {
    let file = "fetch/api/cors/cors-preflight-cache-tainted.any.js";
    let target = "http://web.test:8001/";
    let named = [STAR, ALLOW_POST, ALLOW_TEST, LONG];
    let direct = |value: &str| fetch(PORT, "POST").header("x-test-header", value);
    let through = |value: &str| fetch(REMOTE, "POST").header("x-test-header", value);
    let redirected = |row: Case| {
        row.ok(&[ECHO, ALLOW_TEST])
            .to(302, target, &[ECHO])
            .ok(&named)
            .ok(&[STAR])
            .sends(&["OPTIONS", "POST", "OPTIONS", "GET"])
            .origins(&[Some(PAGE), Some(PAGE), Some("null"), Some("null")])
            .readable(200)
    };
    vec![
        redirected(case(file, "null first", through("test1")))
            .then(100, direct("test2"))
            .preflights(&named, "POST"),
        redirected(
            case(file, "null second", direct("test1"))
                .preflights(&named, "POST")
                .then(100, through("test2")),
        ),
    ]
}
