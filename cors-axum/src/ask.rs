//! The service and the future of [`CorsLayer::ask`](crate::CorsLayer::ask): it awaits your check,
//! then acts on the verdict.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::future::ResponseFuture;
use crate::service::{Source, respond};
use crate::{AskedOrigin, Begun, IntoVerdict, Pending};

/// The service that an [`AskLayer`](crate::AskLayer) makes.
///
/// Like [`Cors`](crate::Cors), but `S` must be [`Clone`].
pub struct AskCors<S, F> {
    inner: S,
    source: Source,
    ask: Arc<F>,
}

impl<S, F> AskCors<S, F> {
    pub(crate) fn new(inner: S, source: Source, ask: Arc<F>) -> Self {
        Self { inner, source, ask }
    }
}

impl<S, F, Fut, ReqBody, ResBody> Service<Request<ReqBody>> for AskCors<S, F>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone,
    F: Fn(AskedOrigin) -> Fut,
    Fut: Future<Output: IntoVerdict>,
    ResBody: Default,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = AskFuture<S, Fut, ReqBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (asked, pending) = match self.source.begin(&request, |_, _| None) {
            Begun::Decided(exchange) => {
                let response = respond(&mut self.inner, request, exchange);
                return AskFuture { state: State::Responding { response } };
            }
            Begun::Ask(question) => *question,
        };
        // Call the service that was polled ready, not its clone: a clone may lack the permit that
        // `poll_ready` acquired (tower_service::Service, "Be careful when cloning inner services").
        let clone = self.inner.clone();
        let inner = mem::replace(&mut self.inner, clone);
        let waiting = Some(Waiting { inner, request, pending });
        AskFuture { state: State::Asking { verdict: (self.ask)(asked), waiting } }
    }
}

impl<S: Clone, F> Clone for AskCors<S, F> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), source: self.source.clone(), ask: Arc::clone(&self.ask) }
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
    pub struct AskFuture<S, Fut, ReqBody>
    where
        S: Service<Request<ReqBody>>,
    {
        #[pin]
        state: State<S, Fut, ReqBody, S::Future>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, Fut, ReqBody, Res> {
        Asking {
            #[pin]
            verdict: Fut,
            // `Some` until the verdict is in.
            waiting: Option<Waiting<S, ReqBody>>,
        },
        Responding {
            #[pin]
            response: ResponseFuture<Res>,
        },
    }
}

/// What to resume with the verdict.
struct Waiting<S, ReqBody> {
    inner: S,
    request: Request<ReqBody>,
    pending: Pending,
}

impl<S, Fut, ReqBody, ResBody> Future for AskFuture<S, Fut, ReqBody>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    Fut: Future<Output: IntoVerdict>,
    ResBody: Default,
{
    type Output = Result<Response<ResBody>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let response = match this.state.as_mut().project() {
                StateProjection::Responding { response } => return response.poll(cx),
                StateProjection::Asking { verdict, waiting } => {
                    let verdict = ready!(verdict.poll(cx));
                    // Taken once: the state is replaced below.
                    let Waiting { mut inner, request, pending } =
                        waiting.take().expect("one verdict a request");
                    respond(&mut inner, request, pending.resolve(verdict.allowed()))
                }
            };
            this.state.set(State::Responding { response });
        }
    }
}

impl<S, Fut, ReqBody> fmt::Debug for AskFuture<S, Fut, ReqBody>
where
    S: Service<Request<ReqBody>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state: &dyn fmt::Debug = match &self.state {
            State::Asking { .. } => &"asking",
            State::Responding { response } => response,
        };
        f.debug_struct("AskFuture").field("state", state).finish_non_exhaustive()
    }
}
