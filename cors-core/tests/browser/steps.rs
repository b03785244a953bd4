//! Single fetches with handwritten responses, for what web-platform-tests does not cover.

use cors_core::browser::{
    Body, Browser, CredentialsMode, Ended, Engine, Fetch, Mode, RedirectMode, Shared, Step, Turn,
    Verdict,
};
use http::{HeaderName, HeaderValue, Method, Request, Response};
use std::time::Duration;

const PAGE: &str = "https://app.example.com";
const API: &str = "https://api.example/";

/// A response with these header lines.
fn response(status: u16, lines: &[&str]) -> Response<()> {
    let mut response = Response::builder().status(status).body(()).unwrap();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        response.headers_mut().append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    response
}

/// Runs the fetch with these responses, in order. Returns the requests too.
fn fetch(fetch: &Fetch, answers: &[Response<()>]) -> (Ended, Vec<Request<()>>) {
    run(&mut Browser::new(), 0, fetch, answers)
}

fn run(
    browser: &mut Browser,
    seconds: u64,
    fetch: &Fetch,
    answers: &[Response<()>],
) -> (Ended, Vec<Request<()>>) {
    let mut sent = Vec::new();
    let ended = browser.fetch(fetch, Duration::from_secs(seconds), |request| {
        sent.push(request.clone());
        answers.get(sent.len() - 1).unwrap_or_else(|| panic!("{fetch}: {request:?}")).clone()
    });
    assert_eq!(sent.len(), answers.len(), "{fetch}");
    (ended, sent)
}

fn header<'r>(request: &'r Request<()>, name: &str) -> Option<&'r str> {
    request.headers().get(name).map(|value| value.to_str().unwrap())
}

#[test]
fn the_browser_itself_refuses() {
    let get = || Fetch::new(PAGE, API);
    let to = |url: &str| Fetch::new(PAGE, url);
    for (asked, step) in [
        (to("https://["), Step::UrlFailure),
        (to("https://u:p@api.example/"), Step::UrlCredentials),
        (to("ftp://api.example/"), Step::UrlScheme),
        (to("https://api.example:6000/"), Step::BadPort),
        (to("http://api.example/"), Step::MixedContent),
        (get().method("TRACE"), Step::RequestMethod),
        (get().method("a b"), Step::RequestMethod),
        (get().method("PUT").mode(Mode::NoCors), Step::NoCorsMethod),
        (get().header("x a", ""), Step::RequestHeader),
        (get().header("x", "a\nb"), Step::RequestHeader),
        (get().header("x", "\u{100}"), Step::RequestHeader),
        (get().mode(Mode::SameOrigin), Step::SameOriginMode),
    ] {
        let (ended, _) = fetch(&asked, &[]);
        assert_eq!(ended.verdict.failed_step(), Some(step), "{asked}");
        assert_eq!(ended.steps.last().map(|taken| taken.failed), Some(true));
    }
    fetch(&to("http://127.0.0.1:8080/"), &[response(200, &[])]);
}

#[test]
fn no_answer_is_a_network_error_and_forgets_the_preflight() {
    let mut browser = Browser::new();
    let put = Fetch::new(PAGE, API).method("PUT");
    let allow =
        response(200, &["access-control-allow-origin: *", "access-control-allow-methods: *"]);
    run(&mut browser, 0, &put, &[allow.clone(), allow.clone()]);
    let Turn::Send(sending) = browser.start(&put, Duration::from_secs(1)) else { panic!() };
    assert!(!sending.is_preflight());
    let Turn::Done(ended) = sending.fail(&mut browser) else { panic!() };
    assert_eq!(ended.verdict.failed_step(), Some(Step::Network));
    let Turn::Send(sending) = browser.start(&put, Duration::from_secs(2)) else { panic!() };
    assert!(sending.is_preflight());
}

