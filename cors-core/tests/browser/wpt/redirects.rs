//! Redirects, and how they change the request's origin, method, headers and credentials.

use super::*;
use cors_core::browser::{Body, RedirectMode};

#[test]
fn redirects() {
    check(table());
}

pub(super) fn table() -> Vec<Case> {
    let tables = [
        origin_pairs(),
        origins(),
        user_names(),
        preflights(),
        redirect_modes(),
        locations(),
        counts(),
        methods(),
        streams(),
        credentials(),
        mode_no_cors(),
    ];
    tables.into_iter().flatten().collect()
}

/// `Access-Control-Allow-Origin` of the redirect and of its target, and the `Origin` that the
/// target gets. Without one, the fetch fails.
fn origin_pairs() -> Vec<Case> {
    let (local, remote, page) = (PAGE, REMOTE, Some(PAGE));
    let mut table = Vec::new();
    for (from, first, to, second, origin) in [
        (local, "*", remote, "*", page),
        (local, "*", remote, PAGE, page),
        (local, "*", remote, "null", None),
        (local, "*", remote, "none", None),
        (local, PAGE, remote, "*", page),
        (local, PAGE, remote, PAGE, page),
        (local, PAGE, remote, "null", None),
        (local, PAGE, remote, "none", None),
        (local, "null", remote, "*", page),
        (local, "none", remote, "*", page),
        (remote, "*", local, "*", Some("null")),
        (remote, "*", local, PAGE, None),
        (remote, "*", local, "null", Some("null")),
        (remote, "*", local, "none", None),
        (remote, PAGE, local, "*", Some("null")),
        (remote, PAGE, local, PAGE, None),
        (remote, PAGE, local, "null", Some("null")),
        (remote, PAGE, local, "none", None),
        (remote, "null", local, "*", None),
        (remote, "none", local, "*", None),
        (remote, "*", remote, "*", page),
        (remote, "*", remote, PAGE, page),
        (remote, "*", remote, "null", None),
        (remote, "*", remote, "none", None),
        (remote, PAGE, remote, "*", page),
        (remote, PAGE, remote, PAGE, page),
        (remote, PAGE, remote, "null", None),
        (remote, PAGE, remote, "none", None),
        (remote, "null", remote, "*", None),
        (remote, "none", remote, "*", None),
        (remote, "*", REMOTE2, "*", Some("null")),
        (remote, "*", REMOTE2, PAGE, None),
        (remote, "*", REMOTE2, "null", Some("null")),
        (remote, "*", REMOTE2, "none", None),
        (remote, PAGE, REMOTE2, "*", Some("null")),
        (remote, PAGE, REMOTE2, PAGE, None),
        (remote, PAGE, REMOTE2, "null", Some("null")),
        (remote, PAGE, REMOTE2, "none", None),
        (remote, "null", REMOTE2, "*", None),
        (remote, "none", REMOTE2, "*", None),
        (remote, "*", remote, REMOTE, None),
        (remote, "*", REMOTE2, REMOTE, None),
        (remote, REMOTE, remote, "*", None),
    ] {
        let what = format!("{from} allows {first}, {to} allows {second}");
        let [first_line, second_line] =
            [first, second].map(|it| format!("Access-Control-Allow-Origin: {it}"));
        let row = case("cors/redirect-origin.htm", what, get(from))
            .to(302, &format!("{to}/last"), &[&first_line])
            .ok(&[&second_line]);
        // Browsers always follow a redirect of the page's own origin.
        let followed = from == local || ["*", PAGE].contains(&first);
        let row = row.sends(if followed { &["GET", "GET"] } else { &["GET"] });
        table.push(match origin {
            Some(origin) => row.carries(1, "origin", Some(origin)).readable(200),
            None => row.fails("allow-origin-mismatch"),
        });
    }
    table
}

