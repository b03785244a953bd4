//! The guide: pages about the whole, where the items' own documentation is about their part.
//!
//! - [`cookbook`]: policies for what is wanted most often.
//! - [`defaults`]: what each key of a policy is when it is left out, and why.
//! - [`compare`]: what the layers of tower-http, actix-cors and warp do otherwise.
//! - [`messages`]: why did my browser say no? Every message of the consoles, with its cause.
//! - [`security`]: what CORS protects, what it does not, and what answers the known attacks.

/// Pages whose examples and links need features are there where these are on.
macro_rules! pages {
    ($($page:ident = $file:literal),+ $(,)?) => {
        $(
            #[cfg_attr(
                all(feature = "file", feature = "regex", feature = "strategies"),
                doc = include_str!($file)
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
