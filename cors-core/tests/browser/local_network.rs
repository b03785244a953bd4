//! Fetches from a page to a server in a more private network.

use cors_core::Policy;
use cors_core::browser::{AddressSpace, Browser, Engine, Fetch, Mode, Step, Taken, serve};
use cors_core::explain::{Event, InEngine, Reads, explain, explain_server};
use http::Response;
use std::time::Duration;

/// What each engine does, under a policy that allows everyone.
fn in_engines(fetch: &Fetch) -> [InEngine; 3] {
    explain(&Policy::public(), fetch).engines().clone()
}

#[test]
fn a_public_page_needs_the_users_permission() {
    use AddressSpace::{Local, Loopback, Public};
    use Reads::{Asks, No, Yes};
    let fetch = |page: &str, url: &str| Fetch::new(page, url);
    let public = "https://app.example.com";
    let not_secure = "http://app.example.com";
    // In Chromium, Firefox and WebKit.
    for (fetch, reads) in [
        // In WebKit, this is mixed content.
        (fetch(public, "http://localhost:3000/"), [Asks, Asks, No]),
        (fetch(public, "http://127.0.0.1:3000/"), [Asks, Asks, No]),
        (fetch(public, "https://localhost:3000/"), [Asks, Asks, Yes]),
        (fetch(public, "https://printer.local/"), [Asks, Asks, Yes]),
        (fetch(public, "https://api.example/").target_space(Local), [Asks, Asks, Yes]),
        (fetch(public, "https://api.example/").target_space(Loopback), [Asks, Asks, Yes]),
        (fetch(public, "https://api.example/"), [Yes, Yes, Yes]),
        (fetch(not_secure, "http://localhost:3000/"), [No, Asks, Yes]),
        (fetch(not_secure, "http://192.168.1.1/"), [No, Asks, Yes]),
        (fetch(not_secure, "http://api.example/").target_space(Local), [No, Asks, Yes]),
        (fetch(not_secure, "http://api.example/"), [Yes, Yes, Yes]),
        (fetch("http://192.168.1.1", "http://192.168.1.2/"), [Yes, Yes, Yes]),
        (fetch("http://192.168.1.1", "http://localhost:3000/"), [Yes, Yes, Yes]),
        (
            fetch("https://intranet.example", "https://localhost:3000/").page_space(Local),
            [Yes, Yes, Yes],
        ),
        (fetch("http://localhost:8080", "http://127.0.0.1:3000/"), [Yes, Yes, Yes]),
        (fetch("http://localhost:8080", "http://192.168.1.1/"), [Yes, Yes, Yes]),
        (
            fetch("http://localhost:8080", "http://127.0.0.1:3000/").page_space(Public),
            [Asks, Asks, Yes],
        ),
        (fetch("https://192.168.1.1", "https://api.example/"), [Yes, Yes, Yes]),
    ] {
        assert_eq!(in_engines(&fetch).map(|engine| engine.reads), reads, "{fetch}");
    }
}

/// By its name or literal address. What a name resolves to does not matter.
#[test]
fn http_to_the_local_network_is_not_mixed_content_in_chromium() {
    use Reads::{Asks, No, Yes};
    let local = ["printer.local", "local", "192.168.1.1", "100.64.0.1", "[fe80::1]", "0.0.0.0"];
    for (page, reads) in [("https://app.example.com", Asks), ("https://192.168.1.2", Yes)] {
        for host in local {
            let fetch = Fetch::new(page, format!("http://{host}/"));
            assert_eq!(in_engines(&fetch).map(|it| it.reads), [reads, No, No], "{fetch}");
            assert!(!explain(&Policy::public(), &fetch).is_readable(), "{fetch}");
        }
        let fetch = Fetch::new(page, "http://api.example/").target_space(AddressSpace::Local);
        assert_eq!(in_engines(&fetch).map(|it| it.reads), [No; 3], "{fetch}");
    }
}

#[test]
fn a_page_that_is_not_secure_is_refused_in_chromium() {
    let fetch = Fetch::new("http://pub.test", "http://localhost:3000/");
    let [refused, ..] = in_engines(&fetch);
    assert_eq!(
        refused.console.as_deref(),
        Some(
            "Access to fetch at 'http://localhost:3000/' from origin 'http://pub.test' has been \
             blocked by CORS policy: The request client is not a secure context and the resource \
             is in more-private address space `loopback`."
        )
    );
    // Fetch alone does not know of it.
    assert!(explain(&Policy::public(), &fetch).is_readable());
}