#[test]
fn what_is_sent() {
    let own = Fetch::new("https://api.example", API).body(Body::Text).method("post");
    let (_, sent) = fetch(&own, &[response(200, &[])]);
    assert_eq!(sent[0].method(), "POST");
    assert_eq!(header(&sent[0], "origin"), Some("https://api.example"));
    assert_eq!(header(&sent[0], "sec-fetch-site"), Some("same-origin"));
    assert_eq!(header(&sent[0], "content-type"), Some("text/plain;charset=UTF-8"));

    let own = Fetch::new("http://api.example:81/page", "a b?c#d");
    let (_, sent) = fetch(&own, &[response(200, &[])]);
    assert_eq!(sent[0].uri(), "http://api.example:81/a%20b?c");
    assert_eq!(header(&sent[0], "host"), Some("api.example:81"));
    assert_eq!(header(&sent[0], "origin"), None);
    assert_eq!(header(&sent[0], "sec-fetch-site"), None);

    let sibling = Fetch::new("https://www.example.co.uk", "https://api.example.co.uk/")
        .mode(Mode::NoCors)
        .header("content-type", "application/json")
        .header("accept", "text/html")
        .header("range", "bytes=0-");
    let (ended, sent) = fetch(&sibling, &[response(200, &[])]);
    assert_eq!(ended.verdict, Verdict::Opaque);
    assert_eq!(header(&sent[0], "sec-fetch-site"), Some("same-site"));
    assert_eq!(header(&sent[0], "sec-fetch-mode"), Some("no-cors"));
    assert_eq!(header(&sent[0], "content-type"), None);
    assert_eq!(header(&sent[0], "range"), None);
    assert_eq!(header(&sent[0], "accept"), Some("text/html"));

    // The default referrer policy sends nothing to a less secure URL.
    let down = Fetch::new(PAGE, "http://localhost/").method("POST").mode(Mode::NoCors);
    let (_, sent) = fetch(&down, &[response(200, &[])]);
    assert_eq!(header(&sent[0], "origin"), Some("null"));

    // `http` rejects control characters, but browsers send them.
    let odd = Fetch::new("https://api.example", API).header("x-a", "1\u{1}2");
    let (_, sent) = fetch(&odd, &[response(200, &[])]);
    assert_eq!(header(&sent[0], "x-a"), Some("1 2"));
}

#[test]
fn credentials_go_along_by_mode_and_origin_and_never_with_a_preflight() {
    use CredentialsMode::{Include, Omit, SameOrigin};
    for (mode, own, other) in
        [(Omit, false, false), (SameOrigin, true, false), (Include, true, true)]
    {
        for (page, included) in [("https://api.example", own), (PAGE, other)] {
            let asked = Fetch::new(page, API).credentials(mode);
            let Turn::Send(sending) = Browser::new().start(&asked, Duration::ZERO) else {
                panic!()
            };
            assert_eq!(sending.includes_credentials(), included, "{asked}");
        }
    }
    let put = Fetch::new(PAGE, API).method("PUT").credentials(Include);
    let Turn::Send(preflight) = Browser::new().start(&put, Duration::ZERO) else { panic!() };
    assert!(preflight.is_preflight() && !preflight.includes_credentials());
}

#[test]
fn a_star_is_none_with_credentials() {
    let star = response(
        200,
        &["access-control-allow-origin: *", "access-control-allow-credentials: true"],
    );
    let asked = Fetch::new(PAGE, API).credentials(CredentialsMode::Include);
    let (ended, _) = fetch(&asked, std::slice::from_ref(&star));
    assert_eq!(ended.verdict.failed_step(), Some(Step::AllowOriginMismatch));
    let (ended, _) = fetch(&asked.method("PUT"), &[star]);
    assert_eq!(ended.verdict.failed_step(), Some(Step::PreflightAllowOriginMismatch));
}

#[test]
fn a_preflight_without_a_list_of_methods_lets_an_upload_through() {
    let allow = response(200, &["access-control-allow-origin: *"]);
    let both = [allow.clone(), allow.clone()];
    let upload = |method: &str| Fetch::new(PAGE, API).method(method).upload_listener(true);
    let (ended, sent) = fetch(&upload("POST"), &both);
    assert!(ended.verdict.is_readable());
    assert_eq!(sent[0].method(), "OPTIONS");
    // This is why `Access-Control-Allow-Methods` is always sent.
    assert!(fetch(&upload("PUT"), &both).0.verdict.is_readable());
    let (ended, _) = fetch(&Fetch::new(PAGE, API).method("PUT"), &both[..1]);
    assert_eq!(ended.verdict.failed_step(), Some(Step::PreflightMethod));
}

