//! `Config` through serde: it round-trips, and all values of the wrong type are reported at once.

#![cfg(feature = "serde")]

#[macro_use]
#[path = "common/set.rs"]
mod set;
#[path = "common/cases.rs"]
mod cases;

use cors_core::{Config, Danger, DisallowedOrigin, OriginEntry, RefusedPreflight};
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::value::MapDeserializer;
use std::time::Duration;

fn everything() -> Config {
    set!(
        Config::new([
            OriginEntry::from("https://a.test"),
            OriginEntry::regex("https://[a-z]+\\.b\\.test"),
        ]),
        allow_methods = vec!["*".into()],
        allow_headers = vec!["*".into(), "authorization".into()],
        expose_headers = vec!["x-request-id".into()],
        allow_credentials = true,
        max_age = Some(Duration::ZERO),
        allow_private_network = true,
        preflight_status = Some(200),
        preflight_continue = true,
        disallowed_origin = DisallowedOrigin::Forbid,
        own_hosts = Some(vec!["api.test".into(), "localhost:*".into()]),
        refused_preflight = RefusedPreflight::Conceal,
        danger = set!(
            Danger::default(),
            allow_insecure_origins = true,
            allow_public_suffix_subdomains = true,
            allow_unbounded_regex = true,
            allow_null_origin = true,
            reflect_any_origin = true
        )
    )
}

#[test]
fn everything_is_written_as_in_a_policy_file() {
    assert_eq!(
        toml::to_string(&everything()).unwrap(),
        r#"allow_origins = ["https://a.test", { regex = 'https://[a-z]+\.b\.test' }]
allow_methods = "*"
allow_headers = ["*", "authorization"]
expose_headers = ["x-request-id"]
allow_credentials = true
max_age = 0
allow_private_network = true
preflight_status = 200
preflight_continue = true
disallowed_origin = "forbid"
own_hosts = ["api.test", "localhost:*"]
refused_preflight = "conceal"

[danger]
allow_insecure_origins = true
allow_public_suffix_subdomains = true
allow_unbounded_regex = true
allow_null_origin = true
reflect_any_origin = true
"#
    );
}