/// With servers that allow any origin.
fn origins() -> Vec<Case> {
    let redirect = "fetch/api/redirect/redirect-origin";
    let cors = "fetch/api/cors/cors-redirect";
    let mut table = Vec::new();
    for status in REDIRECTS {
        for (file, from, to, first, second) in [
            (redirect, PAGE, PAGE, None, None),
            (redirect, PAGE, REMOTE, None, Some(PAGE)),
            (redirect, REMOTE, REMOTE, Some(PAGE), Some(PAGE)),
            (redirect, REMOTE, PAGE, Some(PAGE), Some("null")),
            (cors, REMOTE, REMOTE, Some(PAGE), Some(PAGE)),
            (cors, REMOTE, PORT, Some(PAGE), Some("null")),
            (cors, PAGE, REMOTE, None, Some(PAGE)),
            (cors, REMOTE, PAGE, Some(PAGE), Some("null")),
        ] {
            table.push(
                case(file, format!("{status} {from} to {to}"), get(from))
                    .to(status, &format!("{to}/last"), &[ECHO])
                    .ok(&[STAR])
                    .sends(&["GET", "GET"])
                    .origins(&[first, second])
                    .readable(200),
            );
        }
    }
    for (from, to) in [(PAGE, REMOTE), (REMOTE, PAGE), (REMOTE, REMOTE)] {
        table.push(
            case("xhr/access-control-and-redirects", format!("{from} to {to}"), get(from))
                .to(302, &format!("{to}/last"), &[STAR])
                .ok(&[STAR])
                .sends(&["GET", "GET"])
                .readable(200),
        );
    }
    table
}

/// A user name or a password in `Location`.
fn user_names() -> Vec<Case> {
    let mut table = Vec::new();
    for (user, allowed) in [
        ("test:test@", false),
        ("user:@", false),
        ("user@", false),
        (":@", true),
        (":pass@", false),
        ("@", true),
    ] {
        let row = case("cors/redirect-userinfo.htm", user, get(REMOTE))
            .to(302, &format!("http://{user}www1.web.test/last"), &[ECHO])
            .ok(&[ECHO]);
        table.push(if allowed {
            row.sends(&["GET", "GET"]).readable(200)
        } else {
            row.sends(&["GET"]).fails("redirect-credentials")
        });
    }
    let file = "fetch/api/cors/cors-redirect-credentials";
    for status in REDIRECTS {
        for (from, to) in [(PAGE, PORT), (PORT, PAGE), (PORT, PORT), (PORT, REMOTE)] {
            for user in ["user:password", "user:", ":password"] {
                let location = to.replace("://", &format!("://{user}@"));
                table.push(
                    case(file, format!("{status} {from} to {location}"), get(from))
                        .to(status, &location, &[ECHO])
                        .sends(&["GET"])
                        .fails("redirect-credentials"),
                );
            }
        }
        table.push(
            case(file, format!("{status} none"), get(PAGE))
                .to(status, "http://@web.test:8001", &[])
                .ok(&[STAR])
                .sends(&["GET", "GET"])
                .readable(200),
        );
    }
    table
}

