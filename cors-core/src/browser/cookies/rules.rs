//! How the engines differ.

use super::{Context, SameSite};
use crate::browser::engine::Engine;
use crate::browser::site::PageOrigin;
use crate::origin::public_suffix::{has_rule, registrable_domain};

/// What an engine does about cookies of another site than the page's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ThirdParties {
    /// Like all others.
    Equal,
    /// They have a jar of their own for each site that embeds them.
    Apart,
    /// They can set none.
    SetNone,
}

/// Whether redirects through other sites count for `SameSite`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Redirects {
    Ignored,
    Count,
    /// They do, except on the way to the page's own host, or one that it is a subdomain of.
    CountExceptHome,
}

/// How an engine treats cookies. See the table at [`CookieFate`](super::CookieFate).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::browser) struct Rules {
    /// Without the attribute.
    pub(super) default_same_site: SameSite,
    /// `SameSite=None` needs `Secure`.
    pub(super) none_needs_secure: bool,
    /// `SameSite=None` does not replace an earlier `SameSite` of the same cookie.
    pub(super) none_is_weak: bool,
    /// `http:` and `https:` are two sites.
    pub(super) is_schemeful: bool,
    pub(super) third_parties: ThirdParties,
    pub(super) redirects: Redirects,
    /// `Partitioned` and name prefixes have a meaning, `Secure` cookies are kept from insecure
    /// answers, and there are limits of length.
    pub(super) is_modern: bool,
    /// `Secure` cookies go over `http:` to this machine.
    pub(super) trusts_loopback: bool,
    /// `__Host-` needs a written `Path=/`, not just one by default.
    pub(super) host_needs_path: bool,
    /// A cookie without `=` has only a name. Otherwise it has only a value.
    pub(super) lone_is_name: bool,
    /// A cookie without a name has no `=` in its value, which would make a name of its first part.
    pub(super) nameless_is_lone: bool,
    /// Cookies need a name.
    pub(super) needs_name: bool,
    /// A tab in a name or a value is fine.
    pub(super) allows_tab: bool,
    /// The first byte that is not printable ASCII ends the line.
    pub(super) is_printable: bool,
    /// The last of `Max-Age` and `Expires` counts. Otherwise `Max-Age` does.
    pub(super) last_age_counts: bool,
    /// An empty `Max-Age` is 0.
    pub(super) empty_age_is_zero: bool,
    /// A lone `-` as `Max-Age` is 0.
    pub(super) dash_age_is_zero: bool,
    /// `Expires` needs a time of day.
    pub(super) date_needs_time: bool,
}

impl Rules {
    pub(in crate::browser) const fn of(engine: Engine) -> Self {
        match engine {
            Engine::Chromium => Self {
                default_same_site: SameSite::Lax,
                none_needs_secure: true,
                none_is_weak: false,
                is_schemeful: true,
                third_parties: ThirdParties::Equal,
                redirects: Redirects::Ignored,
                is_modern: true,
                trusts_loopback: true,
                host_needs_path: true,
                lone_is_name: false,
                nameless_is_lone: true,
                needs_name: false,
                allows_tab: false,
                is_printable: false,
                last_age_counts: false,
                empty_age_is_zero: false,
                dash_age_is_zero: false,
                date_needs_time: true,
            },
            Engine::Firefox => Self {
                default_same_site: SameSite::None,
                is_schemeful: false,
                third_parties: ThirdParties::Apart,
                redirects: Redirects::Count,
                host_needs_path: false,
                lone_is_name: true,
                needs_name: true,
                allows_tab: true,
                dash_age_is_zero: true,
                date_needs_time: false,
                ..Self::of(Engine::Chromium)
            },
            Engine::WebKit => Self {
                default_same_site: SameSite::None,
                none_is_weak: true,
                is_schemeful: false,
                third_parties: ThirdParties::SetNone,
                redirects: Redirects::CountExceptHome,
                is_modern: false,
                trusts_loopback: false,
                nameless_is_lone: false,
                is_printable: true,
                last_age_counts: true,
                empty_age_is_zero: true,
                ..Self::of(Engine::Chromium)
            },
        }
    }

    /// Whether the current URL is on the page's site.
    pub(super) fn is_same_site(&self, context: &Context<'_>) -> bool {
        self.same(context.page, context.url())
    }

    fn same(&self, page: &PageOrigin, url: &url::Url) -> bool {
        match self.is_schemeful {
            true => page.is_same_site(url),
            false => page.is_schemelessly_same_site(url),
        }
    }

    /// Whether redirects led through another site, and that counts.
    pub(super) fn is_detour(&self, context: &Context<'_>) -> bool {
        let left = || context.urls.iter().any(|url| !self.same(context.page, url));
        match self.redirects {
            Redirects::Ignored => false,
            Redirects::Count => left(),
            Redirects::CountExceptHome => {
                let page = context.page.host().unwrap_or_default();
                !is_within(page, context.host()) && left()
            }
        }
    }

    /// The site whose jar an unpartitioned cookie belongs to in this context. `None` if it is the
    /// general one.
    pub(super) fn jar_of(&self, context: &Context<'_>) -> Option<String> {
        let is_foreign = !context.page.is_schemelessly_same_site(context.url());
        (self.third_parties == ThirdParties::Apart && is_foreign).then(|| context.page.site())
    }

    /// Whether a cookie with this `Domain` is one that the engine does not let the server set on this page.
    pub(super) fn is_unwanted(&self, context: &Context<'_>, domain: Option<&str>) -> bool {
        if self.third_parties != ThirdParties::SetNone {
            return false;
        }
        let Some(page) = context.page.host().map(base) else { return true };
        match domain {
            Some(domain) => !is_within(page, base(domain)),
            None => page != base(context.host()),
        }
    }
}

/// The registrable domain under a suffix that the list knows. Under others, each host is alone.
fn base(host: &str) -> &str {
    registrable_domain(host).filter(|_| has_rule(host)).unwrap_or(host)
}

/// [RFC 6265bis, domain matching](https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-domain-matching)
pub(super) fn is_within(host: &str, domain: &str) -> bool {
    let is_below = || {
        host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
            && !crate::origin::is_ip_address(host)
    };
    host == domain || is_below()
}
