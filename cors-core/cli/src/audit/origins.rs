//! Whether anyone can read, and whether those who must can.

use cors_core::Origin;
use cors_core::browser::{Fetch, Step};
use http::StatusCode;

use super::Target;
use super::bases::Bases;
use super::finding::{Finding, Id, Severity, lines_for};
use super::prober::{Outcome, Prober, Reading, Tried};

/// What an origin that nobody lists can read, and `null`.
pub(super) struct Anyone {
    pub(super) any: Reading,
    pub(super) null: Reading,
}

impl Anyone {
    /// Whether what this origin can read, not everybody can. `Some(true)` if with credentials.
    pub(super) fn reads_more(&self, reading: &Reading) -> Option<bool> {
        if self.any.passes_with() {
            return None;
        }
        if reading.passes_with() {
            return Some(true);
        }
        (reading.passes_without() && !self.any.passes_without()).then_some(false)
    }
}

pub(super) fn anyone(
    target: &Target,
    prober: &mut Prober<'_>,
    findings: &mut Vec<Finding>,
) -> Anyone {
    prober.allow(12, "what anyone can read");
    own(target, prober);
    // A page over https cannot fetch a URL over http, unless it is this machine's.
    let url_is_insecure =
        Origin::parse(target.own().as_bytes()).is_ok_and(|origin| origin.is_insecure());
    let scheme = if url_is_insecure { "http" } else { "https" };
    let any = prober.read(&format!("{scheme}://cors-audit.example"));
    let null = prober.read("null");
    let anyone = Anyone { any, null };

    let origin = &anyone.any.origin;
    let listed = target.listed();
    if anyone.any.passes_with() {
        let tried = &anyone.any.with;
        findings.push(
            Finding::new(Id::AnyOrigin, Severity::Error, origin, true)
                .why(&tried.fetch, tried.says())
                .fix(format!(
                    "Send this to origins on your list, and send other origins only the Vary line:\n{}",
                    lines_for(listed, true)
                )),
        );
    } else if anyone.any.passes_without() {
        let tried = &anyone.any.without;
        findings.push(
            Finding::new(Id::Public, Severity::Note, origin, false)
                .why(&tried.fetch, tried.says())
                .fix(format!(
                    "Nothing, if the data is public. Otherwise send this to origins on your list:\n{}",
                    lines_for(listed, false)
                )),
        );
    }
    if let Some(credentials) = anyone.reads_more(&anyone.null).filter(|_| !target.is_meant("null"))
    {
        let severity = if credentials { Severity::Error } else { Severity::Warning };
        let tried = anyone.null.best();
        findings.push(
            Finding::new(Id::NullOrigin, severity, "null", credentials)
                .why(&tried.fetch, tried.says())
                .fix("Never send this line:\nAccess-Control-Allow-Origin: null"),
        );
    }
    anyone
}

/// What the URL answers its own pages. If it wants the target's headers, they are sent from now on.
fn own(target: &Target, prober: &mut Prober<'_>) {
    let origin = target.own();
    let own = prober.run(&prober.get(&origin), false);
    let is_refused = |tried: &Tried| {
        matches!(tried.status(), Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN))
    };
    if target.headers().is_empty() || !is_refused(&own) {
        return;
    }
    let mut fetch = prober.get(&origin);
    fetch.headers = target.headers().to_vec();
    let with_headers = prober.run(&fetch, false);
    if with_headers.status().is_some_and(|status| status.as_u16() < 400) {
        prober.set_headers(target.headers());
    }
}

/// The origins of `--allow` that cannot read. `lost` can on success.
pub(super) fn refused(
    target: &Target,
    bases: &Bases,
    lost: &[String],
    prober: &Prober<'_>,
    findings: &mut Vec<Finding>,
) {
    for reading in bases.allowed() {
        let Outcome::Fails(taken) = &reading.without.outcome else { continue };
        if reading.passes() || lost.contains(&reading.origin) {
            continue;
        }
        let fix = match taken.step {
            Step::MixedContent => "Serve the URL over https: this page cannot fetch it".to_owned(),
            Step::BadPort => "Serve the URL on another port: browsers block this one".to_owned(),
            _ => fix(target, reading, taken.step, prober),
        };
        findings.push(
            Finding::new(Id::AllowRefused, Severity::Error, &reading.origin, false)
                .why(&prober.get(&reading.origin), &taken.says)
                .fix(fix),
        );
    }
}

/// What the server has to send to this origin.
fn fix(target: &Target, reading: &Reading, step: Step, prober: &Prober<'_>) -> String {
    let Tried { fetch, answer, is_redirected, .. } = &reading.without;
    let named = target.named_for(&reading.origin);
    if step.id().starts_with("preflight") {
        return preflight_lines(target, fetch, named, false, true);
    }
    // With redirects, other URLs and perhaps the origin null take part.
    let redirects =
        *is_redirected || answer.as_ref().is_some_and(|answer| answer.status().is_redirection());
    let is_check = matches!(
        step,
        Step::AllowOriginMissing | Step::AllowOriginMismatch | Step::AllowCredentials
    );
    if (redirects || !is_check)
        && let Some(explained) = prober.explained(fetch)
    {
        return explained.replace(&reading.origin, named);
    }
    format!("Send this on every answer to the origin:\n{}", lines_for(named, false))
}

/// A preflight's answer that lets the fetch, and the target's methods and headers through.
/// `everywhere` if the origin cannot read other answers yet.
pub(super) fn preflight_lines(
    target: &Target,
    fetch: &Fetch,
    origin: &str,
    credentials: bool,
    everywhere: bool,
) -> String {
    let mut methods = target.methods().to_vec();
    if methods.is_empty() {
        methods = ["GET", "HEAD", "POST"].map(str::to_owned).to_vec();
    }
    if !methods.contains(&fetch.method) {
        methods.push(fetch.method.clone());
    }
    let names: Vec<&str> = target.headers().iter().map(|(name, _)| name.as_str()).collect();
    let headers = match &*names {
        [] => String::new(),
        names => format!("\nAccess-Control-Allow-Headers: {}", names.join(", ")),
    };
    let methods = methods.join(", ");
    let lines = lines_for(origin, credentials);
    let start = match everywhere {
        true => {
            format!("Send this on every answer:\n{lines}\nAnswer OPTIONS with status 204, and add:")
        }
        false => format!("Answer OPTIONS with status 204 and:\n{lines}"),
    };
    format!("{start}\nAccess-Control-Allow-Methods: {methods}{headers}")
}
