//! Which cookies go along with a fetch, and which an answer sets. Real browsers are held against the
//! same rules: `cargo xtask browser --cookies`.

use cors_core::Policy;
use cors_core::browser::{
    Browser, CookieFate, CookieRefusal, CredentialsMode, Engine, Fetch, Mode, SameSite, Turn,
};
use cors_core::explain::{Explanation, explain, explain_server};
use expect_test::{Expect, expect};
use http::{HeaderValue, Response};
use std::time::Duration;

const NOW: Duration = Duration::ZERO;
const API: &str = "https://api.example.com/";
const SAME: &str = "https://app.example.com";
const CROSS: &str = "https://other.example";

fn include(page: &str, url: &str) -> Fetch {
    Fetch::new(page, url).credentials(CredentialsMode::Include)
}

fn setting(lines: &[&str]) -> Response<()> {
    let mut response = Response::new(());
    for line in lines {
        let line = HeaderValue::from_bytes(line.as_bytes()).unwrap();
        response.headers_mut().append("set-cookie", line);
    }
    response
}

/// The last request of a fetch that every server answers like this.
fn fates(browser: &mut Browser, fetch: &Fetch, response: &Response<()>) -> [Vec<CookieFate>; 2] {
    let mut last = [Vec::new(), Vec::new()];
    let mut turn = browser.start(fetch, NOW);
    while let Turn::Send(sending) = turn {
        last = [sending.cookies().to_vec(), sending.set_cookies(browser, response, NOW)];
        turn = sending.respond(browser, response, NOW);
    }
    last
}

/// Whether it is sent if a visit set it.
fn is_sent(engine: Engine, page: &str, url: &str, line: &str) -> bool {
    let fetch = include(page, url).cookie(line);
    let [sent, _] = fates(&mut Browser::as_installed(engine), &fetch, &setting(&[]));
    sent.iter().any(CookieFate::is_accepted)
}

/// Whether it is kept from the answer to a fetch.
fn is_kept(engine: Engine, page: &str, url: &str, line: &str) -> bool {
    let mut browser = Browser::as_installed(engine);
    let [_, set] = fates(&mut browser, &include(page, url), &setting(&[line]));
    let [sent, _] = fates(&mut browser, &include(page, url), &setting(&[]));
    // Nothing is sent if it is mixed content.
    let is_kept = set.iter().any(CookieFate::is_accepted);
    assert_eq!(is_kept, sent.iter().any(CookieFate::is_accepted), "{page} {line}");
    is_kept
}

/// In Chromium, Firefox and WebKit: a letter for each in which it passes.
fn in_engines(passes: impl Fn(Engine) -> bool) -> String {
    let letter = |engine| if passes(engine) { &engine.name()[..1] } else { "-" };
    Engine::ALL.map(letter).concat()
}

#[test]
fn attributes_and_sites() {
    for (page, line, sent, kept) in [
        ("https://api.example.com", "a=1", "CFW", "CFW"),
        (SAME, "a=1", "CFW", "CFW"),
        (SAME, "a=1; SameSite=Strict", "CFW", "CFW"),
        (SAME, "a=1; SameSite=None", "--W", "--W"),
        (SAME, "a=1; Secure; Partitioned", "CFW", "CFW"),
        (SAME, "a=1; Partitioned", "--W", "--W"),
        (CROSS, "a=1", "--W", "-F-"),
        (CROSS, "a=1; SameSite=Bogus", "--W", "-F-"),
        (CROSS, "a=1; SameSite=Lax", "---", "---"),
        (CROSS, "a=1; SameSite=Strict; Secure", "---", "---"),
        (CROSS, "a=1; SameSite=None", "--W", "---"),
        (CROSS, "a=1; SameSite=None; Secure", "C-W", "CF-"),
        (CROSS, "a=1; SameSite=None; Secure; Partitioned", "--W", "CF-"),
        (CROSS, "a=1; SameSite=Strict; SameSite=None; Secure", "C--", "CF-"),
        // Another scheme is another site in Chromium.
        ("http://app.example.com", "a=1; SameSite=Lax", "-FW", "-FW"),
        ("http://app.example.com", "a=1; SameSite=Lax; Secure; Partitioned", "--W", "-FW"),
        ("null", "a=1; SameSite=None; Secure", "C-W", "CF-"),
    ] {
        assert_eq!(in_engines(|engine| is_sent(engine, page, API, line)), sent, "{page}: {line}");
        assert_eq!(in_engines(|engine| is_kept(engine, page, API, line)), kept, "{page}: {line}");
    }
}

