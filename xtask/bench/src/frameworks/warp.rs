//! warp: the layer wraps the service of its routes, called as its server calls it.

use axum::body::Bytes;
use cors_warp::CorsLayer;
use http::StatusCode;
use http_body_util::Empty;
use tower_layer::Layer;
use warp::{Filter, Rejection, Reply};

use super::tower::by_hand::{Floor, Necessary};
use super::tower::{Around, cloned, own_headers};
use super::{Made, Who};
use crate::contender::Answer;
use crate::policy;
use crate::rows::{BODY, Row};

type Body = Empty<Bytes>;

pub fn make(row: &Row, who: Who, answer: &Answer) -> Made {
    let (ours, service) = (policy::ours(row.policy), warp::service(routes()));
    Ok(match who {
        Who::Bare => cloned::<Body, _>(row, service),
        Who::Layer | Who::Floor => cloned::<Body, _>(row, Around(Floor::new(row, answer), service)),
        Who::Necessary => cloned::<Body, _>(row, Around(Necessary::new(row), service)),
        Who::Ours => cloned::<Body, _>(row, CorsLayer::new(ours).layer(service)),
        Who::Peer => {
            let peer = policy::warp_cors(row.policy)?.build();
            cloned::<Body, _>(row, warp::service(routes().with(peer)))
        }
    })
}

fn routes()
-> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone + Send + Sync + 'static {
    let own = own_headers();
    let own = move || {
        let mut response = BODY.into_response();
        response.headers_mut().extend(own.clone());
        response
    };
    let created = || StatusCode::CREATED;
    let index = warp::path::end().and(warp::get()).map(|| BODY);
    let headers = warp::path!("headers").and(warp::get()).map(own);
    let items = warp::path!("items").and(warp::get()).map(|| BODY);
    let create = warp::path!("items").and(warp::post()).map(created);
    let item = warp::path!("items" / u64).and(warp::get()).map(|id: u64| id.to_string());
    let sessions = warp::path!("sessions").and(warp::post()).map(created);
    index.or(headers).or(items).or(create).or(item).or(sessions)
}
