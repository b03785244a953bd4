//! Promises about types: what may be cloned, sent and printed.

use std::future::{Ready, ready};

use crate::common::{layer, policy};
use cors_warp::{AskLayer, AskedOrigin, Cors, CorsLayer, FilterLayer, Handle, Layer, Policy};
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response;

const fn for_a_server<T: Clone + Send + Sync + 'static>() {}
const fn for_a_filter<T: FilterLayer>() {}

type Check = fn(AskedOrigin) -> Ready<bool>;

const _: () = {
    for_a_server::<CorsLayer>();
    for_a_server::<AskLayer<Check>>();
    for_a_server::<Handle>();
    for_a_server::<Policy>();
    for_a_filter::<CorsLayer>();
    for_a_filter::<AskLayer<Check>>();
};

fn is_for_a_server<T: Clone + Send + Sync + 'static>(_: &T) {}

#[test]
fn a_worn_service_is_clone_and_send() {
    let service = layer().layer(warp::service(warp::any().map(|| "")));
    is_for_a_server(&service);
    let check: Check = |_| ready(true);
    is_for_a_server(&CorsLayer::ask(policy(), check).layer(warp::service(warp::any().map(|| ""))));
}

/// Neither the closure nor the filter need be `Clone` for the wrapped filter to be.
#[test]
fn a_wrapped_filter_is_clone_whatever_it_holds() {
    struct NotClone;
    let state = NotClone;
    let layer = CorsLayer::ask(policy(), move |_| {
        let _ = &state;
        ready(false)
    });
    let wrapped = cors_warp::filter(&layer, warp::any().map(|| ""));
    is_for_a_server(&wrapped);
    // And has a name, if it must.
    let named: BoxedFilter<(Response,)> = wrapped.boxed();
    is_for_a_server(&named);
}

/// The layer takes a filter that cannot fail, and one that is boxed already.
#[test]
fn any_filter_that_replies_will_do() {
    let cors = layer();
    let infallible = warp::any().map(|| "").boxed();
    let fallible = warp::get().map(|| "").or(warp::put().map(|| "")).unify();
    is_for_a_server(&cors_warp::filter(&cors, infallible));
    is_for_a_server(&cors_warp::filter(&cors, fallible));
    is_for_a_server(&warp::get().map(|| "").with(warp::wrap_fn(|f| cors_warp::filter(&cors, f))));
}

#[test]
fn everything_prints() {
    let starts = |text: String, start: &str| assert!(text.starts_with(start), "{text}");
    starts(format!("{:?}", layer()), "CorsLayer { source: Fixed(");
    let service: Cors<()> = layer().layer(());
    starts(format!("{service:?}"), "Cors { inner: (), source: Fixed(");
}
