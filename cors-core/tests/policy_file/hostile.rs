//! `check` gives a clear answer for any policy file, and quickly.

use crate::cases::cases;
use allocation_counter::measure;
use cors_core::ErrorKind;
use cors_core::file::{Format, Found, Located, check};
use proptest::prelude::*;

#[test]
fn nesting_does_not_exhaust_the_stack() {
    for deep in [100, 100_000] {
        for json in [
            "[".repeat(deep),
            "{\"a\":".repeat(deep),
            format!("{{\"allow_origins\": {}{}}}", "[".repeat(deep), "]".repeat(deep)),
        ] {
            let report = check(&json, Format::Json);
            assert_eq!(report.findings().len(), 1);
            assert!(report.to_string().contains("nested more than 64 deep"), "{report}");
        }
        let path = vec!["a"; deep].join(".");
        for toml in [
            format!("a = {}", "[".repeat(deep)),
            format!("a = {}{}", "[".repeat(deep), "]".repeat(deep)),
            format!("a = {}", "{ a = ".repeat(deep)),
            format!("{path} = 1"),
            format!("[{path}]\nb = 1"),
        ] {
            let report = check(&toml, Format::Toml);
            assert!(report.policy().is_none());
            assert!(report.findings().len() < 10, "{report}");
        }
    }
    let beside = format!("{{\"allow_origins\": \"*\", \"x\": [{}{{}}]}}", "[],".repeat(100));
    let report = check(&beside, Format::Json);
    assert!(!report.to_string().contains("nested"), "{report}");
    // Everything up to the limit of TOML's parser is visited.
    let (path, open, close) = (vec!["a"; 70].join("."), "[".repeat(70), "]".repeat(70));
    let report = check(&format!("[{path}]\n{path} = {open}1{close}"), Format::Toml);
    assert_eq!(report.findings().len(), 2, "{report}");
}

#[test]
fn of_many_findings_the_first_are_kept_and_all_are_counted() {
    let origins: Vec<_> = (0..20_000).map(|index| format!("'https://a{index}.test/'")).collect();
    let report = check(
        &format!("allow_origins = [\n{}]\nmax_age = 5.5\nx = 1", origins.join(",\n")),
        Format::Toml,
    );
    assert_eq!((report.errors(), report.warnings()), (20_002, 0));
    let lines: Vec<_> = report.findings().iter().map(|found| found.line).collect();
    let wanted: Vec<_> = (2..1002).chain([20_002, 20_003]).collect();
    assert_eq!(lines, wanted, "one key must leave room for the others");
    assert!(report.to_string().ends_with("\nand 19000 more"));

    for (text, format, errors, warnings) in [
        ("max_age = 1 2\n= x\n".repeat(10_000), Format::Toml, 30_000, 0),
        ("x\n".repeat(10_000), Format::Toml, 10_000, 0),
        ("allow_origins = '*' # , } # , }\n".repeat(10_000), Format::Toml, 9_999, 0),
        (
            format!("{{{}}}", vec!["\"allow_origins\": \"*\""; 10_000].join(",\n")),
            Format::Json,
            9_999,
            0,
        ),
        (
            format!("allow_origins = [{}]", "'https://a.test',".repeat(10_000)),
            Format::Toml,
            0,
            9_999,
        ),
    ] {
        let report = check(&text, format);
        assert_eq!((report.errors(), report.warnings()), (errors, warnings), "{}", &text[..20]);
        assert!(report.findings().len() <= 2001);
        assert_eq!(report.policy().is_none(), errors > 0);
    }
}

/// Each value costs much more memory than its two bytes of text.
#[test]
fn a_file_with_too_many_values_is_read_as_far_as_its_size_allows() {
    let ones = "1,".repeat(1_000_000);
    for (text, format) in [
        (format!("max_age = 1.5\nallow_origins = [\n{ones}]"), Format::Toml),
        (format!("{{ \"max_age\": 1.5,\n\"allow_origins\": [\n{ones}1]}}"), Format::Json),
    ] {
        let mut report = None;
        let allocated = measure(|| report = Some(check(&text, format)));
        let report = report.unwrap();
        let most = usize::try_from(allocated.bytes_max).unwrap() / text.len();
        assert!(most <= 20, "{most} times the file");
        let found: Vec<_> = report.findings().iter().map(super::brief).collect();
        assert_eq!(found[0], "1: max_age = 1.5 WrongType");
        assert_eq!(found[1], "3: allow_origins[0] = 1 WrongType");
        assert!(found.last().unwrap().ends_with(" TooManyValues"), "{:?}", found.last());
        assert!(report.errors() > 100_000 && found.len() < 1100, "{}", report.errors());
    }
    let report = check(&"x\n".repeat(200_000), Format::Toml);
    assert_eq!(report.findings().len(), 1000);
    assert!(super::brief(report.findings().last().unwrap()).ends_with(" TooManyValues"));
}

/// Pieces of both formats, valid and invalid, so that most texts get past their first line.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "allow_origins", "max_age", "danger", "allow_null_origin", "regex", "x", ".", "=", " = ", "\n", "\n",
    "\r\n", "\r", "[", "]", "[[", "]]", "{", "}", ",", ":", "\"", "'", "\"\"\"", "'''", "*", "\\", "#", "//",
    "true", "yes", "5", "-1", "1.5", "1979-05-27", "\"*\"", "'https://a.test'", ", \"a\": ", "\0", "é",
    "[danger]\n", "max_age = 5\n", "allow_methods = ['PUT']\n", "danger.allow_null_origin = true\n",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(PIECES).prop_map(str::to_owned);
    let piece = prop_oneof![9 => piece, 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn no_text_is_too_strange(text in text()) {
        for format in [Format::Toml, Format::Json] {
            let report = check(&text, format);
            let lines = text.lines().count().max(1);
            for found in report.findings() {
                prop_assert!((1..=lines).contains(&found.line), "{}", found);
                prop_assert_eq!(found.to_string().lines().count(), 1, "{}", found);
                prop_assert!(!found.to_string().contains(char::is_control), "{:?}", found);
            }
            prop_assert!(report.findings().is_sorted_by_key(|found| found.line));
            prop_assert_eq!(report.policy().is_none(), report.findings().iter().any(Located::is_error));
        }
    }

    /// Some errors of TOML's parser are reported as another one, or hidden by another one. Either
    /// way the file makes no policy.
    #[test]
    fn no_error_of_the_parser_is_lost(text in text()) {
        let text = format!("allow_origins = '*'\n{text}");
        let report = check(&text, Format::Toml);
        if text.parse::<toml::Table>().is_err() {
            prop_assert!(report.policy().is_none(), "{}", report);
        } else {
            prop_assert!(!report.findings().iter().any(is_syntax), "{}", report);
        }
    }

    #[test]
    fn json_is_read_to_the_letter(text in text()) {
        let text = format!("{{\"allow_origins\": \"*\" {text} }}");
        let report = check(&text, Format::Json);
        let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        prop_assert_eq!(!is_json, report.findings().iter().any(is_syntax), "{}", report);
    }
}

fn is_syntax(found: &Located) -> bool {
    match &found.finding {
        Found::Error(error) => matches!(error.kind(), ErrorKind::Syntax { .. }),
        Found::Warning(_) => false,
    }
}