/// The standard's browser and the three engines, in the order of every list below.
fn browsers() -> [Browser; 4] {
    let [chromium, firefox, webkit] = Engine::ALL.map(Browser::like);
    [Browser::new(), chromium, firefox, webkit]
}

/// What each of them sends, and whether it may read, if every request gets the same response.
fn sent_by_each(
    before: &[(u64, Fetch)],
    seconds: u64,
    asked: &Fetch,
    answer: impl Fn(&Request<()>) -> Response<()>,
) -> [(String, bool); 4] {
    browsers().map(|mut browser| {
        for (seconds, fetch) in before {
            browser.fetch(fetch, Duration::from_secs(*seconds), &answer);
        }
        let mut sent = Vec::new();
        let ended = browser.fetch(asked, Duration::from_secs(seconds), |request| {
            sent.push(request.method().to_string());
            answer(request)
        });
        (sent.join(" "), ended.verdict.is_readable())
    })
}

fn all(sent: &str, readable: bool) -> (String, bool) {
    (sent.to_owned(), readable)
}

#[test]
fn a_star_covers_authorization_in_every_engine() {
    let asked = Fetch::new(PAGE, API).header("authorization", "x");
    let answer = |_: &_| {
        response(200, &["access-control-allow-origin: *", "access-control-allow-headers: *"])
    };
    let yes = all("OPTIONS GET", true);
    assert_eq!(
        sent_by_each(&[], 0, &asked, answer),
        [all("OPTIONS", false), yes.clone(), yes.clone(), yes]
    );
}

#[test]
fn how_long_a_preflight_is_kept() {
    let asked = Fetch::new(PAGE, API).header("x-a", "1");
    let lines = ["access-control-allow-origin: *", "access-control-allow-headers: x-a"];
    let kept = |max_age: &'static [&'static str], seconds: u64| {
        let answer = |_: &_| response(200, &[&lines[..], max_age].concat());
        sent_by_each(&[(0, asked.clone())], seconds, &asked, answer).map(|(sent, _)| sent == "GET")
    };
    assert_eq!(kept(&[], 4), [true; 4]);
    assert_eq!(kept(&[], 5), [false; 4]);
    for malformed in [
        &["access-control-max-age: soon"][..],
        &["access-control-max-age: 600", "access-control-max-age: 600"],
    ] {
        assert_eq!(kept(malformed, 0), [true, true, false, true]);
        assert_eq!(kept(malformed, 5), [false; 4]);
    }
    assert_eq!(kept(&["access-control-max-age: 0"], 0), [false; 4]);
    let long = &["access-control-max-age: 99999999999999999999"];
    for (seconds, engines) in [
        (599, [true, true, true, true]),
        (600, [true, true, true, false]),
        (7200, [true, false, true, false]),
        (86_400, [true, false, false, false]),
    ] {
        assert_eq!(kept(long, seconds), engines, "{seconds}");
    }
}

#[test]
fn each_url_is_asked_about() {
    let mut browser = Browser::new();
    let lines = ["access-control-allow-origin: *", "access-control-allow-methods: PUT"];
    let (preflight, put) = (response(204, &lines), response(200, &lines[..1]));
    let to = |path: &str| Fetch::new(PAGE, format!("{API}{path}")).method("PUT");
    run(&mut browser, 0, &to("a"), &[preflight.clone(), put.clone()]);
    run(&mut browser, 1, &to("b"), &[preflight, put.clone()]);
    for path in ["a", "b"] {
        run(&mut browser, 2, &to(path), std::slice::from_ref(&put));
    }
}

