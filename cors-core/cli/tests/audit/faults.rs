//! A right server with faults, each alone and every two that can occur together.

use std::collections::BTreeSet;

use cors_cli::audit::{Finding, Id};
use http::{Request, Response};

use super::*;

const OTHER: &str = "https://other.test";

/// Whether a server with this fault lets the origin read with credentials.
fn lets_in(fault: Id, origin: &str) -> bool {
    let https = origin.strip_prefix("https://");
    match fault {
        Id::AnyOrigin => origin.starts_with("http"),
        Id::NullOrigin => origin == "null",
        Id::SuffixMatch => https.is_some_and(|host| host.ends_with("example.com")),
        Id::PrefixMatch => origin.starts_with(APP),
        Id::SubstringMatch => origin.contains("app.example.com"),
        Id::UnescapedDot => https.is_some_and(|host| {
            let matches = |(found, wanted): (char, char)| found == wanted || wanted == '.';
            host.len() == "app.example.com".len()
                && host.chars().zip("app.example.com".chars()).all(matches)
        }),
        Id::AnySubdomain => https.is_some_and(|host| host.ends_with(".example.com")),
        Id::InsecureScheme => origin == "http://app.example.com",
        Id::OtherPort => origin.starts_with("https://app.example.com:"),
        _ => false,
    }
}

fn serve(faults: &[Id], request: &Request<()>) -> Response<()> {
    let has = |fault| faults.contains(&fault);
    let origin = origin(request);
    let mut lines = if has(Id::VaryMissing) { vec![] } else { vec![VARY] };
    if origin == APP || faults.iter().any(|fault| lets_in(*fault, origin)) {
        lines.extend([(ALLOW, origin), CREDENTIALS]);
    } else if has(Id::StarWithCredentials) {
        lines.extend([(ALLOW, "*"), CREDENTIALS]);
    } else if has(Id::Public) {
        lines.push((ALLOW, "*"));
    }
    if is_preflight(request) {
        if has(Id::PreflightNeedsAuthorization) && !request.headers().contains_key("authorization")
        {
            return answer(401, &[]);
        }
        if has(Id::PreflightRedirected) {
            return answer(302, &[("location", "/login")]);
        }
        if has(Id::PreflightNotOk) {
            return answer(404, &lines);
        }
        if has(Id::MultipleOrigins) {
            lines.push((ALLOW, APP));
        }
        lines.extend([METHODS, HEADERS]);
        return answer(204, &lines);
    }
    let response = handler(request);
    if has(Id::LostOnErrors) && response.status() == 404 {
        return response;
    }
    add(response, &lines)
}

/// What follows from a fault, and is not said again.
fn is_implied(id: Id, by: Id) -> bool {
    match by {
        Id::AnyOrigin => matches!(
            id,
            Id::NullOrigin
                | Id::SuffixMatch
                | Id::PrefixMatch
                | Id::SubstringMatch
                | Id::UnescapedDot
                | Id::AnySubdomain
                | Id::InsecureScheme
                | Id::OtherPort
                | Id::Public
                | Id::AllowRefused
        ),
        Id::SuffixMatch => id == Id::AnySubdomain,
        Id::PrefixMatch => id == Id::OtherPort,
        Id::SubstringMatch => {
            matches!(id, Id::PrefixMatch | Id::InsecureScheme | Id::OtherPort)
        }
        // Everybody can read something.
        Id::Public | Id::StarWithCredentials => id == Id::AllowRefused,
        _ => false,
    }
}

fn check(faults: &[Id]) {
    let mut allow = vec![APP];
    if faults.contains(&Id::AllowRefused) {
        allow.push(OTHER);
    }
    let found = run(&target(URL, &allow), |request| serve(faults, request));
    let mut expected: BTreeSet<Id> = faults.iter().copied().collect();
    // Who cannot read with credentials can still read.
    if expected.contains(&Id::StarWithCredentials) {
        expected.insert(Id::Public);
    }
    expected.retain(|id| !faults.iter().any(|by| is_implied(*id, *by)));
    assert_eq!(ids(&found), expected, "{faults:?}: {}", found.to_text());
    assert_eq!(found.stopped, None);
    assert!(found.untried.is_empty(), "{:?}", found.untried);
    assert_eq!(found.passes(), expected.is_subset(&[Id::Public].into()));
}

#[test]
fn each_alone() {
    check(&[]);
    for fault in Id::ALL {
        check(&[*fault]);
    }
}

