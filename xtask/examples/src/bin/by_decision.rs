//! axum, with what browsers leave to the server: a WebSocket for allowed origins alone, and
//! `Timing-Allow-Origin` for the same origins as CORS.
//!
//! ```sh
//! cargo run -p examples --bin by_decision
//! curl -i http://127.0.0.1:3000/ -H 'Origin: https://app.example.com'
//! ```
//!
//! Set `ADDR` to listen elsewhere.

use std::env;
use std::error::Error;

use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, Request};
use axum::http::header::{HeaderName, HeaderValue, ORIGIN, VARY};
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::any, routing::get};
use cors_axum::{CorsLayer, Decided, Policy};
use tokio::net::TcpListener;

const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let policy = Policy::builder()
        // Our own pages need no CORS, but their WebSockets are checked like any other.
        .allow_origins(["https://app.example.com", "https://api.example.com"])
        .allow_methods(["PUT"])
        .allow_credentials(true)
        .build()?;
    let app = Router::new()
        .route("/", get(|| async { "hello" }).put(|| async { "stored" }))
        .route("/chat", any(chat))
        .fallback(|uri: Uri| async move { (StatusCode::NOT_FOUND, format!("no {uri}")) })
        .layer(from_fn(timing))
        .layer(CorsLayer::new(policy).with_decision());
    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(addr).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// Browsers send cookies with a WebSocket's handshake from any page, and let the page read.
async fn chat(Extension(decided): Extension<Decided>, upgrade: WebSocketUpgrade) -> Response {
    if !decided.is_allowed() {
        return (StatusCode::FORBIDDEN, decided.to_string()).into_response();
    }
    upgrade.on_upgrade(echo)
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            break;
        }
    }
}

/// Lets the pages that may read also see how long each part of the request took.
async fn timing(Extension(decided): Extension<Decided>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(ORIGIN).filter(|_| decided.is_allowed()).cloned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Without this, a cache could give one page what was made for another. The layer merges it.
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(TIMING_ALLOW_ORIGIN, origin);
    }
    response
}
