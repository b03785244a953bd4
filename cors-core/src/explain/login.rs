//! Redirects to a login, which no script can use.

use crate::browser::is_redirect_status;
use http::header::LOCATION;
use http::{Request, Response};
use url::Url;

/// Segments of a path and labels of a host that name a login, in lower case and without hyphens.
const NAMES: [&str; 12] = [
    "accounts",
    "auth",
    "idp",
    "login",
    "loginform",
    "loginpage",
    "oauth",
    "oauth2",
    "saml",
    "session",
    "signin",
    "sso",
];

/// Whether a response redirects to what looks like a login: the host or the path has a name such as
/// `login`, `oauth2` or `sso`, which the request's own URL does not have.
///
/// ```
/// use cors_core::explain::redirects_to_login;
/// use http::{Request, Response};
///
/// let to = |location| Response::builder().status(302).header("location", location).body(());
/// let request = Request::get("https://api.example/items").body(())?;
/// assert!(redirects_to_login(&request, &to("/login?next=/items")?));
/// assert!(redirects_to_login(&request, &to("https://sso.example.com/")?));
/// assert!(redirects_to_login(&request, &to("https://accounts.example.com/")?));
/// assert!(!redirects_to_login(&request, &to("/accounts/1/login-history")?));
/// # Ok::<(), http::Error>(())
/// ```
pub fn redirects_to_login(request: &Request<()>, response: &Response<()>) -> bool {
    let location =
        response.headers().get(LOCATION).filter(|_| is_redirect_status(response.status()));
    let (Some(location), Ok(from)) = (location, Url::parse(&request.uri().to_string())) else {
        return false;
    };
    let Ok(to) = from.join(&String::from_utf8_lossy(location.as_bytes())) else { return false };
    let known: Vec<_> = names(&from).collect();
    names(&to).any(|name| !known.contains(&name))
}

fn names(url: &Url) -> impl Iterator<Item = String> {
    let labels = url.host_str().unwrap_or_default().split('.');
    // Below a host, these are as often what an API serves.
    let segments = url.path().split('/').filter(|part| !part.eq_ignore_ascii_case("accounts"));
    let parts = segments.chain(labels).map(|part| {
        let name = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
        name.replace(['-', '_'], "")
    });
    parts.filter(|name| NAMES.contains(&name.as_str()))
}
