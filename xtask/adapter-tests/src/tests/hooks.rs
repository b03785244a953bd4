//! What a layer tells others about its decisions.

use std::sync::{Arc, Mutex};
use std::thread;

use cors_core::adapter::Decided;
use cors_core::{Decision, DisallowedOrigin, Handle, Policy};

use super::app::App;
use crate::{
    APP, Adapter, Counter, EVIL, Hooks, Way, builder, get, only, policy, preflight, request, rows,
};

const TENANT: &str = "https://tenant.example";

/// Every way to a policy that allows `APP` and not `EVIL`, and `TENANT` if the way can ask.
fn ways() -> Vec<Way> {
    let selected = policy();
    vec![
        Way::New(policy()),
        Way::Shared(Handle::new(policy())),
        Way::FirstAllowing(vec![only(&["https://partner.example"]), policy()]),
        Way::Select(Vec::new(), Arc::new(move |_| Some(selected.clone()))),
        Way::Ask(policy(), Arc::new(|asked| Box::pin(async move { Ok(asked.origin() == TENANT) }))),
    ]
}

pub(crate) fn handlers_get_the_decision<A: Adapter>() {
    let rows = [
        (request("GET", "/decided", &[]), "no: not CORS"),
        (get("/decided", APP), "yes: allowed"),
        (get("/decided", EVIL), r#"no: origin not allowed: "https://evil.example""#),
        (get("/decided", "\"\ta"), r#"no: origin malformed: "\"\ta""#),
        (get("/decided", APP).with("origin", APP), "no: origin repeated"),
        (request("OPTIONS", "/decided", &[("origin", APP)]), "yes: allowed"),
    ];
    for with_decision in [false, true] {
        for way in ways() {
            let asks = matches!(way, Way::Ask(..));
            let app = App::hooked::<A>(way, Hooks { with_decision, ..Hooks::default() });
            let tenant = (get("/decided", TENANT), "yes: allowed");
            for (request, wanted) in rows.iter().cloned().chain(asks.then_some(tenant)) {
                let is_passed = with_decision && A::PASSES_DECISION;
                let wanted = if is_passed { wanted } else { "nothing" };
                assert_eq!(String::from_utf8(app.send(request).body).unwrap(), wanted);
            }
        }
    }
    // A preflight that is passed on, and a request for which there is no policy.
    let goes_on = builder().preflight_continue(true).build().unwrap();
    let select = move |seen: &crate::Seen<'_>| (seen.method == "OPTIONS").then(|| goes_on.clone());
    let way = Way::Select(Vec::new(), Arc::new(select));
    let app = App::hooked::<A>(way, Hooks { with_decision: true, ..Hooks::default() });
    let body = |request| String::from_utf8(app.send(request).body).unwrap();
    let wanted = if A::PASSES_DECISION { "yes: preflight allowed" } else { "nothing" };
    assert_eq!(body(preflight("/decided", APP, "PUT")), wanted);
    assert_eq!(body(get("/decided", APP)), "nothing");
}

/// Collects what an observer sees.
fn observer() -> (Hooks, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    let observe = move |decided: &Decided| keep.lock().unwrap().push(decided.to_string());
    (Hooks { observers: vec![Arc::new(observe)], ..Hooks::default() }, seen)
}

pub(crate) fn observers_see_every_decision_once<A: Adapter>() {
    let evil = r#"origin not allowed: "https://evil.example""#;
    let long = "x".repeat(10_000);
    let header = |name| preflight("/item", APP, "PUT").with("access-control-request-headers", name);
    for way in ways() {
        let (mut hooks, seen) = observer();
        let second = Counter::default();
        let count = second.clone();
        hooks.observers.push(Arc::new(move |_| count.add()));
        let app = App::hooked::<A>(way, hooks);
        for (request, wanted) in [
            (request("GET", "/item", &[]), "not CORS"),
            (get("/item", APP), "allowed"),
            (get("/none", APP), "allowed"),
            (get("/error", APP), "allowed"),
            (get("/middleware-error", EVIL), evil),
            (get("/item", &long), &format!("origin malformed: \"{}...\"", "x".repeat(128))),
            (preflight("/item", APP, "PUT"), "preflight allowed"),
            (preflight("/item", EVIL, "PUT"), evil),
            (preflight("/item", APP, "DELETE"), "method not allowed: \"DELETE\""),
            (header("a\"b"), r#"header not allowed: "a\"b""#),
        ] {
            app.send(request);
            assert_eq!(*seen.lock().unwrap(), [wanted]);
            assert_eq!(second.take(), 1);
            seen.lock().unwrap().clear();
        }
    }
    let (hooks, seen) = observer();
    let forbids = builder().disallowed_origin(DisallowedOrigin::Forbid).build().unwrap();
    let app = App::hooked::<A>(Way::New(forbids), hooks);
    app.send(get("/item", EVIL));
    app.send(request("POST", "/item", &[("sec-fetch-site", "cross-site")]));
    let cross = r#"cross-origin without an origin: "cross-site""#;
    assert_eq!(*seen.lock().unwrap(), [evil, cross]);
}

pub(crate) fn hooks_change_nothing<A: Adapter>() {
    for way in ways().into_iter().take(2) {
        let (mut hooks, _) = observer();
        hooks.with_decision = true;
        hooks.shadows.push((Policy::public(), Arc::new(drop)));
        App::hooked::<A>(way, hooks).check(rows("/item"));
    }
    // Constant answers stay constant.
    let (hooks, _) = observer();
    let app = App::hooked::<A>(Way::New(Policy::public()), hooks);
    app.check([("constant", get("/item", EVIL), 200, &["access-control-allow-origin: *"][..])]);
}

/// Sends requests over several connections at once.
pub(super) fn send_many(app: &App, connections: usize, each: usize) {
    thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| {
                let mut connection = app.connect();
                for number in 0..each {
                    let request = match number % 3 {
                        0 => get("/item", APP),
                        1 => get("/item", EVIL),
                        _ => preflight("/item", APP, "PUT"),
                    };
                    connection.send(&request);
                }
            });
        }
    });
}

