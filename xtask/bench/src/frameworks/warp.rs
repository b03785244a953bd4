//! warp: routes that wear the layer around their service, called as its server calls it.

use std::convert::Infallible;
use std::rc::Rc;

use axum::body::Bytes;
use cors_warp::CorsLayer;
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::Empty;
use hyper_util::service::TowerToHyperService;
use tower_layer::Layer;
use tower_service::Service;
use warp::{Filter, Rejection, Reply};

use super::layers::{Around, Instead};
use super::{Entered, Framework, Kept, Purpose, enter, peer};
use crate::answer::Answer;
use crate::contender::{Serve, Served, Who, ready};
use crate::floor::FloorHeaders;
use crate::handler::{BODY, own_headers};
use crate::policy;
use crate::rows::{Kind, Row};

type Body = Empty<Bytes>;

/// warp's service.
#[derive(Debug, Default)]
pub struct Warp {
    kept: Kept<Request<Body>>,
}

fn routes()
-> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone + Send + Sync + 'static {
    let own = own_headers();
    let own = move || {
        let mut response = BODY.into_response();
        response.headers_mut().extend(own.clone());
        response
    };
    let created = || StatusCode::CREATED;
    let index = warp::path::end().and(warp::get()).map(|| BODY);
    let headers = warp::path!("headers").and(warp::get()).map(own);
    let items = warp::path!("items").and(warp::get()).map(|| BODY);
    let create = warp::path!("items").and(warp::post()).map(created);
    let item = warp::path!("items" / u64).and(warp::get()).map(|id: u64| id.to_string());
    let sessions = warp::path!("sessions").and(warp::post()).map(created);
    index.or(headers).or(items).or(create).or(item).or(sessions)
}

impl Framework for Warp {
    fn contenders(&mut self, row: &Row, purpose: Purpose) -> Vec<Entered> {
        let headers = row.ask.header_map();
        let (method, uri) = (row.ask.own_method(), Uri::from_static(row.handler.path()));
        let request: Rc<dyn Fn() -> Request<Body>> = Rc::new(move || {
            let mut request = Request::new(Body::new());
            *request.uri_mut() = uri.clone();
            *request.method_mut() = method.clone();
            *request.headers_mut() = headers.clone();
            request
        });
        let layer = || CorsLayer::new(policy::ours(row.policy));
        let ours = self.kept.get(Who::Ours, row, || served(layer().layer(warp::service(routes()))));
        let answer = ours.answer(request());
        let status = StatusCode::from_u16(answer.status).expect("it was one");
        let value = HeaderValue::from_static;
        let inner = || warp::service(routes());
        let (bare, floor) = match row.kind {
            Kind::Handled => {
                let bare = served(inner());
                let floor = FloorHeaders::of(&answer, &bare.answer(request()), value);
                (bare, served(Around(floor).layer(inner())))
            }
            Kind::Answered => {
                let bare = served(Instead(status, FloorHeaders::none()).layer(inner()));
                let floor = FloorHeaders::of(&answer, &bare.answer(request()), value);
                (bare, served(Instead(status, floor).layer(inner())))
            }
        };
        let peer = peer(row, purpose, || {
            let cors = policy::warp_cors(row.policy)?;
            Ok(self.kept.get(Who::Peer, row, || served(warp::service(routes().with(cors.build())))))
        });
        let mut services = vec![
            (Who::Bare, Ok(bare)),
            (Who::Floor, Ok(floor)),
            (Who::Ours, Ok(ours)),
            (Who::Peer, peer),
        ];
        if row.is_everyday() {
            let filter = cors_warp::filter(&layer(), routes());
            services.push((Who::Filter, Ok(served(warp::service(filter)))));
        }
        enter(&request, services)
    }
}

fn served<S, B>(service: S) -> Rc<dyn Serve<Request<Body>>>
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible> + Clone + 'static,
    B: 'static,
{
    let service = TowerToHyperService::new(service);
    let call = move |request| {
        let Ok(response) = ready(hyper::service::Service::call(&service, request));
        response
    };
    Rc::new(Served { call, look: Answer::of::<B> })
}
