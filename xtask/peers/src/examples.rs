//! A simple handwritten case for each kind of disagreement ever found.

use cors_core::Config;
use cors_core::browser::Fetch;
use http::Request;

use crate::case::{Asks, Case};
use crate::class::Class;
use crate::routes::Route;

/// The examples, ordered by kind.
pub fn examples() -> Vec<(Class, Case)> {
    let one = r#"allow_origins = ["https://a.test"]"#;
    let two = r#"allow_origins = ["https://a.test", "https://b.test"]"#;
    let any = r#"allow_origins = "*""#;
    let reflected = "allow_origins = \"*\"\nallow_credentials = true\n\
        [danger]\nreflect_any_origin = true";
    let put = || fetch(A).method("PUT");
    vec![
        (Class::LetsOriginIn, script(reflected, fetch("null"))),
        (Class::LetsMethodThrough, script(one, fetch(A).method("PATCH").upload_listener(true))),
        (
            Class::LetsHeaderThrough,
            script(
                &format!("{one}\nallow_headers = \"*\"\nallow_credentials = true"),
                fetch(A).header("authorization", "Bearer x"),
            ),
        ),
        (
            Class::EchoesMalformed,
            anyone(
                r#"allow_origins = ["https://*.a.test"]"#,
                "GET",
                &[("origin", "https://x.a.test"), ("origin", "https://evil.example")],
            ),
        ),
        (Class::EchoesMalformed, anyone(reflected, "GET", &[("origin", "no origin")])),
        (Class::NoVary, script(two, fetch(A))),
        (
            Class::PanicsWhenBuilt,
            script("allow_origins = [\"null\"]\n[danger]\nallow_null_origin = true", fetch("null")),
        ),
        (
            Class::KeepsOriginOut,
            script(&format!("{one}\nallow_methods = \"*\""), fetch(A).method("patch")),
        ),
        (
            Class::KeepsOriginOut,
            script(&format!("{any}\nallow_methods = [\"OPTIONS\"]"), fetch(A).method("OPTIONS")),
        ),
        (Class::LostOnErrors, case(one, Route::Error, Asks::Script(fetch(A)))),
        (
            Class::ExposesLess,
            script(
                &format!("{one}\nallow_methods = \"*\"\nexpose_headers = \"*\""),
                fetch(A).method("OPTIONS"),
            ),
        ),
        (Class::OptionsSwallowed, anyone(one, "OPTIONS", &[])),
        (
            Class::SameOriginStopped,
            anyone(
                &format!("{one}\ndisallowed_origin = \"forbid\""),
                "POST",
                &[("origin", "https://api.example"), ("sec-fetch-site", "same-origin")],
            ),
        ),
        (
            Class::CrossOriginPasses,
            anyone(
                &format!("{one}\ndisallowed_origin = \"forbid\""),
                "POST",
                &[("sec-fetch-site", "cross-site")],
            ),
        ),
        (Class::VaryLines, script(two, fetch(A))),
        (Class::RefusedIsStopped, script(two, fetch(EVIL))),
        (Class::RefusedPreflightPasses, script(two, from_evil(put()))),
        (
            Class::RefusedPreflightPasses,
            anyone(
                two,
                "OPTIONS",
                &[("origin", EVIL), ("access-control-request-method", "no method")],
            ),
        ),
        (
            Class::RefusedIsTold,
            script(
                &format!("{two}\nallow_methods = [\"PUT\"]\nallow_credentials = true"),
                from_evil(put()),
            ),
        ),
        (
            Class::RefusedIsTold,
            script(&format!("{two}\nexpose_headers = [\"x-total\"]"), fetch(EVIL)),
        ),
        (Class::OtherStatus, script(&format!("{one}\nallow_methods = [\"PUT\"]"), put())),
        (
            Class::OtherStatus,
            script(&format!("{two}\ndisallowed_origin = \"forbid\""), fetch(EVIL)),
        ),
        (Class::EchoesForStar, script(any, fetch(A))),
        (Class::RefusalUnexplained, script(one, put())),
        (Class::ConstantAnswer, anyone(one, "GET", &[])),
        (Class::VaryMore, script(any, fetch(A))),
        (Class::VaryMore, script(one, fetch(A))),
        (
            Class::PreflightWithoutOrigin,
            anyone(one, "OPTIONS", &[("access-control-request-method", "PUT")]),
        ),
        (
            Class::PrivateNetwork,
            anyone(
                &format!("{one}\nallow_private_network = true"),
                "GET",
                &[("origin", A), ("access-control-request-private-network", "true")],
            ),
        ),
    ]
}

/// The origin that the policies allow.
pub const A: &str = "https://a.test";
/// An origin that they do not allow.
pub const EVIL: &str = "https://evil.example";

/// A fetch from this origin.
pub fn fetch(origin: &str) -> Fetch {
    Fetch::new(origin, "https://api.example/ok")
}

/// A case with a script.
pub fn script(policy: &str, fetch: Fetch) -> Case {
    case(policy, Route::Ok, Asks::Script(fetch))
}

/// A case with any client.
pub fn anyone(policy: &str, method: &str, headers: &[(&str, &str)]) -> Case {
    let mut request = Request::builder().method(method).uri(Route::Ok.path());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(()).expect("the examples are requests");
    case(policy, Route::Ok, Asks::Anyone(request))
}

/// A case on any route.
pub fn case(policy: &str, route: Route, asks: Asks) -> Case {
    let config: Config = toml::from_str(policy).expect("the examples are policies");
    Case { config, route, asks: asks.on(route) }
}

fn from_evil(mut fetch: Fetch) -> Fetch {
    fetch.origin = EVIL.to_owned();
    fetch
}
