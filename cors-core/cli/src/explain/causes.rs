//! Where a failure comes from: what in front of the application, or inside it, answered.

use cors_core::browser::{Fetch, Step};
use cors_core::explain::{Event, Explanation};
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderName, LOCATION, ORIGIN, VARY,
};
use http::{Method, Request, Response, StatusCode, Uri};
use url::Url;

use super::sources::Exchange;

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
    // Engines may have sent more after it.
    let sent = explanation.events().iter().rev().find_map(|event| match event {
        Event::Sent(request) => Some(request),
        _ => None,
    });
    let last = sent.and_then(|sent| {
        exchanges.iter().find(|exchange| {
            exchange.request.uri() == sent.uri() && exchange.request.method() == sent.method()
        })
    });
    let Some(last) = last else { return causes };
    let response = &last.received.response;
    let status = response.status();
    causes.extend(several_layers(response));
    if last.is_preflight() {
        match status {
            StatusCode::BAD_REQUEST => causes.extend(refused_by_layer(last)),
            StatusCode::FORBIDDEN => {
                let refused = refused_by_layer(last);
                causes.extend(refused.or_else(|| authentication(fetch, last, probe)));
            }
            StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                causes.extend(authentication(fetch, last, probe));
            }
            StatusCode::NOT_FOUND
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::NOT_IMPLEMENTED => {
                let allow = match response.headers().get(ALLOW) {
                    Some(allow) => format!(" (it allows {})", lossy(allow)),
                    None => String::new(),
                };
                causes.push(format!(
                    "the router has no route for OPTIONS: it answers {}{allow}. The preflight has to be answered before routing",
                    status.as_u16()
                ));
            }
            _ => {}
        }
    }
    if failed.step != Step::RedirectCount {
        causes.extend(redirect(last));
    }
    causes.extend(html_page(last));
    if is_about_origin(failed.step) && !last.is_preflight() {
        causes.extend(lost_on_errors(exchanges, last, probe));
    }
    causes.extend(gateway(status));
    causes
}

fn is_about_origin(step: Step) -> bool {
    matches!(step, Step::AllowOriginMissing | Step::AllowOriginMismatch | Step::AllowCredentials)
}

fn several_layers(response: &Response<()>) -> Option<String> {
    let lines: Vec<_> = response.headers().get_all(ACCESS_CONTROL_ALLOW_ORIGIN).iter().collect();
    let is_joined = lines.iter().any(|line| line.as_bytes().contains(&b','));
    (lines.len() > 1 || is_joined).then(|| {
        let values: Vec<_> = lines.into_iter().map(lossy).collect();
        format!(
            "two layers both add the headers: Access-Control-Allow-Origin has {}. Often one is the application and the other a proxy in front of it: let only one of them do it",
            values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(" and ")
        )
    })
}

/// What a CORS layer refused: an answer that depends on the origin, and allows none.
fn refused_by_layer(last: &Exchange) -> Option<String> {
    let (asked, answered) = (last.request.headers(), last.received.response.headers());
    let of_request = |name: &HeaderName| asked.get(name).map(lossy);
    let varies_on = |name: &HeaderName| {
        let lines = answered.get_all(VARY).into_iter().map(lossy).collect::<Vec<_>>().join(",");
        lines.split(',').any(|varies| varies.trim().eq_ignore_ascii_case(name.as_str()))
    };
    let origin = of_request(&ORIGIN)
        .filter(|_| varies_on(&ORIGIN) && !answered.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN))?;
    let mut refused = vec![format!("the origin {origin} (compare scheme and port, too)")];
    // Then the layer may have refused these instead.
    if varies_on(&ACCESS_CONTROL_REQUEST_HEADERS) {
        let method = of_request(&ACCESS_CONTROL_REQUEST_METHOD);
        refused.extend(method.map(|method| format!("the method {method}")));
        let headers = of_request(&ACCESS_CONTROL_REQUEST_HEADERS);
        refused.extend(headers.map(|headers| format!("one of the headers {headers}")));
    }
    Some(format!(
        "a CORS layer refused the request, because Vary names Origin: its policy does not allow {}",
        refused.join(", or ")
    ))
}

/// Asks again with the script's token.
fn authentication(fetch: &Fetch, last: &Exchange, probe: Probe<'_>) -> Option<String> {
    let status = last.received.response.status().as_u16();
    let token = fetch.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let with_token = token.and_then(|(_, token)| {
        let mut request = last.request.clone();
        request.headers_mut().insert(AUTHORIZATION, token.parse().ok()?);
        probe(&request)
    });
    Some(match with_token {
        Some(response) if response.status().is_success() => format!(
            "OPTIONS meets authentication: the answer is {status} without the token and {} with it. Browsers send no tokens or cookies with a preflight, so it has to be answered before authentication",
            response.status().as_u16()
        ),
        _ => format!(
            "OPTIONS is refused with {status}, probably by authentication, a firewall or a CSRF check. Browsers send no tokens or cookies with a preflight, so it has to be answered before them"
        ),
    })
}

fn redirect(last: &Exchange) -> Option<String> {
    let response = &last.received.response;
    let location =
        response.headers().get(LOCATION).filter(|_| response.status().is_redirection())?;
    let from = Url::parse(&last.request.uri().to_string()).ok()?;
    let to = from.join(&lossy(location)).ok()?;
    let what = match () {
        () if is_login(&to) => {
            "to what looks like a login: without a session, an API should answer 401"
        }
        () if from.host() != to.host() => "to another host: call that URL",
        () if from.scheme() == "http" && to.scheme() == "https" => {
            "to https: call the URL with https"
        }
        () if from.scheme() == "https" && to.scheme() == "http" => {
            "from https to http, which browsers do not follow from a page over https"
        }
        () if from.path().trim_end_matches('/') == to.path().trim_end_matches('/') => {
            "only by a slash: call the URL as the server writes it"
        }
        () => "to another path: call that URL",
    };
    Some(format!("the answer redirects {what} ({to})"))
}

/// By a word of the path, or of the host.
fn is_login(url: &Url) -> bool {
    const WORDS: [&str; 9] =
        ["login", "signin", "sso", "oauth", "oauth2", "auth", "saml", "idp", "accounts"];
    let path = url.path().to_ascii_lowercase().replace("sign-in", "signin");
    let words = path.split(|c: char| !c.is_ascii_alphanumeric());
    let host = url.host_str().unwrap_or_default().split('.');
    words.chain(host).any(|word| WORDS.contains(&word))
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
    refused_by_layer(last).or_else(|| Some(format!(
        "the answer is an error, {}: look for its cause first. An error without CORS headers looks like a CORS problem to the browser",
        status.as_u16()
    )))
}

fn gateway(status: StatusCode) -> Option<String> {
    matches!(
        status,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    )
    .then(|| {
        format!(
            "{} comes from a gateway in front of the application, which did not answer it",
            status.as_u16()
        )
    })
}

fn lossy(value: &http::HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
