//! actix-web: an app that wears the middleware, called as its dispatcher calls it.

mod layers;

use std::rc::Rc;

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, Uri};
use actix_web::test::init_service;
use actix_web::{App, Error, HttpResponse, web};
use cors_actix::CorsLayer;

use self::layers::{Around, Instead};
use super::{Entered, Framework, Kept, Purpose, enter, peer};
use crate::answer::Answer;
use crate::contender::{Serve, Served, Who, ready};
use crate::floor::FloorHeaders;
use crate::handler::{BODY, OWN_HEADERS};
use crate::policy;
use crate::request::Ask;
use crate::rows::{Handler, Kind, Row};

/// actix-web's app.
#[derive(Debug, Default)]
pub struct Actix {
    kept: Kept<Request>,
}

fn routes(app: &mut web::ServiceConfig) {
    let created = || async { HttpResponse::Created().finish() };
    let item = |id: web::Path<u64>| async move { id.to_string() };
    app.route(Handler::Plain.path(), web::get().to(|| async { BODY }))
        .route(Handler::OwnHeaders.path(), web::get().to(own))
        .service(
            web::resource("/items")
                .route(web::get().to(|| async { BODY }))
                .route(web::post().to(created)),
        )
        .route("/items/{id}", web::get().to(item))
        .route("/sessions", web::post().to(created));
}

async fn own() -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for header in OWN_HEADERS {
        response.insert_header(header);
    }
    response.body(BODY)
}

/// An app with the routes and this middleware.
macro_rules! app {
    ($($middleware:expr)?) => {
        served(ready(init_service(App::new().configure(routes)$(.wrap($middleware))?)))
    };
}

impl Framework for Actix {
    fn contenders(&mut self, row: &Row, purpose: Purpose) -> Vec<Entered> {
        let request = requests(&row.ask, row.handler);
        let ours = self.kept.get(Who::Ours, row, || app!(CorsLayer::new(policy::ours(row.policy))));
        let answer = ours.answer(request());
        let status = StatusCode::from_u16(answer.status).expect("it was one");
        let value = HeaderValue::from_static;
        let (bare, floor) = match row.kind {
            Kind::Handled => {
                let bare = app!();
                let floor = FloorHeaders::of(&answer, &bare.answer(request()), value);
                (bare, app!(Around(floor)))
            }
            Kind::Answered => {
                let bare = app!(Instead(status, FloorHeaders::none()));
                let floor = FloorHeaders::of(&answer, &bare.answer(request()), value);
                (bare, app!(Instead(status, floor)))
            }
        };
        let peer = peer(row, purpose, || {
            Ok(self.kept.get(Who::Peer, row, || app!(policy::actix_cors(row.policy))))
        });
        enter(
            &request,
            [
                (Who::Bare, Ok(bare)),
                (Who::Floor, Ok(floor)),
                (Who::Ours, Ok(ours)),
                (Who::Peer, peer),
            ],
        )
    }
}

fn requests(ask: &Ask, handler: Handler) -> Rc<dyn Fn() -> Request> {
    let method = ask.own_method();
    let method = Method::from_bytes(method.as_str().as_bytes()).expect("it is a method");
    let uri = Uri::from_static(handler.path());
    let line = |(name, value)| {
        let value = HeaderValue::from_maybe_shared(value).expect("it is visible ASCII");
        (HeaderName::from_static(name), value)
    };
    let headers: HeaderMap = ask.slices().into_iter().map(line).collect();
    Rc::new(move || {
        let mut request = Request::new();
        let head = request.head_mut();
        head.method = method.clone();
        head.uri = uri.clone();
        head.headers = headers.clone();
        request
    })
}

fn served<S, B>(app: S) -> Rc<dyn Serve<Request>>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    let call = move |request| match ready(app.call(request)) {
        Ok(response) => response,
        Err(error) => panic!("no service here fails, but: {error}"),
    };
    let look = |response: &ServiceResponse<B>| {
        let lines = response.headers().iter();
        let lines = lines.map(|(name, value)| (name.as_str(), value.as_bytes()));
        Answer::new(response.status().as_u16(), lines)
    };
    Rc::new(Served { call, look })
}
