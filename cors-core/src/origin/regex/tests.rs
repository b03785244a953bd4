//! Patterns with their matches and near misses, and with what is proven about them.

#[cfg(feature = "public-suffix")]
use super::proof::Witness;
use super::proof::prove_by;
use super::*;
#[cfg(feature = "public-suffix")]
use crate::origin::Origin;
use crate::origin::public_suffix;

#[cfg(feature = "public-suffix")]
mod law;

fn regex(pattern: &str) -> OriginRegex {
    OriginRegex::new(pattern).unwrap_or_else(|fault| panic!("{pattern}: {fault:?}"))
}

#[test]
fn matches_whole_origins() {
    let table: &[(&str, &[&str], &[&str])] = &[
        (
            r"https://app\.example\.com",
            &["https://app.example.com"],
            &[
                "https://app.example.com:8443",
                "https://app.example.co",
                "https://app.example.comm",
                "ttps://app.example.com",
                "xhttps://app.example.com",
                "http://app.example.com",
                "https://appxexample.com",
                "https://APP.example.com",
                "https://app.example.com\n",
                "",
            ],
        ),
        // An alternative that matches a part must not hide one that matches everything.
        (
            r"https://a\.test|https://a\.test:1|https://a",
            &["https://a.test", "https://a.test:1", "https://a"],
            &["https://a.test:12", "https://a.", "https://a.tes"],
        ),
        (r"https://a+?", &["https://a", "https://aaa"], &["https://", "https://ab"]),
        (
            r"^https://[a-z]+\.example\.com$",
            &["https://a.example.com"],
            &["https://.example.com", "https://a.example.com.", "https://a.b.example.com"],
        ),
        (r"(?i)HTTPS://A\.TEST", &["https://a.test", "HTTPS://a.TEST"], &["https://a-test"]),
        (
            r"https://\w+\.test\b",
            &["https://a_1.test"],
            &["https://a-1.test", "https://\u{e9}.test"],
        ),
        (r"https://[^.]+\.test", &["https://a.test"], &["https://a.b.test", "https://.test"]),
        (r"(?x) https:// a \. test # spaced", &["https://a.test"], &["https:// a.test"]),
        (r"https://a\.test$^", &[], &["https://a.test"]),
        (r"", &[""], &["https://a.test"]),
        (r"[^\x00-\xFF]", &[], &["", "a", "https://a.test"]),
    ];
    for (pattern, accepts, refuses) in table {
        let regex = regex(pattern);
        assert_eq!(regex.as_str(), *pattern);
        for origin in *accepts {
            assert!(regex.is_match(origin), "{pattern} refuses {origin:?}");
        }
        for origin in *refuses {
            assert!(!regex.is_match(origin), "{pattern} accepts {origin:?}");
        }
    }
}

#[test]
fn invalid_in_one_line() {
    for (pattern, message) in [
        ("(", "unclosed group (column 1)"),
        ("https://a\\.test\n(", "unclosed group (line 2, column 1)"),
        ("https://[a-", "unclosed character class (column 9)"),
        ("*", "repetition operator missing expression (column 1)"),
        ("a{2,1}", "invalid repetition count range, the start must be <= the end (column 2)"),
        (r"https://(a)\1", "backreferences are not supported (column 12)"),
        ("(?=a)", "look-around, including look-ahead and look-behind, is not supported (column 1)"),
        (r"https://\p{Greek}\.test", "Unicode does not apply, since origins are ASCII (column 9)"),
        (r"(?u)\bhttps://a\.test", "Unicode does not apply, since origins are ASCII"),
    ] {
        assert_eq!(
            OriginRegex::new(pattern),
            Err(RegexFault::Invalid(message.to_owned())),
            "{pattern}"
        );
    }
}

#[test]
fn a_table_costs_its_bytes() {
    let mut steps = Steps::new(Steps::OF_A_POLICY);
    let regex = OriginRegex::compile(r"https://[a-z]{1,30}\.example\.com", &mut steps).unwrap();
    let bytes = regex.automaton.memory();
    assert!(bytes > 1024, "{bytes}");
    assert_eq!(Steps::OF_A_POLICY - steps.left(), 4 * bytes);
}

