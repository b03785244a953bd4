//! Where a failure comes from: what in front of the application, or inside it, answered.

use std::collections::HashSet;

use cors_core::browser::{Fetch, Step};
use cors_core::explain::{Event, Explanation};
use http::header::{
    ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderName, LOCATION,
    ORIGIN, VARY,
};
use http::{Method, Request, Response, StatusCode, Uri};
use url::Url;

use super::sources::{Exchange, shown};

/// Sends one more request, to find out.
pub(super) type Probe<'a> = &'a mut dyn FnMut(&Request<()>) -> Option<Response<()>>;

/// A sentence for each cause. The last exchange is the one that failed.
pub(super) fn causes(
    fetch: &Fetch,
    explanation: &Explanation,
    exchanges: &[Exchange],
    probe: Probe<'_>,
) -> Vec<String> {
    let mut causes = Vec::new();
    let Some(failed) = explanation.failed() else { return causes };
    if let Some(Event::Unanswered(why)) = explanation
        .events()
        .iter()
        .rev()
        .find(|event| matches!(event, Event::Unanswered(_) | Event::Received(_)))
    {
        causes.push(format!(
            "no response came ({why}). Scripts see \"Failed to fetch\" (Chromium), \"NetworkError when attempting to fetch resource.\" (Firefox) or \"Load failed\" (WebKit), and no CORS message: CORS is not the cause"
        ));
        return causes;
    }
    let is_received = |event: &&Event| matches!(event, Event::Received(_));
    // Engines may have sent more after these.
    let received = explanation.events().iter().filter(is_received).count();
    let exchanges = exchanges.get(..received).unwrap_or(exchanges);
    let Some(last) = exchanges.last() else { return causes };
    let response = &last.received.response;
    let status = response.status();
    if is_about_origin(failed.step) {
        causes.extend(several_layers(response));
    }
    if last.is_preflight() {
        causes.extend(of_preflight(fetch, last, probe));
    } else if failed.step == Step::AllowOriginMissing {
        causes.extend(lost_on_errors(exchanges, last, probe).or_else(|| {
            let origin = unlisted_origin(last).filter(|_| status.is_success())?;
            Some(format!("a CORS layer probably does not allow the origin {origin} (Vary names Origin): compare it with the layer's policy, scheme and port too"))
        }));
    }
    if last.is_preflight() && matches!(failed.step, Step::PreflightMethod | Step::PreflightStatus) {
        causes.extend(letter_case(last));
    }
    if failed.step != Step::RedirectCount {
        causes.extend(redirect(last));
    }
    causes.extend(html_page(last));
    causes.extend(gateway(status));
    causes
}

fn is_about_origin(step: Step) -> bool {
    matches!(
        step,
        Step::PreflightAllowOriginMissing
            | Step::PreflightAllowOriginMismatch
            | Step::AllowOriginMissing
            | Step::AllowOriginMismatch
    )
}

/// Who answers `OPTIONS`.
fn of_preflight(fetch: &Fetch, last: &Exchange, probe: Probe<'_>) -> Option<String> {
    let response = &last.received.response;
    let status = response.status();
    let code = status.as_u16();
    let allow = response.headers().get(ALLOW).map(lossy);
    let routing = "The preflight has to be answered before routing";
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            Some(authentication(fetch, last, probe))
        }
        StatusCode::FORBIDDEN => {
            let passes = meets_authentication(fetch, last, probe);
            passes.or_else(|| refused_by_layer(last)).or_else(|| Some(refused_early(code)))
        }
        StatusCode::NOT_FOUND => Some(format!(
            "the router has no route for this URL, or none for OPTIONS: it answers {code}. {routing}"
        )),
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
            let allow = allow.map_or_else(String::new, |allow| format!(" (it allows {allow})"));
            Some(format!("the router has no route for OPTIONS: it answers {code}{allow}. {routing}"))
        }
        _ if status.is_client_error() || status.is_server_error() => {
            let may_refuse = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
            let refused = refused_by_layer(last).filter(|_| may_refuse);
            refused.or_else(|| {
                let what = format!("the answer to OPTIONS is an error, {code}: look for its cause first");
                gateway(status).is_none().then_some(what)
            })
        }
        _ if response.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) => None,
        _ if !status.is_success() => None,
        _ => refused_by_layer(last).or_else(|| {
            let allow = allow?;
            let origin = last.request.headers().get(ORIGIN).map(lossy).unwrap_or_default();
            Some(format!("the framework answers OPTIONS itself (it allows {allow}), and no CORS layer did: there is none for this URL, or it passes on what it does not allow (compare the origin {origin} with its policy, scheme and port too). {routing}"))
        }),
    }
}

