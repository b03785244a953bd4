//! The steps of the standard: each has a name, a place to read it, and what it says.

/// A step of the Fetch Standard that the model takes.
///
/// ```
/// use cors_core::browser::Step;
///
/// let step = Step::PreflightHeader;
/// assert_eq!(step.id(), "preflight-header");
/// assert_eq!(step.section(), "CORS-preflight fetch, step 7.7");
/// assert_eq!(step.url(), "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// The URL must parse.
    UrlFailure,
    /// The URL must hold no user name or password.
    UrlCredentials,
    /// The method must be one, and none that is forbidden.
    RequestMethod,
    /// DELETE, GET, HEAD, OPTIONS, POST and PUT are written in upper case.
    NormalizeMethod,
    /// `no-cors` takes GET, HEAD and POST.
    NoCorsMethod,
    /// Header names are tokens, values hold no line breaks.
    RequestHeader,
    /// Some headers are the browser's alone, or not for `no-cors`: dropped.
    DropHeader,
    /// GET and HEAD have no body.
    RequestBody,
    /// A stream is not sent in `no-cors`.
    RequestStream,
    /// Some ports are no web server's.
    BadPort,
    /// A page over TLS asks nothing of the open network.
    MixedContent,
    /// Mode `same-origin` asks no other origin.
    SameOriginMode,
    /// Mode `no-cors` follows redirects.
    NoCorsRedirectMode,
    /// Only HTTP(S) is asked across origins.
    UrlScheme,
    /// Whether the response is basic, opaque, or shared by CORS.
    ResponseTainting,
    /// Which headers are not safelisted.
    UnsafeHeaderNames,
    /// Whether a preflight is needed.
    PreflightNeeded,
    /// Whether the preflight cache already knows.
    PreflightCache,
    /// The preflight's response names an origin.
    PreflightAllowOriginMissing,
    /// It is the page's.
    PreflightAllowOriginMismatch,
    /// With credentials, it allows them.
    PreflightAllowCredentials,
    /// The preflight's status is one of success.
    PreflightStatus,
    /// The preflight's lists can be read.
    PreflightListSyntax,
    /// The preflight allows the method.
    PreflightMethod,
    /// The preflight allows `authorization` by name.
    PreflightAuthorization,
    /// The preflight allows each header that is not safelisted.
    PreflightHeader,
    /// The preflight's answer is kept.
    PreflightStored,
    /// The request cannot be sent, or nothing came back.
    Network,
    /// The response names an origin.
    AllowOriginMissing,
    /// It is the page's.
    AllowOriginMismatch,
    /// With credentials, it allows them.
    AllowCredentials,
    /// The response passes the CORS check.
    CorsCheck,
    /// `Cross-Origin-Resource-Policy` keeps a `no-cors` response from other origins or sites.
    ResourcePolicy,
    /// Redirect mode `error`.
    RedirectModeError,
    /// `Location` must parse.
    RedirectLocation,
    /// A redirect leads to HTTP(S).
    RedirectScheme,
    /// Twenty redirects are enough.
    RedirectCount,
    /// No redirect across origins to a URL with a user name or password.
    RedirectCredentials,
    /// A stream cannot be sent twice.
    RedirectBody,
    /// What a redirect changes in the request.
    Redirect,
    /// What the script sees of the response.
    FilterResponse,
}

struct About {
    id: &'static str,
    section: &'static str,
    url: &'static str,
    rule: &'static str,
}

const FETCH: &str = "https://fetch.spec.whatwg.org/";

