//! What engines call initiators other than `fetch`, and what they print of them alone.

use super::Messages;
use crate::browser::{Fetch, Initiator, Step};
use url::Url;

/// In Chromium's `Access to … at`.
pub(super) fn in_chromium(fetch: &Fetch) -> &'static str {
    match fetch.initiator {
        _ if fetch.is_xhr() => "XMLHttpRequest",
        Initiator::Script | Initiator::Module => "script",
        Initiator::Image => "image",
        Initiator::Stylesheet => "CSS stylesheet",
        Initiator::Font => "font",
        Initiator::EventSource | Initiator::Beacon => "resource",
        _ => "fetch",
    }
}

/// What Firefox prints after the reason, if it has one. `url` is that of the element. Of a font, it
/// prints a line that begins with `downloadable font:` and names the font as the page does.
pub(super) fn in_firefox(fetch: &Fetch, url: &str, is_by_cors: bool) -> Option<String> {
    Some(match fetch.initiator {
        Initiator::Script if is_by_cors => {
            format!("<script> source URI is not allowed in this document: “{url}”.")
        }
        Initiator::Module if is_by_cors => {
            format!("Module source URI is not allowed in this document: “{url}”.")
        }
        Initiator::Script => format!("Loading failed for the <script> with source “{url}”."),
        Initiator::Module => format!("Loading failed for the module with source “{url}”."),
        Initiator::EventSource | Initiator::WebSocket => {
            format!("Firefox can’t establish a connection to the server at {url}.")
        }
        _ => return None,
    })
}

/// What WebKit prints after the reason. `first` is the URL of the element, and `url` the one that
/// failed.
pub(super) fn in_webkit(fetch: &Fetch, first: &str, url: &str) -> Option<String> {
    let refused = "due to access control checks.";
    Some(match fetch.initiator {
        _ if fetch.is_xhr() => format!("XMLHttpRequest cannot load {url} {refused}"),
        Initiator::Script => {
            "Cross-origin script load denied by Cross-Origin Resource Sharing policy.".to_owned()
        }
        Initiator::Image => format!("Cannot load image {first} {refused}"),
        Initiator::EventSource => format!("EventSource cannot load {url} {refused}"),
        Initiator::Fetch => format!("Fetch API cannot load {url} {refused}"),
        _ => return None,
    })
}

/// The lines that are there.
pub(super) fn lines(lines: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let lines: Vec<_> = lines.into_iter().flatten().collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// For a WebSocket. `status` is that of the answer, if one came.
pub(super) fn of_socket(fetch: &Fetch, step: Step, status: Option<u16>) -> Messages {
    let url = socket_url(fetch);
    let failed = |why: &str| Some(format!("WebSocket connection to '{url}' failed: {why}"));
    let firefox = in_firefox(fetch, &url, false);
    let page = serialized(&fetch.origin);
    match (step, status) {
        (Step::WebSocketStatus | Step::RedirectModeError, Some(status)) => [
            failed(&format!(
                "Error during WebSocket handshake: Unexpected response code: {status}"
            )),
            firefox,
            failed("The server did not accept the WebSocket handshake."),
        ],
        (Step::MixedContent, None) => [
            Some(format!(
                "Mixed Content: The page at '{page}' was loaded over HTTPS, but attempted to connect \
                 to the insecure WebSocket endpoint '{url}'. This request has been blocked; this \
                 endpoint must be available over WSS."
            )),
            None,
            None,
        ],
        (Step::LocalNetworkAccess, None) => [
            failed(
                "Error in connection establishment: \
                 net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS",
            ),
            None,
            None,
        ],
        (Step::BadPort, None) => [
            failed("Error in connection establishment: net::ERR_UNSAFE_PORT"),
            firefox,
            Url::parse(&url)
                .ok()
                .and_then(|url| Some(format!("WebSocket port {} blocked", url.port()?))),
        ],
        _ => [None, None, None],
    }
}

pub(super) fn serialized(page: &str) -> String {
    Url::parse(page).map_or_else(|_| page.to_owned(), String::from)
}

/// With the scheme of a WebSocket.
fn socket_url(fetch: &Fetch) -> String {
    let Ok(mut url) = fetch.parsed_url() else {
        return fetch.url.clone();
    };
    let scheme = if matches!(url.scheme(), "https" | "wss") { "wss" } else { "ws" };
    let _ = url.set_scheme(scheme);
    url.into()
}
