//! The tests that every adapter passes.

use std::error::Error;
use std::fmt;

use adapter_tests::{
    Adapter, Api, Body, Failure, Hooks, Reply, Request, Server, Way, adapter_tests, hooked, select,
};
use futures_util::{SinkExt, StreamExt};
use poem::error::ResponseError;
use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::web::Data;
use poem::web::websocket::WebSocket;
use poem::{Endpoint, EndpointExt, IntoResponse, Response, Route, get, handler};
use poem_adapter::CorsLayer;

struct Poem;

adapter_tests!(Poem);

impl Adapter for Poem {
    fn start(way: Way, hooks: Hooks, api: Api) -> Server {
        let layer = match way {
            Way::New(policy) => CorsLayer::new(policy),
            Way::Shared(handle) => CorsLayer::shared(handle),
            Way::FirstAllowing(policies) => CorsLayer::first_allowing(policies).unwrap(),
            Way::Select(names, select) if names.is_empty() => CorsLayer::select(select!(select)),
            Way::Select(names, select) => {
                CorsLayer::select_reading(names, select!(select)).unwrap()
            }
            Way::Ask(policy, ask) => CorsLayer::ask(policy, move |asked| ask(asked)),
        };
        let app = routes(api).with(hooked!(layer, hooks));
        Server::on_tokio(|listener| async {
            let acceptor = TcpAcceptor::from_tokio(listener).unwrap();
            poem::Server::new_with_acceptor(acceptor).run(app).await.unwrap();
        })
    }
}

fn routes(api: Api) -> impl Endpoint {
    let mut routes = Route::new();
    for path in Api::PATHS {
        routes = routes.at(path, answer);
    }
    for path in Api::GET_PATHS {
        routes = routes.at(path, get(answer));
    }
    routes.at(Api::WEBSOCKET, get(echo)).data(api.clone()).around(move |inner, request| {
        let is_authorized = request.headers().contains_key("authorization");
        let answered = api.before(request.uri().path(), is_authorized);
        async move {
            match answered {
                Some(answered) => Ok(respond(answered.map_err(Failed)?)),
                None => inner.call(request).await.map(IntoResponse::into_response),
            }
        }
    })
}

#[handler]
async fn answer(
    api: Data<&Api>,
    request: &poem::Request,
    body: Vec<u8>,
) -> Result<Response, Failed> {
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
    let request = Request::received(request.method().as_str(), request.uri(), headers, &body)
        .decided(request.extensions().get());
    Ok(respond(api.handle(request).await.map_err(Failed)?))
}

fn respond(reply: Reply) -> Response {
    let (head, body) = reply.into_http().into_parts();
    let mut response = match body {
        Body::Text(text) => Response::from(text),
        Body::Chunks(chunks) => poem::Body::from_bytes_stream(chunks).into(),
    };
    response.set_status(head.status);
    response.headers_mut().extend(head.headers);
    response
}

/// poem's way of failing: an error that knows its response.
#[derive(Debug)]
struct Failed(Failure);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Failed {}

impl ResponseError for Failed {
    fn status(&self) -> StatusCode {
        self.as_response().status()
    }

    fn as_response(&self) -> Response {
        respond(self.0.into())
    }
}

#[handler]
fn echo(socket: WebSocket) -> impl IntoResponse {
    socket.on_upgrade(|mut stream| async move {
        while let Some(Ok(message)) = stream.next().await {
            if stream.send(message).await.is_err() {
                break;
            }
        }
    })
}
