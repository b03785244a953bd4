//! The schema of policy files takes what `check` takes.

use std::process::Command;
use std::sync::LazyLock;

use cors_core::strategies::{configs, policies};
use cors_core::{Config, Policy};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let output = Command::new(env!("CARGO_BIN_EXE_cors")).arg("schema").output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
});
static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    assert!(jsonschema::meta::is_valid(&SCHEMA));
    jsonschema::validator_for(&SCHEMA).unwrap()
});

/// The names and descriptions of a table's keys.
fn keys(table: &Value) -> Vec<(&str, &Value)> {
    let properties = table["properties"].as_object().unwrap();
    properties.iter().map(|(name, key)| (name.as_str(), key)).collect()
}

/// The policy that a file with this content gives.
fn built(file: &Value) -> Option<Policy> {
    let config = serde_json::from_value::<Config>(file.clone()).ok()?;
    Policy::new(&config).ok()
}

#[test]
fn each_key_takes_the_values_that_a_policy_takes() {
    let values = [
        json!(null),
        json!(true),
        json!(false),
        json!(-1),
        json!(0),
        json!(0.5),
        json!(199),
        json!(200),
        json!(299),
        json!(300),
        json!(86_400),
        json!(86_401),
        json!(""),
        json!("*"),
        json!("PUT"),
        json!("explain"),
        json!("conceal"),
        json!("forward"),
        json!("forbid"),
        json!("forbid-unsafe"),
        json!("localhost:*"),
        json!("https://a.test"),
        json!([]),
        json!(["https://a.test"]),
        json!(["PUT"]),
        json!(["api.test"]),
        json!(["PUT", 1]),
        json!(["https://a.test", { "regex": r"https://[a-z]+\.a\.test" }]),
        json!({}),
        json!({ "regex": r"https://[a-z]+\.a\.test" }),
        json!({ "regex": 1 }),
        json!({ "regex": r"https://[a-z]+\.a\.test", "flags": "i" }),
        json!({ "allow_null_origin": true }),
        json!({ "allow_nothing": true }),
    ];
    let in_root = keys(&SCHEMA).into_iter().map(|(name, _)| (name, None));
    let danger = keys(&SCHEMA["properties"]["danger"]).into_iter();
    let places = in_root.chain(danger.map(|(name, _)| ("danger", Some(name))));
    let mut counts = [0; 2];
    for (key, inner) in places {
        for value in &values {
            let value = inner.map_or_else(|| value.clone(), |inner| json!({ inner: value }));
            let mut file = json!({ "allow_origins": "https://a.test" });
            file[key] = value;
            let is_read = serde_json::from_value::<Config>(file.clone()).is_ok();
            match VALIDATOR.is_valid(&file) {
                true => assert!(is_read, "the schema takes {file}"),
                false => assert!(built(&file).is_none(), "the schema refuses {file}"),
            }
            counts[usize::from(is_read)] += 1;
        }
    }
    assert!(counts.iter().all(|&count| count > 50), "{counts:?}");
}

#[test]
fn no_other_key_is_taken() {
    for name in ["allow_origin", "danger.allow_null_origin", "max-age", ""] {
        let file = json!({ "allow_origins": "*", name: true });
        assert!(!VALIDATOR.is_valid(&file) && built(&file).is_none(), "{name}");
    }
    assert!(!VALIDATOR.is_valid(&json!({})) && built(&json!({})).is_none());
}

#[test]
fn each_default_is_that_of_a_config() {
    let plain = json!({ "allow_origins": "https://a.test" });
    let config = |file: &Value| serde_json::from_value::<Config>(file.clone()).unwrap();
    let mut count = 0;
    for (name, key) in keys(&SCHEMA) {
        let Some(default) = key.get("default") else { continue };
        let mut file = plain.clone();
        file[name] = default.clone();
        match name {
            // The number is what its absence means.
            "preflight_status" => assert_eq!(config(&plain).preflight_status, None),
            _ => assert_eq!(config(&file), config(&plain), "{name}"),
        }
        count += 1;
    }
    assert_eq!(count, 6);
}

/// Without the descriptions, an editor shows nothing when you point at a key.
#[test]
fn each_key_says_what_it_means() {
    for table in [&*SCHEMA, &SCHEMA["properties"]["danger"]] {
        for (name, key) in keys(table) {
            assert!(key["description"].as_str().is_some_and(|text| text.ends_with('.')), "{name}");
        }
    }
}

proptest! {
    /// Every key of a config is in it, since `configs` has all of them.
    #[test]
    fn every_config_that_builds_is_valid(config in configs(), policy in policies()) {
        let file = serde_json::to_value(&config).unwrap();
        if Policy::new(&config).is_ok() {
            prop_assert!(VALIDATOR.is_valid(&file), "{file}");
        }
        let file = serde_json::to_value(policy.config()).unwrap();
        prop_assert!(VALIDATOR.is_valid(&file), "{file}");
    }
}
