//! `explain`: what a browser does with one `fetch` under a policy, and why.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use cors_core::browser::{CredentialsMode, Fetch};
use cors_core::explain::explain;
use lexopt::{Arg, Error, Parser, ValueExt};
use xtask::explanation::to_json;
use xtask::options::once;
use xtask::policy_file::judge;

use crate::{Exit, usage};

const USAGE: &str = "\
explain --policy FILE --origin O [--url U] [--method M] [--header NAME:VALUE]… [--credentials omit|same-origin|include] [--upload] [--json]
  shows, step by step, what a browser at origin O does with that fetch and whether the script may read the response; if not, why, and how to fix it
  the default URL is https://api.example/ and the default method GET; --upload is a listener for upload progress
  exits 0 if the script may read, 1 if not";

struct Options {
    policy: PathBuf,
    fetch: Fetch,
    json: bool,
}

pub fn run(parser: &mut Parser) -> Exit {
    let Some(Options { policy, fetch, json }) = parse(parser)? else { return usage(USAGE) };
    let judged = judge(&policy);
    let Some(policy) = judged.policy else {
        eprintln!("{}", judged.findings.join("\n"));
        return Ok(ExitCode::FAILURE);
    };
    let explanation = explain(&policy, &fetch);
    let color = io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let text = match json {
        true => format!("{:#}\n", to_json(&explanation)),
        false if color => format!("{}\n", explanation.in_color()),
        false => format!("{explanation}\n"),
    };
    // If our output is closed, the exit code still tells.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(if explanation.is_readable() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `None` if help was asked for.
fn parse(parser: &mut Parser) -> Result<Option<Options>, Error> {
    let (mut policy, mut origin, mut url, mut method) = (None, None, None, None);
    let (mut credentials, mut upload, mut json) = (None, false, false);
    let mut headers: Vec<(String, String)> = Vec::new();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            Arg::Long("policy") => once("--policy", &mut policy, parser.value()?.into())?,
            Arg::Long("origin") => once("--origin", &mut origin, parser.value()?.string()?)?,
            Arg::Long("url") => once("--url", &mut url, parser.value()?.string()?)?,
            Arg::Long("method") => once("--method", &mut method, parser.value()?.string()?)?,
            Arg::Long("header") => headers.push(header(parser.value()?)?),
            Arg::Long("credentials") => {
                once("--credentials", &mut credentials, credentials_mode(parser.value()?)?)?
            }
            Arg::Long("upload") => upload = true,
            Arg::Long("json") => json = true,
            other => return Err(other.unexpected()),
        }
    }
    let origin: String =
        origin.ok_or("--origin is missing: write the page's, such as https://app.example.com")?;
    let mut fetch = Fetch::new(origin, url.unwrap_or_else(|| "https://api.example/".to_owned()))
        .method(method.unwrap_or_else(|| "GET".to_owned()))
        .credentials(credentials.unwrap_or_default())
        .upload_listener(upload);
    fetch.headers = headers;
    if fetch.serialized_origin() == "null" && fetch.origin != "null" {
        return Err(format!(
            "--origin {:?}: no page has this origin; write one like https://app.example.com, or null for an opaque origin",
            fetch.origin
        )
        .into());
    }
    if fetch.origin.contains('*') {
        return Err(format!("--origin {:?}: write one origin, not a pattern", fetch.origin).into());
    }
    if !has_scheme(&fetch.url) {
        return Err(format!(
            "--url {:?}: write the whole URL, like https://api.example/",
            fetch.url
        )
        .into());
    }
    let policy = policy.ok_or("--policy is missing: name the policy file")?;
    Ok(Some(Options { policy, fetch, json }))
}

/// A URL without a scheme would point to the page's own server, which needs no CORS.
fn has_scheme(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    })
}

fn header(line: OsString) -> Result<(String, String), Error> {
    let line = line.string()?;
    match line.split_once(':') {
        Some((name, value)) => Ok((name.trim().to_owned(), value.trim().to_owned())),
        None => Err(format!("--header {line:?}: write NAME:VALUE").into()),
    }
}

fn credentials_mode(name: OsString) -> Result<CredentialsMode, Error> {
    CredentialsMode::ALL
        .into_iter()
        .find(|mode| name == mode.as_str())
        .ok_or_else(|| format!("--credentials {name:?}: write omit, same-origin or include").into())
}
