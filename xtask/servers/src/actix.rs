//! The test API in idiomatic actix-web, with the CORS layer outermost on the app.
//!
//! It runs on the caller's runtime. Without an actix `System`, the server gives each worker its own
//! thread and runtime. Only actors need a `System`, and we do not use any.

use std::convert::Infallible;
use std::fmt;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ErrorInternalServerError;
use actix_web::http::header::{AUTHORIZATION, IF_NONE_MATCH};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::Bytes;
use actix_web::{
    App, Error, FromRequest, Handler, HttpRequest, HttpResponse, HttpResponseBuilder, HttpServer,
    Resource, Responder, ResponseError, rt, web,
};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, Session};
use futures_util::stream;
use tokio::net::TcpListener;
use xtask::options::Adapter;

use crate::api::{self, Answer, Field, Seen};
use crate::policies::Policies;
use crate::started::{Started, WORKERS};

/// A macro, because the type of an app with a layer takes a dozen bounds to write.
macro_rules! run {
    ($app:expr, $listener:expr) => {
        HttpServer::new($app)
            .workers(WORKERS)
            .disable_signals() // the process handles them for all servers
            .listen($listener)?
            .run()
    };
}

/// Serves on `listener`.
pub fn start(listener: TcpListener, policies: Policies) -> Started {
    let more = if policies.has_answer() { answers } else { |_: &mut web::ServiceConfig| {} };
    let (cors, swap) = policies.actix_layer();
    Started {
        running: Box::pin(async move {
            let listener = listener.into_std()?;
            let app = move || App::new().configure(routes).configure(more);
            match cors {
                Some(cors) => run!(move || app().wrap(cors.clone()), listener).await,
                None => run!(app, listener).await,
            }
        }),
        swap,
    }
}

fn answers(app: &mut web::ServiceConfig) {
    app.service(web::resource("/answer").route(web::route().to(answer)));
}

fn routes(app: &mut web::ServiceConfig) {
    let options = || web::method(Method::OPTIONS);
    // OPTIONS first: the next route takes all other methods.
    let echo = web::resource("/echo").route(options().to(refuse)).route(web::route().to(echo));
    app.service(echo)
        .service(web::resource("/options").route(options().to(handle)))
        .service(get("/vary", async || ok(&[api::VARY]).finish()))
        .service(get("/vary-star", async || ok(&[api::VARY_STAR]).finish()))
        .service(get("/own", async || ok(&[api::OWN_ORIGIN, api::OWN_CREDENTIALS]).finish()))
        .service(get("/cookie", cookie))
        .service(get("/error", error))
        .service(get("/middleware-error", async || api::UNREACHED).wrap(from_fn(fail)))
        .service(get("/auth", HttpResponse::Ok).wrap(from_fn(require_authorization)))
        .service(get("/stream", stream))
        .service(get("/cached", cached))
        .service(get("/redirect", redirect))
        .service(get("/ws", upgrade));
}

/// A resource answers 405 to methods without a route. `App::route` would answer 404.
fn get<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args, Output: Responder + 'static>,
    Args: FromRequest + 'static,
{
    web::resource(path).route(web::get().to(handler))
}

fn ok(fields: &[Field]) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    for field in fields {
        response.insert_header(*field);
    }
    response
}

async fn echo(request: HttpRequest) -> impl Responder {
    ok(&[api::JSON, api::REQUEST_ID, api::SECRET]).body(seen(&request).to_json())
}

async fn refuse() -> impl Responder {
    HttpResponse::MethodNotAllowed().insert_header(api::ECHOED).finish()
}

async fn handle() -> impl Responder {
    ok(&[api::HANDLER]).finish()
}

async fn cookie(request: HttpRequest) -> impl Responder {
    ok(&[api::JSON, api::COOKIE]).body(seen(&request).with_cookies().to_json())
}

fn seen(request: &HttpRequest) -> Seen<'_> {
    let lines = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    Seen::new(Adapter::Actix, request.method().as_str(), request.path(), lines)
}

/// A handler's own error. By default, actix-web turns it into a 500 with its text.
#[derive(Debug)]
struct Fault;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(api::HANDLER_FAULT)
    }
}

impl ResponseError for Fault {}

async fn error() -> Result<&'static str, Fault> {
    Err(Fault)
}

/// Returns an error, so the outer layer gets no response to add headers to.
async fn fail(
    _: ServiceRequest,
    _: Next<impl MessageBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    Err(ErrorInternalServerError(api::MIDDLEWARE_FAULT))
}

/// Wraps the whole resource, so it would answer even a preflight that got this far with 401.
async fn require_authorization(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.headers().contains_key(AUTHORIZATION) {
        next.call(request).await.map(ServiceResponse::map_into_boxed_body)
    } else {
        let refusal = HttpResponse::Unauthorized().insert_header(api::CHALLENGE).finish();
        Ok(request.into_response(refusal))
    }
}

async fn stream() -> impl Responder {
    let chunks = (0..api::CHUNKS).map(|_| Ok::<_, Infallible>(Bytes::from_static(api::CHUNK)));
    HttpResponse::Ok().streaming(stream::iter(chunks))
}

async fn cached(request: HttpRequest) -> impl Responder {
    let fresh = request.headers().get(IF_NONE_MATCH).is_some_and(|known| known == api::ETAG.1);
    let mut response = if fresh { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header(api::ETAG).finish()
}

async fn redirect() -> impl Responder {
    HttpResponse::Found().insert_header(api::LOCATION).finish()
}

async fn answer(request: HttpRequest) -> HttpResponse {
    let Answer { status, headers, body, delay } = Answer::of(request.query_string());
    tokio::time::sleep(delay).await;
    let status = StatusCode::from_u16(status.as_u16()).expect("both versions have the same ones");
    let mut response = HttpResponse::build(status);
    for (name, value) in &headers {
        response.append_header((name.as_str(), value.as_bytes()));
    }
    response.body(body)
}

async fn upgrade(request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    let (response, session, messages) = actix_ws::handle(&request, body)?;
    // actix-ws leaves aggregating messages, pongs and closing to the handler.
    rt::spawn(echo_messages(session, messages.aggregate_continuations()));
    Ok(response)
}

async fn echo_messages(mut session: Session, mut messages: AggregatedMessageStream) {
    while let Some(Ok(message)) = messages.recv().await {
        let sent = match message {
            AggregatedMessage::Text(text) => session.text(text).await,
            AggregatedMessage::Binary(bytes) => session.binary(bytes).await,
            AggregatedMessage::Ping(bytes) => session.pong(&bytes).await,
            AggregatedMessage::Pong(_) => continue,
            AggregatedMessage::Close(_) => break,
        };
        if sent.is_err() {
            return;
        }
    }
    // Already closed if the client has gone.
    let _ = session.close(None).await;
}
