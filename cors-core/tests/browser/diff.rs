//! `Policy::diff`: the differences of pairs of policies, without false or missing ones.

use crate::cases::cases;
use cors_core::browser::{Browser, CredentialsMode, Fetch, Mode, Verdict, serve};
use cors_core::diff::{Beside, Diff, Difference, Witness};
use cors_core::{Config, Danger, DisallowedOrigin, OriginEntry, Policy, RefusedPreflight};
use http::{HeaderValue, Response};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use std::time::Duration;

/// Every danger key set.
fn danger() -> Danger {
    set!(
        Danger::default(),
        allow_insecure_origins = true,
        allow_public_suffix_subdomains = true,
        allow_unbounded_regex = true,
        allow_null_origin = true,
        reflect_any_origin = true
    )
}

/// Text between slashes is a regular expression.
fn entry(text: &str) -> OriginEntry {
    match text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        Some(regex) => OriginEntry::regex(regex),
        None => text.into(),
    }
}

fn config(origins: &[&str]) -> Config {
    set!(Config::new(origins.iter().map(|text| entry(text))), danger = danger())
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn policy(config: &Config) -> Policy {
    Policy::new(config).unwrap_or_else(|errors| panic!("{errors}"))
}

fn diff(older: &Config, newer: &Config) -> Diff {
    policy(older).diff(&policy(newer))
}

#[test]
fn origins() {
    let rows: &[(&[&str], &[&str], &[&str])] = &[
        (&["https://a.test"], &["https://a.test"], &[]),
        (&["https://a.test", "https://b.test"], &["https://b.test", "https://a.test"], &[]),
        (
            &["https://a.test"],
            &["https://b.test"],
            &[
                r#"+ allow_origins "https://b.test": fetch("https://api.example/") from https://b.test"#,
                r#"- allow_origins "https://a.test": fetch("https://api.example/") from https://a.test"#,
            ],
        ),
        (
            &["https://x.a.test", "https://b.a.test"],
            &["https://*.a.test"],
            &[
                r#"+ allow_origins "https://*.a.test": fetch("https://api.example/") from https://x1.a.test"#,
            ],
        ),
        (
            &["https://*.a.test"],
            &["https://*.a.test", "https://*.b.a.test", "https://x.a.test"],
            &[],
        ),
        (
            &["http://localhost:*"],
            &["http://localhost", "http://localhost:8080"],
            &[
                r#"- allow_origins "http://localhost:*": fetch("https://api.example/") from http://localhost:8081"#,
            ],
        ),
        (
            &["https://*.a.test", "https://b.a.test:*"],
            &["https://*.a.test:*"],
            &[
                r#"+ allow_origins "https://*.a.test:*": fetch("https://api.example/") from https://x.a.test:8080"#,
            ],
        ),
        (
            &["https://*.example"],
            &["*"],
            &[r#"+ allow_origins "*": fetch("https://api.example/") from https://x"#],
        ),
        (
            &["https://a.test", "null"],
            &["https://a.test"],
            &[r#"- allow_origins "null": fetch("https://api.example/") from null"#],
        ),
        (
            &["https://api.example"],
            &["https://a.test"],
            &[
                r#"+ allow_origins "https://a.test": fetch("https://api.example/") from https://a.test"#,
                r#"- allow_origins "https://api.example": fetch("https://api.test/") from https://api.example"#,
            ],
        ),
    ];
    for (older, newer, wanted) in rows {
        let found = diff(&config(older), &config(newer));
        assert_eq!(found.to_string(), wanted.join("\n"), "{older:?} {newer:?}");
        assert_eq!(found.is_empty(), wanted.is_empty());
    }
}

#[cfg(feature = "regex")]
#[test]
fn regexes() {
    let rows: &[(&[&str], &[&str], &[&str])] = &[
        (&[r"/https://.*\.a\.test/"], &[r"/https://.*\.a\.test/"], &[]),
        // Equal, but written differently.
        (&[r"/https://(a|b)\.test/"], &["https://a.test", "https://b.test"], &[]),
        (&[r"/https://[ab]\.test/"], &[r"/https://(a|b)\.test/"], &[]),
        (&[r"/http://localhost(:[0-9]{1,5})?/"], &["http://localhost:*"], &[]),
        (&[r"/https://([^.]+\.)+a\.test/"], &["https://*.a.test"], &[]),
        (&["*"], &["/.*/", "null"], &[]),
        (
            &["https://*.a.test"],
            &[r"/https://pr-[0-9]+\.a\.test/"],
            &[
                r#"- allow_origins "https://*.a.test": fetch("https://api.example/") from https://x.a.test"#,
            ],
        ),
        (
            &["https://*.a.test"],
            &[r"/https://[a-z]+\.a\.test/"],
            &[
                r#"- allow_origins "https://*.a.test": fetch("https://api.example/") from https://0.a.test"#,
            ],
        ),
        (
            &["https://*.a.test"],
            &[r"/https://.*\.a\.test/"],
            &[
                r#"+ allow_origins { regex = "https://.*\\.a\\.test" }: fetch("https://api.example/") from https://.a.test"#,
            ],
        ),
        (
            &[r"/https://app\.a\.test/"],
            &[r"/https://app.a\.test/"],
            &[
                r#"+ allow_origins { regex = "https://app.a\\.test" }: fetch("https://api.example/") from https://appxa.test"#,
            ],
        ),
        (&["*"], &["/.*/"], &[r#"- allow_origins "*": fetch("https://api.example/") from null"#]),
        (
            &["*"],
            &["/https://.*/", "null"],
            &[r#"- allow_origins "*": fetch("https://api.example/") from x://x"#],
        ),
    ];
    for (older, newer, wanted) in rows {
        let found = diff(&config(older), &config(newer));
        assert_eq!(found.to_string(), wanted.join("\n"), "{older:?} {newer:?}");
    }

    // At most sixty-four are compared one by one.
    let listed = |count: u32| {
        let origins: Vec<_> = (10..10 + count).map(|n| format!("https://a{n}.test")).collect();
        config(&origins.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let [few, many] =
        [config(&[r"/https://a[1-6][0-9]\.test/"]), config(&[r"/https://a[1-9][0-9]\.test/"])];
    assert_eq!(diff(&listed(60), &few), Diff::default());
    assert_eq!(
        diff(&listed(90), &many).to_string(),
        r#"+ allow_origins { regex = "https://a[1-9][0-9]\\.test" }: not known: no fetch was found that shows a difference"#
    );
}

/// A separate entry for every port.
#[test]
fn ports_enumerated() {
    let any = config(&["http://a.test:*"]);
    let all = |but: Option<u16>| {
        let ports = (0..=u16::MAX).filter(|port| *port != 80 && Some(*port) != but);
        let origins = ports.map(|port| format!("http://a.test:{port}"));
        let all = Config::new(origins.chain(["http://a.test".to_owned()]));
        set!(all, danger = danger())
    };
    assert_eq!(diff(&any, &all(None)), Diff::default());
    assert_eq!(
        diff(&any, &all(Some(443))).to_string(),
        r#"- allow_origins "http://a.test:*": fetch("https://api.example/") from http://a.test:443"#
    );
}

/// A label longer than `x` does not fit into an origin here.
#[test]
fn longest_pattern() {
    let long = format!("https://*.{}", "a".repeat(502));
    let star = config(&[&long]);
    let x = config(&[&long.replace('*', "x")]);
    assert!(diff(&star, &star).is_empty());
    assert!(!diff(&x, &star).is_empty());
}

#[test]
fn the_other_keys() {
    let app = || config(&["https://app.test"]);
    let methods = |names: &[&str]| set!(app(), allow_methods = texts(names));
    let headers = |names: &[&str]| set!(app(), allow_headers = texts(names));
    let exposed = |names: &[&str]| set!(app(), expose_headers = texts(names));
    let rows: Vec<(Config, Config, &[&str])> = vec![
        (
            methods(&["PUT", "GET"]),
            methods(&["PATCH", "PUT"]),
            &[
                r#"+ allow_methods "PATCH": fetch("https://api.example/", { method: "PATCH" }) from https://app.test"#,
            ],
        ),
        (
            methods(&["PUT", "X-WITNESS"]),
            methods(&["*"]),
            &[
                r#"+ allow_methods "*": fetch("https://api.example/", { method: "X-WITNESS1" }) from https://app.test"#,
            ],
        ),
        (
            headers(&["Content-Type", "range", "X-A"]),
            headers(&["x-a", "accept"]),
            &[
                r#"+ allow_headers "accept": fetch("https://api.example/", { headers: { "accept": "\"" } }) from https://app.test"#,
                r#"- allow_headers "Content-Type": fetch("https://api.example/", { headers: { "Content-Type": "application/json" } }) from https://app.test"#,
                r#"- allow_headers "range": fetch("https://api.example/", { headers: { "range": "bytes=-1" } }) from https://app.test"#,
            ],
        ),
        (
            headers(&["*"]),
            headers(&["*", "authorization"]),
            &[
                r#"+ allow_headers "authorization": fetch("https://api.example/", { headers: { "authorization": "1" } }) from https://app.test"#,
            ],
        ),
        (
            headers(&["*"]),
            headers(&["authorization"]),
            &[
                r#"+ allow_headers "authorization": fetch("https://api.example/", { headers: { "authorization": "1" } }) from https://app.test"#,
                r#"- allow_headers "*": fetch("https://api.example/", { headers: { "x-witness": "1" } }) from https://app.test"#,
            ],
        ),
        (
            exposed(&["x-a", "x-b"]),
            exposed(&["X-A", "etag", "expires"]),
            &[
                r#"+ expose_headers "etag": fetch("https://api.example/") from https://app.test sees etag"#,
                r#"- expose_headers "x-b": fetch("https://api.example/") from https://app.test sees x-b"#,
            ],
        ),
        (
            exposed(&["x-a"]),
            exposed(&["*"]),
            &[
                r#"+ expose_headers "*": fetch("https://api.example/") from https://app.test sees x-witness"#,
            ],
        ),
        (
            app(),
            set!(app(), allow_credentials = true),
            &[
                r#"+ allow_credentials true: fetch("https://api.example/", { credentials: "include" }) from https://app.test"#,
            ],
        ),
        // Policies write some headers on every response, and some on none.
        (exposed(&["access-control-max-age"]), app(), &[]),
        (
            exposed(&["access-control-allow-origin"]),
            app(),
            &[
                r#"- expose_headers "access-control-allow-origin": fetch("https://api.example/") from https://app.test sees access-control-allow-origin"#,
            ],
        ),
        // Too long for any preflight.
        (headers(&[&"x".repeat(4097)]), app(), &[]),
        // A page that both allow shows it best.
        (
            app(),
            set!(config(&["https://a.test", "https://app.test"]), allow_methods = texts(&["PUT"])),
            &[
                r#"+ allow_origins "https://a.test": fetch("https://api.example/") from https://a.test"#,
                r#"+ allow_methods "PUT": fetch("https://api.example/", { method: "PUT" }) from https://app.test"#,
            ],
        ),
        // Both allow no common origin.
        (
            config(&["https://a.test"]),
            methods(&["PUT"]),
            &[
                r#"+ allow_origins "https://app.test": fetch("https://api.example/") from https://app.test"#,
                r#"+ allow_methods "PUT": fetch("https://api.example/", { method: "PUT" }) from https://app.test"#,
                r#"- allow_origins "https://a.test": fetch("https://api.example/") from https://a.test"#,
            ],
        ),
        // Reflection allows `null` only with its own key.
        (
            set!(config(&["*"]), allow_credentials = true),
            set!(
                config(&["*"]),
                allow_credentials = true,
                danger = set!(danger(), allow_null_origin = false)
            ),
            &[r#"- danger.allow_null_origin true: fetch("https://api.example/") from null"#],
        ),
        // None of these keys affects what a script may read.
        (
            app(),
            set!(
                app(),
                max_age = Some(Duration::from_secs(5)),
                allow_private_network = true,
                preflight_continue = true,
                disallowed_origin = DisallowedOrigin::Forbid,
                own_hosts = Some(vec!["a.test".into()]),
                refused_preflight = RefusedPreflight::Conceal,
                danger = Danger::default()
            ),
            &[
                "~ max_age none -> 5: how long browsers keep a preflight's answer",
                "~ allow_private_network false -> true: the answer to browsers that ask before they access a private network",
                "~ preflight_continue false -> true: whether the handler sees the preflights that are allowed",
                "~ disallowed_origin \"forward\" -> \"forbid\": whether requests from other origins, such as a form's, are refused or reach the handler",
                "~ own_hosts none -> [\"a.test\"]: the hosts that the server answers for",
                "~ refused_preflight \"explain\" -> \"conceal\": whether the answer to a refused preflight shows what is allowed",
                "~ danger.allow_insecure_origins true -> false: whether http: origins may have credentials",
                "~ danger.allow_public_suffix_subdomains true -> false: whether all subdomains of a public suffix may have credentials",
                "~ danger.allow_unbounded_regex true -> false: whether an unbounded regular expression may have credentials",
                "~ danger.allow_null_origin true -> false: whether the origin null may be allowed",
                "~ danger.reflect_any_origin true -> false: whether \"*\" may have credentials",
            ],
        ),
        (
            app(),
            set!(app(), preflight_status = Some(200)),
            &["~ preflight_status 204 -> 200: the status of a preflight's answer"],
        ),
        // The explicit default.
        (app(), set!(app(), preflight_status = Some(204)), &[]),
    ];
    for (older, newer, wanted) in rows {
        let found = diff(&older, &newer);
        assert_eq!(found.to_string(), wanted.join("\n"), "{older:?} {newer:?}");
    }
}

/// A diff reports a change of any key: as a difference, or in `besides`.
#[test]
fn every_key_is_reported() {
    type Change = fn(&mut Config);
    let changes: [(&str, Change); 17] = [
        ("allow_origins", |config| config.allow_origins.push("https://b.test".into())),
        ("allow_methods", |config| config.allow_methods.push("PUT".into())),
        ("allow_headers", |config| config.allow_headers.push("x-a".into())),
        ("expose_headers", |config| config.expose_headers.push("x-a".into())),
        ("allow_credentials", |config| config.allow_credentials = true),
        ("max_age", |config| config.max_age = Some(Duration::from_secs(600))),
        ("allow_private_network", |config| config.allow_private_network = true),
        ("preflight_status", |config| config.preflight_status = Some(200)),
        ("preflight_continue", |config| config.preflight_continue = true),
        ("disallowed_origin", |config| config.disallowed_origin = DisallowedOrigin::Forbid),
        ("own_hosts", |config| config.own_hosts = Some(vec!["a.test".into()])),
        ("refused_preflight", |config| config.refused_preflight = RefusedPreflight::Conceal),
        ("danger.allow_insecure_origins", |config| config.danger.allow_insecure_origins = true),
        ("danger.allow_public_suffix_subdomains", |config| {
            config.danger.allow_public_suffix_subdomains = true;
        }),
        ("danger.allow_unbounded_regex", |config| config.danger.allow_unbounded_regex = true),
        ("danger.allow_null_origin", |config| config.danger.allow_null_origin = true),
        ("danger.reflect_any_origin", |config| config.danger.reflect_any_origin = true),
    ];
    let before = Config::new(["https://a.test"]);
    for (key, change) in changes {
        let mut after = before.clone();
        change(&mut after);
        for (older, newer) in [(&before, &after), (&after, &before)] {
            let Diff { allows, no_longer, besides } = diff(older, newer);
            let readable = allows.iter().chain(&no_longer).map(|difference| difference.key);
            let told: Vec<_> = readable.chain(besides.iter().map(|beside| beside.key)).collect();
            assert_eq!(told, [key]);
        }
    }
}

#[test]
fn closures_are_taken_at_their_word() {
    let with = |host: &'static str| {
        Policy::builder().allow_origin_if(move |origin| origin.host().ends_with(host))
    };
    let older = with(".test").build().unwrap();
    let newer =
        Policy::builder().allow_origins(["https://*.test", "https://a.dev"]).build().unwrap();
    assert_eq!(
        older.diff(&newer).to_string(),
        r#"+ allow_origins "https://a.dev": fetch("https://api.example/") from https://a.dev"#
    );
    // The origins that it allows are unknown, so there is no witness.
    let put = with(".corp.test").allow_methods(["PUT"]).build().unwrap();
    let found = with(".corp.test").build().unwrap().diff(&put);
    assert_eq!(
        found.to_string(),
        r#"+ allow_methods "PUT": not known: no fetch was found that shows a difference"#
    );
    assert!(!found.is_empty());
    // Neither allows `null`, and both allow an insecure origin.
    let all = Policy::builder()
        .allow_origin_if(|_| true)
        .danger(|set| *set = set!(danger(), allow_null_origin = false, reflect_any_origin = false));
    let reflects = Policy::builder()
        .allow_origins(["*"])
        .danger(|set| *set = set!(danger(), allow_null_origin = false));
    let [all, reflects] = [all, reflects].map(|b| b.allow_credentials(true).build().unwrap());
    assert!(all.diff(&reflects).is_empty());
}

/// A closure's answer for an origin that contains `*` counts only for that origin.
#[cfg(feature = "regex")]
#[test]
fn a_star_in_an_origin_stands_for_itself() {
    let star = Policy::builder().danger(|set| *set = danger());
    let star = star.allow_origin_if(|origin| origin.as_str() == "https://*.test");
    let stars = config(&[r"/https://\*{1,2}\.test/"]);
    assert_eq!(
        star.build().unwrap().diff(&policy(&stars)).to_string(),
        r#"+ allow_origins { regex = "https://\\*{1,2}\\.test" }: fetch("https://api.example/") from https://**.test"#
    );
}

/// The cost of all entries together is limited. Beyond the limit, it is not known what they add.
#[cfg(feature = "regex")]
#[test]
fn many_entries_against_regexes() {
    let any = config(&["/https://.*/", "/https://.*a.{8}/"]);
    let wild = Config::new((0..200).map(|n| format!("https://*.a{n}.test")));
    let found = diff(&any, &wild);
    assert!(found.allows.iter().all(|difference| difference.witness.is_none()));
    let known = 200 - found.allows.len();
    assert!((20..160).contains(&known), "{known}");
    assert_eq!(found.allows[0].value, format!("\"https://*.a{known}.test\""));
}

const ORIGINS: &[&str] = &[
    "https://a.test",
    "https://x.a.test",
    "https://b.a.test",
    "https://a.test:81",
    "https://x.a.test:81",
    "https://*.a.test",
    "https://*.test",
    "https://*.a.test:81",
    "https://*.a.test:*",
    "https://a.test:*",
    "http://localhost:*",
    "http://localhost:8080",
    "http://[::1]:*",
    "null",
    #[cfg(feature = "regex")]
    r"/https://[a-z]+\.a\.test/",
    #[cfg(feature = "regex")]
    r"/https://(x|b)\.a\.test/",
    #[cfg(feature = "regex")]
    r"/https?://(.*\.)?a\.test(:[0-9]+)?/",
    #[cfg(feature = "regex")]
    r"/http://(localhost|\[::1\])(:[0-9]{1,5})?/",
];

const PAGES: &[&str] = &[
    "https://a.test",
    "http://a.test",
    "https://x.a.test",
    "https://b.a.test",
    "https://y.b.a.test",
    "https://0.a.test",
    "https://.a.test",
    "https://a.test:81",
    "https://a.test:8081",
    "https://x.a.test:81",
    "https://y.a.test:81",
    "https://y.a.test:82",
    "https://b.test",
    "https://evil.example",
    "http://localhost",
    "http://localhost:8080",
    "http://localhost:3000",
    "http://[::1]:81",
    "null",
];

const METHODS: &[&str] = &["GET", "PUT", "PATCH", "X-WITNESS"];
const HEADERS: &[&str] = &["x-a", "authorization", "content-type", "x-witness"];

fn names(all: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let some = subsequence(all, 0..=all.len()).prop_map(|names| texts(&names));
    prop_oneof![
        4 => some,
        1 => Just(texts(&["*"])),
        1 => Just(texts(&["*", "authorization"])),
    ]
}

fn configs() -> impl Strategy<Value = Config> {
    let origins = prop_oneof![
        6 => subsequence(ORIGINS, 1..=4).prop_map(|list| config(&list)),
        1 => Just(config(&["*"])),
    ];
    (origins, names(METHODS), names(HEADERS), names(HEADERS), any::<[bool; 5]>()).prop_map(
        |(
            config,
            methods,
            allow_headers,
            exposed,
            [credentials, forbid, conceal, goes_on, null],
        )| {
            let star = config.allow_origins == [OriginEntry::from("*")];
            let listed = config.allow_origins.contains(&OriginEntry::from("null"));
            set!(
                config,
                allow_methods =
                    methods.into_iter().filter(|name| name != "authorization").collect(),
                allow_headers = allow_headers, // `*` is not exposed with credentials.
                expose_headers = exposed.into_iter().filter(|n| !credentials || n != "*").collect(),
                allow_credentials = credentials,
                disallowed_origin = match forbid && !star {
                    true => DisallowedOrigin::Forbid,
                    false => DisallowedOrigin::Forward,
                },
                refused_preflight = match conceal {
                    true => RefusedPreflight::Conceal,
                    false => RefusedPreflight::Explain,
                },
                preflight_continue = goes_on,
                danger = set!(danger(), allow_null_origin = null || listed)
            )
        },
    )
}

/// Two configs with much in common: the second takes some keys from a third.
fn pairs() -> impl Strategy<Value = (Config, Config)> {
    (configs(), configs(), any::<[bool; 5]>()).prop_map(|(one, other, takes)| {
        let [origins, methods, headers, expose, rest] = takes;
        let mut two = one.clone();
        if origins {
            two.allow_origins = other.allow_origins;
        }
        if methods {
            two.allow_methods = other.allow_methods;
        }
        if headers {
            two.allow_headers = other.allow_headers;
        }
        if expose {
            two.expose_headers = other.expose_headers;
        }
        if rest {
            two.allow_credentials = other.allow_credentials;
            two.refused_preflight = other.refused_preflight;
            two.preflight_continue = other.preflight_continue;
        }
        two.danger = danger();
        if two.allow_credentials {
            two.expose_headers.retain(|name| name != "*");
        }
        if two.allow_origins == [OriginEntry::from("*")] {
            two.disallowed_origin = DisallowedOrigin::Forward;
        }
        (one, two)
    })
}

fn fetches() -> impl Strategy<Value = Fetch> {
    let modes = select(vec![Mode::Cors, Mode::Cors, Mode::Cors, Mode::NoCors, Mode::SameOrigin]);
    let headers = subsequence(HEADERS, 0..=2);
    (
        select(PAGES),
        select(METHODS),
        headers,
        select(&CredentialsMode::ALL[..]),
        modes,
        any::<bool>(),
    )
        .prop_map(|(page, method, headers, credentials, mode, listens)| {
            let fetch = Fetch::new(page, "https://api.example/").method(method).mode(mode);
            let fetch = fetch.credentials(credentials).upload_listener(listens);
            headers.into_iter().fold(fetch, |fetch, name| fetch.header(name, "application/json"))
        })
}

/// What a script sees of a response with these headers.
fn verdict(policy: &Policy, fetch: &Fetch, headers: &[&str]) -> Verdict {
    let ended = Browser::new().fetch(fetch, Duration::ZERO, |request| {
        serve(policy, request, |_| {
            let mut response = Response::new(());
            for name in headers {
                let name = name.parse::<http::HeaderName>().unwrap();
                response.headers_mut().insert(name, HeaderValue::from_static("1"));
            }
            response
        })
    });
    ended.verdict
}

fn shows(policy: &Policy, Witness { fetch, sees }: &Witness) -> bool {
    let name = sees.as_ref().map(|name| name.as_str());
    match verdict(policy, fetch, name.as_slice()) {
        Verdict::Readable(seen) => name.is_none_or(|name| seen.headers.contains_key(name)),
        _ => false,
    }
}

fn are_true(differences: &[Difference], has: &Policy, lacks: &Policy) -> Result<(), TestCaseError> {
    for difference in differences {
        // In this small world every difference has a witness.
        let witness = difference.witness.as_ref();
        prop_assert!(
            witness.is_some_and(|witness| shows(has, witness) && !shows(lacks, witness)),
            "{difference}"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn from_itself_nothing_differs(config in configs()) {
        prop_assert_eq!(diff(&config, &config), Diff::default());
    }

    #[test]
    fn turned_round_it_says_the_same((one, two) in pairs()) {
        let Diff { allows, no_longer, besides } = diff(&one, &two);
        let turn = |Beside { key, older, newer, means }| {
            Beside { key, older: newer, newer: older, means }
        };
        let besides = besides.into_iter().map(turn).collect();
        let turned = Diff { allows: no_longer, no_longer: allows, besides };
        prop_assert_eq!(diff(&two, &one), turned);
    }

    #[test]
    fn every_witness_is_true((one, two) in pairs()) {
        let found = diff(&one, &two);
        let (one, two) = (policy(&one), policy(&two));
        are_true(&found.allows, &two, &one)?;
        are_true(&found.no_longer, &one, &two)?;
    }

    /// Everything that only the newer policy gives a script is among the differences. So with an
    /// empty diff, no fetch ends differently.
    #[test]
    fn nothing_is_kept_silent((one, two) in pairs(), fetches in vec(fetches(), 64)) {
        let found = diff(&one, &two);
        let (one, two) = (policy(&one), policy(&two));
        for fetch in fetches {
            let [before, after] = [&one, &two].map(|policy| verdict(policy, &fetch, HEADERS));
            match (&before, &after) {
                (Verdict::Readable(before), Verdict::Readable(after)) => {
                    // If `*` is exposed, a script sees the policy's own `Vary`.
                    let more = |a: &http::HeaderMap, b: &http::HeaderMap| {
                        HEADERS.iter().any(|name| a.contains_key(*name) && !b.contains_key(*name))
                    };
                    let exposes = |list: &[Difference]| {
                        list.iter().any(|difference| difference.key == "expose_headers")
                    };
                    let (more_after, more_before) =
                        (more(&after.headers, &before.headers), more(&before.headers, &after.headers));
                    prop_assert!(!more_after || exposes(&found.allows), "{fetch}\n{found}");
                    prop_assert!(!more_before || exposes(&found.no_longer), "{fetch}\n{found}");
                }
                (_, Verdict::Readable(_)) => prop_assert!(!found.allows.is_empty(), "{fetch}"),
                (Verdict::Readable(_), _) => prop_assert!(!found.no_longer.is_empty(), "{fetch}"),
                _ => {}
            }
            if found.is_empty() {
                let kinds = [&before, &after].map(std::mem::discriminant);
                prop_assert_eq!(kinds[0], kinds[1], "{}", fetch);
            }
        }
    }

    /// An entry added to a list is either covered by it or a difference.
    #[test]
    fn origins_are_neither_missed_nor_made_up(
        one in configs(), added in select(ORIGINS), at in any::<Index>(),
    ) {
        prop_assume!(one.allow_origins != [OriginEntry::from("*")]);
        let one = set!(one, danger = danger(), allow_methods = vec![]);
        let mut two = one.clone();
        two.allow_origins.insert(at.index(one.allow_origins.len() + 1), entry(added));
        let found = diff(&one, &two);
        prop_assert!(found.no_longer.is_empty(), "{found}");
        let (one, two) = (policy(&one), policy(&two));
        are_true(&found.allows, &two, &one)?;
        for page in PAGES {
            let get = Witness { fetch: Fetch::new(*page, "https://api.example/"), sees: None };
            prop_assert!(shows(&one, &get) || !shows(&two, &get) || !found.is_empty(), "{page}");
        }
    }
}
