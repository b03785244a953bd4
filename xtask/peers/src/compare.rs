//! Compares our layer with a peer's in one case: what each answers, and how the answers differ.

use std::collections::BTreeSet;

use cors_core::browser::{Browser, Ended, Step, Verdict};
use cors_core::{Decision, Policy, Reason};
use http::{HeaderValue, Method, Request, Response, StatusCode};

use crate::answer::Answer;
use crate::case::{Asks, Case};
use crate::class::Class;
use crate::peer::Peer;
use crate::routes::Route;
use crate::servers::{Pair, Server, Unsaid};
use crate::vary;

/// A request and both answers, or the messages of panics.
#[derive(Debug)]
pub struct Exchange {
    /// The request.
    pub request: Request<()>,
    /// Our answer.
    pub ours: Result<Answer, String>,
    /// The peer's answer.
    pub peer: Result<Answer, String>,
}

/// What one case shows.
#[derive(Debug, Default)]
pub struct Seen {
    /// The kinds of disagreement.
    pub classes: BTreeSet<Class>,
    /// Descriptions of disagreements of an unknown kind.
    pub unknown: Vec<String>,
    /// Requests and answers.
    pub exchanges: Vec<Exchange>,
    /// The panic message if the peer cannot be built.
    pub fault: Option<String>,
    /// The browser's verdicts on our layer and on the peer's, if a script sent the request.
    pub verdicts: Option<[Verdict; 2]>,
}

/// Runs the case on both servers.
pub fn look(peer: Peer, case: &Case) -> Result<Seen, Unsaid> {
    let Some(policy) = case.policy() else { return Ok(Seen::default()) };
    let pair = peer.servers(&case.config, &policy)?;
    Ok(look_at(&pair, &policy, case))
}

/// Runs the case on two given servers.
pub fn look_at(pair: &Pair, policy: &Policy, case: &Case) -> Seen {
    let mut seen = Seen::default();
    if let Some(fault) = pair.ours.fault() {
        seen.unknown.push(format!("ours panics: {fault}"));
    }
    if let Some(fault) = pair.peer.fault() {
        seen.fault = Some(fault.to_owned());
        seen.classes.insert(Class::PanicsWhenBuilt);
        return seen;
    }
    let mut requests: Vec<Request<()>> = Vec::new();
    let mut send = |server: &Server, request: &Request<()>| {
        let request = in_origin_form(request);
        let answer = server.answer(&request);
        if !requests.iter().any(|known| is_same(known, &request)) {
            requests.push(request);
        }
        answer.map_or_else(|_| failed(), |answer| answer.response())
    };
    match &case.asks {
        Asks::Anyone(request) => drop(send(&pair.ours, request)),
        Asks::Script(fetch) => {
            let mut run = |server: &Server| -> Ended {
                Browser::new().fetch(fetch, std::time::Duration::ZERO, |sent| send(server, sent))
            };
            let ended = [run(&pair.ours), run(&pair.peer)];
            of_verdicts(case.route, &ended, &mut seen);
            seen.verdicts = Some(ended.map(|ended| ended.verdict));
        }
    }
    for request in requests {
        let (ours, peer) = (pair.ours.answer(&request), pair.peer.answer(&request));
        let exchange = Exchange { request, ours, peer };
        of_exchange(pair, policy, case, &exchange, &mut seen);
        seen.exchanges.push(exchange);
    }
    seen
}

/// The request as a server reads it from a connection.
fn in_origin_form(request: &Request<()>) -> Request<()> {
    let mut request = request.clone();
    if let Some(path) = request.uri().path_and_query() {
        *request.uri_mut() = path.clone().into();
    }
    request
}

fn is_same(one: &Request<()>, other: &Request<()>) -> bool {
    one.method() == other.method() && one.uri() == other.uri() && one.headers() == other.headers()
}

