//! Where a page and a server are: on this machine, in the local network, or on the Internet.
//!
//! [Local Network Access, IP address space](https://wicg.github.io/local-network-access/#ip-address-space-section)

use crate::origin::is_loopback;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::Url;

/// An IP address space, from the most private.
///
/// A public page that requests something from a more private space needs the user's permission, which no
/// response header can give. As seen in Chromium 156, Firefox ESR 153 and WebKitGTK 2.50:
///
/// | A public page | Chromium | Firefox | WebKit |
/// |---|---|---|---|
/// | that is a secure context | asks | asks | sends |
/// | that is not | refuses | asks | sends |
/// | opens a WebSocket | as with `fetch` | sends | sends |
/// | loads an element, a font, a frame or an event source, or sends a beacon | as with `fetch` | as with `fetch` | sends |
/// | over `https:` fetches `http:` from a `.local` name or a private address | asks | mixed content | mixed content |
///
/// A frame of another origin also needs `allow="local-network"` or `allow="loopback-network"` where an
/// engine asks: see [`Fetch::in_frame`](super::Fetch::in_frame). Pages in the local network and on this machine need no permission.
///
/// ```
/// use cors_core::browser::AddressSpace;
///
/// assert_eq!(AddressSpace::of_host("localhost"), AddressSpace::Loopback);
/// assert_eq!(AddressSpace::of_host("192.168.1.1"), AddressSpace::Local);
/// assert_eq!(AddressSpace::of_host("printer.local"), AddressSpace::Local);
/// // A name tells nothing else: it may still resolve to a local address.
/// assert_eq!(AddressSpace::of_host("app.example.com"), AddressSpace::Public);
/// ```
///
/// [Local Network Access, IP address space](https://wicg.github.io/local-network-access/#ip-address-space-section)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the specification defines these three")]
pub enum AddressSpace {
    /// This machine.
    Loopback,
    /// The network around it.
    Local,
    /// Everything else.
    Public,
}

impl AddressSpace {
    /// As in `targetAddressSpace`, and in console messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Loopback => "loopback",
            Self::Local => "local",
            Self::Public => "public",
        }
    }

    /// By name, or by literal address.
    pub fn of_host(host: &str) -> Self {
        let host = host.trim_end_matches('.');
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        match literal.parse() {
            Ok(address) => Self::of_address(address),
            Err(_) if is_loopback(host) => Self::Loopback,
            Err(_) if host == "local" || host.ends_with(".local") => Self::Local,
            Err(_) => Self::Public,
        }
    }

    /// By the address that a name resolves to.
    ///
    /// ```
    /// use cors_core::browser::AddressSpace;
    ///
    /// assert_eq!(AddressSpace::of_address("127.0.0.1".parse()?), AddressSpace::Loopback);
    /// assert_eq!(AddressSpace::of_address("192.168.1.1".parse()?), AddressSpace::Local);
    /// assert_eq!(AddressSpace::of_address("2606:2800:220:1::1".parse()?), AddressSpace::Public);
    /// assert_eq!(AddressSpace::of_host("printer.local"), AddressSpace::Local);
    /// # Ok::<(), std::net::AddrParseError>(())
    /// ```
    pub fn of_address(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        let [a, b, ..] = address.octets();
        let is_shared = a == 100 && (64..128).contains(&b);
        match address {
            _ if address.is_loopback() || address.is_unspecified() => Self::Loopback,
            _ if address.is_private() || address.is_link_local() || is_shared => Self::Local,
            _ => Self::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        match address.to_ipv4_mapped() {
            Some(mapped) => Self::of_v4(mapped),
            None if address.is_loopback() || address.is_unspecified() => Self::Loopback,
            None if address.is_unique_local() || address.is_unicast_link_local() => Self::Local,
            None => Self::Public,
        }
    }

    /// Of the page with this URL or origin. Extensions and files are on this machine.
    pub(super) fn of_page(page: &str) -> Self {
        match Url::parse(page) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                url.host_str().map_or(Self::Public, Self::of_host)
            }
            _ => Self::Loopback,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (host, space) in [
            ("localhost", AddressSpace::Loopback),
            ("a.localhost.", AddressSpace::Loopback),
            ("127.1.2.3", AddressSpace::Loopback),
            ("0.0.0.0", AddressSpace::Loopback),
            ("[::1]", AddressSpace::Loopback),
            ("[::ffff:7f00:1]", AddressSpace::Loopback),
            ("10.0.0.1", AddressSpace::Local),
            ("172.16.0.1", AddressSpace::Local),
            ("172.31.255.255", AddressSpace::Local),
            ("192.168.0.1", AddressSpace::Local),
            ("169.254.1.1", AddressSpace::Local),
            ("100.64.0.1", AddressSpace::Local),
            ("[fd00::1]", AddressSpace::Local),
            ("[fe80::1]", AddressSpace::Local),
            ("[::ffff:c0a8:1]", AddressSpace::Local),
            ("printer.local", AddressSpace::Local),
            ("172.32.0.1", AddressSpace::Public),
            ("100.128.0.1", AddressSpace::Public),
            ("100.63.0.1", AddressSpace::Public),
            ("8.8.8.8", AddressSpace::Public),
            ("[2606:4700::1]", AddressSpace::Public),
            ("local", AddressSpace::Local),
            ("notlocal", AddressSpace::Public),
            ("api.example", AddressSpace::Public),
        ] {
            assert_eq!(AddressSpace::of_host(host), space, "{host}");
        }
    }

    #[test]
    fn pages() {
        for (page, space) in [
            ("https://app.example.com", AddressSpace::Public),
            ("http://192.168.1.1/admin", AddressSpace::Local),
            ("http://localhost:3000", AddressSpace::Loopback),
            ("file:///a.html", AddressSpace::Loopback),
            ("chrome-extension://abc", AddressSpace::Loopback),
            ("null", AddressSpace::Loopback),
        ] {
            assert_eq!(AddressSpace::of_page(page), space, "{page}");
        }
    }
}
