//! Ways of failing that only actix-web has, and what its middlewares may rely on.

use std::cell::Cell;
use std::collections::HashMap;
use std::future::{Ready, poll_fn};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use crate::common::{APP, EVIL, Failure, REFUSED, Row, SIMPLE, Test};
use crate::common::{check, compare, get, handled, head, policy, preflight, send, whole};
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::error::ErrorInternalServerError;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, VARY};
use actix_web::middleware::{ErrorHandlerResponse, ErrorHandlers, Next, from_fn};
use actix_web::test::{call_service, init_service};
use actix_web::web::{self, Bytes};
use actix_web::{
    App, Error, HttpMessage, HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError,
};
use cors_actix::{CorsLayer, Policy};
use futures_util::stream;

const OWN: [(&str, &str); 7] = [
    ("access-control-allow-origin", "https://handler.example"),
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-methods", "DELETE"),
    ("access-control-allow-headers", "x-handler"),
    ("access-control-allow-private-network", "true"),
    ("access-control-expose-headers", "x-handler"),
    ("access-control-max-age", "86400"),
];

fn own(mut response: HttpResponseBuilder) -> HttpResponse {
    for header in OWN {
        response.insert_header(header);
    }
    response.finish()
}

/// An error whose response has CORS headers and a `Vary` of its own.
#[derive(Debug)]
struct Opinionated;

impl std::fmt::Display for Opinionated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("opinionated")
    }
}

impl ResponseError for Opinionated {
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::Conflict();
        response.append_header((VARY, "Accept-Encoding"));
        response.append_header(("x-request-id", "7"));
        own(response).set_body(actix_web::body::BoxBody::new("opinionated"))
    }
}

async fn fails(_: ServiceRequest, _: Next<impl MessageBody>) -> Result<ServiceResponse, Error> {
    Err(Failure(400).into())
}

async fn fails_opinionated(
    _: ServiceRequest,
    _: Next<impl MessageBody>,
) -> Result<ServiceResponse, Error> {
    Err(Opinionated.into())
}

fn routes(config: &mut web::ServiceConfig) {
    let service_fails = web::resource("/middleware-error").wrap(from_fn(fails)).to(handled);
    let scope_fails =
        web::scope("/scope").wrap(from_fn(fails)).route("/error", web::get().to(handled));
    let opinionated = web::resource("/opinionated").wrap(from_fn(fails_opinionated)).to(handled);
    config
        .service(web::resource("/item").route(web::get().to(handled)))
        .route("/error", web::get().to(|| async { Err::<&str, _>(Failure(500)) }))
        .route(
            "/error-of-actix",
            web::get().to(|| async { Err::<&str, _>(ErrorInternalServerError("broken")) }),
        )
        .route("/number/{number}", web::get().to(|_: web::Path<u32>| async { "a number" }))
        .route("/query", web::get().to(|_: web::Query<HashMap<String, u32>>| async { "numbers" }))
        .route("/data", web::get().to(|_: web::Data<u32>| async { "data" }))
        .service(service_fails)
        .service(scope_fails)
        .service(opinionated)
        .route("/own-error", web::get().to(|| async { Err::<&str, _>(Opinionated) }));
}

async fn app(
    policy: Policy,
) -> impl Service<actix_http::Request, Response = ServiceResponse<impl MessageBody>, Error = Error>
{
    init_service(App::new().configure(routes).wrap(CorsLayer::new(policy))).await
}

#[actix_web::test]
async fn errors_of_every_kind() {
    let vary_encoding = [&SIMPLE[..3], &["vary: accept-encoding, origin"]].concat();
    let rows: [Row<'_>; 8] = [
        ("200", get("/item", APP), 200, SIMPLE),
        ("a handler's actix_web::Error", get("/error-of-actix", APP), 500, SIMPLE),
        ("a path that is not a number", get("/number/x", APP), 404, SIMPLE),
        ("a query that is not a number", get("/query?a=x", APP), 400, SIMPLE),
        ("data that is not there", get("/data", APP), 500, SIMPLE),
        ("a middleware's Err in a scope", get("/scope/error", APP), 400, SIMPLE),
        ("its Err with headers of its own", get("/opinionated", APP), 409, &vary_encoding),
        ("a handler's Err with headers of its own", get("/own-error", APP), 409, &vary_encoding),
    ];
    check(&app(policy()).await, rows).await;
}

#[actix_web::test]
async fn an_outer_middleware_sees_the_error_itself() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let watch = {
        let seen = Arc::clone(&seen);
        from_fn(move |request: ServiceRequest, next: Next<_>| {
            let seen = Arc::clone(&seen);
            async move {
                let result = next.call(request).await;
                let error = match &result {
                    Ok(response) => ("response", response.response().error()),
                    Err(error) => ("error", Some(error)),
                };
                let failure = error.1.and_then(Error::as_error::<Failure>).copied();
                seen.lock().unwrap().push((error.0, failure));
                result
            }
        })
    };
    let app = App::new().configure(routes).wrap(CorsLayer::new(policy())).wrap(watch);
    let app = init_service(app).await;
    check(
        &app,
        [
            ("no error", get("/item", APP), 200, SIMPLE),
            ("a handler's", get("/error", APP), 500, SIMPLE),
            ("a middleware's", get("/middleware-error", APP), 400, SIMPLE),
        ],
    )
    .await;
    // actix-web makes a response of a handler's error at once, and keeps the error in it.
    let wanted =
        [("response", None), ("response", Some(Failure(500))), ("error", Some(Failure(400)))];
    assert_eq!(*seen.lock().unwrap(), wanted);
}

