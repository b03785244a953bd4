//! A random search finds only known kinds, and each kind has an example on the guide's page. What the page says of
//! policies that ours refuses is so.

use std::collections::BTreeSet;

use cors_core::Policy;
use expect_test::expect_file;
use kin::KIN;
use kin::examples::{OWN, examples};
use peers::class::Class;
use peers::page::{filled, showing};
use peers::search::search;
use theirs::{AllowHeaders, AllowOrigin, Cors, CorsDecision};

#[test]
fn the_page_shows_the_examples() {
    let shown: Vec<_> = examples()
        .into_iter()
        .filter(|(class, case)| !showing(&[KIN], *class, case).is_empty())
        .collect();
    let page = filled(include_str!("../src/page.md"), "####", &[KIN], &shown);
    let page = page.unwrap_or_else(|fault| panic!("{fault}"));
    expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/../peers/src/kin.md")].assert_eq(&page);
}

/// The page's table is complete: it has everything that a search finds, and nothing is of an unknown kind.
#[test]
fn everything_that_a_search_finds_is_on_the_page() {
    let known: BTreeSet<Class> = examples()
        .into_iter()
        .filter(|(class, case)| !showing(&[KIN], *class, case).is_empty())
        .map(|(class, _)| class)
        .collect();
    let findings = search(&[KIN], 400, 1);
    assert_eq!(findings.unknown.iter().map(|(_, words, _)| words).collect::<Vec<_>>(), [""; 0]);
    let missing: Vec<_> = findings
        .found
        .iter()
        .filter(|((class, _), _)| !known.contains(class))
        .map(|((class, _), found)| format!("{class}: {}", found.example))
        .collect();
    assert!(missing.is_empty(), "{}", missing.join("\n\n"));
    // The search must find these.
    for class in [Class::NoVary, Class::LetsHeaderThrough, Class::VaryLines] {
        assert!(findings.found.contains_key(&(class, KIN)), "{class} was not found");
    }
}

/// Each of these shows what no random case has to find again.
#[test]
fn own_examples_show_their_kind() {
    for (class, case) in examples().iter().take(OWN) {
        assert_eq!(showing(&[KIN], *class, case).len(), 1, "{class}: {case}");
    }
}

fn theirs(origins: AllowOrigin) -> Cors {
    Cors::builder().allow_origin(origins).allow_methods(["GET"]).build().unwrap()
}

fn allows(cors: &Cors, origin: &str) -> bool {
    let decision = cors.evaluate(b"GET", Some(origin.as_bytes()), None, None, false);
    matches!(decision, CorsDecision::Simple(_))
}

#[test]
fn a_suffix_allows_more_than_subdomains() {
    for (suffix, origin, allowed) in [
        (".example.com", "https://app.example.com", true),
        (".example.com", "http://app.example.com", true),
        (".example.com", "https://app.example.com:8443", true),
        (".example.com", "ftp://app.example.com:21", true),
        (".example.com", "ftp://app.example.com", false),
        (".example.com", "https://example.com", false),
        (".example.com", "https://evilexample.com", false),
        ("example.com", "https://evilexample.com", true),
    ] {
        let cors = theirs(AllowOrigin::suffix([suffix]));
        assert_eq!(allows(&cors, origin), allowed, "{suffix}: {origin}");
    }
    assert!(Policy::builder().allow_origin("example.com").build().is_err());
    let ours = Policy::builder().allow_origin("https://*.example.com").build().unwrap();
    for origin in
        ["http://app.example.com", "https://app.example.com:8443", "ftp://app.example.com:21"]
    {
        let request = http::Request::get("/").header("origin", origin).body(()).unwrap();
        assert_ne!(ours.decide(&request), cors_core::Decision::Simple, "{origin}");
    }
}

#[test]
fn origins_that_no_browser_sends_build() {
    for (text, sent) in [
        ("https://app.example.com/", "https://app.example.com"),
        ("https://App.example.com", "https://app.example.com"),
        ("*", "https://app.example.com"),
    ] {
        assert!(!allows(&theirs(AllowOrigin::exact([text])), sent), "{text}");
    }
    assert!(!allows(&theirs(AllowOrigin::exact([""; 0])), "https://app.example.com"));
    for list in [&["https://app.example.com/"][..], &["https://App.example.com"], &[]] {
        assert!(Policy::builder().allow_origins(list).build().is_err(), "{list:?}");
    }
}

#[test]
fn names_are_hardly_checked() {
    let builder = || Cors::builder().allow_origin(AllowOrigin::Any);
    assert!(builder().allow_methods(["PU T"]).build().is_ok());
    assert!(builder().allow_methods(["PUT\r\nx: y"]).build().is_err());
    let broken = AllowHeaders::list(["x y", "x\r\nset-cookie: a=b"]);
    let cors = builder().allow_methods(["PUT"]).allow_headers(broken).build().unwrap();
    let asked = Some(&b"PUT"[..]);
    let decision = cors.evaluate(b"OPTIONS", Some(b"https://a.test"), asked, None, false);
    let list = decision.headers().unwrap();
    let (_, value) = list.iter().find(|(name, _)| name == "access-control-allow-headers").unwrap();
    assert_eq!(value, "x y,x\r\nset-cookie: a=b");

    let ours = || Policy::builder().allow_origin("https://a.test");
    assert!(ours().allow_methods(["PU T"]).build().is_err());
    assert!(ours().allow_headers(["x y"]).build().is_err());
    assert!(ours().allow_headers(["x\r\nset-cookie: a=b"]).build().is_err());
}

#[test]
fn any_origin_with_credentials_is_every_origin() {
    let cors = Cors::builder().allow_origin(AllowOrigin::Any).allow_methods(["GET"]);
    let cors = cors.allow_credentials(true).build().unwrap();
    for origin in ["https://evil.example", "null"] {
        let decision = cors.evaluate(b"GET", Some(origin.as_bytes()), None, None, false);
        let list = decision.headers().unwrap();
        let value = |wanted: &str| &list.iter().find(|(name, _)| name == wanted).unwrap().1;
        assert_eq!(value("access-control-allow-origin"), origin);
        assert_eq!(value("access-control-allow-credentials"), "true");
    }
    assert!(Policy::builder().allow_origin("*").allow_credentials(true).build().is_err());
}