#[test]
fn secure_names_and_values() {
    let long = format!("a={}", "x".repeat(4096));
    for (url, line, kept) in [
        (API, "__Secure-a=1; Secure", "CFW"),
        (API, "__sECURE-a=1", "--W"),
        (API, "__Host-a=1; Secure; Path=/", "CFW"),
        (API, "__Host-a=1; Secure", "-FW"),
        (API, "__Host-a=1; Secure; Path=/; Domain=api.example.com", "--W"),
        (API, "__Http-a=1; Secure", "--W"),
        (API, "__Host-Http-a=1; Secure; HttpOnly; Path=/", "CFW"),
        (API, "__Host-Http-a=1; Secure; Path=/", "--W"),
        (API, "=__Host-a=1; Secure", "--W"),
        (API, "a=1; Domain=example.com", "CFW"),
        (API, "a=1; Domain=com", "---"),
        (API, "a=1; Domain=other.example", "---"),
        (API, "a=1; Domain=pi.example.com", "---"),
        (API, &long, "--W"),
        (API, "alone", "CFW"),
        (API, "=1", "C-W"),
        (API, "a\tb=1", "-FW"),
        (API, "", "---"),
        (API, "a=1; Max-Age=0", "---"),
        (API, "a=1; Max-Age=1", "CFW"),
        (API, "a=1; Max-Age=-x", "CFW"),
        (API, "a=1; Max-Age=0; Expires=Fri, 01 Jan 2100 00:00:00 GMT", "--W"),
        (API, "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "---"),
        ("http://api.example.com/", "a=1; Secure", "---"),
        ("http://localhost/", "a=1; Secure", "CF-"),
        ("http://127.0.0.1/", "a=1; Domain=127.0.0.1", "CFW"),
        ("http://127.0.0.1/", "a=1; Domain=0.0.1", "---"),
    ] {
        let page = url.trim_end_matches('/');
        assert_eq!(in_engines(|engine| is_kept(engine, page, url, line)), kept, "{url}: {line}");
    }
}

/// `Expires` counts from the time at which the server answers.
#[test]
fn dates_are_the_servers() {
    let mut response = setting(&["a=1; Expires=Thu, 01 Jan 2015 00:00:10 GMT"]);
    let date = HeaderValue::from_static("Thu, 01 Jan 2015 00:00:00 GMT");
    response.headers_mut().insert("date", date);
    let mut browser = Browser::as_installed(Engine::Firefox);
    browser.visit(API, &response, NOW);
    assert!(browser.cookies_of_visit(API, Duration::from_secs(9)).is_some());
    assert_eq!(browser.cookies_of_visit(API, Duration::from_secs(10)), None);
}

#[test]
fn only_its_hosts_and_paths_get_a_cookie() {
    let mut browser = Browser::as_installed(Engine::Chromium);
    let lines = ["a=1; Domain=example.com; Path=/", "b=1; Path=/", "c=1", "d=1; Path=/x/y/"];
    browser.visit("https://api.example.com/x/z", &setting(&lines), NOW);
    for (url, cookies) in [
        ("https://api.example.com/x", "c=1; a=1; b=1"),
        ("https://api.example.com/x/y/z", "d=1; c=1; a=1; b=1"),
        ("https://api.example.com/xy", "a=1; b=1"),
        ("https://example.com/x", "a=1"),
        ("https://sub.api.example.com/x", "a=1"),
        ("https://other.example/x", ""),
    ] {
        let sent = browser.cookies_of_visit(url, NOW);
        let sent = sent.as_ref().map_or("", |header| header.to_str().unwrap());
        assert_eq!(sent, cookies, "{url}");
    }
    let [sent, _] = fates(&mut browser, &include(SAME, "https://www.example.com/"), &setting(&[]));
    let refused: Vec<_> = sent.iter().map(ToString::to_string).collect();
    assert_eq!(
        refused,
        [
            "d: no Domain, so only for api.example.com",
            "c: no Domain, so only for api.example.com",
            "a",
            "b: no Domain, so only for api.example.com",
        ]
    );
}

#[test]
fn a_redirect_through_another_site() {
    let redirects = |page: &str, same_site: &str| {
        in_engines(|engine| {
            let mut browser = Browser::as_installed(engine);
            let line = format!("a=1; SameSite={same_site}; Secure");
            browser.visit(API, &setting(&[&line]), NOW);
            let there = Response::builder().status(302).header("location", API).body(()).unwrap();
            let mut turn = browser.start(&include(page, CROSS).mode(Mode::NoCors), NOW);
            loop {
                let Turn::Send(sending) = turn else { unreachable!("{turn:?}") };
                if sending.request().uri() == API {
                    return sending.cookie_header().is_some();
                }
                turn = sending.respond(&mut browser, &there, NOW);
            }
        })
    };
    assert_eq!(redirects("https://api.example.com", "Strict"), "C-W");
    assert_eq!(redirects(SAME, "Lax"), "C--");
    assert_eq!(redirects(SAME, "None"), "CFW");
}

#[test]
fn only_fetches_with_credentials_have_cookies() {
    let line = "a=1; SameSite=None; Secure";
    for (page, credentials, has) in [
        (SAME, CredentialsMode::Include, true),
        (SAME, CredentialsMode::SameOrigin, false),
        (SAME, CredentialsMode::Omit, false),
        ("https://api.example.com", CredentialsMode::SameOrigin, true),
        ("https://api.example.com", CredentialsMode::Omit, false),
    ] {
        let fetch = Fetch::new(page, API).credentials(credentials).cookie(line);
        for engine in Engine::ALL {
            let mut browser = Browser::as_installed(engine);
            let [sent, set] = fates(&mut browser, &fetch, &setting(&["b=1"]));
            assert_eq!(!sent.is_empty(), has, "{fetch} {engine:?}");
            assert_eq!(!set.is_empty(), has, "{fetch} {engine:?}");
            let kept = browser.cookies_of_visit(API, NOW).unwrap();
            assert_eq!(kept.to_str().unwrap().contains("b=1"), has, "{fetch} {engine:?}");
        }
        let [sent, set] = fates(&mut Browser::like(Engine::Chromium), &fetch, &setting(&["b=1"]));
        assert!(sent.is_empty() && set.is_empty());
    }
    let mut browser = Browser::as_installed(Engine::WebKit);
    let put = include(SAME, API).method("PUT").cookie(line);
    let Turn::Send(preflight) = browser.start(&put, NOW) else { unreachable!() };
    assert!(preflight.is_preflight() && preflight.cookies().is_empty());
    assert!(preflight.set_cookies(&browser, &setting(&["b=1"]), NOW).is_empty());
    let _ = preflight.respond(&mut browser, &setting(&["b=1"]), NOW);
    assert_eq!(browser.cookies_of_visit(API, NOW).unwrap(), "a=1");
}

#[test]
fn insecure_answers_do_not_replace_secure_cookies() {
    let mut browser = Browser::as_installed(Engine::Chromium);
    browser.visit(API, &setting(&["a=1; Secure; Path=/x"]), NOW);
    let set = browser.visit(
        "http://api.example.com/",
        &setting(&["a=2; Path=/x/y", "a=3; Path=/", "a=4; Secure"]),
        NOW,
    );
    let refusals: Vec<_> = set.into_iter().map(|fate| fate.refusal).collect();
    let expected = [Some(CookieRefusal::ReplacesSecure), None, Some(CookieRefusal::NotSecure)];
    assert_eq!(refusals, expected);
}

/// What each engine sends after a visit whose answer has these lines.
#[test]
fn what_is_kept_of_several_lines() {
    let url = "https://api.example.com/x/y";
    let pair = |length: usize| format!("a={}", "1".repeat(length - 1));
    let age = |length: usize| format!("a=1; Max-Age={}", "0".repeat(length));
    let (pairs, ages) = ([4096, 4097].map(pair), [1024, 1025].map(age));
    let mut text = String::new();
    for lines in [
        &["a=1", "a=2"][..],
        &["a=1", "b=2"],
        &["a=1", "a=2; Domain=api.example.com"],
        &["a=1; Domain=example.com", "a=2; Domain=.EXAMPLE.com"],
        &["a=1; Domain=example.com", "a=2; Domain=api.example.com"],
        &["a=1; Path=/", "a=2; Path=/x"],
        &["a=1; Path=/x", "a=2; Path=x"],
        &["a=1; Secure", "a=2; Secure; Partitioned"],
        &["a=1", "a=; Max-Age=0"],
        &["a=1", "a=; Max-Age=0; Path=/"],
        &["a=1; Domain=."],
        &["a=1; Domain="],
        &["a=1; Max-Age="],
        &["a=1; Max-Age=-"],
        &["a=1; Max-Age=-1"],
        &["a=1; Max-Age=+1"],
        &["a=1; Max-Age=+"],
        &["a=1; Max-Age=1x"],
        &["a=1; Max-Age=0; Max-Age=5"],
        &["a=1; Expires=Thu, 01 Jan 1970"],
        &["lone", "=other"],
        &["=a=1", "b"],
        &["__Host-a=1; Secure; Path=/x", "__Host-b=1; Path=/"],
        &[&pairs[0]],
        &[&pairs[1]],
        &[&ages[0]],
        &[&ages[1]],
    ] {
        let sent = Engine::ALL.map(|engine| {
            let mut browser = Browser::as_installed(engine);
            browser.visit(url, &setting(lines), NOW);
            let header = browser.cookies_of_visit(url, NOW);
            header.map_or_else(|| "-".to_owned(), |header| short(header.to_str().unwrap()))
        });
        let lines: Vec<_> = lines.iter().map(|line| short(line)).collect();
        text += &format!("{} => {}\n", lines.join(" | "), sent.join(" | "));
    }
    expect![[r#"
        a=1 | a=2 => a=2 | a=2 | a=2
        a=1 | b=2 => a=1; b=2 | a=1; b=2 | a=1; b=2
        a=1 | a=2; Domain=api.example.com => a=1; a=2 | a=1; a=2 | a=1; a=2
        a=1; Domain=example.com | a=2; Domain=.EXAMPLE.com => a=2 | a=2 | a=2
        a=1; Domain=example.com | a=2; Domain=api.example.com => a=1; a=2 | a=1; a=2 | a=1; a=2
        a=1; Path=/ | a=2; Path=/x => a=2; a=1 | a=2; a=1 | a=2; a=1
        a=1; Path=/x | a=2; Path=x => a=2 | a=2 | a=2
        a=1; Secure | a=2; Secure; Partitioned => a=1; a=2 | a=1; a=2 | a=2
        a=1 | a=; Max-Age=0 => - | - | -
        a=1 | a=; Max-Age=0; Path=/ => a=1 | a=1 | a=1
        a=1; Domain=. => - | - | -
        a=1; Domain= => a=1 | a=1 | a=1
        a=1; Max-Age= => a=1 | a=1 | -
        a=1; Max-Age=- => a=1 | - | a=1
        a=1; Max-Age=-1 => - | - | -
        a=1; Max-Age=+1 => a=1 | a=1 | a=1
        a=1; Max-Age=+ => a=1 | a=1 | a=1
        a=1; Max-Age=1x => a=1 | a=1 | a=1
        a=1; Max-Age=0; Max-Age=5 => a=1 | a=1 | a=1
        a=1; Expires=Thu, 01 Jan 1970 => a=1 | - | a=1
        lone | =other => other | lone= | other
        =a=1 | b => b | b= | b
        __Host-a=1; Secure; Path=/x | __Host-b=1; Path=/ => - | - | __Host-a=1; __Host-b=1
        a=111111111111111111... 4097 => a=111111111111111111... 4097 | a=111111111111111111... 4097 | a=111111111111111111... 4097
        a=111111111111111111... 4098 => - | - | a=111111111111111111... 4098
        a=1; Max-Age=0000000... 1037 => - | - | -
        a=1; Max-Age=0000000... 1038 => a=1 | a=1 | -
    "#]].assert_eq(&text);
}

fn short(text: &str) -> String {
    match text.len() {
        0..100 => text.to_owned(),
        length => format!("{}... {length}", &text[..20]),
    }
}

/// By engine, whether an answer without encryption may set the cookie after the secure one.
#[test]
fn what_a_secure_cookie_shields() {
    let mut text = String::new();
    for (url, secure) in [
        ("https://api.example.com/", "a=1; Secure; Path=/x"),
        ("https://api.example.com/", "a=1; Secure; Path=/x; Domain=example.com"),
        ("https://www.example.com/", "a=1; Secure; Path=/x"),
        ("https://example.com/", "a=1; Secure; Path=/x; Domain=example.com"),
        ("https://api.example.com/", "a=1; Path=/x"),
    ] {
        for line in
            ["a=2; Path=/x", "b=2; Path=/x", "a=2; Path=/", "a=2; Path=/x; Domain=example.com"]
        {
            let kept = in_engines(|engine| {
                let mut browser = Browser::as_installed(engine);
                browser.visit(url, &setting(&[secure]), NOW);
                let set = browser.visit("http://api.example.com/", &setting(&[line]), NOW);
                set[0].is_accepted()
            });
            text += &format!("{url} {secure} | {line} => {kept}\n");
        }
    }
    expect![[r#"
        https://api.example.com/ a=1; Secure; Path=/x | a=2; Path=/x => ---
        https://api.example.com/ a=1; Secure; Path=/x | b=2; Path=/x => CFW
        https://api.example.com/ a=1; Secure; Path=/x | a=2; Path=/ => CFW
        https://api.example.com/ a=1; Secure; Path=/x | a=2; Path=/x; Domain=example.com => --W
        https://api.example.com/ a=1; Secure; Path=/x; Domain=example.com | a=2; Path=/x => --W
        https://api.example.com/ a=1; Secure; Path=/x; Domain=example.com | b=2; Path=/x => CFW
        https://api.example.com/ a=1; Secure; Path=/x; Domain=example.com | a=2; Path=/ => CFW
        https://api.example.com/ a=1; Secure; Path=/x; Domain=example.com | a=2; Path=/x; Domain=example.com => ---
        https://www.example.com/ a=1; Secure; Path=/x | a=2; Path=/x => CFW
        https://www.example.com/ a=1; Secure; Path=/x | b=2; Path=/x => CFW
        https://www.example.com/ a=1; Secure; Path=/x | a=2; Path=/ => CFW
        https://www.example.com/ a=1; Secure; Path=/x | a=2; Path=/x; Domain=example.com => --W
        https://example.com/ a=1; Secure; Path=/x; Domain=example.com | a=2; Path=/x => --W
        https://example.com/ a=1; Secure; Path=/x; Domain=example.com | b=2; Path=/x => CFW
        https://example.com/ a=1; Secure; Path=/x; Domain=example.com | a=2; Path=/ => CFW
        https://example.com/ a=1; Secure; Path=/x; Domain=example.com | a=2; Path=/x; Domain=example.com => ---
        https://api.example.com/ a=1; Path=/x | a=2; Path=/x => CFW
        https://api.example.com/ a=1; Path=/x | b=2; Path=/x => CFW
        https://api.example.com/ a=1; Path=/x | a=2; Path=/ => CFW
        https://api.example.com/ a=1; Path=/x | a=2; Path=/x; Domain=example.com => CFW
    "#]].assert_eq(&text);
}

/// An explanation tells only the first of very many.
#[test]
fn what_is_told_has_a_limit() {
    let fetch = Fetch::new("https://app.example.com", "https://api.example.com/")
        .credentials(CredentialsMode::Include);
    let explanation = explain_server(&fetch, &mut |_| {
        let answer = (0..5000).fold(Response::builder(), |answer, number| {
            answer.header("set-cookie", format!("c{number}=1"))
        });
        Ok(answer.body(()).unwrap())
    });
    for of in explanation.engines() {
        assert_eq!(of.cookies.len(), 50, "{:?}", of.engine);
    }
}

/// What a server sends is bounded, and so is what is kept.
#[test]
fn a_jar_has_a_limit() {
    let lines: Vec<_> = (0..5000).map(|n| format!("c{n}=1")).collect();
    let lines: Vec<_> = lines.iter().map(|line| &**line).collect();
    let mut browser = Browser::as_installed(Engine::Firefox);
    browser.visit(API, &setting(&lines), NOW);
    let sent = browser.cookies_of_visit(API, NOW).unwrap();
    let sent: Vec<_> = sent.to_str().unwrap().split("; ").collect();
    assert_eq!((sent.len(), sent[179]), (180, "c4999=1"));
}

fn explained(fetch: &Fetch, set: &[&str]) -> Explanation {
    explain_server(fetch, &mut |_| Ok(setting(set)))
}

fn block_of(explanation: &Explanation) -> String {
    let text = explanation.to_string();
    let block = text.split_once("\n\ncookies\n").map_or("", |(_, block)| block);
    block.lines().map(|line| format!("{}\n", &line[2..])).collect()
}

fn says(fetch: &Fetch, set: &[&str], expected: Expect) {
    expected.assert_eq(&block_of(&explained(fetch, set)));
}

#[test]
fn explanations() {
    says(
        &include(CROSS, API).cookie("sid=1"),
        &["next=1; SameSite=Lax", "=nameless; SameSite=None; Secure"],
        expect![[r#"
              sid, with GET https://api.example.com/
                Chromium  not sent: no SameSite, which counts as Lax, and the page is on another site
                Firefox   not sent: set outside this page's site, which has a separate jar for each other site
                WebKit    sent
              next, set by GET https://api.example.com/: not kept: SameSite=Lax, and the page is on another site
              a cookie without a name, set by GET https://api.example.com/
                Chromium  kept
                Firefox   not kept: not NAME=VALUE
                WebKit    not kept: the page is on another site, where no server can set cookies
              set it with SameSite=None; Secure in an answer to this page, which passes in Chromium and Firefox
              with Partitioned as well, it passes where users block third-party cookies, and each site that embeds the server has its own
              no attribute helps in WebKit, and Safari sends no cookies of other sites at all: serve the API from the page's own site, or ask for the cookie with the Storage Access API
        "#]],
    );
    let advice = explained(&include(CROSS, API), &["next=1"]).cookie_advice().len();
    assert_eq!(advice, 3);
    // It has those attributes already.
    says(
        &include(CROSS, API),
        &["next=1; SameSite=None; Secure"],
        expect![[r#"
              next, set by GET https://api.example.com/
                Chromium  kept
                Firefox   kept
                WebKit    not kept: the page is on another site, where no server can set cookies
              with Partitioned as well, it passes where users block third-party cookies, and each site that embeds the server has its own
              no attribute helps in WebKit, and Safari sends no cookies of other sites at all: serve the API from the page's own site, or ask for the cookie with the Storage Access API
        "#]],
    );
    says(
        &include(SAME, API).cookie("sid=1; SameSite=None"),
        &[],
        expect![[r#"
          sid, with GET https://api.example.com/
            Chromium  not sent: SameSite=None without Secure
            Firefox   not sent: SameSite=None without Secure
            WebKit    sent
          set it with SameSite=Lax: page and server are on the same site
    "#]],
    );
    says(
        &include(SAME, API).cookie("sid=1"),
        &["next=1; Domain=com"],
        expect![[r#"
          sid, with GET https://api.example.com/: sent
          next, set by GET https://api.example.com/: not kept: Domain=com is a public suffix
    "#]],
    );
    let insecure = include("http://other.example", "http://api.example.com/");
    says(
        &insecure,
        &["sid=1; SameSite=None; Secure"],
        expect![[r#"
          sid, set by GET http://api.example.com/: not kept: Secure, but not over https
          serve it over https, where SameSite=None; Secure passes
    "#]],
    );
    let mut hops = 0;
    let redirected = explain_server(&include(SAME, CROSS).cookie("a=1"), &mut |_| {
        hops += 1;
        let response = Response::builder()
            .header("access-control-allow-origin", if hops == 1 { SAME } else { "null" })
            .header("access-control-allow-credentials", "true")
            .header("set-cookie", "b=1; SameSite=Lax");
        Ok(response.status(302).header("location", SAME).body(()).unwrap())
    });
    expect![[r#"
        a, with GET https://other.example/
          Chromium  not sent: no SameSite, which counts as Lax, and the page is on another site
          Firefox   not sent: set outside this page's site, which has a separate jar for each other site
          WebKit    sent
        b, set by GET https://other.example/: not kept: SameSite=Lax, and the page is on another site
        b, set by GET https://app.example.com/: kept
        b, with GET https://app.example.com/
          Chromium  sent
          Firefox   not sent: SameSite=Lax, and a redirect came from another site
          WebKit    sent
        fetch https://app.example.com/ directly: the redirect leads through another site
    "#]].assert_eq(&block_of(&redirected));
}

#[test]
fn nothing_is_said_without_cookies() {
    let fetch = include(CROSS, API);
    assert_eq!(block_of(&explained(&fetch, &[])), "");
    let without = Fetch::new(CROSS, API).cookie("sid=1");
    assert_eq!(block_of(&explained(&without, &["b=1"])), "");
    let explanation = explain(&Policy::public(), &without);
    assert!(explanation.engines().iter().all(|of| of.cookies.is_empty()));
    assert!(explanation.cookie_advice().is_empty());
}

#[test]
fn values_are_not_printed() {
    let fetch = include(CROSS, "https://api.example.com/?token=opensesame")
        .cookie("sid=opensesame; SameSite=Lax")
        .cookie("opensesame");
    let set = ["a=opensesame; Path=/opensesame", "opensesame", "=opensesame; Domain=a.test"];
    let explanation = explained(&fetch, &set).without_secrets(&[]);
    for text in [explanation.to_string(), format!("{explanation:?}")] {
        assert!(!text.contains("opensesame"), "{text}");
    }
    assert!(block_of(&explanation).contains("sid, with GET "));
}

#[test]
fn refusals_are_about_sites_or_not() {
    let of_site = CookieRefusal::SameSite { same_site: SameSite::Lax, by_default: true };
    assert!(of_site.is_about_sites() && CookieRefusal::ThirdParty.is_about_sites());
    assert!(!CookieRefusal::NotSecure.is_about_sites() && !CookieRefusal::Expired.is_about_sites());
}

#[cfg(feature = "strategies")]
mod laws {
    use super::*;
    use cors_core::browser::{Ended, serve};
    use cors_core::strategies::fetches;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    const PAGES: [&str; 6] =
        [SAME, CROSS, "https://api.example.com", "http://app.example.com", "http://a.b", "null"];
    const URLS: [&str; 4] =
        [API, "http://api.example.com/x", "http://localhost/", "https://api.example.com:8443/y"];

    /// Bytes that a header can have, often with a meaning.
    fn lines() -> impl Strategy<Value = Vec<u8>> {
        let words = select(
            &[
                "a",
                "=",
                ";",
                " ",
                "SameSite",
                "None",
                "Secure",
                "Max-Age",
                "-",
                "9",
                "\t",
                "Expires",
                "Thu, 01 Jan 1970 00:00:00 GMT",
                ":",
                "Domain",
                ".",
                "com",
                "example",
                "Path",
                "/",
                "__Host-",
                "Partitioned",
                "é",
            ][..],
        );
        let parts = vec(words, 0..20).prop_map(|parts| parts.concat().into_bytes());
        let bytes = vec(any::<u8>(), 0..60)
            .prop_map(|bytes| bytes.into_iter().filter(|b| *b >= 32 && *b != 127).collect());
        prop_oneof![parts, bytes]
    }

    proptest! {
        /// No line breaks it; what is sent was kept; and what is kept the jar gives back.
        #[test]
        fn any_line(
            lines in vec(lines(), 0..6),
            page in select(&PAGES[..]),
            url in select(&URLS[..]),
            engine in select(&Engine::ALL[..]),
        ) {
            let mut response = Response::new(());
            for line in &lines {
                response.headers_mut().append("set-cookie", HeaderValue::from_bytes(line).unwrap());
            }
            let mut browser = Browser::as_installed(engine);
            let fetch = include(page, url).mode(Mode::NoCors);
            let [before, set] = fates(&mut browser, &fetch, &response);
            prop_assert!(before.is_empty());
            let [sent, _] = fates(&mut browser, &fetch, &setting(&[]));
            for fate in sent {
                let is_kept = |kept: &CookieFate| kept.is_accepted() && kept.name == fate.name;
                prop_assert!(set.iter().any(is_kept), "{fate} of {set:?}");
            }
        }

        /// The looser `SameSite`, the more passes.
        #[test]
        fn none_is_looser_than_lax(
            page in select(&PAGES[..]),
            url in select(&URLS[..]),
            engine in select(&Engine::ALL[..]),
            more in select(&["", "; Secure", "; Secure; Partitioned", "; Domain=example.com; Secure"][..]),
        ) {
            let line = |same_site: SameSite| format!("a=1; SameSite={}{more}", same_site.as_str());
            let [none, lax, strict] = [SameSite::None, SameSite::Lax, SameSite::Strict].map(line);
            for passes in [is_sent, is_kept] {
                let passes = |line: &str| passes(engine, page, url, line);
                prop_assert_eq!(passes(&lax), passes(&strict));
                prop_assert!(!passes(&lax) || passes(&none) || more.is_empty());
            }
        }

        /// Cookies change nothing else.
        #[test]
        fn cookies_do_not_decide_who_reads(
            fetch in fetches(),
            engine in select(&Engine::ALL[..]),
        ) {
            let policy = Policy::public();
            let run = |mut browser: Browser, fetch: &Fetch| -> (Ended, Vec<String>) {
                let mut sent = Vec::new();
                let ended = browser.fetch(fetch, NOW, |request| {
                    sent.push(format!("{request:?}"));
                    serve(&policy, request, |_| setting(&["a=1"]))
                });
                (ended, sent)
            };
            let without = run(Browser::with_local_network_access(engine), &fetch);
            let with = run(Browser::as_installed(engine), &fetch.clone().cookie("b=1"));
            prop_assert_eq!(without, with);
        }
    }
}
