//! Who is called and who is not: a preflight ends at the layer, unless the policy passes it on.

mod common;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::test::init_service;
use actix_web::{App, Error, HttpResponse, web};
use common::{APP, Ask, Counter, EVIL, PREFLIGHT, REFUSED, REFUSED_PREFLIGHT, SIMPLE};
use common::{builder, compare, get, preflight, request, send};
use cors_actix::{CorsLayer, DisallowedOrigin, Policy, RefusedPreflight};

/// Answers 401 unless somebody is logged in; counts who came by.
async fn auth(
    seen: web::Data<Seen>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    seen.auth.add();
    if request.headers().contains_key("authorization") {
        Ok(next.call(request).await?.map_into_boxed_body())
    } else {
        Ok(request.into_response(HttpResponse::Unauthorized().finish()))
    }
}

async fn handler(seen: web::Data<Seen>) -> HttpResponse {
    seen.handler.add();
    HttpResponse::Ok().insert_header(("x-handler", "yes")).body("handled")
}

#[derive(Clone, Default)]
struct Seen {
    auth: Counter,
    handler: Counter,
}

struct Wearing<S> {
    service: S,
    seen: Seen,
}

async fn wearing(
    policy: Policy,
) -> Wearing<
    impl Service<actix_http::Request, Response = ServiceResponse<impl MessageBody>, Error = Error>,
> {
    let seen = Seen::default();
    let app = App::new()
        .app_data(web::Data::new(seen.clone()))
        .service(web::resource("/item").to(handler))
        .wrap(from_fn(auth))
        .wrap(CorsLayer::new(policy));
    Wearing { service: init_service(app).await, seen }
}

impl<S, B> Wearing<S>
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    /// Wanted: a status, how often the inner layer and the handler are called, and the headers.
    async fn check(&self, what: &str, request: Ask, wanted: (u16, usize, usize), cors: &[&str]) {
        let (status, auth, handler) = wanted;
        let answer = send(&self.service, &request).await;
        compare(what, &answer, status, cors);
        let calls = (self.seen.auth.take(), self.seen.handler.take());
        assert_eq!(calls, (auth, handler), "{what}: calls");
        assert_eq!(answer.headers.contains_key("x-handler"), handler == 1, "{what}: body");
    }
}

fn logged_in(request: Ask) -> Ask {
    request.with("authorization", "Bearer token")
}

#[actix_web::test]
async fn it_never_reaches_auth_or_the_handler() {
    let app = wearing(builder().build().unwrap()).await;
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
    let options = logged_in(request("OPTIONS", "/item", &[("origin", APP)]));
    let simple = [&SIMPLE[..3], REFUSED_PREFLIGHT].concat();
    app.check("OPTIONS, but no preflight", options, (200, 1, 1), &simple).await;
}

#[actix_web::test]
async fn preflight_status_is_the_policys() {
    let app = wearing(builder().preflight_status(200).build().unwrap()).await;
    app.check("allowed", preflight("/item", APP, "PUT"), (200, 0, 0), PREFLIGHT).await;
    app.check("refused", preflight("/item", APP, "DELETE"), (200, 0, 0), PREFLIGHT).await;
    app.check("elsewhere", preflight("/item", EVIL, "PUT"), (403, 0, 0), REFUSED_PREFLIGHT).await;
}

#[actix_web::test]
async fn preflight_continue_calls_the_handler() {
    let app = wearing(builder().preflight_continue(true).build().unwrap()).await;
    let vary = "vary: origin, access-control-request-method, access-control-request-headers";
    let passed = [&PREFLIGHT[..5], &[vary]].concat();
    let preflight = |origin, method| logged_in(preflight("/item", origin, method));
    app.check("allowed", preflight(APP, "PUT"), (200, 1, 1), &passed).await;
    app.check("a refused one is answered", preflight(APP, "DELETE"), (204, 0, 0), &passed).await;
    app.check("and elsewhere too", preflight(EVIL, "PUT"), (403, 0, 0), &[vary]).await;
}

