//! Promises about types: what may be cloned, sent and printed.

use std::convert::Infallible;
use std::future::{Ready, ready};

use crate::common::{self, APP, get, policy};
use axum::body::Body;
use axum::http::{Request, Response};
use axum::routing::Route;
use cors_axum::{
    AskCors, AskFuture, AskLayer, AskedOrigin, Cors, CorsLayer, Handle, Policy, ResponseFuture,
};
use tower::{Layer, Service, service_fn};

const fn for_a_router<T: Clone + Send + Sync + 'static>() {}
const fn for_a_task<T: Send + 'static>() {}

type Check = fn(AskedOrigin) -> Ready<bool>;

const _: () = {
    for_a_router::<CorsLayer>();
    for_a_router::<Cors<Route>>();
    for_a_router::<AskLayer<Check>>();
    for_a_router::<AskCors<Route, Check>>();
    for_a_router::<Handle>();
    for_a_router::<Policy>();
    // Named, and no box of our own: a size of our own choosing, known to the compiler.
    for_a_task::<ResponseFuture<Ready<Result<Response<Body>, Infallible>>>>();
    for_a_task::<AskFuture<Route, Ready<bool>, Body>>();
};

/// A closure that is not `Clone` makes a layer that is.
#[test]
fn an_ask_layer_is_clone_whatever_it_asks() {
    struct NotClone;
    fn clones<T: Clone>(value: &T) -> T {
        value.clone()
    }
    let state = NotClone;
    let layer = CorsLayer::ask(policy(), move |_| {
        let _ = &state;
        ready(false)
    });
    let service = clones(&layer).layer(());
    clones(&service);
}

/// The futures of the services are those named above, and nothing around them.
#[test]
fn the_futures_are_named() {
    type Inner = Ready<Result<Response<Body>, Infallible>>;
    type Handler = fn(Request<Body>) -> Inner;
    let handler: Handler = |_| ready(Ok(Response::default()));
    let inner = service_fn(handler);
    let check: Check = |_| ready(true);
    let plain: ResponseFuture<Inner> =
        CorsLayer::new(policy()).layer(inner).call(get("/", APP).into());
    let asking: AskFuture<_, Ready<bool>, Body> =
        CorsLayer::ask(policy(), check).layer(inner).call(get("/", APP).into());
    drop((plain, asking));
}

#[test]
fn everything_prints() {
    let policy = policy();
    let starts = |text: String, start: &str| assert!(text.starts_with(start), "{text}");
    let layer = CorsLayer::new(policy.clone());
    starts(format!("{layer:?}"), "CorsLayer { source: Fixed(");
    starts(format!("{:?}", layer.layer(())), "Cors { inner: (), source: Fixed(");
    let shared = CorsLayer::shared(Handle::new(policy.clone()));
    starts(format!("{shared:?}"), "CorsLayer { source: Shared(");
    let selected = CorsLayer::select_reading(["host"], |_| None).unwrap();
    starts(format!("{selected:?}"), r#"CorsLayer { source: Selected(["host"]"#);

    let asking = CorsLayer::ask(policy, |_| std::future::pending::<bool>());
    starts(format!("{asking:?}"), "AskLayer { source: ");
    starts(format!("{:?}", asking.layer(())), "AskCors { inner: (), source: ");
    let handler =
        service_fn(|_: Request<Body>| ready(Ok::<_, Infallible>(Response::<Body>::default())));
    let answered = layer.layer(handler).call(common::preflight("/", APP, "PUT").into());
    starts(format!("{answered:?}"), "ResponseFuture { state: \"answered\"");
    let calling = layer.layer(handler).call(get("/", APP).into());
    starts(format!("{calling:?}"), "ResponseFuture { state: \"calling\"");
    let asked = asking.layer(handler).call(get("/", "https://tenant.example").into());
    starts(format!("{asked:?}"), "AskFuture { state: \"asking\"");
    let decided = asking.layer(handler).call(get("/", APP).into());
    starts(format!("{decided:?}"), "AskFuture { state: ResponseFuture { state: \"calling\"");
}
