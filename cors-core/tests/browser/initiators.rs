//! What initiators other than `fetch` send, and what they get.

use cors_core::Policy;
use cors_core::browser::{
    AddressSpace, Body, Browser, CredentialsMode, Crossorigin, Engine, Fetch, Initiator, Mode,
    Step, Turn, Verdict, serve,
};
use cors_core::explain::explain;
use expect_test::expect_file;
use http::{Request, Response};
use std::time::Duration;

const PAGE: &str = "https://app.example.com";
const URL: &str = "https://api.example/x";

/// The first request, and whether cookies go along.
fn first(fetch: &Fetch) -> (Request<()>, bool) {
    match Browser::new().start(fetch, Duration::ZERO) {
        Turn::Send(sending) => (sending.request().clone(), sending.includes_credentials()),
        Turn::Done(ended) => panic!("{fetch}: {ended:?}"),
    }
}

fn sent(fetch: &Fetch) -> String {
    let (request, has_credentials) = first(fetch);
    let header = |name| request.headers().get(name).map_or("-", |value| value.to_str().unwrap());
    let [mode, dest, origin] = ["sec-fetch-mode", "sec-fetch-dest", "origin"].map(header);
    let cookies = if has_credentials { "cookies" } else { "-" };
    format!("{} {mode} {dest} {origin} {cookies}", request.method())
}

#[test]
fn each_has_its_mode_and_credentials() {
    use Crossorigin::{Anonymous, UseCredentials};
    let app = |by: fn(&'static str, &'static str) -> Fetch| by(PAGE, URL);
    let json = ("content-type", "application/json");
    let image = app(Fetch::image);
    assert_eq!(image.clone().crossorigin(Some(Anonymous)).crossorigin(None), image);
    for (fetch, wanted) in [
        (app(Fetch::new), "GET cors empty https://app.example.com -"),
        (app(Fetch::xhr), "GET cors empty https://app.example.com -"),
        (app(Fetch::script), "GET no-cors script - cookies"),
        (app(Fetch::image), "GET no-cors image - cookies"),
        (app(Fetch::stylesheet), "GET no-cors style - cookies"),
        (
            app(Fetch::script).crossorigin(Some(Anonymous)),
            "GET cors script https://app.example.com -",
        ),
        (
            app(Fetch::image).crossorigin(Some(UseCredentials)),
            "GET cors image https://app.example.com cookies",
        ),
        (
            app(Fetch::image).crossorigin(Some(Anonymous)).crossorigin(None),
            "GET no-cors image - cookies",
        ),
        (app(Fetch::module), "GET cors script https://app.example.com -"),
        (app(Fetch::module).crossorigin(None), "GET cors script https://app.example.com -"),
        (
            app(Fetch::module).crossorigin(Some(UseCredentials)),
            "GET cors script https://app.example.com cookies",
        ),
        (app(Fetch::font), "GET cors font https://app.example.com -"),
        (
            app(Fetch::font).credentials(CredentialsMode::Include),
            "GET cors font https://app.example.com -",
        ),
        (app(Fetch::event_source), "GET cors empty https://app.example.com -"),
        (
            app(Fetch::event_source).credentials(CredentialsMode::Include),
            "GET cors empty https://app.example.com cookies",
        ),
        (app(Fetch::web_socket), "GET websocket empty https://app.example.com cookies"),
        (app(Fetch::beacon), "POST no-cors empty https://app.example.com cookies"),
        (app(Fetch::beacon).body(Body::Text), "POST no-cors empty https://app.example.com cookies"),
        // The type is that of the data, and there is none.
        (
            app(Fetch::beacon).header(json.0, json.1),
            "POST no-cors empty https://app.example.com cookies",
        ),
        (
            app(Fetch::beacon).body(Body::Bytes).header(json.0, json.1),
            "OPTIONS cors empty https://app.example.com -",
        ),
        (app(Fetch::frame), "GET navigate iframe - cookies"),
        // What an element does not have, it ignores.
        (
            app(Fetch::image).method("PUT").header("x-a", "1").body(Body::Stream),
            "GET no-cors image - cookies",
        ),
        (app(Fetch::frame).mode(Mode::SameOrigin), "GET navigate iframe - cookies"),
    ] {
        assert_eq!(sent(&fetch), wanted, "{fetch}");
    }
}

