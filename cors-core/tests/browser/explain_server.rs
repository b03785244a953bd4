//! Explanations of answers that no policy of ours gave.

use cors_core::browser::{Body, CredentialsMode, Engine, Fetch, Mode, RedirectMode, Step, Verdict};
use cors_core::explain::{Change, Event, Explanation, Preflight, Reads, Secrets, explain_server};
use cors_core::strategies::fetches;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, HeaderName, HeaderValue};
use http::{HeaderMap, Request, Response, StatusCode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const APP: &str = "https://app.example.com";
const API: &str = "https://api.example/";

fn get() -> Fetch {
    Fetch::new(APP, API)
}

fn answer(status: u16, headers: &[(&str, &str)]) -> Response<()> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(()).unwrap()
}

/// The same answer to every request.
fn explained(fetch: &Fetch, status: u16, headers: &[(&str, &str)]) -> Explanation {
    explain_server(fetch, &mut |_| Ok(answer(status, headers)))
}

/// A fetch, the status and headers of every answer, and the fix.
type Row<'t> = (Fetch, u16, Vec<(&'t str, &'t str)>, &'t str);

#[test]
fn the_fix_names_header_answer_and_value() {
    const ORIGIN: &str = "access-control-allow-origin";
    const METHODS: &str = "access-control-allow-methods";
    const HEADERS: &str = "access-control-allow-headers";
    const CREDENTIALS: &str = "access-control-allow-credentials";
    let put = || get().method("PUT");
    let rows: Vec<Row> = vec![
        (
            get(),
            200,
            vec![],
            "on the answer to GET https://api.example/: Access-Control-Allow-Origin: https://app.example.com; Vary: Origin",
        ),
        (
            get(),
            200,
            vec![("vary", "Accept, origin")],
            "on the answer to GET https://api.example/: Access-Control-Allow-Origin: https://app.example.com",
        ),
        (
            get(),
            200,
            vec![(ORIGIN, "*"), (ORIGIN, "https://app.example.com"), ("vary", "*")],
            "on the answer to GET https://api.example/: Access-Control-Allow-Origin: https://app.example.com, in one line instead of 2",
        ),
        (
            get().credentials(CredentialsMode::Include),
            200,
            vec![(ORIGIN, "*")],
            "on the answer to GET https://api.example/: Access-Control-Allow-Origin: https://app.example.com, instead of \"*\"; Vary: Origin; Access-Control-Allow-Credentials: true (but without credentials, the script can already read it)",
        ),
        (
            get().credentials(CredentialsMode::Include),
            200,
            vec![(ORIGIN, "https://other.test"), ("vary", "origin")],
            "on the answer to GET https://api.example/: Access-Control-Allow-Origin: https://app.example.com, instead of \"https://other.test\"; Access-Control-Allow-Credentials: true",
        ),
        (
            Fetch::beacon(APP, API).header("content-type", "application/json").body(Body::Text),
            200,
            vec![(ORIGIN, "*"), (HEADERS, "content-type")],
            "on the answer to OPTIONS https://api.example/: Access-Control-Allow-Origin: https://app.example.com, instead of \"*\"; Vary: Origin; Access-Control-Allow-Credentials: true; on the answer to POST https://api.example/, which was not sent: Access-Control-Allow-Origin: https://app.example.com; Vary: Origin; Access-Control-Allow-Credentials: true",
        ),
        (
            put(),
            401,
            vec![(ORIGIN, APP), ("vary", "origin"), (METHODS, "PUT")],
            "on the answer to OPTIONS https://api.example/: status 204 instead of 401 (browsers send a preflight without cookies and tokens)",
        ),
        (
            put(),
            302,
            vec![(ORIGIN, "*"), (METHODS, "PUT")],
            "on the answer to OPTIONS https://api.example/: status 204 instead of 302 (browsers do not follow a redirect of a preflight)",
        ),
        (
            put(),
            304,
            vec![(ORIGIN, "*"), (METHODS, "PUT")],
            "on the answer to OPTIONS https://api.example/: status 204 instead of 304",
        ),
        (
            put(),
            200,
            vec![(ORIGIN, "*"), (METHODS, "GET, PATCH")],
            "on the answer to OPTIONS https://api.example/: Access-Control-Allow-Methods: GET, PATCH, PUT, instead of \"GET, PATCH\"",
        ),
        (
            put().credentials(CredentialsMode::Include),
            200,
            vec![(ORIGIN, APP), ("vary", "origin"), (CREDENTIALS, "true"), (METHODS, "*")],
            "on the answer to OPTIONS https://api.example/: Access-Control-Allow-Methods: PUT, instead of \"*\" (but without credentials, the script can already read it)",
        ),
        (
            get().header("authorization", "x").header("x-a", "1"),
            200,
            vec![(ORIGIN, "*"), (HEADERS, "*")],
            "on the answer to OPTIONS https://api.example/: Access-Control-Allow-Headers: *, authorization, x-a, instead of \"*\"",
        ),
        (
            put(),
            200,
            vec![(ORIGIN, "*"), (METHODS, "PUT, a b")],
            "on the answer to OPTIONS https://api.example/: Access-Control-Allow-Methods: PUT, a, b, instead of \"PUT, a b\"",
        ),
    ];
    for (fetch, status, headers, wanted) in rows {
        let explanation = explained(&fetch, status, &headers);
        let fix = explanation.fix().unwrap();
        assert_eq!(fix.to_string(), wanted, "{fetch}");
        assert!(fix.config().is_none());
    }
}

