//! The asynchronous check: who is asked about, when, and how often; and that nothing inside the
//! layer runs before it has answered.

mod common;

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::test::init_service;
use actix_web::{App, Error, HttpResponse, web};
use common::{APP, Answer, Ask, Counter, EVIL, Failure, PREFLIGHT, REFUSED, REFUSED_PREFLIGHT};
use common::{
    SIMPLE, builder, compare, get, handled, only, policy, preflight, request, send, whole,
};
use cors_actix::{AskedOrigin, CorsLayer, DisallowedOrigin};
use tokio::sync::oneshot;

const TENANT: &str = "https://tenant.example";

/// What the policy writes for the tenant, once it is let in.
const TENANT_SIMPLE: &[&str] = &[
    "access-control-allow-credentials: true",
    "access-control-allow-origin: https://tenant.example",
    "access-control-expose-headers: x-request-id",
    "vary: origin",
];
const TENANT_PREFLIGHT: &[&str] = &[
    "access-control-allow-credentials: true",
    "access-control-allow-headers: content-type",
    "access-control-allow-methods: PUT, GET, HEAD, POST",
    "access-control-allow-origin: https://tenant.example",
    "access-control-max-age: 600",
    "vary: origin, access-control-request-method",
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

fn service_request(request: &Ask) -> ServiceRequest {
    request.test().to_srv_request()
}

async fn answer<B>(response: Result<ServiceResponse<B>, Error>) -> Answer
where
    B: actix_web::body::MessageBody + 'static,
{
    whole(HttpResponse::from(response.unwrap()).map_into_boxed_body()).await
}

/// A check that waits for the test's answer, to be asked once: its future is the receiver, and the
/// output of that a `Result<bool, RecvError>`.
fn one_answer() -> (oneshot::Sender<bool>, impl Fn(AskedOrigin) -> oneshot::Receiver<bool>) {
    let (answer, answered) = oneshot::channel();
    let answered = Mutex::new(Some(answered));
    (answer, move |_| answered.lock().unwrap().take().expect("asked once"))
}

#[actix_web::test]
async fn who_is_asked_about() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let calls = Counter::default();
    let handler = {
        let calls = calls.clone();
        move || {
            calls.add();
            handled()
        }
    };
    let check = {
        let asked = Arc::clone(&asked);
        move |origin: AskedOrigin| {
            asked.lock().unwrap().push(origin.origin().to_owned());
            async move { origin.origin() == TENANT }
        }
    };
    let app =
        App::new().service(web::resource("/").to(handler)).wrap(CorsLayer::ask(policy(), check));
    let app = init_service(app).await;

    let long = format!("https://{}.example", "a".repeat(600));
    let twice = request("GET", "/", &[("origin", TENANT), ("origin", TENANT)]);
    let rows = [
        // (request, status, headers, asked about, handler called)
        ("not CORS", request("GET", "/", &[]), 200, REFUSED, None, 1),
        ("allowed by the policy", get("/", APP), 200, SIMPLE, None, 1),
        ("preflight, allowed by the policy", preflight("/", APP, "PUT"), 204, PREFLIGHT, None, 0),
        ("yes", get("/", TENANT), 200, TENANT_SIMPLE, Some(TENANT), 1),
        ("preflight, yes", preflight("/", TENANT, "PUT"), 204, TENANT_PREFLIGHT, Some(TENANT), 0),
        ("no", get("/", EVIL), 200, REFUSED, Some(EVIL), 1),
        ("preflight, no", preflight("/", EVIL, "PUT"), 403, REFUSED_PREFLIGHT, Some(EVIL), 0),
        ("insecure, with credentials", get("/", "http://tenant.example"), 200, REFUSED, None, 1),
        ("null is no well-formed origin", get("/", "null"), 200, REFUSED, None, 1),
        ("empty", get("/", ""), 200, REFUSED, None, 1),
        ("malformed", get("/", "https://tenant.example/"), 200, REFUSED, None, 1),
        ("default port", get("/", "https://tenant.example:443"), 200, REFUSED, None, 1),
        ("not ASCII", get("/", "https://ténant.example"), 200, REFUSED, None, 1),
        ("over-long", get("/", &long), 200, REFUSED, None, 1),
        ("repeated", twice, 200, REFUSED, None, 1),
    ];
    for (what, request, status, wanted, about, called) in rows {
        let answer = send(&app, &request).await;
        compare(what, &answer, status, wanted);
        let asked: Vec<String> = mem::take(&mut *asked.lock().unwrap());
        // At most once, and about nothing else.
        assert_eq!(asked, about.into_iter().collect::<Vec<_>>(), "{what}: asked about");
        assert_eq!(calls.take(), called, "{what}: handler called");
    }
}

