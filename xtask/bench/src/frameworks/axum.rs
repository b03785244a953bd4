//! axum: a router that wears the layer, called as `axum::serve` calls it.

use std::convert::Infallible;
use std::rc::Rc;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::{get, post};
use cors_axum::CorsLayer;
use http::{HeaderValue, Request, StatusCode, Uri};
use hyper_util::service::TowerToHyperService;

use super::layers::{Around, Instead};
use super::{Entered, Framework, Kept, Purpose, enter, peer};
use crate::answer::Answer;
use crate::contender::{Serve, Served, Who, ready};
use crate::floor::FloorHeaders;
use crate::handler::{BODY, own_headers};
use crate::policy;
use crate::rows::{Handler, Kind, Row};

/// axum's router.
#[derive(Debug, Default)]
pub struct Axum {
    kept: Kept<Request<Body>>,
}

fn router() -> Router {
    let own = own_headers();
    Router::new()
        .route(Handler::Plain.path(), get(|| async { BODY }))
        .route(Handler::OwnHeaders.path(), get(async move || (own.clone(), BODY)))
        .route("/items", get(|| async { BODY }).post(|| async { StatusCode::CREATED }))
        .route("/items/{id}", get(|Path(id): Path<u64>| async move { id.to_string() }))
        .route("/sessions", post(|| async { StatusCode::CREATED }))
}

impl Framework for Axum {
    fn contenders(&mut self, row: &Row, purpose: Purpose) -> Vec<Entered> {
        let headers = row.ask.header_map();
        let (method, uri) = (row.ask.own_method(), Uri::from_static(row.handler.path()));
        let request: Rc<dyn Fn() -> Request<Body>> = Rc::new(move || {
            let mut request = Request::new(Body::empty());
            *request.uri_mut() = uri.clone();
            *request.method_mut() = method.clone();
            *request.headers_mut() = headers.clone();
            request
        });
        let ours = self.kept.get(Who::Ours, row, || {
            served(router().layer(CorsLayer::new(policy::ours(row.policy))))
        });
        let answer = ours.answer(request());
        let status = StatusCode::from_u16(answer.status).expect("it was one");
        let value = HeaderValue::from_static;
        let (bare, floor) = match row.kind {
            Kind::Handled => {
                let bare = served(router());
                let floor = FloorHeaders::of(&answer, &bare.answer(request()), value);
                (bare, served(router().layer(Around(floor))))
            }
            Kind::Answered => {
                let bare = served(router().layer(Instead(status, FloorHeaders::none())));
                let floor = FloorHeaders::of(&answer, &bare.answer(request()), value);
                (bare, served(router().layer(Instead(status, floor))))
            }
        };
        let peer = peer(row, purpose, || {
            let layer = policy::tower_http(row.policy)?;
            Ok(self.kept.get(Who::Peer, row, || served(router().layer(layer))))
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

fn served(router: Router) -> Rc<dyn Serve<Request<Body>>> {
    let service = TowerToHyperService::new(router);
    let call = move |request| {
        let answered: Result<_, Infallible> =
            ready(hyper::service::Service::call(&service, request));
        let Ok(response) = answered;
        response
    };
    Rc::new(Served { call, look: Answer::of::<Body> })
}
