use super::*;

fn node(value: Value) -> Node {
    Node { line: 1, value }
}

fn entry(key: &str, value: Value) -> Entry {
    Entry { key: key.into(), line: 1, node: node(value) }
}

fn text(text: &str) -> Value {
    Value::String(text.into())
}

/// Puts the value where the dotted path says.
fn reading_of(path: &str, value: Value) -> Reading {
    read(vec![match path.split_once('.') {
        Some((table, key)) => entry(table, Value::Table(vec![entry(key, value)])),
        None => entry(path, value),
    }])
}

/// A value that the key takes and that is not its default.
fn good_value(key: &str) -> Value {
    match key {
        "allow_origins" | "allow_methods" | "allow_headers" | "expose_headers" => text("*"),
        "max_age" => Value::Integer(600),
        "preflight_status" => Value::Integer(200),
        "disallowed_origin" => text("forbid"),
        "refused_preflight" => text("conceal"),
        _ => Value::Boolean(true),
    }
}

#[test]
fn every_key_is_read() {
    for key in KEYS {
        let reading = reading_of(key, good_value(key));
        assert!(reading.faults.total() == 0, "{key}: {:?}", reading.faults);
        assert_ne!(reading.config, Config::default(), "{key}");
    }
}

#[test]
fn every_key_refuses_every_other_type() {
    let values: &[(&str, Value)] = &[
        ("string", text("x")),
        ("integer", Value::Integer(1)),
        ("boolean", Value::Boolean(true)),
        ("list", Value::List(Vec::new())),
        ("list of integers", Value::List(vec![node(Value::Integer(1))])),
        ("list of lists", Value::List(vec![node(Value::List(Vec::new()))])),
        ("table", Value::Table(Vec::new())),
        ("regex", Value::Table(vec![entry("regex", text("x"))])),
        ("float", Value::Other("1.0".into())),
    ];
    for key in KEYS {
        let takes: &[&str] = match key {
            "allow_origins" => &["string", "list", "regex"],
            "allow_methods" | "allow_headers" | "expose_headers" => &["string", "list"],
            "max_age" | "preflight_status" => &["integer"],
            // Two words only.
            "disallowed_origin" | "refused_preflight" => &[],
            _ => &["boolean"],
        };
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
        ("preflight_status", -1),
        ("preflight_status", 70_000),
        ("preflight_status", i128::MIN),
        ("max_age", i128::from(u64::MAX) + 1),
        ("max_age", i128::MAX),
    ] {
        let reading = reading_of(key, Value::Integer(written));
        assert!(reading.faults.total() == 0, "{key} = {written}");
        let beyond = reading.places[crate::key::key_order(key)].beyond;
        assert_eq!(beyond.map(|(_, written)| written), Some(written), "{key}");
    }
    let reading = reading_of("max_age", Value::Integer(u64::MAX.into()));
    assert_eq!(reading.config.max_age, Some(Duration::from_secs(u64::MAX)));
}

#[test]
fn lists_keep_what_can_be_read() {
    let list = [text("PUT"), Value::Integer(5), text("PATCH")].map(node).into();
    let reading = reading_of("allow_methods", Value::List(list));
    assert_eq!(reading.config.allow_methods, ["PUT", "PATCH"]);
    assert_eq!(reading.places[1].entries, [(Some(0), 1), (Some(2), 1)]);
    assert!(reading.places[1].broken);
    assert_eq!(reading.faults.kept()[0].error.index(), Some(1));
}

#[test]
fn what_syntax_has_spoiled_is_no_second_fault() {
    for key in KEYS {
        let reading = reading_of(key, Value::Unreadable("?".into()));
        assert!(reading.faults.total() == 0, "{key}: {:?}", reading.faults);
        assert!(reading.places[crate::key::key_order(key)].broken, "{key}");
    }
}

#[test]
fn a_dot_in_a_quoted_key_leads_nowhere() {
    let reading = read(vec![entry("danger.allow_null_origin", Value::Boolean(true))]);
    assert_eq!(reading.config, Config::default());
    assert_eq!(reading.faults.total(), 1);
    assert_eq!(reading.faults.kept()[0].error.key(), "\"danger.allow_null_origin\"");
}