/// A preflight belongs to one URL.
fn preflights() -> Vec<Case> {
    let next = "http://www1.web.test/next";
    let mut table = Vec::new();
    for status in REDIRECTS {
        let allow = "Access-Control-Allow-Headers: x-test, x-w3c, x-force-preflight";
        let file = "cors/redirect-preflight.htm";
        let twice = &["OPTIONS", "GET", "OPTIONS", "GET"];
        table.push(
            case(file, status.to_string(), get(REMOTE).header("x-test", "test"))
                .ok(&[ECHO, allow])
                .to(status, next, &[ECHO])
                .ok(&[ECHO, allow])
                .ok(&[ECHO])
                .sends(twice)
                .readable(200),
        );
        let file = "fetch/api/cors/cors-preflight-redirect";
        table.push(
            case(file, format!("{status} after"), get(REMOTE).header("x-force-preflight", ""))
                .ok(&[ECHO, allow])
                .to(status, next, &[ECHO])
                .ok(&[STAR, allow])
                .ok(&[STAR])
                .sends(twice)
                .readable(200)
                .differs("the standard follows redirects after a preflight"),
        );
        let file = "fetch/api/cors/cors-redirect-preflight";
        for (from, to) in [(REMOTE, PAGE), (REMOTE, PORT)] {
            let row = |what| {
                let fetch = get(from).header("x-w3c", "test");
                case(file, format!("{status} {from} to {to}, {what}"), fetch)
            };
            table.extend([
                row("allowed")
                    .ok(&[ECHO, allow])
                    .to(status, to, &[ECHO])
                    .ok(&[STAR, allow])
                    .ok(&[STAR])
                    .sends(twice)
                    .origins(&[Some(PAGE), Some(PAGE), Some("null"), Some("null")])
                    .readable(200),
                row("not allowed").ok(&[ECHO]).sends(&["OPTIONS"]).fails("preflight-header"),
            ]);
        }
        let row = |what, second: &[&str]| {
            let fetch = get(PAGE).header("x-w3c", "test");
            case(file, format!("{status} to {REMOTE}, {what}"), fetch)
                .to(status, REMOTE, &[])
                .ok(second)
        };
        table.extend([
            row("allowed", &[STAR, allow])
                .ok(&[STAR])
                .sends(&["GET", "OPTIONS", "GET"])
                .origins(&[None, Some(PAGE), Some(PAGE)])
                .readable(200),
            row("not allowed", &[STAR]).sends(&["GET", "OPTIONS"]).fails("preflight-header"),
        ]);
    }
    let file = "cors/redirect-preflight-2.htm";
    let row = |what, second: &[&str]| {
        let fetch = get(PAGE).header("custom-header", "admin");
        case(file, what, fetch).to(302, REMOTE, &[STAR]).ok(second)
    };
    table.extend([
        row("not allowed", &[STAR]).sends(&["GET", "OPTIONS"]).fails("preflight-header"),
        row("allowed", &[STAR, "Access-Control-Allow-Headers: custom-header"])
            .ok(&[STAR])
            .sends(&["GET", "OPTIONS", "GET"])
            .readable(200),
    ]);
    table
}

fn redirect_modes() -> Vec<Case> {
    let file = "fetch/api/redirect/redirect-mode";
    let mut table = Vec::new();
    for status in REDIRECTS {
        for (origin, mode) in
            [(PAGE, Mode::Cors), (PAGE, Mode::NoCors), (REMOTE, Mode::Cors), (REMOTE, Mode::NoCors)]
        {
            let row = |redirect: RedirectMode| {
                let what = format!("{status} {origin} {} {}", redirect.as_str(), mode.as_str());
                case(file, what, get(origin).mode(mode).redirect(redirect))
                    .to(status, "/cors-top.txt", &[ECHO])
                    .ok(&[STAR])
            };
            let (error, manual) = (row(RedirectMode::Error), row(RedirectMode::Manual));
            let follow = row(RedirectMode::Follow).sends(&["GET", "GET"]);
            if (origin, mode) == (REMOTE, Mode::NoCors) {
                table.extend([
                    error.fails("no-cors-redirect-mode"),
                    manual.fails("no-cors-redirect-mode"),
                    follow.opaque(),
                ]);
            } else {
                table.extend([
                    error.sends(&["GET"]).fails("redirect-mode-error"),
                    manual.sends(&["GET"]).ends(Ends::OpaqueRedirect),
                    follow.readable(200),
                ]);
            }
        }
    }
    table
}

