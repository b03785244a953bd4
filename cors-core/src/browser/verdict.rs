//! What a page gets of a fetch.

use super::filter::Shared;
use super::step::{Step, Taken};
use http::{HeaderMap, StatusCode};

/// The result of a fetch for the script.
///
/// ```
/// use cors_core::Policy;
/// use cors_core::browser::{Fetch, Verdict};
/// use cors_core::explain::explain;
///
/// let policy = Policy::for_origins(["https://app.example.com"]).build()?;
/// let verdict = |fetch: &Fetch| explain(&policy, fetch).verdict().clone();
/// let (page, url) = ("https://other.example", "https://api.example/logo.png");
///
/// let Verdict::Readable(read) = verdict(&Fetch::new("https://app.example.com", url)) else { unreachable!() };
/// assert_eq!(read.status, 200);
///
/// let image = verdict(&Fetch::image(page, url));
/// assert!(image == Verdict::Opaque && image.taints_canvas() && !image.is_success());
/// let frame = verdict(&Fetch::frame(page, url));
/// assert!(frame.is_success() && !frame.is_readable());
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The script can read the response.
    Readable(Readable),
    /// Mode `no-cors`: the page can read nothing of the response. An image shows, and taints a canvas
    /// that you draw it on; a script runs, and its errors are "Script error."; a stylesheet applies,
    /// and its `cssRules` throw a `SecurityError`.
    /// [Fetch, opaque filtered response](https://fetch.spec.whatwg.org/#concept-filtered-response-opaque)
    Opaque,
    /// Redirect mode `manual`: the script learns only that there was a redirect.
    /// [Fetch, opaque-redirect filtered response](https://fetch.spec.whatwg.org/#concept-filtered-response-opaque-redirect)
    OpaqueRedirect,
    /// A WebSocket is open: CORS does not apply, and the page can read all messages.
    Opened,
    /// A frame has loaded: CORS does not apply, and a page of another origin can read nothing of it.
    Loaded,
    /// A beacon has arrived: nobody sees its response.
    Sent,
    /// A `TypeError` or an `error` event, without any detail for the page. A beacon may have arrived
    /// all the same.
    /// [Fetch, network error](https://fetch.spec.whatwg.org/#concept-network-error)
    Failed(Taken),
}

/// What a script sees of a response, except the body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Readable {
    /// The status.
    pub status: StatusCode,
    /// The response headers that the script sees.
    pub headers: HeaderMap,
    /// The headers that the script would see.
    pub shared: Shared,
}

impl Verdict {
    /// Whether the page may read the response, or a WebSocket's messages.
    pub fn is_readable(&self) -> bool {
        matches!(self, Self::Readable(_) | Self::Opened)
    }

    /// Whether an image with this verdict taints a canvas, so that `getImageData`, `toBlob` and
    /// `toDataURL` throw a `SecurityError`.
    ///
    /// [HTML, security with canvas elements](https://html.spec.whatwg.org/multipage/canvas.html#security-with-canvas-elements)
    pub fn taints_canvas(&self) -> bool {
        *self == Self::Opaque
    }

    /// Whether the page got all that its initiator can give: something to read, a loaded frame, or a
    /// beacon that has arrived.
    pub fn is_success(&self) -> bool {
        self.is_readable() || matches!(self, Self::Loaded | Self::Sent)
    }

    /// The step that failed, if one did.
    pub fn failed_step(&self) -> Option<Step> {
        match self {
            Self::Failed(taken) => Some(taken.step),
            _ => None,
        }
    }
}
