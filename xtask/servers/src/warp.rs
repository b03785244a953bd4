//! The test API in idiomatic warp: filters, their rejections, and a `recover` for the API's own ones.
//!
//! Other rejections, such as 404 and 405, become responses in the service that `warp::service` makes
//! of the filters, so the CORS layer wraps this service.

use std::convert::Infallible;
use std::io;

use cors_warp::{CorsLayer, Layer};
use futures_util::{SinkExt, StreamExt, stream};
use tokio::net::TcpListener;
use warp::filters::BoxedFilter;
use warp::http::header::{AUTHORIZATION, HeaderMap, HeaderValue, IF_NONE_MATCH};
use warp::http::{Method, StatusCode, Uri};
use warp::path::FullPath;
use warp::reject::{self, Reject};
use warp::reply::Response;
use warp::ws::{WebSocket, Ws};
use warp::{Filter, Rejection, Reply};
use xtask::options::Adapter;

use crate::api::{self, Answer, Field, Seen};
use crate::policies::Policies;
use crate::started::Started;

/// Serves on `listener`.
pub fn start(listener: TcpListener, policies: Policies) -> Started {
    let mut more = Vec::new();
    if policies.has_answer() {
        let query = warp::query::raw().or(warp::any().map(String::new)).unify();
        more.push(path("answer").and(query).then(answer).boxed());
    }
    let (cors, swap) = policies.tower_layer();
    Started { running: Box::pin(serve(listener, cors, more)), swap }
}

/// A layer around warp's service also reaches requests that no filter matches: the service makes 404 and 405.
async fn serve(listener: TcpListener, cors: Option<CorsLayer>, more: Vec<Route>) -> io::Result<()> {
    let api = warp::service(routes(more));
    match cors {
        Some(cors) => cors_warp::serve(listener, cors.layer(api)).await,
        None => cors_warp::serve(listener, api).await,
    }
    Ok(())
}

type Route = BoxedFilter<(Response,)>;

fn routes(more: Vec<Route>) -> Route {
    let own = [api::OWN_ORIGIN, api::OWN_CREDENTIALS];
    let failing = || reject_with(Fault::Handler);
    let unreached = warp::any().map(|| ok(&[], api::UNREACHED)).boxed();
    let inside = warp::any().map(|| ok(&[], StatusCode::OK)).boxed();
    let routes = [
        path("echo").and(any_but_options()).and(seen()).map(echo).boxed(),
        path("options").and(warp::options()).map(|| ok(&[api::HANDLER], StatusCode::OK)).boxed(),
        get("vary").map(|| ok(&[api::VARY], StatusCode::OK)).boxed(),
        get("vary-star").map(|| ok(&[api::VARY_STAR], StatusCode::OK)).boxed(),
        get("own").map(move || ok(&own, StatusCode::OK)).boxed(),
        get("cookie").and(seen()).map(cookie).boxed(),
        get("error").and_then(failing).boxed(),
        get("middleware-error").and(unreached.with(warp::wrap_fn(fail))).boxed(),
        path("auth").and(inside.with(warp::wrap_fn(require_authorization))).boxed(),
        get("stream").map(stream).boxed(),
        get("cached").and(warp::header::headers_cloned()).map(cached).boxed(),
        get("redirect").map(redirect).boxed(),
        path("ws").and(warp::ws()).map(upgrade).boxed(),
    ];
    let routes =
        routes.into_iter().chain(more).reduce(|routes, route| routes.or(route).unify().boxed());
    routes.expect("there are routes").recover(recover).unify().boxed()
}

/// Exactly one segment. It comes before the method, so that a wrong method gives 405 and a wrong path 404.
fn path(segment: &'static str) -> impl Filter<Extract = (), Error = Rejection> + Copy {
    warp::path(segment).and(warp::path::end())
}

fn get(segment: &'static str) -> impl Filter<Extract = (), Error = Rejection> + Copy {
    path(segment).and(warp::get())
}

