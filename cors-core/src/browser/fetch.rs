//! A page's request as plain data.

use super::address_space::AddressSpace;
use super::initiator::Initiator;
use super::site::PageOrigin;
use url::{ParseError, Url};

/// A request by a page, as plain data: a call of `fetch`, or what another [`Initiator`] requests. Any
/// value is possible; the browser rejects invalid ones. An initiator ignores fields that it does not
/// have: see [`settled`](Self::settled).
///
/// It prints as you would write it in a script, HTML or CSS.
///
/// ```
/// use cors_core::browser::{CredentialsMode, Fetch};
///
/// let fetch = Fetch::new("https://app.example.com", "https://api.example/")
///     .method("PUT")
///     .header("x-a", "1")
///     .credentials(CredentialsMode::Include);
/// assert_eq!(
///     fetch.to_string(),
///     r#"fetch("https://api.example/", { method: "PUT", headers: { "x-a": "1" }, credentials: "include" }) from https://app.example.com"#,
/// );
/// ```
///
/// [Fetch, fetch method](https://fetch.spec.whatwg.org/#fetch-method)
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetch {
    /// What makes the request.
    pub initiator: Initiator,
    /// The page's origin or URL. A page without an origin of its own (a sandboxed frame, a `data:`
    /// URL, `file:`) has the opaque origin, `null`.
    pub origin: String,
    /// The URL to fetch. It may be relative to the page.
    pub url: String,
    /// The method, as the script writes it.
    pub method: String,
    /// The headers, as the script writes them: a list of pairs, not a `Headers` object, which would
    /// join values with the same name before `fetch` sees them. Each character is a byte; above
    /// U+00FF, the call throws.
    pub headers: Vec<(String, String)>,
    /// Whether the script must be able to read the response.
    pub mode: Mode,
    /// Whether cookies and the like are sent.
    pub credentials: CredentialsMode,
    /// What to do with a redirect.
    pub redirect: RedirectMode,
    /// The body.
    pub body: Body,
    /// Whether there is an upload listener, which sets the use-CORS-preflight flag and makes a call
    /// of `fetch` an `XMLHttpRequest`. `XMLHttpRequest` drops the body of GET and HEAD, and joins
    /// headers with the same name.
    pub upload_listener: bool,
    /// The `allow` attribute of the frame that the page is in, if a page of another origin embeds
    /// it. `None` for other pages. Where an engine asks the user before it accesses the local network,
    /// such a frame needs `local-network` or `loopback-network` here.
    pub frame_allow: Option<String>,
    /// Where the page is. `None` if its host tells.
    pub page_space: Option<AddressSpace>,
    /// Where the URL's server is: its address tells, if its name does not. `None` if its host tells.
    pub target_space: Option<AddressSpace>,
    /// Cookies that the browser has of an earlier visit to the URL's server, as `Set-Cookie` set them.
    /// Only a browser that [keeps cookies](super::Browser::as_installed) sends them.
    pub cookies: Vec<String>,
}

/// [Fetch, request mode](https://fetch.spec.whatwg.org/#concept-request-mode)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// The script can read the response, or the fetch fails.
    #[default]
    Cors,
    /// The request is one that a form could make, and the script cannot read the response.
    NoCors,
    /// Only requests to the page's own origin.
    SameOrigin,
}

/// [Fetch, credentials mode](https://fetch.spec.whatwg.org/#concept-request-credentials-mode)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "Fetch defines these three")]
pub enum CredentialsMode {
    /// Never sent.
    Omit,
    /// Sent to the page's own origin.
    #[default]
    SameOrigin,
    /// Sent to every origin.
    Include,
}

/// [Fetch, redirect mode](https://fetch.spec.whatwg.org/#concept-request-redirect-mode)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "Fetch defines these three")]
pub enum RedirectMode {
    /// The browser follows.
    #[default]
    Follow,
    /// The fetch fails.
    Error,
    /// The script learns only that there was a redirect.
    Manual,
}

/// [Fetch, bodies](https://fetch.spec.whatwg.org/#concept-request-body)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Body {
    /// No body.
    #[default]
    None,
    /// A string: `Content-Type: text/plain;charset=UTF-8`, unless the script sets another.
    Text,
    /// Bytes, without a `Content-Type`.
    Bytes,
    /// A stream, which sets the use-CORS-preflight flag and cannot be sent twice.
    Stream,
}

impl Mode {
    /// As a script writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cors => "cors",
            Self::NoCors => "no-cors",
            Self::SameOrigin => "same-origin",
        }
    }
}

impl CredentialsMode {
    /// Every mode.
    ///
    /// ```
    /// use cors_core::browser::CredentialsMode;
    ///
    /// let written = CredentialsMode::ALL.map(CredentialsMode::as_str);
    /// assert_eq!(written, ["omit", "same-origin", "include"]);
    /// ```
    pub const ALL: [Self; 3] = [Self::Omit, Self::SameOrigin, Self::Include];

    /// As a script writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Omit => "omit",
            Self::SameOrigin => "same-origin",
            Self::Include => "include",
        }
    }
}

impl RedirectMode {
    /// As a script writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Error => "error",
            Self::Manual => "manual",
        }
    }
}

