//! One change after another, each to get past the failing step.

use super::Change;
use crate::browser::{
    Body, CredentialsMode, Fetch, Mode, RedirectMode, Step, Taken, Verdict, header_bytes,
};
use crate::config::{Config, OriginEntry};
use crate::engine::decision::{Decision, Reason};
use crate::engine::headers::{MAX_LIST, elements, is_cors_response, is_response_only};
use crate::engine::names::is_token;
use crate::engine::policy::Policy;
use crate::error::{ConfigErrors, ErrorKind};
use crate::origin::{MAX_LEN, Origin};
use http::Request;
use http::header::ACCESS_CONTROL_REQUEST_HEADERS;
use url::Url;

/// Replaces a URL that cannot be corrected.
const EXAMPLE: &str = "https://api.example/";

/// A port that no browser blocks.
const OPEN_PORT: u16 = 8443;

/// `Err` is a change that cannot be tried here.
type Changed = Result<(), Change>;

pub(super) struct Attempt {
    pub(super) config: Config,
    pub(super) fetch: Fetch,
    /// The changes outside the config.
    pub(super) made: Vec<Change>,
}

fn on_the_server(what: impl Into<String>) -> Changed {
    Err(Change::Server(what.into()))
}

fn shorter_page() -> Changed {
    Err(Change::Page(format!(
        "open the page at a shorter address: no policy allows an origin over {MAX_LEN} bytes"
    )))
}

impl Attempt {
    pub(super) fn new(config: Config, fetch: Fetch) -> Self {
        Self { config, fetch, made: Vec::new() }
    }

    fn in_the_script(&mut self, what: impl Into<String>) -> Changed {
        self.made.push(Change::Script(what.into()));
        Ok(())
    }

