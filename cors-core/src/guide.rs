//! The guide.
//!
//! - [`cookbook`]: policies for common cases.
//! - [`defaults`]: the default of each key of a policy, and why.
//! - [`compare`]: how the layers of tower-http, actix-cors and warp differ.
//! - [`messages`]: why did my browser say no? Every console message, with its cause.
//! - [`security`]: what CORS protects, what it does not, and how to answer the known attacks.

/// The link targets in rustdoc. Markdown uses the first definition of a link; the pages end with
/// definitions for readers of the files.
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
            "[cookies]: crate::guide::cookbook#which-cookies-go-along\n",
            "[defaults]: crate::guide::defaults\n",
            "[explain]: crate::explain\n",
            "[expressions]: crate::guide::security#regular-expressions\n",
            "[from_file]: crate::Policy::from_file\n",
            "[from_vars]: crate::Config::from_vars\n",
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

/// The examples and links of the pages need features.
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
