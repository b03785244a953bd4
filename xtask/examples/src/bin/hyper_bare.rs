//! A bare hyper server with only `cors-core`: what the layers for frameworks do, in one function.
//!
//! ```sh
//! cargo run -p examples --bin hyper_bare
//! curl -i http://127.0.0.1:3000/countdown -H 'Origin: https://app.example.com'
//! ```
//!
//! Set the environment variable `ADDR` to listen elsewhere.

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use cors_core::Policy;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Full, Limited, StreamBody, combinators::BoxBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

type Body = BoxBody<Bytes, Infallible>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cors = Policy::builder()
        .allow_origins(["https://app.example.com", "http://localhost:*"])
        .allow_methods([Method::PUT])
        .allow_headers([CONTENT_TYPE])
        .max_age(Duration::from_secs(600))
        .build()?; // the error lists every problem, each with a suggested fix

    let addr = std::env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(addr).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (connection, _) = listener.accept().await?;
        let cors = cors.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| with_cors(&cors, request));
            let connection =
                http1::Builder::new().serve_connection(TokioIo::new(connection), service);
            if let Err(error) = connection.await {
                eprintln!("{error}");
            }
        });
    }
}

/// Everything CORS needs. Every response passes through here, so a 404 has the headers too.
async fn with_cors(
    cors: &Policy,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let exchange = cors.begin(&request).without_asking();
    let mut response = match exchange.short_circuit() {
        // A preflight: the handler never sees it.
        Some(status) => {
            let mut response = Response::new(Empty::new().boxed());
            *response.status_mut() = status;
            response
        }
        None => handle(request).await.unwrap_or_else(|error| {
            eprintln!("{error}");
            text(StatusCode::INTERNAL_SERVER_ERROR, "it is not you, it is us")
        }),
    };
    // Changes only the CORS headers and `Vary`, and never the body.
    exchange.write(response.headers_mut());
    Ok(response)
}

async fn handle(
    request: Request<Incoming>,
) -> Result<Response<Body>, Box<dyn Error + Send + Sync>> {
    Ok(match (request.method(), request.uri().path()) {
        (&Method::GET, "/countdown") => countdown(),
        (&Method::GET, "/notice") => text(StatusCode::OK, tokio::fs::read("notice.txt").await?),
        (&Method::PUT, "/notice") => {
            let notice = Limited::new(request.into_body(), 10_000).collect().await?;
            tokio::fs::write("notice.txt", notice.to_bytes()).await?;
            text(StatusCode::OK, "hung up")
        }
        _ => text(StatusCode::NOT_FOUND, "there is /countdown and /notice"),
    })
}

fn text(status: StatusCode, text: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Full::new(text.into()).boxed());
    *response.status_mut() = status;
    response
}

/// A stream that the script reads number by number.
fn countdown() -> Response<Body> {
    let numbers = stream::unfold(3, |left: u8| async move {
        let next = left.checked_sub(1)?;
        tokio::time::sleep(Duration::from_millis(100)).await;
        Some((Ok(Frame::data(Bytes::from(format!("{left}\n")))), next))
    });
    Response::new(BodyExt::boxed(StreamBody::new(numbers)))
}
