//! actix-web: an app wrapped in the middleware, called as its dispatcher calls it.

use std::future::ready as at_once;

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http;
use actix_web::test::init_service;
use actix_web::{App, Error, HttpResponse, web};
use cors_actix::CorsLayer;
use futures_util::FutureExt;
use futures_util::future::Either;

use super::{Made, Who};
use crate::contender::{Answer, Contender, ready};
use crate::policy;
use crate::rows::{BODY, OWN_HEADERS, Row};

#[allow(clippy::duplicate_mod, reason = "once for each version of `http`")]
#[path = "by_hand.rs"]
mod by_hand;

use by_hand::{ByHand, Floor, Necessary};

pub fn make(row: &Row, who: Who, answer: &Answer) -> Made {
    let (app, ours) = (App::new().configure(routes), CorsLayer::new(policy::ours(row.policy)));
    Ok(match who {
        Who::Bare => served(row, ready(init_service(app))),
        Who::Layer | Who::Floor => around(row, Floor::new(row, answer)),
        Who::Necessary => around(row, Necessary::new(row)),
        Who::Ours => served(row, ready(init_service(app.wrap(ours)))),
        Who::Peer => served(row, ready(init_service(app.wrap(policy::actix_cors(row.policy))))),
    })
}

/// An app with a handwritten middleware.
fn around(row: &Row, by_hand: &'static impl ByHand) -> Contender {
    let app = App::new().configure(routes).wrap_fn(move |request, inner| {
        let head = request.head();
        let (status, kept) = by_hand.begin(&head.method, &head.uri, &head.headers);
        let Some(status) = status else {
            return Either::Left(inner.call(request).map(move |result| match result {
                Ok(mut response) => {
                    by_hand.end(kept, response.headers_mut());
                    Ok(response.map_into_left_body())
                }
                Err(mut error) => {
                    error.add_response_mapper(move |mut response| {
                        by_hand.end(kept.clone(), response.headers_mut());
                        response
                    });
                    Err(error)
                }
            }));
        };
        let mut response = HttpResponse::new(status);
        by_hand.end(kept, response.headers_mut());
        Either::Right(at_once(Ok(request.into_response(response).map_into_right_body())))
    });
    served(row, ready(init_service(app)))
}

fn routes(app: &mut web::ServiceConfig) {
    let created = || async { HttpResponse::Created().finish() };
    let item = |id: web::Path<u64>| async move { id.to_string() };
    app.route("/", web::get().to(|| async { BODY }))
        .route("/headers", web::get().to(own))
        .route("/items", web::get().to(|| async { BODY }))
        .route("/items", web::post().to(created))
        .route("/items/{id}", web::get().to(item))
        .route("/sessions", web::post().to(created));
}

async fn own() -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for header in OWN_HEADERS {
        response.insert_header(header);
    }
    response.body(BODY)
}

fn served<B: MessageBody + 'static>(
    row: &Row,
    app: impl Service<Request, Response = ServiceResponse<B>, Error = Error> + 'static,
) -> Contender {
    let (method, uri, headers) = by_hand::head(row);
    let request = move || {
        let mut request = Request::new();
        let head = request.head_mut();
        head.method = method.clone();
        head.uri = uri.clone();
        head.headers = headers.clone();
        request
    };
    let call = move |request| ready(app.call(request)).expect("no service here fails");
    Contender::new(request, call, |response| by_hand::answer(response.status(), response.headers()))
}
