//! The steps of the standard, each with its name, its section, a link, and its rule.

/// Everything about a step in one place: whether it can end a fetch, its name, its section, the
/// link, and its rule.
macro_rules! steps {
    ($($(#[doc = $doc:literal])+ $step:ident, $fails:literal, $id:literal, $section:literal, $url:literal, $rule:literal;)+) => {
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
            $($(#[doc = $doc])+ $step,)+
        }

        impl Step {
            /// Every step, in the order in which a fetch takes them.
            ///
            /// ```
            /// use cors_core::browser::Step;
            ///
            /// let failing: Vec<_> = Step::ALL.iter().filter(|step| step.can_fail()).collect();
            /// assert_eq!(failing[0].id(), "url-failure");
            /// ```
            pub const ALL: &[Self] = &[$(Self::$step),+];

            fn about(self) -> About {
                match self {
                    $(Self::$step => About {
                        id: $id,
                        section: $section,
                        url: $url,
                        rule: $rule,
                        can_fail: $fails,
                    },)+
                }
            }
        }
    };
}

struct About {
    id: &'static str,
    section: &'static str,
    url: &'static str,
    rule: &'static str,
    can_fail: bool,
}

const FETCH: &str = "https://fetch.spec.whatwg.org/";

impl Step {
    /// Its name, which is stable across releases.
    pub fn id(self) -> &'static str {
        self.about().id
    }

    /// The algorithm and the number of the step.
    pub fn section(self) -> &'static str {
        self.about().section
    }

    /// A link to the standard.
    pub fn url(self) -> String {
        let url = self.about().url;
        if url.starts_with('#') { format!("{FETCH}{url}") } else { url.to_owned() }
    }

    /// Its rule, in the standard's terms.
    pub fn rule(self) -> &'static str {
        self.about().rule
    }

    /// Whether a fetch can fail at it.
    pub fn can_fail(self) -> bool {
        self.about().can_fail
    }
}