impl Fetch {
    /// A GET with the defaults of `fetch(url)`.
    pub fn new(origin: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            initiator: Initiator::Fetch,
            origin: origin.into(),
            url: url.into(),
            method: "GET".to_owned(),
            headers: Vec::new(),
            mode: Mode::default(),
            credentials: CredentialsMode::default(),
            redirect: RedirectMode::default(),
            body: Body::default(),
            upload_listener: false,
            frame_allow: None,
            page_space: None,
            target_space: None,
            cookies: Vec::new(),
        }
    }

    /// The page's origin, as the browser sends it.
    ///
    /// ```
    /// use cors_core::browser::Fetch;
    ///
    /// let serialized = |page| Fetch::new(page, "https://api.example/").serialized_origin();
    /// assert_eq!(serialized("https://App.example.com:443/index.html"), "https://app.example.com");
    /// assert_eq!(serialized("file:///index.html"), "null");
    /// ```
    pub fn serialized_origin(&self) -> String {
        PageOrigin::of(&self.origin).as_str().to_owned()
    }

    /// The URL in full, resolved against the page's. `None` if it is not valid. A WebSocket's has the
    /// scheme that the script gave it.
    ///
    /// ```
    /// use cors_core::browser::Fetch;
    ///
    /// let url = |url| Fetch::new("https://app.example.com/news/", url).absolute_url();
    /// assert_eq!(url("items?page=2").unwrap(), "https://app.example.com/news/items?page=2");
    /// assert_eq!(url("https://API.example:443").unwrap(), "https://api.example/");
    /// assert_eq!(url("https://"), None);
    /// assert_eq!(Fetch::new("null", "items").absolute_url(), None);
    /// ```
    ///
    /// [Fetch, new Request()](https://fetch.spec.whatwg.org/#dom-request)
    pub fn absolute_url(&self) -> Option<String> {
        self.parsed_url().ok().map(String::from)
    }

    pub(crate) fn parsed_url(&self) -> Result<Url, ParseError> {
        let page = Url::parse(&self.origin).ok();
        Url::options().base_url(page.as_ref()).parse(&self.url)
    }

    /// Sets the method.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = method.into();
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the mode.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets the credentials mode.
    pub fn credentials(mut self, credentials: CredentialsMode) -> Self {
        self.credentials = credentials;
        self
    }

    /// Sets the redirect mode.
    pub fn redirect(mut self, redirect: RedirectMode) -> Self {
        self.redirect = redirect;
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// Adds or removes an upload listener. With one, every upload needs a preflight.
    ///
    /// ```
    /// use cors_core::Policy;
    /// use cors_core::browser::{Body, Fetch};
    /// use cors_core::explain::{Preflight, explain};
    ///
    /// let policy = Policy::for_origins("https://app.example.com").build()?;
    /// let upload = Fetch::xhr("https://app.example.com", "https://api.example/");
    /// let upload = upload.method("POST").body(Body::Text);
    /// assert_eq!(explain(&policy, &upload).preflight(), Preflight::None);
    /// let listening = upload.upload_listener(true);
    /// assert_eq!(explain(&policy, &listening).preflight(), Preflight::Passed);
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn upload_listener(mut self, listens: bool) -> Self {
        self.upload_listener = listens;
        self
    }

    /// Puts the page into a frame with this `allow` attribute, in a page of another origin.
    ///
    /// ```
    /// use cors_core::browser::{Browser, Engine, Fetch, Step};
    /// use http::Response;
    /// use std::time::Duration;
    ///
    /// let fetch = Fetch::new("https://widget.example", "https://localhost:3000/");
    /// let step = |allow: &str| {
    ///     let mut chromium = Browser::with_local_network_access(Engine::Chromium);
    ///     let fetch = fetch.clone().in_frame(allow);
    ///     chromium.fetch(&fetch, Duration::ZERO, |_| Response::new(())).verdict.failed_step()
    /// };
    /// assert_eq!(step("fullscreen"), Some(Step::LocalNetworkAccess));
    /// assert_eq!(step("fullscreen; loopback-network"), Some(Step::AllowOriginMissing));
    /// ```
    pub fn in_frame(mut self, allow: impl Into<String>) -> Self {
        self.frame_allow = Some(allow.into());
        self
    }

    /// Sets where the page is, whatever its URL says.
    ///
    /// ```
    /// use cors_core::Policy;
    /// use cors_core::browser::{AddressSpace, Engine, Fetch};
    /// use cors_core::explain::{Reads, explain};
    ///
    /// let policy = Policy::for_origins("https://intranet.example").build()?;
    /// let reads = |fetch: &Fetch| {
    ///     let explanation = explain(&policy, fetch);
    ///     explanation.engines().iter().find(|of| of.engine == Engine::Chromium).unwrap().reads
    /// };
    /// let fetch = Fetch::new("https://intranet.example", "https://printer.example/");
    /// let fetch = fetch.target_space(AddressSpace::Local);
    /// assert_eq!(reads(&fetch), Reads::Asks);
    /// assert_eq!(reads(&fetch.page_space(AddressSpace::Local)), Reads::Yes);
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    pub fn page_space(mut self, space: AddressSpace) -> Self {
        self.page_space = Some(space);
        self
    }

    /// Adds a cookie that an earlier visit to the URL's server set, such as `sid=1; SameSite=Lax`.
    pub fn cookie(mut self, set_cookie: impl Into<String>) -> Self {
        self.cookies.push(set_cookie.into());
        self
    }

    /// Sets where the URL's server is, whatever its host says: see [`page_space`](Self::page_space).
    pub fn target_space(mut self, space: AddressSpace) -> Self {
        self.target_space = Some(space);
        self
    }
}