#[actix_web::test]
async fn conceal_tells_nothing() {
    let policy = builder().refused_preflight(RefusedPreflight::Conceal).build().unwrap();
    let app = wearing(policy).await;
    let vary = "vary: origin, access-control-request-method, access-control-request-headers";
    let passed = [&PREFLIGHT[..5], &[vary]].concat();
    app.check("allowed", preflight("/item", APP, "PUT"), (204, 0, 0), &passed).await;
    app.check("refused", preflight("/item", APP, "DELETE"), (403, 0, 0), &[vary]).await;
}

#[actix_web::test]
async fn forbid_does_not_call_the_handler() {
    let policy = builder().disallowed_origin(DisallowedOrigin::Forbid).build().unwrap();
    let app = wearing(policy).await;
    let vary = ["vary: origin, sec-fetch-site"];
    let actual = |headers: &[(&str, &str)]| logged_in(request("GET", "/item", headers));
    app.check("allowed", logged_in(get("/item", APP)), (200, 1, 1), SIMPLE).await;
    app.check("not CORS", actual(&[]), (200, 1, 1), REFUSED).await;
    app.check("elsewhere", logged_in(get("/item", EVIL)), (403, 0, 0), &vary).await;
    app.check("malformed", logged_in(get("/item", "evil.example")), (403, 0, 0), &vary).await;

    // What is not cross-origin is not refused: an `Origin` equal to the host, the browser's word.
    let same = [("origin", "https://api.example"), ("host", "api.example")];
    app.check("same origin by Host", actual(&same), (200, 1, 1), &vary).await;
    let by_uri = request("GET", "https://api.example/item", &[("origin", "https://api.example")]);
    app.check("by :authority", logged_in(by_uri), (200, 1, 1), &vary).await;
    let other = [("origin", "https://api.example"), ("host", "api.example:444")];
    app.check("another port", actual(&other), (403, 0, 0), &vary).await;
    let twice = [same[0], same[1], same[1]];
    app.check("two hosts", actual(&twice), (403, 0, 0), &vary).await;
    let forwarded = [("origin", EVIL), ("host", "api.example"), ("forwarded", "host=evil.example")];
    app.check("Forwarded is not believed", actual(&forwarded), (403, 0, 0), &vary).await;
    let forwarded =
        [("origin", EVIL), ("host", "api.example"), ("x-forwarded-host", "evil.example")];
    app.check("nor its ancestor", actual(&forwarded), (403, 0, 0), &vary).await;
    let attested = [("origin", EVIL), ("sec-fetch-site", "same-origin")];
    app.check("same origin by Sec-Fetch-Site", actual(&attested), (200, 1, 1), &vary).await;
    let cross = [("origin", EVIL), ("sec-fetch-site", "same-site")];
    app.check("same site is not", actual(&cross), (403, 0, 0), &vary).await;
}

#[actix_web::test]
async fn private_network() {
    let app = wearing(builder().allow_private_network(true).build().unwrap()).await;
    let vary =
        "vary: origin, access-control-request-method, access-control-request-private-network";
    let plain = [&PREFLIGHT[..5], &[vary]].concat();
    let asked = [
        &PREFLIGHT[..4],
        &["access-control-allow-private-network: true"],
        &PREFLIGHT[4..5],
        &[vary],
    ]
    .concat();
    let preflight = preflight("/item", APP, "PUT");
    app.check("not asked", preflight.clone(), (204, 0, 0), &plain).await;
    let asks = preflight.with("access-control-request-private-network", "true");
    app.check("asked", asks, (204, 0, 0), &asked).await;
}

#[actix_web::test]
async fn a_handler_sees_the_request_as_it_came() {
    let echo = |request: actix_web::HttpRequest, body: String| async move {
        format!("{:?} {body}", request.headers().get("origin").unwrap())
    };
    let app =
        App::new().service(web::resource("/").to(echo)).wrap(CorsLayer::new(common::policy()));
    let app = init_service(app).await;
    let request = get("/", APP).test().set_payload("sent").to_request();
    let body = actix_web::test::call_and_read_body(&app, request).await;
    assert_eq!(body, r#""https://app.example.com" sent"#);
}
