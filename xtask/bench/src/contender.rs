//! A common form for all contenders, so that calling each costs the same.

use std::collections::{BTreeMap, BTreeSet};
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

/// How a peer's answer differs: what it lacks (-), what only it has (+), and what it says otherwise (~).
/// Empty if a browser and a cache see no difference.
pub fn difference(ours: &Answer, theirs: &Answer) -> String {
    let (own, their) = (parts(ours), parts(theirs));
    let names: BTreeSet<_> = own.keys().chain(their.keys()).collect();
    let words = names.into_iter().filter_map(|name| match (own.get(name), their.get(name)) {
        (Some(_), None) => Some(format!("-{name}")),
        (None, Some(_)) => Some(format!("+{name}")),
        (own, their) => (own != their).then(|| format!("~{name}")),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The parts of an answer to compare: whether it is a success, CORS headers as sets, and each name in
/// `Vary`.
fn parts(answer: &Answer) -> BTreeMap<String, BTreeSet<String>> {
    let kind = (answer.status / 100).to_string();
    let mut parts = BTreeMap::from([("status".to_owned(), BTreeSet::from([kind]))]);
    for (name, value) in &answer.headers {
        for element in value.split(',') {
            let element = element.trim().to_ascii_lowercase().replace('-', "_");
            if let Some(name) = name.strip_prefix("access-control-") {
                parts.entry(name.replace('-', "_")).or_default().insert(element);
            } else if name == "vary" {
                parts.entry(format!("vary_{element}")).or_default();
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences() {
        let answer = |status, lines: &[(&str, &str)]| {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            Answer { status, headers: lines.iter().map(owned).collect() }
        };
        let vary = ("vary", "Origin, Access-Control-Request-Method");
        let origin = ("access-control-allow-origin", "https://a.example");
        let methods = ("access-control-allow-methods", "PUT,GET");
        let ours = answer(204, &[vary, origin, methods]);
        let star = ("access-control-allow-origin", "*");
        let lower = ("access-control-allow-methods", "get, PUT");
        for (theirs, words) in [
            (answer(200, &[lower, origin, vary, ("content-length", "0")]), ""),
            (answer(204, &[vary, origin, methods, ("access-control-max-age", "1")]), "+max_age"),
            (
                answer(204, &[("vary", "origin"), origin]),
                "-allow_methods -vary_access_control_request_method",
            ),
            (answer(403, &[vary, star, methods]), "~allow_origin ~status"),
        ] {
            assert_eq!(difference(&ours, &theirs), words);
        }
    }
}
