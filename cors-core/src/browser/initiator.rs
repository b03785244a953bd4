//! What makes a request.

/// What makes a request. Each settles some fields of a [`Fetch`](super::Fetch); see
/// [`Fetch::settled`](super::Fetch::settled).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Initiator {
    /// A call of `fetch`.
    #[default]
    Fetch,
    /// An `XMLHttpRequest`.
    XmlHttpRequest,
    /// `<script src>`.
    Script,
    /// `<script type="module" src>`.
    Module,
    /// `<img src>`.
    Image,
    /// `<link rel="stylesheet" href>`.
    Stylesheet,
    /// `@font-face`, or `new FontFace`.
    Font,
    /// `new EventSource`.
    EventSource,
    /// `new WebSocket`.
    WebSocket,
    /// `navigator.sendBeacon`.
    Beacon,
    /// `<iframe src>`.
    Frame,
}

/// The `crossorigin` attribute of an element that has one.
///
/// [HTML, CORS settings attributes](https://html.spec.whatwg.org/multipage/urls-and-fetching.html#cors-settings-attributes)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "HTML defines these two")]
pub enum Crossorigin {
    /// `crossorigin`, or with any value other than `use-credentials`: mode `cors`, credentials to
    /// the page's own origin.
    Anonymous,
    /// `crossorigin="use-credentials"`: mode `cors`, with credentials.
    UseCredentials,
}

impl Crossorigin {
    /// The value of the attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::UseCredentials => "use-credentials",
        }
    }
}

impl Initiator {
    /// Every initiator.
    ///
    /// ```
    /// use cors_core::browser::Initiator;
    ///
    /// let written = |name| Initiator::ALL.into_iter().find(|initiator| initiator.as_str() == name);
    /// assert_eq!(written("xhr"), Some(Initiator::XmlHttpRequest));
    /// ```
    pub const ALL: [Self; 11] = [
        Self::Fetch,
        Self::XmlHttpRequest,
        Self::Script,
        Self::Module,
        Self::Image,
        Self::Stylesheet,
        Self::Font,
        Self::EventSource,
        Self::WebSocket,
        Self::Beacon,
        Self::Frame,
    ];

    /// Its name in lower case, such as `xhr` or `eventsource`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::XmlHttpRequest => "xhr",
            Self::Script => "script",
            Self::Module => "module",
            Self::Image => "image",
            Self::Stylesheet => "stylesheet",
            Self::Font => "font",
            Self::EventSource => "eventsource",
            Self::WebSocket => "websocket",
            Self::Beacon => "beacon",
            Self::Frame => "frame",
        }
    }

    /// Whether its mode is `no-cors` without a `crossorigin` attribute.
    ///
    /// [HTML, create a potential-CORS request](https://html.spec.whatwg.org/multipage/urls-and-fetching.html#create-a-potential-cors-request)
    ///
    /// ```
    /// use cors_core::browser::Initiator;
    ///
    /// assert!(Initiator::Image.is_potentially_cors());
    /// assert!(!Initiator::WebSocket.is_potentially_cors());
    /// ```
    pub fn is_potentially_cors(self) -> bool {
        matches!(self, Self::Script | Self::Image | Self::Stylesheet)
    }

    /// Whether responses are not subject to CORS.
    pub(super) fn is_unchecked(self) -> bool {
        matches!(self, Self::WebSocket | Self::Frame)
    }

    /// [Fetch, destination](https://fetch.spec.whatwg.org/#concept-request-destination)
    pub(super) fn destination(self) -> &'static str {
        match self {
            Self::Script | Self::Module => "script",
            Self::Image => "image",
            Self::Stylesheet => "style",
            Self::Font => "font",
            Self::Frame => "iframe",
            _ => "empty",
        }
    }

    /// [Fetch, fetch, step 13](https://fetch.spec.whatwg.org/#concept-fetch)
    pub(super) fn accept(self) -> &'static str {
        match self {
            Self::Image => "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
            Self::Stylesheet => "text/css,*/*;q=0.1",
            Self::Frame => "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            Self::EventSource => "text/event-stream",
            _ => "*/*",
        }
    }
}
