//! Whether preflights get through.

use cors_core::browser::{CredentialsMode, Fetch, Step, is_redirect_status};
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use http::{Response, StatusCode};

use super::Target;
use super::bases::Bases;
use super::finding::{Finding, Id, Severity, preflight_lines};
use super::headers::{has_several_origins, has_star_with_credentials};
use super::prober::{Outcome, Prober, Reading, Tried};

/// What is not tried where requests run out.
const PART: &str = "preflights";

pub(super) fn judge(
    target: &Target,
    bases: &Bases,
    prober: &mut Prober<'_>,
    findings: &mut Vec<Finding>,
) {
    prober.allow(10, PART);
    let (origin, credentials, reads, is_public) = match (bases.reader(), bases.allowed().first()) {
        (Some(reader), _) => {
            (reader.origin.clone(), reader.passes_with(), true, reader.is_public())
        }
        (None, Some(allowed)) => (allowed.origin.clone(), false, false, false),
        (None, None) => return,
    };
    let mut judge = Judge { target, prober, origin, credentials, reads, is_public };
    let found = judge.find();
    let is_found = found.is_some();
    findings.extend(found);
    prober.allow(32, PART);
    // Every origin that is meant to read needs every method.
    for reading in bases.allowed() {
        findings.extend(refused(target, reading, is_found, prober));
    }
}

/// `is_found` if preflights fail whatever the origin.
fn refused(
    target: &Target,
    reading: &Reading,
    is_found: bool,
    prober: &mut Prober<'_>,
) -> Option<Finding> {
    let (origin, reads, credentials) = (&reading.origin, reading.passes(), reading.passes_with());
    let fetches = match is_named(target) {
        true => wanted(target, origin, credentials),
        false if reads => vec![plain(target, origin, credentials)],
        false => Vec::new(),
    };
    fetches.iter().find_map(|fetch| {
        let tried = prober.run(fetch, true);
        let Outcome::Fails(taken) = &tried.outcome else { return None };
        let is_listed = matches!(
            taken.step,
            Step::PreflightMethod | Step::PreflightHeader | Step::PreflightAuthorization
        );
        // Those have ids of their own.
        let is_other = |answer| has_several_origins(answer) || has_star_with_credentials(answer);
        let is_only_here = reads && !is_found && !tried.answer.as_ref().is_some_and(is_other);
        (is_listed || is_only_here).then(|| {
            let named = if reading.is_public() { "*" } else { target.named_for(origin) };
            Finding::new(Id::AllowRefused, Severity::Error, origin, credentials)
                .why(fetch, &taken.says)
                .fix(preflight_lines(target, fetch, named, credentials, !reads))
        })
    })
}

fn is_named(target: &Target) -> bool {
    !target.methods().is_empty() || !target.headers().is_empty()
}

/// Fetches whose preflights the target's methods and headers need; a PUT unless it names any.
fn wanted(target: &Target, origin: &str, credentials: bool) -> Vec<Fetch> {
    let methods = match target.methods() {
        [] if target.headers().is_empty() => vec!["PUT"],
        [] => vec!["GET"],
        methods => methods.iter().map(String::as_str).collect(),
    };
    let mode = if credentials { CredentialsMode::Include } else { CredentialsMode::SameOrigin };
    let fetch = |method| {
        let mut fetch = Fetch::new(origin, target.url().as_str()).method(method).credentials(mode);
        fetch.headers = target.headers().to_vec();
        fetch
    };
    methods.into_iter().map(fetch).collect()
}

/// A preflight that every server that has preflights lets through.
pub(super) fn plain(target: &Target, origin: &str, credentials: bool) -> Fetch {
    let mode = if credentials { CredentialsMode::Include } else { CredentialsMode::SameOrigin };
    Fetch::new(origin, target.url().as_str()).credentials(mode).upload_listener(true)
}

/// The value that a script would send.
pub(super) fn authorization(target: &Target) -> &str {
    let mut headers = target.headers().iter();
    let own = headers.find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    own.map_or("Bearer cors-audit", |(_, value)| value)
}

struct Judge<'j, 'a> {
    target: &'j Target,
    prober: &'j mut Prober<'a>,
    origin: String,
    credentials: bool,
    /// Whether the origin can read a plain GET.
    reads: bool,
    /// Whether that is so for everyone.
    is_public: bool,
}

