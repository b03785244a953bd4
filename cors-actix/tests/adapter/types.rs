//! Promises about types: what may be cloned, sent and printed.

use std::future::{Pending, Ready, ready};
use std::rc::Rc;

use crate::common::{self, APP, Test, get, policy, preflight};
use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, fn_service};
use actix_web::{App, Error, HttpResponse};
use cors_actix::{
    AskCors, AskFuture, AskLayer, AskedOrigin, Cors, CorsLayer, Handle, Policy, ResponseFuture,
};

const fn for_every_worker<T: Clone + Send + Sync + 'static>() {}
const fn for_one_worker<T: Clone + 'static>() {}

type Check = fn(AskedOrigin) -> Ready<bool>;
/// Not `Send`, as many a thing on a worker is not.
type Local = Rc<()>;

const _: () = {
    for_every_worker::<CorsLayer>();
    for_every_worker::<AskLayer<Check>>();
    for_every_worker::<Handle>();
    for_every_worker::<Policy>();
    for_one_worker::<Cors<Local>>();
    for_one_worker::<AskCors<Local, Check>>();
};

type Inner = Ready<Result<ServiceResponse, Error>>;

/// A service of one future, by name.
struct Plain;

impl Service<ServiceRequest> for Plain {
    type Response = ServiceResponse;
    type Error = Error;
    type Future = Inner;
    actix_web::dev::always_ready!();
    fn call(&self, request: ServiceRequest) -> Inner {
        ready(Ok(request.into_response(HttpResponse::Ok().finish())))
    }
}

/// The futures of the services are those named here, with no box around them.
#[actix_web::test]
async fn the_futures_are_named() {
    let check: Check = |_| ready(true);
    let plain = CorsLayer::new(policy()).new_transform(Plain).await.unwrap();
    let plain: ResponseFuture<Inner, BoxBody> = plain.call(get("/", APP).test().to_srv_request());
    let asking = CorsLayer::ask(policy(), check).new_transform(Plain).await.unwrap();
    let asking: AskFuture<Plain, Ready<bool>, BoxBody> =
        asking.call(get("/", APP).test().to_srv_request());
    drop((plain, asking));
}

/// Any body will do, and any service.
#[actix_web::test]
async fn any_body() {
    let service = fn_service(|request: ServiceRequest| async move {
        let response = HttpResponse::Ok().finish().set_body("handled");
        Ok(request.into_response(response))
    });
    let service = CorsLayer::new(policy()).new_transform(service).await.unwrap();
    let response = service.call(get("/", APP).test().to_srv_request()).await.unwrap();
    common::compare("handled", &common::head(response.response()), 200, common::SIMPLE);
}

/// A closure that is not `Clone` makes a layer that is.
#[actix_web::test]
async fn an_ask_layer_is_clone_whatever_it_asks() {
    struct NotClone;
    let state = NotClone;
    let layer = CorsLayer::ask(policy(), move |_| {
        let _ = &state;
        ready(false)
    });
    let service = layer.clone().new_transform(Plain).await.unwrap();
    drop(service.clone());
}

/// What the workers' closure is to be: `Clone` and `Send`.
#[test]
fn it_is_cloned_into_every_worker() {
    fn is_factory<T>(factory: impl Fn() -> T + Clone + Send) -> T {
        factory.clone()()
    }
    let (one, two) = (CorsLayer::new(policy()), CorsLayer::ask(policy(), |_| async { true }));
    drop(is_factory(move || App::new().wrap(one.clone()).wrap(two.clone())));
}

#[actix_web::test]
async fn everything_prints() {
    let starts = |text: String, start: &str| assert!(text.starts_with(start), "{text}");
    let policy = policy();
    let layer = CorsLayer::new(policy.clone());
    starts(format!("{layer:?}"), "CorsLayer { source: Fixed(");
    let shared = CorsLayer::shared(Handle::new(policy.clone()));
    starts(format!("{shared:?}"), "CorsLayer { source: Shared(");
    let selected = CorsLayer::select_reading(["host"], |_| None).unwrap();
    starts(format!("{selected:?}"), r#"CorsLayer { source: Selected(["host"]"#);
    let asking = CorsLayer::ask(policy, |_| -> Pending<bool> { std::future::pending() });
    starts(format!("{asking:?}"), "AskLayer { source: ");

    let service = layer.new_transform(Plain).await.unwrap();
    let request = |request: common::Request| request.test().to_srv_request();
    let answered = service.call(request(preflight("/", APP, "PUT")));
    starts(format!("{answered:?}"), "ResponseFuture { state: \"answered\"");
    let calling = service.call(request(get("/", APP)));
    starts(format!("{calling:?}"), "ResponseFuture { state: \"calling\"");
    let service = asking.new_transform(Plain).await.unwrap();
    let asked = service.call(request(get("/", "https://tenant.example")));
    starts(format!("{asked:?}"), "AskFuture { state: \"asking\"");
    let decided = service.call(request(get("/", APP)));
    starts(format!("{decided:?}"), "AskFuture { state: ResponseFuture { state: \"calling\"");
}
