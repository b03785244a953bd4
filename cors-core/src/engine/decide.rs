//! The decision: one pass over the parts of a request that matter.

use crate::engine::decision::{
    Consulted, Decision, Found, Headers, Methods, Outcome, Plan, Reason, ResponseHeaderSet, Step,
    VaryOn,
};
use crate::engine::headers::{AskedHeaders, elements};
use crate::engine::names::is_token;
use crate::engine::own_hosts;
use crate::engine::policy::Compiled;
use crate::engine::request::{FirstLine, RequestHead, RequestHeader};
use crate::engine::settings::{DisallowedOrigin, RefusedPreflight};
use crate::origin::{self, Origin};
use http::StatusCode;

/// What the policy says about an origin.
enum OriginVerdict<'r> {
    Allowed { consulted: Consulted },
    Refused { consulted: Consulted },
    Ask { origin: Origin<'r>, consulted: Consulted },
}

/// Whether a request is an `OPTIONS`, and whether it is a preflight.
struct Kind<'r, V> {
    options: bool,
    /// `Access-Control-Request-Method`, if it is a preflight.
    method: Option<FirstLine<'r, V>>,
}

impl Compiled {
    /// Whether the simple response headers are the same for every request.
    /// [Fetch, CORS protocol and HTTP caches](https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches)
    #[inline]
    pub(crate) fn is_constant(&self) -> bool {
        let one_answer = if self.origins.any { !self.reflects() } else { self.origins.is_one() };
        one_answer && self.closure.is_none() && self.asks.is_none() && !self.forbids()
    }

    /// Whether there are actual requests from disallowed origins that the handler does not see.
    pub(crate) fn forbids(&self) -> bool {
        self.disallowed_origin != DisallowedOrigin::Forward
    }

    /// Whether the handler does not see this request if its origin is disallowed.
    fn forbids_this<R: RequestHead>(&self, request: &R, preflight: bool) -> bool {
        match self.disallowed_origin {
            DisallowedOrigin::Forward => false,
            DisallowedOrigin::Forbid => true,
            DisallowedOrigin::ForbidUnsafe => preflight || is_unsafe(request),
        }
    }

    /// Whether `*` is answered with an echo, since browsers refuse a literal `*` with credentials.
    pub(crate) fn reflects(&self) -> bool {
        self.origins.any && self.credentials
    }

    /// Whether every origin that a browser can send is allowed.
    pub(crate) fn allows_all(&self) -> bool {
        self.origins.any && (!self.reflects() || self.danger.allow_null_origin)
    }

    /// Whether checks do not see origins that anyone on the network can impersonate.
    pub(crate) fn needs_tls(&self) -> bool {
        self.credentials && !self.danger.allow_insecure_origins
    }

    /// Whether the answer to a preflight depends on `Access-Control-Request-Headers`.
    pub(crate) fn reads_request_headers(&self) -> bool {
        self.refused_preflight == RefusedPreflight::Conceal
            || self.preflight_continue
            || self.headers.any
    }

    /// The plan for requests that are not preflights, if it is the same for all.
    pub(crate) fn constant(&self) -> Plan {
        self.not_cors(false, Consulted::default(), false).plan
    }