    /// Changes what made the last attempt fail. `sent` is the last request, if there was one.
    pub(super) fn change(
        &mut self,
        policy: &Policy,
        verdict: &Verdict,
        sent: Option<&Request<()>>,
    ) -> Changed {
        let step = match verdict {
            Verdict::Readable(_) => return Ok(()),
            Verdict::Opaque => return self.mode_cors(),
            Verdict::OpaqueRedirect => return self.redirect_follow(),
            Verdict::Failed(Taken { step, .. }) => *step,
        };
        match step {
            Step::UrlFailure => self.example("a valid URL"),
            Step::UrlCredentials => self.url(|url| {
                let _ = url.set_username("");
                let _ = url.set_password(None);
            }),
            Step::RequestMethod => self.another_method("which browsers never send"),
            Step::RequestHeader => self.valid_headers(),
            Step::NoCorsMethod
            | Step::SameOriginMode
            | Step::RequestStream
            | Step::NoCorsRedirectMode
            | Step::ResourcePolicy => self.mode_cors(),
            Step::RedirectModeError => self.redirect_follow(),
            Step::RequestBody => self.method("POST".to_owned()),
            // The URL comes from a redirect.
            Step::BadPort if sent.is_some() => {
                on_the_server("redirect to a port that browsers do not block")
            }
            Step::MixedContent | Step::UrlScheme | Step::RedirectScheme if sent.is_some() => {
                on_the_server("redirect to a URL that begins with https:")
            }
            Step::Network if sent.is_some() => on_the_server("redirect to a server that answers"),
            Step::BadPort => self.open_port(),
            Step::MixedContent | Step::UrlScheme => self.https(),
            Step::Network => self.example("the URL of a server that answers"),
            Step::PreflightStatus if self.config.preflight_continue => {
                self.config.preflight_continue = false;
                Ok(())
            }
            Step::AllowOriginMissing
            | Step::AllowOriginMismatch
            | Step::AllowCredentials
            | Step::PreflightAllowOriginMissing
            | Step::PreflightAllowOriginMismatch
            | Step::PreflightAllowCredentials
            | Step::PreflightMethod
            | Step::PreflightAuthorization
            | Step::PreflightHeader => match sent {
                Some(sent) => self.allow(policy, sent, step),
                None => on_the_server(step.rule()),
            },
            Step::RedirectLocation => on_the_server("send one Location header with a valid URL"),
            Step::RedirectCount => on_the_server("redirect at most 20 times"),
            Step::RedirectCredentials => {
                on_the_server("redirect to the URL without its user name and password")
            }
            Step::RedirectBody => {
                self.fetch.body = Body::Bytes;
                self.in_the_script(
                    "send bytes or text: a stream cannot be sent again after a redirect",
                )
            }
            _ => on_the_server(step.rule()),
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
            // The server takes the page for its own; the browser does not, because the scheme
            // differs.
            Decision::NotCors => self.allow_origin(self.fetch.serialized_origin()),
            Decision::Reject(Reason::OriginMalformed(_)) => shorter_page(),
            Decision::Reject(Reason::MethodNotAllowed(b"*")) => {
                self.another_method("which no server can allow")
            }
            Decision::Reject(Reason::MethodNotAllowed(method)) => {
                let method = String::from_utf8_lossy(method).into_owned();
                let upper = method.to_ascii_uppercase();
                let means_upper = upper == "PATCH" || self.config.allow_methods.contains(&upper);
                if means_upper && method != upper {
                    return self.method(upper);
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
            Decision::Reject(Reason::HeadersTooLong) => self.fewer_headers(),
            Decision::Reject(reason) => on_the_server(format!("the policy refuses: {reason}")),
            _ if self.fetch.credentials == CredentialsMode::Include
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
            self.made.push(Change::Page(what));
            self.fetch.origin.clone_from(&without_dot);
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
        self.fetch.headers.retain(|(listed, _)| !listed.eq_ignore_ascii_case(&name));
        let _ = self.in_the_script(format!("remove the header {name} ({why})"));
    }

    /// Resolves an error that an earlier change caused in the policy.
    pub(super) fn settle(&mut self, errors: &ConfigErrors) -> Changed {
        let Some(error) = errors.errors().first() else { return Ok(()) };
        let danger = &mut self.config.danger;
        match error.kind() {
            ErrorKind::AnyOriginWithCredentials => {
                self.config.allow_origins.clear();
                return self.allow_origin(self.fetch.serialized_origin());
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

    fn mode_cors(&mut self) -> Changed {
        self.fetch.mode = Mode::Cors;
        self.in_the_script("mode: \"cors\"")
    }

    fn redirect_follow(&mut self) -> Changed {
        self.fetch.redirect = RedirectMode::Follow;
        self.in_the_script("redirect: \"follow\"")
    }

    fn method(&mut self, method: String) -> Changed {
        let what = format!("method: {method:?}");
        self.fetch.method = method;
        self.in_the_script(what)
    }

    fn another_method(&mut self, why: &str) -> Changed {
        let method = if self.fetch.body == Body::None { "GET" } else { "POST" };
        let before = std::mem::replace(&mut self.fetch.method, method.to_owned());
        self.in_the_script(format!("a method other than {before:?}, {why}, such as {method:?}"))
    }

    /// Removes headers with invalid names, and encodes invalid values.
    fn valid_headers(&mut self) -> Changed {
        let mut whats = Vec::new();
        self.fetch.headers.retain_mut(|(name, value)| {
            if !is_token(name.as_bytes()) {
                whats.push(format!(
                    "remove the header {name:?}, or use only letters, digits and hyphens in its name"
                ));
                return false;
            }
            if header_bytes(value).is_none() {
                *value = url::form_urlencoded::byte_serialize(value.as_bytes())
                    .collect::<String>()
                    .replace('+', "%20");
                whats.push(format!("encode the value of the header {name} as {value:?}"));
            }
            true
        });
        self.made.extend(whats.into_iter().map(Change::Script));
        Ok(())
    }

    fn fewer_headers(&mut self) -> Changed {
        let mut left = MAX_LIST;
        self.fetch.headers.retain(|(name, _)| match left.checked_sub(name.len() + 1) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        });
        self.in_the_script(format!(
            "fewer or shorter headers: the names in a preflight may take at most {MAX_LIST} bytes"
        ))
    }

    fn open_port(&mut self) -> Changed {
        self.url(|url| {
            let _ = url.set_port(Some(OPEN_PORT));
        })?;
        let what = format!("listen on a port that browsers do not block, such as {OPEN_PORT}");
        self.made.push(Change::Server(what));
        Ok(())
    }

    /// The same URL with `https:`, if it has a host.
    fn https(&mut self) -> Changed {
        let https = self.parsed_url().filter(Url::has_host).and_then(|url| {
            let (_, rest) = url.as_str().split_once(':')?;
            Url::parse(&format!("https:{rest}")).ok()
        });
        match https {
            Some(https) => self.url(|url| *url = https),
            None => self.example("a URL that begins with https:"),
        }
    }

    fn example(&mut self, what: &str) -> Changed {
        let is_tried = self.fetch.url == EXAMPLE;
        self.fetch.url = EXAMPLE.to_owned();
        let change = format!("{what}, such as {EXAMPLE:?}");
        if is_tried { Err(Change::Script(change)) } else { self.in_the_script(change) }
    }

    /// As the browser reads it, relative to the page.
    fn parsed_url(&self) -> Option<Url> {
        let page = Url::parse(&self.fetch.origin).ok();
        Url::options().base_url(page.as_ref()).parse(&self.fetch.url).ok()
    }

    fn url(&mut self, change: impl FnOnce(&mut Url)) -> Changed {
        let Some(mut url) = self.parsed_url() else { return self.example("another URL") };
        let before = url.clone();
        change(&mut url);
        if url == before {
            return self.example("another URL");
        }
        self.fetch.url = url.into();
        let what = format!("the URL {:?}", self.fetch.url);
        self.in_the_script(what)
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
