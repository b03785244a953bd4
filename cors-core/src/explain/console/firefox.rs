//! What Firefox prints about an answer.

use super::*;

impl Exchange<'_> {
    pub(super) fn firefox(&self, step: Step) -> Option<String> {
        let blocked = |url: &str, reason: &str| {
            format!(
                "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote \
                 resource at {url}. (Reason: {reason}"
            )
        };
        let no_success = "CORS request did not succeed). Status code: (null).";
        let status = self.response.status().as_u16();
        let reason = match step {
            Step::PreflightAllowOriginMissing | Step::AllowOriginMissing => format!(
                "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: {status}."
            ),
            Step::PreflightAllowOriginMismatch | Step::AllowOriginMismatch
                if self.lines(&ACCESS_CONTROL_ALLOW_ORIGIN) > 1 =>
            {
                "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).".to_owned()
            }
            Step::PreflightAllowOriginMismatch | Step::AllowOriginMismatch
                if self.allows_any_origin() =>
            {
                "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is \
                 ‘*’)."
                    .to_owned()
            }
            Step::PreflightAllowOriginMismatch | Step::AllowOriginMismatch => format!(
                "CORS header ‘Access-Control-Allow-Origin’ does not match ‘{}’).",
                self.header(&ACCESS_CONTROL_ALLOW_ORIGIN)
            ),
            Step::PreflightAllowCredentials | Step::AllowCredentials => {
                "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).".to_owned()
            }
            Step::PreflightStatus => {
                format!("CORS preflight response did not succeed). Status code: {status}.")
            }
            Step::PreflightListSyntax => {
                let (name, _, element) = self.malformed_list()?;
                format!("invalid token ‘{element}’ in CORS header ‘{name}’).")
            }
            Step::PreflightMethod => {
                "Did not find method in CORS header ‘Access-Control-Allow-Methods’).".to_owned()
            }
            Step::PreflightHeader | Step::PreflightAuthorization => format!(
                "header ‘{}’ is not allowed according to header ‘Access-Control-Allow-Headers’ \
                 from CORS preflight response).",
                self.refused_header()?
            ),
            Step::ResourcePolicy => {
                return Some(format!(
                    "The resource at “{}” was blocked due to its Cross-Origin-Resource-Policy \
                     header (or lack thereof). See \
                     https://developer.mozilla.org/docs/Web/HTTP/Cross-Origin_Resource_Policy_(CORP)#",
                    self.url
                ));
            }
            Step::SameOriginMode => {
                let (page, to) = (self.page_url(), self.target());
                return Some(format!(
                    "Security Error: Content at {page} may not load data from {to}."
                ));
            }
            Step::RedirectScheme if is_unsafe_redirect(&self.target()) => {
                let to = self.target();
                let refused = match to.starts_with("data:") {
                    true => {
                        format!("Redirecting to data: URI not allowed (Blocked loading of: “{to}”)")
                    }
                    false => format!(
                        "Security Error: Content at {} may not load or link to {to}.",
                        self.url
                    ),
                };
                return Some(format!("{refused}\n{}", blocked(&self.url, no_success)));
            }
            Step::RedirectScheme => {
                let target = blocked(&self.header(&LOCATION), "CORS request not http).");
                return Some(format!("{target}\n{}", blocked(&self.url, no_success)));
            }
            Step::RedirectLocation
            | Step::RedirectCount
            | Step::RedirectCredentials
            | Step::BadPort => {
                return Some(blocked(&self.url, no_success));
            }
            _ => return None,
        };
        let mut lines = Vec::new();
        if step == Step::PreflightStatus && self.is_redirect() {
            lines.push(blocked(&self.url, "CORS request external redirect not allowed)."));
        }
        lines.push(match reason.starts_with("Credential") {
            true => blocked(&format!("‘{}’", self.url), &reason),
            false => blocked(&self.url, &reason),
        });
        let by_check = step != Step::PreflightStatus;
        let unsuccessful = match (self.is_preflight(), self.is_redirect()) {
            (true, true) if by_check => 2,
            (false, true) if self.fetch.redirect != RedirectMode::Follow => 0,
            (false, false) => 0,
            _ => 1,
        };
        lines.extend((0..unsuccessful).map(|_| blocked(&self.url, no_success)));
        Some(lines.join("\n"))
    }
}
