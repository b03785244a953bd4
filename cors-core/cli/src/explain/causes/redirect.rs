//! Where a redirect goes.

use http::header::LOCATION;
use url::Url;

use crate::explain::exchange::{Exchange, shown};

pub(super) fn target(last: &Exchange) -> Option<String> {
    let location = last.answered(LOCATION).filter(|_| last.status().is_redirection())?;
    let from = last.url()?;
    let to = from.join(&location).ok().filter(|to| matches!(to.scheme(), "http" | "https"))?;
    let without_slash = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let what = match () {
        () if is_login(&to)
            && !is_login(&from)
            && (from.host() != to.host() || without_slash(&from) != without_slash(&to)) =>
        {
            "to what looks like a login: without a session, an API should answer 401"
        }
        () if from.host() != to.host() => "to another host: call that URL",
        () if from.scheme() == "http" && to.scheme() == "https" => {
            "to https: call the URL with https"
        }
        () if from.scheme() == "https" && to.scheme() == "http" => {
            "from https to http, which browsers do not follow from a page over https"
        }
        () if from.port_or_known_default() != to.port_or_known_default() => {
            "to another port: call that URL"
        }
        () if from.path() != to.path()
            && from.query() == to.query()
            && without_slash(&from) == without_slash(&to) =>
        {
            "only by a slash: call the URL as the server writes it"
        }
        () if from.path() == to.path() && from.query() == to.query() => {
            "to itself, which often means that it expects a cookie or a header"
        }
        () => "to another URL of this server: call that one",
    };
    Some(format!("the answer redirects {what} ({})", shown(&to)))
}

/// By a segment of the path, or a label of the host.
fn is_login(url: &Url) -> bool {
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
    let is_one = |part: &str| {
        let name = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
        NAMES.contains(&name.replace(['-', '_'], "").as_str())
    };
    url.path().split('/').any(is_one) || url.host_str().unwrap_or_default().split('.').any(is_one)
}
