//! warp with its own `cors`.

use warp::cors::Builder;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::reply::{Response, with_header, with_status};
use warp::{Filter, Reply, any, path, service};

use super::{listen, texts};
use crate::case::{Case, OTHER, PAGE};
use crate::hosts::Host;

/// Wraps all routes.
type Layer = fn(BoxedFilter<(Response,)>) -> BoxedFilter<(Response,)>;

texts!(
    "warp",
    crate::hosts::rust::warp::Layer,
    |routes| {
        use warp::Filter;
        routes.recover(recover).with(cors()).recover(recover).map(vary).boxed()
    },
    Simple simple,
    Preflight preflight,
    Credentials credentials,
    Errors errors,
    Auth auth,
    Exposed exposed
);

pub(in crate::hosts) fn start(case: Case, recipe: Option<&str>) -> Result<Host, String> {
    let routes = match recipe {
        Some(recipe) => {
            let routes = if case == Case::Auth { authorized(routes()) } else { routes() };
            layer_of(case, recipe)?(routes)
        }
        None => {
            let routes = replied(routes().with(fault(case)));
            if case == Case::Auth { authorized(routes) } else { routes }
        }
    };
    listen(move |listener| async move {
        cors_warp::serve(tokio::net::TcpListener::from_std(listener)?, service(routes)).await;
        Ok(())
    })
}

fn routes() -> BoxedFilter<(Response,)> {
    let data = path!("data").map(|| with_header("data", "x-total", "3").into_response());
    let crash = path!("crash")
        .map(|| with_status("it crashed", StatusCode::INTERNAL_SERVER_ERROR).into_response());
    data.or(crash).unify().boxed()
}

fn replied<R: Reply + 'static>(
    filter: impl Filter<Extract = (R,), Error = impl Into<warp::Rejection> + 'static>
    + Clone
    + Send
    + Sync
    + 'static,
) -> BoxedFilter<(Response,)> {
    filter.map(|reply: R| reply.into_response()).boxed()
}

fn authorized(routes: BoxedFilter<(Response,)>) -> BoxedFilter<(Response,)> {
    any()
        .and(warp::header::<String>("authorization"))
        .and(routes)
        .map(|_authorization, reply| reply)
        .boxed()
}

fn fault(case: Case) -> Builder {
    let cors = warp::cors();
    match case {
        Case::Simple => cors.allow_origin(OTHER),
        Case::Credentials => {
            cors.allow_origin(PAGE).allow_method("PUT").allow_header("content-type")
        }
        Case::Auth => cors.allow_origin(PAGE).allow_method("GET").allow_header("authorization"),
        _ => cors.allow_origin(PAGE).allow_method("GET"),
    }
}
