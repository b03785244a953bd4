//! The guide's page of console messages: it has every message that can occur under a policy, in the
//! section with its cause, and no other.

use crate::explain::{APP, OTHER, examples, explained};
use cors_core::browser::{Fetch, Step};
use cors_core::explain::{Explanation, explain_server};
use http::Response;
use std::collections::{BTreeMap, BTreeSet};

const PAGE: &str = include_str!("../../docs/messages.md");
/// The section with the lines that name no cause.
const FOLLOWING: &str = "Lines that follow others";

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
    let of_policies =
        examples().into_iter().filter(move |example| origins.contains(&&*example.fetch.origin));
    of_policies.map(|example| (example.step, explained(&example).1)).chain(of_servers())
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
            assert!(is_said, "{heading:?} has, and no console says\n{line}");
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
