//! The response future: it awaits the service's response, or makes an empty one, and writes the
//! headers on it.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::EitherBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::{Error, HttpRequest, HttpResponse};
use pin_project_lite::pin_project;

use crate::Exchange;
use crate::bridge;

pin_project! {
    /// The response future of [`Cors`](crate::Cors).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, B> {
        #[pin]
        state: State<F>,
        // `Some` until the response is ready.
        exchange: Option<Exchange>,
        body: PhantomData<fn() -> B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        Calling { #[pin] response: F },
        // `request` is `Some` until the response takes it.
        Answered { status: StatusCode, request: Option<HttpRequest> },
    }
}

impl<F, B> ResponseFuture<F, B> {
    pub(crate) fn calling(response: F, exchange: Exchange) -> Self {
        let state = State::Calling { response };
        Self { state, exchange: Some(exchange), body: PhantomData }
    }

    pub(crate) fn answered(status: StatusCode, request: HttpRequest, exchange: Exchange) -> Self {
        let state = State::Answered { status, request: Some(request) };
        Self { state, exchange: Some(exchange), body: PhantomData }
    }
}

impl<F, B> Future for ResponseFuture<F, B>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        const ONCE: &str = "not polled again once it is ready";
        let this = self.project();
        let response = match this.state.project() {
            StateProjection::Calling { response } => {
                ready!(response.poll(cx)).map(ServiceResponse::map_into_left_body)
            }
            StateProjection::Answered { status, request } => {
                let response = ServiceResponse::new(request.take().expect(ONCE), empty(*status));
                Ok(response.map_into_right_body())
            }
        };
        let exchange = this.exchange.take().expect(ONCE);
        Poll::Ready(match response {
            Ok(mut response) => {
                bridge::write(exchange, response.headers_mut());
                Ok(response)
            }
            // Outer middleware sees the error itself. The headers are written when somebody, in the
            // end actix-web, turns it into a response.
            Err(mut error) => {
                error.add_response_mapper(move |mut response| {
                    // Cloned, because an error can be turned into a response more than once.
                    bridge::write(exchange.clone(), response.headers_mut());
                    response
                });
                Err(error)
            }
        })
    }
}

impl<F, B> fmt::Debug for ResponseFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Calling { .. } => "calling",
            State::Answered { .. } => "answered",
        };
        f.debug_struct("ResponseFuture").field("state", &state).finish_non_exhaustive()
    }
}

/// An empty response: a preflight's answer, or a refusal.
fn empty(status: StatusCode) -> HttpResponse {
    HttpResponse::new(status)
}
