//! `Set-Cookie` as browsers read it.
//!
//! [RFC 6265bis, the Set-Cookie header field](https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-set-cookie-header-field-2)

use super::date::seconds_of;
use super::rules::Rules;
use super::{CookieRefusal, SameSite};
use std::time::Duration;

/// The longest name and value together, in bytes.
const MAX_PAIR: usize = 4096;

/// A longer value of an attribute is ignored, in bytes.
const MAX_ATTRIBUTE: usize = 1024;

/// How long a cookie lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lifetime {
    Session,
    Lasting(Duration),
    Over,
}

/// What a line of `Set-Cookie` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SetCookie {
    pub(super) name: String,
    /// See [`name_of`].
    pub(super) shown: String,
    /// As sent back: names and values are bytes.
    pub(super) pair: Vec<u8>,
    pub(super) domain: Option<String>,
    pub(super) path: Option<String>,
    pub(super) is_secure: bool,
    pub(super) is_http_only: bool,
    pub(super) is_partitioned: bool,
    pub(super) same_site: Option<SameSite>,
    pub(super) lifetime: Lifetime,
}

/// The name that a line sets, to report it even if it is refused. What has no `=` may be a secret.
pub(super) fn name_of(line: &[u8], rules: &Rules) -> String {
    let pair = whole(line, rules).split(|b| *b == b';').next().unwrap_or_default();
    let name = pair.iter().position(|b| *b == b'=').map_or(&[][..], |at| trimmed(&pair[..at]));
    String::from_utf8_lossy(name).into_owned()
}

/// What the engine reads of a line.
fn whole<'l>(line: &'l [u8], rules: &Rules) -> &'l [u8] {
    let is_end = |b: &u8| !b.is_ascii() || b.is_ascii_control();
    let end = line.iter().position(|b| rules.is_printable && is_end(b));
    &line[..end.unwrap_or(line.len())]
}

fn pair_of<'l>(line: &'l [u8], rules: &Rules) -> (&'l [u8], &'l [u8]) {
    let pair = line.split(|b| *b == b';').next().unwrap_or_default();
    match pair.iter().position(|b| *b == b'=') {
        Some(at) => (trimmed(&pair[..at]), trimmed(&pair[at + 1..])),
        None if rules.lone_is_name => (trimmed(pair), &[]),
        None => (&[], trimmed(pair)),
    }
}

impl SetCookie {
    /// `answered` is when the answer was written, in seconds of Unix time.
    pub(super) fn parse(line: &[u8], rules: &Rules, answered: i64) -> Result<Self, CookieRefusal> {
        let line = whole(line, rules);
        let (name, value) = pair_of(line, rules);
        let is_bad = |b: &u8| match b {
            b'\t' => !rules.allows_tab,
            _ => b.is_ascii_control(),
        };
        let has_name = || rules.nameless_is_lone && value.contains(&b'=');
        let is_empty = name.is_empty() && (rules.needs_name || value.is_empty() || has_name());
        if is_empty || name.iter().chain(value).any(is_bad) {
            return Err(CookieRefusal::Malformed);
        }
        if rules.is_modern && name.len() + value.len() > MAX_PAIR {
            return Err(CookieRefusal::TooLong);
        }
        let pair = match name {
            [] => value.to_vec(),
            _ => [name, b"=", value].concat(),
        };
        let mut cookie = Self {
            name: String::from_utf8_lossy(name).into_owned(),
            shown: name_of(line, rules),
            pair,
            domain: None,
            path: None,
            is_secure: false,
            is_http_only: false,
            is_partitioned: false,
            same_site: None,
            lifetime: Lifetime::Session,
        };
        let mut age = None;
        let mut expires = None;
        for attribute in line.split(|b| *b == b';').skip(1) {
            let (name, value) = match attribute.iter().position(|b| *b == b'=') {
                Some(at) => (trimmed(&attribute[..at]), trimmed(&attribute[at + 1..])),
                None => (trimmed(attribute), &[][..]),
            };
            if rules.is_modern && value.len() > MAX_ATTRIBUTE {
                continue;
            }
            let text = String::from_utf8_lossy(value);
            match &*name.to_ascii_lowercase() {
                b"secure" => cookie.is_secure = true,
                b"httponly" => cookie.is_http_only = true,
                b"partitioned" => cookie.is_partitioned = rules.is_modern,
                b"domain" => {
                    let text = text.strip_prefix('.').map_or(&*text, |rest| match rest {
                        // Not the same as none.
                        "" => ".",
                        _ => rest,
                    });
                    cookie.domain = (!text.is_empty()).then(|| text.to_ascii_lowercase());
                }
                b"path" => cookie.path = text.starts_with('/').then(|| text.into_owned()),
                b"samesite" => cookie.set_same_site(&text, rules),
                b"max-age" => {
                    if let Some(lifetime) = lifetime_of(&text, rules) {
                        age = Some(lifetime);
                        if rules.last_age_counts {
                            expires = None;
                        }
                    }
                }
                b"expires" => {
                    if let Some(seconds) = seconds_of(&text, rules.date_needs_time) {
                        expires = Some(lasting(seconds.saturating_sub(answered)));
                        if rules.last_age_counts {
                            age = None;
                        }
                    }
                }
                _ => {}
            }
        }
        cookie.lifetime = age.or(expires).unwrap_or(Lifetime::Session);
        Ok(cookie)
    }

    fn set_same_site(&mut self, text: &str, rules: &Rules) {
        let all = [SameSite::Strict, SameSite::Lax, SameSite::None];
        let said = all.into_iter().find(|it| text.eq_ignore_ascii_case(it.as_str()));
        match said {
            Some(SameSite::None) | None if rules.none_is_weak => {}
            said => self.same_site = said,
        }
    }
}

fn lifetime_of(text: &str, rules: &Rules) -> Option<Lifetime> {
    match text {
        "" => return rules.empty_age_is_zero.then_some(Lifetime::Over),
        "-" => return rules.dash_age_is_zero.then_some(Lifetime::Over),
        _ => {}
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let digits = digits.strip_prefix('+').filter(|_| rules.last_age_counts).unwrap_or(digits);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // A number that overflows exceeds any limit.
    let seconds = digits.parse().unwrap_or(i64::MAX);
    Some(lasting(if text.starts_with('-') { -seconds } else { seconds }))
}

fn lasting(seconds: i64) -> Lifetime {
    let seconds = u64::try_from(seconds).map(Duration::from_secs);
    seconds.map_or(Lifetime::Over, Lifetime::Lasting)
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let is_space = |b: &u8| matches!(b, b' ' | b'\t');
    let start = bytes.iter().position(|b| !is_space(b)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|b| !is_space(b)).map_or(start, |at| at + 1);
    &bytes[start..end]
}
