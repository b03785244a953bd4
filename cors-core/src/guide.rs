//! The guide: pages about the whole, where the items' own documentation is about their part.
//!
//! - [`cookbook`]: policies for what is wanted most often.
//! - [`defaults`]: what each key of a policy is when it is left out, and why.
//! - [`compare`]: what the layers of tower-http, actix-cors and warp do otherwise.
//! - [`messages`]: why did my browser say no? Every message of the consoles, with its cause.
//! - [`security`]: what CORS protects, what it does not, and what answers the known attacks.

/// Where the pages' links lead to here. Of two definitions the first holds; the second, at the end
/// of a page, is for who reads the file.
#[allow(unused_macros, reason = "for pages that are shown")]
macro_rules! links {
    () => {
        concat!(
            "[`Builder`]: crate::Builder\n",
            "[`Config`]: crate::Config\n",
            "[`Policy`]: crate::Policy\n",
            "[asked]: crate::guide::security#what-it-does-not-protect\n",
            "[any origin]: crate::guide::security#any-origin-with-credentials\n",
            "[check]: crate::config::file::check\n",
            "[defaults]: crate::guide::defaults\n",
            "[explain]: crate::explain\n",
            "[expressions]: crate::guide::security#regular-expressions\n",
            "[from_file]: crate::Policy::from_file\n",
            "[insecure]: crate::guide::security#http-origins-with-credentials\n",
            "[laws]: crate::laws\n",
            "[no origin outside]: crate::laws::no_origin_outside\n",
            "[null]: crate::guide::security#the-origin-null\n",
            "[poisoning]: crate::guide::security#cache-poisoning\n",
            "[reading]: crate::Builder::allow_origin_if_reading\n",
            "[suffixes]: crate::guide::security#public-suffixes\n",
        )
    };
}

/// Pages whose examples and links need features are there where these are on.
macro_rules! pages {
    ($($page:ident = $file:literal),+ $(,)?) => {
        $(
            #[cfg_attr(
                all(feature = "file", feature = "regex", feature = "strategies"),
                doc = concat!(links!(), "\n", include_str!($file))
            )]
            #[cfg_attr(
                not(all(feature = "file", feature = "regex", feature = "strategies")),
                doc = "This page is shown with the features `file`, `regex` and `strategies`."
            )]
            pub mod $page {}
        )+
    };
}

pages! {
    compare = "../docs/compare.md",
    cookbook = "../docs/cookbook.md",
    defaults = "../docs/defaults.md",
    messages = "../docs/messages.md",
    security = "../docs/security.md",
}
