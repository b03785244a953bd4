//! One change after another to a server's answers, each to get past the failing step.

use super::script::{Changed, Script, accept_handshake, on_the_server};
use super::{Change, Fix, MAX_CHANGES};
use crate::browser::{
    Browser, CredentialsMode, Ended, Fetch, Sending, Step, Verdict, is_redirect_status,
};
use crate::engine::headers::elements;
use crate::engine::names::is_token;
use crate::explain::answers::{Answer, Answers, Asked, Counts, run};
use crate::explain::{Event, last_sent, redirects_to_login};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    HeaderName, HeaderValue, ORIGIN, VARY,
};
use http::{HeaderMap, Method, Request, Response, StatusCode};

/// Longer lists are not what a server needs.
const MAX_NAMES: usize = 500;

/// What a server should answer to a request instead.
#[derive(Default)]
struct Patch {
    status: Option<StatusCode>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

struct Repair<'a> {
    answers: &'a Answers,
    script: Script,
    patches: Vec<(Asked, Patch)>,
    /// Whether the repair rests on an answer that the server did not give.
    is_guess: bool,
}

/// `None` if the fetch is a success.
pub(in crate::explain) fn find(fetch: &Fetch, answers: &Answers) -> Option<Fix> {
    let mut fix = Repair::new(fetch, answers).find()?;
    fix.caution_about_credentials(fetch, |without| {
        Repair::new(without, answers).run().0.verdict.is_success()
    });
    Some(fix)
}

impl<'a> Repair<'a> {
    fn new(fetch: &Fetch, answers: &'a Answers) -> Self {
        let script = Script::new(fetch.clone());
        Self { answers, script, patches: Vec::new(), is_guess: false }
    }

    /// Runs the fetch with the changes so far.
    fn run(&mut self) -> (Ended, Vec<Event>) {
        let mut counts = Counts::default();
        self.is_guess = false;
        let fetch = self.script.fetch.clone();
        let (ended, events, _) = run(Browser::new(), &fetch, &mut |sending: &Sending| {
            self.answer(sending.request(), &mut counts)
        });
        (ended, events)
    }

    fn find(mut self) -> Option<Fix> {
        for _ in 0..MAX_CHANGES {
            let (ended, events) = self.run();
            if ended.verdict.is_success() {
                let is_needed = !self.patches.is_empty() || !self.script.made.is_empty();
                return is_needed.then(|| self.finish(true));
            }
            if let Err(last) = self.get_past(&ended.verdict, &events) {
                self.script.made.push(last);
                return Some(self.finish(false));
            }
        }
        self.script.made.push(Change::Script("try again after these changes".to_owned()));
        Some(self.finish(false))
    }

    /// The server's answer with the changes so far.
    fn answer(&mut self, request: &Request<()>, counts: &mut Counts) -> Answer {
        let asked = Asked::of(request);
        let n = counts.count(&asked);
        let known = self.answers.get(&asked, n).cloned();
        self.is_guess |= known.is_none();
        let mut response = known.unwrap_or_else(|| Ok(self.guess(&asked)))?;
        if let Some((_, patch)) = self.patches.iter().find(|(of, _)| *of == asked) {
            *response.status_mut() = patch.status.unwrap_or(response.status());
            for (name, value) in &patch.headers {
                response.headers_mut().insert(name, value.clone());
            }
        }
        Ok(response)
    }

    /// An answer that the server did not give: 200, and like its preflight.
    fn guess(&self, asked: &Asked) -> Response<()> {
        let mut response = Response::new(());
        let preflight =
            Asked { method: Method::OPTIONS, uri: asked.uri.clone(), is_preflight: true };
        if let Some(Ok(known)) = self.answers.get(&preflight, 0) {
            for name in [ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_ALLOW_CREDENTIALS, VARY] {
                for line in known.headers().get_all(&name) {
                    response.headers_mut().append(&name, line.clone());
                }
            }
        }
        response
    }

