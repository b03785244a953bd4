//! Guesses which value one of the wrong type was meant to be, as you would write it in a policy file.

use crate::config::tree::Value;
use crate::engine::names::is_token;
use crate::origin::pattern::Pattern;

/// The longest text considered: a message has no room for more.
const MAX_LEN: usize = 512;

/// The greatest `max_age`.
const DAY: u128 = 86_400;

/// The text in the file, with or without quotes. Those in a variable are part of its text, as some
/// readers of `.env` files leave them.
fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) if text.len() <= MAX_LEN => {
            Some(text.trim().trim_matches(['"', '\'']).trim())
        }
        Value::String(text) | Value::Other(text) if text.len() <= MAX_LEN => Some(text.trim()),
        _ => None,
    }
}

/// A boolean in quotes, or as other formats write it.
pub(super) fn boolean(value: &Value) -> Option<String> {
    let text = match value {
        Value::Integer(number) => number.to_string(),
        _ => text(value)?.to_ascii_lowercase(),
    };
    let meant = match text.as_str() {
        "true" | "yes" | "on" | "1" => "true",
        "false" | "no" | "off" | "0" => "false",
        _ => return None,
    };
    Some(unquoted(meant, value))
}

/// Seconds in quotes, or a duration as people and standards write it.
pub(super) fn seconds(value: &Value) -> Option<String> {
    if value.as_integer().is_some() {
        // It is negative. In other libraries, -1 means that nothing is cached.
        return Some("0".to_owned());
    }
    let seconds = duration(text(value)?)?.min(DAY);
    Some(unquoted(&seconds.to_string(), value))
}

/// A status in quotes.
pub(super) fn status(value: &Value) -> Option<String> {
    let status = text(value)?;
    let status = status.strip_suffix(".0").unwrap_or(status);
    let ok = status.parse().is_ok_and(|status: u16| (200..=299).contains(&status));
    ok.then(|| unquoted(status, value))
}

/// One of the words, in another case, without quotes, or with `_` for the hyphen.
pub(super) fn word<const N: usize>(value: &Value, words: [&str; N]) -> Option<String> {
    let text = text(value)?.replace('_', "-");
    let word = words.into_iter().find(|word| text.eq_ignore_ascii_case(word))?;
    let is_variable = matches!(value, Value::Text(_));
    Some(if is_variable { word.to_owned() } else { format!("{word:?}") })
}

/// A method or a header name without quotes.
pub(super) fn name(value: &Value) -> Option<String> {
    bare(value).filter(|name| is_token(name.as_bytes())).map(|name| format!("{name:?}"))
}

/// An origin without quotes.
pub(super) fn origin(value: &Value) -> Option<String> {
    let is_entry = |text: &&str| *text == "*" || Pattern::parse(text).is_ok();
    bare(value).filter(is_entry).map(|text| format!("{text:?}"))
}

/// Text in the file without quotes that starts like a word.
fn bare(value: &Value) -> Option<&str> {
    let Value::Other(_) = value else { return None };
    text(value)
        .filter(|text| text.starts_with(|char: char| char.is_ascii_alphabetic() || char == '*'))
}

fn unquoted(meant: &str, value: &Value) -> String {
    let quotes = if matches!(value, Value::String(_)) { ", without quotes" } else { "" };
    format!("{meant}{quotes}")
}

/// The whole seconds of `600`, `600.0`, `10m`, `24 hours`, `1h30m` or `PT10M`.
fn duration(text: &str) -> Option<u128> {
    if let Some(less) = text.strip_prefix('-') {
        // Negative, in any unit.
        return duration(less).map(|_| 0);
    }
    let text = text.to_ascii_lowercase();
    let (mut rest, is_iso) = match text.strip_prefix('p') {
        Some(iso) => (iso, true),
        None => (text.as_str(), false),
    };
    let mut millis: u128 = 0;
    let mut is_first = true;
    let mut in_time = !is_iso;
    loop {
        rest = rest.trim_start_matches([' ', ',']);
        if rest.is_empty() {
            break;
        }
        if let Some(time) = rest.strip_prefix('t').filter(|_| !in_time) {
            (in_time, rest) = (true, time);
            continue;
        }
        let digits = rest.trim_start_matches(|char: char| char.is_ascii_digit() || char == '.');
        let number = thousandths(&rest[..rest.len() - digits.len()])?;
        let after = digits.trim_start_matches(' ').trim_start_matches(|char: char| {
            char.is_ascii_alphabetic() && char != 't' || in_time && char.is_ascii_alphabetic()
        });
        let unit = digits[..digits.len() - after.len()].trim();
        let unit = match unit {
            "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => 1,
            // A number alone. `1 2` is ambiguous.
            "" if after.is_empty() && is_first && !is_iso => 1000,
            "s" | "sec" | "secs" | "second" | "seconds" => 1000,
            "m" | "min" | "mins" | "minute" | "minutes" if in_time => 60_000,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000,
            "d" | "day" | "days" => 86_400_000,
            "w" | "week" | "weeks" => 604_800_000,
            _ => return None,
        };
        millis = millis.checked_add(number.checked_mul(unit)? / 1000)?;
        (rest, is_first) = (after, false);
    }
    // Refuse a `P` alone, and an empty text.
    let has_number = text.contains(|char: char| char.is_ascii_digit());
    has_number.then_some(millis / 1000)
}

/// A decimal number in thousandths; digits beyond them are dropped.
fn thousandths(number: &str) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = format!("{fraction:0<3}");
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole: u128 = whole.parse().ok()?;
    whole.checked_mul(1000)?.checked_add(fraction[..3].parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, wanted) in [
            ("600", Some(600)),
            ("600.0", Some(600)),
            ("6_00", None),
            ("600s", Some(600)),
            ("600 seconds", Some(600)),
            ("10m", Some(600)),
            ("10 min", Some(600)),
            ("10minutes", Some(600)),
            ("10M", Some(600)),
            ("1h", Some(3600)),
            ("1h30m", Some(5400)),
            ("1h 30m 5s", Some(5405)),
            ("1.5h", Some(5400)),
            ("24 hours", Some(86_400)),
            ("1 day", Some(86_400)),
            ("1w", Some(604_800)),
            ("1500ms", Some(1)),
            ("PT10M", Some(600)),
            ("pt1h30m", Some(5400)),
            ("P1D", Some(86_400)),
            ("P1DT12H", Some(129_600)),
            ("P10M", None),
            ("-1", Some(0)),
            ("-1s", Some(0)),
            ("0", Some(0)),
            ("", None),
            ("P", None),
            ("PT", None),
            ("-", None),
            ("m", None),
            ("10 apples", None),
            ("1.2.3s", None),
            ("ten minutes", None),
            ("99999999999999999999999999999999999999999s", None),
            ("5x", None),
            ("1 2", None),
            ("1h 2", None),
            ("0 5", None),
        ] {
            assert_eq!(duration(text), wanted, "{text}");
        }
    }
}
