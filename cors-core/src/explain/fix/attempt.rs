//! One change after another to a policy, each to get past the failing step.

use super::Change;
use super::script::{Changed, Script, accept_handshake, on_the_server};
use crate::browser::{CredentialsMode, Fetch, Step, Verdict};
use crate::config::{Config, OriginEntry};
use crate::engine::decision::{Decision, Reason};
use crate::engine::headers::{elements, is_cors_response, is_response_only};
use crate::engine::policy::Policy;
use crate::error::{ConfigErrors, ErrorKind};
use crate::origin::{MAX_LEN, Origin};
use http::Request;
use http::header::ACCESS_CONTROL_REQUEST_HEADERS;

pub(super) struct Attempt {
    pub(super) config: Config,
    pub(super) script: Script,
}

fn shorter_page() -> Changed {
    Err(Change::Page(format!(
        "open the page at a shorter address: no policy allows an origin over {MAX_LEN} bytes"
    )))
}

impl Attempt {
    pub(super) fn new(config: Config, fetch: Fetch) -> Self {
        Self { config, script: Script::new(fetch) }
    }

    /// Changes what made the last attempt fail. `sent` is the last request, if there was one.
    pub(super) fn change(
        &mut self,
        policy: &Policy,
        verdict: &Verdict,
        sent: Option<&Request<()>>,
    ) -> Changed {
        if let Some(changed) = self.script.get_past(verdict, sent.is_some()) {
            return changed;
        }
        match verdict.failed_step() {
            Some(Step::PreflightStatus) if self.config.preflight_continue => {
                self.config.preflight_continue = false;
                Ok(())
            }
            Some(
                step @ (Step::AllowOriginMissing
                | Step::AllowOriginMismatch
                | Step::AllowCredentials
                | Step::PreflightAllowOriginMissing
                | Step::PreflightAllowOriginMismatch
                | Step::PreflightAllowCredentials
                | Step::PreflightMethod
                | Step::PreflightAuthorization
                | Step::PreflightHeader
                | Step::WebSocketStatus),
            ) => match sent {
                Some(sent) => self.allow(policy, sent, step),
                None => on_the_server(step.rule()),
            },
            Some(step) => on_the_server(step.rule()),
            None => Ok(()),
        }
    }

    /// Allows what the policy refused in the last request.
    fn allow(&mut self, policy: &Policy, sent: &Request<()>, step: Step) -> Changed {
        match policy.decide(sent) {
            Decision::Reject(Reason::OriginNotAllowed(origin)) => {
                let origin = String::from_utf8_lossy(origin).into_owned();
                if self.config.allow_origins == [OriginEntry::from("*")] {
                    // `*` reflects every origin except `null`.
                    self.config.danger.allow_null_origin = true;
                    return Ok(());
                }
                self.allow_origin(origin)
            }
            Decision::Reject(Reason::OriginMalformed(_)) => shorter_page(),
            Decision::Reject(Reason::HostNotOwn(host)) => self.own_host(host),
            Decision::Reject(Reason::MethodNotAllowed(b"*")) => {
                self.script.another_method("which no server can allow")
            }
            Decision::Reject(Reason::MethodNotAllowed(method)) => {
                let method = String::from_utf8_lossy(method).into_owned();
                let upper = method.to_ascii_uppercase();
                let means_upper = upper == "PATCH" || self.config.allow_methods.contains(&upper);
                if means_upper && method != upper {
                    return self.script.method(upper);
                }
                self.config.allow_methods.push(method);
                Ok(())
            }
            Decision::Reject(Reason::HeaderNotAllowed(_)) => {
                let lines = sent.headers().get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
                let names = lines.flat_map(|line| elements(line.as_bytes()));
                for name in names.filter(|name| !policy.compiled().headers.allows(name)) {
                    self.allow_header(String::from_utf8_lossy(name).into_owned());
                }
                Ok(())
            }
            Decision::Reject(Reason::HeadersTooLong) => self.script.fewer_headers(),
            _ if step == Step::WebSocketStatus => accept_handshake(),
            _ if self.script.fetch.credentials == CredentialsMode::Include
                && !self.config.allow_credentials =>
            {
                self.config.allow_credentials = true;
                Ok(())
            }
            _ => on_the_server(step.rule()),
        }
    }