    fn get_past(&mut self, verdict: &Verdict, events: &[Event]) -> Changed {
        let sent = last_sent(events);
        let failed = verdict.failed_step();
        if let (Some(Step::Network), Some(Event::Unanswered(why))) = (failed, last_answer(events)) {
            return on_the_server(format!("make it answer ({why}); CORS is not the cause"));
        }
        if let Some(changed) = self.script.get_past(verdict, sent.is_some()) {
            return changed;
        }
        let (Some(step), Some(sent)) = (failed, sent) else { return Ok(()) };
        let received = match last_answer(events) {
            Some(Event::Received(response)) => response,
            _ => return on_the_server(step.rule()),
        };
        match step {
            Step::PreflightAllowOriginMissing
            | Step::PreflightAllowOriginMismatch
            | Step::AllowOriginMissing
            | Step::AllowOriginMismatch => match redirected_to_login(events) {
                Some(redirected) => {
                    self.patch(redirected).status = Some(StatusCode::UNAUTHORIZED);
                    Ok(())
                }
                None => self.allow_origin(sent),
            },
            Step::PreflightAllowCredentials | Step::AllowCredentials => {
                self.set(sent, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true")
            }
            Step::PreflightStatus => {
                self.patch(sent).status = Some(StatusCode::NO_CONTENT);
                Ok(())
            }
            Step::PreflightListSyntax => {
                self.allow_method(sent, received)?;
                if received.headers().contains_key(ACCESS_CONTROL_ALLOW_HEADERS) {
                    self.allow_headers(sent, received)?;
                }
                Ok(())
            }
            Step::PreflightMethod => self.allow_method(sent, received),
            Step::PreflightAuthorization | Step::PreflightHeader => {
                self.allow_headers(sent, received)
            }
            Step::WebSocketStatus => accept_handshake(),
            _ => on_the_server(step.rule()),
        }
    }

    fn allow_origin(&mut self, sent: &Request<()>) -> Changed {
        let origin = text(sent.headers(), &ORIGIN);
        if origin == "null" && self.script.fetch.serialized_origin() != "null" {
            // To allow `null` would allow every sandboxed frame.
            let url = sent.uri().to_string();
            if self.script.fetch.url != url {
                self.script.fetch.url.clone_from(&url);
                return self.script.change(format!(
                    "the URL {url:?}: after a redirect across origins, the origin is null"
                ));
            }
        }
        self.set(sent, ACCESS_CONTROL_ALLOW_ORIGIN, &origin)
    }

    fn allow_method(&mut self, sent: &Request<()>, received: &Response<()>) -> Changed {
        let method = text(sent.headers(), &ACCESS_CONTROL_REQUEST_METHOD);
        let mut methods = self.tokens(received.headers(), &ACCESS_CONTROL_ALLOW_METHODS);
        if !methods.contains(&method) {
            methods.push(method);
        }
        self.set(sent, ACCESS_CONTROL_ALLOW_METHODS, &methods.join(", "))
    }

    fn allow_headers(&mut self, sent: &Request<()>, received: &Response<()>) -> Changed {
        let mut names = self.tokens(received.headers(), &ACCESS_CONTROL_ALLOW_HEADERS);
        for name in self.tokens(sent.headers(), &ACCESS_CONTROL_REQUEST_HEADERS) {
            if !names.iter().any(|listed| listed.eq_ignore_ascii_case(&name)) {
                names.push(name);
            }
        }
        self.set(sent, ACCESS_CONTROL_ALLOW_HEADERS, &names.join(", "))
    }

    /// The valid names of a list, each once. With credentials, a `*` allows nothing.
    fn tokens(&self, headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
        let star_is_a_name = self.script.fetch.credentials == CredentialsMode::Include;
        let mut all: Vec<String> = Vec::new();
        let lines = headers.get_all(name).iter();
        // In a malformed list, other separators are meant.
        let words = lines.flat_map(|line| line.as_bytes().split(|b| b",; \t".contains(b)));
        let valid = words.filter(|name| is_token(name));
        for token in valid.filter(|name| *name != b"*" || !star_is_a_name).take(MAX_NAMES) {
            let token = String::from_utf8_lossy(token).into_owned();
            if !all.contains(&token) {
                all.push(token);
            }
        }
        all
    }

    /// Sets a header of the answer, once.
    fn set(&mut self, sent: &Request<()>, name: HeaderName, value: &str) -> Changed {
        let Ok(value) = HeaderValue::from_str(value) else {
            return on_the_server(format!("send {name} with a valid value"));
        };
        let headers = &mut self.patch(sent).headers;
        if headers.contains(&(name.clone(), value.clone())) {
            return on_the_server(format!("send {name} with a value that allows this fetch"));
        }
        headers.retain(|(known, _)| *known != name);
        headers.push((name, value));
        Ok(())
    }

    fn patch(&mut self, sent: &Request<()>) -> &mut Patch {
        let asked = Asked::of(sent);
        let at = self.patches.iter().position(|(of, _)| *of == asked).unwrap_or_else(|| {
            self.patches.push((asked, Patch::default()));
            self.patches.len() - 1
        });
        &mut self.patches[at].1
    }

    fn finish(mut self, is_success: bool) -> Fix {
        let mut changes = std::mem::take(&mut self.script.made);
        let mut cautions = Vec::new();
        for (asked, patch) in &self.patches {
            let (now, not_sent) = match self.answers.get(asked, 0) {
                Some(Ok(response)) => (response.clone(), ""),
                _ => (Response::new(()), ", which was not sent"),
            };
            let to = format!("{asked}{not_sent}");
            changes.push(Change::Answer { to, lines: patch.shown(&now) });
            let allows = |origin: &str| {
                patch
                    .headers
                    .iter()
                    .any(|(name, value)| *name == ACCESS_CONTROL_ALLOW_ORIGIN && value == origin)
            };
            if allows("null") && cautions.is_empty() {
                cautions
                    .push("every sandboxed frame and local file has the origin null".to_owned());
            }
        }
        Fix {
            changes,
            cautions,
            config: None,
            fetch: self.script.fetch,
            is_tried: is_success && !self.is_guess,
        }
    }
}

impl Patch {
    /// Each change to the answer, as people write headers.
    fn shown(&self, now: &Response<()>) -> Vec<String> {
        let status = self.status.map(|status| {
            let why = match now.status().as_u16() {
                _ if status == StatusCode::UNAUTHORIZED => {
                    " (it redirects to what looks like a login, which no script can use)"
                }
                _ if is_redirect_status(now.status()) => {
                    " (browsers do not follow a redirect of a preflight)"
                }
                401 | 407 => " (browsers send a preflight without cookies and tokens)",
                _ => "",
            };
            format!("status {} instead of {}{why}", status.as_u16(), now.status().as_u16())
        });
        let mut shown: Vec<String> = status.into_iter().collect();
        let changed = self.headers.iter().filter(|(name, value)| {
            let mut lines = now.headers().get_all(name).iter();
            lines.next() != Some(value) || lines.next().is_some()
        });
        for (name, value) in changed {
            let lines: Vec<_> = now.headers().get_all(name).iter().collect();
            let before = match lines.as_slice() {
                [] => String::new(),
                [one] => format!(", instead of {:?}", String::from_utf8_lossy(one.as_bytes())),
                more => format!(", in one line instead of {}", more.len()),
            };
            shown.push(format!("{}: {}{before}", title(name), lossy(value)));
            if *name == ACCESS_CONTROL_ALLOW_ORIGIN && !names_origin(now.headers()) {
                shown.push("Vary: Origin".to_owned());
            }
        }
        shown
    }
}

/// Whether caches already keep answers for different origins apart.
fn names_origin(headers: &HeaderMap) -> bool {
    let names = |line: &HeaderValue| {
        elements(line.as_bytes()).any(|name| name == b"*" || name.eq_ignore_ascii_case(b"origin"))
    };
    headers.get_all(VARY).iter().any(names)
}

fn last_answer(events: &[Event]) -> Option<&Event> {
    events.iter().rev().find(|event| matches!(event, Event::Received(_) | Event::Unanswered(_)))
}

/// The request whose answer redirects to a login.
fn redirected_to_login(events: &[Event]) -> Option<&Request<()>> {
    let mut sent = None;
    events.iter().find_map(|event| match event {
        Event::Sent(request) => {
            sent = Some(request);
            None
        }
        Event::Received(response) => sent.filter(|request| redirects_to_login(request, response)),
        _ => None,
    })
}

fn text(headers: &HeaderMap, name: &HeaderName) -> String {
    headers.get(name).map(lossy).unwrap_or_default()
}

fn lossy(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// `access-control-max-age` as `Access-Control-Max-Age`.
fn title(name: &HeaderName) -> String {
    let word = |word: &str| match word.split_at_checked(1) {
        Some((first, rest)) => first.to_ascii_uppercase() + rest,
        None => String::new(),
    };
    name.as_str().split('-').map(word).collect::<Vec<_>>().join("-")
}
