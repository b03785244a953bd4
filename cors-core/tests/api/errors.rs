//! The exact text of every error and warning, and all of a policy's at once.

#[cfg(all(feature = "regex", feature = "public-suffix"))]
use cors_core::ConfigError;
use cors_core::adapter::Source;
use cors_core::{
    Config, Danger, DisallowedOrigin, ErrorKind, OriginEntry, Policy, Warning, WarningKind,
};
use http::HeaderValue;
use std::slice;
use std::time::Duration;

fn with_credentials(config: Config) -> Config {
    set!(config, allow_credentials = true)
}

fn lines<F: ToString>(findings: impl IntoIterator<Item = F>) -> Vec<String> {
    findings.into_iter().map(|finding| finding.to_string()).collect()
}

fn errors(config: &Config) -> Vec<String> {
    let errors = Policy::new(config).map_or_else(|errors| errors, |policy| panic!("{policy:?}"));
    let borrowed = lines(&errors);
    assert_eq!(borrowed, lines(errors));
    borrowed
}

fn methods(list: &[&str]) -> Config {
    let allow_methods = list.iter().map(|name| (*name).into()).collect();
    set!(
        Config::new(["*"]),
        allow_methods = allow_methods,
        allow_headers = vec!["content-type".into()]
    )
}

fn headers(list: &[&str]) -> Config {
    set!(Config::new(["*"]), allow_headers = list.iter().map(|name| (*name).into()).collect())
}

fn expose(list: &[&str]) -> Config {
    set!(Config::new(["*"]), expose_headers = list.iter().map(|name| (*name).into()).collect())
}

/// Only the start of a long value is shown.
#[test]
fn a_long_origin() {
    let says = errors(&Config::new([format!("https://{}", "a.".repeat(300))]));
    let [line] = &*says else { panic!("{says:?}") };
    assert!(line.starts_with("allow_origins = \"https://a.a."), "{line}");
    let reason = "\u{2026}: an origin has at most 512 bytes; write a shorter one";
    assert!(line.ends_with(reason), "{line}");
}