#[test]
fn defaults_are_not_written() {
    assert_eq!(toml::to_string(&Config::default()).unwrap(), "");
    assert_eq!(serde_json::to_string(&Config::default()).unwrap(), "{}");
    assert_eq!(serde_json::to_string(&Config::new(["*"])).unwrap(), r#"{"allow_origins":"*"}"#);
    let one = Config::new(["https://a.test"]);
    assert_eq!(serde_json::to_string(&one).unwrap(), r#"{"allow_origins":["https://a.test"]}"#);
    let regex = Config::new([OriginEntry::regex("*")]);
    assert_eq!(serde_json::to_string(&regex).unwrap(), r#"{"allow_origins":[{"regex":"*"}]}"#);
}

#[test]
fn half_a_second_cannot_be_written() {
    let config = set!(Config::default(), max_age = Some(Duration::from_millis(500)));
    let error = serde_json::to_string(&config).unwrap_err();
    assert_eq!(error.to_string(), "max_age is not a whole number of seconds");
}

#[test]
fn lists_take_one_bare_value() {
    let read = |text| toml::from_str::<Config>(text).unwrap();
    assert_eq!(read("allow_origins = '*'"), Config::new(["*"]));
    assert_eq!(read("allow_origins = ['*']"), Config::new(["*"]));
    assert_eq!(read("allow_origins = { regex = 'x' }"), Config::new([OriginEntry::regex("x")]));
    assert_eq!(read("allow_methods = 'PUT'").allow_methods, ["PUT"]);
    assert_eq!(read(""), Config::default());
}

#[test]
fn every_fault_of_shape_is_told() {
    let text = r#"{
        "allow_origins": ["https://a.test/", 5],
        "allow_method": "PUT",
        "max_age": 1.5,
        "max_age": 6,
        "preflight_status": 70000,
        "allow_headers": null,
        "danger": { "max_age": 18446744073709551615 }
    }"#;
    let error = serde_json::from_str::<Config>(text).unwrap_err().to_string();
    let lines: Vec<_> = error.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(
        lines,
        [
            "allow_origins[1] = 5",
            "allow_method = \"PUT\"",
            "max_age = 1.5",
            "max_age = 6",
            "allow_headers = null",
            "danger.max_age = 18446744073709551615",
            "preflight_status = 70000",
        ]
    );
    // Building the policy checks the values.
    assert!(serde_json::from_str::<Config>(r#"{"allow_origins": "https://a.test/"}"#).is_ok());
}

/// Building could not report these, since a `Config` cannot hold such a number.
#[test]
fn numbers_that_nothing_holds_are_told() {
    let told = |key| {
        let number = u128::from(u64::MAX) + 1;
        let map = MapDeserializer::<_, serde::de::value::Error>::new([(key, number)].into_iter());
        Config::deserialize(map).unwrap_err().to_string()
    };
    for (key, wanted) in [
        ("max_age", "max_age = 18446744073709551616: no browser caches a preflight"),
        (
            "preflight_status",
            "preflight_status = 18446744073709551616: browsers accept a preflight",
        ),
    ] {
        assert!(told(key).starts_with(wanted), "{}", told(key));
    }
}

#[test]
fn what_is_no_table_is_refused() {
    for text in ["5", "null", "[]", "\"*\"", "1e400", "[[[1]]]"] {
        assert!(serde_json::from_str::<Config>(text).is_err(), "{text}");
    }
    let error = serde_json::from_str::<Config>("[1]").unwrap_err();
    assert_eq!(error.to_string(), "a policy is a table of keys, not [1]");
}

/// A format without its own limit, in which every value is a list of itself.
struct Endless;

impl<'de> serde::Deserializer<'de> for Endless {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_seq(serde::de::value::SeqDeserializer::new(std::iter::once(Endless)))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> serde::de::IntoDeserializer<'de, serde::de::value::Error> for Endless {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[test]
fn nesting_does_not_exhaust_the_stack() {
    let error = <Config as serde::Deserialize>::deserialize(Endless).unwrap_err();
    assert_eq!(error.to_string(), "nested more than 64 deep");
    assert!(serde_json::from_str::<Config>(&"[".repeat(100_000)).is_err());
    assert!(toml::from_str::<Config>(&format!("a = {}", "[".repeat(100_000))).is_err());
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    let text = prop_oneof![Just("*".to_owned()), Just("PUT".to_owned()), any::<String>()];
    prop::collection::vec(text, 0..4)
}

fn origins() -> impl Strategy<Value = Vec<OriginEntry>> {
    let entry = prop_oneof![
        Just(OriginEntry::from("*")),
        any::<String>().prop_map(OriginEntry::Pattern),
        any::<String>().prop_map(OriginEntry::Regex),
    ];
    prop::collection::vec(entry, 0..4)
}

fn danger() -> impl Strategy<Value = Danger> {
    any::<[bool; 5]>().prop_map(|flags| {
        set!(
            Danger::default(),
            allow_insecure_origins = flags[0],
            allow_public_suffix_subdomains = flags[1],
            allow_unbounded_regex = flags[2],
            allow_null_origin = flags[3],
            reflect_any_origin = flags[4]
        )
    })
}

fn config() -> impl Strategy<Value = Config> {
    let lists = (origins(), texts(), texts(), texts());
    // TOML has no greater integers.
    let max_age = prop::option::of(0..=i64::MAX.unsigned_abs());
    let rest = (any::<[bool; 5]>(), max_age, any::<Option<u16>>(), danger());
    (lists, rest).prop_map(|(lists, (flags, max_age, preflight_status, danger))| {
        set!(
            Config::default(),
            allow_origins = lists.0,
            allow_methods = lists.1,
            allow_headers = lists.2,
            expose_headers = lists.3,
            allow_credentials = flags[0],
            max_age = max_age.map(Duration::from_secs),
            allow_private_network = flags[1],
            preflight_status = preflight_status,
            preflight_continue = flags[2],
            disallowed_origin =
                if flags[3] { DisallowedOrigin::Forbid } else { DisallowedOrigin::Forward },
            refused_preflight =
                if flags[4] { RefusedPreflight::Conceal } else { RefusedPreflight::Explain },
            danger = danger
        )
    })
}

proptest! {
    #![proptest_config(cases::cases(256))]

    #[test]
    fn what_is_written_is_read_back_equal(config in config()) {
        let toml = toml::to_string(&config).unwrap();
        prop_assert_eq!(&toml::from_str::<Config>(&toml).unwrap(), &config, "{}", toml);
        let toml = toml::to_string_pretty(&config).unwrap();
        prop_assert_eq!(&toml::from_str::<Config>(&toml).unwrap(), &config, "{}", toml);
        let json = serde_json::to_string(&config).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Config>(&json).unwrap(), &config, "{}", json);
        let value = serde_json::to_value(&config).unwrap();
        prop_assert_eq!(&serde_json::from_value::<Config>(value).unwrap(), &config);
    }

    /// Through a file and through serde, the same text makes the same policy.
    #[cfg(feature = "file")]
    #[test]
    fn files_and_serde_agree(config in config()) {
        use cors_core::{Policy, file::{Format, check}};
        let toml = check(&toml::to_string(&config).unwrap(), Format::Toml);
        let json = check(&serde_json::to_string_pretty(&config).unwrap(), Format::Json);
        let policy = Policy::new(&config);
        let errors = |report: &cors_core::file::Report| {
            report.findings().iter().filter(|found| found.is_error()).count()
        };
        let wanted = policy.as_ref().map_or_else(|errors| errors.errors().len(), |_| 0);
        prop_assert_eq!((errors(&toml), errors(&json)), (wanted, wanted), "{}\n{}", toml, json);
        prop_assert_eq!(toml.into_policy().ok(), policy.clone().ok());
        prop_assert_eq!(json.into_policy().ok(), policy.ok());
    }
}

/// The guide's page of defaults: a section for each key, with its default.
mod page_of_defaults {
    use super::*;
    use std::collections::BTreeSet;

    const PAGE: &str = include_str!("../docs/defaults.md");

    fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
        PAGE.split("\n## `").skip(1).map(|section| section.split_once("`\n").unwrap())
    }

    #[test]
    fn each_key_has_a_section() {
        let table = toml::Table::try_from(everything()).unwrap();
        let danger = table["danger"].as_table().unwrap();
        let keys: BTreeSet<String> = table
            .keys()
            .filter(|key| *key != "danger")
            .cloned()
            .chain(danger.keys().map(|key| format!("danger.{key}")))
            .collect();
        let on_the_page: Vec<_> = sections().map(|(key, _)| key.to_owned()).collect();
        assert_eq!(BTreeSet::from_iter(on_the_page.clone()), keys);
        assert_eq!(on_the_page.len(), keys.len(), "a key is there twice");
    }

    #[test]
    fn each_default_is_what_is_left_out() {
        for (key, section) in sections() {
            let default = section.lines().find_map(|line| line.strip_prefix("Default: ")).unwrap();
            let without: Config = toml::from_str("").unwrap();
            if default == "none" {
                let written = toml::Table::try_from(&without).unwrap();
                assert!(!written.contains_key(key), "{key}");
                continue;
            }
            let line = format!("{key} = {}", default.trim_matches('`'));
            assert_eq!(toml::from_str::<Config>(&line).unwrap(), without, "{line}");
        }
    }

    #[test]
    #[cfg(all(feature = "regex", feature = "public-suffix"))]
    fn each_policy_builds() {
        for (key, section) in sections() {
            let (_, block) = section.split_once("```toml\n").unwrap();
            let (block, _) = block.split_once("```").unwrap();
            let policy = build(key, block);
            let name = key.strip_prefix("danger.").unwrap_or(key);
            assert!(block.contains(&format!("{name} = ")), "{key}");
            let needless = |kind: &cors_core::WarningKind| {
                matches!(kind, cors_core::WarningKind::NeedlessDanger)
            };
            assert!(!policy.warnings().iter().any(|warning| needless(warning.kind())), "{key}");
        }
    }
}

/// The policy of an example, which may leave out the origins.
#[cfg(all(feature = "regex", feature = "public-suffix"))]
fn build(name: &str, example: &str) -> cors_core::Policy {
    let mut config: Config =
        toml::from_str(example).unwrap_or_else(|error| panic!("{name}: {error}"));
    if config.allow_origins.is_empty() {
        config.allow_origins = vec!["https://app.example.com".into()];
    }
    cors_core::Policy::new(&config).unwrap_or_else(|errors| panic!("{name}: {errors}"))
}

/// The guide's page for those who come from another layer: each row has a policy or names a function.
#[cfg(all(feature = "regex", feature = "public-suffix"))]
mod page_of_migrating {
    use super::*;
    use std::fs;

    const PAGE: &str = include_str!("../docs/migrating.md");

    /// The cells of each row of each table, without the headings.
    fn rows() -> Vec<[&'static str; 3]> {
        let lines: Vec<_> = PAGE.lines().collect();
        let is_heading = |index: usize| {
            lines[index].starts_with("|---")
                || lines.get(index + 1).is_some_and(|next| next.starts_with("|---"))
        };
        let rows =
            (0..lines.len()).filter(|index| lines[*index].starts_with('|') && !is_heading(*index));
        rows.map(|index| {
            let line = lines[index].strip_prefix("| ").unwrap().strip_suffix("|").unwrap();
            let cells: Vec<_> = line.split(" | ").collect();
            let [theirs, ours, differs] = cells[..] else { panic!("not three cells: {line}") };
            [theirs, ours, differs]
        })
        .collect()
    }

    /// What is between backticks.
    fn code(cell: &str) -> impl Iterator<Item = &str> {
        cell.split('`').skip(1).step_by(2)
    }

    #[test]
    fn each_policy_builds() {
        let rows = rows();
        assert!(rows.len() > 100, "{}", rows.len());
        for [theirs, ours, _] in rows {
            let lines: Vec<_> = code(ours).filter(|code| code.contains(" = ")).collect();
            let policy = build(theirs, &lines.join("\n"));
            let known = |kind: &cors_core::WarningKind| {
                use cors_core::WarningKind::{BodyMethodWithoutContentType, PrivateNetworkUnasked};
                matches!(kind, BodyMethodWithoutContentType | PrivateNetworkUnasked)
            };
            let warnings = policy.warnings().iter().filter(|warning| !known(warning.kind()));
            assert_eq!(warnings.count(), 0, "{theirs}: {:?}", policy.warnings());
        }
    }

    #[test]
    fn each_function_exists() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let api = |name| fs::read_to_string(format!("{root}/{name}/api.txt")).unwrap();
        let [core, axum, actix] = ["cors-core", "cors-axum", "cors-actix"].map(api);
        for [theirs, ours, _] in rows() {
            let names: Vec<_> = code(ours).filter(|code| !code.contains(" = ")).collect();
            assert!(
                ours.contains(" = ") || !names.is_empty(),
                "{theirs}: neither policy nor function"
            );
            for name in names {
                let is_in = |api: &str| {
                    ["(", "<"].iter().any(|next| api.contains(&format!("::{name}{next}")))
                };
                let exists = match name.starts_with("CorsLayer::") {
                    true => is_in(&axum) && is_in(&actix),
                    false => is_in(&core),
                };
                assert!(exists, "{theirs}: there is no {name}");
            }
        }
    }
}
