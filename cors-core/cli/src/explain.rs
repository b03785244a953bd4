//! `explain`: what a browser does with one `fetch`, and why.

use std::process::ExitCode;

use cors_core::browser::{Body, CredentialsMode, Fetch, Mode, RedirectMode};
use cors_core::explain::{Explanation, explain};

use crate::args::Explain;
use crate::json::to_json;
use crate::output::{is_colored, print};
use crate::policy_file::judge;

/// `Err` is what is wrong with the usage.
pub(crate) fn run(options: Explain) -> Result<ExitCode, String> {
    let fetch = fetch(&options)?;
    let Some(policy) = &options.policy else {
        return Err("--policy is missing: name the policy file".to_owned());
    };
    let judged = judge(policy);
    let Some(policy) = judged.policy else {
        eprintln!("{}", judged.findings.join("\n"));
        return Ok(ExitCode::FAILURE);
    };
    Ok(show(&explain(&policy, &fetch), options.json))
}

fn show(explanation: &Explanation, json: bool) -> ExitCode {
    print(&match json {
        true => format!("{:#}\n", to_json(explanation)),
        false if is_colored() => format!("{}\n", explanation.in_color()),
        false => format!("{explanation}\n"),
    });
    if explanation.is_readable() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The call that the flags describe.
fn fetch(options: &Explain) -> Result<Fetch, String> {
    let origin = options
        .origin
        .clone()
        .ok_or("--origin is missing: write the page's, such as https://app.example.com")?;
    let url = options.url.clone().or_else(|| options.url_flag.clone());
    let mut fetch = Fetch::new(origin, url.unwrap_or_else(|| "https://api.example/".to_owned()))
        .method(options.method.clone().unwrap_or_else(|| "GET".to_owned()))
        .upload_listener(options.upload);
    for line in &options.headers {
        let (name, value) =
            line.split_once(':').ok_or_else(|| format!("--header {line:?}: write NAME:VALUE"))?;
        fetch.headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    if options.data.is_some() {
        fetch.body = Body::Text;
    }
    if let Some(name) = &options.credentials {
        fetch.credentials = one_of("--credentials", name, &CredentialsMode::ALL, |m| m.as_str())?;
    }
    if let Some(name) = &options.mode {
        let modes = [Mode::Cors, Mode::NoCors, Mode::SameOrigin];
        fetch.mode = one_of("--mode", name, &modes, |mode| mode.as_str())?;
    }
    if let Some(name) = &options.redirect {
        let modes = [RedirectMode::Follow, RedirectMode::Error, RedirectMode::Manual];
        fetch.redirect = one_of("--redirect", name, &modes, |mode| mode.as_str())?;
    }
    if fetch.serialized_origin() == "null" && fetch.origin != "null" {
        return Err(format!(
            "--origin {:?}: no page has this origin; write one like https://app.example.com, or null for an opaque origin",
            fetch.origin
        ));
    }
    if fetch.origin.contains('*') {
        return Err(format!("--origin {:?}: write one origin, not a pattern", fetch.origin));
    }
    if !has_scheme(&fetch.url) {
        let flag = if options.url_flag.is_some() { "--url" } else { "URL" };
        return Err(format!(
            "{flag} {:?}: write the whole URL, like https://api.example/",
            fetch.url
        ));
    }
    Ok(fetch)
}

/// The value with this name.
fn one_of<T: Copy>(
    flag: &str,
    name: &str,
    all: &[T],
    name_of: fn(T) -> &'static str,
) -> Result<T, String> {
    all.iter().copied().find(|value| name == name_of(*value)).ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|value| name_of(*value)).collect();
        format!(
            "{flag} {name:?}: write {}",
            names.join(" or ").replacen(" or ", ", ", names.len() - 2)
        )
    })
}

/// A URL without a scheme would point to the page's own server, which needs no CORS.
fn has_scheme(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    })
}