/// A method that is written differently somewhere.
fn letter_case(last: &Exchange) -> Option<String> {
    let method = lossy(last.request.headers().get(ACCESS_CONTROL_REQUEST_METHOD)?);
    let lines = last.received.response.headers().get_all(ACCESS_CONTROL_ALLOW_METHODS);
    let listed = lines.into_iter().map(lossy).collect::<Vec<_>>().join(",");
    let mut names = listed.split(',').map(str::trim);
    let other = names.clone().find(|name| name.eq_ignore_ascii_case(&method));
    let upper = method.to_ascii_uppercase();
    if names.any(|name| name == method) || matches!(&*method, "GET" | "HEAD" | "POST") {
        None
    } else if method != upper {
        Some(format!(
            "browsers send the method {method} as it is written: they upper-case only DELETE, GET, HEAD, OPTIONS, POST and PUT. Write {upper} in the script"
        ))
    } else {
        let other = other?;
        Some(format!(
            "methods are case-sensitive: the answer allows {other}, and the browser asks for {method}"
        ))
    }
}

fn several_layers(response: &Response<()>) -> Option<String> {
    let lines = response.headers().get_all(ACCESS_CONTROL_ALLOW_ORIGIN);
    let lines: Vec<_> = lines.iter().map(lossy).collect();
    let values: Vec<_> = lines.iter().flat_map(|line| line.split(',').map(str::trim)).collect();
    if values.len() < 2 {
        return None;
    }
    let mut seen = HashSet::new();
    let is_list = lines.len() == 1
        && !values.contains(&"*")
        && values.iter().all(|value| seen.insert(*value));
    let shown = lines.iter().map(|line| format!("{line:?}")).collect::<Vec<_>>().join(" and ");
    Some(match is_list {
        true => format!(
            "Access-Control-Allow-Origin lists several origins, {shown}, and browsers accept only one: answer with the request's own, if it is on your list"
        ),
        false => format!(
            "two layers both add the headers: Access-Control-Allow-Origin has {shown}. Often one is the application and the other a proxy in front of it: let only one of them do it"
        ),
    })
}

/// The origin, if the answer depends on it and allows none: then a CORS layer has seen it.
fn unlisted_origin(last: &Exchange) -> Option<String> {
    let allows = last.received.response.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN);
    let origin = last.request.headers().get(ORIGIN).filter(|_| !allows && varies_on(last, &ORIGIN));
    origin.map(lossy)
}

fn varies_on(last: &Exchange, name: &HeaderName) -> bool {
    let lines = last.received.response.headers().get_all(VARY).into_iter().map(lossy);
    lines
        .collect::<Vec<_>>()
        .join(",")
        .split(',')
        .any(|varies| varies.trim().eq_ignore_ascii_case(name.as_str()))
}

/// What a CORS layer refused in a preflight.
fn refused_by_layer(last: &Exchange) -> Option<String> {
    let origin = unlisted_origin(last)?;
    let mut refused = vec![format!("the origin {origin} (compare scheme and port, too)")];
    // A layer that refuses preflights for a method or header has read both.
    if varies_on(last, &ACCESS_CONTROL_REQUEST_HEADERS) {
        let requested = |name: HeaderName| last.request.headers().get(name).map(lossy);
        let method = requested(ACCESS_CONTROL_REQUEST_METHOD);
        refused.extend(method.map(|method| format!("the method {method}")));
        let headers = requested(ACCESS_CONTROL_REQUEST_HEADERS);
        refused.extend(headers.map(|headers| format!("one of the headers {headers}")));
    }
    Some(format!(
        "a CORS layer probably refused the preflight (Vary names Origin): its policy does not allow {}",
        refused.join(", or ")
    ))
}

fn authentication(fetch: &Fetch, last: &Exchange, probe: Probe<'_>) -> String {
    let status = last.received.response.status().as_u16();
    meets_authentication(fetch, last, probe).unwrap_or_else(|| refused_early(status))
}

