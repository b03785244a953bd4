//! Several policies: the first that allows the origin decides.

use cors_core::Policy;

use super::app::App;
use crate::{APP, Adapter, EVIL, SIMPLE, Way, builder, get, preflight, request};

const PUBLIC: &[&str] = &["access-control-allow-origin: *", "vary: origin"];
const VARY_OPTIONS: &str = "vary: origin, access-control-request-method, x-tenant";

fn start<A: Adapter>() -> App {
    let partners = Policy::builder()
        .allow_origins(["https://partner.example"])
        .allow_methods(["DELETE"])
        .allow_origin_if_reading(["x-tenant"], |_, headers| headers.get("x-tenant") == Some(b"a"));
    let policies = vec![builder().build().unwrap(), partners.build().unwrap(), Policy::public()];
    App::start::<A>(Way::FirstAllowing(policies))
}

pub(crate) fn the_origin_picks_the_policy<A: Adapter>() {
    let app = start::<A>();
    let partner = "https://partner.example";
    let read_by = |origin| format!("access-control-allow-origin: {origin}");
    let (by_partner, by_evil, by_app) = (read_by(partner), read_by(EVIL), read_by(APP));
    let asked = [PUBLIC[0], "vary: origin, x-tenant"];
    let delete = "access-control-allow-methods: DELETE, GET, HEAD, POST";
    let get_alone = "access-control-allow-methods: GET, HEAD, POST";
    let first = [
        "access-control-allow-credentials: true",
        "access-control-allow-headers: content-type",
        "access-control-allow-methods: PUT, GET, HEAD, POST",
        &by_app,
        "access-control-max-age: 600",
        VARY_OPTIONS,
    ];
    let from_tenant = |origin| get("/item", origin).with("x-tenant", "a");
    app.check([
        ("the first", get("/item", APP), 200, SIMPLE),
        ("the second", get("/item", partner), 200, &[&by_partner, "vary: origin"][..]),
        ("its check", from_tenant(EVIL), 200, &[&by_evil, "vary: origin, x-tenant"]),
        ("the last", get("/item", EVIL), 200, &asked),
        ("no origin", request("GET", "/item", &[]), 200, PUBLIC),
        ("nothing to check", get("/item", "null"), 200, PUBLIC),
        ("a preflight, the first", preflight("/item", APP, "PUT"), 204, &first),
        // The origin picks the policy, and then the method is refused.
        ("refused by the first", preflight("/item", APP, "DELETE"), 204, &first),
        (
            "the second",
            preflight("/item", partner, "DELETE"),
            204,
            &[delete, &by_partner, VARY_OPTIONS],
        ),
        ("the last", preflight("/item", EVIL, "GET"), 204, &[get_alone, PUBLIC[0], VARY_OPTIONS]),
        ("not a preflight", request("OPTIONS", "/item", &[]), 200, &[PUBLIC[0], VARY_OPTIONS]),
        ("an error", get("/error", EVIL), 500, &asked),
    ]);
}

pub(crate) fn a_question_counts_as_no<A: Adapter>() {
    let asks = builder().ask().build().unwrap();
    let app = App::start::<A>(Way::FirstAllowing(vec![asks, Policy::public()]));
    app.check([
        ("allowed", get("/item", APP), 200, SIMPLE),
        ("in question", get("/item", EVIL), 200, PUBLIC),
    ]);
}