#[actix_web::test]
async fn an_error_is_a_no() {
    let rows: [(&str, Result<bool, &str>, &[&str]); 3] = [
        ("yes", Ok(true), TENANT_SIMPLE),
        ("no", Ok(false), REFUSED),
        ("error", Err("the database is gone"), REFUSED),
    ];
    for (what, verdict, wanted) in rows {
        let layer = CorsLayer::ask(policy(), move |_| async move { verdict });
        let app =
            init_service(App::new().service(web::resource("/").to(handled)).wrap(layer)).await;
        compare(what, &send(&app, &get("/", TENANT)).await, 200, wanted);
    }
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
async fn forbid_waits_for_the_verdict_too() {
    let policy = builder().disallowed_origin(DisallowedOrigin::Forbid).build().unwrap();
    let layer = CorsLayer::ask(policy, |asked| async move { asked.origin() == TENANT });
    let counting = Counting::default();
    let service = layer.new_transform(counting.clone()).await.unwrap();
    let yes = service.call(service_request(&get("/", TENANT))).await;
    compare("yes", &answer(yes).await, 200, TENANT_SIMPLE);
    assert_eq!(counting.calls.take(), 1);
    let no = service.call(service_request(&get("/", EVIL))).await;
    compare("no", &answer(no).await, 403, &["vary: origin, sec-fetch-site"]);
    assert_eq!(counting.calls.take(), 0);
}

#[actix_web::test]
async fn the_handler_waits_for_the_verdict() {
    for (verdict, wanted) in [(true, TENANT_SIMPLE), (false, REFUSED)] {
        let (say, check) = one_answer();
        let asked = Counter::default();
        let layer = CorsLayer::ask(policy(), {
            let asked = asked.clone();
            move |origin| {
                asked.add();
                check(origin)
            }
        });
        let counting = Counting::default();
        let service = layer.new_transform(counting.clone()).await.unwrap();
        let mut response = Box::pin(service.call(service_request(&get("/", TENANT))));

        still_pending(response.as_mut()).await;
        still_pending(response.as_mut()).await;
        assert_eq!((asked.take(), counting.calls.take()), (1, 0), "asked, not called");

        say.send(verdict).unwrap();
        compare("answered", &answer(response.await).await, 200, wanted);
        assert_eq!((asked.take(), counting.calls.take()), (0, 1), "called, not asked again");
    }
}

#[actix_web::test]
async fn other_requests_pass_meanwhile() {
    let (say, check) = one_answer();
    let counting = Counting::default();
    let service = CorsLayer::ask(policy(), check).new_transform(counting.clone()).await.unwrap();

    let mut first = Box::pin(service.call(service_request(&get("/", TENANT))));
    still_pending(first.as_mut()).await;
    let second = service.call(service_request(&get("/", APP))).await;
    compare("the second", &answer(second).await, 200, SIMPLE);
    assert_eq!(counting.calls.take(), 1);
    say.send(true).unwrap();
    compare("the first", &answer(first.await).await, 200, TENANT_SIMPLE);
    assert_eq!(counting.calls.take(), 1);
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

#[actix_web::test]
async fn it_reads_the_headers_it_declared() {
    let policy = builder().ask_reading(["x-tenant"]).build().unwrap();
    let layer = CorsLayer::ask(policy, |asked| async move {
        assert_eq!(asked.header("cookie"), None, "not declared");
        asked.header("x-tenant").is_some_and(|tenant| tenant == b"acme")
    });
    let app = init_service(App::new().service(web::resource("/").to(handled)).wrap(layer)).await;
    let tenant = |tenant| get("/", TENANT).with("x-tenant", tenant).with("cookie", "a=1");
    let vary = "vary: origin, x-tenant";
    let yes = [&TENANT_SIMPLE[..3], &[vary]].concat();
    compare("yes", &send(&app, &tenant("acme")).await, 200, &yes);
    compare("no", &send(&app, &tenant("acme2")).await, 200, &[vary]);
    compare("absent", &send(&app, &get("/", TENANT)).await, 200, &[vary]);
}

#[actix_web::test]
async fn a_policy_of_one_origin_is_constant_no_longer() {
    let layer = CorsLayer::ask(only(&[APP]), |asked| async move { asked.origin() == TENANT });
    let app = init_service(App::new().service(web::resource("/").to(handled)).wrap(layer)).await;
    let read_by = |origin| format!("access-control-allow-origin: {origin}");
    for origin in [APP, TENANT] {
        let answer = send(&app, &get("/", origin)).await;
        compare(origin, &answer, 200, &[&read_by(origin), "vary: origin"]);
    }
    compare("elsewhere", &send(&app, &get("/", EVIL)).await, 200, REFUSED);
    compare("not CORS", &send(&app, &request("GET", "/", &[])).await, 200, REFUSED);
}

#[actix_web::test]
async fn a_question_that_nobody_answers_is_a_no() {
    let policy = builder().ask().build().unwrap();
    let app = App::new().service(web::resource("/").to(handled)).wrap(CorsLayer::new(policy));
    let app = init_service(app).await;
    compare("allowed", &send(&app, &get("/", APP)).await, 200, SIMPLE);
    compare("in question", &send(&app, &get("/", TENANT)).await, 200, REFUSED);
}
