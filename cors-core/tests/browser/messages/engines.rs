//! What each engine can say about CORS: its own list of errors, and where the guide's page has them.

/// Where an engine's error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The page has a message with this part.
    OnPage(&'static str),
    /// It cannot occur, for this reason.
    Never(&'static str),
}

use Fate::{Never, OnPage};

const NOT_SENT: &str = "the header belonged to Private Network Access, which Chromium has removed";
const BLOCKER: &str = "only an extension's content blocker causes it";

/// Chromium's `Network.CorsError`, from its DevTools protocol.
pub const CHROMIUM: &[(&str, Fate)] = &[
    ("DisallowedByMode", OnPage("but the URL's origin is not same as the request origin")),
    ("InvalidResponse", Never("every HTTP response has a status")),
    (
        "WildcardOriginNotAllowed",
        OnPage(
            "blocked by CORS policy: The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard",
        ),
    ),
    (
        "MissingAllowOriginHeader",
        OnPage("blocked by CORS policy: No 'Access-Control-Allow-Origin' header"),
    ),
    (
        "MultipleAllowOriginValues",
        OnPage(
            "blocked by CORS policy: The 'Access-Control-Allow-Origin' header contains multiple values",
        ),
    ),
    (
        "InvalidAllowOriginValue",
        OnPage(
            "blocked by CORS policy: The 'Access-Control-Allow-Origin' header contains the invalid value",
        ),
    ),
    (
        "AllowOriginMismatch",
        OnPage("blocked by CORS policy: The 'Access-Control-Allow-Origin' header has a value"),
    ),
    (
        "InvalidAllowCredentials",
        OnPage(
            "blocked by CORS policy: The value of the 'Access-Control-Allow-Credentials' header",
        ),
    ),
    ("CorsDisabledScheme", OnPage("Cross origin requests are only supported for protocol schemes")),
    ("PreflightInvalidStatus", OnPage("It does not have HTTP ok status")),
    ("PreflightDisallowedRedirect", OnPage("Redirect is not allowed for a preflight request")),
    (
        "PreflightWildcardOriginNotAllowed",
        OnPage(
            "access control check: The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard",
        ),
    ),
    (
        "PreflightMissingAllowOriginHeader",
        OnPage("access control check: No 'Access-Control-Allow-Origin' header"),
    ),
    (
        "PreflightMultipleAllowOriginValues",
        OnPage(
            "access control check: The 'Access-Control-Allow-Origin' header contains multiple values",
        ),
    ),
    (
        "PreflightInvalidAllowOriginValue",
        OnPage(
            "access control check: The 'Access-Control-Allow-Origin' header contains the invalid value",
        ),
    ),
    (
        "PreflightAllowOriginMismatch",
        OnPage("access control check: The 'Access-Control-Allow-Origin' header has a value"),
    ),
    (
        "PreflightInvalidAllowCredentials",
        OnPage("access control check: The value of the 'Access-Control-Allow-Credentials' header"),
    ),
    ("PreflightMissingAllowExternal", Never(NOT_SENT)),
    ("PreflightInvalidAllowExternal", Never(NOT_SENT)),
    ("InvalidAllowMethodsPreflightResponse", OnPage("Cannot parse Access-Control-Allow-Methods")),
    ("InvalidAllowHeadersPreflightResponse", OnPage("Cannot parse Access-Control-Allow-Headers")),
    (
        "MethodDisallowedByPreflightResponse",
        OnPage("is not allowed by Access-Control-Allow-Methods in preflight response"),
    ),
    (
        "HeaderDisallowedByPreflightResponse",
        OnPage("is not allowed by Access-Control-Allow-Headers in preflight response"),
    ),
    (
        "RedirectContainsCredentials",
        OnPage("contains a username and password, which is disallowed"),
    ),
    ("InsecureLocalNetwork", OnPage("The request client is not a secure context")),
    ("InvalidLocalNetworkAccess", OnPage("Request had a target IP address space")),
    (
        "NoCorsRedirectModeNotFollow",
        OnPage("Request mode is \"no-cors\" but the redirect mode is not \"follow\""),
    ),
    ("LocalNetworkAccessPermissionDenied", OnPage("Permission was denied for this request")),
];

/// Firefox's texts in `security.properties` whose names begin with `CORS`.
pub const FIREFOX: &[(&str, Fate)] = &[
    ("CORSDisabled", Never("only the setting content.cors.disable causes it")),
    ("CORSDidNotSucceed2", OnPage("(Reason: CORS request did not succeed)")),
    ("CORSOriginHeaderNotAdded", Never("Firefox can always add the header")),
    (
        "CORSExternalRedirectNotAllowed",
        OnPage("(Reason: CORS request external redirect not allowed)"),
    ),
    ("CORSRequestNotHttp", OnPage("(Reason: CORS request not http)")),
    (
        "CORSMissingAllowOrigin2",
        OnPage("(Reason: CORS header ‘Access-Control-Allow-Origin’ missing)"),
    ),
    (
        "CORSMultipleAllowOriginNotAllowed",
        OnPage("(Reason: Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed)"),
    ),
    (
        "CORSAllowOriginNotMatchingOrigin",
        OnPage("(Reason: CORS header ‘Access-Control-Allow-Origin’ does not match"),
    ),
    ("CORSNotSupportingCredentials", OnPage("(Reason: Credential is not supported if")),
    ("CORSMethodNotFound", OnPage("(Reason: Did not find method in CORS header")),
    ("CORSMissingAllowCredentials", OnPage("(Reason: expected ‘true’ in CORS header")),
    ("CORSPreflightDidNotSucceed3", OnPage("(Reason: CORS preflight response did not succeed)")),
    ("CORSInvalidAllowMethod", OnPage("(Reason: invalid token ‘GET PUT’")),
    ("CORSInvalidAllowHeader", OnPage("(Reason: invalid token ‘x-a; x-b’")),
    (
        "CORSMissingAllowHeaderFromPreflight2",
        OnPage(
            "is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response",
        ),
    ),
    ("CORSAllowHeaderFromPreflightDeprecation", OnPage("Cross-Origin Request Warning")),
];

/// Texts in WebKit's library. It has no list of them.
pub const WEBKIT: &[(&str, Fate)] = &[
    (
        "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.",
        OnPage("Cannot use wildcard in Access-Control-Allow-Origin"),
    ),
    (
        "Access-Control-Allow-Origin cannot contain more than one origin.",
        OnPage("cannot contain more than one origin"),
    ),
    (
        " is not allowed by Access-Control-Allow-Origin.",
        OnPage("is not allowed by Access-Control-Allow-Origin. Status"),
    ),
    (
        "Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\".",
        OnPage("Credentials flag is true"),
    ),
    (
        "Header Access-Control-Allow-Methods has an invalid value: ",
        OnPage("Header Access-Control-Allow-Methods has an invalid value: "),
    ),
    (
        "Header Access-Control-Allow-Headers has an invalid value: ",
        OnPage("Header Access-Control-Allow-Headers has an invalid value: "),
    ),
    (
        " is not allowed by Access-Control-Allow-Methods.",
        OnPage(" is not allowed by Access-Control-Allow-Methods."),
    ),
    (
        " is not allowed by Access-Control-Allow-Headers.",
        OnPage(" is not allowed by Access-Control-Allow-Headers."),
    ),
    (
        "Preflight response is not successful. Status code: ",
        OnPage("Preflight response is not successful. Status code: "),
    ),
    ("Preflight response was blocked", Never(BLOCKER)),
    ("CORS-preflight request was blocked", Never(BLOCKER)),
    ("Cross-origin redirection to ", OnPage("Cross-origin redirection to ")),
    (
        " denied by Cross-Origin Resource Sharing policy: ",
        OnPage("denied by Cross-Origin Resource Sharing policy: Origin"),
    ),
    (
        " denied by Cross-Origin Resource Sharing policy: not allowed to follow a cross-origin CORS redirection with non CORS scheme",
        OnPage("not allowed to follow a cross-origin CORS redirection with non CORS scheme"),
    ),
    (
        " denied by Cross-Origin Resource Sharing policy: redirection URL ",
        OnPage("denied by Cross-Origin Resource Sharing policy: redirection URL "),
    ),
    (
        "Cross-origin redirection denied by Cross-Origin Resource Sharing policy.",
        Never("the network process follows redirects and has its own text"),
    ),
    (
        "Cross-origin script load denied by Cross-Origin Resource Sharing policy.",
        OnPage("Cross-origin script load denied by"),
    ),
    (
        "Cross-origin media resource load denied by Cross-Origin Resource Sharing policy.",
        Never("the console does not show errors of media elements"),
    ),
    (
        "Cross-origin text track load denied by Cross-Origin Resource Sharing policy.",
        Never("the console does not show errors of media elements"),
    ),
    (
        "Cross origin requests are only supported for HTTP.",
        OnPage("Cross origin requests are only supported for HTTP."),
    ),
    (
        "Cross origin requests are not allowed when using same-origin fetch mode.",
        Never("the console has only the line that follows it"),
    ),
    (
        "No-Cors mode requires follow redirect mode",
        OnPage("No-Cors mode requires follow redirect mode"),
    ),
    (" due to access control checks.", OnPage("due to access control checks.")),
    (
        " because it violates the resource's Cross-Origin-Resource-Policy response header.",
        OnPage("because it violates the resource's Cross-Origin-Resource-Policy"),
    ),
    (
        " from asking for credentials because it is a cross-origin request.",
        OnPage("from asking for credentials"),
    ),
    (
        "Unable to get image data from canvas because the canvas has been tainted by cross-origin data.",
        OnPage("Unable to get image data from canvas"),
    ),
    (
        "Not allowed to access cross-origin stylesheet",
        OnPage("Not allowed to access cross-origin stylesheet"),
    ),
];
