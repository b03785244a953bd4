//! One proof: the fault is seen, the recipe is applied, and then the page can read, and no other.

use std::net::SocketAddr;

use cors_cli::server::{Needs, Server, recipe, recognise, to_fix};
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, VARY};
use http::{Request, StatusCode};

use crate::case::{Case, OTHER, PAGE, STRANGERS};
use crate::explain::{Explained, explain, send};
use crate::hosts;

/// How a proof went.
#[derive(Debug)]
pub struct Proof {
    /// What failed before, such as `allow-origin-missing`.
    pub fault: String,
    /// Whether the server was recognised from its answers. If not, its recipe was asked for by name.
    pub is_recognised: bool,
}

/// Runs one proof. The error says what went wrong.
pub fn prove(server: Server, case: Case) -> Result<Proof, String> {
    let (before, fault) = {
        let host = hosts::start(server, case, None)?;
        let before = explain(host.addr, &case.fetch(&base(host.addr)))?;
        let fault = before.failure.clone();
        (before, fault)
    };
    if before.is_readable(case.exposed()) {
        return Err("the fault is not there: the page can read before the recipe".to_owned());
    }
    let needs = Needs::of(&case.fetch(PAGE), &before.exchanges, case.exposed());
    let recognised = recognise(&before.answers());
    let to_fix = to_fix(&recognised, &needs);
    if to_fix.is_some_and(|other| other != server) {
        return Err(format!("it is taken for {recognised:?}"));
    }
    let text = recipe(server, &needs).ok_or_else(|| format!("no recipe for {needs:?}"))?;

    let host = hosts::start(server, case, Some(&text)).map_err(|e| format!("{e}\n{text}"))?;
    check(host.addr, case).map_err(|error| format!("{error}; the recipe:\n{text}"))?;
    Ok(Proof {
        fault: fault.unwrap_or_else(|| "header not visible".to_owned()),
        is_recognised: to_fix.is_some(),
    })
}

fn base(addr: SocketAddr) -> String {
    format!("http://{addr}")
}

/// What holds behind every recipe.
fn check(addr: SocketAddr, case: Case) -> Result<(), String> {
    let mended = case.fetch(&base(addr));
    for fetch in case.besides(&base(addr)).iter().chain([&mended]) {
        let after = explain(addr, fetch)?;
        let exposed = if *fetch == mended { case.exposed() } else { &[] };
        if !after.is_readable(exposed) {
            return Err(format!("{fetch} still fails: {}", shown(&after)));
        }
        // The application's own answer, not that of a server which the recipe broke.
        let expected = match &fetch.url {
            url if url.ends_with("/missing") => StatusCode::NOT_FOUND,
            url if url.ends_with("/crash") => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::OK,
        };
        if after.status() != Some(expected) {
            return Err(format!("{fetch} does not get {expected}: {}", shown(&after)));
        }
    }
    for stranger in STRANGERS.into_iter().chain([OTHER]) {
        let mut fetch = mended.clone();
        fetch.origin = stranger.to_owned();
        let after = explain(addr, &fetch)?;
        if after.failure.is_none() {
            return Err(format!("{fetch} can read: {}", shown(&after)));
        }
    }
    vary(addr, &mended.url)
}

/// Answers that depend on the origin have to say so, or a cache serves one page's to another.
fn vary(addr: SocketAddr, url: &str) -> Result<(), String> {
    let mut allowed = Vec::new();
    let mut silent = Vec::new();
    for origin in [None, Some(PAGE), Some(OTHER)] {
        let mut request = Request::get(url);
        request =
            origin.into_iter().fold(request, |request, origin| request.header("origin", origin));
        let request = request.body(()).map_err(|error| error.to_string())?;
        let (response, _) = send(addr, &request)?;
        let names = response.headers().get_all(VARY).iter().filter_map(|line| line.to_str().ok());
        if !names.flat_map(|line| line.split(',')).any(|n| n.trim().eq_ignore_ascii_case("origin"))
        {
            silent.push(origin.unwrap_or("without Origin"));
        }
        allowed.push(response.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN).cloned());
    }
    let is_constant = allowed.iter().all(|value| *value == allowed[0]);
    match is_constant || silent.is_empty() {
        true => Ok(()),
        false => Err(format!("no Vary: Origin in the answer to {}", silent.join(" and to "))),
    }
}

fn shown(explained: &Explained) -> String {
    let answers = explained.exchanges.iter().map(|(request, response)| {
        format!("{} {} {:?}", request.method(), response.status(), response.headers())
    });
    let failure = explained.failure.as_deref().unwrap_or("readable");
    format!("{failure}: {}", answers.collect::<Vec<_>>().join("; "))
}
