//! A builder sets what a config has.

use cors_core::{
    Builder, Config, Danger, Decision, DisallowedOrigin, Origin, OriginEntry, Policy,
    RefusedPreflight,
};
use http::Request;
use http::header::AUTHORIZATION;
use std::borrow::Cow;
use std::error::Error;
use std::time::Duration;

const ORIGIN: &str = "http://app.example.com";

/// Every key differs from its default, except `preflight_status`, which excludes
/// `preflight_continue`.
fn config() -> Config {
    set!(
        Config::new([ORIGIN]),
        allow_methods = vec!["PUT".into()],
        allow_headers = vec!["authorization".into()],
        expose_headers = vec!["etag".into()],
        allow_credentials = true,
        max_age = Some(Duration::from_secs(600)),
        allow_private_network = true,
        preflight_continue = true,
        disallowed_origin = DisallowedOrigin::Forbid,
        own_hosts = Some(vec!["api.test".into()]),
        refused_preflight = RefusedPreflight::Conceal,
        danger.allow_insecure_origins = true
    )
}

#[test]
fn a_builder_goes_on_from_a_config() {
    let config = config();
    let closure = |builder: Builder| builder.allow_origin_if(|origin| origin.host() == "b.test");
    let built = closure(Builder::from(config.clone())).build().unwrap();
    assert_eq!(built.config(), config);
    for origin in [ORIGIN, "http://b.test"] {
        let request = Request::get("https://api.test/").header("origin", origin);
        let request = request.body(()).unwrap();
        assert_eq!(built.decide(&request), Decision::Simple, "{origin}");
    }
}

#[test]
fn a_config_of_origins_holds_them_and_no_more() {
    let entries = vec![OriginEntry::from("https://a.test"), OriginEntry::from("https://*.b.test")];
    let config = set!(Config::default(), allow_origins = entries);
    assert_eq!(Config::new(["https://a.test", "https://*.b.test"]), config);
}

#[cfg(feature = "regex")]
#[test]
fn a_regex_is_added_to_what_is_there() {
    let built = Policy::builder()
        .allow_origins([ORIGIN])
        .allow_origin_regex(r"https://[a-z]+\.b\.test")
        .build()
        .unwrap();
    assert_eq!(
        built.config().allow_origins,
        [OriginEntry::from(ORIGIN), OriginEntry::regex(r"https://[a-z]+\.b\.test")]
    );
}

#[test]
fn grpc_web_adds_the_headers_that_are_not_there() {
    let built = Policy::builder()
        .allow_origins([ORIGIN])
        .allow_headers(["authorization", "X-Grpc-Web"])
        .expose_headers(["etag", "grpc-message"])
        .grpc_web()
        .grpc_web()
        .build()
        .unwrap();
    assert!(built.warnings().is_empty(), "{:?}", built.warnings());
    let Config { allow_headers, expose_headers, allow_methods, .. } = built.config();
    let headers = ["authorization", "X-Grpc-Web", "content-type", "x-user-agent", "grpc-timeout"];
    assert_eq!(allow_headers, headers);
    assert_eq!(expose_headers, ["etag", "grpc-message", "grpc-status", "grpc-status-details-bin"]);
    assert_eq!(allow_methods, [""; 0]);
}

#[test]
fn grpc_web_leaves_lists_of_all_as_they_are() {
    let all = Policy::builder()
        .allow_origins([ORIGIN])
        .allow_headers(["*", "authorization"])
        .expose_headers(["*"])
        .grpc_web();
    let config = all.build().unwrap().config();
    assert_eq!(config.allow_headers, ["*", "authorization"]);
    assert_eq!(config.expose_headers, ["*"]);
}

/// Two policies are equal if all keys and checks are.
#[test]
fn policies_are_told_apart_by_every_key() {
    let base = || Policy::builder().allow_origins(["https://a.test", "https://b.test"]);
    let one_more = base().allow_origins(["https://a.test"]);
    let forbid = DisallowedOrigin::Forbid;
    let null = set!(Danger::default(), allow_null_origin = true);
    let check = |builder: Builder| builder.allow_origin_if(|_| false);
    let builders = [
        base(),
        one_more,
        base().allow_origins(["https://b.test", "https://a.test"]),
        base().allow_origins(["*"]),
        base().allow_methods(["PUT"]),
        base().allow_headers(["x-a"]),
        base().expose_headers(["x-a"]),
        base().allow_credentials(true),
        base().max_age(Duration::from_secs(1)),
        base().allow_private_network(true),
        base().preflight_status(200),
        base().preflight_continue(true),
        base().disallowed_origin(forbid),
        base().own_hosts(["a.test"]),
        base().own_hosts(["a.test:*"]),
        base().refused_preflight(RefusedPreflight::Conceal),
        base().danger(|set| *set = null),
        base().ask(),
        base().ask_reading([AUTHORIZATION]),
        check(base()),
        check(base()),
        base().allow_origin_if_reading([AUTHORIZATION], |_, _| false),
    ];
    #[cfg(feature = "regex")]
    let builders = builders.into_iter().chain(
        ["a", "b"]
            .map(|host| base().allow_origins([OriginEntry::regex(format!("https://{host}"))])),
    );
    let policies: Vec<Policy> =
        builders.into_iter().map(|builder| builder.build().unwrap()).collect();
    for (left, policy) in policies.iter().enumerate() {
        for (right, other) in policies.iter().enumerate() {
            assert_eq!(left == right, *policy == other.clone(), "{policy:?} and {other:?}");
        }
    }
}

