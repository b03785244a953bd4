//! `Vary`: which request headers a response depends on.
//!
//! [RFC 9110, 12.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5)

use crate::headers::elements;
use crate::response::ResponseHeaders;
use crate::value::Value;
use http::HeaderName;
use std::sync::Arc;

/// Names to merge into `Vary`, with the header value that holds them all.
#[derive(Clone, Debug)]
pub struct VaryNames<V>(Option<Arc<Listed<V>>>);

#[derive(Debug)]
struct Listed<V> {
    names: Vec<HeaderName>,
    value: V,
}

impl<V: Value> VaryNames<V> {
    /// The names as they are merged, in their order and each once.
    pub fn new(names: impl IntoIterator<Item = HeaderName>) -> Self {
        let mut unique: Vec<HeaderName> = Vec::new();
        for name in names {
            if !unique.contains(&name) {
                unique.push(name);
            }
        }
        let value = join(&unique);
        Self(
            (!unique.is_empty())
                .then(|| Arc::new(Listed { names: unique, value: V::of_text(&value) })),
        )
    }

    /// Whether a request header was named.
    pub fn contains(&self, name: &str) -> bool {
        let listed = self.0.as_ref();
        listed.is_some_and(|listed| {
            listed.names.iter().any(|known| known.as_str().eq_ignore_ascii_case(name))
        })
    }

    /// Adds what is missing. `Vary: *` says everything already, and is left alone.
    pub(crate) fn merge_into(&self, headers: &mut impl ResponseHeaders<V>) {
        let Some(listed) = &self.0 else { return };
        let Listed { names, value } = &**listed;
        let is_named =
            |present: &[u8]| present == b"*" || names.iter().any(|name| is_same(present, name));
        // Most responses have no `Vary` yet, or one that names other headers.
        if !present(headers).any(is_named) {
            return headers.append_vary(value.clone());
        }
        if present(headers).any(|name| name == b"*") {
            return;
        }
        let is_missing = |wanted: &&HeaderName| !present(headers).any(|name| is_same(name, wanted));
        let missing: Vec<HeaderName> = names.iter().filter(is_missing).cloned().collect();
        if !missing.is_empty() {
            headers.append_vary(V::of_text(&join(&missing)));
        }
    }
}

/// The names that a response has in `Vary`.
fn present<V: Value>(headers: &impl ResponseHeaders<V>) -> impl Iterator<Item = &[u8]> {
    headers.vary().flat_map(|line| elements(line.as_ref()))
}

fn is_same(present: &[u8], name: &HeaderName) -> bool {
    present.eq_ignore_ascii_case(name.as_str().as_bytes())
}

/// As people write it: `Origin, Access-Control-Request-Method`.
fn join(names: &[HeaderName]) -> String {
    let mut joined = String::new();
    for name in names {
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        let mut upper = true;
        for c in name.as_str().chars() {
            joined.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = c == '-';
        }
    }
    joined
}
