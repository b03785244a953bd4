//! Where the engines depart from the standard.

use std::time::Duration;

/// A browser engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// What an engine does otherwise than the standard says, and what the standard leaves to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Departures {
    /// A `*` in `Access-Control-Allow-Headers` covers `authorization`.
    pub(super) star_covers_authorization: bool,
    /// How long a preflight's answer without a max-age is kept.
    pub(super) default_max_age: Duration,
    /// How long one is kept at most. The standard names no limit.
    pub(super) max_age_limit: Duration,
    /// After redirects across origins, the preflight still names the page's origin; the request
    /// that follows says `null`.
    pub(super) preflight_names_page: bool,
}

impl Departures {
    /// As the standard says.
    pub(super) const NONE: Self = Self {
        star_covers_authorization: false,
        default_max_age: Duration::from_secs(5),
        max_age_limit: Duration::MAX,
        preflight_names_page: false,
    };

    pub(super) const fn of(engine: Engine) -> Self {
        // All three let `*` cover `authorization`; Firefox stops with the preference
        // network.cors_preflight.authorization_covered_by_wildcard set to false.
        let common = Self { star_covers_authorization: true, ..Self::NONE };
        match engine {
            Engine::Chromium => Self { max_age_limit: Duration::from_secs(7200), ..common },
            Engine::Firefox => Self {
                default_max_age: Duration::ZERO,
                max_age_limit: Duration::from_secs(86_400),
                preflight_names_page: true,
                ..common
            },
            Engine::WebKit => Self { max_age_limit: Duration::from_secs(600), ..common },
        }
    }
}