    #[inline]
    pub(crate) fn begin<'r, R: RequestHead>(
        &self,
        request: &'r R,
        origin: Option<&FirstLine<'r, R::Value>>,
    ) -> Step<'r> {
        match self.foreign_host(request) {
            Some(_) => Step::Decided(self.forbidden(Found::HostNotOwn, VaryOn::NOTHING)),
            None => self.begin_at_own(request, origin),
        }
    }

    /// The authority that the request is for, if it is not one of the server's own.
    #[inline]
    pub(crate) fn foreign_host<'r, R: RequestHead>(&self, request: &'r R) -> Option<&'r [u8]> {
        let hosts = self.own_hosts.as_ref()?;
        match request.authority() {
            Some(authority) if hosts.contains(authority) => None,
            authority => Some(authority.unwrap_or_default()),
        }
    }

    /// Decides on a request for one of the server's own hosts.
    // Always, so that the outcome stays in a register.
    #[inline(always)]
    pub(crate) fn begin_at_own<'r, R: RequestHead>(
        &self,
        request: &'r R,
        origin: Option<&FirstLine<'r, R::Value>>,
    ) -> Step<'r> {
        let options = is_options(request);
        let Some(origin) = origin else {
            return Step::Decided(self.without_origin(request, options));
        };
        let method =
            if options { FirstLine::of(request, RequestHeader::RequestMethod) } else { None };
        let kind = Kind { options, method };
        match self.judge_origin(request, origin) {
            OriginVerdict::Allowed { consulted } => {
                Step::Decided(self.allow_origin(request, &kind, consulted))
            }
            OriginVerdict::Refused { consulted } => {
                Step::Decided(self.refuse_origin(request, &kind, origin, consulted))
            }
            OriginVerdict::Ask { origin: parsed, consulted } => Step::Ask {
                origin: parsed,
                allowed: self.allow_origin(request, &kind, consulted),
                refused: self.refuse_origin(request, &kind, origin, consulted),
            },
        }
    }

    /// The decision, including the reason for a refusal even if the answer does not depend on it.
    pub(crate) fn decision<'r, R: RequestHead>(
        &self,
        request: &'r R,
        found: Found,
    ) -> Decision<'r> {
        let reason = match found {
            Found::NotCors => return Decision::NotCors,
            Found::Simple => return Decision::Simple,
            Found::Preflight => {
                let method = FirstLine::of(request, RequestHeader::RequestMethod);
                let method = method.map_or(Ok(()), |method| self.judge_method(&method));
                return preflight_decision(method, self.judge_headers(request));
            }
            Found::OriginRefused => match FirstLine::of(request, RequestHeader::Origin) {
                Some(FirstLine { repeated: true, .. }) => Reason::OriginRepeated,
                lines => {
                    let origin = lines.map_or(&[][..], |lines| lines.first.as_ref());
                    let well_formed = origin == b"null" || Origin::check(origin).is_ok();
                    if well_formed {
                        Reason::OriginNotAllowed(origin)
                    } else {
                        Reason::OriginMalformed(origin)
                    }
                }
            },
            Found::CrossOrigin => {
                Reason::CrossOrigin(cross_origin_site(request).unwrap_or_default())
            }
            Found::HostNotOwn => Reason::HostNotOwn(request.authority().unwrap_or_default()),
        };
        Decision::Reject(reason)
    }

    #[inline(always)]
    fn judge_origin<'r, R: RequestHead>(
        &self,
        request: &'r R,
        origin: &FirstLine<'r, R::Value>,
    ) -> OriginVerdict<'r> {
        let nobody = Consulted::default();
        let allowed = OriginVerdict::Allowed { consulted: nobody };
        if self.origins.any && !self.reflects() {
            return allowed;
        }
        let refused = OriginVerdict::Refused { consulted: nobody };
        if origin.repeated {
            return refused;
        }
        let bytes = origin.first.as_ref();
        if !self.origins.any && self.origins.patterns.contains(bytes) {
            return allowed;
        }
        if bytes == b"null" && self.origins.any && self.danger.allow_null_origin {
            return allowed;
        }
        let listed =
            self.origins.any || self.origins.has_regexes() && self.origins.matches_regex(bytes);
        if !listed && self.closure.is_none() && self.asks.is_none() {
            return refused;
        }
        if listed {
            let well_formed = Origin::check(bytes).is_ok();
            return if well_formed { allowed } else { refused };
        }
        let Ok(origin) = Origin::parse(bytes) else {
            return refused;
        };
        let secure = !self.needs_tls() || !origin.is_insecure();
        let closure = self.closure.as_ref().filter(|_| secure);
        if closure.is_some_and(|closure| closure.allows(origin, request)) {
            return OriginVerdict::Allowed { consulted: Consulted { closure: true, ..nobody } };
        }
        let consulted =
            Consulted { closure: closure.is_some(), ask: self.asks.is_some() && secure };
        if consulted.ask {
            return OriginVerdict::Ask { origin, consulted };
        }
        OriginVerdict::Refused { consulted }
    }

    #[inline]
    fn not_cors(&self, options: bool, consulted: Consulted, fetch_site: bool) -> Outcome {
        let headers =
            if self.is_constant() { ResponseHeaderSet::Simple } else { ResponseHeaderSet::None };
        let vary = vary_on(options, consulted, fetch_site);
        Outcome { found: Found::NotCors, plan: Plan { status: None, headers, vary } }
    }

    #[inline(always)]
    fn allow_origin<'r, R: RequestHead>(
        &self,
        request: &'r R,
        kind: &Kind<'r, R::Value>,
        consulted: Consulted,
    ) -> Outcome {
        if let Some(method) = &kind.method {
            return self.preflight(request, method);
        }
        let vary = vary_on(kind.options, consulted, false);
        let plan = Plan { status: None, headers: ResponseHeaderSet::Simple, vary };
        Outcome { found: Found::Simple, plan }
    }

    /// A request without `Origin`. It is not CORS, unless it may change something and the browser says
    /// that another origin sent it.
    #[inline]
    fn without_origin<R: RequestHead>(&self, request: &R, options: bool) -> Outcome {
        let reads_site = self.forbids() && is_unsafe(request);
        if reads_site && cross_origin_site(request).is_some() {
            return self
                .forbidden(Found::CrossOrigin, vary_on(options, Consulted::default(), true));
        }
        self.not_cors(options, Consulted::default(), reads_site)
    }

    fn forbidden(&self, found: Found, vary: VaryOn) -> Outcome {
        let headers = ResponseHeaderSet::None;
        Outcome { found, plan: Plan { status: Some(StatusCode::FORBIDDEN), headers, vary } }
    }

    #[inline(always)]
    fn refuse_origin<'r, R: RequestHead>(
        &self,
        request: &R,
        kind: &Kind<'r, R::Value>,
        origin: &FirstLine<'r, R::Value>,
        consulted: Consulted,
    ) -> Outcome {
        let preflight = kind.method.is_some();
        let forbids = self.forbids_this(request, preflight);
        if forbids && is_own(request, origin) {
            return self.not_cors(kind.options, consulted, true);
        }
        if preflight || forbids {
            let vary = vary_on(kind.options, consulted, forbids);
            return self.forbidden(Found::OriginRefused, vary);
        }
        let plan = self.not_cors(kind.options, consulted, false).plan;
        Outcome { found: Found::OriginRefused, plan }
    }

    /// A preflight from an allowed origin.
    fn preflight<'r, R: RequestHead>(
        &self,
        request: &'r R,
        method: &FirstLine<'r, R::Value>,
    ) -> Outcome {
        let reads_headers = self.reads_request_headers();
        let method = (self.methods.any || reads_headers).then(|| self.judge_method(method));
        let asked = reads_headers.then(|| self.judge_headers(request));
        let refused = match (method, asked) {
            (Some(method), Some(asked)) => preflight_decision(method, asked) != Decision::Preflight,
            _ => false,
        };
        let (found, vary) = (Found::Preflight, VaryOn::OPTIONS);
        if refused && self.refused_preflight == RefusedPreflight::Conceal {
            return self.forbidden(found, vary);
        }
        let methods = match method {
            Some(Err(_)) if self.methods.any => Methods::Safelisted,
            Some(Ok(())) if self.methods.any && self.credentials => Methods::Echo,
            _ => Methods::Policy,
        };
        let headers = match asked {
            Some(asked) if self.headers.any => match asked {
                AskedHeaders::TooLong => Headers::Omit,
                // With a literal `*`, browsers would send what was just refused.
                AskedHeaders::Refused(_) => Headers::EchoAllowed,
                AskedHeaders::Allowed { .. } if !self.credentials => Headers::Policy,
                AskedHeaders::Allowed { verbatim: true } => Headers::EchoVerbatim,
                AskedHeaders::Allowed { verbatim: false } => Headers::EchoAllowed,
            },
            _ => Headers::Policy,
        };
        let private_network = self.private_network
            && only(request.lines(RequestHeader::RequestPrivateNetwork)) == Some(b"true");
        let goes_on = !refused && self.preflight_continue;
        let status = self.preflight_status.unwrap_or(StatusCode::NO_CONTENT);
        let headers = ResponseHeaderSet::Preflight { methods, headers, private_network };
        Outcome { found, plan: Plan { status: (!goes_on).then_some(status), headers, vary } }
    }

    fn judge_headers<'r, R: RequestHead>(&self, request: &'r R) -> AskedHeaders<'r> {
        // `judge` may read the lines twice. A single line is looked up once.
        const NAME: RequestHeader = RequestHeader::RequestHeaders;
        let (one, all) = match FirstLine::of(request, NAME) {
            None => (None, false),
            Some(FirstLine { first, repeated: false }) => (Some(first), false),
            Some(_) => (None, true),
        };
        self.headers.judge(|| {
            let all = all.then(|| request.lines(NAME)).into_iter().flatten();
            one.into_iter().chain(all).map(AsRef::as_ref)
        })
    }

    fn judge_method<'r, V: AsRef<[u8]>>(&self, lines: &FirstLine<'r, V>) -> Result<(), Reason<'r>> {
        if lines.repeated {
            return Err(Reason::MethodRepeated);
        }
        let method = lines.first.as_ref();
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

