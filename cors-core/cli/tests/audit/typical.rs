//! Servers as people write them.

use cors_cli::audit::Id::{self, *};
use http::{Request, Response};

use super::*;

type Server = fn(&Request<()>) -> Response<()>;

/// Reflects the origin with credentials where `allows`.
fn reflect(request: &Request<()>, allows: impl Fn(&str) -> bool) -> Response<()> {
    let origin = origin(request);
    let lines = match allows(origin) && !origin.is_empty() {
        true => vec![VARY, (ALLOW, origin), CREDENTIALS],
        false => vec![VARY],
    };
    match is_preflight(request) {
        true => add(answer(204, &lines), &[METHODS, HEADERS]),
        false => add(handler(request), &lines),
    }
}

/// What each finds with `--allow https://app.example.com`, and without.
const SERVERS: &[(&str, Server, &[Id], &[Id])] = &[
    ("origin: true", |r| reflect(r, |_| true), &[AnyOrigin], &[AnyOrigin]),
    (
        "endsWith(domain)",
        |r| reflect(r, |o| o.ends_with("example.com")),
        &[SuffixMatch],
        &[SuffixMatch],
    ),
    ("endsWith(host)", |r| reflect(r, |o| o.ends_with("app.example.com")), &[SuffixMatch], &[]),
    ("startsWith", |r| reflect(r, |o| o.starts_with(APP)), &[PrefixMatch], &[]),
    (
        "includes(domain)",
        |r| reflect(r, |o| o.contains("example.com")),
        &[SubstringMatch],
        &[SubstringMatch],
    ),
    ("includes(host)", |r| reflect(r, |o| o.contains("app.example.com")), &[SubstringMatch], &[]),
    (
        "/app.example.com/",
        |r| {
            reflect(r, |o| {
                o.contains("app.example.com")
                    || o.contains("appxexample.com")
                    || o.contains("app.examplexcom")
            })
        },
        &[SubstringMatch, UnescapedDot],
        &[],
    ),
    (
        "/^https?:\\/\\/app.example.com(:\\d+)?$/",
        |r| {
            reflect(r, |o| {
                let host = o.trim_start_matches("https://").trim_start_matches("http://");
                let host = host.split(':').next().unwrap();
                ["app.example.com", "appxexample.com", "app.examplexcom"].contains(&host)
            })
        },
        &[UnescapedDot, InsecureScheme, OtherPort],
        &[],
    ),
    (
        "any subdomain, over http too",
        |r| reflect(r, |o| o.ends_with(".example.com")),
        &[AnySubdomain, InsecureScheme],
        &[AnySubdomain, InsecureScheme],
    ),
    ("null", |r| reflect(r, |o| o == "null" || o == APP), &[NullOrigin], &[NullOrigin]),
    (
        "null without credentials",
        |request| {
            let response = match is_preflight(request) {
                true => answer(204, &[METHODS]),
                false => handler(request),
            };
            let lines = [VARY, (ALLOW, "null")];
            add(response, if origin(request) == "null" { &lines } else { &lines[..1] })
        },
        &[AllowRefused, NullOrigin],
        &[NullOrigin],
    ),
    (
        "nginx without always, and without OPTIONS",
        |request| match handler(request).status().as_u16() {
            200 => answer(200, &[(ALLOW, "*")]),
            status => answer(status, &[]),
        },
        &[Public, LostOnErrors, PreflightNotOk],
        &[Public, LostOnErrors, PreflightNotOk],
    ),
    (
        "allow_origins=[*], allow_credentials=True",
        |request| {
            add(
                match is_preflight(request) {
                    true => answer(200, &[METHODS]),
                    false => handler(request),
                },
                &[(ALLOW, "*"), CREDENTIALS],
            )
        },
        &[Public, StarWithCredentials],
        &[Public, StarWithCredentials],
    ),
    (
        "two layers",
        |request| {
            let mut response = reflect(request, |o| o == APP);
            if origin(request) == APP {
                response = add(response, &[(ALLOW, "*")]);
            }
            response
        },
        &[MultipleOrigins, AllowRefused],
        &[],
    ),
    (
        "a list in one value",
        |request| {
            let response = match is_preflight(request) {
                true => answer(204, &[METHODS]),
                false => handler(request),
            };
            add(response, &[(ALLOW, "https://app.example.com, https://example.com")])
        },
        &[MultipleOrigins, AllowRefused],
        &[MultipleOrigins],
    ),
    ("no CORS at all", handler, &[AllowRefused], &[]),
    ("only errors, without CORS", |_| answer(500, &[]), &[AllowRefused], &[]),
    ("a single-page application", |_| answer(200, &[]), &[AllowRefused], &[]),
    (
        "another origin, always",
        |request| match is_preflight(request) {
            true => answer(204, &[(ALLOW, "https://www.example.com"), METHODS]),
            false => add(handler(request), &[(ALLOW, "https://www.example.com")]),
        },
        &[AllowRefused],
        &[],
    ),
    (
        "null alone, and no route for OPTIONS",
        |request| {
            let lines = [VARY, (ALLOW, "null")];
            add(handler(request), if origin(request) == "null" { &lines } else { &lines[..1] })
        },
        &[AllowRefused, NullOrigin, PreflightNotOk],
        &[NullOrigin],
    ),
    (
        "* with credentials, on OPTIONS alone",
        |request| match is_preflight(request) {
            true => answer(204, &[(ALLOW, "*"), CREDENTIALS, METHODS]),
            false => reflect(request, |o| o == APP),
        },
        &[StarWithCredentials],
        &[],
    ),
    (
        "public behind a login",
        |request| match request.headers().contains_key("authorization") {
            true => add(handler(request), &[(ALLOW, "*")]),
            false => answer(401, &[]),
        },
        &[PreflightNeedsAuthorization, LostOnErrors],
        &[],
    ),
    (
        "everything behind a login",
        |request| match request.headers().contains_key("authorization") {
            true => reflect(request, |o| o == APP),
            false => answer(401, &[]),
        },
        &[PreflightNeedsAuthorization, LostOnErrors],
        &[],
    ),
    (
        "a firewall before OPTIONS",
        |request| match is_preflight(request) && !request.headers().contains_key("authorization") {
            true => answer(403, &[]),
            false => reflect(request, |o| o == APP),
        },
        &[PreflightNeedsAuthorization],
        &[],
    ),
    (
        "a firewall that refuses OPTIONS",
        |request| match is_preflight(request) {
            true => answer(403, &[]),
            false => reflect(request, |o| o == APP),
        },
        &[PreflightNotOk],
        &[],
    ),
    (
        "errors of the handler after CORS on OPTIONS alone",
        |request| match is_preflight(request) {
            true => reflect(request, |o| o == APP),
            false => answer(500, &[]),
        },
        &[LostOnErrors],
        &[],
    ),
    (
        "reflects without credentials or Vary",
        |request| {
            add(
                handler(request),
                &match origin(request) {
                    "" => vec![],
                    origin => vec![(ALLOW, origin), ("vary", "X-A"), ("cache-control", "private")],
                },
            )
        },
        &[Public, VaryMissing, PreflightNotOk],
        &[Public, VaryMissing, PreflightNotOk],
    ),
    (
        "reflects without Vary, kept from caches",
        |request| {
            let lines = [(ALLOW, origin(request)), ("cache-control", "private, No-Store"), METHODS];
            match (is_preflight(request), origin(request)) {
                (_, "") => handler(request),
                (true, _) => answer(200, &lines),
                (false, _) => add(handler(request), &lines),
            }
        },
        &[Public],
        &[Public],
    ),
];

