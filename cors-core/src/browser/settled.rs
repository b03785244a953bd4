//! What each initiator settles of a fetch: the method, the mode, the credentials.

use super::fetch::{Body, CredentialsMode, Fetch, Mode, RedirectMode};
use super::initiator::{Crossorigin, Initiator};
use super::safelist::is_safelisted;
use std::borrow::Cow;

impl Fetch {
    /// What this initiator requests if it has nothing but the URL.
    pub fn by(initiator: Initiator, origin: impl Into<String>, url: impl Into<String>) -> Self {
        let mode = if initiator.is_potentially_cors() { Mode::NoCors } else { Mode::Cors };
        let fetch = Self { initiator, mode, ..Self::new(origin, url) };
        fetch.settled().into_owned()
    }

    /// An `XMLHttpRequest` with GET. [`CredentialsMode::Include`] is `withCredentials`.
    ///
    /// ```
    /// use cors_core::browser::Fetch;
    ///
    /// let xhr = Fetch::xhr("https://app.example.com", "https://api.example/");
    /// assert!(xhr.is_xhr() && !Fetch::new("https://app.example.com", "https://api.example/").is_xhr());
    /// ```
    ///
    /// [XMLHttpRequest](https://xhr.spec.whatwg.org/)
    pub fn xhr(origin: impl Into<String>, url: impl Into<String>) -> Self {
        Self::by(Initiator::XmlHttpRequest, origin, url)
    }

    /// A `<script src>`, without [`crossorigin`](Self::crossorigin): it runs, and the page learns
    /// of its errors only "Script error.".
    ///
    /// ```
    /// use cors_core::browser::{Crossorigin, Fetch};
    ///
    /// let script = Fetch::script("https://app.example.com", "https://cdn.example/a.js");
    /// assert_eq!(
    ///     script.crossorigin(Some(Crossorigin::UseCredentials)).to_string(),
    ///     r#"<script src="https://cdn.example/a.js" crossorigin="use-credentials"> from https://app.example.com"#,
    /// );
    /// ```
    pub fn script(origin: impl Into<String>, url: impl Into<String>) -> Self {
        Self::by(Initiator::Script, origin, url)
    }

    /// A `<script type="module" src>`, or an `import`: its mode is always `cors`.
    ///
    /// ```
    /// use cors_core::browser::{CredentialsMode, Fetch, Mode};
    ///
    /// let module = Fetch::module("https://app.example.com", "https://cdn.example/a.mjs");
    /// assert_eq!(module.mode, Mode::Cors);
    /// assert_eq!(module.credentials, CredentialsMode::SameOrigin);
    /// ```
    pub fn module(origin: impl Into<String>, url: impl Into<String>) -> Self {
        Self::by(Initiator::Module, origin, url)
    }

    /// An `<img src>`, without [`crossorigin`](Self::crossorigin): it shows, and taints a canvas.
    ///
    /// ```
    /// use cors_core::Policy;
    /// use cors_core::browser::{Browser, Crossorigin, Fetch, serve};
    /// use http::Response;
    /// use std::time::Duration;
    ///
    /// let policy = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
    /// let taints = |image: Fetch| {
    ///     let server = |request: &_| serve(&policy, request, |_| Response::new(()));
    ///     Browser::new().fetch(&image, Duration::ZERO, server).verdict.taints_canvas()
    /// };
    /// let image = Fetch::image("https://app.example.com", "https://cdn.example/a.png");
    /// assert!(taints(image.clone()));
    /// assert!(!taints(image.crossorigin(Some(Crossorigin::Anonymous))));
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn image(origin: impl Into<String>, url: impl Into<String>) -> Self {
        Self::by(Initiator::Image, origin, url)
    }

    /// A `<link rel="stylesheet" href>`, without [`crossorigin`](Self::crossorigin): it applies, and
    /// the page cannot read its `cssRules`.
    ///
    /// ```
    /// use cors_core::browser::{Crossorigin, Fetch, Mode};
    ///
    /// let sheet = Fetch::stylesheet("https://app.example.com", "https://cdn.example/a.css");
    /// assert_eq!(sheet.mode, Mode::NoCors);
    /// assert_eq!(sheet.crossorigin(Some(Crossorigin::Anonymous)).mode, Mode::Cors);
    /// ```
    pub fn stylesheet(origin: impl Into<String>, url: impl Into<String>) -> Self {
        Self::by(Initiator::Stylesheet, origin, url)
    }

