//! One fetch each, against answers written by hand.

use cors_core::browser::{Browser, CredentialsMode, Ended, Engine, Fetch, Mode, Step, Verdict};
use http::{HeaderName, HeaderValue, Request, Response};
use std::time::Duration;

const PAGE: &str = "https://app.example.com";
const API: &str = "https://api.example/";

/// A response with these header lines.
pub fn response(status: u16, lines: &[&str]) -> Response<()> {
    let mut response = Response::builder().status(status).body(()).unwrap();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        response.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
    }
    response
}

/// The fetch against answers in their order, and the requests that were sent.
fn fetch(fetch: &Fetch, answers: &[Response<()>]) -> (Ended, Vec<Request<()>>) {
    run(&mut Browser::new(), fetch, 0, answers)
}

fn run(
    browser: &mut Browser,
    fetch: &Fetch,
    seconds: u64,
    answers: &[Response<()>],
) -> (Ended, Vec<Request<()>>) {
    let mut sent = Vec::new();
    let ended = browser.fetch(fetch, Duration::from_secs(seconds), |request| {
        sent.push(request.clone());
        answers[sent.len() - 1].clone()
    });
    assert_eq!(sent.len(), answers.len(), "{fetch}");
    (ended, sent)
}

#[test]
fn the_browser_itself_refuses() {
    let get = Fetch::new(PAGE, API);
    let to = |url: &str| Fetch::new(PAGE, url);
    for (asked, step) in [
        (to("//"), Step::UrlFailure),
        (to("https://u:p@api.example/"), Step::UrlCredentials),
        (to("ftp://api.example/"), Step::UrlScheme),
        (to("https://api.example:6000/"), Step::BadPort),
        (to("http://api.example/"), Step::MixedContent),
        (get.clone().method("TRACE"), Step::RequestMethod),
        (get.clone().method("a b"), Step::RequestMethod),
        (get.clone().method("PUT").mode(Mode::NoCors), Step::NoCorsMethod),
        (get.clone().header("x a", ""), Step::RequestHeader),
        (get.clone().header("x", "a\nb"), Step::RequestHeader),
        (get.clone().header("x", "\u{100}"), Step::RequestHeader),
        (get.clone().mode(Mode::SameOrigin), Step::SameOriginMode),
    ] {
        let (ended, _) = fetch(&asked, &[]);
        assert_eq!(ended.verdict.failed_step(), Some(step), "{asked}");
        assert_eq!(ended.steps.last().map(|taken| taken.failed), Some(true));
    }
    fetch(&to("http://127.0.0.1:8080/"), &[response(200, &[])]);
}
