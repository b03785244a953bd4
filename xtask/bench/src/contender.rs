//! A common form for all contenders, so that calling each costs the same.

use std::hint::black_box;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A response without its body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header lines, sorted by name.
    pub headers: Vec<(String, String)>,
}

/// Something that serves requests.
pub struct Contender {
    /// Makes a request, and returns a function that serves it.
    pub prepare: Box<dyn Fn() -> Box<dyn FnMut()>>,
    /// Serves one more request and returns the answer.
    pub answer: Box<dyn Fn() -> Answer>,
}

impl Contender {
    /// A contender from three closures: one makes a request, one serves it, one reads the response.
    pub fn new<Q: 'static, R>(
        request: impl Fn() -> Q + 'static,
        call: impl Fn(Q) -> R + 'static,
        look: impl Fn(&R) -> Answer + 'static,
    ) -> Self {
        let closures = Rc::new((request, call, look));
        let own = Rc::clone(&closures);
        let prepare = move || -> Box<dyn FnMut()> {
            let (own, mut made) = (Rc::clone(&own), Some((own.0)()));
            Box::new(move || {
                if let Some(request) = made.take() {
                    black_box(&(own.1)(request));
                }
            })
        };
        let answer = move || (closures.2)(&(closures.1)((closures.0)()));
        Self { prepare: Box::new(prepare), answer: Box::new(answer) }
    }
}

/// The output of a future that is ready at once.
///
/// # Panics
/// If it is not.
pub fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("no contender waits"),
    }
}
