//! Those that are compared, all in one form, so that what calls them costs each the same.

use std::fmt;
use std::hint::black_box;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use serde::{Deserialize, Serialize};

use crate::answer::Answer;

/// Who is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// The service without CORS.
    Bare,
    /// The right headers and no policy.
    Floor,
    /// This project's layer.
    Ours,
    /// `Policy::decide` alone.
    Decision,
    /// `cors_warp::filter`.
    Filter,
    /// The other library.
    Peer,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bare => "bare",
            Self::Floor => "floor",
            Self::Ours => "ours",
            Self::Decision => "decision",
            Self::Filter => "filter",
            Self::Peer => "peer",
        })
    }
}

/// Something that serves requests.
pub trait Serve<Q> {
    /// Serves one, and drops the response.
    fn serve(&self, request: Q);

    /// Serves one, and says what came of it.
    fn answer(&self, request: Q) -> Answer;
}

/// A service as a closure, and a look at its responses.
#[derive(Clone, Copy, Debug)]
pub struct Served<F, L> {
    /// Serves one request.
    pub call: F,
    /// Says what came of it.
    pub look: L,
}

impl<Q, R, F, L> Serve<Q> for Served<F, L>
where
    F: Fn(Q) -> R,
    L: Fn(&R) -> Answer,
{
    fn serve(&self, request: Q) {
        black_box(&(self.call)(request));
    }

    fn answer(&self, request: Q) -> Answer {
        (self.look)(&(self.call)(request))
    }
}

/// One of those that are compared in a row, with its requests.
pub struct Contender<Q> {
    request: Rc<dyn Fn() -> Q>,
    service: Rc<dyn Serve<Q>>,
    made: Vec<Q>,
}

impl<Q> Contender<Q> {
    /// A service, and what makes requests for it.
    pub fn new(request: Rc<dyn Fn() -> Q>, service: Rc<dyn Serve<Q>>) -> Self {
        Self { request, service, made: Vec::new() }
    }
}

impl<Q> fmt::Debug for Contender<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contender").field("made", &self.made.len()).finish_non_exhaustive()
    }
}

/// A [`Contender`], whatever its requests are.
pub trait Contend {
    /// Makes requests beforehand.
    fn make(&mut self, requests: usize);

    /// Serves all that were made.
    fn serve(&mut self);

    /// Serves one more, and says what came of it.
    fn answer(&self) -> Answer;
}

impl<Q> Contend for Contender<Q> {
    fn make(&mut self, requests: usize) {
        self.made.reserve_exact(requests);
        self.made.extend((0..requests).map(|_| (self.request)()));
    }

    fn serve(&mut self) {
        while let Some(request) = self.made.pop() {
            self.service.serve(request);
        }
    }

    fn answer(&self) -> Answer {
        self.service.answer((self.request)())
    }
}

/// What a future gives that waits for nothing.
///
/// # Panics
/// If it does wait.
pub fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}
