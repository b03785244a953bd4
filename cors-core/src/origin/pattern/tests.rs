use super::*;

#[test]
fn patterns() {
    let tuple = |scheme, subdomains, host, port| Pattern::Tuple { scheme, subdomains, host, port };
    for (text, pattern) in [
        ("null", Pattern::Null),
        ("https://a.test", tuple("https", false, "a.test", Port::Exact(""))),
        ("https://a.test:8443", tuple("https", false, "a.test", Port::Exact(":8443"))),
        ("https://*.a.test", tuple("https", true, "a.test", Port::Exact(""))),
        ("https://*.a.test:8443", tuple("https", true, "a.test", Port::Exact(":8443"))),
        ("http://localhost:*", tuple("http", false, "localhost", Port::Any)),
        ("https://*.a.test:*", tuple("https", true, "a.test", Port::Any)),
        ("https://*.com", tuple("https", true, "com", Port::Exact(""))),
        ("http://[::1]:*", tuple("http", false, "[::1]", Port::Any)),
        ("http://127.0.0.1:81", tuple("http", false, "127.0.0.1", Port::Exact(":81"))),
        ("https://a_b.test", tuple("https", false, "a_b.test", Port::Exact(""))),
        ("tauri://localhost", tuple("tauri", false, "localhost", Port::Exact(""))),
        ("app://.", tuple("app", false, ".", Port::Exact(""))),
        ("app://My..App%20", tuple("app", false, "My..App%20", Port::Exact(""))),
        ("app://a~b!c&d=e+f", tuple("app", false, "a~b!c&d=e+f", Port::Exact(""))),
        ("moz-extension://*", Pattern::AnyHost { scheme: "moz-extension" }),
    ] {
        assert_eq!(Pattern::parse(text), Ok(pattern), "{text}");
    }
}

