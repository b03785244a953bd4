//! The frameworks, and the contenders in each.

use std::fmt;

use crate::contender::Contender;
use crate::figures::difference;
use crate::rows::Row;

mod actix;
pub mod axum;
mod tower;
mod warp;

/// A contender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The service without CORS.
    Bare,
    /// The service with a layer that does nothing.
    Layer,
    /// The right headers, made in advance, without reading the request.
    Floor,
    /// The minimum that a correct layer must do, handwritten for one policy.
    Necessary,
    /// This project's layer.
    Ours,
    /// The other library's layer.
    Peer,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{self:?}").to_lowercase())
    }
}

/// How to wrap a framework's service.
#[derive(Clone, Debug)]
pub enum Make {
    Bare,
    /// Add these headers. If there is a status, answer with it instead of calling the service.
    Floor(Option<u16>, Vec<(String, String)>),
    Necessary,
    Ours,
    Peer,
}

/// A contender, or why it cannot take part.
pub type Made = Result<Contender, &'static str>;

/// A framework.
#[derive(Clone, Copy, Debug)]
pub struct Framework {
    /// Its name.
    pub name: &'static str,
    make: fn(&Row, Make) -> Made,
}

/// Every framework.
pub const FRAMEWORKS: [Framework; 4] = [
    Framework { name: "tower", make: tower::make },
    Framework { name: "axum", make: axum::make },
    Framework { name: "actix", make: actix::make },
    Framework { name: "warp", make: warp::make },
];

impl Framework {
    /// The contenders of a row, the bare service first, and a note on how the peer differs.
    ///
    /// # Panics
    /// If a handwritten baseline does not give the same answer as our layer.
    pub fn contenders(&self, row: &Row, with_peer: bool) -> (Vec<(Who, Contender)>, String) {
        let own = |make| (self.make)(row, make).expect("only peers cannot do everything");
        let ours = own(Make::Ours);
        let answer = (ours.answer)();
        let status = row.is_answered().then_some(answer.status);
        let layer = own(Make::Floor(status, Vec::new()));
        let bare = match status {
            None => own(Make::Bare),
            Some(_) => own(Make::Floor(status, Vec::new())),
        };
        let known = (bare.answer)().headers;
        let mut lines = answer.headers.clone();
        lines.retain(|name, value| known.get(name) != Some(value));
        let floor = own(Make::Floor(status, lines.into_iter().collect()));
        let necessary = own(Make::Necessary);
        for (what, by_hand) in [("floor", &floor), ("necessary", &necessary)] {
            assert_eq!((by_hand.answer)(), answer, "{what}: {}, {}", self.name, row.name);
        }
        let whos = [Who::Bare, Who::Layer, Who::Floor, Who::Necessary, Who::Ours];
        let five = [bare, layer, floor, necessary, ours];
        let mut contenders: Vec<_> = whos.into_iter().zip(five).collect();
        let peer = with_peer.then(|| (self.make)(row, Make::Peer));
        let words = match peer {
            Some(Ok(peer)) => {
                let words = difference(&answer, &(peer.answer)());
                contenders.push((Who::Peer, peer));
                words
            }
            Some(Err(_)) | None => String::new(),
        };
        (contenders, words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contender::Answer;
    use crate::rows;

    fn answer(framework: &Framework, row: &Row, who: Who) -> Answer {
        let (contenders, _) = framework.contenders(row, false);
        let (_, found) = contenders.iter().find(|(known, _)| *known == who).unwrap();
        (found.answer)()
    }

    /// The CORS headers and `Vary`, with the status if the layer answers.
    fn cors(row: &Row, mut answer: Answer) -> Answer {
        answer.headers.retain(|name, _| name == "vary" || name.starts_with("access-control-"));
        Answer { status: if row.is_answered() { answer.status } else { 0 }, ..answer }
    }

    #[test]
    fn every_framework_answers_every_row_as_tower() {
        let [tower, others @ ..] = FRAMEWORKS;
        for row in rows::rows(&[], true) {
            let expected = cors(&row, answer(&tower, &row, Who::Ours));
            for framework in others {
                let ours = cors(&row, answer(&framework, &row, Who::Ours));
                assert_eq!(ours, expected, "{}, {}", framework.name, row.name);
            }
        }
    }

    #[test]
    fn a_request_reaches_its_own_handler() {
        let row = rows::named("ten own headers and Vary");
        for framework in &FRAMEWORKS {
            let bare = answer(framework, &row, Who::Bare);
            let own = |(name, value): &(&str, &str)| bare.headers[*name] == *value;
            assert!(bare.status == 200 && rows::OWN_HEADERS.iter().all(own), "{}", framework.name);
        }
    }
}
