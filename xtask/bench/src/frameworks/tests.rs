//! All contenders of all rows, asked once.

use expect_test::{Expect, expect};

use super::*;
use crate::answer::Answer;
use crate::contender::ready;
use crate::difference::Difference;
use crate::rows::{self, Kind};

fn answers(framework: &mut dyn Framework, row: &Row) -> HashMap<Who, Answer> {
    let entered = framework.contenders(row, Purpose::Run).into_iter();
    let answers = entered.filter_map(|(who, contender)| Some((who, contender.ok()?.answer())));
    answers.collect()
}

/// What is written for CORS, and the status if the layer has set it.
fn cors(row: &Row, answer: &Answer) -> (Option<u16>, Vec<(String, String)>) {
    let mut lines = answer.lines.clone();
    lines.retain(|(name, _)| name == "vary" || name.starts_with("access-control-"));
    ((row.kind == Kind::Answered).then_some(answer.status), lines)
}

#[test]
fn every_framework_answers_as_the_engine_does_and_so_does_the_floor() {
    let rows = rows::rows(&[], true);
    let mut core = open("core").unwrap();
    let expected: Vec<_> =
        rows.iter().map(|row| cors(row, &answers(&mut *core, row)[&Who::Ours])).collect();
    for name in NAMES {
        let mut framework = open(name).unwrap();
        for (row, expected) in rows.iter().zip(&expected) {
            let answers = answers(&mut *framework, row);
            assert_eq!(cors(row, &answers[&Who::Ours]), *expected, "{name}, {row}");
            assert_eq!(answers[&Who::Floor], answers[&Who::Ours], "{name}, {row}");
            let bare = cors(row, &answers[&Who::Bare]).1;
            let own = expected.1.iter().filter(|line| bare.contains(line)).count();
            assert_eq!(own, bare.len(), "{name}, {row}: {bare:?}");
            assert!(bare.len() < expected.1.len(), "{name}, {row}: there is nothing to add");
        }
    }
}

#[test]
fn the_filter_answers_as_the_service_does() {
    let mut warp = open("warp").unwrap();
    let everyday: Vec<_> = rows::rows(&[], true).into_iter().filter(Row::is_everyday).collect();
    assert!(everyday.len() >= 2);
    for row in everyday {
        let answers = answers(&mut *warp, &row);
        assert_eq!(answers[&Who::Filter], answers[&Who::Ours], "{row}");
    }
}

#[test]
fn a_request_reaches_its_own_handler() {
    for name in ["tower", "axum", "actix", "warp"] {
        let rows = rows::rows(&["ten own headers".to_owned()], true);
        let answers = answers(&mut *open(name).unwrap(), &rows[0]);
        assert_eq!(answers[&Who::Bare].status, 200, "{name}");
        for (header, value) in crate::handler::OWN_HEADERS {
            assert!(answers[&Who::Ours].get(header).any(|line| line == value), "{name}: {header}");
        }
    }
}

fn peer_of(name: &str, row: &str, expected: Expect) {
    let row = rows::all().into_iter().find(|known| known.name == row).unwrap();
    let answers = answers(&mut *open(name).unwrap(), &row);
    let difference = Difference::of(&answers[&Who::Ours], &answers[&Who::Peer]);
    let lines: Vec<_> =
        [format!("{:?}", difference.work)].into_iter().chain(difference.words).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn what_the_peers_do_otherwise() {
    peer_of("axum", "allowed, last of 100", expect!["Same"]);
    peer_of(
        "axum",
        "preflight, of 100",
        expect![[r#"
        Less
        204 -> 200
        without Vary: access-control-request-method"#]],
    );
    peer_of(
        "axum",
        "preflight refused by origin",
        expect![[r#"
        Other
        403 -> 200
        without Vary: access-control-request-method
        also Allow-Credentials, Allow-Methods, Allow-Headers, Max-Age"#]],
    );
    peer_of(
        "actix",
        "allowed, last of 100",
        expect![[r#"
        More
        also Vary: access-control-request-headers+access-control-request-method"#]],
    );
    peer_of(
        "actix",
        "preflight refused by header",
        expect![[r#"
        Other
        204 -> 400
        without Vary, Allow-Origin, Allow-Credentials, Allow-Methods, Allow-Headers, Max-Age"#]],
    );
    peer_of(
        "actix",
        "forbid",
        expect![[r#"
        Other
        403 -> 400
        without Vary: sec-fetch-site
        also Vary: access-control-request-headers+access-control-request-method"#]],
    );
    peer_of(
        "warp",
        "allowed, last of 100",
        expect![[r#"
        Less
        without Vary"#]],
    );
    peer_of(
        "warp",
        "not allowed, of 100",
        expect![[r#"
        Other
        200 -> 403
        without Vary"#]],
    );
    peer_of(
        "warp",
        "any origin",
        expect![[r#"
        Other
        Allow-Origin * -> https://app.example.com"#]],
    );
}

#[test]
fn who_cannot_do_it_says_why() {
    for (name, row) in [
        ("tower", "forbid"),
        ("axum", "forbid"),
        ("warp", "regex, hit"),
        ("warp", "10 subdomains, hit"),
    ] {
        let row = rows::all().into_iter().find(|known| known.name == row).unwrap();
        let entered = open(name).unwrap().contenders(&row, Purpose::Run);
        let absent: Vec<_> = entered.iter().filter(|(_, there)| there.is_err()).collect();
        assert_eq!(absent.len(), 1, "{name}, {row}");
        assert_eq!(absent[0].0, Who::Peer);
    }
    assert!(open("rocket").is_none());
}

#[test]
#[should_panic(expected = "nothing here waits")]
fn who_waits_is_found_out() {
    ready(std::future::pending::<()>());
}
