//! Serves a service, since `warp::serve` only takes filters.

use std::error::Error;
use std::time::Duration;

use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower_service::Service;

/// Serves a service, such as [`warp::service`] with a layer around it, over HTTP/1 and HTTP/2, with
/// WebSockets.
///
/// The future never completes. If you drop it, open connections continue, each in its own task.
///
/// ```no_run
/// use cors_warp::{CorsLayer, Layer, Policy};
/// use warp::Filter;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let cors = CorsLayer::new(Policy::builder().allow_origins("https://app.example.com").build()?);
/// let routes = warp::any().map(|| "hello");
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:3030").await?;
/// cors_warp::serve(listener, cors.layer(warp::service(routes))).await;
/// # Ok(())
/// # }
/// ```
///
/// Unlike with `warp::serve`, `warp::addr::remote()` is `None`, because the type that carries the
/// address is private to warp.
pub async fn serve<S, B>(listener: TcpListener, service: S)
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    loop {
        let Ok((stream, _peer)) = listener.accept().await else {
            // Probably too many open files: wait for a connection to end.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let server = Builder::new(TokioExecutor::new());
            // The client's error: it disconnected, or does not speak HTTP.
            let _ = server.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
        });
    }
}
