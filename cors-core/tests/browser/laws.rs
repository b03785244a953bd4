//! Each law holds for a good policy, and names who can read and why for a bad one.

use cors_core::browser::{CredentialsMode, Fetch, Mode};
use cors_core::laws::{
    credentials_never_without_tls, no_origin_outside, not_readable, only_these_origins_can_read,
    readable,
};
use cors_core::{Builder, Danger, Policy};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn origins<const N: usize>(patterns: [&str; N]) -> Builder {
    Policy::builder().allow_origins(patterns)
}

fn policy<const N: usize>(patterns: [&str; N]) -> Policy {
    origins(patterns).build().unwrap()
}

/// The message of a law that does not hold.
fn broken(law: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(law)).expect_err("the law holds");
    *payload.downcast::<String>().unwrap()
}

#[test]
fn only_these_holds() {
    let patterns = ["https://app.example.com", "https://*.example.dev", "http://localhost:*"];
    only_these_origins_can_read(&policy(patterns), patterns);
    only_these_origins_can_read(&policy(["https://app.example.com"]), patterns);
    let wide = ["https://*.com:*", "http://localhost:*", "https://*.dev"];
    only_these_origins_can_read(&policy(patterns), wide);
    // A page may always read from its own origin.
    only_these_origins_can_read(&policy(["https://api.example"]), ["https://api.example"]);
    let asks = Policy::builder().ask().build().unwrap();
    only_these_origins_can_read(&asks, [""; 0]);
    let null = set!(Danger::default(), allow_null_origin = true);
    let null = origins(["null"]).danger(|set| *set = null).build().unwrap();
    only_these_origins_can_read(&null, ["null"]);
}