#[test]
fn each_error() {
    let danger = set!(Danger::default(), reflect_any_origin = true);
    let a = || Config::new(["https://a.test"]);
    let none: [&str; 0] = [];
    for (config, line) in [
        (
            Config::new(none),
            "allow_origins = []: no origin is allowed, so nothing can be read; list the origins that may read, or write \"*\" for a public resource",
        ),
        (
            Config::new(["https://app.example.com/"]),
            "allow_origins = \"https://app.example.com/\": an origin ends with its host or port; write \"https://app.example.com\"",
        ),
        (
            Config::new(["https://a.test", "https://münchen.example"]),
            "allow_origins[1] = \"https://münchen.example\": browsers send punycode; write \"https://xn--mnchen-3ya.example\"",
        ),
        (
            Config::new(["https://*"]),
            "allow_origins = \"https://*\": \"*\" matches labels in front of a domain, not any host; list the hosts, or write \"*\" alone for a public resource",
        ),
        (
            Config::new(["https://"]),
            "allow_origins = \"https://\": a scheme alone is not an origin; list the hosts, or write \"*\" alone for a public resource",
        ),
        #[cfg(feature = "public-suffix")]
        (
            Config::new(["https://*a.test"]),
            "allow_origins = \"https://*a.test\": \"*\" can replace only whole left-most labels or the port; write \"https://*.a.test\"",
        ),
        (
            Config::new(["https://a.test:0x1"]),
            "allow_origins = \"https://a.test:0x1\": a port is a number from 0 to 65535, or \"*\"; write a port such as 8443, or \"*\" for any",
        ),
        (
            Config::new(["https://a.*.test"]),
            "allow_origins = \"https://a.*.test\": \"*\" can replace only whole left-most labels or the port; write it as in \"https://*.example.com\" or \"http://localhost:*\"",
        ),
        (
            Config::new(["https://*.127.0.0.1"]),
            "allow_origins = \"https://*.127.0.0.1\": an IP address has no subdomains; list the addresses",
        ),
        (
            Config::new(["file://a.test"]),
            "allow_origins = \"file://a.test\": browsers send null for files; remove it, and serve the page over HTTP",
        ),
        (
            Config::new(["file://"]),
            "allow_origins = \"file://\": browsers send null for files; remove it, and serve the page over HTTP",
        ),
        (
            Config::new(["https://a.example,https://b.example"]),
            "allow_origins = \"https://a.example,https://b.example\": each origin must be its own entry; write [\"https://a.example\", \"https://b.example\"]",
        ),
        (
            Config::new(["https://a.example, b.example", "https://a.test"]),
            "allow_origins[0] = \"https://a.example, b.example\": each origin must be its own entry; write [\"https://a.example\", \"https://b.example\"]",
        ),
        (
            Config::new(["https://{a,b}.example.com"]),
            "allow_origins = \"https://{a,b}.example.com\": each origin must be its own entry; write [\"https://a.example.com\", \"https://b.example.com\"]",
        ),
        (
            Config::new(["https://{tenant}.example.com"]),
            "allow_origins = \"https://{tenant}.example.com\": a placeholder was not filled in; replace it with the value",
        ),
        (
            Config::new(["https//app.example.com"]),
            "allow_origins = \"https//app.example.com\": an origin starts with one scheme and \"://\"; write \"https://app.example.com\"",
        ),
        (
            Config::new(["wss://app.example.com"]),
            "allow_origins = \"wss://app.example.com\": no page has an origin with this scheme; write \"https://app.example.com\"",
        ),
        (
            Config::new(["https://*.*.com"]),
            "allow_origins = \"https://*.*.com\": \"*\" can replace only whole left-most labels or the port; write it as in \"https://*.example.com\" or \"http://localhost:*\"",
        ),
        (
            Config::new(["127.0.0.1:8080"]),
            "allow_origins = \"127.0.0.1:8080\": an origin starts with its scheme; write \"http://127.0.0.1:8080\"",
        ),
        (
            Config::new(["https://[::1"]),
            "allow_origins = \"https://[::1\": an IPv6 address goes between \"[\" and \"]\"; write \"https://[::1]\"",
        ),
        // The likely meaning is refused too.
        (
            with_credentials(Config::new(["http://a.test/"])),
            "allow_origins = \"http://a.test/\": an origin ends with its host or port; remove everything after the host and port",
        ),
        (
            Config::new(["https://a.test", "*"]),
            "allow_origins[1] = \"*\": \"*\" already allows every origin; write \"*\" alone, or remove it",
        ),
        (
            set!(Config::new(["*"]), disallowed_origin = DisallowedOrigin::Forbid),
            "disallowed_origin = \"forbid\" with allow_origins = \"*\": \"*\" disallows no origin; list the origins, or remove disallowed_origin",
        ),
        (
            with_credentials(Config::new(["*"])),
            "allow_credentials = true with allow_origins = \"*\": browsers refuse \"*\" with credentials; list the origins (danger.reflect_any_origin = true would let every site read with the user's cookies)",
        ),
        (
            with_credentials(Config::new(["http://a.test"])),
            "allow_origins = \"http://a.test\": anyone on the network can impersonate an http: origin and would read with the user's cookies; write https: (danger.allow_insecure_origins = true would let anyone on the network read with the user's cookies)",
        ),
        (
            with_credentials(Config::new(["https://*.com"])),
            "allow_origins = \"https://*.com\": anyone can register a name under \"com\" and would read with the user's cookies; name the registrable domain (danger.allow_public_suffix_subdomains = true would let all its registrants read with the user's cookies)",
        ),
        (
            Config::new(["null"]),
            "allow_origins = \"null\": any page can get the origin null with a sandboxed frame; remove it (danger.allow_null_origin = true would let any page read from a sandboxed frame)",
        ),
        (
            methods(&["PUT", "GET, PUT"]),
            "allow_methods[1] = \"GET, PUT\": a method is a token of letters, digits and !#$%&'*+-.^_`|~; write \"GET\", \"PUT\"",
        ),
        (
            methods(&["Trace"]),
            "allow_methods = \"Trace\": browsers never let scripts send this method; remove it",
        ),
        (
            methods(&["Put"]),
            "allow_methods = \"Put\": methods are case-sensitive, and browsers send this one in upper case; write \"PUT\"",
        ),
        (
            headers(&["x-a", "x a"]),
            "allow_headers[1] = \"x a\": a header name is a token of letters, digits and !#$%&'*+-.^_`|~; write \"x\", \"a\"",
        ),
        (
            headers(&["Access-Control-Request-Method"]),
            "allow_headers = \"Access-Control-Request-Method\": only the browser sets it, in preflights; remove it",
        ),
        (
            expose(&["Set-Cookie2"]),
            "expose_headers = \"Set-Cookie2\": browsers never let scripts read it; remove it",
        ),
        (
            with_credentials(set!(a(), expose_headers = vec!["*".into()])),
            "expose_headers = \"*\" with allow_credentials = true: with credentials, browsers read \"*\" as a header name; list the headers",
        ),
        (
            set!(a(), max_age = Some(Duration::from_secs(90_000))),
            "max_age = 90000: no browser caches a preflight for longer than 86400 seconds; write 86400 or less",
        ),
        (
            set!(a(), max_age = Some(Duration::from_millis(1_500))),
            "max_age = 1.5s: the header takes whole seconds; write whole seconds",
        ),
        (
            set!(a(), preflight_status = Some(301)),
            "preflight_status = 301: browsers accept a preflight only if its status is 200 to 299; write 204, or 200 for clients that accept nothing else",
        ),
        (
            set!(a(), preflight_status = Some(200), preflight_continue = true),
            "preflight_status = 200 with preflight_continue = true: with preflight_continue, the handler chooses the status; remove one of the two",
        ),
        (
            with_credentials(set!(Config::new(["https://*.test", "x"]), danger = danger)),
            "allow_origins[0] = \"https://*.test\": anyone can register a name under \"test\" and would read with the user's cookies; name the registrable domain (danger.allow_public_suffix_subdomains = true would let all its registrants read with the user's cookies)\nallow_origins[1] = \"x\": an origin starts with its scheme; write an origin such as \"https://app.example.com\"",
        ),
    ] {
        assert_eq!(errors(&config).join("\n"), line);
    }
}