#[test]
fn the_longest_pattern() {
    let of = |len: usize| format!("https://[{}]", "a".repeat(len - "https://[]".len()));
    assert!(regex(&of(MAX_PATTERN)).is_match("https://a"));
    for len in [MAX_PATTERN + 1, 2 * MAX_PATTERN] {
        assert_eq!(OriginRegex::new(&of(len)), Err(RegexFault::TooLarge), "{len}");
    }
}

/// No panic and no long wait, whatever the policy file contains.
#[test]
fn hostile_patterns_are_bounded() {
    let nested = |open: &str, close: &str, n| format!("{}a{}", open.repeat(n), close.repeat(n));
    let alternatives =
        |n: usize| (0..n).map(|i| format!(r"https://app{i}\.example\.com:{i}")).collect::<Vec<_>>();
    let too_large = [
        "[ab]*a[ab]{20}".to_owned(),
        "(?:a{1000}){1000}".to_owned(),
        "(?:(?:a{1000}){1000}){1000}".to_owned(),
        r"https://(?:.{0,60}a){8}\.com".to_owned(),
        "a|".repeat(20_000),
        alternatives(2_000).join("|"),
    ];
    let allowed = [
        "(?:){4294967295}".to_owned(),
        "(?:^*){4294967295}".to_owned(),
        "(?:(?:){1000000}){1000000}".to_owned(),
        nested("(?:", ")", 60),
        alternatives(50).join("|"),
        r"https://.{0,200}\.com".to_owned(),
        r"https://(?:(?:[0-9]|[a-f])+\.)*example\.com".to_owned(),
        r"https://(?:[ab]{90}\.|[ab]{91}\.)*example\.com".to_owned(),
        // Small forwards, large backwards.
        r"https://.{11}a.*\.com".to_owned(),
    ];
    for pattern in &too_large {
        let mut steps = Steps::new(Steps::OF_A_POLICY);
        assert_eq!(OriginRegex::compile(pattern, &mut steps), Err(RegexFault::TooLarge));
        // As much as for the largest allowed table, unless it was not even parsed.
        assert!(Steps::OF_A_POLICY - steps.left() <= Steps::OF_A_POLICY / 4, "{pattern:.40}");
    }
    for pattern in &allowed {
        let mut steps = Steps::new(Steps::OF_A_POLICY);
        let regex = OriginRegex::compile(pattern, &mut steps).unwrap();
        assert!(!regex.is_empty(&mut steps) || !pattern.contains("https"), "{pattern:.40}");
        prove(&regex, &mut steps).unwrap();
        let spent = Steps::OF_A_POLICY - steps.left();
        // Without the Public Suffix List there are two proofs, to find out whether the list would
        // help.
        let proofs = if public_suffix::HAS_LIST { 1 } else { 2 };
        assert!(spent <= proofs * (Steps::OF_A_POLICY / 2), "{pattern:.40}: {spent}");
    }
    for pattern in [nested("(", ")", 5_000), "[".repeat(5_000)] {
        assert!(matches!(OriginRegex::new(&pattern), Err(RegexFault::Invalid(_))), "{pattern:.40}");
    }
}

#[test]
fn unescaped_dots() {
    for pattern in [
        r"https://app.example\.com",
        r"https://app\.example.com",
        r"https://(a|b).example\.com",
        r"https://[a-z]+.example\.com",
        r"https://.*.example\.com",
        r"(https://app.example\.com|x)",
        r"^https://\w.test$",
        r"https://(www.app\.)+example\.com",
        r"https://(app.a)?\.example\.com",
        r"https://(ab).(cd)\.com",
    ] {
        assert!(unescaped_dot(pattern), "{pattern}");
    }
    for pattern in [
        r"https://app\.example\.com",
        r"https://app[.]example\.com",
        r"https://.*\.example\.com",
        r"https://.+",
        r"https://app.?example\.com",
        r"https://.\.example\.com",
        r"https://..\.example\.com",
        r".*",
        r".",
        r"(",
    ] {
        assert!(!unescaped_dot(pattern), "{pattern}");
    }
}

