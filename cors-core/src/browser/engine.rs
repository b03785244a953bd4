//! How the engines depart from the standard.

use super::initiator::Initiator;
use std::time::Duration;

/// A browser engine.
///
/// Known departures from the standard, as seen in Chromium 156, Firefox ESR 153 and WebKitGTK 2.50:
///
/// | | Chromium | Firefox | WebKit |
/// |---|---|---|---|
/// | `@font-face` is fetched with mode `no-cors` and with credentials | | | yes |
/// | a module, and with `crossorigin` any element, names its origin to the page's own server | yes | | yes |
/// | so does a font | yes | | |
/// | with mode `no-cors`, a POST from `https:` to `http:` names its origin instead of `null` | yes | | |
/// | a WebSocket follows redirects | | | yes |
/// | a sandboxed frame's beacon names the origin of the frame's URL (not in the model) | | | yes |
/// | `*` in `Access-Control-Allow-Headers` covers `authorization` | yes | yes | yes |
/// | the same from the preflight cache | | | yes |
/// | headers with the same name are joined before they are checked | yes | | yes |
/// | a preflight lists a name as often as it was set | | yes | |
/// | if a value is empty, `fetch` sends only later values with the same name | | yes | |
/// | `fetch` sends only the last value of `authorization`, `from` and the like | | yes | |
/// | the same for `content-type`; with a body, the first | | yes | |
/// | a `User-Agent` set by a script is not sent | yes | | |
/// | some client hints are CORS-safelisted | yes | | |
/// | an upload listener without an upload needs no preflight | yes | | |
/// | a beacon drops the type of a `Blob` unless it is a well-formed media type | yes | | |
/// | `http:` to this machine is mixed content, except an image | | | yes |
/// | a redirect within an origin to a URL with a user name fails | yes | | |
/// | an empty `Location` is not a redirect | yes | | |
/// | `Location` in equal lines counts as one | yes | yes | |
/// | `Location` in several lines is joined | | | yes |
/// | `Location` is read as Latin-1, not as UTF-8 | | | yes |
/// | redirect mode `manual` fails if `Location` is invalid | yes | | |
/// | after a redirect there is another preflight, needed or not | | yes | yes |
/// | that preflight lists headers that the redirect dropped | | | yes |
/// | that preflight names the page's origin instead of `null` | | yes | |
/// | longest time in the preflight cache, in seconds | 7200 | 86400 | 600 |
/// | a response with an invalid max-age is not cached | | yes | |
/// | a response replaces everything cached for the URL | yes | | yes |
/// | cache entries survive when the request itself fails | yes | | yes |
/// | entries with credentials do not serve requests without | | yes | |
/// | a `*` is not cached | | yes | |
/// | HEAD must be in the cache like any method | | yes | |
/// | the cache does not serve a `fetch` with `If-Match`, `If-Range` and the like | yes | yes | |
/// | nor an `XMLHttpRequest` with one of them | yes | | |
/// | what a preflight after a redirect across origins allows is not cached | yes | | yes |
/// | any entry for the URL spares a GET or POST with an upload listener the preflight | yes | yes | yes |
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
    /// Every engine.
    ///
    /// ```
    /// use cors_core::Policy;
    /// use cors_core::browser::{Browser, Engine, Fetch, serve};
    /// use http::Response;
    /// use std::time::Duration;
    ///
    /// let policy = Policy::for_origins("https://app.example.com").build()?;
    /// let fetch = Fetch::new("https://app.example.com", "https://api.example/");
    /// for engine in Engine::ALL {
    ///     let server = |request: &_| serve(&policy, request, |_| Response::new(()));
    ///     let ended = Browser::as_installed(engine).fetch(&fetch, Duration::ZERO, server);
    ///     assert!(ended.verdict.is_readable());
    /// }
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
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

/// How long a preflight response without a max-age is cached.
/// [Fetch, CORS-preflight fetch, step 7.9](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0)
pub(super) const DEFAULT_MAX_AGE: Duration = Duration::from_secs(5);

/// Request headers of which Firefox sends only one value, even if scripts set several: the last
/// one, or with a body the first `content-type`. It checks each value, so two `text/plain` need no
/// preflight.
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

/// Request headers that make engines bypass their caches.
pub(super) const CONDITIONAL: [&str; 5] =
    ["if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"];

