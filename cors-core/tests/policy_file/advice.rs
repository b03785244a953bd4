//! The advice in messages is right.

use cors_core::file::{Format, Found, Located, check};
use cors_core::{ErrorKind, Policy};

const KEYS: &[&str] = &[
    "allow_methods",
    "allow_headers",
    "expose_headers",
    "allow_credentials",
    "max_age",
    "allow_private_network",
    "preflight_status",
    "preflight_continue",
    "disallowed_origin",
    "refused_preflight",
    "danger.allow_null_origin",
];

/// Values in TOML, or almost.
#[rustfmt::skip]
const VALUES: &[&str] = &[
    "true", "True", "TRUE", "'true'", "'True'", "\" false \"", "yes", "'no'", "on", "0", "1", "2", "-1", "-600", "1.5",
    "600.0", "'600'", "'600s'", "'10m'", "'10 min'", "'1h'", "'24 hours'", "'7d'", "'PT10M'", "'P1M'", "10m", "1h",
    "'204'", "204.0", "'304'", "299", "'forbid'", "'Forbid'", "forbid", "'EXPLAIN'", "conceal",
    "'GET, PUT'", "'GET,PUT'", "'GET;PUT'", "'GET PUT'", "'get, put'", "['GET, PUT', 'DELETE']", "' PUT '", "'PUT,'",
    "'TRACE, PUT'", "PUT", "[PUT, PATCH]", "'x-a, x-b'", "['x-a,x-b']", "'*, authorization'", "'set-cookie, x'",
    "'access-control-allow-origin,x'", "', ,'", "'a b\u{e9}'", "''", "[]", "[true]", "{}", "{ a = 1 }",
];

/// The value that a finding says to write for the key.
fn advice(found: &Located) -> Option<String> {
    let Found::Error(error) = &found.finding else { return None };
    let meant = match error.kind() {
        ErrorKind::WrongType { meant, .. }
        | ErrorKind::InvalidMethod { meant }
        | ErrorKind::InvalidHeaderName { meant } => meant.as_ref()?,
        _ => return None,
    };
    assert_eq!(error.fix(), format!("write {meant}"));
    Some(meant.trim_end_matches(", without quotes").to_owned())
}

#[test]
fn the_value_to_write_is_a_value_of_the_key() {
    let mut seen = 0;
    for key in KEYS {
        // With a dot it is a key of a table, otherwise a top-level key.
        for value in VALUES {
            let report =
                check(&format!("allow_origins = 'https://a.test'\n{key} = {value}"), Format::Toml);
            for found in report.findings().iter().filter(|found| found.key() == *key) {
                let Some(meant) = advice(found) else { continue };
                let again = match found.to_string().starts_with(&format!("2: {key}[")) {
                    true => format!("[{meant}]"),
                    false => meant,
                };
                let text = format!("allow_origins = 'https://a.test'\n{key} = {again}");
                let report = check(&text, Format::Toml);
                let errors: Vec<_> =
                    report.findings().iter().filter(|found| found.is_error()).collect();
                assert!(errors.is_empty(), "{key} = {value}: {text}: {report}");
                seen += 1;
            }
        }
    }
    assert!(seen > 80, "{seen}");
}

