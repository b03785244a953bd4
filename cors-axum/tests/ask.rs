//! The asynchronous check: who is asked about, when, and how often; and what the service under it
//! may rely on.

mod common;

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, Request, Response};
use axum::routing::any;
use common::{APP, Counter, EVIL, PREFLIGHT, REFUSED, REFUSED_PREFLIGHT, SIMPLE};
use common::{builder, compare, get, only, policy, preflight, request, send};
use cors_axum::{AskedOrigin, CorsLayer, DisallowedOrigin};
use tokio::sync::oneshot;
use tower::{Layer, Service, ServiceExt};

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

/// A service that takes one call for each time it was waited for, and panics at any other: tower's
/// contract, to the letter. A clone has not been waited for.
#[derive(Debug, Default)]
struct Strict {
    is_ready: bool,
    calls: Counter,
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self { is_ready: false, calls: self.calls.clone() }
    }
}

impl Service<Request<Body>> for Strict {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        assert!(mem::take(&mut self.is_ready), "called without being ready");
        self.calls.add();
        std::future::ready(Ok(Response::default()))
    }
}

async fn still_pending<F: Future + Unpin>(future: &mut F) {
    poll_fn(|cx| {
        assert!(Pin::new(&mut *future).poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn who_is_asked_about() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let handled = Counter::default();
    let handler = {
        let handled = handled.clone();
        move || async move { handled.add() }
    };
    let check = {
        let asked = Arc::clone(&asked);
        move |origin: AskedOrigin| {
            asked.lock().unwrap().push(origin.origin().to_owned());
            async move { origin.origin() == TENANT }
        }
    };
    let app = Router::new().route("/", any(handler)).layer(CorsLayer::ask(policy(), check));

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
    for (what, request, status, wanted, about, calls) in rows {
        let response = send(&app, request).await;
        compare(what, &response, status, wanted);
        let asked: Vec<String> = mem::take(&mut *asked.lock().unwrap());
        // At most once, and about nothing else.
        assert_eq!(asked, about.into_iter().collect::<Vec<_>>(), "{what}: asked about");
        assert_eq!(handled.take(), calls, "{what}: handler called");
    }
}

#[tokio::test]
async fn an_error_is_a_no() {
    let rows: [(&str, Result<bool, &str>, &[&str]); 3] = [
        ("yes", Ok(true), TENANT_SIMPLE),
        ("no", Ok(false), REFUSED),
        ("error", Err("the database is gone"), REFUSED),
    ];
    for (what, verdict, wanted) in rows {
        let layer = CorsLayer::ask(policy(), move |_| async move { verdict });
        let app = Router::new().route("/", any(|| async {})).layer(layer);
        compare(what, &send(&app, get("/", TENANT)).await, 200, wanted);
    }
}

#[tokio::test]
async fn forbid_waits_for_the_verdict_too() {
    let policy = builder().disallowed_origin(DisallowedOrigin::Forbid).build().unwrap();
    let layer = CorsLayer::ask(policy, |asked| async move { asked.origin() == TENANT });
    let strict = Strict::default();
    let service = layer.layer(strict.clone());
    compare("yes", &send(&service, get("/", TENANT)).await, 200, TENANT_SIMPLE);
    assert_eq!(strict.calls.take(), 1);
    compare("no", &send(&service, get("/", EVIL)).await, 403, &["vary: origin, sec-fetch-site"]);
    assert_eq!(strict.calls.take(), 0);
}

#[tokio::test]
async fn the_handler_waits_for_the_verdict() {
    for (verdict, wanted) in [(true, TENANT_SIMPLE), (false, REFUSED)] {
        let (answer, answered) = oneshot::channel();
        let answered = Mutex::new(Some(answered));
        let asked = Counter::default();
        let layer = CorsLayer::ask(policy(), {
            let asked = asked.clone();
            move |_| {
                asked.add();
                // The receiver is the future: its output is a `Result<bool, RecvError>`.
                answered.lock().unwrap().take().expect("asked once")
            }
        });
        let strict = Strict::default();
        let mut service = layer.layer(strict.clone());
        let mut response = service.ready().await.unwrap().call(get("/", TENANT));

        still_pending(&mut response).await;
        still_pending(&mut response).await;
        assert_eq!((asked.take(), strict.calls.take()), (1, 0), "asked, not called");

        answer.send(verdict).unwrap();
        compare("answered", &response.await.unwrap(), 200, wanted);
        assert_eq!((asked.take(), strict.calls.take()), (0, 1), "called, not asked again");
    }
}

#[tokio::test]
async fn other_requests_pass_meanwhile() {
    let (answer, answered) = oneshot::channel();
    let answered = Mutex::new(Some(answered));
    let layer =
        CorsLayer::ask(policy(), move |_| answered.lock().unwrap().take().expect("asked once"));
    let strict = Strict::default();
    let mut service = layer.layer(strict.clone());

    let mut first = service.ready().await.unwrap().call(get("/", TENANT));
    still_pending(&mut first).await;
    let second = service.ready().await.unwrap().call(get("/", APP));
    compare("the second", &second.await.unwrap(), 200, SIMPLE);
    assert_eq!(strict.calls.take(), 1);
    answer.send(true).unwrap();
    compare("the first", &first.await.unwrap(), 200, TENANT_SIMPLE);
    assert_eq!(strict.calls.take(), 1);
}

#[tokio::test]
async fn a_request_given_up_calls_nobody() {
    let (answer, answered) = oneshot::channel();
    let answered = Mutex::new(Some(answered));
    let layer =
        CorsLayer::ask(policy(), move |_| answered.lock().unwrap().take().expect("asked once"));
    let strict = Strict::default();
    let mut service = layer.layer(strict.clone());
    let mut response = service.ready().await.unwrap().call(get("/", TENANT));
    still_pending(&mut response).await;
    drop(response);
    assert!(answer.send(true).is_err(), "the check is given up with the request");
    assert_eq!(strict.calls.take(), 0);
}

#[tokio::test]
async fn the_ready_service_is_the_one_called() {
    let layer = CorsLayer::ask(policy(), |asked| async move {
        tokio::task::yield_now().await;
        asked.origin() == TENANT
    });
    let strict = Strict::default();
    let mut service = layer.layer(strict.clone());
    // `Strict` panics if a clone is called, or one service twice.
    for _ in 0..2 {
        for (origin, wanted) in [(TENANT, TENANT_SIMPLE), (APP, SIMPLE), (EVIL, REFUSED)] {
            let response = service.ready().await.unwrap().call(get("/", origin)).await;
            compare(origin, &response.unwrap(), 200, wanted);
        }
    }
    assert_eq!(strict.calls.take(), 6);
}

#[tokio::test]
async fn it_reads_the_headers_it_declared() {
    let policy = builder().ask_reading([HeaderName::from_static("x-tenant")]).build().unwrap();
    let layer = CorsLayer::ask(policy, |asked| async move {
        assert_eq!(asked.header("cookie"), None, "not declared");
        asked.header("x-tenant").is_some_and(|tenant| tenant == b"acme")
    });
    let app = Router::new().route("/", any(|| async {})).layer(layer);
    let tenant = |tenant| {
        request("GET", "/", &[("origin", TENANT), ("x-tenant", tenant), ("cookie", "a=1")])
    };
    let vary = "vary: origin, x-tenant";
    let yes = [&TENANT_SIMPLE[..3], &[vary]].concat();
    compare("yes", &send(&app, tenant("acme")).await, 200, &yes);
    compare("no", &send(&app, tenant("acme2")).await, 200, &[vary]);
    compare("absent", &send(&app, get("/", TENANT)).await, 200, &[vary]);
}

#[tokio::test]
async fn a_policy_of_one_origin_is_constant_no_longer() {
    let layer = CorsLayer::ask(only(&[APP]), |asked| async move { asked.origin() == TENANT });
    let app = Router::new().route("/", any(|| async {})).layer(layer);
    let read_by = |origin| format!("access-control-allow-origin: {origin}");
    for origin in [APP, TENANT] {
        let response = send(&app, get("/", origin)).await;
        compare(origin, &response, 200, &[&read_by(origin), "vary: origin"]);
    }
    compare("elsewhere", &send(&app, get("/", EVIL)).await, 200, REFUSED);
    compare("not CORS", &send(&app, request("GET", "/", &[])).await, 200, REFUSED);
}

#[tokio::test]
async fn a_question_that_nobody_answers_is_a_no() {
    let policy = builder().ask().build().unwrap();
    let app = Router::new().route("/", any(|| async {})).layer(CorsLayer::new(policy));
    compare("allowed", &send(&app, get("/", APP)).await, 200, SIMPLE);
    compare("in question", &send(&app, get("/", TENANT)).await, 200, REFUSED);
}
