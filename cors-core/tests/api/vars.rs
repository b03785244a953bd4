//! Policies from environment variables.

use cors_core::{Config, ConfigErrors, DisallowedOrigin, ErrorKind, OriginEntry, Policy};
use std::ffi::OsString;
use std::time::Duration;

fn read(vars: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    let vars = vars.iter().copied();
    let result = Config::from_given_vars("CORS_", vars.clone());
    let backwards = Config::from_given_vars("CORS_", vars.rev());
    assert_eq!(result, backwards, "the order of the environment means nothing");
    result
}

#[test]
fn all_that_a_policy_has() {
    let config = read(&[
        ("PATH", "/bin"),
        ("CORS", "not under the prefix"),
        ("CORS_ALLOW_ORIGINS", " https://app.example.com ,http://localhost:*,"),
        ("CORS_ALLOW_METHODS", "PUT, DELETE"),
        ("CORS_ALLOW_HEADERS", "content-type"),
        ("CORS_EXPOSE_HEADERS", ""),
        ("CORS_ALLOW_CREDENTIALS", "true"),
        ("CORS_MAX_AGE", "600"),
        ("CORS_DISALLOWED_ORIGIN", "forbid-unsafe"),
        ("CORS_PREFLIGHT_STATUS", "200"),
    ])
    .unwrap();
    let origins = ["https://app.example.com", "http://localhost:*"].map(OriginEntry::from);
    assert_eq!(config.allow_origins, origins);
    assert_eq!(config.allow_methods, ["PUT", "DELETE"]);
    assert_eq!(config.allow_headers, ["content-type"]);
    assert!(config.expose_headers.is_empty() && config.allow_credentials);
    assert_eq!(config.max_age, Some(Duration::from_secs(600)));
    assert_eq!(config.disallowed_origin, DisallowedOrigin::ForbidUnsafe);
    assert_eq!(config.preflight_status, Some(200));
    assert!(Policy::new(&config).is_ok());

    let null = [("CORS_ALLOW_ORIGINS", "null"), ("CORS_DANGER_ALLOW_NULL_ORIGIN", "true")];
    assert!(read(&null).unwrap().danger.allow_null_origin);
    let other = Config::from_given_vars("APP_CORS_", [("APP_CORS_ALLOW_ORIGINS", "*")]);
    assert_eq!(other, Ok(Config::new("*")));
}

const NONE: &str = "CORS_ALLOW_ORIGINS: allow_origins = []: no origin is allowed, so nothing can be read; list the origins that may read, or write \"*\" for a public resource";

#[test]
fn nothing_is_not_everybody() {
    assert_eq!(read(&[]).unwrap_err().to_string(), NONE);
    for empty in ["", " ", ",", " , "] {
        assert_eq!(read(&[("CORS_ALLOW_ORIGINS", empty)]).unwrap_err().to_string(), NONE);
    }
    for hollow in [",,", "https://a.test,,https://b.test", ",https://a.test"] {
        let errors = read(&[("CORS_ALLOW_ORIGINS", hollow)]).unwrap_err();
        assert!(matches!(errors.errors()[0].kind(), ErrorKind::InvalidOrigin { .. }), "{hollow}");
    }
}

/// A test cannot set the environment of its process, but there is always some variable.
#[test]
fn the_environment_of_the_process() {
    let is_plain =
        |name: &str| name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_uppercase());
    let (name, _) = std::env::vars().find(|(name, _)| is_plain(name)).unwrap();
    let errors = Config::from_vars(&name[..name.len() - 1]).unwrap_err();
    let names: Vec<_> = errors.errors().iter().filter_map(|error| error.variable()).collect();
    assert!(names.contains(&&*name), "{name}: {errors}");
}