#[test]
fn the_words() {
    for (line, wanted) in [
        ("allow_credentials = \"true\"", "write true, without quotes"),
        ("allow_credentials = yes", "write true"),
        ("allow_credentials = 0", "write false"),
        ("allow_credentials = 'perhaps'", "write true or false"),
        ("max_age = \"10m\"", "write 600, without quotes"),
        ("max_age = 10m", "write 600"),
        ("max_age = '600'", "write 600, without quotes"),
        ("max_age = 600.0", "write 600"),
        ("max_age = '7 days'", "write 86400, without quotes"),
        ("max_age = -1", "write 0"),
        ("max_age = -600", "write 0"),
        ("max_age = '1 2'", "write whole seconds, 0 to 86400"),
        ("max_age = 'ten minutes'", "write whole seconds, 0 to 86400"),
        ("preflight_status = '200'", "write 200, without quotes"),
        ("disallowed_origin = 'Forbid'", "write \"forbid\""),
        ("refused_preflight = conceal", "write \"conceal\""),
        ("allow_methods = 'DELETE, PUT'", "write [\"DELETE\", \"PUT\"]"),
        ("allow_methods = ['delete;put']", "write [\"DELETE\", \"PUT\"]"),
        ("allow_methods = ['PATCH', 'DELETE PUT']", "write \"DELETE\", \"PUT\""),
        ("allow_methods = ' PUT'", "write \"PUT\""),
        ("allow_methods = 'PUT,TRACE'", "write the method as clients send it, such as \"PUT\""),
        ("allow_methods = [PUT]", "write \"PUT\""),
        ("allow_headers = *", "write \"*\""),
        ("allow_headers = 'X-A, X-B'", "write [\"X-A\", \"X-B\"]"),
        ("expose_headers = ['x', 'X-A,X-B']", "write \"X-A\", \"X-B\""),
        ("origin = 'https://a.test'", "write allow_origins"),
        ("supports_credentials = true", "write allow_credentials"),
        ("MaxAgeSeconds = 5", "write max_age"),
        ("optionsSuccessStatus = 200", "write preflight_status"),
        ("CORS_ALLOWED_ORIGINS = 'https://a.test'", "write allow_origins"),
        ("allowedOriginPatterns = 'https://a.test'", "write allow_origins"),
        ("allow_origin_regex = 'x'", "write allow_origins = [{ regex = \"…\" }]"),
        ("cors = { max_age = 5 }", "move the keys to the top level"),
    ] {
        let report = check(&format!("allow_origins = 'https://a.test'\n{line}"), Format::Toml);
        let fixes: Vec<_> = report
            .findings()
            .iter()
            .filter(|found| found.line == 2)
            .filter_map(|found| match &found.finding {
                Found::Error(error) => Some(error.fix()),
                Found::Warning(_) => None,
            })
            .collect();
        assert_eq!(fixes, [wanted], "{line}");
    }
    let error =
        Policy::builder().allow_origins(["*"]).allow_headers(["X-A, X-B"]).build().unwrap_err();
    assert!(error.to_string().ends_with("; write [\"X-A\", \"X-B\"]"), "{error}");
}

#[test]
fn an_origin_without_quotes() {
    for (value, wanted) in [("*", "write \"*\""), ("https://a.test", "write \"https://a.test\"")] {
        for text in [format!("allow_origins = {value}"), format!("allow_origins = [{value}]")] {
            let report = check(&text, Format::Toml);
            let [Located { finding: Found::Error(error), .. }] = report.findings() else {
                panic!("{report}");
            };
            assert_eq!(error.fix(), wanted, "{text}");
        }
    }
}

/// A message does not contain a value that cannot be shown.
#[test]
fn messages_are_short_however_long_the_values() {
    for long in ["x".repeat(100_000), "GET,".repeat(100_000), "\u{e9} ".repeat(100_000)] {
        for text in [
            format!("allow_origins = '{long}'"),
            format!("allow_origins = {{ regex = '({long}' }}"),
            format!("allow_origins = '*'\nallow_methods = '{long}'"),
            format!("allow_origins = '*'\nallow_headers = ['{long}']"),
            format!("allow_origins = '*'\nmax_age = '{long}'"),
            format!("allow_origins = '*'\ndisallowed_origin = '{long}'"),
            format!("allow_origins = '*'\n'{long}' = 1"),
            format!("allow_origins = '*'\n'{long}' = 1\n'{long}' = 2"),
            format!("allow_origins = '*'\n[danger]\n'{long}' = 1\n'{long}' = '{long}'"),
            format!("allow_origins = '*'\n{long}"),
            format!("allow_origins = '*'\n'{long}' = = '{long}'"),
            format!("allow_origins = '*'\nmax_age = = '{long}'"),
        ] {
            for found in check(&text, Format::Toml).findings() {
                assert!(found.to_string().len() < 3000, "{}…", &text[..60.min(text.len())]);
            }
        }
    }
}
