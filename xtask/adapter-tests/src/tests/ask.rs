//! The asynchronous check: who is asked about, when, and how often; and that the handler waits.

use std::mem;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use cors_core::{AskedOrigin, DisallowedOrigin};
use tokio::sync::oneshot;

use super::app::App;
use crate::{
    APP, Adapter, EVIL, PREFLIGHT, REFUSED, REFUSED_PREFLIGHT, SIMPLE, builder, compare, get, only,
    policy, preflight, request,
};

const TENANT: &str = "https://tenant.example";

/// What the policy writes for the tenant, once it is allowed.
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

async fn is_tenant(asked: AskedOrigin) -> Result<bool, &'static str> {
    Ok(asked.origin() == TENANT)
}

pub(crate) fn who_is_asked_about<A: Adapter>() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let app = App::ask::<A, _, _>(policy(), move |origin| {
        seen.lock().unwrap().push(origin.origin().to_owned());
        async {
            // Polled more than once.
            tokio::task::yield_now().await;
            is_tenant(origin).await
        }
    });
    let get = |origin| get("/item", origin);
    let preflight = |origin| preflight("/item", origin, "PUT");
    let long = format!("https://{}.example", "a".repeat(600));
    let tenant = Some(TENANT);
    let rows = [
        // (request, status, headers, asked about, handler called)
        ("not CORS", request("GET", "/item", &[]), 200, REFUSED, None, 1),
        ("allowed by the policy", get(APP), 200, SIMPLE, None, 1),
        ("preflight, allowed by the policy", preflight(APP), 204, PREFLIGHT, None, 0),
        ("yes", get(TENANT), 200, TENANT_SIMPLE, tenant, 1),
        ("preflight, yes", preflight(TENANT), 204, TENANT_PREFLIGHT, tenant, 0),
        ("no", get(EVIL), 200, REFUSED, Some(EVIL), 1),
        ("preflight, no", preflight(EVIL), 403, REFUSED_PREFLIGHT, Some(EVIL), 0),
        ("insecure, with credentials", get("http://tenant.example"), 200, REFUSED, None, 1),
        ("null is not a well-formed origin", get("null"), 200, REFUSED, None, 1),
        ("empty", get(""), 200, REFUSED, None, 1),
        ("malformed", get("https://tenant.example/"), 200, REFUSED, None, 1),
        ("default port", get("https://tenant.example:443"), 200, REFUSED, None, 1),
        ("not ASCII", get("https://ténant.example"), 200, REFUSED, None, 1),
        ("over-long", get(&long), 200, REFUSED, None, 1),
        ("repeated", get(TENANT).with("origin", TENANT), 200, REFUSED, None, 1),
    ];
    for (what, request, status, wanted, about, calls) in rows {
        app.check_calls(what, request, (status, calls, calls), wanted);
        let asked: Vec<String> = mem::take(&mut *asked.lock().unwrap());
        // At most once, and about nothing else.
        assert_eq!(asked, Vec::from_iter(about), "{what}: asked about");
    }
}

pub(crate) fn an_error_is_a_no<A: Adapter>() {
    for (what, verdict, wanted) in [
        ("yes", Ok(true), TENANT_SIMPLE),
        ("no", Ok(false), REFUSED),
        ("error", Err("the database is gone"), REFUSED),
    ] {
        let app = App::ask::<A, _, _>(policy(), move |_| async move { verdict });
        app.check([(what, get("/item", TENANT), 200, wanted)]);
    }
}

pub(crate) fn an_inner_error_after_the_verdict<A: Adapter>() {
    let app = App::ask::<A, _, _>(policy(), is_tenant);
    for (origin, wanted) in [(TENANT, TENANT_SIMPLE), (APP, SIMPLE), (EVIL, REFUSED)] {
        for (uri, status) in [("/error", 500), ("/middleware-error", 400), ("/auth/item", 401)] {
            app.check([(origin, get(uri, origin), status, wanted)]);
        }
    }
}

pub(crate) fn forbid_waits_for_the_verdict_too<A: Adapter>() {
    let policy = builder().disallowed_origin(DisallowedOrigin::Forbid).build().unwrap();
    let app = App::ask::<A, _, _>(policy, is_tenant);
    app.check_calls("yes", get("/item", TENANT), (200, 1, 1), TENANT_SIMPLE);
    app.check_calls("no", get("/item", EVIL), (403, 0, 0), &["vary: origin, sec-fetch-site"]);
}

pub(crate) fn the_handler_waits_for_the_verdict<A: Adapter>() {
    for (verdict, wanted) in [(true, TENANT_SIMPLE), (false, REFUSED)] {
        // `None` for the question, then the answer: an answer that does not wait comes first.
        let (event, events) = mpsc::channel();
        let ask = event.clone();
        let (answer, answered) = oneshot::channel();
        let answered = Mutex::new(Some(answered));
        let app = App::ask::<A, _, _>(policy(), move |_| {
            ask.send(None).unwrap();
            let answered = answered.lock().unwrap().take().expect("asked once");
            async { answered.await.map_err(|_| "not answered") }
        });
        let mut waiting = app.begin(&get("/item", TENANT));
        thread::spawn(move || event.send(Some(waiting.head())));
        assert!(events.recv().unwrap().is_none(), "asked first");
        // Other requests pass meanwhile; theirs is the only call.
        app.check_calls("another request", get("/item", APP), (200, 1, 1), SIMPLE);

        answer.send(verdict).unwrap();
        compare("answered", &events.recv().unwrap().expect("asked once"), 200, wanted);
        assert_eq!((app.api.auth.take(), app.api.handler.take()), (1, 1), "called");
    }
}

pub(crate) fn it_reads_the_headers_it_declared<A: Adapter>() {
    let policy = builder().ask_reading(["x-tenant"]).build().unwrap();
    let app = App::ask::<A, _, _>(policy, |asked| async move {
        assert_eq!(asked.header("cookie"), None, "not declared");
        Ok(asked.header("x-tenant").is_some_and(|tenant| tenant == b"acme"))
    });
    let tenant = |tenant| get("/item", TENANT).with("x-tenant", tenant).with("cookie", "a=1");
    let vary = ["vary: origin, x-tenant"];
    let yes = [&TENANT_SIMPLE[..3], &vary].concat();
    app.check([
        ("yes", tenant("acme"), 200, &yes[..]),
        ("no", tenant("acme2"), 200, &vary),
        ("absent", get("/item", TENANT), 200, &vary),
    ]);
}

pub(crate) fn a_policy_of_one_origin_is_constant_no_longer<A: Adapter>() {
    let app = App::ask::<A, _, _>(only(&[APP]), is_tenant);
    for origin in [APP, TENANT] {
        let read_by = format!("access-control-allow-origin: {origin}");
        app.check([(origin, get("/item", origin), 200, &[&*read_by, "vary: origin"][..])]);
    }
    app.check([
        ("elsewhere", get("/item", EVIL), 200, REFUSED),
        ("not CORS", request("GET", "/item", &[]), 200, REFUSED),
    ]);
}

pub(crate) fn a_question_that_nobody_answers_is_a_no<A: Adapter>() {
    let app = App::new::<A>(builder().ask().build().unwrap());
    app.check([
        ("allowed", get("/item", APP), 200, SIMPLE),
        ("in question", get("/item", TENANT), 200, REFUSED),
    ]);
}