#[test]
fn what_each_finds() {
    for (name, server, with, without) in SERVERS {
        for (allow, expected) in [(&[APP][..], with), (&[], without)] {
            let found = run(&target(URL, allow), server);
            let expected = expected.iter().copied().collect();
            assert_eq!(ids(&found), expected, "{name}, {allow:?}: {}", found.to_text());
        }
    }
}

/// Without credentials, a public API on purpose must not fail, nor may what leaks less be an error.
#[test]
fn severities_follow_credentials() {
    let bare = |allows: fn(&str) -> bool| {
        move |request: &Request<()>| {
            let mut response = reflect(request, allows);
            response.headers_mut().remove("access-control-allow-credentials");
            response
        }
    };
    type Row = (fn(&str) -> bool, &'static [&'static str], &'static str, Severity);
    let rows: [Row; 7] = [
        (|_| true, &[], "https://api.example.com/items", Severity::Note),
        (|o| o.ends_with("example.com"), &[APP], URL, Severity::Warning),
        (|o| o.ends_with(".example.com"), &[], URL, Severity::Note),
        (
            |o| o.starts_with("https://") && o.ends_with(".example.com"),
            &[APP],
            URL,
            Severity::Warning,
        ),
        (|o| o == "http://app.example.com" || o == APP, &[APP], URL, Severity::Warning),
        (|o| o.starts_with("http://localhost"), &["http://localhost:3000"], URL, Severity::Warning),
        (|o| o == "null", &[], URL, Severity::Warning),
    ];
    for (allows, allow, url, severity) in rows {
        let found = run(&target(url, allow), bare(allows));
        let worst = found.findings.iter().map(|finding| finding.severity).min();
        assert_eq!(worst, Some(severity), "{}", found.to_text());
    }
}

