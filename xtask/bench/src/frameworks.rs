//! The frameworks, and the contenders in each.

use crate::contender::{Answer, Contender, difference};
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

impl Who {
    /// As in the figures.
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// A contender, or why it cannot take part.
pub type Made = Result<Contender, &'static str>;

/// A framework.
#[derive(Clone, Copy, Debug)]
pub struct Framework {
    /// Its name.
    pub name: &'static str,
    /// Wraps the framework's service. `Layer` and `Floor` send the lines of the answer, and its status
    /// instead of calling the service if the row is answered.
    make: fn(&Row, Who, &Answer) -> Made,
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
        let own = |who, answer: &Answer| {
            (self.make)(row, who, answer).expect("only peers cannot do everything")
        };
        let ours = own(Who::Ours, &Answer::default());
        let answer = (ours.answer)();
        let mut fixed = Answer { headers: Vec::new(), ..answer };
        let layer = own(Who::Layer, &fixed);
        let bare = own(if row.is_answered() { Who::Layer } else { Who::Bare }, &fixed);
        let known = (bare.answer)().headers;
        fixed.headers = answer.headers.clone();
        fixed.headers.retain(|line| !known.contains(line));
        let (floor, necessary) = (own(Who::Floor, &fixed), own(Who::Necessary, &fixed));
        for (what, by_hand) in [("floor", &floor), ("necessary", &necessary)] {
            assert_eq!((by_hand.answer)(), answer, "{what}: {}, {}", self.name, row.name);
        }
        let whos = [Who::Bare, Who::Layer, Who::Floor, Who::Necessary, Who::Ours];
        let five = [bare, layer, floor, necessary, ours];
        let mut contenders: Vec<_> = whos.into_iter().zip(five).collect();
        let mut note = String::new();
        if let Some(Ok(peer)) = with_peer.then(|| (self.make)(row, Who::Peer, &fixed)) {
            note = difference(&answer, &(peer.answer)());
            contenders.push((Who::Peer, peer));
        }
        (contenders, note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows;

    fn answer(framework: &Framework, row: &Row, who: Who) -> Answer {
        let (contenders, _) = framework.contenders(row, false);
        let (_, found) = contenders.iter().find(|(known, _)| *known == who).unwrap();
        (found.answer)()
    }

    /// The CORS headers and `Vary`, with the status if the layer answers.
    fn cors(row: &Row, mut answer: Answer) -> Answer {
        answer.headers.retain(|(name, _)| name == "vary" || name.starts_with("access-control-"));
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
        let [row] = &rows::rows(&["ten own headers and Vary".to_owned()], true)[..] else {
            panic!("one row has this name");
        };
        for framework in &FRAMEWORKS {
            let bare = answer(framework, row, Who::Bare);
            let own = rows::OWN_HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let all = own.iter().all(|line| bare.headers.contains(line));
            assert!(bare.status == 200 && all, "{}", framework.name);
        }
    }
}