#[test]
fn what_else_the_engines_keep_of_a_preflight() {
    let asked = || Fetch::new(PAGE, API);
    let allowed = |request: &Request<()>| {
        let method = header(request, "access-control-request-method").unwrap_or_default();
        let method = format!("access-control-allow-methods: {method}");
        let origin = format!("access-control-allow-origin: {PAGE}");
        let yes = "access-control-allow-credentials: true";
        response(200, &[&origin, yes, &method, "access-control-allow-headers: x-a"])
    };
    let again = |before: &[Fetch], asked: Fetch| {
        let before: Vec<_> = before.iter().map(|fetch| (0, fetch.clone())).collect();
        sent_by_each(&before, 1, &asked, allowed).map(|(sent, _)| sent.starts_with("OPTIONS"))
    };
    let (put, patch) = (asked().method("PUT"), asked().method("PATCH"));
    // A second preflight for the same URL.
    assert_eq!(again(&[put.clone(), patch], put.clone()), [false, true, false, true]);
    // A preflight with credentials, then the same without.
    let with = put.clone().credentials(CredentialsMode::Include);
    assert_eq!(again(std::slice::from_ref(&with), put.clone()), [false, false, true, false]);
    assert_eq!(again(std::slice::from_ref(&put), with), [true; 4]);
    // HEAD is CORS-safelisted, but not in Firefox's cache.
    let head = |method: &str| asked().method(method).header("x-a", "1");
    assert_eq!(again(&[head("GET")], head("HEAD")), [false, false, true, false]);

    // A conditional request, for which Chromium and Firefox bypass their caches. Its own preflight
    // is cached.
    let any_header = |_: &_| {
        let methods = "access-control-allow-methods: PUT";
        let names = "access-control-allow-headers: \
            x-a,range,if-match,if-modified-since,if-none-match,if-range,if-unmodified-since";
        response(200, &["access-control-allow-origin: *", methods, names])
    };
    let conditional =
        ["if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"];
    let plain = asked().header("x-a", "1");
    for (name, by_two) in
        conditional.map(|name| (name, "OPTIONS GET")).into_iter().chain([("range", "GET")])
    {
        let conditional = asked().header(name.to_ascii_uppercase(), "x");
        let before = [(0, plain.clone())];
        let sent = sent_by_each(&before, 1, &conditional, any_header).map(|(sent, _)| sent);
        assert_eq!(sent, ["GET", by_two, by_two, "GET"], "{name}");
        let upload = conditional.clone().method("POST").upload_listener(true);
        let upload = upload.body(Body::Bytes);
        let sent = sent_by_each(&before, 1, &upload, any_header).map(|(sent, _)| sent);
        let by_chromium = by_two.replace("GET", "POST");
        assert_eq!(sent, ["OPTIONS POST", &by_chromium, "POST", "POST"], "{name}");
        let sent = sent_by_each(&[(0, conditional)], 1, &plain, any_header).map(|(sent, _)| sent);
        assert_eq!(sent, ["GET"; 4], "{name}");
    }

    // An upload with a listener, with another entry in the cache.
    let upload = asked().method("POST").body(Body::Text).upload_listener(true);
    assert_eq!(again(std::slice::from_ref(&put), upload), [true, false, false, false]);
    let upload = asked().method("HEAD").upload_listener(true);
    assert_eq!(again(std::slice::from_ref(&put), upload), [true, false, true, false]);
    // Even with an empty cache.
    let nothing = |_: &_| response(200, &["access-control-allow-origin: *"]);
    let upload = asked().method("POST").body(Body::Text).upload_listener(true);
    let sent = sent_by_each(&[(0, upload.clone())], 1, &upload, nothing).map(|(sent, _)| sent);
    assert_eq!(sent, ["POST"; 4]);

    // A cached `*`.
    let star = |_: &_| {
        response(200, &["access-control-allow-origin: *", "access-control-allow-methods: *"])
    };
    let sent = sent_by_each(&[(0, put.clone())], 1, &put, star).map(|(sent, _)| sent);
    assert_eq!(sent, ["PUT", "PUT", "OPTIONS PUT", "PUT"]);

    // And whether it covers `authorization`.
    let plain = asked().header("x-a", "1");
    let star_for_headers = |_: &_| {
        response(200, &["access-control-allow-origin: *", "access-control-allow-headers: *"])
    };
    let authorized = asked().header("authorization", "x");
    let sent = sent_by_each(&[(0, plain)], 1, &authorized, star_for_headers).map(|(sent, _)| sent);
    assert_eq!(sent, ["OPTIONS", "OPTIONS GET", "OPTIONS GET", "GET"]);

    // A request that fails after its preflight passed.
    let half = |request: &Request<()>| match request.method().as_str() {
        "OPTIONS" => star(request),
        _ => response(200, &[]),
    };
    let sent = sent_by_each(&[(0, put.clone())], 1, &put, half).map(|(sent, _)| sent);
    assert_eq!(sent, ["OPTIONS PUT", "PUT", "OPTIONS PUT", "PUT"]);
}

