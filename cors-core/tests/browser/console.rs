//! What each initiator's failures print in the consoles of the engines. Real browsers are held
//! against the same messages: `cargo xtask browser --messages`.

use cors_core::browser::{AddressSpace, Crossorigin, Fetch, Initiator, RedirectMode};
use cors_core::explain::explain_server;
use expect_test::expect_file;
use http::Response;
use std::fmt::Write;

const APP: &str = "https://app.example.com";

/// Answers each request with a status and headers.
fn consoles(fetch: &Fetch, status: u16, headers: &[(&str, &str)]) -> String {
    let explanation = explain_server(fetch, &mut |_| {
        let answer = Response::builder().status(status);
        let answer = headers.iter().fold(answer, |answer, (n, v)| answer.header(*n, *v));
        Ok(answer.body(()).unwrap())
    });
    let step = explanation.failed().map_or("passes", |taken| taken.step.id());
    let mut text = format!("{}: {step}\n", fetch.initiator.as_str());
    for (engine, message) in explanation.console() {
        for line in message.lines() {
            writeln!(text, "  {:9} {line}", engine.name()).unwrap();
        }
    }
    text
}

#[test]
fn each_initiator() {
    type Headers<'h> = &'h [(&'h str, &'h str)];
    const ORIGIN: &str = "access-control-allow-origin";
    let mut text = String::new();
    for (title, page, url, status, headers) in [
        ("Not allowed", APP, "https://api.example/", 200, &[][..] as Headers<'_>),
        ("For another origin", APP, "https://api.example/", 200, &[(ORIGIN, "https://a.test")]),
        ("Mixed content", APP, "http://api.example/", 200, &[]),
        ("Bad port", APP, "https://api.example:22/", 200, &[]),
        (
            "Redirect to a bad port",
            APP,
            "https://api.example/",
            302,
            &[(ORIGIN, "*"), ("location", "https://api.example:22/")],
        ),
        ("Local network", "http://app.example.com", "http://192.168.1.1/", 200, &[]),
    ] {
        writeln!(text, "# {title}").unwrap();
        for initiator in Initiator::ALL {
            let fetch = Fetch::by(initiator, page, url);
            let has_attribute = initiator.is_potentially_cors();
            let fetch =
                if has_attribute { fetch.crossorigin(Some(Crossorigin::Anonymous)) } else { fetch };
            text += &consoles(&fetch, status, headers);
        }
    }
    expect_file!["console/initiators.txt"].assert_eq(&text);
}

/// For names that resolve to an address in the local network, and for redirects.
#[test]
fn what_a_request_leads_to() {
    let get = |url: &str| Fetch::new(APP, url);
    let to = |url| [("access-control-allow-origin", "*"), ("location", url)];
    let mut text = String::new();
    let insecure = Fetch::new("http://app.example.com", "http://printer.example/");
    for space in [AddressSpace::Local, AddressSpace::Loopback] {
        text += &consoles(&insecure.clone().target_space(space), 200, &[]);
    }
    let start = "https://api.example/";
    text += &consoles(&get(start).redirect(RedirectMode::Error), 302, &to("/next"));
    text += &consoles(&get(start).redirect(RedirectMode::Manual), 302, &to("/next"));
    let for_another = [("access-control-allow-origin", "https://a.test"), ("location", "/next")];
    for redirect in [RedirectMode::Follow, RedirectMode::Error, RedirectMode::Manual] {
        text += &consoles(&get(start).redirect(redirect), 302, &for_another);
    }
    let same =
        Fetch::new(APP, "https://app.example.com/").mode(cors_core::browser::Mode::SameOrigin);
    text += &consoles(&same, 302, &to("https://api.example/"));
    let mut bare = Fetch::xhr(APP, start);
    text += &consoles(&bare, 200, &[("access-control-allow-origin", "https://a.test")]);
    bare = bare.credentials(cors_core::browser::CredentialsMode::Include);
    text += &consoles(&bare, 200, &[("access-control-allow-origin", "*")]);
    expect_file!["console/requests.txt"].assert_eq(&text);
}

/// Not every 3xx is a redirect.
#[test]
fn what_is_no_redirect() {
    let of = |status| {
        let with = [("access-control-allow-origin", "*"), ("location", "/next")];
        consoles(&Fetch::new(APP, "https://api.example/").method("PUT"), status, &with)
    };
    for status in [300, 304, 399] {
        assert_eq!(of(status), of(404).replace("404", &status.to_string()));
    }
    assert_ne!(of(308), of(404).replace("404", "308"));
    let says = |status| {
        let fetch = Fetch::new(APP, "https://api.example/").method("PUT");
        let answer =
            || Response::builder().status(status).header("access-control-allow-origin", "*");
        explain_server(&fetch, &mut |_| Ok(answer().body(()).unwrap())).to_string()
    };
    let not_followed = "preflights do not follow redirects";
    assert!(says(302).contains(not_followed) && !says(304).contains(not_followed));
}

/// Consoles print the URL in full.
#[test]
fn relative_urls_have_the_same_messages() {
    let with = [("access-control-allow-origin", "*"), ("location", "https://api.example:22/")];
    for (page, url) in [
        (APP, "https://api.example/"),
        (APP, "https://api.example:22/"),
        ("http://app.example.com", "http://192.168.1.1/"),
        ("http://app.example.com", "http://printer.example/"),
    ] {
        let (_, relative) = url.split_once(':').unwrap();
        for initiator in Initiator::ALL {
            let of = |url: &str| {
                let fetch = Fetch::by(initiator, page, url).target_space(AddressSpace::Loopback);
                consoles(&fetch, 302, &with)
            };
            assert_eq!(of(relative), of(url), "{initiator:?} {url}");
        }
    }
}