/// `ok` means no objection.
#[cfg(feature = "public-suffix")]
fn verdict(pattern: &str) -> (String, String) {
    let regex = regex(pattern);
    let Proof { unbounded, insecure, .. } = prove_all(&regex);
    let text = |witness: Option<Witness>| {
        let Some(witness) = witness else { return "ok".to_owned() };
        let Some(origin) = witness else { return "no witness".to_owned() };
        assert!(regex.is_match(&origin) && Origin::parse(origin.as_bytes()).is_ok(), "{origin}");
        origin
    };
    let unbounded = match unbounded {
        Some(Unproven::Limit(limit)) => format!("{limit:?}"),
        Some(Unproven::LetsIn(witness)) => text(Some(witness)),
        None => text(None),
    };
    (unbounded, text(insecure))
}

#[cfg(feature = "public-suffix")]
fn prove_all(regex: &OriginRegex) -> Proof {
    prove(regex, &mut Steps::new(Steps::OF_A_POLICY)).expect("there are enough steps for one regex")
}

#[cfg(feature = "public-suffix")]
#[test]
fn proven() {
    for pattern in [
        r"https://app\.example\.com",
        r"^https://app\.example\.com$",
        r"(?i)https://app\.example\.com",
        r"https://(.*\.)?example\.com",
        r"https://.+\.example\.com",
        r"https://[a-z]+\.example\.com(:\d+)?",
        r"https://[^.]+\.example\.com:.*",
        r"https://.*\bexample\.com\.example\.org",
        r"https://(app|admin)\.example\.(com|org|co\.uk)",
        r"https://(alpha|bob|music|fred|blue|golf|dog|high|juli|mik|hotel|kim)[.]com",
        r"https://app[0-9]\.com",
        r"https://pr-\d+\.me\.github\.io",
        r"https://github\.io",
        r"https://.*\.example\.com\.?",
        r"https://([0-9]?\.)*example\.com",
        r"https://([0-9]+\.)*example\.com",
        r"https?://localhost(:\d+)?",
        r"https?://(.*\.)?localhost:\d+",
        r"http://127\.0\.0\.1:[0-9]{4}",
        r"http://127\.\d+\.0\.1",
        r"http://\[::1\](:\d+)?",
        r"https://\[2001:db8::[0-9]\]",
        r"https://10\.0\.0\.\d+",
        r"https://intranet",
        r"tauri://localhost|https://tauri\.localhost",
        r"chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        // Matches that are not well-formed origins do not count.
        r"https://app\.example\.com(/.*)?",
        r"https://app\.example\.com(@evil\.test)?",
        r"https://(APP|app)\.example\.com|null|.*\n.*|file://.*",
        r"http://127\.0\.0\.999999",
        r"https://[A-Z]*\.com",
        r"https://[0-9]+",
        // Just within the limits.
        r"https://[a-d]{5}",
        r"https://a{254}",
        r"https://.{1,63}\.example\.com",
        r"https://.{1,253}\.example\.com",
        r"!://.*|a!://.*|https://app\.example\.com",
        r"https://(.*\.)?example\.(ae|be|de|ee|fr|ge|ie|it|me|ne|pe|pl|re|se|si|us|va|ve)",
    ] {
        let ok = ("ok".to_owned(), "ok".to_owned());
        assert_eq!(verdict(pattern), ok, "{pattern}");
    }
}