/// Nothing is sent before the user agrees: no preflight, and nothing in mode `no-cors`.
#[test]
fn refused_before_anything_is_sent() {
    let fetch = Fetch::new("http://pub.test", "http://localhost:3000/");
    for fetch in [fetch.clone().method("PUT"), fetch.clone().mode(Mode::NoCors), fetch] {
        let mut browser = Browser::with_local_network_access(Engine::Chromium);
        let ended = browser.fetch(&fetch, Duration::ZERO, |request| -> Response<()> {
            panic!("{fetch} sends {request:?}")
        });
        assert_eq!(ended.verdict.failed_step(), Some(Step::LocalNetworkAccess), "{fetch}");
    }
}

/// A redirect to a more private network is checked as well.
#[test]
fn a_redirect_is_checked() {
    let fetch = Fetch::new("https://app.example.com", "https://api.example/");
    for engine in [Engine::Chromium, Engine::Firefox] {
        let mut browser = Browser::with_local_network_access(engine);
        let ended = browser.fetch(&fetch, Duration::ZERO, |request| {
            serve(&Policy::public(), request, |request| match request.uri().host() {
                Some("localhost") => Response::new(()),
                _ => {
                    let redirect = Response::builder().status(302);
                    redirect.header("location", "http://localhost:3000/").body(()).unwrap()
                }
            })
        });
        assert!(ended.verdict.is_readable());
        let asked = ended.steps.iter().filter(|taken| taken.step == Step::LocalNetworkAccess);
        assert_eq!(asked.count(), 1);
    }
}

#[test]
fn a_user_is_asked_once() {
    let mut browser = Browser::with_local_network_access(Engine::Chromium);
    let fetch = Fetch::new("https://app.example.com", "http://localhost:3000/");
    let ended = browser.fetch(&fetch, Duration::ZERO, |request| {
        serve(&Policy::public(), request, |request| match request.uri().path() {
            "/" => Response::builder().status(302).header("location", "/b").body(()).unwrap(),
            _ => Response::new(()),
        })
    });
    assert!(ended.verdict.is_readable());
    let asks = |taken: &&Taken| taken.step == Step::LocalNetworkAccess;
    assert_eq!(ended.steps.iter().filter(asks).count(), 1);
}

/// In one step, at its place.
#[test]
fn an_explanation_says_what_each_engine_does() {
    const FROM: &str = "from a public page to a loopback address";
    for (page, says) in [
        (
            "https://app.example.com",
            Some(format!("Chromium asks the user: {FROM}; Firefox asks the user: {FROM}")),
        ),
        (
            "http://app.example.com",
            Some(format!(
                "Chromium refuses: {FROM}, and the page is not a secure context; Firefox asks the user: {FROM}"
            )),
        ),
        ("http://localhost:8080", None),
    ] {
        let explanation = explain(&Policy::public(), &Fetch::new(page, "http://localhost:3000/"));
        let said = explanation.events().iter().find_map(|event| match event {
            Event::Step(taken) if taken.step == Step::LocalNetworkAccess => Some(&taken.says),
            _ => None,
        });
        assert_eq!(said, says.as_ref(), "{page}");
    }
}

/// The message names the server that the redirect leads to, and its space.
#[test]
fn a_refused_redirect_is_named() {
    let fetch =
        Fetch::new("http://pub.test", "http://api.example/").target_space(AddressSpace::Public);
    let explanation = explain_server(&fetch, &mut |sending| {
        Ok(serve(&Policy::public(), sending.request(), |_| {
            let redirect = Response::builder().status(302);
            redirect.header("location", "http://printer.local/").body(()).unwrap()
        }))
    });
    let [chromium, firefox, _] = explanation.engines();
    assert_eq!(
        chromium.console.as_deref(),
        Some(
            "Access to fetch at 'http://printer.local/' (redirected from 'http://api.example/') \
             from origin 'http://pub.test' has been blocked by CORS policy: The request client is \
             not a secure context and the resource is in more-private address space `local`."
        )
    );
    assert_eq!(chromium.reads, Reads::No);
    assert_ne!(firefox.console, chromium.console);
}
