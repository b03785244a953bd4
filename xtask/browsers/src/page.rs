//! The page that performs jobs. Every host serves it, including those of the adapters, so that a page can be
//! same-origin with the API.

/// The path of the page.
pub const PATH: &str = "/runner.html";

/// The path of a page that performs jobs without a driver.
pub const CONSOLE: &str = "/console.html";

/// The type and content of one of the page's files.
pub fn file(path: &str) -> Option<(&'static str, &'static str)> {
    match path {
        PATH => Some(("text/html;charset=utf-8", include_str!("page.html"))),
        CONSOLE => Some(("text/html;charset=utf-8", include_str!("console.html"))),
        "/initiators.js" => Some(("text/javascript;charset=utf-8", include_str!("initiators.js"))),
        "/runner.js" => Some(("text/javascript;charset=utf-8", include_str!("runner.js"))),
        _ => None,
    }
}
