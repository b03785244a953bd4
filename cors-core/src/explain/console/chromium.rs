//! What Chromium prints about an answer.

use super::*;

impl Exchange<'_> {
    pub(super) fn chromium(&self, step: Step) -> Option<String> {
        let reason = match step {
            _ if self.is_preflight() && self.is_redirect() => {
                "Redirect is not allowed for a preflight request.".to_owned()
            }
            Step::PreflightAllowOriginMissing | Step::AllowOriginMissing => {
                "No 'Access-Control-Allow-Origin' header is present on the requested resource."
                    .to_owned()
            }
            Step::PreflightAllowOriginMismatch | Step::AllowOriginMismatch
                if self.allows_any_origin() =>
            {
                "The value of the 'Access-Control-Allow-Origin' header in the response must not be \
                 the wildcard '*' when the request's credentials mode is 'include'."
                    .to_owned()
                    + self.of_xhr()
            }
            Step::PreflightAllowOriginMismatch | Step::AllowOriginMismatch => {
                let hint = match self.initiator() {
                    "fetch" => " Have the server send the header with a valid value.",
                    _ => "",
                };
                format!("The 'Access-Control-Allow-Origin' header {}.{hint}", self.mismatch()?)
            }
            Step::PreflightListSyntax => format!(
                "Cannot parse {} response header field in preflight response.",
                self.malformed_list()?.0
            ),
            Step::PreflightAllowCredentials | Step::AllowCredentials => {
                format!(
                    "The value of the 'Access-Control-Allow-Credentials' header in the response is \
                 '{}' which must be 'true' when the request's credentials mode is 'include'.",
                    self.header(&ACCESS_CONTROL_ALLOW_CREDENTIALS)
                ) + self.of_xhr()
            }
            Step::PreflightStatus => "It does not have HTTP ok status.".to_owned(),
            Step::PreflightMethod => format!(
                "Method {} is not allowed by Access-Control-Allow-Methods in preflight response.",
                self.method()
            ),
            Step::PreflightHeader | Step::PreflightAuthorization => format!(
                "Request header field {} is not allowed by Access-Control-Allow-Headers in \
                 preflight response.",
                self.refused_header()?
            ),
            Step::RedirectCredentials => {
                "Redirect location '' contains a username and password, which is disallowed for \
                 cross-origin requests."
                    .to_owned()
            }
            Step::RedirectScheme if is_unsafe_redirect(&self.target()) => {
                return Some(failed_to_load("UNSAFE_REDIRECT"));
            }
            Step::RedirectScheme => {
                let (to, from) = (self.header(&LOCATION), &self.first_url);
                return Some(format!(
                    "Access to {} at '{to}' (redirected from '{from}') from origin '{}' has been \
                     blocked by CORS policy: Cross origin requests are only supported for protocol \
                     schemes: chrome, chrome-experimental-site-token-provider, chrome-extension, \
                     chrome-untrusted, data, http, https, isolated-app.",
                    self.initiator(),
                    self.page
                ));
            }
            Step::RedirectLocation if self.lines(&LOCATION) > 1 => {
                return Some(failed_to_load("RESPONSE_HEADERS_MULTIPLE_LOCATION"));
            }
            Step::RedirectLocation => return Some(failed_to_load("INVALID_REDIRECT")),
            Step::BadPort => return Some(failed_to_load("UNSAFE_PORT")),
            Step::SameOriginMode => {
                return Some(format!(
                    "Unsafe attempt to load URL {} from frame with URL {}. Domains, protocols and \
                     ports must match.",
                    self.target(),
                    self.page_url()
                ));
            }
            Step::LocalNetworkAccess => {
                let from = format!(" (redirected from '{}')", self.first_url);
                return Some(unsent::not_secure(self.fetch, &self.target(), &from));
            }
            Step::RedirectCount => return Some(failed_to_load("TOO_MANY_REDIRECTS")),
            Step::RedirectBody => return Some(failed_to_load("INVALID_ARGUMENT")),
            Step::RedirectModeError => return Some(failed_to_load("FAILED")),
            Step::ResourcePolicy => {
                let which = match &*self.header(&RESOURCE_POLICY) {
                    "same-site" => "NotSameSite",
                    _ => "NotSameOrigin",
                };
                return Some(failed_to_load(&format!("BLOCKED_BY_RESPONSE.{which}")));
            }
            _ => return None,
        };
        let by_check = matches!(
            step,
            Step::PreflightAllowOriginMissing
                | Step::PreflightAllowOriginMismatch
                | Step::PreflightAllowCredentials
                | Step::PreflightStatus
        );
        let preflight = match by_check {
            true => "Response to preflight request doesn't pass access control check: ",
            false => "",
        };
        let from = match self.url == self.first_url {
            true => String::new(),
            false => format!(" (redirected from '{}')", self.first_url),
        };
        let (url, page) = (&self.url, &self.page);
        Some(format!(
            "Access to {} at '{url}'{from} from origin '{page}' has been blocked by CORS policy: \
             {preflight}{reason}",
            self.initiator()
        ))
    }

    /// What follows a reason that credentials are.
    fn of_xhr(&self) -> &'static str {
        match self.fetch.is_xhr() {
            true => {
                " The credentials mode of requests initiated by the XMLHttpRequest is controlled by \
                 the withCredentials attribute."
            }
            false => "",
        }
    }

    /// What is wrong with the origin, in Chromium's words.
    fn mismatch(&self) -> Option<String> {
        let value = get(self.response.headers(), &ACCESS_CONTROL_ALLOW_ORIGIN)?;
        let shown = match String::from_utf8(value) {
            Ok(text) => text,
            // As Latin-1.
            Err(error) => error.into_bytes().into_iter().map(char::from).collect(),
        };
        Some(if shown.contains([' ', ',']) {
            format!("contains multiple values '{shown}', but only one is allowed")
        } else if shown != "null" && Url::parse(&shown).is_err() {
            format!("contains the invalid value '{shown}'")
        } else {
            format!("has a value '{shown}' that is not equal to the supplied origin")
        })
    }
}
