//! Who is called and who is not: a preflight ends at the layer, unless the policy passes it on.

use cors_core::{DisallowedOrigin, RefusedPreflight};

use super::app::{App, passed_on};
use crate::{
    APP, Adapter, EVIL, PREFLIGHT, REFUSED, REFUSED_PREFLIGHT, Request, Row, SIMPLE,
    SIMPLE_OPTIONS, builder, get, policy, preflight, request,
};

const ITEM: &str = "/auth/item";

const VARY_HEADERS: &str =
    "vary: origin, access-control-request-method, access-control-request-headers";

fn logged_in(request: Request) -> Request {
    request.with("authorization", "Bearer token")
}

pub(crate) fn it_never_reaches_auth_or_the_handler<A: Adapter>() {
    let app = App::new::<A>(policy());
    app.check_calls("preflight", preflight(ITEM, APP, "PUT"), (204, 0, 0), PREFLIGHT);
    let with_credentials = logged_in(preflight(ITEM, APP, "PUT"));
    app.check_calls("even one with credentials", with_credentials, (204, 0, 0), PREFLIGHT);
    app.check_calls("refused", preflight(ITEM, APP, "DELETE"), (204, 0, 0), PREFLIGHT);
    app.check_calls("an unknown path", preflight("/none", APP, "PUT"), (204, 0, 0), PREFLIGHT);
    app.check_calls("elsewhere", preflight(ITEM, EVIL, "PUT"), (403, 0, 0), REFUSED_PREFLIGHT);

    app.check_calls("auth refuses, readably", get(ITEM, APP), (401, 1, 0), SIMPLE);
    app.check_calls("and lets through", logged_in(get(ITEM, APP)), (200, 1, 1), SIMPLE);
    app.check_calls("served, unreadable", logged_in(get(ITEM, EVIL)), (200, 1, 1), REFUSED);
    let options = logged_in(request("OPTIONS", ITEM, &[("origin", APP)]));
    app.check_calls("OPTIONS, but no preflight", options, (200, 1, 1), SIMPLE_OPTIONS);
}

pub(crate) fn preflight_status_is_the_policys<A: Adapter>() {
    let app = App::new::<A>(builder().preflight_status(200).build().unwrap());
    app.check_calls("allowed", preflight(ITEM, APP, "PUT"), (200, 0, 0), PREFLIGHT);
    app.check_calls("refused", preflight(ITEM, APP, "DELETE"), (200, 0, 0), PREFLIGHT);
    app.check_calls("elsewhere", preflight(ITEM, EVIL, "PUT"), (403, 0, 0), REFUSED_PREFLIGHT);
}

pub(crate) fn preflight_continue_calls_the_handler<A: Adapter>() {
    let app = App::new::<A>(builder().preflight_continue(true).build().unwrap());
    let passed = [&PREFLIGHT[..5], &[VARY_HEADERS]].concat();
    let preflight = |origin, method| logged_in(preflight(ITEM, origin, method));
    app.check_calls("allowed", preflight(APP, "PUT"), (200, 1, 1), &passed);
    app.check_calls("a refused one is answered", preflight(APP, "DELETE"), (204, 0, 0), &passed);
    app.check_calls("and elsewhere too", preflight(EVIL, "PUT"), (403, 0, 0), &[VARY_HEADERS]);
}

pub(crate) fn conceal_tells_nothing<A: Adapter>() {
    let policy = builder().refused_preflight(RefusedPreflight::Conceal).build().unwrap();
    let app = App::new::<A>(policy);
    let passed = [&PREFLIGHT[..5], &[VARY_HEADERS]].concat();
    app.check_calls("allowed", preflight(ITEM, APP, "PUT"), (204, 0, 0), &passed);
    app.check_calls("refused", preflight(ITEM, APP, "DELETE"), (403, 0, 0), &[VARY_HEADERS]);
}

