//! The decision: one pass over what a request may influence.

use super::Compiled;
use crate::config::{DisallowedOrigin, RefusedPreflight};
use crate::decision::{
    Consulted, Decision, Headers, Methods, Outcome, Plan, Reason, ResponseHeaderSet, Step, VaryOn,
};
use crate::headers::AskedHeaders;
use crate::names::is_token;
use crate::origin::{self, Origin};
use crate::request::{Request, RequestHeader};

/// Status of a refusal.
const FORBIDDEN: u16 = 403;
/// Status of an answered preflight unless the policy says otherwise: there is nothing to send.
const NO_CONTENT: u16 = 204;

/// What the policy says of an origin.
enum OriginVerdict<'r> {
    Allowed { consulted: Consulted },
    Refused { reason: Reason<'r>, consulted: Consulted },
    Ask { origin: Origin<'r>, consulted: Consulted },
}

impl Compiled {
    /// Whether the simple response headers are the same for every request.
    /// [Fetch, CORS protocol and HTTP caches](https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches)
    pub(crate) fn is_constant(&self) -> bool {
        let one_answer =
            if self.origins.any { !self.reflects() } else { self.origins.one_origin().is_some() };
        one_answer
            && self.closure.is_none()
            && self.asks.is_none()
            && self.disallowed_origin == DisallowedOrigin::Forward
    }

    /// Whether `*` is answered by an echo, since browsers refuse a literal one with credentials.
    pub(crate) fn reflects(&self) -> bool {
        self.origins.any && self.credentials
    }

    pub(crate) fn begin<'r, R: Request>(&self, request: &'r R) -> Step<'r> {
        let options = request.method() == "OPTIONS";
        let mut origins = request.lines(RequestHeader::Origin);
        let Some(origin) = origins.next() else {
            return Step::Decided(self.not_cors(options, Consulted::default(), false));
        };
        let repeated = origins.next().is_some();
        let preflight = options && request.lines(RequestHeader::RequestMethod).next().is_some();
        let allowed = |consulted| {
            if preflight { self.preflight(request) } else { self.simple(options, consulted) }
        };
        let refused = |reason, consulted| {
            self.refuse_origin(request, origin.as_ref(), reason, options, preflight, consulted)
        };
        match self.judge_origin(request, origin.as_ref(), repeated) {
            OriginVerdict::Allowed { consulted } => Step::Decided(allowed(consulted)),
            OriginVerdict::Refused { reason, consulted } => {
                Step::Decided(refused(reason, consulted))
            }
            OriginVerdict::Ask { origin, consulted } => Step::Ask {
                origin,
                allowed: allowed(consulted),
                refused: refused(Reason::OriginNotAllowed(origin.as_str().as_bytes()), consulted),
            },
        }
    }

    fn judge_origin<'r, R: Request>(
        &self,
        request: &'r R,
        bytes: &'r [u8],
        repeated: bool,
    ) -> OriginVerdict<'r> {
        let nobody = Consulted::default();
        let refused = |reason| OriginVerdict::Refused { reason, consulted: nobody };
        if self.origins.any && !self.reflects() {
            return OriginVerdict::Allowed { consulted: nobody };
        }
        if repeated {
            return refused(Reason::OriginRepeated);
        }
        if self.origins.patterns.contains(bytes) {
            return OriginVerdict::Allowed { consulted: nobody };
        }
        if bytes == b"null" {
            return if self.origins.any && self.danger.allow_null_origin {
                OriginVerdict::Allowed { consulted: nobody }
            } else {
                refused(Reason::OriginNotAllowed(bytes))
            };
        }
        let Ok(origin) = Origin::parse(bytes) else {
            return refused(Reason::OriginMalformed(bytes));
        };
        if self.origins.any || self.origins.matches_regex(origin) {
            return OriginVerdict::Allowed { consulted: nobody };
        }
        // With credentials, no one is asked about an origin that anyone on the network can take.
        let secure =
            !self.credentials || self.danger.allow_insecure_origins || !origin.is_insecure();
        let closure = self.closure.as_ref().filter(|_| secure);
        if closure.is_some_and(|closure| closure.allows(origin, request)) {
            return OriginVerdict::Allowed { consulted: Consulted { closure: true, ..nobody } };
        }
        let consulted =
            Consulted { closure: closure.is_some(), ask: self.asks.is_some() && secure };
        if consulted.ask {
            return OriginVerdict::Ask { origin, consulted };
        }
        OriginVerdict::Refused { reason: Reason::OriginNotAllowed(bytes), consulted }
    }

    fn not_cors(&self, options: bool, consulted: Consulted, fetch_site: bool) -> Outcome<'static> {
        let headers =
            if self.is_constant() { ResponseHeaderSet::Simple } else { ResponseHeaderSet::None };
        let vary = vary_on(options, consulted, fetch_site);
        Outcome { decision: Decision::NotCors, plan: Plan { status: None, headers, vary } }
    }

    fn simple(&self, options: bool, consulted: Consulted) -> Outcome<'static> {
        let vary = vary_on(options, consulted, false);
        let headers = ResponseHeaderSet::Simple;
        Outcome { decision: Decision::Simple, plan: Plan { status: None, headers, vary } }
    }

    fn refuse_origin<'r, R: Request>(
        &self,
        request: &R,
        origin: &[u8],
        reason: Reason<'r>,
        options: bool,
        preflight: bool,
        consulted: Consulted,
    ) -> Outcome<'r> {
        let forbid = self.disallowed_origin == DisallowedOrigin::Forbid;
        let decision = Decision::Reject(reason);
        let vary = vary_on(options, consulted, forbid);
        let well_formed = reason != Reason::OriginRepeated;
        if forbid
            && (is_same_origin_by_browser(request) || well_formed && is_own_origin(request, origin))
        {
            return self.not_cors(options, consulted, true);
        }
        let plan = if preflight || forbid {
            Plan { status: Some(FORBIDDEN), headers: ResponseHeaderSet::None, vary }
        } else {
            Plan { vary, ..self.not_cors(options, consulted, false).plan }
        };
        Outcome { decision, plan }
    }

    /// A preflight from an origin that is allowed.
    fn preflight<'r, R: Request>(&self, request: &'r R) -> Outcome<'r> {
        let method = self.judge_method(request);
        let lines = || request.lines(RequestHeader::RequestHeaders).map(AsRef::as_ref);
        let asked = self.headers.judge(lines);
        let refused = method.err().or(match asked {
            AskedHeaders::Allowed { .. } => None,
            AskedHeaders::Refused(name) => Some(Reason::HeaderNotAllowed(name)),
            AskedHeaders::TooLong => Some(Reason::HeadersTooLong),
        });
        let decision = refused.map_or(Decision::Preflight, Decision::Reject);
        let vary = VaryOn::Options;
        if refused.is_some() && self.refused_preflight == RefusedPreflight::Conceal {
            let headers = ResponseHeaderSet::None;
            return Outcome { decision, plan: Plan { status: Some(FORBIDDEN), headers, vary } };
        }
        let methods = match method {
            _ if !self.methods.any => Methods::Policy,
            Err(_) => Methods::Safelisted,
            Ok(()) if self.credentials => Methods::Echo,
            Ok(()) => Methods::Policy,
        };
        let headers = match asked {
            _ if !self.headers.any => Headers::Policy,
            AskedHeaders::TooLong => Headers::Omit,
            // A literal `*` would let browsers send what was just refused.
            AskedHeaders::Refused(_) => Headers::EchoAllowed,
            AskedHeaders::Allowed { .. } if !self.credentials => Headers::Policy,
            AskedHeaders::Allowed { verbatim: true } => Headers::EchoVerbatim,
            AskedHeaders::Allowed { verbatim: false } => Headers::EchoAllowed,
        };
        let private_network = self.private_network
            && only(request.lines(RequestHeader::RequestPrivateNetwork)) == Some(b"true");
        let goes_on = refused.is_none() && self.preflight_continue;
        let status = self.preflight_status.unwrap_or(NO_CONTENT);
        let headers = ResponseHeaderSet::Preflight { methods, headers, private_network };
        Outcome { decision, plan: Plan { status: (!goes_on).then_some(status), headers, vary } }
    }

    fn judge_method<'r, R: Request>(&self, request: &'r R) -> Result<(), Reason<'r>> {
        let mut lines = request.lines(RequestHeader::RequestMethod);
        let method = lines.next().map(AsRef::as_ref).unwrap_or_default();
        if lines.next().is_some() {
            return Err(Reason::MethodRepeated);
        }
        if self.methods.allows(method) {
            return Ok(());
        }
        Err(if is_token(method) {
            Reason::MethodNotAllowed(method)
        } else {
            Reason::MethodMalformed(method)
        })
    }
}

