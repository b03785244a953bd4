//! A simple handwritten case for each kind of disagreement.

use peers::case::{Asks, Case};
use peers::class::Class;
use peers::examples::{A, EVIL, anyone, case, examples as of_peers, fetch, script};
use peers::routes::Route;

/// How many of [`examples`] are not those of the peers.
pub const OWN: usize = 7;

/// The examples: own ones of what it lets through, then those of the peers.
pub fn examples() -> Vec<(Class, Case)> {
    let one = r#"allow_origins = ["https://a.test"]"#;
    let two = r#"allow_origins = ["https://a.test", "https://b.test"]"#;
    let below = r#"allow_origins = ["https://*.a.test"]"#;
    let mut examples = vec![
        (Class::LetsOriginIn, script(below, fetch("http://x.a.test"))),
        (Class::LetsOriginIn, script(below, fetch("https://x.a.test:8443"))),
        (Class::LetsHeaderThrough, script(one, fetch(A).header("x-admin", "1"))),
        (Class::EchoesMalformed, anyone(below, "GET", &[("origin", "x.a.test")])),
        (Class::NoVary, script(two, fetch(EVIL))),
        (Class::NoVary, anyone(two, "GET", &[])),
        (
            Class::OtherStatus,
            case(one, Route::Missing, Asks::Script(fetch(EVIL).header("x-admin", "1"))),
        ),
    ];
    assert_eq!(examples.len(), OWN);
    examples.extend(of_peers());
    examples
}
