//! Every fix of every audit here is safe to copy, and ends what it is for.

use std::time::Duration;

use cors_core::browser::{Browser, Step, Turn, Verdict};
use http::header::VARY as VARY_NAME;

use super::*;

/// Called for each audit of this binary.
pub(crate) fn check(
    target: &Target,
    found: &Audit,
    sent: &[Request<()>],
    server: &mut dyn FnMut(&Request<()>) -> Response<()>,
) {
    let tried: BTreeSet<&str> = sent.iter().map(origin).collect();
    for finding in &found.findings {
        let fix = &*finding.fix;
        assert!(!fix.contains("cors-audit"), "{}", found.to_text());
        for word in fix.split(|c: char| c.is_whitespace() || ";,\"".contains(c)) {
            let is_safe = target.allow().iter().any(|allowed| allowed == word);
            assert!(is_safe || word == "null" || word.is_empty() || !tried.contains(word), "{fix}");
        }
        let lets_read = matches!(
            finding.id,
            Id::StarWithCredentials
                | Id::MultipleOrigins
                | Id::LostOnErrors
                | Id::PreflightNeedsAuthorization
                | Id::PreflightRedirected
                | Id::PreflightNotOk
                | Id::AllowRefused
        );
        let blocks = Block::all(fix);
        if lets_read && found.stopped.is_none() && !blocks.is_empty() {
            assert!(failed(finding, &[], server).is_some(), "{}", found.to_text());
            let left = failed(finding, &blocks, server);
            // No header ends this, and it has a finding of its own.
            let left = left.filter(|step| *step != Step::RedirectCount);
            assert_eq!(left, None, "{}", found.to_text());
        }
    }
}

/// Lines of a fix, and the answers for which they are.
#[derive(Default)]
struct Block<'a> {
    is_for_options: bool,
    lines: Vec<(HeaderName, &'a str)>,
}

impl<'a> Block<'a> {
    /// Of several alternatives, the last.
    fn all(fix: &'a str) -> Vec<Self> {
        let mut blocks: Vec<Self> = Vec::new();
        for line in fix.lines() {
            let header = line.split_once(": ").and_then(|(name, value)| {
                let is_ours = name.starts_with("Access-Control-") || name == "Vary";
                is_ours.then(|| (name.parse().unwrap(), value))
            });
            match (header, blocks.last_mut()) {
                (Some(header), Some(block)) => block.lines.push(header),
                (Some(_), None) => panic!("no word about {line}: {fix}"),
                (None, _) => {
                    if line.starts_with("Otherwise") {
                        blocks.clear();
                    }
                    let is_for_options = line.contains("Answer OPTIONS with status 204");
                    blocks.push(Self { is_for_options, lines: Vec::new() });
                }
            }
        }
        blocks.retain(|block| !block.lines.is_empty());
        blocks
    }

    fn apply(&self, request: &Request<()>, response: &mut Response<()>) {
        if self.is_for_options {
            if *request.method() != Method::OPTIONS {
                return;
            }
            *response.status_mut() = http::StatusCode::NO_CONTENT;
        }
        for (name, value) in &self.lines {
            let value = HeaderValue::from_str(value).unwrap();
            match *name {
                VARY_NAME => drop(response.headers_mut().append(name, value)),
                _ => drop(response.headers_mut().insert(name, value)),
            }
        }
    }
}