#[cfg(feature = "public-suffix")]
#[test]
fn unbounded() {
    for (pattern, witness) in [
        // Each is close to a pattern of `proven`.
        (r"https://.*example\.com", "https://evilexample.com"),
        (r"https://app.example.com", "https://app.examplexcom"),
        (r"https://app\.example.com", "https://app.examplexcom"),
        (r"https://(.*.)?example\.com", "https://evilexample.com"),
        (r"https://app\.example\.com.*", "https://app.example.comevil.example"),
        (r"https://app\.example\.com\b.*", "https://app.example.com-evil.example"),
        (r"https://app\.example\..*", "https://app.example.evil.example"),
        (r"https://app\.example\.[a-z]{2,3}", "https://app.example.xx"),
        (r"https://(.*\.)?(example\.com|org)", "https://evil.org"),
        (r"https://app[0-9]{4}\.com", "https://app0000.com"),
        (r"https://app[a-k]\.com", "https://appa.com"),
        (r"https://a*\.com", "https://aa.com"),
        // The witness that reads best.
        (r"https://a[0-9_-]b\.com", "https://a0b.com"),
        (r"https://a[!.][a-z]b\.com", "https://a.xb.com"),
        (r"https://(.*\.)?intranet", "https://evil.intranet"),
        (r"https://\w+", "https://evil"),
        // A named origin comes first or is shortest, but is not the objection.
        (r"https://.*\.example\.com:?[0-9]*", "https://x.example.com0"),
        (r"https://example\.com(m)*", "https://example.comm"),
        (r"https://([0-9]*|x)example\.com", "https://0example.com"),
        (r"https://(example|[e-z]xample)\.com", "https://xxample.com"),
        (r"https://(.*\.|[a-km-z0-9_])example\.com", "https://xexample.com"),
        (r"https://([a-m]|[n-z]{2})\.com", "https://xx.com"),
        (r"https://10\.0\.\d+\.\d+", "https://10.0.0.4"),
        (r"https://\[.*\]", "https://[2001:db8::1]"),
        (r"https://\[[0-9a-f]{4}::1\]", "https://[aaaa::1]"),
        (r"https://.*:8443", "https://evil.example:8443"),
        (r"https://.*\.com:\d+", "https://evil.com:8080"),
        (r"https://.*\.com:44[23]", "https://evil.com:442"),
        (r"(https|tauri)://.*", "https://evil.example"),
        (r"tauri://.*", "tauri://evil.example"),
        (r"https://.*\.example\.com|https://.*", "https://evil.example"),
    ] {
        assert_eq!(verdict(pattern), (witness.to_owned(), "ok".to_owned()), "{pattern}");
    }
}

#[cfg(feature = "public-suffix")]
#[test]
fn unbounded_below_public_suffixes() {
    for (pattern, witness) in [
        (r"https://(.*\.)?co\.uk", "https://evil.co.uk"),
        (r"https://[a-z]+\.github\.io", "https://evil.github.io"),
        (r"https://pr-\d+-[a-z]+\.vercel\.app", "https://pr-0-evil.vercel.app"),
        (r"https://.*\.s3\.amazonaws\.com", "https://evil.s3.amazonaws.com"),
        (r"https://[a-z]+\.kawasaki\.jp", "https://evil.kawasaki.jp"),
        (r"https://[a-z]+\.me\.github\.io", "ok"),
        (r"https://github\.io", "ok"),
        (r"https://.*\.me\.s3\.amazonaws\.com", "ok"),
        (r"https://.*\.amazonaws\.com", "https://evil.amazonaws.com"),
        (r"https://.*\.s[a-z0-9]\.amazonaws\.com", "https://x.sx.amazonaws.com"),
        (
            r"https://(?:(?:(?:a|b)\.){12}|(?:.*\.)?s3\.us-east-2\.)amazonaws\.com",
            "https://evil.s3.us-east-2.amazonaws.com",
        ),
        (r"https://[a-j]{3}\.com", "https://ega.com"),
        (r"https://.*\bexample\.com", "https://evil-example.com"),
        (r"https://[a-z]+\.city\.kawasaki\.jp", "ok"),
        // Each of the hundred is a public suffix.
        (r"https://[a-j][a-j]\.ck", "https://eg.ck"),
        (
            r"https://[a-z]a{50}\.kawasaki\.jp",
            "https://xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.kawasaki.jp",
        ),
    ] {
        assert_eq!(verdict(pattern), (witness.to_owned(), "ok".to_owned()), "{pattern}");
    }
}

