//! The cookies that a browser keeps.
//!
//! [RFC 6265bis, storage model](https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-storage-model)

use super::rules::{Rules, is_within};
use super::set_cookie::{Lifetime, SetCookie, name_of};
use super::{Context, CookieFate, CookieRefusal, Cookies, SameSite, date};
use crate::browser::engine::Engine;
use crate::browser::site::is_potentially_trustworthy;
use crate::origin::public_suffix::{is_shared, registrable_domain};
use http::header::{DATE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use std::time::Duration;

/// How many cookies of one site are kept. Firefox and Chromium have the same limit.
const MAX_OF_SITE: usize = 180;

/// 2026-01-01, for answers without `Date`: the model has no clock.
const TODAY: i64 = 1_767_225_600;

/// A cookie jar under the rules of an engine.
#[derive(Clone, Debug)]
pub(in crate::browser) struct Jar {
    rules: Rules,
    /// In the order in which they were first set.
    kept: Vec<Kept>,
}

#[derive(Clone, Debug)]
struct Kept {
    set: SetCookie,
    /// Its host, or its `Domain`.
    domain: String,
    path: String,
    /// The site whose pages it is kept for. `None` in the general jar.
    partition: Option<String>,
    expires: Option<Duration>,
}

impl Kept {
    fn is_same(&self, other: &Self) -> bool {
        self.set.name == other.set.name
            && self.domain == other.domain
            && self.set.domain.is_some() == other.set.domain.is_some()
            && self.path == other.path
            && self.partition == other.partition
    }
}

impl Jar {
    /// An empty jar.
    pub(in crate::browser) fn of(engine: Engine) -> Self {
        Self { rules: Rules::of(engine), kept: Vec::new() }
    }

    /// What becomes of each cookie of the URL's site. None if the site has none.
    pub(in crate::browser) fn send(&mut self, context: &Context<'_>, now: Duration) -> Cookies {
        self.kept.retain(|kept| kept.expires.is_none_or(|expires| expires > now));
        let site = site_of(context.host());
        let mut known: Vec<_> =
            self.kept.iter().filter(|kept| site_of(&kept.domain) == site).collect();
        known.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        let mut pairs = Vec::new();
        let fates = known.into_iter().map(|kept| {
            let refusal = self.refusal(context, kept);
            if refusal.is_none() {
                pairs.push(&*kept.set.pair);
            }
            CookieFate { name: kept.set.shown.clone(), refusal }
        });
        let fates = fates.collect();
        // Empty only if a cookie has neither name nor value, which none has.
        let header = (!pairs.is_empty()).then(|| HeaderValue::from_bytes(&pairs.join(&b"; "[..])));
        Cookies { fates, header: header.and_then(Result::ok) }
    }

    /// Why a cookie of the URL's site is not sent.
    fn refusal(&self, context: &Context<'_>, kept: &Kept) -> Option<CookieRefusal> {
        let Kept { set, domain, path, partition, .. } = kept;
        let (host, has_domain) = (context.host(), set.domain.is_some());
        if host != domain && !(has_domain && is_within(host, domain)) {
            return Some(CookieRefusal::OtherHost { host: domain.clone(), has_domain });
        }
        if !is_under(context.url().path(), path) {
            return Some(CookieRefusal::OtherPath(path.clone()));
        }
        if set.is_secure && !self.is_secure(context) {
            return Some(CookieRefusal::NotSecure);
        }
        let jar = self.rules.jar_of(context);
        if *partition != jar && partition.as_ref() != Some(&context.page.site()) {
            return Some(CookieRefusal::OtherPartition { site: partition.clone() });
        }
        self.cross_site(context, set).or_else(|| {
            let same_site = self.same_site(set);
            let is_bound = same_site != SameSite::None && self.rules.is_detour(context);
            is_bound.then_some(CookieRefusal::Redirected(same_site))
        })
    }

    /// Why a cookie is neither kept nor sent on this page.
    fn cross_site(&self, context: &Context<'_>, set: &SetCookie) -> Option<CookieRefusal> {
        let same_site = self.same_site(set);
        let is_bound = same_site != SameSite::None && !self.rules.is_same_site(context);
        let by_default = set.same_site.is_none();
        is_bound.then_some(CookieRefusal::SameSite { same_site, by_default })
    }

    fn same_site(&self, set: &SetCookie) -> SameSite {
        set.same_site.unwrap_or(self.rules.default_same_site)
    }

    /// Whether `Secure` cookies may pass.
    fn is_secure(&self, context: &Context<'_>) -> bool {
        let url = context.url();
        url.scheme() == "https" || self.rules.trusts_loopback && is_potentially_trustworthy(url)
    }

    /// Keeps what an answer sets. Returns what becomes of each of its lines.
    pub(in crate::browser) fn receive(
        &mut self,
        context: &Context<'_>,
        response: &HeaderMap,
        now: Duration,
    ) -> Vec<CookieFate> {
        let date = response.get(DATE).and_then(|date| date.to_str().ok());
        let answered = date.and_then(|date| date::seconds_of(date, true)).unwrap_or(TODAY);
        let lines = response.get_all(SET_COOKIE).iter();
        lines.map(|line| self.set(context, line.as_bytes(), answered, now)).collect()
    }

    /// Keeps what a line of `Set-Cookie` sets.
    pub(in crate::browser) fn set_line(
        &mut self,
        context: &Context<'_>,
        line: &[u8],
        now: Duration,
    ) -> CookieFate {
        self.set(context, line, TODAY, now)
    }

    fn set(
        &mut self,
        context: &Context<'_>,
        line: &[u8],
        answered: i64,
        now: Duration,
    ) -> CookieFate {
        let name = name_of(line, &self.rules);
        let kept = SetCookie::parse(line, &self.rules, answered)
            .and_then(|set| self.judge(context, set, now));
        let refusal = match kept {
            Ok(kept) => self.keep(kept, now),
            Err(refusal) => Some(refusal),
        };
        CookieFate { name, refusal }
    }

    fn judge(
        &self,
        context: &Context<'_>,
        mut set: SetCookie,
        now: Duration,
    ) -> Result<Kept, CookieRefusal> {
        let host = context.host();
        if let Some(domain) = &set.domain {
            if domain == host && (is_shared(host) || crate::origin::is_ip_address(host)) {
                set.domain = None;
            } else if !is_within(host, domain) {
                return Err(CookieRefusal::ForeignDomain(domain.clone()));
            } else if registrable_domain(domain).is_none() {
                return Err(CookieRefusal::PublicSuffix(domain.clone()));
            }
        }
        let is_secure = self.is_secure(context);
        if set.is_secure && !is_secure {
            return Err(CookieRefusal::NotSecure);
        }
        if self.rules.none_needs_secure && set.same_site == Some(SameSite::None) && !set.is_secure {
            return Err(CookieRefusal::NoneWithoutSecure);
        }
        if set.is_partitioned && !set.is_secure {
            return Err(CookieRefusal::PartitionedWithoutSecure);
        }
        if self.rules.is_modern {
            self.check_prefix(&set, context)?;
        }
        if let Some(refusal) = self.cross_site(context, &set) {
            return Err(refusal);
        }
        if self.rules.is_unwanted(context, set.domain.as_deref()) {
            return Err(CookieRefusal::ThirdParty);
        }
        let domain = set.domain.clone().unwrap_or_else(|| host.to_owned());
        let partition = match set.is_partitioned {
            true => Some(context.page.site()),
            false => self.rules.jar_of(context),
        };
        let path = set.path.clone().unwrap_or_else(|| default_path(context.url().path()));
        let expires = match set.lifetime {
            Lifetime::Session => None,
            Lifetime::Lasting(age) => Some(now.saturating_add(age)),
            Lifetime::Over => Some(now),
        };
        let kept = Kept { domain, path, partition, expires, set };
        if !is_secure && self.kept.iter().any(|known| self.shields(known, &kept)) {
            return Err(CookieRefusal::ReplacesSecure);
        }
        Ok(kept)
    }

    /// Whether a `Secure` cookie keeps an insecure answer from setting another.
    fn shields(&self, known: &Kept, new: &Kept) -> bool {
        let (a, b) = (&*known.domain, &*new.domain);
        known.set.is_secure
            && match self.rules.is_modern {
                true => {
                    known.set.name == new.set.name
                        && known.partition == new.partition
                        && (is_within(a, b) || is_within(b, a))
                        && is_under(&new.path, &known.path)
                }
                false => known.is_same(new),
            }
    }

    /// [RFC 6265bis, cookie name prefixes](https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-cookie-name-prefixes)
    fn check_prefix(&self, set: &SetCookie, context: &Context<'_>) -> Result<(), CookieRefusal> {
        // A nameless cookie could pass as one with a prefix when it is sent.
        let begins = |prefix: &str| {
            set.pair.get(..prefix.len()).is_some_and(|b| b.eq_ignore_ascii_case(prefix.as_bytes()))
        };
        let is_root = match &set.path {
            Some(path) => path == "/",
            None => !self.rules.host_needs_path && default_path(context.url().path()) == "/",
        };
        let is_secure = set.is_secure && !set.name.is_empty();
        let is_host = is_secure && is_root && set.domain.is_none();
        let (prefix, needs, is_met) = if begins("__Host-Http-") {
            let needs = "Secure, HttpOnly and Path=/, without Domain";
            ("__Host-Http-", needs, is_host && set.is_http_only)
        } else if begins("__Host-") {
            ("__Host-", "Secure and Path=/, without Domain", is_host)
        } else if begins("__Http-") {
            ("__Http-", "Secure and HttpOnly", is_secure && set.is_http_only)
        } else if begins("__Secure-") {
            ("__Secure-", "Secure", is_secure)
        } else {
            return Ok(());
        };
        if is_met { Ok(()) } else { Err(CookieRefusal::Prefix { prefix, needs }) }
    }

    fn keep(&mut self, kept: Kept, now: Duration) -> Option<CookieRefusal> {
        let at = self.kept.iter().position(|known| known.is_same(&kept));
        if kept.expires.is_some_and(|expires| expires <= now) {
            at.map(|at| self.kept.remove(at));
            return Some(CookieRefusal::Expired);
        }
        match at {
            Some(at) => self.kept[at] = kept,
            None => {
                let site = site_of(&kept.domain).to_owned();
                let is_of_site = |known: &Kept| site_of(&known.domain) == site;
                if self.kept.iter().filter(|known| is_of_site(known)).count() >= MAX_OF_SITE {
                    let oldest = self.kept.iter().position(is_of_site);
                    oldest.map(|at| self.kept.remove(at));
                }
                self.kept.push(kept);
            }
        }
        None
    }
}

fn site_of(host: &str) -> &str {
    registrable_domain(host).unwrap_or(host)
}

/// [RFC 6265bis, paths and path-match](https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-paths-and-path-match)
fn is_under(path: &str, of_cookie: &str) -> bool {
    path.strip_prefix(of_cookie)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || of_cookie.ends_with('/'))
}

/// Up to its last `/`.
fn default_path(path: &str) -> String {
    match path.rfind('/') {
        Some(at) if at > 0 => path[..at].to_owned(),
        _ => "/".to_owned(),
    }
}
