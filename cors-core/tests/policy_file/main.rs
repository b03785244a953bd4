//! Policy files: what `check` finds in them, and on which line.

#![cfg(feature = "file")]

#[macro_use]
#[path = "../common/set.rs"]
mod set;
mod advice;
mod both_formats;
#[path = "../common/cases.rs"]
mod cases;
mod cost;
mod files;
mod hostile;
mod syntax;

use cors_core::file::{Format, Found, Located, check};
use cors_core::{Config, Policy};

/// `LINE: key[index] = value Kind`. Other tests check the messages.
fn brief(found: &Located) -> String {
    let text = found.to_string();
    let (kind, key, index, value) = match &found.finding {
        Found::Error(error) => {
            (format!("{:?}", error.kind()), error.key(), error.index(), error.value())
        }
        Found::Warning(warning) => {
            (format!("{:?}", warning.kind()), warning.key(), warning.index(), warning.value())
        }
    };
    let kind = kind.split([' ', '{', '(']).next().unwrap_or_default();
    let index = index.map(|index| format!("[{index}]")).unwrap_or_default();
    let subject = format!("{}: {key}{index} = {value}", found.line);
    assert!(text.starts_with(&format!("{subject}: ")), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    format!("{subject} {kind}")
}

#[track_caller]
fn expect(text: &str, format: Format, wanted: &[&str]) {
    let report = check(text, format);
    let found: Vec<_> = report.findings().iter().map(brief).collect();
    assert_eq!(found, wanted, "{format:?}: {text}");
    assert_eq!(report.errors() + report.warnings(), found.len(), "{text}");
    // There is a policy if and only if there is no error.
    assert_eq!(
        report.policy().is_none(),
        report.findings().iter().any(Located::is_error),
        "{text}"
    );
}

#[test]
fn the_whole_line() {
    let lines = |text: &str| check(text, Format::Toml).to_string();
    assert_eq!(
        lines("allow_origins = ['https://a.test', 'https://a.test/']\nmax_age = 7201\ntime = 5"),
        "1: allow_origins[1] = \"https://a.test/\": an origin ends with its host or port; \
         write \"https://a.test\"\n\
         2: max_age = 7201: warning: Chromium caches preflights for at most 7200 seconds; \
         write 7200 or less\n\
         3: time = 5: no such key; remove it"
    );
    // Only an origin can be a regular expression.
    assert_eq!(
        lines("allow_origins = '*'\nallow_methods = { regex = 'PUT' }"),
        "2: allow_methods = { regex = \"PUT\" }: the key takes a string or a list of strings; \
         write a string or a list of strings"
    );
}

#[test]
fn a_policy_comes_of_a_file_without_errors() {
    let config = set!(
        Config::new(["https://a.test", "https://*.b.test"]),
        allow_methods = vec!["*".into()],
        max_age = Some(std::time::Duration::from_secs(600))
    );
    let policy = Policy::new(&config).unwrap();
    let toml = "allow_origins = ['https://a.test', 'https://*.b.test']
        allow_methods = '*'
        max_age = 600";
    let json = r#"{
        "allow_origins": ["https://a.test", "https://*.b.test"],
        "allow_methods": ["*"],
        "max_age": 600
    }"#;
    assert_eq!(Policy::from_toml(toml).unwrap(), policy);
    assert_eq!(Policy::from_json(json).unwrap(), policy);
}

#[test]
fn all_ways_to_write_a_table() {
    for toml in [
        "allow_origins = '*'\n[danger]\nallow_null_origin = 2",
        "allow_origins = '*'\n\ndanger.allow_null_origin = 2",
        "allow_origins = '*'\n\ndanger = { allow_null_origin = 2 }",
        "allow_origins = '*'\n\n'danger' . \"allow_null_origin\" = 2",
    ] {
        expect(toml, Format::Toml, &["3: danger.allow_null_origin = 2 WrongType"]);
    }
    expect(
        "[[allow_origins]]\nregex = 5\n[[allow_origins]]\nregex = 6",
        Format::Toml,
        &["2: allow_origins[0].regex = 5 WrongType", "4: allow_origins[1].regex = 6 WrongType"],
    );
}

#[test]
fn the_format_by_the_name() {
    for (name, format) in [
        ("cors/policy.json", Format::Json),
        ("policy.JSON", Format::Json),
        ("policy.toml", Format::Toml),
        ("policy.json.bak", Format::Toml),
        ("json", Format::Toml),
    ] {
        assert_eq!(Format::of(name.as_ref()), format, "{name}");
    }
}