/// The first things that people write compile.
#[test]
fn what_people_write_first() -> Result<(), Box<dyn Error>> {
    let slice: &[&str] = &["https://a.test"];
    let policy = Policy::for_origins(slice)
        .allow_origin(Cow::from("https://b.test"))
        .allow_origin(String::from("https://c.test"))
        .build()?;
    let origin = Origin::parse(b"https://b.test")?;
    assert!(policy.allows(origin) && policy.allows("https://c.test") && !policy.allows(b"null"));

    let config = policy.config();
    assert_eq!(Policy::try_from(&config)?, policy);
    let text = "allow_origins = [\"https://a.test\", \"https://b.test\", \"https://c.test\"]\n";
    assert_eq!(Policy::try_from(config)?.to_string(), text);

    let errors = Policy::for_origins(["https://a.test/", "x"]).build().unwrap_err();
    for error in &errors {
        assert_eq!(error.key(), "allow_origins");
    }
    assert_eq!(errors.into_iter().count(), 2);
    Ok(())
}

/// The plural replaces, the singular adds.
#[test]
fn one_origin_more() -> Result<(), Box<dyn Error>> {
    let builder = Policy::for_origins("https://a.test").allow_origin("https://b.test");
    assert_eq!(builder.clone().build()?.config().allow_origins.len(), 2);
    let replaced = builder.allow_origins("https://c.test").build()?;
    assert!(replaced.allows("https://c.test") && !replaced.allows("https://a.test"));
    Ok(())
}

/// What `allows` says is what a request from that origin gets.
#[test]
fn allows_is_the_decision() {
    let policies = [
        Policy::public(),
        Policy::for_origins("https://a.test").build().unwrap(),
        Policy::for_origins("https://*.a.test")
            .disallowed_origin(DisallowedOrigin::Forbid)
            .build()
            .unwrap(),
        Policy::builder().allow_origin_if(|origin| origin.port() == Some(81)).build().unwrap(),
        Policy::for_origins("https://a.test").ask().build().unwrap(),
    ];
    for policy in policies {
        for origin in ["https://a.test", "https://b.a.test", "http://x.test:81", "null", "", "é"] {
            let request = Request::get("/").header("origin", origin).body(()).unwrap();
            let allowed = policy.decide(&request) == Decision::Simple;
            assert_eq!(policy.allows(origin), allowed, "{policy}: {origin}");
        }
    }
}

/// The names that a check reads are judged with everything else.
#[test]
fn names_that_a_check_reads() {
    let says = |builder: Builder| builder.build().unwrap_err().to_string();
    let both = Policy::for_origins("https://a.test/")
        .allow_origin_if_reading(["x-a", "x b", "*"], |_, _| true)
        .ask_reading("é");
    assert_eq!(
        says(both)
            .lines()
            .map(|line| line.split(':').next().unwrap().to_owned())
            .collect::<Vec<_>>(),
        [
            r#"allow_origins = "https"#,
            r#"allow_origin_if_reading[1] = "x b""#,
            r#"allow_origin_if_reading[2] = "*""#,
            r#"ask_reading = "é""#,
        ]
    );
    // What is set later replaces what was set before, errors too.
    let mended = Policy::builder().ask_reading("x y").ask_reading(["x-y", "X-Y"]).build();
    assert_eq!(mended.unwrap(), Policy::builder().ask_reading("x-y").build().unwrap());
    let many = Policy::builder().ask_reading(vec!["x y"; 3000]).build().unwrap_err();
    assert_eq!((many.count(), many.errors().len()), (3000, 1000));
}

/// A config that no policy has does not print as one that a policy has.
#[test]
fn a_fraction_of_a_second_stays_one() {
    let config = set!(Config::new("*"), max_age = Some(Duration::from_millis(1500)));
    assert_eq!(config.to_string(), "allow_origins = [\"*\"]\nmax_age = 1.5\n");
}

/// A key is printed if it is set, even to its default.
#[test]
fn a_policy_prints_the_keys_that_are_set() {
    let policy = Policy::for_origins("https://a.test").preflight_status(204).build().unwrap();
    let text = "allow_origins = [\"https://a.test\"]\npreflight_status = 204\n";
    assert_eq!(policy.to_string(), text);
}

#[test]
fn a_closure_sees_no_headers_if_only_the_origin_is_known() {
    let policy = Policy::builder()
        .allow_origin_if_reading("x-tenant", |_, headers| headers.get("x-tenant").is_none())
        .build()
        .unwrap();
    assert!(policy.allows("https://a.test"));
}
