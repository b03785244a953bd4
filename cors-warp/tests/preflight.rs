//! Who is called and who is not: a preflight ends at the layer, unless the policy passes it on.

mod common;

use common::{APP, App, Counter, EVIL, PREFLIGHT, REFUSED, REFUSED_PREFLIGHT, SIMPLE};
use common::{auth, both, builder, compare, get, login, preflight, request};
use cors_warp::{CorsLayer, DisallowedOrigin, Policy, RefusedPreflight};
use http::Request;
use warp::Filter;

struct Api {
    worn: [App; 2],
    auth: Counter,
    handler: Counter,
}

impl Api {
    fn new(policy: Policy) -> Self {
        let (auth, handler) = (Counter::default(), Counter::default());
        let seen = handler.clone();
        let item = warp::path("item").map(move || {
            seen.add();
            warp::reply::with_header("handled", "x-handler", "yes")
        });
        let routes = self::auth(auth.clone()).and(item).recover(login);
        Self { worn: both(&CorsLayer::new(policy), routes), auth, handler }
    }

    /// Wanted: a status, how often the inner authentication and the handler are called, and the
    /// headers.
    async fn check(
        &self,
        what: &str,
        request: Request<String>,
        wanted: (u16, usize, usize),
        cors: &[&str],
    ) {
        let (status, auth, handler) = wanted;
        for app in &self.worn {
            let what = format!("{what} ({})", app.worn);
            let response = app.send(request.clone()).await;
            compare(&what, &response, status, cors);
            assert_eq!((self.auth.take(), self.handler.take()), (auth, handler), "{what}: calls");
            assert_eq!(response.headers().contains_key("x-handler"), handler == 1, "{what}: body");
            if response.status() == 204 {
                let length = response.headers().contains_key("content-length");
                assert!(!length, "{what}: RFC 9110, 8.6: no Content-Length on 204");
            }
            if handler == 0 && auth == 0 {
                assert_eq!(common::text(response).await, "", "{what}: no body");
            }
        }
    }
}

fn logged_in(mut request: Request<String>) -> Request<String> {
    request.headers_mut().insert("authorization", "Bearer token".parse().unwrap());
    request
}

#[tokio::test]
async fn it_never_reaches_auth_or_the_handler() {
    let api = Api::new(builder().build().unwrap());
    api.check("preflight", preflight("/item", APP, "PUT"), (204, 0, 0), PREFLIGHT).await;
    api.check(
        "even one with credentials",
        logged_in(preflight("/item", APP, "PUT")),
        (204, 0, 0),
        PREFLIGHT,
    )
    .await;
    api.check("refused", preflight("/item", APP, "DELETE"), (204, 0, 0), PREFLIGHT).await;
    api.check("an unknown path", preflight("/none", APP, "PUT"), (204, 0, 0), PREFLIGHT).await;
    api.check("elsewhere", preflight("/item", EVIL, "PUT"), (403, 0, 0), REFUSED_PREFLIGHT).await;

    api.check("auth refuses, readably", get("/item", APP), (401, 1, 0), SIMPLE).await;
    api.check("and lets through", logged_in(get("/item", APP)), (200, 1, 1), SIMPLE).await;
    api.check("served, unreadable", logged_in(get("/item", EVIL)), (200, 1, 1), REFUSED).await;
    let mut options = logged_in(preflight("/item", APP, "PUT"));
    options.headers_mut().remove("access-control-request-method");
    let simple = [&SIMPLE[..3], REFUSED_PREFLIGHT].concat();
    api.check("OPTIONS, but no preflight", options, (200, 1, 1), &simple).await;
}

#[tokio::test]
async fn preflight_status_is_the_policys() {
    let api = Api::new(builder().preflight_status(200).build().unwrap());
    api.check("allowed", preflight("/item", APP, "PUT"), (200, 0, 0), PREFLIGHT).await;
    api.check("refused", preflight("/item", APP, "DELETE"), (200, 0, 0), PREFLIGHT).await;
    api.check("elsewhere", preflight("/item", EVIL, "PUT"), (403, 0, 0), REFUSED_PREFLIGHT).await;
}

#[tokio::test]
async fn preflight_continue_calls_the_handler() {
    let api = Api::new(builder().preflight_continue(true).build().unwrap());
    let vary = "vary: origin, access-control-request-method, access-control-request-headers";
    let passed = [&PREFLIGHT[..5], &[vary]].concat();
    let preflight = |origin, method| logged_in(preflight("/item", origin, method));
    api.check("allowed", preflight(APP, "PUT"), (200, 1, 1), &passed).await;
    api.check("a refused one is answered", preflight(APP, "DELETE"), (204, 0, 0), &passed).await;
    api.check("and elsewhere too", preflight(EVIL, "PUT"), (403, 0, 0), &[vary]).await;
}

#[tokio::test]
async fn conceal_tells_nothing() {
    let api = Api::new(builder().refused_preflight(RefusedPreflight::Conceal).build().unwrap());
    let vary = "vary: origin, access-control-request-method, access-control-request-headers";
    let passed = [&PREFLIGHT[..5], &[vary]].concat();
    api.check("allowed", preflight("/item", APP, "PUT"), (204, 0, 0), &passed).await;
    api.check("refused", preflight("/item", APP, "DELETE"), (403, 0, 0), &[vary]).await;
}

#[tokio::test]
async fn forbid_does_not_call_the_handler() {
    let api = Api::new(builder().disallowed_origin(DisallowedOrigin::Forbid).build().unwrap());
    let vary = ["vary: origin, sec-fetch-site"];
    let actual = |uri: &str, headers: &[(&str, &str)]| logged_in(request("GET", uri, headers));
    api.check("allowed", logged_in(get("/item", APP)), (200, 1, 1), SIMPLE).await;
    api.check("not CORS", actual("/item", &[]), (200, 1, 1), REFUSED).await;
    api.check("elsewhere", logged_in(get("/item", EVIL)), (403, 0, 0), &vary).await;
    api.check("malformed", logged_in(get("/item", "evil.example")), (403, 0, 0), &vary).await;

    // What is not cross-origin is not refused: an `Origin` equal to the host, the browser's word.
    let same = [("origin", "https://api.example"), ("host", "api.example")];
    api.check("same origin by Host", actual("/item", &same), (200, 1, 1), &vary).await;
    let other = [("origin", "https://api.example"), ("host", "api.example:444")];
    api.check("another port", actual("/item", &other), (403, 0, 0), &vary).await;
    let authority = actual("http://api.example/item", &same[..1]);
    api.check("same origin by :authority", authority, (200, 1, 1), &vary).await;
    let authority = actual("http://api2.example/item", &same[..1]);
    api.check("another :authority", authority, (403, 0, 0), &vary).await;
    let both = actual("http://api2.example/item", &same);
    api.check("Host does not outvote :authority", both, (403, 0, 0), &vary).await;
    let twice = [same[0], same[1], ("host", "api.example")];
    api.check("Host twice names none", actual("/item", &twice), (403, 0, 0), &vary).await;
    let no_host = [same[0], ("host", "api.example/")];
    api.check("Host malformed names none", actual("/item", &no_host), (403, 0, 0), &vary).await;
    let attested = [("origin", EVIL), ("sec-fetch-site", "same-origin")];
    api.check("same origin by Sec-Fetch-Site", actual("/item", &attested), (200, 1, 1), &vary)
        .await;
    let cross = [("origin", EVIL), ("sec-fetch-site", "same-site")];
    api.check("same site is not", actual("/item", &cross), (403, 0, 0), &vary).await;
}
