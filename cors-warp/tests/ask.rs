//! The asynchronous check: who is asked about, when, and how often; and that the handler waits.

mod common;

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use common::{APP, Counter, EVIL, PREFLIGHT, REFUSED, REFUSED_PREFLIGHT, SIMPLE};
use common::{around_filter, around_service, both, builder, compare, get, only, policy};
use common::{preflight, request};
use cors_warp::{AskedOrigin, CorsLayer, DisallowedOrigin};
use http::HeaderName;
use tokio::sync::oneshot;
use warp::Filter;

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

#[tokio::test]
async fn who_is_asked_about() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let handled = Counter::default();
    let routes = {
        let handled = handled.clone();
        warp::any().map(move || {
            handled.add();
            "handled"
        })
    };
    let check = {
        let asked = Arc::clone(&asked);
        move |origin: AskedOrigin| {
            asked.lock().unwrap().push(origin.origin().to_owned());
            async move {
                // Polled more than once.
                tokio::task::yield_now().await;
                origin.origin() == TENANT
            }
        }
    };
    let long = format!("https://{}.example", "a".repeat(600));
    for app in both(&CorsLayer::ask(policy(), check), routes) {
        let twice = request("GET", "/", &[("origin", TENANT), ("origin", TENANT)]);
        let insecure = get("/", "http://tenant.example");
        let rows = [
            // (request, status, headers, asked about, handler called)
            ("not CORS", request("GET", "/", &[]), 200, REFUSED, None, 1),
            ("allowed by the policy", get("/", APP), 200, SIMPLE, None, 1),
            ("its preflight", preflight("/", APP, "PUT"), 204, PREFLIGHT, None, 0),
            ("yes", get("/", TENANT), 200, TENANT_SIMPLE, Some(TENANT), 1),
            (
                "preflight, yes",
                preflight("/", TENANT, "PUT"),
                204,
                TENANT_PREFLIGHT,
                Some(TENANT),
                0,
            ),
            ("no", get("/", EVIL), 200, REFUSED, Some(EVIL), 1),
            ("preflight, no", preflight("/", EVIL, "PUT"), 403, REFUSED_PREFLIGHT, Some(EVIL), 0),
            ("insecure, with credentials", insecure, 200, REFUSED, None, 1),
            ("null is no well-formed origin", get("/", "null"), 200, REFUSED, None, 1),
            ("malformed", get("/", "https://tenant.example/"), 200, REFUSED, None, 1),
            ("over-long", get("/", &long), 200, REFUSED, None, 1),
            ("repeated", twice, 200, REFUSED, None, 1),
        ];
        for (what, request, status, wanted, about, calls) in rows {
            let what = format!("{what} ({})", app.worn);
            compare(&what, &app.send(request).await, status, wanted);
            let asked: Vec<String> = mem::take(&mut *asked.lock().unwrap());
            // At most once, and about nothing else.
            assert_eq!(asked, about.into_iter().collect::<Vec<_>>(), "{what}: asked about");
            assert_eq!(handled.take(), calls, "{what}: handler called");
        }
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
        for app in both(&layer, warp::any().map(|| "")) {
            compare(what, &app.send(get("/", TENANT)).await, 200, wanted);
        }
    }
}

#[tokio::test]
async fn forbid_waits_for_the_verdict_too() {
    let policy = builder().disallowed_origin(DisallowedOrigin::Forbid).build().unwrap();
    let layer = CorsLayer::ask(policy, |asked| async move { asked.origin() == TENANT });
    let handled = Counter::default();
    let seen = handled.clone();
    let routes = warp::any().map(move || {
        seen.add();
        ""
    });
    for app in both(&layer, routes) {
        compare("yes", &app.send(get("/", TENANT)).await, 200, TENANT_SIMPLE);
        assert_eq!(handled.take(), 1);
        let vary = ["vary: origin, sec-fetch-site"];
        compare("no", &app.send(get("/", EVIL)).await, 403, &vary);
        assert_eq!(handled.take(), 0);
    }
}

#[tokio::test]
async fn the_handler_waits_for_the_verdict() {
    for (verdict, wanted) in [(true, TENANT_SIMPLE), (false, REFUSED)] {
        for worn in [0, 1] {
            let (answer, answered) = oneshot::channel();
            let answered = Mutex::new(Some(answered));
            let (asked, handled) = (Counter::default(), Counter::default());
            let layer = CorsLayer::ask(policy(), {
                let asked = asked.clone();
                move |_| {
                    asked.add();
                    // The receiver is the future: its output is a `Result<bool, RecvError>`.
                    answered.lock().unwrap().take().expect("asked once")
                }
            });
            let seen = handled.clone();
            let routes = warp::any().map(move || {
                seen.add();
                ""
            });
            let app = match worn {
                0 => around_service(&layer, routes),
                _ => around_filter(&layer, routes),
            };
            let mut response = pin!(app.send(get("/", TENANT)));
            for _ in 0..2 {
                poll_fn(|cx| {
                    assert!(response.as_mut().poll(cx).is_pending());
                    Poll::Ready(())
                })
                .await;
            }
            assert_eq!(handled.take(), 0, "not called");

            answer.send(verdict).unwrap();
            compare(app.worn, &response.await, 200, wanted);
            assert_eq!((asked.take(), handled.take()), (1, 1), "asked once, then called");
        }
    }
}

#[tokio::test]
async fn it_reads_the_headers_it_declared() {
    let policy = builder().ask_reading([HeaderName::from_static("x-tenant")]).build().unwrap();
    let layer = CorsLayer::ask(policy, |asked| async move {
        assert_eq!(asked.header("cookie"), None, "not declared");
        asked.header("x-tenant").is_some_and(|tenant| tenant == b"acme")
    });
    let tenant = |tenant| {
        request("GET", "/", &[("origin", TENANT), ("x-tenant", tenant), ("cookie", "a=1")])
    };
    let vary = "vary: origin, x-tenant";
    let yes = [&TENANT_SIMPLE[..3], &[vary]].concat();
    for app in both(&layer, warp::any().map(|| "")) {
        app.check([
            ("yes", tenant("acme"), 200, &yes),
            ("no", tenant("acme2"), 200, &[vary]),
            ("absent", get("/", TENANT), 200, &[vary]),
        ])
        .await;
    }
}

#[tokio::test]
async fn a_policy_of_one_origin_is_constant_no_longer() {
    let layer = CorsLayer::ask(only(&[APP]), |asked| async move { asked.origin() == TENANT });
    for app in both(&layer, warp::any().map(|| "")) {
        for origin in [APP, TENANT] {
            let read_by = format!("access-control-allow-origin: {origin}");
            let response = app.send(get("/", origin)).await;
            compare(origin, &response, 200, &[&read_by, "vary: origin"]);
        }
        app.check([
            ("elsewhere", get("/", EVIL), 200, REFUSED),
            ("not CORS", request("GET", "/", &[]), 200, REFUSED),
        ])
        .await;
    }
}

#[tokio::test]
async fn a_question_that_nobody_answers_is_a_no() {
    let policy = builder().ask().build().unwrap();
    for app in both(&CorsLayer::new(policy), warp::any().map(|| "")) {
        app.check([
            ("allowed", get("/", APP), 200, SIMPLE),
            ("in question", get("/", TENANT), 200, REFUSED),
        ])
        .await;
    }
}