pub(crate) fn forbid_does_not_call_the_handler<A: Adapter>() {
    let policy = builder().disallowed_origin(DisallowedOrigin::Forbid).build().unwrap();
    let app = App::new::<A>(policy);
    let vary = ["vary: origin, sec-fetch-site"];
    app.check_calls("allowed", logged_in(get(ITEM, APP)), (200, 1, 1), SIMPLE);
    app.check_calls("not CORS", logged_in(request("GET", ITEM, &[])), (200, 1, 1), REFUSED);
    let (called, refused) = ((200, 1, 1), (403, 0, 0));
    app.check_calls("elsewhere", logged_in(get(ITEM, EVIL)), refused, &vary);
    app.check_calls("malformed", logged_in(get(ITEM, "evil.example")), refused, &vary);

    // Same-origin requests are not refused: the origin equals the host, or the browser says so.
    let same = ("origin", "https://api.example");
    let host = ("host", "api.example");
    let (by_uri, by_other) = ("http://api.example/auth/item", "http://api2.example/auth/item");
    for (what, uri, headers, wanted) in [
        ("same origin by Host", ITEM, &[same, host][..], called),
        ("another port", ITEM, &[same, ("host", "api.example:444")], refused),
        ("same origin by :authority", by_uri, &[same, host], called),
        ("another :authority, and Host does not outvote it", by_other, &[same, host], refused),
        ("Host malformed names none", ITEM, &[same, ("host", "api.example/")], refused),
        (
            "Forwarded is ignored",
            ITEM,
            &[same, ("host", "b"), ("forwarded", "host=api.example")],
            refused,
        ),
        (
            "so is X-Forwarded-Host",
            ITEM,
            &[same, ("host", "b"), ("x-forwarded-host", "api.example")],
            refused,
        ),
        (
            "same origin by Sec-Fetch-Site",
            ITEM,
            &[("origin", EVIL), ("sec-fetch-site", "same-origin")],
            called,
        ),
        ("same site is not", ITEM, &[("origin", EVIL), ("sec-fetch-site", "same-site")], refused),
    ] {
        app.check_calls(what, logged_in(request("GET", uri, headers)), wanted, &vary);
    }
    let without_host = |uri| logged_in(request("GET", uri, &[same])).without("host");
    let twice = logged_in(request("GET", ITEM, &[same, host, host]));
    let rows: [Row<'_>; 3] = [
        ("same origin by :authority alone", without_host(by_uri), 200, &vary),
        ("another :authority alone", without_host(by_other), 403, &vary),
        ("Host twice names none", twice, 403, &vary),
    ];
    app.check(rows.map(|row| passed_on::<A>(row)));
}

pub(crate) fn a_foreign_host_reaches_nothing<A: Adapter>() {
    let app = App::new::<A>(builder().own_hosts(["api.example", "localhost:*"]).build().unwrap());
    let (called, refused) = ((200, 1, 1), (403, 0, 0));
    let (own, foreign) = (("host", "api.example"), ("host", "evil.example"));
    let (by_own, by_foreign) = ("http://api.example/auth/item", "http://evil.example/auth/item");
    let rebound = ("origin", "http://evil.example");
    for (what, method, uri, headers, wanted) in [
        ("own", "GET", ITEM, &[own][..], called),
        ("own by :authority", "GET", by_own, &[own], called),
        ("foreign", "GET", ITEM, &[foreign], refused),
        ("a rebound page", "POST", ITEM, &[foreign, rebound], refused),
        (
            "same-origin to the browser",
            "GET",
            ITEM,
            &[foreign, ("sec-fetch-site", "none")],
            refused,
        ),
        ("foreign :authority", "GET", by_foreign, &[foreign], refused),
        ("foreign :authority, and Host does not outvote it", "GET", by_foreign, &[own], refused),
        (
            "X-Forwarded-Host is ignored",
            "GET",
            ITEM,
            &[foreign, ("x-forwarded-host", "api.example")],
            refused,
        ),
    ] {
        let lines: &[&str] = if wanted == called { REFUSED } else { &[] };
        app.check_calls(what, logged_in(request(method, uri, headers)), wanted, lines);
    }
    let asks = |host| preflight(ITEM, APP, "PUT").without("host").with("host", host);
    app.check_calls("own preflight", asks("localhost:3000"), (204, 0, 0), PREFLIGHT);
    app.check_calls("foreign preflight", asks("evil.example"), (403, 0, 0), &[]);
}

pub(crate) fn private_network<A: Adapter>() {
    let app = App::new::<A>(builder().allow_private_network(true).build().unwrap());
    let vary =
        "vary: origin, access-control-request-method, access-control-request-private-network";
    let plain = [&PREFLIGHT[..5], &[vary]].concat();
    let granted = "access-control-allow-private-network: true";
    let asked = [&PREFLIGHT[..4], &[granted, PREFLIGHT[4], vary]].concat();
    let preflight = preflight(ITEM, APP, "PUT");
    app.check_calls("not asked", preflight.clone(), (204, 0, 0), &plain);
    let asks = preflight.with("access-control-request-private-network", "true");
    app.check_calls("asked", asks, (204, 0, 0), &asked);
}

pub(crate) fn a_handler_sees_the_request_as_it_came<A: Adapter>() {
    let app = App::new::<A>(policy());
    let request = request("POST", "/echo?all=%20", &[("origin", APP)]);
    let answer = app.send(Request { body: "sent".to_owned(), ..request });
    let text = String::from_utf8(answer.body).unwrap();
    assert_eq!(text, "POST all=%20 https://app.example.com sent");
}