fn locations() -> Vec<Case> {
    let file = "fetch/api/redirect/redirect-location";
    let mut table = Vec::new();
    for status in REDIRECTS {
        for redirect in [RedirectMode::Follow, RedirectMode::Manual] {
            let row = |what: &str| {
                let what = format!("{status} {} {what}", redirect.as_str());
                case(file, what, get(PAGE).redirect(redirect)).sends(&["GET"])
            };
            let ends = |row: Case, ends| {
                let manual = redirect == RedirectMode::Manual;
                row.ends(if manual { Ends::OpaqueRedirect } else { ends })
            };
            let scheme = || Ends::Fails("redirect-scheme".to_owned());
            table.extend([
                ends(row("none").answer(status, &[]), Ends::Readable(status)),
                ends(row("unknown scheme").to(status, "invalidurl:", &[]), scheme()),
                ends(row("data").to(status, "data:,data%20url", &[]), scheme()),
            ]);
        }
    }
    let empty = |redirect| {
        let file = "fetch/api/redirect/redirect-empty-location";
        let row = case(file, redirect, get(PAGE));
        (0..21).fold(row, |row, _| row.to(302, "", &[]))
    };
    table.extend([
        // It redirects to itself.
        empty("follow").sends(&["GET"; 21]).fails("redirect-count"),
        case(
            "fetch/api/redirect/redirect-empty-location",
            "manual",
            get(PAGE).redirect(RedirectMode::Manual),
        )
        .to(302, "", &[])
        .sends(&["GET"])
        .ends(Ends::OpaqueRedirect),
    ]);
    let schemes = [
        "mailto:a@a.com",
        "data:,HI",
        "facetime:a@a.org",
        "about:blank",
        "about:unicorn",
        "blob:djfksfjs",
    ];
    table.extend(schemes.map(|location| {
        case("fetch/api/redirect/redirect-schemes", location, get(PAGE))
            .to(302, location, &[])
            .sends(&["GET"])
            .fails("redirect-scheme")
    }));
    for (origin, mode) in [
        (PAGE, Mode::Cors),
        (PAGE, Mode::NoCors),
        (PAGE, Mode::SameOrigin),
        (REMOTE, Mode::Cors),
        (REMOTE, Mode::NoCors),
    ] {
        let file = "fetch/api/redirect/redirect-to-dataurl";
        table.push(
            case(file, format!("{origin} {}", mode.as_str()), get(origin).mode(mode))
                .to(302, "data:text/plain;base64,cmVzcG9uc2UncyBib2R5", &[ECHO])
                .sends(&["GET"])
                .fails("redirect-scheme"),
        );
    }
    table
}

fn counts() -> Vec<Case> {
    let mut table = Vec::new();
    for status in REDIRECTS {
        let row = |count| {
            let row =
                case("fetch/api/redirect/redirect-count", format!("{status} {count}"), get(PAGE));
            (0..count).fold(row, |row, n| row.to(status, &format!("/{n}"), &[]))
        };
        table.extend([
            row(20).ok(&[]).sends(&["GET"; 21]).readable(200),
            row(21).sends(&["GET"; 21]).fails("redirect-count"),
        ]);
    }
    table
}

/// The method and the request-body headers after a redirect.
fn methods() -> Vec<Case> {
    const TEXT: Option<&str> = Some("text/plain;charset=UTF-8");
    let mut table = Vec::new();
    for (status, method, body, next, content_type) in [
        (301, "GET", Body::None, "GET", None),
        (301, "POST", Body::Text, "GET", None),
        (301, "HEAD", Body::None, "HEAD", None),
        (302, "GET", Body::None, "GET", None),
        (302, "POST", Body::Text, "GET", None),
        (302, "HEAD", Body::None, "HEAD", None),
        (303, "GET", Body::None, "GET", None),
        (303, "POST", Body::Text, "GET", None),
        (303, "HEAD", Body::None, "HEAD", None),
        (303, "TESTING", Body::None, "GET", None),
        (307, "GET", Body::None, "GET", None),
        (307, "POST", Body::Text, "POST", TEXT),
        (307, "POST", Body::Bytes, "POST", None),
        (307, "HEAD", Body::None, "HEAD", None),
    ] {
        let fetch = fetch(PAGE, method)
            .body(body)
            .header("Content-Encoding", "Identity")
            .header("Content-Language", "en-US")
            .header("Content-Location", "foo");
        let kept = |value| Some(value).filter(|_| method == next);
        table.push(
            case(
                "fetch/api/redirect/redirect-method",
                format!("{status} {method} {body:?}"),
                fetch,
            )
            .to(status, "method.py", &[])
            .ok(&[])
            .sends(&[method, next])
            .carries(1, "content-encoding", kept("Identity"))
            .carries(1, "content-language", kept("en-US"))
            .carries(1, "content-location", kept("foo"))
            .carries(1, "content-type", content_type)
            .readable(200),
        );
    }
    table
}

