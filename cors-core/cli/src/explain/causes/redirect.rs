//! Where a redirect goes.

use cors_core::browser::is_redirect_status;
use http::header::LOCATION;
use url::Url;

use super::preflight::COMES_WITHOUT_TOKENS;
use crate::explain::exchange::{Exchange, shown};

pub(super) fn target(redirected: &Exchange) -> Option<String> {
    let location =
        redirected.answered(LOCATION).filter(|_| is_redirect_status(redirected.status()))?;
    let from = redirected.url()?;
    let to = from.join(&location).ok().filter(|to| matches!(to.scheme(), "http" | "https"))?;
    let without_slash = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let is_same_path = without_slash(&from) == without_slash(&to);
    let is_itself =
        from.origin() == to.origin() && from.path() == to.path() && from.query() == to.query();
    let is_of_login = redirected.redirects_to_login();
    let what = match () {
        () if is_of_login && redirected.is_preflight() => "to what looks like a login",
        () if is_of_login => {
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
        () if is_itself => "to itself, which often means that it expects a cookie or a header",
        () if is_same_path && from.query() == to.query() => {
            "only by a slash: call the URL as the server writes it"
        }
        () => "to another URL of this server: call that one",
    };
    let mut cause = format!("the answer redirects {what} ({})", shown(&to));
    if redirected.is_preflight() && (is_of_login || is_itself) {
        cause = format!("{cause}. {COMES_WITHOUT_TOKENS}");
    }
    Some(cause)
}
