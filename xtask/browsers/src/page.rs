//! The page that performs jobs. Every host has it, those of the adapters too, so that a page may be of the same
//! origin as the API.

/// Where it is.
pub const PATH: &str = "/runner.html";

/// The type and the content of a file of the page.
pub fn file(path: &str) -> Option<(&'static str, &'static str)> {
    match path {
        PATH => Some(("text/html;charset=utf-8", include_str!("page.html"))),
        "/runner.js" => Some(("text/javascript;charset=utf-8", include_str!("runner.js"))),
        _ => None,
    }
}
