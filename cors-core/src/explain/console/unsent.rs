//! Messages for a call that never leaves the browser.

use super::initiators::{self, in_firefox, lines, serialized};
use super::{Messages, failed_to_load};
use crate::browser::{AddressSpace, Fetch, Initiator, Step};
use crate::engine::names::is_token;
use url::Url;

/// Chromium's message for a request to `url`, which is in the local network, by a page that is not a
/// secure context. `from` names the URL that redirects there.
pub(super) fn not_secure(fetch: &Fetch, url: &str, from: &str) -> String {
    let host = |url: &str| Url::parse(url).ok()?.host_str().map(str::to_owned);
    let space = match (fetch.target_space, host(url)) {
        (Some(space), host_of_url) if host_of_url == host(&called(fetch)) => space,
        (_, host_of_url) => AddressSpace::of_host(&host_of_url.unwrap_or_default()),
    };
    format!(
        "Access to {} at '{url}'{from} from origin '{}' has been blocked by CORS policy: The \
         request client is not a secure context and the resource is in more-private address space \
         `{}`.",
        initiators::in_chromium(fetch),
        fetch.serialized_origin(),
        space.as_str()
    )
}

/// The called URL, in full where it is valid.
fn called(fetch: &Fetch) -> String {
    fetch.absolute_url().unwrap_or_else(|| fetch.url.clone())
}

/// Each engine's message: the exception if `new Request()` throws, otherwise from the console.
pub(super) fn messages(step: Step, fetch: &Fetch) -> Messages {
    let (url, page) = (called(fetch), serialized(&fetch.origin));
    let method = &fetch.method;
    match fetch.initiator {
        Initiator::Fetch => {}
        Initiator::WebSocket => return initiators::of_socket(fetch, step, None),
        _ => return of_element(fetch, step, &url),
    }
    let webkit_cannot_load = |url: &str| initiators::in_webkit(fetch, url, url).unwrap_or_default();
    match step {
        Step::UrlFailure => thrown(
            format!("Failed to parse URL from {}", fetch.url),
            format!("{} is not a valid URL.", fetch.url),
            "URL is not valid or contains user credentials.",
        ),
        Step::UrlCredentials => thrown(
            format!(
                "Request cannot be constructed from a URL that includes credentials: {}",
                fetch.url
            ),
            format!("{} is an url with embedded credentials.", fetch.url),
            "URL is not valid or contains user credentials.",
        ),
        Step::RequestMethod if is_token(method.as_bytes()) => thrown(
            format!("'{method}' HTTP method is unsupported."),
            format!("Invalid request method {method}."),
            "Method is forbidden.",
        ),
        Step::RequestMethod => thrown(
            format!("'{method}' is not a valid HTTP method."),
            format!("Invalid request method {method}."),
            "Method is not a valid HTTP token.",
        ),
        Step::NoCorsMethod => thrown(
            format!("'{method}' is unsupported in no-cors mode."),
            format!("Invalid request method {method}."),
            "Method must be GET, POST or HEAD in no-cors mode.",
        ),
        Step::RequestHeader => header(fetch),
        Step::RequestBody => thrown(
            "Request with GET/HEAD method cannot have body.",
            "HEAD or GET Request cannot have a body.",
            format!("Request has method '{method}' and cannot have a body"),
        ),
        // Firefox sends the text `[object ReadableStream]`.
        Step::RequestStream => [
            Some(in_chromium(
                "If request is made from ReadableStream, mode should be\"same-origin\" or \"cors\"",
            )),
            None,
            Some("NotSupportedError: ReadableStream uploading is not supported".to_owned()),
        ],
        Step::BadPort => {
            let chromium = "Failed to load resource: net::ERR_UNSAFE_PORT".to_owned();
            [Some(chromium), None, restricted_port(&url)]
        }
        Step::MixedContent => [
            Some(format!(
                "Mixed Content: The page at '{page}' was loaded over HTTPS, but requested an \
                 insecure resource '{url}'. This request has been blocked; the content must be \
                 served over HTTPS."
            )),
            Some(format!("Blocked loading mixed active content “{url}”")),
            Some(format!(
                "[blocked] The page at {page} requested insecure content from {url}. This content \
                 was blocked and must be served over HTTPS.\nNot allowed to request resource\n{}",
                webkit_cannot_load(&url)
            )),
        ],
        Step::LocalNetworkAccess => [Some(not_secure(fetch, &url, "")), None, None],
        Step::SameOriginMode => [
            Some(format!(
                "Fetch API cannot load {url}. Request mode is \"same-origin\" but the URL's origin \
                 is not same as the request origin {}.",
                fetch.serialized_origin()
            )),
            Some(format!("Security Error: Content at {page} may not load data from {url}.")),
            Some(format!("Fetch API cannot load {url}.")),
        ],
        Step::NoCorsRedirectMode => [
            Some(format!(
                "Fetch API cannot load {url}. Request mode is \"no-cors\" but the redirect mode is \
                 not \"follow\"."
            )),
            None,
            Some(format!(
                "No-Cors mode requires follow redirect mode\nNot allowed to request resource\n{}",
                webkit_cannot_load(&url)
            )),
        ],
        Step::UrlScheme => {
            let scheme = url.split(':').next().unwrap_or_default();
            [
                Some(format!(
                    "Fetch API cannot load {url}. URL scheme \"{scheme}\" is not supported."
                )),
                Some(format!(
                    "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the \
                     remote resource at {url}. (Reason: CORS request not http)."
                )),
                Some(format!(
                    "Cross origin requests are only supported for HTTP.\n{}",
                    webkit_cannot_load(&url)
                )),
            ]
        }
        _ => [None, None, None],
    }
}