pub(crate) fn counts_are_exact_under_load<A: Adapter>() {
    const CONNECTIONS: usize = 8;
    const EACH: usize = 90;
    let [all, allowed, preflights, swapped] = [(); 4].map(|()| Counter::default());
    let (one, other) = (policy(), builder().max_age(std::time::Duration::ZERO).build().unwrap());
    let counters = [all.clone(), allowed.clone(), preflights.clone(), swapped.clone()];
    let new = other.clone();
    let count = move |decided: &Decided| {
        counters[0].add();
        match decided.decision() {
            Decision::Simple => counters[1].add(),
            Decision::Preflight => counters[2].add(),
            _ => {}
        }
        if *decided.policy() == new {
            counters[3].add();
        }
    };
    let handle = Handle::new(&one);
    let hooks = Hooks { observers: vec![Arc::new(count)], ..Hooks::default() };
    let app = App::hooked::<A>(Way::Shared(handle.clone()), hooks);
    thread::scope(|scope| {
        let sending = scope.spawn(|| send_many(&app, CONNECTIONS, EACH));
        while !sending.is_finished() {
            for policy in [&other, &one] {
                handle.store(policy);
                thread::yield_now();
            }
        }
    });
    let sent = CONNECTIONS * EACH;
    assert_eq!([all.take(), allowed.take(), preflights.take()], [sent, sent / 3, sent / 3]);
    assert!(swapped.take() <= sent);
}

/// Whether the client waits or not, the decision was made once.
pub(crate) fn a_request_given_up_is_counted_once<A: Adapter>() {
    for way in ways() {
        let (hooks, seen) = observer();
        let app = App::hooked::<A>(way, hooks);
        let given_up = app.begin(&get("/hold", APP));
        app.api.wait_for_held();
        drop(given_up);
        app.api.release(1);
        app.send(get("/item", EVIL));
        let evil = r#"origin not allowed: "https://evil.example""#;
        assert_eq!(*seen.lock().unwrap(), ["allowed", evil]);
    }
}
