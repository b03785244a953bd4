//! The engine alone: headers in, headers out. For want of a peer, also the decision alone.

use std::hint::black_box;

use cors_core::adapter::Prepared;
use http::{HeaderMap, HeaderValue, Request};

use super::tower::by_hand::{ByHand, Floor, Necessary};
use super::tower::{own_headers, requests};
use super::{Made, Make};
use crate::contender::{Answer, Contender};
use crate::policy;
use crate::rows::Row;

pub fn make(row: &Row, make: Make) -> Made {
    Ok(match make {
        Make::Bare => served(row, |_, _| 200),
        Make::Ours => {
            let policy = Prepared::<HeaderValue>::new(policy::ours(row.policy));
            served(row, move |request, headers| {
                let exchange = policy.begin(request).without_asking();
                let status = exchange.short_circuit();
                exchange.write(headers);
                status.map_or(200, |status| status.as_u16())
            })
        }
        Make::Peer => {
            let policy = policy::ours(row.policy);
            served(row, move |request, _| {
                black_box(policy.decide(request));
                200
            })
        }
        Make::Floor(status, lines) => around(row, Floor::new(status, &lines)),
        Make::Necessary => around(row, Necessary::new(row)),
    })
}

fn around(row: &Row, by_hand: &'static impl ByHand) -> Contender {
    served(row, move |request, headers| {
        let (status, begun) = by_hand.begin(request.method(), request.headers());
        by_hand.end(begun, headers);
        status.map_or(200, |status| status.as_u16())
    })
}

/// Writes to the headers of a response and returns its status.
fn served(row: &Row, serve: impl Fn(&Request<()>, &mut HeaderMap) -> u16 + 'static) -> Contender {
    let request = requests(row);
    let own = if row.own_headers { own_headers() } else { HeaderMap::new() };
    let call = move |(request, mut headers): (_, HeaderMap)| {
        let status = serve(&request, &mut headers);
        (request, headers, status)
    };
    let look = |(_, headers, status): &(Request<()>, HeaderMap, u16)| {
        let lines = headers.iter();
        Answer::new(*status, lines.map(|(name, value)| (name.as_str(), value.as_bytes())))
    };
    Contender::new(move || (request(), own.clone()), call, look)
}