/// A step that the browser took, and its result.
///
/// ```
/// use cors_core::Policy;
/// use cors_core::browser::{Fetch, Taken};
/// use cors_core::explain::explain;
///
/// let policy = Policy::for_origins(["https://*.example.com"]).build()?;
/// let explanation = explain(&policy, &Fetch::new("https://evil.test", "https://api.example/"));
/// let taken: &Taken = explanation.failed().unwrap();
/// assert!(taken.failed && taken.step.can_fail());
/// assert_eq!(taken.says, "no Access-Control-Allow-Origin");
/// assert_eq!(taken.step.id(), "allow-origin-missing");
/// assert_eq!(taken.step.rule(), "if Access-Control-Allow-Origin is null, return failure");
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Taken {
    /// The step.
    pub step: Step,
    /// The result, in a few words.
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

steps! {
    /// The URL must parse.
    UrlFailure, true, "url-failure", "new Request(), step 5.2",
        "#dom-request",
        "if parsedURL is failure, throw a TypeError";

    /// The URL must contain no user name or password.
    UrlCredentials, true, "url-credentials", "new Request(), step 5.3",
        "#dom-request",
        "if parsedURL includes credentials, throw a TypeError";

    /// A WebSocket's URL must have a scheme for it, and no fragment.
    WebSocketUrl, true, "websocket-url", "new WebSocket(), steps 5 to 8",
        "https://websockets.spec.whatwg.org/#dom-websocket-websocket",
        "if the scheme is not ws or wss, or the fragment is non-null, throw a SyntaxError";

    /// The method must be valid and not forbidden.
    RequestMethod, true, "request-method", "new Request(), step 25.2",
        "#dom-request",
        "if method is not a method or is a forbidden method, throw a TypeError";

    /// DELETE, GET, HEAD, OPTIONS, POST and PUT become upper case.
    NormalizeMethod, false, "normalize-method", "new Request(), step 25.3",
        "#concept-method-normalize",
        "byte-uppercase DELETE, GET, HEAD, OPTIONS, POST and PUT, and no other method";

    /// Mode `no-cors` allows GET, HEAD and POST.
    NoCorsMethod, true, "no-cors-method", "new Request(), step 32.1",
        "#dom-request",
        "with mode no-cors, if the method is not CORS-safelisted, throw a TypeError";

    /// Header names must be tokens, and values must not contain line breaks.
    RequestHeader, true, "request-header", "Headers, validate, step 1",
        "#headers-validate",
        "if name is not a header name or value is not a header value, throw a TypeError";

    /// The browser drops headers that only it may set, or that `no-cors` does not allow.
    DropHeader, false, "drop-header", "Headers, append",
        "#concept-headers-append",
        "a forbidden request-header is not appended, nor with mode no-cors one that is not \
         no-CORS-safelisted";

    /// GET and HEAD must not have a body.
    RequestBody, true, "request-body", "new Request(), step 35",
        "#dom-request",
        "if there is a body and the method is GET or HEAD, throw a TypeError";

    /// Mode `no-cors` does not send streams.
    RequestStream, true, "request-stream", "new Request(), step 39.2",
        "#dom-request",
        "if the body has no source and the mode is neither same-origin nor cors, throw a \
         TypeError";

    /// An image of a page over TLS is requested over TLS.
    Upgrade, false, "upgrade", "main fetch, step 5",
        "https://w3c.github.io/webappsec-mixed-content/#upgrade-algorithm",
        "an image, audio or video from a host with a name is upgraded to https";

    /// Browsers block some ports.
    BadPort, true, "bad-port", "main fetch, step 7",
        "#block-bad-port",
        "a request to a bad port is blocked";

    /// A page over TLS must not send requests without TLS.
    MixedContent, true, "mixed-content", "main fetch, step 7",
        "https://w3c.github.io/webappsec-mixed-content/#should-block-fetch",
        "a request for mixed content is blocked";

    /// Mode `same-origin` does not reach other origins.
    SameOriginMode, true, "same-origin-mode", "main fetch, step 12",
        "#concept-main-fetch",
        "with mode same-origin, another origin is a network error";

    /// Mode `no-cors` must follow redirects.
    NoCorsRedirectMode, true, "no-cors-redirect-mode", "main fetch, step 12",
        "#concept-main-fetch",
        "with mode no-cors, a redirect mode other than follow is a network error";

    /// Requests across origins must use HTTP(S).
    UrlScheme, true, "url-scheme", "main fetch, step 12",
        "#concept-main-fetch",
        "a scheme that is not an HTTP(S) scheme is a network error";

    /// Whether the response is basic, opaque, or subject to CORS.
    ResponseTainting, false, "response-tainting", "main fetch, step 12",
        "#concept-main-fetch",
        "same origin: basic; mode no-cors: opaque; otherwise cors";

    /// The user must agree to requests of a public page to a more private network.
    LocalNetworkAccess, true, "local-network-access", "Local Network Access, check",
        "https://wicg.github.io/local-network-access/#local-network-access-check",
        "a request to a more private address space needs a secure context and the user's permission";

    /// Which headers are not safelisted.
    UnsafeHeaderNames, false, "unsafe-header-names", "CORS-unsafe request-header names",
        "#cors-unsafe-request-header-names",
        "names of the headers that are not CORS-safelisted by name, value and length";

    /// Whether a preflight is needed.
    PreflightNeeded, false, "preflight-needed", "main fetch, step 12",
        "#concept-main-fetch",
        "a preflight is made if the use-CORS-preflight flag is set, the method is not CORS- \
         safelisted, or there are CORS-unsafe request-header names";

    /// Whether the preflight cache already allows the request.
    PreflightCache, false, "preflight-cache", "HTTP fetch, step 4.1",
        "#concept-http-fetch",
        "no preflight if the CORS-preflight cache matches the method and each unsafe header";

    /// The preflight response must name an origin.
    PreflightAllowOriginMissing, true, "preflight-allow-origin-missing", "CORS-preflight fetch, step 7; CORS check, step 2",
        "#concept-cors-check",
        "if Access-Control-Allow-Origin is null, return failure";

    /// It must be the page's origin.
    PreflightAllowOriginMismatch, true, "preflight-allow-origin-mismatch", "CORS-preflight fetch, step 7; CORS check, step 4",
        "#concept-cors-check",
        "if the byte-serialized request origin is not Access-Control-Allow-Origin, return \
         failure";

    /// With credentials, the preflight response must allow them.
    PreflightAllowCredentials, true, "preflight-allow-credentials", "CORS-preflight fetch, step 7; CORS check, steps 6 to 8",
        "#concept-cors-check",
        "with credentials mode include, Access-Control-Allow-Credentials must be true";

    /// The preflight's status must be a success.
    PreflightStatus, true, "preflight-status", "CORS-preflight fetch, step 7",
        "#cors-preflight-fetch-0",
        "the preflight's response must have an ok status; a redirect is not followed";

    /// The preflight's lists must be valid.
    PreflightListSyntax, true, "preflight-list-syntax", "CORS-preflight fetch, step 7.3",
        "#cors-preflight-fetch-0",
        "if methods or headerNames is failure, return a network error";

    /// The preflight must allow the method.
    PreflightMethod, true, "preflight-method", "CORS-preflight fetch, step 7.5",
        "#cors-preflight-fetch-0",
        "if the method is not in methods, is not CORS-safelisted, and the credentials mode is \
         include or methods has no *, return a network error";

    /// The preflight must allow `authorization` by name.
    PreflightAuthorization, true, "preflight-authorization", "CORS-preflight fetch, step 7.6",
        "#cors-preflight-fetch-0",
        "if a CORS non-wildcard request-header name is not an item in headerNames, return a \
         network error";

    /// The preflight must allow each header that is not safelisted.
    PreflightHeader, true, "preflight-header", "CORS-preflight fetch, step 7.7",
        "#cors-preflight-fetch-0",
        "if an unsafeName is not an item in headerNames, and the credentials mode is include or \
         headerNames has no *, return a network error";

    /// The preflight response is cached.
    PreflightStored, false, "preflight-stored", "CORS-preflight fetch, steps 7.8 to 7.15",
        "#cors-preflight-fetch-0",
        "methods and headerNames are cached for max-age, 5 seconds if there is none";

    /// The request must be sent and answered.
    Network, true, "network", "HTTP-network fetch",
        "#concept-http-network-fetch",
        "without a connection or an answer, return a network error";

    /// The response must name an origin.
    AllowOriginMissing, true, "allow-origin-missing", "HTTP fetch, step 4.4; CORS check, step 2",
        "#concept-cors-check",
        "if Access-Control-Allow-Origin is null, return failure";

    /// It must be the page's origin.
    AllowOriginMismatch, true, "allow-origin-mismatch", "HTTP fetch, step 4.4; CORS check, step 4",
        "#concept-cors-check",
        "if the byte-serialized request origin is not Access-Control-Allow-Origin, return \
         failure";

    /// With credentials, the response must allow them.
    AllowCredentials, true, "allow-credentials", "HTTP fetch, step 4.4; CORS check, steps 6 to 8",
        "#concept-cors-check",
        "with credentials mode include, Access-Control-Allow-Credentials must be true";

    /// The response passes the CORS check.
    CorsCheck, false, "cors-check", "HTTP fetch, step 4.4",
        "#concept-cors-check",
        "if a CORS check for request and response returns failure, return a network error";

    /// `Cross-Origin-Resource-Policy` must allow the page to load a `no-cors` response.
    ResourcePolicy, true, "resource-policy", "HTTP fetch, step 5",
        "#cross-origin-resource-policy-check",
        "if the cross-origin resource policy check returns blocked, return a network error";

    /// Redirect mode `error` allows no redirects.
    RedirectModeError, true, "redirect-mode-error", "HTTP fetch, step 6.3",
        "#concept-http-fetch",
        "with redirect mode error, a redirect status is a network error";

    /// `Location` must parse.
    RedirectLocation, true, "redirect-location", "HTTP-redirect fetch, step 5",
        "#concept-http-redirect-fetch",
        "if locationURL is failure, return a network error";

    /// A redirect must lead to HTTP(S).
    RedirectScheme, true, "redirect-scheme", "HTTP-redirect fetch, step 6",
        "#concept-http-redirect-fetch",
        "if locationURL's scheme is not an HTTP(S) scheme, return a network error";

    /// At most twenty redirects.
    RedirectCount, true, "redirect-count", "HTTP-redirect fetch, step 7",
        "#concept-http-redirect-fetch",
        "if the redirect count is 20, return a network error";

    /// A redirect across origins must not lead to a URL with a user name or password.
    RedirectCredentials, true, "redirect-credentials", "HTTP-redirect fetch, steps 9 and 10",
        "#concept-http-redirect-fetch",
        "if locationURL includes credentials and another origin is involved, return a network \
         error";

    /// A stream cannot be sent twice.
    RedirectBody, true, "redirect-body", "HTTP-redirect fetch, step 11",
        "#concept-http-redirect-fetch",
        "if the status is not 303 and the body has no source, return a network error";

    /// How a redirect changes the request.
    Redirect, false, "redirect", "HTTP-redirect fetch, steps 12 to 22",
        "#concept-http-redirect-fetch",
        "the request goes on to locationURL, without authorization if that is another origin";

    /// The server must accept a WebSocket's handshake.
    WebSocketStatus, true, "websocket-status", "establish a WebSocket connection, step 11.2",
        "https://websockets.spec.whatwg.org/#concept-websocket-establish",
        "if the response's status is not 101, fail the WebSocket connection";

    /// Which headers the script sees.
    FilterResponse, false, "filter-response", "main fetch, step 14",
        "#concept-filtered-response",
        "a CORS filtered response has the CORS-safelisted response-headers only";
}
