//! Headers that contradict themselves, and `Vary`.

use cors_core::Origin;
use cors_core::browser::CredentialsMode;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CACHE_CONTROL, HeaderName, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response};

use super::Target;
use super::finding::{Finding, Id, Severity, lines_for, preflight_lines};
use super::prober::{Outcome, Prober};

pub(super) fn judge(target: &Target, prober: &mut Prober<'_>, findings: &mut Vec<Finding>) {
    let exchanges = prober.exchanges().to_vec();
    let mut add = |id, severity, is_it: &dyn Fn(&Response<()>) -> bool| {
        let mut found: Vec<_> = exchanges.iter().filter(|(_, response)| is_it(response)).collect();
        // Best without a preflight, and with an origin that the fix can name.
        found.sort_by_key(|(request, _)| {
            let origin = origin_of(request);
            let is_allowed = origin.as_ref().is_some_and(|origin| target.allow().contains(origin));
            (*request.method() == Method::OPTIONS, !is_allowed, origin.is_none())
        });
        if let Some((request, response)) = found.first() {
            findings.push(finding(id, severity, target, prober, request, response));
        }
    };
    add(Id::StarWithCredentials, Severity::Warning, &has_star_with_credentials);
    add(Id::MultipleOrigins, Severity::Error, &has_several_origins);
    if let Some(finding) = vary(&exchanges, prober) {
        findings.push(finding);
    }
}

fn finding(
    id: Id,
    severity: Severity,
    target: &Target,
    prober: &Prober<'_>,
    request: &Request<()>,
    response: &Response<()>,
) -> Finding {
    let origin = origin_of(request).unwrap_or_else(|| target.own());
    let named = target.named_for(&origin);
    let allow = response.headers().get_all(ACCESS_CONTROL_ALLOW_CREDENTIALS);
    let credentials = allow.iter().any(|value| value == "true");
    let mode = if credentials { CredentialsMode::Include } else { CredentialsMode::SameOrigin };
    let mut fetch = prober.get(&origin).credentials(mode);
    let method = request.headers().get(ACCESS_CONTROL_REQUEST_METHOD);
    if let Some(method) = method.and_then(|method| method.to_str().ok()) {
        fetch = fetch.method(method).upload_listener(method == "GET");
    }
    let (what, lines_of) = match *request.method() {
        Method::OPTIONS => {
            ("OPTIONS is answered with ", preflight_lines(target, &fetch, named, credentials, true))
        }
        _ => ("it is answered with ", lines_for(named, credentials)),
    };
    let mut values = response.headers().get_all(ACCESS_CONTROL_ALLOW_ORIGIN).iter();
    let public = match values.all(|value| value == "*") {
        true => {
            "If anyone may read, send only:\nAccess-Control-Allow-Origin: *\nOtherwise, to origins \
             on your list:"
        }
        false => "Send one value:",
    };
    let fix = match id {
        Id::StarWithCredentials => format!(
            "If cookies are not needed, send only:\nAccess-Control-Allow-Origin: *\nOtherwise, to \
             origins on your list:\n{}",
            lines_for(named, true)
        ),
        _ => format!("Let only one layer send Access-Control-Allow-Origin. {public}\n{lines_of}"),
    };
    let says = format!("{what}{}", lines(response.headers()));
    Finding::new(id, severity, &origin, credentials).why(&fetch, says).fix(fix)
}

/// An answer that names an origin, where another got something else, and that no header keeps from
/// caches.
fn vary(exchanges: &[(Request<()>, Response<()>)], prober: &mut Prober<'_>) -> Option<Finding> {
    let plain = prober.get("null");
    let gets: Vec<_> = exchanges
        .iter()
        .filter(|(request, _)| *request.method() == Method::GET)
        .filter(|(request, _)| {
            url::Url::parse(&request.uri().to_string()).is_ok_and(|u| u.as_str() == plain.url)
        })
        .collect();
    gets.iter().find_map(|(request, response)| {
        let origin = origin_of(request)?;
        let headers = response.headers();
        let is_named = headers.get(ACCESS_CONTROL_ALLOW_ORIGIN)?.as_bytes() == origin.as_bytes();
        if !is_named
            || has(headers, &VARY, "origin")
            || has(headers, &VARY, "*")
            || has(headers, &CACHE_CONTROL, "no-store")
        {
            return None;
        }
        let other = gets.iter().find(|(_, other)| dependent(other) != dependent(response))?;
        let other =
            origin_of(&other.0).map_or("without Origin".to_owned(), |o| format!("from {o}"));
        let reading = prober.read(&origin);
        let tried = reading.best();
        let is_read = tried.outcome == Outcome::Passes;
        is_read.then(|| {
            let says = format!(
                "it is answered with {}, without Vary: Origin, and the same request {other} is \
                 answered otherwise",
                lines(headers)
            );
            Finding::new(Id::VaryMissing, Severity::Warning, &origin, reading.passes_with())
                .why(&tried.fetch, says)
                .fix("Send this on every answer, to requests without Origin too:\nVary: Origin")
        })
    })
}

/// What must not depend on the origin without `Vary`.
fn dependent(response: &Response<()>) -> [Vec<&HeaderValue>; 3] {
    [ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_EXPOSE_HEADERS]
        .map(|name| response.headers().get_all(name).iter().collect())
}

fn has(headers: &HeaderMap, name: &HeaderName, wanted: &str) -> bool {
    headers.get_all(name).iter().any(|line| {
        let line = String::from_utf8_lossy(line.as_bytes()).to_ascii_lowercase();
        line.split(',').any(|element| element.trim() == wanted)
    })
}

pub(super) fn has_star_with_credentials(response: &Response<()>) -> bool {
    let is = |name, wanted: &[u8]| {
        let mut lines = response.headers().get_all(name).iter();
        lines.next().is_some_and(|line| line.as_bytes() == wanted) && lines.next().is_none()
    };
    is(ACCESS_CONTROL_ALLOW_ORIGIN, b"*") && is(ACCESS_CONTROL_ALLOW_CREDENTIALS, b"true")
}

pub(super) fn has_several_origins(response: &Response<()>) -> bool {
    let lines: Vec<_> = response.headers().get_all(ACCESS_CONTROL_ALLOW_ORIGIN).iter().collect();
    let is_joined = |line: &&HeaderValue| {
        let parts = line.as_bytes().split(|byte| matches!(byte, b',' | b' ' | b'\t'));
        parts.filter(|part| !part.is_empty()).count() > 1
    };
    lines.len() > 1 || lines.iter().any(is_joined)
}

/// The CORS headers, in one line.
fn lines(headers: &HeaderMap) -> String {
    let names = [ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_ALLOW_CREDENTIALS];
    let shown = names.iter().flat_map(|name| {
        headers.get_all(name).iter().map(move |value| {
            let title = match *name {
                ACCESS_CONTROL_ALLOW_ORIGIN => "Access-Control-Allow-Origin",
                _ => "Access-Control-Allow-Credentials",
            };
            format!("{title}: {}", String::from_utf8_lossy(value.as_bytes()))
        })
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn origin_of(request: &Request<()>) -> Option<String> {
    let value = request.headers().get(ORIGIN)?;
    let is_known = value == "null" || Origin::parse(value.as_bytes()).is_ok();
    is_known.then(|| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