fn vary_on(options: bool, consulted: Consulted, fetch_site: bool) -> VaryOn {
    if options { VaryOn::Options } else { VaryOn::Cacheable { consulted, fetch_site } }
}

/// The one line of a header that came once.
fn only<'r, V: AsRef<[u8]> + 'r>(mut lines: impl Iterator<Item = &'r V>) -> Option<&'r [u8]> {
    lines.next().filter(|_| lines.next().is_none()).map(AsRef::as_ref)
}

/// The browser's own word that the request comes from this origin, or from no page at all.
/// [Fetch Metadata, Sec-Fetch-Site](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)
fn is_same_origin_by_browser<R: Request>(request: &R) -> bool {
    matches!(only(request.lines(RequestHeader::FetchSite)), Some(b"same-origin" | b"none"))
}

/// Whether host and port of the origin are those that the request was sent to.
fn is_own_origin<R: Request>(request: &R, origin: &[u8]) -> bool {
    let parsed = Origin::parse(origin).ok();
    let authority = request.authority().and_then(|bytes| str::from_utf8(bytes).ok());
    let (Some(origin), Some(authority)) = (parsed, authority) else { return false };
    let port_start = match authority.rfind([':', ']']) {
        Some(at) if authority[at..].starts_with(':') => at,
        _ => authority.len(),
    };
    let (host, port) = authority.split_at(port_start);
    let port = match port.strip_prefix(':') {
        None | Some("") => origin::default_port(origin.scheme()),
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => match digits.parse() {
            Ok(port) => Some(port),
            Err(_) => return false,
        },
        Some(_) => return false,
    };
    host.eq_ignore_ascii_case(origin.host()) && port == origin.port_or_default()
}
