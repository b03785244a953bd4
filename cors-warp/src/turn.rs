//! Runs a layer in two halves: until it calls the inner service, and from the response on. The filter
//! runs in between, because only warp can call it.

use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use http::Request;
use tower_layer::Layer;
use tower_service::Service;
use warp::reply::Response;

use crate::{AskLayer, AskedOrigin, CorsLayer, IntoVerdict};

/// A layer that [`filter`](crate::filter()) takes: [`CorsLayer`] or [`AskLayer`]. Sealed.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use cors_warp::{CorsLayer, FilterLayer, Policy};
/// use http::Request;
/// use tower::ServiceExt;
/// use warp::{Filter, Rejection, reply::Response};
///
/// /// The same routes, whichever layer you test them with.
/// fn routes<L: FilterLayer>(
///     layer: &L,
/// ) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<L> {
///     cors_warp::filter(layer, warp::path::end().map(|| "hello"))
/// }
/// let routes = routes(&CorsLayer::new(Policy::public()));
/// let request = Request::get("/").header("origin", "https://a.example").body(String::new())?;
/// let response = warp::service(routes).oneshot(request).await?;
/// assert_eq!(response.headers()["access-control-allow-origin"], "*");
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer that a filter can be wrapped in",
    label = "not a `CorsLayer`",
    note = "`CorsLayer::new(policy)` makes a layer of a policy; `filter` takes it by reference"
)]
pub trait FilterLayer: Halves {}

impl FilterLayer for CorsLayer {}

impl<F, Fut> FilterLayer for AskLayer<F>
where
    F: Fn(AskedOrigin) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoVerdict> + Send + 'static,
{
}

/// Seals [`FilterLayer`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer that a filter can be wrapped in",
    label = "not a `CorsLayer`",
    note = "`CorsLayer::new(policy)` makes a layer of a policy; `filter` takes it by reference"
)]
pub trait Halves: Clone + Send + Sync + 'static {
    /// Runs the first half.
    fn begin(&self, request: Request<()>) -> impl Future<Output = Begun> + Send + use<Self>;
}

#[diagnostic::do_not_recommend]
impl<L> Halves for L
where
    L: Layer<Turn> + Clone + Send + Sync + 'static,
    L::Service:
        Service<Request<()>, Response = Response, Error = Infallible, Future: Send + 'static>,
{
    fn begin(&self, request: Request<()>) -> impl Future<Output = Begun> + Send + use<L> {
        let turn = Turn::default();
        // Ready at once, because `Turn` is, and the layers add no readiness of their own.
        let mut response = Some(Box::pin(self.layer(turn.clone()).call(request)));
        poll_fn(move |cx| {
            let future = response.as_mut().expect("not polled again once it is ready");
            match future.as_mut().poll(cx) {
                Poll::Ready(Ok(response)) => Poll::Ready(Begun::Answered(response)),
                Poll::Pending if turn.has_come() => {
                    let response = response.take().expect("polled just now");
                    Poll::Ready(Begun::Going(Going { turn: turn.clone(), response }))
                }
                Poll::Pending => Poll::Pending,
            }
        })
    }
}

/// How the first half ended.
#[derive(Debug)]
pub enum Begun {
    /// With a response: a preflight's answer, or a refusal.
    Answered(Response),
    /// The filter should run.
    Going(Going),
}

/// A layer that waits for the reply.
pub struct Going {
    turn: Turn,
    response: Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>,
}

impl Going {
    /// Runs the second half.
    pub(crate) async fn finish(self, reply: Response) -> Response {
        *self.turn.state() = State::Replied(reply);
        match self.response.await {
            Ok(response) => response,
        }
    }
}

impl fmt::Debug for Going {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Going")
    }
}

/// The service inside the layer. Its turn comes when the layer calls it. It completes when somebody
/// stores the reply.
#[derive(Clone, Default)]
pub struct Turn(Arc<Mutex<State>>);

#[derive(Default)]
enum State {
    #[default]
    Before,
    Called,
    Replied(Response),
}

impl Turn {
    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is a single assignment, so a panic cannot leave one half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_come(&self) -> bool {
        matches!(*self.state(), State::Called)
    }
}

impl Service<Request<()>> for Turn {
    type Response = Response;
    type Error = Infallible;
    type Future = Self;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self {
        *self.state() = State::Called;
        self.clone()
    }
}

impl Future for Turn {
    type Output = Result<Response, Infallible>;

    // Keeps no waker: the outer future polls this one after the call, and again after the reply.
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.state();
        match mem::replace(&mut *state, State::Called) {
            State::Replied(response) => Poll::Ready(Ok(response)),
            State::Before | State::Called => Poll::Pending,
        }
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turn")
    }
}