/// What is meant is not a finding, and a pattern means what it means in a policy.
#[test]
fn what_is_meant() {
    let subdomains: Server =
        |r| reflect(r, |o| o.starts_with("https://") && o.ends_with(".example.com"));
    assert_eq!(ids(&run(&target(URL, &[APP]), subdomains)), [AnySubdomain].into());
    assert_eq!(ids(&run(&target(URL, &["https://*.example.com"]), subdomains)), [].into());
    let named = [APP, "https://evil.example.com", "https://evil.app.example.com"];
    let found = run(&target(URL, &named), subdomains);
    assert_eq!(ids(&found), [AnySubdomain].into());
    assert!(!named.contains(&found.findings[0].origin.as_deref().unwrap()));
    let listed: Server = |r| {
        reflect(r, |o| {
            [APP, "https://evil.example.com", "https://evil.app.example.com"].contains(&o)
        })
    };
    assert_eq!(ids(&run(&target(URL, &named), listed)), [].into());
    let both: Server = |r| reflect(r, |o| o == APP || o == "http://app.example.com" || o == "null");
    let meant = [APP, "http://app.example.com", "null"];
    assert_eq!(ids(&run(&target(URL, &meant), both)), [].into());
    assert_eq!(ids(&run(&target(URL, &[APP]), both)), [InsecureScheme, NullOrigin].into());
    // With TLS, an origin is no less secure.
    let schemes: Server = |r| reflect(r, |o| o == APP || o == "http://app.example.com");
    assert_eq!(ids(&run(&target(URL, &["http://app.example.com"]), schemes)), [].into());
}

/// The URL's own pages need no CORS, whatever the server says.
#[test]
fn the_own_origin_is_no_finding() {
    let ports: Server = |r| reflect(r, |o| o.starts_with("http://localhost:"));
    let url = "http://localhost:8443/items";
    assert_eq!(ids(&run(&target(url, &["http://localhost:3000"]), ports)), [].into());
    let url = "http://localhost:3000/items";
    assert_eq!(ids(&run(&target(url, &[]), ports)), [OtherPort].into());
    assert_eq!(ids(&run(&target(url, &[url.trim_end_matches("/items")]), handler)), [].into());
}

