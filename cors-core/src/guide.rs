//! The guide.
//!
//! - [`cookbook`]: policies for common cases.
//! - [`defaults`]: the default of each key of a policy, and why.
//! - [`files`]: policy files: how to load, reload and check them, and how editors know the keys.
//! - [`migrating`]: what the options of other CORS layers are called here.
//! - [`compare`]: how the layers of tower-http, actix-cors and warp differ.
//! - [`costs`]: what the layers add to a request, and the crates to a build.
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
            "[compare]: crate::guide::compare\n",
            "[check]: crate::config::file::check\n",
            "[cookies]: crate::guide::cookbook#which-cookies-go-along\n",
            "[defaults]: crate::guide::defaults\n",
            "[explain]: crate::explain\n",
            "[expressions]: crate::guide::security#regular-expressions\n",
            "[from_file]: crate::Policy::from_file\n",
            "[from_vars]: crate::Config::from_vars\n",
            "[insecure]: crate::guide::security#http-origins-with-credentials\n",
            "[files]: crate::guide::files\n",
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
    costs = "../docs/costs.md",
    defaults = "../docs/defaults.md",
    files = "../docs/files.md",
    messages = "../docs/messages.md",
    migrating = "../docs/migrating.md",
    security = "../docs/security.md",
}
