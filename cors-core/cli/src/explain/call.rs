//! The call that the flags describe.

use cors_core::browser::{
    Body, CredentialsMode, Crossorigin, Fetch, Initiator, Mode, RedirectMode,
};

use http::HeaderValue;

use crate::args::Explain;
use crate::input::{self, Call, WHITESPACE, check_origin, check_url, shown_url};

/// The call of `--curl` or `--fetch`, with what the flags beside them say instead, or the call that
/// the flags describe.
pub(super) fn call(options: &Explain) -> Result<Call, String> {
    let mut call = match (&options.curl, &options.fetch) {
        (Some(line), _) => input::curl(line).map_err(|error| format!("--curl: {error}"))?,
        (_, Some(text)) => input::fetch_call(text).map_err(|error| format!("--fetch: {error}"))?,
        (None, None) => Call::new("https://api.example/"),
    };
    let fetch = &mut call.fetch;
    if let Some(url) = options.url.as_ref().or(options.url_flag.as_ref()) {
        let flag = if options.url_flag.is_some() { "--url" } else { "URL" };
        for (copied, its_flag) in [("curl ", "--curl"), ("fetch(", "--fetch")] {
            if url.starts_with(copied) {
                return Err(format!("{flag}: write {its_flag} in front of what you copied"));
            }
        }
        let is_socket = options.initiator.as_deref() == Some(Initiator::WebSocket.as_str());
        match url.strip_prefix("ws").filter(|_| is_socket) {
            Some(rest) => check_url(flag, &format!("http{rest}"))?,
            None => check_url(flag, url)?,
        };
        fetch.url.clone_from(url);
    }
    if let Some(origin) = &options.origin {
        fetch.origin.clone_from(origin);
    }
    if let Some(method) = &options.method {
        fetch.method.clone_from(method);
    }
    if let Some(name) = &options.initiator {
        let initiator = one_of("--as", name, &Initiator::ALL, |initiator| initiator.as_str())?;
        let alone = Fetch::by(initiator, "", "");
        (fetch.initiator, fetch.mode, fetch.credentials) =
            (initiator, alone.mode, alone.credentials);
    }
    fetch.upload_listener = options.upload;
    for line in &options.headers {
        let (name, value) = line.split_once(':').ok_or_else(|| {
            // What follows may be a secret.
            let name = shown_url(line.split_whitespace().next().unwrap_or_default());
            format!("--header {name}: write NAME:VALUE")
        })?;
        let value = value.trim_matches(WHITESPACE);
        fetch.headers.push((name.trim().to_owned(), value.to_owned()));
    }
    if let Some(data) = &options.data {
        fetch.body = Body::Text;
        call.body = Some(data.clone().into_bytes());
    }
    if let Some(name) = &options.credentials {
        fetch.credentials = one_of("--credentials", name, &CredentialsMode::ALL, |m| m.as_str())?;
    }
    if let Some(name) = &options.crossorigin {
        let has_it = fetch.initiator.is_potentially_cors() || fetch.initiator == Initiator::Module;
        if !has_it {
            return Err("--crossorigin: write --as script, module, image or stylesheet".to_owned());
        }
        let values = [Crossorigin::Anonymous, Crossorigin::UseCredentials];
        let value = one_of("--crossorigin", name, &values, |value| value.as_str())?;
        *fetch = fetch.clone().crossorigin(Some(value));
    }
    if let Some(name) = &options.mode {
        let modes = [Mode::Cors, Mode::NoCors, Mode::SameOrigin];
        fetch.mode = one_of("--mode", name, &modes, |mode| mode.as_str())?;
    }
    if let Some(name) = &options.redirect {
        let modes = [RedirectMode::Follow, RedirectMode::Error, RedirectMode::Manual];
        fetch.redirect = one_of("--redirect", name, &modes, |mode| mode.as_str())?;
    }
    let is_cookie =
        |cookie: &&String| cookie.contains('=') && HeaderValue::from_str(cookie).is_ok();
    if !options.cookies.iter().all(|cookie| is_cookie(&cookie)) {
        return Err("--cookie: write NAME=VALUE, without line breaks".to_owned());
    }
    for cookie in &options.cookies {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        // Others write several cookies.
        if attributes.trim().is_empty() || attributes.split(';').any(is_attribute) {
            fetch.cookies.push(cookie.clone());
            call.cookies.push(pair.trim().to_owned());
        } else {
            call.cookies.push(cookie.clone());
        }
    }
    call.insecure |= options.connection.insecure;
    call.resolve.extend(options.connection.resolve.iter().cloned());

    if fetch.origin.is_empty() && options.origin.is_none() {
        return Err("--origin is missing: write the page's, such as https://app.example.com".into());
    }
    if fetch.serialized_origin() == "null" && fetch.origin != "null" {
        return Err(format!(
            "--origin {}: no page has this origin; write one like https://app.example.com, or null for an opaque origin",
            shown_url(&fetch.origin)
        ));
    }
    if fetch.origin.contains('*') {
        return Err(format!(
            "--origin {}: write one origin, not a pattern",
            shown_url(&fetch.origin)
        ));
    }
    check_origin("--origin", &fetch.origin)?;
    Ok(call)
}

/// Whether it is an attribute of `Set-Cookie`.
fn is_attribute(text: &str) -> bool {
    let name = text.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known =
        ["domain", "expires", "httponly", "max-age", "partitioned", "path", "samesite", "secure"];
    known.contains(&&*name)
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
            "{flag} {}: write {}",
            shown_url(name),
            names.join(" or ").replacen(" or ", ", ", names.len() - 2)
        )
    })
}