/// Chromium drops a type that it cannot parse, and has nothing to ask for then.
#[test]
fn a_beacon_with_a_malformed_type() {
    for (kind, methods) in [
        ("1", ["POST", "OPTIONS", "OPTIONS"]),
        ("a/b", ["OPTIONS"; 3]),
        ("text/plain", ["POST"; 3]),
    ] {
        let beacon = Fetch::beacon(PAGE, "https://api.example/").body(Body::Bytes);
        let beacon = beacon.header("content-type", kind);
        let sent =
            Engine::ALL.map(|engine| match Browser::like(engine).start(&beacon, Duration::ZERO) {
                Turn::Send(sending) => sending.request().method().to_string(),
                Turn::Done(ended) => panic!("{ended:?}"),
            });
        assert_eq!(sent, methods, "{kind}");
    }
}

/// The headers that depend on the initiator, and on the engine.
#[test]
fn what_each_sends() {
    let mut text = String::new();
    for url in ["https://app.example.com/", "https://api.example/", "http://localhost/"] {
        for initiator in Initiator::ALL {
            for engine in Engine::ALL {
                let fetch = Fetch::by(initiator, "https://app.example.com", url);
                let turn = Browser::as_installed(engine).start(&fetch, Duration::ZERO);
                let sent = match turn {
                    Turn::Send(sending) => {
                        let header = |name: &str| match sending.request().headers().get(name) {
                            Some(value) => value.to_str().unwrap().to_owned(),
                            None => "-".to_owned(),
                        };
                        ["accept", "origin", "sec-fetch-mode", "sec-fetch-dest"]
                            .map(header)
                            .join(" ")
                    }
                    Turn::Done(_) => "nothing".to_owned(),
                };
                let (initiator, engine) = (initiator.as_str(), engine.name());
                text += &format!("{url} {initiator} {engine}: {sent}\n");
            }
        }
    }
    expect_file!["initiators.txt"].assert_eq(&text);
}

#[test]
fn only_an_opaque_image_taints_a_canvas() {
    let policy = Policy::public();
    for (value, taints) in [(None, true), (Some(Crossorigin::Anonymous), false)] {
        let image = Fetch::image("https://app.example.com", "https://api.example/");
        let ended = Browser::new().fetch(&image.crossorigin(value), Duration::ZERO, |request| {
            serve(&policy, request, |_| Response::new(()))
        });
        assert_eq!(ended.verdict.taints_canvas(), taints, "{:?}", ended.verdict);
    }
}

