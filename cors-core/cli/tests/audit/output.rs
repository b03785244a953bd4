//! Text, JSON and SARIF.

use std::sync::LazyLock;

use cors_core::Policy;
use cors_core::browser::serve;
use jsonschema::Validator;
use serde_json::Value;

use super::*;

fn schema(text: &str) -> Validator {
    jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap()
}

static OURS: LazyLock<Validator> =
    LazyLock::new(|| schema(include_str!("../../schemas/audit.schema.json")));
/// That of OASIS, with a bracket escaped in a pattern that only JavaScript takes otherwise.
static SARIF: LazyLock<Validator> = LazyLock::new(|| {
    let text = include_str!("../data/sarif-2.1.0.schema.json");
    schema(&text.replace("{2}]?$", r"{2}\\]?$"))
});

/// Holds every output to its schema, and to no control characters.
pub(crate) fn check(audit: &Audit) {
    let (text, json, sarif) = (audit.to_text(), audit.to_json(), audit.to_sarif());
    for output in [&text, &json, &sarif] {
        let has_control = output.chars().any(|c| c.is_control() && c != '\n');
        assert!(!has_control, "{output:?}");
    }
    for (schema, output) in [(&*OURS, &json), (&*SARIF, &sarif)] {
        let value: Value = serde_json::from_str(output).unwrap();
        let faults: Vec<_> = schema.iter_errors(&value).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{faults:?}: {output}");
    }
    let json: Value = serde_json::from_str(&json).unwrap();
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(json["sent"], audit.sent);
    assert_eq!(json["readers"].as_array().unwrap().len(), audit.readers.len());
    assert_eq!(json["findings"].as_array().unwrap().len(), results.len());
    for (finding, result) in json["findings"].as_array().unwrap().iter().zip(results) {
        assert_eq!(finding["id"], result["ruleId"]);
        assert_eq!(finding["severity"], result["level"]);
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][index]["id"], finding["id"]);
        assert!(text.contains(finding["id"].as_str().unwrap()));
        assert!(finding["why"].as_str().unwrap().starts_with("fetch("));
    }
    let severities: Vec<_> = audit.findings.iter().map(|finding| finding.severity).collect();
    assert!(severities.is_sorted());
}

#[test]
fn who_can_read() {
    let twelve: Vec<_> = (0..12).map(|n| format!("https://a{n}.test")).collect();
    let names: Vec<_> = twelve.iter().map(String::as_str).collect();
    let [of_twelve, first] = [&names[..], &names[..10]]
        .map(|names| (format!("allow_origins = {names:?}"), names.join(", ")));
    for (text, allow, wanted) in [
        ("allow_origins = 'https://app.example.com'", &[APP][..], APP),
        (
            "allow_origins = 'https://app.example.com'\nallow_credentials = true",
            &[APP],
            "https://app.example.com with credentials",
        ),
        // The server names it.
        ("allow_origins = 'https://b.test'", &[], "https://b.test"),
        ("allow_origins = ['https://b.test', 'https://c.test']", &[], "no origin that was tried"),
        ("allow_origins = '*'", &[APP], "any origin"),
        (&of_twelve.0, &names, &format!("{}, 2 more", first.1)),
    ] {
        let policy = Policy::from_toml(text).unwrap();
        let found = run(&target(URL, allow), |request| serve(&policy, request, handler));
        let text = found.to_text();
        assert!(text.contains(&format!("Can read: {wanted}\n")), "{text}");
    }
}

#[test]
fn the_schema_names_every_id() {
    let schema: Value =
        serde_json::from_str(include_str!("../../schemas/audit.schema.json")).unwrap();
    let listed = &schema["properties"]["findings"]["items"]["properties"]["id"]["enum"];
    let ids: Vec<_> = Id::ALL.iter().map(|id| id.as_str()).collect();
    assert_eq!(*listed, serde_json::json!(ids));
}

/// The schemas are no formality.
#[test]
fn wrong_output_is_seen() {
    let found = run(&target(URL, &[APP]), handler);
    let change = |text: String, pointer: &str, to: Value| {
        let mut value: Value = serde_json::from_str(&text).unwrap();
        *value.pointer_mut(pointer).expect(pointer) = to;
        value
    };
    assert!(!OURS.is_valid(&change(found.to_json(), "/findings/0/id", "x".into())));
    assert!(!OURS.is_valid(&change(found.to_json(), "/sent", 65.into())));
    assert!(!SARIF.is_valid(&change(found.to_sarif(), "/runs/0/results/0/level", "bad".into())));
    assert!(!SARIF.is_valid(&change(found.to_sarif(), "/version", "2.0.0".into())));
}

/// What a server sends is data, in every place where it is shown.
#[test]
fn hostile_bytes() {
    let values: [&[u8]; 6] = [
        b"https://a\x80\xff\x1b[2J",
        "https://a\u{9b}2J, https://b\u{85}".as_bytes(),
        b"*, \xe2\x80\xae*",
        b"\"}],\"sent\":0",
        b"",
        b"\t",
    ];
    for value in values {
        let Ok(value) = HeaderValue::from_bytes(value).or_else(|_| {
            // A header value has no control characters but those above U+007E.
            let kept: Vec<u8> = value.iter().copied().filter(|byte| *byte >= b' ').collect();
            HeaderValue::from_bytes(&kept)
        }) else {
            continue;
        };
        for allow in [&[][..], &[APP]] {
            let found = run(&target(URL, allow), |request| {
                let mut response = match is_preflight(request) {
                    true => answer(302, &[]),
                    false => handler(request),
                };
                for name in [ALLOW, "access-control-allow-credentials", "vary", "location"] {
                    response.headers_mut().append(name, value.clone());
                }
                response
            });
            assert!(found.sent > 0);
        }
    }
    let found =
        audit(&target(URL, &[]), &mut |_| Err("\x1b]0;title\x07 \u{9b}".to_owned()), &mut |_| ());
    check(&found);
}