/// For initiators other than `fetch` and WebSocket.
fn of_element(fetch: &Fetch, step: Step, url: &str) -> Messages {
    let firefox = in_firefox(fetch, url, false);
    match step {
        Step::BadPort => {
            let is_frame = fetch.initiator == Initiator::Frame;
            let chromium = (!is_frame).then(|| failed_to_load("UNSAFE_PORT"));
            let beacon = (fetch.initiator == Initiator::Beacon).then(|| {
                format!("Beacon API cannot load {url}. Not allowed to use restricted network port")
            });
            [chromium, firefox, lines([restricted_port(url), beacon])]
        }
        Step::LocalNetworkAccess if fetch.initiator == Initiator::Frame => [None, None, None],
        Step::MixedContent => {
            let what = match fetch.initiator {
                Initiator::XmlHttpRequest => "XMLHttpRequest endpoint",
                Initiator::EventSource => "EventSource endpoint",
                Initiator::Beacon => "Beacon endpoint",
                Initiator::Stylesheet => "stylesheet",
                Initiator::Frame => "frame",
                _ => initiators::in_chromium(fetch),
            };
            let page = serialized(&fetch.origin);
            let chromium = format!(
                "Mixed Content: The page at '{page}' was loaded over HTTPS, but requested an insecure \
                 {what} '{url}'. This request has been blocked; the content must be served over \
                 HTTPS."
            );
            let blocked = format!("Blocked loading mixed active content “{url}”");
            [Some(chromium), lines([Some(blocked), firefox]), None]
        }
        Step::LocalNetworkAccess => [Some(not_secure(fetch, url, "")), None, None],
        _ => [None, None, None],
    }
}

/// WebKit's message for a blocked port.
pub(super) fn restricted_port(url: &str) -> Option<String> {
    let port = Url::parse(url).ok()?.port()?;
    Some(format!("Not allowed to use restricted network port {port}: {url}"))
}

fn in_chromium(message: &str) -> String {
    format!("TypeError: Failed to execute 'fetch' on 'Window': {message}")
}

fn thrown(
    chromium: impl Into<String>,
    firefox: impl Into<String>,
    webkit: impl Into<String>,
) -> Messages {
    [
        Some(in_chromium(&chromium.into())),
        Some(format!("TypeError: Window.fetch: {}", firefox.into())),
        Some(format!("TypeError: {}", webkit.into())),
    ]
}

/// Messages for the first invalid header.
fn header(fetch: &Fetch) -> Messages {
    let too_far = |value: &str| value.chars().position(|character| character > '\u{ff}');
    let bad = fetch.headers.iter().find_map(|(name, value)| match too_far(value) {
        _ if !is_token(name.as_bytes()) => Some(thrown(
            "Invalid name",
            format!("{name} is an invalid header name."),
            format!("Invalid header name: '{name}'"),
        )),
        Some(index) => {
            let code = value.chars().nth(index).map_or(0, u32::from);
            Some(thrown(
                "Failed to read the 'headers' property from 'RequestInit': String contains non \
                 ISO-8859-1 code point.",
                format!(
                    "Cannot convert value in record<ByteString, ByteString> branch of \
                     (sequence<sequence<ByteString>> or record<ByteString, ByteString>) to \
                     ByteString because the character at index {index} has value {code} which is \
                     greater than 255."
                ),
                "Type error",
            ))
        }
        None if value.trim().contains(['\0', '\n', '\r']) => Some(thrown(
            "Invalid value",
            format!("{value} is an invalid header value."),
            format!("Header '{name}' has invalid value: '{value}'"),
        )),
        None => None,
    });
    bad.unwrap_or([None, None, None])
}