    /// A font of `@font-face`: mode `cors`, without credentials to other origins.
    ///
    /// [CSS Fonts, font fetching requirements](https://drafts.csswg.org/css-fonts/#font-fetching-requirements)
    pub fn font(origin: impl Into<String>, url: impl Into<String>) -> Self {
        Self::by(Initiator::Font, origin, url)
    }

    /// An `EventSource`. [`CredentialsMode::Include`] is `withCredentials`.
    ///
    /// ```
    /// use cors_core::browser::Fetch;
    ///
    /// let events = Fetch::event_source("https://app.example.com", "https://api.example/events");
    /// assert_eq!(
    ///     events.to_string(),
    ///     r#"new EventSource("https://api.example/events") from https://app.example.com"#,
    /// );
    /// ```
    pub fn event_source(origin: impl Into<String>, url: impl Into<String>) -> Self {
        Self::by(Initiator::EventSource, origin, url)
    }

    /// A `WebSocket`, to a URL with `ws:`, `wss:`, `http:` or `https:`. No CORS check applies: a
    /// server that wants to refuse an origin has to look at `Origin` itself.
    ///
    /// ```
    /// use cors_core::browser::{Browser, Fetch, Verdict};
    /// use http::Response;
    /// use std::time::Duration;
    ///
    /// let socket = Fetch::web_socket("https://app.example.com", "wss://api.example/live");
    /// let ended = Browser::new().fetch(&socket, Duration::ZERO, |request| {
    ///     assert_eq!(request.headers()["origin"], "https://app.example.com");
    ///     Response::builder().status(101).body(()).unwrap()
    /// });
    /// assert_eq!(ended.verdict, Verdict::Opened);
    /// ```
    pub fn web_socket(origin: impl Into<String>, url: impl Into<String>) -> Self {
        Self::by(Initiator::WebSocket, origin, url)
    }

    /// A call of `navigator.sendBeacon`: POST, with credentials. Its mode is `cors` if the header
    /// `content-type`, which is the type of a `Blob`, is not CORS-safelisted, and else `no-cors`.
    ///
    /// ```
    /// use cors_core::browser::{Body, Fetch};
    ///
    /// let beacon = Fetch::beacon("https://app.example.com", "https://api.example/log");
    /// assert_eq!(
    ///     beacon.body(Body::Text).header("content-type", "application/json").to_string(),
    ///     r#"navigator.sendBeacon("https://api.example/log", new Blob(["text"], { type: "application/json" })) from https://app.example.com"#,
    /// );
    /// ```
    ///
    /// [Beacon](https://w3c.github.io/beacon/)
    pub fn beacon(origin: impl Into<String>, url: impl Into<String>) -> Self {
        Self::by(Initiator::Beacon, origin, url)
    }

    /// An `<iframe src>`: a navigation, to which no CORS check applies.
    pub fn frame(origin: impl Into<String>, url: impl Into<String>) -> Self {
        Self::by(Initiator::Frame, origin, url)
    }

    /// Sets the `crossorigin` attribute, which is the mode and the credentials mode. A module's is
    /// `anonymous` if it has none.
    pub fn crossorigin(self, value: Option<Crossorigin>) -> Self {
        let (mode, credentials) = match value {
            None => (Mode::NoCors, CredentialsMode::Include),
            Some(Crossorigin::Anonymous) => (Mode::Cors, CredentialsMode::SameOrigin),
            Some(Crossorigin::UseCredentials) => (Mode::Cors, CredentialsMode::Include),
        };
        let is_module = self.initiator == Initiator::Module;
        match value {
            None if is_module => self.mode(mode).credentials(CredentialsMode::SameOrigin),
            _ => self.mode(mode).credentials(credentials),
        }
    }

    /// The `crossorigin` attribute that stands for the mode and the credentials mode.
    pub(super) fn crossorigin_value(&self) -> Option<Crossorigin> {
        match (self.mode, self.credentials) {
            (Mode::NoCors, _) => None,
            (_, CredentialsMode::Include) => Some(Crossorigin::UseCredentials),
            _ => Some(Crossorigin::Anonymous),
        }
    }

