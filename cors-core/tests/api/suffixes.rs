//! Without the Public Suffix List, subdomains with credentials are an error. So the feature
//! `public-suffix`, which any crate of a build may enable, turns errors into policies and never the
//! other way around.

use cors_core::{Config, Danger, ErrorKind, OriginEntry, Policy};

const HAS_LIST: bool = cfg!(feature = "public-suffix");

fn kinds(entry: OriginEntry, danger: Danger) -> Vec<ErrorKind> {
    let config = set!(Config::new([entry]), allow_credentials = true, danger = danger);
    let errors = Policy::new(&config).err();
    errors.into_iter().flatten().map(|error| error.kind().clone()).collect()
}

fn suffix(suffix: &str) -> Option<ErrorKind> {
    Some(ErrorKind::PublicSuffixWithCredentials { suffix: suffix.to_owned() })
}

#[test]
fn patterns_of_subdomains() {
    for (pattern, with_list) in [
        ("https://*.github.io", suffix("github.io")),
        ("https://*.co.uk:*", suffix("co.uk")),
        ("https://*.example.com", None),
        ("https://*.a.example.co.uk:8443", None),
        ("app://*.example.com", None),
    ] {
        let expected = if HAS_LIST { with_list } else { Some(ErrorKind::NoPublicSuffixList) };
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(kinds(pattern.into(), Danger::default()), expected, "{pattern}");
        let danger = set!(Danger::default(), allow_public_suffix_subdomains = true);
        assert_eq!(kinds(pattern.into(), danger), [], "{pattern}");
    }
}

/// The list does not affect these.
#[test]
fn patterns_of_which_the_list_says_nothing() {
    for (pattern, expected) in [
        ("https://*.com", suffix("com")),
        ("https://*.internal", suffix("internal")),
        ("https://*.localhost", None),
        ("https://github.io", None),
        ("https://app.example.com:*", None),
    ] {
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(kinds(pattern.into(), Danger::default()), expected, "{pattern}");
    }
}

#[test]
fn the_error_names_the_feature() {
    let config = set!(Config::new("https://*.example.com"), allow_credentials = true);
    let said = Policy::new(&config).err().map(|errors| errors.to_string());
    let expected = "allow_origins = \"https://*.example.com\": this build lacks the Public Suffix List, so it cannot tell whether anyone can register such a subdomain; enable the feature \"public-suffix\" of cors-core, or list the origins";
    assert_eq!(said.as_deref(), (!HAS_LIST).then_some(expected));
}

/// Without credentials there is no risk, so there is no warning.
#[test]
fn without_credentials_nothing_is_asked() {
    let policy = Policy::builder().allow_origins("https://*.example.com").build().unwrap();
    assert_eq!(policy.warnings(), []);
}

#[cfg(feature = "regex")]
#[test]
fn regexes_that_reach_subdomains() {
    for (regex, needs_list) in [
        (r"https://(app|admin)\.example\.(com|org)", false),
        (r"https://pr-[0-9]\.example\.com(:\d+)?", false),
        (r"https://(.*\.)?example\.com", true),
        (r"https://[a-z]+\.example\.co\.uk", true),
    ] {
        let expected: &[_] =
            if needs_list && !HAS_LIST { &[ErrorKind::NoPublicSuffixList] } else { &[] };
        assert_eq!(kinds(OriginEntry::regex(regex), Danger::default()), expected, "{regex}");
    }
    // No list could prove this.
    for regex in
        [r"https://.*example\.com", "https://app.example.com", ".*", r"https://[a-j]{3}\.com"]
    {
        let kinds = kinds(OriginEntry::regex(regex), Danger::default());
        let is_unbounded = |kind| matches!(kind, &ErrorKind::UnboundedRegexWithCredentials { .. });
        assert!(kinds.iter().any(is_unbounded), "{regex}: {kinds:?}");
    }
}
