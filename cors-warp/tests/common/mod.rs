//! What the tests of this folder share: a policy, requests, an API worn both ways, and the CORS
//! headers of a response as lines of text.

// Each test file is a crate of its own and uses a part of this one.
#![allow(dead_code)]

#[path = "../../../cors-axum/tests/common/wanted.rs"]
mod wanted;

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cors_warp::{Builder, CorsLayer, FilterLayer, Layer, Policy};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::{Service, ServiceExt};
use warp::reply::Response;
use warp::{Filter, Rejection, Reply};

pub use wanted::*;

/// A layer of [`policy`].
pub fn layer() -> CorsLayer {
    CorsLayer::new(policy())
}

pub fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Request<String> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(String::new()).unwrap()
}

pub fn get(uri: &str, origin: &str) -> Request<String> {
    request("GET", uri, &[("origin", origin)])
}

pub fn preflight(uri: &str, origin: &str, method: &str) -> Request<String> {
    let headers = [("origin", origin), ("access-control-request-method", method)];
    request("OPTIONS", uri, &headers)
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

/// An API as a client sees it, whatever wears the layer.
#[derive(Clone)]
pub struct App {
    pub worn: &'static str,
    send: Arc<Send_>,
}

type Send_ = dyn Fn(Request<String>) -> Answer + Send + Sync;
type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

impl App {
    fn new<S>(worn: &'static str, service: S) -> Self
    where
        S: Service<Request<String>, Response = Response, Error = Infallible>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send,
    {
        let send = move |request| {
            let service = service.clone();
            // `oneshot` polls a clone ready and then calls it.
            Box::pin(async move { service.oneshot(request).await.unwrap() }) as Answer
        };
        Self { worn, send: Arc::new(send) }
    }

    pub async fn send(&self, request: Request<String>) -> Response {
        (self.send)(request).await
    }

    /// Sends each row's request and compares.
    pub async fn check<const N: usize>(&self, rows: [Row<'_>; N]) {
        for (what, request, status, wanted) in rows {
            let response = self.send(request).await;
            compare(&format!("{what} ({})", self.worn), &response, status, wanted);
        }
    }
}

/// Filters that wear no layer.
pub fn bare<R: Reply + 'static>(routes: impl Routes<R>) -> App {
    App::new("filter", warp::service(routes.map_rejection()))
}

/// The layer around the service of the filters.
pub fn around_service<L, R>(layer: &L, routes: impl Routes<R>) -> App
where
    L: WearsService,
    R: Reply + 'static,
{
    App { worn: "service", ..layer.wear(routes.map_rejection()) }
}

/// The layer around the filters themselves, and warp's service around that.
pub fn around_filter<L, R>(layer: &L, routes: impl Routes<R>) -> App
where
    L: FilterLayer,
    R: Reply + 'static,
{
    bare(cors_warp::filter(layer, routes))
}

/// Both.
pub fn both<L, R>(layer: &L, routes: impl Routes<R>) -> [App; 2]
where
    L: FilterLayer + WearsService,
    R: Reply + 'static,
{
    [around_service(layer, routes.clone()), around_filter(layer, routes)]
}

/// One type for all filters, so that the layers below need no more than one.
type Boxed = warp::filters::BoxedFilter<(Response,)>;

trait MapRejection<R> {
    fn map_rejection(self) -> Boxed;
}

impl<R: Reply + 'static, F: Routes<R>> MapRejection<R> for F {
    fn map_rejection(self) -> Boxed {
        self.map(|reply: R| reply.into_response()).boxed()
    }
}

/// A layer that warp's service can wear.
pub trait WearsService {
    fn wear(&self, routes: Boxed) -> App;
}

impl WearsService for CorsLayer {
    fn wear(&self, routes: Boxed) -> App {
        App::new("service", self.layer(warp::service(routes)))
    }
}

impl<F, Fut> WearsService for cors_warp::AskLayer<F>
where
    F: Fn(cors_warp::AskedOrigin) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: cors_warp::IntoVerdict> + Send + 'static,
{
    fn wear(&self, routes: Boxed) -> App {
        App::new("service", self.layer(warp::service(routes)))
    }
}

/// The CORS headers and `Vary` in lower case, sorted, a line each.
pub fn cors(headers: &HeaderMap) -> Vec<String> {
    let is_cors =
        |name: &HeaderName| name == "vary" || name.as_str().starts_with("access-control-");
    let mut lines: Vec<String> = headers
        .iter()
        .filter(|(name, _)| is_cors(name))
        .map(|(name, value)| format!("{name}: {}", elements(value).join(", ")))
        .map(|line| if line.starts_with("vary") { line.to_lowercase() } else { line })
        .collect();
    lines.sort();
    lines
}

fn elements(value: &HeaderValue) -> Vec<String> {
    value.to_str().unwrap().split(',').map(|element| element.trim().to_owned()).collect()
}

/// A row of a table: a sentence, a request, the status wanted and the exact CORS headers.
pub type Row<'a> = (&'a str, Request<String>, u16, &'a [&'a str]);

pub fn compare<B>(what: &str, response: &http::Response<B>, status: u16, wanted: &[&str]) {
    let got = cors(response.headers());
    assert_eq!((response.status().as_u16(), lines(&got)), (status, wanted.to_vec()), "{what}");
}

pub fn lines(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

pub async fn text(response: Response) -> String {
    let whole = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(whole.to_vec()).unwrap()
}

/// How often something ran.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicUsize>);

impl Counter {
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// The count since the last look.
    pub fn take(&self) -> usize {
        self.0.swap(0, Ordering::SeqCst)
    }
}

/// Rejects whoever sends no `Authorization`, and counts who came by.
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

/// Serves a service on a port of this machine's own choosing, until the test's runtime ends.
pub async fn serve<S>(service: S) -> SocketAddr
where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve_on(listener, service));
    address
}

/// Serves a service.
pub async fn serve_on<S>(listener: TcpListener, service: S)
where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible> + Clone + Send + 'static,
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

/// Serves filters the way that warp has for it.
pub async fn serve_filter<R: Reply + 'static>(routes: impl Routes<R>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(warp::serve(routes.map_rejection()).incoming(listener).run());
    address
}

/// Both over sockets: the layer around the service, and around the filters under `warp::serve`.
pub async fn serve_both<R>(layer: &CorsLayer, routes: impl Routes<R>) -> [SocketAddr; 2]
where
    R: Reply + 'static,
{
    let service = layer.layer(warp::service(routes.clone().map_rejection()));
    [serve(service).await, serve_filter(cors_warp::filter(layer, routes)).await]
}

/// A connection over which a request has been written, as a client without a library of its own
/// would.
pub async fn connect(address: SocketAddr, request: &Request<String>) -> TcpStream {
    let mut head =
        format!("{} {} HTTP/1.1\r\nhost: api.example\r\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        head += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    head += "\r\n";
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Reads a response's head, and no byte more.
pub async fn read_head(stream: &mut TcpStream) -> http::Response<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let mut response = http::Response::builder().status(status);
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        response = response.header(name, value);
    }
    response.body(()).unwrap()
}

/// One request over one connection: head and, since the server then closes, all of the body.
pub async fn over_socket(
    address: SocketAddr,
    mut request: Request<String>,
) -> http::Response<Vec<u8>> {
    request.headers_mut().insert("connection", HeaderValue::from_static("close"));
    let mut stream = connect(address, &request).await;
    let head = read_head(&mut stream).await;
    let mut body = Vec::new();
    stream.read_to_end(&mut body).await.unwrap();
    head.map(|()| body)
}