/// Everything at once, in the order of keys.
#[test]
fn each_error() {
    let errors = read(&[
        ("CORS_ALLOW_ORIGINS", "https://a.test, https://app.example.com/"),
        ("CORS_ALLOW_METHODS", "put"),
        ("CORS_ALLOW_CREDENTIALS", "yes"),
        ("CORS_MAX_AGE", "10m"),
        ("CORS_PREFLIGHT_STATUS", "99999"),
        ("CORS_DISALLOWED_ORIGIN", "Forbid"),
        ("CORS_ALLOW_ORIGIN", "*"),
        ("CORS_ALLOW_NULL_ORIGIN", "true"),
        ("CORS_DANGER_MAX_AGE", "5"),
        ("CORS_ALLOW_ALL_ORIGINS", "true"),
        ("CORS_SERVICE_HOST", "10.0.0.1"),
        ("cors_max_age", "5"),
    ]);
    let errors = errors.unwrap_err();
    let lines: Vec<String> = errors.errors().iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            r#"CORS_ALLOW_ORIGINS: allow_origins[1] = "https://app.example.com/": an origin ends with its host or port; write https://app.example.com"#,
            r#"CORS_ALLOW_METHODS: allow_methods = "put": methods are case-sensitive, and browsers send this one in upper case; write PUT"#,
            r#"CORS_ALLOW_CREDENTIALS: allow_credentials = "yes": the key takes true or false; write true"#,
            r#"CORS_MAX_AGE: max_age = "10m": the key takes whole seconds, 0 to 86400; write 600"#,
            "CORS_PREFLIGHT_STATUS: preflight_status = 99999: browsers accept a preflight only if its status is 200 to 299; write 204, or 200 for clients that accept nothing else",
            r#"CORS_DISALLOWED_ORIGIN: disallowed_origin = "Forbid": the key takes "forward", "forbid" or "forbid-unsafe"; write forbid"#,
            r#"CORS_ALLOW_ALL_ORIGINS = "true": no key has this variable; write CORS_ALLOW_ORIGINS="*""#,
            r#"CORS_ALLOW_NULL_ORIGIN = "true": no key has this variable; write CORS_DANGER_ALLOW_NULL_ORIGIN"#,
            r#"CORS_ALLOW_ORIGIN = "*": no key has this variable; write CORS_ALLOW_ORIGINS"#,
            r#"CORS_DANGER_MAX_AGE = "5": no key has this variable; write CORS_MAX_AGE"#,
            r#"CORS_SERVICE_HOST = "10.0.0.1": no key has this variable; unset it, or read another prefix"#,
            r#"cors_max_age = "5": no key has this variable; write CORS_MAX_AGE"#,
        ]
    );
    let variables: Vec<_> = errors.errors().iter().map(|error| error.variable()).collect();
    assert_eq!(variables[0], Some("CORS_ALLOW_ORIGINS"));
    assert!(variables.iter().all(Option::is_some));
}

