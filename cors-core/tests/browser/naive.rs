//! What a policy allows, directly from its config. Nothing is compiled, and nothing is shared with
//! the engine or the model.

use crate::world::{Asked, REGEXES};
use cors_core::browser::{CredentialsMode, Mode};
use cors_core::{Config, DisallowedOrigin, OriginEntry};

/// Whether the policy lets the script read the response. The handler answers preflights that reach
/// it with success or not.
pub fn may_read(config: &Config, asked: &Asked, handler_succeeds: bool) -> bool {
    if asked.throws() {
        return false;
    }
    if asked.is_same_origin() {
        return true;
    }
    let credentials = asked.fetch.credentials == CredentialsMode::Include;
    let names = asked.unsafe_names();
    asked.fetch.mode == Mode::Cors
        && allows_origin(config, &asked.origin)
        && (!credentials || config.allow_credentials)
        && asked.method.is_some_and(|method| allows_method(config, method))
        && names.iter().all(|name| allows_header(config, name))
        // 4 KiB are always read, more than 16 KiB never. This world has nothing in between.
        && names.iter().map(String::len).sum::<usize>() < 4096
        && (handler_succeeds || !config.preflight_continue || !asked.needs_preflight())
}

/// Whether a script that may read sees this response header.
pub fn may_see(config: &Config, asked: &Asked, name: &str) -> bool {
    const SAFELISTED: [&str; 7] = [
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    ];
    name != "set-cookie"
        && (asked.is_same_origin()
            || SAFELISTED.contains(&name)
            || lists(&config.expose_headers, name)
            || config.expose_headers.iter().any(|listed| listed == "*"))
}

/// Whether every request gets the same headers, so that one may get another's response.
pub fn is_constant(config: &Config) -> bool {
    let entries = &config.allow_origins;
    let one_answer = match &entries[0] {
        OriginEntry::Pattern(text) if text == "*" => !config.allow_credentials,
        OriginEntry::Pattern(text) => !text.contains('*'),
        _ => false,
    };
    one_answer
        && entries.iter().all(|entry| *entry == entries[0])
        && config.disallowed_origin == DisallowedOrigin::Forward
}

pub fn allows_origin(config: &Config, origin: &str) -> bool {
    config.allow_origins.iter().any(|entry| match entry {
        OriginEntry::Pattern(text) if text == "*" && !config.allow_credentials => true,
        _ if origin.len() > 512 => false,
        OriginEntry::Pattern(text) if text == "*" => {
            origin != "null" || config.danger.allow_null_origin
        }
        OriginEntry::Pattern(text) => matches(text, origin),
        OriginEntry::Regex(text) => {
            let (_, matches) =
                REGEXES.iter().find(|(known, _)| known == text).expect("of this world");
            origin != "null" && matches(origin)
        }
        other => panic!("{other:?}"),
    })
}

fn matches(pattern: &str, origin: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == origin;
    }
    let (Some(pattern), Some(origin)) = (parts(pattern), parts(origin)) else { return false };
    let is_host = match pattern.host.strip_prefix("*.") {
        Some(domain) => match origin.host.strip_suffix(domain).and_then(|o| o.strip_suffix('.')) {
            Some(labels) => labels.split('.').all(|label| !label.is_empty()),
            None => false,
        },
        None => pattern.host == origin.host,
    };
    let is_port = pattern.port == Some("*") || pattern.port == origin.port;
    pattern.scheme == origin.scheme && is_host && is_port
}

struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    port: Option<&'a str>,
}

/// `None` for `null`.
fn parts(text: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = text.split_once("://")?;
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (rest, None),
    };
    Some(Parts { scheme, host, port })
}

fn allows_method(config: &Config, method: &str) -> bool {
    let listed = |name: &str| config.allow_methods.iter().any(|listed| listed == name);
    matches!(method, "GET" | "HEAD" | "POST") || method != "*" && (listed("*") || listed(method))
}

fn allows_header(config: &Config, name: &str) -> bool {
    let any = lists(&config.allow_headers, "*") && name != "authorization";
    name != "*" && (any || lists(&config.allow_headers, name))
}

fn lists(list: &[String], name: &str) -> bool {
    list.iter().any(|listed| listed.eq_ignore_ascii_case(name))
}