#[actix_web::test]
async fn an_error_gives_its_response_again_and_again() {
    let app = app(policy()).await;
    let vary_encoding = [&SIMPLE[..3], &["vary: accept-encoding, origin"]].concat();
    let error = app.call(get("/opinionated", APP).test().to_request()).await.err().unwrap();
    assert!(error.as_error::<Opinionated>().is_some());
    for _ in 0..2 {
        let answer = whole(error.error_response()).await;
        compare("with the headers", &answer, 409, &vary_encoding);
        assert_eq!(
            (answer.header("x-request-id"), &*answer.body),
            (Some("7"), &b"opinionated"[..])
        );
    }
}

#[actix_web::test]
async fn an_error_handler_outside() {
    fn body<B>(response: ServiceResponse<B>) -> Result<ErrorHandlerResponse<B>, Error> {
        let (request, response) = response.into_parts();
        let response = response.set_body("sorry");
        let response = ServiceResponse::new(request, response).map_into_boxed_body();
        Ok(ErrorHandlerResponse::Response(response.map_into_right_body()))
    }
    let handlers = ErrorHandlers::new().handler(StatusCode::INTERNAL_SERVER_ERROR, body);
    let app = App::new().configure(routes).wrap(CorsLayer::new(policy())).wrap(handlers);
    let app = init_service(app).await;
    let answer = send(&app, &get("/error", APP)).await;
    compare("the headers stay", &answer, 500, SIMPLE);
    assert_eq!(answer.body, b"sorry");
}

#[actix_web::test]
async fn extensions_pass() {
    #[derive(Clone, Debug, PartialEq)]
    struct Marker(u32);

    let handler = |request: HttpRequest| async move {
        let Marker(number) = *request.extensions().get().expect("the request's");
        let mut response = HttpResponse::Ok().finish();
        response.extensions_mut().insert(Marker(number + 1));
        request.extensions_mut().insert("the handler's");
        response
    };
    let app = App::new().route("/", web::get().to(handler)).wrap(CorsLayer::new(policy()));
    let app = init_service(app).await;
    let request = get("/", APP).test().to_request();
    request.extensions_mut().insert(Marker(1));
    let response = call_service(&app, request).await;

    assert_eq!(response.response().extensions().get(), Some(&Marker(2)));
    assert_eq!(response.request().extensions().get(), Some(&"the handler's"));
}

#[actix_web::test]
async fn a_stream_has_no_size() {
    let body = || async { HttpResponse::Ok().streaming(stream::empty::<Result<Bytes, Error>>()) };
    let app = App::new().route("/", web::get().to(body)).wrap(CorsLayer::new(policy()));
    let app = init_service(app).await;
    let response = call_service(&app, get("/", APP).test().to_request()).await;
    compare("the headers are there", &head(response.response()), 200, SIMPLE);
    assert_eq!(response.into_body().size(), BodySize::Stream);
}

/// Header values are counted buffers: two responses share the policy's own.
#[actix_web::test]
async fn values_are_made_once_per_policy() {
    let app = app(policy()).await;
    let place = |response: &ServiceResponse<_>, name| {
        let value: &HeaderValue = response.headers().get(name).unwrap();
        (value.as_bytes().as_ptr(), value.clone())
    };
    for (request, names) in [
        (get("/item", APP), &["access-control-expose-headers", "vary"][..]),
        (
            preflight("/item", APP, "PUT"),
            &["access-control-allow-methods", "access-control-allow-headers", "vary"],
        ),
    ] {
        let one = call_service(&app, request.test().to_request()).await;
        let two = call_service(&app, request.test().to_request()).await;
        for name in names {
            assert_eq!(place(&one, *name), place(&two, *name), "{name}");
        }
    }
}

/// Routing may change the request's path, which it can only if no one else holds the request.
#[actix_web::test]
async fn the_request_is_not_held_on_to() {
    let api = web::scope("/a").service(web::scope("/b").service(web::resource("/{c}").to(handled)));
    let app = App::new()
        .service(api.wrap(CorsLayer::new(policy())))
        .wrap(CorsLayer::ask(policy(), |_| async { false }));
    let app = init_service(app).await;
    check(
        &app,
        [
            ("allowed", get("/a/b/c", APP), 200, SIMPLE),
            ("asked about", get("/a/b/c", EVIL), 200, REFUSED),
        ],
    )
    .await;
}

/// A service that cannot take a request yet is not called.
#[actix_web::test]
async fn readiness_is_the_inner_services() {
    #[derive(Clone, Default)]
    struct Guarded(Rc<Cell<bool>>);
    impl Service<ServiceRequest> for Guarded {
        type Response = ServiceResponse;
        type Error = Error;
        type Future = Ready<Result<ServiceResponse, Error>>;
        fn poll_ready(&self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
            if self.0.get() { Poll::Ready(Ok(())) } else { Poll::Pending }
        }
        fn call(&self, _: ServiceRequest) -> Self::Future {
            unreachable!("nothing is asked")
        }
    }
    async fn inside<T: Transform<Guarded, ServiceRequest, Error = Error>>(layer: T) {
        let guarded = Guarded::default();
        let Ok(service) = layer.new_transform(guarded.clone()).await else { unreachable!() };
        poll_fn(|cx| {
            assert!(service.poll_ready(cx).is_pending());
            guarded.0.set(true);
            assert!(service.poll_ready(cx).is_ready());
            Poll::Ready(())
        })
        .await;
    }
    inside(CorsLayer::new(policy())).await;
    inside(CorsLayer::ask(policy(), |_| async { false })).await;
}