/// Without a policy, which may reject the suggestion.
#[test]
fn faults_and_what_was_meant() {
    use OriginFault as O;
    use PatternFault::*;
    for (text, fault, meant) in [
        ("", Empty, ""),
        (" https://a.test", WhiteSpace, r#""https://a.test""#),
        ("a.test", Origin(O::NoScheme), r#""https://a.test""#),
        ("[2001:db8::2]:8443", Origin(O::NoScheme), r#""https://[2001:db8::2]:8443""#),
        ("moz-extension://a/", Origin(O::Path), r#""moz-extension://a""#),
        ("https://u@v:p@a.test", Origin(O::UserInfo), r#""https://a.test""#),
        ("https:/http", CutScheme, ""),
        ("https://a.test b.test", Several, ""),
        ("http://a.test,https//b.test", Several, r#"["http://a.test", "https://b.test"]"#),
        ("localhost:3000", Origin(O::NoScheme), r#""http://localhost:3000""#),
        ("127.0.0.1:8080", Origin(O::NoScheme), r#""http://127.0.0.1:8080""#),
        ("[::1]:8080", Origin(O::NoScheme), r#""http://[::1]:8080""#),
        ("192.0.2.1:8080", Origin(O::NoScheme), r#""https://192.0.2.1:8080""#),
        ("app.localhost", Origin(O::NoScheme), r#""http://app.localhost""#),
        ("Null", Origin(O::NoScheme), ""),
        ("x", Origin(O::NoScheme), ""),
        ("x:3000", Origin(O::NoScheme), ""),
        ("https://", LoneScheme, ""),
        ("app://", LoneScheme, ""),
        ("https://*", AnyHost, ""),
        ("https://*:*", AnyHost, ""),
        ("http://*:3000", AnyHost, ""),
        ("app://*:*", AnyHost, r#""app://*""#),
        // Quotation marks.
        ("\"https://a.test\"", Quotes, r#""https://a.test""#),
        ("`https://a.test`", Quotes, r#""https://a.test""#),
        ("'https://a.test/'", Origin(O::Path), r#""https://a.test""#),
        ("\u{201c}https://a.test\u{201d}", Quotes, r#""https://a.test""#),
        ("<https://a.test>", Quotes, r#""https://a.test""#),
        ("'htps://a.test'", Quotes, r#""https://a.test""#),
        // Paths and users.
        ("https://a.test/", Origin(O::Path), r#""https://a.test""#),
        ("https://a.test/path?q#f", Origin(O::Path), r#""https://a.test""#),
        ("https://*.a.test/*", Origin(O::Path), r#""https://*.a.test""#),
        ("https://a.test/%20b%20c", Origin(O::Path), r#""https://a.test""#),
        ("http://[::1]?q", Origin(O::Path), r#""http://[::1]""#),
        ("/a.test/reports", CutScheme, r#""https://a.test""#),
        ("https://me:pw@a.test", Origin(O::UserInfo), r#""https://a.test""#),
        // Case, Punycode and dots.
        ("https://A.test", Origin(O::UpperCase), r#""https://a.test""#),
        ("https://A.test:*", Origin(O::UpperCase), r#""https://a.test:*""#),
        ("HTTPS://a.test", Origin(O::BadScheme), r#""https://a.test""#),
        ("App://a/", Origin(O::BadScheme), r#""app://a""#),
        ("https://münchen.test", Unicode, r#""https://xn--mnchen-3ya.test""#),
        ("https://*.münchen.test", Unicode, r#""https://*.xn--mnchen-3ya.test""#),
        ("https://例え.テスト", Unicode, r#""https://xn--r8jz45g.xn--zckzah""#),
        ("https://a.δοκιμή", Unicode, r#""https://a.xn--jxalpdlp""#),
        ("https://ŀ.test", Unicode, ""),
        ("https://a\u{ad}b.test", Unicode, ""),
        ("https://u\u{308}.test", Unicode, ""),
        ("https://a.test.", TrailingDot, r#""https://a.test""#),
        ("https://*.a.test.:*", TrailingDot, r#""https://*.a.test:*""#),
        ("https://.a.test", EmptyLabel, r#""https://*.a.test""#),
        ("app://*..a.test", EmptyLabel, ""),
        ("https://.test", EmptyLabel, ""),
        ("https://a..test", EmptyLabel, r#""https://a.test""#),
        // Ports.
        ("https://a.test:443", Origin(O::DefaultPort), r#""https://a.test""#),
        ("https://a.test:", Origin(O::BadPort), r#""https://a.test""#),
        ("https://a.test:080", Origin(O::BadPort), r#""https://a.test:80""#),
        ("https://a.test:https", Origin(O::BadPort), r#""https://a.test""#),
        ("https://a.test:99999", Origin(O::BadPort), ""),
        ("https://a.test:+81", Origin(O::BadPort), ""),
        ("https://a.test:81:*", Origin(O::BadPort), ""),
        ("https://a.test:*:81", Wildcard, ""),
        // Schemes.
        ("https//a.test", CutScheme, r#""https://a.test""#),
        ("https:/a.test", CutScheme, r#""https://a.test""#),
        ("https:a.test", CutScheme, r#""https://a.test""#),
        ("HTTP:\\\\a.test", CutScheme, r#""http://a.test""#),
        ("https:///a.test", CutScheme, r#""https://a.test""#),
        ("//a.test", CutScheme, r#""https://a.test""#),
        ("//localhost:3000", CutScheme, r#""http://localhost:3000""#),
        ("https://https://a.test", CutScheme, r#""https://a.test""#),
        ("https://https//a.test", CutScheme, r#""https://a.test""#),
        ("http://https://a.test", Origin(O::Path), ""),
        ("https:8080", Origin(O::NoScheme), ""),
        ("a.test?u=http://b.test", Origin(O::BadScheme), r#""https://a.test""#),
        ("1a://c.test", Origin(O::BadScheme), ""),
        ("wss://a.test", NoPage, r#""https://a.test""#),
        ("ws://localhost:3000", NoPage, r#""http://localhost:3000""#),
        ("ftp://a.test", NoPage, ""),
        ("htps://a.test/", Origin(O::Path), r#""https://a.test""#),
        ("file://a.test", Origin(O::FileScheme), ""),
        ("file://", Origin(O::FileScheme), ""),
        ("file:///a/b.html", Origin(O::FileScheme), ""),
        ("FILE:/a", Origin(O::FileScheme), ""),
        ("*://a.test", Several, r#"["http://a.test", "https://a.test"]"#),
        ("http(s)://a.test", Several, r#"["http://a.test", "https://a.test"]"#),
        // Several.
        ("https://a.test,https://b.test", Several, r#"["https://a.test", "https://b.test"]"#),
        ("https://a.test; https://b.test", Several, r#"["https://a.test", "https://b.test"]"#),
        ("https://a.test\nhttps://b.test", Several, r#"["https://a.test", "https://b.test"]"#),
        ("https://a.test|b.test", Several, r#"["https://a.test", "https://b.test"]"#),
        ("http://a.test,b.test,", Several, r#"["http://a.test", "http://b.test"]"#),
        ("a.test,localhost:81", Several, r#"["https://a.test", "http://localhost:81"]"#),
        ("http://localhost:81,82", Several, r#"["http://localhost:81", "http://localhost:82"]"#),
        (
            "[\"https://a.test\", 'https://b.test/']",
            Several,
            r#"["https://a.test", "https://b.test"]"#,
        ),
        ("http://a.test,https:/b.test", Several, r#"["http://a.test", "https://b.test"]"#),
        ("https://a.test,", Several, r#""https://a.test""#),
        ("https://a.test,https://a.test/", Several, r#""https://a.test""#),
        (
            "http://a.test,https://b.test,https:/c.test,htps://d.test",
            Several,
            r#"["http://a.test", "https://b.test", "https://c.test", "https://d.test"]"#,
        ),
        ("app://My.App,app://b", Several, r#"["app://My.App", "app://b"]"#),
        ("[a.test, b.test]", Several, r#"["https://a.test", "https://b.test"]"#),
        (",", Several, ""),
        ("https://a.test,null", Several, ""),
        ("https://a.test,https://b", Several, ""),
        ("https://a.test,b", Several, ""),
        ("https://a.test,*", Several, ""),
        ("https://exam ple.test", Several, ""),
        ("https://{a,b}.x.test", Several, r#"["https://a.x.test", "https://b.x.test"]"#),
        ("https://a.test:{81,82}", Several, r#"["https://a.test:81", "https://a.test:82"]"#),
        // Placeholders.
        ("https://${host}", Placeholder, ""),
        ("<host>", Placeholder, ""),
        ("https://$HOST:3000", Placeholder, ""),
        ("https://$(host)", Placeholder, ""),
        ("https://{tenant}.a.test", Placeholder, ""),
        ("https://{{ tenant }}.a.test", Placeholder, ""),
        ("https://<host>", Placeholder, ""),
        ("https://<_host>", Placeholder, ""),
        ("https://%HOST%", Placeholder, ""),
        ("https://[host]", Placeholder, ""),
        ("https://__HOST__", Placeholder, ""),
        ("https://a.test:${PORT}", Placeholder, ""),
        // Addresses.
        ("http://[0:0:0:0:0:0:0:1]:81", Origin(O::BadIpv6), r#""http://[::1]:81""#),
        ("http://[::ffff:127.0.0.1]", Origin(O::BadIpv6), r#""http://[::ffff:7f00:1]""#),
        ("https://[::1", Brackets, r#""https://[::1]""#),
        ("https://::1", Brackets, r#""https://[::1]""#),
        ("https://::1]:81", Brackets, r#""https://[::1]:81""#),
        ("https://[::1:3000", Brackets, ""),
        ("::1", Brackets, r#""http://[::1]""#),
        ("https://127.1", Origin(O::BadIpv4), ""),
        ("https://*.127.0.0.1", WildcardBeforeIp, ""),
        ("http://*.[::1]", WildcardBeforeIp, ""),
        // Characters that only URLs have.
        ("https://a!b.test", Origin(O::BadHost), ""),
        ("https://a$.test", Origin(O::BadHost), ""),
        ("https://a(.test", Origin(O::BadHost), ""),
        ("https://a\u{1}.test", Origin(O::BadHost), ""),
        ("app://a$b", Placeholder, ""),
        ("app://a,b", Several, ""),
        ("app://%2", Origin(O::BadHost), ""),
    ] {
        // Only the Public Suffix List tells whether a star is safe.
        let meant = if crate::origin::public_suffix::HAS_LIST || !meant.contains("://*.") {
            meant
        } else {
            ""
        };
        let (found, candidates) = diagnosed(text);
        let first = candidates.first().map(|meant| meant.to_string()).unwrap_or_default();
        assert_eq!((found, &*first), (fault, meant), "{text}");
    }
}

#[cfg(all(feature = "regex", feature = "public-suffix"))]
#[test]
fn stars_in_other_places() {
    for (text, meant) in [
        ("https://*a.test", r#""https://*.a.test""#),
        ("https://**.a.test", r#""https://*.a.test""#),
        ("*.a.test", r#""https://*.a.test""#),
        ("https://pr-*.a.test", r"{ regex = 'https://pr-[a-z0-9-]+\.a\.test' }"),
        ("https://*-x.a.test:81", r"{ regex = 'https://[a-z0-9-]+-x\.a\.test:81' }"),
        ("https://*x.a.test:*", r"{ regex = 'https://[a-z0-9-]+x\.a\.test(:[0-9]+)?' }"),
        ("https://x.*.a.test", r"{ regex = 'https://x\.[a-z0-9-]+\.a\.test' }"),
        ("https://*.*.a.test", r"{ regex = 'https://[a-z0-9-]+\.[a-z0-9-]+\.a\.test' }"),
        ("https://*-org.vercel.app", r"{ regex = 'https://[a-z0-9-]+-org\.vercel\.app' }"),
        ("http://localhost:30*", r"{ regex = 'http://localhost:30[0-9]+' }"),
        ("http://192.168.1.*:80*", r"{ regex = 'http://192\.168\.1\.[0-9]+:80[0-9]+' }"),
        ("https://a.*.test", ""),
        ("https://*.*.com", ""),
        ("https://*com", ""),
        ("https://a.*", ""),
        ("https://a.test*", ""),
        ("https://b.*x.test", r"{ regex = 'https://b\.[a-z0-9-]+x\.test' }"),
        ("https://*co.uk", ""),
        ("https://x*.a.test:abc", ""),
    ] {
        let (_, candidates) = diagnosed(text);
        let first = candidates.first().map(|meant| meant.to_string()).unwrap_or_default();
        assert_eq!(first, meant, "{text}");
    }
}

#[cfg(all(feature = "regex", feature = "public-suffix"))]
#[test]
fn regular_expressions_as_texts() {
    for (text, meant) in [
        (r"^https://.*\.a\.test$", r"{ regex = 'https://.*\.a\.test' }"),
        (r"^https://.*\\.a\\.test$", r"{ regex = 'https://.*\.a\.test' }"),
        (r"/^https:\/\/.*\.a\.test$/", r"{ regex = 'https://.*\.a\.test' }"),
        (r"/\.A\.test$/i", r#""https://*.a.test""#),
        (r"#^https://(www\.)?a\.test/?$#i", r"{ regex = 'https://(www\.)?a\.test' }"),
        (r"~^https?://(a|b)\.a\.test$", r"{ regex = 'https?://(a|b)\.a\.test' }"),
        (r"~*^https://[a-z]+.A.test", r"{ regex = 'https://[a-z]+\.a\.test' }"),
        ("https://[a-z]+.a.test", r"{ regex = 'https://[a-z]+\.a\.test' }"),
        ("https://[a-z]+.a.test.", r"{ regex = 'https://[a-z]+\.a\.test\.' }"),
        (r"(.+\.)?a\.test", r"{ regex = 'https://(.+\.)?a\.test' }"),
        (r"localhost:\d+", r"{ regex = 'http://localhost:\d+' }"),
        (r"^https:\/\/a\.test$", r#""https://a.test""#),
        (r"a\.test", r#""https://a.test""#),
        ("https://a.test$", r#""https://a.test""#),
        (r"https://a\-b\.test", r#""https://a-b.test""#),
        (r"https://[a\-z.]+\.a\.test", r"{ regex = 'https://[a\-z.]+\.a\.test' }"),
        (r"//.*\.a\.test", ""),
        ("https://.*", ""),
        ("^.*$", ""),
        ("https?://.+", ""),
        ("https://(a.test", ""),
        (r"^https://[a.test$", ""),
    ] {
        let (fault, candidates) = diagnosed(text);
        let first = candidates.first().map(|meant| meant.to_string()).unwrap_or_default();
        assert_eq!(first, meant, "{text}");
        assert!(fault == PatternFault::Regex || meant.is_empty(), "{text}: {fault:?}");
    }
}

#[test]
fn misspelt_schemes() {
    for (scheme, likely) in [
        ("htps", Some("https")),
        ("htttp", Some("http")),
        ("httsp", Some("https")),
        ("hhtps", Some("https")),
        ("ttps", Some("https")),
        ("htp", Some("http")),
        ("gttps", Some("https")),
        ("httpss", Some("https")),
        ("hps", Some("https")),
        ("thtp", Some("http")),
        ("thtpx", None),
        ("xhttpx", None),
        ("htxxs", None),
        ("ht", None),
        ("http", None),
        ("https", None),
        ("ftp", None),
        ("app", None),
        ("ipfs", None),
        ("tauri", None),
        ("ionic", None),
        ("capacitor", None),
        ("chrome-extension", None),
    ] {
        assert_eq!(misspelt(scheme), likely, "{scheme}");
    }
}

fn diagnosed(text: &str) -> (PatternFault, Vec<Meant>) {
    diagnose(text, Pattern::parse(text).expect_err(text))
}

/// A list is suggested as long as a person can read it.
#[test]
fn long_lists() {
    for (entries, len, is_shown) in [(64, 2048, true), (65, 2048, false), (64, 2049, false)] {
        let others: String = (1..entries).map(|n| format!(",https://a{n}.example.test")).collect();
        let first = "a".repeat(len - others.len() - "https://.test".len());
        let (fault, meant) = diagnosed(&format!("https://{first}.test{others}"));
        assert_eq!(
            (fault, !meant.is_empty()),
            (PatternFault::Several, is_shown),
            "{entries} {len}"
        );
    }
    let long = format!("https://{}.test", "a".repeat(1024));
    assert_eq!(diagnosed(&format!("{long},{long}")), (PatternFault::Several, Vec::new()));
    for (choices, is_shown) in [(64, true), (65, false)] {
        let others: String = (1..choices).map(|n| format!(",a{n}")).collect();
        let (_, meant) = diagnosed(&format!("https://{{a{others}}}.example.test"));
        assert_eq!(!meant.is_empty(), is_shown, "{choices} choices");
    }
}

#[test]
fn length() {
    let host = |len: usize| "a".repeat(len - "https://".len());
    assert!(Pattern::parse(&format!("https://{}", host(512))).is_ok());
    assert!(Pattern::parse(&format!("https://{}:*", host(512))).is_ok());
    assert_eq!(Pattern::parse(&format!("https://{}", host(513))), Err(PatternFault::TooLong));
    assert_eq!(Pattern::parse(&format!("https://{}:*", host(513))), Err(PatternFault::TooLong));
}
