//! What anyone can read.

use cors_core::Origin;
use http::StatusCode;

use super::Target;
use super::finding::{Finding, Id, Severity, lines_for};
use super::prober::{Prober, Reading, Tried};

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

pub(super) fn judge(
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
