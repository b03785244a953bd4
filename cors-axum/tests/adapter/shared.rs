//! The tests that every adapter passes.

use adapter_tests::{
    Adapter, Api, Body, Failure, Hooks, Reply, Request, Server, Way, adapter_tests, hooked, select,
};
use axum::Router;
use axum::body::to_bytes;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{self, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use cors_axum::CorsLayer;

struct Axum;

adapter_tests!(Axum);

impl Adapter for Axum {
    fn start(way: Way, hooks: Hooks, api: Api) -> Server {
        let app = routes(api);
        let app = match way {
            Way::New(policy) => app.layer(hooked!(CorsLayer::new(policy), hooks)),
            Way::Shared(handle) => app.layer(hooked!(CorsLayer::shared(handle), hooks)),
            Way::FirstAllowing(policies) => {
                app.layer(hooked!(CorsLayer::first_allowing(policies).unwrap(), hooks))
            }
            Way::Select(names, select) if names.is_empty() => {
                app.layer(hooked!(CorsLayer::select(select!(select)), hooks))
            }
            Way::Select(names, select) => app
                .layer(hooked!(CorsLayer::select_reading(names, select!(select)).unwrap(), hooks)),
            Way::Ask(policy, ask) => {
                app.layer(hooked!(CorsLayer::ask(policy, move |asked| ask(asked)), hooks))
            }
        };
        Server::on_tokio(|listener| async { axum::serve(listener, app).await.unwrap() })
    }
}

fn routes(api: Api) -> Router {
    let mut routes = Router::new();
    for path in Api::PATHS {
        routes = routes.route(path, any(handle));
    }
    for path in Api::GET_PATHS {
        routes = routes.route(path, get(handle));
    }
    routes
        .route(Api::WEBSOCKET, any(|ws: WebSocketUpgrade| async { ws.on_upgrade(echo) }))
        .layer(from_fn_with_state(api.clone(), before))
        .with_state(api)
}

async fn before(
    State(api): State<Api>,
    request: extract::Request,
    next: Next,
) -> Result<Response, Failed> {
    let is_authorized = request.headers().contains_key("authorization");
    match api.before(request.uri().path(), is_authorized) {
        Some(answered) => Ok(respond(answered?)),
        None => Ok(next.run(request).await),
    }
}

async fn handle(State(api): State<Api>, request: extract::Request) -> Result<Response, Failed> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let request = Request::received(head.method.as_str(), head.uri, headers, &body)
        .decided(head.extensions.get());
    Ok(respond(api.handle(request).await?))
}

fn respond(reply: Reply) -> Response {
    reply.into_http().map(|body| match body {
        Body::Text(text) => text.into(),
        Body::Chunks(chunks) => axum::body::Body::from_stream(chunks),
    })
}

/// axum's way of failing: an `Err` that is a response.
struct Failed(Failure);

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        respond(self.0.into())
    }
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            break;
        }
    }
}
