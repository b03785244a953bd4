//! The tests that every adapter passes: with the layer around the service, and around the filters.

use crate::common;
use std::future::ready;

use adapter_tests::{
    Adapter, Api, Body, Failure, Hooks, Reply, Request, Server, Way, hooked, select,
};
use cors_warp::{CorsLayer, Decided, Layer};
use futures_util::{FutureExt, StreamExt};
use http::{HeaderMap, Method};
use hyper::body::Bytes;
use warp::filters::BoxedFilter;
use warp::path::FullPath;
use warp::reply::Response;
use warp::ws::{WebSocket, Ws};
use warp::{Filter, Rejection, Reply as _};

/// Gives the way's layer to a macro: the types of the layers differ.
macro_rules! with_layer {
    ($way:expr, $then:ident) => {
        match $way {
            Way::New(policy) => $then!(CorsLayer::new(policy)),
            Way::Shared(handle) => $then!(CorsLayer::shared(handle)),
            Way::FirstAllowing(policies) => $then!(CorsLayer::first_allowing(policies).unwrap()),
            Way::Select(names, select) if names.is_empty() => {
                $then!(CorsLayer::select(select!(select)))
            }
            Way::Select(names, select) => {
                $then!(CorsLayer::select_reading(names, select!(select)).unwrap())
            }
            Way::Ask(policy, ask) => $then!(CorsLayer::ask(policy, move |asked| ask(asked))),
        }
    };
}

struct Service;

mod service {
    use super::Service;
    adapter_tests::adapter_tests!(Service);
}

impl Adapter for Service {
    fn start(way: Way, hooks: Hooks, api: Api) -> Server {
        macro_rules! serve {
            ($layer:expr) => {{
                let service = hooked!($layer, hooks).layer(warp::service(routes(api)));
                Server::on_tokio(|listener| common::serve_on(listener, service))
            }};
        }
        with_layer!(way, serve)
    }
}

struct AroundFilter;

mod filter {
    use super::AroundFilter;
    adapter_tests::adapter_tests!(AroundFilter);
}

impl Adapter for AroundFilter {
    const SEES_REJECTIONS: bool = false;
    const PASSES_DECISION: bool = false;

    fn start(way: Way, hooks: Hooks, api: Api) -> Server {
        macro_rules! serve {
            ($layer:expr) => {{
                let routes = cors_warp::filter(&hooked!($layer, hooks), routes(api));
                Server::on_tokio(|listener| warp::serve(routes).incoming(listener).run())
            }};
        }
        with_layer!(way, serve)
    }
}

fn routes(api: Api) -> BoxedFilter<(Response,)> {
    let inner = api.clone();
    let before = warp::path::full()
        .and(warp::header::optional("authorization"))
        .and_then(move |path: FullPath, credentials: Option<String>| {
            let answered = inner.before(path.as_str(), credentials.is_some());
            ready(match answered {
                Some(Ok(Reply { status, headers, .. })) => Err(failed(Failure { status, headers })),
                Some(Err(failure)) => Err(failed(failure)),
                None => Ok(()),
            })
        })
        .untuple_one();
    let known = |path: FullPath| match Api::PATHS.contains(&path.as_str()) {
        true => ready(Ok(())),
        false => ready(Err(warp::reject::not_found())),
    };
    let known = warp::path::full().and_then(known).untuple_one();
    let [read, stream] = Api::GET_PATHS.map(|path| warp::path(&path[1..]));
    let routes = known.or(read.or(stream).unify().and(warp::get())).unify();
    let handled = warp::method()
        .and(warp::path::full())
        .and(warp::query::raw().or(warp::any().map(String::new)).unify())
        .and(warp::header::headers_cloned())
        .and(warp::body::bytes())
        .and(warp::ext::optional())
        .and_then(move |method, path, query, headers, body, decided| {
            handle(api.clone(), method, path, query, headers, body, decided)
        });
    let websocket = warp::path(&Api::WEBSOCKET[1..]).and(warp::ws());
    let websocket = websocket.map(|ws: Ws| ws.on_upgrade(echo).into_response());
    let routes = before.and(routes.and(handled).or(websocket).unify());
    routes.recover(recovered).unify().boxed()
}

async fn handle(
    api: Api,
    method: Method,
    path: FullPath,
    query: String,
    headers: HeaderMap,
    body: Bytes,
    decided: Option<Decided>,
) -> Result<Response, Rejection> {
    let uri = format!("{}?{query}", path.as_str());
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let request = Request::received(method.as_str(), uri, headers, &body).decided(decided.as_ref());
    api.handle(request).await.map(respond).map_err(failed)
}

fn respond(reply: Reply) -> Response {
    reply.into_http().map(|body| match body {
        Body::Text(text) => text.into_response().into_body(),
        Body::Chunks(chunks) => warp::reply::stream(chunks).into_response().into_body(),
    })
}

/// warp's way of failing: a rejection. A filter inside the layer makes a response of it.
#[derive(Debug)]
struct Failed(Failure);

impl warp::reject::Reject for Failed {}

fn failed(failure: Failure) -> Rejection {
    warp::reject::custom(Failed(failure))
}

async fn recovered(rejection: Rejection) -> Result<Response, Rejection> {
    match rejection.find::<Failed>() {
        Some(Failed(failure)) => Ok(respond((*failure).into())),
        None => Err(rejection),
    }
}

async fn echo(socket: WebSocket) {
    let (sender, messages) = socket.split();
    messages.forward(sender).map(drop).await;
}