#[test]
fn only_these_breaks() {
    let star = origins(["*"]).build().unwrap();
    let reflects = set!(Danger::default(), reflect_any_origin = true);
    let reflects =
        origins(["*"]).allow_credentials(true).danger(|set| *set = reflects).build().unwrap();
    for (policy, patterns, says) in [
        (
            policy(["https://app.example.com", "https://*.example.com"]),
            &["https://app.example.com"][..],
            "only_these_origins_can_read: https://evil.example.com can read
  fetch(\"https://api.example/\") from https://evil.example.com
  because allow_origins has \"https://*.example.com\"",
        ),
        (
            policy(["https://*.example.com"]),
            &["https://evil.example.com", "https://evil1.example.com"],
            "only_these_origins_can_read: https://evil2.example.com can read
  fetch(\"https://api.example/\") from https://evil2.example.com
  because allow_origins has \"https://*.example.com\"",
        ),
        (
            policy(["https://*.a.example.com", "https://*.example.com:*"]),
            &["https://*.example.com", "https://a.test:3000"],
            "only_these_origins_can_read: https://evil.example.com:3001 can read
  fetch(\"https://api.example/\") from https://evil.example.com:3001
  because allow_origins has \"https://*.example.com:*\"",
        ),
        (
            policy(["https://x.example.com", "https://example.com"]),
            &["https://*.example.com"],
            "only_these_origins_can_read: https://example.com can read
  fetch(\"https://api.example/\") from https://example.com
  because allow_origins has \"https://example.com\"",
        ),
        (
            policy(["http://localhost:*"]),
            &["http://localhost:3000"],
            "only_these_origins_can_read: http://localhost can read
  fetch(\"https://api.example/\") from http://localhost
  because allow_origins has \"http://localhost:*\"",
        ),
        (
            policy(["https://api.example"]),
            &["http://api.example"],
            "only_these_origins_can_read: https://api.example can read
  fetch(\"https://other.example/\") from https://api.example
  because allow_origins has \"https://api.example\"",
        ),
        (
            star,
            &["https://app.example.com"],
            "only_these_origins_can_read: https://evil.example can read
  fetch(\"https://api.example/\") from https://evil.example
  because allow_origins has \"*\"",
        ),
        (
            reflects,
            &[],
            "only_these_origins_can_read: https://evil.example can read
  fetch(\"https://api.example/\") from https://evil.example
  because allow_origins has \"*\"",
        ),
    ] {
        assert_eq!(broken(|| only_these_origins_can_read(&policy, patterns)), says);
    }
}

#[test]
fn only_these_takes_patterns() {
    let policy = policy(["https://a.test"]);
    assert_eq!(
        broken(|| only_these_origins_can_read(&policy, ["https://a.test/"])),
        "only_these_origins_can_read: \"https://a.test/\" is not a pattern: \
         an origin ends with its host or port; write \"https://a.test\""
    );
    assert_eq!(
        broken(|| only_these_origins_can_read(&policy, ["*"])),
        "only_these_origins_can_read: \"*\" is not a pattern: an origin starts with its scheme; \
         write an origin such as \"https://app.example.com\""
    );
}

/// A law is about origins, whatever host the server is reached by.
#[test]
fn own_hosts_hide_no_origin() {
    let policy = origins(["https://evil.example"]).own_hosts("api.test").build().unwrap();
    let says = broken(|| no_origin_outside(&policy, ["example.com"]));
    assert!(says.starts_with("no_origin_outside: https://evil.example can read"), "{says}");
}

/// No page of an extension has a port.
#[test]
fn the_origins_of_all_extensions() {
    let policy = origins(["moz-extension://*"]).build().unwrap();
    only_these_origins_can_read(&policy, ["moz-extension://*"]);
    let says = broken(|| only_these_origins_can_read(&policy, ["chrome-extension://*"]));
    assert!(
        says.contains(" can read\n  fetch(\"https://api.example/\") from moz-extension://"),
        "{says}"
    );
}

#[test]
fn closures() {
    let ends = |end: &'static str| {
        let check = move |origin: cors_core::Origin<'_>| origin.host().ends_with(end);
        Policy::builder().allow_origin_if(check).build().unwrap()
    };
    only_these_origins_can_read(
        &ends(".example.com"),
        [
            "https://*.example.com:*",
            "http://*.example.com:*",
            "tauri://*.example.com:*",
            "capacitor://*.example.com:*",
            "chrome-extension://*.example.com:*",
            "app://*.example.com:*",
        ],
    );
    no_origin_outside(&ends(".example.com"), ["example.com"]);
    assert_eq!(
        broken(|| no_origin_outside(&ends("example.com"), ["example.com"])),
        "no_origin_outside: https://evilexample.com can read
  fetch(\"https://api.example/\") from https://evilexample.com"
    );
    // Not near any pattern: found among random origins, and shrunk.
    let odd = Policy::builder().allow_origin_if(|origin| origin.host().starts_with("www."));
    assert_eq!(
        broken(|| no_origin_outside(&odd.build().unwrap(), ["example.com"])),
        "no_origin_outside: https://www.com can read
  fetch(\"https://api.example/\") from https://www.com"
    );
    let panics = Policy::builder().allow_origin_if(|origin| match origin.scheme() {
        "tauri" => panic!("unexpected origin {origin}"),
        _ => false,
    });
    assert_eq!(
        broken(|| no_origin_outside(&panics.build().unwrap(), ["example.com"])),
        "unexpected origin tauri://localhost"
    );
}

#[cfg(feature = "regex")]
#[test]
fn regexes() {
    use cors_core::OriginEntry;

    let regex = |text: &str| {
        let entry = OriginEntry::regex(text);
        Policy::builder().allow_origins([entry]).build().unwrap()
    };
    let bounded = regex(r"https://(www|app)\.example\.com(:8443)?");
    no_origin_outside(&bounded, ["example.com"]);
    assert_eq!(
        broken(|| only_these_origins_can_read(&bounded, ["https://www.example.com"])),
        "only_these_origins_can_read: https://app.example.com can read
  fetch(\"https://api.example/\") from https://app.example.com
  because allow_origins has { regex = \"https://(www|app)\\\\.example\\\\.com(:8443)?\" }"
    );
    let either = regex(r"https://(www|app)\.example\.com");
    assert_eq!(
        broken(|| only_these_origins_can_read(&either, ["https://www.example.com"])),
        "only_these_origins_can_read: https://app.example.com can read
  fetch(\"https://api.example/\") from https://app.example.com
  because allow_origins has { regex = \"https://(www|app)\\\\.example\\\\.com\" }"
    );
    assert_eq!(
        broken(|| no_origin_outside(&regex(r"https://.*example\.com"), ["example.com"])),
        "no_origin_outside: https://evilexample.com can read
  fetch(\"https://api.example/\") from https://evilexample.com
  because allow_origins has { regex = \"https://.*example\\\\.com\" }"
    );
}

/// The law finds the one word that it does not allow, however many an expression has.
#[cfg(feature = "regex")]
#[test]
fn one_word_of_many() {
    use cors_core::OriginEntry;
    let names: Vec<String> = (0..600).map(|index| format!("n{index}w")).collect();
    let listed: Vec<String> =
        names.iter().map(|name| format!("https://{name}.example.com")).collect();
    let regex = |names: &str| {
        let entry = OriginEntry::regex(format!(r"https://({names})\.example\.com"));
        Policy::builder().allow_origins([entry]).build().unwrap()
    };
    only_these_origins_can_read(&regex(&names.join("|")), &listed);
    let says = broken(|| {
        only_these_origins_can_read(&regex(&format!("{}|zebra", names.join("|"))), &listed);
    });
    assert!(says.starts_with("only_these_origins_can_read: https://zebra.example.com can read"));
}

#[test]
fn a_misspelt_fetch_is_told() {
    let policy = policy(["https://a.test"]);
    for (fetch, says) in [
        (
            Fetch::new("a.test", "https://api.example/"),
            "\"a.test\" is not the origin of a page; write it like https://app.example.com",
        ),
        (
            Fetch::new("https://b.test", "api.example/item"),
            "\"api.example/item\" is relative to the page; write an absolute URL",
        ),
    ] {
        assert_eq!(broken(|| readable(&policy, &fetch)), format!("readable: {says}"));
        assert_eq!(broken(|| not_readable(&policy, &fetch)), format!("not_readable: {says}"));
    }
    not_readable(&policy, &Fetch::new("null", "https://api.example/"));
}

#[test]
fn no_origin_outside_holds() {
    let policy = policy([
        "https://example.com",
        "https://*.example.com",
        "http://localhost:*",
        "https://a.example.co.uk:81",
        "tauri://localhost",
        "http://127.0.0.1:3000",
    ]);
    no_origin_outside(&policy, ["example.com", "localhost", "example.co.uk", "127.0.0.1"]);
}

#[test]
fn no_origin_outside_breaks() {
    let with_null = set!(Danger::default(), allow_null_origin = true);
    let with_null =
        origins(["https://example.com", "null"]).danger(|set| *set = with_null).build().unwrap();
    for (policy, says) in [
        (
            policy(["https://example.com", "http://localhost:*"]),
            "no_origin_outside: http://localhost can read
  fetch(\"https://api.example/\") from http://localhost
  because allow_origins has \"http://localhost:*\"",
        ),
        (
            policy(["https://notexample.com"]),
            "no_origin_outside: https://notexample.com can read
  fetch(\"https://api.example/\") from https://notexample.com
  because allow_origins has \"https://notexample.com\"",
        ),
        (
            with_null,
            "no_origin_outside: null can read
  fetch(\"https://api.example/\") from null
  because allow_origins has \"null\"",
        ),
    ] {
        assert_eq!(broken(|| no_origin_outside(&policy, ["example.com"])), says);
    }
    let policy = policy(["https://example.com"]);
    for (domain, says) in [
        ("co.uk", "no_origin_outside: anyone can register a name under \"co.uk\""),
        ("https://example.com", "no_origin_outside: \"https://example.com\" is not a domain"),
        (".example.com", "no_origin_outside: \".example.com\" is not a domain"),
    ] {
        assert_eq!(broken(|| no_origin_outside(&policy, [domain])), says);
    }
}

#[test]
fn credentials_without_tls() {
    let builder = origins([
        "https://*.example.com",
        "http://localhost:*",
        "http://127.0.0.1:3000",
        "tauri://localhost",
    ]);
    credentials_never_without_tls(&builder.allow_credentials(true).build().unwrap());
    let insecure = origins(["https://a.test", "http://*.a.test"]);
    credentials_never_without_tls(&insecure.clone().build().unwrap());
    let danger = set!(Danger::default(), allow_insecure_origins = true);
    let insecure = insecure.allow_credentials(true).danger(|set| *set = danger).build().unwrap();
    assert_eq!(
        broken(|| credentials_never_without_tls(&insecure)),
        "credentials_never_without_tls: http://evil.a.test can read with credentials
  fetch(\"https://api.example/\", { credentials: \"include\" }) from http://evil.a.test
  because allow_origins has \"http://*.a.test\""
    );
    let closure = Policy::builder().allow_credentials(true).allow_origin_if(|_| true);
    credentials_never_without_tls(&closure.clone().build().unwrap());
    assert_eq!(
        broken(|| credentials_never_without_tls(
            &closure.danger(|set| *set = danger).build().unwrap()
        )),
        "credentials_never_without_tls: http://evil.example can read with credentials
  fetch(\"https://api.example/\", { credentials: \"include\" }) from http://evil.example"
    );
}

#[test]
fn one_fetch() {
    let policy = origins(["https://*.example.com"]).allow_methods(["PUT"]).build().unwrap();
    let get = Fetch::new("https://app.example.com", "https://api.example/");
    let put = get.clone().method("PUT");
    let patch = get.clone().method("PATCH");
    let cookies = get.clone().credentials(CredentialsMode::Include);
    let opaque = get.clone().mode(Mode::NoCors);
    let own = Fetch::new("https://api.example", "https://api.example/");
    readable(&policy, &put);
    readable(&policy, &own);
    for not in
        [&patch, &cookies, &opaque, &Fetch::new("https://example.com", "https://api.example/")]
    {
        not_readable(&policy, not);
    }
    assert_eq!(
        broken(|| readable(&policy, &patch)),
        "readable: fails at preflight-method: PATCH is not in Access-Control-Allow-Methods: PUT,GET,HEAD,POST
  fetch(\"https://api.example/\", { method: \"PATCH\" }) from https://app.example.com
  CORS-preflight fetch, step 7.5: if the method is not in methods, is not CORS-safelisted, and the \
         credentials mode is include or methods has no *, return a network error
  https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"
    );
    assert_eq!(
        broken(|| readable(&policy, &opaque)),
        "readable: the response is opaque
  fetch(\"https://api.example/\", { mode: \"no-cors\" }) from https://app.example.com"
    );
    assert_eq!(
        broken(|| not_readable(&policy, &put)),
        "not_readable: the response can be read
  fetch(\"https://api.example/\", { method: \"PUT\" }) from https://app.example.com
  because allow_origins has \"https://*.example.com\""
    );
    assert_eq!(
        broken(|| not_readable(&policy, &own)),
        "not_readable: the response can be read
  fetch(\"https://api.example/\") from https://api.example"
    );
}