/// What a message says to write in a variable is accepted there.
#[test]
fn each_fix_fits_the_variable() {
    for (name, value, fix) in [
        ("ALLOW_ORIGINS", "https://a.test/ https://b.test", "https://a.test, https://b.test"),
        ("ALLOW_ORIGINS", "https://a.test;https://b.test", "https://a.test, https://b.test"),
        ("ALLOW_ORIGINS", r#""https://a.test""#, "https://a.test"),
        (
            "ALLOW_ORIGINS",
            r#"["https://a.test","https://b.test"]"#,
            "https://a.test, https://b.test",
        ),
        ("ALLOW_ORIGINS", "[ 'https://a.test', ]", "https://a.test"),
        ("ALLOW_ORIGINS", "[https://a.test]", "https://a.test"),
        ("ALLOW_METHODS", r#"["PUT", "DELETE"]"#, "PUT, DELETE"),
        ("ALLOW_METHODS", "[PUT, DELETE]", "PUT, DELETE"),
        ("ALLOW_METHODS", "put", "PUT"),
        ("ALLOW_HEADERS", r#"["x-a"]"#, "x-a"),
        ("EXPOSE_HEADERS", "[x-a]", "x-a"),
        ("OWN_HOSTS", "https://a.test http://b.test:8080/", "a.test, b.test:8080"),
        ("OWN_HOSTS", r#"["[::1]:*", "a.test"]"#, "[::1]:*, a.test"),
        ("OWN_HOSTS", "::1", "[::1]"),
        ("DISALLOWED_ORIGIN", "FORBID", "forbid"),
        ("ALLOW_CREDENTIALS", "1", "true"),
        ("DISALLOWED_ORIGIN", "forbid_unsafe", "forbid-unsafe"),
        ("REFUSED_PREFLIGHT", "'conceal'", "conceal"),
        ("ALLOW_CREDENTIALS", r#""true""#, "true"),
        ("MAX_AGE", r#""600""#, "600"),
        ("MAX_AGE", "1h", "3600"),
        ("PREFLIGHT_STATUS", "'200'", "200"),
    ] {
        let name = format!("CORS_{name}");
        let with = |value| {
            let all = [("CORS_ALLOW_ORIGINS", "https://a.test"), (&*name, value)];
            read(&all[usize::from(name == all[0].0)..])
        };
        let errors = with(value).unwrap_err();
        assert_eq!(errors.count(), 1, "{errors}");
        assert_eq!(errors.errors()[0].fix(), format!("write {fix}"), "{errors}");
        with(fix).unwrap();
    }
    // Addresses are not lists.
    let hosts = [("CORS_ALLOW_ORIGINS", "https://a.test"), ("CORS_OWN_HOSTS", "[::1], [::2]")];
    assert_eq!(read(&hosts).unwrap().own_hosts.unwrap(), ["[::1]", "[::2]"]);
    for unclear in ["[]", "[\"\u{1b}\"]", "[\"a\",,\"b\"]"] {
        let errors = read(&[("CORS_ALLOW_ORIGINS", unclear)]).unwrap_err();
        assert_eq!(errors.count(), 1, "{errors}");
        assert!(errors.errors()[0].fix().starts_with("write entries with commas"), "{errors}");
    }
}

/// The misspelt variable has the origins, so that they are not missing too.
#[test]
fn one_mistake_is_one_error() {
    for (name, value) in [
        ("CORS_ALLOWED_ORIGINS", "https://a.test"),
        ("CORS_ORIGINS", "https://a.test"),
        ("CORS_ALLOW_ORIGIN_REGEX", "https://.*"),
    ] {
        assert_eq!(read(&[(name, value)]).unwrap_err().count(), 1, "{name}");
    }
}

#[test]
fn regular_expressions_need_a_file() {
    for (name, value) in [
        ("CORS_ALLOW_ORIGINS", r"https://[a-z]+\.example\.com"),
        ("CORS_ALLOW_ORIGINS", r"^https://.*\.example\.com$"),
        ("CORS_ALLOW_ORIGINS", r"^https://(a\.test$"),
        ("CORS_ALLOW_ORIGINS", "{ regex = 'https://a' }"),
        #[cfg(feature = "public-suffix")]
        ("CORS_ALLOW_ORIGINS", "https://pr-*.example.com"),
        ("CORS_ALLOW_ORIGIN_REGEX", r"https://[a-z]+\.example\.com"),
        ("CORS_ALLOW_ORIGINS_REGEX", r"https://[a-z]+\.example\.com"),
    ] {
        let errors = read(&[(name, value)]).unwrap_err();
        let [error] = errors.errors() else { panic!("{errors}") };
        assert_eq!(*error.kind(), ErrorKind::RegexInVariable, "{error}");
        assert!(error.fix().contains("a file"), "{error}");
    }
    // What a pattern can say needs none.
    let errors = read(&[("CORS_ALLOW_ORIGINS", "http://localhost:.*")]).unwrap_err();
    assert!(matches!(errors.errors()[0].kind(), ErrorKind::InvalidOrigin { .. }), "{errors}");
}

/// Errors say what they are about in a line of limited length that moves no terminal.
#[test]
fn hostile_values() {
    let long = "\u{1b}[31m\n".repeat(10_000);
    for name in ["CORS_MAX_AGE", "CORS_NONE", "CORS_ALLOW_METHODS", &*format!("CORS_{long}")] {
        let errors = read(&[("CORS_ALLOW_ORIGINS", "*"), (name, &long)]).unwrap_err();
        let text = errors.to_string();
        assert!(!text.contains(char::is_control), "{text}");
        assert!(text.len() < 4000, "{text}");
    }
    // More errors than are kept are still counted.
    let many = "a/,".repeat(3000);
    let errors = read(&[("CORS_ALLOW_ORIGINS", &many)]).unwrap_err();
    assert_eq!((errors.errors().len(), errors.count()), (1000, 3000));
}

#[cfg(unix)]
#[test]
fn what_is_not_unicode() {
    use std::os::unix::ffi::OsStringExt;
    let text = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let vars = [
        (text(b"CORS_ALLOW_ORIGINS"), text(b"https://\xff\x1b.test")),
        (text(b"CORS_MAX_AGE"), text(&[0xff; 10_000])),
        (text(b"CORS_\xff"), text(b"x")),
        (text(b"OTHER_\xff"), text(b"\xff")),
    ];
    let errors = Config::from_given_vars("CORS_", vars).unwrap_err();
    let lines: Vec<String> = errors.errors().iter().map(ToString::to_string).collect();
    let [origins, max_age, unknown] = &*lines else { panic!("{lines:?}") };
    assert_eq!(
        origins,
        r#"CORS_ALLOW_ORIGINS: allow_origins = "https://\xFF\u{1b}.test": the value is not Unicode; write it in UTF-8"#
    );
    assert_eq!(*errors.errors()[1].kind(), ErrorKind::NotUnicode);
    assert!(max_age.len() < 200, "{max_age}");
    assert!(unknown.contains("no key has this variable"), "{unknown}");
}

/// Each value is judged as in a file: the same key, value, reason and fix.
#[cfg(feature = "file")]
#[test]
fn the_same_as_in_a_file() {
    use cors_core::file::{Format, Found, check};
    let lists = ["*", "", "a b", "PUT", "put", "TRACE", "x-a", "é", "set-cookie", "*, x-a", "a/"];
    let origins = [
        "*",
        "*, https://a.test",
        "null",
        "https://a.test/",
        "HTTP://a.test, https://*",
        "https://a.test:443, http://b.test",
        "https://*.github.io",
        "app://.",
    ];
    let hosts = ["", "*", "api.test", "api.test:443, b.test", "https://a.test/", "[::1]", "a b"];
    let numbers = ["0", "600", "9000", "-1", "86401", "1.5", "99999999999999999999", "299", "10m"];
    let flags = ["true", "false", "yes", "1", "TRUE"];
    let words = ["forward", "forbid", "forbid-unsafe", "conceal", "explain", "Forbid"];
    let rows: &[(&str, &[&str])] = &[
        ("allow_origins", &origins),
        ("allow_methods", &lists),
        ("allow_headers", &lists),
        ("expose_headers", &lists),
        ("own_hosts", &hosts),
        ("max_age", &numbers),
        ("preflight_status", &numbers),
        ("allow_credentials", &flags),
        ("preflight_continue", &flags),
        ("danger.allow_null_origin", &flags),
        ("disallowed_origin", &words),
        ("refused_preflight", &words),
    ];
    let toml = |(key, value): (&str, &str)| match key {
        "allow_origins" | "allow_methods" | "allow_headers" | "expose_headers" | "own_hosts" => {
            let entries = value.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            format!("{key} = {:?}\n", Vec::from_iter(entries))
        }
        "disallowed_origin" | "refused_preflight" => format!("{key} = {value:?}\n"),
        _ if value.parse::<i128>().is_ok() && key.starts_with(['m', 'p']) => {
            format!("{key} = {value}\n")
        }
        _ if ["true", "false"].contains(&value) => format!("{key} = {value}\n"),
        _ => format!("{key} = {value:?}\n"),
    };
    let mut wrong = 0;
    for (key, values) in rows {
        for value in *values {
            for origin in &origins {
                for credentials in ["true", "false"] {
                    let defaults = [("allow_origins", *origin), ("allow_credentials", credentials)];
                    let defaults = defaults.into_iter().filter(|(default, _)| default != key);
                    let all: Vec<_> = defaults.chain([(*key, *value)]).collect();
                    let report =
                        check(&all.iter().copied().map(toml).collect::<String>(), Format::Toml);
                    let mut in_file: Vec<_> = report
                        .findings()
                        .iter()
                        .filter_map(|found| match &found.finding {
                            Found::Error(error) => Some(said(error)),
                            Found::Warning(_) => None,
                        })
                        .collect();
                    let name = |key: &str| format!("CORS_{}", key.replace('.', "_").to_uppercase());
                    let vars = all.iter().map(|(key, value)| (name(key), *value));
                    let result = Config::from_given_vars("CORS_", vars);
                    let config = result.as_ref().ok();
                    assert_eq!(
                        config.map(|config| Policy::new(config).unwrap()).as_ref(),
                        report.policy()
                    );
                    let mut in_vars: Vec<_> =
                        result.err().into_iter().flatten().map(|error| said(&error)).collect();
                    in_file.sort();
                    in_vars.sort();
                    assert_eq!(in_vars, in_file, "{all:?}");
                    wrong += in_file.len();
                }
            }
        }
    }
    assert!(wrong > 100);
}

/// What an error says. A number in quotes is the same mistake as a number.
#[cfg(feature = "file")]
fn said(error: &cors_core::ConfigError) -> String {
    let value = error.value().trim_matches('"').to_owned();
    let fix = error.fix().replace(", without quotes", "").replace(['"', '[', ']'], "");
    format!("{}{:?} {value} {} {fix}", error.key(), error.index(), error.reason())
}

/// Every policy without regular expressions can be written in variables.
#[cfg(all(feature = "serde", feature = "strategies"))]
#[test]
fn policies_survive() {
    use cors_core::strategies;
    use proptest::strategy::{Strategy, ValueTree};
    let mut read = 0;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..512 {
        let policy = strategies::policies().new_tree(&mut runner).unwrap().current();
        let config = policy.config();
        let table = toml::Table::try_from(&config).unwrap();
        let mut vars = Vec::new();
        let mut add = |prefix: &str, (key, value): (&String, &toml::Value)| {
            let text = |value: &toml::Value| match value {
                toml::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let value = match value {
                toml::Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(","),
                value => text(value),
            };
            vars.push((format!("{prefix}{}", key.to_uppercase()), value));
        };
        for (key, value) in &table {
            match value {
                toml::Value::Table(danger) => {
                    danger.iter().for_each(|row| add("CORS_DANGER_", row));
                }
                _ => add("CORS_", (key, value)),
            }
        }
        let is_regex = |entry: &OriginEntry| matches!(entry, OriginEntry::Regex(_));
        if !config.allow_origins.iter().any(is_regex) {
            assert_eq!(Config::from_given_vars("CORS_", vars), Ok(config));
            read += 1;
        }
    }
    assert!(read > 100, "{read}");
}
