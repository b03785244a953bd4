use super::*;
use crate::config::{Builder, Danger};
use crate::engine::policy::Policy;
use std::ffi::OsString;

fn node(value: Value) -> Node {
    Node { line: 1, value }
}

fn entry(key: &str, value: Value) -> Entry {
    Entry { key: key.into(), line: 1, node: node(value) }
}

fn text(text: &str) -> Value {
    Value::String(text.into())
}

/// Sets the value at the dotted path.
fn reading_of(path: &str, value: Value) -> Reading {
    read(vec![match path.split_once('.') {
        Some((table, key)) => entry(table, Value::Table(vec![entry(key, value)])),
        None => entry(path, value),
    }])
}

fn base() -> Builder {
    Policy::builder().allow_origins("https://a.test")
}

/// A builder that sets a key to a value that is not its default, the same value in a file, and the
/// types of value that the key takes there.
fn row(key: Key) -> (Builder, Value, &'static [&'static str]) {
    let flag = |builder| (builder, Value::Boolean(true), &["boolean"][..]);
    let danger = |set: fn(&mut Danger)| flag(base().danger(set));
    let number = |builder, number| (builder, Value::Integer(number), &["integer"][..]);
    let names = |builder| (builder, text("x"), &["string", "list"][..]);
    // Only two words.
    let word = |builder, word| (builder, text(word), &[][..]);
    match key {
        Key::AllowOrigins => (base().allow_origins("*"), text("*"), &["string", "list", "regex"]),
        Key::AllowMethods => names(base().allow_methods("x")),
        Key::AllowHeaders => names(base().allow_headers("x")),
        Key::ExposeHeaders => names(base().expose_headers("x")),
        Key::AllowCredentials => flag(base().allow_credentials(true)),
        Key::MaxAge => number(base().max_age(Duration::from_secs(600)), 600),
        Key::AllowPrivateNetwork => flag(base().allow_private_network(true)),
        Key::PreflightStatus => number(base().preflight_status(200), 200),
        Key::PreflightContinue => flag(base().preflight_continue(true)),
        Key::DisallowedOrigin => word(base().disallowed_origin(DisallowedOrigin::Forbid), "forbid"),
        Key::OwnHosts => names(base().own_hosts("x")),
        Key::RefusedPreflight => {
            word(base().refused_preflight(RefusedPreflight::Conceal), "conceal")
        }
        Key::AllowInsecureOrigins => danger(|danger| danger.allow_insecure_origins = true),
        Key::AllowPublicSuffixSubdomains => {
            danger(|danger| danger.allow_public_suffix_subdomains = true)
        }
        Key::AllowUnboundedRegex => danger(|danger| danger.allow_unbounded_regex = true),
        Key::AllowNullOrigin => danger(|danger| danger.allow_null_origin = true),
        Key::ReflectAnyOrigin => danger(|danger| danger.reflect_any_origin = true),
    }
}

#[test]
fn every_key_is_the_same_in_a_file_and_in_a_builder() {
    let base = base().build().unwrap();
    for key in Key::ALL.iter().copied() {
        let (builder, value, _) = row(key);
        let Reading { mut config, faults, .. } = reading_of(key.name(), value);
        assert!(faults.total() == 0, "{key:?}: {faults:?}");
        if key != Key::AllowOrigins {
            config.allow_origins = base.config().allow_origins;
        }
        let built = builder.build().unwrap();
        assert_eq!(built, Policy::new(&config).unwrap(), "{key:?}");
        assert_eq!(built.config(), config, "{key:?}");
        assert_ne!(built, base, "{key:?}");
    }
}

/// The variable of a key, with a value.
fn var(key: Key, value: &str) -> (OsString, OsString) {
    (variable("X_", key).into(), value.into())
}

