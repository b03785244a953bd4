//! Tower services, called by reference.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{poll_fn, ready as at_once};
use std::rc::Rc;

use ::http;
use cors_axum::CorsLayer;
use futures_util::FutureExt;
use futures_util::future::Either;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};
use http_body_util::Full;
use hyper_util::service::TowerToHyperService;
use tower::service_fn;
use tower_layer::Layer;
use tower_service::Service;

use super::{Made, Make};
use crate::contender::{Answer, Contender, ready};
use crate::policy;
use crate::rows::{BODY, OWN_HEADERS, Row};

#[allow(clippy::duplicate_mod, reason = "once for each version of `http`")]
#[path = "by_hand.rs"]
pub mod by_hand;

use by_hand::{ByHand, Floor, Necessary};

pub fn make(row: &Row, make: Make) -> Made {
    let headers = row.own_headers.then(|| Rc::new(own_headers()));
    let inner = service_fn(move |_: Request<()>| {
        let mut response = Response::new(Full::new(BODY.as_bytes()));
        if let Some(headers) = &headers {
            *response.headers_mut() = HeaderMap::clone(headers);
        }
        at_once(Ok(response))
    });
    Ok(match make {
        Make::Bare => by_reference(row, inner),
        Make::Ours => by_reference(row, CorsLayer::new(policy::ours(row.policy)).layer(inner)),
        Make::Peer => by_reference(row, policy::tower_http(row.policy)?.layer(inner)),
        Make::Floor(status, lines) => by_reference(row, around(Floor::new(status, &lines), inner)),
        Make::Necessary => by_reference(row, around(Necessary::new(row), inner)),
    })
}

/// The headers of the handler that sets its own.
pub fn own_headers() -> HeaderMap {
    let line = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    OWN_HEADERS.into_iter().map(line).collect()
}

/// Makes requests of a row.
pub fn requests<B: Default>(row: &Row) -> impl Fn() -> Request<B> + use<B> {
    let (method, headers) = by_hand::head(row);
    let uri = Uri::from_static(row.path());
    move || {
        let mut request = Request::new(B::default());
        *request.method_mut() = method.clone();
        *request.uri_mut() = uri.clone();
        *request.headers_mut() = headers.clone();
        request
    }
}

/// A service that servers clone for each request, called as hyper calls it.
pub fn cloned<S, Q, B>(row: &Row, service: S) -> Contender
where
    S: Service<Request<Q>, Response = Response<B>, Error = Infallible> + Clone + 'static,
    Q: Default + 'static,
    B: 'static,
{
    let service = TowerToHyperService::new(service);
    let call = move |request| {
        let Ok(response) = ready(hyper::service::Service::call(&service, request));
        response
    };
    Contender::new(requests(row), call, Answer::of)
}

fn by_reference<S, B: 'static>(row: &Row, service: S) -> Contender
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible> + 'static,
{
    let service = RefCell::new(service);
    let call = move |request| {
        let mut service = service.borrow_mut();
        let Ok(()) = ready(poll_fn(|cx| service.poll_ready(cx)));
        let Ok(response) = ready(service.call(request));
        response
    };
    Contender::new(requests(row), call, Answer::of)
}

/// A tower service with a handwritten layer. It does not check readiness: all services are always ready.
pub fn around<L, S, Q, B>(
    by_hand: &'static L,
    mut inner: S,
) -> impl Service<Request<Q>, Response = Response<B>, Error = Infallible, Future: Send> + Clone
where
    L: ByHand + Sync,
    S: Service<Request<Q>, Response = Response<B>, Error = Infallible, Future: Send> + Clone,
    B: Default + Send,
{
    service_fn(move |request: Request<Q>| {
        let (status, begun) = by_hand.begin(request.method(), request.headers());
        let Some(status) = status else {
            let write = move |result: Result<Response<B>, Infallible>| {
                let Ok(mut response) = result;
                by_hand.end(begun, response.headers_mut());
                Ok(response)
            };
            return Either::Left(inner.call(request).map(write));
        };
        let mut response = Response::new(B::default());
        *response.status_mut() = status;
        by_hand.end(begun, response.headers_mut());
        Either::Right(at_once(Ok(response)))
    })
}