    fn allow_origin(&mut self, origin: String) -> Changed {
        if origin.len() > MAX_LEN {
            return shorter_page();
        }
        if let Some(without_dot) = without_dot(&origin) {
            let what = format!("open the page without the trailing dot, at {without_dot}");
            self.script.made.push(Change::Page(what));
            self.script.fetch.origin.clone_from(&without_dot);
            // The policy may allow that page already, unless it has just lost its `*`.
            return match self.config.allow_origins.is_empty() {
                true => self.allow_origin(without_dot),
                false => Ok(()),
            };
        }
        // A host may contain a `*`, which would be a wildcard in a pattern.
        if origin.contains('*') {
            return self.allow_literally(&origin);
        }
        self.config.allow_origins.push(origin.into());
        Ok(())
    }

    /// Adds the host that the fetch's URL names, which may be a rebound one: the reader decides.
    fn own_host(&mut self, host: &[u8]) -> Changed {
        let hosts = self.config.own_hosts.get_or_insert_default();
        hosts.push(String::from_utf8_lossy(host).into_owned());
        Ok(())
    }

    /// As a regular expression, if no pattern matches exactly this origin.
    fn allow_literally(&mut self, origin: &str) -> Changed {
        if !cfg!(feature = "regex") {
            let what = "open the page at a host with only letters, digits, dots and hyphens";
            return Err(Change::Page(what.to_owned()));
        }
        let mut regex = String::new();
        for character in origin.chars() {
            if "\\.+*?()|[]{}^$".contains(character) {
                regex.push('\\');
            }
            regex.push(character);
        }
        self.config.allow_origins.push(OriginEntry::regex(regex));
        Ok(())
    }

    fn allow_header(&mut self, name: String) {
        let why = match &*name {
            "*" => "no server can allow it",
            name if is_cors_response(name) => "the server sends it",
            name if is_response_only(name) => "it is a response header",
            _ => return self.config.allow_headers.push(name),
        };
        self.script.fetch.headers.retain(|(listed, _)| !listed.eq_ignore_ascii_case(&name));
        let _ = self.script.change(format!("remove the header {name} ({why})"));
    }

    /// Resolves an error that an earlier change caused in the policy.
    pub(super) fn settle(&mut self, errors: &ConfigErrors) -> Changed {
        let Some(error) = errors.errors().first() else { return Ok(()) };
        let danger = &mut self.config.danger;
        match error.kind() {
            ErrorKind::AnyOriginWithCredentials => {
                self.config.allow_origins.clear();
                return self.allow_origin(self.script.fetch.serialized_origin());
            }
            ErrorKind::AnyExposedWithCredentials => {
                self.config.expose_headers.retain(|name| name != "*");
            }
            ErrorKind::InvalidOrigin { .. } => {
                if let Some(OriginEntry::Pattern(origin)) = self.config.allow_origins.pop() {
                    return self.allow_literally(&origin);
                }
                return on_the_server(error.to_string());
            }
            ErrorKind::InvalidHost { .. } => {
                let hosts = self.config.own_hosts.get_or_insert_default();
                hosts.pop();
                let Some(own) = hosts.first() else { return on_the_server(error.to_string()) };
                return self.script.host(own);
            }
            ErrorKind::NullOrigin => danger.allow_null_origin = true,
            ErrorKind::InsecureOriginWithCredentials
            | ErrorKind::InsecureRegexWithCredentials { .. } => {
                danger.allow_insecure_origins = true;
            }
            ErrorKind::PublicSuffixWithCredentials { .. } => {
                danger.allow_public_suffix_subdomains = true;
            }
            ErrorKind::UnboundedRegexWithCredentials { .. } => danger.allow_unbounded_regex = true,
            _ => return on_the_server(error.to_string()),
        }
        Ok(())
    }
}

/// The origin without a trailing dot. Browsers treat it as another host, and patterns cannot have
/// it.
fn without_dot(origin: &str) -> Option<String> {
    let parsed = Origin::parse(origin.as_bytes()).ok()?;
    let host = parsed.host().trim_end_matches('.');
    if host.is_empty() || host == parsed.host() {
        return None;
    }
    Some(origin.replacen(parsed.host(), host, 1))
}
