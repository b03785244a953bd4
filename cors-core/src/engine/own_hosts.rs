//! The hosts by which this server is reached.
//!
//! [RFC 9110, 7.2](https://www.rfc-editor.org/rfc/rfc9110#section-7.2)

use crate::origin::MAX_LEN;
use crate::origin::set::Patterns;

/// A host pattern is matched as an origin of this scheme. Which one makes no difference: the default
/// ports of both are none here.
pub(crate) const SCHEME: &str = "https://";

/// The compiled `own_hosts`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OwnHosts(pub(crate) Patterns);

impl OwnHosts {
    /// Whether an authority is one of them, in any case. A default port counts as none.
    pub(crate) fn contains(&self, authority: &[u8]) -> bool {
        let Some((host, port)) = str::from_utf8(authority).ok().and_then(split) else {
            return false;
        };
        let port = if matches!(port, "80" | "443") { "" } else { port };
        let separator = if port.is_empty() { "" } else { ":" };
        let mut buffer = [0; MAX_LEN];
        let mut len = 0;
        for part in [SCHEME, host, separator, port] {
            let Some(room) = buffer.get_mut(len..len + part.len()) else { return false };
            room.copy_from_slice(part.as_bytes());
            len += part.len();
        }
        buffer[..len].make_ascii_lowercase();
        self.0.contains(&buffer[..len])
    }

    /// The hosts as in the policy, in its order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|pattern| pattern.strip_prefix(SCHEME).unwrap_or(pattern))
    }
}

/// The host and the port of an authority; the port is empty if there is none. `None` if the port is
/// not digits.
pub(crate) fn split(authority: &str) -> Option<(&str, &str)> {
    let port_start = match authority.rfind([':', ']']) {
        Some(at) if authority[at..].starts_with(':') => at,
        _ => authority.len(),
    };
    let (host, port) = authority.split_at(port_start);
    let port = port.strip_prefix(':').unwrap_or(port);
    port.bytes().all(|byte| byte.is_ascii_digit()).then_some((host, port))
}
