//! The frameworks, and the contenders in each.

use std::fmt;

use crate::contender::Contender;
use crate::figures::difference;
use crate::rows::Row;

mod actix;
mod axum;
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
enum Make {
    Bare,
    /// Add these headers. If there is a status, answer with it instead of calling the service.
    Floor(Option<u16>, Vec<(String, String)>),
    Necessary,
    Ours,
    Peer,
}

/// A contender, or why it cannot take part.
type Made = Result<Contender, &'static str>;

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
            Some(Err(reason)) => format!("absent: {reason}"),
            None => String::new(),
        };
        (contenders, words)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

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
        let mut answers = String::new();
        for row in rows::rows(&[], true) {
            let expected = answer(&tower, &row, Who::Ours);
            let values = expected.headers.iter().map(|(name, value)| {
                let name = name.trim_start_matches("access-control-");
                let value = if value.len() > 60 { "…" } else { value };
                format!(" {name}={value}")
            });
            let values: String = values.collect();
            answers += &format!("{}: {}{values}\n", row.name, expected.status);
            let expected = cors(&row, expected);
            for framework in others {
                let ours = cors(&row, answer(&framework, &row, Who::Ours));
                assert_eq!(ours, expected, "{}, {}", framework.name, row.name);
            }
        }
        expect![[r#"
            no Origin: 200 vary=Origin
            allowed, last of 1: 200 allow-credentials=true allow-origin=https://app.example.com expose-headers=x-request-id
            allowed, last of 10: 200 allow-credentials=true allow-origin=https://app.example.com expose-headers=x-request-id vary=Origin
            allowed, last of 100: 200 allow-credentials=true allow-origin=https://app.example.com expose-headers=x-request-id vary=Origin
            allowed, last of 1,000: 200 allow-credentials=true allow-origin=https://app.example.com expose-headers=x-request-id vary=Origin
            allowed, last of 10,000: 200 allow-credentials=true allow-origin=https://app.example.com expose-headers=x-request-id vary=Origin
            not allowed, of 100: 200 vary=Origin
            preflight, of 1: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            preflight, of 100: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            preflight refused by origin: 403 vary=Origin, Access-Control-Request-Method
            preflight refused by method: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            preflight refused by header: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 1 KiB of commas: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 4 KiB of commas: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 8 KiB of commas: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 60 KiB of commas: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 1 KiB of one-letter names: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 4 KiB of one-letter names: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 8 KiB of one-letter names: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 60 KiB of one-letter names: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 1 KiB of distinct names: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 4 KiB of distinct names: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 8 KiB of distinct names: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 60 KiB of distinct names: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 1 KiB of one allowed name: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 4 KiB of one allowed name: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 8 KiB of one allowed name: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            header list, 60 KiB of one allowed name: 204 allow-credentials=true allow-headers=content-type,authorization,x-request-id allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=Origin, Access-Control-Request-Method
            any header, 1 KiB of distinct names: 204 allow-credentials=true allow-headers=… allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=…
            any header, 4 KiB of distinct names: 204 allow-credentials=true allow-headers=… allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=…
            any header, 60 KiB of distinct names: 204 allow-credentials=true allow-methods=PUT,DELETE,GET,HEAD,POST allow-origin=https://app.example.com max-age=600 vary=…
            any origin: 200 allow-origin=* expose-headers=x-request-id
            10 subdomains, hit: 200 allow-credentials=true allow-origin=https://pr-1.example.com expose-headers=x-request-id vary=Origin
            10 subdomains, miss: 200 vary=Origin
            10,000 subdomains, hit: 200 allow-credentials=true allow-origin=https://pr-1.example.com expose-headers=x-request-id vary=Origin
            10,000 subdomains, miss: 200 vary=Origin
            regex, hit: 200 allow-credentials=true allow-origin=https://pr-1.example.com expose-headers=x-request-id vary=Origin
            regex, miss: 200 vary=Origin
            forbid: 403 vary=Origin, Sec-Fetch-Site
            echo with credentials: 200 allow-credentials=true allow-origin=https://app.example.com expose-headers=x-request-id vary=Origin
            ten own headers and Vary: 200 allow-credentials=true allow-origin=https://app.example.com expose-headers=x-request-id cache-control=public, max-age=60 content-language=en content-security-policy=default-src 'none' etag="5d8c72a5edda8" last-modified=Wed, 21 Oct 2015 07:28:00 GMT link=</items?page=2>; rel=next referrer-policy=no-referrer vary=Accept-Encoding, Origin x-content-type-options=nosniff x-frame-options=DENY x-request-id=f058ebd6-02f7-4d3f-942e-904344e8cde5
        "#]].assert_eq(&answers);
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

    #[test]
    fn what_the_peers_answer() {
        let mut words = String::new();
        for row in [
            "allowed, last of 100",
            "not allowed, of 100",
            "preflight, of 100",
            "regex, hit",
            "forbid",
        ] {
            let row = rows::named(row);
            for framework in &FRAMEWORKS[1..] {
                let said = framework.contenders(&row, true).1;
                words += &format!("{}, {}: {said}\n", row.name, framework.name);
            }
        }
        expect![[r#"
            allowed, last of 100, axum: same
            allowed, last of 100, actix: more; also vary access-control-request-headers, vary access-control-request-method
            allowed, last of 100, warp: less; without vary origin
            not allowed, of 100, axum: more; also allow-credentials, expose-headers
            not allowed, of 100, actix: more; also allow-credentials, expose-headers, vary access-control-request-headers, vary access-control-request-method
            not allowed, of 100, warp: other; 403 for 200; without vary origin
            preflight, of 100, axum: less; 200 for 204; without vary access-control-request-method
            preflight, of 100, actix: more; 200 for 204; also vary access-control-request-headers
            preflight, of 100, warp: other; 200 for 204; without vary access-control-request-method, vary origin; also expose-headers
            regex, hit, axum: same
            regex, hit, actix: more; also vary access-control-request-headers, vary access-control-request-method
            regex, hit, warp: absent: it has no regular expressions
            forbid, axum: absent: it never refuses
            forbid, actix: other; 400 for 403; without vary sec-fetch-site; also vary access-control-request-headers, vary access-control-request-method
            forbid, warp: less; without vary origin, vary sec-fetch-site
        "#]].assert_eq(&words);
    }
}
