//! What each engine does with the cookies of a fetch, and what to write so that they pass.

use super::InEngine;
use crate::browser::{
    Browser, CookieFate, CookieRefusal, CredentialsMode, Engine, Fetch, Sending, Turn,
};
use http::header::SET_COOKIE;
use http::{HeaderValue, Response};
use std::time::Duration;

/// More cookies of a request or an answer are not told: no site has that many on purpose.
const MAX_TOLD: usize = 50;

/// What an engine does with a cookie.
///
/// ```
/// use cors_core::Policy;
/// use cors_core::browser::{CookieFate, CredentialsMode, Engine, Fetch};
/// use cors_core::explain::{CookieWay, Explanation, InCookie, InEngine, explain};
///
/// let policy = Policy::for_origins("https://app.example.com").allow_credentials(true).build()?;
/// let fetch = Fetch::new("https://app.example.com", "https://api.other.example/")
///     .credentials(CredentialsMode::Include)
///     .cookie("id=1; Secure; SameSite=Lax");
/// let explanation: Explanation = explain(&policy, &fetch);
/// let in_chromium = |engine: &&InEngine| engine.engine == Engine::Chromium;
/// let chromium = explanation.engines().iter().find(in_chromium).unwrap();
/// let cookie: &InCookie = chromium.cookies.last().unwrap();
/// assert_eq!((cookie.way, &*cookie.request), (CookieWay::Sent, "GET https://api.other.example/"));
/// let fate: &CookieFate = &cookie.fate;
/// assert!(fate.name == "id" && !fate.is_accepted());
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InCookie {
    /// Whether the cookie is sent or set.
    pub way: CookieWay,
    /// The request, such as `GET https://api.example/`.
    pub request: String,
    /// The cookie, and why it is not sent or not kept.
    pub fate: CookieFate,
}

/// Where a cookie goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "from the browser to the server, or back")]
pub enum CookieWay {
    /// The browser has it, and the request may carry it.
    Sent,
    /// The answer sets it, and the browser may keep it.
    Set,
}

impl CookieWay {
    /// What becomes of a cookie that passes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Set => "kept",
        }
    }
}

impl InCookie {
    pub(super) fn all(
        way: CookieWay,
        sending: &Sending,
        fates: &[CookieFate],
    ) -> impl Iterator<Item = Self> {
        let (method, uri) = (sending.request().method(), sending.request().uri());
        let request = format!("{method} {uri}");
        let first = fates.iter().take(MAX_TOLD);
        first.map(move |fate| Self { way, request: request.clone(), fate: fate.clone() })
    }
}

impl InCookie {
    /// Whether it is the same cookie on the same way.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        (self.way, &self.request, &self.fate.name) == (other.way, &other.request, &other.fate.name)
    }

    /// In words.
    pub(super) fn outcome(&self) -> String {
        match &self.fate.refusal {
            None => self.way.as_str().to_owned(),
            Some(refusal) => format!("not {}: {refusal}", self.way.as_str()),
        }
    }
}

/// Attributes to try, the simplest first.
const ATTRIBUTES: [&str; 2] = ["SameSite=Lax", "SameSite=None; Secure"];

/// What to do, a sentence each. Attributes are tried in the model of each engine.
pub(super) fn advice(fetch: &Fetch, engines: &[InEngine; 3]) -> Vec<String> {
    let refused = || {
        engines.iter().flat_map(|of| &of.cookies).filter_map(|cookie| {
            let refusal = cookie.fate.refusal.as_ref()?;
            let is_of_attributes = matches!(
                refusal,
                CookieRefusal::NoneWithoutSecure
                    | CookieRefusal::PartitionedWithoutSecure
                    | CookieRefusal::NotSecure
            );
            (refusal.is_about_sites() || is_of_attributes).then_some((cookie, refusal))
        })
    };
    let Some((cookie, _)) = refused().next() else { return Vec::new() };
    let url_of = |cookie: &InCookie| {
        cookie.request.split_once(' ').map_or_else(String::new, |(_, url)| url.to_owned())
    };
    let is_redirected = |refusal| matches!(refusal, &CookieRefusal::Redirected(_));
    if let Some((cookie, _)) = refused().find(|(_, refusal)| is_redirected(*refusal)) {
        let url = url_of(cookie);
        return vec![format!("fetch {url} directly: the redirect leads through another site")];
    }
    let mut advice = Vec::new();
    let url = &*url_of(cookie);
    let passes =
        |attributes: &str| Engine::ALL.map(|engine| passes(engine, &fetch.origin, url, attributes));
    let count = |passing: &[bool; 3]| passing.iter().filter(|passes| **passes).count();
    let tried = ATTRIBUTES.map(|attributes| (attributes, passes(attributes)));
    let [(simple, by_simple), (open, by_open)] = tried;
    let (best, passing) = match count(&by_open) > count(&by_simple) {
        true => (open, by_open),
        false => (simple, by_simple),
    };
    let is_refused_where_best_passes = engines
        .iter()
        .zip(passing)
        .any(|(of, passes)| passes && of.cookies.iter().any(|it| !it.fate.is_accepted()));
    if count(&passing) == 0 {
        if url.starts_with("http:") {
            advice.push("serve it over https, where SameSite=None; Secure passes".to_owned());
            return advice;
        }
    } else if is_refused_where_best_passes {
        let is_enough = if best == simple {
            ": page and server are on the same site".to_owned()
        } else {
            let named = Engine::ALL.iter().zip(passing).filter(|(_, passes)| *passes);
            let names: Vec<_> = named.map(|(engine, _)| engine.name()).collect();
            format!(" in an answer to this page, which passes in {}", names.join(" and "))
        };
        advice.push(format!("set it with {best}{is_enough}"));
    }
    if best == open {
        advice.push(
            "with Partitioned as well, it passes where users block third-party cookies, and each \
             site that embeds the server has its own"
                .to_owned(),
        );
    }
    // Only WebKit can be left: in the others, `SameSite=None; Secure` passes.
    if count(&passing) < 3 {
        advice.push(
            "no attribute helps in WebKit, and Safari sends no cookies of other sites at all: serve \
             the API from the page's own site, or ask for the cookie with the Storage Access API"
                .to_owned(),
        );
    }
    advice
}

/// Whether a cookie with these attributes is kept from an answer to this page, and then sent.
fn passes(engine: Engine, page: &str, url: &str, attributes: &str) -> bool {
    let Ok(line) = HeaderValue::from_str(&format!("c=1; {attributes}")) else { return false };
    let mut response = Response::new(());
    response.headers_mut().insert(SET_COOKIE, line);
    let fetch = Fetch::new(page, url).credentials(CredentialsMode::Include);
    let mut browser = Browser::as_installed(engine);
    let now = Duration::ZERO;
    let _ = browser.fetch(&fetch, now, |_| response.clone());
    match browser.start(&fetch, now) {
        Turn::Send(sending) => sending.cookie_header().is_some(),
        Turn::Done(_) => false,
    }
}
