//! The engine alone: headers in, headers out. No other library has a part that only decides.

use std::hint::black_box;

use cors_core::PreparedPolicy;
use http::{HeaderMap, HeaderValue, Request};

use super::tower::by_hand::ByHand;
use super::tower::{own_headers, requests};
use super::{Made, Make};
use crate::contender::{Answer, Contender};
use crate::policy;
use crate::rows::Row;

/// A request and the headers of its response.
type Exchanged = (Request<()>, HeaderMap);

pub fn make(row: &Row, make: Make) -> Made {
    let request = requests(row);
    let own = if row.own_headers { own_headers() } else { HeaderMap::new() };
    let request = move || (request(), own.clone());
    Ok(match make {
        Make::Bare => Contender::new(request, |exchanged| (exchanged, 200), look),
        Make::Ours => {
            let policy = PreparedPolicy::<HeaderValue>::new(policy::ours(row.policy));
            let call = move |(request, mut headers): Exchanged| {
                let exchange = policy.begin(&request).unasked();
                let status = exchange.answer();
                exchange.write(&mut headers);
                ((request, headers), status.unwrap_or(200))
            };
            Contender::new(request, call, look)
        }
        Make::Peer => return Err("no other library has a part that only decides"),
        Make::Decide => {
            let policy = policy::ours(row.policy);
            let call = move |exchanged: Exchanged| {
                black_box(policy.decide(&exchanged.0));
                (exchanged, 200)
            };
            Contender::new(request, call, look)
        }
        make => {
            let by_hand = ByHand::new(row, make);
            let call = move |(request, mut headers): Exchanged| {
                let begun = by_hand.begin(request.method(), request.headers());
                let status = begun.status;
                by_hand.end(begun, &mut headers);
                ((request, headers), status.map_or(200, |status| status.as_u16()))
            };
            Contender::new(request, call, look)
        }
    })
}

fn look((exchanged, status): &(Exchanged, u16)) -> Answer {
    let lines = exchanged.1.iter();
    Answer::new(*status, lines.map(|(name, value)| (name.as_str(), value.as_bytes())))
}
