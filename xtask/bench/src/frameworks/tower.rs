//! Any tower service, called by reference, or cloned for each request as servers do.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::poll_fn;
use std::future::{Ready, ready as at_once};
use std::rc::Rc;
use std::task::{Context, Poll};

use cors_axum::CorsLayer;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper_util::service::TowerToHyperService;
use tower_layer::Layer;
use tower_service::Service;

use super::layers::{Around, Instead};
use super::{Entered, Framework, Kept, Purpose, enter, peer};
use crate::answer::Answer;
use crate::contender::{Serve, Served, Who, ready};
use crate::floor::FloorHeaders;
use crate::handler::{BODY, own_headers};
use crate::policy;
use crate::rows::{Handler, Kind, Row};

type Body = Full<&'static [u8]>;

/// Any tower service.
#[derive(Debug)]
pub struct Tower {
    cloned: bool,
    kept: Kept<Request<()>>,
}

impl Tower {
    /// One service, and every request goes to it.
    pub fn by_reference() -> Self {
        Self { cloned: false, kept: Kept::default() }
    }

    /// A clone of the service for each request.
    pub fn cloned() -> Self {
        Self { cloned: true, kept: Kept::default() }
    }
}

/// The service inside.
#[derive(Clone, Debug)]
struct Inner {
    headers: Option<Rc<HeaderMap>>,
}

impl Service<Request<()>> for Inner {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        let mut response = Response::new(Full::new(BODY.as_bytes()));
        if let Some(headers) = &self.headers {
            *response.headers_mut() = HeaderMap::clone(headers);
        }
        at_once(Ok(response))
    }
}

impl Framework for Tower {
    fn contenders(&mut self, row: &Row, purpose: Purpose) -> Vec<Entered> {
        let template = {
            let mut request = Request::new(());
            *request.uri_mut() = http::Uri::from_static(row.handler.path());
            *request.method_mut() = row.ask.own_method();
            *request.headers_mut() = row.ask.header_map();
            request
        };
        let request: Rc<dyn Fn() -> Request<()>> = Rc::new(move || template.clone());
        let inner = || Inner {
            headers: (row.handler == Handler::OwnHeaders).then(|| Rc::new(own_headers())),
        };
        let cloned = self.cloned;
        let ours = self.kept.get(Who::Ours, row, || {
            served(CorsLayer::new(policy::ours(row.policy)).layer(inner()), cloned)
        });
        let answer = ours.answer(request());
        let status = StatusCode::from_u16(answer.status).expect("it was one");
        let value = HeaderValue::from_static;
        let (bare, floor) = match row.kind {
            Kind::Handled => {
                let bare = served(inner(), cloned);
                let floor = FloorHeaders::of(&answer, &bare.answer(request()), value);
                (bare, served(Around(floor).layer(inner()), cloned))
            }
            Kind::Answered => {
                let bare = served(Instead(status, FloorHeaders::none()).layer(inner()), cloned);
                let floor = FloorHeaders::of(&answer, &bare.answer(request()), value);
                (bare, served(Instead(status, floor).layer(inner()), cloned))
            }
        };
        let peer = peer(row, purpose, || {
            let layer = policy::tower_http(row.policy)?;
            Ok(self.kept.get(Who::Peer, row, || served(layer.layer(inner()), cloned)))
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

fn served<S>(service: S, cloned: bool) -> Rc<dyn Serve<Request<()>>>
where
    S: Service<Request<()>, Response = Response<Body>, Error = Infallible> + Clone + 'static,
{
    let look = Answer::of::<Body>;
    if cloned {
        let service = TowerToHyperService::new(service);
        let call = move |request| {
            let Ok(response) = ready(hyper::service::Service::call(&service, request));
            response
        };
        return Rc::new(Served { call, look });
    }
    let service = RefCell::new(service);
    let call = move |request| {
        let mut service = service.borrow_mut();
        let Ok(()) = ready(poll_fn(|cx| service.poll_ready(cx)));
        let Ok(response) = ready(service.call(request));
        response
    };
    Rc::new(Served { call, look })
}
