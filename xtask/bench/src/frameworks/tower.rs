//! Tower services, called by reference.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{poll_fn, ready as at_once};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use ::http;
use cors_axum::CorsLayer;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::Full;
use hyper_util::service::TowerToHyperService;
use pin_project_lite::pin_project;
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

/// A tower service with a handwritten layer.
#[derive(Clone)]
pub struct Around<L: 'static, S> {
    by_hand: &'static L,
    inner: S,
}

/// Applies a handwritten layer.
pub fn around<L, S>(by_hand: &'static L, inner: S) -> Around<L, S> {
    Around { by_hand, inner }
}

impl<L, S, Q, B> Service<Request<Q>> for Around<L, S>
where
    L: ByHand,
    S: Service<Request<Q>, Response = Response<B>>,
    B: Default,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = Responding<L, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let by_hand = self.by_hand;
        let (method, uri, headers) = (request.method(), request.uri(), request.headers());
        let (status, kept) = by_hand.begin(method, uri, headers);
        let inner = if status.is_none() { Some(self.inner.call(request)) } else { None };
        Responding { inner, status: status.unwrap_or_default(), by_hand, kept: Some(kept) }
    }
}

pin_project! {
    /// Writes on the response of the service, or on an empty one.
    pub struct Responding<L: ByHand, F> {
        #[pin]
        inner: Option<F>,
        status: StatusCode,
        by_hand: &'static L,
        kept: Option<L::Kept>,
    }
}

impl<L, F, B, E> Future for Responding<L, F>
where
    L: ByHand,
    F: Future<Output = Result<Response<B>, E>>,
    B: Default,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut polled = match this.inner.as_pin_mut() {
            Some(inner) => inner.poll(cx),
            None => {
                let mut response = Response::new(B::default());
                *response.status_mut() = *this.status;
                Poll::Ready(Ok(response))
            }
        };
        if let Poll::Ready(Ok(response)) = &mut polled {
            let kept = this.kept.take().expect("it is ready once");
            this.by_hand.end(kept, response.headers_mut());
        }
        polled
    }
}