#[test]
fn what_no_header_can_mend() {
    let accept = "on the server: accept the WebSocket: answer the handshake with status 101";
    let socket = || Fetch::web_socket(APP, "wss://api.example/");
    for (fetch, status, header, wanted) in [
        (socket(), 200, ("x-a", "1"), accept),
        (socket(), 302, ("location", "/x"), accept),
        (
            Fetch::beacon(APP, API),
            200,
            ("cross-origin-resource-policy", "same-origin"),
            "on the server: send Cross-Origin-Resource-Policy: cross-origin",
        ),
        (
            Fetch::font(APP, "http://api.example/"),
            200,
            ("access-control-allow-origin", "*"),
            "in the CSS: the URL \"https://api.example/\"",
        ),
    ] {
        let explanation = explained(&fetch, status, &[header]);
        let fix = explanation.fix().unwrap().to_string();
        assert!(fix.starts_with(wanted), "{fetch}: {fix}");
    }
}

#[test]
fn why_an_origin_does_not_match() {
    for (origins, says) in [
        (&[""][..], "is empty, not https://app.example.com"),
        (
            &["https://a.test", APP],
            "came 2 times: https://a.test, https://app.example.com; one is allowed",
        ),
        (
            &["https://app.example.com/"],
            "is https://app.example.com/, not https://app.example.com, without the slash",
        ),
        (&["https://a.test"], "is https://a.test, not https://app.example.com"),
    ] {
        let lines: Vec<_> =
            origins.iter().map(|origin| ("access-control-allow-origin", *origin)).collect();
        let explanation = explained(&get(), 200, &lines);
        let failed = explanation.failed().unwrap();
        assert_eq!(failed.says, format!("Access-Control-Allow-Origin {says}"));
    }
}

#[test]
fn a_malformed_list_is_named() {
    let put = get().method("PUT");
    let headers =
        [("access-control-allow-origin", "*"), ("access-control-allow-methods", "PUT, a b")];
    let explanation = explained(&put, 200, &headers);
    assert!(explanation.console().any(|(_, text)| text.contains("‘a b’")), "{explanation}");
}

