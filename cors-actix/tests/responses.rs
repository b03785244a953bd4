//! Every response that passes through gets the headers, whatever made it, and keeps all else.

mod common;

use std::cell::Cell;
use std::collections::HashMap;
use std::convert::Infallible;
use std::future::{Ready, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::error::ErrorInternalServerError;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, VARY};
use actix_web::middleware::{ErrorHandlerResponse, ErrorHandlers, Next, from_fn};
use actix_web::test::{call_service, init_service};
use actix_web::web::{self, Bytes};
use actix_web::{
    App, Error, HttpMessage, HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError, Route,
    rt,
};
use common::{APP, BARE, EVIL, Failure, REFUSED, Row, SIMPLE};
use common::{check, compare, get, handled, policy, preflight, request, send, whole};
use cors_actix::{CorsLayer, Policy};
use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

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

async fn cached(request: HttpRequest) -> HttpResponse {
    let matches = request.headers().get("if-none-match").is_some_and(|tag| tag == "\"v1\"");
    let status = if matches { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    HttpResponseBuilder::new(status).insert_header(("etag", "\"v1\"")).finish()
}

fn vary(value: &'static str) -> HttpResponse {
    HttpResponse::Ok().insert_header((VARY, value)).finish()
}

fn routes(config: &mut web::ServiceConfig) {
    let service_fails = web::resource("/middleware-error").wrap(from_fn(fails)).to(handled);
    let scope_fails =
        web::scope("/scope").wrap(from_fn(fails)).route("/error", web::get().to(handled));
    let opinionated = web::resource("/opinionated").wrap(from_fn(fails_opinionated)).to(handled);
    let twice = || async {
        let name = "access-control-allow-origin";
        HttpResponse::Ok()
            .append_header((name, "https://a.example"))
            .append_header((name, "https://b.example"))
            .finish()
    };
    config
        .service(web::resource("/item").route(web::get().to(handled)))
        .service(web::resource("/any").to(handled))
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
        .route("/cached", web::get().to(cached))
        .route("/redirect", web::get().to(|| async { web::Redirect::to("/item").see_other() }))
        .route("/vary", web::get().to(|| async { vary("Accept-Encoding") }))
        .route("/vary-origin", web::get().to(|| async { vary("Accept-Encoding, ORIGIN") }))
        .route("/vary-star", web::get().to(|| async { vary("*") }))
        .route("/own", web::get().to(|| async { own(HttpResponse::Ok()) }))
        .route("/own-error", web::get().to(|| async { Err::<&str, _>(Opinionated) }))
        .route("/own-twice", web::get().to(twice));
}

async fn app(
    policy: Policy,
) -> impl Service<actix_http::Request, Response = ServiceResponse<impl MessageBody>, Error = Error>
{
    init_service(App::new().configure(routes).wrap(CorsLayer::new(policy))).await
}

#[actix_web::test]
async fn whatever_made_it() {
    let vary_encoding = [&SIMPLE[..3], &["vary: accept-encoding, origin"]].concat();
    let vary_star = [&SIMPLE[..3], &["vary: *"]].concat();
    let revalidated = [("origin", APP), ("if-none-match", "\"v1\"")];
    let rows: [Row<'_>; 27] = [
        ("200", get("/item", APP), 200, SIMPLE),
        ("HEAD", request("HEAD", "/any", &[("origin", APP)]), 200, SIMPLE),
        ("404", get("/none", APP), 404, SIMPLE),
        ("405", request("DELETE", "/item", &[("origin", APP)]), 405, SIMPLE),
        ("a handler's Err", get("/error", APP), 500, SIMPLE),
        ("a handler's actix_web::Error", get("/error-of-actix", APP), 500, SIMPLE),
        ("a path that is no number", get("/number/x", APP), 404, SIMPLE),
        ("a query that is no number", get("/query?a=x", APP), 400, SIMPLE),
        ("data that is not there", get("/data", APP), 500, SIMPLE),
        ("an inner middleware's Err", get("/middleware-error", APP), 400, SIMPLE),
        ("one in a scope", get("/scope/error", APP), 400, SIMPLE),
        ("an Err with headers of its own", get("/opinionated", APP), 409, &vary_encoding),
        ("fresh", get("/cached", APP), 200, SIMPLE),
        ("304", request("GET", "/cached", &revalidated), 304, SIMPLE),
        ("a redirect", get("/redirect", APP), 303, SIMPLE),
        ("Vary is merged", get("/vary", APP), 200, &vary_encoding),
        ("Vary has it already", get("/vary-origin", APP), 200, &vary_encoding),
        ("Vary: * says it all", get("/vary-star", APP), 200, &vary_star),
        ("the handler's own", get("/own", APP), 200, SIMPLE),
        ("the handler's own, on an error", get("/own-error", APP), 409, &vary_encoding),
        ("the handler's own, twice", get("/own-twice", APP), 200, SIMPLE),
        ("the handler's own, elsewhere", get("/own", EVIL), 200, REFUSED),
        ("the handler's own, not CORS", request("GET", "/own", &[]), 200, REFUSED),
        ("404, elsewhere", get("/none", EVIL), 404, REFUSED),
        ("an error, elsewhere", get("/error", EVIL), 500, REFUSED),
        ("an inner Err, elsewhere", get("/middleware-error", EVIL), 400, REFUSED),
        ("an inner Err, not CORS", request("GET", "/middleware-error", &[]), 400, REFUSED),
    ];
    check(&app(policy()).await, rows).await;
}

/// What the server makes of an error that comes out of the app is what [`send`] makes of it.
#[actix_web::test]
async fn errors_over_a_socket() {
    let cors = CorsLayer::new(policy());
    let address = serve!(1, move || App::new().configure(routes).wrap(cors.clone()));
    let vary_encoding = [&SIMPLE[..3], &["vary: accept-encoding, origin"]].concat();
    for (uri, status, wanted) in [
        ("/none", 404, SIMPLE),
        ("/error", 500, SIMPLE),
        ("/number/x", 404, SIMPLE),
        ("/middleware-error", 400, SIMPLE),
        ("/scope/error", 400, SIMPLE),
        ("/opinionated", 409, &vary_encoding),
    ] {
        compare(uri, &common::over_socket(address, get(uri, APP)).await, status, wanted);
    }
}

#[actix_web::test]
async fn constant_answers_need_no_vary() {
    let any = ["access-control-allow-origin: *"];
    let rows: [Row<'_>; 5] = [
        ("CORS", get("/item", APP), 200, &any),
        ("not CORS", request("GET", "/item", &[]), 200, &any),
        ("404", get("/none", APP), 404, &any),
        ("an inner Err", get("/middleware-error", APP), 400, &any),
        ("the handler's own", get("/own", APP), 200, &any),
    ];
    check(&app(common::only(&["*"])).await, rows).await;
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
async fn the_rest_is_untouched() {
    #[derive(Clone, Debug, PartialEq)]
    struct Marker(u32);

    let handler = |request: HttpRequest| async move {
        let Marker(number) = *request.extensions().get().expect("the request's");
        let mut response = HttpResponse::Created()
            .append_header(("set-cookie", "a=1"))
            .append_header(("set-cookie", "b=2"))
            .insert_header(("timing-allow-origin", "*"))
            .body("body");
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
    let answer = whole(HttpResponse::from(response).map_into_boxed_body()).await;
    compare("the headers are there", &answer, 201, SIMPLE);
    let mut rest: Vec<_> = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .filter(|line| !line.starts_with("access-control-") && !line.starts_with("vary"))
        .collect();
    rest.sort();
    let wanted = ["set-cookie: a=1", "set-cookie: b=2", "timing-allow-origin: *"];
    assert_eq!((rest, answer.body), (wanted.map(str::to_owned).to_vec(), b"body".to_vec()));
}

type Chunks = mpsc::Receiver<&'static str>;

/// A route whose one answer is a body that the test fills, chunk by chunk.
fn streaming(chunks: Arc<Mutex<Option<Chunks>>>) -> Route {
    web::get().to(move || {
        let chunks = chunks.lock().unwrap().take().expect("asked once");
        let body = stream::unfold(chunks, |mut chunks| async move {
            let chunk = chunks.recv().await?;
            Some((Ok::<_, Infallible>(Bytes::from_static(chunk.as_bytes())), chunks))
        });
        async move { HttpResponse::Ok().streaming(body) }
    })
}

#[actix_web::test]
async fn a_stream_stays_a_stream() {
    let (sender, chunks) = mpsc::channel(1);
    let route = streaming(Arc::new(Mutex::new(Some(chunks))));
    let app = init_service(App::new().route("/", route).wrap(CorsLayer::new(policy()))).await;
    // The headers are there before the first chunk is.
    let response = call_service(&app, get("/", APP).test().to_request()).await;
    assert_eq!(common::lines(&common::cors(response.headers())), SIMPLE);
    let mut body = pin!(response.into_body());
    assert_eq!(body.size(), BodySize::Stream);
    for chunk in ["one", "two"] {
        sender.send(chunk).await.unwrap();
        let next = std::future::poll_fn(|cx| body.as_mut().poll_next(cx)).await;
        assert_eq!(next.unwrap().unwrap(), chunk, "before the next is sent");
    }
    drop(sender);
    assert!(std::future::poll_fn(|cx| body.as_mut().poll_next(cx)).await.is_none());
}

#[actix_web::test]
async fn a_stream_over_a_socket() {
    let (sender, chunks) = mpsc::channel(1);
    let chunks = Arc::new(Mutex::new(Some(chunks)));
    let cors = CorsLayer::new(policy());
    let address = serve!(1, move || {
        App::new().route("/", streaming(Arc::clone(&chunks))).wrap(cors.clone())
    });
    let mut stream = common::connect(address, &get("/", APP)).await;
    let head = common::read_head(&mut stream).await;
    compare("head first", &head, 200, SIMPLE);
    for chunk in ["one", "two"] {
        sender.send(chunk).await.unwrap();
        let mut line = [0; 8];
        stream.read_exact(&mut line).await.unwrap();
        assert_eq!(line, format!("3\r\n{chunk}\r\n").as_bytes(), "before the next is sent");
    }
    drop(sender);
    let mut end = [0; 5];
    stream.read_exact(&mut end).await.unwrap();
    assert_eq!(&end, b"0\r\n\r\n");
}

async fn echo(request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    let (response, mut socket, mut messages) = actix_ws::handle(&request, body)?;
    rt::spawn(async move {
        while let Some(Ok(message)) = messages.recv().await {
            if let actix_ws::Message::Text(text) = message
                && socket.text(text).await.is_err()
            {
                break;
            }
        }
    });
    Ok(response)
}

#[actix_web::test]
async fn a_websocket_handshake() {
    let cors = CorsLayer::new(policy());
    let address =
        serve!(1, move || App::new().route("/ws", web::get().to(echo)).wrap(cors.clone()));
    let handshake = |origin| {
        get("/ws", origin)
            .with("connection", "upgrade")
            .with("upgrade", "websocket")
            .with("sec-websocket-version", "13")
            // The sample key of RFC 6455, 1.3, and below its answer.
            .with("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
    };
    for (origin, wanted) in [(APP, SIMPLE), (EVIL, REFUSED)] {
        let mut stream = common::connect(address, &handshake(origin)).await;
        let head = common::read_head(&mut stream).await;
        compare(origin, &head, 101, wanted);
        assert_eq!(head.header("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));

        // A text frame with a mask of zeros (5.2), and the echo, which a server sends unmasked.
        stream.write_all(b"\x81\x85\0\0\0\0hello").await.unwrap();
        let mut frame = [0; 7];
        stream.read_exact(&mut frame).await.unwrap();
        assert_eq!(&frame, b"\x81\x05hello");
    }
    let failed = handshake(APP).without("sec-websocket-key");
    compare("one that fails", &common::over_socket(address, failed).await, 400, SIMPLE);
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
    async fn wearing<T: Transform<Guarded, ServiceRequest, Error = Error>>(layer: T) {
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
    wearing(CorsLayer::new(policy())).await;
    wearing(CorsLayer::ask(policy(), |_| async { false })).await;
}

/// An app without the layer, so that the rows above say something.
#[actix_web::test]
async fn without_the_layer() {
    let app = init_service(App::new().configure(routes)).await;
    for uri in ["/item", "/none", "/error", "/middleware-error"] {
        let answer = send(&app, &get(uri, APP)).await;
        compare(uri, &answer, answer.status, BARE);
    }
}