/// Ready to copy into a policy file.
#[cfg(all(feature = "regex", feature = "public-suffix"))]
#[test]
fn entries_that_need_a_regex() {
    let wildcard = "\"*\" can replace only whole left-most labels or the port";
    let regex = "this looks like a regular expression, but plain text is compared literally";
    for (text, reason, fix) in [
        (
            "https://pr-*.example.com",
            wildcard,
            r"write { regex = 'https://pr-[a-z0-9-]+\.example\.com' }",
        ),
        (r"^https://.*\.example\.com$", regex, r"write { regex = 'https://.*\.example\.com' }"),
        (
            r"/^https:\/\/[a-z]+\.example\.com$/",
            regex,
            r"write { regex = 'https://[a-z]+\.example\.com' }",
        ),
        ("https://[a-z]+.example.com", regex, r"write { regex = 'https://[a-z]+\.example\.com' }"),
        (r"~^https://app\.example\.com$", regex, r#"write "https://app.example.com""#),
    ] {
        for config in [Config::new([text]), with_credentials(Config::new([text]))] {
            // Without the list, it is unknown who owns the names.
            let fix = match cfg!(feature = "public-suffix") || reason == regex {
                true => fix,
                false => "write it as in \"https://*.example.com\" or \"http://localhost:*\"",
            };
            assert_eq!(errors(&config), [format!("allow_origins = {text:?}: {reason}; {fix}")]);
        }
    }
}

/// Each is clear, but not with credentials over HTTP. So the fix only says what is wrong.
#[test]
fn fixes_that_lead_to_no_other_error() {
    for (text, fix) in [
        (
            "http://a.test, http://b.test",
            "write a list of origins, such as \"https://app.example.com\"",
        ),
        (
            r"^http://a\.test$",
            r"write the origin, or a regular expression such as { regex = 'https://[a-z]+\.example\.com' }",
        ),
        ("ws://a.test", "write the origin of the page, such as \"https://app.example.com\""),
        ("http://2001:db8::1", "write the address as in \"http://[::1]:3000\""),
        ("http://a.test:80", "remove the port"),
        ("http://A.test", "write it in lower case"),
        ("http://a.test/", "remove everything after the host and port"),
        ("http://user@a.test", "remove the user name and password"),
    ] {
        let says = errors(&with_credentials(Config::new([text])));
        assert_eq!(says.len(), 1, "{says:?}");
        assert!(says[0].ends_with(&format!("; {fix}")), "{says:?}");
    }
}

/// Trying a regex is slow, so few of many entries get one as advice.
#[cfg(all(feature = "regex", feature = "public-suffix"))]
#[test]
fn advice_has_a_limit() {
    let config = Config::new((0..40).map(|i| format!("https://pr-*.{i}.example.com")));
    let says = errors(&config);
    let advised = says.iter().filter(|line| line.contains("write { regex = "));
    assert_eq!((says.len(), advised.count()), (40, 32));
}

/// A name is taken apart only if it fits in a message.
#[test]
fn the_longest_name_that_is_taken_apart() {
    let says = |length: usize| {
        let name = format!("x-a{}", " ".repeat(length - 3));
        [headers(&[&name]), methods(&[&name])].map(|config| errors(&config).concat())
    };
    for line in says(512) {
        assert!(line.ends_with("; write \"x-a\""), "{line}");
    }
    for line in says(513) {
        assert!(!line.contains("; write \"x-a\""), "{line}");
    }
    for nothing in [",", " ; "] {
        let line = errors(&headers(&[nothing])).concat();
        assert!(!line.ends_with("; write []"), "{line}");
    }
}

#[cfg(all(feature = "regex", feature = "public-suffix"))]
#[test]
fn a_regex_that_strangers_match() {
    let config = Config::new(["https://*-myorg.vercel.app"]);
    let reason = "\"*\" can replace only whole left-most labels or the port";
    let regex = r"{ regex = 'https://[a-z0-9-]+-myorg\.vercel\.app' }";
    for (config, fix) in [
        (
            config.clone(),
            format!(
                "write {regex}, if anyone who registers such a name under \"vercel.app\" may read"
            ),
        ),
        (
            with_credentials(config),
            format!(
                "list the hosts, since anyone can register such a name under \"vercel.app\" (danger.allow_unbounded_regex = true with {regex} would let them all read with the user's cookies)"
            ),
        ),
    ] {
        let line = format!("allow_origins = \"https://*-myorg.vercel.app\": {reason}; {fix}");
        assert_eq!(errors(&config), [line]);
    }
}

#[cfg(feature = "regex")]
#[test]
fn regex_errors() {
    let regex = |pattern: &str| Config::new([OriginEntry::regex(pattern)]);
    for (config, kind) in [
        (regex("https://("), "InvalidRegex"),
        (regex("(https://[a-z]{1,200}\\.){1,200}"), "RegexTooLarge"),
        (
            Config::new(
                (0..200)
                    .map(|i| OriginEntry::regex(format!("https://x{i}\\.[ab]*a[ab]{{9}}\\.test"))),
            ),
            "RegexBudgetSpent",
        ),
        (with_credentials(regex("https://.*example\\.com")), "UnboundedRegexWithCredentials"),
        (with_credentials(regex("http://[ab]\\.example\\.com")), "InsecureRegexWithCredentials"),
    ] {
        let errors = Policy::new(&config).unwrap_err();
        assert!(errors.errors().len() == 1, "{errors}");
        assert!(format!("{:?}", errors.errors()[0].kind()).starts_with(kind), "{errors}");
    }
    let error = errors(&with_credentials(regex("https://.*example\\.com"))).remove(0);
    assert!(error.contains("this one lets in \"https://evilexample.com\""), "{error}");
    let proven = with_credentials(regex("https://[ab]\\.example\\.com"));
    assert!(Policy::new(&proven).is_ok());
}

/// Regexes that match no origin, and similar ones that do.
#[cfg(all(feature = "regex", feature = "public-suffix"))]
#[test]
fn regexes_that_match_no_origin() {
    let write = |regex: &str| format!("write {{ regex = '{regex}' }}");
    let delimiters = "regular expressions take no delimiters here";
    let path = "an origin ends with its host or port";
    let upper = "browsers send origins in lower case";
    let scheme = "an origin starts with its scheme";
    let port = "browsers omit the default port";
    let null = "regular expressions match tuple origins only, never null";
    for (regex, why, fix) in [
        (r"/^https:\/\/example\.com$/", delimiters, write(r"https://example\.com")),
        (r"/^https:\/\/example\.com$/i", delimiters, write(r"https://example\.com")),
        (r"#^https://example\.com$#", delimiters, write(r"https://example\.com")),
        (r"~^https?://example\.com$", delimiters, write(r"https?://example\.com")),
        (r"^https://example\.com/$", path, write(r"https://example\.com")),
        (r"^https:\/\/example\.com\/$", path, write(r"https://example\.com")),
        (r"https://(a|b)\.example\.com/.*", path, write(r"https://(a|b)\.example\.com")),
        (
            r"https://a\.example/|https://b\.example/",
            path,
            write(r"https://a\.example|https://b\.example"),
        ),
        (r"https://a\.test:8/x", path, write(r"https://a\.test:8")),
        (r"(https://a\.test/x)", path, write(r"(https://a\.test)")),
        (r"(?:https://a\.test/x)+", path, write(r"(?:https://a\.test)+")),
        (r"^https://Example\.com$", upper, write(r"https://example\.com")),
        (r"https://[A-Z]+\.example\.com", upper, write(r"https://[a-z]+\.example\.com")),
        (r"https://\x41pp\.example\.com", upper, write(r"https://app\.example\.com")),
        (r"https://[AB]\.example\.com", upper, write(r"https://[ab]\.example\.com")),
        (r"^https://example\.com:443$", port, write(r"https://example\.com")),
        (r"http://localhost:80", port, write("http://localhost")),
        (r"^example\.com$", scheme, write(r"https://example\.com")),
        (r"^//example\.com$", scheme, write(r"https://example\.com")),
        // Not an empty expression between delimiters, with flags.
        ("//localhost", scheme, write("http://localhost")),
        (r"a\.test\$", scheme, write(r"https://a\.test\$")),
        (r"a\.example|b\.example", scheme, write(r"https://(?:a\.example|b\.example)")),
        (r"^localhost:[0-9]+$", scheme, write("http://localhost:[0-9]+")),
        // Only an obvious dot becomes one.
        (r"^www.example\.com$", scheme, write(r"https://www\.example\.com")),
        (r"^null$", null, "write \"null\"".to_owned()),
        (r"/^null$/", null, "write \"null\"".to_owned()),
        ("", "an empty string is not an origin", "remove it".to_owned()),
        ("^$", "an empty string is not an origin", "remove it".to_owned()),
        (
            r" https://example\.com",
            "an origin contains no white space",
            write(r"https://example\.com"),
        ),
        (
            r"https://exam'ple\.com/",
            path,
            r#"write { regex = "https://exam'ple\\.com" }"#.to_owned(),
        ),
        (
            r"https://a\.test$^",
            "no origin that a browser can send",
            "write one that matches whole origins".to_owned(),
        ),
        (
            "example",
            "no origin that a browser can send",
            "write one that matches whole origins".to_owned(),
        ),
        (
            r"/https:\/\/a b\.test/",
            "no origin that a browser can send",
            "write one that matches whole origins".to_owned(),
        ),
        (
            r"https://1\.2\.3",
            "no origin that a browser can send",
            "write one that matches whole origins".to_owned(),
        ),
    ] {
        for credentials in [false, true] {
            let config = set!(
                Config::new([OriginEntry::regex(regex)]),
                allow_credentials = credentials,
                danger.allow_insecure_origins = credentials
            );
            let errors = Policy::new(&config).expect_err(regex);
            let [error] = errors.errors() else { panic!("{regex}: {errors}") };
            let ErrorKind::RegexMatchesNoOrigin { meant, .. } = error.kind() else {
                panic!("{regex}: {errors}");
            };
            assert!(error.reason().contains(why), "{regex}: {error}");
            assert!(error.fix().starts_with(&fix), "{regex}: {error}");
            // The suggestion passes.
            let Some(meant) = meant else { continue };
            let written = toml::from_str::<toml::Table>(&format!("a = {meant}")).unwrap();
            let written = written["a"]["regex"].as_str().unwrap();
            let config = set!(config, allow_origins = vec![OriginEntry::regex(written)]);
            let policy = Policy::new(&config).unwrap_or_else(|errors| panic!("{regex}: {errors}"));
            assert!(!policy.warnings().iter().any(|w| w.key() == "allow_origins"), "{written}");
        }
    }
    for regex in [
        r"https:\/\/example\.com",
        r"^https://example\.com/?$",
        r"https://example\.com(:443)?",
        r"https?://example\.com:443",
        r"(?i)https://Example\.com",
        r"(https://)?example\.com",
        r"null|https://example\.com",
        // No browser writes this, but the grammar of regexes does not know that.
        r"http://\[0:0:0:0:0:0:0:1\]",
        r"https://.{505}",
    ] {
        assert!(Policy::new(&Config::new([OriginEntry::regex(regex)])).is_ok(), "{regex}");
    }
    // With credentials, only entries that pass are suggested.
    let open = with_credentials(Config::new([OriginEntry::regex(r"/^https:\/\/.*$/")]));
    let error = errors(&open).remove(0);
    assert!(error.ends_with("no delimiters here; remove the delimiters"), "{error}");
}

/// The suggestion for a regex that matches too much matches less.
#[cfg(all(feature = "regex", feature = "public-suffix"))]
#[test]
fn narrower_than_a_regex() {
    for (regex, meant) in [
        ("http://localhost:*([0-9]+)?", r#""http://localhost:*""#),
        (r"https://.*\.example\.com:?[0-9]*", r#""https://*.example.com:*""#),
        (r"https://.*example\.com", r#""https://*.example.com""#),
        (r"^https://.*example\.com$", r#""https://*.example.com""#),
        (r"https://example\.com.*", r#""https://example.com:*""#),
        (r"https://app.example\.com", r"{ regex = 'https://app\.example\.com' }"),
        (r"https://(a|b).example.com", r"{ regex = 'https://(a|b)\.example\.com' }"),
        (r"https://.*", "spell out"),
        (r"https://app.example\.com|https://.+", "spell out"),
        (r"https://a.*", "spell out"),
        (r"https://.*\.com", "spell out"),
        (r"https://[a-z]+\.com", "spell out"),
    ] {
        let config = with_credentials(Config::new([OriginEntry::regex(regex)]));
        let errors = Policy::new(&config).unwrap_err();
        let is_it =
            |e: &&ConfigError| matches!(e.kind(), ErrorKind::UnboundedRegexWithCredentials { .. });
        let error = errors.errors().iter().find(is_it).unwrap();
        let fix = error.fix();
        assert!(fix.strip_prefix("write ").unwrap_or(&fix).starts_with(meant), "{regex}: {fix}");
        if let ErrorKind::UnboundedRegexWithCredentials { meant: Some(meant), .. } = error.kind() {
            let written = toml::from_str::<toml::Table>(&format!("a = {meant}")).unwrap();
            let entry = match &written["a"] {
                toml::Value::String(pattern) => OriginEntry::from(pattern.as_str()),
                table => OriginEntry::regex(table["regex"].as_str().unwrap()),
            };
            assert!(Policy::new(&with_credentials(Config::new([entry]))).is_ok(), "{meant}");
        }
    }
}

#[cfg(feature = "regex")]
#[test]
fn regexes_beyond_what_is_proven() {
    let names: Vec<String> = (0..1025).map(|i| format!("{i:x}")).collect();
    let regex = format!(r"https://x({})\.com", names.join("|"));
    let error = errors(&with_credentials(Config::new([OriginEntry::regex(regex)]))).remove(0);
    let reason = "could not be proven within 1024 domains and 1024 whole hosts; \
                  write several shorter ones";
    assert!(error.contains(reason), "{error}");
}

/// All regexes of a policy share the steps. Each takes at least a 256th, and one that is too large
/// a quarter.
#[cfg(all(feature = "regex", feature = "public-suffix"))]
#[test]
fn the_budget_of_regexes() {
    let small = |index: usize| OriginEntry::regex(format!("https://a{index}\\.test"));
    let large =
        |index: usize| OriginEntry::regex(format!("(https://a{index}{{1,200}}\\.){{1,200}}"));
    let refused = |config: Config| -> Vec<(usize, ErrorKind)> {
        let Err(errors) = Policy::new(&config) else { return Vec::new() };
        errors.errors().iter().map(|e| (e.index().unwrap(), e.kind().clone())).collect()
    };
    let spent = |index| vec![(index, ErrorKind::RegexBudgetSpent)];
    for credentials in [false, true] {
        let of =
            |entries: Vec<OriginEntry>| set!(Config::new(entries), allow_credentials = credentials);
        assert_eq!(refused(of((0..256).map(small).collect())), []);
        assert_eq!(refused(of((0..260).map(small).collect())), spent(256));
        for count in [3, 4] {
            let mut all: Vec<_> = (0..count).map(|i| (i, ErrorKind::RegexTooLarge)).collect();
            all.extend(if count == 4 { spent(4) } else { Vec::new() });
            assert_eq!(refused(of((0..count).map(large).chain([small(0)]).collect())), all);
        }
    }
    // Each is cheap to compile but expensive to prove.
    let costly =
        |index| OriginEntry::regex(format!(r"https://[^/]{{10}}a[^/]*\.example{index}\.com"));
    let refused = refused(with_credentials(Config::new((0..250).map(costly))));
    let first = refused[0].0;
    assert!((5..50).contains(&first), "{first}");
    assert_eq!(refused, spent(first));
}

/// An exact origin that a regex covers is a warning only while there are steps left.
#[cfg(feature = "regex")]
#[test]
fn the_budget_of_what_is_covered() {
    let covered = |origins: usize, regexes: usize| {
        let exact = (0..origins).map(|i| OriginEntry::from(format!("https://{i:0480}.a.test")));
        let never = (0..regexes).map(|i| OriginEntry::regex(format!(r"https://[0a.]+.test{i}")));
        let last = OriginEntry::regex(r"https://[0-9]+\.a\.test");
        let config = Config::new(exact.chain(never).chain([last]));
        let warnings = Policy::new(&config).unwrap().warnings().to_vec();
        warnings.iter().filter(|w| *w.kind() == WarningKind::CoveredOrigin).count()
    };
    assert_eq!(covered(900, 10), 900);
    let found = covered(900, 200);
    assert!((1..400).contains(&found), "{found}");
}

#[cfg(feature = "regex")]
#[test]
fn a_regex_that_does_not_match_covers_nothing() {
    let regex = OriginEntry::regex(r"https://b\.test");
    let config = Config::new([OriginEntry::from("https://a.test"), regex]);
    assert_eq!(Policy::new(&config).unwrap().warnings(), []);
}

/// Regexes keep their place among the patterns, even if a duplicate is dropped.
#[cfg(feature = "regex")]
#[test]
fn regexes_keep_their_place() {
    let [a, b] = ["https://a.test", "https://b.test"].map(OriginEntry::from);
    let regex = OriginEntry::regex("https://c\\.test");
    for (given, kept) in [
        (vec![a.clone(), regex.clone(), a.clone()], vec![a.clone(), regex.clone()]),
        (vec![a.clone(), a.clone(), regex.clone(), b.clone()], vec![a, regex, b]),
    ] {
        assert_eq!(Policy::new(&Config::new(given)).unwrap().config().allow_origins, kept);
    }
}

#[cfg(not(feature = "regex"))]
#[test]
fn no_regex() {
    let errors = Policy::new(&Config::new([OriginEntry::regex("x")])).unwrap_err();
    assert_eq!(*errors.errors()[0].kind(), ErrorKind::RegexUnavailable);
}

/// `Debug` is what `unwrap` and a failing `main` print.
#[test]
fn errors_and_warnings_print_alike() {
    let config = set!(Config::new(["x", "https://a.test/"]), allow_methods = vec!["TRACE".into()]);
    let errors = Policy::new(&config).unwrap_err();
    assert_eq!(errors.to_string().lines().count(), 3);
    assert_eq!(format!("{errors:?}"), errors.to_string());
    assert_eq!(format!("{errors:#?}"), errors.to_string());
    for error in &errors {
        assert_eq!(format!("{error:?}"), error.to_string());
    }
    let boxed: Box<dyn std::error::Error> = errors.clone().into();
    assert_eq!(format!("{boxed:?}"), errors.to_string());
    let warning = warnings(&Config::new(["https://a.test"; 2])).remove(0);
    assert_eq!(format!("{warning:?}"), warning.to_string());
}

#[test]
fn all_at_once_in_the_order_of_the_keys() {
    let config = set!(
        Config::new(["null", "*", "http://a.test", "https://*.github.io"]),
        allow_methods = vec!["TRACE".into(), "get".into()],
        allow_headers = vec!["access-control-request-headers".into()],
        expose_headers = vec!["set-cookie".into(), "*".into()],
        allow_credentials = true,
        max_age = Some(Duration::from_secs(1_000_000)),
        preflight_status = Some(404),
        preflight_continue = true,
        disallowed_origin = DisallowedOrigin::Forbid
    );
    let errors = Policy::new(&config).unwrap_err();
    let places: Vec<_> = errors.errors().iter().map(|error| (error.key(), error.index())).collect();
    let wanted = [
        ("allow_origins", Some(0)),
        ("allow_origins", Some(1)),
        ("allow_origins", Some(2)),
        ("allow_origins", Some(3)),
        ("allow_methods", Some(0)),
        ("allow_methods", Some(1)),
        ("allow_headers", None),
        ("expose_headers", Some(0)),
        ("expose_headers", Some(1)),
        ("allow_credentials", None),
        ("max_age", None),
        ("preflight_status", None),
        ("preflight_status", None),
        ("disallowed_origin", None),
    ];
    assert_eq!(places, wanted);
    let silenced = "allow_origins[1] = \"*\"";
    assert!(errors.to_string().lines().any(|line| line.starts_with(silenced)));
}

#[test]
fn danger_keys_silence_what_they_name() {
    let all = set!(
        Danger::default(),
        allow_insecure_origins = true,
        allow_public_suffix_subdomains = true,
        allow_null_origin = true,
        reflect_any_origin = true
    );
    for origin in ["http://a.test", "https://*.com", "null", "*"] {
        let config = with_credentials(Config::new([origin]));
        assert_eq!(errors(&config).len(), 1, "{origin}");
        assert!(Policy::new(&set!(config, danger = all)).is_ok(), "{origin}");
    }
}

/// A danger key has a warning if and only if nothing needs it.
#[test]
fn danger_keys_are_needed_or_not() {
    let none = Danger::default();
    let insecure = set!(none, allow_insecure_origins = true);
    let suffixes = set!(none, allow_public_suffix_subdomains = true);
    let asks = |credentials, danger| {
        let asks =
            Policy::builder().ask().allow_credentials(credentials).danger(|set| *set = danger);
        asks.build().unwrap().warnings().to_vec()
    };
    let listed = |origin, credentials, danger| {
        let allow_credentials = credentials;
        warnings(&set!(
            Config::new([origin]),
            allow_credentials = allow_credentials,
            danger = danger
        ))
    };
    let needless = |warnings: Vec<Warning>| {
        warnings.iter().filter(|found| *found.kind() == WarningKind::NeedlessDanger).count()
    };
    assert_eq!(needless(asks(true, insecure)), 0);
    assert_eq!(needless(asks(false, insecure)), 1);
    assert_eq!(needless(listed("http://a.test", true, insecure)), 0);
    assert_eq!(needless(listed("http://a.test", false, insecure)), 1);
    #[cfg(feature = "regex")]
    for (regex, unneeded) in [(r"http://a\.test", 0), (r"https://a\.test", 1)] {
        let config = with_credentials(Config::new([OriginEntry::regex(regex)]));
        assert_eq!(needless(warnings(&set!(config, danger = insecure))), unneeded, "{regex}");
    }
    let any = set!(none, reflect_any_origin = true, allow_null_origin = true);
    let any = warnings(&set!(Config::new(["*"]), danger = any));
    assert_eq!((needless(any.clone()), any.len()), (2, 2), "{any:?}");
    assert_eq!(needless(listed("https://*.test", true, suffixes)), 0);
    assert_eq!(needless(listed("https://*.test", false, suffixes)), 1);
}

fn warnings(config: &Config) -> Vec<Warning> {
    Policy::new(config).unwrap().warnings().to_vec()
}

#[test]
fn each_warning() {
    let danger = set!(Danger::default(), allow_null_origin = true);
    let covered =
        ["https://x.a.test", "https://*.a.test", "http://localhost:3000", "http://localhost:*"];
    for (config, wanted) in [
        (
            Config::new(covered),
            &[
                "allow_origins[0] = \"https://x.a.test\": a pattern in the list already covers it; remove it",
                "allow_origins[2] = \"http://localhost:3000\": a pattern in the list already covers it; remove it",
            ][..],
        ),
        (
            Config::new(["https://a.test", "https://b.test", "https://a.test"]),
            &["allow_origins[2] = \"https://a.test\": it is already in the list; remove it"],
        ),
        (
            Config::new(["*", "*"]),
            &["allow_origins[1] = \"*\": it is already in the list; remove it"],
        ),
        (
            set!(Config::new(["https://a.test"]), allow_private_network = true),
            &[
                "allow_private_network = true: no browser asks the server any more; they ask the user (Local Network Access); remove it",
            ],
        ),
        (
            set!(Config::new(["null"]), danger = danger),
            &[
                "allow_origins = \"null\": any page can get the origin null with a sandboxed frame; remove it unless everything it could read is public",
            ],
        ),
        (
            Config::new(["https://*.com"]),
            &[
                "allow_origins = \"https://*.com\": anyone can register a name under \"com\"; name the registrable domain",
            ],
        ),
        (
            Config::new(["htps://app.example.com", "http://localhost:6000", "app://Main"]),
            &[
                "allow_origins[0] = \"htps://app.example.com\": no browser has pages with this scheme; write \"https://app.example.com\"",
                "allow_origins[1] = \"http://localhost:6000\": browsers block this port; serve the page on another port",
                "allow_origins[2] = \"app://Main\": browsers that lower-case hosts never send it; write \"app://main\", unless the app really sends its origin as written here",
            ],
        ),
        (Config::new(["app://.", "moz-extension://*"]), &[]),
        (
            with_credentials(Config::new(["app://.", "moz-extension://*"])),
            &[
                "allow_origins[1] = \"moz-extension://*\": every app or extension of this scheme would read with the user's cookies; name the hosts, if they are the same in every browser",
            ],
        ),
        (
            Config::new(["app://*", "app://a"]),
            &["allow_origins[1] = \"app://a\": a pattern in the list already covers it; remove it"],
        ),
        (
            set!(Config::new(["*"]), danger = danger),
            &["danger.allow_null_origin = true: nothing in the policy needs it; remove it"],
        ),
        (
            methods(&["*", "PUT", "purge"]),
            &[
                "allow_methods[1] = \"PUT\": \"*\" covers it; remove it",
                "allow_methods[2] = \"purge\": methods are case-sensitive, and browsers send this one as the script wrote it; write \"PURGE\" if that is what clients send",
                "allow_methods[2] = \"purge\": \"*\" covers it; remove it",
            ],
        ),
        (
            set!(Config::new(["*"]), allow_methods = vec!["PUT".into()]),
            &[
                "allow_methods = \"PUT\": scripts that send JSON must set content-type, which allow_headers lacks; add \"content-type\" to allow_headers",
            ],
        ),
        (
            headers(&["Host", "Sec-Fetch-Site", "X-A", "x-a"]),
            &[
                "allow_headers[0] = \"Host\": browsers never let scripts set it, so no preflight asks for it; remove it",
                "allow_headers[1] = \"Sec-Fetch-Site\": browsers never let scripts set it, so no preflight asks for it; remove it",
                "allow_headers[3] = \"x-a\": it is already in the list; remove it",
            ],
        ),
        (
            headers(&["access-control-allow-origin"]),
            &[
                "allow_headers = \"access-control-allow-origin\": it is a response header, so no script needs to send it; remove it from the script and from the list",
            ],
        ),
        (
            headers(&["ETag", "x-a"]),
            &[
                "allow_headers[0] = \"ETag\": it is a response header, so no script needs to send it; remove it from the script and from the list",
            ],
        ),
        (
            expose(&["x-a", "Authorization"]),
            &[
                "expose_headers[1] = \"Authorization\": it is a request header, so there is nothing to read; remove it",
            ],
        ),
        (
            headers(&["custom-*", "X-COMPANY-.*", "^x-*"]),
            &[
                "allow_headers[0] = \"custom-*\": '*' inside a name is a literal character; list the names you mean, or write \"*\" alone for all",
                "allow_headers[1] = \"X-COMPANY-.*\": '*' inside a name is a literal character; list the names you mean, or write \"*\" alone for all",
                "allow_headers[2] = \"^x-*\": '^' inside a name is a literal character; list the names you mean, or write \"*\" alone for all",
            ],
        ),
        (
            methods(&["P*"]),
            &[
                "allow_methods = \"P*\": '*' inside a name is a literal character; list the names you mean, or write \"*\" alone for all",
            ],
        ),
        (
            expose(&["X-*"]),
            &[
                "expose_headers = \"X-*\": '*' inside a name is a literal character; list the names you mean, or write \"*\" alone for all",
            ],
        ),
        // `"*"` would be an error there.
        (
            set!(
                Config::new(["https://a.test"]),
                allow_credentials = true,
                expose_headers = vec!["X-*".into()]
            ),
            &[
                "expose_headers = \"X-*\": '*' inside a name is a literal character; list the names you mean",
            ],
        ),
        // With a `*` there is no other warning about them.
        (
            headers(&["*", "custom-*", "etag"]),
            &[
                "allow_headers[1] = \"custom-*\": \"*\" covers it; remove it",
                "allow_headers[2] = \"etag\": \"*\" covers it; remove it",
            ],
        ),
        (
            headers(&["*", "authorization", "x-a"]),
            &["allow_headers[2] = \"x-a\": \"*\" covers it; remove it"],
        ),
        (
            expose(&["Content-Type", "x-a"]),
            &["expose_headers[0] = \"Content-Type\": scripts can always read it; remove it"],
        ),
        (
            set!(Config::new(["*"]), max_age = Some(Duration::from_secs(7_201))),
            &[
                "max_age = 7201: Chromium caches preflights for at most 7200 seconds; write 7200 or less",
            ],
        ),
        (set!(Config::new(["*"]), max_age = Some(Duration::from_secs(7_200))), &[]),
        (Config::new(["https://a.test", "https://a.test:81", "http://a.test"]), &[]),
    ] {
        assert_eq!(lines(warnings(&config)), wanted);
        let again = Policy::new(&config).unwrap().config();
        let dropped = |kind: &WarningKind| {
            matches!(
                kind,
                WarningKind::Duplicate
                    | WarningKind::CoveredByAny
                    | WarningKind::ForbiddenRequestHeader
                    | WarningKind::SafelistedResponseHeader
            )
        };
        assert!(!warnings(&again).iter().any(|warning| dropped(warning.kind())));
    }
}

/// A list allows the same headers that `*` does, among those that a script may set.
#[test]
fn one_rule_for_a_list_and_a_star() {
    let any = Policy::new(&headers(&["*"])).unwrap();
    for name in [
        "access-control-allow-origin",
        "Access-Control-Expose-Headers",
        "access-control-max-age",
        "access-control-x",
        "etag",
        "vary",
        "www-authenticate",
        "custom-*",
        "accept",
        "x-a",
    ] {
        let listed = Policy::new(&headers(&[name])).unwrap_or_else(|errors| panic!("{errors}"));
        for policy in [&any, &listed] {
            let request = http::Request::options("/")
                .header("origin", "https://a.test")
                .header("access-control-request-method", "GET")
                .header("access-control-request-headers", name)
                .body(())
                .unwrap();
            assert_eq!(policy.decide(&request), cors_core::Decision::Preflight, "{name}");
        }
    }
}

/// The warning about a name says what to write, and that passes.
#[test]
fn what_a_literal_name_is_to_be_passes() {
    for credentials in [false, true] {
        for star in [false, true] {
            let name = |pattern: &str| vec![if star { "*" } else { pattern }.to_owned()];
            let config = set!(
                Config::new(["https://a.test"]),
                allow_methods = name("P*"),
                allow_headers = name("x-.+"),
                expose_headers = name("x-*"),
                allow_credentials = credentials
            );
            let Ok(policy) = Policy::new(&config) else {
                assert!(star && credentials);
                continue;
            };
            let literal =
                |warning: &&Warning| matches!(warning.kind(), WarningKind::LiteralName { .. });
            let found: Vec<_> = policy.warnings().iter().filter(literal).collect();
            assert_eq!(found.len(), if star { 0 } else { 3 }, "{found:?}");
            for warning in found {
                let is_refused = warning.key() == "expose_headers" && credentials;
                assert_eq!(warning.fix().contains("\"*\""), !is_refused, "{warning}");
            }
        }
    }
}

#[test]
fn a_long_value_is_cut() {
    let errors = Policy::new(&headers(&[&"x ".repeat(100_000)])).unwrap_err();
    assert!(errors.to_string().len() < 1_000);
}

#[test]
fn questions_beside_a_star() {
    let errors = Policy::builder().allow_origins(["*"]).ask().build().unwrap_err();
    assert_eq!(*errors.errors()[0].kind(), ErrorKind::AnyOriginWithQuestion);
    assert!(Policy::builder().ask().build().is_ok(), "a policy that asks need not list origins");
}

#[test]
fn policies_that_never_decide() {
    type Select = dyn Fn(&()) -> Option<Policy>;
    let errors = |policies: &[Policy]| {
        let source = Source::<HeaderValue, Select>::first_allowing(policies);
        source.map_or_else(lines, |_| Vec::new())
    };
    let only = |origins: &[&str]| Policy::builder().allow_origins(origins).build().unwrap();
    let reflects = |allow_null_origin| {
        let policy = Policy::builder().allow_origins("*").allow_credentials(true);
        let policy = policy.danger(|danger| {
            danger.reflect_any_origin = true;
            danger.allow_null_origin = allow_null_origin;
        });
        policy.build().unwrap()
    };
    let (a, public) = (only(&["https://a.test"]), Policy::public());
    let after = |index: usize, origins: &str, after: usize| {
        format!(
            "first_allowing[{index}] = {origins}: it never decides, since the policy at {after} allows every origin; put the policy that allows every origin last"
        )
    };
    let none = "first_allowing = []: there is no policy to decide; pass at least one, the last for origins that no other allows";
    assert_eq!(errors(&[]), [none]);
    assert!([&a, &public].iter().all(|one| errors(slice::from_ref(one)).is_empty()));
    assert!(errors(&[a.clone(), a.clone(), public.clone()]).is_empty());
    let list = r#"["https://a.test"]"#;
    assert_eq!(errors(&[public.clone(), a.clone()]), [after(1, list, 0)]);
    let star = r#"["*"]"#;
    let both = [after(2, star, 1), after(3, list, 1)];
    assert_eq!(errors(&[a.clone(), public.clone(), public, a.clone()]), both);
    // It leaves `null` to the next.
    assert!(errors(&[reflects(false), a.clone()]).is_empty());
    assert_eq!(errors(&[reflects(true), a]), [after(1, list, 0)]);
    let many: Vec<_> = (0..1000).map(|n| format!("https://{n}.test")).collect();
    let many = Policy::builder().allow_origins(many).build().unwrap();
    let [error] = &errors(&[Policy::public(), many])[..] else { panic!("one error") };
    assert!(error.contains('…') && error.len() < 1000, "{error}");
}
