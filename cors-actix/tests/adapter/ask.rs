//! The asynchronous check: what actix-web's services may rely on.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::Poll;

use crate::common::{APP, Counter, EVIL, Failure, REFUSED, Request, SIMPLE, Test};
use crate::common::{compare, get, handled, policy, send, whole};
use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::test::init_service;
use actix_web::{App, Error, HttpResponse, web};
use cors_actix::{AskedOrigin, CorsLayer};
use tokio::sync::oneshot;

const TENANT: &str = "https://tenant.example";

/// What the policy writes for the tenant, once it is let in.
const TENANT_SIMPLE: &[&str] = &[
    "access-control-allow-credentials: true",
    "access-control-allow-origin: https://tenant.example",
    "access-control-expose-headers: x-request-id",
    "vary: origin",
];
/// A service that counts its calls; `/error` fails.
#[derive(Clone, Debug, Default)]
struct Counting {
    calls: Counter,
}

impl Service<ServiceRequest> for Counting {
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = std::future::Ready<Result<Self::Response, Error>>;

    actix_web::dev::always_ready!();

    fn call(&self, request: ServiceRequest) -> Self::Future {
        self.calls.add();
        std::future::ready(match request.path() {
            "/error" => Err(Failure(400).into()),
            _ => Ok(request.into_response(HttpResponse::Ok().finish())),
        })
    }
}

async fn still_pending<F: Future>(mut future: Pin<&mut F>) {
    poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
}

fn service_request(request: &Request) -> ServiceRequest {
    request.test().to_srv_request()
}

/// A check that waits for the test's answer, to be asked once: its future is the receiver, and the
/// output of that a `Result<bool, RecvError>`.
fn one_answer() -> (oneshot::Sender<bool>, impl Fn(AskedOrigin) -> oneshot::Receiver<bool>) {
    let (answer, answered) = oneshot::channel();
    let answered = Mutex::new(Some(answered));
    (answer, move |_| answered.lock().unwrap().take().expect("asked once"))
}

#[actix_web::test]
async fn wherever_it_is_worn() {
    let layer = CorsLayer::ask(policy(), |asked| async move { asked.origin() == TENANT });
    let item = || web::resource("/item").to(handled);
    let scope = web::scope("/scope").service(item()).wrap(layer.clone());
    let app = App::new().service(item().wrap(layer)).service(scope);
    let app = init_service(app).await;
    for uri in ["/item", "/scope/item"] {
        compare("yes", &send(&app, &get(uri, TENANT)).await, 200, TENANT_SIMPLE);
        compare("no", &send(&app, &get(uri, EVIL)).await, 200, REFUSED);
    }
}

#[actix_web::test]
async fn an_inner_error_after_the_verdict() {
    let layer = CorsLayer::ask(policy(), |asked| async move { asked.origin() == TENANT });
    let service = layer.new_transform(Counting::default()).await.unwrap();
    for (origin, wanted) in [(TENANT, TENANT_SIMPLE), (APP, SIMPLE), (EVIL, REFUSED)] {
        let error = service.call(service_request(&get("/error", origin))).await.err().unwrap();
        assert_eq!(error.as_error::<Failure>(), Some(&Failure(400)));
        compare(origin, &whole(error.error_response()).await, 400, wanted);
    }
}

#[actix_web::test]
async fn a_request_given_up_calls_nobody() {
    let (say, check) = one_answer();
    let counting = Counting::default();
    let service = CorsLayer::ask(policy(), check).new_transform(counting.clone()).await.unwrap();
    let mut response = Box::pin(service.call(service_request(&get("/", TENANT))));
    still_pending(response.as_mut()).await;
    drop(response);
    assert!(say.send(true).is_err(), "the check is given up with the request");
    assert_eq!(counting.calls.take(), 0);
}
