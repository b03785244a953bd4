//! A second policy that is only judged.

use std::sync::{Arc, Mutex};

use cors_core::Policy;

use super::app::App;
use super::hooks::send_many;
use crate::{
    APP, Adapter, BARE, Counter, EVIL, Hooks, REFUSED, Report, SIMPLE, Way, builder, get, policy,
    preflight, request,
};

/// A shadow, and the reports about it.
fn shadow(newer: Policy) -> (Hooks, Arc<Mutex<Vec<String>>>) {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&reports);
    let report = Arc::new(move |text| keep.lock().unwrap().push(text));
    (Hooks { shadows: vec![(newer, report)], ..Hooks::default() }, reports)
}

pub(crate) fn what_a_browser_would_get_instead<A: Adapter>() {
    let newer = builder()
        .allow_origins([EVIL, "https://*.example.dev"])
        .allow_methods(["PUT", "PATCH"])
        .expose_headers(["x-other"])
        .preflight_status(200)
        .build();
    let (hooks, reports) = shadow(newer.unwrap());
    let app = App::hooked::<A>(Way::New(policy()), hooks);
    let dev = "https://a.example.dev";
    let (evil, fetch) = ("https://evil.example", r#"fetch("https://api.example/") from"#);
    let added = format!(r#"+ allow_origins "{evil}": {fetch} {evil}"#);
    let removed = format!(r#"- allow_origins "{APP}": {fetch} {APP}"#);
    let exposed = format!(
        "+ expose_headers \"x-other\": {fetch} {dev} sees x-other\n\
         - expose_headers \"x-request-id\": {fetch} {dev} sees x-request-id"
    );
    let preflights = format!(
        "+ allow_methods \"PATCH\": fetch(\"https://api.example/\", {{ method: \"PATCH\" }}) \
         from {dev}\n~ preflight_status 204 -> 200: the status of a preflight's answer"
    );
    for (request, wanted) in [
        (request("GET", "/item", &[]), None),
        (get("/item", "https://elsewhere.example"), None),
        (preflight("/item", "https://elsewhere.example", "PUT"), None),
        (get("/item", APP), Some(&removed)),
        (preflight("/item", APP, "PUT"), Some(&removed)),
        (get("/error", EVIL), Some(&added)),
        (get("/item", dev), Some(&exposed)),
        (preflight("/item", dev, "PUT"), Some(&preflights)),
    ] {
        app.send(request);
        let wanted: Vec<_> = wanted.into_iter().cloned().collect();
        assert_eq!(std::mem::take(&mut *reports.lock().unwrap()), wanted);
    }
    // The policy in force still answers.
    app.check([
        ("allowed", get("/item", APP), 200, SIMPLE),
        ("not allowed", get("/item", EVIL), 200, REFUSED),
    ]);

    // Without a policy there is nothing to compare with.
    let (hooks, reports) = shadow(Policy::public());
    let app = App::hooked::<A>(Way::Select(Vec::new(), Arc::new(|_| None)), hooks);
    app.check([("no policy", get("/item", APP), 200, BARE)]);
    assert!(reports.lock().unwrap().is_empty());
}

/// With `ask`, one answer counts for both policies.
pub(crate) fn a_shadow_gets_the_same_answer<A: Adapter>() {
    let newer = builder().allow_origins(["https://other.example"]).build().unwrap();
    let (hooks, reports) = shadow(newer);
    let tenant = "https://tenant.example";
    let ask = Arc::new(move |asked: cors_core::AskedOrigin| -> crate::Verdict {
        Box::pin(async move { Ok(asked.origin() == tenant) })
    });
    let app = App::hooked::<A>(Way::Ask(policy(), ask), hooks);
    for origin in [tenant, EVIL] {
        app.send(get("/item", origin));
    }
    assert!(reports.lock().unwrap().is_empty());
    app.send(get("/item", APP));
    assert_eq!(reports.lock().unwrap().len(), 1, "only the new policy would ask: no");
}

pub(crate) fn reports_are_exact_under_load<A: Adapter>() {
    let reports = Counter::default();
    let count = reports.clone();
    let newer = builder().allow_origins([EVIL]).build().unwrap();
    let report: Report = Arc::new(move |_| count.add());
    let hooks = Hooks { shadows: vec![(newer, report)], ..Hooks::default() };
    let app = App::hooked::<A>(Way::New(policy()), hooks);
    send_many(&app, 4, 90);
    assert_eq!(reports.take(), 4 * 90, "each of the requests differs");
}