/// How an engine departs from the standard, and what the standard leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Departures {
    /// Fonts are fetched like images, with mode `no-cors`.
    pub(super) fonts_are_no_cors: bool,
    /// A beacon drops the type of a `Blob` unless it is a well-formed media type.
    pub(super) beacons_drop_malformed_types: bool,
    /// What has an `Origin` header in mode `cors`, even for the page's own origin.
    pub(super) always_name_origin: &'static [Initiator],
    /// A `no-cors` request from `https:` to `http:` has the page's origin.
    pub(super) downgrade_names_origin: bool,
    /// A WebSocket's handshake follows redirects.
    pub(super) sockets_follow_redirects: bool,
    /// A `*` in `Access-Control-Allow-Headers` covers `authorization`.
    pub(super) star_covers_authorization: bool,
    /// Headers with the same name are joined into one before they are checked.
    pub(super) headers_are_joined: bool,
    /// A preflight lists a name as often as the script set it.
    pub(super) names_are_repeated: bool,
    /// A value replaces earlier ones with the same name if one of them is empty or the name is in
    /// [`VALUED_ONCE`].
    pub(super) values_replace_others: bool,
    /// A `User-Agent` set by a script is dropped, and needs no preflight.
    pub(super) user_agent_is_forbidden: bool,
    /// Some client hints are CORS-safelisted.
    pub(super) client_hints_are_safelisted: bool,
    /// An upload listener without a body needs no preflight.
    pub(super) listener_needs_body: bool,
    /// A request from an `https:` page to this machine over `http:` is mixed content, unless it is for
    /// an image.
    pub(super) loopback_is_mixed_content: bool,
    /// A redirect within an origin to a URL with a user name or password fails.
    pub(super) no_redirect_with_credentials: bool,
    /// An empty `Location` is none.
    pub(super) empty_location_is_none: bool,
    /// Equal lines of `Location` count as one.
    pub(super) equal_locations_are_one: bool,
    /// Lines of `Location` are joined.
    pub(super) locations_are_joined: bool,
    /// `Location` is Latin-1.
    pub(super) location_is_latin1: bool,
    /// Redirect mode `manual` needs a valid `Location` all the same.
    pub(super) manual_checks_location: bool,
    /// A request that needed a preflight also needs one after a redirect, even if it has changed.
    pub(super) preflight_after_redirect: bool,
    /// After redirects, the preflight still lists headers that were dropped.
    pub(super) preflight_lists_dropped: bool,
    /// After redirects across origins, the preflight still names the page's origin. The request
    /// after it has `null`.
    pub(super) preflight_names_page: bool,
    /// How long a response with an invalid max-age is cached.
    pub(super) malformed_max_age: Duration,
    /// The longest time in the cache. The standard has no limit.
    pub(super) max_age_limit: Duration,
    /// A preflight response replaces everything cached for its URL.
    pub(super) cache_replaces: bool,
    /// Cache entries survive when the request itself fails.
    pub(super) cache_survives_failure: bool,
    /// Requests with and without credentials share no cache entries.
    pub(super) cache_keeps_credentials_apart: bool,
    /// A `*` in the cache covers `authorization`.
    pub(super) cached_star_covers_authorization: bool,
    /// A `*` is not cached.
    pub(super) cache_has_no_star: bool,
    /// HEAD must be in the cache like any method.
    pub(super) cache_wants_head: bool,
    /// The cache does not serve a `fetch` with one of [`CONDITIONAL`].
    pub(super) conditional_fetch_skips_cache: bool,
    /// The same for `XMLHttpRequest`.
    pub(super) conditional_xhr_skips_cache: bool,
    /// After a redirect across origins, the cache is not used.
    pub(super) cache_keeps_redirects_apart: bool,
    /// CORS-safelisted methods need no entry of their own, even with an upload listener.
    pub(super) cache_exempts_uploads: bool,
}

impl Departures {
    /// The standard.
    pub(super) const NONE: Self = Self {
        fonts_are_no_cors: false,
        beacons_drop_malformed_types: false,
        always_name_origin: &[],
        downgrade_names_origin: false,
        sockets_follow_redirects: false,
        star_covers_authorization: false,
        headers_are_joined: false,
        names_are_repeated: false,
        values_replace_others: false,
        user_agent_is_forbidden: false,
        client_hints_are_safelisted: false,
        listener_needs_body: false,
        loopback_is_mixed_content: false,
        no_redirect_with_credentials: false,
        empty_location_is_none: false,
        equal_locations_are_one: false,
        locations_are_joined: false,
        location_is_latin1: false,
        manual_checks_location: false,
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
        cache_keeps_redirects_apart: false,
        cache_exempts_uploads: false,
    };

    /// As seen in Chromium 156, Firefox ESR 153 and WebKitGTK 2.50. The limits, and that the caches
    /// of Chromium and WebKit exempt uploads, are from their sources.
    pub(super) const fn of(engine: Engine) -> Self {
        match engine {
            Engine::Chromium => Self {
                beacons_drop_malformed_types: true,
                always_name_origin: &[
                    Initiator::Script,
                    Initiator::Module,
                    Initiator::Image,
                    Initiator::Stylesheet,
                    Initiator::Font,
                ],
                downgrade_names_origin: true,
                star_covers_authorization: true,
                headers_are_joined: true,
                user_agent_is_forbidden: true,
                client_hints_are_safelisted: true,
                listener_needs_body: true,
                no_redirect_with_credentials: true,
                empty_location_is_none: true,
                equal_locations_are_one: true,
                manual_checks_location: true,
                max_age_limit: Duration::from_secs(7200),
                conditional_fetch_skips_cache: true,
                conditional_xhr_skips_cache: true,
                cache_replaces: true,
                cache_survives_failure: true,
                cache_keeps_redirects_apart: true,
                cache_exempts_uploads: true,
                ..Self::NONE
            },
            Engine::Firefox => Self {
                // Until network.cors_preflight.authorization_covered_by_wildcard is set to false.
                star_covers_authorization: true,
                names_are_repeated: true,
                values_replace_others: true,
                equal_locations_are_one: true,
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
                fonts_are_no_cors: true,
                always_name_origin: &[
                    Initiator::Script,
                    Initiator::Module,
                    Initiator::Image,
                    Initiator::Stylesheet,
                ],
                sockets_follow_redirects: true,
                star_covers_authorization: true,
                headers_are_joined: true,
                loopback_is_mixed_content: true,
                locations_are_joined: true,
                location_is_latin1: true,
                preflight_after_redirect: true,
                preflight_lists_dropped: true,
                cached_star_covers_authorization: true,
                max_age_limit: Duration::from_secs(600),
                cache_replaces: true,
                cache_survives_failure: true,
                cache_keeps_redirects_apart: true,
                cache_exempts_uploads: true,
                ..Self::NONE
            },
        }
    }
}
