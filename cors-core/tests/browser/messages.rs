//! The guide's page of console messages: it has every message that can occur under a policy, in the
//! section with its cause, and no other.

mod engines;
mod outside;

use crate::explain::{APP, OTHER, examples, explained};
use cors_core::Policy;
use cors_core::browser::{Fetch, Initiator, Step};
use cors_core::explain::{Explanation, explain, explain_server, sections_of};
use engines::Fate;
use http::Response;
use outside::OUTSIDE;
use std::collections::{BTreeMap, BTreeSet};

const PAGE: &str = include_str!("../../docs/messages.md");
/// The section with the lines that name no cause.
const FOLLOWING: &str = "Lines that follow others";

fn reason(message: &str) -> Option<&'static str> {
    let mut listed = OUTSIDE.iter();
    listed.find(|(part, _)| message.contains(part)).map(|(_, reason)| *reason)
}

/// Each section's text by its heading.
fn sections() -> BTreeMap<&'static str, &'static str> {
    let after_headings = PAGE.split("\n#").skip(1);
    let sections =
        after_headings.map(|text| text.trim_start_matches('#').split_once('\n').unwrap());
    sections.map(|(heading, text)| (heading.trim(), text)).collect()
}

/// The lines of its blocks of messages.
fn messages(section: &'static str) -> BTreeSet<&'static str> {
    let blocks = section.split("```text\n").skip(1);
    blocks
        .flat_map(|block| block.split_once("```").expect("a block has an end").0.lines())
        .collect()
}

/// The section about a step.
fn section_of(step: Step) -> (&'static str, &'static str) {
    let names = format!("Step `{}`: [{}]({})\n", step.id(), step.section(), step.url());
    let named: Vec<_> = sections().into_iter().filter(|(_, text)| text.contains(&names)).collect();
    assert_eq!(named.len(), 1, "sections with {names}");
    named[0]
}

/// The console messages of an example, with the page's symbol for an invisible character.
fn lines(explanation: &Explanation) -> Vec<String> {
    let messages = explanation.console().map(|(_, message)| message.replace('\0', "\u{2400}"));
    messages.flat_map(|message| message.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The examples on the page. The others differ from one of these only in the page's origin.
fn told() -> impl Iterator<Item = (Step, Explanation)> {
    let origins = [APP, OTHER, "null"];
    let of_policies = examples().into_iter().filter(move |example| {
        let Fetch { initiator, origin, .. } = &example.fetch;
        let is_shown = *initiator == Initiator::Fetch || example.step == Step::WebSocketStatus;
        is_shown && origins.contains(&&**origin)
    });
    let of_policies = of_policies.map(|example| (example.step, explained(&example).1));
    of_policies.chain(of_servers()).chain(of_networks())
}

/// What Fetch alone lets through.
fn of_networks() -> impl Iterator<Item = (Step, Explanation)> {
    ["http://localhost:3000/", "http://192.168.1.1/"].into_iter().map(|url| {
        let fetch = Fetch::new("http://app.example.com", url);
        (Step::LocalNetworkAccess, explain(&Policy::public(), &fetch))
    })
}

/// What no policy of ours answers: other servers do, and several layers together.
fn of_servers() -> impl Iterator<Item = (Step, Explanation)> {
    type Headers = Vec<(&'static str, &'static str)>;
    const ORIGIN: &str = "access-control-allow-origin";
    let get = || Fetch::new(APP, "https://api.example/");
    let put = || get().method("PUT");
    let redirect = |to: &'static str| vec![(ORIGIN, "*"), ("location", to)];
    let rows: Vec<(Step, Fetch, u16, Headers)> = vec![
        (Step::AllowOriginMismatch, get(), 200, vec![(ORIGIN, "*"), (ORIGIN, "*")]),
        (Step::AllowOriginMismatch, get(), 200, vec![(ORIGIN, "*.example.com")]),
        (Step::PreflightAllowOriginMismatch, put(), 204, vec![(ORIGIN, "*"), (ORIGIN, "*")]),
        (Step::PreflightAllowOriginMismatch, put(), 204, vec![(ORIGIN, "*.example.com")]),
        (Step::PreflightAllowOriginMismatch, put(), 204, vec![(ORIGIN, OTHER)]),
        (
            Step::PreflightListSyntax,
            put(),
            204,
            vec![(ORIGIN, "*"), ("access-control-allow-methods", "GET PUT")],
        ),
        (
            Step::PreflightListSyntax,
            get().header("x-a", "1"),
            204,
            vec![(ORIGIN, "*"), ("access-control-allow-headers", "x-a; x-b")],
        ),
        (
            Step::RedirectLocation,
            get(),
            302,
            vec![(ORIGIN, "*"), ("location", "https://["), ("location", "/c")],
        ),
        (Step::RedirectScheme, get(), 302, redirect("data:text/plain,x")),
        (Step::RedirectScheme, get(), 302, redirect("ftp://api.example/")),
    ];
    rows.into_iter().map(|(step, fetch, status, headers)| {
        let explanation = explain_server(&fetch, &mut |_| {
            let answer = Response::builder().status(status);
            let answer = headers.iter().fold(answer, |answer, (n, v)| answer.header(*n, *v));
            Ok(answer.body(()).unwrap())
        });
        assert_eq!(explanation.failed().map(|taken| taken.step), Some(step), "{explanation}");
        (step, explanation)
    })
}

#[test]
fn no_message_is_missing() {
    let following = messages(sections()[FOLLOWING]);
    for (step, explanation) in told() {
        let (heading, text) = section_of(step);
        let there = messages(text);
        let lines = lines(&explanation);
        assert!(!lines.is_empty(), "{heading}");
        for line in lines {
            let is_there = there.contains(&*line) || following.contains(&*line);
            assert!(is_there, "{heading:?} lacks\n{line}");
        }
    }
}

#[test]
fn no_message_is_invented() {
    let mut said: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (step, explanation) in told() {
        let lines = lines(&explanation);
        said.entry(section_of(step).0).or_default().extend(lines.iter().cloned());
        said.entry(FOLLOWING).or_default().extend(lines);
    }
    for (heading, text) in sections() {
        for line in messages(text) {
            let is_said = said.get(heading).is_some_and(|said| said.contains(line));
            assert!(
                is_said || reason(line).is_some(),
                "{heading:?} has, and no console says\n{line}"
            );
        }
    }
}

#[test]
fn what_follows_others_is_not_repeated() {
    let following = messages(sections()[FOLLOWING]);
    for (heading, text) in sections() {
        if heading != FOLLOWING {
            let twice: Vec<_> = messages(text).intersection(&following).copied().collect();
            assert!(twice.is_empty(), "{heading:?} repeats {twice:?}");
        }
    }
}

/// What is listed is on the page, and still not in the model.
#[test]
fn what_the_model_does_not_say_is_listed() {
    let of_model: Vec<_> = told().flat_map(|(_, explanation)| lines(&explanation)).collect();
    for (part, why) in OUTSIDE {
        assert!(PAGE.contains(part), "{part}: not on the page");
        let said = of_model.iter().find(|line| line.contains(part));
        assert_eq!(said, None, "{part}: listed because {why}");
    }
}

/// The page has each engine's own errors, except those that cannot occur.
#[test]
fn no_error_of_an_engine_is_missing() {
    let lines: Vec<_> = sections().into_values().flat_map(messages).collect();
    for (error, fate) in [engines::CHROMIUM, engines::FIREFOX, engines::WEBKIT].concat() {
        match fate {
            Fate::OnPage(part) => {
                assert!(lines.iter().any(|line| line.contains(part)), "{error}: {part}");
            }
            Fate::Never(why) => assert!(!why.is_empty(), "{error}"),
        }
    }
}

/// A message as another page with another API gets it.
fn elsewhere(message: &str) -> String {
    let replaced = [
        ("https://app.example.com", "http://localhost:5173"),
        ("https://other.example", "https://www.shop.test"),
        ("https://api.example:6000/", "http://10.0.0.1:6667/a"),
        ("https://api.example/", "https://backend.test:8443/v1/items?a=b&c=d"),
        ("https://third.example/", "https://cdn.test/x.js"),
        ("http://api.example/", "http://backend.test/"),
        ("file:///home/me/", "file:///C:/Users/you/"),
        ("DELETE", "PROPFIND"),
        ("patch", "query"),
        ("x-a", "x-request-id"),
        ("X-A", "X-Request-Id"),
        ("x a", "my header"),
        ("404", "500"),
        ("'", "\u{2019}"),
    ];
    replaced.iter().fold(message.to_owned(), |message, (old, new)| message.replace(old, new))
}

#[test]
fn a_pasted_message_finds_its_section() {
    for (heading, text) in sections() {
        for message in messages(text) {
            for pasted in [
                message.to_owned(),
                elsewhere(message),
                format!("index.js:12 {}", elsewhere(message)),
                format!("{message}\nGET https://api.example/ net::ERR_FAILED 200 (OK)"),
            ] {
                let found: Vec<_> =
                    sections_of(&pasted).iter().map(|found| found.title()).collect();
                // The second line of the last one has a section of its own, which is more than none.
                let is_alone = pasted.lines().count() == 1 || heading != FOLLOWING;
                assert!(!is_alone || found.contains(&heading), "{heading:?}: {pasted}\n{found:?}");
            }
        }
    }
}

#[test]
fn parts_of_messages_find_one_section() {
    for (pasted, heading) in [
        ("Failed to fetch", "The script sees only `Failed to fetch`"),
        (
            "Uncaught (in promise) TypeError: Failed to fetch\n    at load (app.js:3:9)",
            "The script sees only `Failed to fetch`",
        ),
        ("load failed", "The script sees only `Failed to fetch`"),
        (
            "NetworkError when attempting to fetch resource.",
            "The script sees only `Failed to fetch`",
        ),
        (
            "GET http://localhost:3000/ net::ERR_CONNECTION_REFUSED\nUncaught TypeError: Failed to fetch",
            "The server was not reached",
        ),
        (
            "contains multiple values '*, http://localhost:3000', but only one is allowed",
            "The response allows another origin",
        ),
        (
            "Request header field authorization is not allowed by Access-Control-Allow-Headers in preflight response.",
            "`authorization` is not allowed",
        ),
        (
            "Request header field x-api-key is not allowed by Access-Control-Allow-Headers in preflight response.",
            "A request header is not allowed",
        ),
        (
            "Permission was denied for this request to access the `unknown` address space.",
            "The server is on the user's machine or network",
        ),
        ("(Reason: CORS request did not succeed). Status code: (null).", FOLLOWING),
        (
            "Not allowed to use restricted network port 6000: https://a.test:6000/\nFetch API cannot load https://a.test:6000/ due to access control checks.",
            "The port is blocked",
        ),
        (
            "contains multiple values 'https://a.test, https://b.test, https://c.test, https://d.test, https://e.test, https://f.test, https://g.test, https://h.test', but only one is allowed",
            "The response allows another origin",
        ),
        (
            "Access to XMLHttpRequest at 'https://a.test/' from origin 'http://b.test' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.\nFailed to load resource: net::ERR_FAILED",
            "The response allows no origin",
        ),
        (
            "Access to image at 'https://a.test/a.png' from origin 'http://b.test' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
            "A script, image, style sheet or font needs CORS",
        ),
        (
            "Access to XMLHttpRequest at 'https://a.test/' from origin 'http://b.test' has been blocked by CORS policy: Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
            "The preflight's response allows no origin",
        ),
    ] {
        let found: Vec<_> = sections_of(pasted).iter().map(|found| found.title()).collect();
        assert_eq!(found, [heading], "{pasted}");
    }
}

#[test]
fn other_text_finds_no_section() {
    for pasted in [
        "",
        "\n\n",
        "fetch",
        "https://api.example/",
        "Hello, world",
        "The quick brown fox jumps over the lazy dog",
        "Uncaught TypeError: Cannot read properties of undefined (reading 'map')",
        "Uncaught ReferenceError: x is not defined",
        "Uncaught (in promise) SyntaxError: Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
        "TypeError: Failed to execute 'fetch' on 'Window': Illegal invocation",
        "Failed to load resource: the server responded with a status of 404 (Not Found)",
        "Access to fetch at 'https://a.test/' from origin 'http://b.test' has been blocked by CORS policy",
        "GET https://a.test/ net::ERR_SOMETHING_ELSE",
        "WebSocket connection to 'wss://a.test/' failed",
    ] {
        assert_eq!(sections_of(pasted), [], "{pasted}");
    }
}

/// Prose about CORS is not a message.
#[test]
fn the_rest_of_the_guide_finds_no_section() {
    let pages = [
        include_str!("../../docs/cookbook.md"),
        include_str!("../../docs/defaults.md"),
        include_str!("../../docs/security.md"),
    ];
    for line in pages.iter().flat_map(|page| page.lines()) {
        assert_eq!(sections_of(line), [], "{line}");
    }
}

/// A section is shown as plain text, with all its messages.
#[test]
fn a_section_is_plain_text() {
    for (heading, text) in sections() {
        let Some(message) = messages(text).pop_first() else { continue };
        let found = sections_of(message);
        let found = found.iter().find(|found| found.title() == heading).unwrap();
        let plain = format!("{found}\n");
        assert!(plain.starts_with(&format!("{heading}\n\n")), "{plain}");
        for mark in ["```", "**", "](", "]["] {
            assert!(!plain.contains(mark), "{mark}: {plain}");
        }
        for message in messages(text) {
            assert!(plain.contains(&format!("\n    {message}\n")), "{message}: {plain}");
        }
        assert!(plain.contains("Fix.") || heading == FOLLOWING, "{plain}");
    }
}
