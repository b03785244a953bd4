//! Who is called and who is not: a preflight ends at the layer, unless the policy passes it on.

mod common;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use common::{APP, Counter, EVIL, PREFLIGHT, REFUSED, REFUSED_PREFLIGHT, SIMPLE};
use common::{builder, compare, get, preflight, request, send};
use cors_axum::{CorsLayer, DisallowedOrigin, Policy, RefusedPreflight};

/// Answers 401 unless somebody is logged in; counts who came by.
async fn auth(State(seen): State<Counter>, request: Request, next: Next) -> Response {
    seen.add();
    if request.headers().contains_key("authorization") {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

struct App {
    router: Router,
    auth: Counter,
    handler: Counter,
}

impl App {
    fn new(policy: Policy) -> Self {
        let (auth, handler) = (Counter::default(), Counter::default());
        let seen = handler.clone();
        let handled = any(move |request: Request| async move {
            seen.add();
            (StatusCode::OK, [("x-handler", "yes")], request.uri().path().to_owned())
        });
        let router = Router::new()
            .route("/item", handled)
            .layer(from_fn_with_state(auth.clone(), self::auth))
            .layer(CorsLayer::new(policy));
        Self { router, auth, handler }
    }

    /// Wanted: a status, how often the inner layer and the handler are called, and the headers.
    async fn check(
        &self,
        what: &str,
        request: Request,
        wanted: (u16, usize, usize),
        cors: &[&str],
    ) {
        let (status, auth, handler) = wanted;
        let response = send(&self.router, request).await;
        compare(what, &response, status, cors);
        assert_eq!((self.auth.take(), self.handler.take()), (auth, handler), "{what}: calls");
        assert_eq!(response.headers().contains_key("x-handler"), handler == 1, "{what}: body");
    }
}

fn logged_in(mut request: Request) -> Request {
    request.headers_mut().insert("authorization", "Bearer token".parse().unwrap());
    request
}

#[tokio::test]
async fn it_never_reaches_auth_or_the_handler() {
    let app = App::new(builder().build().unwrap());
    app.check("preflight", preflight("/item", APP, "PUT"), (204, 0, 0), PREFLIGHT).await;
    app.check(
        "even one with credentials",
        logged_in(preflight("/item", APP, "PUT")),
        (204, 0, 0),
        PREFLIGHT,
    )
    .await;
    app.check("refused", preflight("/item", APP, "DELETE"), (204, 0, 0), PREFLIGHT).await;
    app.check("an unknown path", preflight("/none", APP, "PUT"), (204, 0, 0), PREFLIGHT).await;
    app.check("elsewhere", preflight("/item", EVIL, "PUT"), (403, 0, 0), REFUSED_PREFLIGHT).await;

    app.check("the inner layer refuses, readably", get("/item", APP), (401, 1, 0), SIMPLE).await;
    app.check("and lets through", logged_in(get("/item", APP)), (200, 1, 1), SIMPLE).await;
    app.check("served, unreadable", logged_in(get("/item", EVIL)), (200, 1, 1), REFUSED).await;
    let mut options = logged_in(preflight("/item", APP, "PUT"));
    options.headers_mut().remove("access-control-request-method");
    let simple = [&SIMPLE[..3], REFUSED_PREFLIGHT].concat();
    app.check("OPTIONS, but no preflight", options, (200, 1, 1), &simple).await;
}

#[tokio::test]
async fn preflight_status_is_the_policys() {
    let app = App::new(builder().preflight_status(200).build().unwrap());
    app.check("allowed", preflight("/item", APP, "PUT"), (200, 0, 0), PREFLIGHT).await;
    app.check("refused", preflight("/item", APP, "DELETE"), (200, 0, 0), PREFLIGHT).await;
    app.check("elsewhere", preflight("/item", EVIL, "PUT"), (403, 0, 0), REFUSED_PREFLIGHT).await;
}

#[tokio::test]
async fn preflight_continue_calls_the_handler() {
    let app = App::new(builder().preflight_continue(true).build().unwrap());
    let vary = "vary: origin, access-control-request-method, access-control-request-headers";
    let passed = [&PREFLIGHT[..5], &[vary]].concat();
    let preflight = |origin, method| logged_in(preflight("/item", origin, method));
    app.check("allowed", preflight(APP, "PUT"), (200, 1, 1), &passed).await;
    app.check("a refused one is answered", preflight(APP, "DELETE"), (204, 0, 0), &passed).await;
    app.check("and elsewhere too", preflight(EVIL, "PUT"), (403, 0, 0), &[vary]).await;
}

#[tokio::test]
async fn conceal_tells_nothing() {
    let app = App::new(builder().refused_preflight(RefusedPreflight::Conceal).build().unwrap());
    let vary = "vary: origin, access-control-request-method, access-control-request-headers";
    let passed = [&PREFLIGHT[..5], &[vary]].concat();
    app.check("allowed", preflight("/item", APP, "PUT"), (204, 0, 0), &passed).await;
    app.check("refused", preflight("/item", APP, "DELETE"), (403, 0, 0), &[vary]).await;
}

#[tokio::test]
async fn forbid_does_not_call_the_handler() {
    let app = App::new(builder().disallowed_origin(DisallowedOrigin::Forbid).build().unwrap());
    let vary = ["vary: origin, sec-fetch-site"];
    let actual = |headers: &[(&str, &str)]| logged_in(request("GET", "/item", headers));
    app.check("allowed", logged_in(get("/item", APP)), (200, 1, 1), SIMPLE).await;
    app.check("not CORS", actual(&[]), (200, 1, 1), REFUSED).await;
    app.check("elsewhere", logged_in(get("/item", EVIL)), (403, 0, 0), &vary).await;
    app.check("malformed", logged_in(get("/item", "evil.example")), (403, 0, 0), &vary).await;

    // What is not cross-origin is not refused: an `Origin` equal to the host, the browser's word.
    let same = [("origin", "https://api.example"), ("host", "api.example")];
    app.check("same origin by Host", actual(&same), (200, 1, 1), &vary).await;
    let other = [("origin", "https://api.example"), ("host", "api.example:444")];
    app.check("another port", actual(&other), (403, 0, 0), &vary).await;
    let attested = [("origin", EVIL), ("sec-fetch-site", "same-origin")];
    app.check("same origin by Sec-Fetch-Site", actual(&attested), (200, 1, 1), &vary).await;
    let cross = [("origin", EVIL), ("sec-fetch-site", "same-site")];
    app.check("same site is not", actual(&cross), (403, 0, 0), &vary).await;
}

#[tokio::test]
async fn a_handler_sees_the_request_as_it_came() {
    let echo =
        |headers: HeaderMap, body: String| async move { format!("{:?} {body}", headers["origin"]) };
    let app = Router::new().route("/", any(echo)).layer(CorsLayer::new(common::policy()));
    let request = get("/", APP).map(|_| "sent".into());
    let body = send(&app, request).await.into_body();
    let body = axum::body::to_bytes(body, 100).await.unwrap();
    assert_eq!(body, r#""https://app.example.com" sent"#);
}
