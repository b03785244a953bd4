//! The mistakes of the crate page: each goes wrong exactly the way that page says, and its remedy
//! helps.

use crate::common::{self, APP, BARE, Counter, EVIL, PREFLIGHT, REFUSED, SIMPLE};
use crate::common::{builder, check, compare, cors, get, only, policy, preflight, request, send};
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, delete, get as on_get, post};
use cors_axum::{CorsLayer, DisallowedOrigin};

#[tokio::test]
async fn a_route_added_after_the_layer() {
    let wrong = Router::new()
        .route("/early", on_get(|| async {}))
        .layer(CorsLayer::new(policy()))
        .route("/late", on_get(|| async {}));
    check(
        &wrong,
        [
            ("before", get("/early", APP), 200, SIMPLE),
            ("after: it runs, and no script may read it", get("/late", APP), 200, BARE),
            ("after: the router answers the preflight", preflight("/late", APP, "PUT"), 405, BARE),
            ("404 looks as if all were well", get("/none", APP), 404, SIMPLE),
        ],
    )
    .await;

    let right = Router::new()
        .route("/early", on_get(|| async {}))
        .route("/late", on_get(|| async {}))
        .layer(CorsLayer::new(policy()));
    check(
        &right,
        [
            ("200", get("/late", APP), 200, SIMPLE),
            ("preflight", preflight("/late", APP, "PUT"), 204, PREFLIGHT),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_router_merged_after_the_layer() {
    let late = Router::new().route("/late", on_get(|| async {}));
    let wrong = Router::new().layer(CorsLayer::new(policy())).merge(late.clone());
    check(&wrong, [("merged after", get("/late", APP), 200, BARE)]).await;
    let right = Router::new().merge(late).layer(CorsLayer::new(policy()));
    check(&right, [("merged before", get("/late", APP), 200, SIMPLE)]).await;
}

#[tokio::test]
async fn a_fallback_set_after_the_layer() {
    let routes = Router::new().route("/item", on_get(|| async {}));
    let fallback = || async { StatusCode::NOT_FOUND };
    check(
        &routes.clone().layer(CorsLayer::new(policy())).fallback(fallback),
        [
            ("a route", get("/item", APP), 200, SIMPLE),
            ("404", get("/none", APP), 404, BARE),
            ("its preflight", preflight("/none", APP, "PUT"), 404, BARE),
        ],
    )
    .await;
    check(
        &routes.fallback(fallback).layer(CorsLayer::new(policy())),
        [
            ("404", get("/none", APP), 404, SIMPLE),
            ("its preflight", preflight("/none", APP, "PUT"), 204, PREFLIGHT),
        ],
    )
    .await;
}

#[tokio::test]
async fn two_layered_routers_merged() {
    let public =
        || Router::new().route("/item", on_get(|| async {})).route("/a", on_get(|| async {}));
    let site = || Router::new().route("/item", post(|| async {})).route("/b", post(|| async {}));
    let any_origin = ["access-control-allow-origin: *"];
    let other = "https://other.example";

    let first = || public().layer(CorsLayer::new(only(&["*"])));
    let last = || site().layer(CorsLayer::new(policy()));
    check(
        &first().merge(last()),
        [
            ("each has its own routes", get("/a", other), 200, &any_origin),
            ("and methods of a shared path", get("/item", other), 200, &any_origin),
            ("the last answers its 405", request("PUT", "/item", &[("origin", APP)]), 405, SIMPLE),
            ("and its preflights", preflight("/item", APP, "PUT"), 204, PREFLIGHT),
            ("and every 404", get("/none", APP), 404, SIMPLE),
        ],
    )
    .await;
    // The other way round, the other policy does.
    check(&last().merge(first()), [("every 404", get("/none", other), 404, &any_origin)]).await;

    let (any, own) = (only(&["*"]), policy());
    let right = public().merge(site()).layer(CorsLayer::select(move |head| {
        Some(if head.uri().path() == "/a" { any.clone() } else { own.clone() })
    }));
    check(
        &right,
        [
            ("one policy", get("/a", other), 200, &any_origin),
            ("the other", preflight("/item", APP, "PUT"), 204, PREFLIGHT),
            ("and elsewhere", get("/none", APP), 404, SIMPLE),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_timeout_or_default_headers_outside() {
    async fn gives_up(_: Request, _: Next) -> Response {
        StatusCode::REQUEST_TIMEOUT.into_response()
    }
    async fn for_everyone(mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert("access-control-allow-origin", HeaderValue::from_static("*"));
        response
    }
    let routes = || Router::new().route("/item", on_get(|| async {}));
    let cors = || CorsLayer::new(policy());
    check(
        &routes().layer(cors()).layer(from_fn(gives_up)),
        [
            ("the script sees no status", get("/item", APP), 408, BARE),
            ("nor does a preflight pass", preflight("/item", APP, "PUT"), 408, BARE),
        ],
    )
    .await;
    check(
        &routes().layer(from_fn(gives_up)).layer(cors()),
        [
            ("readable", get("/item", APP), 408, SIMPLE),
            ("the preflight", preflight("/item", APP, "PUT"), 204, PREFLIGHT),
        ],
    )
    .await;

    let origin = |response: &Response| response.headers()["access-control-allow-origin"].clone();
    let wrong = routes().layer(cors()).layer(map_response(for_everyone));
    assert_eq!(origin(&send(&wrong, get("/item", EVIL)).await), "*");
    let right = routes().layer(map_response(for_everyone)).layer(cors());
    assert_eq!(origin(&send(&right, get("/item", APP)).await), APP);
    check(&right, [("the policy decides", get("/item", EVIL), 200, REFUSED)]).await;
}

#[tokio::test]
async fn a_panic_caught_outside_or_nowhere() {
    async fn panics() -> &'static str {
        panic!("in the handler")
    }
    async fn catches(request: Request, next: Next) -> Response {
        let response = tokio::spawn(next.run(request)).await;
        response.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
    }
    let routes = || Router::new().route("/item", on_get(panics));
    let cors = || CorsLayer::new(policy());
    check(
        &routes().layer(cors()).layer(from_fn(catches)),
        [("caught outside", get("/item", APP), 500, BARE)],
    )
    .await;
    let nowhere = routes().layer(cors());
    let task = tokio::spawn(async move { send(&nowhere, get("/item", APP)).await });
    assert!(task.await.unwrap_err().is_panic(), "no response at all");
    check(
        &routes().layer(from_fn(catches)).layer(cors()),
        [("caught inside", get("/item", APP), 500, SIMPLE)],
    )
    .await;
}

#[tokio::test]
async fn route_layer_on_a_router() {
    let routes = Router::new().route("/item", on_get(|| async {}));
    let wrong = routes.clone().route_layer(CorsLayer::new(policy()));
    check(
        &wrong,
        [
            ("a route", get("/item", APP), 200, SIMPLE),
            ("its preflight", preflight("/item", APP, "PUT"), 204, PREFLIGHT),
            ("404: the script sees a network error", get("/none", APP), 404, BARE),
            ("404 for the preflight", preflight("/none", APP, "PUT"), 404, BARE),
        ],
    )
    .await;
    check(
        &routes.layer(CorsLayer::new(policy())),
        [
            ("404", get("/none", APP), 404, SIMPLE),
            ("its preflight", preflight("/none", APP, "PUT"), 204, PREFLIGHT),
        ],
    )
    .await;
}

#[tokio::test]
async fn route_layer_on_a_method_router() {
    let wrong = delete(|| async {}).route_layer(CorsLayer::new(policy()));
    check(
        &wrong,
        [
            ("its method", request("DELETE", "/", &[("origin", APP)]), 200, SIMPLE),
            ("no preflight arrives", preflight("/", APP, "DELETE"), 405, BARE),
            ("405", get("/", APP), 405, BARE),
        ],
    )
    .await;
    let right: MethodRouter = delete(|| async {}).layer(CorsLayer::new(policy()));
    check(
        &right,
        [
            ("the preflight", preflight("/", APP, "PUT"), 204, PREFLIGHT),
            ("405", get("/", APP), 405, SIMPLE),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_nested_router_without_a_fallback() {
    let api = Router::new().route("/item", on_get(|| async {}));
    let cors = || CorsLayer::new(policy());

    let wrong = Router::new().nest("/api", api.clone().layer(cors()));
    check(
        &wrong,
        [
            ("a route", get("/api/item", APP), 200, SIMPLE),
            ("404 under the prefix is the outer router's", get("/api/none", APP), 404, BARE),
            ("and so is its preflight", preflight("/api/none", APP, "PUT"), 404, BARE),
        ],
    )
    .await;

    let fallback = || async { StatusCode::NOT_FOUND };
    let right = Router::new().nest("/api", api.clone().fallback(fallback).layer(cors()));
    let around = Router::new().nest("/api", api).layer(cors());
    for app in [right, around] {
        check(
            &app,
            [
                ("404", get("/api/none", APP), 404, SIMPLE),
                ("its preflight", preflight("/api/none", APP, "PUT"), 204, PREFLIGHT),
            ],
        )
        .await;
    }
}

/// Answers 401 unless somebody is logged in.
async fn auth(request: Request, next: Next) -> Response {
    if request.headers().contains_key("authorization") {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

#[tokio::test]
async fn authentication_outside() {
    let routes = Router::new().route("/item", on_get(|| async {}));
    let logged_in =
        || request("GET", "/item", &[("origin", APP), ("authorization", "Bearer token")]);

    // In axum the layer added last is the outermost.
    let wrong = routes.clone().layer(CorsLayer::new(policy())).layer(from_fn(auth));
    check(
        &wrong,
        [
            ("the preflight carries no credentials", preflight("/item", APP, "PUT"), 401, BARE),
            ("the 401 is unreadable", get("/item", APP), 401, BARE),
            ("tools that send no preflight notice nothing", logged_in(), 200, SIMPLE),
        ],
    )
    .await;

    let right = routes.layer(from_fn(auth)).layer(CorsLayer::new(policy()));
    check(
        &right,
        [
            ("the preflight", preflight("/item", APP, "PUT"), 204, PREFLIGHT),
            ("the 401 is readable", get("/item", APP), 401, SIMPLE),
            ("logged in", logged_in(), 200, SIMPLE),
        ],
    )
    .await;
}

#[tokio::test]
async fn two_layers_stacked() {
    let fonts = only(&["*"]);
    let any_origin = ["access-control-allow-origin: *"];
    let other = "https://other.example";
    let font = || on_get(|| async { "a font" });

    let wrong = Router::new()
        .route("/item", on_get(|| async {}))
        .route("/font", font().layer(CorsLayer::new(fonts.clone())))
        .layer(CorsLayer::new(policy()));
    check(
        &wrong,
        [
            ("the inner policy has no say", get("/font", other), 200, REFUSED),
            ("the outer has all of it", get("/font", APP), 200, SIMPLE),
        ],
    )
    .await;

    let (site, fonts) = (policy(), fonts);
    let right = Router::new().route("/item", on_get(|| async {})).route("/font", font()).layer(
        CorsLayer::select(move |head| match head.uri().path() {
            "/font" => Some(fonts.clone()),
            _ => Some(site.clone()),
        }),
    );
    check(
        &right,
        [
            ("one policy", get("/font", other), 200, &any_origin),
            ("the other", get("/item", APP), 200, SIMPLE),
            ("the other, elsewhere", get("/item", other), 200, REFUSED),
        ],
    )
    .await;
}

/// A shared cache that sits in front of the router: RFC 9111, 4.1, and no more of it than a test
/// needs. It hands out a stored answer if the request is alike in all that its `Vary` names.
struct Cache {
    app: Router,
    stored: Vec<(common::Request, Response)>,
}

impl Cache {
    fn before(app: Router) -> Self {
        Self { app, stored: Vec::new() }
    }

    /// The CORS headers that the client gets, less `Vary`.
    async fn get(&mut self, request: common::Request) -> Vec<String> {
        let asked = request.clone();
        let fresh = self.stored.iter().find(|(stored, response)| {
            let lines = cors(response);
            lines
                .iter()
                .filter_map(|line| line.strip_prefix("vary: "))
                .flat_map(|names| names.split(", "))
                .all(|name| stored.header(name) == asked.header(name))
        });
        let mut got = match fresh {
            Some((_, response)) => cors(response),
            None => {
                let response = send(&self.app, request).await;
                let got = cors(&response);
                self.stored.push((asked, response));
                got
            }
        };
        got.retain(|line| !line.starts_with("vary"));
        got
    }
}

#[tokio::test]
async fn something_drops_vary() {
    const ENCODING: HeaderValue = HeaderValue::from_static("accept-encoding");
    async fn replaces(mut response: Response) -> Response {
        response.headers_mut().insert("vary", ENCODING);
        response
    }
    async fn adds(mut response: Response) -> Response {
        response.headers_mut().append("vary", ENCODING);
        response
    }
    let app = Router::new().route("/item", on_get(|| async {})).layer(CorsLayer::new(policy()));

    // An `<img>` or a link asks first, without `Origin`; then the app's script wants to read.
    let mut wrong = Cache::before(app.clone().layer(map_response(replaces)));
    assert_eq!(wrong.get(request("GET", "/item", &[])).await, BARE);
    assert_eq!(wrong.get(get("/item", APP)).await, BARE, "cached: the script may not read");

    let mut right = Cache::before(app.layer(map_response(adds)));
    assert_eq!(right.get(request("GET", "/item", &[])).await, BARE);
    assert_eq!(right.get(get("/item", APP)).await, SIMPLE[..3], "a fresh answer");
    assert_eq!(right.get(get("/item", EVIL)).await, BARE, "and not everyone's");
}

#[tokio::test]
async fn cors_taken_for_access_control() {
    let app = |policy, transfers: &Counter| {
        let transfers = transfers.clone();
        Router::new()
            .route("/transfer", post(move || async move { transfers.add() }))
            .layer(CorsLayer::new(policy))
    };
    let form = || {
        request(
            "POST",
            "/transfer",
            &[
                ("origin", EVIL),
                ("content-type", "application/x-www-form-urlencoded"),
                ("cookie", "sid=1"),
            ],
        )
    };
    let transfers = Counter::default();

    // A form needs no preflight: the browser sends it, and the page need not read the answer.
    let wrong = app(policy(), &transfers);
    compare("unreadable", &send(&wrong, form()).await, 200, REFUSED);
    assert_eq!(transfers.take(), 1, "and done");

    let forbid = builder().disallowed_origin(DisallowedOrigin::Forbid).build().unwrap();
    let right = app(forbid, &transfers);
    compare("refused", &send(&right, form()).await, 403, &["vary: origin, sec-fetch-site"]);
    assert_eq!(transfers.take(), 0, "and not done");
}

#[tokio::test]
async fn a_method_in_the_wrong_case() {
    // Browsers upper-case six methods and PATCH is none of them: `fetch(url, { method: "patch" })`
    // asks for `patch`, which is another method.
    let patch = builder().allow_methods([Method::PATCH]).build().unwrap();
    let app = Router::new().route("/item", any(|| async {})).layer(CorsLayer::new(patch));
    for method in ["PATCH", "patch"] {
        let response = send(&app, preflight("/item", APP, method)).await;
        let allowed = &response.headers()["access-control-allow-methods"];
        let allowed = allowed.to_str().unwrap().split(',').any(|one| one.trim() == method);
        assert_eq!(allowed, method == "PATCH", "{method}");
    }
}