/// Asks again with the script's token.
fn meets_authentication(fetch: &Fetch, last: &Exchange, probe: Probe<'_>) -> Option<String> {
    // The token is for the server that the script calls, not for those that it redirects to.
    if called(fetch)?.origin() != url_of(&last.request)?.origin() {
        return None;
    }
    let (_, token) =
        fetch.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    let mut request = last.request.clone();
    request.headers_mut().insert(AUTHORIZATION, token.parse().ok()?);
    let with_token = probe(&request).filter(|response| response.status().is_success())?;
    Some(format!(
        "OPTIONS meets authentication: the answer is {} without the token and {} with it. Browsers send no tokens or cookies with a preflight, so it has to be answered before authentication",
        last.received.response.status().as_u16(),
        with_token.status().as_u16()
    ))
}

/// The URL that the script calls.
fn called(fetch: &Fetch) -> Option<Url> {
    let page = Url::parse(&fetch.origin).ok();
    Url::options().base_url(page.as_ref()).parse(&fetch.url).ok()
}

fn url_of(request: &Request<()>) -> Option<Url> {
    Url::parse(&request.uri().to_string()).ok()
}

fn refused_early(status: u16) -> String {
    format!(
        "OPTIONS is refused with {status}, probably by authentication, a firewall or a CSRF check. Browsers send no tokens or cookies with a preflight, so it has to be answered before them"
    )
}

fn redirect(last: &Exchange) -> Option<String> {
    let response = &last.received.response;
    let location =
        response.headers().get(LOCATION).filter(|_| response.status().is_redirection())?;
    let from = url_of(&last.request)?;
    let to =
        from.join(&lossy(location)).ok().filter(|to| matches!(to.scheme(), "http" | "https"))?;
    let without_slash = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let what = match () {
        () if is_login(&to)
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

fn html_page(last: &Exchange) -> Option<String> {
    let Exchange { received, .. } = last;
    let headers = received.response.headers();
    let kind = headers.get(CONTENT_TYPE).map(lossy).unwrap_or_default().to_ascii_lowercase();
    let start = received.body.trim_ascii_start();
    let begins = |with: &str| {
        start.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()))
    };
    let is_html = kind.starts_with("text/html") || begins("<!doctype html") || begins("<html");
    let is_page = is_html
        // What frameworks answer to OPTIONS may have this type, and no page.
        && (!last.is_preflight() || !start.is_empty() && begins("<"))
        && received.response.status() == StatusCode::OK
        && !headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN);
    is_page.then(|| {
        "an HTML page came, not an API's answer: often the page of a single-page application, which a static server gives for every path. Check the URL and the port".to_owned()
    })
}

/// The headers may be there on a success.
fn lost_on_errors(exchanges: &[Exchange], last: &Exchange, probe: Probe<'_>) -> Option<String> {
    let status = last.received.response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let has_origin = |headers: &http::HeaderMap| headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN);
    let server = |exchange: &Exchange| {
        let uri = exchange.request.uri();
        (uri.scheme().cloned(), uri.authority().cloned())
    };
    let earlier = exchanges.iter().any(|exchange| {
        server(exchange) == server(last) && has_origin(exchange.received.response.headers())
    });
    let mut elsewhere = || {
        let mut root = last.request.clone();
        *root.method_mut() = Method::GET;
        let mut parts = root.uri().clone().into_parts();
        parts.path_and_query = Some(http::uri::PathAndQuery::from_static("/"));
        *root.uri_mut() = Uri::from_parts(parts).ok()?;
        probe(&root)
            .filter(|response| response.status().is_success() && has_origin(response.headers()))
    };
    if earlier || elsewhere().is_some() {
        return Some(format!(
            "the headers are lost on errors: the server sends them on other answers, and not with this {}. What went wrong first is that error",
            status.as_u16()
        ));
    }
    let status = status.as_u16();
    Some(match unlisted_origin(last) {
        Some(origin) => format!(
            "the answer is an error, {status}, and a CORS layer probably does not allow the origin {origin} (Vary names Origin): compare it with the layer's policy, scheme and port too"
        ),
        None => format!(
            "the answer is an error, {status}: look for its cause first. An error without CORS headers looks like a CORS problem to the browser"
        ),
    })
}

fn gateway(status: StatusCode) -> Option<String> {
    matches!(
        status,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    )
    .then(|| {
        format!(
            "{} usually comes from a gateway in front of the application, which did not answer it",
            status.as_u16()
        )
    })
}

fn lossy(value: &http::HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
