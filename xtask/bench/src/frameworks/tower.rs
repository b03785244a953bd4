//! Tower services, called by reference.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{poll_fn, ready as at_once};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use ::http;
use cors_axum::CorsLayer;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper_util::service::TowerToHyperService;
use pin_project_lite::pin_project;
use tower::service_fn;
use tower_layer::Layer;
use tower_service::Service;

use super::{Made, Who};
use crate::contender::{Answer, Contender, ready};
use crate::policy;
use crate::rows::{BODY, OWN_HEADERS, Row};

#[allow(clippy::duplicate_mod, reason = "once for each version of `http`")]
#[path = "by_hand.rs"]
pub mod by_hand;

use by_hand::{ByHand, Floor, Necessary};

pub fn make(row: &Row, who: Who, answer: &Answer) -> Made {
    let headers = (row.path == "/headers").then(|| Rc::new(own_headers()));
    let inner = service_fn(move |_: Request<()>| {
        let mut response = Response::new(Full::new(BODY.as_bytes()));
        if let Some(headers) = &headers {
            *response.headers_mut() = HeaderMap::clone(headers);
        }
        at_once(Ok(response))
    });
    Ok(match who {
        Who::Bare => by_reference(row, inner),
        Who::Layer | Who::Floor => by_reference(row, Around(Floor::new(row, answer), inner)),
        Who::Necessary => by_reference(row, Around(Necessary::new(row), inner)),
        Who::Ours => by_reference(row, CorsLayer::new(policy::ours(row.policy)).layer(inner)),
        Who::Peer => by_reference(row, policy::tower_http(row.policy)?.layer(inner)),
    })
}

/// The headers of the handler that sets its own.
pub fn own_headers() -> HeaderMap {
    let line = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    OWN_HEADERS.into_iter().map(line).collect()
}

/// A service that servers clone for each request, called as hyper calls it.
pub fn cloned<Q: Default + 'static, B: 'static>(
    row: &Row,
    service: impl Service<Request<Q>, Response = Response<B>, Error = Infallible> + Clone + 'static,
) -> Contender {
    let service = TowerToHyperService::new(service);
    serving(row, move |request| {
        let Ok(response) = ready(hyper::service::Service::call(&service, request));
        response
    })
}

fn by_reference<B: 'static>(
    row: &Row,
    service: impl Service<Request<()>, Response = Response<B>, Error = Infallible> + 'static,
) -> Contender {
    let service = RefCell::new(service);
    serving(row, move |request| {
        let mut service = service.borrow_mut();
        let Ok(()) = ready(poll_fn(|cx| service.poll_ready(cx)));
        let Ok(response) = ready(service.call(request));
        response
    })
}

/// Serves requests of a row.
fn serving<Q: Default + 'static, B: 'static>(
    row: &Row,
    call: impl Fn(Request<Q>) -> Response<B> + 'static,
) -> Contender {
    let (method, uri, headers) = by_hand::head(row);
    let request = move || {
        let mut request = Request::new(Q::default());
        *request.method_mut() = method.clone();
        *request.uri_mut() = uri.clone();
        *request.headers_mut() = headers.clone();
        request
    };
    Contender::new(request, call, |response| by_hand::answer(response.status(), response.headers()))
}

/// A tower service with a handwritten layer.
#[derive(Clone)]
pub struct Around<L: 'static, S>(pub &'static L, pub S);

impl<L: ByHand, S, Q, B: Default> Service<Request<Q>> for Around<L, S>
where
    S: Service<Request<Q>, Response = Response<B>>,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = Responding<L, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.1.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let (method, uri, headers) = (request.method(), request.uri(), request.headers());
        let (status, kept) = self.0.begin(method, uri, headers);
        let inner = if status.is_none() { Some(self.1.call(request)) } else { None };
        Responding { inner, status: status.unwrap_or_default(), by_hand: self.0, kept: Some(kept) }
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

impl<L: ByHand, F, B: Default, E> Future for Responding<L, F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
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
