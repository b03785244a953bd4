//! Unicode labels as browsers send them, for the fix that an error suggests.
//!
//! There is only an encoder: labels in patterns and origins are already encoded.

/// RFC 1035, 2.3.4.
const MAX_LABEL: usize = 63;

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;

/// The label as a browser sends it: in lower case, and as `xn--` with Punycode if it is not ASCII.
///
/// A label that is too long for the DNS is returned unchanged, because encoding takes quadratic
/// time. A label that needs Unicode normalization first may differ from a browser's: this is only
/// advice, and the result is checked again when it is used.
pub(crate) fn to_ascii(label: &str) -> String {
    let lower = lower_case(label);
    if lower.is_ascii() || lower.chars().count() > MAX_LABEL {
        return lower;
    }
    encode(&lower).map_or(lower, |encoded| format!("xn--{encoded}"))
}

/// Each letter by itself, as browsers do: a sigma at the end too.
fn lower_case(label: &str) -> String {
    label.chars().flat_map(char::to_lowercase).collect()
}

/// Whether browsers encode a lower-case label with this character unchanged: it is not composed,
/// mapped, or subject to bidirectional rules.
pub(crate) fn is_encoded_as_it_is(label: &str) -> bool {
    let is_plain = |c: char| match c {
        '\u{133}' | '\u{140}' | '\u{149}' | '\u{17f}' => false,
        '\u{df}'..='\u{f6}' | '\u{f8}'..='\u{17f}' => true,
        // Greek, Cyrillic, Devanagari, Thai, Kana, Han and Hangul.
        '\u{3ac}'..='\u{3ce}' | '\u{430}'..='\u{45f}' | '\u{905}'..='\u{939}' => true,
        '\u{e01}'..='\u{e30}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' => true,
        '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => true,
        _ => c.is_ascii(),
    };
    lower_case(label).chars().all(is_plain)
}

/// [RFC 3492, 6.3](https://www.rfc-editor.org/rfc/rfc3492#section-6.3). `None` if a number
/// overflows, which takes a label far longer than the DNS allows.
fn encode(label: &str) -> Option<String> {
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    if basic > 0 {
        out.push('-');
    }
    let mut handled = basic;
    let (mut code_point, mut delta, mut bias) = (128, 0u32, 72);
    let total = u32::try_from(label.chars().count()).ok()?;
    while handled < total {
        let next = label.chars().map(u32::from).filter(|c| *c >= code_point).min()?;
        delta = delta.checked_add((next - code_point).checked_mul(handled + 1)?)?;
        code_point = next;
        for c in label.chars().map(u32::from) {
            if c < code_point {
                delta = delta.checked_add(1)?;
            }
            if c == code_point {
                push_number(&mut out, delta, bias);
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        code_point += 1;
    }
    Some(out)
}

/// A generalized variable-length integer.
/// [RFC 3492, 3.3](https://www.rfc-editor.org/rfc/rfc3492#section-3.3)
fn push_number(out: &mut String, mut number: u32, bias: u32) {
    let mut weight = BASE;
    loop {
        let threshold = weight.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if number < threshold {
            return out.push(digit(number));
        }
        out.push(digit(threshold + (number - threshold) % (BASE - threshold)));
        number = (number - threshold) / (BASE - threshold);
        weight += BASE;
    }
}

fn digit(value: u32) -> char {
    char::from_digit(if value < 26 { value + 10 } else { value - 26 }, BASE).unwrap_or('?')
}

/// [RFC 3492, 6.1](https://www.rfc-editor.org/rfc/rfc3492#section-6.1)
fn adapt(delta: u32, handled: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / handled;
    let mut steps = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        steps += BASE;
    }
    steps + (BASE - T_MIN + 1) * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn labels() {
        for (label, ascii) in [
            ("Plain", "plain"),
            ("münchen", "xn--mnchen-3ya"),
            ("MÜNCHEN", "xn--mnchen-3ya"),
            ("ΟΔΟΣ", "xn--pxavbq"),
            ("☕", "xn--53h"),
            ("例え", "xn--r8jz45g"),
            ("aaaaåŧя", "xn--aaaa-toa49e11n"),
            ("aaaaaa鱝龥", "xn--aaaaaa-n91u95q"),
        ] {
            let by_url = url::Url::parse(&format!("https://{label}.test")).unwrap();
            assert_eq!(format!("{}.test", to_ascii(label)), by_url.host_str().unwrap());
            assert_eq!(to_ascii(label), ascii);
        }
    }

    /// All characters, in both cases.
    #[test]
    fn what_is_encoded_as_it_is() {
        for c in ('\u{80}'..=char::MAX).filter(|c| is_encoded_as_it_is(&c.to_string())) {
            let label = format!("a{c}b");
            let by_url = url::Url::parse(&format!("https://{label}.test"))
                .unwrap_or_else(|error| panic!("{c:?}: {error}"));
            assert_eq!(Some(&*format!("{}.test", to_ascii(&label))), by_url.host_str(), "{c:?}");
        }
    }

    #[test]
    fn no_longer_than_dns_has() {
        assert!(to_ascii(&"\u{e9}".repeat(63)).starts_with("xn--"));
        assert_eq!(to_ascii(&"\u{c9}".repeat(64)), "\u{e9}".repeat(64));
    }

    /// Labels that are the same in every normalization form.
    fn label() -> impl Strategy<Value = String> {
        let ranges = [
            ('a', 'z'),
            ('0', '9'),
            ('\u{430}', '\u{448}'),
            ('\u{3042}', '\u{304a}'),
            ('\u{4e00}', '\u{9fa5}'),
            ('\u{20000}', '\u{2a6d6}'),
        ];
        let letter = prop::sample::select(ranges.to_vec())
            .prop_flat_map(|(first, last)| prop::char::range(first, last));
        prop::collection::vec(letter, 1..20).prop_map(|letters| letters.into_iter().collect())
    }

    proptest! {
        #[test]
        fn as_browsers_encode(label in label()) {
            let ascii = to_ascii(&label);
            prop_assume!(ascii.len() <= MAX_LABEL);
            let by_url = url::Url::parse(&format!("https://{label}.test")).unwrap();
            prop_assert_eq!(Some(&*format!("{ascii}.test")), by_url.host_str());
        }
    }
}