#[test]
fn each_prints_as_people_write_it() {
    let app = |by: fn(&'static str, &'static str) -> Fetch| by(PAGE, "https://a.test/?a&b");
    let include = |fetch: Fetch| fetch.credentials(CredentialsMode::Include);
    let anonymous = |fetch: Fetch| fetch.crossorigin(Some(Crossorigin::Anonymous));
    for (fetch, wanted) in [
        (
            include(app(Fetch::xhr)).method("PUT").header("x-a", "1").body(Body::Text),
            r#"xhr = new XMLHttpRequest(); xhr.open("PUT", "https://a.test/?a&b"); xhr.withCredentials = true; xhr.setRequestHeader("x-a", "1"); xhr.send("text")"#,
        ),
        (
            app(Fetch::xhr).upload_listener(true),
            r#"xhr = new XMLHttpRequest(); xhr.open("GET", "https://a.test/?a&b"); xhr.upload.onprogress = () => {}; xhr.send()"#,
        ),
        (app(Fetch::script), r#"<script src="https://a.test/?a&amp;b">"#),
        (
            anonymous(app(Fetch::image)),
            r#"<img src="https://a.test/?a&amp;b" crossorigin="anonymous">"#,
        ),
        (app(Fetch::stylesheet), r#"<link rel="stylesheet" href="https://a.test/?a&amp;b">"#),
        (anonymous(app(Fetch::module)), r#"<script type="module" src="https://a.test/?a&amp;b">"#),
        (
            include(app(Fetch::module)),
            r#"<script type="module" src="https://a.test/?a&amp;b" crossorigin="use-credentials">"#,
        ),
        (app(Fetch::font), r#"@font-face { src: url("https://a.test/?a&b") }"#),
        (app(Fetch::event_source), r#"new EventSource("https://a.test/?a&b")"#),
        (
            include(app(Fetch::event_source)),
            r#"new EventSource("https://a.test/?a&b", { withCredentials: true })"#,
        ),
        (app(Fetch::web_socket), r#"new WebSocket("https://a.test/?a&b")"#),
        (app(Fetch::beacon), r#"navigator.sendBeacon("https://a.test/?a&b")"#),
        (
            app(Fetch::beacon).body(Body::Bytes),
            r#"navigator.sendBeacon("https://a.test/?a&b", new Uint8Array(1))"#,
        ),
        (app(Fetch::frame), r#"<iframe src="https://a.test/?a&amp;b">"#),
    ] {
        assert_eq!(fetch.to_string(), format!("{wanted} from {PAGE}"));
    }
    assert_eq!(
        app(Fetch::font).in_frame("local-network").to_string(),
        r#"@font-face { src: url("https://a.test/?a&b") } from https://app.example.com in <iframe allow="local-network">"#
    );
}

/// A WebSocket's URL has other rules.
#[test]
fn the_urls_of_web_sockets() {
    for (url, step) in [
        ("wss://api.example/", None),
        ("https://api.example/", None),
        ("/live", None),
        ("ws://localhost:3000/", None),
        ("wss://u:p@api.example/", None),
        ("ws://api.example/", Some(Step::MixedContent)),
        ("wss://api.example/#a", Some(Step::WebSocketUrl)),
        ("ftp://api.example/", Some(Step::WebSocketUrl)),
        ("wss://api.example:6000/", Some(Step::BadPort)),
        ("wss://", Some(Step::UrlFailure)),
    ] {
        let fetch = Fetch::web_socket(PAGE, url);
        let ended = Browser::new()
            .fetch(&fetch, Duration::ZERO, |_| Response::builder().status(101).body(()).unwrap());
        assert_eq!(ended.verdict.failed_step(), step, "{url}");
        assert_eq!(ended.verdict == Verdict::Opened, step.is_none(), "{url}");
    }
}

/// The standard upgrades images, and no other subresource.
#[test]
fn an_image_is_upgraded() {
    let mixed = Some(Step::MixedContent);
    for (fetch, step) in [
        (Fetch::image(PAGE, "http://api.example/"), None),
        (Fetch::image(PAGE, "http://192.0.2.1/"), mixed),
        (Fetch::script(PAGE, "http://api.example/"), mixed),
        (Fetch::frame(PAGE, "http://api.example/"), mixed),
        (Fetch::beacon(PAGE, "http://api.example/"), mixed),
        (Fetch::image("http://app.example.com", "http://api.example/"), None),
    ] {
        let mut sent = Vec::new();
        let ended = Browser::new().fetch(&fetch, Duration::ZERO, |request| {
            sent.push(request.uri().to_string());
            Response::new(())
        });
        assert_eq!(ended.verdict.failed_step(), step, "{fetch}");
        let is_upgraded = ended.steps.iter().any(|taken| taken.step == Step::Upgrade);
        assert_eq!(is_upgraded, sent == ["https://api.example/"], "{fetch}");
    }
}

#[test]
fn a_frame_needs_permission_for_the_local_network() {
    let fetch = Fetch::new("https://widget.example", "https://api.example/");
    for (allow, local, loopback) in [
        ("", false, false),
        ("local-network", true, false),
        ("loopback-network", false, true),
        ("fullscreen; Local-Network *;loopback-network 'src'", true, true),
        ("local-network https://widget.example", true, false),
        ("local-network https://other.example; loopback-network 'none'", false, false),
        ("xlocal-network loopback-network", false, false),
    ] {
        for (space, asks) in [
            (AddressSpace::Local, local),
            (AddressSpace::Loopback, loopback),
            (AddressSpace::Public, true),
        ] {
            for engine in Engine::ALL {
                let fetch = fetch.clone().target_space(space).in_frame(allow);
                let mut browser = Browser::with_local_network_access(engine);
                let ended = browser.fetch(&fetch, Duration::ZERO, |request| {
                    serve(&Policy::public(), request, |_| Response::new(()))
                });
                let passes = asks || engine == Engine::WebKit;
                assert_eq!(ended.verdict.is_readable(), passes, "{engine:?} {fetch}");
            }
        }
    }
}

/// A fix names the attribute, and not a mode that elements do not have.
#[test]
fn fixes_are_for_elements() {
    let none = Policy::builder().allow_origins(["https://other.example"]).build().unwrap();
    let origins = r#"allow_origins = ["https://other.example", "https://app.example.com"]"#;
    let crossorigin = format!("in the HTML: add crossorigin; {origins}");
    let url = |url: &str| format!("the URL {url:?}");
    for (fetch, wanted) in [
        (Fetch::image(PAGE, URL), Some(crossorigin.clone())),
        (Fetch::script(PAGE, URL), Some(crossorigin)),
        (Fetch::module(PAGE, URL), Some(origins.to_owned())),
        (Fetch::font(PAGE, URL), Some(origins.to_owned())),
        (Fetch::frame(PAGE, URL), None),
        (Fetch::web_socket(PAGE, URL), None),
        (Fetch::beacon(PAGE, URL), None),
        (
            Fetch::frame(PAGE, "http://api.example/"),
            Some(format!("in the HTML: {}", url("https://api.example/"))),
        ),
        (
            Fetch::web_socket(PAGE, "ws://api.example/"),
            Some(format!("in the script: {}", url("wss://api.example/"))),
        ),
    ] {
        let explanation = explain(&none, &fetch);
        let fix = explanation.fix().map(ToString::to_string);
        assert_eq!(fix, wanted, "{fetch}");
        assert_eq!(explanation.is_success(), wanted.is_none(), "{fetch}");
        if let Some(fix) = explanation.fix() {
            assert!(fix.is_tried(), "{fix}");
        }
    }
}

#[cfg(feature = "strategies")]
mod any_fetch {
    use super::*;
    use crate::cases::cases;
    use cors_core::browser::{Initiator, Taken};
    use cors_core::strategies::{fetches_near, policies};
    use http::header::{ACCEPT, HeaderName};
    use proptest::prelude::*;
    use proptest::sample::select;

    /// Steps that say whether a response may be read across origins.
    const CORS: [Step; 6] = [
        Step::AllowOriginMissing,
        Step::AllowOriginMismatch,
        Step::AllowCredentials,
        Step::ResourcePolicy,
        Step::SameOriginMode,
        Step::PreflightNeeded,
    ];

    /// The verdict, the requests without what only says who makes them, and the last step.
    fn run(policy: &Policy, fetch: &Fetch, answer: &str) -> (Verdict, Vec<String>, Vec<Taken>) {
        let mut sent = Vec::new();
        let ended = Browser::new().fetch(fetch, Duration::ZERO, |request| {
            let headers: Vec<_> = request
                .headers()
                .iter()
                .filter(|(name, _)| **name != HeaderName::from_static("sec-fetch-dest"))
                .filter(|(name, _)| **name != ACCEPT)
                .collect();
            sent.push(format!("{} {} {headers:?}", request.method(), request.uri()));
            serve(policy, request, |_| {
                let (name, value) = answer.split_once(": ").unwrap();
                let status = if name == "location" && sent.len() < 2 { 302 } else { 200 };
                Response::builder().status(status).header(name, value).body(()).unwrap()
            })
        });
        (ended.verdict, sent, ended.steps)
    }

    const ANSWERS: [&str; 4] = [
        "x-a: 1",
        "cross-origin-resource-policy: same-origin",
        "location: https://third.example/",
        "location: /elsewhere",
    ];

    proptest! {
        #![proptest_config(cases(2048))]

        /// An initiator is a call of `fetch` with the mode and the credentials that it settles.
        #[test]
        fn an_initiator_is_a_fetch_with_its_mode(
            (policy, fetch) in policies().prop_flat_map(|policy| {
                let fetches = fetches_near(&policy);
                (Just(policy), fetches)
            }),
            initiator in select(&Initiator::ALL[..]),
            answer in select(&ANSWERS[..]),
        ) {
            let mut fetch = fetch;
            fetch.initiator = initiator;
            let settled = fetch.settled().into_owned();
            prop_assert_eq!(&settled.settled().into_owned(), &settled);
            let (verdict, sent, steps) = run(&policy, &fetch, answer);
            prop_assert_eq!(&run(&policy, &settled, answer).0, &verdict);
            if matches!(initiator, Initiator::WebSocket | Initiator::Frame) {
                let of_cors = steps.iter().find(|taken| CORS.contains(&taken.step));
                prop_assert_eq!(of_cors, None, "{}", fetch);
                return Ok(());
            }
            let mut call = settled;
            call.initiator = Initiator::Fetch;
            // These need an initiator that is not `fetch`.
            let is_xhr = initiator == Initiator::XmlHttpRequest;
            let is_special = steps.iter().any(|taken| taken.step == Step::Upgrade)
                || call.url.contains('@') || is_xhr && !call.upload_listener;
            prop_assume!(!is_special);
            let (of_call, sent_by_call, _) = run(&policy, &call, answer);
            prop_assert_eq!(sent, sent_by_call, "{}", fetch);
            match verdict {
                Verdict::Sent => prop_assert!(of_call.failed_step().is_none(), "{}", fetch),
                verdict => prop_assert_eq!(verdict, of_call, "{}", fetch),
            }
        }
    }
}