impl Judge<'_, '_> {
    /// The first reason for which preflights fail.
    fn find(&mut self) -> Option<Finding> {
        for fetch in wanted(self.target, &self.origin, self.credentials) {
            let tried = self.prober.run(&fetch, true);
            let Some(answer) = &tried.answer else { continue };
            if !self.is_bad(&tried, answer) {
                continue;
            }
            if is_named(self.target) {
                return Some(self.finding(&tried, answer));
            }
            // Perhaps it only refuses the method that we made up.
            let plain = plain(self.target, &self.origin, self.credentials);
            let plain = self.prober.run(&plain, true);
            return match &plain.answer {
                Some(answer) if self.is_bad(&plain, answer) => Some(self.finding(&plain, answer)),
                _ => self.certain(answer).map(|_| self.finding(&tried, answer)),
            };
        }
        None
    }

    fn is_bad(&self, tried: &Tried, answer: &Response<()>) -> bool {
        self.certain(answer).is_some() || self.fails(tried, answer)
    }

    /// What a status says on its own.
    fn certain(&self, answer: &Response<()>) -> Option<Id> {
        match answer.status() {
            StatusCode::UNAUTHORIZED => Some(Id::PreflightNeedsAuthorization),
            status if is_redirect_status(status) => Some(Id::PreflightRedirected),
            _ => None,
        }
    }

    /// Whether nothing gets through, whatever the method.
    fn fails(&self, tried: &Tried, answer: &Response<()>) -> bool {
        let Outcome::Fails(taken) = &tried.outcome else { return false };
        let status = answer.status();
        if !self.reads {
            // The origin is refused, or the server has no CORS at all: that is another finding.
            let is_no_refusal = matches!(status.as_u16(), 404 | 405 | 500..);
            return is_no_refusal && self.speaks_cors();
        }
        if !status.is_success() {
            return true;
        }
        let is_missing = matches!(
            taken.step,
            Step::PreflightAllowOriginMissing
                | Step::PreflightAllowOriginMismatch
                | Step::PreflightAllowCredentials
                | Step::PreflightListSyntax
        );
        // Those have ids of their own.
        is_missing && !has_several_origins(answer) && !has_star_with_credentials(answer)
    }

    fn speaks_cors(&self) -> bool {
        let mut exchanges = self.prober.exchanges().iter();
        exchanges.any(|(_, response)| response.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN))
    }

    /// A 403 may want authorization as well.
    fn by_status(&mut self, answer: &Response<()>) -> Id {
        if answer.status() == StatusCode::FORBIDDEN && self.is_ok_with_authorization() {
            return Id::PreflightNeedsAuthorization;
        }
        Id::PreflightNotOk
    }

    fn is_ok_with_authorization(&mut self) -> bool {
        let method = self.target.methods().first().map_or("GET", String::as_str);
        let value = authorization(self.target);
        let answer = self.prober.authorized(&self.origin, method, value);
        answer.is_some_and(|answer| answer.status().is_success())
    }

    fn finding(&mut self, tried: &Tried, answer: &Response<()>) -> Finding {
        let id = self.certain(answer).unwrap_or_else(|| self.by_status(answer));
        let status = answer.status();
        let says = match id {
            Id::PreflightNeedsAuthorization if self.is_ok_with_authorization() => format!(
                "OPTIONS is answered with {status}, and with success if it has authorization"
            ),
            Id::PreflightNeedsAuthorization => {
                format!("OPTIONS is answered with {status}, and a preflight has no credentials")
            }
            Id::PreflightRedirected => {
                let to = answer
                    .headers()
                    .get("location")
                    .map(|to| format!(" to {}", String::from_utf8_lossy(to.as_bytes())));
                format!(
                    "OPTIONS is answered with {status}{}, and a browser does not follow",
                    to.unwrap_or_default()
                )
            }
            _ => format!("OPTIONS is answered with {status}: {}", tried.says()),
        };
        let fix = match id {
            Id::PreflightNeedsAuthorization => "Let OPTIONS through before authentication. ",
            Id::PreflightRedirected => "Let no redirect come before CORS. ",
            _ => "",
        };
        let named = if self.is_public { "*" } else { self.target.named_for(&self.origin) };
        let lines =
            preflight_lines(self.target, &tried.fetch, named, self.credentials, !self.reads);
        Finding::new(id, Severity::Warning, &self.origin, self.credentials)
            .why(&tried.fetch, says)
            .fix(format!("{fix}{lines}"))
    }
}
