//! The engine alone: headers in, headers out.

use std::hint::black_box;
use std::rc::Rc;

use cors_core::PreparedPolicy;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};

use super::{Entered, Framework, Purpose, enter};
use crate::answer::Answer;
use crate::contender::{Serve, Served, Who};
use crate::floor::FloorHeaders;
use crate::handler::own_headers;
use crate::policy;
use crate::rows::{Handler, Kind, Row};

/// The engine alone. There is no peer: the others have no part that decides and does nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Core;

/// A request, and the headers of the response to it.
type Exchanged = (Request<()>, HeaderMap);

impl Framework for Core {
    fn contenders(&mut self, row: &Row, _: Purpose) -> Vec<Entered> {
        let template = {
            let mut request = Request::new(());
            *request.method_mut() = row.ask.own_method();
            *request.headers_mut() = row.ask.header_map();
            request
        };
        let own = match (row.kind, row.handler) {
            (Kind::Handled, Handler::OwnHeaders) => own_headers(),
            _ => HeaderMap::new(),
        };
        let request: Rc<dyn Fn() -> Exchanged> = Rc::new(move || (template.clone(), own.clone()));

        let policy = policy::ours(row.policy);
        let prepared = PreparedPolicy::<HeaderValue>::new(policy.clone());
        let ours = served(move |(request, mut headers): Exchanged| {
            let exchange = prepared.begin(&request).unasked();
            let status = exchange.answer();
            exchange.write(&mut headers);
            (request, headers, status.unwrap_or(200))
        });
        let (status, floor) = {
            let answer = ours.answer(request());
            let bare = answered(&(Request::new(()), request().1, 200));
            (answer.status, FloorHeaders::of(&answer, &bare, HeaderValue::from_static))
        };
        let contenders = [
            (Who::Bare, served(move |(request, headers): Exchanged| (request, headers, status))),
            (
                Who::Floor,
                served(move |(request, mut headers): Exchanged| {
                    floor.write(&mut headers);
                    (request, headers, status)
                }),
            ),
            (Who::Ours, ours),
            (
                Who::Decision,
                served(move |(request, headers): Exchanged| {
                    black_box(policy.decide(&request));
                    (request, headers, status)
                }),
            ),
        ];
        enter(&request, contenders.map(|(who, service)| (who, Ok(service))))
    }
}

type Output = (Request<()>, HeaderMap, u16);

fn served(call: impl Fn(Exchanged) -> Output + 'static) -> Rc<dyn Serve<Exchanged>> {
    Rc::new(Served { call, look: answered })
}

fn answered((_, headers, status): &Output) -> Answer {
    let mut response = Response::new(());
    *response.headers_mut() = headers.clone();
    *response.status_mut() = StatusCode::from_u16(*status).expect("policies are checked");
    Answer::of(&response)
}
