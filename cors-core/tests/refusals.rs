//! The events of refusals.

#![cfg(feature = "tracing")]

use cors_core::{DisallowedOrigin, Policy};
use http::{HeaderValue, Request};
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps the fields of every event with the target `cors`.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 += &format!("{}={value:?} ", field.name());
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "cors"
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0.trim_end().to_owned());
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn logged(policy: &Policy, method: &str, lines: &[(&str, &[u8])], answer: bool) -> Vec<String> {
    let mut request = Request::builder().method(method).body(()).unwrap();
    for (name, value) in lines {
        let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        request.headers_mut().append(name, HeaderValue::from_bytes(value).unwrap());
    }
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), || match policy.clone().begin(&request) {
        cors_core::adapter::Begun::Decided(exchange) => drop(exchange),
        cors_core::adapter::Begun::Ask(question) => drop(question.1.resolve(answer)),
    });
    let lines = log.0.lock().unwrap();
    lines.clone()
}

#[test]
fn one_event_for_each_refusal() {
    let policy =
        Policy::builder().allow_origins(["https://a.test", "https://b.test"]).build().unwrap();
    const A: (&str, &[u8]) = ("origin", b"https://a.test");
    const GET: (&str, &[u8]) = ("access-control-request-method", b"GET");
    for (lines, event) in [
        (&[][..], None),
        (&[A], None),
        (&[A, GET], None),
        (
            &[("origin", b"https://evil.test")],
            Some("message=refused origin=https://evil.test reason=\"origin not allowed\""),
        ),
        (&[A, A], Some("message=refused origin=https://a.test reason=\"origin repeated\"")),
        (
            &[A, ("access-control-request-method", b"PUT")],
            Some("message=refused origin=https://a.test method=PUT reason=\"method not allowed\""),
        ),
        (
            &[A, GET, ("access-control-request-headers", b"x,y")],
            Some("message=refused origin=https://a.test header=x reason=\"header not allowed\""),
        ),
        (
            &[("origin", b"\xFF\t\"quoted\"")],
            Some("message=refused origin=\\xff\\t\\\"quoted\\\" reason=\"origin malformed\""),
        ),
    ] {
        assert_eq!(logged(&policy, "OPTIONS", lines, false), Vec::from_iter(event), "{lines:?}");
    }
    let long = logged(&policy, "OPTIONS", &[("origin", &[b'x'; 60_000])], false).remove(0);
    let shown = format!("message=refused origin={}... reason=", "x".repeat(128));
    assert!(long.starts_with(&shown), "{long}");
}

#[test]
fn a_request_of_another_origin_that_names_none() {
    let policy = Policy::builder()
        .allow_origins(["https://a.test"])
        .disallowed_origin(DisallowedOrigin::Forbid)
        .build()
        .unwrap();
    let event = "message=refused origin= reason=\"cross-origin without an origin\"";
    let site = [("sec-fetch-site", &b"cross-site"[..])];
    assert_eq!(logged(&policy, "POST", &site, false), [event]);
    assert_eq!(logged(&policy, "GET", &site, false), [""; 0]);
}

#[test]
fn a_question_is_an_event_once_it_is_answered_with_no() {
    let policy = Policy::builder().ask().build().unwrap();
    let asked = [("origin", &b"https://a.test"[..])];
    assert_eq!(logged(&policy, "OPTIONS", &asked, true), [""; 0]);
    let event = "message=refused origin=https://a.test reason=\"origin not allowed\"";
    assert_eq!(logged(&policy, "OPTIONS", &asked, false), [event]);
}

/// Even though such a policy need not read the request to answer it.
#[test]
fn where_the_answer_is_constant() {
    let event = "message=refused origin=https://b.test reason=\"origin not allowed\"";
    let policy = Policy::builder().allow_origins(["https://a.test"]).build().unwrap();
    assert_eq!(logged(&policy, "GET", &[("origin", b"https://b.test")], false), [event]);
    assert_eq!(logged(&policy, "GET", &[("origin", b"https://a.test")], false), [""; 0]);
}