#[cfg(feature = "public-suffix")]
#[test]
fn insecure() {
    for (pattern, unbounded, insecure) in [
        (r"https?://app\.example\.com", "ok", "http://app.example.com"),
        (r"https?://.*\.example\.com(:\d+)?", "ok", "http://evil.example.com"),
        (r"https?://app\.example\.com:8443", "ok", "http://app.example.com:8443"),
        (r".*://app\.example\.com", "ok", "http://app.example.com"),
        (r"http://(.*\.)?localhost\.?", "ok", "http://evil.localhost."),
        (r"http://12[78]\.0\.0\.1", "ok", "http://128.0.0.1"),
        (r"http://\[::[12]\]", "ok", "http://[::2]"),
        (r"http://\[.*\]", "http://[2001:db8::1]", "http://[2001:db8::1]"),
        (r"http://localhost:*([0-9]+)?", "http://localhost0", "http://localhost0"),
        (r"http://localhost.*", "http://localhostevil.example", "http://localhostevil.example"),
        (r"http.://app\.example\.com|http://.*\.test", "http://evil.test", "http://evil.test"),
        (r".*", "https://evil.example", "http://evil.example"),
        (r"https?://[a-z]{3}", "https://xxx", "http://xxx"),
        (r"(a|http)://(\.|xy)[a-z]+\.com", "a://.evil.com", "http://xyevil.com"),
    ] {
        let verdict = verdict(pattern);
        assert_eq!((&*verdict.0, &*verdict.1), (unbounded, insecure), "{pattern}");
    }
}

/// A public suffix far below a name that `above.txt` does not list yet.
#[test]
fn new_public_suffixes() {
    let is_shared = |host: &str| !host.contains('.') || host == "new.ed.ee.example.com";
    for (pattern, witness) in [
        (r"https://.*\.new\.ed\.ee\.example\.com", Some("https://evil.new.ed.ee.example.com")),
        (r"https://.*\.ee\.example\.com", None),
        // The last one visited of 25 names, each with 20 below it, and one below each of those.
        (
            r"https://.*\.new\.[a-e][a-d]\.[a-e]{2}\.example\.com",
            Some("https://evil.new.ed.ee.example.com"),
        ),
        (r"https://.*\.new\.[a-e][a-e]\.[a-e]{2}\.example\.com", None),
    ] {
        let steps = &mut Steps::new(Steps::OF_A_POLICY);
        let unbounded = prove_by(&regex(pattern), is_shared, steps).unwrap().unbounded;
        let witness = witness.map(|witness| Unproven::LetsIn(Some(witness.to_owned())));
        assert_eq!(unbounded, witness, "{pattern}");
    }
}

/// A regex beyond the limits is not proven, whether or not an origin shows why.
#[cfg(feature = "public-suffix")]
#[test]
fn beyond_the_limits() {
    // Each doubles the number of names.
    let both = |n: usize| format!(r"https://(aa|bb){{{n}}}\.com");
    // Few characters, so that the list itself is not too large.
    let listed = |n: usize| {
        let names: Vec<String> = (0..n).map(|i| format!("{i:x}")).collect();
        format!(r"https://x({})\.com", names.join("|"))
    };
    // Where a class may come, each of 34 other characters ends two names.
    let apart: Vec<String> = ('a'..='z')
        .chain('0'..='7')
        .zip(1..)
        .map(|(last, n)| format!("(1{{{n}}}|2{{{n}}}){last}"))
        .collect();
    let apart = format!(r"https://({}|y[89])\.com", apart.join("|"));
    for (pattern, unbounded, insecure) in [
        (r"https://[a-e]{5}", "https://aaaaa", "ok"),
        (&apart, "ok", "ok"),
        (&both(20), "Names", "ok"),
        (&listed(1025), "Names", "ok"),
        (&listed(1024), "ok", "ok"),
        (&listed(513).replace("com", "(com|org)"), "Names", "ok"),
        (&listed(512).replace("com", "(com|org)"), "ok", "ok"),
        // Small forwards, too large backwards.
        (r"https://.{11}a.*\.com", "Table", "ok"),
        (r"https?://.{11}a.*\.com", "Table", "no witness"),
        // Not canonical, so no browser sends it, but the grammar of the proof does not know that.
        (r"http://\[0:0:0:0:0:0:0:1\]", "ok", "no witness"),
    ] {
        assert_eq!(verdict(pattern), (unbounded.to_owned(), insecure.to_owned()), "{pattern}");
    }
}
