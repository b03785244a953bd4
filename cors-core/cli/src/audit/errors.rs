//! Whether errors have the headers too.

use cors_core::browser::CredentialsMode;
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use http::{Response, StatusCode};

use super::Target;
use super::bases::Bases;
use super::finding::{Finding, Id, Severity, lines_for};
use super::preflights::{authorization, plain};
use super::prober::{Outcome, Prober};

/// No server has this.
const NOTHING: &str = "cors-audit-nothing-here";

/// Returns the origins of `--allow` that read nothing because the URL itself answers such an error.
pub(super) fn judge(
    target: &Target,
    bases: &Bases,
    prober: &mut Prober<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<String> {
    prober.allow(8);
    let mut lost = Vec::new();
    for reading in bases.allowed().iter().filter(|reading| !reading.passes()) {
        let Some(answer) = reading.without.answer.as_ref().filter(|answer| is_bare_error(answer))
        else {
            continue;
        };
        if !is_known(target, &reading.origin, answer.status(), prober) {
            continue;
        }
        let finding = Finding::new(Id::LostOnErrors, Severity::Warning, &reading.origin, false);
        findings.push(fixed(finding.why(&reading.without.fetch, shown(answer))));
        lost.push(reading.origin.clone());
    }
    let Some(reader) = bases.reader().filter(|_| lost.is_empty()) else { return lost };

    let credentials = reader.passes_with();
    let mode = if credentials { CredentialsMode::Include } else { CredentialsMode::SameOrigin };
    let mut found = Vec::new();
    let mut below = target.url().clone();
    below.set_query(None);
    below.set_path(&format!("{}/{NOTHING}", below.path().trim_end_matches('/')));
    let mut root = below.clone();
    root.set_path(NOTHING);
    for url in [below, root] {
        let mut fetch = prober.get(&reader.origin).credentials(mode);
        fetch.url = url.to_string();
        let tried = prober.run(&fetch, false);
        let Some(answer) = &tried.answer else { break };
        if is_bare_error(answer) && tried.outcome != Outcome::Passes {
            found.push((fetch, shown(answer)));
        }
        if answer.status().as_u16() >= 400 {
            break;
        }
    }
    // Where preflights fail too, OPTIONS has a finding of its own.
    let preflight = plain(target, &reader.origin, credentials);
    if prober.run(&preflight, true).outcome == Outcome::Passes {
        let answer = prober.options(&reader.origin).filter(is_bare_error);
        if let Some(answer) = answer {
            found.push((
                prober.get(&reader.origin).method("OPTIONS").credentials(mode),
                shown(&answer),
            ));
        }
    }
    if !prober.headers().is_empty() {
        let mut fetch = prober.get(&reader.origin).credentials(mode);
        fetch.headers.clear();
        let tried = prober.run(&fetch, false);
        if let Some(answer) = tried.answer.as_ref().filter(|answer| is_bare_error(answer)) {
            found.push((fetch, shown(answer)));
        }
    }
    if let Some((fetch, _)) = found.first() {
        let finding =
            Finding::new(Id::LostOnErrors, Severity::Warning, &reader.origin, credentials);
        let says: Vec<&str> = found.iter().map(|(_, says)| says.as_str()).collect();
        findings.push(fixed(finding.why(fetch, says.join("; "))));
    }
    lost
}

fn is_bare_error(answer: &Response<()>) -> bool {
    answer.status().as_u16() >= 400 && !answer.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
}

/// Whether other answers of the server let this origin read.
fn is_known(target: &Target, origin: &str, status: StatusCode, prober: &mut Prober<'_>) -> bool {
    if prober.run(&plain(target, origin, false), true).outcome == Outcome::Passes {
        return true;
    }
    if status != StatusCode::UNAUTHORIZED {
        return false;
    }
    let method = target.methods().first().map_or("GET", String::as_str);
    let answer = prober.authorized(origin, method, authorization(target));
    answer.is_some_and(|answer| {
        let allowed = answer.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN);
        allowed.is_some_and(|value| value == origin || value == "*")
    })
}

fn shown(answer: &Response<()>) -> String {
    format!("status {}, without Access-Control-Allow-Origin", answer.status())
}

fn fixed(finding: Finding) -> Finding {
    let origin = finding.origin.clone().unwrap_or_default();
    let lines = lines_for(&origin, finding.credentials);
    finding.fix(format!(
        "Send this on every answer, whatever its status (nginx: add `always`):\n{lines}"
    ))
}