fn streams() -> Vec<Case> {
    let row = |status: u16| {
        let file = "fetch/api/redirect/redirect-upload.h2";
        case(file, status.to_string(), fetch(PAGE, "POST").body(Body::Stream)).to(
            status,
            "top.txt",
            &[],
        )
    };
    let mut table = vec![row(303).ok(&[]).sends(&["POST", "GET"]).readable(200)];
    let others = [301, 302, 307, 308];
    table.extend(others.map(|status| row(status).sends(&["POST"]).fails("redirect-body")));
    table
}

fn credentials() -> Vec<Case> {
    let basic = "Basic dXNlcjpwYXNz";
    let authorized = |origin: &str| get(origin).header("Authorization", basic);
    let allow_authorization = "Access-Control-Allow-Headers: Authorization";
    let file = "fetch/api/credentials/authentication-redirection";
    let cookies = "fetch/api/cors/cors-cookies-redirect";
    let allow_a = "Access-Control-Allow-Headers: a";
    vec![
        case(file, "no redirect", authorized(PAGE))
            .ok(&[])
            .sends(&["GET"])
            .carries(0, "authorization", Some(basic))
            .readable(200),
        case(file, "within the page's origin", authorized(PAGE))
            .to(302, "/next", &[])
            .ok(&[])
            .sends(&["GET", "GET"])
            .carries(1, "authorization", Some(basic))
            .readable(200),
        case(file, "within another origin", authorized(REMOTE_HTTPS))
            .ok(&[ECHO, allow_authorization])
            .to(302, "/next", &[ECHO])
            .ok(&[ECHO, allow_authorization])
            .ok(&[ECHO])
            .sends(&["OPTIONS", "GET", "OPTIONS", "GET"])
            .carries(3, "authorization", Some(basic))
            .readable(200),
        case(file, "from one origin to another", authorized(REMOTE_HTTPS))
            .ok(&[ECHO, allow_authorization])
            .to(302, HTTPS, &[ECHO])
            .ok(&[NULL, allow_authorization])
            .sends(&["OPTIONS", "GET", "GET"])
            .carries(1, "authorization", Some(basic))
            .carries(2, "authorization", None)
            .readable(200),
        case(cookies, "no preflight", with_credentials(get(REMOTE)))
            .to(301, PORT, &[ECHO, CREDENTIALS])
            .ok(&[NULL, CREDENTIALS])
            .sends(&["GET", "GET"])
            .credentials(&[true, true])
            .origins(&[Some(PAGE), Some("null")])
            .readable(200),
        case(cookies, "preflight", with_credentials(get(REMOTE).header("a", "b")))
            .ok(&[ECHO, CREDENTIALS, allow_a])
            .to(301, PORT, &[ECHO, CREDENTIALS])
            .ok(&[NULL, CREDENTIALS, allow_a])
            .ok(&[NULL, CREDENTIALS])
            .sends(&["OPTIONS", "GET", "OPTIONS", "GET"])
            .credentials(&[false, true, false, true])
            .readable(200),
    ]
}

fn mode_no_cors() -> Vec<Case> {
    let back = "fetch/api/redirect/redirect-back-to-original-origin";
    vec![
        case(back, "no-cors", no_cors(REMOTE))
            .to(303, PAGE, &[ECHO])
            .ok(&[STAR])
            .sends(&["GET", "GET"])
            .opaque(),
        case(back, "cors", get(REMOTE))
            .to(303, PAGE, &[ECHO])
            .ok(&[STAR])
            .sends(&["GET", "GET"])
            .origins(&[Some(PAGE), Some("null")])
            .readable(200),
        case("fetch/origin/assorted.window.js", "308", fetch(REMOTE, "POST").mode(Mode::NoCors))
            .to(308, PAGE, &[])
            .ok(&[])
            .sends(&["POST", "POST"])
            .origins(&[Some(PAGE), Some("null")])
            .opaque(),
    ]
}
