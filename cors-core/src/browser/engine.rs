//! Where the engines depart from the standard.

use std::time::Duration;

/// A browser engine.
///
/// Known departures from the standard, as seen in Chromium 156, Firefox ESR 153 and WebKitGTK 2.50:
///
/// | | Chromium | Firefox | WebKit |
/// |---|---|---|---|
/// | `*` in `Access-Control-Allow-Headers` covers `authorization` | yes | yes | yes |
/// | the same from the preflight cache | | | yes |
/// | headers of one name are joined before they are judged | yes | | yes |
/// | a preflight asks for a name as often as it was set | | yes | |
/// | of values with one name, `fetch` sends only those after the last empty one | | yes | |
/// | of `authorization`, `from` and the like, `fetch` sends the last value only | | yes | |
/// | the same of `content-type`; with a body, the first | | yes | |
/// | a `User-Agent` set by a script is not sent | yes | | |
/// | some client hints are CORS-safelisted | yes | | |
/// | an upload listener without an upload needs no preflight | yes | | |
/// | `http:` to this machine is mixed content | | | yes |
/// | a redirect within an origin to a URL with a user name fails | yes | | |
/// | after a redirect there is a preflight, needed or not | | yes | yes |
/// | that preflight asks for headers that were left behind | | | yes |
/// | that preflight names the page's origin instead of `null` | | yes | |
/// | the most that a preflight's answer is kept, in seconds | 7200 | 86400 | 600 |
/// | one with a max-age that cannot be read is not kept | | yes | |
/// | an answer replaces what was kept for the URL | yes | | yes |
/// | what is kept stays when the request itself fails | yes | | yes |
/// | what was kept with credentials does not serve without | | yes | |
/// | a `*` is not kept | | yes | |
/// | HEAD has to be kept like any method | | yes | |
/// | what is kept does not serve a `fetch` with `If-Match`, `If-Range` and the like | yes | yes | |
/// | nor an `XMLHttpRequest` with one of them | yes | | |
/// | whatever is kept for the URL, a GET or POST with an upload listener needs no preflight | yes | yes | yes |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// Chrome, Edge, Opera and others.
    Chromium,
    /// Firefox, also called Gecko.
    Firefox,
    /// Safari, and every browser on iOS.
    WebKit,
}

impl Engine {
    /// Every engine there is.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::WebKit => "WebKit",
        }
    }
}

/// How long a preflight's answer without a max-age is kept.
/// [Fetch, CORS-preflight fetch, step 7.9](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)
pub(super) const DEFAULT_MAX_AGE: Duration = Duration::from_secs(5);

/// The request headers of which Firefox sends one value only, although scripts can set several: the last one, except
/// that a body has the first `content-type`. Each value is judged all the same, so two `text/plain` need no preflight.
pub(super) const VALUED_ONCE: [&str; 9] = [
    "authorization",
    "content-disposition",
    "content-type",
    "from",
    "if-modified-since",
    "if-unmodified-since",
    "location",
    "max-forwards",
    "user-agent",
];

/// The request headers that make engines do without their caches.
pub(super) const CONDITIONAL: [&str; 5] =
    ["if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"];

