//! The origins of `--allow` that cannot read.

use cors_core::browser::{Step, is_redirect_status};

use super::Target;
use super::bases::Bases;
use super::finding::{Finding, Id, Severity, lines_for, preflight_lines};
use super::prober::{Outcome, Prober, Reading, Tried};

/// `lost` can read on success.
pub(super) fn judge(
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
        *is_redirected || answer.as_ref().is_some_and(|answer| is_redirect_status(answer.status()));
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
