//! Where a failure comes from: what in front of the application, or inside it, answered.

mod error;
mod preflight;
mod redirect;

use std::collections::HashSet;

use cors_core::browser::{Fetch, Step};
use cors_core::explain::{Event, Explanation};
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use http::{Request, Response, StatusCode};

use super::exchange::Exchange;

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
    if is_about_origin(failed.step) {
        causes.extend(several_layers(last));
    }
    if last.is_preflight() {
        causes.extend(preflight::refused(fetch, last, probe));
    } else if failed.step == Step::AllowOriginMissing {
        causes.extend(error::lost_headers(exchanges, last, probe).or_else(|| {
            let origin = last.unlisted_origin().filter(|_| last.status().is_success())?;
            Some(format!("a CORS layer probably does not allow the origin {origin} (Vary names Origin): compare it with the layer's policy, scheme and port too"))
        }));
    }
    if last.is_preflight() && matches!(failed.step, Step::PreflightMethod | Step::PreflightStatus) {
        causes.extend(preflight::letter_case(last));
    }
    let to_login = exchanges.iter().find(|exchange| exchange.redirects_to_login());
    if failed.step != Step::RedirectCount {
        causes.extend(redirect::target(to_login.unwrap_or(last)));
    }
    // The page is the login.
    causes.extend(html_page(last).filter(|_| to_login.is_none()));
    causes.extend(error::gateway(last.status()));
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

fn several_layers(last: &Exchange) -> Option<String> {
    let lines = last.lines(&ACCESS_CONTROL_ALLOW_ORIGIN);
    let mut values = last.list(&ACCESS_CONTROL_ALLOW_ORIGIN);
    values.retain(|value| !value.is_empty());
    if values.len() < 2 {
        return None;
    }
    let mut seen = HashSet::new();
    let is_list = lines.len() == 1 && values.iter().all(|value| value != "*" && seen.insert(value));
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

fn html_page(last: &Exchange) -> Option<String> {
    let kind = last.answered(CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    let start = last.received.body.trim_ascii_start();
    let begins = |with: &str| {
        start.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()))
    };
    let is_html = kind.starts_with("text/html") || begins("<!doctype html") || begins("<html");
    let is_page = is_html
        // What frameworks answer to OPTIONS may have this type, and no page.
        && (!last.is_preflight() || !start.is_empty() && begins("<"))
        && last.status() == StatusCode::OK
        && !last.has_allow_origin();
    is_page.then(|| {
        "an HTML page came, not an API's answer: often the page of a single-page application, which a static server gives for every path. Check the URL and the port".to_owned()
    })
}
