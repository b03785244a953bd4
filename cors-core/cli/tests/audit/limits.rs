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
        assert_eq!(found.untried.is_empty(), count <= 3, "{count}");
        assert_eq!(found.untried.is_empty(), found.to_json().contains("\"complete\": true"));
        let advice = "name fewer origins with --allow";
        assert!(found.untried.iter().all(|says| says.contains(advice)), "{:?}", found.untried);
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
    assert!(!found.untried.is_empty());
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
    // One origin cannot become fewer.
    let text = found.to_text();
    assert!(
        text.contains("enough requests for near misses.\n") && !text.contains("fewer"),
        "{text}"
    );
}

/// Browsers give up after 20 redirects, so the origin cannot read.
#[test]
fn more_redirects_than_a_browser_follows() {
    for (redirects, foreign) in
        [(4, ""), (20, ""), (21, ""), (30, ""), (1, "https://b.test"), (2, "https://b.test")]
    {
        let found = run(&target(URL, &[APP]), |request| {
            if is_preflight(request) {
                return answer(204, &[(ALLOW, APP), METHODS]);
            }
            let hop: usize = request.uri().path().trim_start_matches("/hop").parse().unwrap_or(0);
            let lines = match origin(request) {
                APP => vec![(ALLOW, APP), VARY],
                _ => vec![VARY],
            };
            let next = format!("{foreign}/hop{}", hop + 1);
            let location = ("location", &*next);
            add(
                answer(if hop < redirects { 302 } else { 200 }, &lines),
                if hop < redirects { std::slice::from_ref(&location) } else { &[] },
            )
        });
        let refused = found.findings.iter().find(|finding| finding.id == Id::AllowRefused);
        let is_refused = redirects > 20 || !foreign.is_empty();
        assert_eq!(refused.is_some(), is_refused, "{redirects}: {}", found.to_text());
        if let Some(refused) = refused {
            // Headers on every answer would not end it.
            assert!(!refused.fix.contains("on every answer"), "{}", refused.fix);
            let fix = match foreign {
                "" => "on the server: redirect at most 20 times",
                _ => "in the script: the URL \"https://b.test/hop1\"",
            };
            assert!(refused.fix.starts_with(fix), "{}", refused.fix);
        }
        assert!(!found.to_text().contains("fewer origins"), "{}", found.to_text());
    }
}

/// The preflights of all allowed origins come before the near misses.
#[test]
fn preflights_of_every_origin() {
    let names: Vec<String> = (0..8).map(|n| format!("https://app.site{n}.example")).collect();
    let names = &names;
    let server = |reads: bool, refused: &'static str, status: u16| {
        move |request: &Request<()>| {
            let origin = origin(request).to_owned();
            let is_listed = names.contains(&origin);
            let lines = [(ALLOW, &*origin), VARY];
            let lines = if is_listed && reads { &lines } else { &lines[1..] };
            match is_preflight(request) {
                true if origin == refused => answer(status, &[(ALLOW, &origin), VARY]),
                true => add(answer(204, &[METHODS]), &[(ALLOW, &origin), VARY]),
                false => add(handler(request), lines),
            }
        }
    };
    let last = "https://app.site7.example";
    // Named or not, read or not.
    let put = || vec!["PUT".to_owned()];
    for (methods, reads, status) in
        [(put(), true, 204), (put(), true, 403), (put(), false, 204), (vec![], true, 403)]
    {
        let target = Target::new(URL, names.clone(), methods.clone(), vec![]).unwrap();
        let found = run(&target, server(reads, last, status));
        let is_refused = |finding: &&cors_cli::audit::Finding| {
            finding.id == Id::AllowRefused
                && finding.origin.as_deref() == Some(last)
                && finding.why.contains("method: \"PUT\"") != methods.is_empty()
        };
        assert!(found.findings.iter().any(|f| is_refused(&f)), "{}", found.to_text());
        let expected = if reads { 1 } else { 8 };
        assert_eq!(found.findings.len(), expected, "{}", found.to_text());
    }

    // What does not fit is said.
    let any_method = ("access-control-allow-methods", "*");
    let server = server(true, "", 204);
    for (origins, methods, fewer) in
        [(8, 8, "origins with --allow"), (1, 50, "methods with --method")]
    {
        let methods = (0..methods).map(|n| format!("M{n}")).collect();
        let target = Target::new(URL, names[..origins].to_vec(), methods, vec![]).unwrap();
        let found = run(&target, |request| add(server(request), &[any_method]));
        let is_said = |says: &String| {
            says.contains("preflights") && says.contains(&format!(": name fewer {fewer}"))
        };
        assert!(found.untried.iter().any(is_said), "{:?}", found.untried);
    }
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

    // One that is lost is not the end, but three are.
    for (lost, is_end) in [(5..6, false), (5..100, true)] {
        let mut count = 0;
        let mut send = |request: &Request<()>| {
            count += 1;
            if lost.contains(&count) { Err("reset".to_owned()) } else { Ok(listed(request)) }
        };
        let found = audit(&target(URL, &[APP]), &mut send, &mut |_| ());
        assert_eq!((found.stopped.is_some(), found.sent > 10), (is_end, !is_end));
    }
}

/// The target's headers go with every GET only where the URL wants them.
#[test]
fn headers_are_sent_where_they_help() {
    for (without, with, is_sent) in [(200, 200, false), (401, 400, false), (401, 200, true)] {
        let header = ("x-key".to_owned(), "1".to_owned());
        let target = Target::new(URL, vec![APP.to_owned()], vec![], vec![header]).unwrap();
        let mut count = 0;
        let mut send = |request: &Request<()>| {
            let has_it = request.headers().contains_key("x-key");
            count += usize::from(has_it);
            let status = if has_it { with } else { without };
            let lines = [(ALLOW, "*"), ("access-control-allow-headers", "x-key")];
            Ok(answer(if is_preflight(request) { 204 } else { status }, &lines))
        };
        audit(&target, &mut send, &mut |_| ());
        assert_eq!(count > 1, is_sent, "{without}, {with}: {count}");
    }
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

/// The command line with a secret in the wrong place.
#[test]
fn wrong_usage_hides_secrets() {
    for args in [
        &["-H", "authorization Bearer hunter2", URL][..],
        &["-H", "hunter2", URL],
        &["-H", "authorization Bearer hunter2:3", URL],
        &["-H", "authorization\tBearer hunter2: 3", URL],
        &["http://user:hunter2@api.example.com/"],
        &["http://hunter2@api.example.com/"],
        &["http://user:hunter2@api.example.com:port/"],
        &["http://user:hun@hunter2@/"],
        &["http://user:a/hunter2@api.example.com:port/"],
        &["user:hunter2@api.example.com/"],
        &["ftp://user:hunter2@api.example.com/"],
        &["https:user:hunter2@api.example.com:x"],
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cors"));
        let output = command.arg("audit").args(args).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(!text.contains("hunter2") && text.lines().count() == 1, "{text}");
        assert!(output.stdout.is_empty());
    }
    let message =
        Target::new(URL, vec![APP.to_owned(), "foo".to_owned()], vec![], vec![]).unwrap_err();
    assert!(message.starts_with("--allow \"foo\": "), "{message}");
    assert!(!message.contains("allow_origins"), "{message}");
    let message = Target::new("http://user:hunter2@a.test/", vec![], vec![], vec![]).unwrap_err();
    assert!(message.starts_with("URL: leave out the user name and password"), "{message}");
}