fn failed() -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// Compares what the script can see: our result is what the policy means.
fn of_verdicts(route: Route, [ours, peer]: &[Ended; 2], seen: &mut Seen) {
    let class = match (&ours.verdict, &peer.verdict) {
        (Verdict::Readable(one), Verdict::Readable(other)) => {
            // Policies do not expose the layer's own headers.
            let names = |headers: &http::HeaderMap| -> BTreeSet<String> {
                let own = |name: &str| name == "vary" || name.starts_with("access-control-");
                headers.keys().map(|name| name.to_string()).filter(|name| !own(name)).collect()
            };
            let (one, other) = (names(&one.headers), names(&other.headers));
            if !one.is_subset(&other) {
                Some(Class::ExposesLess)
            } else if !other.is_subset(&one) {
                Some(Class::ExposesMore)
            } else {
                None
            }
        }
        (Verdict::Readable(_), other) => match other.failed_step() {
            Some(Step::AllowOriginMissing) if route != Route::Ok => Some(Class::LostOnErrors),
            Some(Step::PreflightMethod) => Some(Class::KeepsMethodOut),
            Some(Step::PreflightHeader | Step::PreflightAuthorization) => {
                Some(Class::KeepsHeaderOut)
            }
            Some(Step::AllowCredentials | Step::PreflightAllowCredentials) => {
                Some(Class::KeepsCredentialsOut)
            }
            Some(
                Step::AllowOriginMissing
                | Step::AllowOriginMismatch
                | Step::PreflightAllowOriginMissing
                | Step::PreflightAllowOriginMismatch
                | Step::PreflightStatus,
            ) => Some(Class::KeepsOriginOut),
            step => return seen.unknown.push(format!("not readable: {step:?}")),
        },
        (one, Verdict::Readable(_)) => match one.failed_step() {
            Some(Step::PreflightMethod) => Some(Class::LetsMethodThrough),
            Some(Step::PreflightHeader | Step::PreflightAuthorization) => {
                Some(Class::LetsHeaderThrough)
            }
            Some(Step::AllowCredentials | Step::PreflightAllowCredentials) => {
                Some(Class::LetsCredentialsThrough)
            }
            Some(
                Step::AllowOriginMissing
                | Step::AllowOriginMismatch
                | Step::PreflightAllowOriginMissing
                | Step::PreflightAllowOriginMismatch,
            ) => Some(Class::LetsOriginIn),
            step => return seen.unknown.push(format!("readable, but not with ours: {step:?}")),
        },
        _ => None,
    };
    seen.classes.extend(class);
}

/// Compares two answers, whether a script or any client sent the request.
fn of_exchange(pair: &Pair, policy: &Policy, case: &Case, exchange: &Exchange, seen: &mut Seen) {
    let Exchange { request, ours, peer } = exchange;
    let ours = match ours {
        Ok(ours) => ours,
        Err(panic) => return seen.unknown.push(format!("ours panics: {panic}")),
    };
    let Ok(peer) = peer else {
        seen.classes.insert(Class::PanicsWhenServing);
        return;
    };
    let decision = policy.decide(request);
    let differences = Differences { request, ours, peer, decision };
    differences.of_what_is_handled(seen);
    differences.of_origins(seen);
    differences.of_the_rest(case, seen);

    let origins = origins(policy);
    if vary::missed(&pair.ours, request, ours, &origins).is_some() {
        seen.unknown.push("ours lacks Vary".to_owned());
    }
    if let Some(request) = vary::missed(&pair.peer, request, peer, &origins) {
        seen.classes.insert(Class::NoVary);
        let (ours, peer) = (pair.ours.answer(&request), pair.peer.answer(&request));
        seen.exchanges.push(Exchange { request, ours, peer });
    }
}

/// An allowed origin, if one is known, and one that is not.
fn origins(policy: &Policy) -> Vec<HeaderValue> {
    let config = policy.config();
    let exact = config.allow_origins.iter().filter_map(|entry| match entry {
        cors_core::OriginEntry::Pattern(text) if !text.contains('*') => text.parse().ok(),
        _ => None,
    });
    exact.take(1).chain([HeaderValue::from_static("https://evil.example")]).collect()
}

/// Whether the layer let the request pass, to a handler or to the 404 if there is none.
fn went_on(answer: &Answer) -> bool {
    answer.is_handled || answer.status == StatusCode::NOT_FOUND
}

struct Differences<'e> {
    request: &'e Request<()>,
    ours: &'e Answer,
    peer: &'e Answer,
    decision: Decision<'e>,
}

const ALLOW_ORIGIN: &str = "access-control-allow-origin";

/// Headers that reveal more of a policy than the origin.
const TOLD: [&str; 4] = [
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "access-control-max-age",
];

