//! Dates in `Expires`.
//!
//! [RFC 6265bis, dates](https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-dates)

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Seconds of Unix time. `None` if it is not a date.
pub(super) fn seconds_of(text: &str, needs_time: bool) -> Option<i64> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.split(is_delimiter).filter(|token| !token.is_empty()) {
        if time.is_none()
            && let Some(found) = time_of(token)
        {
            time = Some(found);
        } else if day.is_none()
            && let Some(found) = leading(token, 1..=2)
        {
            day = Some(found);
        } else if month.is_none()
            && let Some(found) = month_of(token)
        {
            month = Some(found);
        } else if year.is_none()
            && let Some(found) = leading(token, 2..=4)
        {
            year = Some(found);
        }
    }
    let (day, month) = (day?, month?);
    let year = match year? {
        year @ 70..=99 => year + 1900,
        year @ 0..=69 => year + 2000,
        year => year,
    };
    let midnight = (!needs_time).then_some([0; 3]);
    let [hour, minute, second] = time.or(midnight)?;
    let is_valid = (1..=31).contains(&day) && hour <= 23 && minute <= 59 && second <= 59;
    let seconds = (days_since_1970(year, month, day) * 24 + hour) * 3600 + minute * 60 + second;
    is_valid.then_some(seconds)
}

/// `:` is part of a time.
fn is_delimiter(c: char) -> bool {
    matches!(c, '\t' | '\x20'..='\x2f' | '\x3b'..='\x40' | '\x5b'..='\x60' | '\x7b'..='\x7e')
}

fn time_of(token: &str) -> Option<[i64; 3]> {
    let mut parts = token.splitn(3, ':');
    let mut part = || leading(parts.next()?, 1..=2);
    Some([part()?, part()?, part()?])
}

fn month_of(token: &str) -> Option<i64> {
    let name = token.get(..3)?.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| *month == name)?;
    i64::try_from(at).ok().map(|at| at + 1)
}

/// The digits that it begins with, if there are as many as that.
fn leading(token: &str, count: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    count.contains(&digits).then(|| token[..digits].parse().ok()).flatten()
}

/// In the Gregorian calendar, with March as the first month, so that leap days end a year.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let days = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + days - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Thu, 01-Jan-70 00:00:10 GMT", Some(10)),
            ("Thu Jan  1 00:01:01 1970", Some(61)),
            ("Sat, 1 Jan 2000 00:00:00", Some(946_684_800)),
            ("Tue, 29 Feb 2028 12:00:00 GMT", Some(1_835_438_400)),
            ("Wed, 01 Mar 2028 00:00:00 GMT", Some(1_835_481_600)),
            ("Thu, 01 Jan 69 00:00:00 GMT", Some(3_124_224_000)),
            ("Thu, 99 Jan 1970 00:00:00 GMT", None),
            ("Thu, 01 Jan 1970 24:00:00 GMT", None),
            ("1 jan 2001", None),
            ("1970-01-01T00:00:00Z", None),
            ("0", None),
            ("", None),
        ] {
            assert_eq!(seconds_of(text, true), seconds, "{text}");
        }
        assert_eq!(seconds_of("1 jan 2001", false), Some(978_307_200));
    }
}
