//! The response future: it awaits the service's response, or makes an empty one, and writes the
//! headers on it.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Response, StatusCode};
use pin_project_lite::pin_project;

use crate::Exchange;

pin_project! {
    /// The response future of [`Cors`](crate::Cors).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        state: State<F>,
        // `Some` until the response is ready.
        exchange: Option<Exchange>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        Calling { #[pin] response: F },
        Answered { status: StatusCode },
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) fn calling(response: F, exchange: Exchange) -> Self {
        Self { state: State::Calling { response }, exchange: Some(exchange) }
    }

    pub(crate) fn answered(status: StatusCode, exchange: Exchange) -> Self {
        Self { state: State::Answered { status }, exchange: Some(exchange) }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Default,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        // Changed in place: a response is expensive to move.
        let mut polled = match this.state.project() {
            StateProjection::Calling { response } => response.poll(cx),
            StateProjection::Answered { status } => Poll::Ready(Ok(empty(*status))),
        };
        if let Poll::Ready(Ok(response)) = &mut polled {
            let exchange = this.exchange.take().expect("not polled again once it is ready");
            exchange.write(response.headers_mut());
        }
        polled
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Calling { .. } => "calling",
            State::Answered { .. } => "answered",
        };
        f.debug_struct("ResponseFuture").field("state", &state).finish_non_exhaustive()
    }
}

/// An empty response: a preflight's answer, or a refusal.
fn empty<B: Default>(status: StatusCode) -> Response<B> {
    let mut response = Response::new(B::default());
    *response.status_mut() = status;
    response
}