/// A fix is tried with the answers in the order in which they came.
#[test]
fn a_server_that_answers_otherwise_the_second_time() {
    let mut sent = 0;
    let explanation = explain_server(&get(), &mut |_| {
        sent += 1;
        Ok(match sent {
            1 => answer(302, &[("access-control-allow-origin", "*"), ("location", "/")]),
            _ => answer(200, &[]),
        })
    });
    let fix = explanation.fix().unwrap();
    assert!(fix.is_tried(), "{fix}");
}

/// Of a server, the headers that came.
#[test]
fn which_headers_are_read() {
    let named = [
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "x-a, x-b"),
        ("x-a", "1"),
    ];
    assert_eq!(explained(&get(), 200, &named).headers(), ["x-a"]);
}

#[test]
fn an_answer_that_never_came_is_a_guess() {
    let put = get().method("PUT");
    let explanation = explained(&put, 405, &[]);
    assert_eq!(explanation.preflight(), Preflight::Failed);
    let fix = explanation.fix().unwrap();
    assert!(!fix.is_tried());
    let to: Vec<_> = fix
        .changes()
        .iter()
        .map(|change| match change {
            Change::Answer { to, .. } => to.as_str(),
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(
        to,
        ["OPTIONS https://api.example/", "PUT https://api.example/, which was not sent"]
    );
    assert!(explained(&get(), 200, &[]).fix().unwrap().is_tried());
}

#[test]
fn without_an_answer_cors_is_not_the_cause() {
    let explanation = explain_server(&get(), &mut |_| Err("connection refused".to_owned()));
    assert_eq!(explanation.failed().unwrap().step, Step::Network);
    assert!(matches!(explanation.events().iter().rev().nth(1), Some(Event::Unanswered(_))));
    assert_eq!(
        explanation.fix().unwrap().to_string(),
        "on the server: make it answer (connection refused); CORS is not the cause"
    );
}

#[test]
fn after_a_redirect_across_origins_the_script_calls_the_target() {
    let explanation = explain_server(&get(), &mut |sending| {
        Ok(match sending.request().uri().host() {
            Some("api.example") => answer(
                302,
                &[("access-control-allow-origin", "*"), ("location", "https://b.test/")],
            ),
            _ => answer(200, &[("access-control-allow-origin", APP)]),
        })
    });
    let fix = explanation.fix().unwrap();
    assert_eq!(fix.fetch().url, "https://b.test/");
    assert_eq!(
        fix.to_string(),
        "in the script: the URL \"https://b.test/\": after a redirect across origins, the origin is null"
    );
}

/// No request is sent twice, although four browsers make the fetch.
#[test]
fn each_request_is_sent_once() {
    let mut sent = Vec::new();
    let fetch = get().method("PUT").header("authorization", "x");
    let explanation = explain_server(&fetch, &mut |sending| {
        sent.push(sending.request().method().to_string());
        Ok(answer(
            200,
            &[
                ("access-control-allow-origin", "*"),
                ("access-control-allow-methods", "*"),
                ("access-control-allow-headers", "*"),
            ],
        ))
    });
    // The standard stops after the preflight, but every engine lets `*` cover `authorization`.
    assert_eq!(sent, ["OPTIONS", "PUT"]);
    assert!(!explanation.is_readable());
    assert!(explanation.engines().iter().all(|of| of.reads == Reads::Yes && of.console.is_none()));
}

#[test]
fn secrets_are_not_printed() {
    let fetch = get()
        .header("authorization", "Bearer opensesame")
        .header("X-API-Key", "opensesame")
        .header("x-token", "opensesame\n\u{100}");
    let explanation = explained(&fetch, 200, &[("set-cookie", "sid=opensesame; Secure")]);
    assert!(explanation.to_string().contains("opensesame"));
    let concealed = explanation.without_secrets(&[]);
    for text in [concealed.to_string(), format!("{concealed:?}")] {
        assert!(!text.contains("opensesame"), "{text}");
    }
    let fetch = get().header("authorization", "Bearer opensesame");
    let concealed = explained(&fetch, 200, &[("set-cookie", "sid=opensesame; Secure")]);
    let text = concealed.without_secrets(&[]).to_string();
    assert!(!text.contains("opensesame"), "{text}");
    assert!(text.contains("set-cookie: sid=...; Secure"), "{text}");
    // Short ones, where they are known to be.
    let allow = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-headers", "authorization"),
        ("set-cookie", "sid=43"),
    ];
    let explanation = explained(&get().header("authorization", "Bearer 42"), 200, &allow);
    assert!(explanation.to_string().contains("authorization: Bearer 42"), "{explanation}");
    let text = explanation.without_secrets(&[]).to_string();
    assert!(!text.contains("42") && text.contains("authorization: Bearer ..."), "{text}");
    assert!(!text.contains("43") && text.contains("set-cookie: sid=..."), "{text}");
}

#[test]
fn an_exchange_has_secrets_and_public_names() {
    let url = "https://api.example/?token=opensesame&key=api.example&secret=app.example.com";
    let request = Request::get(url)
        .header("origin", APP)
        .header("authorization", "Bearer hunter2hunter2")
        .body(())
        .unwrap();
    let response =
        answer(302, &[("location", "/?token=swordfish"), ("set-cookie", "sid=letmein1; Secure")]);
    let secrets = Secrets::of([(&request, &response)]);
    for secret in ["opensesame", "hunter2hunter2", "swordfish", "letmein1"] {
        assert_eq!(secrets.conceal(secret), "...");
    }
    for public in ["api.example", APP] {
        assert_eq!(secrets.conceal(public), public);
    }
}

/// Everything of an explanation, and only what is secret of it.
#[test]
fn what_is_concealed() {
    let url =
        "https://api.example/a?api_key=opensesame1&page=7777777&lone#access_token=opensesame7";
    let fetch = Fetch::new("https://app.example.com", url)
        .header("authorization", "Bearer opensesame2")
        .header("x-token", "opensesame\"3")
        .header("x-lang", "languages");
    let allow = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-headers", "authorization, x-token, x-lang"),
        ("access-control-expose-headers", "x-echo, x-lang"),
        ("x-echo", r#"opensesame1 and opensesame2 and opensesame\"3"#),
        ("x-lang", "languages"),
        ("set-cookie", "sid=opensesame4; Secure"),
        ("set-cookie", "opensesame5"),
        ("x-lang", "opensesame4"),
    ];
    let explanation = explained(&fetch, 200, &allow);
    assert!(explanation.is_readable(), "{explanation}");
    let concealed = explanation.without_secrets(&["opensesame6"]);
    let texts = [concealed.to_string(), format!("{concealed:?}")];
    for text in &texts {
        assert!(!text.contains("opensesame"), "{text}");
        for kept in ["page=7777777", "languages", "x-token", "Bearer ...", "sid=...; Secure"] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
    }
    let Verdict::Readable(readable) = concealed.verdict() else { panic!("{concealed}") };
    assert_eq!(readable.headers["x-echo"], "... and ... and ...");
}

/// Also what only the server wrote, and what a URL escapes.
#[test]
fn secrets_of_redirects_and_of_escaped_urls() {
    let location = "https://u:opensesame1@a.test/b;jsessionid=opensesame5/c?access_token=opensesame2&sig=open%22sesame3&a=1#id_token=opensesame4";
    for redirect in [RedirectMode::Follow, RedirectMode::Manual, RedirectMode::Error] {
        let explanation = explained(&get().redirect(redirect), 302, &[("location", location)]);
        assert!(explanation.to_string().contains("opensesame"));
        let text = explanation.without_secrets(&[]).to_string();
        assert!(!text.contains("sesame") && text.contains("a=1"), "{text}");
    }
    for url in [
        "http://api.example/?a=1;token=opensesame",
        "http://api.example/?to%6ben=opensesame",
        "https://opensesame@api.example/",
        "http://api.example/?token=open\"sesame name",
        "//a.test:22/?token=open\"sesame name",
        "//a.test/#token=open\"sesame",
        "https://u:opensesame@api.example/",
    ] {
        let fetch = Fetch::new("https://app.example.com", url);
        for mode in [Mode::Cors, Mode::SameOrigin] {
            let explanation = explained(&fetch.clone().mode(mode), 200, &[]);
            let text = explanation.without_secrets(&[]).to_string();
            assert!(!text.contains("sesame"), "{text}");
        }
    }
}

/// Servers echo in the encoding that they think of.
#[test]
fn secrets_in_any_encoding() {
    let fetch = get().header("x-token", "open\u{e9}sesame").header("x-a", "open\u{e9}sesame");
    let explanation = explain_server(&fetch, &mut |sending| {
        let mut response = answer(204, &[("access-control-allow-headers", "x-token")]);
        let headers = response.headers_mut();
        for bytes in [&b"open\xe9sesame"[..], "open\u{e9}sesame".as_bytes()] {
            headers.append("x-echo", HeaderValue::from_bytes(bytes).unwrap());
            headers.append(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_bytes(bytes).unwrap());
        }
        headers.append("location", HeaderValue::from_bytes(b"https://[open\xe9sesame").unwrap());
        if !sending.is_preflight() {
            *response.status_mut() = StatusCode::FOUND;
        }
        Ok(response)
    });
    let text = explanation.without_secrets(&[]).to_string();
    assert!(!text.contains("sesame") && text.contains("..."), "{text}");
    // What only the server wrote.
    let explanation = explain_server(&get(), &mut |_| {
        let mut response = answer(302, &[("access-control-allow-origin", "*")]);
        for (name, value) in
            [("set-cookie", &b"sid=open\xe9sesame"[..]), ("location", b"https://[open\xe9sesame")]
        {
            response.headers_mut().append(name, HeaderValue::from_bytes(value).unwrap());
        }
        Ok(response)
    });
    let text = explanation.without_secrets(&[]).to_string();
    assert!(!text.contains("sesame"), "{text}");
    // Decoded or encoded on the way.
    for (sent, echoed) in [
        ("open%2Bsesame%3D", "open+sesame="),
        ("open+sesame=", "open%2Bsesame%3D"),
        ("open%22ses%20ame", "open\"ses ame"),
        ("open%22ses%20ame", "open%22ses+ame"),
    ] {
        let fetch = Fetch::new(APP, format!("{API}?token={sent}"));
        let explanation = explained(&fetch, 200, &[("access-control-allow-origin", echoed)]);
        let text = explanation.without_secrets(&[]).to_string();
        assert!(!text.contains("ses"), "{text}");
    }
    // Nothing else: the fix names the origin.
    let explanation = explained(&get(), 200, &[("set-cookie", "tenant=example")]);
    let fix = explanation.without_secrets(&[]).fix().unwrap().to_string();
    assert!(fix.contains("https://app.example.com") && fix.contains(API), "{fix}");
    let fetch =
        Fetch::new(APP, format!("{API}???????a")).header("x-token", "\u{65e5}\u{672c}".repeat(3));
    let text = explained(&fetch, 200, &[]).without_secrets(&[]).to_string();
    assert!(text.contains("/???????a"), "{text}");
}

/// A status and header lines.
type Of = (u16, Vec<(&'static str, &'static str)>);

/// A server that answers every method in its own way, rightly or not.
fn servers() -> impl Strategy<Value = Vec<Of>> {
    let line = prop_oneof![
        4 => select(vec![
            ("access-control-allow-origin", "*"),
            ("access-control-allow-origin", "https://a.test"),
            ("access-control-allow-origin", "null"),
            ("access-control-allow-origin", "*, *"),
            ("access-control-allow-origin", "\u{e9}"),
        ]),
        2 => select(vec![
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-credentials", "TRUE"),
            ("access-control-allow-methods", "PUT, PATCH"),
            ("access-control-allow-methods", "*"),
            ("access-control-allow-methods", "a b"),
            ("access-control-allow-headers", "x-a, authorization"),
            ("access-control-allow-headers", "*"),
            ("access-control-allow-headers", ";"),
            ("cross-origin-resource-policy", "same-origin"),
            ("vary", "origin"),
        ]),
        1 => select(vec![("location", "https://b.test/x"), ("location", "/y"), ("location", "x:")]),
    ];
    let status = select(vec![200u16, 200, 204, 301, 307, 401, 404, 500]);
    vec((status, vec(line, 0..6)), 3)
}

fn serve(of: &[Of], request: &Request<()>) -> Response<()> {
    let preflight = request.headers().contains_key("access-control-request-method");
    let at = if preflight {
        0
    } else if request.uri().host() == Some("b.test") {
        1
    } else {
        2
    };
    answer(of[at].0, &of[at].1)
}

/// Applies what the fix says to the server.
fn mended(response: &mut Response<()>, lines: &[String]) {
    for line in lines {
        if let Some(status) = line.strip_prefix("status ") {
            *response.status_mut() = StatusCode::from_bytes(&status.as_bytes()[..3]).unwrap();
            continue;
        }
        let (name, rest) = line.split_once(": ").unwrap();
        let value = rest.split_once(", in").map_or(rest, |(value, _)| value);
        let headers: &mut HeaderMap = response.headers_mut();
        headers.insert(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_str(value).unwrap(),
        );
    }
}

proptest! {
    /// What the fix says to send makes the fetch readable, if nothing else is in the way.
    #[test]
    fn the_fix_makes_it_readable(fetch in fetches(), servers in servers()) {
        let explanation = explain_server(&fetch, &mut |sending| Ok(serve(&servers, sending.request())));
        prop_assert_eq!(explanation.fix().is_none(), explanation.is_success());
        let Some(fix) = explanation.fix() else { return Ok(()) };
        prop_assert!(!fix.changes().is_empty());
        prop_assert!(!fix.to_string().is_empty());
        let is_beyond = fix.changes().iter().any(|change| matches!(change, Change::Server(_)));
        if !fix.is_tried() || is_beyond {
            return Ok(());
        }
        let again = explain_server(fix.fetch(), &mut |sending| {
            let request = sending.request();
            let mut response = serve(&servers, request);
            let own = match sending.is_preflight() || request.method() != "OPTIONS" {
                true => "",
                false => " by the script",
            };
            let this = format!("{} {}{own}", request.method(), request.uri());
            for change in fix.changes() {
                if let Change::Answer { to, lines } = change && *to == this {
                    mended(&mut response, lines);
                }
            }
            Ok(response)
        });
        prop_assert!(again.is_success(), "{}\n{}\n{}", explanation, fix, again);
    }

    /// A verdict is that of the model, whatever else the explanation finds.
    #[test]
    fn the_verdict_is_the_models(fetch in fetches(), servers in servers()) {
        let explanation = explain_server(&fetch, &mut |sending| Ok(serve(&servers, sending.request())));
        let ended = cors_core::browser::Browser::new()
            .fetch(&fetch, std::time::Duration::ZERO, |request| serve(&servers, request));
        prop_assert_eq!(explanation.verdict(), &ended.verdict);
        let redirects = fetch.settled().redirect == RedirectMode::Follow;
        prop_assert!(redirects || explanation.events().len() < 64);
    }
}

#[test]
fn a_readable_answer_without_a_readable_header() {
    for (headers, says) in [
        (&[("access-control-allow-origin", "*")][..], "none"),
        (&[("access-control-allow-origin", "*"), ("expires", "0")], "expires"),
    ] {
        let page = explained(&get(), 200, headers).to_string();
        assert!(page.ends_with(&format!("readable: status, body and headers: {says}")), "{page}");
    }
}

/// Each engine gets the answers in their order.
#[test]
fn a_redirect_to_the_same_url() {
    let mut sent = 0;
    let fetch = get().credentials(CredentialsMode::Include);
    let explanation = explain_server(&fetch, &mut |_| {
        sent += 1;
        let redirect = [
            ("access-control-allow-origin", APP),
            ("access-control-allow-credentials", "true"),
            ("location", "/"),
            ("set-cookie", "sid=1; SameSite=None; Secure"),
        ];
        Ok(if sent == 1 { answer(302, &redirect) } else { answer(200, &[]) })
    });
    assert_eq!(sent, 2);
    for engine in explanation.engines() {
        assert_eq!(engine.cookies.len(), usize::from(engine.engine != Engine::WebKit) + 1);
    }
}

#[test]
fn to_allow_null_is_dangerous() {
    let cautions = |page: &str| {
        let explanation = explained(&Fetch::new(page, API), 200, &[]);
        explanation.fix().unwrap().cautions().join("\n")
    };
    assert_eq!(cautions("null"), "every sandboxed frame and local file has the origin null");
    assert_eq!(cautions(APP), "");
}

#[test]
fn the_end_of_a_redirect_needs_headers_too() {
    let explanation = explain_server(&get(), &mut |sending| {
        let redirect = [("access-control-allow-origin", APP), ("location", "/next")];
        let is_next = sending.request().uri().path() == "/next";
        Ok(if is_next { answer(200, &[]) } else { answer(302, &redirect) })
    });
    assert_eq!(
        explanation.fix().unwrap().to_string(),
        format!("on the answer to GET {API}next: Access-Control-Allow-Origin: {APP}; Vary: Origin")
    );
}

#[test]
fn an_api_answers_401_where_it_redirects_to_a_login() {
    let origin = ("access-control-allow-origin", APP);
    let sso = ("location", "https://sso.example.com/");
    let put = || get().method("PUT");
    let allows = [origin, ("access-control-allow-methods", "PUT")];
    let is_answer = "status 401 instead of 302 (it redirects to what looks like a login, which no script can use)";
    let lines = "Access-Control-Allow-Origin: https://app.example.com; Vary: Origin";
    // A fetch, the answer to its preflight, that of the API, and the fix. The login has no CORS.
    for (fetch, preflight, api, wanted) in [
        (get(), &[][..], &[("location", "/login")][..], format!("GET {API}: {is_answer}; {lines}")),
        (get(), &[], &[sso], format!("GET {API}: {is_answer}; {lines}")),
        (get(), &[], &[sso, origin], format!("GET {API}: {is_answer}")),
        (put(), &allows, &[sso, origin], format!("PUT {API}: {is_answer}")),
        (
            put(),
            &[sso, allows[1]],
            &[],
            format!(
                "OPTIONS {API}: status 204 instead of 302 (browsers do not follow a redirect of a preflight); {lines}; on the answer to PUT {API}, which was not sent: {lines}"
            ),
        ),
    ] {
        let explanation = explain_server(&fetch, &mut |sending| {
            let request = sending.request();
            let headers = match (*request.uri() == API, request.method().as_str()) {
                (true, "OPTIONS") => preflight,
                (true, _) => api,
                _ => &[],
            };
            let redirects = headers.iter().any(|(name, _)| *name == "location");
            Ok(answer(if redirects { 302 } else { 200 }, headers))
        });
        let fix = explanation.fix().unwrap();
        assert_eq!(fix.to_string(), format!("on the answer to {wanted}"), "{fetch}");
    }
    let next = explain_server(&Fetch::new(APP, "https://api.example/login"), &mut |sending| {
        let redirect = [origin, ("location", "/login/next")];
        let is_next = sending.request().uri().path() == "/login/next";
        Ok(if is_next { answer(200, &[]) } else { answer(302, &redirect) })
    });
    assert!(next.fix().unwrap().to_string().contains("GET https://api.example/login/next: Access"));
}
