//! Whether errors have the headers too.

use cors_core::browser::CredentialsMode;
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use http::{Response, StatusCode};

use super::Target;
use super::bases::Bases;
use super::finding::{Finding, Id, Severity, lines_for};
use super::preflights::{authorization, plain};
use super::prober::{Outcome, Prober, is_public};

/// No server has this.
const NOTHING: &str = "cors-audit-nothing-here";

/// Returns the origins of `--allow` that read nothing because the URL itself answers such an error.
pub(super) fn judge(
    target: &Target,
    bases: &Bases,
    prober: &mut Prober<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<String> {
    prober.allow(8, "errors");
    let mut lost = Vec::new();
    for reading in bases.allowed().iter().filter(|reading| !reading.passes()) {
        let Some(answer) = reading.without.answer.as_ref().filter(|answer| is_bare_error(answer))
        else {
            continue;
        };
        let Some(known) = known(target, &reading.origin, answer.status(), prober) else { continue };
        let finding = Finding::new(Id::LostOnErrors, Severity::Warning, &reading.origin, false);
        let named = if is_public(&known) { "*" } else { target.named_for(&reading.origin) };
        findings.push(fixed(finding.why(&reading.without.fetch, shown(answer)), named));
        lost.push(reading.origin.clone());
    }
    let Some(reader) = bases.reader().filter(|_| lost.is_empty()) else { return lost };

    let credentials = reader.passes_with();
    let mode = if credentials { CredentialsMode::Include } else { CredentialsMode::SameOrigin };
    let mut found = Vec::new();
    // What lies elsewhere may be another application's.
    let mut below = target.url().clone();
    below.set_query(None);
    below.set_path(&format!("{}/{NOTHING}", below.path().trim_end_matches('/')));
    let mut nothing = prober.get(&reader.origin).credentials(mode);
    nothing.url = below.to_string();
    let options = prober.get(&reader.origin).method("OPTIONS").credentials(mode);
    // Perhaps only the target's headers make it a success.
    let mut bare = prober.get(&reader.origin).credentials(mode);
    bare.headers.clear();
    for fetch in [nothing, options, bare] {
        let tried = prober.run(&fetch, false);
        let Outcome::Fails(taken) = &tried.outcome else { continue };
        // Where preflights fail, the script does not get to the error.
        let is_preflight = taken.step.id().starts_with("preflight");
        if let Some(answer) = tried.answer.as_ref().filter(|a| !is_preflight && is_bare_error(a)) {
            found.push((fetch, shown(answer)));
        }
    }
    if let Some((fetch, _)) = found.first() {
        let finding =
            Finding::new(Id::LostOnErrors, Severity::Warning, &reader.origin, credentials);
        let says: Vec<&str> = found.iter().map(|(_, says)| says.as_str()).collect();
        let named = if reader.is_public() { "*" } else { target.named_for(&reader.origin) };
        findings.push(fixed(finding.why(fetch, says.join("; ")), named));
    }
    lost
}

fn is_bare_error(answer: &Response<()>) -> bool {
    answer.status().as_u16() >= 400 && !answer.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
}

/// Another answer of the server, which lets this origin read.
fn known(
    target: &Target,
    origin: &str,
    status: StatusCode,
    prober: &mut Prober<'_>,
) -> Option<Response<()>> {
    let tried = prober.run(&plain(target, origin, false), true);
    if tried.outcome == Outcome::Passes {
        return tried.answer;
    }
    if status != StatusCode::UNAUTHORIZED {
        return None;
    }
    let method = target.methods().first().map_or("GET", String::as_str);
    prober.authorized(origin, method, authorization(target)).filter(|answer| {
        let allowed = answer.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN);
        allowed.is_some_and(|value| value == origin || value == "*")
    })
}

fn shown(answer: &Response<()>) -> String {
    format!("status {}, without Access-Control-Allow-Origin", answer.status())
}

/// `named` is the origin that may read, or `*`.
fn fixed(finding: Finding, named: &str) -> Finding {
    let lines = lines_for(named, finding.credentials);
    finding.fix(format!(
        "Send this on every answer, whatever its status (nginx: add `always`):\n{lines}"
    ))
}
