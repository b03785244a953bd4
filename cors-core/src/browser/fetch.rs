//! What a script asks for.

use super::site::PageOrigin;
use std::collections::HashSet;
use std::fmt;

/// A call of `fetch` by a page: plain data. Anything may stand in it; the browser judges it.
///
/// Printed, it is the call itself, to paste into a browser's console.
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
    /// The page's origin, or its URL, whose origin counts. What has no origin of its own (a
    /// sandboxed frame, a `data:` URL, `file:`) is the opaque one, `null`.
    pub origin: String,
    /// The URL that is fetched. A relative one is seen from the page.
    pub url: String,
    /// The method, as the script writes it.
    pub method: String,
    /// The headers, as the script writes them: a list of pairs, not a `Headers` object, which joins the values of one
    /// name before `fetch` sees them. A character is a byte; over U+00FF, the call throws.
    pub headers: Vec<(String, String)>,
    /// Whether the response must be shared with the script.
    pub mode: Mode,
    /// Whether cookies and the like are sent.
    pub credentials: CredentialsMode,
    /// What becomes of a redirect.
    pub redirect: RedirectMode,
    /// What is uploaded.
    pub body: Body,
    /// Whether a listener follows the upload, as `XMLHttpRequest` can: sets the use-CORS-preflight
    /// flag. It leaves out the body of GET and
    /// HEAD, and joins headers of one name.
    pub upload_listener: bool,
}

/// [Fetch, request mode](https://fetch.spec.whatwg.org/#concept-request-mode)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// The script reads, or the fetch fails.
    #[default]
    Cors,
    /// The request is one that a form could make, and the script reads nothing.
    NoCors,
    /// Other origins are not asked.
    SameOrigin,
}

/// [Fetch, credentials mode](https://fetch.spec.whatwg.org/#concept-request-credentials-mode)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "Fetch defines these three")]
pub enum CredentialsMode {
    /// Never.
    Omit,
    /// To the page's own origin.
    #[default]
    SameOrigin,
    /// To every origin.
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
    /// The script is told, and nothing more.
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
    /// Bytes without a type.
    Bytes,
    /// A stream: sets the use-CORS-preflight flag, and cannot be sent twice.
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
    /// Every mode there is.
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
    /// A GET with what `fetch(url)` has by default.
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
        }
    }

    /// The origin of the page as the browser sends it.
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

    /// With this method.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = method.into();
        self
    }

    /// With one more header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// In this mode.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// With credentials in this mode.
    pub fn credentials(mut self, credentials: CredentialsMode) -> Self {
        self.credentials = credentials;
        self
    }

    /// With redirects handled so.
    pub fn redirect(mut self, redirect: RedirectMode) -> Self {
        self.redirect = redirect;
        self
    }

    /// With this body.
    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// With a listener on the upload, or without.
    pub fn upload_listener(mut self, listens: bool) -> Self {
        self.upload_listener = listens;
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
            // An object has one value for each name.
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
