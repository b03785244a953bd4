//! The tests that every adapter passes.

use std::fmt;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::{Next, from_fn};
use actix_web::{
    App, Error, HttpMessage, HttpRequest, HttpResponse, HttpServer, ResponseError, rt, web,
};
use adapter_tests::{
    Adapter, Api, Body, Failure, Hooks, Reply, Request, Server, Way, adapter_tests, hooked, select,
};
use cors_actix::CorsLayer;

struct Actix;

adapter_tests!(Actix);

/// Serves the API inside a layer. A macro, since the type of an app has no name.
macro_rules! serve {
    ($api:expr, $hooks:expr, $layer:expr) => {{
        let (api, layer) = ($api, hooked!($layer, $hooks));
        Server::start(|listener, stopped| {
            rt::System::new().block_on(async {
                let app = move || {
                    let app = App::new().app_data(web::Data::new(api.clone()));
                    app.configure(routes).wrap(from_fn(before)).wrap(layer.clone())
                };
                let server = HttpServer::new(app).workers(2).disable_signals();
                let server = server.listen(listener).unwrap().run();
                let handle = server.handle();
                rt::spawn(server);
                let _ = stopped.await;
                handle.stop(false).await;
            });
        })
    }};
}

impl Adapter for Actix {
    const CHECKS_HOST: bool = true;

    fn start(way: Way, hooks: Hooks, api: Api) -> Server {
        match way {
            Way::New(policy) => serve!(api, hooks, CorsLayer::new(policy)),
            Way::Shared(handle) => serve!(api, hooks, CorsLayer::shared(handle)),
            Way::FirstAllowing(policies) => {
                serve!(api, hooks, CorsLayer::first_allowing(policies).unwrap())
            }
            Way::Select(names, select) if names.is_empty() => {
                serve!(api, hooks, CorsLayer::select(select!(select)))
            }
            Way::Select(names, select) => {
                serve!(api, hooks, CorsLayer::select_reading(names, select!(select)).unwrap())
            }
            Way::Ask(policy, ask) => {
                serve!(api, hooks, CorsLayer::ask(policy, move |asked| ask(asked)))
            }
        }
    }
}

fn routes(config: &mut web::ServiceConfig) {
    for path in Api::PATHS {
        config.service(web::resource(path).to(handle));
    }
    for path in Api::GET_PATHS {
        config.service(web::resource(path).route(web::get().to(handle)));
    }
    config.service(web::resource(Api::WEBSOCKET).to(echo));
}

async fn before(
    api: web::Data<Api>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_authorized = request.headers().contains_key("authorization");
    match api.before(request.path(), is_authorized) {
        Some(answered) => Ok(request.into_response(respond(answered.map_err(Failed)?))),
        None => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

async fn handle(
    api: web::Data<Api>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Failed> {
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
    let request = Request::received(request.method().as_str(), request.uri(), headers, &body)
        .decided(request.extensions().get());
    api.handle(request).await.map(respond).map_err(Failed)
}

fn respond(reply: Reply) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::from_u16(reply.status).unwrap());
    for header in reply.headers {
        response.append_header(*header);
    }
    match reply.body {
        Body::Text(text) => response.body(text),
        Body::Chunks(chunks) => response.streaming(chunks),
    }
}

/// actix-web's way of failing.
#[derive(Debug)]
struct Failed(Failure);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Failed {
    fn error_response(&self) -> HttpResponse {
        respond(self.0.into())
    }
}

async fn echo(request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    let (response, mut socket, mut messages) = actix_ws::handle(&request, body)?;
    rt::spawn(async move {
        while let Some(Ok(actix_ws::Message::Text(text))) = messages.recv().await {
            if socket.text(text).await.is_err() {
                break;
            }
        }
    });
    Ok(response)
}
