//! What WebKit prints about an answer.

use super::*;

impl Exchange<'_> {
    pub(super) fn webkit(&self, step: Step) -> Option<String> {
        let status = self.response.status();
        let origin = text(self.request.headers(), &ORIGIN).unwrap_or_default();
        let reason = match step {
            _ if self.is_preflight() && !status.is_success() => {
                format!("Preflight response is not successful. Status code: {}", status.as_u16())
            }
            Step::PreflightAllowOriginMismatch | Step::AllowOriginMismatch
                if self.allows_any_origin() =>
            {
                "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true."
                    .to_owned()
            }
            Step::PreflightAllowOriginMismatch | Step::AllowOriginMismatch
                if self.header(&ACCESS_CONTROL_ALLOW_ORIGIN).contains(',') =>
            {
                "Access-Control-Allow-Origin cannot contain more than one origin.".to_owned()
            }
            Step::PreflightListSyntax => {
                let (name, value, _) = self.malformed_list()?;
                format!("Header {name} has an invalid value: {value}")
            }
            Step::BadPort => return unsent::restricted_port(&self.target()),
            Step::SameOriginMode => {
                let to = self.target();
                let unsafe_attempt = format!(
                    "Unsafe attempt to load URL {to} from origin {}. Domains, protocols and ports \
                     must match.",
                    self.page
                );
                return Some(self.webkit_cannot_load(&unsafe_attempt, &to));
            }
            Step::PreflightAllowOriginMissing
            | Step::AllowOriginMissing
            | Step::PreflightAllowOriginMismatch
            | Step::AllowOriginMismatch => format!(
                "Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {}",
                status.as_u16()
            ),
            Step::PreflightAllowCredentials | Step::AllowCredentials => {
                "Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\"."
                    .to_owned()
            }
            Step::PreflightMethod => {
                let method = self.method();
                format!("Method {method} is not allowed by Access-Control-Allow-Methods.")
            }
            Step::PreflightHeader | Step::PreflightAuthorization => {
                let name = self.refused_header()?;
                let written = self.fetch.headers.iter().map(|(name, _)| name);
                let name = written.clone().find(|n| n.eq_ignore_ascii_case(&name)).unwrap_or(&name);
                format!(
                    "Request header field {name} is not allowed by Access-Control-Allow-Headers."
                )
            }
            Step::ResourcePolicy => format!(
                "Cancelled load to {} because it violates the resource's \
                 Cross-Origin-Resource-Policy response header.",
                self.url
            ),
            Step::RedirectModeError => {
                format!("Not allowed to follow a redirection while loading {}", self.url)
            }
            Step::RedirectCount => "Load cannot follow more than 20 redirections".to_owned(),
            Step::RedirectScheme if self.target().starts_with("ftp:") => {
                return Some(self.webkit_cannot_load("FTP URLs are disabled", &self.url));
            }
            Step::RedirectLocation | Step::RedirectScheme => {
                "not allowed to follow a cross-origin CORS redirection with non CORS scheme"
                    .to_owned()
            }
            Step::RedirectCredentials => {
                format!("redirection URL {} has credentials", self.header(&LOCATION))
            }
            _ => return None,
        };
        let is_of_redirect = !self.is_preflight()
            && self.is_redirect()
            && !matches!(step, Step::RedirectModeError | Step::RedirectCount);
        let reason = match is_of_redirect {
            true => format!(
                "Cross-origin redirection to {} denied by Cross-Origin Resource Sharing policy: \
                 {reason}",
                without_credentials(&self.target())
            ),
            false => reason,
        };
        Some(self.webkit_cannot_load(&reason, &self.url))
    }
}
