//! How much is sent, and when it stops.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use cors_cli::audit::{MIN_GAP, paced};

use super::*;

/// Reflects nothing but the listed, so that all near misses are tried.
fn listed(request: &Request<()>) -> Response<()> {
    match origin(request).contains("app") {
        true => add(handler(request), &[(ALLOW, origin(request)), VARY]),
        false => add(handler(request), &[VARY]),
    }
}

#[test]
fn many_origins_stay_within_the_limit() {
    for count in [1, 3, 10, 40, 200] {
        let allow: Vec<String> =
            (0..count).map(|n| format!("https://{n}.site{n}.example")).collect();
        let allow: Vec<&str> = allow.iter().map(String::as_str).collect();
        let found = run(&target(URL, &allow), handler);
        assert_eq!(found.is_cut, count > 3, "{count}");
        assert_eq!(found.is_cut, !found.to_json().contains("\"complete\": true"));
        assert!(found.sent >= MAX_REQUESTS.min(12 * count.min(5)), "{count}: {}", found.sent);
    }
}

/// The likely mistakes of every origin come first.
#[test]
fn what_matters_is_found_where_requests_run_out() {
    let allow: Vec<String> = (0..8).map(|n| format!("https://app.site{n}.example")).collect();
    let allow: Vec<&str> = allow.iter().map(String::as_str).collect();
    let found = run(&target(URL, &allow), |request| {
        let origin = origin(request);
        let is_let_in = allow.contains(&origin) || origin.ends_with("site7.example");
        match is_let_in {
            true => add(handler(request), &[(ALLOW, origin), CREDENTIALS, VARY]),
            false => add(handler(request), &[VARY]),
        }
    });
    assert!(found.is_cut);
    assert!(ids(&found).contains(&Id::SuffixMatch), "{}", found.to_text());
}

#[test]
fn redirects_without_end() {
    let mut hop = 0;
    let found = run(&target(URL, &[APP]), |_| {
        hop += 1;
        answer(302, &[("location", &format!("/hop{hop}")), (ALLOW, "*")])
    });
    assert!(found.sent <= MAX_REQUESTS);
}

#[test]
fn it_stops_on_429() {
    let whole = run(&target(URL, &[APP]), listed).sent;
    assert!(whole > 15, "{whole}");
    for last in 0..whole {
        let mut count = 0;
        let found = run(&target(URL, &[APP]), |request| {
            count += 1;
            if count > last { answer(429, &[]) } else { listed(request) }
        });
        assert_eq!(count, last + 1);
        assert!(found.stopped.as_deref().unwrap().contains("429"));
        assert!(!found.passes());
        assert!(found.to_text().contains("429") && found.to_sarif().contains("429"));
        // What was not asked is not known.
        assert!(!ids(&found).contains(&Id::AllowRefused), "{last}: {}", found.to_text());
    }
}

#[test]
fn what_was_found_before_is_kept() {
    let mut count = 0;
    let found = run(&target(URL, &[APP]), |request| {
        count += 1;
        match count {
            0..10 => add(handler(request), &[(ALLOW, "*"), CREDENTIALS]),
            _ => answer(429, &[]),
        }
    });
    assert!(ids(&found).is_superset(&[Id::Public, Id::StarWithCredentials].into()));
}

#[test]
fn no_answer() {
    let mut count = 0;
    let mut send = |_: &Request<()>| {
        count += 1;
        Err("connection refused".to_owned())
    };
    let found = audit(&target(URL, &[APP]), &mut send, &mut |_| ());
    assert_eq!((found.sent, count), (1, 1));
    assert!(found.to_text().contains("connection refused") && !found.passes());
    output::check(&found);

    // One that is lost is not the end.
    let mut count = 0;
    let mut send = |request: &Request<()>| {
        count += 1;
        if count == 5 { Err("reset".to_owned()) } else { Ok(listed(request)) }
    };
    let found = audit(&target(URL, &[APP]), &mut send, &mut |_| ());
    assert!(found.stopped.is_none() && found.sent > 10);
}

#[test]
fn ten_a_second() {
    let now = Cell::new(Duration::from_secs(5));
    let starts = RefCell::new(Vec::new());
    let mut send = paced(
        |_| {
            starts.borrow_mut().push(now.get());
            // An answer takes a while.
            now.set(now.get() + Duration::from_millis(30));
            Ok(answer(200, &[]))
        },
        || now.get(),
        |time| now.set(now.get() + time),
    );
    let request = Request::new(());
    (0..25).for_each(|_| drop(send(&request)));
    drop(send);
    let starts = starts.into_inner();
    assert_eq!(starts[0], Duration::from_secs(5));
    assert!(starts.windows(2).all(|pair| pair[1] - pair[0] >= MIN_GAP));
    assert_eq!(starts[24] - starts[0], 24 * MIN_GAP);
}

#[test]
fn wrong_usage() {
    let new = |url: &str, allow: &[&str], method: &str, header: (&str, &str)| {
        let allow = allow.iter().map(|&origin| origin.to_owned()).collect();
        let header = (header.0.to_owned(), header.1.to_owned());
        Target::new(url, allow, vec![method.to_owned()], vec![header])
    };
    let fine = ("x-a", "1");
    assert!(new(URL, &[APP, "null"], "PUT", fine).is_ok());
    for (url, allow, method, header) in [
        ("api.example.com", &[][..], "PUT", fine),
        ("file:///etc/passwd", &[], "PUT", fine),
        ("https://user:secret@api.example.com/", &[], "PUT", fine),
        ("https://", &[], "PUT", fine),
        (URL, &["app.example.com"], "PUT", fine),
        (URL, &["https://app.example.com/"], "PUT", fine),
        (URL, &["*"], "PUT", fine),
        (URL, &[APP, ""], "PUT", fine),
        (URL, &[], "TRACE", fine),
        (URL, &[], "P UT", fine),
        (URL, &[], "PUT", ("x a", "1")),
        (URL, &[], "PUT", ("x-a", "1\n2")),
    ] {
        let message = new(url, allow, method, header).expect_err(url);
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}
