//! The likely meaning of a glob, with `*` where patterns do not allow it.

use super::meant::{Meant, entry};
use crate::origin::public_suffix;

/// The likely meaning of a lower-case host or a port that contains `*`. The port has its colon.
pub(super) fn meant(scheme: &str, host: &str, port: &str) -> Option<Meant> {
    let mut host = host.to_owned();
    let mut before = ' ';
    host.retain(|c| std::mem::replace(&mut before, c) != '*' || c != '*');
    let whole_port = port == ":*" || !port.contains('*');
    if whole_port && host.strip_prefix("*.").is_some_and(|rest| !rest.contains('*')) {
        return entry(format!("{scheme}://{host}{port}"));
    }
    let labels: Vec<&str> = host.split('.').collect();
    let Some(last) = labels.iter().rposition(|label| label.contains('*')) else {
        return regex(scheme, &labels, port, LABEL, None);
    };
    let is_number = |label: &&str| label.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*');
    if labels.len() == 4 && labels.iter().all(&is_number) && !labels[0].contains('*') {
        return regex(scheme, &labels, port, NUMBER, None);
    }
    let rest = host.rsplit_once('*').and_then(|(_, rest)| rest.split_once('.'));
    let rest = rest.map_or("", |(_, rest)| rest);
    // A name does not end in a number.
    if rest.is_empty() || labels.last().is_some_and(is_number) {
        return None;
    }
    let is_shared = public_suffix::is_shared(rest);
    // `*example.com` lost its dot: nobody means `evilexample.com`.
    if let Some(name) = labels[last].strip_prefix('*').filter(|_| last == 0 && whole_port)
        && is_shared
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
    {
        return entry(format!("{scheme}://*.{name}.{rest}{port}"));
    }
    // Without the list, it is unknown who owns these names.
    if is_shared && labels[last] == "*" || cfg!(not(feature = "public-suffix")) {
        return None;
    }
    regex(scheme, &labels, port, LABEL, is_shared.then(|| rest.to_owned()))
}

/// The regex for a `*` in a label.
const LABEL: &str = "[a-z0-9-]+";
const NUMBER: &str = "[0-9]+";

fn regex(
    scheme: &str,
    labels: &[&str],
    port: &str,
    star: &str,
    shared: Option<String>,
) -> Option<Meant> {
    if cfg!(not(feature = "regex")) {
        return None;
    }
    let port = if port == ":*" { "(:[0-9]+)?".to_owned() } else { port.replace('*', NUMBER) };
    let host = labels.join(r"\.").replace('*', star);
    let regex = format!("{scheme}://{host}{port}");
    Some(Meant::Regex { regex, shared, needs_danger: false })
}