/// warp rejects with 405 only if a filter requires a method, and it has no filter for "any but". So this rejects
/// OPTIONS twice, and warp prefers the 405.
fn any_but_options() -> impl Filter<Extract = (), Error = Rejection> + Clone {
    let but_options = warp::method().and_then(|method| async move {
        if method == Method::OPTIONS { Err(reject::not_found()) } else { Ok(()) }
    });
    warp::get().or(but_options.untuple_one()).map(|_| ()).untuple_one()
}

/// The parts of [`Seen`].
fn seen() -> impl Filter<Extract = (Method, FullPath, HeaderMap), Error = Infallible> + Copy {
    warp::method().and(warp::path::full()).and(warp::header::headers_cloned())
}

fn echo(method: Method, path: FullPath, headers: HeaderMap) -> Response {
    let seen = told(&method, &path, &headers);
    ok(&[api::JSON, api::REQUEST_ID, api::SECRET], seen.to_json())
}

fn cookie(method: Method, path: FullPath, headers: HeaderMap) -> Response {
    let seen = told(&method, &path, &headers);
    ok(&[api::JSON, api::COOKIE], seen.with_cookies().to_json())
}

fn told<'a>(method: &'a Method, path: &'a FullPath, headers: &'a HeaderMap) -> Seen<'a> {
    let lines = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    Seen::new(Adapter::Warp, method.as_str(), path.as_str(), lines)
}

fn ok(fields: &[Field], reply: impl Reply) -> Response {
    let mut response = reply.into_response();
    for (name, value) in fields {
        response.headers_mut().insert(*name, HeaderValue::from_static(value));
    }
    response
}

/// The API's own rejections.
#[derive(Debug)]
enum Fault {
    Handler,
    Middleware,
    Unauthorized,
}

impl Reject for Fault {}

async fn reject_with<T>(fault: Fault) -> Result<T, Rejection> {
    Err(reject::custom(fault))
}

/// Passes warp's own rejections on to warp.
async fn recover(rejection: Rejection) -> Result<Response, Rejection> {
    let failed = |text: &'static str| {
        warp::reply::with_status(text, StatusCode::INTERNAL_SERVER_ERROR).into_response()
    };
    match rejection.find() {
        Some(Fault::Handler) => Ok(failed(api::HANDLER_FAULT)),
        Some(Fault::Middleware) => Ok(failed(api::MIDDLEWARE_FAULT)),
        Some(Fault::Unauthorized) => Ok(ok(&[api::CHALLENGE], StatusCode::UNAUTHORIZED)),
        None => Err(rejection),
    }
}

fn fail(inner: Route) -> Route {
    let failing = warp::any().and_then(|| reject_with::<()>(Fault::Middleware));
    failing.untuple_one().and(inner).boxed()
}

/// Wraps the whole route, so it would answer even a preflight that got this far with 401.
fn require_authorization(inner: Route) -> Route {
    // Read as bytes, so that a value that is not text does not count as missing.
    let authorization = warp::header::value(AUTHORIZATION.as_str()).map(|_: HeaderValue| ());
    let authorized = authorization.untuple_one().or_else(|_| reject_with(Fault::Unauthorized));
    authorized.and(warp::get()).and(inner).boxed()
}

fn stream() -> Response {
    let chunks = (0..api::CHUNKS).map(|_| Ok::<_, Infallible>(api::CHUNK));
    warp::reply::stream(stream::iter(chunks)).into_response()
}

fn cached(headers: HeaderMap) -> Response {
    let fresh = headers.get(IF_NONE_MATCH).is_some_and(|known| known == api::ETAG.1);
    ok(&[api::ETAG], if fresh { StatusCode::NOT_MODIFIED } else { StatusCode::OK })
}

fn redirect() -> Response {
    warp::redirect::found(Uri::from_static(api::LOCATION.1)).into_response()
}

async fn answer(query: String) -> Response {
    let Answer { status, headers, body, delay } = Answer::of(&query);
    tokio::time::sleep(delay).await;
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn upgrade(upgrade: Ws) -> Response {
    upgrade.on_upgrade(echo_messages).into_response()
}

async fn echo_messages(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.next().await {
        let echoed = message.is_text() || message.is_binary();
        if echoed && socket.send(message).await.is_err() {
            return;
        }
    }
}
