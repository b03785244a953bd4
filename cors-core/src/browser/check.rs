//! Whether the script may see a response: the CORS check, and for `no-cors` the resource policy.

use super::lists::get;
use super::request::Request;
use super::step::{Step, Taken};
use http::HeaderMap;
use http::header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, HeaderName};

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The kind of response to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Preflight,
    Response,
}

/// [Fetch, CORS check](https://fetch.spec.whatwg.org/#concept-cors-check). `origin` is the
/// byte-serialized request origin.
pub(super) fn cors_check(
    request: &Request,
    origin: &str,
    response: &HeaderMap,
    of: Of,
) -> Result<String, Taken> {
    let (missing, mismatch, credentials) = match of {
        Of::Preflight => (
            Step::PreflightAllowOriginMissing,
            Step::PreflightAllowOriginMismatch,
            Step::PreflightAllowCredentials,
        ),
        Of::Response => {
            (Step::AllowOriginMissing, Step::AllowOriginMismatch, Step::AllowCredentials)
        }
    };
    let Some(allowed) = get(response, &ACCESS_CONTROL_ALLOW_ORIGIN) else {
        return Err(Taken::failed(missing, "no Access-Control-Allow-Origin"));
    };
    let shown = String::from_utf8_lossy(&allowed).into_owned();
    if !request.has_credentials() && allowed == b"*" {
        return Ok("Access-Control-Allow-Origin is *".to_owned());
    }
    if allowed != origin.as_bytes() {
        let lines = response.get_all(ACCESS_CONTROL_ALLOW_ORIGIN).iter().count();
        let says = match &*allowed {
            b"*" => "* is not a wildcard with credentials mode include".to_owned(),
            b"" => format!("Access-Control-Allow-Origin is empty, not {origin}"),
            _ if lines > 1 => {
                format!("Access-Control-Allow-Origin came {lines} times: {shown}; one is allowed")
            }
            _ if shown.strip_suffix('/') == Some(origin) => {
                format!("Access-Control-Allow-Origin is {shown}, not {origin}, without the slash")
            }
            _ => format!("Access-Control-Allow-Origin is {shown}, not {origin}"),
        };
        return Err(Taken::failed(mismatch, says));
    }
    if !request.has_credentials() {
        return Ok(format!("Access-Control-Allow-Origin is {shown}"));
    }
    match get(response, &ACCESS_CONTROL_ALLOW_CREDENTIALS).as_deref() {
        Some(b"true") => Ok(format!(
            "Access-Control-Allow-Origin is {shown}, Access-Control-Allow-Credentials is true"
        )),
        Some(other) => {
            let other = String::from_utf8_lossy(other);
            let says = format!("Access-Control-Allow-Credentials is {other}, not true");
            Err(Taken::failed(credentials, says))
        }
        None => Err(Taken::failed(credentials, "no Access-Control-Allow-Credentials")),
    }
}

/// [Fetch, cross-origin resource policy check](https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check),
/// for a page without an embedder policy.
pub(super) fn resource_policy_check(request: &Request, response: &HeaderMap) -> Result<(), Taken> {
    let url = request.url();
    let allowed = match get(response, &RESOURCE_POLICY).as_deref() {
        Some(b"same-origin") => request.origin.is_same_origin(url),
        Some(b"same-site") => {
            request.origin.is_schemelessly_same_site(url)
                && (request.origin.is_https() || url.scheme() != "https")
        }
        _ => true,
    };
    let says = "Cross-Origin-Resource-Policy blocks the response for other origins or sites";
    if allowed { Ok(()) } else { Err(Taken::failed(Step::ResourcePolicy, says)) }
}
