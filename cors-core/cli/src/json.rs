//! An explanation as JSON.

use cors_core::explain::{Event, Explanation, InCookie, Reads};
use http::HeaderMap;
use serde_json::{Map, Value, json};

/// One JSON object: `readable`, `preflight`, `step`, `fix` and everything else the explanation has.
pub fn to_json(explanation: &Explanation) -> Value {
    let failed = explanation.failed();
    let fix = explanation.fix();
    let console: Map<String, Value> = explanation
        .console()
        .map(|(engine, message)| (engine.name().to_lowercase(), json!(message)))
        .collect();
    let engines: Map<String, Value> = explanation
        .engines()
        .iter()
        .map(|of| {
            let lines: Vec<_> = of.console.iter().flat_map(|text| text.lines()).collect();
            let readable = match of.reads {
                Reads::Yes => json!(true),
                Reads::No => json!(false),
                Reads::Asks => json!("asks"),
            };
            let cookies: Vec<_> = of.cookies.iter().map(cookie).collect();
            let does = json!({ "readable": readable, "console": lines, "cookies": cookies });
            (of.engine.name().to_lowercase(), does)
        })
        .collect();
    json!({
        "fetch": explanation.fetch().to_string(),
        "readable": explanation.is_success(),
        "preflight": explanation.preflight().as_str(),
        "step": failed.map(|taken| taken.step.id()),
        "reason": failed.map(|taken| &taken.says),
        "section": failed.map(|taken| taken.step.section()),
        "rule": failed.map(|taken| taken.step.rule()),
        "url": failed.map(|taken| taken.step.url()),
        "refused": explanation.refused(),
        "fix": fix.map(ToString::to_string),
        "changes": fix.map(|fix| fix.changes().iter().map(ToString::to_string).collect::<Vec<_>>()),
        "cautions": fix.map(|fix| fix.cautions()),
        "tried": fix.map(|fix| fix.is_tried()),
        "headers": explanation.headers(),
        "cookie_advice": explanation.cookie_advice(),
        "console": console,
        "engines": engines,
        "events": explanation.events().iter().map(event).collect::<Vec<_>>(),
    })
}

fn cookie(cookie: &InCookie) -> Value {
    let why = cookie.fate.refusal.as_ref().map(ToString::to_string);
    let mut said = json!({ "name": cookie.fate.name, "request": cookie.request, "why": why });
    said[cookie.way.as_str()] = cookie.fate.is_accepted().into();
    said
}

fn event(event: &Event) -> Value {
    match event {
        Event::Step(taken) => json!({
            "step": taken.step.id(), "says": taken.says, "failed": taken.failed,
        }),
        Event::Sent(request) => json!({
            "sent": {
                "method": request.method().as_str(),
                "url": request.uri().to_string(),
                "headers": headers(request.headers()),
            },
        }),
        Event::Received(response) => json!({
            "received": {
                "status": response.status().as_u16(),
                "headers": headers(response.headers()),
            },
        }),
        Event::Unanswered(why) => json!({ "unanswered": why }),
        _ => Value::Null,
    }
}

/// The name and value of each line, sorted by name.
fn headers(headers: &HeaderMap) -> Vec<(&str, String)> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut lines: Vec<_> =
        headers.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    lines.sort_by_key(|(name, _)| *name);
    lines
}