fn preflight_decision<'r>(method: Result<(), Reason<'r>>, asked: AskedHeaders<'r>) -> Decision<'r> {
    let refused = method.err().or(match asked {
        AskedHeaders::Allowed { .. } => None,
        AskedHeaders::Refused(name) => Some(Reason::HeaderNotAllowed(name)),
        AskedHeaders::TooLong => Some(Reason::HeadersTooLong),
    });
    refused.map_or(Decision::Preflight, Decision::Reject)
}

pub(crate) fn is_options<R: RequestHead>(request: &R) -> bool {
    request.method() == "OPTIONS"
}

fn vary_on(options: bool, consulted: Consulted, fetch_site: bool) -> VaryOn {
    if options { VaryOn::OPTIONS } else { VaryOn::cacheable(consulted, fetch_site) }
}

/// The only line of a header, or `None` if there is not exactly one.
pub(crate) fn only<'r, V: AsRef<[u8]> + 'r>(
    mut lines: impl Iterator<Item = &'r V>,
) -> Option<&'r [u8]> {
    lines.next().filter(|_| lines.next().is_none()).map(AsRef::as_ref)
}

/// Whether the method is not safe, or the request is a WebSocket's handshake: a GET in HTTP/1.1, and
/// in HTTP/2 a CONNECT.
/// [RFC 9110, 9.2.1](https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1),
/// [RFC 6455, 4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1)
fn is_unsafe<R: RequestHead>(request: &R) -> bool {
    let is_safe = matches!(request.method(), "GET" | "HEAD" | "OPTIONS" | "TRACE");
    let upgrades = request.lines(RequestHeader::Upgrade);
    let mut names = upgrades.flat_map(|line| elements(line.as_ref()));
    !is_safe || names.any(|name| name.eq_ignore_ascii_case(b"websocket"))
}