impl Step {
    /// Its name, which stays the same from release to release.
    pub fn id(self) -> &'static str {
        self.about().id
    }

    /// The algorithm and the step's number in it.
    pub fn section(self) -> &'static str {
        self.about().section
    }

    /// Where to read it.
    pub fn url(self) -> String {
        let url = self.about().url;
        if url.starts_with('#') { format!("{FETCH}{url}") } else { url.to_owned() }
    }

    /// What it demands, in the standard's terms.
    pub fn rule(self) -> &'static str {
        self.about().rule
    }

    fn about(self) -> About {
        let about = |id, section, url, rule| About { id, section, url, rule };
        match self {
            Self::UrlFailure => about(
                "url-failure",
                "new Request(), step 5.2",
                "#dom-request",
                "if parsedURL is failure, throw a TypeError",
            ),
            Self::UrlCredentials => about(
                "url-credentials",
                "new Request(), step 5.3",
                "#dom-request",
                "if parsedURL includes credentials, throw a TypeError",
            ),
            Self::RequestMethod => about(
                "request-method",
                "new Request(), step 25.2",
                "#dom-request",
                "if method is not a method or is a forbidden method, throw a TypeError",
            ),
            Self::NormalizeMethod => about(
                "normalize-method",
                "new Request(), step 25.3",
                "#concept-method-normalize",
                "byte-uppercase DELETE, GET, HEAD, OPTIONS, POST and PUT, and no other method",
            ),
            Self::NoCorsMethod => about(
                "no-cors-method",
                "new Request(), step 32.1",
                "#dom-request",
                "with mode no-cors, if the method is not CORS-safelisted, throw a TypeError",
            ),
            Self::RequestHeader => about(
                "request-header",
                "Headers, validate, step 1",
                "#headers-validate",
                "if name is not a header name or value is not a header value, throw a TypeError",
            ),
            Self::DropHeader => about(
                "drop-header",
                "Headers, append",
                "#concept-headers-append",
                "a forbidden request-header is not appended, nor with mode no-cors one that is not \
                 no-CORS-safelisted",
            ),
            Self::RequestBody => about(
                "request-body",
                "new Request(), step 35",
                "#dom-request",
                "if there is a body and the method is GET or HEAD, throw a TypeError",
            ),
            Self::RequestStream => about(
                "request-stream",
                "new Request(), step 39.2",
                "#dom-request",
                "if the body has no source and the mode is neither same-origin nor cors, throw a \
                 TypeError",
            ),
            Self::BadPort => about(
                "bad-port",
                "main fetch, step 7",
                "#block-bad-port",
                "a request to a bad port is blocked",
            ),
            Self::MixedContent => about(
                "mixed-content",
                "main fetch, step 7",
                "https://w3c.github.io/webappsec-mixed-content/#should-block-fetch",
                "a request for mixed content is blocked",
            ),
            Self::SameOriginMode => about(
                "same-origin-mode",
                "main fetch, step 12",
                "#concept-main-fetch",
                "with mode same-origin, another origin is a network error",
            ),
            Self::NoCorsRedirectMode => about(
                "no-cors-redirect-mode",
                "main fetch, step 12",
                "#concept-main-fetch",
                "with mode no-cors, a redirect mode other than follow is a network error",
            ),
            Self::UrlScheme => about(
                "url-scheme",
                "main fetch, step 12",
                "#concept-main-fetch",
                "a scheme that is not an HTTP(S) scheme is a network error",
            ),
            Self::ResponseTainting => about(
                "response-tainting",
                "main fetch, step 12",
                "#concept-main-fetch",
                "same origin: basic; mode no-cors: opaque; otherwise cors",
            ),
            Self::UnsafeHeaderNames => about(
                "unsafe-header-names",
                "CORS-unsafe request-header names",
                "#cors-unsafe-request-header-names",
                "names of the headers that are not CORS-safelisted by name, value and length",
            ),
            Self::PreflightNeeded => about(
                "preflight-needed",
                "main fetch, step 12",
                "#concept-main-fetch",
                "a preflight is made if the use-CORS-preflight flag is set, the method is not \
                 CORS-safelisted, or there are CORS-unsafe request-header names",
            ),
            Self::PreflightCache => about(
                "preflight-cache",
                "HTTP fetch, step 4.1",
                "#concept-http-fetch",
                "no preflight if the CORS-preflight cache matches the method and each unsafe header",
            ),
            Self::PreflightAllowOriginMissing => about(
                "preflight-allow-origin-missing",
                "CORS-preflight fetch, step 7; CORS check, step 2",
                "#concept-cors-check",
                "if Access-Control-Allow-Origin is null, return failure",
            ),
            Self::PreflightAllowOriginMismatch => about(
                "preflight-allow-origin-mismatch",
                "CORS-preflight fetch, step 7; CORS check, step 4",
                "#concept-cors-check",
                "if the byte-serialized request origin is not Access-Control-Allow-Origin, return \
                 failure",
            ),
            Self::PreflightAllowCredentials => about(
                "preflight-allow-credentials",
                "CORS-preflight fetch, step 7; CORS check, steps 6 to 8",
                "#concept-cors-check",
                "with credentials mode include, Access-Control-Allow-Credentials must be true",
            ),
            Self::PreflightStatus => about(
                "preflight-status",
                "CORS-preflight fetch, step 7",
                "#cors-preflight-fetch-0",
                "the preflight's response must have an ok status; a redirect is not followed",
            ),
            Self::PreflightListSyntax => about(
                "preflight-list-syntax",
                "CORS-preflight fetch, step 7.3",
                "#cors-preflight-fetch-0",
                "if methods or headerNames is failure, return a network error",
            ),
            Self::PreflightMethod => about(
                "preflight-method",
                "CORS-preflight fetch, step 7.5",
                "#cors-preflight-fetch-0",
                "if the method is not in methods, is not CORS-safelisted, and the credentials mode \
                 is include or methods has no *, return a network error",
            ),
            Self::PreflightAuthorization => about(
                "preflight-authorization",
                "CORS-preflight fetch, step 7.6",
                "#cors-preflight-fetch-0",
                "if a CORS non-wildcard request-header name is not an item in headerNames, return \
                 a network error",
            ),
            Self::PreflightHeader => about(
                "preflight-header",
                "CORS-preflight fetch, step 7.7",
                "#cors-preflight-fetch-0",
                "if an unsafeName is not an item in headerNames, and the credentials mode is \
                 include or headerNames has no *, return a network error",
            ),
            Self::PreflightStored => about(
                "preflight-stored",
                "CORS-preflight fetch, steps 7.8 to 7.15",
                "#cors-preflight-fetch-0",
                "methods and headerNames are cached for max-age, 5 seconds if there is none",
            ),
            Self::Network => about(
                "network",
                "HTTP-network fetch",
                "#concept-http-network-fetch",
                "without a connection or an answer, return a network error",
            ),
            Self::AllowOriginMissing => about(
                "allow-origin-missing",
                "HTTP fetch, step 4.4; CORS check, step 2",
                "#concept-cors-check",
                "if Access-Control-Allow-Origin is null, return failure",
            ),
            Self::AllowOriginMismatch => about(
                "allow-origin-mismatch",
                "HTTP fetch, step 4.4; CORS check, step 4",
                "#concept-cors-check",
                "if the byte-serialized request origin is not Access-Control-Allow-Origin, return \
                 failure",
            ),
            Self::AllowCredentials => about(
                "allow-credentials",
                "HTTP fetch, step 4.4; CORS check, steps 6 to 8",
                "#concept-cors-check",
                "with credentials mode include, Access-Control-Allow-Credentials must be true",
            ),
            Self::CorsCheck => about(
                "cors-check",
                "HTTP fetch, step 4.4",
                "#concept-cors-check",
                "if a CORS check for request and response returns failure, return a network error",
            ),
            Self::ResourcePolicy => about(
                "resource-policy",
                "HTTP fetch, step 5",
                "#cross-origin-resource-policy-check",
                "if the cross-origin resource policy check returns blocked, return a network error",
            ),
            Self::RedirectModeError => about(
                "redirect-mode-error",
                "HTTP fetch, step 6.3",
                "#concept-http-fetch",
                "with redirect mode error, a redirect status is a network error",
            ),
            Self::RedirectLocation => about(
                "redirect-location",
                "HTTP-redirect fetch, step 5",
                "#concept-http-redirect-fetch",
                "if locationURL is failure, return a network error",
            ),
            Self::RedirectScheme => about(
                "redirect-scheme",
                "HTTP-redirect fetch, step 6",
                "#concept-http-redirect-fetch",
                "if locationURL's scheme is not an HTTP(S) scheme, return a network error",
            ),
            Self::RedirectCount => about(
                "redirect-count",
                "HTTP-redirect fetch, step 7",
                "#concept-http-redirect-fetch",
                "if the redirect count is 20, return a network error",
            ),
            Self::RedirectCredentials => about(
                "redirect-credentials",
                "HTTP-redirect fetch, steps 9 and 10",
                "#concept-http-redirect-fetch",
                "if locationURL includes credentials and another origin is involved, return a \
                 network error",
            ),
            Self::RedirectBody => about(
                "redirect-body",
                "HTTP-redirect fetch, step 11",
                "#concept-http-redirect-fetch",
                "if the status is not 303 and the body has no source, return a network error",
            ),
            Self::Redirect => about(
                "redirect",
                "HTTP-redirect fetch, steps 12 to 22",
                "#concept-http-redirect-fetch",
                "the request goes on to locationURL, without authorization if that is another \
                 origin",
            ),
            Self::FilterResponse => about(
                "filter-response",
                "main fetch, step 14",
                "#concept-filtered-response",
                "a CORS filtered response has the CORS-safelisted response-headers only",
            ),
        }
    }
}

/// A step that was taken, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The step.
    pub step: Step,
    /// What came of it here, in a few words.
    pub says: String,
    /// Whether it ended the fetch.
    pub failed: bool,
}

impl Taken {
    pub(super) fn passed(step: Step, says: impl Into<String>) -> Self {
        Self { step, says: says.into(), failed: false }
    }

    pub(super) fn failed(step: Step, says: impl Into<String>) -> Self {
        Self { step, says: says.into(), failed: true }
    }
}
