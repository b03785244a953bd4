//! The service and the future of [`CorsLayer::ask`](crate::CorsLayer::ask): it awaits your check,
//! then acts on the verdict.

use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use actix_web::Error;
use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use pin_project_lite::pin_project;

use crate::bridge::Asking;
use crate::future::ResponseFuture;
use crate::service::{Source, respond};
use crate::{AskedOrigin, Begun, IntoVerdict, Pending};

/// The service that an [`AskLayer`](crate::AskLayer) makes. Like [`Cors`](crate::Cors).
pub struct AskCors<S, F> {
    // In an `Rc`: the future calls it after the check, when `&self` is gone.
    inner: Rc<S>,
    source: Source,
    ask: Arc<F>,
}

impl<S, F> AskCors<S, F> {
    pub(crate) fn new(inner: S, source: Source, ask: Arc<F>) -> Self {
        Self { inner: Rc::new(inner), source, ask }
    }
}

impl<S, F, Fut, B> Service<ServiceRequest> for AskCors<S, F>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    F: Fn(AskedOrigin) -> Fut,
    Fut: Future<Output: IntoVerdict>,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = AskFuture<S, Fut, B>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (asked, pending) = match self.source.begin(&Asking(request.head()), |_, _| None) {
            Begun::Decided(exchange) => {
                let response = respond(&*self.inner, request, exchange);
                return AskFuture { state: State::Responding { response } };
            }
            Begun::Ask(question) => *question,
        };
        let waiting = Some(Waiting { inner: Rc::clone(&self.inner), request, pending });
        AskFuture { state: State::Asking { verdict: (self.ask)(asked), waiting } }
    }
}

impl<S, F> Clone for AskCors<S, F> {
    fn clone(&self) -> Self {
        Self {
            inner: Rc::clone(&self.inner),
            source: self.source.clone(),
            ask: Arc::clone(&self.ask),
        }
    }
}

impl<S: fmt::Debug, F> fmt::Debug for AskCors<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AskCors")
            .field("inner", &self.inner)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// The response future of [`AskCors`].
    #[must_use = "futures do nothing unless polled"]
    pub struct AskFuture<S, Fut, B>
    where
        S: Service<ServiceRequest>,
    {
        #[pin]
        state: State<S, Fut, S::Future, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, Fut, Res, B> {
        Asking {
            #[pin]
            verdict: Fut,
            // `Some` until the verdict is in.
            waiting: Option<Waiting<S>>,
        },
        Responding {
            #[pin]
            response: ResponseFuture<Res, B>,
        },
    }
}

/// What to resume with the verdict.
struct Waiting<S> {
    inner: Rc<S>,
    request: ServiceRequest,
    pending: Pending,
}

impl<S, Fut, B> Future for AskFuture<S, Fut, B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    Fut: Future<Output: IntoVerdict>,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let response = match this.state.as_mut().project() {
                StateProjection::Responding { response } => return response.poll(cx),
                StateProjection::Asking { verdict, waiting } => {
                    let verdict = ready!(verdict.poll(cx));
                    // Taken once: the state is replaced below.
                    let Waiting { inner, request, pending } =
                        waiting.take().expect("one verdict a request");
                    // The service was ready before the check. It need not be polled again: readiness
                    // reserves nothing in actix-web, and its own `Next` calls late too.
                    respond(&*inner, request, pending.resolve(verdict.allowed()))
                }
            };
            this.state.set(State::Responding { response });
        }
    }
}

impl<S, Fut, B> fmt::Debug for AskFuture<S, Fut, B>
where
    S: Service<ServiceRequest>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state: &dyn fmt::Debug = match &self.state {
            State::Asking { .. } => &"asking",
            State::Responding { response } => response,
        };
        f.debug_struct("AskFuture").field("state", state).finish_non_exhaustive()
    }
}