#[test]
fn every_two() {
    // All are what preflights are answered with.
    const PREFLIGHT: [Id; 4] = [
        Id::MultipleOrigins,
        Id::PreflightNeedsAuthorization,
        Id::PreflightRedirected,
        Id::PreflightNotOk,
    ];
    let mut count = 0;
    for (place, one) in Id::ALL.iter().enumerate() {
        for other in &Id::ALL[place + 1..] {
            if PREFLIGHT.contains(one) && PREFLIGHT.contains(other) {
                continue;
            }
            check(&[*one, *other]);
            count += 1;
        }
    }
    assert_eq!(count, 18 * 17 / 2 - 6);
}

/// They say what the server answered, and what to change.
#[test]
fn findings_say_what_came() {
    type Row = (fn(&Request<()>) -> Response<()>, Id, &'static str, &'static str);
    let rows: [Row; 6] = [
        (
            |r| serve(&[Id::LostOnErrors], r),
            Id::LostOnErrors,
            "status 404 Not Found, without Access-Control-Allow-Origin",
            "Send this on every answer, whatever its status",
        ),
        (
            |r| serve(&[Id::PreflightNeedsAuthorization], r),
            Id::PreflightNeedsAuthorization,
            "OPTIONS is answered with 401 Unauthorized, and with success if it has authorization",
            "Let OPTIONS through before authentication.",
        ),
        (
            |r| if is_preflight(r) { answer(401, &[]) } else { serve(&[], r) },
            Id::PreflightNeedsAuthorization,
            "OPTIONS is answered with 401 Unauthorized, and a preflight has no credentials",
            "Let OPTIONS through before authentication.",
        ),
        (
            |r| serve(&[Id::PreflightRedirected], r),
            Id::PreflightRedirected,
            "OPTIONS is answered with 302 Found to /login, and a browser does not follow",
            "Let no redirect come before CORS.",
        ),
        // Rather a GET than a preflight, and rather an origin that is meant.
        (
            |r| add(serve(&[Id::AnyOrigin], r), &[(ALLOW, "*")]),
            Id::MultipleOrigins,
            "it is answered with Access-Control-Allow-Origin: https://app.example.com, \
             Access-Control-Allow-Origin: *, Access-Control-Allow-Credentials: true",
            "Let only one layer send",
        ),
        (
            |r| serve(&[Id::MultipleOrigins], r),
            Id::MultipleOrigins,
            "OPTIONS is answered with Access-Control-Allow-Origin: https://app.example.com, \
             Access-Control-Allow-Origin: https://app.example.com, \
             Access-Control-Allow-Credentials: true",
            "Let only one layer send",
        ),
    ];
    let found = run(&target(URL, &[APP]), |request| match is_preflight(request) {
        true => answer(304, &[("location", "/login")]),
        false => serve(&[], request),
    });
    assert!(found.findings.iter().all(|f| f.id != Id::PreflightRedirected), "{}", found.to_text());
    for (server, id, says, fix) in rows {
        let found = run(&target(URL, &[APP]), server);
        let is_it = |finding: &&Finding| {
            finding.id == id
                && finding.why.ends_with(&format!(": {says}"))
                && finding.fix.starts_with(fix)
        };
        assert!(found.findings.iter().any(|f| is_it(&f)), "{says}: {}", found.to_text());
    }
}

/// A finding shows who, with which fetch, and the lines that end it.
#[test]
fn findings_prove_themselves() {
    let found = run(&target(URL, &[APP]), |request| serve(&[Id::SuffixMatch], request));
    let [finding] = &*found.findings else { panic!("{}", found.to_text()) };
    assert_eq!(finding.origin.as_deref(), Some("https://evilexample.com"));
    assert_eq!((finding.severity, finding.credentials), (Severity::Error, true));
    let sum = format!(
        "\n\n{URL}: 1 error, 0 warnings, 0 notes ({} requests)\nCan read: {APP} with credentials, https://evilexample.com with credentials, ",
        found.sent
    );
    assert!(found.to_text().contains(&sum), "{}", found.to_text());
    assert_eq!(
        finding.why,
        "fetch(\"https://api.example.com/items\", { credentials: \"include\" }) from \
         https://evilexample.com: the script can read the answer"
    );
    assert!(finding.fix.ends_with(
        "\nAccess-Control-Allow-Origin: https://app.example.com\n\
         Access-Control-Allow-Credentials: true\nVary: Origin"
    ));
}