#[test]
fn every_key_is_the_same_in_a_file_and_in_a_variable() {
    for key in Key::ALL.iter().copied() {
        let (_, value, takes) = row(key);
        let text = match &value {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let reading = read_vars("X_", [var(key, &format!(" {text} "))].into_iter());
        assert!(reading.faults.total() == 0, "{key:?}: {:?}", reading.faults);
        assert_eq!(reading.config, reading_of(key.name(), value).config, "{key:?}");
        let reading = read_vars("X_", [var(key, "?, ?")].into_iter());
        let is_list = takes.contains(&"list");
        assert_eq!(reading.faults.total() == 0, is_list, "{key:?}");
        let is_wrong = |fault: &Fault| matches!(fault.error.kind(), ErrorKind::WrongType { .. });
        assert!(reading.faults.kept().iter().all(is_wrong), "{key:?}");
        // The first one counts.
        let twice = [var(key, &text), var(key, &text)];
        let reading = read_vars("X_", twice.into_iter());
        let [fault] = reading.faults.kept() else { panic!("{key:?}: {:?}", reading.faults) };
        assert_eq!(*fault.error.kind(), ErrorKind::DuplicateKey, "{key:?}");
    }
}

#[test]
fn every_key_refuses_every_other_type() {
    let values: &[(&str, Value)] = &[
        ("string", text("x")),
        ("integer", Value::Integer(5)),
        ("boolean", Value::Boolean(true)),
        ("list", Value::List(Vec::new())),
        ("list of integers", Value::List(vec![node(Value::Integer(1))])),
        ("list of lists", Value::List(vec![node(Value::List(Vec::new()))])),
        ("table", Value::Table(Vec::new())),
        ("regex", Value::Table(vec![entry("regex", text("x"))])),
        ("float", Value::Other("1.0".into())),
    ];
    for key in Key::ALL.iter().copied() {
        let (_, _, takes) = row(key);
        let key = key.name();
        for (name, value) in values {
            let reading = reading_of(key, value.clone());
            if takes.contains(name) {
                assert!(reading.faults.total() == 0, "{key} = {name}: {:?}", reading.faults);
                continue;
            }
            let [Fault { error, .. }] = reading.faults.kept() else {
                panic!("{key} = {name}: {:?}", reading.faults);
            };
            assert_eq!(error.key(), key);
            assert!(matches!(error.kind(), ErrorKind::WrongType { .. }), "{key} = {name}: {error}");
            assert_eq!(reading.config, Config::default(), "{key} = {name}");
        }
    }
    for (name, value) in values.iter().filter(|(name, _)| !["table", "regex"].contains(name)) {
        let reading = read(vec![entry("danger", value.clone())]);
        assert_eq!(reading.faults.total(), 1, "danger = {name}");
        assert_eq!(reading.faults.kept()[0].error.key(), "danger");
    }
}

#[test]
fn integers_without_room_are_kept_for_the_message() {
    for (key, written) in [
        (Key::PreflightStatus, -1),
        (Key::PreflightStatus, 70_000),
        (Key::PreflightStatus, i128::MIN),
        (Key::MaxAge, i128::from(u64::MAX) + 1),
        (Key::MaxAge, i128::MAX),
    ] {
        let reading = reading_of(key.name(), Value::Integer(written));
        assert!(reading.faults.total() == 0, "{key:?} = {written}");
        let beyond = reading.place(key).beyond.as_ref();
        assert_eq!(beyond.map(|(_, written, _)| *written), Some(written), "{key:?}");
    }
    let reading = reading_of("max_age", Value::Integer(u64::MAX.into()));
    assert_eq!(reading.config.max_age, Some(Duration::from_secs(u64::MAX)));
}

#[test]
fn lists_keep_what_can_be_read() {
    let list = [text("PUT"), Value::Integer(5), text("PATCH")].map(node).into();
    let reading = reading_of("allow_methods", Value::List(list));
    assert_eq!(reading.config.allow_methods, ["PUT", "PATCH"]);
    assert_eq!(reading.place(Key::AllowMethods).entries, [(Some(0), 1), (Some(2), 1)]);
    assert!(reading.place(Key::AllowMethods).broken);
    assert_eq!(reading.faults.kept()[0].error.index(), Some(1));
}

#[test]
fn what_syntax_has_spoiled_is_no_second_fault() {
    for key in Key::ALL.iter().copied() {
        let reading = reading_of(key.name(), Value::Unreadable("?".into()));
        assert!(reading.faults.total() == 0, "{key:?}: {:?}", reading.faults);
        assert!(reading.place(key).broken, "{key:?}");
    }
}

#[test]
fn a_dot_in_a_quoted_key_leads_nowhere() {
    let reading = read(vec![entry("danger.allow_null_origin", Value::Boolean(true))]);
    assert_eq!(reading.config, Config::default());
    assert_eq!(reading.faults.total(), 1);
    assert_eq!(reading.faults.kept()[0].error.key(), "\"danger.allow_null_origin\"");
}