    /// Whether it is an `XMLHttpRequest`: nothing else has upload listeners.
    pub fn is_xhr(&self) -> bool {
        match self.initiator {
            Initiator::XmlHttpRequest => true,
            Initiator::Fetch => self.upload_listener,
            _ => false,
        }
    }

    /// The fetch as the browser takes it, with each field that the initiator does not have, or
    /// settles itself, set to what counts:
    ///
    /// | | method, body, headers | mode | credentials | redirects |
    /// |---|---|---|---|---|
    /// | [`Fetch`](Initiator::Fetch) | as they are | as it is | as they are | as they are |
    /// | [`XmlHttpRequest`](Initiator::XmlHttpRequest) | as they are | `cors` | `include` or `same-origin` | followed |
    /// | [`Script`](Initiator::Script), [`Image`](Initiator::Image), [`Stylesheet`](Initiator::Stylesheet) | GET | `no-cors`; with `crossorigin`, `cors` | `include`; with `crossorigin`, `same-origin` unless it is `use-credentials` | followed |
    /// | [`Module`](Initiator::Module), [`EventSource`](Initiator::EventSource) | GET | `cors` | `include` or `same-origin` | followed |
    /// | [`Font`](Initiator::Font) | GET | `cors` | `same-origin` | followed |
    /// | [`WebSocket`](Initiator::WebSocket) | GET | no check | `include` | fail |
    /// | [`Beacon`](Initiator::Beacon) | POST, with any body except a stream, and with the header `content-type` alone | `cors` if that is not CORS-safelisted, else `no-cors` | `include` | followed |
    /// | [`Frame`](Initiator::Frame) | GET | no check | `include` | followed |
    ///
    /// ```
    /// use cors_core::browser::{Body, Fetch};
    ///
    /// let image = Fetch::image("https://app.example.com", "https://cdn.example/a.png");
    /// assert_eq!(image.clone().method("PUT").body(Body::Text).settled().into_owned(), image);
    /// ```
    pub fn settled(&self) -> Cow<'_, Self> {
        if self.initiator == Initiator::Fetch {
            return Cow::Borrowed(self);
        }
        let mut fetch = self.clone();
        fetch.redirect = RedirectMode::Follow;
        let include_or_same_origin = match self.credentials {
            CredentialsMode::Include => CredentialsMode::Include,
            _ => CredentialsMode::SameOrigin,
        };
        (fetch.mode, fetch.credentials) = match self.initiator {
            initiator if initiator.is_potentially_cors() => match self.mode {
                Mode::NoCors => (Mode::NoCors, CredentialsMode::Include),
                _ => (Mode::Cors, include_or_same_origin),
            },
            Initiator::Font => (Mode::Cors, CredentialsMode::SameOrigin),
            Initiator::WebSocket | Initiator::Frame => (Mode::NoCors, CredentialsMode::Include),
            Initiator::Beacon => (Mode::NoCors, CredentialsMode::Include),
            _ => (Mode::Cors, include_or_same_origin),
        };
        match self.initiator {
            Initiator::XmlHttpRequest => return Cow::Owned(fetch),
            Initiator::Beacon => fetch.settle_beacon(),
            _ => {
                "GET".clone_into(&mut fetch.method);
                fetch.headers.clear();
                fetch.body = Body::None;
            }
        }
        fetch.upload_listener = false;
        if self.initiator == Initiator::WebSocket {
            fetch.redirect = RedirectMode::Error;
        }
        Cow::Owned(fetch)
    }

    /// [Beacon, sendBeacon method](https://w3c.github.io/beacon/#sendbeacon-method)
    fn settle_beacon(&mut self) {
        "POST".clone_into(&mut self.method);
        if self.body == Body::Stream {
            self.body = Body::Bytes;
        }
        let has_body = self.body != Body::None;
        let mut kind = self
            .headers
            .drain(..)
            .rfind(|(name, _)| has_body && name.eq_ignore_ascii_case("content-type"));
        if let Some((name, value)) = &mut kind {
            "Content-Type".clone_into(name);
            // A `Blob` has no type with characters outside printable ASCII.
            if value.chars().any(|c| !(' '..='~').contains(&c)) {
                kind = None;
            } else {
                value.make_ascii_lowercase();
                if !is_safelisted("content-type", value.as_bytes()) {
                    self.mode = Mode::Cors;
                }
            }
        }
        self.headers.extend(kind);
    }
}
