//! What the tests of this folder share: the layer around a service and around a filter, without a
//! socket.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use cors_warp::{CorsLayer, FilterLayer, Layer};
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::{Service, ServiceExt};
use warp::reply::Response;
use warp::{Filter, Rejection};

pub use adapter_tests::*;

/// A layer of [`policy`].
pub fn layer() -> CorsLayer {
    CorsLayer::new(policy())
}

/// Whether a filter can be given to the functions below. What `or`, `recover` and the like return
/// can.
pub trait Routes<R>:
    Filter<Extract = (R,), Error: Into<Rejection>, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<R, F> Routes<R> for F where
    F: Filter<Extract = (R,), Error: Into<Rejection>, Future: Send> + Clone + Send + Sync + 'static
{
}

/// An API as a client sees it, wherever the layer is applied.
#[derive(Clone)]
pub struct App {
    pub around: &'static str,
    send: Arc<Send_>,
}

type Send_ = dyn Fn(http::Request<String>) -> Sent + Send + Sync;
type Sent = Pin<Box<dyn Future<Output = Response> + Send>>;

impl App {
    fn new<S>(around: &'static str, service: S) -> Self
    where
        S: Service<http::Request<String>, Response = Response, Error = Infallible>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send,
    {
        let send = move |request| {
            let service = service.clone();
            // `oneshot` polls a clone ready and then calls it.
            Box::pin(async move { service.oneshot(request).await.unwrap() }) as Sent
        };
        Self { around, send: Arc::new(send) }
    }

    pub async fn send(&self, request: impl Into<http::Request<String>>) -> Response {
        (self.send)(request.into()).await
    }

    /// Sends each row's request and compares.
    pub async fn check<const N: usize>(&self, rows: [Row<'_>; N]) {
        for (what, request, status, wanted) in rows {
            let response = self.send(request).await;
            compare(&format!("{what} ({})", self.around), &response, status, wanted);
        }
    }
}

/// Filters without a layer.
pub fn bare<R: warp::Reply + 'static>(routes: impl Routes<R>) -> App {
    App::new("filter", warp::service(routes.map_rejection()))
}

/// The layer around the service of the filters.
pub fn around_service<L, R>(layer: &L, routes: impl Routes<R>) -> App
where
    L: AppliesToService,
    R: warp::Reply + 'static,
{
    App { around: "service", ..layer.apply(routes.map_rejection()) }
}

/// The layer around the filters themselves, and warp's service around that.
pub fn around_filter<L, R>(layer: &L, routes: impl Routes<R>) -> App
where
    L: FilterLayer,
    R: warp::Reply + 'static,
{
    bare(cors_warp::filter(layer, routes))
}

/// Both.
pub fn both<L, R>(layer: &L, routes: impl Routes<R>) -> [App; 2]
where
    L: FilterLayer + AppliesToService,
    R: warp::Reply + 'static,
{
    [around_service(layer, routes.clone()), around_filter(layer, routes)]
}

/// One type for all filters, so that the layers below need no more than one.
type Boxed = warp::filters::BoxedFilter<(Response,)>;

trait MapRejection<R> {
    fn map_rejection(self) -> Boxed;
}

impl<R: warp::Reply + 'static, F: Routes<R>> MapRejection<R> for F {
    fn map_rejection(self) -> Boxed {
        self.map(|reply: R| warp::Reply::into_response(reply)).boxed()
    }
}

/// A layer that wraps warp's service.
pub trait AppliesToService {
    fn apply(&self, routes: Boxed) -> App;
}

impl AppliesToService for CorsLayer {
    fn apply(&self, routes: Boxed) -> App {
        App::new("service", self.layer(warp::service(routes)))
    }
}

impl<F, Fut> AppliesToService for cors_warp::AskLayer<F>
where
    F: Fn(cors_warp::AskedOrigin) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: cors_warp::IntoVerdict> + Send + 'static,
{
    fn apply(&self, routes: Boxed) -> App {
        App::new("service", self.layer(warp::service(routes)))
    }
}

pub async fn text(response: Response) -> String {
    let whole = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(whole.to_vec()).unwrap()
}

/// Rejects requests without `Authorization`, and counts all.
#[derive(Debug)]
pub struct Unauthorized;

impl warp::reject::Reject for Unauthorized {}

pub fn auth(seen: Counter) -> impl Filter<Extract = (), Error = Rejection> + Clone {
    warp::any().map(move || seen.add()).untuple_one().and(
        warp::header::optional::<String>("authorization")
            .and_then(|credentials: Option<String>| async move {
                credentials.map(drop).ok_or(warp::reject::custom(Unauthorized))
            })
            .untuple_one(),
    )
}

/// Makes a response of [`Unauthorized`], and lets other rejections pass.
pub async fn login(rejection: Rejection) -> Result<StatusCode, Rejection> {
    match rejection.find::<Unauthorized>() {
        Some(Unauthorized) => Ok(StatusCode::UNAUTHORIZED),
        None => Err(rejection),
    }
}

/// Serves a service.
pub async fn serve_on<S>(listener: TcpListener, service: S)
where
    S: Service<http::Request<Incoming>, Response = Response, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
{
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let server = auto::Builder::new(TokioExecutor::new());
            // A client that hangs up is an error too.
            let _ = server.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
        });
    }
}
