//! A script's call of `fetch`.

use super::address_space::AddressSpace;
use super::site::PageOrigin;
use std::collections::HashSet;
use std::fmt;

/// A call of `fetch` by a page, as plain data. Any value is possible; the browser rejects invalid
/// ones.
///
/// It prints as the call, which you can paste into a browser's console.
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
    /// Whether the call is an `XMLHttpRequest` with an upload listener, which sets the
    /// use-CORS-preflight flag. `XMLHttpRequest` drops the body of GET and HEAD, and joins headers
    /// with the same name.
    pub upload_listener: bool,
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
            origin: origin.into(),
            url: url.into(),
            method: "GET".to_owned(),
            headers: Vec::new(),
            mode: Mode::default(),
            credentials: CredentialsMode::default(),
            redirect: RedirectMode::default(),
            body: Body::default(),
            upload_listener: false,
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

    /// Adds or removes an upload listener.
    pub fn upload_listener(mut self, listens: bool) -> Self {
        self.upload_listener = listens;
        self
    }

    /// Sets where the page is.
    pub fn page_space(mut self, space: AddressSpace) -> Self {
        self.page_space = Some(space);
        self
    }

    /// Adds a cookie that an earlier visit to the URL's server set, such as `sid=1; SameSite=Lax`.
    pub fn cookie(mut self, set_cookie: impl Into<String>) -> Self {
        self.cookies.push(set_cookie.into());
        self
    }

    /// Sets where the URL's server is.
    pub fn target_space(mut self, space: AddressSpace) -> Self {
        self.target_space = Some(space);
        self
    }
}

impl fmt::Display for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut options = Vec::new();
        let mut option = |name: &str, value: &str, default: &str| {
            if value != default {
                options.push(format!("{name}: {value:?}"));
            }
        };
        option("method", &self.method, "GET");
        option("mode", self.mode.as_str(), Mode::default().as_str());
        option("credentials", self.credentials.as_str(), CredentialsMode::default().as_str());
        option("redirect", self.redirect.as_str(), RedirectMode::default().as_str());
        if !self.headers.is_empty() {
            let names: HashSet<_> = self.headers.iter().map(|(name, _)| name).collect();
            let list = |line: fn(&(String, String)) -> String| {
                self.headers.iter().map(line).collect::<Vec<_>>().join(", ")
            };
            // An object cannot repeat a name.
            let headers = if names.len() == self.headers.len() {
                format!("headers: {{ {} }}", list(|(name, value)| format!("{name:?}: {value:?}")))
            } else {
                format!("headers: [{}]", list(|(name, value)| format!("[{name:?}, {value:?}]")))
            };
            let after_method = usize::from(self.method != "GET");
            options.insert(after_method, headers);
        }
        match self.body {
            Body::None => {}
            Body::Text => options.push("body: \"text\"".to_owned()),
            Body::Bytes => options.push("body: new Uint8Array(1)".to_owned()),
            Body::Stream => options.push("body: stream, duplex: \"half\"".to_owned()),
        }
        write!(f, "fetch({:?}", self.url)?;
        if !options.is_empty() {
            write!(f, ", {{ {} }}", options.join(", "))?;
        }
        f.write_str(")")?;
        if self.upload_listener {
            f.write_str(" with an upload listener")?;
        }
        write!(f, " from {}", self.origin)
    }
}
