//! One proof: the fault is seen, the recipe is applied, and then the page can read, and no other.

use std::net::SocketAddr;

use cors_cli::server::Server;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, VARY};
use http::{Request, StatusCode};

use crate::case::{Case, OTHER, PAGE, STRANGERS};
use crate::explain::{explain, send};
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
    let reads = case.exposed();
    let (fault, text, is_recognised) = {
        let host = hosts::start(server, case, None)?;
        let fetch = case.fetch(&base(host.addr));
        let before = explain(&fetch, reads, None)?;
        if before.is_readable(reads) {
            return Err("the fault is not there: the page can read before the recipe".to_owned());
        }
        let fault = before.step().unwrap_or("header not visible").to_owned();
        match before.recipe() {
            Some((other, _)) if other != server => return Err(format!("it is taken for {other}")),
            Some((_, text)) => (fault, text.to_owned(), true),
            None => {
                let named = explain(&fetch, reads, Some(server))?;
                let (_, text) = named.recipe().ok_or("no recipe")?;
                (fault, text.to_owned(), false)
            }
        }
    };

    let host = hosts::start(server, case, Some(&text)).map_err(|e| format!("{e}\n{text}"))?;
    check(host.addr, case).map_err(|error| format!("{error}; the recipe:\n{text}"))?;
    Ok(Proof { fault, is_recognised })
}

fn base(addr: SocketAddr) -> String {
    format!("http://{addr}")
}

/// What holds behind every recipe.
fn check(addr: SocketAddr, case: Case) -> Result<(), String> {
    let mended = case.fetch(&base(addr));
    for fetch in case.besides(&base(addr)).iter().chain([&mended]) {
        let after = explain(fetch, case.exposed(), None)?;
        let exposed = if *fetch == mended { case.exposed() } else { &[] };
        if !after.is_readable(exposed) {
            return Err(format!("{fetch} still fails: {}", after.shown()));
        }
        // The application's own answer, not that of a server which the recipe broke.
        let expected = match &fetch.url {
            url if url.ends_with("/missing") => StatusCode::NOT_FOUND,
            url if url.ends_with("/crash") => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::OK,
        };
        if after.status() != Some(u64::from(expected.as_u16())) {
            return Err(format!("{fetch} does not get {expected}: {}", after.shown()));
        }
    }
    for stranger in STRANGERS.into_iter().chain([OTHER]) {
        let mut fetch = mended.clone();
        fetch.origin = stranger.to_owned();
        let after = explain(&fetch, &[], None)?;
        if after.is_readable(&[]) {
            return Err(format!("{fetch} can read: {}", after.shown()));
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