#[test]
fn a_fetch_prints_as_the_call_that_makes_it() {
    let fetch = |headers: &[(&str, &str)]| {
        let fetch = Fetch::new(PAGE, API);
        headers.iter().fold(fetch, |fetch, (name, value)| fetch.header(*name, *value)).to_string()
    };
    let call = |headers: &str| format!("fetch({API:?}, {{ headers: {headers} }}) from {PAGE}");
    assert_eq!(fetch(&[("x-a", "1"), ("X-A", "2")]), call(r#"{ "x-a": "1", "X-A": "2" }"#));
    // An object would keep only the last value.
    let twice = [("x-a", "1"), ("accept", ""), ("x-a", "1")];
    assert_eq!(fetch(&twice), call(r#"[["x-a", "1"], ["accept", ""], ["x-a", "1"]]"#));
}

#[test]
fn values_of_one_name() {
    let value = |browser: &mut Browser, asked: &Fetch| {
        let mut sent = None;
        let allow =
            ["access-control-allow-origin: *", "access-control-allow-headers: *, authorization"];
        browser.fetch(asked, Duration::ZERO, |request| {
            let name = &*asked.headers[0].0;
            let values = request.headers().get_all(name).iter();
            let values: Vec<_> = values.map(|value| value.to_str().unwrap()).collect();
            sent = (!values.is_empty()).then(|| values.join(", "));
            response(200, &allow)
        });
        sent
    };
    for (name, values, all, by_firefox) in [
        ("content-type", &["text/plain", "text/plain"][..], "text/plain, text/plain", "text/plain"),
        ("Content-Type", &["text/plain", "text/html"], "text/plain, text/html", "text/html"),
        ("content-type", &["text/plain", ""], "text/plain, ", ""),
        ("authorization", &["a", "b", "c"], "a, b, c", "c"),
        ("content-disposition", &["a", "b"], "a, b", "b"),
        ("from", &["a", "b"], "a, b", "b"),
        ("if-modified-since", &["a", "b"], "a, b", "b"),
        ("if-unmodified-since", &["a", "b"], "a, b", "b"),
        ("location", &["a", "b"], "a, b", "b"),
        ("max-forwards", &["1", "2"], "1, 2", "2"),
        ("x-a", &["1", "2"], "1, 2", "1, 2"),
        ("x-a", &["1", ""], "1, ", ""),
        ("x-a", &["", "1"], ", 1", "1"),
        ("x-a", &["1", "", "2", "3"], "1, , 2, 3", "2, 3"),
        ("accept", &["a", "b"], "a, b", "a, b"),
        ("if-match", &["a", "b"], "a, b", "a, b"),
    ] {
        let asked =
            values.iter().fold(Fetch::new(PAGE, API), |asked, value| asked.header(name, *value));
        let sent = browsers().map(|mut browser| value(&mut browser, &asked));
        assert_eq!(
            sent,
            [all, all, by_firefox, all].map(|value| Some(value.to_owned())),
            "{asked}"
        );
        // `setRequestHeader` combines before anything is sent.
        let upload = asked.method("POST").body(Body::Bytes).upload_listener(true);
        let sent = browsers().map(|mut browser| value(&mut browser, &upload));
        assert_eq!(sent, [all; 4].map(|value| Some(value.to_owned())), "{upload}");
    }
    let twice = Fetch::new(PAGE, API).header("user-agent", "a").header("User-Agent", "b");
    let sent = browsers().map(|mut browser| value(&mut browser, &twice));
    assert_eq!(sent, [Some("a, b"), None, Some("b"), Some("a, b")].map(|it| it.map(str::to_owned)));
}

#[test]
fn where_else_the_engines_depart() {
    let star = |_: &_| response(200, &["access-control-allow-origin: *"]);
    let hint = Fetch::new(PAGE, API).header("DPR", "2");
    let sent = sent_by_each(&[], 0, &hint, star).map(|(sent, _)| sent);
    assert_eq!(sent, ["OPTIONS", "GET", "OPTIONS", "OPTIONS"]);

    // Headers with the same name: each may be short enough, and both together too long.
    let half = "a".repeat(100);
    let twice = Fetch::new(PAGE, API).header("accept", &half).header("Accept", &half);
    let sent = sent_by_each(&[], 0, &twice, star).map(|(sent, _)| sent);
    assert_eq!(sent, ["GET", "OPTIONS", "GET", "OPTIONS"]);
    let plain = Fetch::new(PAGE, API).header("content-type", "text/plain");
    let twice = plain.clone().header("content-type", "text/plain");
    let sent = sent_by_each(&[], 0, &twice, star).map(|(sent, _)| sent);
    assert_eq!(sent, ["GET", "OPTIONS", "GET", "OPTIONS"]);
    let form = "application/x-www-form-urlencoded";
    let of_body = [Body::None, Body::Text].map(|body| {
        let typed = plain.clone().header("content-type", form).method("POST").body(body);
        let mut firefox = Browser::as_installed(Engine::Firefox);
        let Turn::Send(sending) = firefox.start(&typed, Duration::ZERO) else { panic!() };
        header(sending.request(), "content-type").map(str::to_owned).unwrap()
    });
    assert_eq!(of_body, [form, "text/plain"]);
    let agent = Fetch::new(PAGE, API).header("user-agent", "x");
    let sent = sent_by_each(&[], 0, &agent, star).map(|(sent, _)| sent);
    assert_eq!(sent, ["OPTIONS", "GET", "OPTIONS", "OPTIONS"]);
    let asked_for = browsers().map(|mut browser| {
        let twice = Fetch::new(PAGE, API).header("x-a", "1").header("x-a", "1");
        let Turn::Send(sending) = browser.start(&twice, Duration::ZERO) else { panic!() };
        header(sending.request(), "access-control-request-headers").map(str::to_owned)
    });
    assert_eq!(asked_for.map(Option::unwrap), ["x-a", "x-a", "x-a,x-a", "x-a"]);

    // What a preflight does not name keeps its time.
    let mut firefox = Browser::as_installed(Engine::Firefox);
    let mut methods = |method: &'static str, age: &str, seconds: u64| {
        let lines = [
            "access-control-allow-origin: *",
            &format!("access-control-allow-methods: {method}"),
            &format!("access-control-max-age: {age}"),
        ];
        let mut sent = 0;
        let fetch = Fetch::new(PAGE, API).method(method);
        firefox.fetch(&fetch, Duration::from_secs(seconds), |_| {
            sent += 1;
            response(200, &lines)
        });
        sent
    };
    let sent = [methods("DELETE", "5", 0), methods("PUT", "100", 4), methods("DELETE", "5", 10)];
    assert_eq!(sent, [2, 2, 2]);

    // An upload listener without an upload.
    let listens = Fetch::new(PAGE, API).upload_listener(true);
    let sent = sent_by_each(&[], 0, &listens, star).map(|(sent, _)| sent);
    assert_eq!(sent, ["OPTIONS GET", "GET", "OPTIONS GET", "OPTIONS GET"]);

    // Headers that a redirect across origins drops, and that a preflight still lists.
    let left = Fetch::new(PAGE, API).header("authorization", "x");
    let asked_for = browsers().map(|mut browser| {
        let mut asked_for = Vec::new();
        browser.fetch(&left, Duration::ZERO, |request| {
            let asked = header(request, "access-control-request-headers");
            asked_for.extend(asked.map(str::to_owned));
            let away = request.uri().host() == Some("api.example") && request.method() == "GET";
            let allow =
                ["access-control-allow-origin: *", "access-control-allow-headers: authorization"];
            let location = ["location: https://third.example/"];
            response(if away { 302 } else { 200 }, &[&allow[..], &location].concat())
        });
        asked_for.join(" ")
    });
    let (once, again) = ("authorization", "authorization authorization");
    assert_eq!(asked_for, [once, once, once, again]);

    let loopback = Fetch::new(PAGE, "http://127.0.0.1:8080/");
    let readable = sent_by_each(&[], 0, &loopback, star).map(|(_, readable)| readable);
    assert_eq!(readable, [true, true, true, false]);

    let own = Fetch::new("https://api.example", API);
    let to_user = |request: &Request<()>| match request.uri().path() {
        "/" => response(302, &["location: https://user@api.example/user"]),
        _ => response(200, &[]),
    };
    let readable = sent_by_each(&[], 0, &own, to_user).map(|(_, readable)| readable);
    assert_eq!(readable, [true, false, true, true]);

    let put = Fetch::new(PAGE, API).method("PUT");
    let see_other = |request: &Request<()>| {
        let status = if request.method() == "PUT" { 303 } else { 200 };
        let lines = ["access-control-allow-origin: *", "access-control-allow-methods: PUT"];
        response(status, &[&lines[..], &["location: /other"]].concat())
    };
    let sent = sent_by_each(&[], 0, &put, see_other).map(|(sent, _)| sent);
    let two = "OPTIONS PUT OPTIONS GET";
    assert_eq!(sent, ["OPTIONS PUT GET", "OPTIONS PUT GET", two, two]);
}

#[test]
fn after_redirects_across_origins_the_origin_is_null() {
    let put = Fetch::new(PAGE, API).method("PUT");
    let allow = |origin: &str| {
        let origin = format!("access-control-allow-origin: {origin}");
        response(200, &[&origin, "access-control-allow-methods: PUT"])
    };
    let go = {
        let mut go = allow(PAGE);
        *go.status_mut() = http::StatusCode::TEMPORARY_REDIRECT;
        go.headers_mut().insert("location", HeaderValue::from_static("https://third.example/"));
        go
    };
    let origins = |sent: &[Request<()>]| -> Vec<String> {
        sent.iter().map(|request| header(request, "origin").unwrap().to_owned()).collect()
    };
    let standard = [allow(PAGE), go.clone(), allow("null"), allow("null")];
    for mut browser in
        [Browser::new(), Browser::like(Engine::Chromium), Browser::like(Engine::WebKit)]
    {
        let (ended, sent) = run(&mut browser, 0, &put, &standard);
        assert!(ended.verdict.is_readable());
        assert_eq!(origins(&sent), [PAGE, PAGE, "null", "null"]);
    }
    let firefox = [allow(PAGE), go, allow(PAGE), allow("null")];
    let (ended, sent) = run(&mut Browser::like(Engine::Firefox), 0, &put, &firefox);
    assert!(ended.verdict.is_readable());
    assert_eq!(origins(&sent), [PAGE, PAGE, PAGE, "null"]);
}

#[test]
fn a_stream_is_sent_once() {
    let upload = Fetch::new(PAGE, API).method("POST").body(Body::Stream);
    let allow = "access-control-allow-origin: *";
    let passed = response(200, &[allow]);
    let to = |status: u16| response(status, &[allow, "location: /elsewhere"]);
    let (ended, _) = fetch(&upload, &[passed.clone(), to(307)]);
    assert_eq!(ended.verdict.failed_step(), Some(Step::RedirectBody));
    let (ended, sent) = fetch(&upload, &[passed.clone(), to(303), passed.clone(), passed]);
    assert!(ended.verdict.is_readable());
    let methods: Vec<_> = sent.iter().map(|request| request.method().as_str()).collect();
    assert_eq!(methods, ["OPTIONS", "POST", "OPTIONS", "GET"]);
}

#[test]
fn the_policy_of_a_resource_keeps_no_cors_responses() {
    let opaque = |page: &str, url: &str, policy: &str| {
        let asked = Fetch::new(page, url).mode(Mode::NoCors);
        let answer = response(200, &[&format!("cross-origin-resource-policy: {policy}")]);
        fetch(&asked, &[answer]).0.verdict == Verdict::Opaque
    };
    let (www, api) = ("https://www.example.com", "https://api.example.com/");
    assert!(opaque(www, api, "same-site"));
    assert!(!opaque(www, api, "same-origin"));
    assert!(!opaque("https://other.test", api, "same-site"));
    assert!(opaque("https://other.test", api, "cross-origin"));
    assert!(opaque("https://other.test", api, "same-site, same-origin"));
    assert!(!opaque("http://www.example.com", api, "same-site"));
}

#[test]
fn what_the_script_sees() {
    let allow = "access-control-allow-origin: https://app.example.com";
    let yes = "access-control-allow-credentials: true";
    let set = ["x-a: 1", "x-b: 2", "content-type: text/plain", "set-cookie: s=1"];
    let seen = |credentials: CredentialsMode, expose: &[&str]| {
        let lines = [&[allow, yes][..], &set, expose].concat();
        let asked = Fetch::new(PAGE, API).credentials(credentials);
        let (ended, _) = fetch(&asked, &[response(200, &lines)]);
        let Verdict::Readable(readable) = ended.verdict else { panic!("{ended:?}") };
        let names = readable.headers.keys().map(|name| name.as_str());
        let mut names: Vec<_> = names.filter(|name| !name.starts_with("access-")).collect();
        assert!(names.iter().all(|name| readable.shared.shows(name)));
        names.sort();
        (names.join(" "), readable.shared == Shared::All)
    };
    let omit = CredentialsMode::Omit;
    let include = CredentialsMode::Include;
    let expose = |value: &str| format!("access-control-expose-headers: {value}");
    assert_eq!(seen(omit, &[]), ("content-type".into(), false));
    assert_eq!(seen(omit, &[&expose("X-B, set-cookie")]), ("content-type x-b".into(), false));
    assert_eq!(seen(omit, &[&expose("*")]), ("content-type x-a x-b".into(), true));
    assert_eq!(seen(include, &[&expose("*")]), ("content-type".into(), false));
    assert_eq!(seen(omit, &[&expose("x-a"), &expose("x b")]), ("content-type".into(), false));
}

#[test]
fn how_the_engines_read_a_location() {
    let paths = |redirect: RedirectMode, locations: &[&str]| {
        let fetch = Fetch::new(PAGE, API).redirect(redirect);
        browsers().map(|mut browser| {
            let mut paths = Vec::new();
            let ended = browser.fetch(&fetch, Duration::ZERO, |request| {
                paths.push(request.uri().path().to_owned());
                let origin = ["access-control-allow-origin: *"];
                let is_first = paths.len() == 1;
                let lines = [&origin[..], if is_first { locations } else { &[] }].concat();
                response(if is_first { 302 } else { 200 }, &lines)
            });
            let end = match ended.verdict {
                Verdict::Readable(readable) => readable.status.as_str().to_owned(),
                Verdict::Failed(taken) => taken.step.id().to_owned(),
                other => format!("{other:?}"),
            };
            format!("{} {end}", paths.join(" "))
        })
    };
    let follow = |locations: &[&str]| paths(RedirectMode::Follow, locations);
    let (invalid, two, joined) = ("/ redirect-location", "/ /b 200", "/ /b,%20/b 200");
    assert_eq!(follow(&["location: /b", "location: /b"]), [invalid, two, two, joined]);
    let other = "/ /b,%20/c 200";
    assert_eq!(follow(&["location: /b", "location: /c"]), [invalid, invalid, invalid, other]);
    let itself = "/ / 200";
    assert_eq!(follow(&["location: "]), [itself, "/ 302", itself, itself]);
    let (utf8, latin1) = ("/ /%C3%A9 200", "/ /%C3%83%C2%A9 200");
    assert_eq!(follow(&["location: /é"]), [utf8, utf8, utf8, latin1]);
    let opaque = "/ OpaqueRedirect";
    let manual = paths(RedirectMode::Manual, &["location: https://["]);
    assert_eq!(manual, [opaque, invalid, opaque, opaque]);
    assert_eq!(paths(RedirectMode::Manual, &["location: /b"]), [opaque; 4]);
}

/// A redirect across origins makes the origin `null`. Chromium and WebKit take it for another one each
/// time, and so ask again.
#[test]
fn a_preflight_after_a_redirect_is_asked_for_again() {
    let put = Fetch::new("https://a.test", "https://b.test/").method("PUT");
    let preflights_of = |mut browser: Browser| {
        let mut count = 0;
        for _ in 0..2 {
            let ended = browser.fetch(&put, Duration::ZERO, |request| {
                let is_there = request.uri().host() == Some("c.test");
                count += u32::from(is_there && request.method() == Method::OPTIONS);
                let redirects = !is_there && request.method() == Method::PUT;
                Response::builder()
                    .status(if redirects { 307 } else { 200 })
                    .header("access-control-allow-origin", "*")
                    .header("access-control-allow-methods", "PUT")
                    .header("access-control-max-age", "600")
                    .header("location", "https://c.test/")
                    .body(())
                    .unwrap()
            });
            assert!(ended.verdict.is_readable(), "{ended:?}");
        }
        count
    };
    assert_eq!(preflights_of(Browser::new()), 1);
    let in_engines = Engine::ALL.map(|engine| preflights_of(Browser::like(engine)));
    assert_eq!(in_engines, [2, 1, 2]);
}