#[test]
fn no_header_lets_a_page_read() {
    for (url, expected, fix) in [
        (
            "http://api.example.com/items",
            &[AnyOrigin, AllowRefused][..],
            "Serve the URL over https: this page cannot fetch it",
        ),
        (
            "https://api.example.com:6667/items",
            &[AllowRefused],
            "Serve the URL on another port: browsers block this one",
        ),
    ] {
        let found = run(&target(url, &[APP]), |r| reflect(r, |_| true));
        assert_eq!(ids(&found), expected.iter().copied().collect());
        let refused = found.findings.iter().find(|finding| finding.id == AllowRefused).unwrap();
        assert_eq!(refused.fix, fix);
    }
}

#[test]
fn methods_and_headers_that_scripts_need() {
    let server: Server = |r| reflect(r, |o| o == APP);
    let of = |methods: &[&str], headers: &[(&str, &str)], server: Server| {
        let methods = methods.iter().map(|&method| method.to_owned()).collect();
        let headers = headers.iter().map(|&(n, v)| (n.to_owned(), v.to_owned())).collect();
        run(&Target::new(URL, vec![APP.to_owned()], methods, headers).unwrap(), server)
    };
    let json = ("content-type", "application/json");
    assert_eq!(ids(&of(&["PUT", "DELETE"], &[json], server)), [].into());
    assert_eq!(ids(&of(&["PUT", "PATCH"], &[json], server)), [AllowRefused].into());
    assert!(of(&["PATCH"], &[json], server).to_json().contains("application/json"));
    // Which need no PUT.
    let simple: Server = |request| match is_preflight(request) {
        true => answer(204, &[(ALLOW, APP), CREDENTIALS, VARY, HEADERS]),
        false => reflect(request, |o| o == APP),
    };
    assert_eq!(ids(&of(&[], &[json], simple)), [].into());
    let doubled: Server = |request| match is_preflight(request) {
        true => answer(204, &[(ALLOW, APP), (ALLOW, APP), CREDENTIALS, VARY, HEADERS]),
        false => reflect(request, |o| o == APP),
    };
    assert_eq!(ids(&of(&[], &[json], doubled)), [MultipleOrigins].into());
    let found = of(&[], &[("x-api-key", "hunter2")], server);
    assert_eq!(ids(&found), [AllowRefused].into());
    assert!(found.findings[0].fix.contains("Access-Control-Allow-Headers: x-api-key"));
    assert!(!found.to_json().contains("hunter2") && !found.to_sarif().contains("hunter2"));

    // A refusal of the method that the user names is one, even if the status says so.
    let strict: Server = |request| match request.headers().get("access-control-request-method") {
        Some(method) if method == "PATCH" => answer(400, &[(ALLOW, APP)]),
        _ => reflect(request, |o| o == APP),
    };
    assert_eq!(ids(&of(&["PATCH"], &[], strict)), [PreflightNotOk].into());
    assert_eq!(ids(&of(&[], &[], strict)), [].into());

    // With a valid token, the answers are those to scripts.
    let authorized: Server = |request| {
        let is_let_in = request.headers().get("authorization").is_some_and(|value| value == "good");
        match is_preflight(request) || is_let_in {
            true => reflect(request, |o| o.ends_with("example.com")),
            false => answer(401, &[]),
        }
    };
    let found = of(&[], &[("Authorization", "good")], authorized);
    assert_eq!(ids(&found), [SuffixMatch, LostOnErrors].into(), "{}", found.to_text());
    let guarded: Server = |request| {
        let is_let_in = request.headers().get("authorization").is_some_and(|value| value == "good");
        match is_preflight(request) && !is_let_in {
            true => answer(403, &[]),
            false => reflect(request, |o| o == APP),
        }
    };
    let found = of(&[], &[("Authorization", "good")], guarded);
    assert_eq!(ids(&found), [PreflightNeedsAuthorization].into(), "{}", found.to_text());
}
