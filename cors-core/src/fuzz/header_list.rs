//! `Access-Control-Request-Headers`.

use super::choice_and_lines;
use crate::engine::headers::{AskedHeaders, MAX_LIST};
use crate::engine::names::is_token;
use crate::{Config, Policy};

/// `allow_headers`, by the first byte.
const ALLOWED: [&[&str]; 5] = [
    &[],
    &["x-a"],
    &["X-Ab", "content-type", "authorization", "x-ba"],
    &["*"],
    &["*", "Authorization"],
];

/// The first byte selects `allow_headers`, and the rest are the lines of the header. From 128 on,
/// the lines are repeated 64 times, so that few bytes reach the limit.
///
/// The verdict is that of a naive split and compare. The echo has every allowed name and no other.
pub fn header_list(bytes: &[u8]) {
    let Some((choice, lines)) = choice_and_lines(bytes) else { return };
    let times = if choice < 128 { 1 } else { 64 };
    let lines = (0..times).flat_map(|_| lines.clone());
    let allowed = ALLOWED[usize::from(choice) % ALLOWED.len()];
    let config = Config {
        allow_headers: allowed.iter().map(|name| (*name).to_owned()).collect(),
        ..Config::new(["https://a.test"])
    };
    let policy = Policy::new(&config).expect("these lists are valid");
    let headers = &policy.compiled().headers;

    let allows = |name: &str| {
        let listed = |name: &str| allowed.iter().any(|listed| listed.eq_ignore_ascii_case(name));
        let any = listed("*") && name != "authorization" && is_token(name.as_bytes());
        name != "*" && (any || listed(name))
    };
    // Latin-1, so that each byte is one character.
    let texts: Vec<String> =
        lines.clone().map(|line| line.iter().map(|b| char::from(*b)).collect()).collect();
    let all: Vec<String> = texts
        .iter()
        .flat_map(|line| line.split(','))
        .map(|name| name.trim_matches([' ', '\t']).to_ascii_lowercase())
        .collect();
    let names: Vec<&str> = all.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();

    let judged = headers.judge(|| lines.clone());
    let length: usize = lines.clone().map(<[u8]>::len).sum();
    if length > MAX_LIST || texts.len() > 2 * MAX_LIST {
        return assert_eq!(judged, AskedHeaders::TooLong);
    }
    match names.iter().find(|name| !allows(name)) {
        Some(name) => {
            let AskedHeaders::Refused(found) = judged else { panic!("{name:?}: {judged:?}") };
            let found: String = found.iter().map(|b| char::from(*b)).collect();
            assert_eq!(found.to_ascii_lowercase(), *name);
        }
        None => {
            let verbatim = texts.len() == 1 && names.len() == all.len();
            assert_eq!(judged, AskedHeaders::Allowed { verbatim }, "{texts:?}");
        }
    }

    let echoed = headers.allowed_of(lines);
    let wanted: Vec<&str> = names.into_iter().filter(|name| allows(name)).collect();
    assert_eq!(echoed.to_ascii_lowercase(), wanted.join(",").as_bytes());
    // The commas that join many lines may exceed the limit.
    if echoed.len() > MAX_LIST {
        return;
    }
    let again = headers.judge(|| std::iter::once(&echoed[..]));
    assert_eq!(again, AskedHeaders::Allowed { verbatim: !echoed.is_empty() });
}