/// What `Sec-Fetch-Site` says if another origin sent the request.
/// [Fetch Metadata, Sec-Fetch-Site](https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header)
fn cross_origin_site<R: RequestHead>(request: &R) -> Option<&[u8]> {
    let mut lines = request.lines(RequestHeader::FetchSite).map(AsRef::as_ref);
    lines.find(|line| matches!(*line, b"cross-site" | b"same-site"))
}

/// Whether a request from a disallowed origin comes from this server's own pages, or from no page at
/// all. `Sec-Fetch-Site` decides if it is present: `http:` and `https:` pages can share an authority,
/// and those of other schemes can claim any.
fn is_own<R: RequestHead>(request: &R, origin: &FirstLine<'_, R::Value>) -> bool {
    if request.lines(RequestHeader::FetchSite).next().is_some() {
        let site = only(request.lines(RequestHeader::FetchSite));
        return matches!(site, Some(b"same-origin" | b"none"));
    }
    !origin.repeated && is_own_origin(request, origin.first.as_ref())
}

/// Whether an `http` or `https` origin has the host and port that the request was sent to.
fn is_own_origin<R: RequestHead>(request: &R, origin: &[u8]) -> bool {
    let parsed = Origin::parse(origin).ok();
    let authority = request.authority().and_then(|bytes| str::from_utf8(bytes).ok());
    let (Some(origin), Some(authority)) = (parsed, authority) else { return false };
    if !matches!(origin.scheme(), "http" | "https") {
        return false;
    }
    let Some((host, port)) = own_hosts::split(authority) else { return false };
    let port = match port {
        "" => origin::default_port(origin.scheme()),
        digits => match digits.parse() {
            Ok(port) => Some(port),
            Err(_) => return false,
        },
    };
    host.eq_ignore_ascii_case(origin.host()) && port == origin.port_or_default()
}
