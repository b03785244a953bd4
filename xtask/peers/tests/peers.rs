//! A random search finds only known kinds, and each kind has an example on the guide's page.

use std::collections::BTreeSet;

use cors_core::browser::Fetch;
use cors_core::{Config, Policy};
use expect_test::expect_file;
use peers::case::{Asks, Case};
use peers::class::Class;
use peers::compare::look_at;
use peers::csrf;
use peers::examples::examples;
use peers::page::{page, showing};
use peers::peer::Peer;
use peers::routes::Route;
use peers::search::search;
use peers::servers::{Pair, Server};

#[test]
fn examples_show_their_kind() {
    for (class, case) in examples() {
        assert!(!showing(Peer::ALL, class, &case).is_empty(), "{class}: {case}");
    }
}

#[test]
fn the_page_shows_the_examples() {
    let page = page().unwrap_or_else(|fault| panic!("{fault}"));
    expect_file!["../../../cors-core/docs/compare.md"].assert_eq(&page);
}

/// The page's table is complete: it has everything that a search finds, and nothing is of an unknown kind.
#[test]
fn everything_that_a_search_finds_is_on_the_page() {
    let known: BTreeSet<(Class, Peer)> = examples()
        .iter()
        .flat_map(|(class, case)| {
            showing(Peer::ALL, *class, case).into_iter().map(|(peer, _)| (*class, peer))
        })
        .collect();
    let findings = search(Peer::ALL, 200, 1);
    assert_eq!(findings.unknown.iter().map(|(_, words, _)| words).collect::<Vec<_>>(), [""; 0]);
    let missing: Vec<_> = findings
        .found
        .iter()
        .filter(|(key, _)| !known.contains(key))
        .map(|((class, peer), found)| format!("{class}, {peer}: {}", found.example))
        .collect();
    assert!(missing.is_empty(), "{}", missing.join("\n\n"));
    // The search must find these.
    for pair in [
        (Class::NoVary, Peer::WARP_CORS),
        (Class::LostOnErrors, Peer::WARP_CORS),
        (Class::OptionsSwallowed, Peer::TOWER_HTTP),
        (Class::RefusalUnexplained, Peer::ACTIX_CORS),
    ] {
        assert!(findings.found.contains_key(&pair), "{pair:?} was not found");
    }
}

/// What `tower_http::csrf` decides otherwise has a kind, and each kind has an example on the page.
#[test]
fn protections_against_forged_requests_differ_as_the_page_says() {
    for (kind, request) in csrf::examples() {
        assert_eq!(csrf::look(&request), csrf::Seen::Differs(Some(kind)), "{kind:?}");
    }
    let findings = csrf::search(4000, 1);
    assert_eq!(findings.unknown, [""; 0]);
    assert!(findings.refused > 200 && findings.passed > 200, "{findings:?}");
    // All kinds are found, so that none of the rules is dead.
    let found: BTreeSet<_> = findings.found.keys().copied().collect();
    assert_eq!(found, BTreeSet::from_iter(csrf::Kind::ALL.iter().copied()));
}

type Break = fn(&mut http::HeaderMap);

/// Breaks our own layer in several ways and expects the right kind for each.
#[test]
fn each_break_of_a_layer_is_of_the_right_kind() {
    let config = Config::new(["https://a.test", "https://b.test"]);
    let policy = Policy::new(&config).unwrap();
    let breaks: [(Class, Break); 6] = [
        (Class::NoVary, |headers| drop(headers.remove("vary"))),
        (Class::VaryLost, |headers| drop(headers.insert("vary", "Origin".parse().unwrap()))),
        (Class::HeaderLost, |headers| drop(headers.remove("x-request-id"))),
        (Class::LetsOriginIn, |headers| {
            headers.insert("access-control-allow-origin", "https://c.test".parse().unwrap());
        }),
        (Class::KeepsOriginOut, |headers| drop(headers.remove("access-control-allow-origin"))),
        (Class::RepeatedHeader, |headers| {
            headers.append("access-control-allow-origin", "https://a.test".parse().unwrap());
        }),
    ];
    for (class, broken) in breaks {
        let origin = if class == Class::LetsOriginIn { "https://c.test" } else { "https://a.test" };
        let fetch = Fetch::new(origin, "https://api.example/ok");
        let case = Case { config: config.clone(), route: Route::Ok, asks: Asks::Script(fetch) };
        let ours = || Peer::TOWER_HTTP.servers(&config, &policy).unwrap().ours;
        let same = look_at(&Pair { ours: ours(), peer: ours() }, &policy, &case);
        assert!(same.classes.is_empty() && same.unknown.is_empty(), "{same:?}");
        let whole = ours();
        let peer = Server::build(|| {
            Box::new(move |request| {
                let mut answer = whole.answer(request).unwrap();
                broken(&mut answer.headers);
                answer
            })
        });
        let seen = look_at(&Pair { ours: ours(), peer }, &policy, &case);
        assert!(seen.classes.contains(&class), "{class}: {seen:?}");
    }
}