/// What an engine does otherwise than the standard says, and what the standard leaves to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Departures {
    /// A `*` in `Access-Control-Allow-Headers` covers `authorization`.
    pub(super) star_covers_authorization: bool,
    /// Headers of one name are judged as one, their values joined.
    pub(super) headers_are_joined: bool,
    /// A preflight asks for a name as often as the script set it.
    pub(super) names_are_repeated: bool,
    /// A value takes the place of the earlier ones of its name, where one of them is empty or the name is in
    /// [`VALUED_ONCE`].
    pub(super) values_replace_others: bool,
    /// A `User-Agent` set by a script is dropped, and needs no preflight.
    pub(super) user_agent_is_forbidden: bool,
    /// Some client hints are CORS-safelisted.
    pub(super) client_hints_are_safelisted: bool,
    /// A listener on an upload without a body makes no preflight necessary.
    pub(super) listener_needs_body: bool,
    /// What a page over `https:` asks of this machine over `http:` is mixed content.
    pub(super) loopback_is_mixed_content: bool,
    /// A redirect within an origin to a URL with a user name or password fails.
    pub(super) no_redirect_with_credentials: bool,
    /// A request that needed a preflight needs one after a redirect too, whatever became of it.
    pub(super) preflight_after_redirect: bool,
    /// After redirects across origins, the preflight still asks for headers that were left behind.
    pub(super) preflight_lists_dropped: bool,
    /// After redirects across origins, the preflight still names the page's origin; the request
    /// that follows says `null`.
    pub(super) preflight_names_page: bool,
    /// How long a preflight's answer is kept whose max-age cannot be read.
    pub(super) malformed_max_age: Duration,
    /// How long one is kept at most. The standard names no limit.
    pub(super) max_age_limit: Duration,
    /// A preflight's answer replaces all that was kept for its URL.
    pub(super) cache_replaces: bool,
    /// What is kept stays when the request itself fails.
    pub(super) cache_survives_failure: bool,
    /// Requests with credentials and without share nothing in the cache.
    pub(super) cache_keeps_credentials_apart: bool,
    /// A `*` that is kept covers `authorization`.
    pub(super) cached_star_covers_authorization: bool,
    /// A `*` is not kept.
    pub(super) cache_has_no_star: bool,
    /// HEAD must be in the cache like any method.
    pub(super) cache_wants_head: bool,
    /// What is in the cache does not serve a `fetch` with one of [`CONDITIONAL`].
    pub(super) conditional_fetch_skips_cache: bool,
    /// The same of `XMLHttpRequest`.
    pub(super) conditional_xhr_skips_cache: bool,
    /// Methods that are CORS-safelisted need not be listed in what is kept, not even for an upload with a listener.
    pub(super) cache_exempts_uploads: bool,
}

impl Departures {
    /// As the standard says.
    pub(super) const NONE: Self = Self {
        star_covers_authorization: false,
        headers_are_joined: false,
        names_are_repeated: false,
        values_replace_others: false,
        user_agent_is_forbidden: false,
        client_hints_are_safelisted: false,
        listener_needs_body: false,
        loopback_is_mixed_content: false,
        no_redirect_with_credentials: false,
        preflight_after_redirect: false,
        preflight_lists_dropped: false,
        preflight_names_page: false,
        malformed_max_age: DEFAULT_MAX_AGE,
        max_age_limit: Duration::MAX,
        cache_replaces: false,
        cache_survives_failure: false,
        cache_keeps_credentials_apart: false,
        cached_star_covers_authorization: false,
        cache_has_no_star: false,
        cache_wants_head: false,
        conditional_fetch_skips_cache: false,
        conditional_xhr_skips_cache: false,
        cache_exempts_uploads: false,
    };

    /// As seen in Chromium 156, Firefox ESR 153 and WebKitGTK 2.50; the limits as in their sources, and there too that
    /// the caches of Chromium and WebKit exempt uploads.
    pub(super) const fn of(engine: Engine) -> Self {
        match engine {
            Engine::Chromium => Self {
                star_covers_authorization: true,
                headers_are_joined: true,
                user_agent_is_forbidden: true,
                client_hints_are_safelisted: true,
                listener_needs_body: true,
                no_redirect_with_credentials: true,
                max_age_limit: Duration::from_secs(7200),
                conditional_fetch_skips_cache: true,
                conditional_xhr_skips_cache: true,
                cache_replaces: true,
                cache_survives_failure: true,
                cache_exempts_uploads: true,
                ..Self::NONE
            },
            Engine::Firefox => Self {
                // Until network.cors_preflight.authorization_covered_by_wildcard is set to false.
                star_covers_authorization: true,
                names_are_repeated: true,
                values_replace_others: true,
                preflight_after_redirect: true,
                preflight_names_page: true,
                malformed_max_age: Duration::ZERO,
                max_age_limit: Duration::from_secs(86_400),
                cache_keeps_credentials_apart: true,
                cache_has_no_star: true,
                cache_wants_head: true,
                conditional_fetch_skips_cache: true,
                cache_exempts_uploads: true,
                ..Self::NONE
            },
            Engine::WebKit => Self {
                star_covers_authorization: true,
                headers_are_joined: true,
                loopback_is_mixed_content: true,
                preflight_after_redirect: true,
                preflight_lists_dropped: true,
                cached_star_covers_authorization: true,
                max_age_limit: Duration::from_secs(600),
                cache_replaces: true,
                cache_survives_failure: true,
                cache_exempts_uploads: true,
                ..Self::NONE
            },
        }
    }
}
