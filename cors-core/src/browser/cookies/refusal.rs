//! Why a cookie is not sent or not kept.

use super::SameSite;
use std::fmt;

/// Why a cookie does not go along with a request, or why a browser does not keep it. Prints as a few
/// words that follow the cookie's name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CookieRefusal {
    /// The page is on another site, and `SameSite` forbids that.
    SameSite {
        /// What the cookie has, or counts as.
        same_site: SameSite,
        /// Whether the attribute is missing, and this is the engine's default.
        by_default: bool,
    },
    /// The page is on the same site, but a redirect led through another.
    Redirected(SameSite),
    /// `SameSite=None` needs `Secure`.
    NoneWithoutSecure,
    /// `Partitioned` needs `Secure`.
    PartitionedWithoutSecure,
    /// `Secure`, and the connection is not.
    NotSecure,
    /// The cookie is kept for pages of another site: for this one, if it is `Partitioned`, or for all
    /// that the server is not a third party to.
    OtherPartition {
        /// The site whose pages it is for. `None` if it is for pages of the server's own site.
        site: Option<String>,
    },
    /// The engine lets third parties set no cookies.
    ThirdParty,
    /// It is for another host.
    OtherHost {
        /// The host.
        host: String,
        /// Whether hosts below get it too.
        has_domain: bool,
    },
    /// Only paths under this one get it.
    OtherPath(String),
    /// `Domain` names a host that the server is not part of.
    ForeignDomain(String),
    /// `Domain` names a public suffix, which nobody owns.
    PublicSuffix(String),
    /// The name begins like one that needs certain attributes.
    Prefix {
        /// Such as `__Host-`.
        prefix: &'static str,
        /// The attributes.
        needs: &'static str,
    },
    /// A cookie of that name is `Secure`, and this answer may not replace it.
    ReplacesSecure,
    /// It is expired, which deletes it.
    Expired,
    /// Name and value together are longer than 4096 bytes.
    TooLong,
    /// It is not a pair of a name and a value.
    Malformed,
}

impl CookieRefusal {
    /// Whether the site of the page is the reason: it would be sent and kept if page and server were
    /// on one site.
    ///
    /// ```
    /// use cors_core::browser::CookieRefusal;
    ///
    /// assert!(CookieRefusal::ThirdParty.is_about_sites());
    /// assert!(!CookieRefusal::NoneWithoutSecure.is_about_sites());
    /// ```
    pub fn is_about_sites(&self) -> bool {
        matches!(
            self,
            Self::SameSite { .. }
                | Self::Redirected(_)
                | Self::OtherPartition { .. }
                | Self::ThirdParty
        )
    }
}

impl fmt::Display for CookieRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SameSite { same_site, by_default: false } => {
                write!(f, "SameSite={}, and the page is on another site", same_site.as_str())
            }
            Self::SameSite { same_site, by_default: true } => write!(
                f,
                "no SameSite, which counts as {}, and the page is on another site",
                same_site.as_str()
            ),
            Self::Redirected(same_site) => {
                write!(f, "SameSite={}, and a redirect came from another site", same_site.as_str())
            }
            Self::NoneWithoutSecure => f.write_str("SameSite=None without Secure"),
            Self::PartitionedWithoutSecure => f.write_str("Partitioned without Secure"),
            Self::NotSecure => f.write_str("Secure, but not over https"),
            Self::OtherPartition { site: Some(site) } => write!(f, "only for pages of {site}"),
            Self::OtherPartition { site: None } => f.write_str(
                "set outside this page's site, which has a separate jar for each other site",
            ),
            Self::ThirdParty => {
                f.write_str("the page is on another site, where no server can set cookies")
            }
            Self::OtherHost { host, has_domain: false } => {
                write!(f, "no Domain, so only for {host}")
            }
            Self::OtherHost { host, has_domain: true } => write!(f, "only for Domain={host}"),
            Self::OtherPath(path) => write!(f, "only for the path {path}"),
            Self::ForeignDomain(domain) => {
                write!(f, "Domain={domain} does not cover the server's name")
            }
            Self::PublicSuffix(domain) => write!(f, "Domain={domain} is a public suffix"),
            Self::Prefix { prefix, needs } => write!(f, "{prefix} needs {needs}"),
            Self::ReplacesSecure => {
                f.write_str("not over https, and there is a Secure cookie with this name")
            }
            Self::Expired => f.write_str("expired, which deletes it"),
            Self::TooLong => f.write_str("more than 4096 bytes"),
            Self::Malformed => f.write_str("not NAME=VALUE"),
        }
    }
}
