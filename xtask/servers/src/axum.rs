//! The test API in idiomatic axum, with the CORS layer outermost on the router.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, Request};
use axum::http::header::{AUTHORIZATION, IF_NONE_MATCH};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, options};
use futures_util::stream;
use tokio::net::TcpListener;
use xtask::options::Adapter;

use crate::api::{self, Answer, Seen};
use crate::policies::Policies;
use crate::started::Started;

/// Serves on `listener`.
pub fn start(listener: TcpListener, policies: Policies) -> Started {
    let mut api = router();
    if policies.has_answer() {
        api = api.route("/answer", any(answer));
    }
    let (cors, swap) = policies.tower_layer();
    let api = match cors {
        Some(cors) => api.layer(cors),
        None => api,
    };
    Started { running: Box::pin(async { axum::serve(listener, api).await }), swap }
}

fn router() -> Router {
    Router::new()
        .route("/echo", any(echo))
        .route("/options", options(|| async { [api::HANDLER] }))
        .route("/vary", get(|| async { [api::VARY] }))
        .route("/vary-star", get(|| async { [api::VARY_STAR] }))
        .route("/own", get(|| async { [api::OWN_ORIGIN, api::OWN_CREDENTIALS] }))
        .route("/cookie", get(cookie))
        .route("/error", get(error))
        .route("/middleware-error", get(unreached).layer(middleware::from_fn(fail)))
        .route("/auth", get(|| async {}).layer(middleware::from_fn(require_authorization)))
        .route("/stream", get(stream))
        .route("/cached", get(cached))
        .route("/redirect", get(|| async { (StatusCode::FOUND, [api::LOCATION]) }))
        .route("/ws", any(|upgrade: WebSocketUpgrade| async { upgrade.on_upgrade(echo_messages) }))
}

async fn echo(request: Request) -> Response {
    // In axum, only `any` accepts unknown methods, and it accepts OPTIONS too.
    if request.method() == Method::OPTIONS {
        return (StatusCode::METHOD_NOT_ALLOWED, [api::ECHOED]).into_response();
    }
    ([api::JSON, api::REQUEST_ID, api::SECRET], seen(&request).to_json()).into_response()
}

async fn cookie(request: Request) -> impl IntoResponse {
    ([api::JSON, api::COOKIE], seen(&request).with_cookies().to_json())
}

fn seen(request: &Request) -> Seen<'_> {
    let lines = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    Seen::new(Adapter::Axum, request.method().as_str(), request.uri().path(), lines)
}

/// A handler's own error. axum turns it into a response.
struct Fault;

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, api::HANDLER_FAULT).into_response()
    }
}

async fn error() -> Result<&'static str, Fault> {
    Err(Fault)
}

async fn unreached() -> &'static str {
    api::UNREACHED
}

async fn fail(_: Request, _: Next) -> Result<Response, (StatusCode, &'static str)> {
    Err((StatusCode::INTERNAL_SERVER_ERROR, api::MIDDLEWARE_FAULT))
}

/// Wraps the whole route, so it would answer even a preflight that got this far with 401.
async fn require_authorization(request: Request, next: Next) -> Response {
    if request.headers().contains_key(AUTHORIZATION) {
        next.run(request).await
    } else {
        (StatusCode::UNAUTHORIZED, [api::CHALLENGE]).into_response()
    }
}

async fn stream() -> Body {
    Body::from_stream(stream::iter((0..api::CHUNKS).map(|_| Ok::<_, Infallible>(api::CHUNK))))
}

async fn cached(headers: HeaderMap) -> impl IntoResponse {
    let fresh = headers.get(IF_NONE_MATCH).is_some_and(|known| known == api::ETAG.1);
    (if fresh { StatusCode::NOT_MODIFIED } else { StatusCode::OK }, [api::ETAG])
}

async fn answer(RawQuery(query): RawQuery) -> Response {
    let Answer { status, headers, body, delay } = Answer::of(query.as_deref().unwrap_or_default());
    tokio::time::sleep(delay).await;
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

async fn echo_messages(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        let echoed = matches!(message, Message::Text(_) | Message::Binary(_));
        if echoed && socket.send(message).await.is_err() {
            return;
        }
    }
}