/// Where the proof's fetch fails, if the server sends these as well.
fn failed(
    finding: &cors_cli::audit::Finding,
    blocks: &[Block<'_>],
    server: &mut dyn FnMut(&Request<()>) -> Response<()>,
) -> Option<Step> {
    let mut fetch = finding.fetch.clone();
    let named = blocks.iter().flat_map(|block| &block.lines).find(|(name, _)| *name == ALLOW);
    match named {
        Some((_, "*" | "<the origin>")) | None => {}
        Some((_, named)) => (*named).clone_into(&mut fetch.origin),
    }
    let page = fetch.origin.clone();
    let mut browser = Browser::new();
    let mut turn = browser.start(&fetch, Duration::ZERO);
    loop {
        match turn {
            Turn::Send(sending) => {
                let request = sending.request();
                let mut response = server(request);
                blocks.iter().for_each(|block| block.apply(request, &mut response));
                if let Some(allow) = response.headers_mut().get_mut(ALLOW)
                    && allow == "<the origin>"
                {
                    *allow = HeaderValue::from_str(&page).unwrap();
                }
                turn = sending.respond(&mut browser, &response, Duration::ZERO);
            }
            Turn::Done(ended) => {
                return match ended.verdict {
                    Verdict::Failed(taken) => Some(taken.step),
                    _ => None,
                };
            }
        }
    }
}

fn fix_of(found: &Audit, id: Id) -> &str {
    let finding = found.findings.iter().find(|finding| finding.id == id);
    &finding.unwrap_or_else(|| panic!("{}", found.to_text())).fix
}

#[test]
fn no_fix_lets_in_the_audit() {
    for values in [&["*", "*"][..], &["https://a.test, https://b.test"], &["*", "https://b.test"]] {
        for has_credentials in [false, true] {
            let server = |request: &Request<()>| {
                let lines: Vec<_> = values.iter().map(|&value| (ALLOW, value)).collect();
                let response = add(handler(request), &lines);
                if has_credentials { add(response, &[CREDENTIALS]) } else { response }
            };
            let found = run(&target(URL, &[APP]), server);
            let line = format!("Access-Control-Allow-Origin: {APP}\n");
            let fix = fix_of(&found, Id::MultipleOrigins);
            assert!(fix.contains(&line), "{}", found.to_text());
            assert_eq!(fix.contains("If anyone may read"), values == ["*", "*"], "{fix}");
            let found = run(&target(URL, &[]), server);
            let line = "Access-Control-Allow-Origin: <the origin>\n";
            assert!(fix_of(&found, Id::MultipleOrigins).contains(line), "{}", found.to_text());
        }
    }
    let star = |request: &Request<()>| add(handler(request), &[(ALLOW, "*"), CREDENTIALS]);
    let found = run(&target(URL, &[APP]), star);
    assert!(fix_of(&found, Id::StarWithCredentials).starts_with("If cookies are not needed"));
    // Everything but errors reflects the origin.
    let reflects = |request: &Request<()>| {
        let lines = [(ALLOW, origin(request)), CREDENTIALS, VARY];
        match handler(request).status().as_u16() {
            404 => answer(404, &[]),
            _ if is_preflight(request) => add(answer(204, &lines), &[METHODS]),
            _ => add(handler(request), &lines[..if origin(request).is_empty() { 0 } else { 3 }]),
        }
    };
    for (allow, named) in
        [(&[][..], "<the origin>"), (&[APP], APP), (&["https://*.example.com"], "<the origin>")]
    {
        let found = run(&target(URL, allow), reflects);
        let lines =
            format!("Access-Control-Allow-Origin: {named}\nAccess-Control-Allow-Credentials: true");
        assert!(fix_of(&found, Id::LostOnErrors).contains(&lines), "{}", found.to_text());
        let any = fix_of(&found, Id::AnyOrigin);
        assert!(
            any.contains("send other origins only the Vary line") && any.contains("Vary: Origin")
        );
        assert!(any.contains(&lines), "{any}");
    }
    // A pattern is not a value, nor is an origin that only the audit made up.
    for allow in [&["https://*.example.com"][..], &["https://*.example.com", "https://b.test"]] {
        let found = run(&target(URL, allow), handler);
        let fix = fix_of(&found, Id::AllowRefused);
        assert!(fix.contains("Origin: <the origin>"), "{}", found.to_text());
    }
    // The one that is meant, not the one that can read.
    let other = |request: &Request<()>| {
        let lines = [(ALLOW, "https://www.example.com"), METHODS];
        match handler(request).status().as_u16() {
            404 => answer(404, &[]),
            _ if is_preflight(request) => answer(204, &lines),
            _ => add(handler(request), &lines),
        }
    };
    let found = run(&target(URL, &[APP]), other);
    let fix = fix_of(&found, Id::LostOnErrors);
    assert!(fix.contains(&format!("Origin: {APP}\n")), "{}", found.to_text());
}

#[test]
fn a_public_server_stays_public() {
    let found = run(&target(URL, &[]), |request| match handler(request).status().as_u16() {
        200 => answer(200, &[(ALLOW, "*")]),
        status => answer(status, &[]),
    });
    for id in [Id::LostOnErrors, Id::PreflightNotOk] {
        let fix = fix_of(&found, id);
        assert!(fix.contains("Access-Control-Allow-Origin: *"), "{fix}");
        assert!(!fix.contains("Vary"), "{fix}");
    }
}

/// Where only one method's preflight fails, the fix names it.
#[test]
fn a_fix_names_the_method_of_its_proof() {
    for failed in [answer(401, &[]), answer(307, &[("location", "/login")])] {
        for is_put_alone in [true, false] {
            for allow in [&[][..], &[APP]] {
                let found = run(&target(URL, allow), |request| {
                    let method = request.headers().get("access-control-request-method");
                    let is_put = method.is_some_and(|method| method == "PUT");
                    let lines = [(ALLOW, "https://app.example.com"), VARY];
                    match is_preflight(request) {
                        true if is_put || !is_put_alone => failed.clone(),
                        true => answer(204, &lines),
                        false => add(handler(request), &lines),
                    }
                });
                let id = match failed.status().as_u16() {
                    401 => Id::PreflightNeedsAuthorization,
                    _ => Id::PreflightRedirected,
                };
                assert_eq!(fix_of(&found, id).contains("PUT"), is_put_alone, "{}", found.to_text());
            }
        }
    }
}