impl Differences<'_> {
    fn is_options(&self) -> bool {
        self.request.method() == Method::OPTIONS
    }

    fn has(&self, name: &str) -> bool {
        self.request.headers().contains_key(name)
    }

    fn is_preflight(&self) -> bool {
        self.is_options() && self.has("access-control-request-method") && self.has("origin")
    }

    /// Whether the peer treats a request as a preflight that is not one.
    fn is_swallowed(&self) -> bool {
        self.is_options() && !self.peer.is_handled && self.peer.status.is_success()
    }

    /// Whether the peer allows this request's origin.
    fn lets_in(&self) -> bool {
        let allowed = self.peer.lines(ALLOW_ORIGIN);
        let asked = self.request.headers().get("origin").map(HeaderValue::as_bytes);
        allowed == [b"*"] || allowed.len() == 1 && allowed.first().copied() == asked
    }

    /// Whether the request comes from the server's own pages, or from the address bar.
    fn is_same_origin(&self) -> bool {
        let site = self.request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
        matches!(site, Some(b"same-origin" | b"none"))
    }

    fn refused_origin(&self) -> bool {
        use Reason::{OriginMalformed, OriginNotAllowed, OriginRepeated};
        matches!(
            self.decision,
            Decision::Reject(OriginMalformed(_) | OriginNotAllowed(_) | OriginRepeated)
        )
    }

    /// Compares how far the request got.
    fn of_what_is_handled(&self, seen: &mut Seen) {
        let (ours, peer) = (self.ours, self.peer);
        if (ours.is_handled, ours.status) == (peer.is_handled, peer.status) {
            return;
        }
        let is_refused = matches!(self.decision, Decision::Reject(_));
        // That is already of the most serious kind.
        if is_refused && self.lets_in() {
            return;
        }
        let class = if self.is_preflight() {
            match (ours.status.is_success(), peer.status.is_success()) {
                (true, false) if is_refused => Class::RefusalUnexplained,
                (true, false) => Class::KeepsOriginOut,
                (false, true) => Class::RefusedPreflightPasses,
                _ => Class::OtherStatus,
            }
        } else if self.is_options() && self.has("access-control-request-method") {
            Class::PreflightWithoutOrigin
        } else if self.is_swallowed() {
            Class::OptionsSwallowed
        } else if self.is_same_origin() && went_on(ours) && !went_on(peer) {
            Class::SameOriginStopped
        } else if is_refused && went_on(ours) && !went_on(peer) {
            Class::RefusedIsStopped
        } else if matches!(self.decision, Decision::Reject(Reason::CrossOrigin(_))) && went_on(peer)
        {
            Class::CrossOriginPasses
        } else if is_refused && !went_on(peer) {
            Class::OtherStatus
        } else {
            return seen.unknown.push("handled differently".to_owned());
        };
        seen.classes.insert(class);
    }

    /// Compares the allowed origin.
    fn of_origins(&self, seen: &mut Seen) {
        let (ours, peer) = (self.ours.lines(ALLOW_ORIGIN), self.peer.lines(ALLOW_ORIGIN));
        if ours == peer {
            return;
        }
        if peer.len() > 1 {
            seen.classes.insert(Class::RepeatedHeader);
            return;
        }
        let asked = self.request.headers().get("origin").map(HeaderValue::as_bytes);
        let class = match (self.decision, peer.first().copied()) {
            (Decision::NotCors, None) => Class::ConstantAnswer,
            (Decision::Reject(Reason::OriginMalformed(_) | Reason::OriginRepeated), _)
                if self.lets_in() =>
            {
                Class::EchoesMalformed
            }
            (Decision::Reject(Reason::OriginNotAllowed(_)), _) if self.lets_in() => {
                Class::LetsOriginIn
            }
            (_, None) if self.refused_origin() => Class::ConstantAnswer,
            (Decision::Reject(_), None) => Class::RefusalUnexplained,
            _ if self.refused_origin() => Class::RefusedIsTold,
            (_, Some(value)) if ours == [b"*"] && Some(value) == asked => Class::EchoesForStar,
            (_, None) if self.peer.status.is_success() && self.peer.is_handled => {
                Class::KeepsOriginOut
            }
            (_, None) if self.is_preflight() => Class::KeepsOriginOut,
            (_, None) if self.is_swallowed() => Class::OptionsSwallowed,
            (_, None) => Class::LostOnErrors,
            _ => return seen.unknown.push("another origin is allowed".to_owned()),
        };
        seen.classes.insert(class);
    }

    fn of_the_rest(&self, case: &Case, seen: &mut Seen) {
        let (ours, peer) = (self.ours, self.peer);
        let repeats = |name: &&str| peer.lines(name).len() > 1;
        if TOLD.iter().any(repeats) {
            seen.classes.insert(Class::RepeatedHeader);
        }
        let credentials = "access-control-allow-credentials";
        let tells =
            |name: &str| peer.headers.contains_key(name) && !ours.headers.contains_key(name);
        let is_refused = self.refused_origin() && !self.lets_in();
        if is_refused && TOLD.iter().copied().chain([credentials]).any(tells) {
            seen.classes.insert(Class::RefusedIsTold);
        }
        if self.decision == Decision::NotCors && tells(credentials) {
            seen.classes.insert(Class::ConstantAnswer);
        }
        let max_age = |answer: &Answer| answer.headers.get("access-control-max-age").cloned();
        let are_passed = ours.status.is_success() && peer.status.is_success();
        if self.decision == Decision::Preflight && are_passed && max_age(ours) != max_age(peer) {
            seen.classes.insert(Class::OtherMaxAge);
        }
        if tells("access-control-allow-private-network") {
            seen.classes.insert(Class::PrivateNetwork);
        }
        if ours.lines("vary").len() > 1 {
            seen.unknown.push("ours has several lines of Vary".to_owned());
        }
        if peer.lines("vary").len() > 1 {
            seen.classes.insert(Class::VaryLines);
        }
        let (mine, theirs) = (ours.elements("vary"), peer.elements("vary"));
        if !theirs.is_subset(&mine) {
            seen.classes.insert(Class::VaryMore);
        }
        if case.route == Route::Ok && ours.is_handled && peer.is_handled {
            if !theirs.contains("accept-encoding") {
                seen.classes.insert(Class::VaryLost);
            }
            if !peer.headers.contains_key("x-request-id") {
                seen.classes.insert(Class::HeaderLost);
            }
        }
    }
}
