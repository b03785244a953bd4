//! Fetches from a page to a server in a more private network.

use cors_core::Policy;
use cors_core::browser::{AddressSpace, Browser, Engine, Fetch, Mode, Step, serve};
use cors_core::explain::{InEngine, Reads, explain};
use http::Response;
use std::time::Duration;

/// What Chromium does, under a policy that allows everyone.
fn in_chromium(fetch: &Fetch) -> InEngine {
    let [chromium, firefox, webkit] = explain(&Policy::public(), fetch).engines().clone();
    // Only Chromium has it.
    for other in [firefox, webkit] {
        assert_ne!(other.reads, Reads::Asks, "{fetch}");
    }
    assert_eq!(chromium.engine, Engine::Chromium);
    chromium
}

#[test]
fn a_public_page_needs_the_users_permission() {
    use AddressSpace::{Local, Loopback, Public};
    let fetch = |page: &str, url: &str| Fetch::new(page, url);
    let public = "https://app.example.com";
    for (fetch, reads) in [
        (fetch(public, "http://localhost:3000/"), Reads::Asks),
        (fetch(public, "http://127.0.0.1:3000/"), Reads::Asks),
        (fetch(public, "https://printer.local/"), Reads::Asks),
        (fetch(public, "https://api.example/").target_space(Local), Reads::Asks),
        (fetch(public, "https://api.example/").target_space(Loopback), Reads::Asks),
        (fetch(public, "https://api.example/"), Reads::Yes),
        (fetch("http://app.example.com", "http://localhost:3000/"), Reads::No),
        (fetch("http://app.example.com", "http://192.168.1.1/"), Reads::No),
        (fetch("http://192.168.1.1", "http://192.168.1.2/"), Reads::Yes),
        (fetch("http://192.168.1.1", "http://localhost:3000/"), Reads::No),
        (
            fetch("https://intranet.example", "https://localhost:3000/").page_space(Local),
            Reads::Asks,
        ),
        (fetch("http://localhost:8080", "http://127.0.0.1:3000/"), Reads::Yes),
        (fetch("http://localhost:8080", "http://192.168.1.1/"), Reads::Yes),
        (fetch("http://localhost:8080", "http://127.0.0.1:3000/").page_space(Public), Reads::Asks),
        (fetch("https://192.168.1.1", "https://api.example/"), Reads::Yes),
    ] {
        assert_eq!(in_chromium(&fetch).reads, reads, "{fetch}");
    }
}

#[test]
fn a_page_that_is_not_secure_is_refused() {
    let fetch = Fetch::new("http://pub.test", "http://localhost:3000/");
    let refused = in_chromium(&fetch);
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
    let mut browser = Browser::with_local_network_access(Engine::Chromium);
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
