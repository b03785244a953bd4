//! `Vary`: the request headers that a response depends on, in one line.
//!
//! [RFC 9110, 12.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5)

use crate::adapter::response::{ResponseHeader, ResponseHeaders};
use crate::adapter::value::FieldValue;
use crate::engine::headers::{elements, trim};
use http::HeaderName;
use std::sync::{Arc, OnceLock};

/// Names to merge into `Vary`, with the header value that lists them all.
///
/// ```
/// use cors_core::adapter::VaryNames;
/// use http::{HeaderValue, header::{COOKIE, ORIGIN}};
///
/// let names = VaryNames::<HeaderValue>::new([ORIGIN, COOKIE, ORIGIN]);
/// assert!(names.contains("Origin"));
/// assert!(!names.contains("host"));
/// ```
#[derive(Clone, Debug)]
pub struct VaryNames<V>(Option<Arc<Listed<V>>>);

#[derive(Debug)]
struct Listed<V> {
    names: Vec<HeaderName>,
    value: V,
    /// Other lists, each with the value that has these names after it. Few, because the policies of one
    /// selector share most lists.
    after: [OnceLock<(Vec<HeaderName>, V)>; 4],
}

impl<V> VaryNames<V> {
    pub(crate) const NONE: Self = Self(None);
}

impl<V: FieldValue> VaryNames<V> {
    /// Keeps the names in this order, without duplicates.
    pub fn new(names: impl IntoIterator<Item = HeaderName>) -> Self {
        let mut unique: Vec<HeaderName> = Vec::new();
        for name in names {
            if !unique.contains(&name) {
                unique.push(name);
            }
        }
        Self((!unique.is_empty()).then(|| {
            let value = V::of_text(join(0, [], &unique));
            Arc::new(Listed { names: unique, value, after: Default::default() })
        }))
    }

    /// Whether a request header is among the names.
    pub fn contains(&self, name: &str) -> bool {
        self.names().iter().any(|known| known.as_str().eq_ignore_ascii_case(name))
    }

    pub(crate) fn names(&self) -> &[HeaderName] {
        self.0.as_ref().map_or(&[], |listed| &listed.names)
    }

    /// These names, then those of the other list.
    pub(crate) fn and(&self, more: &Self) -> Self {
        Self::new(distinct(self.names(), more.names()).cloned())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl<V: FieldValue> Listed<V> {
    /// The value with these names after those of another list.
    fn after(&self, first: &Self) -> V {
        let make = || V::of_text(join(0, [], distinct(&first.names, &self.names)));
        for slot in &self.after {
            let (names, value) = slot.get_or_init(|| (first.names.clone(), make()));
            if *names == first.names {
                return value.clone();
            }
        }
        make()
    }
}

/// Leaves one line of `Vary`, because some caches only know the last (nginx before 1.23): the
/// handler's names in order, then the missing names of both lists.
#[inline]
pub(crate) fn merge<V: FieldValue>(
    lists: [Option<&VaryNames<V>>; 2],
    is_new: bool,
    headers: &mut impl ResponseHeaders<V>,
) {
    let [first, second] = lists.map(|list| list.and_then(|names| names.0.as_deref()));
    if !is_new {
        let [first, second] =
            [first, second].map(|listed| listed.map_or(&[][..], |listed| &listed.names));
        if let Some(value) = merged(headers, distinct(first, second)) {
            headers.set_vary(value);
        }
        return;
    }
    let value = match (first, second) {
        (Some(first), Some(second)) => Some(second.after(first)),
        (one, other) => one.or(other).map(|listed| listed.value.clone()),
    };
    if let Some(value) = value {
        headers.append(ResponseHeader::Vary, value);
    }
}

/// The line that replaces the handler's, or `None` if the handler's is already right.
#[inline(never)]
fn merged<'n, V: FieldValue>(
    headers: &'n impl ResponseHeaders<V>,
    names: impl Iterator<Item = &'n HeaderName> + Clone,
) -> Option<V> {
    let lines = || headers.vary().map(AsRef::as_ref);
    let is_one = lines().nth(1).is_none();
    // `*` covers every name. Some caches do not recognize it beside other names.
    if lines().any(|line| trim(line) == b"*") {
        return (!is_one).then(|| V::of_text("*"));
    }
    let has = |wanted: &[u8]| {
        lines().flat_map(elements).any(|element| element.eq_ignore_ascii_case(wanted))
    };
    let is_star = lines().any(|line| line.contains(&b'*')) && has(b"*");
    let longest = lines().map(|line| line.len() + ", ".len()).sum::<usize>();
    let longest = names.clone().fold(longest, |sum, name| sum + name.as_str().len() + ", ".len());
    let mut missing = names.filter(|name| !is_star && !has(name.as_str().as_bytes())).peekable();
    if is_one && missing.peek().is_none() {
        return None;
    }
    let is_blank = |line: &[u8]| line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b','));
    Some(V::of_bytes(join(longest - ", ".len(), lines().filter(|line| !is_blank(line)), missing)))
}

/// The names of both lists, without duplicates.
fn distinct<'n>(
    first: &'n [HeaderName],
    second: &'n [HeaderName],
) -> impl Iterator<Item = &'n HeaderName> + Clone {
    first.iter().chain(second.iter().filter(|name| !first.contains(name)))
}

/// The lines unchanged, then the names as people write them: `Origin, Access-Control-Request-Method`.
///
/// If they fill `capacity`, a header value takes the list as it is. Otherwise it is copied.
fn join<'a>(
    capacity: usize,
    lines: impl IntoIterator<Item = &'a [u8]>,
    names: impl IntoIterator<Item = &'a HeaderName>,
) -> Vec<u8> {
    let mut joined = Vec::with_capacity(capacity);
    for line in lines {
        separate(&mut joined);
        joined.extend_from_slice(line);
    }
    for name in names {
        separate(&mut joined);
        let mut upper = true;
        for byte in name.as_str().bytes() {
            joined.push(if upper { byte.to_ascii_uppercase() } else { byte });
            upper = byte == b'-';
        }
    }
    joined
}

fn separate(joined: &mut Vec<u8>) {
    if !joined.is_empty() {
        joined.extend_from_slice(b", ");
    }
}
