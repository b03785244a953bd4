//! What to audit.

use cors_core::Policy;
use http::{HeaderName, HeaderValue, Method};
use url::Url;

/// A URL, and who is meant to read it.
#[derive(Clone, Debug)]
pub struct Target {
    url: Url,
    allow: Vec<String>,
    methods: Vec<String>,
    headers: Vec<(String, String)>,
    meant: Option<Policy>,
}

impl Target {
    /// Checks everything. `allow` has origins, or patterns such as `https://*.example.com`; methods
    /// and headers are those that scripts need.
    ///
    /// # Errors
    /// One line about the first mistake.
    pub fn new(
        url: &str,
        allow: Vec<String>,
        methods: Vec<String>,
        headers: Vec<(String, String)>,
    ) -> Result<Self, String> {
        let whole = "write the whole URL, like https://api.example.com/items";
        let mut parsed =
            Url::parse(url).map_err(|fault| format!("URL {url:?}: {fault}; {whole}"))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(format!("URL {url:?}: only http and https have CORS; {whole}"));
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(format!(
                "URL {url:?}: browsers fetch no URL with a user name; leave it out"
            ));
        }
        parsed.set_fragment(None);
        for method in &methods {
            let is_forbidden = ["CONNECT", "TRACE", "TRACK"]
                .iter()
                .any(|forbidden| method.eq_ignore_ascii_case(forbidden));
            if is_forbidden || Method::from_bytes(method.as_bytes()).is_err() {
                return Err(format!("--method {method:?}: no script can send this method"));
            }
        }
        for (name, value) in &headers {
            if HeaderName::from_bytes(name.as_bytes()).is_err()
                || HeaderValue::from_str(value).is_err()
            {
                return Err(format!("--header {name:?}: not a valid header"));
            }
        }
        let meant = meant(&allow)?;
        Ok(Self { url: parsed, allow, methods, headers, meant })
    }

    /// The URL, without fragment.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The URL's own origin, whose pages need no CORS.
    pub(super) fn own(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    pub(super) fn allow(&self) -> &[String] {
        &self.allow
    }

    pub(super) fn methods(&self) -> &[String] {
        &self.methods
    }

    pub(super) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Whether the user said that this origin may read.
    pub(super) fn is_meant(&self, origin: &str) -> bool {
        self.meant.as_ref().is_some_and(|policy| policy.allows(origin))
    }
}

/// A policy whose origins are these, so that patterns mean what they mean in a policy file.
fn meant(allow: &[String]) -> Result<Option<Policy>, String> {
    if allow.is_empty() {
        return Ok(None);
    }
    if let Some(star) = allow.iter().find(|origin| *origin == "*") {
        return Err(format!("--allow {star:?}: leave --allow out if anyone may read"));
    }
    match Policy::builder()
        .allow_origins(allow)
        .danger(|danger| danger.allow_null_origin = true)
        .build()
    {
        Ok(policy) => Ok(Some(policy)),
        Err(errors) => {
            let first = errors.to_string();
            let first = first.lines().find(|line| line.contains("allow_origins")).unwrap_or(&first);
            Err(format!("--allow: {}", first.trim()))
        }
    }
}
